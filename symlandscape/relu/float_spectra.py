"""The Hessian spectrum at a symmetric point in floats, at a cost that does not grow with the sizes.

The block of an isotypic component is linear in the Hessian's entries, of which a pattern has a few different ones: the
coefficients depend on the pattern alone and are found once (``pairing.block`` on unit vectors in place of entries).
An entry is a sum over pairs of vectors, of which there are a few too; which coordinates and pairs stand in its terms
(``ReducedPoint.hessian_entry``) is found once as well, so that all entries of a point are computed together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from symlandscape.arith.field import float_field
from symlandscape.errors import InputError
from symlandscape.relu.reduced import ReducedPoint, reduced_point
from symlandscape.symmetry.isotypic import Component, Index, components
from symlandscape.symmetry.pairing import block, memoised
from symlandscape.symmetry.pattern import Pattern

__all__ = ["FloatBlock", "float_spectrum"]

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]
Quadruple = tuple[Index, Index, Index, Index]


@dataclass(frozen=True, slots=True)
class FloatBlock:
    """An isotypic component: its eigenvalues (ascending), each ``dimension`` times in the Hessian; level ESTIMATED."""

    label: str
    dimension: int
    eigenvalues: Array


@dataclass(frozen=True, slots=True)
class _Terms:
    """Terms of the entries as arrays of one length: their factor, the numbers of pair and entry, where the four weights
    stand among the coordinates with 0 and 1 behind them, and 1.0 where the two columns coincide.
    """

    factor: Array
    pair: Places
    entry: Places
    weights: Places
    same: Array


@dataclass(frozen=True, slots=True)
class _Plan:
    """What does not depend on the point: its pairs (kind, first, second), the terms of second derivatives in one neuron
    and in two, the entries' constants, and each component's block as (rows, rows, entries) coefficients.
    """

    pairs: tuple[tuple[bool, Index, Index], ...]
    own: _Terms
    cross: _Terms
    halves: Array
    diagonal: Array
    parts: tuple[tuple[Component, Array], ...]


class _Recorder:
    """Collects terms, numbering pairs in the order of their appearance."""

    def __init__(self) -> None:
        self.pairs: dict[tuple[Any, ...], int] = {}
        self.members: list[tuple[bool, Index, Index]] = []
        self.rows: tuple[list[Any], list[Any]] = ([], [])

    def add(self, own: bool, neurons: bool, first: Index, second: Index, *rest: Any) -> None:
        key = (neurons, first.space, second.space, not neurons and first == second)
        if key not in self.pairs:
            self.pairs[key] = len(self.pairs)
            self.members.append((neurons, first, second))
        self.rows[not own].append((self.pairs[key], *rest))

    def terms(self, own: bool) -> _Terms:
        table = np.array(self.rows[not own], dtype=float).reshape(-1, 8)
        places = table.astype(np.intp)
        return _Terms(table[:, 1], places[:, 0], places[:, 2], places[:, 3:7].T.copy(), table[:, 7])


@lru_cache(maxsize=256)
def _plan(pattern: Pattern) -> _Plan:
    field = float_field()
    sizes = [field.exact(n) for n in pattern.row_sizes]
    found: dict[Quadruple, int] = {}

    def collect(*place: Index) -> float:
        found.setdefault(place, len(found))  # type: ignore[arg-type]
        return 0.0

    parts = components(pattern)
    for part in parts:
        block(part, pattern.row_sizes, sizes, memoised(collect), field.sqrt)
    unit = np.eye(len(found))
    blocks = []
    for part in parts:
        rows: list[list[Any]] = block(
            part, pattern.row_sizes, sizes, memoised(lambda *place: unit[found[place]]), field.sqrt
        )
        blocks.append((part, np.array([[np.broadcast_to(x, len(found)) for x in row] for row in rows])))
    count = len(pattern.coordinates)
    point = reduced_point(pattern, list(range(count)), field)  # a coordinate's value is its place here
    record, same = _Recorder(), np.zeros(len(found))
    for (row, column, row2, column2), entry in found.items():
        same[entry] = alike = column == column2
        w = (point.weight(row, column), point.weight(row, column2))
        if row != row2:
            v = (point.weight(row2, column), point.weight(row2, column2))
            record.add(False, True, row, row2, 1, entry, *w, *v, alike)
            continue
        for other, n in point.others(row, column, column2):
            v = (point.weight(other, column), point.weight(other, column2))
            record.add(True, True, row, other, n, entry, *w, *v, alike)
        for target, n in point.columns(row, column, column2):
            v = (count + (target == column), count + (target == column2))
            record.add(True, False, row, target, -n, entry, *w, *v, alike)
    halves = np.array([0.5 * (row == row2) for row, _, row2, _ in found]) * same
    return _Plan(tuple(record.members), record.terms(True), record.terms(False), halves, same, tuple(blocks))


def _entries(plan: _Plan, point: ReducedPoint) -> Array:
    """All entries of the Hessian that the plan knows, in its order; the formulas are those of ``kernel.Pair``."""
    found = [
        point.rows(first, second) if neurons else point.target(first, second) for neurons, first, second in plan.pairs
    ]
    pairs = np.array([(p.w_length, p.v_length, p.cosine, p.sine, p.supplement) for p in found]).reshape(-1, 5).T
    values = np.array([*point.values, 0.0, 1.0])
    total = plan.halves.copy()
    for terms, own in ((plan.own, True), (plan.cross, False)):
        w_length, v_length, cosine, sine, supplement = pairs[:, terms.pair]
        w1, w2, v1, v2 = values[terms.weights]
        w1, w2, v1, v2 = w1 / w_length, w2 / w_length, v1 / v_length, v2 / v_length
        inverse = np.divide(1.0, sine, out=np.zeros_like(sine), where=sine != 0.0)
        m = (v1 - cosine * w1) * inverse
        if own:
            n = (v2 - cosine * w2) * inverse
            part = v_length / w_length * sine * (terms.same - w1 * w2 + m * n)
        else:
            n = (w2 - cosine * v2) * inverse
            part = terms.same * supplement + sine * (w1 * v2 + m * n)
        total += point.kappa * np.bincount(terms.entry, terms.factor * part, total.size)
    result: Array = (1 - point.slope) ** 2 * total + point.slope * plan.diagonal
    return result


def float_spectrum(
    pattern: Pattern | str, values: Sequence[float], slope: Fraction | float = 0.0
) -> tuple[FloatBlock, ...]:
    """Eigenvalues of the Hessian (V = I) at the point of the fixed space with these coordinates, by components.

    The first call for a pattern finds its coefficients (milliseconds), later ones take a fraction of a millisecond at
    any size. Errors are a few units in the last place of the largest eigenvalue, which grows like d/4 (measured against
    balls up to d = 10^6 and next to parallel neurons). Raises InputError for a text that is no pattern, sizes that are
    no numbers, a wrong number of coordinates, coordinates or a slope that are not finite numbers, a neuron that is zero
    or whose square floats cannot hold, a slope of 1.
    """
    pattern = Pattern.parse(pattern) if isinstance(pattern, str) else pattern
    if not all(isinstance(n, int) for n in pattern.row_sizes):
        raise InputError(f"a pattern with numbers as sizes was expected, but {pattern} came; put numbers for letters")
    try:
        coordinates, leak = [float(x) for x in values], float(slope)
    except (TypeError, ValueError, OverflowError):
        raise InputError(
            f"numbers as coordinates and slope were expected, but {values!r:.60}, {slope!r:.20} came"
        ) from None
    if not np.isfinite([*coordinates, leak]).all():
        raise InputError(f"finite coordinates and a finite slope were expected, but {coordinates}, {leak} came")
    point = reduced_point(pattern, coordinates, float_field(), leak)
    plan = _plan(pattern)
    try:
        with np.errstate(all="ignore"):
            entries = _entries(plan, point)
    except ZeroDivisionError:
        raise InputError(
            "nonzero neurons were expected, but one is zero, where the loss has no Hessian, or too small to be squared"
        ) from None
    except OverflowError:
        entries = np.array([np.nan])
    if not np.isfinite(entries).all():
        raise InputError(
            "coordinates and a slope of moderate size were expected, whose fourth powers floats can hold; rescale them"
        )
    return tuple(
        FloatBlock(part.label, int(part.dimension), np.linalg.eigvalsh(matrix @ entries).astype(np.float64))
        for part, matrix in plan.parts
    )
