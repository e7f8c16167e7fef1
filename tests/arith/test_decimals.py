"""Printed numbers: the strings that people see."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath
import pytest

from symlandscape.arith.balls import arb, workprec
from symlandscape.arith.decimals import cut_off, decimal, format_ball, lower, outward, upper
from symlandscape.errors import InputError


@pytest.mark.parametrize(
    ("ball", "digits", "text"),
    [
        (arb("2.5"), 10, "2.5"),
        (arb(0), 10, "0"),
        (arb(99999), 2, "100000 ± 1"),
        (arb(-1200), 30, "-1200"),
        (arb((1, 100)), 3, "1.27e30 ± 2.4e27"),
        (arb((1, -30)), 3, "9.31e-10 ± 3.3e-13"),
        (arb("nan"), 3, "undecided"),
    ],
)
def test_balls_are_printed_with_their_radius_rounded_up(ball: arb, digits: int, text: str) -> None:
    assert format_ball(ball, digits) == text


def test_digits_without_meaning_are_not_printed() -> None:
    with workprec(200):
        value, radius = outward(arb.pi() + arb(0, "1e-10"), 50)
    assert value == "3.14159265359" and Fraction(radius) < Fraction(1, 5 * 10**9)


def test_ball_around_zero_is_zero_with_a_radius() -> None:
    assert outward(arb(0, "0.001"), 30)[0] == "0"


def test_bounds_are_directed() -> None:
    with workprec(100):
        third = arb(1) / 3
    assert (lower(third, 3), upper(third, 3)) == ("0.333", "0.334")
    assert (lower(-third, 3), upper(-third, 3)) == ("-0.334", "-0.333")
    assert lower(arb(0), 3) == upper(arb(0), 3) == "0"


def test_decimals_carry_no_binary_noise() -> None:
    with mpmath.workdps(40):
        assert decimal(mpmath.mpf(1) / 10, 30) == "0.1"
        assert decimal(mpmath.mpf(2) / 3 * 10**25, 5) == "6.6667e24"
    assert decimal(Fraction(1, 3), 5) == "0.33333" and decimal(10**6, 3) == "1000000" and decimal(Fraction(0), 3) == "0"
    assert decimal(Fraction(1, 10**7), 3) == "1e-7" and decimal(Fraction(-1, 10**6), 3) == "-0.000001"


@pytest.mark.parametrize("digits", [0, -1, 5000, 2.0, True])
def test_digits_must_be_a_sensible_integer(digits: Any) -> None:
    for function in (outward, lower, upper):
        with pytest.raises(InputError, match="digits"):
            function(arb(1), digits)
    with pytest.raises(InputError, match="digits"):
        decimal(1, digits)


@pytest.mark.parametrize("value", [0.1, mpmath.nan, mpmath.inf, arb(1, 1), arb("nan"), True])
def test_numbers_without_an_exact_value_have_no_decimal(value: Any) -> None:
    with pytest.raises(InputError, match="expected"):
        decimal(value, 10)


def test_a_ball_that_is_not_finite_has_no_bounds() -> None:
    for function in (outward, lower, upper):
        with pytest.raises(InputError, match="finite ball"):
            function(arb("nan"), 5)


@pytest.mark.parametrize(
    ("text", "radius", "digits", "shown"),
    [
        ("6.74483065624563159539432", "1e-23", 20, "6.7448306562456315953"),
        ("-0.0199996", "0", 3, "-0.0199"),
        ("1.5", "0", 4, "1.5"),
        ("123.4999", "0.0002", 6, "123"),
        ("123.456", "0.05", 6, "123"),
    ],
)
def test_digits_before_dots_are_those_of_every_number_of_the_ball(text, radius, digits, shown) -> None:
    with workprec(200):
        assert cut_off(arb(text, radius), digits) == shown


@pytest.mark.parametrize("ball", [arb(0), arb(1, "0.1"), arb(0, 1), arb(9, 2), arb(123456), arb("nan")])
def test_a_ball_that_leaves_a_digit_before_the_point_open_has_none(ball) -> None:
    with pytest.raises(InputError):
        cut_off(ball, 5)
