"""Online stochastic gradient descent of particles, as particles/batch.py: two launches for each step.

First one block for each fresh point: its Philox words, the target f and the residual f - f_n, sums over units as a
tree. Then one block for each unit: its sums over the points, thread t taking points t, t + T, .. and afterwards the
entries t, t + T, .. of the moments, each in the order of the points; then the unit moves. No block writes what another
one reads. Where numbers cease to be finite, the step is kept by an integer minimum and later launches do nothing.

Costs of a step with n units, P points, d inputs: inner products twice, moments once, 6 n P d flop, n P exponentials
twice for radial units, P d^3/3 flop of the cubic target; 8 n (d + 1) bytes of weights for each point and 8 P (d + 1)
of points for each unit, from L2. n = 1000, P = 128, d = 20: 15 Mflop = 0.5 us and 43 MB = 8 us at some 5 TB/s of an
H100's L2: below the 10 to 20 us that Numba takes for two launches, so larger batches are free up to about 300 points.
Room of a block: d + 1 + 2 T doubles.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from numba_kernels import philox
from numba_kernels.cuda._device import THREADS, cuda, device, entry, float64, launch, on_device, port, sync
from numba_kernels.cuda.block import block_sum

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

RELU, RBF, SPHERE = 0, 1, 2
"""Biased ReLU; radial; radial with centres that stay on |z|^2 = d: as in particles/batch.py."""

PATIENCE = 256
"""Steps between two looks at the result."""

high_word = port(philox.high_word)
words = port(philox.block, high_word=high_word)
uniform = port(philox.uniform)
normal_pair = port(philox.normal_pair, uniform=uniform)


@device
def unit_value(kind: int, scale: float, inside: float) -> tuple[float, float]:
    """phi and its derivative in the inner product."""
    if kind == RELU:
        return (inside, 1.0) if inside > 0.0 else (0.0, 0.0)
    value = scale * math.exp(inside)
    return value, value


@device
def inner_product(Z: Array, i: int, m: int, kind: int, alpha: float, x: Array, at: int, d: int) -> float:
    """w.x + b, or alpha z.x - (alpha/2)(d + |z|^2), at the point x[at:at + d]."""
    total, square = 0.0, 0.0
    for a in range(d):
        z = Z[i * m + a]
        total += z * x[at + a]
        square += z * z
    return total + Z[i * m + d] if kind == RELU else alpha * (total - 0.5 * (d + square))


@entry
def _residuals(
    c: Array,
    Z: Array,
    n: int,
    d: int,
    kind: int,
    alpha: float,
    scale: float,
    packed: Array,
    seed: np.uint64,
    number: int,
    stream: np.uint64,
    stop: Integers,
    points: Array,
    residuals: Array,
) -> None:
    """Point j of step `number` into points[j] (d + 1, the last one 1), f - f_n into residuals[j]."""
    j, t, T = cuda.blockIdx.x, cuda.threadIdx.x, cuda.blockDim.x
    if stop[0] < number:
        return
    room = cuda.shared.array(0, float64)
    m = d + 1 if kind == RELU else d
    blocks = (d + 3) // 4
    for q in range(t, blocks, T):
        w0, w1, w2, w3 = words(seed, np.uint64(number), stream, np.uint64(j * blocks + q))
        x0, x1 = normal_pair(np.uint64(w0), np.uint64(w1))
        x2, x3 = normal_pair(np.uint64(w2), np.uint64(w3))
        a = 4 * q
        room[a] = x0
        if a + 1 < d:
            room[a + 1] = x1
        if a + 2 < d:
            room[a + 2] = x2
        if a + 3 < d:
            room[a + 3] = x3
    sync()
    square = 0.0
    for a in range(d):
        square += room[a] * room[a]
    factor = math.sqrt(d / square)
    sync()  # all have read the normal numbers
    for a in range(t, d, T):
        room[a] *= factor
        points[j, a] = room[a]
    if t == 0:
        points[j, d] = 1.0
    sync()
    value = 0.0
    for p in range(t, d, T):
        place, middle = p * (p + 1) * (p + 2) // 6, 0.0
        for q in range(p + 1):
            inner = 0.0
            for r in range(q + 1):
                inner += packed[place] * room[r]
                place += 1
            middle += inner * room[q]
        value += middle * room[p]
    target = block_sum(value, room, d + 1, t, T)
    value = 0.0
    for i in range(t, n, T):
        phi, _ = unit_value(kind, scale, inner_product(Z, i, m, kind, alpha, room, 0, d))
        value += c[i] * phi
    value = block_sum(value, room, d + 1, t, T)
    if t == 0:
        residuals[j] = target - value / n


@entry
def _moves(
    c: Array,
    Z: Array,
    n: int,
    d: int,
    kind: int,
    alpha: float,
    scale: float,
    step: float,
    number: int,
    stop: Integers,
    points: Array,
    residuals: Array,
) -> None:
    """c, Z += step times the mean of (f - f_n)(phi, c grad phi) over the points, for the unit of the block."""
    i, t, T = cuda.blockIdx.x, cuda.threadIdx.x, cuda.blockDim.x
    if stop[0] < number:
        return
    room = cuda.shared.array(0, float64)
    m = d + 1 if kind == RELU else d
    P = residuals.shape[0]
    share_at, buffer_at = d + 1, d + 1 + T  # moments before them
    for a in range(t, d + 1, T):
        room[a] = 0.0
    value = 0.0
    for begin in range(0, P, T):
        sync()  # the shares may still be read
        j = begin + t
        room[share_at + t] = 0.0
        if j < P:
            phi, slope = unit_value(kind, scale, inner_product(Z, i, m, kind, alpha, points[j], 0, d))
            value += residuals[j] * phi
            room[share_at + t] = residuals[j] * slope
        sync()
        last = T if begin + T <= P else P - begin
        for a in range(t, d + 1, T):
            total = room[a]
            for q in range(last):
                total += room[share_at + q] * points[begin + q, a]
            room[a] = total
    by_c = block_sum(value, room, buffer_at, t, T)
    factor = step / P
    weight = factor * c[i]
    inward = 0.0
    if kind == RBF:
        inward = room[d]
    if kind == SPHERE:  # the tangential part alone
        for a in range(d):
            inward += Z[i * m + a] * room[a] / m
    sync()  # all have read c and z
    for a in range(t, m, T):
        if kind == RELU:
            Z[i * m + a] += weight * room[a]
        else:
            Z[i * m + a] += weight * alpha * (room[a] - Z[i * m + a] * inward)
    if kind == SPHERE:
        sync()
        square = 0.0
        for a in range(m):
            square += Z[i * m + a] * Z[i * m + a]
        shrink = math.sqrt(m / square)
        sync()
        for a in range(t, m, T):
            Z[i * m + a] *= shrink
    if t == 0:
        new = c[i] + factor * by_c
        c[i] = new
        if not math.isfinite(new):
            cuda.atomic.min(stop, 0, number)


def sgd(
    c: Array,
    Z: Array,
    kind: int,
    alpha: float,
    scale: float,
    packed: Array,
    step: float,
    batch: int,
    first: int,
    steps: int,
    seed: int,
    stream: int,
) -> int:
    """Online stochastic gradient descent in place: steps first .. first + steps - 1, each on `batch` fresh points.

    c (n); Z (n, d + 1) rows (w, b), or (n, d) centres; packed: f = sum_{p >= q >= r} packed[..] x_p x_q x_r. Returns
    the steps done: fewer where numbers ceased to be finite. The words of the points are the processor's.
    """
    n, d = Z.shape[0], Z.shape[1] - (1 if kind == RELU else 0)
    never = np.iinfo(np.int64).max
    weights, flat, coefficients = on_device(c), on_device(Z.reshape(-1)), on_device(packed)
    points, residuals = cuda.device_array((batch, d + 1), np.float64), cuda.device_array(batch, np.float64)
    stop = on_device(np.full(1, never))
    unit = (n, d, kind, float(alpha), float(scale))
    done = steps
    for k in range(first, first + steps):
        words_of = (np.uint64(seed), k, np.uint64(stream))
        launch(
            _residuals, batch, d + 1 + THREADS, weights, flat, *unit, coefficients, *words_of, stop, points, residuals
        )
        launch(_moves, n, d + 1 + 2 * THREADS, weights, flat, *unit, float(step), k, stop, points, residuals)
        if (k - first) % PATIENCE == PATIENCE - 1 and stop.copy_to_host()[0] != never:
            break
    ended = int(stop.copy_to_host()[0])
    if ended != never:
        done = ended - first
    c[:] = weights.copy_to_host()
    Z[:] = flat.copy_to_host().reshape(Z.shape)
    return done
