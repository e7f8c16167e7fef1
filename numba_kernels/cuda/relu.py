"""Loss and gradient of the two-layer ReLU network: one block for each weight matrix, formulas of relu/loss.py.

The room of a block (doubles, in shared memory where it fits): W with rows of odd length d|1, so that threads that read
different rows use different banks; S (k, k|1) with asin c_ij above the diagonal and sin t_ij - 1 below it; both for
the pairs with targets in two matrices (k, h|1); norms, their inverses, row sums (k each), sum w - sum v (d), T numbers
for reductions, and V (h, d|1) unless it is the unit matrix.

Costs for k = h = d, V = I: products 3 k^2 d flop (k(k-1)/2 cosines of 2 d, k^2 gradient entries of 2 k; with a target
matrix 2 k h d twice more), k(k-1)/2 + k h angles of about 60 flop (degree 18 polynomial, square root, division) and a
traffic of 16 k d bytes. d = 20, T = 128: 24,000 + 590 x 60 = 59,000 flop, 6.4 kB of traffic, 9 flop per byte; room
1888 doubles = 15 kB. An H100 (SXM: 132 multiprocessors, 34 Tflop/s in float64 outside the tensor cores, 3.35 TB/s,
228 kB of shared memory and 65,536 registers each): arithmetic 1.7 ns and traffic 1.9 ns for each matrix, so at most
about 5e8 matrices a second. Registers, not shared memory, limit the blocks of a multiprocessor: 128 a thread (the
compiler would take 160 for sm_90; the bound spills 100 bytes) give 4 blocks, 512 of 2048 threads, a quarter; shared
memory would admit 15 blocks. Serial parts (norms, row sums: k of T threads busy) and the 6 + log2 T barriers, not the
bounds above, are what keeps a block waiting. Beyond 48 kB (d about 40) the room lies in global memory: right, not fast.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from numba_kernels import angles
from numba_kernels.cuda._device import (
    THREADS,
    cuda,
    device,
    entry,
    float64,
    fma,
    launch,
    on_device,
    port,
    room_for,
    sync,
)
from numba_kernels.cuda.block import block_sum
from numba_kernels.relu.layout import CENTRE, HALF, HALF_PI, QUARTER

Array = npt.NDArray[np.float64]

small_arcsine = port(angles.small_arcsine, fused=fma)
arcsine = port(angles.arcsine, small_arcsine=small_arcsine)


@device
def norms_begin(k: int, d: int, h: int) -> int:
    """Where the norms stand in the room; inverses, row sums, sum w - sum v and the reductions' numbers follow."""
    return k * (d | 1) + k * (k | 1) + 2 * k * (h | 1)


@device
def buffer_begin(k: int, d: int, h: int) -> int:
    """Where the numbers of the reductions stand."""
    return norms_begin(k, d, h) + 3 * k + d


@device
def load_target(room: Array, aim: Array, k: int, d: int, h: int, identity: int, t: int, T: int) -> None:
    """V into the room; nothing for the unit matrix. The barriers of `evaluate` come before its reading."""
    if not identity:
        begin = buffer_begin(k, d, h) + T
        for j in range(t, h, T):
            for a in range(d):
                room[begin + j * (d | 1) + a] = aim[1 + 2 * h + d + j * d + a]


@device
def evaluate(
    x: Array, g: Array, room: Array, aim: Array, k: int, d: int, h: int, identity: int, slope: float, t: int, T: int
) -> float:
    """Loss at the matrix with flat entries x (k d), its gradient into g (k d); NaN where a row is zero.

    aim: the constant of the target, its norms (h), their inverses (h), the sum of its rows (d), its entries. Thread t
    reads entries t, t + T, .. of x and writes those of g: a caller that keeps to its own entries needs no barrier.
    """
    ld, lk, lh = d | 1, k | 1, h | 1
    square_at = k * ld
    arc_at = square_at + k * lk
    less_at = arc_at + k * lh
    norm_at = less_at + k * lh
    inverse_at, sum_at, difference_at = norm_at + k, norm_at + 2 * k, norm_at + 3 * k
    buffer_at = difference_at + d
    target_at = buffer_at + T
    sync()  # the room may still be read by a thread that lags behind
    i, a, turn, rest = t // d, t % d, T // d, T % d
    for q in range(t, k * d, T):
        room[i * ld + a] = x[q]
        i, a = i + turn, a + rest
        if a >= d:
            i, a = i + 1, a - d
    sync()

    for i in range(t, k, T):
        square = 0.0
        for a in range(d):
            square += room[i * ld + a] * room[i * ld + a]
        norm = math.sqrt(square)
        norm = norm if norm > 0.0 else math.nan
        room[norm_at + i] = norm
        room[inverse_at + i] = 1.0 / norm
        room[square_at + i * lk + i] = HALF_PI
    for a in range(t, d, T):
        total = -aim[1 + 2 * h + a]
        for i in range(k):
            total += room[i * ld + a]
        room[difference_at + a] = total
    sync()

    value = 0.0
    # the pairs {i, i + s mod k}, s = 1, 2, ..: each once, and neighbouring threads have neighbouring i
    i, shift, turn, rest = t % k, t // k + 1, T // k, T % k
    for _ in range(t, k * (k - 1) // 2, T):
        j = i + shift
        j = j - k if j >= k else j
        low, high = (i, j) if i < j else (j, i)
        c = 0.0
        for a in range(d):
            c += room[low * ld + a] * room[high * ld + a]
        c *= room[inverse_at + low] * room[inverse_at + high]
        c = 1.0 if c > 1.0 else c
        c = -1.0 if c < -1.0 else c
        s = math.sqrt((1.0 - c) * (1.0 + c))
        arc = arcsine(c, s)
        less = -(c * c) / (1.0 + s)
        room[square_at + low * lk + high] = arc
        room[square_at + high * lk + low] = less
        value += 2.0 * (room[norm_at + low] * room[norm_at + high]) * fma(c, arc, less)
        i, shift = i + rest, shift + turn
        if i >= k:
            i, shift = i - k, shift + 1
    for i in range(t, k, T):
        value += CENTRE * (room[norm_at + i] * room[norm_at + i])
    i, j, turn, rest = t // h, t % h, T // h, T % h
    for _ in range(t, k * h, T):
        if identity:
            c = room[i * ld + j] * room[inverse_at + i]
        else:
            c = 0.0
            for a in range(d):
                c += room[i * ld + a] * room[target_at + j * ld + a]
            c *= room[inverse_at + i] * aim[1 + h + j]
        c = 1.0 if c > 1.0 else c
        c = -1.0 if c < -1.0 else c
        s = math.sqrt((1.0 - c) * (1.0 + c))
        arc = arcsine(c, s)
        less = -(c * c) / (1.0 + s)
        room[arc_at + i * lh + j] = arc
        room[less_at + i * lh + j] = less
        value -= 2.0 * (room[norm_at + i] * aim[1 + j]) * fma(c, arc, less)
        i, j = i + turn, j + rest
        if j >= h:
            i, j = i + 1, j - h
    pairs = block_sum(value, room, buffer_at, t, T) + aim[0]

    excess = 0.0
    for i in range(k):
        excess += room[norm_at + i]
    for j in range(h):
        excess -= aim[1 + j]
    for i in range(t, k, T):
        total = excess - room[norm_at + i]
        for j in range(i):
            total += room[norm_at + j] * room[square_at + i * lk + j]
        for j in range(i + 1, k):
            total += room[norm_at + j] * room[square_at + j * lk + i]
        for j in range(h):
            total -= aim[1 + j] * room[less_at + i * lh + j]
        room[sum_at + i] = total * room[inverse_at + i]
    square = 0.0
    for a in range(d):
        square += room[difference_at + a] * room[difference_at + a]
    sync()

    scale = (1.0 - slope) * (1.0 - slope)
    mean, factor = 0.25 * scale + slope, scale * HALF
    i, a, turn, rest = t // d, t % d, T // d, T % d
    for q in range(t, k * d, T):
        total = room[sum_at + i] * room[i * ld + a]
        for j in range(i):
            total += room[square_at + j * lk + i] * room[j * ld + a]
        for j in range(i, k):
            total += room[square_at + i * lk + j] * room[j * ld + a]
        if identity:
            total -= room[arc_at + i * lh + a]
        else:
            for j in range(h):
                total -= room[arc_at + i * lh + j] * room[target_at + j * ld + a]
        g[q] = factor * total + mean * room[difference_at + a]
        i, a = i + turn, a + rest
        if a >= d:
            i, a = i + 1, a - d
    return scale * (0.125 * square + QUARTER * excess * excess + QUARTER * pairs) + 0.5 * slope * square


@device
def collapsed(room: Array, k: int, d: int, h: int) -> bool:
    """Whether some row of the last evaluated matrix is shorter than 1e-9 of the longest: a neuron at its kink."""
    begin = norms_begin(k, d, h)
    least = longest = room[begin]
    for i in range(1, k):
        norm = room[begin + i]
        least = norm if norm < least else least
        longest = norm if norm > longest else longest
    return not least > 1e-9 * longest


@device
def _share(
    points: Array,
    aim: Array,
    sizes: tuple[int, int, int, int],
    slope: float,
    losses: Array,
    gradients: Array,
    room: Array,
    first: int,
    step: int,
    t: int,
    T: int,
) -> None:
    """One block's share of a batch: the matrices first, first + step, .."""
    k, d, h, identity = sizes
    load_target(room, aim, k, d, h, identity, t, T)
    for q in range(first, points.shape[0], step):
        loss = evaluate(points[q], gradients[q], room, aim, k, d, h, identity, slope, t, T)
        if t == 0:
            losses[q] = loss


@entry
def _losses_gradients(
    points: Array,
    aim: Array,
    k: int,
    d: int,
    h: int,
    identity: int,
    slope: float,
    losses: Array,
    gradients: Array,
    shared: int,
    wide: Array,
) -> None:
    first, step, t, T = cuda.blockIdx.x, cuda.gridDim.x, cuda.threadIdx.x, cuda.blockDim.x
    sizes = (k, d, h, identity)
    if shared:  # two calls, so that the compiler knows which memory is meant
        room = cuda.shared.array(0, float64)
        _share(points, aim, sizes, slope, losses, gradients, room, first, step, t, T)
    else:
        _share(points, aim, sizes, slope, losses, gradients, wide[first], first, step, t, T)


def room_size(k: int, d: int, h: int, identity: int) -> int:
    """Doubles of a block's room."""
    return k * (d | 1) + k * (k | 1) + 2 * k * (h | 1) + 3 * k + d + THREADS + (0 if identity else h * (d | 1))


def target_numbers(target: Array, identity: int, d: int) -> Array:
    """What `evaluate` reads of V (h, d): constant, norms, inverse norms, sum of the rows, entries (unless V = I)."""
    if identity:
        return np.concatenate([[CENTRE * d], np.ones(3 * d)])
    norms = np.sqrt(np.einsum("ja,ja->j", target, target))
    with np.errstate(divide="ignore", invalid="ignore"):
        unit = target / norms[:, None]
        c = np.clip(unit @ unit.T, -1.0, 1.0)
        np.fill_diagonal(c, 0.0)
        s = np.sqrt((1.0 - c) * (1.0 + c))
        p = c * np.arctan2(c, s) - c * c / (1.0 + s)
        np.fill_diagonal(p, CENTRE)
        return np.concatenate([[norms @ p @ norms], norms, 1.0 / norms, target.sum(axis=0), target.ravel()])


def losses_gradients_at(
    matrices: Array, target: Array, identity: int, slope: float, losses: Array, gradients: Array
) -> None:
    """Losses (count) and gradients (count, k, d) at a batch (count, k, d); as relu/loss.py, to rounding."""
    count, k, d = matrices.shape
    if count == 0:
        return
    h = d if identity else target.shape[0]
    blocks, doubles, wide = room_for(room_size(k, d, h, identity), count)
    points = on_device(matrices.reshape(count, k * d))
    values, slopes = cuda.device_array(count, np.float64), cuda.device_array((count, k * d), np.float64)
    aim = on_device(target_numbers(target, identity, d))
    sizes = (k, d, h, identity, slope)
    launch(_losses_gradients, blocks, doubles, points, aim, *sizes, values, slopes, int(doubles > 0), wide)
    losses[:] = values.copy_to_host()
    gradients[:] = slopes.copy_to_host().reshape(count, k, d)
