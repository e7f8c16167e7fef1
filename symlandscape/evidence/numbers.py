"""Exact readings of the numbers that checks compare, without importing mpmath, SymPy or flint."""

from __future__ import annotations

import math
import operator
import re
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

from symlandscape.errors import InputError

_DECIMAL = re.compile(r"[+-]?(?:\d+/\d+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,5})?)", re.ASCII)


def exact_value(number: Any) -> Fraction | None:
    """The exact value of a text (`1.25`, `5/4`), an integer, a rational, a float (its bits) or an mpmath real.

    Returns None for nan and infinity. Raises: `InputError` for complex numbers, balls (their radius would be lost) and
    other kinds.
    """
    if isinstance(number, str):
        return _parse(number)
    if isinstance(number, Fraction):
        return number
    if isinstance(number, float):
        return Fraction(float(number)) if math.isfinite(number) else None
    if isinstance(number, bool):
        raise InputError(f"expected a number, got the truth value {number}; use proved for truth values")
    if getattr(number, "is_Rational", False) is True:
        return Fraction(int(number.p), int(number.q))
    if type(number).__module__.startswith("mpmath") and hasattr(number, "_mpf_"):
        return _mpf(number._mpf_)
    try:
        return Fraction(operator.index(number))
    except TypeError:
        pass
    kind = getattr(number, "dtype", None)
    if type(number).__module__ == "numpy" and kind is not None and kind.kind == "f" and number.ndim == 0:
        return exact_value(float(number))
    raise InputError(
        f"expected a real number, a fraction or a decimal text, got {type(number).__name__}; convert it by name first"
    )


def float_value(number: Any) -> float:
    """The float nearest to a number of the kinds above; nan and infinity stay."""
    if isinstance(number, float):
        return float(number)
    value = exact_value(number)
    if value is None:
        return float(number)
    try:
        return value.numerator / value.denominator
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def agreeing_digits(left: Fraction, right: Fraction) -> float:
    """The largest integer n with |left - right| <= 10^-n |right| (10^-n when right = 0), as a float; inf when equal."""
    gap = abs(left - right) / (abs(right) or 1)
    if not gap:
        return math.inf
    n = (gap.denominator.bit_length() - gap.numerator.bit_length()) * 30103 // 100000 - 1
    while gap * _ten(n + 1) <= 1:
        n += 1
    while gap * _ten(n) > 1:
        n -= 1
    return float(n)


def short_text(value: Fraction | None, digits: int) -> str:
    """The value to a few digits more than `digits` (at most 40), for a sentence."""
    if value is None:
        return "nan"
    context = Context(prec=min(digits + 3, 40))
    return str(context.divide(Decimal(value.numerator), Decimal(value.denominator)))


def _ten(n: int) -> Fraction:
    return Fraction(10) ** n


def _mpf(parts: tuple[int, Any, int, int]) -> Fraction | None:
    sign, man, exp, _ = parts
    man = int(man)
    if not man and exp:
        return None
    value = Fraction(man << exp) if exp >= 0 else Fraction(man, 1 << -exp)
    return -value if sign else value


def _parse(text: str) -> Fraction:
    if not _DECIMAL.fullmatch(text.strip()):
        raise InputError(f"expected a decimal or p/q, got {text[:40]!r}; write it like 0.25 or 1/4")
    try:
        return Fraction(text.strip())
    except (ZeroDivisionError, ValueError):
        raise InputError(
            f"expected a number of moderate length with a denominator other than 0, got {text[:40]!r}"
        ) from None
