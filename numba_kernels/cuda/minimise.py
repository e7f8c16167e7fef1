"""Minimisation of the ReLU loss from many starts at once: one block for each start, all vectors in its memory.

The templates of minimise/descent.py and minimise/lbfgs.py with the inner loops shared by the threads of a block; every
decision is taken by all threads from the same numbers, so that no barrier stands in a branch that only some take.
Thread t holds the entries t, t + T, .. of all vectors, so that vector updates need no barrier.

A launch runs a bounded number of steps and leaves its state in the device's memory; starts that have ended leave the
next launch. So a display's watchdog, Ctrl-C and progress work, and no block waits for the slowest start.

Costs of a step of L-BFGS with n = k d, beside 1 to 2 evaluations (see relu.py): 4 x 8 vectors of n numbers read and 2
written in the two-loop recursion, 35 n doubles or 280 n bytes, and 4 x 8 + 8 products of n, 80 n flop. For d = 20:
112 kB and 32,000 flop, against 59,000 flop of one evaluation. The histories (16 n doubles, 51 kB a start) do not fit
in shared memory beside the room of an evaluation at full occupancy: they live in global memory, so that an H100 (3.35
TB/s) takes at least 33 ns for a step, against 2.7 ns of arithmetic: bound by memory, 3e7 steps a second at most, and
less bound by it while the histories of the running blocks (528 blocks at 128 registers, 27 MB) stay in the 50 MB of
L2. Gradient descent moves 8 n numbers (26 kB) a step: 8 ns.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from numba_kernels.cuda._device import cuda, device, entry, float64, launch, on_device, room_for
from numba_kernels.cuda.block import block_dot
from numba_kernels.cuda.relu import buffer_begin, collapsed, evaluate, load_target, room_size, target_numbers
from numba_kernels.minimise.lbfgs import NOISE, TRIALS
from numba_kernels.minimise.pipeline import SWITCH
from numba_kernels.minimise.protocol import CONVERGED, MAX_STEPS, MEMORY, NOT_FINITE, RUNNING, SINGULAR, STALLED
from numba_kernels.relu.minimise import minimise_newton as polish

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Sizes = tuple[int, int, int, int]

LBFGS_STEPS = 200
DESCENT_STEPS = 2000
"""Steps of a launch."""

VALUE, NORM, USED, CODE, STORED, NEWEST, CURVATURES = 0, 1, 2, 3, 4, 5, 6  # places in the state of a start
STATE = CURVATURES + MEMORY
VECTORS = 3 + 2 * MEMORY  # direction, trial, trial gradient, steps, changes: n numbers each
LARGEST = 1 << 27  # numbers of all starts on the device at a time: 1 GiB


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


@entry
def _descents(
    active: Integers,
    x: Array,
    g: Array,
    work: Array,
    state: Array,
    aim: Array,
    k: int,
    d: int,
    h: int,
    identity: int,
    slope: float,
    step: float,
    inertia: float,
    lookahead: float,
    tol: float,
    max_steps: int,
    limit: int,
    shared: int,
    wide: Array,
) -> None:
    first, t, T = cuda.blockIdx.x, cuda.threadIdx.x, cuda.blockDim.x
    sizes, parameters = (k, d, h, identity), (slope, step, inertia, lookahead, tol, max_steps, limit)
    if shared:
        room = cuda.shared.array(0, float64)
        q = active[first]
        descend(x[q], g[q], work[q], state[q], room, aim, sizes, *parameters, t, T)
    else:
        for m in range(first, active.shape[0], cuda.gridDim.x):
            q = active[m]
            descend(x[q], g[q], work[q], state[q], wide[first], aim, sizes, *parameters, t, T)


@entry
def _lbfgs(
    active: Integers,
    x: Array,
    g: Array,
    work: Array,
    state: Array,
    aim: Array,
    k: int,
    d: int,
    h: int,
    identity: int,
    slope: float,
    tol: float,
    max_steps: int,
    limit: int,
    shared: int,
    wide: Array,
) -> None:
    first, t, T = cuda.blockIdx.x, cuda.threadIdx.x, cuda.blockDim.x
    curvatures, weights = cuda.local.array(MEMORY, float64), cuda.local.array(MEMORY, float64)
    sizes, parameters = (k, d, h, identity), (slope, tol, max_steps, limit)
    if shared:
        room = cuda.shared.array(0, float64)
        q = active[first]
        lbfgs(x[q], g[q], work[q], state[q], curvatures, weights, room, aim, sizes, *parameters, t, T)
    else:
        for m in range(first, active.shape[0], cuda.gridDim.x):
            q = active[m]
            lbfgs(x[q], g[q], work[q], state[q], curvatures, weights, wide[first], aim, sizes, *parameters, t, T)


def minimise_newton(
    points: Array,
    target: Array,
    identity: int,
    slope: float,
    tol: float,
    max_steps: int,
    losses: Array,
    norms: Array,
    steps: Integers,
    status: npt.NDArray[np.int8],
) -> None:
    """Move every W of `points` (count, k, d) to a critical point by L-BFGS, in place.

    What rounding stops below the gradient norm 1e-4 is finished by Newton-CG on the processor, as in the pipeline.
    """
    parameters = (tol, max_steps, LBFGS_STEPS)
    _run(_lbfgs, VECTORS, points, target, identity, slope, parameters, losses, norms, steps, status)
    for q in np.flatnonzero((status == STALLED) & (norms < SWITCH)):
        used, one = int(steps[q]), slice(q, q + 1)
        rest = max(0, max_steps - used)
        polish(points[one], target, identity, slope, tol, rest, losses[one], norms[one], steps[one], status[one])
        steps[q] += used


def minimise_descent(
    points: Array,
    target: Array,
    identity: int,
    slope: float,
    step: float,
    inertia: float,
    lookahead: float,
    tol: float,
    max_steps: int,
    losses: Array,
    norms: Array,
    steps: Integers,
    status: npt.NDArray[np.int8],
) -> None:
    """Move every W of `points` (count, k, d) by a fixed-step first-order method, in place."""
    parameters = (step, inertia, lookahead, tol, max_steps, DESCENT_STEPS)
    _run(_descents, 2, points, target, identity, slope, parameters, losses, norms, steps, status)


def _run(
    kernel: Any,
    vectors: int,
    points: Array,
    target: Array,
    identity: int,
    slope: float,
    parameters: tuple[float, ...],
    losses: Array,
    norms: Array,
    steps: Integers,
    status: npt.NDArray[np.int8],
) -> None:
    """Launch the kernel until every start has ended, as many starts at a time as `LARGEST` admits."""
    count, k, d = points.shape
    n, h = k * d, d if identity else target.shape[0]
    aim = on_device(target_numbers(target, identity, d))
    chunk = max(1, LARGEST // ((vectors + 2) * n + STATE))
    for begin in range(0, count, chunk):
        part = slice(begin, min(count, begin + chunk))
        size = part.stop - part.start
        x, g = on_device(points[part].reshape(size, n)), on_device(np.zeros((size, n)))
        work, state = on_device(np.zeros((size, vectors * n))), on_device(np.zeros((size, STATE)))
        blocks, doubles, wide = room_for(room_size(k, d, h, identity), size)
        active = np.arange(size)
        while active.size:
            sizes = (k, d, h, identity, slope)
            room = (int(doubles > 0), wide)
            launch(
                kernel,
                min(blocks, active.size),
                doubles,
                on_device(active),
                x,
                g,
                work,
                state,
                aim,
                *sizes,
                *parameters,
                *room,
            )
            table = state.copy_to_host()
            active = np.flatnonzero(table[:, CODE] == RUNNING)
        points[part] = x.copy_to_host().reshape(size, k, d)
        losses[part], norms[part] = table[:, VALUE], table[:, NORM]
        steps[part], status[part] = table[:, USED].astype(np.int64), table[:, CODE].astype(np.int8)
