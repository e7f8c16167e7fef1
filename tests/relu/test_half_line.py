"""A family on a whole half-line of d, and theorems for every d above the threshold."""

from fractions import Fraction

import pytest

from symlandscape.arith.decimals import outward
from symlandscape.errors import InputError
from symlandscape.evidence import Level, Verdict
from symlandscape.relu import family
from symlandscape.relu import half_line as module
from symlandscape.relu.for_all import minimum_for_all
from symlandscape.relu.half_line import half_line


@pytest.fixture(scope="module")
def a0():
    return half_line(family("A0"), 100, 5)


def test_a0_is_a_minimum_from_a_hundred_on(a0):
    assert a0.verdict is Verdict.YES
    assert a0.is_minimum
    assert a0.signs == {"t": (0, 2), "s0": (0, 3), "x0": (0, 1), "y0": (0, 1)}


@pytest.mark.parametrize("d", [100, Fraction(2001, 10), 10**6, 10**12])
def test_certified_points_lie_in_the_tube(a0, d):
    point = family("A0").at(d, digits=60)
    assert a0.holds(point.coordinates, Fraction(d))


def test_every_box_holds_the_centre_of_the_mean_value_form(a0):
    assert all(y.contains(0) for y in a0.tube)


def test_other_critical_points_lie_outside_the_tube(a0):
    assert not a0.holds(family("C0").at(400, digits=40).coordinates, Fraction(400))


def test_the_tube_says_nothing_below_its_first_d(a0):
    assert not a0.holds(family("A0").at(64, digits=40).coordinates, Fraction(64))


def test_a_wrong_series_proves_nothing(monkeypatch):
    right = module.coordinate_series

    def wrong(*arguments):
        values, powers = right(*arguments)
        return [values[0] + 1, *values[1:]], powers

    monkeypatch.setattr(module, "coordinate_series", wrong)
    assert half_line(family("A0"), 100, 3).verdict is Verdict.UNDECIDED


def test_too_long_an_interval_is_undecided_with_a_reason():
    found = half_line(family("A0"), 4, 3)
    assert found.verdict is Verdict.UNDECIDED
    assert found.reason


@pytest.mark.parametrize("first", [101, 0, -4, Fraction(9, 2)])
def test_the_first_d_must_be_a_positive_square(first):
    with pytest.raises(InputError, match="square"):
        half_line(family("A0"), first)


def test_a0_is_a_minimum_for_every_real_d_above_its_threshold():
    found = minimum_for_all(family("A0"), 5, 100)
    assert found.level is Level.CERTIFIED
    assert outward(found.threshold, 20)[0].startswith("5.76381273491957116")
    assert "every real d" in str(found)


def test_the_lower_end_must_leave_one_crossing():
    with pytest.raises(InputError, match="one crossing"):
        minimum_for_all(family("A0"), 8, 36, 7)


@pytest.mark.full
@pytest.mark.parametrize(("name", "low", "first", "order"), [("F1", 5, 100, 6), ("A1", 5, 225, 6)])
def test_other_families_are_minima_for_every_real_d_above_theirs(name, low, first, order):
    assert minimum_for_all(family(name), low, first, order).level is Level.CERTIFIED
