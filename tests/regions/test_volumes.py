"""Angular volumes: closed forms, sums, invariance, draws."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from derivations.regions_exact import signed
from symlandscape.arith.balls import arb, workprec
from symlandscape.arith.conversions import mid_float, to_arb
from symlandscape.errors import InputError
from symlandscape.regions import cell_volumes, cells, make_points, orthant_volume, sample_cells
from tests.regions.samples import random_points


@pytest.mark.parametrize(("samples", "inputs"), [(4, 2), (7, 2), (3, 3), (6, 3), (2, 3), (1, 3), (3, 1), (2, 5)])
def test_volumes_are_positive_and_sum_to_one(samples, inputs):
    values = cell_volumes(cells(random_points(samples, inputs)), 200)
    assert all(value > 0 for value in values)
    with workprec(200):
        total = sum(values, arb(0))
        assert total.contains(1) and total.rad() < arb(2) ** -150


def test_symmetric_arrangements_have_equal_cells():
    for n in (2, 3):
        found = cells(make_points(signed(n)))
        for value in cell_volumes(found, 120):
            assert value.contains(to_arb(Fraction(1, len(found.cells)))) or value.overlaps(arb(1) / len(found.cells))


def test_orthants_with_equal_correlations_have_their_closed_forms():
    with workprec(200):
        assert orthant_volume([[2, 1, 1], [1, 2, 1], [1, 1, 2]]).contains(to_arb(Fraction(1, 4)))
        assert orthant_volume([[1, 0, 0], [0, 1, 0], [0, 0, 1]]).contains(to_arb(Fraction(1, 8)))
        third = orthant_volume([[3, 1, 1], [1, 3, 1], [1, 1, 3]])
        assert abs(mid_float(third) - (1 / 8 + 3 * math.asin(1 / 3) / (4 * math.pi))) < 1e-15
        assert abs(third - to_arb(Fraction("0.206130085977044547"))) < to_arb(Fraction(1, 10**17))


def test_a_rotation_within_a_larger_space_changes_no_volume():
    flat = random_points(5, 2)
    # (x, y) -> (3x, 4x, 5y)/5 is an isometry
    raised = make_points([[3 * x, 4 * x, 5 * y] for x, y in flat.rows])
    pairs = zip(cells(flat).index().items(), cells(raised).index().items(), strict=True)
    first, second = cell_volumes(cells(flat), 120), cell_volumes(cells(raised), 120)
    for (signs, i), (other, j) in pairs:
        assert signs == other and first[i].overlaps(second[j])


@pytest.mark.parametrize(("samples", "inputs"), [(5, 2), (5, 3)])
def test_draws_agree_with_the_enclosures(samples, inputs):
    found = cells(random_points(samples, inputs, seed=2))
    drawn = sample_cells(found, 50_000, 3)
    exact = np.array([mid_float(value) for value in cell_volumes(found, 100)])
    assert drawn.counts.sum() == drawn.draws
    z = (drawn.counts / drawn.draws - exact) / np.sqrt(exact * (1 - exact) / drawn.draws)
    assert np.abs(z).max() < 5


def test_draws_depend_on_their_seed_only_and_extend():
    found = cells(random_points(4, 4))
    assert (sample_cells(found, 3000, 1).counts == sample_cells(found, 3000, 1).counts).all()
    assert (sample_cells(found, 3000, 1).counts != sample_cells(found, 3000, 2).counts).any()
    more = sample_cells(found, 70_000, 1).counts
    assert (more >= sample_cells(found, 65_536, 1).counts).all()


def test_higher_ranks_and_too_few_draws_are_refused():
    with pytest.raises(InputError, match="rank at most 3"):
        cell_volumes(cells(random_points(4, 4)), 100)
    with pytest.raises(InputError, match="at least 2 draws"):
        sample_cells(cells(random_points(4, 4)), 1, 0)
