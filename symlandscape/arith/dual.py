"""Dual numbers: a value with its derivatives in several directions, over any field; formulas written once are
differentiated by running them.

For x = (v, v_1 .. v_m) the rules are those of the first-order Taylor algebra: (x y)_i = x_i y + x y_i, sqrt(x)_i = x_i
/ (2 sqrt x), angle(S, r)_i = (S_i r - S r_i) / (S^2 + r^2). Over balls, value and derivatives are enclosures whenever
the ball of the root or the denominator excludes 0; elsewhere they are not finite.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from symlandscape.arith.field import Field

__all__ = ["Dual", "dual_field", "variables"]


class Dual:
    """A value and its derivatives with respect to a fixed list of variables; immutable."""

    __slots__ = ("parts", "value")

    def __init__(self, value: Any, parts: tuple[Any, ...]) -> None:
        self.value = value
        self.parts = parts

    def __add__(self, other: Any) -> Dual:
        if isinstance(other, Dual):
            return Dual(self.value + other.value, tuple(a + b for a, b in zip(self.parts, other.parts, strict=True)))
        return Dual(self.value + other, self.parts)

    __radd__ = __add__

    def __neg__(self) -> Dual:
        return Dual(-self.value, tuple(-a for a in self.parts))

    def __sub__(self, other: Any) -> Dual:
        if isinstance(other, Dual):
            return Dual(self.value - other.value, tuple(a - b for a, b in zip(self.parts, other.parts, strict=True)))
        return Dual(self.value - other, self.parts)

    def __rsub__(self, other: Any) -> Dual:
        return Dual(other - self.value, tuple(-a for a in self.parts))

    def __mul__(self, other: Any) -> Dual:
        if isinstance(other, Dual):
            x, y = self.value, other.value
            return Dual(x * y, tuple(a * y + x * b for a, b in zip(self.parts, other.parts, strict=True)))
        return Dual(self.value * other, tuple(a * other for a in self.parts))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Dual:
        if isinstance(other, Dual):
            ratio = self.value / other.value
            return Dual(
                ratio, tuple((a - ratio * b) / other.value for a, b in zip(self.parts, other.parts, strict=True))
            )
        return Dual(self.value / other, tuple(a / other for a in self.parts))

    def __rtruediv__(self, other: Any) -> Dual:
        ratio = other / self.value
        return Dual(ratio, tuple(-ratio * a / self.value for a in self.parts))


def variables(values: Sequence[Any], field: Field) -> list[Dual]:
    """The independent variables with these values: variable i has derivative 1 in direction i."""
    one, zero = field.exact(1), field.exact(0)
    return [Dual(x, tuple(one if i == j else zero for j in range(len(values)))) for i, x in enumerate(values)]


def dual_field(base: Field, directions: int) -> Field:
    """Dual numbers over ``base`` with this many directions, as a field; a constant enters with zero derivatives."""
    zero = (base.exact(0),) * directions

    def lifted(x: Any) -> Dual:
        return x if isinstance(x, Dual) else Dual(base.exact(x), zero)

    def along(x: Dual, factor: Any) -> tuple[Any, ...]:
        return tuple(a * factor for a in x.parts)

    def sqrt(x: Any) -> Dual:
        x = lifted(x)
        root = base.sqrt(x.value)
        return Dual(root, along(x, 1 / (2 * root)))

    def angle(s: Any, r: Any) -> Dual:
        s, r = lifted(s), lifted(r)
        square = s.value * s.value + r.value * r.value
        parts = tuple((a * r.value - s.value * b) / square for a, b in zip(s.parts, r.parts, strict=True))
        return Dual(base.angle(s.value, r.value), parts)

    def exact(x: int | Fraction | Any) -> Dual:
        return lifted(x)

    pi: Callable[[], Dual] = lambda: Dual(base.pi(), zero)  # noqa: E731
    return Field(name=f"dual {base.name}", exact=exact, pi=pi, sqrt=sqrt, angle=angle, unit=lambda q, s: lifted(q) / s)
