"""A fold of a branch, proved: a regular zero of {gradient = 0, J v = 0, v.v = 1} in (z, v, n), n the moving size.

J is the trivial block, so that v is the direction in which the critical point is not isolated at fixed n. The extended
system is regular at a simple quadratic fold and only there, so Krawczyk's test proves existence, uniqueness and that
the branch really turns back (moore_spence_1980).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from symlandscape.arith.balls import arb, workprec
from symlandscape.arith.conversions import mid_float, to_arb
from symlandscape.arith.decimals import outward
from symlandscape.arith.field import float_field
from symlandscape.errors import InputError
from symlandscape.evidence import Level
from symlandscape.relu.branch_path import Path, PathEvent
from symlandscape.relu.singular_system import singular_system
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


def prove_fold(path: Path, event: PathEvent, digits: int = 15) -> Fold:
    """The fold next to an event of a path, enclosed to ``digits`` digits. Raises InputError for another kind of
    event.
    """
    if event.kind != "fold":
        raise InputError(f"expected a fold, got a {event.kind} at d = {event.d:g}")
    line, sample = path.line, event.sample
    n = event.d - float(line.fixed)
    component = line.components()[0]
    block = np.array(line.at([float(v) for v in sample.point], n, float_field()).block(component), dtype=float)
    values, vectors = np.linalg.eigh(block)
    start = [*(float(v) for v in sample.point), *(float(v) for v in vectors[:, int(np.argmin(np.abs(values)))]), n]
    root = verify_root(*singular_system(line.at, component, len(sample.point)), start, digits)
    box, size = root.enclosure if root.proved else root.box, len(sample.point)
    with workprec(root.prec):
        d = box[-1] + to_arb(line.fixed)
    near = abs(mid_float(d) - event.d) < 1e-4
    held = root.proved and near
    reason = root.status.value if near else "the proof converged to another fold than the one that was met"
    return Fold(d, tuple(box[:size]), tuple(box[size:-1]), Level.CERTIFIED if held else Level.UNDECIDED, reason)
