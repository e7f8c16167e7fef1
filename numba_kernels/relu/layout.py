"""What describes one ReLU problem, and the arrays that its kernels work in.

Matrices are row-major; the flat index of entry (i, a) of W is i d + a. All working arrays are pieces of one flat
`store`, each beginning at a multiple of 64 bytes, so that a caller who keeps the store allocates nothing. Working
matrices have rows and columns padded with zeros to multiples of 8 (see products.py).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import kernel, part
from numba_kernels.products import PANEL, padded, stride
from numba_kernels.vectors import matrix_at, vector_at

Array = npt.NDArray[np.float64]

CENTRE = math.pi / 2 - 1.0  # q(1) - 1
QUARTER = 1.0 / (4.0 * math.pi)
HALF_PI = math.pi / 2
HALF = 1.0 / (2.0 * math.pi)
HEADER = 8


class Problem(NamedTuple):
    """Sizes and slope: k neurons, d inputs, h targets.

    `identity` is 1 where V is the unit matrix. It is 2 where the targets are multiples of different unit vectors: they
    are then counted by input, h = d, and an input without a target has one of length zero. Else it is 0.
    """

    k: int
    d: int
    h: int
    identity: int
    slope: float


class Room(NamedTuple):
    """Working arrays of one problem: the target's part is filled once, the rest by each evaluation.

    target_norms (h), negative where the target's weight is, target_sum (d), constant (8, the first entry counts);
    target_unit (h,d) and, as packed panels, its transpose target_turned and the target times its weights, target_rows:
    empty where `identity` is not 0. norms, sums, own, aimed (k),
    rows (k,d), unit (k,d), square (k,k), cross (k,h), image (k,d), difference (d), panels: the packed factor of the
    product at work; tail (8).
    """

    target_norms: Array
    target_sum: Array
    constant: Array
    target_unit: Array
    target_turned: Array
    target_rows: Array
    norms: Array
    sums: Array
    own: Array
    aimed: Array
    rows: Array
    unit: Array
    square: Array
    cross: Array
    image: Array
    difference: Array
    panels: Array
    tail: Array


class Curvature(NamedTuple):
    """Working arrays of Hessian products: per pair (i,j) the cosine, pi - t, tan(t/2)/2, cot(t/2)/2, weight over sine.

    All k x k or k x h, padded; `radial` (k) is the factor of the projector I - w^ w^' in the diagonal block;
    unit_turned and unit_rows are the packed unit rows.
    """

    radial: Array
    own: Array
    cosine: Array
    supplement: Array
    half_tan: Array
    half_cot: Array
    weight: Array
    inner: Array
    inner_t: Array
    mixed: Array
    target_cosine: Array
    target_weight: Array
    reach: Array
    image: Array
    unit_turned: Array
    unit_rows: Array


@part
def panel_size(rows: int, columns: int) -> int:
    """Entries of a packed factor, with what blocks of eight rows write beyond it."""
    return (rows + 8) * padded(columns) + 8 * PANEL


class Bench(NamedTuple):
    """Working arrays of the dense Hessian: spokes and scaled (k+h,d), their transpose turned (d,k+h), the diagonal
    block (d,d), one row of the Hessian, the packed spokes.
    """

    spokes: Array
    scaled: Array
    turned: Array
    diagonal: Array
    row: Array
    panels: Array


@kernel
def store_size(k: int, d: int, h: int, identity: int, bent: int) -> int:
    """Entries of the store of a problem; bent = 1 adds the arrays of Hessian products, 2 the dense Hessian's too."""
    k8, h8 = padded(k), padded(h)
    kw, hw, dw = stride(k), stride(h), stride(d)
    m, m8 = (0, 0) if identity else (h, h8)
    size = HEADER + h8 + padded(d) + 8 + m8 * dw + 4 * k8 + k8 * (3 * dw + kw + hw) + padded(d) + 8
    if m:
        size += panel_size(d, h) + panel_size(h, d)
    size += panel_size(max(k, d), max(k, d))
    if bent:
        size += 2 * k8 + 8 * k8 * kw + 3 * k8 * hw + k8 * dw + panel_size(d, k) + panel_size(k, d)
    if bent > 1:
        k_h = padded(k + h)
        size += 2 * k_h * dw + padded(d) * (stride(k + h) + dw) + padded(k * d) + 8 + panel_size(k_h, d)
    return size


@part
def make_room(store: Array, problem: Problem) -> Room:
    """The working arrays in a store that was zero when it was new."""
    k8, d8, h8 = padded(problem.k), padded(problem.d), padded(problem.h)
    kw, hw, dw = stride(problem.k), stride(problem.h), stride(problem.d)
    m8 = 0 if problem.identity else h8
    turned = 0 if problem.identity else panel_size(problem.d, problem.h)
    straight = 0 if problem.identity else panel_size(problem.h, problem.d)
    a = HEADER
    b = a + h8
    c = b + d8
    e = c + 8
    f = e + m8 * dw
    g = f + turned
    n = g + straight
    o = n + k8
    p = o + 3 * k8
    q = p + k8 * dw
    r = q + k8 * dw
    s = r + k8 * kw
    t = s + k8 * hw
    u = t + k8 * dw
    v = u + d8
    size = max(problem.k, problem.d)
    w = v + panel_size(size, size)
    return Room(
        vector_at(store, a, h8),
        vector_at(store, b, d8),
        vector_at(store, c, 8),
        matrix_at(store, e, m8, dw),
        vector_at(store, f, turned),
        vector_at(store, g, straight),
        vector_at(store, n, k8),
        vector_at(store, o, k8),
        vector_at(store, o + k8, k8),
        vector_at(store, o + 2 * k8, k8),
        matrix_at(store, p, k8, dw),
        matrix_at(store, q, k8, dw),
        matrix_at(store, r, k8, kw),
        matrix_at(store, s, k8, hw),
        matrix_at(store, t, k8, dw),
        vector_at(store, u, d8),
        vector_at(store, v, panel_size(size, size)),
        vector_at(store, w, 8),
    )


@part
def make_curvature(store: Array, problem: Problem) -> Curvature:
    """The working arrays of Hessian products, behind those of `make_room`."""
    k, d, h = problem.k, problem.d, problem.h
    k8 = padded(k)
    kw, hw, dw = stride(k), stride(h), stride(d)
    a = store_size(k, d, h, problem.identity, 0)
    b = a + 2 * k8
    c = b + 8 * k8 * kw
    e = c + 3 * k8 * hw
    f = e + k8 * dw
    g = f + panel_size(d, k)
    return Curvature(
        vector_at(store, a, k8),
        vector_at(store, a + k8, k8),
        matrix_at(store, b, k8, kw),
        matrix_at(store, b + k8 * kw, k8, kw),
        matrix_at(store, b + 2 * k8 * kw, k8, kw),
        matrix_at(store, b + 3 * k8 * kw, k8, kw),
        matrix_at(store, b + 4 * k8 * kw, k8, kw),
        matrix_at(store, b + 5 * k8 * kw, k8, kw),
        matrix_at(store, b + 6 * k8 * kw, k8, kw),
        matrix_at(store, b + 7 * k8 * kw, k8, kw),
        matrix_at(store, c, k8, hw),
        matrix_at(store, c + k8 * hw, k8, hw),
        matrix_at(store, c + 2 * k8 * hw, k8, hw),
        matrix_at(store, e, k8, dw),
        vector_at(store, f, panel_size(d, k)),
        vector_at(store, g, panel_size(k, d)),
    )


@part
def make_bench(store: Array, problem: Problem) -> Bench:
    """The working arrays of the dense Hessian, behind those of `make_curvature`."""
    k, d, h = problem.k, problem.d, problem.h
    both, d8, dw, turned = padded(k + h), padded(d), stride(d), stride(k + h)
    a = store_size(k, d, h, problem.identity, 1)
    b = a + 2 * both * dw
    c = b + d8 * turned
    e = c + d8 * dw
    f = e + padded(k * d) + 8
    return Bench(
        matrix_at(store, a, both, dw),
        matrix_at(store, a + both * dw, both, dw),
        matrix_at(store, b, d8, turned),
        matrix_at(store, c, d8, dw),
        vector_at(store, e, padded(k * d) + 8),
        vector_at(store, f, panel_size(both, d)),
    )
