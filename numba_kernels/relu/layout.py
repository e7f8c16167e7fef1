"""What describes one ReLU problem, and the arrays that its kernels work in.

Matrices are row-major; the flat index of entry (i, a) of W is i d + a. Working matrices are padded with zeros to
a multiple of 4 rows and 8 columns (see lanes.py).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import part
from numba_kernels.lanes import padded as _padded

Array = npt.NDArray[np.float64]

CENTRE = math.pi / 2 - 1.0  # q(1) - 1
QUARTER = 1.0 / (4.0 * math.pi)
HALF_PI = math.pi / 2
HALF = 1.0 / (2.0 * math.pi)


class Problem(NamedTuple):
    """Sizes and slope: k neurons, d inputs, h targets; `identity` is 1 where V is the unit matrix (then h = d)."""

    k: int
    d: int
    h: int
    identity: int
    slope: float


class Room(NamedTuple):
    """Working arrays of one problem: the target's part is filled once, the rest by each evaluation.

    target (h,d), target_unit (h,d), target_unit_t (d,h), target_norms (h), target_sum (d), constant (1) of the
    target; norms (k), weights (k), unit (k,d), unit_t (d,k), rows (k,d), square (k,k), cross (k,h), image (k,d);
    cosine, less, arc: flat, for row i the cosines with neurons j > i from the column 8 floor((i+1)/8) on, zeros in
    the places of j <= i and of the padding, then k padded rows of cosines with targets; and what follows from them.
    """

    target: Array
    target_unit: Array
    target_unit_t: Array
    target_norms: Array
    target_sum: Array
    constant: Array
    norms: Array
    sums: Array
    ones: Array
    unit: Array
    unit_t: Array
    rows: Array
    square: Array
    cross: Array
    image: Array
    cosine: Array
    less: Array
    arc: Array
    difference: Array


class Curvature(NamedTuple):
    """Working arrays of Hessian products: per pair (i,j) the cosine, pi - t, tan(t/2)/2, cot(t/2)/2, weight over sine.

    All k x k or k x h, padded; `radial` (k) is the factor of the projector I - w^ w^' in the diagonal block.
    """

    cosine: Array
    supplement: Array
    half_tan: Array
    half_cot: Array
    weight: Array
    target_cosine: Array
    target_weight: Array
    radial: Array
    inner: Array
    inner_t: Array
    mixed: Array
    own: Array
    reach: Array
    image: Array


padded = part(_padded)


@part
def padded_matrix(rows: int, columns: int) -> Array:
    """Room for rows x columns entries: not set, but for the padding, which is zero."""
    out = np.empty((padded(rows, 4), padded(columns, 8)))
    for i in range(out.shape[0]):
        for a in range(columns if i < rows else 0, out.shape[1]):
            out[i, a] = 0.0
    return out


@part
def make_room(k: int, d: int, h: int, identity: int) -> Room:
    """Fresh working arrays; those of a general target are empty where it is the unit matrix."""
    k8, h8, d8 = padded(k, 8), padded(h, 8), padded(d, 8)
    size = k * (k8 + h8)
    m = 0 if identity else h
    return Room(
        padded_matrix(m, d),
        padded_matrix(m, d),
        padded_matrix(0 if identity else d, h),
        np.zeros(h8),
        np.zeros(d8),
        np.zeros(1),
        np.zeros(k8),
        np.zeros(k8),
        np.ones(max(k8, h8)),
        padded_matrix(k, d),
        padded_matrix(d, k),
        padded_matrix(k, d),
        padded_matrix(k, k),
        padded_matrix(k, h),
        padded_matrix(k, d),
        np.empty(size),
        np.empty(size),
        np.empty(size),
        np.zeros(d8),
    )


@part
def make_curvature(k: int, d: int, h: int) -> Curvature:
    """Fresh zeroed working arrays."""
    k4, k8, h8, d8 = padded(k, 4), padded(k, 8), padded(h, 8), padded(d, 8)
    return Curvature(
        np.zeros((k4, k8)),
        np.zeros((k4, k8)),
        np.zeros((k4, k8)),
        np.zeros((k4, k8)),
        np.zeros((k4, k8)),
        np.zeros((k4, h8)),
        np.zeros((k4, h8)),
        np.zeros(k8),
        np.zeros((k4, k8)),
        np.zeros((k4, k8)),
        np.zeros((k4, k8)),
        np.zeros(k8),
        np.zeros((k4, h8)),
        np.zeros((k4, d8)),
    )


@part
def set_target(target: Array, problem: Problem, room: Room) -> None:
    """Fill the target's part of the room from V (h, d); for the unit matrix V is not read."""
    d, h = problem.d, problem.h
    if problem.identity:
        for j in range(h):
            room.target_norms[j] = 1.0
            room.target_sum[j] = 1.0
        room.constant[0] = CENTRE * h
        return
    for j in range(h):
        square = 0.0
        for a in range(d):
            square += target[j, a] * target[j, a]
            room.target[j, a] = target[j, a]
            room.target_sum[a] += target[j, a]
        norm = math.sqrt(square)
        room.target_norms[j] = norm
        inverse = 1.0 / norm if norm > 0.0 else math.nan
        for a in range(d):
            entry = target[j, a] * inverse
            room.target_unit[j, a] = entry
            room.target_unit_t[a, j] = entry
    total = 0.0
    for i in range(h):
        total += CENTRE * room.target_norms[i] * room.target_norms[i]
        for j in range(i):
            c = 0.0
            for a in range(d):
                c += room.target_unit[i, a] * room.target_unit[j, a]
            c = max(-1.0, min(1.0, c))
            s = math.sqrt((1.0 - c) * (1.0 + c))
            q = c * math.atan2(c, s) - c * c / (1.0 + s)
            total += 2.0 * room.target_norms[i] * room.target_norms[j] * q
    room.constant[0] = total
