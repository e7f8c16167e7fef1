"""Laurent series in one variable s over Q(pi), truncated: exact coefficients of as many powers as are known.

A series knows its coefficients below the power ``order`` (None: it is a polynomial in s and 1/s, known completely). The
working length bounds how many terms a product or a quotient keeps. Square roots need a leading coefficient that is a
square in Q(pi) at an even power; angles tend to 0, pi/2 or pi.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from symlandscape.arith.field import Field
from symlandscape.arith.pi_field import PiFraction
from symlandscape.errors import InputError

__all__ = ["Series", "series_field"]


class Series:
    """sum_k coefficients[k] s^(start + k) + O(s^order); immutable; no leading zeros."""

    __slots__ = ("coefficients", "length", "order", "start")

    def __init__(self, start: int, coefficients: Sequence[PiFraction], order: int | None, length: int) -> None:
        end = start + len(coefficients)
        if order is not None and end > order:
            coefficients = coefficients[: max(0, order - start)]
        skip = 0
        while skip < len(coefficients) and not coefficients[skip]:
            skip += 1
        kept = list(coefficients[skip : skip + length])
        if len(coefficients) - skip > length:
            tail = coefficients[skip + length :]
            if any(bool(c) for c in tail) or order is not None:
                order = start + skip + length
        while kept and not kept[-1]:
            kept.pop()
        self.start = start + skip if kept else (0 if order is None else order)
        self.coefficients = tuple(kept)
        self.order = order
        self.length = length

    def coefficient(self, power: int) -> PiFraction:
        """The coefficient of s^power; raises InputError where it is not known."""
        if self.order is not None and power >= self.order:
            raise InputError(
                f"the coefficient of s^{power} is not known: the series was computed up to s^{self.order - 1}"
            )
        k = power - self.start
        return self.coefficients[k] if 0 <= k < len(self.coefficients) else PiFraction.of(0)

    @property
    def is_zero(self) -> bool:
        """Whether no nonzero coefficient is known."""
        return not self.coefficients

    def _lift(self, other: Any) -> Series:
        return other if isinstance(other, Series) else Series(0, [PiFraction.of(other)], None, self.length)

    def _known(self, other: Series) -> int | None:
        orders = [o for o in (self.order, other.order) if o is not None]
        return min(orders) if orders else None

    def __neg__(self) -> Series:
        return Series(self.start, [-c for c in self.coefficients], self.order, self.length)

    def __add__(self, other: Any) -> Series:
        other = self._lift(other)
        order = self._known(other)
        if other.is_zero or self.is_zero:
            full = self if other.is_zero else other
            return Series(full.start, full.coefficients, order, self.length)
        start = min(self.start, other.start)
        end = max(self.start + len(self.coefficients), other.start + len(other.coefficients))
        if order is not None:
            end = min(end, order)
        total = [PiFraction.of(0)] * max(0, end - start)
        for x in (self, other):
            for k, c in enumerate(x.coefficients):
                at = x.start + k - start
                if at < len(total):
                    total[at] = total[at] + c
        return Series(start, total, order, self.length)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Series:
        return self + (-self._lift(other))

    def __rsub__(self, other: Any) -> Series:
        return self._lift(other) + (-self)

    def __mul__(self, other: Any) -> Series:
        other = self._lift(other)
        bounds = [x.start + y.order for x, y in ((self, other), (other, self)) if y.order is not None]
        if self.is_zero or other.is_zero:
            exact = (self.is_zero and self.order is None) or (other.is_zero and other.order is None)
            return Series(0, [], None if exact else min(bounds), self.length)
        start = self.start + other.start
        size = min(len(self.coefficients) + len(other.coefficients) - 1, self.length + 1)
        total = [PiFraction.of(0)] * size
        for i, a in enumerate(self.coefficients):
            if a:
                for j, b in enumerate(other.coefficients[: size - i]):
                    if b:
                        total[i + j] = total[i + j] + a * b
        full = len(self.coefficients) + len(other.coefficients) - 1
        if full > size:
            bounds.append(start + size)
        return Series(start, total, min(bounds) if bounds else None, self.length)

    __rmul__ = __mul__

    def inverse(self) -> Series:
        """1/x; raises ZeroDivisionError where no nonzero coefficient is known."""
        if self.is_zero:
            raise ZeroDivisionError("division by a series without a known coefficient")
        lead = PiFraction.of(1) / self.coefficients[0]
        known = self.length if self.order is None else min(self.length, self.order - self.start)
        if self.order is None and len(self.coefficients) == 1:
            return Series(-self.start, [lead], None, self.length)
        found = [lead]
        for k in range(1, known):
            total = PiFraction.of(0)
            for j in range(1, min(k, len(self.coefficients) - 1) + 1):
                if self.coefficients[j] and found[k - j]:
                    total = total + self.coefficients[j] * found[k - j]
            found.append(-(total * lead))
        return Series(-self.start, found, -self.start + known, self.length)

    def __truediv__(self, other: Any) -> Series:
        if isinstance(other, Series):
            return self * other.inverse()
        return self * (PiFraction.of(1) / PiFraction.of(other))

    def __rtruediv__(self, other: Any) -> Series:
        return self.inverse() * self._lift(other)

    def sqrt(self) -> Series:
        """The root with positive leading coefficient; needs an even leading power and a leading coefficient that is a
        square in Q(pi).
        """
        if self.is_zero or self.start % 2:
            raise InputError("the square root of a series needs a known leading term at an even power")
        lead = self.coefficients[0].sqrt()
        known = self.length if self.order is None else min(self.length, self.order - self.start)
        if self.order is None and len(self.coefficients) == 1:
            return Series(self.start // 2, [lead], None, self.length)
        found = [lead]
        half = PiFraction.of(1) / (PiFraction.of(2) * lead)
        for k in range(1, known):
            total = self.coefficients[k] if k < len(self.coefficients) else PiFraction.of(0)
            for j in range(1, k):
                if found[j] and found[k - j]:
                    total = total - found[j] * found[k - j]
            found.append(total * half)
        return Series(self.start // 2, found, self.start // 2 + known, self.length)

    def derivative(self) -> Series:
        """d/ds."""
        parts = [c * PiFraction.of(self.start + k) for k, c in enumerate(self.coefficients)]
        return Series(self.start - 1, parts, None if self.order is None else self.order - 1, self.length)

    def integral(self) -> Series:
        """The antiderivative without constant term; raises InputError for a term in 1/s."""
        parts = []
        for k, c in enumerate(self.coefficients):
            power = self.start + k + 1
            if power == 0 and c:
                raise InputError("the integral of 1/s is no Laurent series")
            parts.append(c / PiFraction.of(power) if power else PiFraction.of(0))
        return Series(self.start + 1, parts, None if self.order is None else self.order + 1, self.length)

    def __str__(self) -> str:
        terms = [f"({c}) s^{self.start + k}" for k, c in enumerate(self.coefficients) if c]
        tail = [] if self.order is None else [f"O(s^{self.order})"]
        return " + ".join(terms + tail) or "0"

    __repr__ = __str__


def angle(s: Series, r: Series) -> Series:
    """The angle with tangent s/r, s > 0: 0 or pi where s is smaller, pi/2 where it is larger, plus the integral of its
    derivative.
    """
    if s.is_zero and s.order is None:
        raise InputError("an angle of a vanishing sine is not expanded")
    if s.is_zero or (r.is_zero and r.order is not None and r.order <= s.start):
        raise InputError("an angle needs the leading term of its sine; compute more terms")
    half = PiFraction.pi() / PiFraction.of(2)
    if not r.is_zero and r.start < s.start:
        base = PiFraction.of(0) if r.coefficients[0].sign() > 0 else PiFraction.pi()
    elif r.is_zero or r.start > s.start:
        base = half
    elif hasattr(s.coefficients[0], "angle_to"):
        base = s.coefficients[0].angle_to(r.coefficients[0])
    else:
        raise InputError("an angle tends to a limit other than 0, pi/2 or pi; such a branch is not expanded")
    rate = (s.derivative() * r - s * r.derivative()) / (s * s + r * r)
    return rate.integral() + Series(0, [base], None, s.length)


def series_field(length: int) -> Field:
    """Series over Q(pi) with this working length, as a field for formulas written once."""

    def exact(x: int | Fraction | PiFraction | Series | Any) -> Series:
        return x if isinstance(x, Series) else Series(0, [PiFraction.of(x)], None, length)

    return Field(
        name="series",
        exact=exact,
        pi=lambda: exact(PiFraction.pi()),
        sqrt=lambda x: exact(x).sqrt(),
        angle=lambda s, r: angle(exact(s), exact(r)),
        unit=lambda q, s: exact(q) / exact(s),
    )
