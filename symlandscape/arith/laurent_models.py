"""Laurent models: functions of s on (0, s1] as exact Laurent polynomials over Q(pi) plus a ball times a power of s,
closed under + - * / sqrt angle.

A model is f(s) = sum_{start <= k < order} c_k s^k + R(s) s^order with R(s) in the ball ``rest`` for every s in (0, s1].
What a product or a quotient cannot keep exactly is evaluated over the ball [0, s1] and joins the remainder, so every
operation encloses. Cancellation of leading powers is exact, which is what makes statements about all s near 0
decidable. (Taylor models in the sense of Makino & Berz, with exact coefficients.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symlandscape.arith.balls import arb, sign, symmetric
from symlandscape.arith.field import Field
from symlandscape.arith.pi_field import PiFraction
from symlandscape.errors import InputError

__all__ = ["Domain", "Model", "laurent_field"]

ZERO, ONE = PiFraction.of(0), PiFraction.of(1)


@dataclass(frozen=True, slots=True)
class Domain:
    """The ball [0, s1] and the number of exact terms that a model keeps."""

    s: arb
    length: int

    def power(self, k: int) -> arb:
        """An enclosure of s^k on [0, s1], k >= 0."""
        total = arb(1)
        for _ in range(k):
            total = total * self.s
        return total

    def fold(self, terms: Sequence[PiFraction]) -> arb:
        """An enclosure of sum_k terms[k] s^k on [0, s1]."""
        total = arb(0)
        for c in reversed(terms):
            total = total * self.s + c.ball()
        return total


class Model:
    """One function on (0, s1]; immutable. ``exact``: the remainder is 0, the polynomial is the function."""

    __slots__ = ("coefficients", "domain", "exact", "order", "rest", "start")

    def __init__(self, start: int, coefficients: Sequence[PiFraction], order: int, rest: arb, domain: Domain) -> None:
        terms = list(coefficients)
        exact = bool(rest.is_zero())
        if len(terms) > order - start and exact:
            order = start + len(terms)
        skip = 0
        while skip < len(terms) and not terms[skip]:
            skip += 1
        start, terms = start + skip, terms[skip:]
        limit = min(order - start, domain.length)
        if len(terms) > limit:
            tail = terms[limit:]
            if any(bool(c) for c in tail) or not exact:
                rest = domain.fold(tail) + (rest * domain.power(order - start - limit) if not exact else arb(0))
                order, exact = start + limit, False
            terms = terms[:limit]
        elif not exact and order - start > domain.length:
            rest = rest * domain.power(order - start - domain.length)
            order = start + domain.length
        while terms and not terms[-1]:
            terms.pop()
        self.start = start if terms else (0 if exact else order)
        self.coefficients = tuple(terms)
        self.order = order
        self.rest = rest
        self.exact = exact
        self.domain = domain

    @property
    def vanishes(self) -> bool:
        """Whether the function is identically 0."""
        return self.exact and not self.coefficients

    def scaled(self, power: int) -> arb:
        """An enclosure of f(s)/s^power on (0, s1]; raises InputError where the exact part has lower powers."""
        if self.vanishes:
            return arb(0)
        if self.start < power:
            raise InputError(f"a function of order s^{self.start} is not bounded by s^{power}")
        total = self.domain.power(self.start - power) * self.domain.fold(self.coefficients)
        return total if self.exact else total + self.rest * self.domain.power(self.order - power)

    def _lift(self, other: Any) -> Model:
        return other if isinstance(other, Model) else constant(other, self.domain)

    def __neg__(self) -> Model:
        return Model(self.start, [-c for c in self.coefficients], self.order, -self.rest, self.domain)

    def __add__(self, other: Any) -> Model:
        other = self._lift(other)
        if other.vanishes or self.vanishes:
            return self if other.vanishes else other
        start = min(self.start, other.start)
        end = max(self.start + len(self.coefficients), other.start + len(other.coefficients), start)
        total = [ZERO] * (end - start)
        for x in (self, other):
            for k, c in enumerate(x.coefficients):
                total[x.start + k - start] = total[x.start + k - start] + c
        inexact = [x for x in (self, other) if not x.exact]
        if not inexact:
            return Model(start, total, end, arb(0), self.domain)
        order = min(x.order for x in inexact)
        rest = sum((x.rest * self.domain.power(x.order - order) for x in inexact), arb(0))
        if len(total) > order - start:
            cut = max(0, order - start)
            rest = rest + self.domain.fold(total[cut:]) * self.domain.power(max(0, start - order))
            total = total[:cut]
        return Model(min(start, order), total if start <= order else [], order, rest, self.domain)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Model:
        return self + (-self._lift(other))

    def __rsub__(self, other: Any) -> Model:
        return self._lift(other) + (-self)

    def __mul__(self, other: Any) -> Model:
        other = self._lift(other)
        if self.vanishes or other.vanishes:
            return constant(0, self.domain)
        start = self.start + other.start
        product = [ZERO] * max(0, len(self.coefficients) + len(other.coefficients) - 1)
        for i, a in enumerate(self.coefficients):
            if a:
                for j, b in enumerate(other.coefficients):
                    if b:
                        product[i + j] = product[i + j] + a * b
        orders = [x.start + y.order for x, y in ((self, other), (other, self)) if not y.exact]
        if not orders:
            return Model(start, product, start + len(product), arb(0), self.domain)
        order = min(orders)
        rest = arb(0)
        for x, y in ((self, other), (other, self)):
            if not y.exact:
                rest = rest + self.domain.fold(x.coefficients) * y.rest * self.domain.power(x.start + y.order - order)
        if not self.exact and not other.exact:
            rest = rest + self.rest * other.rest * self.domain.power(self.order + other.order - order)
        cut = max(0, order - start)
        if len(product) > cut:
            rest = rest + self.domain.fold(product[cut:]) * self.domain.power(max(0, start - order))
            product = product[:cut]
        return Model(min(start, order), product if start <= order else [], order, rest, self.domain)

    __rmul__ = __mul__

    def inverse(self) -> Model:
        """1/f, with the remainder (1 - f g)/f of the truncated inverse g; raises where f may vanish on (0, s1]."""
        if not self.coefficients:
            raise InputError("division by a function without a known leading term")
        known = self.domain.length if self.exact else min(self.domain.length, self.order - self.start)
        lead = ONE / self.coefficients[0]
        found = [lead]
        if not (self.exact and len(self.coefficients) == 1):
            for k in range(1, known):
                total = ZERO
                for j in range(1, min(k, len(self.coefficients) - 1) + 1):
                    total = total + self.coefficients[j] * found[k - j]
                found.append(-(total * lead))
        g = Model(-self.start, found, -self.start + len(found), arb(0), self.domain)
        error = constant(1, self.domain) - self * g
        return _corrected(g, error, self.scaled(self.start), -self.start)

    def __truediv__(self, other: Any) -> Model:
        return self * self._lift(other).inverse()

    def __rtruediv__(self, other: Any) -> Model:
        return self._lift(other) * self.inverse()

    def sqrt(self) -> Model:
        """The positive root, with the remainder (f - g^2)/(sqrt f + g) of the truncated root g."""
        if not self.coefficients or self.start % 2:
            raise InputError("the square root of a function needs a known leading term at an even power")
        known = self.domain.length if self.exact else min(self.domain.length, self.order - self.start)
        lead = self.coefficients[0].sqrt()
        found = [lead]
        if not (self.exact and len(self.coefficients) == 1):
            half = ONE / (PiFraction.of(2) * lead)
            for k in range(1, known):
                total = self.coefficients[k] if k < len(self.coefficients) else ZERO
                for j in range(1, k):
                    total = total - found[j] * found[k - j]
                found.append(total * half)
        middle = self.start // 2
        g = Model(middle, found, middle + len(found), arb(0), self.domain)
        root = self.scaled(self.start).sqrt() + self.domain.fold(found)
        return _corrected(g, self - g * g, root, -middle)


def _corrected(g: Model, error: Model, divisor: arb, shift: int) -> Model:
    """g + error/(divisor s^-shift), for a divisor bounded away from 0."""
    if error.vanishes:
        return g
    if sign(divisor) not in (1, -1):
        raise InputError("a divisor or a root may vanish on the interval; take a shorter one")
    rest = error.scaled(error.start) / divisor
    order = error.start + shift
    terms = list(g.coefficients)
    if len(terms) > order - g.start:
        cut = max(0, order - g.start)
        rest = rest + g.domain.fold(terms[cut:])
        terms = terms[:cut]
    return Model(g.start, terms, order, rest, g.domain)


def constant(x: int | Fraction | PiFraction, domain: Domain) -> Model:
    """A number as a model."""
    value = PiFraction.of(x)
    return Model(0, [value] if value else [], 1, arb(0), domain)


def arctangent(x: Model) -> Model:
    """atan f for f of positive order and |f| <= 1: the odd Taylor polynomial and its alternating remainder."""
    if x.vanishes:
        return x
    if x.start < 1:
        raise InputError("an angle tends to a limit other than 0, pi/2 or pi; such a branch is not enclosed")
    size = x.scaled(x.start)
    if not abs(size) * x.domain.power(x.start) <= 1:
        raise InputError("the argument of an arc tangent may exceed 1; take a shorter interval")
    count = max(1, (x.domain.length + x.start - 1) // (2 * x.start) + 1)
    square = x * x
    total = constant(0, x.domain)
    for k in reversed(range(count)):
        total = total * square + Fraction((-1) ** k, 2 * k + 1)
    degree = 2 * count + 1
    bound = arb(1)
    for _ in range(degree):
        bound = bound * abs(size)
    tail = symmetric((bound / degree).upper())
    return total * x + Model(x.start * degree, [], x.start * degree, tail, x.domain)


def laurent_field(domain: Domain) -> Field:
    """Laurent models on (0, s1] as a field for formulas written once."""

    def exact(x: Any) -> Model:
        return x if isinstance(x, Model) else constant(x, domain)

    def angle(s: Any, r: Any) -> Model:
        s, r = exact(s), exact(r)
        if s.vanishes or not s.coefficients:
            raise InputError("an angle needs the leading term of its sine")
        if r.coefficients and r.start < s.start:
            base = ZERO if r.coefficients[0].sign() > 0 else PiFraction.pi()
            return arctangent(s / r) + constant(base, domain)
        return constant(PiFraction.pi() / PiFraction.of(2), domain) - arctangent(r / s)

    return Field(
        name="laurent models",
        exact=exact,
        pi=lambda: constant(PiFraction.pi(), domain),
        sqrt=lambda x: exact(x).sqrt(),
        angle=angle,
        unit=lambda q, s: exact(q) / exact(s),
    )
