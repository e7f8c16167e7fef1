"""Activation patterns of drawn weights: one block for each region, formulas of regions/sample.py.

Pivoted QR of the Khatri-Rao matrix with one thread for each column: thread t holds the columns t, t + T, .. with the
labels as the last one, reads column k of the reflection and writes its own. Inner sums run over the points in their
order, as on the processor; sums over points that several threads share run as a tree.

The room of a block (doubles): the matrix with the labels (N, D + 1), D = d0 d1, slopes (d1, N), column norms, order and
solution (D each), residual, heads and scales of the reflections (N each), signs and lengths (d1 each), 2 T for
reductions. N = D = 64, d1 = 8: 5328 doubles = 43 kB; more than 48 kB go to global memory.

Costs: 4 sum_k (N - k)(D - k) = 4 N D min(N, D)/2 - .. flop for the factorisation, at most 4 N^3/3 for N = D: 0.35
Mflop at N = 64, so that an H100 (34 Tflop/s) takes at least 10 ns for a region; every entry of the matrix moves from
and to shared memory twice for each reflection, 32 bytes for 4 flop: 2.8 MB a region at 128 bytes a clock and
multiprocessor (33 TB/s in all) are 85 ns. Bound by shared memory; 4 blocks of 128 threads fit beside one another by
registers and by shared memory (228 kB). 5 + log2 T barriers for each reflection come on top.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from numba_kernels.cuda._device import THREADS, cuda, device, entry, float64, launch, on_device, room_for, sync
from numba_kernels.cuda.block import block_min, block_sum
from numba_kernels.cuda.least_squares import factor, offsets, residual, solution
from numba_kernels.regions.sample import MINIMUM, NONE, UNDECIDED, ZERO

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Sizes = tuple[int, int, int]

NUMBERS = 11
"""Results of a region: wrong, |e|^2, rank, support, dead points, dead rows, verdict, four doubts."""


@device
def set_matrix(W: Array, X: Array, y: Array, slope: float, sizes: Sizes, room: Array, t: int, T: int) -> None:
    """Slopes of the pattern, then the transposed Khatri-Rao product with the labels as last column."""
    N, d0, d1 = sizes
    D = d0 * d1
    slopes_at = offsets(sizes)[0]
    for q in range(t, d1 * N, T):
        i, n = q // N, q % N
        total = 0.0
        for a in range(d0):
            total += W[i * d0 + a] * X[n * d0 + a]
        room[slopes_at + q] = 1.0 if total > 0.0 else slope
    sync()
    for q in range(t, N * (D + 1), T):
        n, j = q // (D + 1), q % (D + 1)
        room[q] = y[n] if j == D else room[slopes_at + j // d0 * N + n] * X[n * d0 + j % d0]
    sync()


@device
def in_cones(X: Array, lengths: Array, slope: float, sizes: Sizes, room: Array, t: int, T: int) -> float:
    """Least signed margin of the blocks: positive iff every one lies in its cone or the opposite."""
    N, d0, d1 = sizes
    slopes_at, _, _, beta_at, _, _, _, signs_at, lengths_at, sums_at = offsets(sizes)
    least = math.inf
    for i in range(t, d1, T):
        dead, square, first = slope == 0.0, 0.0, 0.0
        for n in range(N):
            if room[slopes_at + i * N + n] == 1.0:
                dead = False
        for a in range(d0):
            square += room[beta_at + i * d0 + a] * room[beta_at + i * d0 + a]
            first += room[beta_at + i * d0 + a] * X[a]
        first = first if room[slopes_at + i * N] == 1.0 else -first
        length = math.sqrt(square)
        room[lengths_at + i] = length
        if dead:
            room[signs_at + i] = 0.0
        elif length > 0.0:
            room[signs_at + i] = 1.0 if first > 0.0 else -1.0
        else:
            room[signs_at + i] = 0.0
            least = 0.0
    sync()
    for q in range(t, d1 * N, T):
        i, n = q // N, q % N
        sign = room[signs_at + i]
        if sign != 0.0:
            total = 0.0
            for a in range(d0):
                total += room[beta_at + i * d0 + a] * X[n * d0 + a]
            total = total if room[slopes_at + q] == 1.0 else -total
            margin = sign * total / (room[lengths_at + i] * lengths[n])
            least = margin if margin < least else least
    return block_min(least, room, sums_at, t, T)


@device
def _classify(
    W: Array, X: Array, y: Array, lengths: Array, slope: float, sizes: Sizes, room: Array, out: Array, t: int, T: int
) -> None:
    """One region; out (NUMBERS)."""
    N, d0, d1 = sizes
    slopes_at, _, _, _, error_at, _, _, _, _, sums_at = offsets(sizes)
    set_matrix(W, X, y, slope, sizes, room, t, T)
    rank, kept, dropped = factor(sizes, room, t, T)
    residual(rank, sizes, room, t, T)
    square, support, wrong, tie = 0.0, 0.0, 0.0, math.inf
    dead_points = 0.0
    for n in range(t, N, T):
        e = room[error_at + n]
        square += e * e
        if abs(e) > ZERO:
            support += 1.0
        if (y[n] - e > 0.5) != (y[n] == 1.0):
            wrong += 1.0
        gap = abs(y[n] - e - 0.5)
        tie = gap if gap < tie else tie
        if slope == 0.0:
            alive = 0.0
            for i in range(d1):
                alive += room[slopes_at + i * N + n]
            if alive == 0.0:
                dead_points += 1.0
    dead_rows = 0.0
    if slope == 0.0:
        for i in range(t, d1, T):
            alive = 0.0
            for n in range(N):
                alive += room[slopes_at + i * N + n]
            if alive == 0.0:
                dead_rows += 1.0
    square = block_sum(square, room, sums_at, t, T)
    support = block_sum(support, room, sums_at, t, T)
    wrong = block_sum(wrong, room, sums_at, t, T)
    dead_points = block_sum(dead_points, room, sums_at, t, T)
    dead_rows = block_sum(dead_rows, room, sums_at, t, T)
    tie = block_min(tie, room, sums_at, t, T)
    verdict, margin = UNDECIDED, math.inf
    if rank == d0 * (d1 - int(dead_rows)):
        solution(rank, sizes, room, t, T)
        margin = in_cones(X, lengths, slope, sizes, room, t, T)
        verdict = MINIMUM if margin > ZERO else NONE
    if t == 0:
        out[0], out[1], out[2], out[3], out[4], out[5] = wrong, square, rank, support, dead_points, dead_rows
        out[6], out[7], out[8], out[9], out[10] = verdict, kept, dropped, tie, abs(margin)


@entry
def _sample(
    weights: Array,
    X: Array,
    y: Array,
    lengths: Array,
    slope: float,
    N: int,
    d0: int,
    d1: int,
    out: Array,
    shared: int,
    wide: Array,
) -> None:
    first, t, T = cuda.blockIdx.x, cuda.threadIdx.x, cuda.blockDim.x
    if shared:
        room = cuda.shared.array(0, float64)
        _classify(weights[first], X, y, lengths, slope, (N, d0, d1), room, out[first], t, T)
    else:
        for q in range(first, weights.shape[0], cuda.gridDim.x):
            _classify(weights[q], X, y, lengths, slope, (N, d0, d1), wide[first], out[q], t, T)


def sample(
    weights: Array,
    X: Array,
    y: Array,
    slope: float,
    wrong: Integers,
    squares: Array,
    ranks: Integers,
    support: Integers,
    dead_points: Integers,
    dead_rows: Integers,
    verdicts: npt.NDArray[np.int8],
    doubts: Array,
) -> None:
    """Classify the regions of weights (count, d1, d0); outputs as in regions/sample.py, numbers to rounding."""
    count, d1, d0 = weights.shape
    if count == 0:
        return
    N, D = X.shape[0], d0 * d1
    size = N * (D + 1) + d1 * N + 3 * D + 3 * N + 2 * d1 + 2 * THREADS
    blocks, doubles, wide = room_for(size, count)
    flat, points, labels = on_device(weights.reshape(count, D)), on_device(X.reshape(N * d0)), on_device(y)
    lengths = on_device(np.sqrt(np.einsum("na,na->n", X, X)))
    found = cuda.device_array((count, NUMBERS), np.float64)
    sizes = (float(slope), N, d0, d1)
    launch(_sample, blocks, doubles, flat, points, labels, lengths, *sizes, found, int(doubles > 0), wide)
    table = found.copy_to_host()
    squares[:], doubts[:] = table[:, 1], table[:, 7:]
    for place, out in ((0, wrong), (2, ranks), (3, support), (4, dead_points), (5, dead_rows)):
        out[:] = table[:, place].astype(np.int64)
    verdicts[:] = table[:, 6].astype(np.int8)
