"""The residual at the end of training: where it lives, against the support inequality; regions on the way there.

At a differentiable minimum (A o X) e = 0. For generic points, the support S of e != 0 then satisfies
d0 rank(A_S) <= |S| - 1: the patterns of the points that are not fitted span few dimensions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symlandscape.backends.regions import visited_regions
from symlandscape.errors import InputError
from symlandscape.regions.training import Ends

Array = npt.NDArray[np.float64]

ZERO = 1e-9
"""A residual up to this counts as zero: after the exact least squares step the others are far larger."""


@dataclass(frozen=True, slots=True)
class ResidualSupport:
    """Support of one residual: |S|, rank(A_S), rank of the points x_n with n in S, |(A o X) e|_inf."""

    size: int
    pattern_rank: int
    point_rank: int
    stationarity: float
    inputs: int

    @property
    def slack(self) -> int:
        """|S| - 1 - d0 rank(A_S): not negative at a differentiable minimum that is no exact fit, generic points."""
        return self.size - 1 - self.inputs * self.pattern_rank


def residual_support(W: Array, X: Array, e: Array, slope: float, zero: float = ZERO) -> ResidualSupport:
    """Support of the residual e (N) in the region of W (d1, d0), points X (N, d0). Floats; level ESTIMATED."""
    if W.ndim != 2 or X.ndim != 2 or W.shape[1] != X.shape[1] or e.shape != X.shape[:1]:
        raise InputError(f"expected W (d1, d0), X (N, d0), e (N), got shapes {W.shape}, {X.shape}, {e.shape}")
    slopes = np.where(W @ X.T > 0.0, 1.0, slope)
    chosen = np.abs(e) > zero
    if not chosen.any():
        return ResidualSupport(0, 0, 0, float(np.abs((slopes * e) @ X).max()), W.shape[1])
    ranks = int(np.linalg.matrix_rank(slopes[:, chosen])), int(np.linalg.matrix_rank(X[chosen]))
    return ResidualSupport(int(chosen.sum()), *ranks, float(np.abs((slopes * e) @ X).max()), W.shape[1])


def supports(ends: Ends) -> list[ResidualSupport]:
    """Supports at the end points that are differentiable minima and no exact fits."""
    e = ends.residuals()
    chosen = np.flatnonzero(ends.minima & ~ends.fits)
    return [residual_support(ends.W[q], ends.X[q], e[q], ends.slope) for q in chosen]


@dataclass(frozen=True, slots=True, eq=False)
class Visits:
    """Regions on the way of gradient descent. distinct: different patterns; changes: steps that change the pattern;
    discovered (steps): distinct patterns so far; losses (steps).
    """

    distinct: int
    changes: int
    discovered: npt.NDArray[np.int64]
    losses: Array


def count_visits(W: Array, z: Array, X: Array, y: Array, slope: float, steps: int, step: float) -> Visits:
    """Follow gradient descent with a fixed step from W (d1, d0), z (d1) and count the regions at its points.

    Regions that a step jumps over are not seen: a lower bound for the path of the gradient flow.
    """
    hashes, losses = visited_regions(W, z, X, y, slope, steps, step)
    _, first = np.unique(hashes, return_index=True)
    fresh = np.zeros(steps, np.int64)
    fresh[first] = 1
    changes = int(np.count_nonzero(hashes[1:] != hashes[:-1]))
    return Visits(int(first.size), changes, np.cumsum(fresh), losses)
