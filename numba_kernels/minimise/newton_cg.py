"""Newton's method with conjugate gradients: from a small gradient to the rounding floor, judged by the gradient.

The linear system H p = -g is solved to relative accuracy max(tol/(5 |g|), min(0.1, |g|)): quadratic convergence
without solving more than the target needs. A step is accepted when it halves the gradient norm.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from numba_kernels.lanes import dot
from numba_kernels.minimise.protocol import (
    BENT_DOWN,
    CONVERGED,
    MAX_STEPS,
    RUNNING,
    STALLED,
    Vectors,
    hessian_product,
    set_curvature,
    value_gradient,
)

Array = npt.NDArray[np.float64]

FLAT = 1e-13


def newton_cg(
    x: Array, value: float, problem: Any, room: Any, bend: Any, vectors: Vectors, tol: float, max_steps: int
) -> tuple[float, float, int, int]:
    """Move x to gradient norm <= tol, given `value` and vectors.gradient at x; (value, norm, products used, code).

    BENT_DOWN: a direction of negative curvature was met and lies in vectors.direction. STALLED: a step did not halve
    the gradient; x is then the best point so far.
    """
    n = x.shape[0]
    g, trial, trial_g, p = vectors.gradient, vectors.trial, vectors.trial_gradient, vectors.direction
    r, image, step = vectors.residual, vectors.image, vectors.step
    norm = math.sqrt(dot(g, g))
    used = 0
    while norm > tol:
        if used >= max_steps:
            return value, norm, used, MAX_STEPS
        set_curvature(x, problem, room, bend)
        goal = norm * max(0.2 * tol / norm, min(0.1, norm))
        for q in range(n):
            step[q] = 0.0
            r[q] = -g[q]
            p[q] = -g[q]
        square = norm * norm
        largest = 0.0
        code = RUNNING
        for _ in range(2 * n + 20):
            hessian_product(p, problem, room, bend, image)
            used += 1
            length = dot(p, p)
            curvature = dot(p, image)
            largest = max(largest, curvature / length)
            if curvature < -FLAT * largest * length - 1e-11 * length:
                code = BENT_DOWN
                break
            if not curvature > FLAT * largest * length:
                break  # a flat direction: keep what has been found
            a = square / curvature
            for q in range(n):
                step[q] += a * p[q]
                r[q] -= a * image[q]
            new_square = dot(r, r)
            if math.sqrt(new_square) <= goal:
                break
            b = new_square / square
            square = new_square
            for q in range(n):
                p[q] = r[q] + b * p[q]
        if code == BENT_DOWN:
            return value, norm, used, BENT_DOWN
        for q in range(n):
            trial[q] = x[q] + step[q]
        new_value = value_gradient(trial, problem, room, trial_g)
        used += 1
        new_norm = math.sqrt(dot(trial_g, trial_g))
        if not new_norm <= 0.5 * norm and not new_norm <= tol:
            return value, norm, used, STALLED
        for q in range(n):
            x[q] = trial[q]
            g[q] = trial_g[q]
        value, norm = new_value, new_norm
    return value, norm, used, CONVERGED
