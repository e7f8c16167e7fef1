"""The Hessian of the ReLU loss: accurate pair quantities, the dense matrix, and products with it.

With c = cos t, s = sin t, m = (v^ - c w^)/s and n = (w^ - c v^)/s (unit vectors; m orthogonal to w^),

    d^2 f/dw dv = ((pi - t) I + w^ m' + v^ n')/(2 pi),
    d^2 f/dw^2  = |v| s (I - w^ w^' + m m')/(2 pi |w|).

In the plane of w^ and v^ the matrix w^ m' + v^ n' is s times the reflection about the bisector, hence symmetric:

    w^ m' + v^ n' = tan(t/2)/2 (w^ + v^)(w^ + v^)' - cot(t/2)/2 (w^ - v^)(w^ - v^)'.

This form has no quotient of rounding errors: (w^ - v^) carries an error e, the factor cot(t/2) is 2/t, and the
product t |difference direction|^2 is wrong by e only. The angle itself must be accurate to first order, so where
|c| > 1/2, 1 - c = |w^ - v^|^2/2 and 1 + c = |w^ + v^|^2/2 are taken from differences and sums of entries.
At parallel pairs (s = 0) the pair blocks are (pi - t) I/(2 pi), their limit: I/2 at t = 0, zero at t = pi.

With slope rho: H_rho = (1 - rho)^2 H_0 + rho (1 1') (x) I. Diagonal blocks of H_0: I/2 + sum_{j != i} d^2 f/dw_i^2
over neurons - the same over targets.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import kernel, part, pasted
from numba_kernels.angles import supplements
from numba_kernels.products import pack, pack_turned, padded, product
from numba_kernels.relu.layout import (
    HALF,
    Curvature,
    Problem,
    Room,
    make_curvature,
    make_room,
)
from numba_kernels.relu.loss import set_neurons
from numba_kernels.relu.target import problem_in
from numba_kernels.vectors import choose, fill, fused, keep, load, magnitude, root, store, total, turn

Array = npt.NDArray[np.float64]


@part
def refine(u: Array, v: Array, size: int, c: float) -> tuple[float, float]:
    """(1 - c, 1 + c) for the cosine c of two unit vectors, relatively accurate where one of them is small."""
    square = 0.0
    if c > 0.0:
        for a in range(size):
            square += (u[a] - v[a]) ** 2
        return 0.5 * square, 2.0 - 0.5 * square
    for a in range(size):
        square += (u[a] + v[a]) ** 2
    return 2.0 - 0.5 * square, 0.5 * square


@part
def target_refine(room: Room, problem: Problem, i: int, j: int, c: float) -> tuple[float, float]:
    """(1 - c, 1 + c) for neuron i and target j, as in `refine`."""
    if not problem.identity:
        return refine(room.unit[i], room.target_unit[j], problem.d, c)
    square = 0.0
    for a in range(problem.d):
        entry = room.unit[i, a]
        if a == j:
            entry = entry - 1.0 if c > 0.0 else entry + 1.0
        square += entry * entry
    return (0.5 * square, 2.0 - 0.5 * square) if c > 0.0 else (2.0 - 0.5 * square, 0.5 * square)


@part
def set_gaps(cosine: Array, at: int, size: int, less: Array, more: Array) -> float:
    """1 - c and 1 + c for `size` cosines from flat `at` on, to the same places; the largest |c|^2."""
    largest = fill(0.0)
    for q in range(at, at + size, 8):
        c = load(cosine, q)
        store(less, q, 1.0 - c)
        store(more, q, 1.0 + c)
        largest = choose(c * c, largest, c * c, largest)
    return total(largest)


@pasted
def set_neuron_pairs(i: int, length: float, problem: Problem, room: Room, bend: Curvature) -> None:
    """Row i of the quantities of neuron pairs; `length` is |w_i|."""
    k, k8, width = problem.k, padded(problem.k), bend.cosine.shape[1]
    at = i * width
    less, more = bend.inner, bend.inner_t  # free until the first product
    bend.cosine[i, i] = 0.0
    if set_gaps(bend.cosine, at, k8, less, more) > 0.25:
        for j in range(k):
            c = bend.cosine[i, j]
            if abs(c) > 0.5:
                less[i, j], more[i, j] = refine(room.unit[i], room.unit[j], problem.d, c)
    less[i, i], more[i, i] = 0.0, 2.0  # no pair: sine zero
    inverse = 1.0 / length
    radial = fill(0.0)
    for q in range(0, k8, 8):
        below, above = load(less, at + q), load(more, at + q)
        s = root(below * above)
        c = 0.5 * (above - below)
        ratio = inverse * load(room.norms, q)
        store(bend.cosine, at + q, c)
        store(bend.supplement, at + q, supplements(c, s))
        half = 0.5 * s  # quotients by zero at parallel pairs are avoided, their limits do not enter
        store(bend.half_tan, at + q, half / choose(s, 0.0, above, 1.0))
        store(bend.half_cot, at + q, half / choose(s, 0.0, below, 1.0))
        store(bend.weight, at + q, choose(s, 0.0, ratio, 0.0) / choose(s, 0.0, s, 1.0))
        radial = fused(ratio, s, radial)
    bend.radial[i] = total(radial)
    bend.cosine[i, i] = 0.0


@pasted
def set_target_pairs(i: int, length: float, problem: Problem, room: Room, bend: Curvature) -> None:
    """Row i of the quantities of neurons and targets; completes bend.radial and the diagonal of bend.supplement."""
    h, h8, width = problem.h, padded(problem.h), bend.target_cosine.shape[1]
    at = i * width
    less, more = bend.reach, room.cross
    if set_gaps(bend.target_cosine, at, h8, less, more) > 0.25:
        for j in range(h):
            c = bend.target_cosine[i, j]
            if abs(c) > 0.5:
                less[i, j], more[i, j] = target_refine(room, problem, i, j, c)
    inverse = 1.0 / length
    radial = fill(0.0)
    for q in range(0, h8, 8):
        below, above = load(less, at + q), load(more, at + q)
        s = root(below * above)
        ratio = inverse * load(room.target_norms, q)
        store(bend.target_cosine, at + q, 0.5 * (above - below))
        store(bend.target_weight, at + q, choose(s, 0.0, 0.0 - ratio, 0.0) / choose(s, 0.0, s, 1.0))
        radial = fused(ratio, s, radial)
    bend.radial[i] -= total(radial)
    bend.supplement[i, i] = math.pi + bend.radial[i]


@part
def set_curvature(x: Array, problem: Problem, room: Room, bend: Curvature) -> None:
    """Fill `bend` with the pair quantities at the matrix with flat entries x (k d); NaN where a row is zero."""
    set_neurons(x, problem, room)
    curvature_of_rows(problem, room, room.norms, bend)


@pasted
def curvature_of_rows(problem: Problem, room: Room, lengths: Array, bend: Curvature) -> None:
    """Fill `bend` with the pair quantities at the neurons in the room; `lengths` (k) are the |w_i|.

    They differ from room.norms where neurons have weights: second_layer.py.
    """
    k, d = problem.k, problem.d
    unit, width = room.unit, room.unit.shape[1]
    pack_turned(unit, width, k, d, bend.unit_turned)
    pack(unit, width, k, padded(d), bend.unit_rows)
    product(unit, width, bend.unit_turned, bend.cosine, bend.cosine.shape[1], k, d, padded(k), False)
    if problem.identity:
        for i in range(k):
            for q in range(0, padded(d), 8):
                store(bend.target_cosine, i * width + q, load(unit, i * width + q))
    else:
        wide = bend.target_cosine.shape[1]
        product(unit, width, room.target_turned, bend.target_cosine, wide, k, d, padded(problem.h), False)
    for i in range(k):
        set_neuron_pairs(i, lengths[i], problem, room, bend)
        set_target_pairs(i, lengths[i], problem, room, bend)


@part
def mix(i: int, problem: Problem, room: Room, bend: Curvature) -> float:
    """Row i of bend.mixed, the coefficients of u_j; returns the part of u_i's own coefficient that neurons give."""
    at, k8 = i * bend.mixed.shape[1], padded(problem.k)
    mine = bend.own[i]
    rest = fill(0.0)
    for q in range(0, k8, 8):
        y, other, c = load(bend.inner, at + q), load(bend.own, q), load(bend.cosine, at + q)
        even = (y + other) * load(bend.half_tan, at + q)
        odd = (y - other) * load(bend.half_cot, at + q)
        bent = (load(bend.inner_t, at + q) - c * mine) * load(bend.weight, at + q)
        store(bend.mixed, at + q, even + odd + bent)
        rest = rest + (even - odd - c * bent)
    return total(rest) - bend.radial[i] * mine


@part
def aim(i: int, problem: Problem, room: Room, bend: Curvature) -> float:
    """Row i of bend.reach, the coefficients of the targets; returns their part of u_i's own coefficient."""
    at, h8 = i * bend.reach.shape[1], padded(problem.h)
    mine = bend.own[i]
    rest = fill(0.0)
    for q in range(0, h8, 8):
        c = load(bend.target_cosine, at + q)
        z = load(room.rows, at + q) if problem.identity else load(room.cross, at + q)
        bent = (z - c * mine) * load(bend.target_weight, at + q)
        rest = fused(c, bent, rest)
        if not problem.identity:  # the packed target has rows of its own lengths
            size = load(room.target_norms, q)
            bent = bent / choose(magnitude(size), 0.0, size, 1.0)
        store(bend.reach, at + q, bent)
    return -total(rest)


@pasted
def take(p: Array, problem: Problem, room: Room) -> None:
    """The matrix with flat entries p (k d) into room.rows."""
    k, d = problem.k, problem.d
    rows, width = room.rows, room.rows.shape[1]
    for i in range(k):
        for a in range(0, padded(d), 8):
            if i * d + a + 8 <= k * d:
                store(rows, i * width + a, keep(load(p, i * d + a), 0, d - a))
            else:
                for b in range(a, d):
                    room.tail[b - a] = p[i * d + b]
                store(rows, i * width + a, keep(load(room.tail, 0), 0, d - a))


@pasted
def couple(problem: Problem, room: Room, bend: Curvature) -> None:
    """The coefficients of all unit rows, bend.mixed, and of the targets, bend.reach, for the direction in room.rows.

    In row i, with Y = U P' (U the unit rows, P the direction), T and K the half tangents and cotangents and D the
    weights over sines: the coefficient of u_j is T (Y_ij + Y_jj) + K (Y_ij - Y_jj) + D (Y_ji - c Y_ii), that of u_i
    is the sum of T (Y_ij + Y_jj) - K (Y_ij - Y_jj) - c D (Y_ji - c Y_ii). The same floats enter both with opposite
    signs, so that their errors cancel where u_i and u_j are close.
    """
    k, d, k8 = problem.k, problem.d, padded(problem.k)
    rows, width, square = room.rows, room.rows.shape[1], bend.inner.shape[1]
    product(rows, width, bend.unit_turned, bend.inner_t, square, k, d, k8, False)
    for i in range(0, k8, 8):
        for j in range(0, k8, 8):
            turn(bend.inner_t, i * square + j, square, bend.inner, j * square + i, square)
    for i in range(k):
        bend.own[i] = bend.inner_t[i, i]
    if not problem.identity:
        product(rows, width, room.target_turned, room.cross, room.cross.shape[1], k, d, padded(problem.h), False)
    for i in range(k):
        bend.mixed[i, i] = mix(i, problem, room, bend) + aim(i, problem, room, bend)


@pasted
def respond(problem: Problem, room: Room, bend: Curvature, out: Array) -> None:
    """From the coefficients, the direction in room.rows and the slope's part in room.difference, the image (k d)."""
    k, d, h = problem.k, problem.d, problem.h
    rows, width, square = room.rows, room.rows.shape[1], bend.inner.shape[1]
    d8 = padded(d)
    product(bend.mixed, square, bend.unit_rows, room.image, width, k, k, d8, False)
    pack(rows, width, k, d8, room.panels)
    product(bend.supplement, square, room.panels, bend.image, width, k, k, d8, False)
    if not problem.identity:
        product(bend.reach, bend.reach.shape[1], room.target_rows, rows, width, k, h, d8, False)
    scale = (1.0 - problem.slope) ** 2 * HALF
    aims = bend.reach if problem.identity else rows
    for i in range(k):
        at = i * width
        for a in range(0, d8, 8):
            entries = load(room.image, at + a) + load(bend.image, at + a) + load(aims, at + a)
            entries = fused(scale, entries, load(room.difference, a))
            if i * d + a + 8 <= k * d:
                store(out, i * d + a, entries)  # what sticks out of the row is overwritten by the next one
            else:
                store(room.tail, 0, entries)
                for b in range(a, d):
                    out[i * d + b] = room.tail[b - a]


@part
def hessian_product(p: Array, problem: Problem, room: Room, bend: Curvature, out: Array) -> None:
    """Hessian times the matrix with flat entries p (k d) into `out` (k d), from a prepared `bend`.

    Three matrix products, five for a general target.
    """
    take(p, problem, room)
    couple(problem, room, bend)
    rows, width = room.rows, room.rows.shape[1]
    for a in range(0, padded(problem.d), 8):
        column = fill(0.0)
        for i in range(problem.k):
            column = column + load(rows, i * width + a)
        store(room.difference, a, problem.slope * column)
    respond(problem, room, bend, out)


@kernel
def hessian_product_at(matrix: Array, direction: Array, prepared: Array, out: Array) -> None:
    """Hessian at W (k, d) times each matrix of `direction` (count, k, d) into `out` (count, k, d)."""
    problem = problem_in(prepared)
    room, bend = make_room(prepared, problem), make_curvature(prepared, problem)
    set_curvature(matrix.reshape(-1), problem, room, bend)
    for q in range(direction.shape[0]):
        hessian_product(direction[q].reshape(-1), problem, room, bend, out[q].reshape(-1))
