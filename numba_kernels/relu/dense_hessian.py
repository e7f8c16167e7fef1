"""The dense Hessian of the ReLU loss from the pair quantities of hessian.py, written row after row.

The diagonal blocks' sums of m m' are products of the matrix of the spokes v^ - c w^ of a neuron with itself, weighted.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import kernel, part
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
    problem_in,
)
from numba_kernels.relu.loss import put_row
from numba_kernels.vectors import fill, keep, load, store, turn

Array = npt.NDArray[np.float64]


@part
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


@part
def hessian(problem: Problem, room: Room, bend: Curvature, bench: Bench, out: Array) -> None:
    """The dense Hessian into `out` (k d, k d) from a prepared `bend`; both triangles, row after row."""
    k, d, both = problem.k, problem.d, problem.k + problem.h
    scale = (1.0 - problem.slope) ** 2 * HALF
    d8, width, turned = padded(d), room.unit.shape[1], bench.turned.shape[1]
    n, unit, row = k * d, room.unit, bench.row
    for i in range(k):
        set_spokes(i, problem, room, bend, bench)
        pack(bench.spokes, width, both, d8, bench.panels)
        for j in range(0, padded(both), 8):
            for a in range(0, d8, 8):
                turn(bench.scaled, j * width + a, width, bench.turned, a * turned + j, turned)
        product(bench.turned, turned, bench.panels, bench.diagonal, width, d, both, d8, False)
        radial = scale * bend.radial[i]
        for a in range(d):
            for j in range(k):
                level = scale * bend.supplement[i, j] + problem.slope
                even = scale * bend.half_tan[i, j] * (unit[i, a] + unit[j, a])
                odd = scale * bend.half_cot[i, j] * (unit[i, a] - unit[j, a])
                p = radial * unit[i, a]
                for b in range(0, d8, 8):
                    mine = load(unit, i * width + b)
                    if j == i:
                        entries = scale * load(bench.diagonal, a * width + b) - p * mine
                    else:
                        other = load(unit, j * width + b)
                        entries = even * (mine + other) - odd * (mine - other)
                    store(row, j * d + b, entries)
                row[j * d + a] += level
            put_row(row, n, out, (i * d + a) * n)


@kernel
def hessian_at(matrix: Array, prepared: Array, out: Array) -> None:
    """Dense Hessian at W (k, d) into `out` (k d, k d); the store has room for it (bent = 2)."""
    problem = problem_in(prepared)
    room, bend, bench = make_room(prepared, problem), make_curvature(prepared, problem), make_bench(prepared, problem)
    set_curvature(matrix.reshape(-1), problem, room, bend)
    hessian(problem, room, bend, bench, out)
