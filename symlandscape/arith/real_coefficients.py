"""Real numbers in high precision as coefficients of series, for branches whose coefficients lie in no field that is
represented exactly.

Arithmetic runs over balls at the current precision; what is decided by size, not proved, is which numbers are zero:
those below 2^-ZERO_BITS. A number whose ball is too wide to tell raises InputError. Whatever rests on it is CHECKED by
a second road, never proved.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from symlandscape.arith.balls import arb, atan2, is_finite, mid
from symlandscape.arith.conversions import to_arb
from symlandscape.errors import InputError

__all__ = ["ZERO_BITS", "RealCoefficient"]

ZERO_BITS = 128


class RealCoefficient:
    """A real number given by a ball, with the arithmetic that :class:`Series` asks of its coefficients."""

    __slots__ = ("value",)
    extends_pi_field = True

    def __init__(self, value: arb) -> None:
        if not is_finite(value):
            raise InputError("a coefficient of a series is not finite; take a higher precision")
        self.value = value

    @classmethod
    def of(cls, x: Any) -> RealCoefficient:
        """An integer, fraction, ball or element of Q(pi) as a real coefficient."""
        if isinstance(x, RealCoefficient):
            return x
        if isinstance(x, arb):
            return cls(x)
        if isinstance(x, (int, Fraction)):
            return cls(to_arb(x))
        return cls(x.ball())

    def __bool__(self) -> bool:
        scale = arb((1, -ZERO_BITS))
        if abs(self.value) < scale:
            return False
        if abs(self.value) > scale:
            return True
        raise InputError("too few digits tell whether a coefficient of a series is zero; take a higher precision")

    def __neg__(self) -> RealCoefficient:
        return RealCoefficient(-self.value)

    def __add__(self, other: Any) -> RealCoefficient:
        return RealCoefficient(self.value + RealCoefficient.of(other).value)

    __radd__ = __add__

    def __sub__(self, other: Any) -> RealCoefficient:
        return RealCoefficient(self.value - RealCoefficient.of(other).value)

    def __rsub__(self, other: Any) -> RealCoefficient:
        return RealCoefficient(RealCoefficient.of(other).value - self.value)

    def __mul__(self, other: Any) -> RealCoefficient:
        return RealCoefficient(self.value * RealCoefficient.of(other).value)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> RealCoefficient:
        return RealCoefficient(self.value / RealCoefficient.of(other).value)

    def __rtruediv__(self, other: Any) -> RealCoefficient:
        return RealCoefficient(RealCoefficient.of(other).value / self.value)

    def __str__(self) -> str:
        return self.decimal(20)

    __repr__ = __str__

    def decimal(self, digits: int) -> str:
        """The number in decimals, 0 where it counts as zero."""
        return str(mid(self.value).str(digits, radius=False)) if self else "0"

    def ball(self) -> arb:
        """The ball itself."""
        return self.value

    def sign(self) -> int:
        """The sign, 0 for a number that counts as zero."""
        if not self:
            return 0
        return 1 if self.value > 0 else -1

    def sqrt(self) -> RealCoefficient:
        """The positive square root; InputError for a negative number."""
        if self.sign() < 0:
            raise InputError(f"the square root of the negative number {self} is not real")
        return RealCoefficient(self.value.sqrt())

    def angle_to(self, r: Any) -> RealCoefficient:
        """The angle in [0, pi] with tangent self/r, self > 0."""
        return RealCoefficient(atan2(self.value, RealCoefficient.of(r).value))

    def sympy(self) -> Any:
        """The number as a SymPy Float of 30 digits: a decimal, not exact."""
        import sympy

        return sympy.Float(self.decimal(30), 30) if self else sympy.Integer(0)
