"""The zero of a function with one change of sign, enclosed: found by a bracketing secant method, certified by signs."""

from __future__ import annotations

from collections.abc import Callable

from symlandscape.arith.balls import arb, interval
from symlandscape.errors import UndecidedError

__all__ = ["decreasing_root"]

STEPS = 2_000
WIDENINGS = 12


def decreasing_root(function: Callable[[arb], arb], bits: int) -> arb:
    """A ball of relative radius about 2^-bits around the zero of `function` on t > 0.

    function: from exact balls to balls, positive near 0, negative at infinity, with one change of sign (which the
    caller has proved). The current precision should be about twice `bits`.
    Raises: `UndecidedError` when the signs are not decided at the current precision.
    """
    root = _approximate(function, bits)
    for widening in range(WIDENINGS):
        step = root * arb((1, 8 * widening - bits))
        low, high = (root - step).mid(), (root + step).mid()
        if low > 0 and function(low) > 0 and function(high) < 0:
            return interval(low, high)
    raise UndecidedError(f"the signs beside the zero are not decided at {bits} bits; raise the precision")


def _approximate(function: Callable[[arb], arb], bits: int) -> arb:
    """A midpoint near the zero, by the Illinois method; no guarantee."""
    low, high = _bracket(function)
    f, g = function(low).mid(), function(high).mid()
    kept = 0
    guess = low
    for _ in range(STEPS):
        last, guess = guess, (low + (high - low) * f / (f - g)).mid()
        if not (low < guess and guess < high):
            return last
        value = function(guess).mid()
        if value.is_zero() or abs(guess - last) <= guess * arb((1, -bits - 4)):
            return guess
        if value > 0:
            low, f = guess, value
            g = (g / 2).mid() if kept > 0 else g
            kept = 1
        else:
            high, g = guess, value
            f = (f / 2).mid() if kept < 0 else f
            kept = -1
    return guess


def _bracket(function: Callable[[arb], arb]) -> tuple[arb, arb]:
    """t and 2t, or t/2 and t, with a positive and a negative value."""
    t = arb(1)
    positive = _positive(function(t))
    for _ in range(STEPS):
        other = 2 * t if positive else t / 2
        if _positive(function(other)) is not positive:
            return (t, other) if positive else (other, t)
        t = other
    raise UndecidedError("no change of sign was found on t > 0; the function does not vanish there")


def _positive(value: arb) -> bool:
    if value > 0:
        return True
    if value < 0:
        return False
    raise UndecidedError(f"the sign of {value.str(8)} is not decided at this precision; raise it")
