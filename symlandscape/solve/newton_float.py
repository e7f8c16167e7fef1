"""Damped Newton for square systems F(x) = 0 in floats (NumPy). Nothing here is a proof."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from symlandscape.errors import InputError
from symlandscape.solve.status import NewtonStatus

FloatFunction = Callable[[np.ndarray], Any]

MAX_HALVINGS = 10
"""Halvings of a step that are tried before the iteration gives up (twice as many in floats)."""


@dataclass(frozen=True, slots=True)
class FloatNewtonResult:
    """The last point of a float iteration: point (n,) float64, residual max |F_i|, condition of the Jacobian (inf if
    unknown).
    """

    status: NewtonStatus
    point: np.ndarray
    residual: float
    condition: float
    steps: int

    @property
    def converged(self) -> bool:
        return self.status is NewtonStatus.CONVERGED


def newton_float(
    residual: FloatFunction, jacobian: FloatFunction, start: Any, tol: float = 1e-12, max_steps: int = 100
) -> FloatNewtonResult:
    """A root of F near `start` by damped Newton in floats: residual (n,) -> (n,), jacobian (n,) -> (n, n).

    Converged when max |F_i| <= tol: judged by the residual, never by the step alone. Steps are halved until the
    residual falls.
    Raises: `InputError` for a start that is not a finite vector, or a tolerance that is not positive.
    """
    x = np.array(start, dtype=np.float64)
    if x.ndim != 1 or x.size == 0 or not np.all(np.isfinite(x)):
        raise InputError(f"expected a finite start of shape (n,), got shape {x.shape}; choose another one")
    if not tol > 0:
        raise InputError(f"expected a tolerance > 0, got {tol}; pass one such as 1e-12")
    value = _float_value(residual, x)
    if value is None:
        return FloatNewtonResult(NewtonStatus.LEFT_DOMAIN, x, np.inf, np.inf, 0)
    status, condition, steps = NewtonStatus.STALLED, np.inf, 0
    while True:
        size = float(np.max(np.abs(value)))
        matrix = _float_value(jacobian, x)
        if matrix is None:
            status = NewtonStatus.LEFT_DOMAIN
            break
        condition = _float_condition(matrix)
        if size <= tol:
            status = NewtonStatus.CONVERGED
            break
        if not np.isfinite(condition):
            status = NewtonStatus.SINGULAR
            break
        if steps >= max_steps:
            break
        step = np.linalg.solve(matrix, -value)
        trial = _float_search(residual, x, step, size)
        if trial is None:
            break
        if isinstance(trial, NewtonStatus):
            status = trial
            break
        x, value = trial
        steps += 1
    return FloatNewtonResult(status, x, size, condition, steps)


def _float_search(
    residual: FloatFunction, x: np.ndarray, step: np.ndarray, size: float
) -> tuple[np.ndarray, np.ndarray] | NewtonStatus | None:
    inside = False
    for halvings in range(2 * MAX_HALVINGS):
        trial = x + step * 0.5**halvings
        value = _float_value(residual, trial)
        if value is not None:
            inside = True
            if np.max(np.abs(value)) < size:
                return trial, value
    return None if inside else NewtonStatus.LEFT_DOMAIN


def _float_value(function: FloatFunction, x: np.ndarray) -> np.ndarray | None:
    """The function's value as float64, None outside its domain."""
    try:
        value = np.asarray(function(x.copy()))
    except (ValueError, ZeroDivisionError, OverflowError, FloatingPointError) as error:
        if isinstance(error, InputError):
            raise
        return None
    if np.iscomplexobj(value):
        return None
    value = value.astype(np.float64)
    return value if np.all(np.isfinite(value)) else None


def _float_condition(matrix: np.ndarray) -> float:
    try:
        return float(np.linalg.cond(matrix, 1))
    except np.linalg.LinAlgError:
        return float(np.inf)
