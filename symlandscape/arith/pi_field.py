"""The field Q(pi): fractions of integer polynomials in pi, exact. Since pi is transcendental, equality is equality of
fractions.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flint import fmpz, fmpz_poly
from flint.utils.flint_exceptions import DomainError

from symlandscape.arith.balls import arb, workprec
from symlandscape.errors import InputError

__all__ = ["PiFraction", "PiSurd"]

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
    def of(cls, x: Any) -> Any:
        """An integer or fraction as an element of the field; elements of it or of its extensions stay."""
        if isinstance(x, (PiFraction, PiSurd)) or getattr(x, "extends_pi_field", False):
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

    def __add__(self, other: Any) -> Any:
        if not isinstance(other, PiFraction):
            return NotImplemented
        if self.denominator == other.denominator:
            return PiFraction(self.numerator + other.numerator, self.denominator)
        return PiFraction(
            self.numerator * other.denominator + other.numerator * self.denominator,
            self.denominator * other.denominator,
        )

    def __sub__(self, other: Any) -> Any:
        return self + (-other)

    def __mul__(self, other: Any) -> Any:
        if not isinstance(other, PiFraction):
            return NotImplemented
        return PiFraction(self.numerator * other.numerator, self.denominator * other.denominator)

    def __truediv__(self, other: Any) -> Any:
        if not isinstance(other, PiFraction):
            return NotImplemented
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
        return _sign(self)

    def sqrt(self) -> Any:
        """The positive square root in Q(pi) or Q(pi)(sqrt r), r a square-free integer. Raises InputError elsewhere."""
        common = self.numerator * self.denominator
        if not self:
            return self
        if self.sign() < 0:
            raise InputError(f"the square root of the negative number {self} is not real")
        content = common.content()
        square, free = _square_part(int(content))
        try:
            root = PiFraction((common // content).sqrt() * square, self.denominator)
        except DomainError as error:
            raise InputError(f"the square root of {self} does not lie in Q(pi) with one square root") from error
        root = -root if root.sign() < 0 else root
        return root if free == 1 else PiSurd(PiFraction.of(0), root, free)

    def sympy(self) -> Any:
        """The element as a SymPy expression in pi, factored."""
        import sympy

        def polynomial(p: fmpz_poly) -> Any:
            return sympy.Add(*(sympy.Integer(int(c)) * sympy.pi**k for k, c in enumerate(p.coeffs())))

        symbol = sympy.Dummy("pi")
        fraction = polynomial(self.numerator) / polynomial(self.denominator)
        return sympy.factor(fraction.xreplace({sympy.pi: symbol})).xreplace({symbol: sympy.pi})


class PiSurd:
    """a + b sqrt(r) with a, b in Q(pi) and a square-free integer r > 1: an element of the quadratic extension
    Q(pi)(sqrt r).
    """

    __slots__ = ("a", "b", "radicand")

    def __init__(self, a: PiFraction, b: PiFraction, radicand: int) -> None:
        self.a = a
        self.b = b
        self.radicand = radicand

    def _parts(self, other: Any) -> tuple[PiFraction, PiFraction] | None:
        if isinstance(other, PiFraction):
            return other, PiFraction.of(0)
        if not isinstance(other, PiSurd):
            return None
        if other.radicand != self.radicand:
            raise InputError(f"coefficients with sqrt({self.radicand}) and sqrt({other.radicand}) are not combined")
        return other.a, other.b

    def _plain(self, a: PiFraction, b: PiFraction) -> Any:
        return PiSurd(a, b, self.radicand) if b else a

    def __bool__(self) -> bool:
        return bool(self.a) or bool(self.b)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, PiSurd):
            return self.radicand == other.radicand and self.a == other.a and self.b == other.b
        return not self.b and self.a == other

    def __hash__(self) -> int:
        return hash((self.a, self.b, self.radicand))

    def __neg__(self) -> Any:
        return self._plain(-self.a, -self.b)

    def __add__(self, other: Any) -> Any:
        parts = self._parts(other)
        return NotImplemented if parts is None else self._plain(self.a + parts[0], self.b + parts[1])

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self + (-other)

    def __mul__(self, other: Any) -> Any:
        parts = self._parts(other)
        if parts is None:
            return NotImplemented
        a, b = parts
        cross = self.b * b * PiFraction.of(self.radicand)
        return self._plain(self.a * a + cross, self.a * b + self.b * a)

    __rmul__ = __mul__

    def inverse(self) -> Any:
        """The reciprocal, by the conjugate."""
        norm = self.a * self.a - self.b * self.b * PiFraction.of(self.radicand)
        return self._plain(self.a / norm, -self.b / norm)

    def __truediv__(self, other: Any) -> Any:
        if isinstance(other, PiSurd):
            return self * other.inverse()
        return self._plain(self.a / other, self.b / other)

    def __rtruediv__(self, other: Any) -> Any:
        return self.inverse() * other

    def __str__(self) -> str:
        return str(self.sympy())

    __repr__ = __str__

    def ball(self) -> arb:
        """An enclosure at the current precision."""
        return self.a.ball() + self.b.ball() * arb(self.radicand).sqrt()

    def sign(self) -> int:
        """The sign of the real number."""
        return _sign(self)

    def sqrt(self) -> Any:
        """Square roots of proper surds leave the field: raises InputError."""
        raise InputError(f"the square root of {self} does not lie in Q(pi) with one square root")

    def sympy(self) -> Any:
        """The element as a SymPy expression in pi and one square root."""
        import sympy

        return self.a.sympy() + self.b.sympy() * sympy.sqrt(self.radicand)


def _square_part(n: int) -> tuple[int, int]:
    """(m, r) with n = m^2 r, r square-free, n > 0."""
    square, free = 1, 1
    for prime, power in fmpz(n).factor():
        square *= int(prime) ** (power // 2)
        free *= int(prime) ** (power % 2)
    return square, free


def _sign(x: PiFraction | PiSurd) -> int:
    """The sign of a nonzero element, decided in balls of rising precision."""
    bits = _SIGN_PRECISION
    while bits <= _MOST_PRECISION:
        with workprec(bits):
            value = x.ball()
            if value > 0 or value < 0:
                return 1 if value > 0 else -1
        bits *= 2
    raise InputError("the sign of an element of Q(pi) was not decided; its coefficients are too large")
