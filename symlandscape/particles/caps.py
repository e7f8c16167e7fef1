"""Caps of a sphere and the regions common to two of them, in elementary functions, in any number field.

u uniform on the unit sphere of R^D, v and v' unit vectors with v.v' = c, X = u.v, Y = u.v':

    p_D(t) = c_D (1 - t^2)^{(D-3)/2},   c_D = Gamma(D/2)/(sqrt(pi) Gamma((D-1)/2))        (density of X)
    tau_D(t) = P(X > t),                tau_{D+2} = tau_D - t p_{D+2}/D
    Q_D = P(X > t, Y > s),              Q_{D+2} = Q_D - (t M + s M')/D,
    M = E^{(D+2)}[delta(X - t) 1(Y > s)] = p_{D+2}(t) tau_{D+1}(z),   z = (s - c t)/sqrt((1-c^2)(1-t^2)).

The recursions start from D = 1, 2: tau_1 = 1/2, tau_2 = acos(t)/pi; where the two boundary planes meet inside the ball
(|z| < 1), Q_1 = acos(-rho)/(2 pi) with rho = (c - t s)/sqrt((1-t^2)(1-s^2)), and Q_2 = (acos t + acos s - acos c)/(2
pi);
elsewhere one cap holds the other, they are disjoint, or together they cover the sphere. All follow from
E^{(D)}[u g] = (1/D) E^{(D+2)}[grad g] (an integration by parts); derived in `derivations.particles_kernels`.

Half-spaces a.x + b > 0 on |x|^2 = d have t = -b/(sqrt(d)|a|). They are given by exact numbers |a|^2, a.a', b, so that
which case holds is decided exactly, and angles come from square roots of exact numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from functools import cache
from typing import Any

from symlandscape.arith.field import Field

__all__ = ["Cap", "CapPair", "Reach", "cap", "cap_pair", "density_constant"]


class Reach(Enum):
    """How a half-space X > t meets a sphere."""

    CUTS = "cuts"
    ALL = "all"
    """t <= -1: it holds the sphere"""
    NONE = "none"
    """t >= 1: it misses the sphere"""
    EDGE = "edge"
    """both boundaries coincide: half of what is counted"""


@dataclass(frozen=True, slots=True)
class Cap:
    """The cap X > t: t = numerator/sqrt(square), sine2 = 1 - t^2 (exact, 0 unless it cuts)."""

    field: Field
    reach: Reach
    numerator: Fraction
    square: Fraction
    sine2: Fraction

    @property
    def t(self) -> Any:
        """The level, where the cap cuts the sphere."""
        return self.field.exact(self.numerator) / self.field.sqrt(self.field.exact(self.square))

    @property
    def sine(self) -> Any:
        """sqrt(1 - t^2)."""
        return self.field.sqrt(self.field.exact(self.sine2))

    @property
    def angle(self) -> Any:
        """acos t."""
        exact = self.field.exact
        return self.field.angle(self.field.sqrt(exact(self.sine2 * self.square)), exact(self.numerator))

    def density(self, D: int) -> Any:
        """p_D(t), D >= 3; 0 unless the cap cuts."""
        field = self.field
        if self.reach is not Reach.CUTS:
            return field.exact(0)
        rational, circles = density_constant(D)
        value = field.exact(rational * self.sine2 ** ((D - 3) // 2))
        return value * self.sine / field.pi() if circles else value

    def tail(self, D: int) -> Any:
        """tau_D(t), D >= 1."""
        field = self.field
        if self.reach is Reach.EDGE:
            return field.exact(Fraction(1, 2))
        if self.reach is not Reach.CUTS:
            return field.exact(1 if self.reach is Reach.ALL else 0)
        base = 2 - D % 2
        value = field.exact(Fraction(1, 2)) if base == 1 else self.angle / field.pi()
        if base < D:
            t = self.t
            for low in range(base, D, 2):
                value = value - t * self.density(low + 2) / low
        return value

    def mean_above(self, D: int) -> Any:
        """E^{(D)}[X 1(X > t)] = p_{D+2}(t)/D."""
        return self.density(D + 2) / D


@dataclass(frozen=True, slots=True)
class CapPair:
    """Two caps, and each seen from the boundary of the other.

    first: X > t; second: Y > s; inner: the cap Z > z that Y > s cuts out of the sphere X = t, outer: the other way
    round; meet: whether the boundaries meet inside the ball; gram: |a|^2 |a'|^2 - (a.a')^2; angles: those of Q_1 and
    Q_2.
    """

    first: Cap
    second: Cap
    inner: Cap
    outer: Cap
    meet: bool
    gram: Fraction
    angles: tuple[Any, Any]

    def edge(self, D: int, *, other: bool = False) -> Any:
        """E^{(D)}[delta(X - t) 1(Y > s)], or with X and Y exchanged."""
        here, seen = (self.second, self.outer) if other else (self.first, self.inner)
        return here.density(D) * seen.tail(D - 1)

    def common(self, D: int) -> Any:
        """Q_D = P(X > t, Y > s)."""
        field = self.first.field
        if not self.meet:
            return self._apart(D)
        base = 2 - D % 2
        value = self.angles[base - 1] / (2 * field.pi())
        t, s = self.first.t, self.second.t
        for low in range(base, D, 2):
            value = value - (t * self.edge(low + 2) + s * self.edge(low + 2, other=True)) / low
        return value

    def _apart(self, D: int) -> Any:
        field, total = self.first.field, self.first.field.exact(0)
        if Reach.NONE in (self.first.reach, self.second.reach):
            return total
        if self.inner.reach is Reach.EDGE:  # the same boundary: the same cap, or two that fill the sphere
            same = self.inner.square > 0
            return self.first.tail(D) if same else total
        first, second = self.inner.reach is Reach.ALL, self.outer.reach is Reach.ALL
        if first:
            total = total + self.first.tail(D)
        if second:
            total = total + self.second.tail(D)
        return total - field.exact(1) if first and second else total


@cache
def density_constant(D: int) -> tuple[Fraction, bool]:
    """c_D = Gamma(D/2)/(sqrt(pi) Gamma((D-1)/2)) as (rational, whether it is divided by pi), D >= 2.

    >>> density_constant(3), density_constant(4)
    ((Fraction(1, 2), False), (Fraction(2, 1), True))
    """
    value, low = (Fraction(1, 2), 3) if D % 2 else (Fraction(1), 2)
    for k in range(low, D, 2):
        value *= Fraction(k, k - 1)
    return value, D % 2 == 0


def cap(field: Field, d: int, length2: Fraction, b: Fraction) -> Cap:
    """The cap of the half-space a.x + b > 0 on |x|^2 = d, with |a|^2 = length2."""
    square = d * length2
    if b * b >= square:
        reach = Reach.ALL if b > 0 else Reach.NONE
        return Cap(field, reach, -b, square, Fraction(0))
    return Cap(field, Reach.CUTS, -b, square, 1 - b * b / square)


def cap_pair(
    field: Field, d: int, lengths2: tuple[Fraction, Fraction], r: Fraction, b: Fraction, c: Fraction
) -> CapPair:
    """The caps of a.x + b > 0 and a'.x + c > 0 on |x|^2 = d: lengths2 = (|a|^2, |a'|^2), r = a.a'."""
    p, q = lengths2
    first, second = cap(field, d, p, b), cap(field, d, q, c)
    area = p * q - r * r
    if first.reach is not Reach.CUTS or second.reach is not Reach.CUTS:
        inner = _whole(field, second.reach if second.reach is not Reach.CUTS else Reach.ALL)
        outer = _whole(field, first.reach if first.reach is not Reach.CUTS else Reach.ALL)
        return CapPair(first, second, inner, outer, False, area, (None, None))
    cross = d * area - b * b * q - c * c * p + 2 * r * b * c
    inner = _level(field, r * b - c * p, area * (d * p - b * b), r)
    outer = _level(field, r * c - b * q, area * (d * q - c * c), r)
    if cross <= 0:
        return CapPair(first, second, inner, outer, False, area, (None, None))
    root = field.sqrt(field.exact(d * cross))
    one = field.angle(root, field.exact(b * c - d * r))
    two = first.angle + second.angle - field.angle(field.sqrt(field.exact(area)), field.exact(r))
    return CapPair(first, second, inner, outer, True, area, (one, two))


def _whole(field: Field, reach: Reach) -> Cap:
    return Cap(field, reach, Fraction(0), Fraction(0), Fraction(0))


def _level(field: Field, numerator: Fraction, square: Fraction, r: Fraction) -> Cap:
    """The cap Z > numerator/sqrt(square), square = 0 for parallel normals."""
    if square == 0 and numerator == 0:
        return Cap(field, Reach.EDGE, numerator, Fraction(1 if r > 0 else -1), Fraction(0))
    if numerator * numerator >= square:
        return Cap(field, Reach.ALL if numerator < 0 else Reach.NONE, numerator, square, Fraction(0))
    return Cap(field, Reach.CUTS, numerator, square, 1 - numerator * numerator / square)
