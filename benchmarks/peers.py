"""What a user would otherwise run: the closed form in NumPy, its Hessian, SciPy's L-BFGS-B. V is the unit matrix."""

from __future__ import annotations

import math
from importlib.util import find_spec

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Real = npt.NDArray[np.floating]


def numpy_loss_gradient(W: Array) -> tuple[float, Array]:
    """The closed form with arccos, whole matrices at a time; V = I needs no product."""
    norms = np.sqrt(np.einsum("ia,ia->i", W, W))
    unit = W / norms[:, None]
    own = np.clip(unit @ unit.T, -1.0, 1.0)
    angles, target_angles = np.arccos(own), np.arccos(np.clip(unit, -1.0, 1.0))
    sines, target_sines = np.sqrt(1 - own * own), np.sqrt(np.maximum(0.0, 1 - unit * unit))
    np.fill_diagonal(angles, 0.0)
    np.fill_diagonal(sines, 0.0)
    rest, target_rest = math.pi - angles, math.pi - target_angles
    pairs = np.einsum("i,ij,j->", norms, sines + rest * own, norms)
    crossed = norms @ (target_sines + target_rest * unit).sum(axis=1)
    d = W.shape[1]
    constant = d * math.pi + d * (d - 1)
    radial = sines @ norms - target_sines.sum(axis=1)
    gradient = (radial[:, None] * unit + rest @ W - target_rest) / (2 * math.pi)
    return float((pairs - 2 * crossed + constant) / (4 * math.pi)), gradient


def numpy_network(W: Array, a: Array) -> tuple[float, Array, Array]:
    """The closed form for a network with weights a on its neurons; loss, gradient in W and in a."""
    d = W.shape[1]
    norms = np.sqrt(np.einsum("ia,ia->i", W, W))
    unit, signed = W / norms[:, None], a * norms
    own, aims = np.clip(unit @ unit.T, -1.0, 1.0), np.clip(unit, -1.0, 1.0)
    np.fill_diagonal(own, 1.0)
    rest, target_rest = math.pi - np.arccos(own), math.pi - np.arccos(aims)
    sines, target_sines = np.sqrt(1 - own * own), np.sqrt(1 - aims * aims)
    radial = sines @ signed - target_sines.sum(axis=1)
    slopes = (radial[:, None] * unit + rest @ (a[:, None] * W) - target_rest) / (2 * math.pi)
    pairs = signed @ (sines + rest * own) @ signed - 2 * signed @ (target_sines + target_rest * aims).sum(axis=1)
    loss = (pairs + d * math.pi + d * (d - 1)) / (4 * math.pi)
    return float(loss), a[:, None] * slopes, np.einsum("ia,ia->i", W, slopes)


def numpy_batch(W: Array) -> tuple[Array, Array]:
    """The closed form for a batch (count, d, d), whole tensors at a time."""
    d = W.shape[2]
    diagonal = np.arange(d)
    norms = np.sqrt(np.einsum("qia,qia->qi", W, W))
    unit = W / norms[:, :, None]
    own = np.clip(unit @ unit.transpose(0, 2, 1), -1.0, 1.0)
    rest, target_rest = math.pi - np.arccos(own), math.pi - np.arccos(np.clip(unit, -1.0, 1.0))
    sines, target_sines = np.sqrt(1 - own * own), np.sqrt(np.maximum(0.0, 1 - unit * unit))
    rest[:, diagonal, diagonal] = math.pi
    sines[:, diagonal, diagonal] = 0.0
    pairs = np.einsum("qi,qij,qj->q", norms, sines + rest * own, norms)
    crossed = np.einsum("qi,qia->q", norms, target_sines + target_rest * unit)
    radial = np.einsum("qij,qj->qi", sines, norms) - target_sines.sum(axis=2)
    gradient = (radial[:, :, None] * unit + rest @ W - target_rest) / (2 * math.pi)
    return (pairs - 2 * crossed + d * math.pi + d * (d - 1)) / (4 * math.pi), gradient


def numpy_descent(W: Array, step: float, tolerance: float, steps: int) -> tuple[Array, float]:
    """Gradient descent with a fixed step on the closed form; the end point and its gradient norm."""
    norm = math.inf
    for _ in range(steps):
        gradient = numpy_loss_gradient(W)[1]
        norm = float(np.linalg.norm(gradient))
        if norm <= tolerance:
            break
        W = W - step * gradient
    return W, norm


def extended_loss_gradient(W: Array) -> tuple[np.longdouble, Real]:
    """The same in extended precision with atan2: the reference for errors."""
    real = np.longdouble
    X = W.astype(real)
    norms = np.sqrt((X * X).sum(axis=1))
    unit = X / norms[:, None]
    pi = 4 * np.arctan(real(1))

    def geometry(cosine: Real) -> tuple[Real, Real]:
        sine = np.sqrt(np.maximum(real(0), (1 - cosine) * (1 + cosine)))
        return sine, pi - np.arctan2(sine, cosine)

    own = unit @ unit.T
    sines, rest = geometry(own)
    np.fill_diagonal(sines, 0)
    np.fill_diagonal(rest, pi)
    target_sines, target_rest = geometry(unit)
    pairs = norms @ (sines + rest * own) @ norms
    crossed = norms @ (target_sines + target_rest * unit).sum(axis=1)
    d = real(W.shape[1])
    radial = sines @ norms - target_sines.sum(axis=1)
    gradient = (radial[:, None] * unit + rest @ X - target_rest) / (2 * pi)
    return (pairs - 2 * crossed + d * pi + d * (d - 1)) / (4 * pi), gradient


def numpy_hessian(W: Array) -> Array:
    """The published 1/sin t blocks, whole tensors at a time."""
    k, d = W.shape
    norms = np.sqrt(np.einsum("ia,ia->i", W, W))
    unit = W / norms[:, None]
    own = np.clip(unit @ unit.T, -1.0, 1.0)
    np.fill_diagonal(own, 0.0)
    sines = np.sqrt((1 - own) * (1 + own))
    q = unit[None, :, :] - own[:, :, None] * unit[:, None, :]
    blocks = np.einsum("ij,ab->iajb", math.pi - np.arccos(own), np.eye(d))
    blocks += np.einsum("ij,ia,jb->iajb", sines, unit, unit)
    blocks += np.einsum("ij,ija,jib->iajb", 1 / sines, q, q)
    for i in range(k):
        weights = norms / norms[i]
        weights[i] = 0.0
        cosines = np.clip(unit[i], -1.0, 1.0)
        s = np.sqrt((1 - cosines) * (1 + cosines))
        spokes = np.eye(d) - cosines[:, None] * unit[i]
        level = weights @ sines[i] - s.sum() / norms[i]
        block = (math.pi + level) * np.eye(d) - level * np.outer(unit[i], unit[i])
        block += (q[i].T * (weights / sines[i])) @ q[i]
        block -= (spokes.T / (s * norms[i])) @ spokes
        blocks[i, :, i, :] = block
    return np.asarray(blocks.reshape(k * d, k * d) / (2 * math.pi))


def missing(names: tuple[str, ...] = ("torch", "jax", "optax", "gmpy2")) -> list[str]:
    """Peers that are not installed."""
    return [name for name in names if find_spec(name) is None]
