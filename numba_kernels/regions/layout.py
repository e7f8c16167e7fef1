"""Arrays of one activation region, and the Khatri-Rao matrix.

Points stand as rows: X (N, d0). A pattern a (d1, N) holds slopes, rho or 1. The matrix is the transposed Khatri-Rao
product (A o X)' of shape (N, d0 d1): row n is a_1n x_n, .., a_d1n x_n.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import part

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class Room(NamedTuple):
    """matrix (N, D), rhs, heads, error (N), order, norms, sums, beta (D), slopes, values (d1, N), lengths (N)."""

    matrix: Array
    rhs: Array
    heads: Array
    error: Array
    order: Integers
    norms: Array
    sums: Array
    beta: Array
    slopes: Array
    values: Array
    lengths: Array


@part
def make_room(points: int, d0: int, d1: int) -> Room:
    """Fresh working arrays."""
    D = d0 * d1
    return Room(
        np.zeros((points, D)),
        np.zeros(points),
        np.zeros(points),
        np.zeros(points),
        np.zeros(D, np.int64),
        np.zeros(D),
        np.zeros(D),
        np.zeros(D),
        np.zeros((d1, points)),
        np.zeros((d1, points)),
        np.zeros(points),
    )


@part
def set_lengths(X: Array, lengths: Array) -> None:
    """Lengths of the points."""
    for n in range(X.shape[0]):
        total = 0.0
        for a in range(X.shape[1]):
            total += X[n, a] * X[n, a]
        lengths[n] = np.sqrt(total)


@part
def set_pattern(W: Array, X: Array, slope: float, slopes: Array, values: Array) -> None:
    """Preactivations W X' into `values` and slopes (1 above zero, `slope` otherwise) into `slopes`, both (d1, N)."""
    for i in range(W.shape[0]):
        for n in range(X.shape[0]):
            total = 0.0
            for a in range(X.shape[1]):
                total += W[i, a] * X[n, a]
            values[i, n] = total
            slopes[i, n] = 1.0 if total > 0.0 else slope


@part
def set_matrix(slopes: Array, X: Array, matrix: Array) -> None:
    """The transposed Khatri-Rao product (N, d0 d1)."""
    d1, d0 = slopes.shape[0], X.shape[1]
    for n in range(X.shape[0]):
        for i in range(d1):
            for a in range(d0):
                matrix[n, i * d0 + a] = slopes[i, n] * X[n, a]


@part
def in_cones(beta: Array, slopes: Array, X: Array, lengths: Array, slope: float, signs: Array) -> float:
    """Least signed margin of the blocks: positive iff every block of a live row lies in its open cone or the opposite.

    The margin of block i at point n is s_i sigma_in (beta_i.x_n)/(|beta_i| |x_n|), with sigma_in the sign that the
    pattern prescribes and s_i = signs[i] the sign of the block's first product; a block that is zero has margin 0, a
    dead row (slope 0 at every point) imposes nothing and gets signs[i] = 0.
    """
    d1, d0 = slopes.shape[0], X.shape[1]
    least = np.inf
    for i in range(d1):
        signs[i] = 0.0
        dead = slope == 0.0
        square = 0.0
        for n in range(X.shape[0]):
            if slopes[i, n] == 1.0:
                dead = False
        if dead:
            continue
        for a in range(d0):
            square += beta[i * d0 + a] * beta[i * d0 + a]
        length = np.sqrt(square)
        if not length > 0.0:
            least = min(least, 0.0)
            continue
        for n in range(X.shape[0]):
            total = 0.0
            for a in range(d0):
                total += beta[i * d0 + a] * X[n, a]
            total = total if slopes[i, n] == 1.0 else -total
            if signs[i] == 0.0:
                signs[i] = 1.0 if total > 0.0 else -1.0
            least = min(least, signs[i] * total / (length * lengths[n]))
    return least
