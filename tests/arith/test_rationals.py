"""Exact linear algebra: laws of rank, projection and solution sets."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symlandscape.arith.rationals import null_space, primitive, project, rank, solve_all, to_integers
from symlandscape.errors import InputError

entries = st.integers(-9, 9)


@st.composite
def systems(draw):
    """A matrix (m, n) of any rank and a vector of n entries."""
    m, n = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    rows = [draw(st.lists(entries, min_size=n, max_size=n)) for _ in range(m)]
    return rows, draw(st.lists(entries, min_size=n, max_size=n))


def dot(a, b):
    return sum(p * q for p, q in zip(a, b, strict=True))


@given(systems())
def test_rank_and_kernel_add_up_to_the_number_of_columns(case):
    rows, vector = case
    kernel = null_space(rows, len(vector))
    assert rank(rows) + len(kernel) == len(vector)
    assert all(dot(row, v) == 0 for row in rows for v in kernel)
    assert rank(kernel) == len(kernel)


@given(systems())
def test_the_projection_lies_in_the_span_and_the_rest_is_orthogonal_to_it(case):
    rows, vector = case
    image, denominator, r = project(rows, vector)
    assert denominator > 0 and r == rank(rows)
    assert rank([*rows, image]) == r
    assert all(dot(row, [denominator * v - p for v, p in zip(vector, image, strict=True)]) == 0 for row in rows)


@given(systems(), st.data())
def test_a_reachable_right_side_has_its_solutions_and_others_have_none(case, data):
    rows, vector = case
    right = [dot(row, vector) for row in rows]
    space = solve_all(rows, right)
    assert space is not None and space.denominator > 0
    assert [dot(row, space.point) for row in rows] == [space.denominator * b for b in right]
    assert all(dot(row, v) == 0 for row in rows for v in space.directions)
    assert len(space.directions) == len(vector) - rank(rows)
    other = data.draw(st.lists(entries, min_size=len(rows), max_size=len(rows)))
    reachable = rank([[*row, b] for row, b in zip(rows, other, strict=True)]) == rank(rows)
    assert (solve_all(rows, other) is not None) == reachable


def test_a_system_without_equations_is_refused():
    with pytest.raises(InputError, match="at least one equation"):
        solve_all([], [])


def test_scaling_and_primitive_vectors():
    assert to_integers([[Fraction(1, 2), 3], [Fraction(-2, 3), 0]]) == (((3, 18), (-4, 0)), 6)
    assert primitive((6, -9, 0)) == (2, -3, 0)
    assert primitive((0, 0)) == (0, 0)
    assert null_space([], 2) == ((1, 0), (0, 1))
