"""Cells: all of them, in any position, counted by four roads, each with a point inside."""

from __future__ import annotations

import random
from itertools import combinations, permutations, product
from math import factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derivations.regions_exact import braid, signed
from symlandscape.arith.rationals import rank
from symlandscape.errors import InputError
from symlandscape.regions import cell_of, cells, characteristic_polynomial, count, cover, make_points, zaslavsky
from symlandscape.regions.strict_inequalities import Inside, strictly_positive
from tests.regions.samples import random_points


@st.composite
def arrangements(draw):
    """Small integers: parallel, dependent and deficient sets are common."""
    d, n = draw(st.integers(1, 4)), draw(st.integers(1, 6))
    row = st.lists(st.integers(-2, 2), min_size=d, max_size=d).filter(any)
    return make_points(draw(st.lists(row, min_size=n, max_size=n)))


def whitney(lines):
    """sum over subsets of (-1)^(size - rank): another road to the number of cells."""
    return sum(
        (-1) ** (k - (rank(chosen) if k else 0)) for k in range(len(lines) + 1) for chosen in combinations(lines, k)
    )


@given(arrangements())
def test_enumeration_characteristic_polynomial_and_whitney_agree(points):
    found = cells(points)
    assert len(found.cells) == zaslavsky(points.lines, points.inputs) == whitney(points.lines)
    assert len(found.index()) == len(found.cells)
    assert found.rank == rank(points.rows)


@given(arrangements())
def test_exactly_the_feasible_signs_are_cells(points):
    known = cells(points).index()
    for signs in product((1, -1), repeat=points.samples):
        rows = [[s * v for v in x] for s, x in zip(signs, points.rows, strict=True)]
        feasible = isinstance(strictly_positive([0] * points.samples, rows), Inside)
        assert feasible == (signs in known)


@given(arrangements())
def test_every_witness_lies_in_its_cell_and_every_wall_leads_to_another(points):
    found = cells(points)
    known = found.index()
    for cell in found.cells:
        assert cell_of(points, cell.witness) == cell.signs
        assert len(cell.walls) >= found.rank
        for wall in cell.walls:
            beyond = tuple(-s if line == wall else s for s, (line, _) in zip(cell.signs, points.line_of, strict=True))
            assert beyond in known


@pytest.mark.parametrize(("samples", "inputs", "number"), [(4, 2, 8), (6, 3, 32), (10, 4, 260), (12, 4, 464)])
def test_general_position_reaches_covers_count(samples, inputs, number):
    found = count(random_points(samples, inputs))
    assert found.cells == found.cover == cover(samples, inputs) == number
    assert found.general_position


@pytest.mark.parametrize("n", [3, 4, 5])
def test_the_braid_arrangement_has_n_factorial_cells(n):
    points = make_points(braid(n))
    assert len(cells(points).cells) == factorial(n)
    assert characteristic_polynomial(points.lines, n)[0] == 0
    # its cells are the orders of the coordinates
    orders = {cell_of(points, order) for order in permutations(range(n))}
    assert orders == set(cells(points).index())


@pytest.mark.parametrize(("n", "number"), [(2, 8), (3, 48), (4, 384)])
def test_the_hyperoctahedral_arrangement_has_two_to_the_n_n_factorial_cells(n, number):
    found = count(make_points(signed(n)))
    assert found.cells == found.zaslavsky == number


def test_b3_has_the_exponents_one_three_five():
    t = random.Random(1).randint(10, 99)
    value = sum(c * t**k for k, c in enumerate(characteristic_polynomial(make_points(signed(3)).lines, 3)))
    assert value == (t - 1) * (t - 3) * (t - 5)


def test_parallel_points_are_counted_once():
    found = count(make_points([[1, 0], [2, 0], [-1, 0], [0, 1], [1, 1]]))
    assert (found.cells, found.lines, found.cover, found.samples) == (6, 3, 6, 5)


def test_fewer_points_than_inputs_make_all_signs():
    assert count(random_points(3, 5)).cells == cover(3, 5) == 8


def test_too_many_cells_are_refused_with_their_number_and_a_road():
    with pytest.raises(InputError, match=r"up to \d+; take fewer points.*regions decay"):
        cells(random_points(40, 8))


@pytest.mark.parametrize(("samples", "inputs"), [(0, 1), (1, 0), (True, 2), (2.0, 2)])
def test_covers_count_refuses_sizes_that_are_none(samples, inputs):
    with pytest.raises(InputError, match="at least 1"):
        cover(samples, inputs)


def test_a_count_too_long_to_print_is_refused():
    with pytest.raises(InputError, match="bits"):
        cover(1_280_000, 12_288)
