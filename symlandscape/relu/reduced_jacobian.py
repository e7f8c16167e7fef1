"""Derivatives of the gradient in a fixed space: the Hessian applied to the coordinates' directions, pair by pair.

The direction of coordinate j moves all entries of its orbit alike; d_i is its row at neuron i. With the pair formulas
of kernel.py and A = kappa |v|/|w| sin t, an entry at column c of row w of the Hessian's image is

    d_c/2 + sum_v [ A (d_c - w^_c w^.d + m_c m.d) + kappa ((pi - t) d'_c + sin t (w^_c v^.d' + m_c n.d')) ]
          - sum_targets c_l A (d_c - w^_c w^.d + m_c m.d),

d' the direction's row at v. The inner products are formed once for each pair of orbits and each direction, and sums
over the members of an orbit before they are multiplied; the brackets stand as in the Hessian's entries, so that balls
are no wider than by summing those.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symlandscape.symmetry.isotypic import Index

if TYPE_CHECKING:
    from symlandscape.relu.kernel import Pair
    from symlandscape.relu.reduced import ReducedPoint

__all__ = ["direct_jacobian"]

Sums = dict[int, Any]
"""Numbers of coordinates with values, zeros left out."""


def _add(sums: Sums, number: int, value: Any) -> None:
    sums[number] = sums[number] + value if number in sums else value


class _Directions:
    """Unit vectors of one pair of orbits: components by class of columns, and inner products with the directions."""

    __slots__ = ("along", "aside", "other_along", "other_aside", "scale", "sine", "supplement", "tilt", "unit")

    def __init__(self, point: ReducedPoint, numbers: dict[Any, int], first: Index, second: Index, target: bool) -> None:
        pair: Pair = point.target(first, second) if target else point.rows(first, second)
        field, kappa = point.field, point.kappa
        self.scale = kappa * pair.v_length / pair.w_length * pair.sine
        self.sine, self.supplement = kappa * pair.sine, kappa * pair.supplement
        self.unit: dict[Any, Any] = {}
        self.tilt: dict[Any, Any] = {}
        self.along: Sums = {}
        self.aside: Sums = {}
        self.other_along: Sums = {}
        self.other_aside: Sums = {}
        for column, count in point.columns(first, second):
            w = point.weight(first, column) / pair.w_length
            # a target has length 1 here and one entry
            v = int(column == second) if target else point.weight(second, column) / pair.v_length
            m = field.unit(v - pair.cosine * w, pair.sine)
            place = _relation(column, first, second)
            self.unit[place], self.tilt[place] = w, m
            number = numbers[first.space, column.space, column == first]
            _add(self.along, number, count * w)
            _add(self.aside, number, count * m)
            if not target:
                n = field.unit(w - pair.cosine * v, pair.sine)
                number = numbers[second.space, column.space, column == second]
                _add(self.other_along, number, count * v)
                _add(self.other_aside, number, count * n)


def _relation(column: Index, first: Index, second: Index) -> Any:
    """What class of columns a column belongs to: that of the first index, of the second, or the rest of its space."""
    return "first" if column == first else "second" if column == second else column.space


def direct_jacobian(point: ReducedPoint) -> list[list[Any]]:
    """Entry (i, j): the derivative of entry i of `ReducedPoint.gradient` in coordinate j."""
    coordinates = point.pattern.coordinates
    numbers = {(c.row, c.column, c.diagonal): j for j, c in enumerate(coordinates)}
    known: dict[Any, _Directions] = {}

    def directions(first: Index, second: Index, target: bool) -> _Directions:
        key = (first.space, second.space, target, target and first == second)
        if key not in known:
            a, b = Index(first.space, 1), Index(second.space, 1 if target and first == second else 2)
            known[key] = _Directions(point, numbers, a, b, target)
        return known[key]

    result = []
    for c in coordinates:
        row, column = Index(c.row, 1), Index(c.column, 1 if c.diagonal or c.row != c.column else 2)
        result.append(_row(point, numbers, row, column, directions))
    return result


def _row(point: ReducedPoint, numbers: dict[Any, int], row: Index, column: Index, directions: Any) -> list[Any]:
    """The derivatives of one gradient entry in all coordinates."""
    here = numbers[row.space, column.space, row == column]
    total: Sums = {here: point.field.exact(Fraction(1, 2))}
    grouped: dict[int, tuple[_Directions, Any, Any, Any]] = {}

    def collect(found: _Directions, place: Any, count: Any) -> None:
        """Members of one orbit: their number and their summed tilts, times what they count for."""
        tilt = count * found.tilt[place]
        if id(found) in grouped:
            _, before, tilts, _ = grouped[id(found)]
            count, tilt = before + count, tilts + tilt
        grouped[id(found)] = (found, count, tilt, found.unit[place])

    for other, count in point.others(row, column):
        found = directions(row, other, False)
        collect(found, _relation(column, row, other), count)
        _add(total, numbers[other.space, column.space, other == column], count * found.supplement)
    for target, count in point.columns(row, column):
        collect(directions(row, target, True), _relation(column, row, target), -count * point.lengths[target.space])
    for found, count, tilt, unit in grouped.values():
        straight = count * unit
        for j, along in found.along.items():
            image = tilt * found.aside[j] - straight * along
            _add(total, j, found.scale * (count + image if j == here else image))
        for j, along in found.other_along.items():
            _add(total, j, found.sine * (straight * along + tilt * found.other_aside[j]))
    factor = (1 - point.slope) * (1 - point.slope)
    total = {j: factor * x for j, x in total.items()}
    for space in range(len(point.pattern.row_sizes)):
        for other, count in point.split(space, column):
            _add(total, numbers[space, column.space, other == column], point.slope * count)
    return [total.get(j, point.field.exact(0)) for j in range(len(point.pattern.coordinates))]
