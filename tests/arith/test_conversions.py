"""Exact readings of numbers, and the refusal of everything that would lose something silently."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy

from symlandscape.arith import conversions as c
from symlandscape.arith.balls import arb, fmpq, fmpz, workprec
from symlandscape.errors import InputError


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("13/2", Fraction(13, 2)),
        ("6.5", Fraction(13, 2)),
        ("1e-3", Fraction(1, 1000)),
        (" -.5E2 ", Fraction(-50)),
        ("+7", Fraction(7)),
        ("0.1", Fraction(1, 10)),
        (7, Fraction(7)),
        (Fraction(1, 3), Fraction(1, 3)),
        (Decimal("0.1"), Fraction(1, 10)),
        (sympy.Rational(2, 3), Fraction(2, 3)),
        (sympy.Integer(5), Fraction(5)),
        (np.int64(3), Fraction(3)),
        (fmpq(1, 7), Fraction(1, 7)),
        (fmpz(2), Fraction(2)),
    ],
)
def test_exact_numbers_are_read_as_written(given: Any, value: Fraction) -> None:
    assert c.parse_exact(given) == value


@pytest.mark.parametrize(
    "given",
    ["", "nan", "inf", "1/0", "1_000", "0x10", "1.5/2", "1/2/3", "two", "1e999999999", "9" * 5000, "1e20000", "٣"],
)
def test_texts_that_are_no_number_are_refused_in_one_sentence(given: str) -> None:
    with pytest.raises(InputError, match="expected .*, got .*; ") as error:
        c.parse_exact(given)
    assert "\n" not in str(error.value) and len(str(error.value)) < 200


@pytest.mark.parametrize(
    "given", [0.5, np.float64(0.5), True, None, Decimal("nan"), Decimal("1e99999"), [1], 1j, sympy.pi]
)
def test_inexact_or_foreign_numbers_are_refused(given: Any) -> None:
    with pytest.raises(InputError, match="expected"):
        c.parse_exact(given)


def test_the_two_readings_of_a_float_differ_and_are_named() -> None:
    assert c.shortest_decimal(0.1) == Fraction(1, 10) and c.shortest_decimal(np.float64(0.1)) == Fraction(1, 10)
    assert c.exact_float(0.1) == Fraction(3602879701896397, 2**55)


@pytest.mark.parametrize("function", [c.shortest_decimal, c.exact_float, c.float_to_arb])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_floats_that_are_no_numbers_are_refused(function: Any, value: float) -> None:
    with pytest.raises(InputError, match="finite float"):
        function(value)


def test_one_tenth_becomes_a_ball_and_one_eighth_stays_exact() -> None:
    with workprec(64):
        tenth = c.to_arb(Fraction(1, 10))
        assert not tenth.is_exact() and c.arb_ends(tenth)[0] < Fraction(1, 10) < c.arb_ends(tenth)[1]
        assert c.to_arb(Fraction(1, 8)).is_exact() and c.to_arb(sympy.Rational(1, 10)).contains(tenth)
        assert c.to_arb(2**200 + 1).is_exact()


def test_a_ball_passes_through_unchanged() -> None:
    ball = arb(1, "0.1")
    assert c.to_arb(ball) is ball


@pytest.mark.parametrize("value", [0.1, True, "1", mpmath.nan, mpmath.inf, sympy.pi, None])
def test_values_without_an_exact_ball_are_refused(value: Any) -> None:
    with pytest.raises(InputError, match="expected"):
        c.to_arb(value)


def test_float_becomes_its_binary_value() -> None:
    assert c.arb_to_fraction(c.float_to_arb(0.1)) == c.exact_float(0.1)


@pytest.mark.parametrize("value", [0.1, True, arb(1, "0.1"), arb("nan"), "1"])
def test_values_that_would_lose_something_do_not_become_mpmath_numbers(value: Any) -> None:
    with pytest.raises(InputError, match="expected"):
        c.to_mpf(value)


def test_rationals_become_mpmath_numbers_at_its_precision() -> None:
    with mpmath.workdps(50):
        assert c.to_mpf(Fraction(1, 3)) == mpmath.mpf(1) / 3 and c.to_mpf(arb("0.5")) == 0.5 and c.to_mpf(7) == 7
        assert c.to_mpf(mpmath.mpf(2)) == 2


def test_midpoint_conversion_is_exact_at_low_mpmath_precision() -> None:
    with workprec(300):
        third = arb(1) / 3
    with mpmath.workprec(10):
        middle = c.arb_to_mpf_mid(third)
    assert c.arb_to_fraction(c.to_arb(middle)) == sum(c.arb_ends(third)) / 2


def test_midpoint_float_is_the_nearest_and_never_raises() -> None:
    assert c.mid_float(arb("0.1")) == 0.1
    assert c.mid_float(arb((1, 5000))) == math.inf and c.mid_float(arb((-1, 10**9))) == -math.inf
    assert c.mid_float(arb((1, -(10**9)))) == 0.0 and math.isnan(c.mid_float(arb("nan")))


def test_float_bounds_of_far_and_undefined_balls() -> None:
    largest = math.nextafter(math.inf, 0)
    assert c.float_bounds(arb((1, 10**10))) == (largest, math.inf)
    assert c.float_bounds(arb((-1, 10**10))) == (-math.inf, -largest)
    assert c.float_bounds(arb("nan")) == (-math.inf, math.inf)
    assert c.float_bounds(arb(0, (1, 10**10))) == (-math.inf, math.inf)
    tiny = math.nextafter(0, 1)
    assert c.float_bounds(arb((1, -(10**12)))) == (0.0, tiny)


def test_a_ball_with_a_radius_is_no_fraction() -> None:
    with pytest.raises(InputError, match="exact finite ball"):
        c.arb_to_fraction(arb(1, "0.1"))
    with pytest.raises(InputError, match="rescale"):
        c.arb_to_fraction(arb((1, 10**9)))
