"""Taylor models: functions of u on [-1, 1] as a polynomial with ball coefficients plus a ball, closed under
+ - * /, root and angle.

A model is f(u) in p(u) + R for every u in [-1, 1] (Makino & Berz). Products are formed in full; what lies above the
degree that is kept joins R. A quotient, root or arc tangent is a polynomial that was guessed plus a bound of its
error, which the guess cannot make false. Where a divisor or a root may vanish the certificate is rejected.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symlandscape.arith.balls import arb, arb_poly, atan2, interval, sign, symmetric
from symlandscape.check.outcome import Rejected

__all__ = ["TaylorModel", "constant"]

TERMS = 16
"""Coefficients kept of each polynomial."""
MOST_POWERS = 60
"""Longest arc tangent series."""


class TaylorModel:
    """One function on [-1, 1]; immutable. Balls and integers mix with it as constants."""

    __slots__ = ("poly", "rest", "seen")

    def __init__(self, poly: arb_poly, rest: arb) -> None:
        self.poly, self.rest = poly, rest
        self.seen: arb | None = None

    def _main(self) -> arb:
        """The range of the polynomial."""
        if self.seen is None:
            self.seen = _range(self.poly.coeffs())
        return self.seen

    def range(self) -> arb:
        """An enclosure of all values."""
        return self._main() + self.rest

    def sign(self) -> int | None:
        """The sign of all values, None where it is not decided."""
        return sign(self.range())

    def at(self, u: arb) -> arb:
        """An enclosure of the value at one place of [-1, 1], or of the values on a part of it."""
        return self.poly(u) + self.rest

    def middle(self) -> TaylorModel:
        """The exact polynomial of the coefficients' midpoints."""
        return TaylorModel(arb_poly([c.mid() for c in self.poly.coeffs()]), arb(0))

    def widened(self, ball: arb) -> TaylorModel:
        """The function plus anything in a ball."""
        return TaylorModel(self.poly, self.rest + ball)

    def __add__(self, other: Any) -> TaylorModel:
        if isinstance(other, TaylorModel):
            return TaylorModel(self.poly + other.poly, self.rest + other.rest)
        return TaylorModel(self.poly + other, self.rest) if isinstance(other, (int, arb)) else NotImplemented

    __radd__ = __add__

    def __neg__(self) -> TaylorModel:
        return TaylorModel(-self.poly, -self.rest)

    def __sub__(self, other: Any) -> TaylorModel:
        if isinstance(other, TaylorModel):
            return TaylorModel(self.poly - other.poly, self.rest - other.rest)
        return TaylorModel(self.poly - other, self.rest) if isinstance(other, (int, arb)) else NotImplemented

    def __rsub__(self, other: Any) -> TaylorModel:
        return (-self) + other

    def __mul__(self, other: Any) -> TaylorModel:
        if not isinstance(other, TaylorModel):
            if not isinstance(other, (int, arb)):
                return NotImplemented
            return TaylorModel(self.poly * other, self.rest * other)
        poly, rest = _cut(self.poly * other.poly)
        if not self.rest.is_zero():
            rest = rest + self.rest * other.range()
        if not other.rest.is_zero():
            rest = rest + other.rest * self._main()
        return TaylorModel(poly, rest)

    __rmul__ = __mul__

    def inverse(self) -> TaylorModel:
        """1/f = g + (1 - f g)/f."""
        whole = self.range()
        if sign(whole) not in (-1, 1):
            raise Rejected("a divisor may vanish on a piece")
        lead, *others = (c.mid() for c in self.poly.coeffs())
        found = [(1 / lead).mid()]
        for k in range(1, TERMS):
            total = arb(0)
            for j, c in enumerate(others[:k], 1):
                total -= c * found[k - j]
            found.append((total * found[0]).mid())
        guess = TaylorModel(arb_poly(found), arb(0))
        return guess.widened((1 - self * guess).range() / whole)

    def __truediv__(self, other: Any) -> TaylorModel:
        if isinstance(other, TaylorModel):
            return self * other.inverse()
        return self * (1 / arb(other))

    def __rtruediv__(self, other: Any) -> TaylorModel:
        return self.inverse() * other

    def root(self) -> TaylorModel:
        """The positive root: sqrt f = g + (f - g^2)/(sqrt f + g)."""
        whole = self.range()
        if sign(whole) != 1:
            raise Rejected("a length or a sine may vanish on a piece")
        given = [c.mid() for c in self.poly.coeffs()]
        found = [given[0].sqrt().mid() if sign(given[0]) == 1 else arb(0)]
        half = 1 / (2 * found[0])
        for k in range(1, TERMS):
            total = given[k] if k < len(given) else arb(0)
            for j in range(1, k):
                total -= found[j] * found[k - j]
            found.append((total * half).mid())
        guess = TaylorModel(arb_poly(found), arb(0))
        divisor = whole.sqrt() + guess.range()
        if sign(divisor) != 1:
            raise Rejected("a length or a sine is not enclosed on a piece; it is too long")
        return guess.widened((self - guess * guess).range() / divisor)

    def angle(self, x: TaylorModel) -> TaylorModel:
        """The angle in [0, pi] of the point (x, y), y = f >= 0: that of a fixed point (x0, y0) plus atan w, w = (x0 y -
        y0 x)/(x0 x + y0 y).

        The denominator is shown to be positive, so the two differ by less than a right angle.
        """
        y0, x0 = (_first(m) for m in (self, x))
        if sign(y0) == -1:
            raise Rejected("an angle is not enclosed on a piece; it is too long")
        base = x * x0 + self * y0
        if base.sign() != 1:
            raise Rejected("an angle is not enclosed on a piece; it is too long")
        return arctangent((self * x0 - x * y0) / base) + atan2(y0, x0)


def arctangent(w: TaylorModel) -> TaylorModel:
    """atan w for |w| < 1: the odd Taylor polynomial and its remainder |w|^m/m."""
    size = w.range().abs_upper()
    if not size < arb((7, -3)):
        raise Rejected("an angle changes too much on a piece; it is too long")
    count, bound = 1, size * size * size
    while count < MOST_POWERS and not bound < arb((1, -80)):
        count, bound = count + 1, bound * size * size
    square, total = w * w, constant(0)
    for k in reversed(range(count)):
        total = total * square + arb((-1) ** k) / (2 * k + 1)
    return (total * w).widened(symmetric((bound / (2 * count + 1)).upper()))


def constant(x: Any) -> TaylorModel:
    """A number as a model; a ball is one unknown number in it."""
    return TaylorModel(arb_poly([arb(x)]), arb(0))


def tube(coefficients: Sequence[arb], rest: arb) -> TaylorModel:
    """A polynomial plus anything in a ball."""
    return TaylorModel(arb_poly(list(coefficients)), rest)


def hull_of(low: arb, high: arb) -> TaylorModel:
    """The variable itself: from ``low`` at u = -1 to ``high`` at u = 1."""
    return TaylorModel(arb_poly([(low + high) / 2, (high - low) / 2]), arb(0))


def _first(f: TaylorModel) -> arb:
    found = f.poly.coeffs()
    return found[0].mid() if found else arb(0)


def _range(coefficients: Sequence[arb]) -> arb:
    """Values of the polynomial on [-1, 1]: even powers lie in [0, 1]."""
    if not coefficients:
        return arb(0)
    odd, total = arb(0), coefficients[0]
    for k, c in enumerate(coefficients[1:], 1):
        if k % 2:
            odd += c.abs_upper()
        else:
            total = total + interval(arb(0), c)
    return total + symmetric(odd.upper())


def _cut(poly: arb_poly) -> tuple[arb_poly, arb]:
    """The polynomial up to the degree that is kept and the range of what lies above."""
    if poly.length() <= TERMS:
        return poly, arb(0)
    found = poly.coeffs()
    # u^TERMS is even: the tail is a polynomial on [-1, 1] times a number in [0, 1]
    return arb_poly(found[:TERMS]), interval(arb(0), _range(found[TERMS:]))
