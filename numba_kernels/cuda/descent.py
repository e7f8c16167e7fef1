"""Gradient descent, heavy ball and Nesterov's method for one start: minimise/descent.py with a block's threads."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from numba_kernels.cuda._device import device
from numba_kernels.cuda.block import block_dot
from numba_kernels.cuda.relu import buffer_begin, collapsed, evaluate, load_target
from numba_kernels.cuda.state import CODE, NORM, USED, VALUE
from numba_kernels.minimise.protocol import CONVERGED, MAX_STEPS, NOT_FINITE, RUNNING, SINGULAR

Array = npt.NDArray[np.float64]
Sizes = tuple[int, int, int, int]


@device
def descend(
    x: Array,
    g: Array,
    work: Array,
    state: Array,
    room: Array,
    aim: Array,
    sizes: Sizes,
    slope: float,
    step: float,
    inertia: float,
    lookahead: float,
    tol: float,
    max_steps: int,
    limit: int,
    t: int,
    T: int,
) -> None:
    """At most `limit` steps of the fixed-step methods from the state on; work: displacement, then the point ahead."""
    k, d, h, identity = sizes
    n, buffer_at = k * d, buffer_begin(k, d, h)
    v, y = work[:n], work[n : 2 * n]
    value, norm, count, code = state[VALUE], state[NORM], int(state[USED]), RUNNING
    load_target(room, aim, k, d, h, identity, t, T)
    for _ in range(limit):
        ahead = lookahead > 0.0 and count <= max_steps
        if ahead:
            for q in range(t, n, T):
                y[q] = x[q] + lookahead * v[q]
            value = evaluate(y, g, room, aim, k, d, h, identity, slope, t, T)
        else:
            value = evaluate(x, g, room, aim, k, d, h, identity, slope, t, T)
        norm = math.sqrt(block_dot(g, g, room, buffer_at, t, T))
        if count > max_steps:
            count, code = max_steps, MAX_STEPS
            break
        if norm <= tol:
            if ahead:
                for q in range(t, n, T):
                    x[q] = y[q]
            code = CONVERGED
            break
        if not math.isfinite(value + norm):
            code = NOT_FINITE
            break
        if count < max_steps:
            for q in range(t, n, T):
                v[q] = inertia * v[q] - step * g[q]
                x[q] += v[q]
        if collapsed(room, k, d, h):
            code = SINGULAR
            break
        count += 1
    if t == 0:
        state[VALUE], state[NORM], state[USED], state[CODE] = value, norm, count, code
