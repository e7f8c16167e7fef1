"""Losses and gradients of many small networks, V = I: eight problems side by side in one vector register.

Entry e of the matrices of problems 0 .. 7 is one vector, so that nothing is transposed, padded to eight or summed
across a register inside a problem. The formulas are those of loss.py. Rows are padded to a multiple of 4 and columns to
a multiple of 2 with zeros, the tiles of the two products.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import kernel, part
from numba_kernels.angles import centred
from numba_kernels.relu.layout import CENTRE, HALF, HALF_PI, QUARTER
from numba_kernels.vectors import choose, fill, fused, load, matrix_at, root, store, turn, vector_at

Array = npt.NDArray[np.float64]


class Lanes(NamedTuple):
    """Working arrays, each entry eight numbers: rows, unit, cross, image (k,d), square (k,k), norms, sums (k),
    difference (d), loss (1).
    """

    rows: Array
    unit: Array
    cross: Array
    image: Array
    square: Array
    norms: Array
    sums: Array
    difference: Array
    loss: Array


@kernel
def lanes_size(k: int, d: int) -> int:
    """Entries of the store of `losses_gradients_eight`, zero when new."""
    high, wide = (k + 3) // 4 * 4, (d + 1) // 2 * 2
    return 8 * (4 * high * wide + high * high + 2 * high + wide + 1)


@part
def make_lanes(room: Array, k: int, d: int) -> Lanes:
    """The pieces of the store."""
    high, wide = (k + 3) // 4 * 4, (d + 1) // 2 * 2
    area = high * wide
    at = 4 * area + high * high
    return Lanes(
        matrix_at(room, 0, area, 8),
        matrix_at(room, 8 * area, area, 8),
        matrix_at(room, 16 * area, area, 8),
        matrix_at(room, 24 * area, area, 8),
        matrix_at(room, 32 * area, high * high, 8),
        matrix_at(room, 8 * at, high, 8),
        matrix_at(room, 8 * (at + high), high, 8),
        matrix_at(room, 8 * (at + 2 * high), wide, 8),
        vector_at(room, 8 * (at + 2 * high + wide), 8),
    )


@part
def gather(matrices: Array, begin: int, size: int, out: Array) -> None:
    """Eight stretches of `size` flat entries from `begin` on as `size` vectors."""
    whole = size - size % 8
    for e in range(0, whole, 8):
        turn(matrices, begin + e, size, out, 8 * e, 8)
    flat = vector_at(matrices, begin, 8 * size)
    for e in range(whole, size):
        for q in range(8):
            out[e, q] = flat[q * size + e]


@part
def spread(lanes: Array, size: int, out: Array, begin: int) -> None:
    """`size` vectors as eight stretches of flat entries from `begin` on."""
    whole = size - size % 8
    for e in range(0, whole, 8):
        turn(lanes, 8 * e, 8, out, begin + e, size)
    flat = vector_at(out, begin, 8 * size)
    for e in range(whole, size):
        for q in range(8):
            flat[q * size + e] = lanes[e, q]


@part
def move_rows(source: Array, width: int, target: Array, wide: int, rows: int, columns: int) -> None:
    """Copy vectors between row distances; one of source and target may have unused columns."""
    for i in range(rows):
        for a in range(columns):
            store(target, 8 * (i * wide + a), load(source, 8 * (i * width + a)))


@part
def two_by_four(x: Array, i: int, step: int, apart: int, y: Array, j: int, jump: int, spaced: int, inner: int) -> Any:
    """Sums over m < inner of x[i + m step + (0, 1) apart] times y[j + m jump + (0, 1, 2, 3) spaced], indices counting
    vectors: four sums for the first entry of x, then four for the second.
    """
    a0, a1, a2, a3 = fill(0.0), fill(0.0), fill(0.0), fill(0.0)
    b0, b1, b2, b3 = fill(0.0), fill(0.0), fill(0.0), fill(0.0)
    for m in range(inner):
        at, to = 8 * (i + m * step), 8 * (j + m * jump)
        u, v = load(x, at), load(x, at + 8 * apart)
        p, q = load(y, to), load(y, to + 8 * spaced)
        r, s = load(y, to + 16 * spaced), load(y, to + 24 * spaced)
        a0, a1, a2, a3 = fused(u, p, a0), fused(u, q, a1), fused(u, r, a2), fused(u, s, a3)
        b0, b1, b2, b3 = fused(v, p, b0), fused(v, q, b1), fused(v, r, b2), fused(v, s, b3)
    return (a0, a1, a2, a3), (b0, b1, b2, b3)


@part
def products(k: int, d: int, lanes: Lanes) -> None:
    """Cosines of the pairs i < j (and some others) into `square`."""
    high, wide = (k + 3) // 4 * 4, (d + 1) // 2 * 2
    for i in range(0, k, 2):
        for j in range(i // 4 * 4, k, 4):
            upper, lower = two_by_four(lanes.unit, i * wide, 1, wide, lanes.unit, j * wide, 1, wide, d)
            for q in range(4):
                store(lanes.square, 8 * (i * high + j + q), upper[q])
                store(lanes.square, 8 * ((i + 1) * high + j + q), lower[q])


@part
def images(k: int, d: int, lanes: Lanes) -> None:
    """The symmetric `square` times the rows into `image`."""
    high, wide = (k + 3) // 4 * 4, (d + 1) // 2 * 2
    for i in range(0, k, 4):
        for a in range(0, d, 2):
            left, right = two_by_four(lanes.rows, a, wide, 1, lanes.square, i, high, 1, k)
            for q in range(4):
                store(lanes.image, 8 * ((i + q) * wide + a), left[q])
                store(lanes.image, 8 * ((i + q) * wide + a + 1), right[q])


@part
def set_means(k: int, d: int, slope: float, lanes: Lanes) -> Any:
    """Norms, unit rows, sum w - sum v and the start of the sums; the part of the losses that sums alone decide."""
    wide = (d + 1) // 2 * 2
    rows, unit = lanes.rows, lanes.unit
    excess = fill(-1.0 * d)
    for i in range(k):
        square = fill(0.0)
        for a in range(d):
            entry = load(rows, 8 * (i * wide + a))
            square = fused(entry, entry, square)
        norm = root(square)
        norm = choose(norm, 0.0, norm, math.nan)
        store(lanes.norms, 8 * i, norm)
        excess = excess + norm
        inverse = 1.0 / norm
        for a in range(d):
            store(unit, 8 * (i * wide + a), inverse * load(rows, 8 * (i * wide + a)))
    squares = fill(0.0)
    for a in range(d):
        column = fill(-1.0)
        for i in range(k):
            column = column + load(rows, 8 * (i * wide + a))
        store(lanes.difference, 8 * a, column)
        squares = fused(column, column, squares)
    for i in range(k):
        store(lanes.sums, 8 * i, excess - load(lanes.norms, 8 * i))
    scale = (1.0 - slope) ** 2
    return scale * (0.125 * squares + QUARTER * (excess * excess)) + 0.5 * slope * squares


@part
def angles(k: int, d: int, lanes: Lanes) -> Any:
    """All angles once: asin c into `square` (both triangles, pi/2 on the diagonal) and `cross`; half the losses' sums
    over pairs.
    """
    high, wide = (k + 3) // 4 * 4, (d + 1) // 2 * 2
    square, sums = lanes.square, lanes.sums
    pairs = fill(0.5 * CENTRE * d)
    for i in range(k):
        norm, own = load(lanes.norms, 8 * i), load(sums, 8 * i)
        centre = 0.5 * CENTRE * norm
        store(square, 8 * (i * high + i), fill(HALF_PI))
        for j in range(i + 1, k):
            arc, less, p = centred(load(square, 8 * (i * high + j)))
            store(square, 8 * (i * high + j), arc)
            store(square, 8 * (j * high + i), arc)
            other = load(lanes.norms, 8 * j)
            own = fused(other, less, own)
            store(sums, 8 * j, fused(norm, less, load(sums, 8 * j)))
            centre = fused(other, p, centre)
        for a in range(d):
            arc, less, p = centred(load(lanes.unit, 8 * (i * wide + a)))
            store(lanes.cross, 8 * (i * wide + a), arc)
            own = own - less
            centre = centre - p
        store(sums, 8 * i, own)
        pairs = fused(norm, centre, pairs)
    return pairs


@part
def eight(k: int, d: int, slope: float, lanes: Lanes) -> None:
    """Losses into `loss` and gradients into `image` of the eight problems in `rows`."""
    wide = (d + 1) // 2 * 2
    mean_loss = set_means(k, d, slope, lanes)
    products(k, d, lanes)
    scale = (1.0 - slope) ** 2
    store(lanes.loss, 0, fused(2.0 * QUARTER * scale, angles(k, d, lanes), mean_loss))
    images(k, d, lanes)
    factor, mean = scale * HALF, 0.25 * scale + slope
    for i in range(k):
        level = factor * load(lanes.sums, 8 * i)
        for a in range(d):
            at = 8 * (i * wide + a)
            entry = fused(level, load(lanes.unit, at), factor * (load(lanes.image, at) - load(lanes.cross, at)))
            store(lanes.image, at, fused(mean, load(lanes.difference, 8 * a), entry))


@kernel
def losses_gradients_eight(matrices: Array, slope: float, room: Array, losses: Array, gradients: Array) -> None:
    """Losses (count) and gradients (count, k, d) at a batch (count, k, d), count a multiple of 8."""
    count, k, d = matrices.shape
    wide = (d + 1) // 2 * 2
    lanes = make_lanes(room, k, d)
    for begin in range(0, count, 8):
        if wide == d:
            gather(matrices, begin * k * d, k * d, lanes.rows)
        else:
            gather(matrices, begin * k * d, k * d, lanes.image)
            move_rows(lanes.image, d, lanes.rows, wide, k, d)
        eight(k, d, slope, lanes)
        if wide == d:
            spread(lanes.image, k * d, gradients, begin * k * d)
        else:
            move_rows(lanes.image, wide, lanes.cross, d, k, d)
            spread(lanes.cross, k * d, gradients, begin * k * d)
        for q in range(8):
            losses[begin + q] = lanes.loss[q]
