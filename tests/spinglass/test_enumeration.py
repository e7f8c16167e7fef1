"""Enumerations are complete, have the exact means, and report a sample that fails."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from numba_kernels._jit import COMPILED
from symlandscape import backends
from symlandscape.errors import InputError
from symlandscape.spinglass import enumeration
from symlandscape.spinglass.enumeration import Enumeration, enumerate_critical_points
from symlandscape.spinglass.hamiltonian import energy_per_spin, random_hamiltonian, tangent_gradient

pytestmark = pytest.mark.skipif(not COMPILED, reason="hundreds of homotopy paths: compiled only")

# mean totals for p = 3 from reference digits; by index at N = 4
TOTAL = {2: 5.291502622129181, 3: 10.552359741197580, 4: 18.790233801030154, 5: 31.496914209436553}
BY_INDEX_4 = (3.5795244615, 5.8155924390, 5.8155924390, 3.5795244615)


@pytest.fixture(scope="module")
def four() -> Enumeration:
    return enumerate_critical_points(3, 4, 200)


@pytest.mark.parametrize("spins", [2, 3, 5])
def test_the_mean_total_is_the_reference_value(spins: int) -> None:
    found = enumerate_critical_points(3, spins, 80, 2)
    assert found.failed == () and found.euler_violations == 0 and found.mod_four_violations == 0
    assert abs(found.mean().z(TOTAL[spins])) < 5.0
    assert found.exact() == pytest.approx(TOTAL[spins], rel=1e-12)


def test_the_means_by_index_are_the_reference_values(four: Enumeration) -> None:
    assert abs(four.mean().z(TOTAL[4])) < 5.0
    for index, expected in enumerate(BY_INDEX_4):
        assert abs(four.mean(index).z(expected)) < 5.0
        assert four.exact(index) == pytest.approx(expected, rel=1e-9)
    assert sum(four.mean(k).mean for k in range(4)) == pytest.approx(four.mean().mean)
    assert abs(four.mean(below="-1").z(four.exact(below="-1"))) < 5.0
    assert abs(four.mean(0, below="-3/2").z(four.exact(0, below="-3/2"))) < 5.0


@pytest.mark.parametrize("degree", [3, 4, 5])
def test_on_the_circle_a_fine_grid_sees_the_same_critical_points(degree: int) -> None:
    found = enumerate_critical_points(degree, 2, 12, 4)
    angles = np.arange(20_000) * (2 * math.pi / 20_000)
    grid = math.sqrt(2) * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    for sample in range(12):
        energies = energy_per_spin(random_hamiltonian(degree, 2, 4, sample), grid)
        steps = np.sign(np.roll(energies, -1) - energies)
        turns = np.count_nonzero(steps != np.roll(steps, 1))
        assert found.counts()[sample] == turns
        assert found.counts(0)[sample] == turns // 2


def test_every_point_is_critical_and_comes_with_its_antipode(four: Enumeration) -> None:
    for sample in (0, 7):
        mine = four.owner == sample
        hamiltonian = random_hamiltonian(3, 4, 0, sample)
        points = four.spins_found[mine]
        assert np.abs(tangent_gradient(hamiltonian, points)).max() < 1e-10
        assert np.abs(energy_per_spin(hamiltonian, points) - four.energies[mine]).max() < 1e-12
        half = len(points) // 2
        assert np.array_equal(points[:half], -points[half:])
        assert np.array_equal(four.indices[mine][:half], 3 - four.indices[mine][half:])


@pytest.mark.parametrize(("degree", "spins"), [(3, 3), (4, 3), (4, 4)])
def test_the_euler_characteristic_notices_a_lost_pair(degree: int, spins: int) -> None:
    found = enumerate_critical_points(degree, spins, 20)
    assert found.euler_violations == 0 and found.euler == (2 if spins % 2 else 0)
    keep = np.ones(found.energies.size, dtype=bool)
    keep[np.flatnonzero(found.owner == 5)[:1]] = False
    names = ("energies", "indices", "owner", "spins_found")
    assert replace(found, **{name: getattr(found, name)[keep] for name in names}).euler_violations == 1


def test_two_points_more_or_less_are_noticed_mod_four(four: Enumeration) -> None:
    half = np.count_nonzero(four.owner == 3) // 2
    at = np.flatnonzero(four.owner == 3)
    keep = np.ones(four.energies.size, dtype=bool)
    keep[[at[0], at[half]]] = False
    names = ("energies", "indices", "owner", "spins_found")
    fewer = replace(four, **{name: getattr(four, name)[keep] for name in names})
    assert four.mod_four_violations == 0 and fewer.mod_four_violations == 1


@pytest.mark.parametrize("spins", [1, 2, 5])
def test_two_spin_models_have_two_points_of_each_index(spins: int) -> None:
    found = enumerate_critical_points(2, spins, 5)
    assert found.failed == ()
    for index in range(spins):
        assert (found.counts(index) == 2).all()
    assert found.document()["z"] == 0.0


def test_one_spin_has_two_critical_points() -> None:
    found = enumerate_critical_points(3, 1, 3)
    assert (found.counts() == 2).all() and found.document()["by_index_exact"] == [2.0]


def test_nothing_depends_on_threads_or_on_the_number_of_samples(four: Enumeration) -> None:
    fewer = enumerate_critical_points(3, 4, 5, threads=2)
    mine = four.owner < 5
    assert np.array_equal(fewer.spins_found, four.spins_found[mine])
    assert np.array_equal(fewer.energies, four.energies[mine])


def test_a_sample_that_fails_once_is_tracked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[float] = []
    true = backends.track_spin_roots

    def stumbling(tensor, degree, phases, tolerance):  # type: ignore[no-untyped-def]
        calls.append(tolerance)
        found = true(tensor, degree, phases, tolerance)
        return replace(found, clashes=1) if len(calls) == 1 else found

    monkeypatch.setattr(backends, "track_spin_roots", stumbling)
    found = enumerate_critical_points(3, 3, 2)
    assert found.failed == () and found.attempts.tolist() == [2, 1]
    assert calls == [enumeration.TOLERANCES[0], enumeration.TOLERANCES[1], enumeration.TOLERANCES[0]]
    assert found.document()["retried_samples"] == 1


def test_a_sample_that_keeps_failing_is_reported_and_not_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    expected, true = enumerate_critical_points(3, 3, 2).mean().mean, backends.track_spin_roots
    monkeypatch.setattr(backends, "track_spin_roots", lambda *rest: replace(true(*rest), lost=1))
    found = enumerate_critical_points(3, 3, 2)
    assert found.failed == (0, 1) and found.attempts.tolist() == [3, 3]
    document = found.document()
    assert document["failed_samples"] == [0, 1] and document["level"] == "undecided"
    assert document["mean"] == expected


def test_a_solution_that_is_not_decided_is_not_counted_and_fails_the_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    true = backends.track_spin_roots

    def doubtful(*rest):  # type: ignore[no-untyped-def]
        found = true(*rest)
        reality = found.reality.copy()
        reality[np.flatnonzero(reality == 1)[0]] = -1
        return replace(found, reality=reality)

    before = enumerate_critical_points(3, 3, 2).counts()
    monkeypatch.setattr(backends, "track_spin_roots", doubtful)
    found = enumerate_critical_points(3, 3, 2)
    assert found.failed == (0, 1) and np.array_equal(found.counts(), before - 2)


def test_a_degenerate_index_is_no_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enumeration, "tangent_spectrum", lambda hamiltonian, point: np.array([0.0, 1.0]))
    assert enumerate_critical_points(3, 3, 2).failed == (0, 1)


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: enumerate_critical_points(1, 3, 5), "degree"),
        (lambda: enumerate_critical_points("3:1/2,4:1/2", 3, 5), "pure"),  # type: ignore[arg-type]
        (lambda: enumerate_critical_points(3, 0, 5), "spins"),
        (lambda: enumerate_critical_points(3, 3, 1), "samples"),
        (lambda: enumerate_critical_points(3, 3, 10**11), "at most"),
        (lambda: enumerate_critical_points(3, 30, 5), "fewer spins"),
        (lambda: enumerate_critical_points(3, 3, 5, device="cuda"), "CUDA"),
        (lambda: enumerate_critical_points(3, 3, 5, seed=-1), "seed"),
        (lambda: enumerate_critical_points(3, 3, 5, threads=0), "thread"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(call, word: str) -> None:
    with pytest.raises(InputError, match=word):
        call()
