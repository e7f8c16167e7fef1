"""The Hessian spectrum at a symmetric point in floats, at a cost that does not grow with the sizes.

The block of an isotypic component is linear in the Hessian's entries, of which a pattern has a few different ones: the
coefficients depend on the pattern alone and are found once (``pairing.block`` on unit vectors in place of entries).
Evaluating a point then means those few entries and eigenvalues of blocks of a handful of rows.
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
from symlandscape.relu.reduced import reduced_point
from symlandscape.symmetry.isotypic import Component, Index, components
from symlandscape.symmetry.pairing import block, memoised
from symlandscape.symmetry.pattern import Pattern

__all__ = ["FloatBlock", "float_spectrum"]

Array = npt.NDArray[np.float64]
Quadruple = tuple[Index, Index, Index, Index]


@dataclass(frozen=True, slots=True)
class FloatBlock:
    """An isotypic component: its eigenvalues (ascending), each ``dimension`` times in the Hessian; level ESTIMATED."""

    label: str
    dimension: int
    eigenvalues: Array


@dataclass(frozen=True, slots=True)
class _Plan:
    """Where the entries stand, and each component's block as (rows, rows, entries) coefficients."""

    places: tuple[Quadruple, ...]
    parts: tuple[tuple[Component, Array], ...]


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
    return _Plan(tuple(found), tuple(blocks))


def float_spectrum(
    pattern: Pattern | str, values: Sequence[float], slope: Fraction | float = 0.0
) -> tuple[FloatBlock, ...]:
    """Eigenvalues of the Hessian (V = I) at the point of the fixed space with these coordinates, by components.

    The first call for a pattern finds its coefficients (milliseconds), later ones take some tenths of a millisecond at
    any size. Raises InputError for a text that is no pattern, sizes that are no numbers, a wrong number of coordinates,
    coordinates that are not finite, a zero neuron or a slope of 1.
    """
    pattern = Pattern.parse(pattern) if isinstance(pattern, str) else pattern
    if not all(isinstance(n, int) for n in pattern.row_sizes):
        raise InputError(f"a pattern with numbers as sizes was expected, but {pattern} came; put numbers for letters")
    coordinates = [float(x) for x in values]
    if not np.isfinite(coordinates).all():
        raise InputError(f"finite coordinates were expected, but {coordinates} came")
    point = reduced_point(pattern, coordinates, float_field(), float(slope))
    plan = _plan(pattern)
    try:
        entries = np.array([point.hessian_entry(*place) for place in plan.places])
    except ZeroDivisionError:
        raise InputError("nonzero neurons were expected, but one is zero, where the loss has no Hessian") from None
    return tuple(
        FloatBlock(part.label, int(part.dimension), np.linalg.eigvalsh(matrix @ entries)) for part, matrix in plan.parts
    )
