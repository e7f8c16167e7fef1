"""Packed couplings: energies, gradients and Hessians are those of the polynomial; descent follows its recursion."""

from __future__ import annotations

import itertools
import math
from collections import Counter

import numpy as np
import pytest

from numba_kernels._jit import COMPILED
from numba_kernels.spinglass import layout
from symlandscape import backends
from symlandscape.errors import InputError

Array = np.ndarray


def packed(spins: int, *degrees: int, seed: int = 0) -> backends.PackedCouplings:
    return backends.pack_couplings(spins, dict.fromkeys(degrees, 1.0), lambda p: np.random.default_rng([seed, p]))


def polynomial(x: Array, degree: int, seed: int = 0) -> float:
    """The same Hamiltonian written out: one normal number for each non-increasing tuple, in lexicographic order."""
    tuples = [t for t in itertools.product(range(len(x)), repeat=degree) if list(t) == sorted(t, reverse=True)]
    normals = np.random.default_rng([seed, degree]).standard_normal(len(tuples))
    total = 0.0
    for indices, normal in zip(tuples, normals, strict=True):
        orderings = math.factorial(degree) / math.prod(math.factorial(m) for m in Counter(indices).values())
        total += math.sqrt(orderings) * normal * math.prod(x[i] for i in indices)
    return float(total)


@pytest.mark.parametrize(("spins", "degree"), [(1, 2), (9, 2), (1, 3), (5, 3), (9, 3), (6, 4), (4, 5)])
def test_the_energy_is_that_of_the_polynomial(spins: int, degree: int) -> None:
    x = np.random.default_rng(1).standard_normal(spins)
    energies, gradients = backends.spin_energies(packed(spins, degree), x[None])
    assert energies[0] == pytest.approx(polynomial(x, degree), abs=1e-12 * spins**degree)
    assert gradients[0] @ x == pytest.approx(degree * energies[0], abs=1e-11 * spins**degree)


@pytest.mark.parametrize(("spins", "degrees"), [(10, (2,)), (17, (3,)), (7, (4,)), (5, (5,)), (9, (2, 3, 4))])
def test_gradient_hessian_and_products_are_derivatives(spins: int, degrees: tuple[int, ...]) -> None:
    couplings = packed(spins, *degrees)
    x, v = np.random.default_rng(2).standard_normal((2, spins))
    h = 1e-5
    energies, gradients = backends.spin_energies(couplings, np.stack([x + h * v, x - h * v, x]))
    scale = 1.0 + float(np.abs(gradients).max())
    assert (energies[0] - energies[1]) / (2 * h) == pytest.approx(gradients[2] @ v, abs=1e-7 * scale)
    product = backends.spin_hessian_product(couplings, x, v[None])[0]
    assert np.abs((gradients[0] - gradients[1]) / (2 * h) - product).max() < 1e-6 * scale
    matrix = backends.spin_hessian(couplings, x)
    assert np.array_equal(matrix, matrix.T)
    assert np.abs(matrix @ v - product).max() < 1e-12 * scale
    lowest = min(degrees)
    if len(degrees) == 1:
        assert np.abs(matrix @ x - (lowest - 1) * gradients[2]).max() < 1e-12 * scale


def test_couplings_of_fewer_spins_come_first_and_every_tile_is_in_its_place() -> None:
    small, large = packed(12, 3), packed(20, 3)
    assert np.array_equal(small.data, large.data[: small.data.size])
    assert np.count_nonzero(large.data) == large.coefficients == math.comb(22, 3)
    assert large.data.ctypes.data % 64 == 0
    assert [layout.stored_size(n, 2) for n in (1, 4, 5, 8, 9, 12, 13)] == [32, 32, 64, 64, 128, 128, 192]


def test_each_multiset_has_the_variance_of_the_sum_over_its_orderings() -> None:
    factors = np.array([backends.spin_energies(packed(3, 3, seed=s), np.eye(3))[0] for s in range(400)])
    assert np.abs(factors.var(axis=0) - 1.0).max() < 5 * math.sqrt(2 / 400)  # J_iii
    sums = np.array([backends.spin_energies(packed(3, 3, seed=s), np.ones((1, 3)))[0][0] for s in range(400)])
    assert abs(sums.var() / 27.0 - 1.0) < 5 * math.sqrt(2 / 400)  # all 27 couplings


def test_gradient_descent_follows_its_recursion() -> None:
    couplings = packed(6, 3)
    start = np.random.default_rng(3).standard_normal(6)
    x = start * math.sqrt(6 / (start @ start))
    for _ in range(5):
        gradient = backends.spin_energies(couplings, x[None])[1][0]
        x = x - 0.02 * (gradient - gradient @ x / 6 * x)
        x *= math.sqrt(6 / (x @ x))
    batch = backends.minimise_spins(couplings, start[None], "gd", max_steps=5, step=0.02)
    assert batch.steps[0] == 5 and not batch.converged[0]
    assert np.abs(batch.points[0] - x).max() < 1e-13
    point, energies = backends.langevin_spins(couplings, start, np.ones((5, 6)), 0.0, 0.02)
    assert np.abs(point - x).max() < 1e-13 and energies.shape == (5,)


def test_langevin_noise_is_tangential() -> None:
    couplings = packed(6, 3)
    start = np.random.default_rng(4).standard_normal(6)
    x = start * math.sqrt(6 / (start @ start))
    still, _ = backends.langevin_spins(couplings, x, np.zeros((1, 6)), 1.0, 0.01)
    along, _ = backends.langevin_spins(couplings, x, 3.0 * x[None], 1.0, 0.01)
    assert np.abs(along - still).max() < 1e-14
    assert still @ still == pytest.approx(6.0)


@pytest.mark.skipif(not COMPILED, reason="thousands of iterations: compiled only")
@pytest.mark.parametrize("method", backends.SPIN_METHODS)
def test_bits_do_not_depend_on_threads_or_on_the_other_starts(method: backends.SpinMethod) -> None:
    couplings = packed(20, 3, 4)
    starts = np.random.default_rng(5).standard_normal((7, 20))
    tol = 1e-10 if method == "lbfgs" else 1e-3
    one = backends.minimise_spins(couplings, starts, method, tol, step=1e-3)
    two = backends.minimise_spins(couplings, starts, method, tol, step=1e-3, threads=3)
    alone = backends.minimise_spins(couplings, starts[3:4], method, tol, step=1e-3)
    assert one.converged.all()
    assert np.array_equal(one.points, two.points) and np.array_equal(one.losses, two.losses)
    assert np.array_equal(one.points[3], alone.points[0])


@pytest.mark.skipif(not COMPILED, reason="thousands of iterations: compiled only")
def test_every_start_ends_on_the_sphere_with_a_tiny_gradient() -> None:
    couplings = backends.pack_couplings(40, {3: 1 / 40}, lambda p: np.random.default_rng(p))
    batch = backends.minimise_spins(couplings, 7.0 * np.random.default_rng(6).standard_normal((20, 40)))
    assert batch.converged.all()
    assert np.abs(np.einsum("ik,ik->i", batch.points, batch.points) - 40.0).max() < 1e-11
    energies, gradients = backends.spin_energies(couplings, batch.points)
    tangential = gradients - (np.einsum("ik,ik->i", gradients, batch.points) / 40.0)[:, None] * batch.points
    assert np.linalg.norm(tangential, axis=1).max() < 2e-10 * math.sqrt(40)
    assert np.abs(energies - batch.losses).max() < 1e-12 * 40


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: packed(0, 3), "at least one spin"),
        (lambda: packed(4, 1), "degrees >= 2"),
        (lambda: packed(4), "degrees"),
        (lambda: packed(3000, 3), "fewer spins"),
        (lambda: backends.spin_energies(packed(4, 3), np.ones(4)), "shape"),
        (lambda: backends.spin_energies(packed(4, 3), np.full((1, 4), np.nan)), "finite"),
        (lambda: backends.spin_hessian(packed(4, 3), np.ones(5)), "shape"),
        (lambda: backends.minimise_spins(packed(4, 3), np.zeros((1, 4))), "origin"),
        (lambda: backends.minimise_spins(packed(4, 3), np.ones((1, 4)), "adam"), "method"),  # type: ignore[arg-type]
        (lambda: backends.minimise_spins(packed(4, 3), np.ones((1, 4)), threads=0), "thread"),
        (lambda: backends.minimise_spins(packed(4, 3), np.ones((1, 4)), tol=0.0), "tol"),
        (lambda: backends.minimise_spins(packed(4, 3), np.ones((1, 4)), device="cuda"), "CUDA"),
        (lambda: backends.langevin_spins(packed(4, 3), np.ones(4), np.ones((1, 4)), -1.0, 0.1), "temperature"),
        (lambda: backends.langevin_spins(packed(4, 3), np.zeros(4), np.ones((1, 4)), 1.0, 0.1), "origin"),
        (lambda: backends.track_spin_roots(np.ones((2, 2)), 2, np.ones(2)), "degree >= 3"),
        (lambda: backends.track_spin_roots(np.full((2, 2, 2), np.inf), 3, np.ones(2)), "finite"),
        (lambda: backends.spin_path_count(40, 3), "fewer spins"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(call, word: str) -> None:
    with pytest.raises(InputError, match=word):
        call()
