"""Activation regions of two-layer networks without biases: classification of drawn regions, training.

Points are rows: X (N, d0), labels y (N) in {0, 1}, W (d1, d0), z (d1). The network is sum_i z_i phi(w_i.x) with slope 1
above zero and `slope` below; the pattern of W holds the slopes at w_i.x_n.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from numba_kernels.regions import sample as _sample
from symlandscape.backends.common import Array, in_chunks, resolve_device
from symlandscape.errors import InputError

Integers = npt.NDArray[np.int64]
_CHUNK = 16


class RegionVerdict(IntEnum):
    """Whether a region holds a differentiable local minimum, as far as floats and a unique solution decide it."""

    NONE = _sample.NONE
    MINIMUM = _sample.MINIMUM
    UNDECIDED = _sample.UNDECIDED


@dataclass(frozen=True, slots=True, eq=False)
class RegionSample:
    """What is known of `count` drawn regions, in the order of the draws; level ESTIMATED (floats).

    wrong, squares: misclassified points and |e|^2 of the least-squares residual e, which every differentiable local
    minimum of the region shares; ranks of A o X; support: entries of e other than zero; dead_points, dead_rows: points
    and rows where every slope is 0; verdicts: codes of `RegionVerdict` (undecided where the columns are dependent);
    unclear: draws in which a pivot, an output near 1/2 or a product on a wall lies too close to its bound for floats.
    """

    wrong: Integers
    squares: Array
    ranks: Integers
    support: Integers
    dead_points: Integers
    dead_rows: Integers
    verdicts: npt.NDArray[np.int8]
    unclear: npt.NDArray[np.bool_]


def classify_regions(
    weights: Array, X: Array, y: Array, slope: float, threads: int = 1, device: str = "cpu"
) -> RegionSample:
    """Classify the regions of weights (count, d1, d0) for points X (N, d0), labels y (N) in {0, 1}.

    The residual is that of least squares in the Khatri-Rao matrix by pivoted QR (pivots below 1e-10 of the largest are
    zero). Bits depend on each W alone, not on threads or the other draws. Raises InputError.
    """
    resolve_device(device)
    weights = np.ascontiguousarray(weights, dtype=np.float64)
    X, y = region_data(X, y)
    check_slope(slope)
    if weights.ndim != 3 or weights.shape[2] != X.shape[1] or weights.shape[1] < 1:
        raise InputError(f"expected weights of shape (count, d1, {X.shape[1]}), got {weights.shape}")
    if not np.isfinite(weights).all():
        raise InputError("expected finite weights, got NaN or infinity")
    if threads < 1:
        raise InputError(f"expected at least one thread, got {threads}")
    count = weights.shape[0]
    wrong, ranks, support, points, rows = (np.zeros(count, np.int64) for _ in range(5))
    squares, verdicts, doubts = np.zeros(count), np.zeros(count, np.int8), np.zeros((count, 4))

    def work(part: slice) -> int:
        _sample.sample(
            weights[part],
            X,
            y,
            float(slope),
            wrong[part],
            squares[part],
            ranks[part],
            support[part],
            points[part],
            rows[part],
            verdicts[part],
            doubts[part],
        )
        return int(part.stop - part.start)

    for _ in in_chunks(work, count, _CHUNK, threads):
        pass
    kept, dropped, tie, margin = doubts.T
    unclear = ((ranks > 0) & (kept < 1e-8)) | (dropped > 1e-12) | (tie < 1e-9) | (margin < 1e-9)
    return RegionSample(wrong, squares, ranks, support, points, rows, verdicts, unclear)


def region_data(X: Array, y: Array) -> tuple[Array, Array]:
    """Points and labels as the kernels want them; InputError for wrong shapes, zero points, other labels."""
    X, y = np.ascontiguousarray(X, dtype=np.float64), np.ascontiguousarray(y, dtype=np.float64)
    if X.ndim != 2 or min(X.shape) < 1 or y.shape != X.shape[:1]:
        raise InputError(f"expected points of shape (N, d0) and N labels, got shapes {X.shape} and {y.shape}")
    if not np.isfinite(X).all() or not (np.abs(X).max(axis=1) > 0.0).all():
        raise InputError("expected finite points other than the origin, where no slope is defined")
    if not np.isin(y, (0.0, 1.0)).all():
        raise InputError("expected labels 0 and 1; map other labels first")
    return X, y


def check_slope(slope: float) -> None:
    """InputError unless the slope is finite and not 1."""
    if not math.isfinite(slope) or slope == 1.0:
        raise InputError(f"expected a finite slope other than 1 (a linear network), got {slope}")
