"""The claims about trained particles hold at their levels and turn red when a constant is broken; the figures draw."""

from __future__ import annotations

import matplotlib

matplotlib.use("Agg")

import numpy as np
import pytest
from matplotlib.figure import Figure

from derivations import particles_scaling, particles_training
from numba_kernels._jit import COMPILED
from symlandscape.evidence import Level
from symlandscape.particles import Fluctuations, NestedFlow, Scaling

pytestmark = pytest.mark.skipif(not COMPILED, reason="many evaluations: compiled only")


def balanced(text):
    depth = [text[: k + 1].count("{") - text[: k + 1].count("}") for k in range(len(text))]
    return min(depth) >= 0 and depth[-1] == 0


def test_every_claim_about_training_holds_at_its_level():
    checked = {f"particles.training.{name}" for name in ("step", "order", "stability")}
    for claim in particles_training.claims():
        assert claim.level is (Level.CHECKED if claim.id in checked else Level.ESTIMATED), claim.id
        assert balanced(str(claim.statement)), claim.id


def test_every_claim_about_scaling_is_estimated():
    claims = list(particles_scaling.claims())
    found = {claim.id: claim.level for claim in claims}
    assert all(balanced(str(claim.statement)) for claim in claims)
    assert set(found.values()) == {Level.ESTIMATED} and len(found) == 12


@pytest.mark.full
@pytest.mark.parametrize("provider", [particles_training, particles_scaling])
def test_every_claim_of_the_full_profile_holds(provider):
    for claim in provider.claims("full"):
        assert claim.level in (Level.CHECKED, Level.ESTIMATED), claim.id


@pytest.mark.parametrize("provider", [particles_training, particles_scaling])
def test_the_figures_draw(provider):
    for figure in provider.figures():
        ax = Figure().add_subplot()
        figure.draw(ax)
        assert ax.lines and ax.get_xlabel() and ax.get_ylabel() and ax.get_legend()


def test_points_of_another_stream_refute_the_step(monkeypatch):
    true = particles_training.philox_points
    monkeypatch.setattr(
        particles_training, "philox_points", lambda seed, step, stream, *rest: true(seed, step, stream + 1, *rest)
    )
    assert particles_training.step_check("relu").level is Level.REFUTED


def test_a_wrong_exponent_refutes_the_rule():
    widths, squares = (8, 16, 32, 64), np.random.default_rng(1).uniform(0.9, 1.1, (4, 30))
    for power, level in ((0.5, Level.ESTIMATED), (0.25, Level.REFUTED)):
        one = Fluctuations(0.5, widths, widths, squares * np.array(widths)[:, None] ** (-2 * power))
        assert particles_training.rule_claim("quick", "relu", one).level is level


def test_statements_about_exponents_name_the_measured_ones_and_their_errors():
    widths, squares = (8, 16, 32, 64), np.random.default_rng(1).uniform(0.9, 1.1, (4, 30))
    one = Fluctuations(0.5, widths, widths, squares * np.array(widths)[:, None] ** -1.0)
    claim = particles_training.rule_claim("quick", "relu", one)
    finding = claim.checks[0].finding
    assert rf"b = {finding.value:.2f} \pm {finding.standard_error:.2f}" in str(claim.statement)


def test_another_finite_width_exponent_is_refuted():
    widths = np.array([8, 16, 32, 64])
    shaky = 1 + 0.01 * np.random.default_rng(1).standard_normal((20, 4, 1))
    for power, level in ((1.0, Level.ESTIMATED), (0.5, Level.REFUTED)):
        losses = 2.0 + shaky * widths[None, :, None] ** -power
        variances = shaky * widths[None, :, None] ** -power
        found = NestedFlow((8, 16, 32, 64), np.array([0.0]), losses, variances)
        for checks in (particles_scaling.excess_checks(found), particles_scaling.variance_checks(found)):
            assert {check.level for check in checks} == {level}


def test_a_slow_converged_loss_is_refuted(monkeypatch):
    true = particles_scaling.converged("quick", "relu.d5", 0)
    slow = (true.losses / true.losses.mean(axis=1)[:, None]) ** 0.1 * np.array([1.0, 0.7, 0.5])[:, None]
    told = {name: getattr(true, name) for name in Scaling.__dataclass_fields__} | {"losses": slow}
    monkeypatch.setattr(particles_scaling, "converged", lambda *rest: Scaling(**told))
    levels = {claim.id: claim.level for claim in particles_scaling.converged_claims("quick", "relu.d5", 0)}
    assert levels["particles.scaling.converged.relu.d5"] is Level.REFUTED
    assert levels["particles.scaling.square.relu.d5"] is Level.REFUTED
