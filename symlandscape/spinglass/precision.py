"""Raising the precision until an enclosure has the digits that were asked for."""

from __future__ import annotations

from collections.abc import Callable

from symlandscape.arith.balls import arb, workprec
from symlandscape.errors import InputError

__all__ = ["MAX_DIGITS", "check_digits", "to_digits"]

MAX_DIGITS = 4000
GUARD = 40
"""Bits beyond the digits at the first attempt."""
ATTEMPTS = 5


def check_digits(digits: int) -> None:
    """Raises: `InputError` unless 1 <= digits <= 4000."""
    if isinstance(digits, bool) or not isinstance(digits, int) or not 1 <= digits <= MAX_DIGITS:
        raise InputError(f"expected 1 to {MAX_DIGITS} digits, got {digits!r}; pass an integer such as 30")


def to_digits(compute: Callable[[int], arb], digits: int) -> arb:
    """The ball compute(bits), with bits doubled until its radius is below 10^-digits of its midpoint.

    After 5 attempts the last ball is returned as it is (a value that is 0 has no relative digits): an enclosure in any
    case. compute(bits) must set its own precision. Raises: `InputError` for digits outside 1..4000.
    """
    check_digits(digits)
    bits = digits * 10 // 3 + GUARD
    ball = arb("nan")
    for _ in range(ATTEMPTS):
        with workprec(bits):
            ball = compute(bits)
            # a digit more than asked, so that the rounding of the printed value is the larger part of the error
            if ball.is_finite() and (ball.is_exact() or ball.rad() * arb(10) ** (digits + 1) <= abs(ball.mid())):
                return ball
        bits *= 2
    return ball
