"""Decimal strings of balls and multiprecision numbers, rounded outward: a printed value +- radius contains the ball.

All roundings are done on exact rationals; every string is read back by `conversions.parse_exact`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath

from symlandscape.arith.balls import arb
from symlandscape.arith.conversions import arb_ends, arb_to_fraction, to_arb
from symlandscape.errors import InputError

RADIUS_DIGITS = 2
"""Significant digits of a printed radius."""
MAX_DIGITS = 4000
"""Python refuses to print longer integers."""
VALUE_FIXED, RADIUS_FIXED = range(-6, 21), range(-3, 5)
"""Decimal exponents of the leading digit for which a value, or a radius, is printed without an exponent."""


def outward(x: arb, digits: int) -> tuple[str, str]:
    """A decimal value of at most `digits` significant digits and a radius, such that value +- radius contains the ball
    x.

    The radius is rounded up and covers the rounding of the value; digits that the radius makes meaningless are left
    out.
    Raises: `InputError` when x is not finite or digits is outside 1..4000.
    """
    _check(x, digits)
    middle, radius = arb_to_fraction(x.mid()), arb_to_fraction(x.rad())
    if radius and abs(middle) <= radius:  # zero is possible: digits of the midpoint would be noise
        return "0", _directed(radius + abs(middle), RADIUS_DIGITS, up=True, fixed=RADIUS_FIXED)
    place = _leading(middle) - digits + 1 if middle else 0
    if radius:
        place = max(place, _leading(radius) - RADIUS_DIGITS + 1) if middle else _leading(radius)
    units = round(middle / Fraction(10) ** place)
    error = radius + abs(middle - units * Fraction(10) ** place)
    return _text(units, place), _directed(error, RADIUS_DIGITS, up=True, fixed=RADIUS_FIXED)


def lower(x: arb, digits: int) -> str:
    """A decimal of at most `digits` significant digits that is <= every number of the ball x."""
    _check(x, digits)
    return _directed(arb_ends(x)[0], digits, up=False)


def upper(x: arb, digits: int) -> str:
    """A decimal of at most `digits` significant digits that is >= every number of the ball x."""
    _check(x, digits)
    return _directed(arb_ends(x)[1], digits, up=True)


def cut_off(x: arb, digits: int) -> str:
    """The first digits, at most `digits`, of every number of the ball x, cut off towards 0: `...` may follow them.

    Raises: `InputError` when x is not finite, may be 0, or has an undecided digit before the point.
    """
    _check(x, digits)
    low, high = arb_ends(x)
    near, far = sorted((abs(low), abs(high)))
    if low * high > 0:
        for count in range(digits, 0, -1):
            place = _leading(far) - count + 1
            units = near // Fraction(10) ** place
            if place <= 0 and units and units == far // Fraction(10) ** place:
                return _text(units if low > 0 else -units, place)
    raise InputError(f"expected a ball that decides the digits before its point, got {x}; ask for other digits")


def decimal(x: mpmath.mpf | Fraction | int | Any, digits: int) -> str:
    """x rounded to `digits` significant digits, without binary noise and trailing zeros.

    The nearest decimal, with no radius: for numbers whose accuracy is known otherwise. A ball must use `outward`.
    Raises: `InputError` for floats, nan, infinity and balls of positive radius.
    """
    value = x if isinstance(x, Fraction) else arb_to_fraction(to_arb(x))
    _check_digits(digits)
    if not value:
        return "0"
    place = _leading(value) - digits + 1
    return _text(round(value / Fraction(10) ** place), place)


def format_ball(x: arb, digits: int) -> str:
    """The ball for people, rounded outward: `1.234 ± 2e-30`, the bare decimal when that is exact, `undecided` for
    nan.
    """
    if not x.is_finite():
        return "undecided"
    value, radius = outward(x, digits)
    return value if radius == "0" else f"{value} ± {radius}"


def _check(x: arb, digits: int) -> None:
    _check_digits(digits)
    if not x.is_finite():
        raise InputError(f"expected a finite ball, got {x}; the computation before left its domain or precision")


def _check_digits(digits: int) -> None:
    if isinstance(digits, bool) or not isinstance(digits, int) or not 1 <= digits <= MAX_DIGITS:
        raise InputError(f"expected 1 to {MAX_DIGITS} digits, got {digits!r}; pass an integer such as 30")


def _leading(q: Fraction) -> int:
    """The decimal exponent e with 10^e <= |q| < 10^(e+1), for q != 0."""
    p, r = abs(q.numerator), q.denominator
    guess = (p.bit_length() - r.bit_length()) * 30103 // 100000
    while p * 10 ** max(-guess, 0) < r * 10 ** max(guess, 0):
        guess -= 1
    while p * 10 ** max(-guess - 1, 0) >= r * 10 ** max(guess + 1, 0):
        guess += 1
    return guess


def _directed(q: Fraction, digits: int, *, up: bool, fixed: range = VALUE_FIXED) -> str:
    """q rounded down or up to at most `digits` significant digits."""
    if not q:
        return "0"
    place = _leading(q) - digits + 1
    scaled = q / Fraction(10) ** place
    units = -((-scaled.numerator) // scaled.denominator) if up else scaled.numerator // scaled.denominator
    return _text(units, place, fixed)


def _text(units: int, place: int, fixed: range = VALUE_FIXED) -> str:
    """units 10^place as a decimal string: fixed where short, else scientific; no trailing zeros."""
    if units == 0:
        return "0"
    while units % 10 == 0:
        units, place = units // 10, place + 1
    sign, figures = ("-" if units < 0 else ""), str(abs(units))
    leading = place + len(figures) - 1
    if leading not in fixed:
        fraction = "." + figures[1:] if len(figures) > 1 else ""
        return f"{sign}{figures[0]}{fraction}e{leading}"
    if place >= 0:
        return sign + figures + "0" * place
    if leading >= 0:
        return f"{sign}{figures[: leading + 1]}.{figures[leading + 1 :]}"
    return f"{sign}0.{'0' * (-leading - 1)}{figures}"
