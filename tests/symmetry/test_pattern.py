"""Block patterns: coordinates and their counts, matrices and reductions, admissible sizes, reading from text."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from symlandscape.errors import InputError
from symlandscape.symmetry.pattern import Pattern

SIZES = st.lists(st.integers(1, 5), min_size=1, max_size=3).map(tuple)
EXTRA = st.lists(st.integers(1, 3), max_size=2).map(tuple)
PATTERNS = st.builds(Pattern, SIZES, EXTRA)
n, m = sympy.symbols("n m", positive=True)


def test_coordinates_go_row_block_by_row_block_with_a_before_b():
    names = [c.name for c in Pattern((4, 1, 3), (1, 2)).coordinates]
    assert names[:6] == ["a[0]", "b[0,0]", "c[0,1]", "c[0,2]", "c[1,0]", "a[1]"]
    assert names[6:] == [
        "c[1,2]",
        "c[2,0]",
        "c[2,1]",
        "a[2]",
        "b[2,2]",
        *(f"r[{e},{j}]" for e in (0, 1) for j in range(3)),
    ]


@pytest.mark.parametrize(
    ("sizes", "number"),
    [((6,), 2), ((5, 1), 5), ((4, 3), 6), ((4, 3, 1), 11), ((4, 1, 1), 10), ((n,), 2), ((n - 1, 1), 5)],
)
def test_fixed_spaces_have_the_dimensions_of_the_literature(sizes, number):
    assert len(Pattern(sizes).coordinates) == number


@pytest.mark.parametrize(
    "pattern",
    [
        Pattern((6,)),
        Pattern((5, 1), (1, 3)),
        Pattern((Fraction(13, 2), 1, Fraction(7, 3)), (Fraction(5, 2),)),
        Pattern((n, m, 1), (1, n - 3)),
    ],
    ids=str,
)
def test_the_entries_behind_the_coordinates_add_to_k_times_d(pattern):
    total = sum(pattern.count(c) for c in pattern.coordinates)
    assert sympy.expand(total - pattern.k * pattern.d) == 0


@given(PATTERNS)
def test_index_matrix_holds_every_coordinate_as_often_as_its_count(pattern):
    counts = np.bincount(pattern.index_matrix().ravel(), minlength=len(pattern.coordinates))
    assert counts.tolist() == [pattern.count(c) for c in pattern.coordinates]


@given(PATTERNS, st.integers(0, 2**32 - 1))
def test_reduce_inverts_matrix_on_the_fixed_space(pattern, seed):
    values = np.random.default_rng(seed).normal(size=len(pattern.coordinates))
    means, deviation = pattern.reduce(pattern.matrix(list(values)))
    np.testing.assert_allclose(means, values, rtol=1e-14)
    assert deviation <= 1e-14


@given(PATTERNS, st.randoms(use_true_random=False))
def test_the_group_of_the_pattern_fixes_its_matrices(pattern, random):
    W = pattern.index_matrix()
    starts = np.concatenate(([0], np.cumsum(pattern.row_sizes)))
    rows = np.concatenate([random.sample(range(a, b), b - a) for a, b in pairwise(starts.tolist())])
    assert np.array_equal(W[rows][:, rows[: pattern.d]], W)


def test_reduce_reports_how_far_a_matrix_is_from_the_fixed_space():
    W = np.eye(3)
    W[0, 1] = 0.3
    means, deviation = Pattern((3,)).reduce(W)
    assert means == pytest.approx([1, 0.05]) and deviation == pytest.approx(0.25)


def test_a_matrix_of_exact_values_stays_exact():
    W = Pattern((2, 1)).matrix([Fraction(1, 3), 0, sympy.pi, 1, 2])
    assert W.dtype == object and W[0, 2] == sympy.pi and W[1, 1] == Fraction(1, 3)


def test_sizes_are_made_exact_and_whole_fractions_integers():
    pattern = Pattern((Fraction(6), sympy.Integer(4), sympy.Rational(13, 2)))
    assert pattern.sizes == (6, 4, Fraction(13, 2)) and type(pattern.sizes[1]) is int
    assert pattern.is_numeric and not pattern.is_integer
    assert (pattern.d, pattern.k) == (Fraction(33, 2), Fraction(33, 2))


@pytest.mark.parametrize("size", [0, -2, Fraction(1, 2), Fraction(-3, 2), 6.5, True, "6", None, sympy.Rational(1, 3)])
def test_sizes_outside_the_domain_are_refused(size):
    with pytest.raises(InputError, match="block size"):
        Pattern((4, size))


def test_a_pattern_needs_a_block():
    with pytest.raises(InputError, match="at least one block"):
        Pattern(())


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("9,1", (9, 1)),
        ("13/2, 1", (Fraction(13, 2), 1)),
        ("n-1,1", (n - 1, 1)),
        ("m,n", (m, n)),
        ("6.5", (Fraction(13, 2),)),
    ],
)
def test_patterns_are_read_from_text(text, sizes):
    assert Pattern.parse(text) == Pattern(sizes)


@pytest.mark.parametrize("text", ["", "9,,1", "n-1;1", "f(n)", "n.real", "__import__", "1/0", "0", "1/2", "n-"])
def test_text_that_is_no_pattern_is_refused(text):
    with pytest.raises(InputError):
        Pattern.parse(text)


@pytest.mark.parametrize("pattern", [Pattern((Fraction(13, 2),)), Pattern((n, 1))], ids=str)
def test_real_and_symbolic_sizes_have_no_matrix(pattern):
    with pytest.raises(InputError, match="integer sizes"):
        pattern.matrix([0] * len(pattern.coordinates))


def test_wrong_numbers_of_values_and_wrong_shapes_are_refused():
    with pytest.raises(InputError, match="2 coordinates, but 3 values"):
        Pattern((4,)).matrix([1, 2, 3])
    with pytest.raises(InputError, match=r"shape \(4, 4\), but W has shape \(4, 5\)"):
        Pattern((4,)).reduce(np.zeros((4, 5)))
