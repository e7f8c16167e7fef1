"""Dense isotypic bases: orthonormal, complete, equivariant, copies matched; blocks are a homomorphism."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symlandscape.errors import InputError
from symlandscape.symmetry import bases
from symlandscape.symmetry.bases import basis, from_blocks, to_blocks
from symlandscape.symmetry.isotypic import Component, Tensor, components
from symlandscape.symmetry.pattern import Pattern

PATTERNS = [
    Pattern((1,)),
    Pattern((2,)),
    Pattern((3,)),
    Pattern((6,)),
    Pattern((5, 1)),
    Pattern((4, 3)),
    Pattern((3, 2, 1)),
    Pattern((4,), (1,)),
    Pattern((2, 1), (1, 1)),
    Pattern((4, 2), (3, 1)),
]
EVERY = pytest.mark.parametrize("pattern", PATTERNS, ids=str)
SMALL = st.sampled_from(PATTERNS)


def random_blocks(pattern: Pattern, seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {c.label: rng.normal(size=(c.multiplicity, c.multiplicity)) for c in components(pattern)}


def group_element(pattern: Pattern, rng: np.random.Generator) -> np.ndarray:
    """A random element of the pattern's group as a permutation of the k d flattened entries."""
    starts = np.concatenate(([0], np.cumsum(pattern.row_sizes))).tolist()
    rows = np.concatenate([a + rng.permutation(b - a) for a, b in pairwise(starts)])
    index = np.arange(pattern.k * pattern.d).reshape(pattern.k, pattern.d)
    return index[rows][:, rows[: pattern.d]].ravel()


def written_out(pattern: Pattern, component: Component, tensor: Tensor) -> np.ndarray:
    """The matrix of a test tensor: marked index i of a space is its member i-1, dummies run over the unmarked ones."""
    starts = np.concatenate(([0], np.cumsum(pattern.row_sizes)))
    W = np.zeros((pattern.k, pattern.d))
    for term in tensor:
        choices = []
        for index in (term.row, term.column):
            first = component.marked.get(index.space, 0)
            choices.append([index.tag - 1] if index.tag > 0 else range(first, pattern.row_sizes[index.space]))
        for r in choices[0]:
            for c in choices[1]:
                tied = term.row.space == term.column.space and term.row.tag <= 0 and term.column.tag <= 0
                if not tied or (r == c) == (term.row == term.column):
                    W[starts[term.row.space] + r, starts[term.column.space] + c] += term.weight
    return W.ravel()


@EVERY
def test_the_bases_are_orthonormal_and_complete(pattern):
    rows = np.concatenate([basis(pattern, c).reshape(-1, pattern.k * pattern.d) for c in components(pattern)])
    assert rows.shape == (pattern.k * pattern.d,) * 2
    np.testing.assert_allclose(rows @ rows.T, np.eye(len(rows)), atol=1e-14)


@EVERY
def test_a_group_element_acts_by_the_same_matrix_in_all_copies_and_not_between_them(pattern):
    rng = np.random.default_rng(1)
    for component in components(pattern):
        B = basis(pattern, component)
        for _ in range(3):
            action = np.einsum("imx,jlx->ijml", B, B[:, :, group_element(pattern, rng)])
            expected = np.einsum("ij,ml->ijml", np.eye(len(B)), action[0, 0])
            np.testing.assert_allclose(action, expected, atol=1e-13)


@EVERY
def test_the_test_tensors_are_the_images_of_one_vector_with_positive_factors(pattern):
    for component in components(pattern):
        B = basis(pattern, component)
        coefficients = [B @ written_out(pattern, component, tensor) for _, tensor in component.copies]
        reference = coefficients[0][0] / np.linalg.norm(coefficients[0][0])
        for i, found in enumerate(coefficients):
            length = np.linalg.norm(written_out(pattern, component, component.copies[i][1]))
            expected = np.zeros_like(found)
            expected[i] = length * reference
            if component.label != "t":
                np.testing.assert_allclose(found, expected, atol=1e-12)
            else:
                np.testing.assert_allclose(found[i], length * reference, atol=1e-12)


@given(SMALL, st.integers(0, 2**32 - 1))
def test_from_blocks_and_to_blocks_are_inverse(pattern, seed):
    blocks = random_blocks(pattern, seed)
    H = from_blocks(pattern, blocks)
    found = to_blocks(pattern, H)
    assert all(np.allclose(found[label], blocks[label], atol=1e-12) for label in blocks)
    np.testing.assert_allclose(from_blocks(pattern, found), H, atol=1e-12)


@given(SMALL, st.integers(0, 2**32 - 1))
def test_blocks_of_a_product_are_the_products_of_the_blocks(pattern, seed):
    left, right = random_blocks(pattern, seed), random_blocks(pattern, seed + 1)
    found = to_blocks(pattern, from_blocks(pattern, left) @ from_blocks(pattern, right))
    assert all(np.allclose(found[label], left[label] @ right[label], atol=1e-11) for label in left)


@EVERY
def test_blocks_of_the_identity_are_identities_and_those_of_a_transpose_transposes(pattern):
    blocks = random_blocks(pattern, 3)
    found = to_blocks(pattern, from_blocks(pattern, blocks).T)
    assert all(np.allclose(found[label], blocks[label].T, atol=1e-12) for label in blocks)
    assert all(np.allclose(x, np.eye(len(x))) for x in to_blocks(pattern, np.eye(pattern.k * pattern.d)).values())


@EVERY
def test_projectors_are_orthogonal_idempotents_of_rank_multiplicity_times_dimension_and_sum_to_one(pattern):
    known = components(pattern)
    zero = {c.label: np.zeros((c.multiplicity,) * 2) for c in known}
    projectors = {c.label: from_blocks(pattern, {**zero, c.label: np.eye(c.multiplicity)}) for c in known}
    np.testing.assert_allclose(sum(projectors.values()), np.eye(pattern.k * pattern.d), atol=1e-13)
    for c in known:
        P = projectors[c.label]
        np.testing.assert_allclose(P @ P, P, atol=1e-13)
        assert round(float(np.trace(P))) == c.multiplicity * c.dimension
    for a, b in combinations(projectors.values(), 2):
        np.testing.assert_allclose(a @ b, 0, atol=1e-13)


@given(SMALL, st.integers(0, 2**32 - 1))
def test_eigenvalues_of_the_blocks_with_their_dimensions_are_the_spectrum(pattern, seed):
    blocks = {label: x + x.T for label, x in random_blocks(pattern, seed).items()}
    dimension = {c.label: c.dimension for c in components(pattern)}
    expected = np.sort(
        np.concatenate([np.repeat(np.linalg.eigvalsh(x), dimension[label]) for label, x in blocks.items()])
    )
    np.testing.assert_allclose(np.linalg.eigvalsh(from_blocks(pattern, blocks)), expected, atol=1e-11)


@settings(max_examples=10)
@given(st.integers(4, 12))
def test_standard_polytabloids_span_the_symmetric_matrices_with_zero_diagonal_and_row_sums(n):
    T = bases.standard_polytabloids(n)
    assert T.shape == (n * (n - 3) // 2, n, n)
    assert not T.sum(axis=2).any() and not np.diagonal(T, axis1=1, axis2=2).any()
    assert np.array_equal(T, T.transpose(0, 2, 1))
    Q = bases.partition_n2_2(n).reshape(len(T), -1)
    np.testing.assert_allclose(Q @ Q.T, np.eye(len(T)), atol=1e-13)
    np.testing.assert_allclose(T.reshape(len(T), -1) @ Q.T @ Q, T.reshape(len(T), -1), atol=1e-12)


def test_helmert_vectors_of_four_members():
    rows = [[1, -1, 0, 0], [1, 1, -2, 0], [1, 1, 1, -3]]
    np.testing.assert_allclose(bases.helmert(4), [np.array(r) / np.linalg.norm(r) for r in rows], atol=1e-15)


def test_a_matrix_that_is_not_equivariant_is_refused_with_the_deviation():
    H = np.eye(9)
    H[0, 0] = 1.25
    with pytest.raises(InputError, match=r"commutes with the group of 3, but it deviates by 0\.25"):
        to_blocks(Pattern((3,)), H)
    assert to_blocks(Pattern((3,)), H, tol=0.5)["t"].shape == (2, 2)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_matrix_with_nan_or_infinity_is_refused(value):
    with pytest.raises(InputError, match="finite numbers"):
        to_blocks(Pattern((3,)), np.full((9, 9), value))


def test_misuse_is_refused():
    pattern = Pattern((3,))
    with pytest.raises(InputError, match=r"\(9, 9\), but one of \(3, 3\)"):
        to_blocks(pattern, np.eye(3))
    with pytest.raises(InputError, match="expected the blocks t, s0, x0"):
        from_blocks(pattern, {"t": np.eye(2)})
    with pytest.raises(InputError, match=r"block s0 of 3 has shape \(3, 3\)"):
        from_blocks(pattern, {"t": np.eye(2), "s0": np.eye(2), "x0": np.eye(1)})
    with pytest.raises(InputError, match="integer sizes"):
        basis(Pattern((Fraction(13, 2),)), "t")
    with pytest.raises(InputError, match="'y0' was asked for"):
        basis(pattern, "y0")
