"""The Hessian of the loss in both layers, (W, a) jointly: products with it, and the dense matrix.

From dL/dw_i = a_i G_i and dL/da_i = w_i.G_i (second_layer.py), along a direction (p, e), with the blocks M_ij = f_wv
(w_i, w_j), M_ii = I/2, of hessian.py and f_wv(w, v) v = f_w(w, v), f_ww(w, v) w = 0:

    dG_i = sum_j M_ij (a_j p_j + e_j w_j) + D_i p_i,
    D_i = (sum_{j != i} m_j s_ij (I - w^ w^' + m m') - the same over targets)/(2 pi |w_i|),
    H (p, e) = (a_i dG_i + e_i G_i,  w_i.dG_i + p_i.G_i).

All is linear in the a_j; nothing is divided by them. The a_j scale the columns of what hessian.py takes from M, and
M_ij w_j = f_w(w_i, w_j) = (|w_j| sin t w_i^ + (pi - t) w_j)/(2 pi) adds e_j times it to the coefficients of the unit
rows. At a critical point H (w_i, -a_i) = 0 for every i; elsewhere it is -(dL/dw_i, -dL/da_i).

Newton-CG solves in the complement of these k directions, which are orthogonal to each other and to the gradient: there
the Hessian is regular at a critical point that is isolated up to scalings, and what is left of the Newton equation
outside is of second order in the gradient.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import kernel, part
from numba_kernels.products import padded
from numba_kernels.relu.dense_hessian import set_diagonal, set_row
from numba_kernels.relu.hessian import couple, curvature_of_rows, respond, take
from numba_kernels.relu.layout import HALF, Bench, Curvature, Problem, make_bench, make_curvature
from numba_kernels.relu.second_layer import Layers, along, make_layers, set_slopes
from numba_kernels.relu.target import problem_in
from numba_kernels.vectors import choose, fill, fused, load, store, total

Array = npt.NDArray[np.float64]


@part
def set_curvature(x: Array, problem: Problem, layers: Layers, bend: Curvature) -> None:
    """Prepare Hessian products at the flat point x: the pair quantities, their columns scaled by the a_j."""
    k, width = problem.k, bend.cosine.shape[1]
    set_slopes(x, problem, layers)
    curvature_of_rows(problem, layers.room, layers.lengths, bend)
    for i in range(k):
        for q in range(0, padded(k), 8):
            at = i * width + q
            c, outer, length = load(bend.cosine, at), load(layers.outer, q), load(layers.lengths, q)
            tan, cot = load(bend.half_tan, at), load(bend.half_cot, at)
            half = choose(c, 0.0, (1.0 + c) * tan, (1.0 - c) * cot)
            store(layers.sine, at, 2.0 * length * half)
            store(layers.turning, at, length * load(bend.supplement, at))
            store(bend.supplement, at, outer * load(bend.supplement, at))
            store(bend.half_tan, at, outer * tan)
            store(bend.half_cot, at, outer * cot)
        layers.turning[i, i] = math.pi * layers.lengths[i]
        layers.sine[i, i] = 0.0
        bend.supplement[i, i] = math.pi * layers.outer[i] + bend.radial[i]


@part
def hessian_product(p: Array, problem: Problem, layers: Layers, bend: Curvature, out: Array) -> None:
    """Hessian times the flat direction p into `out` (k d + k each), from a prepared `bend`."""
    k, d, room = problem.k, problem.d, layers.room
    d8, k8, width, square = padded(d), padded(k), room.rows.shape[1], bend.mixed.shape[1]
    answer, slopes, change = layers.answer, layers.slopes, layers.change
    take(p, problem, room)
    for i in range(k):
        change[i] = p[k * d + i]
        sums = 0.0
        for q in range(i * d, i * d + d):
            sums += p[q] * slopes[q]
        layers.mean[i] = sums
    couple(problem, room, bend)
    for i in range(k):
        rest = fill(0.0)
        for q in range(0, k8, 8):
            at, e = i * square + q, load(change, q)
            store(bend.mixed, at, fused(e, load(layers.turning, at), load(bend.mixed, at)))
            rest = fused(e, load(layers.sine, at), rest)
        bend.mixed[i, i] += total(rest)
    for a in range(0, d8, 8):
        column = fill(0.0)
        for i in range(k):
            column = fused(layers.outer[i], load(room.rows, i * width + a), column)
            column = fused(change[i] * layers.lengths[i], load(room.unit, i * width + a), column)
        store(room.difference, a, problem.slope * column)
    respond(problem, room, bend, answer)
    for i in range(k):
        outer, e = layers.outer[i], change[i]
        out[k * d + i] = along(i, answer, problem, layers) + layers.mean[i]
        for q in range(i * d, i * d + d):
            out[q] = outer * answer[q] + e * slopes[q]


@part
def level_product(p: Array, problem: Problem, layers: Layers, bend: Curvature, out: Array) -> None:
    """As `hessian_product`, projected onto the complement of the directions (w_i, -a_i) of the scalings."""
    k, d, unit = problem.k, problem.d, layers.room.unit
    hessian_product(p, problem, layers, bend, out)
    for i in range(k):
        length, outer = layers.lengths[i], layers.outer[i]
        inner = 0.0
        for a in range(d):
            inner += unit[i, a] * out[i * d + a]
        share = (length * inner - outer * out[k * d + i]) / (length * length + outer * outer)
        for a in range(d):
            out[i * d + a] -= share * length * unit[i, a]
        out[k * d + i] += share * outer


@part
def hessian(problem: Problem, layers: Layers, bend: Curvature, bench: Bench, out: Array) -> None:
    """The dense Hessian into `out` (k d + k, k d + k) from a prepared `bend`."""
    k, d, room = problem.k, problem.d, layers.room
    n, scale, slope = k * d, (1.0 - problem.slope) ** 2 * HALF, problem.slope
    unit, outer, lengths = room.unit, layers.outer, layers.lengths
    for i in range(k):
        set_diagonal(i, problem, room, bend, bench)
        for a in range(d):
            set_row(i, a, 0, 0.0, problem, room, bend, bench)
            here = out[i * d + a]
            for q in range(n):
                here[q] = outer[i] * bench.row[q]
            for j in range(k):
                here[j * d + a] += slope * outer[i] * outer[j]
                turned = layers.turning[i, j] * unit[j, a] + layers.sine[i, j] * unit[i, a]
                entry = outer[i] * (scale * turned + slope * lengths[j] * unit[j, a])
                if j == i:
                    entry += layers.slopes[i * d + a]
                here[n + j] = entry
                out[n + j, i * d + a] = entry
        for j in range(k):
            c = 1.0 if j == i else bend.cosine[i, j]
            pair = scale * (layers.turning[i, j] * c + layers.sine[i, j]) + slope * lengths[j] * c
            out[n + i, n + j] = lengths[i] * pair


@kernel
def hessian_product_at(x: Array, directions: Array, prepared: Array, extra: Array, out: Array) -> None:
    """Hessian at the flat point x times each row of `directions` (count, k d + k) into `out`."""
    problem = problem_in(prepared)
    layers, bend = make_layers(prepared, extra, problem), make_curvature(prepared, problem)
    set_curvature(x, problem, layers, bend)
    for q in range(directions.shape[0]):
        hessian_product(directions[q], problem, layers, bend, out[q])


@kernel
def hessian_at(x: Array, prepared: Array, extra: Array, out: Array) -> None:
    """Dense Hessian at the flat point x into `out` (k d + k, k d + k); the store has room for it (bent = 2)."""
    problem = problem_in(prepared)
    layers, bend, bench = (
        make_layers(prepared, extra, problem),
        make_curvature(prepared, problem),
        make_bench(prepared, problem),
    )
    set_curvature(x, problem, layers, bend)
    hessian(problem, layers, bend, bench, out)
