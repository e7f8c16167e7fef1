"""Smooth units h(w.x + b) on |x|^2 = d: the loss by one-dimensional quadrature and a zonal series with a bounded tail.

lambda_k(alpha, b) = E[h(alpha u + b) P_k(u)], u the first coordinate on the unit sphere, by Gauss quadrature, and
K = sum_k N(d, k) lambda_k lambda_k' P_k(c). By Parseval sum_k N lambda_k^2 = E h^2, so what a series cut at degree m
leaves out of a unit has the square norm rest = E h^2 - sum_{k<=m} N lambda_k^2, and with F exact for m >= 3 the loss
loses at most (sum |c_i| sqrt(rest_i))^2/(2 n^2) (Cauchy-Schwarz). Floats: level ESTIMATED, the bound up to rounding
and the quadrature's error. Derived in `derivations.particles_coefficients`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symlandscape.backends.particles import CubicTarget, series_loss
from symlandscape.errors import InputError
from symlandscape.particles.funk_hecke import multiplicity

__all__ = ["ACTIVATIONS", "Activation", "SmoothLoss", "coefficients", "smooth_loss"]

Array = npt.NDArray[np.float64]
Function = Callable[[Array], Array]

MOST_DEGREES = 160
LEAST_DEGREES = 8


@dataclass(frozen=True, slots=True)
class Activation:
    """A smooth function of a number with its first two derivatives, on arrays."""

    name: str
    value: Function
    first: Function
    second: Function


def _sigmoid(x: Array) -> Array:
    return 0.5 * (1.0 + np.tanh(0.5 * x))


def _sigmoid1(x: Array) -> Array:
    s = _sigmoid(x)
    return s * (1.0 - s)


def _sigmoid2(x: Array) -> Array:
    s = _sigmoid(x)
    return s * (1.0 - s) * (1.0 - 2.0 * s)


def _tanh1(x: Array) -> Array:
    return 1.0 - np.tanh(x) ** 2


def _tanh2(x: Array) -> Array:
    t = np.tanh(x)
    return -2.0 * t * (1.0 - t * t)


ACTIVATIONS = {
    "sigmoid": Activation("sigmoid", _sigmoid, _sigmoid1, _sigmoid2),
    "tanh": Activation("tanh", np.tanh, _tanh1, _tanh2),
    "softplus": Activation("softplus", lambda x: np.logaddexp(0.0, x), _sigmoid, _sigmoid1),
    "exp": Activation("exp", np.exp, np.exp, np.exp),
}


@dataclass(frozen=True, slots=True, eq=False)
class SmoothLoss:
    """loss; tail: bound on what the cut series leaves out of it; degrees in the series; gradients in c (n) and
    (w, b) (n, d + 1); Hessian where asked for.
    """

    loss: float
    tail: float
    degrees: int
    by_c: Array
    by_z: Array
    hessian: Array | None


def coefficients(
    activation: Activation, alpha: Array, b: Array, d: int, degrees: int, nodes: int
) -> tuple[Array, Array]:
    """Tables (6, n, degrees) of lambda_k with derivatives (alpha, b, alpha^2, alpha b, b^2), and E h^2 (n)."""
    from scipy.special import roots_gegenbauer

    u, weights = roots_gegenbauer(nodes, 0.5 * (d - 2))
    weights = weights / weights.sum()
    legendre = np.empty((degrees, nodes))
    before, here = np.zeros(nodes), np.ones(nodes)
    for k in range(degrees):
        legendre[k] = here
        before, here = here, ((2 * k + d - 2) * u * here - k * before) / (k + d - 2)
    at = alpha[:, None] * u + b[:, None]
    table = (legendre * weights).T
    h, h1, h2 = activation.value(at), activation.first(at), activation.second(at)
    rows = [h, h1 * u, h1, h2 * u * u, h2 * u, h2]
    return np.stack([row @ table for row in rows]), (h * h) @ weights


def smooth_loss(
    target: CubicTarget,
    c: Array,
    Z: Array,
    activation: str | Activation = "tanh",
    *,
    tol: float = 1e-12,
    order: int = 1,
) -> SmoothLoss:
    """The loss of units h(w.x + b), Z (n, d + 1) rows (w, b) with w not 0, and its gradient (Hessian for order 2).

    Degrees are doubled until the tail is below `tol` or 160 are used; the tail says what was reached. Raises:
    `InputError` for an unknown activation, other shapes, a zero w.
    """
    if isinstance(activation, str):
        if activation not in ACTIVATIONS:
            raise InputError(f"expected an activation among {', '.join(ACTIVATIONS)}, got {activation!r}")
        activation = ACTIVATIONS[activation]
    d = target.inputs
    c, Z = np.ascontiguousarray(c, dtype=np.float64), np.ascontiguousarray(Z, dtype=np.float64)
    if c.ndim != 1 or Z.shape != (c.size, d + 1) or not (np.isfinite(c).all() and np.isfinite(Z).all()):
        raise InputError(f"expected finite c (n,) and particles (n, {d + 1}), got shapes {c.shape} and {Z.shape}")
    rho = np.sqrt((Z[:, :d] ** 2).sum(axis=1))
    if not (rho > 0.0).all():
        raise InputError("expected units with w other than 0, where the angle is not defined; move the unit a little")
    V, alpha = np.ascontiguousarray(Z[:, :d] / rho[:, None]), np.sqrt(d) * rho
    degrees, tail = LEAST_DEGREES, np.inf
    while True:
        tables, squares = coefficients(activation, alpha, Z[:, d], d, degrees, 2 * degrees + 60)
        dims = np.array([float(multiplicity(d, k)) for k in range(degrees)])
        rest = np.maximum(squares - (tables[0] ** 2) @ dims, 0.0)
        tail = float((np.abs(c) @ np.sqrt(rest)) ** 2) / (2.0 * c.size**2)
        if tail <= tol or degrees >= MOST_DEGREES:
            break
        degrees = min(2 * degrees, MOST_DEGREES)
    loss, by_c, by_z, hessian = series_loss(target, c, V, rho, tables, dims, order)
    return SmoothLoss(loss, tail, degrees, by_c, by_z, hessian)
