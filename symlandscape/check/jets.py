"""First-order jets: a ball with the ball of its derivative along one real parameter, so that the student's formulas are
differentiated by running them.

The rules are (x y)' = x' y + x y', (x/y)' = (x' - (x/y) y')/y, sqrt(x)' = x'/(2 sqrt x), angle(y, x)' = (y' x - y
x')/(x^2 + y^2), each evaluated in balls: value and rate are enclosures for every value of the parameter in the ball
from which it started. Where a root or a denominator may vanish the rate is not finite.
"""

from __future__ import annotations

from typing import Any

from symlandscape.arith.balls import arb, atan2, sqrt_nonneg

__all__ = ["Jet", "angle", "rate", "root", "value"]


class Jet:
    """A ball and the ball of its derivative; immutable. Balls and integers mix with it as constants."""

    __slots__ = ("rate", "value")

    def __init__(self, ball: arb, slope: arb) -> None:
        self.value, self.rate = ball, slope

    def __add__(self, other: Any) -> Jet:
        return Jet(self.value + value(other), self.rate + rate(other))

    __radd__ = __add__

    def __neg__(self) -> Jet:
        return Jet(-self.value, -self.rate)

    def __sub__(self, other: Any) -> Jet:
        return Jet(self.value - value(other), self.rate - rate(other))

    def __rsub__(self, other: Any) -> Jet:
        return Jet(value(other) - self.value, rate(other) - self.rate)

    def __mul__(self, other: Any) -> Jet:
        x, y = self.value, value(other)
        return Jet(x * y, self.rate * y + x * rate(other))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Jet:
        ratio = self.value / value(other)
        return Jet(ratio, (self.rate - ratio * rate(other)) / value(other))

    def __rtruediv__(self, other: Any) -> Jet:
        ratio = value(other) / self.value
        return Jet(ratio, (rate(other) - ratio * self.rate) / self.value)


def value(x: Any) -> Any:
    """The ball without its derivative."""
    return x.value if isinstance(x, Jet) else x


def rate(x: Any) -> Any:
    """The derivative; 0 for a constant."""
    return x.rate if isinstance(x, Jet) else arb(0)


def root(x: Any) -> Any:
    """The square root of a ball or jet that is known to be >= 0."""
    if not isinstance(x, Jet):
        return sqrt_nonneg(x)
    found = sqrt_nonneg(x.value)
    return Jet(found, x.rate / (2 * found))


def angle(y: Any, x: Any) -> Any:
    """The angle in [0, pi] of the point (x, y) with y >= 0."""
    found = atan2(value(y), value(x))
    if not isinstance(x, Jet) and not isinstance(y, Jet):
        return found
    square = value(x) * value(x) + value(y) * value(y)
    return Jet(found, (rate(y) * value(x) - value(y) * rate(x)) / square)
