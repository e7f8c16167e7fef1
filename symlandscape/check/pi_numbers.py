"""Exact numbers of Q(pi) and Q(pi)(sqrt r): quotients of integer polynomials in pi, and sums a + b sqrt(r) of them.

Since pi is transcendental, such a quotient is 0 only when its numerator is the zero polynomial, and sqrt(r) for a whole
r that is no square is no quotient, so a sum is 0 only when a and b are.
"""

from __future__ import annotations

from fractions import Fraction
from math import gcd, isqrt
from typing import Any

from symlandscape.arith.balls import arb, fmpz_poly, polynomial_root, sign
from symlandscape.check.outcome import Rejected

__all__ = ["EXACT", "PiNumber", "Surd", "from_lists", "number", "pi_number"]

LARGEST_PRIME = 1000
"""Square factors of a radicand are looked for up to this prime."""


class PiNumber:
    """top/bottom, coprime integer polynomials in pi; immutable."""

    __slots__ = ("bottom", "seen", "top")

    def __init__(self, top: fmpz_poly, bottom: fmpz_poly) -> None:
        common = top.gcd(bottom)
        if not common.is_one():
            top, bottom = top // common, bottom // common
        self.top, self.bottom = top, bottom
        self.seen: arb | None = None

    @property
    def is_zero(self) -> bool:
        return bool(self.top.degree() < 0)

    def ball(self) -> arb:
        """An enclosure, at the precision of the first call."""
        if self.seen is None:
            self.seen = _at(self.top) / _at(self.bottom)
        return self.seen

    def __neg__(self) -> PiNumber:
        return PiNumber(-self.top, self.bottom)

    def __add__(self, other: Any) -> Any:
        if not isinstance(other, PiNumber):
            return NotImplemented
        if self.bottom == other.bottom:
            return PiNumber(self.top + other.top, self.bottom)
        return PiNumber(self.top * other.bottom + other.top * self.bottom, self.bottom * other.bottom)

    def __mul__(self, other: Any) -> Any:
        if not isinstance(other, PiNumber):
            return NotImplemented
        return PiNumber(self.top * other.top, self.bottom * other.bottom)

    def inverse(self) -> PiNumber:
        if self.is_zero:
            raise Rejected("a leading coefficient is 0")
        return PiNumber(self.bottom, self.top)

    def root(self) -> PiNumber | Surd | None:
        """The positive root where it lies in the field or is sqrt(r) times a number of it, else None."""
        product = self.top * self.bottom  # sqrt(t/b) = sqrt(t b)/b
        radicand = _square_free(gcd(*(int(c) for c in product.coeffs())))
        root = polynomial_root(product * radicand)
        if root is None:
            return None
        found = PiNumber(root, self.bottom * radicand)
        side = sign(found.ball())
        if side not in (-1, 1):
            return None
        found = found if side == 1 else -found
        return found if radicand == 1 else Surd(number(0), found, radicand)


class Surd:
    """a + b sqrt(r), a and b in Q(pi), r > 1 a whole number that is no square; immutable."""

    __slots__ = ("a", "b", "radicand", "seen")

    def __init__(self, a: PiNumber, b: PiNumber, radicand: int) -> None:
        self.a, self.b, self.radicand = a, b, radicand
        self.seen: arb | None = None

    @property
    def is_zero(self) -> bool:
        return self.a.is_zero and self.b.is_zero

    def ball(self) -> arb:
        """An enclosure, at the precision of the first call."""
        if self.seen is None:
            self.seen = self.a.ball() + self.b.ball() * arb(self.radicand).sqrt()
        return self.seen

    def _parts(self, other: Any) -> tuple[PiNumber, PiNumber]:
        if isinstance(other, PiNumber):
            return other, number(0)
        if other.radicand != self.radicand:
            raise Rejected("numbers with different square roots are not combined")
        return other.a, other.b

    def __neg__(self) -> Surd:
        return Surd(-self.a, -self.b, self.radicand)

    def __add__(self, other: Any) -> Surd:
        a, b = self._parts(other)
        return Surd(self.a + a, self.b + b, self.radicand)

    __radd__ = __add__

    def __mul__(self, other: Any) -> Surd:
        a, b = self._parts(other)
        cross = self.b * b * number(self.radicand)
        return Surd(self.a * a + cross, self.a * b + self.b * a, self.radicand)

    __rmul__ = __mul__

    def inverse(self) -> Surd:
        """The reciprocal, by the conjugate."""
        norm = (self.a * self.a + -(self.b * self.b * number(self.radicand))).inverse()
        return Surd(self.a * norm, -(self.b * norm), self.radicand)

    def root(self) -> None:
        """Roots of proper surds leave the field; those that are none are not looked for."""
        return None


EXACT = (PiNumber, Surd)


def _square_free(n: int) -> int:
    """n without the squares of small primes; n for one that is too long to look at."""
    if n.bit_length() > 2000 or n == 0:
        return 1
    for prime in range(2, LARGEST_PRIME):
        while n % (prime * prime) == 0:
            n //= prime * prime
    p = isqrt(n)
    return 1 if p * p == n else n


def number(x: int | Fraction) -> PiNumber:
    """A rational."""
    return PiNumber(fmpz_poly([x.numerator]), fmpz_poly([x.denominator]))


def pi_number() -> PiNumber:
    """pi."""
    return PiNumber(fmpz_poly([0, 1]), fmpz_poly([1]))


def from_lists(parts: Any) -> PiNumber | Surd:
    """The number of a document: numerator and denominator as coefficients of the powers of pi; for a surd those of b
    and the radicand r behind."""
    if not isinstance(parts, (list, tuple)) or len(parts) not in (2, 5):
        raise Rejected("a number must be a numerator and a denominator, for a surd two of each and the radicand")
    found = _fraction(parts[0], parts[1])
    if len(parts) == 2:
        return found
    r = parts[4]
    if isinstance(r, bool) or not isinstance(r, int) or not 1 < r < 10**6 or isqrt(r) ** 2 == r or _square_free(r) != r:
        raise Rejected("a radicand must be a whole number without square factors, above 1 and below a million")
    return Surd(found, _fraction(parts[2], parts[3]), r)


def _fraction(top: Any, bottom: Any) -> PiNumber:
    for part in (top, bottom):
        whole = isinstance(part, (list, tuple)) and all(isinstance(c, int) and not isinstance(c, bool) for c in part)
        if not whole or len(part) > 100 or any(abs(c).bit_length() > 1000 for c in part):
            raise Rejected("a number of Q(pi) must be two lists of whole numbers")
    found = fmpz_poly(list(bottom))
    if found.degree() < 0:
        raise Rejected("a number of Q(pi) must have a denominator")
    return PiNumber(fmpz_poly(list(top)), found)


def _at(polynomial: fmpz_poly) -> arb:
    total, pi = arb(0), arb.pi()
    for c in reversed(polynomial.coeffs()):
        total = total * pi + c
    return total
