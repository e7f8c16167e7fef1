"""The dense Hessian of the ReLU loss from the pair quantities of hessian.py, written row after row.

The diagonal blocks' sums of m m' are products of the matrix of the spokes v^ - c w^ of a neuron with itself, weighted.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import kernel, part, pasted
from numba_kernels.products import pack, padded, product
from numba_kernels.relu.hessian import set_curvature
from numba_kernels.relu.layout import (
    HALF,
    Bench,
    Curvature,
    Problem,
    Room,
    make_bench,
    make_curvature,
    make_room,
)
from numba_kernels.relu.loss import put_row
from numba_kernels.relu.target import problem_in
from numba_kernels.vectors import fill, keep, load, store, turn, vector_at

Array = npt.NDArray[np.float64]


@pasted
def set_spokes(i: int, problem: Problem, room: Room, bend: Curvature, bench: Bench) -> None:
    """The rows |.|^(1/2) m of the diagonal block of neuron i: spokes v^ - c w^, and the same times weight over sine."""
    k, d, h = problem.k, problem.d, problem.h
    width = room.unit.shape[1]
    for j in range(k + h):
        c = bend.cosine[i, j] if j < k else bend.target_cosine[i, j - k]
        for a in range(0, padded(d), 8):
            mine = load(room.unit, i * width + a)
            if j < k:
                spoke = load(room.unit, j * width + a) - c * mine
            elif problem.identity:
                spoke = keep(fill(1.0), j - k - a, j - k - a + 1) - c * mine
            else:
                spoke = load(room.target_unit, (j - k) * width + a) - c * mine
            store(bench.spokes, j * width + a, spoke)
            factor = bend.weight[i, j] if j < k else bend.target_weight[i, j - k]
            store(bench.scaled, j * width + a, factor * spoke)


@pasted
def set_diagonal(i: int, problem: Problem, room: Room, bend: Curvature, bench: Bench) -> None:
    """The sums of m m' in the diagonal block of neuron i into bench.diagonal."""
    d, both = problem.d, problem.k + problem.h
    d8, width, turned = padded(d), room.unit.shape[1], bench.turned.shape[1]
    set_spokes(i, problem, room, bend, bench)
    pack(bench.spokes, width, both, d8, bench.panels)
    for j in range(0, padded(both), 8):
        for a in range(0, d8, 8):
            turn(bench.scaled, j * width + a, width, bench.turned, a * turned + j, turned)
    product(bench.turned, turned, bench.panels, bench.diagonal, width, d, both, d8, False)


@pasted
def set_block(
    i: int, a: int, j: int, scale: float, mean: float, problem: Problem, room: Room, bend: Curvature, bench: Bench
) -> None:
    """Row a of block (i, j), j != i, of the Hessian to its place in bench.row."""
    d, width, unit, row = problem.d, room.unit.shape[1], room.unit, bench.row
    level = scale * bend.supplement[i, j] + mean
    even = scale * bend.half_tan[i, j] * (unit[i, a] + unit[j, a])
    odd = scale * bend.half_cot[i, j] * (unit[i, a] - unit[j, a])
    for b in range(0, padded(d), 8):
        mine, other = load(unit, i * width + b), load(unit, j * width + b)
        store(row, j * d + b, even * (mine + other) - odd * (mine - other))
    row[j * d + a] += level


@pasted
def set_row(
    i: int, a: int, side: int, mean: float, problem: Problem, room: Room, bend: Curvature, bench: Bench
) -> None:
    """Row (i, a) of the Hessian into bench.row; for side = -1 and 1 the blocks (i, j) with j <= i and j >= i only.

    `mean` is the coefficient of the unit matrix in all blocks.
    """
    d, width, unit, row = problem.d, room.unit.shape[1], room.unit, bench.row
    scale = (1.0 - problem.slope) ** 2 * HALF
    if side <= 0:
        for j in range(i):
            set_block(i, a, j, scale, mean, problem, room, bend, bench)
    p = scale * bend.radial[i] * unit[i, a]
    for b in range(0, padded(d), 8):
        store(row, i * d + b, scale * load(bench.diagonal, a * width + b) - p * load(unit, i * width + b))
    row[i * d + a] += scale * bend.supplement[i, i] + mean
    if side >= 0:
        for j in range(i + 1, problem.k):
            set_block(i, a, j, scale, mean, problem, room, bend, bench)


@part
def hessian(problem: Problem, room: Room, bend: Curvature, bench: Bench, side: int, out: Array) -> None:
    """The dense Hessian into `out` (k d, k d) from a prepared `bend`, row after row; `side` as in `set_row`."""
    k, d = problem.k, problem.d
    for i in range(k):
        set_diagonal(i, problem, room, bend, bench)
        first, stop = i if side > 0 else 0, i + 1 if side < 0 else k
        row = vector_at(bench.row, first * d, (stop - first) * d + 8)
        for a in range(d):
            set_row(i, a, side, problem.slope, problem, room, bend, bench)
            put_row(row, (stop - first) * d, out, (i * d + a) * k * d + first * d)


@kernel
def hessian_at(matrix: Array, prepared: Array, side: int, out: Array) -> None:
    """Dense Hessian at W (k, d) into `out` (k d, k d), `side` as in `set_row`; the store has room for it (bent = 2)."""
    problem = problem_in(prepared)
    room, bend, bench = make_room(prepared, problem), make_curvature(prepared, problem), make_bench(prepared, problem)
    set_curvature(matrix.reshape(-1), problem, room, bend)
    hessian(problem, room, bend, bench, side, out)
