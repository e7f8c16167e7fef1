"""Activation regions of two-layer networks without biases: classification of drawn regions, training.

Points are rows: X (N, d0), labels y (N) in {0, 1}, W (d1, d0), z (d1). The network is sum_i z_i phi(w_i.x) with slope 1
above zero and `slope` below; the pattern of W holds the slopes at w_i.x_n.
"""

from __future__ import annotations

import math
from contextlib import nullcontext
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from numba_kernels.regions import sample as _sample
from numba_kernels.regions import train as _train
from symlandscape.backends import cuda
from symlandscape.backends.common import Array, in_chunks, resolve_device
from symlandscape.errors import InputError

Integers = npt.NDArray[np.int64]
NEAREST = 1e-4
"""How near a slope may come to 0 or 1 without being it."""

_CHUNK = 16
_AT_ONCE = 1 << 16  # draws of one launch on a device
_KEYS = 0x5A0B  # of the hash keys, which belong to no experiment


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
    zero). Bits depend on each W and the device alone, not on threads or the other draws. Raises InputError.
    """
    where = resolve_device(device)
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

    kernels = cuda.kernels("regions") if where == "cuda" else _sample

    def work(part: slice) -> int:
        kernels.sample(
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

    with cuda.reported() if where == "cuda" else nullcontext():
        for _ in in_chunks(work, count, *((_CHUNK, threads) if where == "cpu" else (_AT_ONCE, 1))):
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
    """InputError unless floats can tell the slope from 0, 1 and infinity."""
    if not math.isfinite(slope) or abs(slope - 1.0) < NEAREST or (slope and not NEAREST <= abs(slope) <= 1 / NEAREST):
        raise InputError(
            f"expected a slope that is 0, or between {NEAREST:g} and {1 / NEAREST:g} in size and not within "
            f"{NEAREST:g} of 1, where floats cannot judge ranks, got {slope}; choose another"
        )


class TrainStatus(IntEnum):
    """How a training ended."""

    MINIMUM = _train.MINIMUM
    OPEN = _train.OPEN
    NOT_FINITE = _train.NOT_FINITE

    @property
    def message(self) -> str:
        """One phrase for a person."""
        return _MESSAGES[self]


_MESSAGES = {
    TrainStatus.MINIMUM: "a least squares solution inside its region: a differentiable minimum",
    TrainStatus.OPEN: "no least squares solution inside its region was reached",
    TrainStatus.NOT_FINITE: "the iteration left the finite numbers",
}


@dataclass(frozen=True, slots=True, eq=False)
class TrainBatch:
    """End points of `count` trainings; level ESTIMATED.

    W (count, d1, d0), z (count, d1); errors (count): |e|^2/N; gradient_norms of |e|^2/(2N); distances: least
    |w_i.x_n|/(|w_i| |x_n|); status: codes of `TrainStatus`; rounds used.
    """

    W: Array
    z: Array
    errors: Array
    gradient_norms: Array
    distances: Array
    status: npt.NDArray[np.int8]
    rounds: Integers


def train_two_layer(
    W: Array,
    z: Array,
    X: Array,
    y: Array,
    slope: float,
    *,
    rounds: int = 20,
    steps: int = 300,
    step: float = 0.1,
    tol: float = 1e-10,
    threads: int = 1,
    device: str = "cpu",
) -> TrainBatch:
    """Train count networks, each on its own data: W (count, d1, d0), z (count, d1), X (count, N, d0), y (count, N).

    Each of the `rounds` runs L-BFGS for at most `steps` evaluations (to gradient norm `tol`), then tries the exact
    least squares step of the region; where that leaves the region, 200 steps of gradient descent with given falling
    lengths, `step`/round of |(W, z)| in all, lead to the next round. Bits depend on each start and its data alone.
    Raises InputError.
    """
    resolve_device(device, ported=False)
    check_slope(slope)
    W, z, X, y = (np.ascontiguousarray(part, dtype=np.float64) for part in (W, z, X, y))
    _check_networks(W, z, X, y)
    if rounds < 1 or steps < 1 or threads < 1 or not (tol > 0.0 and step > 0.0):
        raise InputError("expected at least one round, step and thread, tol > 0 and step > 0")
    count, d1, d0 = W.shape
    points = np.concatenate([W.reshape(count, -1), z], axis=1)
    columns = np.ascontiguousarray(X.transpose(0, 2, 1))
    losses, norms, distances = np.zeros(count), np.zeros(count), np.zeros(count)
    status, used = np.zeros(count, np.int8), np.zeros(count, np.int64)

    def work(part: slice) -> int:
        q = part.start
        outputs = (losses[part], norms[part], distances[part], status[part], used[part])
        _train.train(points[part], X[q], columns[q], y[q], float(slope), tol, rounds, steps, step, *outputs)
        return 1

    for _ in in_chunks(work, count, 1, threads):
        pass
    ends = points[:, : d1 * d0].reshape(W.shape)
    return TrainBatch(ends, points[:, d1 * d0 :].copy(), 2.0 * losses, norms, distances, status, used)


def visited_regions(
    W: Array, z: Array, X: Array, y: Array, slope: float, steps: int, step: float
) -> tuple[npt.NDArray[np.uint64], Array]:
    """Gradient descent on |e|^2/(2N) from W (d1, d0), z (d1): 64-bit hashes of the patterns and losses (steps).

    The hash before each step is the XOR of one fixed random key for each active pair (i, n): equal patterns have equal
    hashes, different ones have different hashes up to a chance of 2^-64. Source: zobrist_1970.
    """
    W, z, X, y = (np.ascontiguousarray(part, dtype=np.float64) for part in (W, z, X, y))
    check_slope(slope)
    _check_networks(W[None], z[None], X[None], y[None])
    if steps < 1 or not step > 0.0:
        raise InputError(f"expected at least one step of positive length, got {steps} of {step}")
    hashes, losses = np.zeros(steps, np.uint64), np.zeros(steps)
    x = np.concatenate([W.ravel(), z])
    source = np.random.Generator(np.random.Philox(key=np.array([_KEYS, 0], dtype=np.uint64)))
    keys = source.integers(0, 1 << 64, (W.shape[0], X.shape[0]), dtype=np.uint64)
    _train.visit(x, np.ascontiguousarray(X.T), y, float(slope), float(step), keys, hashes, losses)
    return hashes, losses


def _check_networks(W: Array, z: Array, X: Array, y: Array) -> None:
    if W.ndim != 3 or X.ndim != 3 or min(W.shape[1:]) < 1 or min(X.shape[1:]) < 1:
        raise InputError(f"expected W (count, d1, d0) and X (count, N, d0), got shapes {W.shape} and {X.shape}")
    count, d1, d0 = W.shape
    if z.shape != (count, d1) or X.shape[0] != count or X.shape[2] != d0 or y.shape != X.shape[:2]:
        raise InputError(
            f"expected shapes W (count, d1, d0), z (count, d1), X (count, N, d0), y (count, N), got {W.shape}, "
            f"{z.shape}, {X.shape}, {y.shape}"
        )
    if not all(np.isfinite(part).all() for part in (W, z, X, y)):
        raise InputError("expected finite weights, points and labels, got NaN or infinity")
    if not (np.abs(X).max(axis=2) > 0.0).all():
        raise InputError("expected points other than the origin, where no slope is defined")
