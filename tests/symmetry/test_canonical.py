"""Canonical forms under row and column permutations, and equivalence."""

from __future__ import annotations

import numpy as np
import pytest

from symlandscape.errors import InputError
from symlandscape.symmetry.canonical import canonical_form, equivalent

RNG = np.random.default_rng(5)
CYCLES = np.kron(np.eye(2), np.eye(3) + np.roll(np.eye(3), 1, axis=1))  # two hexagons
CYCLE = np.eye(6) + np.roll(np.eye(6), 1, axis=1)  # one dodecagon: the same degrees
MATRICES = {
    "identity": np.eye(12),
    "zero": np.zeros((5, 4)),
    "two exchangeable blocks": np.kron(np.eye(2), np.eye(3) + 1.0),
    "circulant": np.array([[float((c - r) % 9) for c in range(9)] for r in range(9)]),
    "projective plane": np.array([[float((c - r) % 13 in (0, 1, 3, 9)) for c in range(13)] for r in range(13)]),
    "unequal cycles": np.block([[CYCLES, np.zeros((6, 6))], [np.zeros((6, 6)), CYCLE]]),
    "few colours": RNG.integers(0, 2, size=(7, 6)).astype(float),
    "generic": RNG.normal(size=(40, 40)),
    "one row": np.array([[2.0, 1.0, 2.0]]),
}


@pytest.mark.parametrize("W", MATRICES.values(), ids=MATRICES.keys())
def test_all_permuted_copies_have_one_canonical_form(W):
    form, rows, columns = canonical_form(W)
    np.testing.assert_array_equal(W[np.ix_(rows, columns)], form)
    for _ in range(3):
        copy = W[RNG.permutation(W.shape[0])][:, RNG.permutation(W.shape[1])]
        np.testing.assert_array_equal(canonical_form(copy)[0], form)


@pytest.mark.parametrize("W", MATRICES.values(), ids=MATRICES.keys())
def test_a_permuted_copy_is_equivalent_and_the_permutations_say_how(W):
    copy = W[RNG.permutation(W.shape[0])][:, RNG.permutation(W.shape[1])]
    found = equivalent(W, copy)
    assert found is not None
    np.testing.assert_array_equal(W[np.ix_(*found)], copy)


def test_noisy_copies_of_a_symmetric_matrix_have_forms_within_the_noise():
    W = np.eye(8) + RNG.uniform(-1e-9, 1e-9, (8, 8))
    np.testing.assert_allclose(canonical_form(W)[0], canonical_form(np.eye(8))[0], atol=2e-9)
    found = equivalent(W, np.eye(8))
    assert found is not None
    np.testing.assert_allclose(W[np.ix_(*found)], np.eye(8), atol=2e-9)


def test_two_hexagons_are_not_a_dodecagon_although_refinement_cannot_tell():
    assert equivalent(CYCLES, CYCLE) is None


def test_equal_entries_in_other_places_a_changed_entry_and_another_shape_are_not_equivalent():
    assert equivalent([[1.0, 1.0], [0.0, 0.0]], np.eye(2)) is None
    assert equivalent(2 * np.eye(2), np.eye(2)) is None
    assert equivalent(np.eye(2), np.eye(3)) is None


def test_transposition_is_not_a_permutation_of_rows_and_columns():
    W = np.array([[1.0, 2.0], [1.0, 3.0]])
    assert equivalent(W, W.T) is None


def test_a_bad_matrix_is_refused_by_name():
    with pytest.raises(InputError, match="W2 must have finite entries"):
        equivalent([[1.0]], [[np.inf]])
    with pytest.raises(InputError, match="tolerance"):
        canonical_form([[1.0]], tol=-1.0)
