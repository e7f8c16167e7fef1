"""Isotropy groups of matrices: known groups, the pattern inside, its standard form, tolerance."""

from __future__ import annotations

import math

import numpy as np
import pytest

from symlandscape.errors import InputError
from symlandscape.symmetry.isotropy import cluster, isotropy
from symlandscape.symmetry.lattice import group_order
from symlandscape.symmetry.pattern import Pattern


def scrambled(W: np.ndarray, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return W[rng.permutation(W.shape[0])][:, rng.permutation(W.shape[1])]


def generic(sizes: tuple[int, ...], extra: tuple[int, ...] = (), seed: int = 0) -> np.ndarray:
    pattern = Pattern(sizes=sizes, extra=extra)
    return pattern.matrix(list(np.random.default_rng(seed).normal(size=len(pattern.coordinates))))


def difference_set(n: int, differences: tuple[int, ...]) -> np.ndarray:
    return np.array([[float((column - row) % n in differences) for column in range(n)] for row in range(n)])


def test_the_identity_of_size_12_is_fixed_by_the_diagonal_symmetric_group():
    found = isotropy(scrambled(np.eye(12)))
    assert found.order == math.factorial(12)
    assert (found.name, found.pattern, found.exact, found.stable) == ("Delta(S_12)", Pattern((12,)), True, True)


def test_the_zero_matrix_is_fixed_by_everything():
    found = isotropy(np.zeros((6, 5)))
    assert found.order == math.factorial(6) * math.factorial(5)
    assert (found.pattern, found.exact) == (Pattern((5,), (1,)), False)
    assert found.name == "Delta(S_5) x S_1 in a group of order 86400"
    assert found.gap == math.inf


@pytest.mark.parametrize(("n", "differences", "order"), [(7, (0, 1, 3), 168), (13, (0, 1, 3, 9), 5616)])
def test_a_projective_plane_has_the_order_of_its_collineation_group(n, differences, order):
    found = isotropy(scrambled(difference_set(n, differences)))
    assert found.order == order
    assert found.pattern == Pattern((1,) * n)
    assert len(found.row_orbits) == len(found.column_orbits) == 1


SYMMETRIC = {
    "identity": np.eye(5),
    "projective plane": difference_set(7, (0, 1, 3)),
    "blocks and an extra row": generic((3, 2), (1,)),
    "wreath product": np.kron(np.eye(2), np.ones((2, 3))),
}


@pytest.mark.parametrize("W", SYMMETRIC.values(), ids=SYMMETRIC.keys())
def test_schreier_sims_on_the_generators_finds_the_same_order(W):
    from sympy.combinatorics import Permutation, PermutationGroup

    k, d = W.shape
    found = isotropy(scrambled(W))
    generators = [Permutation([*rows, *(k + c for c in columns)], size=k + d) for rows, columns in found.generators]
    assert PermutationGroup(*generators).order() == found.order


BLOCKS = [(6,), (2,), (9, 1), (5, 3, 1), (3, 3, 2), (30, 20)]


@pytest.mark.parametrize(("sizes", "extra"), [*((sizes, ()) for sizes in BLOCKS), ((4, 1, 1), (1, 1)), ((7, 1), (1,))])
def test_a_generic_matrix_of_a_pattern_has_that_pattern(sizes, extra):
    W = scrambled(generic(sizes, extra))
    found = isotropy(W)
    assert found.pattern == Pattern(sizes, extra)
    assert found.exact and found.order == group_order(sizes, extra)
    standard = W[np.ix_(found.row_permutation, found.column_permutation)]
    index = found.pattern.index_matrix()
    assert all(np.ptp(standard[index == number]) == 0.0 for number in range(index.max() + 1))


def test_a_generic_matrix_of_size_60_has_no_symmetry():
    found = isotropy(np.random.default_rng(1).normal(size=(60, 60)))
    assert (found.order, found.generators, found.exact, found.stable) == (1, (), True, True)
    assert found.name == "Delta(S_1^60)"


def test_singletons_are_matched_where_the_entries_are_large():
    W = np.diag([3.0, -4.0, 5.0]) + np.arange(9).reshape(3, 3) / 100
    found = isotropy(scrambled(W))
    standard = scrambled(W)[np.ix_(found.row_permutation, found.column_permutation)]
    assert sorted(np.diag(standard)) == sorted(np.diag(W))


def test_the_diagonal_of_a_block_of_two_has_the_larger_modulus():
    found = isotropy(np.array([[0.5, -2.0], [-2.0, 0.5]]))
    assert (found.row_permutation, found.column_permutation) in {((0, 1), (1, 0)), ((1, 0), (0, 1))}
    assert found.pattern == Pattern((2,))


def test_equal_columns_are_not_matched_and_make_the_pattern_inexact():
    W = np.array([[1.0, 1.0, 2.0], [3.0, 3.0, 4.0], [5.0, 5.0, 7.0]])
    found = isotropy(W)
    assert (found.order, found.pattern, found.exact) == (2, Pattern((1, 1, 1)), False)
    assert found.name == "Delta(S_1^3) in a group of order 2"


def test_equal_extra_rows_are_free_unless_they_are_grouped():
    W = scrambled(Pattern((3, 1), (2,)).matrix([2.0, 0.5, 0.3, 0.2, -3.0, 0.7, 0.1]))
    free, grouped = isotropy(W), isotropy(W, equal_extra=True)
    assert (free.pattern, free.exact) == (Pattern((3, 1), (1, 1)), False)
    assert (grouped.pattern, grouped.exact, grouped.name) == (Pattern((3, 1), (2,)), True, "Delta(S_3 x S_1) x S_2")


def test_exchangeable_blocks_make_the_pattern_inexact():
    W = np.kron(np.eye(2), np.eye(3) + 1.0)
    found = isotropy(scrambled(W))
    assert (found.order, found.pattern, found.exact) == (72, Pattern((3, 3)), False)


def test_fewer_rows_than_columns_have_a_group_but_no_pattern():
    found = isotropy(np.hstack((np.eye(2), [[5.0], [5.0]])))
    assert (found.pattern, found.exact, found.order) == (None, False, 2)
    assert found.name == "Delta(S_2) and 1 columns without row"
    assert found.column_permutation[2] == 2


def test_the_orbits_are_those_of_the_group():
    found = isotropy(generic((3, 1), (1,)))
    assert found.row_orbits == ((0, 1, 2), (3,), (4,))
    assert found.column_orbits == ((0, 1, 2), (3,))


def test_noise_below_the_tolerance_does_not_break_the_symmetry():
    W = scrambled(generic((4, 2)))
    noisy = W + np.random.default_rng(3).uniform(-1e-9, 1e-9, W.shape)
    found = isotropy(noisy)
    assert found.pattern == isotropy(W).pattern
    assert found.stable and 0 < found.spread < 2e-9


@pytest.mark.parametrize("noise", [3e-8, 4e-7])
def test_a_group_that_depends_on_the_tolerance_is_not_stable(noise):
    W = np.eye(3)
    W[0, 0] += noise
    assert not isotropy(W, tol=1e-7).stable
    assert isotropy(W, tol=1e-10).stable


def test_a_chain_of_entries_that_are_not_equal_is_not_stable():
    chain = np.linspace(0, 2e-5, 400).reshape(20, 20)
    found = isotropy(chain)
    assert found.order == math.factorial(20) ** 2 and not found.stable


def test_colours_are_ranks_by_value():
    assert cluster([[2.0, -1.0], [0.0, 2.0 + 1e-9]]).tolist() == [[2, 0], [1, 2]]
    assert cluster([[2.0, -1.0], [0.0, 2.0 + 1e-9]], tol=0).tolist() == [[2, 0], [1, 3]]


@pytest.mark.parametrize(
    ("W", "tol", "complaint"),
    [
        ([[1.0, np.nan]], 1e-7, "NaN or infinity"),
        ([1.0, 2.0], 1e-7, "k x d matrix"),
        (np.zeros((0, 3)), 1e-7, "k x d matrix"),
        ([[1j]], 1e-7, "complex"),
        ([["a"]], 1e-7, "matrix of real numbers"),
        ([[1.0], [1.0, 2.0]], 1e-7, "different lengths"),
        ([[1.0]], -1.0, "tolerance"),
        ([[1.0]], math.nan, "tolerance"),
    ],
)
def test_a_bad_matrix_or_tolerance_is_refused(W, tol, complaint):
    with pytest.raises(InputError, match=complaint):
        isotropy(W, tol)
