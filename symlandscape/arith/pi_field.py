"""The field Q(pi): fractions of integer polynomials in pi, exact. Since pi is transcendental, equality is equality of
fractions.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flint import fmpz_poly
from flint.utils.flint_exceptions import DomainError

from symlandscape.arith.balls import arb, workprec
from symlandscape.errors import InputError

__all__ = ["PiFraction"]

_SIGN_PRECISION = 128
_MOST_PRECISION = 1 << 16


class PiFraction:
    """An element of Q(pi): ``numerator``/``denominator``, coprime integer polynomials, the denominator with positive
    leading coefficient.
    """

    __slots__ = ("denominator", "numerator")

    def __init__(self, numerator: fmpz_poly, denominator: fmpz_poly, reduced: bool = False) -> None:
        if not reduced:
            if denominator.degree() < 0:
                raise ZeroDivisionError("division by zero in Q(pi)")
            common = numerator.gcd(denominator)
            if not common.is_one():
                numerator, denominator = numerator // common, denominator // common
            if denominator.leading_coefficient() < 0:
                numerator, denominator = -numerator, -denominator
        self.numerator = numerator
        self.denominator = denominator

    @classmethod
    def of(cls, x: int | Fraction | PiFraction) -> PiFraction:
        """An integer or fraction as an element of the field."""
        if isinstance(x, PiFraction):
            return x
        if isinstance(x, bool) or not isinstance(x, (int, Fraction)):
            raise InputError(f"expected an exact rational or an element of Q(pi), got {type(x).__name__}")
        return cls(fmpz_poly([x.numerator]), fmpz_poly([x.denominator]), True)

    @classmethod
    def pi(cls) -> PiFraction:
        """pi itself."""
        return cls(fmpz_poly([0, 1]), fmpz_poly([1]), True)

    def __bool__(self) -> bool:
        return bool(self.numerator.degree() >= 0)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, (int, Fraction)):
            other = PiFraction.of(other)
        if not isinstance(other, PiFraction):
            return NotImplemented
        return bool(self.numerator == other.numerator and self.denominator == other.denominator)

    def __hash__(self) -> int:
        return hash((str(self.numerator), str(self.denominator)))

    def __neg__(self) -> PiFraction:
        return PiFraction(-self.numerator, self.denominator, True)

    def __add__(self, other: PiFraction) -> PiFraction:
        if self.denominator == other.denominator:
            return PiFraction(self.numerator + other.numerator, self.denominator)
        return PiFraction(
            self.numerator * other.denominator + other.numerator * self.denominator,
            self.denominator * other.denominator,
        )

    def __sub__(self, other: PiFraction) -> PiFraction:
        return self + (-other)

    def __mul__(self, other: PiFraction) -> PiFraction:
        return PiFraction(self.numerator * other.numerator, self.denominator * other.denominator)

    def __truediv__(self, other: PiFraction) -> PiFraction:
        return PiFraction(self.numerator * other.denominator, self.denominator * other.numerator)

    def __str__(self) -> str:
        return str(self.sympy())

    __repr__ = __str__

    def ball(self) -> arb:
        """An enclosure at the current precision."""
        return self._at(self.numerator) / self._at(self.denominator)

    @staticmethod
    def _at(polynomial: fmpz_poly) -> arb:
        total, pi = arb(0), arb.pi()
        for c in reversed(polynomial.coeffs()):
            total = total * pi + c
        return total

    def sign(self) -> int:
        """The sign of the real number, decided in balls (a nonzero element is never 0)."""
        if not self:
            return 0
        bits = _SIGN_PRECISION
        while bits <= _MOST_PRECISION:
            with workprec(bits):
                x = self.ball()
                if x > 0 or x < 0:
                    return 1 if x > 0 else -1
            bits *= 2
        raise InputError("the sign of an element of Q(pi) was not decided; its coefficients are too large")

    def sqrt(self) -> PiFraction:
        """The positive square root, where it lies in the field. Raises InputError where it does not."""
        common = self.numerator * self.denominator
        try:
            root = PiFraction(common.sqrt(), self.denominator)
        except DomainError as error:
            raise InputError(f"the square root of {self} does not lie in Q(pi)") from error
        return -root if root.sign() < 0 else root

    def sympy(self) -> Any:
        """The element as a SymPy expression in pi, factored."""
        import sympy

        def polynomial(p: fmpz_poly) -> Any:
            return sympy.Add(*(sympy.Integer(int(c)) * sympy.pi**k for k, c in enumerate(p.coeffs())))

        symbol = sympy.Dummy("pi")
        fraction = polynomial(self.numerator) / polynomial(self.denominator)
        return sympy.factor(fraction.xreplace({sympy.pi: symbol})).xreplace({symbol: sympy.pi})
