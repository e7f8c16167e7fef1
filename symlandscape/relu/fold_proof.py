"""A fold of a branch, proved: a regular zero of {gradient = 0, J v = 0, v.v = 1} in (z, v, n), n the moving size.

J is the trivial block, so that v is the direction in which the critical point is not isolated at fixed n. The extended
system is regular at a simple quadratic fold and only there, so Krawczyk's test proves existence, uniqueness and that
the branch really turns back (moore_spence_1980).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symlandscape.arith.balls import arb, arb_mat, workprec
from symlandscape.arith.conversions import mid_float, to_arb
from symlandscape.arith.decimals import outward
from symlandscape.arith.dual import dual_field, variables
from symlandscape.arith.field import arb_field, float_field
from symlandscape.errors import InputError
from symlandscape.evidence import Level
from symlandscape.relu.branch_path import Line, Path, PathEvent
from symlandscape.solve.krawczyk import verify_root

__all__ = ["Fold", "prove_fold"]


@dataclass(frozen=True, slots=True)
class Fold:
    """A fold: enclosures of d, coordinates and null direction; CERTIFIED, or UNDECIDED with a reason."""

    d: arb
    coordinates: tuple[arb, ...]
    direction: tuple[arb, ...]
    level: Level
    reason: str

    def __str__(self) -> str:
        value, radius = outward(self.d, 20)
        return f"fold at d = {value} ± {radius} ({self.level.value})"


def extended_system(line: Line) -> tuple[Callable[[list[arb]], list[arb]], Callable[[list[arb]], arb_mat]]:
    """Residual and Jacobian (balls) in (z, v, n)."""
    size, field = len(line.generic.coordinates), arb_field()
    lifted, component = dual_field(field, size + 1), line.components()[0]

    def dot(x: Sequence[Any], y: Sequence[Any]) -> Any:
        total = x[0] * y[0]
        for a, b in zip(x[1:], y[1:], strict=True):
            total = total + a * b
        return total

    def residual(x: list[arb]) -> list[arb]:
        v = x[size:-1]
        point = line.at(x[:size], x[-1], field)
        return [*point.gradient(), *(dot(row, v) for row in point.block(component)), dot(v, v) - 1]

    def jacobian(x: list[arb]) -> arb_mat:
        v = x[size:-1]
        duals = variables([*x[:size], x[-1]], field)
        point = line.at(duals[:-1], duals[-1], lifted)
        block, total = point.block(component), 2 * size + 1
        matrix = arb_mat(total, total)
        for i, row in enumerate([*point.gradient(), *(dot(row, v) for row in block)]):
            for j in range(size):
                matrix[i, j] = row.parts[j]
            matrix[i, total - 1] = row.parts[size]
        for i, entries in enumerate(block):
            for j, entry in enumerate(entries):
                matrix[size + i, size + j] = entry.value
                matrix[total - 1, size + j] = 2 * v[j]
        return matrix

    return residual, jacobian


def prove_fold(path: Path, event: PathEvent, digits: int = 15) -> Fold:
    """The fold next to an event of a path, enclosed to ``digits`` digits. Raises InputError for another kind of
    event.
    """
    if event.kind != "fold":
        raise InputError(f"expected a fold, got a {event.kind} at d = {event.d:g}")
    line, sample = path.line, event.sample
    n = event.d - float(line.fixed)
    block = np.array(
        line.at([float(v) for v in sample.point], n, float_field()).block(line.components()[0]), dtype=float
    )
    values, vectors = np.linalg.eigh(block)
    start = [*(float(v) for v in sample.point), *(float(v) for v in vectors[:, int(np.argmin(np.abs(values)))]), n]
    root = verify_root(*extended_system(line), start, digits)
    box, size = root.enclosure if root.proved else root.box, len(sample.point)
    with workprec(root.prec):
        d = box[-1] + to_arb(line.fixed)
    near = abs(mid_float(d) - event.d) < 1e-4
    held = root.proved and near
    reason = root.status.value if near else "the proof converged to another fold than the one that was met"
    return Fold(d, tuple(box[:size]), tuple(box[size:-1]), Level.CERTIFIED if held else Level.UNDECIDED, reason)
