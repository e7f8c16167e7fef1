"""Q(pi): a field, with signs and square roots decided exactly."""

from fractions import Fraction

import mpmath
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from symlandscape.arith.balls import workprec
from symlandscape.arith.conversions import arb_to_mpf_mid
from symlandscape.arith.pi_field import PiFraction, PiSurd
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


@given(elements(), elements(), elements())
def test_the_quadratic_extension_is_a_field(x, y, z):
    root = PiFraction.of(2).sqrt()
    assert isinstance(root, PiSurd)
    assert root * root == PiFraction.of(2)
    u, v = x + y * root, z + x * root
    assert u * (v + u) == u * v + u * u
    assert u - u == PiFraction.of(0)
    if v:
        assert u * v / v == u


def test_the_root_of_a_multiple_of_a_square_is_positive_and_encloses():
    root = (PiFraction.of(8) * PI * PI).sqrt()
    assert root.sign() == 1
    with workprec(100):
        assert abs(float(root.ball().mid()) - 8**0.5 * 3.141592653589793) < 1e-12


def test_different_square_roots_are_not_mixed():
    with pytest.raises(InputError, match="not combined"):
        _ = PiFraction.of(2).sqrt() + PiFraction.of(3).sqrt()


def test_the_root_of_a_negative_number_is_refused():
    with pytest.raises(InputError, match="not real"):
        (PiFraction.of(3) - PI).sqrt()


def test_a_root_outside_the_field_is_refused():
    with pytest.raises(InputError, match="does not lie in Q"):
        PI.sqrt()


def test_division_by_zero_is_an_error():
    with pytest.raises(ZeroDivisionError):
        _ = PI / (PI - PI)


def test_floats_do_not_enter():
    with pytest.raises(InputError, match="exact rational"):
        PiFraction.of(0.5)
