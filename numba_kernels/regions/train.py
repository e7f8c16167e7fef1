"""Training: L-BFGS in rounds; after each, one exact step of the region's linear least squares problem.

Within a region the loss is quadratic in beta_i = z_i w_i. The step from the present beta to a nearest-in-pivots
solution ends at a differentiable minimum exactly if its blocks stay in their cones; then the run is done. Otherwise a
stretch of gradient descent with a falling step leads on: where a minimum lies on walls, L-BFGS alone would stall.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import bind, kernel, part
from numba_kernels.lanes import dot
from numba_kernels.minimise import lbfgs as _lbfgs
from numba_kernels.minimise.protocol import Vectors, make_vectors
from numba_kernels.regions.layout import Room, in_cones, make_room, set_lengths, set_matrix
from numba_kernels.regions.least_squares import factor, residual, solution
from numba_kernels.regions.network import NetworkRoom, Problem, make_network_room, never_singular, value_gradient
from numba_kernels.regions.sample import ZERO

Array = npt.NDArray[np.float64]
Keys = npt.NDArray[np.uint64]

MINIMUM = 0
OPEN = 1
NOT_FINITE = 2

STRETCH = 200
"""Steps of gradient descent between rounds."""

lbfgs = bind(_lbfgs.lbfgs, "lbfgs_regions", value_gradient=value_gradient, singular=never_singular)


@part
def finish(x: Array, X: Array, problem: Problem, network: NetworkRoom, room: Room, signs: Array) -> float:
    """Try the least squares step at the point last evaluated; x moves only where it ends inside the region.

    Returns the least margin of the new blocks (positive: x is now a differentiable minimum of its region).
    """
    d0, d1 = problem.d0, problem.d1
    for n in range(X.shape[0]):
        room.rhs[n] = network.error[n]
    set_matrix(network.slopes, X, room.matrix)
    rank, _, _ = factor(room.matrix, room.rhs, room.order, room.heads, room.norms, room.sums)
    residual(room.matrix, room.rhs, room.heads, rank, room.error)
    solution(room.matrix, room.rhs, room.order, rank, room.beta)
    for i in range(d1):
        for a in range(d0):
            room.beta[i * d0 + a] += x[d1 * d0 + i] * x[i * d0 + a]
    margin = in_cones(room.beta, network.slopes, X, room.lengths, problem.slope, signs)
    if margin > ZERO:
        for i in range(d1):
            if signs[i] != 0.0:  # a dead row stays as it is
                square = 0.0
                for a in range(d0):
                    square += room.beta[i * d0 + a] ** 2
                root = math.sqrt(math.sqrt(square))
                x[d1 * d0 + i] = signs[i] * root
                for a in range(d0):
                    x[i * d0 + a] = signs[i] * room.beta[i * d0 + a] / root
    return margin


@part
def stretch(x: Array, step: float, problem: Problem, network: NetworkRoom, vectors: Vectors) -> None:
    """Gradient descent by steps of given lengths, falling to zero: `step` |x| in all."""
    g = vectors.gradient
    first = 2.0 * step * math.sqrt(dot(x, x)) / STRETCH
    for count in range(STRETCH):
        value_gradient(x, problem, network, g)
        norm = math.sqrt(dot(g, g))
        if not norm > 0.0:
            break
        length = first * (1.0 - count / STRETCH) / norm
        for q in range(x.shape[0]):
            x[q] -= length * g[q]


@kernel
def train(
    starts: Array,
    X: Array,
    columns: Array,
    y: Array,
    slope: float,
    tol: float,
    rounds: int,
    steps: int,
    step: float,
    losses: Array,
    norms: Array,
    margins: Array,
    status: npt.NDArray[np.int8],
    used: npt.NDArray[np.int64],
) -> None:
    """Train from every row of starts (count, d0 d1 + d1), in place; each output has `count` entries.

    losses |e|^2/(2N); norms of the gradient; margins: least |w_i.x_n|/(|w_i| |x_n|) at the end; used: rounds.
    status: MINIMUM (a least squares solution inside its region), OPEN (none was reached), NOT_FINITE.
    """
    count = starts.shape[0]
    N, d0 = X.shape
    d1 = starts.shape[1] // (d0 + 1)
    problem = Problem(d0, d1, slope, columns, y)
    for q in range(count):  # fresh arrays for each start: its bits depend on nothing that ran before
        network, room = make_network_room(d1, N), make_room(N, d0, d1)
        vectors, signs = make_vectors(d1 * (d0 + 1)), np.zeros(d1)
        set_lengths(X, room.lengths)
        x = starts[q]
        status[q] = OPEN
        for turn in range(rounds):
            used[q] = turn + 1
            value = value_gradient(x, problem, network, vectors.gradient)
            value, norm, _, _ = lbfgs(x, value, problem, network, vectors, tol, steps, False)
            value = value_gradient(x, problem, network, vectors.gradient)
            if not math.isfinite(value + norm):
                status[q] = NOT_FINITE
                break
            if finish(x, X, problem, network, room, signs) > ZERO:
                status[q] = MINIMUM
                break
            if turn + 1 < rounds:
                stretch(x, step / (turn + 1.0), problem, network, vectors)
        losses[q] = value_gradient(x, problem, network, vectors.gradient)
        norms[q] = math.sqrt(dot(vectors.gradient, vectors.gradient))
        least = np.inf
        for i in range(d1):
            square = 0.0
            for a in range(d0):
                square += x[i * d0 + a] ** 2
            for n in range(N):
                least = min(least, abs(network.values[i, n]) / (math.sqrt(square) * room.lengths[n]))
        margins[q] = least


@kernel
def visit(
    x: Array, columns: Array, y: Array, slope: float, step: float, keys: Keys, hashes: Keys, losses: Array
) -> None:
    """Gradient descent on x in place; before each step the loss and the pattern's hash, the XOR of its active keys."""
    d0, N = columns.shape
    d1 = x.shape[0] // (d0 + 1)
    problem, network, gradient = Problem(d0, d1, slope, columns, y), make_network_room(d1, N), np.zeros(x.shape[0])
    for count in range(hashes.shape[0]):
        losses[count] = value_gradient(x, problem, network, gradient)
        hashes[count] = keys[0, 0] ^ keys[0, 0]
        for i in range(d1):
            for n in range(N):
                if network.values[i, n] > 0.0:
                    hashes[count] ^= keys[i, n]
        for q in range(x.shape[0]):
            x[q] -= step * gradient[q]
