"""Isotypic decomposition: the table of the theory, dimensions and multiplicities against characters."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from math import factorial, prod

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy.utilities.iterables import partitions

from symlandscape.errors import InputError
from symlandscape.symmetry.characters import multiplicity_by_character, symmetric_average
from symlandscape.symmetry.isotypic import components
from symlandscape.symmetry.pattern import Pattern

n, m, p = sympy.symbols("n m p", positive=True)
HALF = Fraction(13, 2)


def multiplicities(pattern: Pattern) -> dict[str, int]:
    return {c.label: c.multiplicity for c in components(pattern)}


TABLE = [
    ((6,), (), {"t": 2, "s0": 3, "x0": 1, "y0": 1}),
    ((n,), (), {"t": 2, "s0": 3, "x0": 1, "y0": 1}),
    ((n - 1, 1), (), {"t": 5, "s0": 5, "x0": 1, "y0": 1}),
    ((m, p), (), {"t": 6, "s0": 5, "x0": 1, "y0": 1, "s1": 5, "x1": 1, "y1": 1, "s0*s1": 2}),
    ((4, 5), (), {"t": 6, "s0": 5, "x0": 1, "y0": 1, "s1": 5, "x1": 1, "y1": 1, "s0*s1": 2}),
    ((1,), (), {"t": 1}),
    ((2,), (), {"t": 2, "s0": 2}),
    ((3,), (), {"t": 2, "s0": 3, "x0": 1}),
    ((2, 1), (), {"t": 5, "s0": 4}),
    ((3, 2), (), {"t": 6, "s0": 5, "x0": 1, "s1": 4, "s0*s1": 2}),
    ((6,), (1,), {"t": 3, "s0": 4, "x0": 1, "y0": 1}),
    ((5, 1), (1,), {"t": 7, "s0": 6, "x0": 1, "y0": 1}),
    ((5, 1), (1, 1), {"t": 9, "s0": 7, "x0": 1, "y0": 1}),
    ((5, 1), (3,), {"t": 7, "s0": 6, "x0": 1, "y0": 1, "e0": 2, "e0*s0": 1}),
    ((4, 2), (2,), {"t": 8, "s0": 6, "x0": 1, "y0": 1, "s1": 5, "s0*s1": 2, "e0": 2, "e0*s0": 1, "e0*s1": 1}),
]


@pytest.mark.parametrize(("sizes", "extra", "expected"), TABLE)
def test_the_decomposition_is_the_one_of_the_theory(sizes, extra, expected):
    assert multiplicities(Pattern(sizes, extra)) == expected


def test_one_orbit_decomposes_into_dimensions_1_n_minus_1_and_two_quadratics():
    dimensions = {c.label: c.dimension for c in components(Pattern((n,)))}
    expected = {"t": 1, "s0": n - 1, "x0": (n - 1) * (n - 2) / 2, "y0": n * (n - 3) / 2}
    assert all(sympy.expand(dimensions[label] - expected[label]) == 0 for label in expected)


GENERIC = [
    Pattern((n,)),
    Pattern((n - 1, 1)),
    Pattern((m, p, 1), (1,)),
    Pattern((m, p), (n, 1)),
    Pattern((HALF,)),
    Pattern((HALF, 1), (1, 1)),
    Pattern((HALF, 4, 1), (Fraction(5, 2),)),
    Pattern((Fraction(3, 2), 2, 3), (2,)),
]


@pytest.mark.parametrize("pattern", GENERIC, ids=str)
def test_dimensions_add_to_k_d_at_real_and_symbolic_sizes(pattern):
    total = sum(c.multiplicity * c.dimension for c in components(pattern))
    assert sympy.expand(total - pattern.k * pattern.d) == 0


@pytest.mark.parametrize("pattern", GENERIC, ids=str)
def test_copies_equal_character_multiplicities_at_real_and_symbolic_sizes(pattern):
    assert all(multiplicity_by_character(pattern, c) == c.multiplicity for c in components(pattern))


SIZES = st.lists(st.integers(1, 9), min_size=1, max_size=3).map(tuple)
EXTRA = st.lists(st.integers(1, 4), max_size=2).map(tuple)
PATTERNS = st.builds(Pattern, SIZES, EXTRA)


@given(PATTERNS)
def test_dimensions_are_positive_and_add_to_k_d_at_integer_sizes(pattern):
    found = components(pattern)
    assert all(type(c.dimension) is int and c.dimension > 0 for c in found)
    assert sum(c.multiplicity * c.dimension for c in found) == pattern.k * pattern.d


@given(PATTERNS)
def test_copies_equal_character_multiplicities_at_integer_sizes(pattern):
    assert all(multiplicity_by_character(pattern, c.label) == c.multiplicity for c in components(pattern))


@given(PATTERNS)
def test_labels_and_the_names_of_copies_are_unique(pattern):
    found = components(pattern)
    assert max(Counter(c.label for c in found).values()) == 1
    assert all(len(dict(c.copies)) == c.multiplicity for c in found)


def test_the_trivial_copies_are_the_coordinates():
    pattern = Pattern((4, 1, 2), (2,))
    assert [name for name, _ in components(pattern)[0].copies] == [c.name for c in pattern.coordinates]


def average_over_cycle_types(polynomial: dict[tuple[int, int], int], size: int) -> Fraction:
    """The average over S_n by its conjugacy classes, of order n! / prod(l^c c!)."""
    total = Fraction(0)
    for cycles in partitions(size):
        weight = Fraction(1, prod(length**count * factorial(count) for length, count in cycles.items()))
        fixed, swapped = cycles.get(1, 0), cycles.get(2, 0)
        total += weight * sum(x * fixed**a * swapped**b for (a, b), x in polynomial.items())
    return total


@pytest.mark.parametrize("size", range(1, 10))
def test_moments_of_fixed_points_and_two_cycles_equal_averages_over_cycle_types(size):
    for a in range(6):
        for b in range(4):
            assert symmetric_average({(a, b): Fraction(1)}, size) == average_over_cycle_types({(a, b): 1}, size)


def test_a_label_that_the_pattern_has_not_is_refused():
    with pytest.raises(InputError, match="components of 3 are t, s0, x0, but 'y0'"):
        multiplicity_by_character(Pattern((3,)), "y0")
