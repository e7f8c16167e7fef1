"""Activation patterns of drawn weights: the region's least-squares residual, its rank, and whether it holds a minimum.

Inside a region the network is linear in beta_i = z_i w_i, so that all differentiable local minima of the region share
the residual e of least squares in (A o X)'. Where the columns are independent beta is unique, and the region holds a
minimum exactly if every block lies in its row's open cone or the opposite one.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import kernel
from numba_kernels.regions.layout import in_cones, make_room, set_lengths, set_matrix, set_pattern
from numba_kernels.regions.least_squares import factor, residual, solution

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

NONE = 0
MINIMUM = 1
UNDECIDED = 2

ZERO = 1e-9
"""Residuals and margins up to this size count as zero."""


@kernel
def sample(
    weights: Array,
    X: Array,
    y: Array,
    slope: float,
    wrong: Integers,
    squares: Array,
    ranks: Integers,
    support: Integers,
    dead_points: Integers,
    dead_rows: Integers,
    verdicts: npt.NDArray[np.int8],
    doubts: Array,
) -> None:
    """Classify the regions of weights (count, d1, d0); every output has `count` entries.

    wrong: points where the output's threshold 1/2 misses the label; squares |e|^2; ranks of A o X; support: entries of
    e other than zero; points and rows without any slope but 0; verdicts; doubts (count, 4): last pivot kept, first
    pivot dropped, least |output - 1/2|, least margin |.| of the blocks (inf where not computed).
    """
    count, d1, d0 = weights.shape
    N = X.shape[0]
    room = make_room(N, d0, d1)
    signs = np.zeros(d1)
    set_lengths(X, room.lengths)
    for q in range(count):
        set_pattern(weights[q], X, slope, room.slopes, room.values)
        set_matrix(room.slopes, X, room.matrix)
        for n in range(N):
            room.rhs[n] = y[n]
        rank, kept, dropped = factor(room.matrix, room.rhs, room.order, room.heads, room.norms, room.sums)
        residual(room.matrix, room.rhs, room.heads, rank, room.error)
        ranks[q] = rank
        wrong[q], support[q], squares[q] = 0, 0, 0.0
        tie = np.inf
        for n in range(N):
            e = room.error[n]
            squares[q] += e * e
            if abs(e) > ZERO:
                support[q] += 1
            if (y[n] - e > 0.5) != (y[n] == 1.0):
                wrong[q] += 1
            tie = min(tie, abs(y[n] - e - 0.5))
        dead_points[q], dead_rows[q] = 0, 0
        if slope == 0.0:
            for n in range(N):
                alive = 0.0
                for i in range(d1):
                    alive += room.slopes[i, n]
                if alive == 0.0:
                    dead_points[q] += 1
            for i in range(d1):
                alive = 0.0
                for n in range(N):
                    alive += room.slopes[i, n]
                if alive == 0.0:
                    dead_rows[q] += 1
        margin = np.inf
        if rank == d0 * (d1 - dead_rows[q]):
            solution(room.matrix, room.rhs, room.order, rank, room.beta)
            margin = in_cones(room.beta, room.slopes, X, room.lengths, slope, signs)
            verdicts[q] = MINIMUM if margin > ZERO else NONE
        else:
            verdicts[q] = UNDECIDED
        doubts[q, 0], doubts[q, 1], doubts[q, 2], doubts[q, 3] = kept, dropped, tie, abs(margin)
