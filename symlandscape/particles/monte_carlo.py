"""Monte-Carlo estimates of the loss and of overlaps: the road that knows no formula, with standard errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symlandscape.errors import InputError

__all__ = ["SampledLoss", "sampled_loss", "sphere_points"]

Array = npt.NDArray[np.float64]
CHUNK = 20_000


@dataclass(frozen=True, slots=True)
class SampledLoss:
    """A sample mean of (1/2)(f - f_n)^2 with its standard error."""

    loss: float
    standard_error: float
    samples: int


def sphere_points(count: int, d: int, generator: np.random.Generator, *, gaussian: bool = False) -> Array:
    """Points (count, d) uniform on |x|^2 = d, or standard normal."""
    x = generator.standard_normal((count, d))
    return x if gaussian else x * (np.sqrt(d) / np.linalg.norm(x, axis=1))[:, None]


def network_values(c: Array, Z: Array, x: Array, alpha: float | None, h: Callable[[Array], Array] | None) -> Array:
    """f_n at points x (m, d): radial units for alpha, ReLU units, or units h(w.x + b)."""
    if alpha is not None:
        square = (x * x).sum(axis=1)[:, None] - 2.0 * x @ Z.T + (Z * Z).sum(axis=1)
        phi = np.exp(-0.5 * alpha * square)
    else:
        phi = x @ Z[:, :-1].T + Z[:, -1]
        phi = np.maximum(phi, 0.0) if h is None else h(phi)
    return np.asarray(phi @ c) / c.size


def sampled_loss(
    tensor: Array,
    c: Array,
    Z: Array,
    generator: np.random.Generator,
    samples: int = 100_000,
    *,
    alpha: float | None = None,
    h: Callable[[Array], Array] | None = None,
    gaussian: bool = False,
) -> SampledLoss:
    """L by sampling: f = (1/d) sum a_pqr x_p x_q x_r, units as in `network_values`; level ESTIMATED.

    Raises: `InputError` for fewer than two samples.
    """
    if samples < 2:
        raise InputError(f"expected at least two samples for a standard error, got {samples}")
    d = tensor.shape[0]
    flat = tensor.reshape(d * d, d)
    total, square, done = 0.0, 0.0, 0
    while done < samples:
        count = min(CHUNK, samples - done)
        x = sphere_points(count, d, generator, gaussian=gaussian)
        inner = (x @ flat.T).reshape(count, d, d)
        f = np.einsum("mpq,mp,mq->m", inner, x, x, optimize=True) / d
        values = 0.5 * (f - network_values(c, Z, x, alpha, h)) ** 2
        total, square, done = total + float(values.sum()), square + float((values * values).sum()), done + count
    mean = total / samples
    variance = max(square / samples - mean * mean, 0.0) * samples / (samples - 1)
    return SampledLoss(mean, float(np.sqrt(variance / samples)), samples)
