"""Descents end at critical points of the sample, at energies that approach -E_inf; ascent and Langevin dynamics too."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from numba_kernels._jit import COMPILED
from symlandscape import backends
from symlandscape.errors import InputError
from symlandscape.spinglass.descent import Descent, descend, hessian_ascent, langevin
from symlandscape.spinglass.hamiltonian import (
    energy_per_spin,
    random_hamiltonian,
    random_spins,
    tangent_gradient,
    tangent_spectrum,
)
from symlandscape.statistics import estimate, fit_exponent

pytestmark = pytest.mark.skipif(not COMPILED, reason="thousands of iterations: compiled only")

E_INF = 2 * math.sqrt(2 / 3)


@pytest.fixture(scope="module")
def runs() -> dict[int, Descent]:
    return {25: descend(3, 25, 200, 1), 50: descend(3, 50, 60, 1), 80: descend(3, 80, 16, 1)}


@pytest.mark.parametrize("method", ["gd", "lbfgs"])
def test_every_end_point_is_a_minimum_of_its_sample(method: str) -> None:
    found = descend("3:1/2,4:1/2", 20, 3, 4, method, 7)
    assert found.energies.shape == found.least.shape == (3, 4) and found.points.shape == (3, 4, 20)
    assert (found.status == 0).all() and (found.negative == 0).all() and (found.flat == 0).all()
    for sample in range(3):
        hamiltonian = random_hamiltonian("3:1/2,4:1/2", 20, 7, sample)
        points = found.points[sample]
        assert np.linalg.norm(tangent_gradient(hamiltonian, points), axis=1).max() < 2e-10 * math.sqrt(20)
        assert np.abs(energy_per_spin(hamiltonian, points) - found.energies[sample]).max() < 1e-12
        assert found.least[sample, 2] == pytest.approx(tangent_spectrum(hamiltonian, points[2])[0])


def test_the_mean_approaches_the_threshold_and_the_scatter_falls(runs: dict[int, Descent]) -> None:
    spins = list(runs)
    gaps = [float(run.energies.mean()) + E_INF for run in runs.values()]
    errors = [run.mean.standard_error for run in runs.values() if run.mean is not None]
    gap = fit_exponent(spins, gaps, errors)
    assert abs(gap.exponent + 0.58) < 5 * math.hypot(gap.error, 0.02)
    deviations = [run.deviation or math.nan for run in runs.values()]
    spread = fit_exponent(spins, deviations, [run.deviation_error or math.nan for run in runs.values()])
    assert abs(spread.exponent + 0.75) < 5 * math.hypot(spread.error, 0.03)


def test_the_document_tells_levels_errors_and_kinds(runs: dict[int, Descent]) -> None:
    document = runs[25].document()
    assert document["E_inf"] == pytest.approx(E_INF) and document["E_0"] == pytest.approx(1.65699836352747)
    assert document["minima"] == document["converged"] == 200 and document["saddles"] == document["undecided"] == 0
    assert document["below_E_0"] == np.count_nonzero(runs[25].energies < -1.65699836352747) > 0
    assert document["standard_error"] == pytest.approx(document["std"] / math.sqrt(200))
    assert document["error_over"] == "samples"


def test_the_error_of_the_deviation_is_that_of_normal_numbers() -> None:
    found = descend(3, 10, 2, 1)
    values = np.random.default_rng(0).standard_normal((4000, 1))
    made = Descent(found.model, 10, 0, "gd", values, *(getattr(found, n) for n in DATA))
    assert made.deviation_error == pytest.approx(1 / math.sqrt(8000), rel=0.1)


DATA = ("gradients", "least", "negative", "flat", "status", "points")


def test_starts_of_one_sample_and_a_single_run_say_what_their_error_is() -> None:
    one = descend(3, 10, 1, 5).document()
    assert one["error_over"] == "starts of one sample" and one["standard_error"] > 0
    single = descend(3, 10, 1, 1).document()
    assert single["standard_error"] is None and single["std"] is None


def test_errors_count_samples_and_not_starts() -> None:
    found = descend(3, 12, 6, 20, "lbfgs")
    assert found.mean is not None
    assert found.mean.standard_error == pytest.approx(estimate(found.energies.mean(axis=1)).standard_error)


def test_nothing_depends_on_threads_or_on_the_number_of_samples() -> None:
    many, few = descend(3, 15, 5, 2), descend(3, 15, 2, 2, threads=2)
    assert np.array_equal(many.points[:2], few.points) and np.array_equal(many.energies[:2], few.energies)


def test_a_descent_that_runs_out_of_steps_is_told_though_its_polish_converges(monkeypatch: pytest.MonkeyPatch) -> None:
    true = backends.minimise_spins

    def short(couplings, starts, method, tol, **named):  # type: ignore[no-untyped-def]
        return true(couplings, starts, method, tol, max_steps=3 if method == "gd" else None, **named)

    monkeypatch.setattr(backends, "minimise_spins", short)
    found = descend(3, 12, 2, 2)
    assert (found.status == backends.MinimiseStatus.MAX_STEPS).all()
    assert found.document()["converged"] == 0 and found.gradients.max() < 1e-9


def test_a_store_is_resumed(tmp_path: Path) -> None:
    first = descend(3, 12, 2, 2, store=tmp_path / "runs")
    seen: list[tuple[int, int]] = []

    def tell(done: int, total: int, label: str) -> None:
        seen.append((done, total))

    again = descend(3, 12, 3, 2, store=tmp_path / "runs", progress=tell)
    assert seen[0] == (2, 3)
    assert np.array_equal(again.points[:2], first.points)


def test_hessian_ascent_climbs_in_equal_steps_of_the_square_and_nears_its_limit() -> None:
    hamiltonian = random_hamiltonian(3, 120, 1)
    path = hessian_ascent(hamiltonian, 60)
    assert path.positions[-1] == 1.0 and path.point @ path.point == pytest.approx(120.0)
    assert path.energies[0] == 0.0 and path.energies[-1] == pytest.approx(
        energy_per_spin(hamiltonian, path.point[None])[0]
    )
    assert np.all(np.diff(path.energies[10:]) < 0)
    assert -E_INF < path.energies[-1] < -1.35
    middle = path.energies[30]
    assert middle == pytest.approx(-E_INF * 0.5**1.5, abs=0.12)


def test_hot_langevin_dynamics_has_the_energy_of_the_paramagnet() -> None:
    averages = []
    for sample in range(6):
        path = langevin(random_hamiltonian(3, 40, 9, sample), 2.0, 6000, 0.004)
        averages.append(float(path.energies[1500:].mean()))
    found = estimate(averages)
    assert abs(found.mean + 0.5) < 5 * found.standard_error + 0.01
    assert path.positions[-1] == pytest.approx(5999 * 0.004)


def test_langevin_dynamics_is_one_stream_and_cold_it_descends() -> None:
    hamiltonian = random_hamiltonian(3, 20)
    long, short = langevin(hamiltonian, 0.5, 600, 0.01), langevin(hamiltonian, 0.5, 300, 0.01)
    assert np.array_equal(long.energies[:300], short.energies)
    cold = langevin(hamiltonian, 0.0, 400, 0.02)
    assert np.all(np.diff(cold.energies) <= 1e-12)
    start = random_spins(20, hamiltonian.seed, hamiltonian.index, 0)
    assert cold.energies[0] == pytest.approx(energy_per_spin(hamiltonian, start[None])[0])


def test_one_spin_stays_where_it_is() -> None:
    found = descend(3, 1, 2, 2)
    assert (found.status == 0).all() and np.allclose(np.abs(found.points), 1.0)
    assert hessian_ascent(random_hamiltonian(3, 1), 4).energies.shape == (2,)


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: descend(3, 0, 1, 1), "spins"),
        (lambda: descend(3, 5, 0, 1), "samples"),
        (lambda: descend(3, 5, 1, 0), "starts"),
        (lambda: descend(3, 5, 10**11, 1), "at most"),
        (lambda: descend(3, 5, 1, 1, "adam"), "method"),
        (lambda: descend(3, 5, 1, 1, device="cuda"), "CUDA"),
        (lambda: descend("3:1/3", 5, 1, 1), "sum to 1"),
        (lambda: hessian_ascent(random_hamiltonian(3, 5), 0), "at least one step"),
        (lambda: langevin(random_hamiltonian(3, 5), 1.0, 0), "at least one step"),
        (lambda: langevin(random_hamiltonian(3, 5), -1.0, 3), "temperature"),
        (lambda: langevin(random_hamiltonian(3, 5), math.nan, 3), "temperature"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(call, word: str) -> None:
    with pytest.raises(InputError, match=word):
        call()
