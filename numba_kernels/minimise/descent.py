"""Plain gradient descent, heavy ball and Nesterov's method with a fixed step: for statements about these methods.

    x_{m+1} = y_m - step grad f(y_m) + inertia (x_m - x_{m-1}),   y_m = x_m + lookahead (x_m - x_{m-1}),

with (inertia, lookahead) = (0, 0) for gradient descent, (beta, 0) for the heavy ball (Polyak 1964) and, counting the
displacement from x_m, (beta, beta) for Nesterov's method (1983), beta constant.
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
    NOT_FINITE,
    SINGULAR,
    Vectors,
    singular,
    value_gradient,
)

Array = npt.NDArray[np.float64]


def descent(
    x: Array,
    problem: Any,
    room: Any,
    vectors: Vectors,
    step: float,
    inertia: float,
    lookahead: float,
    tol: float,
    max_steps: int,
) -> tuple[float, float, int, int]:
    """Move x until the gradient at x has norm <= tol; (value, gradient norm, steps taken, reason code)."""
    n = x.shape[0]
    g, y, v = vectors.gradient, vectors.trial, vectors.step
    for q in range(n):
        v[q] = 0.0
    value, norm = math.inf, math.inf
    for count in range(max_steps + 1):
        if lookahead > 0.0:
            for q in range(n):
                y[q] = x[q] + lookahead * v[q]
            value = value_gradient(y, problem, room, g)
        else:
            value = value_gradient(x, problem, room, g)
        norm = math.sqrt(dot(g, g))
        if norm <= tol:
            if lookahead > 0.0:
                for q in range(n):
                    x[q] = y[q]
            return value, norm, count, CONVERGED
        if not math.isfinite(value + norm):
            return value, norm, count, NOT_FINITE
        if count < max_steps:
            for q in range(n):
                v[q] = inertia * v[q] - step * g[q]
                x[q] += v[q]
        if singular(problem, room):
            return value, norm, count, SINGULAR
    value = value_gradient(x, problem, room, g)
    return value, math.sqrt(dot(g, g)), max_steps, MAX_STEPS
