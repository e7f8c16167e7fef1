"""The field Q(pi)(q), or Q(pi)(r) with p = r^2: fractions of integer polynomials in pi and one symbol, exact.

The symbol stands for every real number q >= 1 (r >= 1): a sign is decided only where all coefficients after q = 1 + t
have one sign, so that it holds for all of them at once.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flint import Ordering, fmpz_mpoly, fmpz_mpoly_ctx, fmpz_poly
from flint.utils.flint_exceptions import DomainError

from symlandscape.arith.pi_field import PiFraction, PiSurd
from symlandscape.errors import InputError

__all__ = ["Parameter", "ParameterFraction"]

_RING = fmpz_mpoly_ctx.get(("pi", "r"), Ordering.lex)
_ONE = _RING.constant(1)


class ParameterFraction:
    """``numerator``/``denominator``, coprime integer polynomials in pi and the parameter."""

    __slots__ = ("denominator", "numerator", "parameter")
    extends_pi_field = True

    def __init__(self, numerator: fmpz_mpoly, denominator: fmpz_mpoly, parameter: Parameter) -> None:
        if denominator.is_zero():
            raise ZeroDivisionError("division by zero in Q(pi)(q)")
        common = numerator.gcd(denominator)
        if not common.is_one():
            numerator, denominator = numerator // common, denominator // common
        if denominator.leading_coefficient() < 0:
            numerator, denominator = -numerator, -denominator
        self.numerator = numerator
        self.denominator = denominator
        self.parameter = parameter

    def _lift(self, x: Any) -> ParameterFraction:
        if isinstance(x, ParameterFraction):
            if x.parameter != self.parameter:
                raise InputError("coefficients with different symbols are not combined")
            return x
        x = PiFraction.of(x)
        if isinstance(x, PiSurd):
            raise InputError(f"{x} is no element of Q(pi) with a symbol")
        return ParameterFraction(_in_pi(x.numerator), _in_pi(x.denominator), self.parameter)

    def __bool__(self) -> bool:
        return not self.numerator.is_zero()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (int, Fraction, PiFraction, ParameterFraction)):
            return NotImplemented
        y = self._lift(other)
        return bool(self.numerator == y.numerator and self.denominator == y.denominator)

    def __hash__(self) -> int:
        return hash((str(self.numerator), str(self.denominator), self.parameter))

    def __neg__(self) -> ParameterFraction:
        return ParameterFraction(-self.numerator, self.denominator, self.parameter)

    def __add__(self, other: Any) -> ParameterFraction:
        y = self._lift(other)
        if self.denominator == y.denominator:
            return ParameterFraction(self.numerator + y.numerator, self.denominator, self.parameter)
        return ParameterFraction(
            self.numerator * y.denominator + y.numerator * self.denominator,
            self.denominator * y.denominator,
            self.parameter,
        )

    __radd__ = __add__

    def __sub__(self, other: Any) -> ParameterFraction:
        return self + (-self._lift(other))

    def __rsub__(self, other: Any) -> ParameterFraction:
        return self._lift(other) - self

    def __mul__(self, other: Any) -> ParameterFraction:
        y = self._lift(other)
        return ParameterFraction(self.numerator * y.numerator, self.denominator * y.denominator, self.parameter)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> ParameterFraction:
        y = self._lift(other)
        return ParameterFraction(self.numerator * y.denominator, self.denominator * y.numerator, self.parameter)

    def __rtruediv__(self, other: Any) -> ParameterFraction:
        return self._lift(other) / self

    def __str__(self) -> str:
        return str(self.sympy())

    __repr__ = __str__

    def at(self, value: int) -> Any:
        """The element of Q(pi) or Q(pi)(sqrt p) at a value of the symbol."""
        root = PiFraction.of(value).sqrt() if self.parameter.squared else PiFraction.of(value)
        return _evaluated(self.numerator, root) / _evaluated(self.denominator, root)

    def plain(self) -> Any:
        """The element as one of Q(pi) where the symbol does not occur in it, else itself."""
        parts = [_in_powers(p) for p in (self.numerator, self.denominator)]
        return parts[0].get(0, PiFraction.of(0)) / parts[1][0] if all(set(part) <= {0} for part in parts) else self

    def sign(self) -> int:
        """The sign for all values >= 1 of the symbol at once. Raises InputError where it is not seen to be one sign."""
        if not self:
            return 0
        found = {_one_sign(p) for p in (self.numerator, self.denominator)}
        if None in found:
            raise InputError(f"the sign of {self} for all values of the symbol is not decided")
        return 1 if len(found) == 1 else -1

    def sqrt(self) -> ParameterFraction:
        """The positive root where it lies in the field; InputError elsewhere."""
        if not self:
            return self
        if self.sign() < 0:
            raise InputError(f"the square root of the negative number {self} is not real")
        try:
            root = ParameterFraction((self.numerator * self.denominator).sqrt(), self.denominator, self.parameter)
        except DomainError as error:
            raise InputError(f"the square root of {self} does not lie in Q(pi) with one symbol") from error
        return root if root.sign() > 0 else -root

    def sympy(self) -> Any:
        """The element as a factored SymPy expression in pi and the symbol (or its square root)."""
        import sympy

        r = sympy.Symbol("r", positive=True)
        pi = sympy.Symbol("pi_", positive=True)

        def factored(p: fmpz_mpoly) -> Any:
            unit, factors = p.factor()
            total = sympy.Integer(int(unit))
            for factor, power in factors:
                terms = factor.to_dict().items()
                total *= sympy.Add(*(int(c) * pi**i * r**j for (i, j), c in terms)) ** int(power)
            return total

        symbol = sympy.Symbol(self.parameter.name, positive=True)
        inner = sympy.sqrt(symbol) if self.parameter.squared else symbol
        return (factored(self.numerator) / factored(self.denominator)).xreplace({r: inner, pi: sympy.pi})


class Parameter:
    """The symbol itself: its name, and whether the field holds its square root (p = r^2)."""

    __slots__ = ("name", "squared")

    def __init__(self, name: str, squared: bool) -> None:
        self.name = name
        self.squared = squared

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Parameter) and (self.name, self.squared) == (other.name, other.squared)

    def __hash__(self) -> int:
        return hash((self.name, self.squared))

    def element(self) -> ParameterFraction:
        """The symbol as an element of the field."""
        r = _RING.gens()[1]
        return ParameterFraction(r * r if self.squared else r, _ONE, self)


def _in_pi(p: fmpz_poly) -> fmpz_mpoly:
    return _RING.from_dict({(k, 0): int(c) for k, c in enumerate(p.coeffs()) if c})


def _in_powers(p: fmpz_mpoly) -> dict[int, PiFraction]:
    """The coefficients in Q[pi] of the powers of the symbol."""
    rows: dict[int, dict[int, int]] = {}
    for (i, j), c in p.to_dict().items():
        rows.setdefault(int(j), {})[int(i)] = int(c)
    return {
        j: PiFraction(fmpz_poly([row.get(i, 0) for i in range(max(row) + 1)]), fmpz_poly([1]))
        for j, row in rows.items()
    }


def _evaluated(p: fmpz_mpoly, value: Any) -> Any:
    total: Any = PiFraction.of(0)
    powers = _in_powers(p)
    for j in reversed(range(max(powers, default=0) + 1)):
        total = total * value + powers.get(j, PiFraction.of(0))
    return total


def _one_sign(p: fmpz_mpoly) -> int | None:
    """The sign of the polynomial for all values >= 1 of the symbol: of all its coefficients in t, symbol = 1 + t."""
    pi, r = _RING.gens()
    signs = {c.sign() for c in _in_powers(p.compose(pi, r + 1)).values() if c}
    return signs.pop() if len(signs) == 1 else None
