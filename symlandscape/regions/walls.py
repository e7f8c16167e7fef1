"""Walls: where some w_i.x_n vanishes the loss has no gradient, but a set of them (Clarke's subdifferential).

At a point on walls the subdifferential is the set of gradients with each slope on a wall replaced by any number between
rho and 1. A local minimum has 0 in it; the distance of 0 to it tells an end point stuck on walls from one that is still
on its way. Source: clarke_1990, Theorem 2.5.1 (gradients from the neighbouring regions).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from symlandscape.errors import InputError

Array = npt.NDArray[np.float64]


def wall_distances(W: Array, X: Array) -> Array:
    """|w_i.x_n|/(|w_i| |x_n|) as (d1, N): the sine of the angle to each wall; 0 for a row that is 0."""
    lengths = np.linalg.norm(W, axis=1)[:, None] * np.linalg.norm(X, axis=1)
    return np.abs(W @ X.T) / np.where(lengths > 0.0, lengths, 1.0)


def least_subgradient(W: Array, z: Array, X: Array, y: Array, slope: float, reach: float = 1e-6) -> tuple[float, int]:
    """Least norm in the hull of the gradients of |e|^2/(2N) around (W, z), and the number of walls within `reach`.

    The hull is that of the slopes at the walls nearer than `reach` (as an angle), each free between `slope` and 1,
    with e as it is: on the walls themselves, exactly the subdifferential. Floats; level ESTIMATED.
    """
    from scipy.optimize import lsq_linear

    if W.ndim != 2 or z.shape != W.shape[:1] or X.ndim != 2 or X.shape[1] != W.shape[1] or y.shape != X.shape[:1]:
        raise InputError(
            f"expected W (d1, d0), z (d1), X (N, d0), y (N), got {W.shape}, {z.shape}, {X.shape}, {y.shape}"
        )
    d1, d0 = W.shape
    N = X.shape[0]
    values = W @ X.T
    slopes = np.where(values > 0.0, 1.0, slope)
    e = y - z @ (slopes * values)
    gradient = np.concatenate([(-(z[:, None] * (slopes * e)) @ X / N).ravel(), -(slopes * values) @ e / N])
    near = np.argwhere(wall_distances(W, X) <= reach)
    if not near.size:
        return float(np.linalg.norm(gradient)), 0
    moves = np.zeros((gradient.size, near.shape[0]))
    low, high = np.zeros(near.shape[0]), np.zeros(near.shape[0])
    for q, (i, n) in enumerate(near):
        moves[i * d0 : (i + 1) * d0, q] = -z[i] * e[n] * X[n] / N
        moves[d1 * d0 + i, q] = -values[i, n] * e[n] / N
        ends = sorted((slope - slopes[i, n], 1.0 - slopes[i, n]))
        low[q], high[q] = ends[0], ends[1]
    found = lsq_linear(moves, -gradient, (low, high), tol=1e-12)
    return float(np.linalg.norm(gradient + moves @ found.x)), int(near.shape[0])
