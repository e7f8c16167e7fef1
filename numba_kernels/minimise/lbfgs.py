"""L-BFGS with a line search that keeps working when differences of values are rounding errors.

A step a along p is accepted under the weak Wolfe conditions, f(a) <= f(0) + 1e-4 a f'(0) and f'(a) >= 0.9 f'(0), or,
once values differ by rounding only, under the approximate ones of Hager & Zhang (SIAM J. Optim. 16, 2005):
f(a) <= f(0) + noise and 0.9 f'(0) <= f'(a) <= -0.8 f'(0). Searches that compare values alone never reach a gradient of
1e-12, because the value is flat to rounding already at the square root of that.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from numba_kernels.lanes import dot
from numba_kernels.minimise.protocol import (
    CONVERGED,
    MAX_STEPS,
    MEMORY,
    RUNNING,
    SINGULAR,
    STALLED,
    Vectors,
    singular,
    value_gradient,
)

Array = npt.NDArray[np.float64]

NOISE = 1e-14
TRIALS = 40


def lbfgs(
    x: Array, value: float, problem: Any, room: Any, vectors: Vectors, tol: float, max_steps: int, directed: bool
) -> tuple[float, float, int, int]:
    """Move x to gradient norm <= tol, given `value` and vectors.gradient at x; (value, norm, evaluations, code).

    With `directed` the first step goes along vectors.direction (a descent direction), not along the gradient.
    """
    n = x.shape[0]
    g, trial, trial_g, p = vectors.gradient, vectors.trial, vectors.trial_gradient, vectors.direction
    steps, changes, curvatures, weights = vectors.steps, vectors.changes, vectors.curvatures, vectors.weights
    norm = math.sqrt(dot(g, g))
    used, stored, newest = 0, 0, -1
    code = RUNNING
    while code == RUNNING:
        if norm <= tol:
            code = CONVERGED
            break
        if used >= max_steps:
            code = MAX_STEPS
            break
        if not directed:
            for q in range(n):
                p[q] = -g[q]
        for m in range(stored):
            row = (newest - m) % MEMORY
            weight = curvatures[row] * dot(steps[row], p)
            weights[row] = weight
            change = changes[row]
            for q in range(n):
                p[q] -= weight * change[q]
        if stored:
            size = 1.0 / (curvatures[newest] * dot(changes[newest], changes[newest]))
            for q in range(n):
                p[q] *= size
        for m in range(stored - 1, -1, -1):
            row = (newest - m) % MEMORY
            weight = weights[row] - curvatures[row] * dot(changes[row], p)
            step = steps[row]
            for q in range(n):
                p[q] += weight * step[q]
        slope = dot(g, p)
        if not slope < 0.0:
            if stored == 0 and not directed:
                code = STALLED
                break
            stored, directed = 0, False
            continue
        low, low_slope, high = 0.0, slope, math.inf
        a = 1.0 if stored else min(1.0, 0.1 / math.sqrt(dot(p, p)))
        new_value, new_slope, accepted = value, slope, False
        noise = NOISE * (1.0 + abs(value))
        for _ in range(TRIALS):
            for q in range(n):
                trial[q] = x[q] + a * p[q]
            new_value = value_gradient(trial, problem, room, trial_g)
            new_slope = dot(trial_g, p)
            used += 1
            finite = math.isfinite(new_value + new_slope)
            lower = new_value <= value + 1e-4 * a * slope or (new_value <= value + noise and new_slope <= -0.8 * slope)
            if finite and lower and new_slope >= 0.9 * slope:
                accepted = True
                break
            if not (finite and lower):
                high = a
                if finite and new_slope > 0.0:
                    share = low_slope / (low_slope - new_slope)
                    a = low + (high - low) * min(0.9, max(0.1, share))
                else:
                    a = low + 0.3 * (high - low)
            else:
                rise = (new_slope - low_slope) / (a - low)
                ahead = a - new_slope / rise if rise > 0.0 else 4.0 * a
                low, low_slope = a, new_slope
                a = 0.5 * (low + high) if high < math.inf else min(10.0 * a, max(2.0 * a, ahead))
            if high < math.inf and high - low <= 1e-16 * high:
                break
        if not accepted:
            if stored == 0 and not directed:
                code = STALLED
                break
            stored, directed = 0, False
            continue
        directed = False
        newest = (newest + 1) % MEMORY
        step, change = steps[newest], changes[newest]
        for q in range(n):
            step[q] = trial[q] - x[q]
            change[q] = trial_g[q] - g[q]
            x[q] = trial[q]
            g[q] = trial_g[q]
        value = new_value
        norm = math.sqrt(dot(g, g))
        curvature = dot(step, change)
        if curvature > 0.0:
            curvatures[newest] = 1.0 / curvature
            stored = min(MEMORY, stored + 1)
        else:
            stored = 0
        if singular(problem, room):
            code = SINGULAR
    return value, norm, used, code
