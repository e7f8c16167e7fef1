"""Laurent series over Q(pi): a field with square roots and angles, and honest error terms."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symlandscape.arith.pi_field import PiFraction
from symlandscape.arith.power_series import Series, angle, series_field
from symlandscape.errors import InputError

LENGTH = 8
coefficients = st.lists(st.fractions(min_value=-5, max_value=5, max_denominator=5), min_size=1, max_size=5)


def polynomial(start, values, order=None):
    return Series(start, [PiFraction.of(v) for v in values], order, LENGTH)


@st.composite
def series(draw):
    values = draw(coefficients)
    values[0] = values[0] or Fraction(1)
    start = draw(st.integers(-2, 2))
    order = draw(st.one_of(st.none(), st.integers(start + 3, start + 7)))
    return polynomial(start, values, order)


def agree(x, y):
    """Equal in every power that both know."""
    difference = x - y
    return difference.is_zero


@given(series(), series(), series())
def test_multiplication_distributes_over_addition(x, y, z):
    assert agree(x * (y + z), x * y + x * z)


@given(series())
def test_the_inverse_times_the_series_is_one(x):
    assert agree(x * x.inverse(), polynomial(0, [1]))


@given(series())
def test_the_root_of_a_square_is_the_series_up_to_sign(x):
    root = (x * x).sqrt()
    assert agree(root * root, x * x)
    assert root.coefficients[0].sign() == 1


@given(series())
def test_integration_undoes_differentiation_up_to_the_constant(x):
    back = x.derivative().integral()
    constant = x.coefficient(0) if x.order is None or x.order > 0 else PiFraction.of(0)
    assert agree(back + Series(0, [constant], None, LENGTH), x)


def test_an_error_term_is_never_lost():
    x = polynomial(0, [1, 2, 3], order=3)
    assert (x * x).order == 3
    assert (x + polynomial(5, [1])).order == 3
    assert x.inverse().order == 3
    with pytest.raises(InputError, match="not known"):
        x.coefficient(3)


def test_cutting_a_product_leaves_an_error_term():
    x = polynomial(0, [1] * 6)
    y = x * x * x
    assert y.order == LENGTH


def test_the_angle_of_a_small_sine_is_its_arc_sine():
    s, one = polynomial(1, [1]), polynomial(0, [1])
    found = angle(s, (one - s * s).sqrt())
    for power, expected in ((1, Fraction(1)), (3, Fraction(1, 6)), (5, Fraction(3, 40))):
        assert found.coefficient(power) == expected


def test_angles_tend_to_zero_a_right_angle_or_pi():
    s, one = polynomial(1, [1]), polynomial(0, [1])
    assert angle(s, one).coefficient(0) == 0
    assert angle(one, s).coefficient(0) == PiFraction.pi() / PiFraction.of(2)
    assert angle(s, -one).coefficient(0) == PiFraction.pi()
    with pytest.raises(InputError, match="limit other than"):
        angle(one, one)


def test_the_field_refuses_a_vanishing_sine():
    field = series_field(LENGTH)
    with pytest.raises(InputError, match="vanishing sine"):
        field.angle(0, 1)


def test_division_by_an_unknown_series_is_an_error():
    with pytest.raises(ZeroDivisionError):
        polynomial(0, [0], order=4).inverse()
