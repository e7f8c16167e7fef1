"""One batch of random inputs: the mean of (f - f_n) grad(c phi) over fresh points of the sphere |x|^2 = d.

Biased ReLU units phi = max(0, w.x + b) and radial units phi = scale exp(-(alpha/2)|x - z|^2) are both functions of an
inner product: on the sphere the latter is scale exp(alpha z.x - (alpha/2)(d + |z|^2)). Points come in chunks, one row
of arrays for a point in one layout and one column in the other, and are summed in the order of their numbers. Point
number s of step k depends on (seed, k, stream, s) alone.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import kernel, part
from numba_kernels.lanes import ROWS, WIDTH, dot_at
from numba_kernels.philox import block, normal_pair
from numba_kernels.products import pack, product

Array = npt.NDArray[np.float64]

RELU, RBF, SPHERE = 0, 1, 2
"""Biased ReLU; radial; radial with centres that stay on |z|^2 = d."""

CHUNK = 64
"""Points taken at a time: their values of 1024 units stay in the second cache."""


class Units(NamedTuple):
    """Kind of the units, with alpha and scale of radial ones; packed cubic target, see `cubic_values`."""

    kind: int
    alpha: float
    scale: float
    packed: Array


class Room(NamedTuple):
    """Working arrays of a chunk: columns (padded d + 1, CHUNK) and rows (CHUNK, padded d + 1) of points with a 1 at the
    end; weights (padded n, padded d + 1); values and slopes (padded n, CHUNK); parts (padded n, padded d + 1); target,
    residual, inner, middle (CHUNK); panels: the packed right factor of a product; by_c (n), moments (n, d + 1): sums
    over points of (f - f_n) times phi, and times phi' (x, 1).
    """

    columns: Array
    rows: Array
    weights: Array
    values: Array
    slopes: Array
    parts: Array
    target: Array
    residual: Array
    inner: Array
    middle: Array
    panels: Array
    by_c: Array
    moments: Array


@part
def make_room(n: int, d: int) -> Room:
    """Fresh arrays."""
    units, size = padded_size(n, ROWS), padded_size(d + 1, WIDTH)
    return Room(
        np.zeros((size, CHUNK)),
        np.zeros((CHUNK, size)),
        np.zeros((units, size)),
        np.zeros((units, CHUNK)),
        np.zeros((units, CHUNK)),
        np.zeros((units, size)),
        np.zeros(CHUNK),
        np.zeros(CHUNK),
        np.zeros(CHUNK),
        np.zeros(CHUNK),
        np.zeros(CHUNK * size),
        np.zeros(n),
        np.zeros((n, d + 1)),
    )


@part
def padded_size(size: int, unit: int) -> int:
    """The least multiple of `unit` that is at least `size`."""
    return (size + unit - 1) // unit * unit


@part
def set_point(seed: np.uint64, step: np.uint64, stream: np.uint64, number: int, x: Array, d: int) -> None:
    """Point `number` of a step into x[:d]: d normal numbers scaled to |x|^2 = d; x may be longer."""
    blocks = (d + 3) // 4
    square = 0.0
    for q in range(blocks):
        w0, w1, w2, w3 = block(seed, step, stream, np.uint64(number * blocks + q))
        x0, x1 = normal_pair(w0, w1)
        x2, x3 = normal_pair(w2, w3)
        a = 4 * q
        x[a] = x0
        square += x0 * x0
        if a + 1 < d:
            x[a + 1] = x1
            square += x1 * x1
        if a + 2 < d:
            x[a + 2] = x2
            square += x2 * x2
        if a + 3 < d:
            x[a + 3] = x3
            square += x3 * x3
    factor = math.sqrt(d / square)
    for a in range(d):
        x[a] *= factor


@part
def cubic_values(packed: Array, room: Room, d: int) -> None:
    """f = sum_{p >= q >= r} packed[..] x_p x_q x_r at the chunk's points into room.target; packed in that order."""
    target, inner, middle = room.target, room.inner, room.middle
    place = 0
    for j in range(CHUNK):
        target[j] = 0.0
    for p in range(d):
        for j in range(CHUNK):
            middle[j] = 0.0
        for q in range(p + 1):
            for j in range(CHUNK):
                inner[j] = 0.0
            for r in range(q + 1):
                entry, x = packed[place], room.columns[r]
                place += 1
                for j in range(CHUNK):
                    inner[j] += entry * x[j]
            x = room.columns[q]
            for j in range(CHUNK):
                middle[j] += inner[j] * x[j]
        x = room.columns[p]
        for j in range(CHUNK):
            target[j] += middle[j] * x[j]


@part
def set_weights(Z: Array, units: Units, room: Room, d: int) -> None:
    """The rows whose inner products with (x, 1) the units are functions of."""
    for i in range(Z.shape[0]):
        row = room.weights[i]
        if units.kind == RELU:
            for a in range(d + 1):
                row[a] = Z[i, a]
        else:
            square = 0.0
            for a in range(d):
                square += Z[i, a] * Z[i, a]
                row[a] = units.alpha * Z[i, a]
            row[d] = -0.5 * units.alpha * (d + square)


@part
def unit_value(kind: int, scale: float, inside: float) -> tuple[float, float]:
    """phi and its derivative in the inner product."""
    if kind == RELU:
        return (inside, 1.0) if inside > 0.0 else (0.0, 0.0)
    value = scale * math.exp(inside)
    return value, value


@part
def add_chunk(c: Array, units: Units, room: Room, d: int, count: int) -> None:
    """Add the first `count` points of the chunk to by_c and moments."""
    n, size = c.shape[0], room.rows.shape[1]
    rows = room.weights.shape[0]
    cubic_values(units.packed, room, d)
    pack(room.columns, CHUNK, d + 1, CHUNK, room.panels)
    product(room.weights, size, room.panels, room.values, CHUNK, rows, d + 1, CHUNK, False)
    residual = room.residual
    for j in range(CHUNK):
        residual[j] = 0.0
    for i in range(n):
        value, slope, weight = room.values[i], room.slopes[i], c[i]
        for j in range(CHUNK):
            value[j], slope[j] = unit_value(units.kind, units.scale, value[j])
        for j in range(CHUNK):
            residual[j] += weight * value[j]
    for j in range(CHUNK):
        residual[j] = room.target[j] - residual[j] / n if j < count else 0.0
    for i in range(n):
        room.by_c[i] += dot_at(room.values, i * CHUNK, residual, 0, CHUNK)
        slope = room.slopes[i]
        for j in range(CHUNK):
            slope[j] *= residual[j]
    pack(room.rows, size, CHUNK, size, room.panels)
    product(room.slopes, CHUNK, room.panels, room.parts, size, rows, CHUNK, size, False)
    for i in range(n):
        total, more = room.moments[i], room.parts[i]
        for a in range(d + 1):
            total[a] += more[a]


@part
def add_batch(
    c: Array, Z: Array, units: Units, room: Room, batch: int, seed: np.uint64, step: np.uint64, stream: np.uint64
) -> None:
    """Sums over the points 0 .. batch - 1 of a step into by_c and moments."""
    d = Z.shape[1] - (1 if units.kind == RELU else 0)
    room.by_c[:] = 0.0
    room.moments[:, :] = 0.0
    set_weights(Z, units, room, d)
    for begin in range(0, batch, CHUNK):
        count = min(CHUNK, batch - begin)
        for j in range(count):  # points beyond the batch keep finite old values, of weight zero
            set_point(seed, step, stream, begin + j, room.rows[j], d)
        for j in range(CHUNK):
            room.rows[j, d] = 1.0
            for a in range(d + 1):
                room.columns[a, j] = room.rows[j, a]
        add_chunk(c, units, room, d, count)


@part
def move(c: Array, Z: Array, units: Units, room: Room, step: float, batch: int) -> None:
    """c, Z += step times the mean of (f - f_n)(phi, c grad phi): time counted as in the flow of n times the loss."""
    n, m = Z.shape
    factor = step / batch
    for i in range(n):
        weight = factor * c[i]
        if units.kind == RELU:
            for a in range(m):
                Z[i, a] += weight * room.moments[i, a]
        else:
            inward = room.moments[i, m]
            if units.kind == SPHERE:  # the tangential part alone
                inward = 0.0
                for a in range(m):
                    inward += Z[i, a] * room.moments[i, a] / m
            for a in range(m):
                Z[i, a] += weight * units.alpha * (room.moments[i, a] - Z[i, a] * inward)
            if units.kind == SPHERE:
                square = 0.0
                for a in range(m):
                    square += Z[i, a] * Z[i, a]
                shrink = math.sqrt(m / square)
                for a in range(m):
                    Z[i, a] *= shrink
        c[i] += factor * room.by_c[i]


@kernel
def sgd(
    c: Array, Z: Array, kind: int, alpha: float, scale: float, packed: Array, step: float, batch: int, first: int,
    steps: int, seed: int, stream: int,
) -> int:  # fmt: skip
    """Online stochastic gradient descent in place: steps first .. first + steps - 1, each on `batch` fresh points.

    c (n); Z (n, d + 1) rows (w, b), or (n, d) centres. Returns the steps done: fewer where numbers ceased to be finite.
    """
    n, d = Z.shape[0], Z.shape[1] - (1 if kind == RELU else 0)
    units, room = Units(kind, alpha, scale, packed), make_room(n, d)
    for k in range(steps):
        add_batch(c, Z, units, room, batch, np.uint64(seed), np.uint64(first + k), np.uint64(stream))
        move(c, Z, units, room, step, batch)
        total = 0.0
        for i in range(n):
            total += c[i]
        if not math.isfinite(total):
            return k
    return steps
