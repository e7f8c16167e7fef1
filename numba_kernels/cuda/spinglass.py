"""Energy and gradient of a packed Hamiltonian at many points: blocks share the leading tuples, formulas of energy.py.

For a leading tuple with product P of its spins and triangle C, y = (C + C') x gives q = x.y/2, so that the tuple adds
P q to the energy, P y to the gradient and q P/x_a to its entry at each leading place. Block (group, g) takes four
points together and the tuples g, g + G, .., G at most 256; thread t forms the entries t, t + T, .. of y, entry k from
row k and column k of the triangle, which is n + 1 numbers for every thread. No thread writes what another one writes:
partial sums of the G blocks are added afterwards in order, and the bits depend on N, the degrees and T alone.

Costs for p = 3: N^3/6 couplings, each read twice (row and column pass; a triangle of n = 600 has 1.4 MB, so that the
second reading comes from L2), once from memory for the groups that run side by side; 4 fused products and sums for
each of both readings and each group. N = 600: 36 million couplings, 290 MB, 87 us on an H100 (3.35 TB/s) against
17 us of arithmetic (34 Tflop/s) for four points: bound by memory for one or two groups, beyond that by the shared
memory's 4 broadcasts for each coupling read (about 40 us a group). N = 200: 11 MB stay in L2 (50 MB).
Room of a block: points and gradient 8 N doubles (padded), 4 T for sums; N = 600 takes 42.5 kB, larger N go to global
memory.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from numba_kernels.cuda._device import SHARED, THREADS, cuda, device, entry, float64, launch, on_device, sync
from numba_kernels.lanes import ROWS, STRIDE, WIDTH

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

POINTS = 4
"""Points of a block; written out in the kernel, so that their sums stay in registers."""

MOST_PARTS = 256
LARGEST = 1 << 25  # numbers of all partial gradients: 256 MB
HEAD = 3  # numbers before the leading tuple in a row of the table: start of the triangle, its rows, places


@device
def block_before(rows: int) -> int:
    """Stored entries of the first `rows` rows of a triangle, a multiple of 4."""
    blocks = rows // 4
    half = blocks // 2
    return 32 * (half + 1) * (half + (blocks & 1))


@device
def product_without(room: Array, point: int, table: Integers, row: int, length: int, place: int) -> float:
    """Product of the point's spins at the leading places other than `place`."""
    value = 1.0
    for s in range(length):
        if s != place:
            value *= room[4 * table[row, 3 + s] + point]
    return value


@device
def sum_four(
    f0: float, f1: float, f2: float, f3: float, room: Array, begin: int, t: int, T: int
) -> tuple[float, float, float, float]:
    """Sums of four values of all threads, as block_sum."""
    sync()
    room[begin + t], room[begin + T + t] = f0, f1
    room[begin + 2 * T + t], room[begin + 3 * T + t] = f2, f3
    sync()
    width = T // 2
    while width > 0:
        if t < width:
            for s in range(4):
                room[begin + s * T + t] += room[begin + s * T + t + width]
        sync()
        width //= 2
    return room[begin], room[begin + T], room[begin + 2 * T], room[begin + 3 * T]


@device
def _share(
    x: Array, table: Integers, data: Array, padded: int, first: int, step: int, room: Array, out: Array, t: int, T: int
) -> None:
    """Gradient at four points x (padded, 4), summed over the tuples first, first + step, .., and the energies."""
    slope_at, buffer_at = 4 * padded, 8 * padded
    for q in range(t, 4 * padded, T):
        room[q] = x[q]
        room[slope_at + q] = 0.0
    sync()
    e0 = e1 = e2 = e3 = 0.0
    for row in range(first, table.shape[0], step):
        begin, n, length = table[row, 0], table[row, 1], table[row, 2]
        p0 = product_without(room, 0, table, row, length, -1)
        p1 = product_without(room, 1, table, row, length, -1)
        p2 = product_without(room, 2, table, row, length, -1)
        p3 = product_without(room, 3, table, row, length, -1)
        f0 = f1 = f2 = f3 = 0.0
        for k in range(t, n, T):
            y0 = y1 = y2 = y3 = 0.0
            block = k & ~3
            here = begin + block_before(block)
            at = here + (k - block) * 8
            for m in range(0, k + 1, 8):  # row k: stored zeros follow its end
                for q in range(8):
                    c = data[at + q]
                    place = 4 * (m + q)
                    y0 += c * room[place]
                    y1 += c * room[place + 1]
                    y2 += c * room[place + 2]
                    y3 += c * room[place + 3]
                at += 32
            at = here + (k - block) * 8 + (k >> 3) * 32 + (k & 7)
            for j in range(k, n):  # column k
                c = data[at]
                y0 += c * room[4 * j]
                y1 += c * room[4 * j + 1]
                y2 += c * room[4 * j + 2]
                y3 += c * room[4 * j + 3]
                at += 8
                if j & 3 == 3:  # from the last row of a block to the next block: rows of 8 (j // 8 + 1) entries
                    at += 32 * ((j >> 3) + 1) - 32
            room[slope_at + 4 * k] += p0 * y0
            room[slope_at + 4 * k + 1] += p1 * y1
            room[slope_at + 4 * k + 2] += p2 * y2
            room[slope_at + 4 * k + 3] += p3 * y3
            f0 += y0 * room[4 * k]
            f1 += y1 * room[4 * k + 1]
            f2 += y2 * room[4 * k + 2]
            f3 += y3 * room[4 * k + 3]
        f0, f1, f2, f3 = sum_four(0.5 * f0, 0.5 * f1, 0.5 * f2, 0.5 * f3, room, buffer_at, t, T)
        e0 += p0 * f0
        e1 += p1 * f1
        e2 += p2 * f2
        e3 += p3 * f3
        for s in range(length):
            a = table[row, 3 + s]
            if a & (T - 1) == t:  # the thread that has written this entry before
                room[slope_at + 4 * a] += f0 * product_without(room, 0, table, row, length, s)
                room[slope_at + 4 * a + 1] += f1 * product_without(room, 1, table, row, length, s)
                room[slope_at + 4 * a + 2] += f2 * product_without(room, 2, table, row, length, s)
                room[slope_at + 4 * a + 3] += f3 * product_without(room, 3, table, row, length, s)
    sync()
    for q in range(t, 4 * padded, T):
        out[q] = room[slope_at + q]
    if t == 0:
        out[4 * padded], out[4 * padded + 1] = e0, e1
        out[4 * padded + 2], out[4 * padded + 3] = e2, e3


@entry
def _partial_sums(x: Array, table: Integers, data: Array, padded: int, shared: int, wide: Array, out: Array) -> None:
    group, g, t, T = cuda.blockIdx.x, cuda.blockIdx.y, cuda.threadIdx.x, cuda.blockDim.x
    step = cuda.gridDim.y
    if shared:
        room = cuda.shared.array(0, float64)
        _share(x[group], table, data, padded, g, step, room, out[group, g], t, T)
    else:
        _share(x[group], table, data, padded, g, step, wide[group, g], out[group, g], t, T)


@entry
def _add_up(out: Array, total: Array) -> None:
    """Sum over the parts, in their order."""
    group = cuda.blockIdx.x
    for q in range(cuda.threadIdx.x, total.shape[1], cuda.blockDim.x):
        value = 0.0
        for g in range(out.shape[1]):
            value += out[group, g, q]
        total[group, q] = value


def tuples(spins: int, degrees: Integers, begins: Integers) -> Integers:
    """One row for each leading tuple in storage order: start and rows of its triangle, number of places, places."""
    width = max(int(degrees.max()) - 2, 1)
    rows = []
    for degree, begin in zip(degrees, begins, strict=False):
        length = int(degree) - 2
        leads = np.zeros((1, 0), np.int64)
        for s in range(length):
            counts = leads[:, -1] + 1 if s else np.array([spins])
            last = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
            leads = np.concatenate([np.repeat(leads, counts, axis=0), last[:, None]], axis=1)
        n = leads[:, -1] + 1 if length else np.array([spins])
        blocks = (n + ROWS - 1) // ROWS
        half = blocks // 2
        sizes = STRIDE * (half + 1) * (half + blocks % 2)
        starts = int(begin) + np.cumsum(sizes) - sizes
        head = np.stack([starts, n, np.full_like(n, length)], axis=1)
        fill = np.zeros((n.size, width - length), np.int64)
        rows.append(np.concatenate([head, leads, fill], axis=1))
    return np.concatenate(rows)


def energies_gradients_at(
    points: Array, degrees: Integers, begins: Integers, data: Array, energies: Array, gradients: Array
) -> None:
    """Energies (count) and gradients (count, N) in R^N at points (count, N); as spinglass/energy.py, to rounding."""
    count, spins = points.shape
    padded = (spins + WIDTH - 1) // WIDTH * WIDTH
    table = tuples(spins, degrees, begins)
    parts, numbers = min(MOST_PARTS, table.shape[0]), POINTS * padded + POINTS
    size = 2 * POINTS * padded + POINTS * THREADS
    shared = 8 * size <= SHARED
    rows, couplings = on_device(table), on_device(data)
    chunk = POINTS * max(1, LARGEST // (parts * numbers))
    for begin in range(0, count, chunk):
        end = min(count, begin + chunk)
        groups = (end - begin + POINTS - 1) // POINTS
        x = np.zeros((groups * POINTS, padded))
        x[: end - begin, :spins] = points[begin:end]
        laid = on_device(x.reshape(groups, POINTS, padded).transpose(0, 2, 1).reshape(groups, POINTS * padded))
        wide = cuda.device_array((1, 1, 1) if shared else (groups, parts, size), np.float64)
        out: Any = cuda.device_array((groups, parts, numbers), np.float64)
        total = cuda.device_array((groups, numbers), np.float64)
        doubles = size if shared else 0
        launch(_partial_sums, (groups, parts), doubles, laid, rows, couplings, padded, int(shared), wide, out)
        launch(_add_up, groups, 0, out, total)
        found = total.copy_to_host()
        slopes = found[:, : POINTS * padded].reshape(groups, padded, POINTS).transpose(0, 2, 1)
        gradients[begin:end] = slopes.reshape(groups * POINTS, padded)[: end - begin, :spins]
        energies[begin:end] = found[:, POINTS * padded :].reshape(-1)[: end - begin]
