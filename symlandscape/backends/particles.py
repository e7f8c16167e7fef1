"""Neurons as particles: the exact population loss of biased ReLU and radial units on a cubic target over the sphere.

f = (1/d) T(x,x,x) with a symmetric T (d, d, d), x uniform on |x|^2 = d, f_n = (1/n) sum c_i phi(x; z_i),
L = (1/2) E (f - f_n)^2. ReLU particles are rows (w, b) of Z (n, d + 1), radial ones rows z of Z (n, d).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import numpy as np

from numba_kernels.particles import rbf as _rbf
from numba_kernels.particles import rbf_hessian as _rbf_hessian
from numba_kernels.particles import relu as _relu
from numba_kernels.particles import relu_hessian as _relu_hessian
from numba_kernels.particles import series as _series
from symlandscape.backends.common import Array
from symlandscape.errors import InputError

__all__ = [
    "CubicTarget",
    "cubic_target",
    "particle_hessian",
    "particle_loss",
    "particle_loss_gradient",
    "series_loss",
]

MOST_HESSIAN = 1 << 28  # entries: 2 GiB


@dataclass(frozen=True, slots=True, eq=False)
class CubicTarget:
    """f = (1/d) T(x,x,x): tensor (d, d, d) symmetric, trace t (d), constant (1/2) E f^2."""

    tensor: Array
    trace: Array
    constant: float

    @property
    def inputs(self) -> int:
        """d."""
        return int(self.trace.size)


def cubic_target(a: Array) -> CubicTarget:
    """The target (1/d) sum a_pqr x_p x_q x_r of a tensor (d, d, d), d >= 3. Raises InputError."""
    a = np.ascontiguousarray(a, dtype=np.float64)
    if a.ndim != 3 or len(set(a.shape)) != 1 or a.shape[0] < 3:
        raise InputError(f"expected a tensor of shape (d, d, d) with d >= 3, got shape {a.shape}")
    if not np.isfinite(a).all():
        raise InputError("expected finite entries of the tensor, got nan or infinity")
    d = a.shape[0]
    T = np.zeros_like(a)
    for order in permutations(range(3)):
        T += a.transpose(order) / 6.0
    t = np.einsum("pqq->p", T)
    square = (6.0 * float((T * T).sum()) + 9.0 * float(t @ t)) / ((d + 2.0) * (d + 4.0))
    return CubicTarget(np.ascontiguousarray(T), np.ascontiguousarray(t), 0.5 * square)


def particle_loss(target: CubicTarget, c: Array, Z: Array, alpha: float | None = None) -> float:
    """L of biased ReLU units (alpha None) or of radial units exp(-(alpha/2)|x - z|^2); level ESTIMATED.

    c (n); Z (n, d + 1) rows (w, b), or (n, d) centres. No sampling error: a few roundings of the largest term of the
    three. Raises InputError. Source: `symlandscape.particles.relu_units`, `symlandscape.particles.rbf_units`.
    """
    return _evaluate(target, c, Z, alpha, 0)[0]


def particle_loss_gradient(
    target: CubicTarget, c: Array, Z: Array, alpha: float | None = None
) -> tuple[float, Array, Array]:
    """L as in `particle_loss` and its gradients in c (n) and Z (the shape of Z)."""
    return _evaluate(target, c, Z, alpha, 1)


def particle_hessian(target: CubicTarget, c: Array, Z: Array, alpha: float | None = None) -> Array:
    """The Hessian of L in theta = (c_1, z_1, c_2, z_2, ..): (n (m + 1), n (m + 1)) for particles of m numbers."""
    c, Z = _particles(target, c, Z, alpha)
    size = c.size * (Z.shape[1] + 1)
    if size * size > MOST_HESSIAN:
        raise InputError(f"expected a Hessian of at most 2 GiB, got {size} parameters; take fewer units")
    H = np.empty((size, size))
    if alpha is None:
        _relu_hessian.hessian_at(c, Z, target.tensor, target.trace, H)
    else:
        _rbf_hessian.hessian_at(c, Z, float(alpha), target.tensor, target.trace, H)
    return H


def _evaluate(target: CubicTarget, c: Array, Z: Array, alpha: float | None, order: int) -> tuple[float, Array, Array]:
    c, Z = _particles(target, c, Z, alpha)
    by_c, by_z = np.empty_like(c), np.empty_like(Z)
    rest = (target.tensor, target.trace, target.constant, order, by_c, by_z)
    value = _relu.loss_gradient_at(c, Z, *rest) if alpha is None else _rbf.loss_gradient_at(c, Z, float(alpha), *rest)
    return float(value), by_c, by_z


def _particles(target: CubicTarget, c: Array, Z: Array, alpha: float | None) -> tuple[Array, Array]:
    """c and Z as the kernels want them."""
    c, Z = np.ascontiguousarray(c, dtype=np.float64), np.ascontiguousarray(Z, dtype=np.float64)
    wanted = target.inputs + (1 if alpha is None else 0)
    if c.ndim != 1 or c.size < 1 or Z.shape != (c.size, wanted):
        raise InputError(
            f"expected c of shape (n,) and particles of shape (n, {wanted}), got shapes {c.shape} and {Z.shape}"
        )
    if not (np.isfinite(c).all() and np.isfinite(Z).all()):
        raise InputError("expected finite weights and particles, got nan or infinity")
    if alpha is not None and not 0.0 < alpha < 1e300:
        raise InputError(f"expected a finite alpha > 0 for radial units, got {alpha}")
    return c, Z


def series_loss(
    target: CubicTarget, c: Array, V: Array, rho: Array, tables: Array, dims: Array, order: int = 1
) -> tuple[float, Array, Array, Array | None]:
    """L of smooth units from their zonal coefficients, its gradients in c (n) and (w, b) (n, d + 1), and for order 2
    its Hessian.

    V (n, d) unit normals, rho (n) lengths of w, tables (6, n, K): lambda_k and its derivatives (alpha, b, alpha^2,
    alpha b, b^2), k < K, K >= 4; dims (K): N(d, k). Called by `symlandscape.particles.smooth_units`.
    """
    n, d = V.shape
    c = np.ascontiguousarray(c, dtype=np.float64)
    by_c, by_z = np.empty(n), np.empty((n, d + 1))
    size = n * (d + 2) if order > 1 else 0
    if size * size > MOST_HESSIAN:
        raise InputError(f"expected a Hessian of at most 2 GiB, got {size} parameters; take fewer units")
    H = np.empty((size, size))
    parts = (target.tensor, target.trace, target.constant, order)
    value = _series.evaluate_at(c, V, rho, tables, dims, *parts, by_c, by_z, H)
    return float(value), by_c, by_z, H if order > 1 else None
