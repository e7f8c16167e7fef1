"""Least squares by Householder reflections with column pivoting: rank, residual, one solution.

M is (rows, columns), overwritten by R (upper part, columns in pivot order) and the reflection vectors. All inner loops
run along rows of M, element by element, so that they are vectorised without reordering a sum.
Source: Golub & Van Loan, Matrix Computations, 5.4 (rank-revealing QR by column pivoting).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import part

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

RANK = 1e-10
"""A pivot below this share of the largest one counts as zero."""


@part
def factor(M: Array, c: Array, order: Integers, heads: Array, norms: Array, sums: Array) -> tuple[int, float, float]:
    """Reduce M and apply the reflections to c; (rank, last pivot kept, first pivot dropped), shares of the largest.

    order (columns): the column of the original M that stands at each place; heads (rows): first entries of the
    reflection vectors, whose other entries stay below the diagonal. norms, sums (columns): room.
    """
    rows, columns = M.shape
    for j in range(columns):
        order[j] = j
        norms[j] = 0.0
    for n in range(rows):
        for j in range(columns):
            norms[j] += M[n, j] * M[n, j]
    first, kept = 0.0, 0.0
    for k in range(min(rows, columns)):
        pivot = k
        for j in range(k + 1, columns):
            if norms[j] > norms[pivot]:
                pivot = j
        length = math.sqrt(norms[pivot])
        if k == 0:
            first = length
        if not length > RANK * first:
            return k, kept, length / first if first > 0.0 else 0.0
        kept = length / first
        if pivot != k:
            order[k], order[pivot] = order[pivot], order[k]
            norms[pivot] = norms[k]
            for n in range(rows):
                M[n, k], M[n, pivot] = M[n, pivot], M[n, k]
        head = M[k, k] + math.copysign(length, M[k, k])
        scale = 1.0 / (length * abs(head))  # 2/|v|^2
        heads[k] = head
        share = head * c[k]
        for j in range(k + 1, columns):
            sums[j] = head * M[k, j]
        for n in range(k + 1, rows):
            v = M[n, k]
            if v != 0.0:
                share += v * c[n]
                for j in range(k + 1, columns):
                    sums[j] += v * M[n, j]
        share *= scale
        c[k] -= share * head
        M[k, k] -= head
        for j in range(k + 1, columns):
            sums[j] *= scale
            M[k, j] -= sums[j] * head
            norms[j] = 0.0
        for n in range(k + 1, rows):
            v = M[n, k]
            c[n] -= share * v
            for j in range(k + 1, columns):
                entry = M[n, j] - sums[j] * v
                M[n, j] = entry
                norms[j] += entry * entry
    return min(rows, columns), kept, 0.0


@part
def residual(M: Array, c: Array, heads: Array, rank: int, e: Array) -> None:
    """The part of the right-hand side outside the column space, from the reduced M and c."""
    rows = M.shape[0]
    for n in range(rows):
        e[n] = c[n] if n >= rank else 0.0
    for k in range(rank - 1, -1, -1):
        square, share = heads[k] * heads[k], heads[k] * e[k]
        for n in range(k + 1, rows):
            square += M[n, k] * M[n, k]
            share += M[n, k] * e[n]
        share *= 2.0 / square
        e[k] -= share * heads[k]
        for n in range(k + 1, rows):
            e[n] -= share * M[n, k]


@part
def solution(M: Array, c: Array, order: Integers, rank: int, out: Array) -> None:
    """A least-squares solution (columns), zero outside the pivots, from the reduced M and c."""
    for j in range(M.shape[1]):
        out[j] = 0.0
    for k in range(rank - 1, -1, -1):
        total = c[k]
        for j in range(k + 1, rank):
            total -= M[k, j] * out[order[j]]
        out[order[k]] = total / M[k, k]
