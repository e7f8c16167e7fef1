"""How fast gradient methods converge to a minimum: linear rates from the certified spectrum, and rates measured on
runs.

Near a minimum with Hessian eigenvalues in [mu, L] the formulas of ``solve.linear_rates`` hold for each eigendirection;
best constants and their optimality are derived in ``derivations.dynamics`` (Polyak 1964; Lessard, Recht & Packard 2016,
proposition 1).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from symlandscape import backends
from symlandscape.arith.balls import arb, workprec
from symlandscape.arith.conversions import mid_float
from symlandscape.errors import InputError
from symlandscape.evidence import Level
from symlandscape.relu.critical_point import CriticalPoint
from symlandscape.solve.linear_rates import METHODS, LinearRate, best_rate, check_method, rate_at

__all__ = [
    "LinearRate",
    "MeasuredRate",
    "best_rate",
    "linear_rates",
    "measured_rate",
    "rate_at",
    "run_errors",
    "spectral_ends",
]

_SIZE, _FLOOR = 1e-3, 1e-11
_SKIPPED = 0.3  # of the run, where the loss is not yet quadratic
_BATCHES = 8  # for the standard error: residuals of neighbouring iterations are not independent
_SHORTEST = 24  # iterations in the tail that a fit needs
_SETTLED = 1e-9  # relative change of the lag at which the fit ends
_FARTHEST = 100.0  # lengths of the run: a larger lag is a straight line


@dataclass(frozen=True, slots=True)
class MeasuredRate:
    """The factor per iteration fitted to the tail of a run, its standard error, and the error at every iteration; level
    ESTIMATED."""

    rate: float
    standard_error: float
    errors: np.ndarray
    first: int  # the iteration at which the tail begins

    @property
    def level(self) -> Level:
        """Floats with an error bar."""
        return Level.ESTIMATED


def spectral_ends(point: CriticalPoint) -> tuple[arb, arb]:
    """Enclosures of the least and the largest Hessian eigenvalue at a certified minimum.

    Raises InputError where the point is not proved to be a minimum: no method converges to a saddle.
    """
    if point.verdict != "minimum":
        raise InputError(
            f"linear rates need a certified minimum, but the point is a {point.verdict}; take a d where it is one"
        )
    return point.least_eigenvalue, max((b.eigenvalues[-1] for b in point.blocks), key=mid_float)


def linear_rates(point: CriticalPoint) -> dict[str, LinearRate]:
    """The best rate of each method at a certified minimum (CERTIFIED enclosures). Raises InputError at a saddle."""
    with workprec(point.precision):
        ends = spectral_ends(point)
        return {method: best_rate(method, *ends) for method in METHODS}


def run_errors(
    W_star: np.ndarray,
    method: str,
    step: float,
    momentum: float = 0.0,
    *,
    slope: float = 0.0,
    seed: int = 0,
    size: float = _SIZE,
    max_steps: int = 20_000,
) -> np.ndarray:
    """Distances |W_m - W*| of one plain run from a random perturbation of this size until they reach rounding.

    The iteration is the kernels' (fixed step, constant momentum). Raises InputError for bad parameters, or when the run
    moves away from W*.
    """
    check_method(method)
    if not (step > 0 and 0 <= momentum < 1 and math.isfinite(step)):
        raise InputError(f"expected a step > 0 and 0 <= momentum < 1, but {step} and {momentum} came; change them")
    W_star = np.ascontiguousarray(W_star, dtype=float)
    lookahead = momentum if method == "nesterov" else 0.0
    inertia = 0.0 if method == "gd" else momentum
    direction = np.random.Generator(np.random.Philox(key=seed)).standard_normal(W_star.shape)
    x = W_star + size * direction / np.linalg.norm(direction)
    v = np.zeros_like(x)
    errors = [float(np.linalg.norm(x - W_star))]
    floor = _FLOOR * max(1.0, float(np.linalg.norm(W_star)))
    while errors[-1] > floor and len(errors) <= max_steps:
        _, gradient = backends.relu_loss_gradient(x + lookahead * v, None, slope)
        v = inertia * v - step * gradient
        x = x + v
        errors.append(float(np.linalg.norm(x - W_star)))
        if not errors[-1] < 1e3 * size:
            raise InputError(
                f"the {method} run with step {step:.4g} and momentum {momentum:.4g} moves away from the point; "
                "take a minimum and a smaller step"
            )
    return np.array(errors)


def measured_rate(
    W_star: np.ndarray, method: str, step: float, momentum: float = 0.0, *, double: bool = False, **options: Any
) -> MeasuredRate:
    """The factor per iteration of a run from a perturbation of the minimum W* (k, d), with its standard error.

    Least squares of log |W_m - W*| = A + m log r on the tail, or with ``double`` of A + m log r + log(m + C): the best
    constants of the momentum methods make the slowest root a double one. Batches of the tail give the standard error.
    ``options`` go to :func:`run_errors`. Raises InputError when the run is too short for a fit.
    """
    errors = run_errors(W_star, method, step, momentum, **options)
    first = int(_SKIPPED * len(errors))
    if len(errors) - first < _SHORTEST:
        have = len(errors) - first
        raise InputError(f"a fit needs a tail of {_SHORTEST} iterations, but the run has {have}; take a smaller step")
    m = np.arange(first, len(errors), dtype=float)
    values, lag, moved = np.log(errors[first:]), 1.0, 1.0
    design = np.stack([np.ones_like(m), m], axis=1)
    target = values
    while double and abs(moved) > _SETTLED * (first + lag):  # Gauss-Newton in the lag C
        design = np.stack([np.ones_like(m), m, 1 / (m + lag)], axis=1)
        target = values - np.log(m + lag)
        moved = float(np.linalg.lstsq(design, target, rcond=None)[0][2])
        moved = min(max(moved, -(first + lag) / 2), 10.0 * (first + lag))
        lag += moved
        if lag > _FARTHEST * len(errors):
            raise InputError("no double root is visible in the run; fit it without `double`")
    coefficients, *_ = np.linalg.lstsq(design, target, rcond=None)
    deviation = _batched_error(design, target - design @ coefficients)
    rate = math.exp(float(coefficients[1]))
    return MeasuredRate(rate, rate * deviation, errors, first)


def _batched_error(design: np.ndarray, residual: np.ndarray) -> float:
    """The standard error of the slope when residuals are correlated inside batches of consecutive iterations."""
    inverse = np.linalg.inv(design.T @ design)
    batches = np.array_split(np.arange(len(residual)), _BATCHES)
    scores = np.array([design[b].T @ residual[b] for b in batches])
    spread = _BATCHES / (_BATCHES - design.shape[1]) * scores.T @ scores
    rounding = np.finfo(float).eps * np.sqrt(inverse[1, 1])
    return float(max(np.sqrt((inverse @ spread @ inverse)[1, 1]), rounding))
