"""The quadratic loss of a two-layer network without biases on N points: value and gradient.

L(W, z) = |y - phi(W X') ' z|^2 / (2N), parameters flat: W row by row, then z. Points stand as columns of the transposed
array, so that sums over points run through eight-wide code.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import part
from numba_kernels.lanes import dot

Array = npt.NDArray[np.float64]


class Problem(NamedTuple):
    """Sizes, slope, transposed points (d0, N) and labels (N)."""

    d0: int
    d1: int
    slope: float
    columns: Array
    y: Array


class NetworkRoom(NamedTuple):
    """slopes and values (d1, N): at the last evaluated point; error (N); weighted (N)."""

    slopes: Array
    values: Array
    error: Array
    weighted: Array


@part
def make_network_room(d1: int, points: int) -> NetworkRoom:
    """Fresh working arrays."""
    return NetworkRoom(np.zeros((d1, points)), np.zeros((d1, points)), np.zeros(points), np.zeros(points))


@part
def value_gradient(x: Array, problem: Problem, room: NetworkRoom, gradient: Array) -> float:
    """Loss at x and its gradient into `gradient`; on a wall the slope is the one below zero."""
    d0, d1, N = problem.d0, problem.d1, problem.y.shape[0]
    error, weighted = room.error, room.weighted
    for n in range(N):
        error[n] = problem.y[n]
    for i in range(d1):
        values, slopes = room.values[i], room.slopes[i]
        for n in range(N):
            values[n] = 0.0
        for a in range(d0):
            w, column = x[i * d0 + a], problem.columns[a]
            for n in range(N):
                values[n] += w * column[n]
        z = x[d1 * d0 + i]
        for n in range(N):
            slopes[n] = 1.0 if values[n] > 0.0 else problem.slope
            error[n] -= z * slopes[n] * values[n]
    for i in range(d1):
        values, slopes = room.values[i], room.slopes[i]
        for n in range(N):
            weighted[n] = error[n] * slopes[n]
        gradient[d1 * d0 + i] = -dot(weighted, values) / N
        z = x[d1 * d0 + i]
        for a in range(d0):
            gradient[i * d0 + a] = -z * dot(weighted, problem.columns[a]) / N
    return float(dot(error, error) / (2.0 * N))


@part
def never_singular(problem: Problem, room: NetworkRoom) -> bool:
    """Walls do not end a minimisation: their neighbourhood is what is studied."""
    return False
