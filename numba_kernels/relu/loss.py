"""The centred loss of the two-layer ReLU network and its gradient.

For L(W) = 1/2 E(sum_i phi(w_i.x) - sum_j phi(v_j.x))^2 with phi of slope rho below zero, x standard normal:
phi = (1 - rho) relu + rho id and E relu(w.x) (v.x) = w.v/2 give f_rho = (1 - rho)^2 f + rho w.v for the pair kernel
(the two mixed terms rho (1 - rho) w.v/2 and rho^2 w.v add up), hence

    L_rho = (1 - rho)^2 L_0 + rho/2 |sum w - sum v|^2.

With c = cos t, f = |w||v| (sin t + (pi - t) cos t)/(2 pi) and pi - t = pi/2 + asin c:
f = w.v/4 + |w||v| q(c)/(2 pi), q(c) = sqrt(1 - c^2) + c asin c, and q = 1 + (q - 1) separates the mean:

    L_0 = |sum w - sum v|^2/8 + (sum |w| - sum |v|)^2/(4 pi)
          + (sum_ij |w_i||w_j| p - 2 sum_ij |w_i||v_j| p + sum_ij |v_i||v_j| p)/(4 pi),   p = q - 1.

Since p'(c) = asin c, the derivative of |w||v| p in w is |v| ((sin t - 1) w^ + asin c v^), so

    grad_i L_0 = (sum w - sum v)/4 + (sum |w| - sum |v|) w_i^/(2 pi)
                 + (sum_j |w_j| ((sin t_ij - 1) w_i^ + asin c_ij w_j^) - the same over targets)/(2 pi),

the self term j = i having sin t = 0 and asin c = pi/2. An error e of c moves (asin c, sin t) together, by e/sin t and
-e c/sin t; the gradient moves by e |v| m, m = (v^ - c w^)/sin t of length 1: no digits are lost next to parallel or
antiparallel pairs as long as sin t and asin c come from the same c.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import kernel, part, pasted
from numba_kernels.angles import centred
from numba_kernels.products import pack, pack_turned, padded, product
from numba_kernels.relu.layout import (
    CENTRE,
    HALF,
    HALF_PI,
    QUARTER,
    Problem,
    Room,
    make_room,
)
from numba_kernels.relu.target import problem_in
from numba_kernels.vectors import choose, fill, fused, keep, load, root, store, total, turn, turn_add, vector_at

Array = npt.NDArray[np.float64]


@part
def set_neurons(x: Array, problem: Problem, room: Room) -> None:
    """Rows, norms and unit rows of the matrix with flat entries x; NaN where a row is zero."""
    k, d = problem.k, problem.d
    width, d8 = room.rows.shape[1], padded(d)
    rows, unit = room.rows, room.unit
    for i in range(k):
        square = fill(0.0)
        for a in range(0, d8, 8):
            if i * d + a + 8 <= k * d:
                v = load(x, i * d + a)
            else:
                for b in range(a, d):
                    room.tail[b - a] = x[i * d + b]
                v = load(room.tail, 0)
            v = keep(v, 0, d - a)
            store(rows, i * width + a, v)
            square = fused(v, v, square)
        room.sums[i] = total(square)
    for q in range(0, padded(k), 8):
        norm = root(load(room.sums, q))
        norm = choose(norm, 0.0, norm, math.nan)
        store(room.norms, q, keep(norm, 0, k - q))
        store(room.sums, q, 1.0 / norm)
    for i in range(k):
        inverse = room.sums[i]
        for a in range(0, d8, 8):
            store(unit, i * width + a, inverse * load(rows, i * width + a))


@part
def neuron_pairs(problem: Problem, room: Room) -> float:
    """Angles of the neuron pairs i < j: sum_ij |w_i||w_j| p over all i, j; asin c above the diagonal of room.square.

    sum_j |w_j| (sin t_ij - 1) over j < i is added to room.sums, over j > i it is room.own.
    """
    k, k8, width = problem.k, padded(problem.k), room.square.shape[1]
    pack_turned(room.unit, room.unit.shape[1], k, problem.d, room.panels)
    product(room.unit, room.unit.shape[1], room.panels, room.square, width, k, problem.d, k8, True)
    norms, sums, square = room.norms, room.sums, room.square
    pairs, own = fill(0.0), 0.0
    for i in range(k):
        norm, at = norms[i], i * width
        less_sum, centred_sum = fill(0.0), fill(0.0)
        for q in range((i + 1) // 8 * 8, k8, 8):
            c = load(square, at + q)
            if q <= i:
                c = keep(c, i + 1 - q, 8)
            arc, less, p = centred(c)
            weight = load(norms, q)
            less_sum = fused(weight, less, less_sum)
            centred_sum = fused(weight, p, centred_sum)
            store(square, at + q, arc)
            store(sums, q, fused(norm, less, load(sums, q)))
        room.own[i] = total(less_sum)
        pairs = fused(norm, centred_sum, pairs)
        own += norm * norm
    return 2.0 * total(pairs) + CENTRE * own


@part
def target_pairs(problem: Problem, room: Room) -> float:
    """Angles of neurons with targets: sum_ij |w_i||v_j| p; asin c is left in room.cross, for targets along the axes
    times |v_j|: the entries of asin(c) v.

    sum_j |v_j| (sin t_ij - 1) is left in room.aimed.
    """
    k, h8, width = problem.k, padded(problem.h), room.cross.shape[1]
    if not problem.identity:
        product(room.unit, room.unit.shape[1], room.target_turned, room.cross, width, k, problem.d, h8, False)
    norms, cross, axes = room.target_norms, room.cross, problem.identity == 2
    source = room.unit if problem.identity else cross
    pairs = fill(0.0)
    for i in range(k):
        less_sum, centred_sum = fill(0.0), fill(0.0)
        for q in range(0, h8, 8):
            arc, less, p = centred(load(source, i * width + q))
            weight = load(norms, q)
            less_sum = fused(weight, less, less_sum)
            centred_sum = fused(weight, p, centred_sum)
            store(cross, i * width + q, weight * arc if axes else arc)
        room.aimed[i] = total(less_sum)
        pairs = fused(room.norms[i], centred_sum, pairs)
    return total(pairs)


@part
def mirror(size: int, square: Array) -> None:
    """Copy what lies above the diagonal to below it, and pi/2 onto it; up to the next multiple of 8."""
    width, end = square.shape[1], padded(size)
    for i in range(0, end, 8):
        store(square, (i + 7) * width + i, fill(0.0))
        turn_add(square, i * width + i, width, square, i * width + i, width)
        for j in range(i + 8, end, 8):
            turn(square, i * width + j, width, square, j * width + i, width)
    for i in range(size):
        square[i, i] = HALF_PI


@part
def mean_part(problem: Problem, room: Room) -> float:
    """Store sum w - sum v in the room; return the part of the loss that is a function of sums alone, slope included."""
    k, h = problem.k, problem.h
    norms = 0.0
    for i in range(k):
        norms += room.norms[i]
    for j in range(h):
        norms -= room.target_norms[j]
    width, rows = room.rows.shape[1], room.rows
    squares = fill(0.0)
    for a in range(0, padded(problem.d), 8):
        column = fill(0.0) - load(room.target_sum, a)
        for i in range(k):
            column = column + load(rows, i * width + a)
        store(room.difference, a, column)
        squares = fused(column, column, squares)
    square = total(squares)
    for i in range(k):
        room.sums[i] = norms - room.norms[i]
    scale = (1.0 - problem.slope) ** 2
    return scale * (0.125 * square + QUARTER * norms * norms) + 0.5 * problem.slope * square


@pasted
def value_of_rows(problem: Problem, room: Room) -> float:
    """Loss at the neurons in the room."""
    mean = mean_part(problem, room)
    neurons = neuron_pairs(problem, room)
    pairs = neurons - 2.0 * target_pairs(problem, room) + room.constant[0]
    return mean + (1.0 - problem.slope) ** 2 * QUARTER * pairs


@part
def value(x: Array, problem: Problem, room: Room) -> float:
    """Loss at the matrix with flat entries x (k d); NaN where a row is zero."""
    set_neurons(x, problem, room)
    return value_of_rows(problem, room)


@part
def value_gradient(x: Array, problem: Problem, room: Room, gradient: Array) -> float:
    """Loss at the matrix with flat entries x (k d), its gradient into `gradient` (k d); NaN where a row is zero."""
    set_neurons(x, problem, room)
    return gradient_of_rows(problem, room, gradient)


@pasted
def gradient_of_rows(problem: Problem, room: Room, gradient: Array) -> float:
    """Loss at the neurons in the room, its gradient into `gradient` (k d)."""
    k, d, h, width = problem.k, problem.d, problem.h, room.rows.shape[1]
    d8 = padded(d)
    loss = value_of_rows(problem, room)
    mirror(k, room.square)
    pack(room.rows, width, k, d8, room.panels)
    product(room.square, room.square.shape[1], room.panels, room.image, width, k, k, d8, False)
    if not problem.identity:
        product(room.cross, room.cross.shape[1], room.target_rows, room.rows, width, k, h, d8, False)
    combine(problem, room, gradient)
    return loss


@part
def combine(problem: Problem, room: Room, gradient: Array) -> None:
    """The gradient's rows from their parts: products, unit rows and the sums of all weights."""
    k, d, width = problem.k, problem.d, room.rows.shape[1]
    scale = (1.0 - problem.slope) ** 2
    mean, factor = 0.25 * scale + problem.slope, scale * HALF
    images, units = room.image, room.unit
    aims = room.cross if problem.identity else room.rows
    for i in range(k):
        level, at = factor * (room.sums[i] + room.own[i] - room.aimed[i]), i * width
        for a in range(0, padded(d), 8):
            slope = factor * (load(images, at + a) - load(aims, at + a))
            slope = fused(level, load(units, at + a), slope)
            slope = fused(mean, load(room.difference, a), slope)
            if i * d + a + 8 <= k * d:
                store(gradient, i * d + a, slope)  # what sticks out of the row is overwritten by the next one
            else:
                store(room.tail, 0, slope)
                for b in range(a, d):
                    gradient[i * d + b] = room.tail[b - a]


@pasted
def put_row(row: Array, size: int, out: Array, begin: int) -> None:
    """Copy `size` entries to flat places of `out`."""
    whole = size - size % 8
    for q in range(0, whole, 8):
        store(out, begin + q, load(row, q))
    flat = vector_at(out, begin, size)
    for q in range(whole, size):
        flat[q] = row[q]


@part
def collapsed(problem: Problem, room: Room) -> bool:
    """Whether some row of the last evaluated matrix is shorter than 1e-9 of the longest: a neuron at its kink."""
    least = longest = room.norms[0]
    for i in range(1, problem.k):
        least = min(least, room.norms[i])
        longest = max(longest, room.norms[i])
    return not least > 1e-9 * longest


@kernel
def loss_at(matrix: Array, prepared: Array) -> float:
    """Loss at W (k, d) in a prepared store."""
    problem = problem_in(prepared)
    return value(matrix.reshape(-1), problem, make_room(prepared, problem))


@kernel
def loss_gradient_at(matrix: Array, prepared: Array, gradient: Array) -> float:
    """Loss at W (k, d), its gradient into `gradient` (k, d)."""
    problem = problem_in(prepared)
    return value_gradient(matrix.reshape(-1), problem, make_room(prepared, problem), gradient.reshape(-1))


@kernel
def losses_gradients_at(matrices: Array, prepared: Array, losses: Array, gradients: Array) -> None:
    """Losses (count) and gradients (count, k, d) at a batch (count, k, d)."""
    problem = problem_in(prepared)
    room = make_room(prepared, problem)
    for q in range(matrices.shape[0]):
        losses[q] = value_gradient(matrices[q].reshape(-1), problem, room, gradients[q].reshape(-1))
