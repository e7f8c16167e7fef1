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

from numba_kernels._jit import kernel, part
from numba_kernels.angles import centred_pass
from numba_kernels.lanes import dot_at, product
from numba_kernels.relu.layout import CENTRE, HALF, HALF_PI, QUARTER, Problem, Room, make_room, set_target

Array = npt.NDArray[np.float64]


@part
def set_neurons(x: Array, problem: Problem, room: Room) -> None:
    """Rows, norms and unit rows (also transposed) of the matrix with flat entries x; NaN where a row is zero."""
    k, d = problem.k, problem.d
    width = room.rows.shape[1]
    for i in range(k):
        row, unit = room.rows[i], room.unit[i]
        for a in range(d):
            row[a] = x[i * d + a]
        norm = math.sqrt(dot_at(room.rows, i * width, room.rows, i * width, width))
        norm = norm if norm > 0.0 else math.nan
        room.norms[i] = norm
        inverse = 1.0 / norm
        for a in range(d):
            unit[a] = row[a] * inverse
    for begin in range(0, k, 8):
        end = min(k, begin + 8)
        for a in range(d):
            for i in range(begin, end):
                room.unit_t[a, i] = room.unit[i, a]


@part
def set_cosines(problem: Problem, room: Room) -> int:
    """Cosines of the neuron pairs i < j, then of neurons with targets, into room.cosine; start of the latter."""
    k, d, h = problem.k, problem.d, problem.h
    width, target_width = room.square.shape[1], room.cross.shape[1]
    product(room.unit, room.unit_t, room.square, k, d, width, True)
    q = 0
    for i in range(k):
        first = (i + 1) // 8 * 8
        row, own = room.cosine[q : q + width - first], room.square[i, first:width]
        for j in range(width - first):
            row[j] = own[j]
        for j in range(first, i + 1):
            row[j - first] = 0.0
        q += width - first
    if not problem.identity:
        product(room.unit, room.target_unit_t, room.cross, k, d, target_width, False)
    source = room.unit if problem.identity else room.cross
    for i in range(k):
        begin = q + i * target_width
        row, own = room.cosine[begin : begin + target_width], source[i]
        for a in range(h):
            row[a] = own[a]
        for a in range(h, target_width):
            row[a] = 0.0
    return q


@part
def mean_part(problem: Problem, room: Room) -> float:
    """Store sum w - sum v in the room; return the part of the loss that is a function of sums alone, slope included."""
    k, d, h = problem.k, problem.d, problem.h
    norms = 0.0
    for i in range(k):
        norms += room.norms[i]
    for j in range(h):
        norms -= room.target_norms[j]
    difference = room.difference
    for a in range(d):
        difference[a] = -room.target_sum[a]
    for i in range(k):
        row = room.rows[i]
        for a in range(d):
            difference[a] += row[a]
    square = dot_at(difference, 0, difference, 0, difference.shape[0])
    scale = (1.0 - problem.slope) ** 2
    return scale * (0.125 * square + QUARTER * norms * norms) + 0.5 * problem.slope * square


@part
def pair_part(problem: Problem, room: Room, start: int) -> float:
    """sum_ij |w_i||w_j| p - 2 sum_ij |w_i||v_j| p + sum_ij |v_i||v_j| p, once room.cosine holds p."""
    width, target_width = room.square.shape[1], room.cross.shape[1]
    neurons = targets = own = 0.0
    q = 0
    for i in range(problem.k):
        norm, first = room.norms[i], (i + 1) // 8 * 8
        neurons += norm * dot_at(room.cosine, q, room.norms, first, width - first)
        own += norm * norm
        targets += norm * dot_at(room.cosine, start + i * target_width, room.target_norms, 0, target_width)
        q += width - first
    return 2.0 * neurons + CENTRE * own - 2.0 * targets + room.constant[0]


@part
def value_gradient(x: Array, problem: Problem, room: Room, gradient: Array) -> float:
    """Loss at the matrix with flat entries x (k d), its gradient into `gradient` (k d); NaN where a row is zero."""
    k, d, h = problem.k, problem.d, problem.h
    width, target_width = room.square.shape[1], room.cross.shape[1]
    set_neurons(x, problem, room)
    start = set_cosines(problem, room)
    size = start + k * target_width
    centred_pass(room.cosine[:size], room.less[:size], room.arc[:size])
    norms, sums = room.norms, room.sums

    excess = 0.0
    for i in range(k):
        excess += norms[i]
    for j in range(h):
        excess -= room.target_norms[j]
    for i in range(k):
        sums[i] = excess - norms[i]
    q = 0
    for i in range(k):
        norm, first = norms[i], (i + 1) // 8 * 8
        count = width - first
        ahead, less, arc = sums[first:width], room.less[q : q + count], room.arc[q : q + count]
        own = room.square[i, first:width]
        for j in range(count):
            ahead[j] += norm * less[j]
            own[j] = arc[j]
        for j in range(i + 1, k):
            room.square[j, i] = arc[j - first]
        room.square[i, i] = HALF_PI
        begin = start + i * target_width
        sums[i] += dot_at(room.less, q, norms, first, count)
        sums[i] -= dot_at(room.less, begin, room.target_norms, 0, target_width)
        q += count
    # the zeros that rows i = first .. first + 7 wrote left of the diagonal are overwritten by the mirror images
    for i in range(k):
        for j in range((i + 1) // 8 * 8, i):
            room.square[i, j] = room.square[j, i]

    scale = (1.0 - problem.slope) ** 2
    loss = mean_part(problem, room) + scale * QUARTER * pair_part(problem, room, start)
    product(room.square, room.rows, room.image, k, k, room.rows.shape[1], False)
    if not problem.identity:
        for i in range(k):
            row, arc = room.cross[i], room.arc[start + i * target_width : start + (i + 1) * target_width]
            for j in range(h):
                row[j] = arc[j]
        product(room.cross, room.target, room.rows, k, h, room.rows.shape[1], False)
    mean, factor = 0.25 * scale + problem.slope, scale * HALF
    for i in range(k):
        total, out, difference = sums[i], gradient[i * d : (i + 1) * d], room.difference
        image, unit = room.image[i], room.unit[i]
        aim = room.arc[start + i * target_width : start + i * target_width + d] if problem.identity else room.rows[i]
        for a in range(d):
            out[a] = factor * (image[a] - aim[a] + total * unit[a]) + mean * difference[a]
    return loss


@part
def value(x: Array, problem: Problem, room: Room) -> float:
    """Loss at the matrix with flat entries x (k d); NaN where a row is zero."""
    set_neurons(x, problem, room)
    start = set_cosines(problem, room)
    size = start + problem.k * room.cross.shape[1]
    centred_pass(room.cosine[:size], room.less[:size], room.arc[:size])
    return mean_part(problem, room) + (1.0 - problem.slope) ** 2 * QUARTER * pair_part(problem, room, start)


@part
def collapsed(problem: Problem, room: Room) -> bool:
    """Whether some row of the last evaluated matrix is shorter than 1e-9 of the longest: a neuron at its kink."""
    least = longest = room.norms[0]
    for i in range(1, problem.k):
        least = min(least, room.norms[i])
        longest = max(longest, room.norms[i])
    return not least > 1e-9 * longest


@kernel
def loss_at(matrix: Array, target: Array, identity: int, slope: float) -> float:
    """Loss at W (k, d) for the target V (h, d); with identity = 1, V = I and `target` is not read."""
    k, d = matrix.shape
    h = d if identity else target.shape[0]
    problem = Problem(k, d, h, identity, slope)
    room = make_room(k, d, h, identity)
    set_target(target, problem, room)
    return value(matrix.reshape(k * d), problem, room)


@kernel
def loss_gradient_at(matrix: Array, target: Array, identity: int, slope: float, gradient: Array) -> float:
    """Loss at W (k, d), its gradient into `gradient` (k, d)."""
    k, d = matrix.shape
    h = d if identity else target.shape[0]
    problem = Problem(k, d, h, identity, slope)
    room = make_room(k, d, h, identity)
    set_target(target, problem, room)
    return value_gradient(matrix.reshape(k * d), problem, room, gradient.reshape(k * d))


@kernel
def losses_gradients_at(
    matrices: Array, target: Array, identity: int, slope: float, losses: Array, gradients: Array
) -> None:
    """Losses (count) and gradients (count, k, d) at a batch (count, k, d)."""
    count, k, d = matrices.shape
    h = d if identity else target.shape[0]
    problem = Problem(k, d, h, identity, slope)
    room = make_room(k, d, h, identity)
    set_target(target, problem, room)
    for q in range(count):
        losses[q] = value_gradient(matrices[q].reshape(k * d), problem, room, gradients[q].reshape(k * d))
