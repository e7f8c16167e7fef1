"""Laurent models: functions of s on (0, s1] as a Laurent polynomial plus a ball times a power of s, closed under
+ - * /, root and angle.

A model is f(s) = sum_{start <= k < order} c_k s^k + R(s) s^order, R(s) in the ball ``rest`` for every s in (0, s1].
The first coefficients of a model are exact numbers of Q(pi) where they can be, so that leading terms cancel exactly;
the later ones are balls. Nothing is cut off without joining the remainder. A ball that may be 0 is never taken for 0:
a model that begins with one has no certain leading term, and what needs one rejects the certificate.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from symlandscape.arith.balls import arb, interval, sign, symmetric
from symlandscape.check.outcome import Rejected
from symlandscape.check.pi_numbers import EXACT, PiNumber, number, pi_number

__all__ = ["Domain", "LaurentModel"]

Coefficient = Any  # PiNumber, Surd or arb


class Domain:
    """The interval (0, s1], the number of coefficients that a model keeps, and how many of them stay exact."""

    __slots__ = ("depth", "length", "s")

    def __init__(self, last: arb, length: int, depth: int) -> None:
        self.s, self.length, self.depth = interval(arb(0), last), length, depth

    def power(self, k: int) -> arb:
        """The values of s^k, k >= 0."""
        if k < 0:
            raise Rejected("a negative power of s is not bounded on the half-line")
        total = arb(1)
        for _ in range(k):
            total = total * self.s
        return total

    def fold(self, terms: Sequence[Coefficient]) -> arb:
        """The values of sum_k terms[k] s^k."""
        total = arb(0)
        for c in reversed(terms):
            total = total * self.s + ball(c)
        return total

    def constant(self, x: int | Fraction | PiNumber) -> LaurentModel:
        """A number as a model."""
        value = x if isinstance(x, PiNumber) else number(x)
        return LaurentModel(0, [value], 1, arb(0), self)

    def polynomial(self, start: int, terms: Sequence[Coefficient]) -> LaurentModel:
        """A Laurent polynomial as a model."""
        return LaurentModel(start, list(terms), start + len(terms), arb(0), self)


def ball(c: Coefficient) -> arb:
    return c.ball() if isinstance(c, EXACT) else c


def vanishes(c: Coefficient) -> bool:
    return c.is_zero if isinstance(c, EXACT) else bool(c.is_zero())


def plus(a: Coefficient, b: Coefficient) -> Coefficient:
    if isinstance(a, EXACT) and isinstance(b, EXACT):
        return a + b
    return ball(a) + ball(b)


def times(a: Coefficient, b: Coefficient) -> Coefficient:
    if isinstance(a, EXACT) and isinstance(b, EXACT):
        return a * b
    return ball(a) * ball(b)


ZERO = number(0)


class LaurentModel:
    """One function on (0, s1]; immutable."""

    __slots__ = ("coefficients", "domain", "order", "rest", "start")

    def __init__(self, start: int, coefficients: list[Coefficient], order: int, rest: arb, domain: Domain) -> None:
        skip = 0
        while skip < len(coefficients) and vanishes(coefficients[skip]):
            skip += 1
        start, terms = start + skip, coefficients[skip:]
        if start + len(terms) < order and rest.is_zero():
            order = start + len(terms)
        if len(terms) > domain.length:
            kept = start + domain.length
            rest = domain.fold(terms[domain.length :]) + rest * domain.power(order - kept)
            terms, order = terms[: domain.length], kept
        if start + len(terms) < order:
            terms = [*terms, *([ZERO] * (order - start - len(terms)))] if terms else []
            start = start if terms else order
        self.start, self.order, self.rest, self.domain = start, order, rest, domain
        self.coefficients = [c if k < domain.depth else ball(c) for k, c in enumerate(terms)]

    @property
    def is_zero(self) -> bool:
        """Whether the function is identically 0."""
        return not self.coefficients and bool(self.rest.is_zero())

    def scaled(self, power: int) -> arb:
        """The values of f(s)/s^power on (0, s1]; rejected where lower powers are there."""
        if self.is_zero:
            return arb(0)
        low = self.domain.power(self.start - power) if self.coefficients else arb(0)
        return low * self.domain.fold(self.coefficients) + self.rest * self.domain.power(self.order - power)

    def sign(self) -> int | None:
        """The sign of all values, None where it is not decided."""
        if not self.coefficients:
            return 0 if self.is_zero else None
        return sign(self.scaled(self.start))

    def middle(self) -> LaurentModel:
        """The polynomial alone, its balls replaced by their midpoints."""
        terms = [c if isinstance(c, EXACT) else c.mid() for c in self.coefficients]
        return LaurentModel(self.start, terms, self.start + len(terms), arb(0), self.domain)

    def _lift(self, other: Any) -> LaurentModel:
        if isinstance(other, LaurentModel):
            return other
        if isinstance(other, int):
            return self.domain.constant(other)
        man, exp = (int(x) for x in other.mid().man_exp())
        if not other.is_exact():
            return LaurentModel(0, [other], 1, arb(0), self.domain)
        return self.domain.constant(man * Fraction(2) ** exp)

    def __neg__(self) -> LaurentModel:
        return LaurentModel(self.start, [-c for c in self.coefficients], self.order, -self.rest, self.domain)

    def __add__(self, other: Any) -> LaurentModel:
        other = self._lift(other)
        if other.is_zero or self.is_zero:
            return self if other.is_zero else other
        inexact = [x for x in (self, other) if not x.rest.is_zero()]
        order = min((x.order for x in inexact), default=max(self.order, other.order))
        start, rest = min(self.start, other.start, order), arb(0)
        total: list[Coefficient] = [ZERO] * (order - start)
        for x in (self, other):
            for k, c in enumerate(x.coefficients):
                place = x.start + k - start
                if place < len(total):
                    total[place] = plus(total[place], c)
                else:
                    rest = rest + ball(c) * self.domain.power(x.start + k - order)
            if not x.rest.is_zero():
                rest = rest + x.rest * self.domain.power(x.order - order)
        return LaurentModel(start, total, order, rest, self.domain)

    __radd__ = __add__

    def __sub__(self, other: Any) -> LaurentModel:
        return self + (-self._lift(other))

    def __rsub__(self, other: Any) -> LaurentModel:
        return (-self) + other

    def __mul__(self, other: Any) -> LaurentModel:
        other = self._lift(other)
        if self.is_zero or other.is_zero:
            return self.domain.constant(0)
        start = self.start + other.start
        end = start + max(0, len(self.coefficients) + len(other.coefficients) - 1)
        orders = [x.start + y.order for x, y in ((self, other), (other, self)) if not y.rest.is_zero()]
        order = min(orders, default=end)
        full, depth = order - start, self.domain.depth
        product: list[Coefficient] = [ZERO] * (end - start)
        right = [ball(c) for c in other.coefficients]
        for i, a in enumerate(self.coefficients):
            if vanishes(a):
                continue
            size = ball(a)
            for j, b in enumerate(other.coefficients):
                if i + j < depth:
                    product[i + j] = plus(product[i + j], times(a, b))
                else:
                    product[i + j] = ball(product[i + j]) + size * right[j]
        rest = arb(0)
        for x, y in ((self, other), (other, self)):
            if not y.rest.is_zero() and x.coefficients:
                rest = rest + self.domain.fold(x.coefficients) * y.rest * self.domain.power(x.start + y.order - order)
        if not self.rest.is_zero() and not other.rest.is_zero():
            rest = rest + self.rest * other.rest * self.domain.power(self.order + other.order - order)
        if len(product) > full:
            rest = rest + self.domain.fold(product[full:])
            product = product[:full]
        return LaurentModel(start, product, order, rest, self.domain)

    __rmul__ = __mul__

    def _leading(self) -> Coefficient:
        """The first coefficient, certainly not 0."""
        if not self.coefficients or sign(ball(self.coefficients[0])) not in (-1, 1):
            raise Rejected("a divisor or a root has no certain leading term on the half-line")
        return self.coefficients[0]

    def inverse(self) -> LaurentModel:
        """1/f = g + (1 - f g)/f."""
        lead = self._leading()
        first = lead.inverse() if isinstance(lead, EXACT) else (1 / lead).mid()
        found = [first]
        for k in range(1, self._known()):
            total: Coefficient = ZERO
            for j in range(1, min(k, len(self.coefficients) - 1) + 1):
                if not vanishes(self.coefficients[j]):
                    total = plus(total, times(self.coefficients[j], found[k - j]))
            found.append(self._guess(times(total, -first), k))
        g = self.domain.polynomial(-self.start, found)
        return _corrected(g, 1 - self * g, self.scaled(self.start), -self.start)

    def _known(self) -> int:
        if self.rest.is_zero() and len(self.coefficients) == 1:
            return 1
        return self.domain.length if self.rest.is_zero() else min(self.domain.length, self.order - self.start)

    def _guess(self, c: Coefficient, k: int) -> Coefficient:
        return c if isinstance(c, EXACT) and k < self.domain.depth else ball(c).mid()

    def __truediv__(self, other: Any) -> LaurentModel:
        return self * self._lift(other).inverse()

    def __rtruediv__(self, other: Any) -> LaurentModel:
        return self._lift(other) * self.inverse()

    def root(self) -> LaurentModel:
        """The positive root: sqrt f = g + (f - g^2)/(sqrt f + g)."""
        lead = self._leading()
        if self.start % 2 or sign(ball(lead)) != 1:
            raise Rejected("a length or a sine has an odd leading power on the half-line")
        exact = lead.root() if isinstance(lead, EXACT) else None
        first: Coefficient = exact if exact is not None else ball(lead).sqrt().mid()
        half: Coefficient = (number(2) * exact).inverse() if exact is not None else (1 / (2 * first)).mid()
        found = [first]
        for k in range(1, self._known()):
            total: Coefficient = self.coefficients[k] if k < len(self.coefficients) else ZERO
            for j in range(1, k):
                total = plus(total, -times(found[j], found[k - j]))
            found.append(self._guess(times(total, half), k))
        g = self.domain.polynomial(self.start // 2, found)
        divisor = self.scaled(self.start).sqrt() + self.domain.fold(found)
        return _corrected(g, self - g * g, divisor, -(self.start // 2))

    def angle(self, x: LaurentModel) -> LaurentModel:
        """The angle in [0, pi] of the point (x, y), y = f > 0, that tends to 0, pi/2 or pi."""
        self._leading()
        if x.coefficients and x.start < self.start:
            side = sign(ball(x._leading()))
            return arctangent(self / x) + (self.domain.constant(0) if side == 1 else self.domain.constant(pi_number()))
        return self.domain.constant(pi_number() * number(Fraction(1, 2))) - arctangent(x / self)


def _corrected(g: LaurentModel, error: LaurentModel, divisor: arb, shift: int) -> LaurentModel:
    """g + error s^shift/divisor, for a divisor bounded away from 0: enclosures at each s, power by power."""
    if error.is_zero:
        return g
    if sign(divisor) not in (-1, 1):
        raise Rejected("a divisor or a root may vanish on the half-line; it begins too early")
    terms = [c if vanishes(c) else ball(c) / divisor for c in error.coefficients]
    return g + LaurentModel(error.start + shift, terms, error.order + shift, error.rest / divisor, g.domain)


def power(s: arb, k: int) -> arb:
    """s^k for any whole k."""
    total = arb(1)
    for _ in range(abs(k)):
        total = total * s
    return total if k >= 0 else 1 / total


def arctangent(x: LaurentModel) -> LaurentModel:
    """atan f for f of positive order with |f| <= 1: the odd Taylor polynomial and its alternating remainder."""
    if x.is_zero:
        return x
    if x.start < 1:
        raise Rejected("an angle tends to a limit other than 0, pi/2 or pi on the half-line")
    size = abs(x.scaled(x.start))
    if not size * x.domain.power(x.start) <= 1:
        raise Rejected("an angle is not enclosed on the half-line; it begins too early")
    count = (x.domain.length + x.start - 1) // (2 * x.start) + 1
    square, total = x * x, x.domain.constant(0)
    for k in reversed(range(count)):
        total = total * square + x.domain.constant(Fraction((-1) ** k, 2 * k + 1))
    bound, degree = arb(1), 2 * count + 1
    for _ in range(degree):
        bound = bound * size
    place = x.start * degree
    return total * x + LaurentModel(place, [], place, symmetric((bound / degree).upper()), x.domain)
