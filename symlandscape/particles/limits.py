"""What a finite width costs: exact statements at time 0, the noise of stochastic gradients, the batch rule.

* Time 0, c_i iid with mean 0 and independent of z_i: E f_n(x) = 0, n Var f_n(x) = E c^2 E phi(x, z)^2 for every n; with
  z of a law invariant under rotations E L(0) = (1/2) E f^2 + E c^2 E K(z, z)/(2n), exactly.
* Random signs c_i = +-s on fixed units: E L = (1/2) E f^2 + s^2 sum K_ii/(2 n^2),
  Var L = s^2 sum F_i^2/n^2 + s^4 sum_{i<j} K_ij^2/n^4.
* Stochastic gradients, P samples a step, in the time scale of the particles: the noise has the covariance
  (1/P) (E[(f - f_n)^2 G G'] - m m'), G = (grad_i (c_i phi_i))_i, m = E[(f - f_n) G] = -n grad L.
* dt/P = a n^{-2 alpha}: batches grow like n^{2 alpha}, and the noise adds fluctuations of order n^{-alpha} to f_n,
  as long as alpha < 1.

Sources: rotskoff_vanden_eijnden_2022, sections 2 to 4 (statements in the limit); exact forms:
`derivations.particles_limits`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from symlandscape.arith.field import Field
from symlandscape.errors import InputError
from symlandscape.particles.losses import Unit
from symlandscape.particles.monte_carlo import sphere_points
from symlandscape.particles.rbf_units import RbfUnit, rbf_pair
from symlandscape.particles.relu_units import relu_pair
from symlandscape.particles.targets import Target

__all__ = ["SignLaw", "batch_rule", "initial_loss", "initial_variance", "noise_covariance", "sign_law"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SignLaw:
    """Mean and variance of the loss over random signs of the second layer, in a field."""

    mean: Any
    variance: Any


def own_kernel(field: Field, d: int, unit: Unit) -> Any:
    """K(z, z) = E phi(x, z)^2."""
    pair = rbf_pair if isinstance(unit, RbfUnit) else relu_pair
    return pair(field, d, unit, unit, order=0).value  # type: ignore[arg-type]


def initial_variance(field: Field, inputs: int, unit: Unit, c2: Fraction, width: int) -> Any:
    """Var f_n(x) at each x of the sphere, exactly: n units that are `unit` turned at random, weights of mean 0 and
    E c^2 = c2, independent. E phi(x, z)^2 over rotations of z is K(z, z).
    """
    _check_width(width)
    return field.exact(Fraction(c2) / width) * own_kernel(field, inputs, unit)


def initial_loss(field: Field, target: Target, unit: Unit, c2: Fraction, width: int) -> Any:
    """E L(0) of such a network, exactly."""
    return field.exact(target.mean_square / 2) + initial_variance(field, target.inputs, unit, c2, width) / 2


def sign_law(half_square: Any, F: Sequence[Any], K: Sequence[Sequence[Any]], size: Any) -> SignLaw:
    """Mean and variance of L over independent signs c_i = +-size on fixed units: (1/2) E f^2, F (n), K (n, n)."""
    n = len(F)
    mean, variance = half_square, size * 0
    for i in range(n):
        mean = mean + size * size * K[i][i] / (2 * n * n)
        variance = variance + size * size * F[i] * F[i] / (n * n)
        for j in range(i):
            variance = variance + size**4 * K[i][j] * K[i][j] / n**4
    return SignLaw(mean, variance)


def batch_rule(width: int, alpha: Fraction | float, scale: float = 1.0) -> int:
    """The batch P = ceil(scale n^{2 alpha}) for which the noise adds fluctuations of order n^{-alpha}, 0 < alpha <= 1.

    The paper trains with alpha = 1/2 and ends with alpha = 1. Raises: `InputError` outside these ranges.
    """
    _check_width(width)
    if not 0 < alpha <= 1 or not 0 < scale < math.inf:
        raise InputError(f"expected 0 < alpha <= 1 and a scale > 0, got {alpha} and {scale}")
    power = scale * width ** (2 * float(alpha))
    if not power < 2.0**62:
        raise InputError(f"expected a batch that fits an integer of the machine, got {power:.3g}; lower the scale")
    return max(1, math.ceil(power - 1e-9 * power))


def noise_covariance(
    tensor: Array,
    c: Array,
    Z: Array,
    generator: np.random.Generator,
    samples: int = 100_000,
    alpha: float | None = None,
) -> tuple[Array, Array]:
    """P times the covariance of the noise of biased ReLU (or radial) units, and the mean drift m, by sampling.

    theta = (c_1, z_1, c_2, ..). Returns (N, N) and (N); level ESTIMATED: m is held against -n grad L by the tests.
    """
    if samples < 2:
        raise InputError(f"expected at least two samples, got {samples}")
    rows = residual_gradients(tensor, c, Z, sphere_points(samples, tensor.shape[0], generator), alpha)
    mean = rows.mean(axis=0)
    centred = rows - mean
    return centred.T @ centred / (samples - 1), mean


def residual_gradients(tensor: Array, c: Array, Z: Array, x: Array, alpha: float | None) -> Array:
    """(f - f_n)(x) G(x) at points x (m, d): rows of (m, N)."""
    d, n = tensor.shape[0], c.size
    f = np.einsum("mp,mq,mr,pqr->m", x, x, x, tensor, optimize=True) / d
    if alpha is None:
        inside = x @ Z[:, :d].T + Z[:, d]
        phi, on = np.maximum(inside, 0.0), (inside > 0.0).astype(np.float64)
        slopes = on[:, :, None] * np.concatenate([x, np.ones((len(x), 1))], axis=1)[:, None, :]
    else:
        difference = x[:, None, :] - Z[None, :, :]
        phi = np.exp(-0.5 * alpha * (difference**2).sum(axis=2))
        slopes = alpha * phi[:, :, None] * difference
    residual = f - phi @ c / n
    G = np.concatenate([phi[:, :, None], c[None, :, None] * slopes], axis=2)
    return np.asarray(residual[:, None] * G.reshape(len(x), -1))


def _check_width(width: int) -> None:
    if isinstance(width, bool) or not isinstance(width, int) or width < 1:
        raise InputError(f"expected a width of at least 1, got {width!r}; pass an integer such as 64")
