"""The two-layer ReLU loss and its gradient as means over inputs x: given ones, or standard normal ones drawn here.

With z = W x, phi(z) = z or slope z and r(x) = sum_i phi(w_i.x) - sum_j phi(v_j.x), the loss is the mean of r^2/2 and
its gradient in w_i that of r phi'(z_i) x. Summed are r^2/2, its square, r phi'(z_i) x_a and its square: means and their
standard errors. Where z_i = 0 the slope below zero is taken.

Inputs come in chunks of `CHUNK`, once row by row (right factor of the gradient's product) and once in columns (right
factor of W x, one lane for an input). Input number s of a seed is `philox.fill_normals(seed, s, STREAM, 1, x)` up to
rounding: it depends on the seed and s alone. A chunk is padded with inputs 0, which add nothing. Sums run over chunks
in their order inside a piece, and each piece has sums of its own, so that no number depends on threads.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import kernel, part
from numba_kernels.normals import normal_pairs, uniforms
from numba_kernels.products import PANEL, pack_turned, padded, product
from numba_kernels.vectors import choose, fill, keep, load, matrix_at, store, total, turn, vector_at

Array = npt.NDArray[np.float64]

CHUNK = 64
"""Inputs taken at a time: what they need at d = 20 stays in the second cache."""
HEAD = 8
STREAM = np.uint64(17)


class Room(NamedTuple):
    """Working arrays of a chunk: columns, its inputs in panels of PANEL columns (d, CHUNK); rows and squares, panels of
    the inputs and their squares (CHUNK, padded d); neurons (padded k, CHUNK): values W x, then weights r phi';
    weights (padded k, CHUNK): their squares; targets (padded h, CHUNK); image (padded k, padded d): a product; W
    (padded k, d) and V (padded h, d): copies with zero rows below.
    """

    columns: Array
    rows: Array
    squares: Array
    neurons: Array
    weights: Array
    targets: Array
    image: Array
    W: Array
    V: Array


@part
def offsets(k: int, h: int, d: int) -> tuple[int, int, int, int, int, int, int]:
    """Where columns, rows, neurons, targets, image, W and V begin or end; blocks of 8 x 8 stick out of panels."""
    k8, h8, d8 = padded(k), padded(h), padded(d)
    rows = (d + 8) * CHUNK
    neurons = rows + 2 * d8 * CHUNK
    targets = neurons + 2 * k8 * CHUNK
    image = targets + h8 * CHUNK
    student = image + k8 * d8
    target = student + k8 * d
    return rows, neurons, targets, image, student, target, target + h8 * d


@kernel
def store_size(k: int, h: int, d: int) -> int:
    """Entries of a store."""
    return offsets(k, h, d)[6]


@part
def make_room(W: Array, V: Array, prepared: Array) -> Room:
    """The pieces of a store (zeros that begin at a multiple of 64 bytes), W and V filled in."""
    k, d = W.shape
    h = V.shape[0]
    k8, h8, d8 = padded(k), padded(h), padded(d)
    rows, neurons, targets, image, student, target, _ = offsets(k, h, d)
    room = Room(
        vector_at(prepared, 0, rows),
        vector_at(prepared, rows, d8 * CHUNK),
        vector_at(prepared, rows + d8 * CHUNK, d8 * CHUNK),
        matrix_at(prepared, neurons, k8, CHUNK),
        matrix_at(prepared, neurons + k8 * CHUNK, k8, CHUNK),
        matrix_at(prepared, targets, h8, CHUNK),
        matrix_at(prepared, image, k8, d8),
        matrix_at(prepared, student, k8, d),
        matrix_at(prepared, target, h8, d),
    )
    for i in range(k):
        for a in range(d):
            room.W[i, a] = W[i, a]
    for j in range(h):
        for a in range(d):
            room.V[j, a] = V[j, a]
    return room


@part
def draw(seed: np.uint64, first: int, count: int, d: int, columns: Array) -> None:
    """Panels of columns of the inputs first .. first + CHUNK - 1, those from number `count` on zero."""
    for begin in range(0, CHUNK, 8):
        at = begin // PANEL * PANEL * d + begin % PANEL
        kept = count - begin
        for a in range(0, d, 4):
            u0, u1, u2, u3 = uniforms(seed, np.uint64(first + begin), STREAM, np.uint64(a // 4))
            x0, x1 = normal_pairs(u0, u1)
            x2, x3 = normal_pairs(u2, u3)
            store(columns, at + a * PANEL, keep(x0, 0, kept))
            if a + 1 < d:
                store(columns, at + (a + 1) * PANEL, keep(x1, 0, kept))
            if a + 2 < d:
                store(columns, at + (a + 2) * PANEL, keep(x2, 0, kept))
            if a + 3 < d:
                store(columns, at + (a + 3) * PANEL, keep(x3, 0, kept))


@part
def set_rows(d: int, room: Room) -> None:
    """The panels of rows and of squares from those of columns."""
    d8 = padded(d)
    for m in range(0, d8, 8):
        begin = m // PANEL * PANEL
        width = min(PANEL, d8 - begin)
        for j in range(0, CHUNK, 8):
            source = j // PANEL * PANEL * d + j % PANEL + m * PANEL
            turn(room.columns, source, PANEL, room.rows, begin * CHUNK + m - begin + j * width, width)
    for q in range(0, CHUNK * d8, 8):
        x = load(room.rows, q)
        store(room.squares, q, x * x)


@part
def copy_rows(X: Array, d: int, room: Room) -> None:
    """The panels of rows and of squares from CHUNK rows of X, which is read up to 7 entries beyond them."""
    at, d8 = 0, padded(d)
    for begin in range(0, d8, PANEL):
        width = min(PANEL, d8 - begin)
        for s in range(CHUNK):
            for q in range(0, width, 8):
                x = load(X, s * d + begin + q)
                store(room.rows, at, x)
                store(room.squares, at, x * x)
                at += 8


@part
def activate(k: int, h: int, targets: Array, wide: int, slope: float, room: Room, sums: Array) -> None:
    """Neurons' values become weights r phi', and their squares; r^2/2 and its square are added to sums[:2].

    Target j at inputs b .. b + 7 stands at flat place b // wide * wide h + j wide + b % wide of `targets`.
    """
    neurons, weights = room.neurons, room.weights
    losses, squares = fill(0.0), fill(0.0)
    for b in range(0, CHUNK, 16):  # two vectors at a time: a single sum would be bound by its latency
        left, right = fill(0.0), fill(0.0)
        for i in range(k):
            y, z = load(neurons, i * CHUNK + b), load(neurons, i * CHUNK + b + 8)
            left, right = left + choose(y, 0.0, y, slope * y), right + choose(z, 0.0, z, slope * z)
        at, beside = b // wide * wide * h + b % wide, (b + 8) // wide * wide * h + (b + 8) % wide
        for j in range(h):
            y, z = load(targets, at + j * wide), load(targets, beside + j * wide)
            left, right = left - choose(y, 0.0, y, slope * y), right - choose(z, 0.0, z, slope * z)
        low_left, low_right = slope * left, slope * right
        for i in range(k):
            y = choose(load(neurons, i * CHUNK + b), 0.0, left, low_left)
            z = choose(load(neurons, i * CHUNK + b + 8), 0.0, right, low_right)
            store(neurons, i * CHUNK + b, y)
            store(neurons, i * CHUNK + b + 8, z)
            store(weights, i * CHUNK + b, y * y)
            store(weights, i * CHUNK + b + 8, z * z)
        left, right = 0.5 * left * left, 0.5 * right * right
        losses = losses + (left + right)
        squares = squares + (left * left + right * right)
    sums[0] += total(losses)
    sums[1] += total(squares)


@part
def add_chunk(W: Array, V: Array, identity: int, slope: float, room: Room, sums: Array) -> None:
    """Add the chunk's terms to sums (HEAD + 2 padded k padded d): two of the loss at the head, then those of the
    gradient row by row, then their squares.
    """
    k, d = W.shape
    h, k8, d8 = d if identity else V.shape[0], padded(k), padded(d)
    columns, rows, squares, image = room.columns, room.rows, room.squares, room.image
    product(room.W, d, columns, room.neurons, CHUNK, k, d, CHUNK, False)
    if identity:
        activate(k, h, columns, PANEL, slope, room, sums)
    else:
        product(room.V, d, columns, room.targets, CHUNK, h, d, CHUNK, False)
        activate(k, h, room.targets.reshape(-1), CHUNK, slope, room, sums)
    product(room.neurons, CHUNK, rows, image, d8, k, CHUNK, d8, False)
    for q in range(0, k8 * d8, 8):
        store(sums, HEAD + q, load(sums, HEAD + q) + load(image, q))
    product(room.weights, CHUNK, squares, image, d8, k, CHUNK, d8, False)
    begin = HEAD + k8 * d8
    for q in range(0, k8 * d8, 8):
        store(sums, begin + q, load(sums, begin + q) + load(image, q))


@kernel
def add_given(X: Array, W: Array, V: Array, identity: int, slope: float, prepared: Array, sums: Array) -> None:
    """Sums over the rows of X (n, d), n > 0; W (k, d); V (h, d), no rows for the unit matrix."""
    n, d = X.shape
    room = make_room(W, V, prepared)
    last = (n - 1) // CHUNK * CHUNK
    end = np.zeros((CHUNK + 8, d))  # a copy of the last chunk: reading by eights ends behind it
    for s in range(last, n):
        for a in range(d):
            end[s - last, a] = X[s, a]
    for begin in range(0, n, CHUNK):
        chunk = end if begin == last else X[begin:]
        copy_rows(chunk, d, room)
        pack_turned(chunk, d, CHUNK, d, room.columns)
        add_chunk(W, V, identity, slope, room, sums)


@kernel
def add_drawn(
    seed: np.uint64, first: int, n: int, W: Array, V: Array, identity: int, slope: float, prepared: Array, sums: Array
) -> None:
    """Sums over the inputs first .. first + n - 1 of the seed."""
    d = W.shape[1]
    room = make_room(W, V, prepared)
    for begin in range(0, n, CHUNK):
        draw(seed, first + begin, n - begin, d, room.columns)
        set_rows(d, room)
        add_chunk(W, V, identity, slope, room, sums)


@kernel
def inputs_at(seed: np.uint64, first: int, X: Array) -> None:
    """The inputs first .. first + n - 1 of the seed as rows of X (n, d)."""
    n, d = X.shape
    columns = np.zeros((d + 8) * CHUNK)
    for begin in range(0, n, CHUNK):
        draw(seed, first + begin, n - begin, d, columns)
        for s in range(min(CHUNK, n - begin)):
            at = s // PANEL * PANEL * d + s % PANEL
            for a in range(d):
                X[begin + s, a] = columns[at + a * PANEL]
