"""A student network in a pattern's fixed space over balls: the checker's own formulas for angles, loss and gradient.

Sizes and entries may also be jets (jets.py); loss, gradient and Hessian forms then carry their derivatives along the
parameter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

from symlandscape.arith.balls import arb, fmpq, sign, sqrt_nonneg, symmetric
from symlandscape.check.jets import Jet, angle, root, value
from symlandscape.check.outcome import Rejected

__all__ = ["OTHER", "OWN", "Angle", "Index", "Student", "gradient", "loss"]

Index = tuple[int, int]  # (space, tag); tags 1..4 are marked members, 8 and 9 stand for two members of the rest
OWN, OTHER = 8, 9


class Student:
    """A student network in a pattern's fixed space; every number is a ball, or a jet.

    Targets are multiples of the unit vectors, of ``lengths`` by block (default 1). ``moving`` replaces the sizes of
    some blocks by balls or jets; their exact sizes then only tell that they are generic (no small integers).
    """

    def __init__(
        self,
        blocks: Sequence[Fraction],
        extra: Sequence[Fraction],
        slope: Fraction,
        box: Sequence[Any],
        moving: Mapping[int, Any] | None = None,
        lengths: Sequence[Fraction] | None = None,
    ) -> None:
        self.exact = [*blocks, *extra]
        self.sizes: list[Any] = [arb(fmpq(n.numerator, n.denominator)) for n in self.exact]
        for space, n in (moving or {}).items():
            self.sizes[space] = n
        self.blocks = len(blocks)
        self.slope = arb(fmpq(slope.numerator, slope.denominator))
        self.factor = (1 - self.slope) * (1 - self.slope)
        self.keys = [
            (row, column, diagonal)
            for row in range(len(self.exact))
            for column in range(self.blocks)
            for diagonal in ((True, False) if row == column else (False,))
            if not (row == column and not diagonal and self.exact[row] == 1)
        ]
        if len(box) != len(self.keys):
            raise Rejected(f"these sizes have {len(self.keys)} coordinates, but the box has {len(box)}")
        self.entry = dict(zip(self.keys, box, strict=True))
        self.c = 1 / (2 * arb.pi())
        unit = [Fraction(1)] * self.blocks
        self.lengths = [arb(fmpq(c.numerator, c.denominator)) for c in lengths or unit]

    def target(self, column: Index, other: Index) -> arb:
        """The entry of the target of ``column`` at a column."""
        return self.lengths[column[0]] if column == other else arb(0)

    def w(self, row: Index, column: Index) -> Any:
        return self.entry[row[0], column[0], row == column]

    def members(self, space: int, singled: set[Index], rest: int = OWN) -> Iterator[tuple[Index, Any]]:
        """The members of an orbit: those singled out, then a representative of the others with their number."""
        here = [x for x in sorted(singled) if x[0] == space]
        yield from ((x, arb(1)) for x in here)
        if self.exact[space] != len(here):
            yield (space, rest), self.sizes[space] - len(here)

    def classes(self, singled: set[Index]) -> list[tuple[Index, Any]]:
        return [x for space in range(self.blocks) for x in self.members(space, singled, rest=0)]

    def rows(self, singled: set[Index], rest: int = OWN) -> Iterator[tuple[Index, Any]]:
        for space in range(len(self.exact)):
            yield from self.members(space, singled, rest)


class Angle:
    """Two vectors over classes of columns: lengths, cosine, sine, pi minus angle, and inner products with their unit
    normals m and n."""

    def __init__(self, weights: Sequence[Any], w: Sequence[Any], v: Sequence[Any]) -> None:
        self.weights, self.w, self.v = weights, w, v
        area: Any = arb(0)
        for i, j in combinations(range(len(w)), 2):
            minor = w[i] * v[j] - w[j] * v[i]  # squared by a product: a power of a ball about 0 is nan in flint
            area += weights[i] * weights[j] * minor * minor
        inner = self.dot(w, v)
        self.wn, self.vn, height = root(self.dot(w, w)), root(self.dot(v, v)), root(area)
        self.cos, self.sin = inner / (self.wn * self.vn), height / (self.wn * self.vn)
        self.opposite = angle(height, -inner)  # pi - t

    def dot(self, x: Sequence[Any], y: Sequence[Any]) -> Any:
        return sum((n * a * b for n, a, b in zip(self.weights, x, y, strict=True)), arb(0))

    def along(self, x: Sequence[arb]) -> tuple[Any, Any, Any, Any]:
        """(w^.x, v^.x, m.x, n.x); |m| = |n| = 1 bounds the last two where the sine may vanish, and leaves them without
        derivative."""
        wx, vx = self.dot(self.w, x) / self.wn, self.dot(self.v, x) / self.vn
        if sign(value(self.sin)) == 1:
            return wx, vx, (vx - self.cos * wx) / self.sin, (wx - self.cos * vx) / self.sin
        if isinstance(self.sin, Jet) or not all(value(n) >= 0 for n in self.weights):
            return wx, vx, arb("nan"), arb("nan")
        bound = symmetric(sqrt_nonneg(value(self.dot(x, x))).upper())
        return wx, vx, bound, bound


def _kernel(student: Student, pair: Angle) -> Any:
    return student.c * pair.wn * pair.vn * (pair.sin + pair.opposite * pair.cos)


def _angle(student: Student, row: Index, other: Index, target: bool) -> tuple[list[tuple[Index, Any]], Angle]:
    classes = student.classes({row, other})
    w = [student.w(row, c) for c, _ in classes]
    v = [student.target(other, c) if target else student.w(other, c) for c, _ in classes]
    return classes, Angle([n for _, n in classes], w, v)


def loss(s: Student) -> Any:
    """The loss by its double sums over neurons and targets."""
    total: Any = arb(0)
    for space, m in enumerate(s.sizes):
        row = (space, 1)
        for other, n in s.rows({row}):
            if other == row:
                _, pair = _angle(s, row, row, target=False)
                total += m * pair.wn * pair.wn / 4
            else:
                total += m * n * _kernel(s, _angle(s, row, other, target=False)[1]) / 2
        for column, n in s.classes({row}):
            total -= m * n * _kernel(s, _angle(s, row, column if column[1] else (column[0], OTHER), target=True)[1])
    for i, length in enumerate(s.lengths):
        n = s.sizes[i]
        total += n * length * length / 4 + n * (n - 1) * length * length * s.c / 2
        total += sum((n * s.sizes[j] * length * s.lengths[j] * s.c for j in range(i)), arb(0))
    gap = sum((s.sizes[block] * _gap(s, (block, 1)) * _gap(s, (block, 1)) for block in range(s.blocks)), arb(0))
    return s.factor * total + s.slope * gap / 2


def _gap(s: Student, column: Index) -> Any:
    return sum((n * s.w(row, column) for row, n in s.rows({column})), -s.lengths[column[0]])


def gradient(s: Student) -> list[Any]:
    """The derivatives of the loss with respect to the reduced coordinates (entries times their number)."""
    result = []
    for row_space, column_space, diagonal in s.keys:
        row, column = (row_space, 1), (column_space, 1 if diagonal or row_space != column_space else 2)
        total = s.w(row, column) / 2
        for other, n in s.rows({row, column}):
            if other != row:
                _, pair = _angle(s, row, other, target=False)
                total += (
                    n * s.c * (pair.vn * pair.sin * s.w(row, column) / pair.wn + pair.opposite * s.w(other, column))
                )
        for target, n in s.classes({row, column}):
            target = target if target[1] else (target[0], OTHER)
            _, pair = _angle(s, row, target, target=True)
            pull = pair.vn * pair.sin * s.w(row, column) / pair.wn + pair.opposite * s.target(target, column)
            total -= n * s.c * pull
        count = s.sizes[row_space] * (1 if diagonal else s.sizes[column_space] - int(row_space == column_space))
        result.append(count * (s.factor * total + s.slope * _gap(s, column)))
    return result
