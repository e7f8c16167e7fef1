"""The theorems at finite size, doubling, and the derived bound against exact volumes."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symlandscape.arith.balls import workprec
from symlandscape.arith.conversions import mid_float
from symlandscape.errors import InputError
from symlandscape.regions import (
    bound,
    cell_of,
    cells,
    classify,
    cover,
    doubled_fit,
    doubling_width,
    full_rank,
    make_points,
    minima,
    outputs,
    paper_width,
)
from symlandscape.regions.bounds import log_cover, log_double_factorial
from tests.regions.samples import random_points


def test_the_printed_example_of_the_bound():
    found = bound(100, 10, 20, "1/10", 0).document()
    assert round(found["log_V_G_derived"], 1) == -579.5
    assert round(found["log_V_G_paper"], 1) == -921.0
    assert -270 < found["log_V_G_sharper"] < -269
    assert found["vacuous"] and found["needed_parameters_per_sample"] > 1e9


def test_mnist_needs_more_than_six_times_ten_to_the_thirteen():
    found = bound(70_000, 784, 89, "1/1000", "1/10").document()
    assert 6.3e13 < found["needed_parameters_per_sample"] < 6.31e13
    assert found["log_V_G_derived"] is None and "180" in " ".join(found["notes"])


def test_the_probability_that_the_theorems_fail():
    found = bound(70_000, 784, 89, "1/1000", "1/10").document()
    delta = math.sqrt(8 / math.pi / 784) + 2 * math.sqrt(784 * math.log(784)) / 70_000
    assert found["failure_probability"] == pytest.approx(delta, rel=1e-13)
    assert found["log_V_L_bound_probable"] == pytest.approx(found["log_V_L_bound"] - math.log(delta), rel=1e-13)
    assert "not positive" in " ".join(bound(10, 1, 1, "1/2", 0).notes())


def test_gamma_forgets_the_dimension_for_the_relu_only():
    leaky, relu = (bound(100, 50, 4, "1/10", slope).document()["gamma"] for slope in ("1/10", 0))
    assert leaky == pytest.approx(0.23 * 0.5**0.75, rel=1e-14)
    assert relu == pytest.approx(0.23 * 0.1**0.75, rel=1e-14)


def test_a_width_beyond_the_needed_one_is_not_vacuous():
    needed = bound(10, 10, 1, "1/2", "1/10").document()["needed_parameters_per_sample"]
    assert not bound(10, 10, math.ceil(needed), "1/2", "1/10").vacuous
    assert bound(10, 10, math.floor(needed), "1/2", "1/10").vacuous


def test_the_ratio_exponent_is_the_quotient_of_the_two_at_the_needed_width():
    found = bound(10, 10, 10**6, "1/2", "1/10").document()
    scale = (found["parameters_per_sample"], found["needed_parameters_per_sample"])
    quotient = found["log_V_L_bound"] / found["log_V_G_paper"]
    assert quotient == pytest.approx((float(Fraction(scale[0])) / scale[1]) ** 0.25, rel=1e-12)


@given(st.integers(1, 300), st.integers(1, 60))
def test_the_logarithm_of_covers_count(samples, inputs):
    with workprec(100):
        assert mid_float(log_cover(samples, inputs)) == pytest.approx(math.log(cover(samples, inputs)), rel=1e-13)


@given(st.integers(1, 30))
def test_the_logarithm_of_the_double_factorial(m):
    with workprec(100):
        exact = math.log(math.prod(range(1, 2 * m, 2)))
        assert mid_float(log_double_factorial(m)) == pytest.approx(exact, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("slope", ["0", "1/10", "-1"])
def test_exact_volumes_obey_the_derived_bound(slope):
    points = random_points(4, 2, seed=7)
    found, row = full_rank(points, 2, slope), minima(points, 4, slope)
    with workprec(100):
        p, squares = mid_float(found.probability), mid_float(found.squares)
    volume = float(row.volumes["G"][0])
    assert volume >= 3 * squares >= 3 * p**2 / found.regions >= 3 * p**2 / 64
    every = product(cells(points).cells, repeat=2)
    assert found.regions == sum(classify(points, region, slope).rank == 4 for region in every)
    if p:
        sharp = bound(4, 2, 4, "1/2", slope, rank_probability=Fraction(p)).document()["log_V_G_sharper"]
        assert math.log(volume) >= sharp == pytest.approx(math.log(3 * p**2 / 64), rel=1e-12)


@given(
    st.lists(st.fractions(-9, 9, max_denominator=7), min_size=5, max_size=5),
    st.sampled_from(["0", "1/3", "-2"]),
    st.integers(0, 3),
)
def test_doubling_fits_any_targets_exactly(targets, slope, seed):
    points = random_points(5, 2, seed=seed)
    rows = [cell.witness for cell in cells(points).cells]
    fit = doubled_fit(points, rows, slope, targets)
    assert outputs(points, slope, fit) == tuple(targets)
    assert len(fit.z) == 2 * len(rows)
    patterns = [cell_of(points, w) for w in rows for _ in range(2)]
    assert [cell_of(points, w) for w in fit.W] == patterns and not sum(fit.z)


def test_far_targets_leave_no_cell():
    points = random_points(5, 2, seed=1)
    rows = [cell.witness for cell in cells(points).cells][:4]
    fit = doubled_fit(points, rows, "1/3", [10**6, -(10**9), "1/3", 5, 0])
    assert [cell_of(points, w) for w in fit.W] == [cell_of(points, w) for w in rows for _ in range(2)]


@given(st.integers(1, 5000), st.integers(2, 100))
def test_doubling_is_never_wider_than_the_theorem(samples, inputs):
    assert doubling_width(samples, inputs) <= paper_width(samples, inputs)


def test_widths_by_hand():
    assert (paper_width(10, 2), doubling_width(10, 2)) == (20, 10)
    assert (paper_width(9, 3), doubling_width(9, 3)) == (12, 6)


def test_rows_on_walls_or_of_low_rank_cannot_be_doubled():
    points = make_points([[1, 0], [0, 1], [1, 1]], [0, 1, 0])
    with pytest.raises(InputError, match="on a wall"):
        doubled_fit(points, [[0, 1]], "0", [1, 2, 3])
    with pytest.raises(InputError, match="take more rows"):
        doubled_fit(points, [[1, 2]], "0", [1, 1, 1])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((1, 1, 1, "1/2", 0), "samples"),
        ((10, 0, 1, "1/2", 0), "inputs"),
        ((10, 2, 0, "1/2", 0), "width"),
        ((10, 11, 1, "1/2", 0), "linearly separable"),
        ((10, 2, 1, 0, 0), "strictly between"),
        ((10, 2, 1, "1/2", 1), "slope other than 1"),
    ],
)
def test_sizes_outside_the_theorems_are_refused(arguments, words):
    with pytest.raises(InputError, match=words):
        bound(*arguments)


def test_probabilities_and_dimensions_outside_their_domain_are_refused():
    with pytest.raises(InputError, match="probability"):
        bound(10, 2, 10, "1/2", 0, rank_probability=0)
    with pytest.raises(InputError, match="at most 200000 inputs"):
        bound(10**6, 300_000, 10, "1/2", 0)
    with pytest.raises(InputError, match="at least 2 inputs"):
        paper_width(10, 1)
    with pytest.raises(InputError, match="multisets"):
        full_rank(random_points(8, 3), 3, 0, limit=10)
