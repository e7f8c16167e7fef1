"""Where the eigenvalues of a family change sign while one block grows: a scan of the whole range in floats (level
ESTIMATED).

The branch is followed from large d down to small d; the blocks' eigenvalues at the samples are compared from one sample
to the next. An eigenvalue that touches or passes zero and returns between two samples leaves their counts equal: where
the parabola through three samples of the eigenvalue nearest to zero comes close to zero, the branch is sampled again at
the parabola's lowest places.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import sympy

from symlandscape.arith.field import float_field
from symlandscape.errors import InputError
from symlandscape.relu.continuation import Sample, follow
from symlandscape.relu.families import Family
from symlandscape.relu.reduced import ReducedPoint, reduced_point
from symlandscape.symmetry.isotypic import Component, components
from symlandscape.symmetry.pattern import Pattern

__all__ = ["Branch", "Change", "Row", "branch_of", "changes", "place_of_other_sign", "samples"]

LONGEST_STEP = 0.05  # in log(size): the scan's resolution
SMALLEST_SIZE = Fraction(201, 100)
"""Least size of the moving block: at 2 the symmetric copy of s has length 0, and below its square is negative."""
NARROW = 1e-4
"""Relative width of the interval to which a change of sign is isolated before it is proved."""
CLOSE = 0.5
"""An eigenvalue is looked at more closely where a parabola takes it below this fraction of its sampled value."""
TRIED_BELOW = 5  # values of d that are tried, from large to small, when the family does not exist at the upper end


@dataclass(frozen=True, slots=True)
class Branch:
    """A family along the size n of its moving block: generic pattern (that size a symbol) and everything that does not
    move."""

    family: Family
    generic: Pattern
    moving: int
    fixed: Fraction  # d = n + fixed

    def pattern(self, n: Fraction) -> Pattern:
        """The numeric pattern at size n."""
        sizes = list(self.generic.sizes)
        sizes[self.moving] = n
        return Pattern(tuple(sizes), self.generic.extra)

    def sizes(self, n: Any) -> list[Any]:
        """Row orbits' sizes with n in the moving place."""
        found: list[Any] = list(self.generic.row_sizes)
        found[self.moving] = n
        return found

    def point(self, values: Sequence[Any], n: Any, field: Any) -> ReducedPoint:
        """The point with these coordinates at size n, in any number type."""
        return reduced_point(self.generic, values, field, self.family.slope, self.sizes(n))

    def components(self) -> tuple[Component, ...]:
        """The isotypic components of the generic pattern."""
        return components(self.generic)


def branch_of(family: Family) -> Branch:
    """The branch behind a family; the moving block's size is a symbol, so that every component counts as generic."""
    n = sympy.Symbol("n", positive=True)
    if family.kind == "C" or (family.kind == "A" and family.role == "kept" and family.count == 0):
        return Branch(family, Pattern((n,), family.extra), 0, Fraction(0))
    moves_first = (family.kind == "A") == (family.role == "kept")
    sizes = (n, family.count) if moves_first else (family.count, n)
    return Branch(family, Pattern(sizes, family.extra), 0 if moves_first else 1, Fraction(family.count))


@dataclass(frozen=True, slots=True)
class Row:
    """A sample with the ascending eigenvalues of each component's block."""

    sample: Sample
    eigenvalues: dict[str, np.ndarray]

    def negative(self, label: str) -> int:
        """Number of negative eigenvalues of a component's block."""
        return int(np.sum(self.eigenvalues[label] < 0))


@dataclass(frozen=True, slots=True)
class Change:
    """Two neighbouring samples between which a component's number of negative eigenvalues changes."""

    component: Component
    below: Row
    above: Row

    @property
    def is_simple(self) -> bool:
        """Whether the number changes by one."""
        return abs(self.below.negative(self.component.label) - self.above.negative(self.component.label)) == 1


def float_block(branch: Branch, component: Component, sample: Sample) -> np.ndarray:
    """A component's block at a sample in floats."""
    return np.array(branch.point([float(v) for v in sample.point], float(sample.size), float_field()).block(component))


def row(branch: Branch, sample: Sample, only: Component | None = None) -> Row:
    """The sample with its eigenvalues, of all components or of one only."""
    point = branch.point([float(v) for v in sample.point], float(sample.size), float_field())
    entries, wanted = point.entries(), branch.components() if only is None else (only,)
    return Row(sample, {c.label: np.linalg.eigvalsh(np.array(point.block(c, entries))) for c in wanted})


def samples(branch: Branch, low: Fraction, high: Fraction) -> list[Sample]:
    """The branch in descending size from d = ``high`` (or where it ends before) to d = ``low`` (or where it ends
    before).

    Raises InputError where the family exists nowhere on [low, high].
    """
    top, bottom = high - branch.fixed, max(low - branch.fixed, SMALLEST_SIZE)
    if top <= bottom:
        least = bottom + branch.fixed
        raise InputError(
            f"family {branch.family} is followed for d above {float(least):g}, but the range {low} to {high} came; "
            "take a range that reaches higher"
        )
    start = _highest(branch, bottom, top)
    above = list(follow(branch.pattern, start, top, branch.family.slope, LONGEST_STEP)) if start.size < top else [start]
    below = list(follow(branch.pattern, start, bottom, branch.family.slope, LONGEST_STEP))
    return [*above[:0:-1], *below]


def _highest(branch: Branch, bottom: Fraction, top: Fraction) -> Sample:
    """The family's point at the largest size tried at which it exists."""
    refused: InputError | None = None
    for i in range(TRIED_BELOW):
        size = (top * Fraction(float(bottom / top) ** (i / TRIED_BELOW))).limit_denominator(10**4)
        size = (
            size if size.denominator != 1 else size + Fraction(1, 1000)
        )  # off the integers, where small blocks lose components
        try:
            pattern, values = branch.family.coordinates(branch.family.pattern(size + branch.fixed))
        except InputError as error:
            refused = refused or error
            continue
        return Sample(size, pattern, np.array([float(v) for v in values]))
    raise refused if refused is not None else AssertionError("no size was tried")


def moved(branch: Branch, near: Sample, size: Fraction) -> Sample | None:
    """The branch at a size next to a sample; None where it cannot be followed there."""
    last = near
    for last in follow(branch.pattern, near, size, branch.family.slope):  # noqa: B007 - the last one is wanted
        pass
    return last if last.size == size else None


def changes(branch: Branch, rows: Sequence[Row]) -> list[Change]:
    """Every change of a component's inertia along rows in descending size, isolated to neighbouring sizes."""
    found = []
    for component in branch.components():
        refined = sorted([*rows, *dips(branch, component, rows)], key=lambda r: r.sample.size, reverse=True)
        for above, below in pairwise(refined):
            found += list(_isolated(branch, Change(component, below, above)))
    return found


def _isolated(branch: Branch, change: Change) -> Iterator[Change]:
    """The change, or the changes that it is made of, by bisection."""
    below, above, label = change.below, change.above, change.component.label
    if below.negative(label) == above.negative(label):
        return
    if above.sample.size - below.sample.size < Fraction(NARROW) * above.sample.size:
        yield change
        return
    middle = moved(branch, above.sample, ((above.sample.size + below.sample.size) / 2).limit_denominator(10**12))
    if middle is None:
        yield change
        return
    here = row(branch, middle, change.component)
    yield from _isolated(branch, Change(change.component, below, here))
    yield from _isolated(branch, Change(change.component, here, above))


def dips(branch: Branch, component: Component, rows: Sequence[Row]) -> Iterator[Row]:
    """Rows between the samples at which the component has another number of negative eigenvalues than at the samples
    around."""
    label = component.label
    for three in zip(rows, rows[1:], rows[2:], strict=False):
        negative = {r.negative(label) for r in three}
        if len(negative) > 1:
            continue
        index = int(np.argmin(np.abs(three[1].eigenvalues[label])))
        places = [float(np.log(float(r.sample.size))) for r in three]
        values = [float(r.eigenvalues[label][index]) for r in three]
        extra: dict[float, Row] = {}

        def value_at(
            place: float, extra: dict[float, Row] = extra, near: Sample = three[1].sample, index: int = index
        ) -> float:
            sample = moved(branch, near, Fraction(float(np.exp(place))).limit_denominator(10**9))
            if sample is None:
                return float("nan")
            extra[place] = row(branch, sample, component)
            return float(extra[place].eigenvalues[label][index])

        place = place_of_other_sign(value_at, places, values)
        if place is not None:
            yield extra[place]


def place_of_other_sign(
    value_at: Callable[[float], float], places: Sequence[float], values: Sequence[float], steps: int = 24
) -> float | None:
    """A place where a function with three values of one sign takes the other sign, or None; successive parabolas
    through the three lowest |values|.

    Looks only where the parabola through the three points has its vertex between them, at less than ``CLOSE`` times the
    least |value|.
    """
    side = np.sign(values[1])
    if side == 0 or any(np.sign(v) != side for v in values):
        return None
    points = sorted(zip(places, (side * v for v in values), strict=True))
    first = _vertex(points)
    if first is None or not points[0][0] < first[0] < points[2][0] or first[1] > CLOSE * min(v for _, v in points):
        return None
    place = first[0]
    for _ in range(steps):
        value = side * value_at(place)
        if not value > 0:
            return place if value < 0 else None
        points = sorted([*points, (place, value)])
        lowest = min(range(len(points)), key=lambda i: points[i][1])
        if lowest in (0, len(points) - 1):
            return None
        points = points[lowest - 1 : lowest + 2]
        vertex = _vertex(points)
        if vertex is None or abs(points[2][0] - points[0][0]) < 1e-9:
            return None
        longer = points[0][0] if points[1][0] - points[0][0] > points[2][0] - points[1][0] else points[2][0]
        place = vertex[0] if abs(vertex[0] - points[1][0]) > 1e-12 else (points[1][0] + longer) / 2
        if vertex[1] > 0.999 * points[1][1]:  # the parabola has settled above zero
            return None
    return None


def _vertex(points: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    """The lowest point of the parabola through three points; None where it opens downwards."""
    (x0, y0), (x1, y1), (x2, y2) = points
    left, right = (y1 - y0) / (x1 - x0), (y2 - y1) / (x2 - x1)
    curvature = (right - left) / (x2 - x0)
    if not curvature > 0:
        return None
    place = (x0 + x1) / 2 - left / (2 * curvature)
    return place, y0 + left * (place - x0) + curvature * (place - x0) * (place - x1)
