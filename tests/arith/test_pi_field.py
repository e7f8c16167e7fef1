"""Q(pi): a field, with signs and square roots decided exactly."""

from fractions import Fraction

import mpmath
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from symlandscape.arith.balls import workprec
from symlandscape.arith.conversions import arb_to_mpf_mid
from symlandscape.arith.pi_field import PiFraction
from symlandscape.errors import InputError

PI = PiFraction.pi()
rationals = st.fractions(min_value=-9, max_value=9, max_denominator=9)


@st.composite
def elements(draw):
    numerator = sum((PiFraction.of(draw(rationals)) * power for power in (PI, PI * PI)), PiFraction.of(draw(rationals)))
    return numerator / (PI + PiFraction.of(draw(st.integers(0, 5))))


@given(elements(), elements(), elements())
def test_it_is_a_commutative_ring(x, y, z):
    assert (x + y) + z == x + (y + z)
    assert x * (y + z) == x * y + x * z
    assert x * y == y * x
    assert x - x == 0


@given(elements(), elements())
def test_division_undoes_multiplication(x, y):
    if y:
        assert x * y / y == x


@given(elements())
def test_the_enclosure_contains_the_sympy_value(x):
    with workprec(200), mpmath.workdps(40):
        value = mpmath.mpf(sympy.N(x.sympy(), 45))
        assert abs(arb_to_mpf_mid(x.ball()) - value) <= mpmath.mpf(10) ** -30 * (1 + abs(value))


@given(elements())
def test_the_positive_root_of_a_square_is_found(x):
    if x:
        root = (x * x).sqrt()
        assert root in (x, -x)
        assert root.sign() == 1


def test_the_sign_of_a_near_cancellation_is_right():
    near = PI - PiFraction.of(Fraction(314159265358979323846264338327950288419716939937510, 10**50))
    assert near.sign() == 1


def test_a_root_outside_the_field_is_refused():
    with pytest.raises(InputError, match="does not lie in Q"):
        PI.sqrt()


def test_division_by_zero_is_an_error():
    with pytest.raises(ZeroDivisionError):
        _ = PI / (PI - PI)


def test_floats_do_not_enter():
    with pytest.raises(InputError, match="exact rational"):
        PiFraction.of(0.5)
