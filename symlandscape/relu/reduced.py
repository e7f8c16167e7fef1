"""The loss at a point of a pattern's fixed space, for real sizes and in any number field: value, gradient, Hessian
entries and blocks.

Targets are multiples c_j e_j of the unit vectors with c_j > 0 equal inside a block (V = I: all c_j = 1), so row i of
the student meets target j through one matrix entry; f(w, c v) = c f(w, v) for c > 0. Every sum over neurons or targets
becomes a sum over orbits with polynomial weights. With L_0 the ReLU loss, the loss for slope rho is

    L_rho = (1-rho)^2 L_0 + (rho/2) |sum_i w_i - sum_j v_j|^2,

because phi_rho = (1-rho) relu + rho id and E relu(w.x) v.x = w.v/2 (derived in ``derivations.population_loss``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from fractions import Fraction
from typing import Any

from symlandscape.arith.field import Field
from symlandscape.errors import InputError
from symlandscape.relu.kernel import Pair, make_pair
from symlandscape.relu.reduced_jacobian import direct_jacobian
from symlandscape.symmetry.isotypic import Component, Index, components
from symlandscape.symmetry.pairing import Entry, block, memoised, norms, pair
from symlandscape.symmetry.pattern import Pattern

__all__ = ["ReducedPoint", "reduced_point"]

_REST = 99  # the tag of a representative of the unmarked members of a space


@dataclass(frozen=True, slots=True)
class ReducedPoint:
    """A point of a fixed space with its pair scalars; build it with :func:`reduced_point`.

    ``sizes`` are the row orbits' sizes, ``values`` the coordinates and ``lengths`` the targets' lengths c_l by column
    block, all in the number type of ``field``.
    """

    pattern: Pattern
    field: Field
    sizes: tuple[Any, ...]
    values: tuple[Any, ...]
    slope: Any
    kappa: Any
    lengths: tuple[Any, ...]
    _table: dict[tuple[int, int, bool], Any] = dataclass_field(repr=False)
    _pairs: dict[tuple[Any, ...], Pair] = dataclass_field(repr=False, default_factory=dict)

    # -- matrix entries and pairs ---------------------------------------------------------------------------------

    def weight(self, row: Index, column: Index) -> Any:
        """The entry of W at a row and a column; equal indices of a block are its diagonal."""
        return self._table[row.space, column.space, row == column]

    def split(self, space: int, *marked: Index) -> Iterator[tuple[Index, Any]]:
        """Representatives of an orbit's members with weights: the marked ones that lie in it, then the rest."""
        inside = [x for x in dict.fromkeys(marked) if x.space == space]
        for x in inside:
            yield x, 1
        rest = self.sizes[space] - len(inside)
        if not (isinstance(self.pattern.row_sizes[space], int) and self.pattern.row_sizes[space] == len(inside)):
            yield Index(space, _REST), rest

    def rows(self, first: Index, second: Index) -> Pair:
        """The pair of two different neurons."""
        key = ("rows", first.space, second.space)
        if key not in self._pairs:
            first, second = Index(first.space, 1), Index(second.space, 2)
            classes = list(self.columns(first, second))
            self._pairs[key] = make_pair(
                self.field,
                [n for _, n in classes],
                [self.weight(first, c) for c, _ in classes],
                [self.weight(second, c) for c, _ in classes],
            )
        return self._pairs[key]

    def target(self, row: Index, column: Index) -> Pair:
        """The pair of a neuron and the target e_column."""
        key = ("target", row.space, column.space, row == column)
        if key not in self._pairs:
            row, column = Index(row.space, 1), Index(column.space, 1 if row == column else 2)
            classes = list(self.columns(row, column))
            self._pairs[key] = make_pair(
                self.field,
                [n for _, n in classes],
                [self.weight(row, c) for c, _ in classes],
                [int(c == column) for c, _ in classes],
            )
        return self._pairs[key]

    def with_pairs(self, pairs: dict[tuple[Any, ...], Pair]) -> ReducedPoint:
        """The same point with these pair scalars in place of computed ones (names of lengths and angles, say)."""
        return replace(self, _pairs=dict(pairs))

    def columns(self, *marked: Index) -> Iterator[tuple[Index, Any]]:
        """The columns with weights, those of the marked indices singled out."""
        for space in range(self.pattern.blocks):
            yield from self.split(space, *marked)

    def others(self, row: Index, *columns: Index) -> Iterator[tuple[Index, Any]]:
        """The neurons other than ``row`` with weights, those matched with the given columns singled out."""
        for space in range(len(self.pattern.row_sizes)):
            for x, n in self.split(space, row, *columns):
                if x != row:
                    yield x, n

    # -- loss, gradient, Hessian ----------------------------------------------------------------------------------

    def _column_gap(self, column: Index) -> Any:
        """The entry of sum_i w_i - sum_j v_j at a column."""
        total: Any = -self.lengths[column.space]
        for space in range(len(self.pattern.row_sizes)):
            for x, n in self.split(space, column):
                total = total + n * self.weight(x, column)
        return total

    def _length_square(self, row: Index) -> Any:
        return sum((n * self.weight(row, c) * self.weight(row, c) for c, n in self.columns(row)), self.field.exact(0))

    def loss(self) -> Any:
        """L(W), of the same evidence level as the field's arithmetic."""
        kappa, quarter = self.kappa, self.field.exact(Fraction(1, 4))
        total: Any = self.field.exact(0)
        for space, m in enumerate(self.sizes):
            row = Index(space, 1)
            total = total + m * quarter * self._length_square(row)
            for other, n in self.others(row):
                total = total + m * n * self.rows(row, other).value(kappa) / 2
            for column, n in self.columns(row):
                total = total - m * n * self.lengths[column.space] * self.target(row, column).value(kappa)
        for i, c in enumerate(self.lengths):
            total = total + self.sizes[i] * c * c * (quarter + (self.sizes[i] - 1) * kappa / 2)
            for j in range(i):
                total = total + self.sizes[i] * self.sizes[j] * c * self.lengths[j] * kappa
        factor = (1 - self.slope) * (1 - self.slope)
        gap: Any = 0
        for space in range(self.pattern.blocks):
            entry = self._column_gap(Index(space, 1))
            gap = gap + self.sizes[space] * entry * entry
        return factor * total + self.slope * gap / 2

    def gradient_entry(self, row: Index, column: Index) -> Any:
        """The derivative of L with respect to one matrix entry."""
        kappa = self.kappa
        w = self.weight(row, column)
        total = w / 2
        for other, n in self.others(row, column):
            total = total + n * self.rows(row, other).gradient(kappa, w, self.weight(other, column))
        for target, n in self.columns(row, column):
            pull = self.target(row, target).gradient(kappa, w, int(target == column))
            total = total - n * self.lengths[target.space] * pull
        return (1 - self.slope) * (1 - self.slope) * total + self.slope * self._column_gap(column)

    def gradient(self) -> list[Any]:
        """The derivative of L with respect to one matrix entry of each coordinate; all vanish exactly at a critical
        point.
        """
        result = []
        for c in self.pattern.coordinates:
            column = Index(c.column, 1 if c.diagonal or c.row != c.column else 2)
            result.append(self.gradient_entry(Index(c.row, 1), column))
        return result

    def hessian_entry(self, row: Index, column: Index, row2: Index, column2: Index) -> Any:
        """The second derivative of L with respect to two matrix entries."""
        same = column == column2
        if row == row2:
            total = self.field.exact(Fraction(1, 2)) if same else self.field.exact(0)
            w = (self.weight(row, column), self.weight(row, column2))
            for other, n in self.others(row, column, column2):
                v = (self.weight(other, column), self.weight(other, column2))
                total = total + n * self.rows(row, other).own_hessian(self.kappa, self.field, w, v, same)
            for target, n in self.columns(row, column, column2):
                v = (int(target == column), int(target == column2))
                pull = self.target(row, target).own_hessian(self.kappa, self.field, w, v, same)
                total = total - n * self.lengths[target.space] * pull
        else:
            w = (self.weight(row, column), self.weight(row, column2))
            v = (self.weight(row2, column), self.weight(row2, column2))
            total = self.rows(row, row2).cross_hessian(self.kappa, self.field, w, v, same)
        factor = (1 - self.slope) * (1 - self.slope)
        return factor * total + self.slope if same else factor * total

    def entries(self) -> Entry:
        """The Hessian as an equivariant form for ``pairing.block``, each orbit of entries evaluated once."""
        return memoised(self.hessian_entry)

    def block(self, component: Component, entry: Entry | None = None) -> list[list[Any]]:
        """The Hessian's block in an isotypic component (symmetric, orthonormal copies)."""
        return block(component, self.pattern.row_sizes, self.sizes, entry or self.entries(), self.field.sqrt)

    def jacobian(self, entry: Entry | None = None) -> list[list[Any]]:
        """Derivatives of :meth:`gradient` with respect to the coordinates (not symmetric: row i is divided by the count
        of coordinate i); from the Hessian's entries where they are given.
        """
        if entry is None:
            return direct_jacobian(self)
        exact, trivial = self.pattern.row_sizes, components(self.pattern)[0]
        counts = norms(trivial, exact, self.sizes)
        tensors = [tensor for _, tensor in trivial.copies]
        size = len(tensors)
        gram: list[list[Any]] = [[None] * size for _ in range(size)]
        for i in range(size):
            for j in range(i, size):
                gram[i][j] = gram[j][i] = pair(tensors[i], tensors[j], {}, exact, self.sizes, entry)
        return [[gram[i][j] / counts[i] for j in range(size)] for i in range(size)]


def reduced_point(
    pattern: Pattern,
    values: Sequence[Any],
    field: Field,
    slope: Any = Fraction(0),
    sizes: Sequence[Any] | None = None,
    lengths: Sequence[Any] | None = None,
) -> ReducedPoint:
    """The point of the pattern's fixed space with these coordinates, in the order of ``pattern.coordinates``.

    ``sizes`` replaces the row orbits' sizes by elements of the field (balls, dual numbers) where the pattern leaves
    them as symbols. ``lengths`` holds the targets' lengths c_l > 0, one for each column block (None: all 1). Raises
    InputError for a wrong number of coordinates or lengths, or a slope of 1 (the network is linear there). A zero
    neuron has no angle and raises ZeroDivisionError in floats and mpmath; over balls its results are not finite.
    """
    coordinates = pattern.coordinates
    if len(values) != len(coordinates):
        raise InputError(f"the pattern {pattern} has {len(coordinates)} coordinates, but {len(values)} values came")
    if slope == 1:
        raise InputError("slope 1 makes the activation linear, which is excluded; take a slope below 1")
    if lengths is not None and len(lengths) != pattern.blocks:
        raise InputError(
            f"the pattern {pattern} has {pattern.blocks} blocks, but {len(lengths)} lengths of targets came"
        )
    table = {(c.row, c.column, c.diagonal): x for c, x in zip(coordinates, values, strict=True)}
    numbers = tuple(field.exact(n) for n in (pattern.row_sizes if sizes is None else sizes))
    kappa = 1 / (2 * field.pi())
    targets = (1,) * pattern.blocks if lengths is None else tuple(field.exact(c) for c in lengths)
    return ReducedPoint(pattern, field, numbers, tuple(values), field.exact(slope), kappa, targets, table)
