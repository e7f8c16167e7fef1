"""One neuron more: a family with extra rows, reached by descent in the fixed space after a neuron is split or grown
from zero.

Two starts keep the symmetry. A neuron that is alone in its orbit is cloned into (lam w, (1 - lam) w), which changes
nothing, and tilted; a row eps u with u constant on the column blocks is added, which changes the loss by eps g(u) +
O(eps^2), g(u) = sum_i f(w_i, u) - sum_j f(v_j, u). Descent of the loss restricted to the fixed space leads to critical
points; the member of the family with the extra row is the one whose loss is nearest below the loss of the family
without it. (Descent may also reach the global minimum or a lower family: those are farther below.) A neuron that is
alone in its orbit may change places with the extra row, at the same loss; the member is then the one in which the
neurons that were there before have moved least.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product

import numpy as np

from symlandscape.errors import InputError
from symlandscape.relu.system import FixedSpaceSystem, fixed_space_system
from symlandscape.symmetry.pattern import Pattern

__all__ = ["grow"]

_GRID = 6  # directions tried on the half circle of each further block
_LENGTH = 0.1
_SPLIT, _TILT = 0.6, 0.8
_SMALLEST_ROW = 1e-3
_SMALLEST_DROP = 1e-9
_SAME_LOSS = 1e-9


def grow(before: Pattern, values: Sequence[float], orbit: int, slope: Fraction) -> tuple[Pattern, list[float]]:
    """The pattern with one more orbit of ``orbit`` equal extra rows, and the family's critical point in its fixed space
    (floats).

    ``values`` are float coordinates of a critical point of ``before``. Raises InputError where descent finds no
    isolated critical point below it.
    """
    after = Pattern(before.sizes, (*before.extra, orbit))
    system = fixed_space_system(after, slope)
    parent = fixed_space_system(before, slope)
    here = parent.loss(np.asarray(values, dtype=float) * parent.scale)
    ends: list[tuple[float, np.ndarray]] = []
    for start in _starts(before, values, orbit):
        y = _descend(system, np.array(start) * system.scale, float(after.d))
        if y is None:
            continue
        rows = y[-len(before.sizes) :]
        loss = system.loss(y)
        isolated = float(np.min(np.abs(np.linalg.eigvalsh(_symmetric(system.jacobian(y)))))) > 1e-6
        if isolated and float(np.linalg.norm(rows)) > _SMALLEST_ROW and loss < here - _SMALLEST_DROP:
            ends.append((loss, y))
    if not ends:
        raise InputError(f"no extra neuron can be grown at this point of pattern {before} inside its fixed space")
    highest = max(loss for loss, _ in ends)
    kept = np.asarray(values, dtype=float) * parent.scale
    best = min(
        (y for loss, y in ends if highest - loss <= _SAME_LOSS * here),
        key=lambda y: float(np.linalg.norm(y[: len(kept)] - kept)),
    )
    return after, [float(x) for x in best / system.scale]


def _symmetric(matrix: np.ndarray) -> np.ndarray:
    return (matrix + matrix.T) / 2


def _starts(before: Pattern, values: Sequence[float], orbit: int) -> Iterator[list[float]]:
    """Full coordinates of the larger pattern: every lone neuron split, then small rows in all directions of a grid."""
    coordinates = before.coordinates
    for row, size in enumerate(before.row_sizes):
        if size == 1 and orbit == 1:
            own = [j for j, c in enumerate(coordinates) if c.row == row]
            kept, clone = list(values), []
            for j in own:
                clone.append((1 - _SPLIT) * values[j] * (_TILT if coordinates[j].diagonal else 1.0))
                kept[j] = _SPLIT * values[j]
            yield [*kept, *clone]
    lengths = np.sqrt([float(n) for n in before.sizes])
    for u in _directions(before.blocks):
        yield [*values, *(_LENGTH * u / lengths)]


def _directions(blocks: int) -> Iterator[np.ndarray]:
    """Unit vectors over the column blocks on a fixed grid of the sphere."""
    if blocks == 1:
        yield from (np.array([1.0]), np.array([-1.0]))
        return
    for angles in product(*[np.arange(_GRID) * np.pi / _GRID] * (blocks - 2), np.arange(2 * _GRID) * np.pi / _GRID):
        u, rest = [], 1.0
        for angle in angles:
            u.append(rest * np.cos(angle))
            rest *= np.sin(angle)
        yield np.array([*u, rest])


def _descend(system: FixedSpaceSystem, start: np.ndarray, d: float) -> np.ndarray | None:
    """The critical point that BFGS and then Newton reach in scaled coordinates; None where that is not isolated."""
    from scipy.optimize import minimize

    try:
        rough = minimize(
            system.loss, start, jac=system.residual, method="BFGS", options={"gtol": 1e-6, "maxiter": 1000}
        )
    except (InputError, ZeroDivisionError):  # a neuron died on the way
        return None
    result = system.solve(rough.x / system.scale, 1e-12 * float(np.max(system.scale)) * max(1.0, d / 100), 40)
    return np.asarray(result.point) if result.converged else None
