"""Laurent models enclose the functions they stand for on the whole interval (0, s1]."""

from fractions import Fraction

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symlandscape.arith.balls import arb, contains, workprec
from symlandscape.arith.conversions import to_arb
from symlandscape.arith.laurent_models import Domain, Model, arctangent, constant, laurent_field
from symlandscape.arith.pi_field import PiFraction
from symlandscape.errors import InputError

END = Fraction(1, 20)
POINTS = (Fraction(1, 1000), Fraction(1, 60), END)


def domain(length=5):
    return Domain(arb(0).union(to_arb(END)), length)


def variable(where):
    return Model(1, [PiFraction.of(1)], 2, arb(0), where)


def value(model, s):
    """The enclosure of the function at one s."""
    at = to_arb(s)
    total = sum((c.ball() * at ** (model.start + k) for k, c in enumerate(model.coefficients)), arb(0))
    return total if model.exact else total + model.rest * at**model.order


@st.composite
def polynomials(draw):
    return [Fraction(draw(st.integers(1, 5))), *(Fraction(draw(st.integers(-5, 5)), 3) for _ in range(3))]


def build(coefficients, s):
    total = s * 0 + coefficients[0]
    for k, c in enumerate(coefficients[1:], start=1):
        power = s
        for _ in range(k - 1):
            power = power * s
        total = total + power * c
    return total


@settings(max_examples=40)
@given(polynomials(), polynomials())
def test_every_operation_encloses_on_the_interval(first, second):
    with workprec(150), mpmath.workdps(40):
        where = domain()
        s = variable(where)
        f, g = build(first, s), build(second, s)
        field = laurent_field(where)
        built = {
            "product": f * g * f,
            "quotient": f / g / g,
            "root": (f * f * g * g + s).sqrt(),
            "angle": field.angle(s * 2 + s * s * f, -g),
            "mixed": field.angle(g, s * f) * f - field.pi() / 2 * f,
        }
        for point in POINTS:
            x = mpmath.mpf(point.numerator) / point.denominator
            F, G = (
                build([mpmath.mpf(c.numerator) / c.denominator for c in first], x),
                build([mpmath.mpf(c.numerator) / c.denominator for c in second], x),
            )
            exact = {
                "product": F * G * F,
                "quotient": F / G / G,
                "root": mpmath.sqrt(F * F * G * G + x),
                "angle": mpmath.atan2(2 * x + x * x * F, -G),
                "mixed": mpmath.atan2(G, x * F) * F - mpmath.pi / 2 * F,
            }
            for name, model in built.items():
                ball = value(model, point)
                assert contains(ball + arb(0, "1e-35"), to_arb(exact[name])), (name, point)


def test_leading_powers_cancel_exactly():
    with workprec(100):
        s = variable(domain())
        f = (s * 3 + 1).sqrt()
        assert (f * f - 1).start == 1
        assert (f * f - 1).scaled(1) > 0


def test_a_sum_that_leaves_the_bound_is_refused():
    with workprec(100):
        s = variable(domain())
        with pytest.raises(InputError, match="not bounded"):
            (s + s * s).scaled(2)


def test_a_divisor_that_may_vanish_is_refused():
    with workprec(100):
        where = Domain(arb(0).union(arb(2)), 4)
        s = variable(where)
        with pytest.raises(InputError, match="may vanish"):
            _ = 1 / (1 - s)


def test_an_arc_tangent_beyond_one_is_refused():
    with workprec(100):
        where = Domain(arb(0).union(arb(2)), 4)
        with pytest.raises(InputError, match="may exceed 1"):
            arctangent(variable(where))


def test_other_limits_of_angles_are_refused():
    with workprec(100):
        where = domain()
        with pytest.raises(InputError, match="limit other than"):
            laurent_field(where).angle(constant(1, where), constant(1, where))
