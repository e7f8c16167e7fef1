"""L-BFGS for one start: minimise/lbfgs.py with the threads of a block, each with its own copy of the scalars."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from numba_kernels.cuda._device import device
from numba_kernels.cuda.block import block_dot
from numba_kernels.cuda.relu import buffer_begin, collapsed, evaluate, load_target
from numba_kernels.cuda.state import CODE, CURVATURES, NEWEST, NORM, STORED, USED, VALUE
from numba_kernels.minimise.lbfgs import NOISE, TRIALS
from numba_kernels.minimise.protocol import CONVERGED, MAX_STEPS, MEMORY, NOT_FINITE, RUNNING, SINGULAR, STALLED

Array = npt.NDArray[np.float64]
Sizes = tuple[int, int, int, int]


@device
def lbfgs(
    x: Array,
    g: Array,
    work: Array,
    state: Array,
    curvatures: Array,
    weights: Array,
    room: Array,
    aim: Array,
    sizes: Sizes,
    slope_below: float,
    tol: float,
    max_steps: int,
    limit: int,
    t: int,
    T: int,
) -> None:
    """At most `limit` steps of L-BFGS from the state on; curvatures, weights (8): each thread's own."""
    k, d, h, identity = sizes
    n, at = k * d, buffer_begin(k, d, h)
    p, trial, trial_g = work[:n], work[n : 2 * n], work[2 * n : 3 * n]
    steps, changes = work[3 * n : (3 + MEMORY) * n], work[(3 + MEMORY) * n : (3 + 2 * MEMORY) * n]
    value, norm, used, code = state[VALUE], state[NORM], int(state[USED]), RUNNING
    stored, newest = int(state[STORED]), int(state[NEWEST])
    for m in range(MEMORY):
        curvatures[m] = state[CURVATURES + m]
    load_target(room, aim, k, d, h, identity, t, T)
    if used == 0:
        value = evaluate(x, g, room, aim, k, d, h, identity, slope_below, t, T)
        norm = math.sqrt(block_dot(g, g, room, at, t, T))
        used, newest = 1, -1
        if not math.isfinite(value + norm):
            code = NOT_FINITE
    for _ in range(limit):
        if code != RUNNING:
            break
        if norm <= tol:
            code = CONVERGED
            break
        if used >= max_steps:
            code = MAX_STEPS
            break
        for q in range(t, n, T):
            p[q] = -g[q]
        for m in range(stored):
            row = (newest - m + MEMORY) % MEMORY
            old_step, change = steps[row * n : (row + 1) * n], changes[row * n : (row + 1) * n]
            weight = curvatures[row] * block_dot(old_step, p, room, at, t, T)
            weights[row] = weight
            for q in range(t, n, T):
                p[q] -= weight * change[q]
        if stored > 0:
            change = changes[newest * n : (newest + 1) * n]
            size = 1.0 / (curvatures[newest] * block_dot(change, change, room, at, t, T))
            for q in range(t, n, T):
                p[q] *= size
        for m in range(stored - 1, -1, -1):
            row = (newest - m + MEMORY) % MEMORY
            old_step, change = steps[row * n : (row + 1) * n], changes[row * n : (row + 1) * n]
            weight = weights[row] - curvatures[row] * block_dot(change, p, room, at, t, T)
            for q in range(t, n, T):
                p[q] += weight * old_step[q]
        slope = block_dot(g, p, room, at, t, T)
        if not slope < 0.0:
            if stored == 0:
                code = STALLED
                break
            stored = 0
            continue
        low, low_slope, high = 0.0, slope, math.inf
        a = 1.0
        if stored == 0:
            first = 0.1 / math.sqrt(block_dot(p, p, room, at, t, T))
            a = first if first < 1.0 else 1.0
        new_value, accepted = value, False
        noise = NOISE * (1.0 + abs(value))
        for _trial in range(TRIALS):
            for q in range(t, n, T):
                trial[q] = x[q] + a * p[q]
            new_value = evaluate(trial, trial_g, room, aim, k, d, h, identity, slope_below, t, T)
            new_slope = block_dot(trial_g, p, room, at, t, T)
            used += 1
            finite = math.isfinite(new_value + new_slope)
            lower = new_value <= value + 1e-4 * a * slope or (new_value <= value + noise and new_slope <= -0.8 * slope)
            if finite and lower and new_slope >= 0.9 * slope:
                accepted = True
                break
            if not (finite and lower):
                high = a
                share = 0.3
                if finite and new_slope > 0.0:
                    share = low_slope / (low_slope - new_slope)
                    share = 0.1 if share < 0.1 else share
                    share = 0.9 if share > 0.9 else share
                a = low + (high - low) * share
            else:
                rise = (new_slope - low_slope) / (a - low)
                ahead = a - new_slope / rise if rise > 0.0 else 4.0 * a
                low, low_slope = a, new_slope
                if high < math.inf:
                    a = 0.5 * (low + high)
                else:
                    ahead = ahead if ahead > 2.0 * a else 2.0 * a
                    a = ahead if ahead < 10.0 * a else 10.0 * a
            if high < math.inf and high - low <= 1e-16 * high:
                break
        if not accepted:
            if stored == 0:
                code = STALLED
                break
            stored = 0
            continue
        newest = (newest + 1) % MEMORY
        new_step, change = steps[newest * n : (newest + 1) * n], changes[newest * n : (newest + 1) * n]
        for q in range(t, n, T):
            new_step[q] = trial[q] - x[q]
            change[q] = trial_g[q] - g[q]
            x[q] = trial[q]
            g[q] = trial_g[q]
        value = new_value
        norm = math.sqrt(block_dot(g, g, room, at, t, T))
        curvature = block_dot(new_step, change, room, at, t, T)
        if curvature > 0.0:
            curvatures[newest] = 1.0 / curvature
            stored = stored + 1 if stored < MEMORY else MEMORY
        else:
            stored = 0
        if collapsed(room, k, d, h):
            code = SINGULAR
    if t == 0:
        state[VALUE], state[NORM], state[USED], state[CODE] = value, norm, used, code
        state[STORED], state[NEWEST] = stored, newest
        for m in range(MEMORY):
            state[CURVATURES + m] = curvatures[m]
