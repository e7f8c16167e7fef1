"""The one place where numbers change kind: exact rationals, balls, floats, mpmath numbers.

Nothing here drops a radius or a rounding error silently; the functions that lose something say so in their name
(`mid_float`, `arb_to_mpf_mid`) and the ones that could lose something by accident (`float` into a ball) refuse.
"""

from __future__ import annotations

import math
import operator
import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath

from symlandscape.arith.balls import arb, fmpq, fmpz
from symlandscape.errors import InputError

Exact = int | Fraction | fmpq | fmpz
MAX_DECIMAL_EXPONENT = 10_000
"""Largest power of ten that is read from text: beyond it an exact integer would fill the memory."""
MAX_BINARY_EXPONENT = 4_000_000
"""Largest power of two that is turned into an exact rational, for the same reason."""

_NUMBER = re.compile(r"[+-]?(?:\d+/\d+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,9})?)", re.ASCII)


def parse_exact(number: str | int | Fraction | Decimal | Any) -> Fraction:
    """The exact rational that a text such as `13/2`, `6.5` or `1e-3`, or an exact number, denotes.

    0.1 in text is 1/10. Integers, Fractions, Decimals, SymPy rationals and flint rationals are taken as they are.
    Raises: `InputError` for anything else; floats too (use `shortest_decimal` or `exact_float`, they differ).
    """
    if isinstance(number, str):
        return _parse_text(number)
    if isinstance(number, Decimal):
        exponent = number.as_tuple().exponent
        if not isinstance(exponent, int) or abs(exponent) > MAX_DECIMAL_EXPONENT:
            raise InputError(f"expected a finite decimal of moderate size, got {number}; pass a number")
        return Fraction(number)
    if isinstance(number, float):
        raise InputError(f"expected an exact number, got the float {number!r}; pass it as text or name its reading")
    return _rational(number)


def _parse_text(text: str) -> Fraction:
    stripped = text.strip()
    shown = stripped if len(stripped) <= 40 else stripped[:37] + "..."
    if not _NUMBER.fullmatch(stripped):
        raise InputError(f"expected an integer, p/q or a decimal, got {shown!r}; write it like 13/2, 6.5 or 1e-3")
    power_of_ten = re.split("[eE]", stripped)
    if len(power_of_ten) == 2 and abs(int(power_of_ten[1])) > MAX_DECIMAL_EXPONENT:
        raise InputError(f"expected a power of ten within {MAX_DECIMAL_EXPONENT}, got {shown!r}; rescale the number")
    try:
        return Fraction(stripped)
    except ZeroDivisionError:
        raise InputError(f"expected a denominator other than 0, got {shown!r}; write a number") from None
    except ValueError:  # the interpreter's limit on the number of digits
        raise InputError(
            f"expected a number of at most a few thousand digits, got {len(stripped)} characters; shorten it"
        ) from None


def _rational(number: Any) -> Fraction:
    """An exact rational of any of the kinds in use, without importing SymPy or NumPy."""
    if isinstance(number, Fraction):
        return number
    if isinstance(number, bool):
        raise InputError(f"expected a number, got the truth value {number}; pass 0 or 1 if that is meant")
    if isinstance(number, fmpz):
        return Fraction(int(number))
    if isinstance(number, fmpq):
        return Fraction(int(number.p), int(number.q))
    if getattr(number, "is_Rational", False) is True:
        return Fraction(int(number.p), int(number.q))
    try:
        return Fraction(operator.index(number))
    except TypeError:
        raise InputError(
            f"expected an exact number, got {type(number).__name__} {number!r:.60}; pass int, Fraction or text"
        ) from None


def shortest_decimal(x: float) -> Fraction:
    """The shortest decimal that reads back as the finite float x, as an exact rational (0.1 -> 1/10)."""
    return Fraction(repr(_finite(x)))


def exact_float(x: float) -> Fraction:
    """The binary value of the finite float x, as an exact rational."""
    return Fraction(_finite(x))


def _finite(x: float) -> float:
    value = float(x)
    if not math.isfinite(value):
        raise InputError(f"expected a finite float, got {value}; remove nan and infinity from the data")
    return value


def float_to_arb(x: float) -> arb:
    """The exact ball (radius 0) of the binary value of a finite float."""
    return arb(_finite(x))


def to_arb(x: int | Fraction | fmpq | mpmath.mpf | arb | Any) -> arb:
    """A ball around x: exact for integers, dyadic rationals and mpmath numbers, else a ball at the current precision.

    A ball is returned as it is. Raises: `InputError` for floats (use `float_to_arb`), truth values, nan and infinity.
    """
    if isinstance(x, arb):
        return x
    if isinstance(x, mpmath.mpf):
        sign, man, exp, _ = x._mpf_
        if not man and exp:
            raise InputError(f"expected a finite number, got {x}; the computation before left its domain")
        return arb((-int(man) if sign else int(man), int(exp)))
    if isinstance(x, float):
        raise InputError(f"expected an exact number, got the float {x!r}; use float_to_arb for its binary value")
    q = _rational(x)
    if q.denominator & (q.denominator - 1) == 0:
        return arb((q.numerator, 1 - q.denominator.bit_length()))
    return arb(fmpq(q.numerator, q.denominator))


def to_mpf(x: int | Fraction | fmpq | mpmath.mpf | arb | Any) -> mpmath.mpf:
    """x as an mpmath number, rounded to mpmath's current precision; exact balls are taken, others refused.

    Raises: `InputError` for a ball of positive radius (use `arb_to_mpf_mid` and keep the radius), floats, truth
    values.
    """
    if isinstance(x, mpmath.mpf):
        return +x
    if isinstance(x, float):
        raise InputError(
            f"expected an exact number, got the float {x!r}; use mpmath.mpf(x) where its binary value is meant"
        )
    if isinstance(x, arb):
        if not x.is_exact() or not x.is_finite():
            raise InputError(f"expected an exact ball, got {x}; use arb_to_mpf_mid and keep the radius")
        return +arb_to_mpf_mid(x)
    q = _rational(x)
    return mpmath.mpf(q.numerator) / q.denominator if q.denominator != 1 else mpmath.mpf(q.numerator)


def arb_to_mpf_mid(x: arb) -> mpmath.mpf:
    """The exact midpoint of the finite ball x as an mpmath number; the radius is left behind, as the name says."""
    man, exp = _man_exp(x.mid())
    return mpmath.mp.make_mpf(mpmath.libmp.from_man_exp(man, exp))


def mid_float(x: arb) -> float:
    """The float next to the midpoint of x; the radius is left behind, as the name says. Infinite beyond the float
    range, nan for nan.
    """
    if not x.mid().is_finite():
        return math.nan
    man, exp = _man_exp(x.mid())
    if _top(man, exp) > _FAR:
        return math.inf if man > 0 else -math.inf
    return _nearest(_scaled(man, exp) if exp >= -3000 else _grid(man, exp))


def float_bounds(x: arb) -> tuple[float, float]:
    """Two floats lo <= hi with every number of x between them: the nearest such floats.

    (-inf, inf) for nan and for radii beyond 2^20000.
    """
    if not x.is_finite():
        return -math.inf, math.inf
    man, exp = _man_exp(x.mid())
    rad_man, rad_exp = _man_exp(x.rad())
    if _top(rad_man, rad_exp) > _FAR:
        return -math.inf, math.inf
    if _top(man, exp) > _FAR:
        largest = math.nextafter(math.inf, 0)
        return (largest, math.inf) if man > 0 else (-math.inf, -largest)
    lower = _grid(man, exp) + _grid(-rad_man, rad_exp)
    upper = -_grid(-man, exp) - _grid(-rad_man, rad_exp)
    return _round_float(lower, down=True), _round_float(upper, down=False)


_FAR = 20_000
"""Binary exponent beyond which no exact rational is formed; floats end at 2^1024."""


def _grid(man: int, exp: int) -> Fraction:
    """man 2^exp rounded down to a multiple of 2^-3000 (far below the least float, 2^-1074), so that tiny parts stay
    small.
    """
    if exp < -3000:
        man, exp = man >> min(-3000 - exp, man.bit_length() + 1), -3000
    return _scaled(man, exp)


def _round_float(q: Fraction, *, down: bool) -> float:
    """The largest float <= q, or the smallest >= q (infinite beyond the range)."""
    value = _nearest(q)
    if math.isinf(value):
        return math.nextafter(value, 0) if (value > 0) == down else value
    if down and Fraction(value) > q:
        return math.nextafter(value, -math.inf)
    if not down and Fraction(value) < q:
        return math.nextafter(value, math.inf)
    return value


def _nearest(q: Fraction) -> float:
    """The float nearest to q, infinite beyond the range."""
    try:
        return q.numerator / q.denominator
    except OverflowError:
        return math.inf if q > 0 else -math.inf


def _top(man: int, exp: int) -> int:
    """The binary exponent e with 2^(e-1) <= |man 2^exp| < 2^e; very small for 0."""
    return man.bit_length() + exp if man else -(1 << 62)


def _man_exp(x: arb) -> tuple[int, int]:
    """Mantissa and exponent of an exact finite ball as Python integers."""
    try:
        man, exp = x.man_exp()
    except ValueError:
        raise InputError(f"expected an exact finite ball, got {x}; take the midpoint, or raise the precision") from None
    return int(man), int(exp)


def _scaled(man: int, exp: int) -> Fraction:
    return Fraction(man << exp) if exp >= 0 else Fraction(man, 1 << -exp)


def arb_to_fraction(x: arb) -> Fraction:
    """The value of an exact ball. Raises: `InputError` when the radius is not 0, or the ball is not finite."""
    man, exp = _man_exp(x)
    if abs(exp) > MAX_BINARY_EXPONENT:
        raise InputError(
            f"expected a number within 2**{MAX_BINARY_EXPONENT}, got the exponent {exp}; rescale the problem"
        )
    return _scaled(man, exp)


def arb_ends(x: arb) -> tuple[Fraction, Fraction]:
    """The two ends (m - r, m + r) of a finite ball, exactly."""
    centre, radius = arb_to_fraction(x.mid()), arb_to_fraction(x.rad())
    return centre - radius, centre + radius
