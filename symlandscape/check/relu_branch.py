"""A branch of critical points in the fixed space of blocks of which one grows: gradient and Hessian forms in any
arithmetic, with each angle formed once.

Numbers are balls, models (functions of the position on the branch), jets of them, or integers. The formulas are the
definitions (relu_critical_point.py says how a test tensor meets the Hessian); angles depend only on the orbit of a
pair of neurons, so they are kept. Targets are the unit vectors, k = d.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

from symlandscape.arith.balls import arb, atan2, sqrt_nonneg
from symlandscape.check.jets import Jet, rate, value
from symlandscape.check.outcome import Rejected
from symlandscape.check.relu_critical_point import Tensor, representations

__all__ = ["Branch", "Pair", "angle", "root"]

Index = tuple[int, int]
OWN, OTHER = 8, 9


def root(x: Any) -> Any:
    """The positive square root of a ball, a model, or a jet of these."""
    if isinstance(x, Jet):
        found = root(x.value)
        return Jet(found, x.rate / (2 * found))
    return sqrt_nonneg(x) if isinstance(x, arb) else x.root()


def angle(y: Any, x: Any) -> Any:
    """The angle in [0, pi] of the point (x, y), y >= 0."""
    if isinstance(x, Jet) or isinstance(y, Jet):
        square = value(x) * value(x) + value(y) * value(y)
        return Jet(angle(value(y), value(x)), (rate(y) * value(x) - value(y) * rate(x)) / square)
    return atan2(y, x) if isinstance(y, arb) else y.angle(x)


class Pair:
    """Two vectors over classes of columns: reciprocals of their lengths, the length of the second, cosine, sine, its
    reciprocal, and pi minus the angle."""

    def __init__(self, weights: Sequence[Any], w: Sequence[Any], v: Sequence[Any]) -> None:
        area: Any = 0
        for i, j in combinations(range(len(w)), 2):
            minor = _times(w[i], v[j]) - _times(w[j], v[i])
            if not isinstance(minor, int):
                area += weights[i] * weights[j] * (minor * minor)
        inner, square, unit = dot(weights, w, v), dot(weights, w, w), dot(weights, v, v)
        height = root(area)
        self.wn, self.vn = root(square), unit if isinstance(unit, int) else root(unit)  # targets have length 1
        self.by_w, self.by_v = 1 / self.wn, self.vn if isinstance(unit, int) else 1 / self.vn
        scale = self.by_w * self.by_v
        self.cos, self.sin = inner * scale, height * scale
        self.by_sin = 1 / self.sin
        self.opposite = angle(height, -inner)

    def along(self, weights: Sequence[Any], w: Sequence[Any], v: Sequence[Any], x: Sequence[int]) -> tuple[Any, ...]:
        """(w^.x, v^.x, m.x, n.x) with the unit normals m to w and n to v in their plane."""
        wx, vx = dot(weights, w, x) * self.by_w, dot(weights, v, x) * self.by_v
        return wx, vx, (vx - self.cos * wx) * self.by_sin, (wx - self.cos * vx) * self.by_sin


def _times(x: Any, y: Any) -> Any:
    zero = (isinstance(x, int) and x == 0) or (isinstance(y, int) and y == 0)
    return 0 if zero else x * y


def dot(weights: Sequence[Any], x: Sequence[Any], y: Sequence[Any]) -> Any:
    """The inner product of vectors over classes of columns with these weights; integers stay integers."""
    total: Any = 0
    for n, a, b in zip(weights, x, y, strict=True):
        product = _times(a, b)
        if not (isinstance(product, int) and product == 0):
            total = n * product + total
    return total


class Branch:
    """The student whose block ``moving`` has the size n (a model), the others the whole sizes given.

    ``constants`` are the slope and 1/(2 pi) in the arithmetic of the entries.
    """

    def __init__(self, sizes: Sequence[int | None], n: Any, entries: Sequence[Any], constants: tuple[Any, Any]) -> None:
        generic = [Fraction(9, 2) if m is None else Fraction(m) for m in sizes]
        self.exact, self.blocks = generic, len(sizes)
        self.sizes: list[Any] = [n if m is None else m for m in sizes]
        self.slope, self.c = constants
        self.factor = (1 - self.slope) * (1 - self.slope)
        self.keys = coordinates(sizes)
        if len(entries) != len(self.keys):
            raise Rejected(f"these sizes have {len(self.keys)} coordinates, but {len(entries)} came")
        self.entry = dict(zip(self.keys, entries, strict=True))
        self.pairs: dict[tuple[int, int, bool, bool], Pair] = {}

    def representations(self) -> dict[str, tuple[list[Tensor], dict[int, int]]]:
        """Label -> test tensors and marked indices."""
        shape: Any = self
        return {label: (tensors, marked) for label, (_, tensors, marked) in representations(shape).items()}

    def w(self, row: Index, column: Index) -> Any:
        return self.entry[row[0], column[0], row == column]

    def members(self, space: int, singled: set[Index], rest: int = OWN) -> Iterator[tuple[Index, Any]]:
        here = [x for x in sorted(singled) if x[0] == space]
        yield from ((x, 1) for x in here)
        if self.exact[space] != len(here):
            yield (space, rest), self.sizes[space] - len(here)

    def classes(self, singled: set[Index], rest: int = 0) -> list[tuple[Index, Any]]:
        return [x for space in range(self.blocks) for x in self.members(space, singled, rest)]

    def vectors(self, row: Index, other: Index, target: bool, classes: Sequence[tuple[Index, Any]]) -> Any:
        w = [self.w(row, c) for c, _ in classes]
        return [n for _, n in classes], w, [int(c == other) if target else self.w(other, c) for c, _ in classes]

    def pair(self, row: Index, other: Index, target: bool) -> Pair:
        """The angle between a neuron and another one, or a target; one for each orbit of pairs."""
        key = (row[0], other[0], target, row == other)
        if key not in self.pairs:
            self.pairs[key] = Pair(*self.vectors(row, other, target, self.classes({row, other})))
        return self.pairs[key]

    def gap(self, column: Index) -> Any:
        return sum((n * self.w(row, column) for row, n in self.classes({column}, OWN)), -1)

    def gradient(self) -> list[Any]:
        """The derivatives of the loss with respect to the entries of each coordinate, times their number."""
        found = []
        for a, b, diagonal in self.keys:
            row, column = (a, 1), (b, 1 if diagonal or a != b else 2)
            entry, total = self.w(row, column), self.w(row, column) * arb((1, -1))
            for other, n in self.classes({row, column}, OWN):
                if other != row:
                    pair = self.pair(row, other, False)
                    total += (
                        n * self.c * (pair.vn * pair.sin * entry * pair.by_w + pair.opposite * self.w(other, column))
                    )
            for other, n in self.classes({row, column}, OTHER):
                pair = self.pair(row, other, True)
                pull = pair.sin * entry * pair.by_w
                total -= n * self.c * (pull + pair.opposite if other == column else pull)
            total = self.factor * total
            if not (isinstance(self.slope, int) and self.slope == 0):
                total += self.slope * self.gap(column)
            count = self.sizes[a] * (1 if diagonal else self.sizes[b] - int(a == b))
            found.append(count * total)
        return found

    def form(self, tensors: Sequence[Tensor], marked: Mapping[int, int]) -> list[list[Any]]:
        """The numbers <X_i, H X_j> (lower triangle)."""
        size = len(tensors)
        found: list[list[Any]] = [[0] * (i + 1) for i in range(size)]
        singled = {(space, tag) for space, n in marked.items() for tag in range(1, n + 1)}
        for row, m in [x for space in range(self.blocks) for x in self.members(space, singled)]:
            own = singled | {row}
            for other, n in self.classes(own, OTHER):
                self._near(found, tensors, m * n, row, other, own, target=True)
                if other != row:
                    self._near(found, tensors, m * n, row, other, own, target=False)
            classes = self.classes(own)
            weights, at = [n for _, n in classes], [[X(row, c) for c, _ in classes] for X in tensors]
            for i in range(size):
                for j in range(i + 1):
                    inner = dot(weights, at[i], at[j])
                    if not (isinstance(inner, int) and inner == 0):
                        found[i][j] += m * (inner * (self.factor * arb((1, -1)) + self.slope))
        return found

    def _near(
        self,
        found: Any,
        tensors: Sequence[Tensor],
        weight: Any,
        row: Index,
        other: Index,
        own: set[Index],
        target: bool,
    ) -> None:
        """Adds what one neuron and another one, or a target, give: h1 on the diagonal, and the mixed part."""
        classes = self.classes(own | {other})
        left = {i: [X(row, c) for c, _ in classes] for i, X in enumerate(tensors)}
        left = {i: x for i, x in left.items() if any(x)}
        if not left:
            return
        weights, w, v = self.vectors(row, other, target, classes)
        pair = self.pair(row, other, target)
        along = {i: pair.along(weights, w, v, x) for i, x in left.items()}
        scale = weight * (self.c * self.factor * pair.vn * pair.by_w * pair.sin) * (-1 if target else 1)
        for i, x in along.items():
            for j, y in along.items():
                if j <= i:
                    xy = dot(weights, left[i], left[j])
                    found[i][j] += scale * (x[2] * y[2] - x[0] * y[0] + xy)
        if target:
            return
        right = {i: [X(other, c) for c, _ in classes] for i, X in enumerate(tensors)}
        right = {i: x for i, x in right.items() if any(x)}
        across = {i: pair.along(weights, w, v, x) for i, x in right.items()}
        outer, straight = weight * self.c * self.factor, weight * self.slope
        for i, x in along.items():
            for j, y in across.items():
                if j <= i:
                    xy = dot(weights, left[i], right[j])
                    mixed = pair.sin * (x[0] * y[1] + x[2] * y[3])
                    if not (isinstance(xy, int) and xy == 0):
                        mixed = mixed + pair.opposite * xy
                        if not (isinstance(self.slope, int) and self.slope == 0):
                            found[i][j] += straight * xy
                    found[i][j] += outer * mixed


def coordinates(sizes: Sequence[int | None]) -> list[tuple[int, int, bool]]:
    """The coordinates of the fixed space: entries of a row of one block on a column of another, diagonal or not."""
    return [
        (row, column, diagonal)
        for row in range(len(sizes))
        for column in range(len(sizes))
        for diagonal in ((True, False) if row == column else (False,))
        if not (row == column and not diagonal and sizes[row] == 1)
    ]
