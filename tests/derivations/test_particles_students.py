"""Students, fixed features and tangent kernels: the claims hold at their levels, broken constants turn them red."""

from __future__ import annotations

from fractions import Fraction

import matplotlib

matplotlib.use("Agg")

import numpy as np
import pytest
from matplotlib.figure import Figure

from derivations import particles_features, particles_students, particles_survivors, particles_tangent
from numba_kernels._jit import COMPILED
from symlandscape.arith.conversions import arb_ends
from symlandscape.evidence import Level, Verdict

PROVED = {
    f"particles.{name}"
    for name in (
        "students.homogeneity", "students.flow", "students.balanced", "students.birth", "students.birth-gain",
        "features.coefficients", "features.first-moment", "features.student-represents",
        "tangent.gates", "tangent.flow", "tangent.parallel", "tangent.modular",
    )
}  # fmt: skip
CHECKED = (
    "particles.students.births",
    "particles.features.mercer",
    "particles.features.predictor",
    "particles.tangent.run",
)
CERTIFIED = (
    "particles.features.bound", "particles.features.needed", "particles.tangent.spectrum",
)  # fmt: skip


def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Students, features and networks at few sizes."""
    monkeypatch.setattr(particles_features, "DEGREES", 6)
    monkeypatch.setitem(particles_features.NEEDED, "quick", (5, 10))
    monkeypatch.setitem(particles_features.STUDENTS, "quick", (4, 6))
    monkeypatch.setitem(particles_tangent.DATA, "quick", ((12, 10),))
    monkeypatch.setitem(particles_tangent.WIDTHS, "quick", (250, 1000))
    monkeypatch.setitem(particles_students.STARTS, "quick", 16)
    monkeypatch.setitem(particles_students.MULTIPLES, "quick", {5: (1, 2)})
    monkeypatch.setitem(particles_students.EXTRAS, "quick", {8: (0, 1), 14: (0, 1)})
    monkeypatch.setitem(particles_students.METHODS_AT, "quick", ((8, 8),))
    monkeypatch.setitem(particles_students.BIRTHS, "quick", (("F1", 8), ("A0", 8)))
    monkeypatch.setitem(particles_students.FLOW_STARTS, "quick", 12)


@pytest.mark.parametrize("provider", [particles_students, particles_features, particles_tangent])
def test_every_claim_holds_at_its_level_and_the_figures_draw(provider, monkeypatch):
    if not COMPILED and provider is not particles_tangent:
        pytest.skip("many minimisations: compiled only")
    small(monkeypatch)
    for claim in provider.claims():
        expected = Level.PROVED if claim.id in PROVED else Level.CHECKED if claim.id.startswith(CHECKED) else None
        if claim.id == "particles.tangent.run.modular":
            expected = Level.ESTIMATED
        expected = expected or (Level.CERTIFIED if claim.id.startswith(CERTIFIED) else Level.ESTIMATED)
        assert claim.level is expected, (claim.id, [c.detail for c in claim.checks])
    for figure in provider.figures():
        ax = Figure().add_subplot()
        figure.draw(ax)
        assert ax.lines and ax.get_xlabel() and ax.get_ylabel()


def test_the_branch_that_survives_one_more_neuron_is_certified_on_both_sides_of_its_crossing():
    if not COMPILED:
        pytest.skip("many minimisations: compiled only")
    claims = {claim.id: claim for claim in particles_survivors.claims()}
    assert claims.pop("particles.survivors.matched.d14").level is Level.CHECKED
    assert all(claim.level is Level.CERTIFIED for claim in claims.values()) and len(claims) == 3
    assert "crossing near d = 13.677094" in claims["particles.survivors.p4"].checks[0].detail
    point = particles_survivors.beside(4, 14, "quick")
    assert particles_survivors.kind_is(point, "saddle") is Verdict.NO


def test_a_wrong_coefficient_refutes_the_eigenvalues_of_the_covariance(monkeypatch):
    true = particles_features.level_energy
    monkeypatch.setattr(particles_features, "level_energy", lambda one, k: true(one, k) * (1 if k < 4 else 2))
    assert particles_features.mercer_check(5, 4).level is Level.REFUTED
    monkeypatch.setattr(
        particles_features, "level_energy",
        lambda one, k: true(particles_features.AbsoluteTarget(one.inputs, tuple(map(abs, one.weights))), k),
    )  # fmt: skip
    assert particles_features.covariance_check("quick", 0).level is Level.REFUTED


def test_an_enclosure_of_another_matrix_refutes_the_spectrum(monkeypatch):
    monkeypatch.setattr(particles_tangent, "mean_gram", lambda X: X @ X.T / 2)
    assert particles_tangent.spectrum_claim(12, 10).level is Level.REFUTED


def test_the_gates_of_the_start_do_not_pass_for_the_rate(monkeypatch):
    true = particles_tangent.trained

    def confused(*arguments):
        made = true(*arguments)
        return particles_tangent.Trained(
            made.run, made.step, made.momentum, made.by_mean, made.by_start, made.by_end, made.by_start, made.rate,
            made.distance,
        )  # fmt: skip

    monkeypatch.setattr(particles_tangent, "trained", confused)
    assert particles_tangent.run_claim("gd", "quick", 0).level is Level.REFUTED


def test_the_sum_over_the_targets_is_minus_twice_the_loss_at_critical_points_only():
    rng = np.random.default_rng(0)
    W = rng.standard_normal((4, 4))
    loss = particles_students.backends.relu_loss(W)
    assert abs(particles_students.potentials(W, np.eye(4)).sum() + 2 * loss) > 1e-2


def test_a_printed_lower_bound_lies_below_the_enclosed_one():
    for d, m, count in particles_features.BOUNDS:
        claim = particles_features.bound_claim(d, m, count)
        printed = str(claim.statement).split("at least } ")[1].split(" ")[0]
        value = particles_features.fixed_feature_bound(particles_features.target(d, m), count, 256)
        assert arb_ends(value)[0] >= Fraction(printed) > arb_ends(value)[1] * Fraction(10**7 - 1, 10**7)
        assert claim.level is Level.CERTIFIED


def test_a_bound_rounded_to_the_nearest_decimal_is_not_certified(monkeypatch):
    monkeypatch.setattr(particles_features, "lower", lambda x, digits: particles_features.outward(x, digits)[0])
    assert particles_features.bound_claim(10, 2, 55).checks[0].level is Level.UNDECIDED


def test_a_branch_with_other_signs_is_not_called_flipped(monkeypatch):
    if not COMPILED:
        pytest.skip("many minimisations: compiled only")
    point = particles_survivors.beside(4, 14, "quick")
    assert particles_survivors.shape(point) is Verdict.YES
    true = particles_survivors.entries(point)
    for name in ("a[0]", "a[1]", "r[0,1]"):
        monkeypatch.setattr(particles_survivors, "entries", lambda _, name=name: {**true, name: -true[name]})
        assert particles_survivors.shape(point) is Verdict.UNDECIDED


def test_a_bound_for_more_functions_is_not_above_one_for_fewer():
    target = particles_features.target(8, 3)
    values = [particles_features.fixed_feature_bound(target, n) for n in range(0, 60, 7)]
    assert not any(later > earlier for earlier, later in zip(values, values[1:], strict=False))
    assert particles_features.features_needed(target, Fraction(1, 2)) <= particles_features.features_needed(
        target, Fraction(1, 50)
    )
