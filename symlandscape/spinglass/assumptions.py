"""How far a given ReLU network on given data is from the assumptions that turn it into a spin glass.

choromanska_2015, section 3, assumes that path inputs are independent Gaussians, that a path is active independently of
its input and of other paths (Bernoulli gates), that few distinct weights are spread over all of them, and that their
norm is fixed. Each number here is 0 (or 1, where said so) under its assumption. Level ESTIMATED.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from symlandscape.errors import InputError
from symlandscape.statistics import Estimate

__all__ = ["Assumptions", "measure_assumptions", "norm_drift", "path_gates"]

Array = NDArray[np.float64]
MAX_PATHS = 2000
BLOCKS = 10


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Measured departures from the assumptions; estimates carry block-jackknife standard errors.

    shared_inputs: share of pairs of paths with the same input (correlation 1 by construction; independence wants 0);
    input_correlation: mean squared correlation of different inputs; input_kurtosis: their mean excess kurtosis;
    activity: mean share of active paths (rho); activity_spread: variance of that share between paths (equal rho
    wants 0); gate_input: mean squared correlation of a path's gate with an input; gate_gate: that of two paths' gates;
    distinct_weights: number of different weights; redundancy: parameters per different weight.
    Mean squared correlations have the sampling bias 1/(n-1) subtracted. Paths never or always active are left out
    of correlations (`frozen` of them); estimates are None where no pair is left.
    """

    samples: int
    paths: int
    frozen: int
    shared_inputs: float
    input_correlation: Estimate | None
    input_kurtosis: Estimate | None
    activity: Estimate
    activity_spread: Estimate
    gate_input: Estimate | None
    gate_gate: Estimate | None
    distinct_weights: int
    redundancy: float


def measure_assumptions(weights: Sequence[Array], inputs: Array) -> Assumptions:
    """Measure each assumption for a ReLU network without biases and with one linear output.

    weights: matrices of shapes (n_1, n_0), .., (1, n_(H-1)); inputs: samples in rows, shape (n, n_0), n >= 20; at most
    2000 paths from each input. Raises: `InputError`.
    """
    layers = _layers(weights)
    X = np.asarray(inputs, dtype=np.float64)
    if X.ndim != 2 or X.shape[0] < 2 * BLOCKS or X.shape[1] != layers[0].shape[1] or not np.all(np.isfinite(X)):
        raise InputError(
            f"expected at least {2 * BLOCKS} finite samples of {layers[0].shape[1]} inputs in rows, got shape {X.shape}"
        )
    gates = path_gates(layers, X)
    mean = gates.mean(axis=0)
    moving = gates[:, (mean > 0) & (mean < 1)]
    parameters = sum(layer.size for layer in layers)
    distinct = int(np.unique(np.concatenate([layer.ravel() for layer in layers])).size)
    count = gates.shape[1]
    return Assumptions(
        X.shape[0],
        count * X.shape[1],
        count - moving.shape[1],
        (count - 1) / (count * X.shape[1] - 1) if count * X.shape[1] > 1 else 0.0,
        _estimate(lambda kept: _squared(X[kept]), X.shape[0]),
        _estimate(lambda kept: _kurtosis(X[kept]), X.shape[0]),
        _sure(_estimate(lambda kept: float(gates[kept].mean()), X.shape[0])),
        _sure(_estimate(lambda kept: _spread(gates[kept]), X.shape[0])),
        _estimate(lambda kept: _squared(moving[kept], X[kept]), X.shape[0]),
        _estimate(lambda kept: _squared(moving[kept]), X.shape[0]),
        distinct,
        parameters / distinct,
    )


def path_gates(weights: Sequence[Array], inputs: Array) -> Array:
    """1 where all hidden units of a path are active, else 0: shape (samples, n_1 .. n_(H-1)); paths in C order."""
    signal = np.asarray(inputs, dtype=np.float64)
    gates = np.ones((signal.shape[0], 1))
    for layer in weights[:-1]:
        signal = signal @ layer.T
        active = (signal > 0).astype(np.float64)
        signal = signal * active
        gates = (gates[:, :, None] * active[:, None, :]).reshape(signal.shape[0], -1)
    return gates


def norm_drift(snapshots: Sequence[Sequence[Array]]) -> Array:
    """|w|/|w_0| along snapshots of all weights in training; constantly 1 under the spherical constraint."""
    norms = np.array([math.sqrt(sum(float(np.sum(layer**2)) for layer in state)) for state in snapshots])
    if norms.size == 0 or norms[0] == 0:
        raise InputError("expected at least one snapshot and a first one that is not 0; keep weights while training")
    return norms / norms[0]


def _layers(weights: Sequence[Array]) -> list[Array]:
    layers = [np.asarray(layer, dtype=np.float64) for layer in weights]
    shapes = [layer.shape for layer in layers]
    fits = all(len(shape) == 2 and 0 not in shape for shape in shapes) and layers
    if not fits or any(b[1] != a[0] for a, b in zip(shapes, shapes[1:], strict=False)) or shapes[-1][0] != 1:
        raise InputError(f"expected weight matrices (n_1, n_0), .., (1, n_H-1), got shapes {shapes}")
    if not all(np.all(np.isfinite(layer)) for layer in layers):
        raise InputError("expected finite weights, got nan or infinity; remove them")
    paths = math.prod(shape[0] for shape in shapes)
    if paths > MAX_PATHS:
        raise InputError(f"expected at most {MAX_PATHS} paths from each input, got {paths}; take a smaller network")
    return layers


def _estimate(statistic: Callable[[NDArray[np.intp]], float], samples: int) -> Estimate | None:
    """The statistic of all samples, with the standard error of the block jackknife (10 blocks)."""
    whole = statistic(np.arange(samples))
    blocks = np.array_split(np.arange(samples), BLOCKS)
    left = np.array([statistic(np.setdiff1d(np.arange(samples), block)) for block in blocks])
    if math.isnan(whole) or np.any(np.isnan(left)):
        return None
    error = math.sqrt((BLOCKS - 1) / BLOCKS * float(np.sum((left - left.mean()) ** 2)))
    return Estimate(whole, error, samples)


def _sure(found: Estimate | None) -> Estimate:
    if found is None:
        raise AssertionError("a mean of gates is a number")
    return found


def _standard(X: Array) -> Array:
    """Columns with mean 0 and variance 1; constant columns dropped."""
    deviation = X.std(axis=0)
    moving = deviation > 1e-12 * (np.abs(X).max(axis=0) + 1e-300)
    return (X[:, moving] - X[:, moving].mean(axis=0)) / deviation[moving]


def _squared(X: Array, Y: Array | None = None) -> float:
    """Mean squared correlation of columns (of X with Y; different columns of X), less its sampling bias 1/(n-1)."""
    n = X.shape[0]
    A = _standard(X)
    B = A if Y is None else _standard(Y)
    pairs = A.shape[1] * B.shape[1] - (A.shape[1] if Y is None else 0)
    if pairs < 1:
        return math.nan
    total = float(np.sum((A.T @ B / n) ** 2)) - (A.shape[1] if Y is None else 0)
    return total / pairs - 1 / (n - 1)


def _kurtosis(X: Array) -> float:
    standard = _standard(X)
    return float(np.mean(standard**4)) - 3 if standard.size else math.nan


def _spread(gates: Array) -> float:
    """Variance between paths of the share of samples in which they are active, less its sampling part."""
    n, mean = gates.shape[0], gates.mean(axis=0)
    return float(np.mean((mean - mean.mean()) ** 2) - np.mean(mean * (1 - mean)) / (n - 1))
