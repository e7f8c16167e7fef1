"""Homotopy paths find all solutions, and a solution is called real only on proof."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from numba_kernels._jit import COMPILED
from numba_kernels.spinglass.certify import certify
from symlandscape.backends import TrackedRoots, spin_path_count, track_spin_roots

Array = np.ndarray

compiled_only = pytest.mark.skipif(not COMPILED, reason="thousands of steps: compiled only")


def roots(tensor: Array, seed: int = 0, tolerance: float = 1e-4) -> TrackedRoots:
    phases = np.random.default_rng(seed).uniform(0, 2 * math.pi, tensor.shape[0])
    return track_spin_roots(tensor, tensor.ndim, phases, tolerance)


def symmetric(spins: int, degree: int, seed: int) -> Array:
    tensor = np.random.default_rng(seed).standard_normal((spins,) * degree)
    orders = list(itertools.permutations(range(degree)))
    return np.asarray(sum(tensor.transpose(order) for order in orders) / len(orders))


def pitchfork(c: float) -> Array:
    """The cubic form with u = cos(3 t) + c cos(t) on the circle: at c = -9 two more critical points leave t = 0."""
    tensor = np.zeros((2, 2, 2))
    tensor[0, 0, 0] = 1.0 + c
    for order in itertools.permutations((0, 1, 1)):
        tensor[order] = (c - 3.0) / 3.0
    return tensor


@pytest.mark.parametrize("degree", [3, 4, 5])
def test_the_solutions_of_a_diagonal_tensor_are_known(degree: int) -> None:
    tensor = np.zeros((3,) * degree)
    for i, entry in enumerate((2.0, -1.0, 0.5)):
        tensor[(i,) * degree] = entry
    found = roots(tensor)
    assert found.complete and found.ends.shape[0] == spin_path_count(3, degree)
    for x in found.ends:
        for value, entry in zip(x, (2.0, -1.0, 0.5), strict=True):
            assert min(abs(value), abs(value ** (degree - 2) - 1.0 / entry)) < 1e-12
    if degree == 3:
        assert (found.reality == 1).all()


@compiled_only
@pytest.mark.parametrize(("spins", "degree"), [(1, 3), (2, 3), (4, 3), (5, 3), (3, 4), (2, 6)])
def test_every_solution_is_found_and_solves_the_equation(spins: int, degree: int) -> None:
    tensor = symmetric(spins, degree, 1)
    found = roots(tensor)
    assert found.complete and found.lost == found.clashes == 0
    assert found.ends.shape[0] == ((degree - 1) ** spins - 1) // (degree - 2)
    for x in found.ends:
        image = tensor.astype(complex)
        for _ in range(degree - 1):
            image = image @ x
        assert np.abs(image - x).max() < 1e-11 * max(1.0, np.abs(x).max())
    again = roots(tensor, seed=7)
    for x in found.ends:
        turned = [np.exp(2j * math.pi * m / (degree - 2)) * again.ends for m in range(degree - 2)]
        assert min(np.abs(y - x).max(axis=1).min() for y in turned) < 1e-9 * np.abs(x).max()


@compiled_only
def test_the_solutions_that_are_not_real_come_in_conjugate_pairs() -> None:
    for seed in range(10):
        found = roots(symmetric(4, 3, seed))
        assert found.complete
        assert np.count_nonzero(found.reality == 0) % 2 == 0
        for x in found.ends[found.reality == 0]:
            assert np.abs(found.ends - x.conj()).max(axis=1).min() < 1e-9


@pytest.mark.parametrize("delta", [1e-2, 1e-4, 1e-8, 1e-12, 1e-14])
def test_a_complex_solution_with_a_tiny_imaginary_part_is_never_called_real(delta: float) -> None:
    # beyond the pitchfork the two solutions beside t = 0 have t = +- i sqrt(delta/12): one real solution stays there
    found = roots(pitchfork(-9.0 - delta))
    near = np.abs(found.ends[:, 1]) < 0.5 * np.abs(found.ends[:, 0])
    assert np.count_nonzero(near) == 3
    assert np.count_nonzero(found.reality[near] == 1) <= 1
    if delta >= 1e-4:
        assert found.complete and sorted(found.reality[near].tolist()) == [0, 0, 1]


@pytest.mark.parametrize("delta", [1e-2, 1e-4])
def test_real_solutions_next_to_each_other_are_called_real(delta: float) -> None:
    found = roots(pitchfork(-9.0 + delta))
    assert found.complete and (found.reality == 1).all()


@pytest.mark.parametrize("tensor", [symmetric(4, 3, 3), symmetric(2, 4, 5), pitchfork(-9.0 - 1e-4), pitchfork(-8.9999)])
def test_a_uniqueness_ball_does_not_reach_another_solution(tensor: Array) -> None:
    found = roots(tensor)
    assert found.complete and (found.unique >= 5.0 * found.radii).all()
    for a, b in itertools.permutations(range(found.ends.shape[0]), 2):
        distance = np.abs(found.ends[a] - found.ends[b]).max()
        assert found.unique[a] < distance + found.radii[b]


def test_a_point_that_is_no_solution_gets_no_ball() -> None:
    out = [np.zeros(1), np.zeros(1), np.zeros(1, np.int8), np.zeros(1, np.int64)]
    certify(pitchfork(1.0).ravel(), 3, np.array([[0.3 + 0.1j, 0.2 + 0j]]), *out)
    assert out[0][0] == math.inf and out[1][0] == 0.0 and out[2][0] == -1


@compiled_only
def test_paths_that_jump_are_noticed() -> None:
    # with a hundred times too large steps some path jumps to another one: two ends meet and one solution is missing
    tensors = [symmetric(5, 3, seed) for seed in range(60)]
    rough = [roots(t, seed, 0.3) for seed, t in enumerate(tensors)]
    fine = [roots(t, seed) for seed, t in enumerate(tensors)]
    assert all(f.complete for f in fine)
    assert any(not r.complete for r in rough)
    for r, f in zip(rough, fine, strict=True):
        if r.complete:
            assert np.count_nonzero(r.reality == 1) == np.count_nonzero(f.reality == 1)
