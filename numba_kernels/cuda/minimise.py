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

from typing import Any

import numpy as np
import numpy.typing as npt

from numba_kernels.cuda._device import cuda, entry, float64, launch, on_device, room_for
from numba_kernels.cuda.descent import descend
from numba_kernels.cuda.lbfgs import lbfgs
from numba_kernels.cuda.relu import room_size, target_numbers
from numba_kernels.cuda.state import CODE, NORM, STATE, USED, VALUE, VECTORS
from numba_kernels.minimise.pipeline import SWITCH
from numba_kernels.minimise.protocol import MEMORY, RUNNING, STALLED
from numba_kernels.relu.minimise import minimise_newton as polish
from numba_kernels.relu.store import new_store

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

LBFGS_STEPS = 200
DESCENT_STEPS = 2000
"""Steps of a launch."""

LARGEST = 1 << 27
"""Numbers of all starts on the device at a time: 1 GiB."""


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

    On the processor L-BFGS alone took 200 of 200 random starts at k = d = 6 and 40 of 40 at 20 to 1e-12, with 1.4 times
    the evaluations of the pipeline with Newton-CG, which needs a Hessian product.
    What rounding stops below the gradient norm 1e-4 is finished by Newton-CG on the processor, as in the pipeline.
    """
    parameters = (tol, max_steps, LBFGS_STEPS)
    _run(_lbfgs, VECTORS, points, target, identity, slope, parameters, losses, norms, steps, status)
    for q in np.flatnonzero((status == STALLED) & (norms < SWITCH)):
        used, one = int(steps[q]), slice(q, q + 1)
        rest = max(0, max_steps - used)
        store = new_store(points.shape[1], points.shape[2], target, identity, slope, 1)
        polish(points[one], target, store, tol, rest, losses[one], norms[one], steps[one], status[one])
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
