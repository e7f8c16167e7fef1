"""Growing a neuron from zero: whether a small new neuron lowers the loss at a critical point, with a witness.

A new neuron w changes the loss by |w| g(w/|w|) + O(|w|^2), where

    g(u) = sum_i f(w_i, u) - sum_j f(v_j, u),        f the pair kernel, u a unit vector,

so that growth descends if and only if g is negative somewhere. The least value is looked for in floats among vectors
that are constant on the column blocks, or on them but for one column; one direction u with g(u) < 0 over balls is a
proof. That g is not negative anywhere is not decided here. Source: Arjevani & Field 2022 (k > d); the expansion is the
kernel's homogeneity (derivations.extra_neurons).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from symlandscape.arith.balls import arb, sign, workprec
from symlandscape.arith.conversions import mid_float
from symlandscape.arith.decimals import outward
from symlandscape.arith.field import Field, arb_field, float_field
from symlandscape.errors import InputError
from symlandscape.evidence import Level, Verdict
from symlandscape.relu.critical_point import CriticalPoint
from symlandscape.relu.kernel import make_pair
from symlandscape.relu.length_events import singled_out
from symlandscape.relu.reduced import ReducedPoint, reduced_point
from symlandscape.symmetry.isotypic import Index
from symlandscape.symmetry.pattern import Pattern

__all__ = ["GrowthFromZero", "from_zero", "slope_at_zero"]

DENOMINATOR = 10**4  # of the witness's entries
TRIES = 6  # starts on each circle of directions
ABSENT = 1e-12  # least values above minus this are rounding


@dataclass(frozen=True, slots=True)
class GrowthFromZero:
    """The direction with the least g that was found: exact entries by column block of ``pattern``, and g(u)/|u|."""

    pattern: Pattern
    direction: tuple[Fraction, ...]
    value: arb

    @property
    def descends(self) -> Verdict:
        """YES when g is negative at the direction, else UNDECIDED."""
        return Verdict.YES if sign(self.value) == -1 else Verdict.UNDECIDED

    @property
    def level(self) -> Level:
        """CERTIFIED where a negative value is enclosed."""
        return Level.CERTIFIED if self.descends is Verdict.YES else Level.UNDECIDED

    def document(self, digits: int) -> dict[str, Any]:
        """The witness as JSON."""
        value, radius = outward(self.value, digits)
        return {
            "descends": self.descends.value,
            "pattern": str(self.pattern),
            "direction": [str(x) for x in self.direction],
            "value": value,
            "radius": radius,
            "level": self.level.value,
        }


def slope_at_zero(point: ReducedPoint, direction: Sequence[Any]) -> Any:
    """g(u)/|u| for the vector u that has these entries on the column blocks, in the field of ``point``.

    Includes the activation's slope rho: f_rho = (1-rho)^2 f + rho u.v.
    """
    field, pattern = point.field, point.pattern
    u = [field.exact(x) for x in direction]
    sizes = point.sizes[: pattern.blocks]
    length = field.sqrt(sum((n * x * x for n, x in zip(sizes, u, strict=True)), field.exact(0)))
    total: Any = field.exact(0)
    drift: Any = field.exact(0)
    for space, m in enumerate(point.sizes):
        row = Index(space, 1)
        classes = list(point.columns(row))
        w, here = [point.weight(row, c) for c, _ in classes], [u[c.space] for c, _ in classes]
        total = total + m * make_pair(field, [n for _, n in classes], w, here).value(point.kappa)
        drift = drift + m * sum((n * x * y for (_, n), x, y in zip(classes, w, here, strict=True)), field.exact(0))
    for space, n in enumerate(sizes):
        column = Index(space, 1)
        classes = list(point.columns(column))
        target = [int(c == column) for c, _ in classes]
        pair = make_pair(field, [count for _, count in classes], target, [u[c.space] for c, _ in classes])
        total = total - n * point.lengths[space] * pair.value(point.kappa)
        drift = drift - n * point.lengths[space] * u[space]
    factor = (1 - point.slope) * (1 - point.slope)
    return (factor * total + point.slope * drift) / length


def from_zero(point: CriticalPoint) -> GrowthFromZero:
    """The least g found at a critical point over vectors constant on blocks but for one column, with g enclosed.

    Raises InputError where the existence of the point is not proved.
    """
    if point.existence is not Verdict.YES:
        raise InputError("growing a neuron needs a certified critical point, and this one is not; ask for more digits")
    best: tuple[float, int, np.ndarray] | None = None
    spaces = list(_spaces(point))
    for number, (pattern, _) in enumerate(spaces):
        floats = _reduced(point, spaces[number], float_field())
        for u in _descended(floats, pattern.blocks):
            value = float(slope_at_zero(floats, [float(x) for x in u]))
            if best is None or value < best[0] - ABSENT:
                best = value, number, u
    assert best is not None
    _, number, u = best
    direction = tuple(Fraction(float(x)).limit_denominator(DENOMINATOR) for x in u / np.max(np.abs(u)))
    with workprec(point.precision):
        value = slope_at_zero(_reduced(point, spaces[number], arb_field()), direction)
    return GrowthFromZero(spaces[number][0], direction, value)


def _spaces(point: CriticalPoint) -> Iterator[tuple[Pattern, tuple[list[Any], tuple[Fraction, ...] | None]]]:
    """The pattern, and the patterns with one more block for one column, each with coordinates and lengths."""
    values = list(point.coordinates)
    yield point.pattern, (values, point.lengths)
    for block, size in enumerate(point.pattern.sizes):
        if size >= 2:
            finer, found, _ = singled_out(point.pattern, values, block)
            yield finer, (found, None if point.lengths is None else (*point.lengths, point.lengths[block]))


def _reduced(
    point: CriticalPoint, space: tuple[Pattern, tuple[list[Any], tuple[Fraction, ...] | None]], field: Field
) -> ReducedPoint:
    pattern, (values, lengths) = space
    numbers = values if field.name == "arb" else [mid_float(x) for x in values]
    return reduced_point(pattern, numbers, field, point.slope, lengths=lengths)


def _descended(point: ReducedPoint, blocks: int) -> Iterator[np.ndarray]:
    """Directions at which g is stationary on the sphere, from a fixed set of starts."""
    from scipy.optimize import minimize

    if blocks == 1:
        yield from (np.array([1.0]), np.array([-1.0]))
        return
    scale = np.sqrt([float(n) for n in point.pattern.sizes])

    def value(y: np.ndarray) -> float:
        return float(slope_at_zero(point, [float(x) for x in y / scale]))

    for first in range(blocks):
        for second in range(first):
            for angle in np.arange(TRIES) * 2 * np.pi / TRIES + 0.3:
                start = np.full(blocks, 0.05)
                start[first], start[second] = np.cos(angle), np.sin(angle)
                y = minimize(value, start, method="BFGS", options={"gtol": 1e-7, "maxiter": 60}).x
                yield y / scale / np.linalg.norm(y)
