"""Blocks from orbit sums against blocks from dense bases: random equivariant matrices and the dense ReLU Hessian."""

from __future__ import annotations

from fractions import Fraction
from math import pi, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from symlandscape.arith.field import float_field
from symlandscape.relu.reduced import reduced_point
from symlandscape.symmetry.bases import basis, generators, to_blocks
from symlandscape.symmetry.isotypic import Index, components
from symlandscape.symmetry.pairing import Entry, block, memoised, norms
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


def orbits_of_pairs(pattern: Pattern) -> np.ndarray:
    """The (kd, kd) matrix of orbit numbers of pairs of matrix entries: connected components under the generators."""
    size = pattern.k * pattern.d
    pairs = np.arange(size * size).reshape(size, size)
    targets = [pairs[np.ix_(g, g)].ravel() for g in generators(pattern)] or [pairs.ravel()]
    sources = np.tile(pairs.ravel(), len(targets))
    graph = coo_array((np.ones(len(sources)), (sources, np.concatenate(targets))), shape=(size * size,) * 2)
    return connected_components(graph, directed=False)[1].reshape(size, size)


def entries_of(pattern: Pattern, H: np.ndarray) -> Entry:
    """The entries of a dense equivariant matrix, as `pairing` asks for them."""
    starts = np.concatenate(([0], np.cumsum(pattern.row_sizes))).tolist()

    def entry(r: Index, c: Index, r2: Index, c2: Index) -> float:
        row, column, row2, column2 = (starts[x.space] + x.tag - 1 for x in (r, c, r2, c2))
        return float(H[row * pattern.d + column, row2 * pattern.d + column2])

    return memoised(entry)


def blocks_by_orbit_sums(pattern: Pattern, entry: Entry) -> dict[str, np.ndarray]:
    sizes = [float(x) for x in pattern.row_sizes]
    return {c.label: np.array(block(c, pattern.row_sizes, sizes, entry, sqrt)) for c in components(pattern)}


def dense_relu_hessian(W: np.ndarray, slope: float) -> np.ndarray:
    """The Hessian of the population loss with targets e_1 .. e_d by the literature's formulas, row by row."""
    k, d = W.shape
    eye, c = np.eye(d), 1 / (2 * pi)

    def angle(w: np.ndarray, v: np.ndarray) -> tuple[float, float, np.ndarray, np.ndarray]:
        w, v = w / np.linalg.norm(w), v / np.linalg.norm(v)
        chord = 2 * np.arctan2(np.linalg.norm(w - v), np.linalg.norm(w + v))
        return float(np.sin(chord)), float(np.pi - chord), v - (w @ v) * w, w - (w @ v) * v

    def own(w: np.ndarray, v: np.ndarray) -> np.ndarray:
        sine, _, q, _ = angle(w, v)
        if sine < 1e-12:
            return np.zeros((d, d))
        unit = w / np.linalg.norm(w)
        return c * np.linalg.norm(v) / np.linalg.norm(w) * (sine * (eye - np.outer(unit, unit)) + np.outer(q, q) / sine)

    def cross(w: np.ndarray, v: np.ndarray) -> np.ndarray:
        sine, supplement, q, q2 = angle(w, v)
        if sine < 1e-12:
            return c * supplement * eye
        unit, unit2 = w / np.linalg.norm(w), v / np.linalg.norm(v)
        return c * (supplement * eye + sine * np.outer(unit, unit2) + np.outer(q, q2) / sine)

    H = np.zeros((k, d, k, d))
    for i in range(k):
        H[i, :, i] = eye / 2 + sum(own(W[i], W[j]) for j in range(k) if j != i) - sum(own(W[i], v) for v in eye)
        for j in range(k):
            if j != i:
                H[i, :, j] = cross(W[i], W[j])
    H = (1 - slope) ** 2 * H + slope * eye[None, :, None, :]
    return H.reshape(k * d, k * d)


@EVERY
def test_blocks_from_orbit_sums_equal_blocks_from_dense_bases_on_random_equivariant_matrices(pattern):
    orbits = orbits_of_pairs(pattern)
    H = np.random.default_rng(2).normal(size=orbits.max() + 1)[orbits]
    H = H + H.T
    dense, sums = to_blocks(pattern, H), blocks_by_orbit_sums(pattern, entries_of(pattern, H))
    assert list(dense) == list(sums)
    for label in dense:
        np.testing.assert_allclose(sums[label], dense[label], atol=1e-12)


@EVERY
def test_the_commutant_has_as_many_dimensions_as_squares_of_multiplicities(pattern):
    assert orbits_of_pairs(pattern).max() + 1 == sum(c.multiplicity**2 for c in components(pattern))


@EVERY
def test_squared_norms_are_those_of_the_test_tensors(pattern):
    for component in components(pattern):
        B = basis(pattern, component)
        squares = norms(component, pattern.row_sizes, pattern.row_sizes)
        assert len(squares) == len(B) and all(type(x) is int and x > 0 for x in squares)
    trivial = components(pattern)[0]
    assert norms(trivial, pattern.row_sizes, pattern.row_sizes) == [pattern.count(c) for c in pattern.coordinates]


@given(st.sampled_from(PATTERNS), st.integers(0, 2**32 - 1), st.sampled_from([0.0, -1.0, 0.3]))
def test_blocks_of_the_relu_loss_equal_those_of_its_dense_hessian_at_random_points(pattern, seed, slope):
    values = np.random.default_rng(seed).normal(size=len(pattern.coordinates)).tolist()
    H = dense_relu_hessian(pattern.matrix(values), slope)
    point = reduced_point(pattern, values, float_field(), Fraction(slope))
    entry = point.entries()
    for component in components(pattern):
        found = np.array(point.block(component, entry))
        np.testing.assert_allclose(found, to_blocks(pattern, H, tol=1e-7)[component.label], atol=1e-7 * np.abs(H).max())


@EVERY
def test_spectra_of_the_blocks_with_multiplicities_are_the_spectrum_of_the_dense_hessian(pattern):
    values = np.random.default_rng(5).uniform(0.2, 1.5, size=len(pattern.coordinates)).tolist()
    point = reduced_point(pattern, values, float_field())
    entry = point.entries()
    spectrum = [np.repeat(np.linalg.eigvalsh(point.block(c, entry)), c.dimension) for c in components(pattern)]
    dense = np.linalg.eigvalsh(dense_relu_hessian(pattern.matrix(values), 0.0))
    np.testing.assert_allclose(np.sort(np.concatenate(spectrum)), dense, atol=1e-9 * abs(dense).max())


def test_memoised_forms_are_evaluated_once_for_each_orbit():
    calls = []

    def entry(*indices: Index) -> int:
        calls.append(indices)
        return len(calls)

    known = memoised(entry)
    first = known(Index(0, 4), Index(0, 7), Index(0, 4), Index(1, 2))
    assert known(Index(0, 1), Index(0, -3), Index(0, 1), Index(1, 9)) == first
    assert known(Index(0, 1), Index(0, 1), Index(0, 1), Index(1, 9)) != first
    assert calls == [
        (Index(0, 1), Index(0, 2), Index(0, 1), Index(1, 1)),
        (Index(0, 1), Index(0, 1), Index(0, 1), Index(1, 1)),
    ]
