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

from numba_kernels._jit import kernel, part
from numba_kernels.angles import supplement
from numba_kernels.lanes import dot, product
from numba_kernels.relu.layout import HALF, Curvature, Problem, Room, make_curvature, make_room, set_target
from numba_kernels.relu.loss import set_neurons

Array = npt.NDArray[np.float64]


@part
def refine(u: Array, v: Array, size: int, c: float) -> tuple[float, float]:
    """(1 - c, 1 + c) for the cosine c of two unit vectors, relatively accurate where one of them is small."""
    if c > 0.5:
        square = 0.0
        for a in range(size):
            square += (u[a] - v[a]) ** 2
        return 0.5 * square, 2.0 - 0.5 * square
    if c < -0.5:
        square = 0.0
        for a in range(size):
            square += (u[a] + v[a]) ** 2
        return 2.0 - 0.5 * square, 0.5 * square
    return 1.0 - c, 1.0 + c


@part
def set_curvature(x: Array, problem: Problem, room: Room, bend: Curvature) -> None:
    """Fill `bend` with the pair quantities at the matrix with flat entries x (k d); NaN where a row is zero."""
    k, d, h = problem.k, problem.d, problem.h
    set_neurons(x, problem, room)
    unit, norms = room.unit, room.norms
    product(unit, room.unit_t, bend.cosine, k, d, bend.cosine.shape[1], False)
    if problem.identity:
        for i in range(k):
            for j in range(h):
                bend.target_cosine[i, j] = unit[i, j]
    else:
        product(unit, room.target_unit_t, bend.target_cosine, k, d, bend.target_cosine.shape[1], False)
    for i in range(k):
        bend.cosine[i, i] = 0.0
        bend.radial[i] = 0.0
    for i in range(k):
        for j in range(i):
            less, more = refine(unit[i], unit[j], d, bend.cosine[i, j])
            s = math.sqrt(less * more)
            c = 0.5 * (more - less)
            flat = s == 0.0
            bend.cosine[i, j] = bend.cosine[j, i] = c
            bend.supplement[i, j] = bend.supplement[j, i] = supplement(c, s)
            bend.half_tan[i, j] = bend.half_tan[j, i] = 0.0 if flat else 0.5 * s / more
            bend.half_cot[i, j] = bend.half_cot[j, i] = 0.0 if flat else 0.5 * s / less
            ratio = norms[j] / norms[i]
            bend.weight[i, j] = 0.0 if flat else ratio / s
            bend.weight[j, i] = 0.0 if flat else 1.0 / (ratio * s)
            bend.radial[i] += ratio * s
            bend.radial[j] += s / ratio
        for j in range(h):
            c = bend.target_cosine[i, j]
            less, more = 1.0 - c, 1.0 + c
            if abs(c) > 0.5:
                less, more = target_refine(room, problem, i, j, c)
            s = math.sqrt(less * more)
            ratio = room.target_norms[j] / norms[i]
            bend.target_cosine[i, j] = 0.5 * (more - less)
            bend.target_weight[i, j] = 0.0 if s == 0.0 else -ratio / s
            bend.radial[i] -= ratio * s


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
def hessian(problem: Problem, room: Room, bend: Curvature, out: Array) -> None:
    """The dense Hessian into `out` (k d, k d) from a prepared `bend`; both triangles."""
    k, d, h = problem.k, problem.d, problem.h
    scale = (1.0 - problem.slope) ** 2 * HALF
    unit = room.unit
    plus, minus = np.empty(d), np.empty(d)
    width = unit.shape[1]
    spokes = np.zeros((k + h, width))
    scaled = np.zeros((width, k + h))
    diagonal = np.zeros((width, width))
    for i in range(k):
        for j in range(i):
            even, odd = scale * bend.half_tan[i, j], scale * bend.half_cot[i, j]
            level = scale * bend.supplement[i, j] + problem.slope
            for b in range(d):
                plus[b] = unit[i, b] + unit[j, b]
                minus[b] = unit[i, b] - unit[j, b]
            for a in range(d):
                p, q = even * plus[a], odd * minus[a]
                row = out[i * d + a, j * d : (j + 1) * d]
                for b in range(d):
                    row[b] = p * plus[b] - q * minus[b]
                row[a] += level
                mirror = out[j * d + a, i * d : (i + 1) * d]
                for b in range(d):
                    mirror[b] = row[b]
        for j in range(k + h):
            c = bend.cosine[i, j] if j < k else bend.target_cosine[i, j - k]
            factor = bend.weight[i, j] if j < k else bend.target_weight[i, j - k]
            for a in range(d):
                if j < k:
                    other = unit[j, a]
                elif problem.identity:
                    other = 1.0 if a == j - k else 0.0
                else:
                    other = room.target_unit[j - k, a]
                spoke = other - c * unit[i, a]
                spokes[j, a] = spoke
                scaled[a, j] = scale * factor * spoke
        product(scaled, spokes, diagonal, d, k + h, width, False)
        radial = scale * bend.radial[i]
        level = scale * math.pi + radial + problem.slope
        for a in range(d):
            row = out[i * d + a, i * d : (i + 1) * d]
            p = radial * unit[i, a]
            for b in range(d):
                row[b] = diagonal[a, b] - p * unit[i, b]
            row[a] += level


@part
def hessian_product(p: Array, problem: Problem, room: Room, bend: Curvature, out: Array) -> None:
    """Hessian times the matrix with flat entries p (k d) into `out` (k d), from a prepared `bend`.

    In row i, with Y = U P' (U the unit rows, P the matrix of p), T and K the half tangents and cotangents and D the
    weights over sines: the coefficient of u_j is T (Y_ij + Y_jj) + K (Y_ij - Y_jj) + D (Y_ji - c Y_ii), that of u_i
    is the sum of T (Y_ij + Y_jj) - K (Y_ij - Y_jj) - c D (Y_ji - c Y_ii). The same floats enter both with opposite
    signs, so that their errors cancel where u_i and u_j are close. Four matrix products, three when V = I.
    """
    k, d, h = problem.k, problem.d, problem.h
    unit, rows = room.unit, room.rows
    for i in range(k):
        for a in range(d):
            rows[i, a] = p[i * d + a]
    inner, inner_t, mixed = bend.inner, bend.inner_t, bend.mixed
    product(rows, room.unit_t, inner_t, k, d, inner_t.shape[1], False)
    for i in range(k):
        bend.own[i] = inner_t[i, i]
        for j in range(k):
            inner[i, j] = inner_t[j, i]
    width = mixed.shape[1]
    for i in range(k):
        mine = bend.own[i]
        y, yt, c, w, half_tan, half_cot = (
            inner[i],
            inner_t[i],
            bend.cosine[i],
            bend.weight[i],
            bend.half_tan[i],
            bend.half_cot[i],
        )
        row = mixed[i]
        for j in range(width):
            even = (y[j] + bend.own[j]) * half_tan[j]
            odd = (y[j] - bend.own[j]) * half_cot[j]
            bent = (yt[j] - c[j] * mine) * w[j]
            row[j] = even + odd + bent
            y[j] = even - odd - c[j] * bent  # y is read for the last time: the part that belongs to u_i
        total = dot(inner[i], room.ones[:width]) - bend.radial[i] * mine
        reach, c = bend.reach[i], bend.target_cosine[i]
        if problem.identity:
            for j in range(h):
                reach[j] = (rows[i, j] - c[j] * mine) * bend.target_weight[i, j]
        else:
            for j in range(h):
                z = dot(rows[i], room.target_unit[j])
                reach[j] = (z - c[j] * mine) * bend.target_weight[i, j]
        row[i] = total - dot(reach, c)
        bend.supplement[i, i] = math.pi + bend.radial[i]
    columns = rows.shape[1]
    product(mixed, unit, room.image, k, k, columns, False)
    product(bend.supplement, rows, bend.image, k, k, columns, False)
    if not problem.identity:
        product(bend.reach, room.target_unit, rows, k, h, columns, False)
    for a in range(d):
        total = 0.0
        for i in range(k):
            total += p[i * d + a]
        room.difference[a] = problem.slope * total
    scale = (1.0 - problem.slope) ** 2 * HALF
    for i in range(k):
        for a in range(d):
            aim = bend.reach[i, a] if problem.identity else rows[i, a]
            out[i * d + a] = scale * (room.image[i, a] + bend.image[i, a] + aim) + room.difference[a]


@kernel
def hessian_at(matrix: Array, target: Array, identity: int, slope: float, out: Array) -> None:
    """Dense Hessian at W (k, d) into `out` (k d, k d)."""
    k, d = matrix.shape
    h = d if identity else target.shape[0]
    problem = Problem(k, d, h, identity, slope)
    room = make_room(k, d, h, identity)
    bend = make_curvature(k, d, h)
    set_target(target, problem, room)
    set_curvature(matrix.reshape(k * d), problem, room, bend)
    hessian(problem, room, bend, out)


@kernel
def hessian_product_at(matrix: Array, direction: Array, target: Array, identity: int, slope: float, out: Array) -> None:
    """Hessian at W (k, d) times each matrix of `direction` (count, k, d) into `out` (count, k, d)."""
    k, d = matrix.shape
    h = d if identity else target.shape[0]
    problem = Problem(k, d, h, identity, slope)
    room = make_room(k, d, h, identity)
    bend = make_curvature(k, d, h)
    set_target(target, problem, room)
    set_curvature(matrix.reshape(k * d), problem, room, bend)
    for q in range(direction.shape[0]):
        hessian_product(direction[q].reshape(k * d), problem, room, bend, out[q].reshape(k * d))
