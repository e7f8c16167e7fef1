"""Dual numbers and Taylor series over balls: the laws of derivatives, and enclosures that contain what they claim."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symlandscape.arith.balls import arb, contains, interval, is_finite, mid, workprec
from symlandscape.arith.conversions import to_arb
from symlandscape.arith.dual import Dual, dual_field, variables
from symlandscape.arith.field import Field, arb_field, float_field, mpmath_field
from symlandscape.arith.taylor import derivative_over, enclosure_over, series, taylor_field, taylor_order

POSITIVE = st.fractions(min_value=Fraction(1, 8), max_value=8, max_denominator=64)


def formula(field: Field, x: Any, y: Any) -> Any:
    """Something with every operation of a field."""
    third = field.exact(Fraction(1, 3))
    root = field.sqrt(x * x + third * y)
    return (3 - x) * field.angle(y, x - 2) / root + field.unit(y, root) - 1 / (y + 2) + field.pi() * x / 2 - root


def at(x: Fraction, y: Fraction) -> Dual:
    field = mpmath_field()
    return formula(dual_field(field, 2), *variables([field.exact(x), field.exact(y)], field))


@given(POSITIVE, POSITIVE)
def test_derivatives_are_those_of_finite_differences(x, y):
    with mpmath.workdps(40):
        field, h = mpmath_field(), mpmath.mpf(10) ** -15
        dual, exact = at(x, y), [field.exact(x), field.exact(y)]
        assert abs(dual.value - formula(field, *exact)) < 1e-35
        for i in range(2):
            up, down = (formula(field, *[v + (s * h if j == i else 0) for j, v in enumerate(exact)]) for s in (1, -1))
            assert abs(dual.parts[i] - (up - down) / (2 * h)) < mpmath.mpf(10) ** -20


@given(POSITIVE, POSITIVE)
def test_product_quotient_and_chain_rules(x, y):
    with mpmath.workdps(30):
        field = mpmath_field()
        u, v = variables([field.exact(x), field.exact(y)], field)
        a, b = u * u + 3 * v, 2 - u * v
        for i in range(2):
            assert (a * b).parts[i] == pytest.approx(a.parts[i] * b.value + a.value * b.parts[i], rel=1e-25)
        if abs(b.value) > 1e-3:
            back = (a / b) * b
            assert abs(back.value - a.value) < 1e-22
            assert all(abs(p - q) < 1e-18 * (1 + abs(q)) for p, q in zip(back.parts, a.parts, strict=True))
        root = dual_field(field, 2).sqrt(a)
        assert all(abs(2 * root.value * p - q) < 1e-25 for p, q in zip(root.parts, a.parts, strict=True))


def test_constants_have_no_derivative_and_variables_have_one():
    field = float_field()
    x, y = variables([2.0, 5.0], field)
    assert (x.parts, y.parts) == ((1.0, 0.0), (0.0, 1.0))
    lifted = dual_field(field, 2)
    for constant in (lifted.exact(3), lifted.pi(), lifted.exact(Fraction(1, 2))):
        assert constant.parts == (0.0, 0.0)
    assert (1 - x).parts == (-1.0, 0.0) and (x - 1).parts == (1.0, 0.0) and (-y).parts == (0.0, -1.0)
    assert (x / 2).parts == (0.5, 0.0) and (6 / x).parts == (-1.5, 0.0) and lifted.exact(x) is x


@given(POSITIVE, POSITIVE)
def test_ball_derivatives_enclose_the_exact_ones_all_over_the_ball(x, y):
    with workprec(80), mpmath.workdps(40):
        field = arb_field()
        wide = [to_arb(v) + interval(arb(0), to_arb(v) / 1000) for v in (x, y)]
        found = formula(dual_field(field, 2), *variables(wide, field))
        for share in (Fraction(0), Fraction(1, 2), Fraction(1)):
            inside = at(x * (1 + share / 1000), y * (1 + share / 1000))
            assert contains(found.value, to_arb(inside.value))
            assert all(contains(p, to_arb(q)) for p, q in zip(found.parts, inside.parts, strict=True))


def test_where_a_root_or_a_denominator_may_vanish_the_derivative_is_not_finite():
    field = arb_field()
    (x,) = variables([interval(arb(0), arb(1))], field)
    assert not is_finite(dual_field(field, 1).sqrt(x).parts[0])
    assert not is_finite((1 / x).parts[0])


@given(POSITIVE, POSITIVE)
def test_taylor_enclosures_contain_the_function_and_its_derivative_and_are_narrow(x, y):
    order = 5
    with workprec(100), taylor_order(order), mpmath.workdps(40):
        field, n0 = taylor_field(), to_arb(x)
        offset = interval(-n0 / 200, n0 / 200)
        point, ball = (formula(field, series([n, 1]), to_arb(y)) for n in (mid(n0), mid(n0) + offset))
        value, rate = enclosure_over(point, ball, offset, order), derivative_over(point, ball, offset, order)
        for share in (-1, 0, 1):
            inside = at(x * (1 + Fraction(share, 201)), y)
            assert contains(value, to_arb(inside.value))
            assert contains(rate, to_arb(inside.parts[0]))
        naive = formula(arb_field(), mid(n0) + offset, to_arb(y))
        assert value.rad() < naive.rad()


def test_a_taylor_series_refuses_roots_that_may_vanish():
    with taylor_order(3):
        assert not is_finite(taylor_field().sqrt(series([interval(arb(-1), arb(1)), 1]))[0])
        assert not is_finite(taylor_field().angle(series([interval(arb(-1), arb(1)), 1]), arb(1))[0])
