"""Particles in motion: stochastic gradient descent on fresh inputs, descent and flow on the exact loss, L-BFGS.

A network is c (n) and Z: rows (w, b) (n, d + 1) of biased ReLU units, or centres (n, d) of radial units. Time is that
of the particles' flow theta' = -n grad L. Level of all numbers: ESTIMATED.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from numba_kernels.particles import batch as _batch
from numba_kernels.particles import descent as _descent
from symlandscape.backends import cuda
from symlandscape.backends.common import Array, MinimiseStatus, resolve_device
from symlandscape.backends.particles import CubicTarget, particle_loss
from symlandscape.errors import InputError

__all__ = [
    "Network",
    "StudentUnits",
    "descend_particles",
    "function_distance",
    "minimise_particles",
    "particle_curvature",
    "sgd_particles",
    "student_loss",
    "student_loss_gradient",
]

Network = tuple[Array, Array]
Method = Literal["descent", "flow"]

MOTION = 2e8  # additions and multiplications of one call of a kernel: an interruption waits for its end
SAMPLE_LIMIT = 2**32
_LANCZOS = np.uint64(0x1A9C05)  # key of the start vector


@dataclass(frozen=True, slots=True)
class StudentUnits:
    """Biased ReLU units (alpha None), or radial units scale exp(-(alpha/2)|x - z|^2), with centres kept on |z|^2 = d or
    free. Raises InputError for alpha or scale that are not positive and finite.
    """

    alpha: float | None = None
    scale: float = 1.0
    on_sphere: bool = False

    def __post_init__(self) -> None:
        if self.alpha is not None and not 0.0 < self.alpha < 1e300:
            raise InputError(f"expected a finite alpha > 0 for radial units, got {self.alpha}")
        if not 0.0 < self.scale < 1e300:
            raise InputError(f"expected a finite scale > 0 of the units, got {self.scale}")
        if self.alpha is None and (self.scale != 1.0 or self.on_sphere):
            raise InputError("expected no scale and no sphere for ReLU units, which scale themselves; leave both out")

    @property
    def kind(self) -> int:
        """The kernels' code."""
        return _batch.RELU if self.alpha is None else _batch.SPHERE if self.on_sphere else _batch.RBF

    def numbers(self, inputs: int) -> int:
        """Numbers of one particle without its weight: d + 1, or d."""
        return inputs + (1 if self.alpha is None else 0)


def student_loss(target: CubicTarget, units: StudentUnits, network: Network) -> float:
    """The exact population loss of a network."""
    c, Z = _checked(target, units, network)
    return particle_loss(target, units.scale * c, Z, units.alpha)


def student_loss_gradient(target: CubicTarget, units: StudentUnits, network: Network) -> tuple[float, Array, Array]:
    """The loss and its gradients in c (n) and Z; centres on the sphere: the tangential part."""
    c, Z = _checked(target, units, network)
    x = _flat(c, Z)
    gradient = np.empty_like(x)
    value = float(_descent.gradient_at(x, c.size, *_model(target, units), gradient))
    return value, gradient[: c.size].copy(), gradient[c.size :].reshape(Z.shape).copy()


def function_distance(target: CubicTarget, units: StudentUnits, first: Network, second: Network) -> float:
    """E (f_n - g_m)^2 over |x|^2 = d of two networks with the same kind of units, exactly up to rounding.

    Twice the loss of their difference, one network of n + m units, on the target 0.
    """
    (c, Z), (e, Y) = _checked(target, units, first), _checked(target, units, second)
    total = c.size + e.size
    weights = np.concatenate([total / c.size * c, -total / e.size * e])
    zero = CubicTarget(np.zeros_like(target.tensor), np.zeros_like(target.trace), 0.0)
    return max(0.0, 2.0 * particle_loss(zero, units.scale * weights, np.concatenate([Z, Y]), units.alpha))


def sgd_particles(
    target: CubicTarget, units: StudentUnits, network: Network, step: float, batch: int, steps: int, *, first: int = 0,
    seed: int = 0, stream: int = 0, device: str = "cpu",
) -> tuple[Network, int]:  # fmt: skip
    """Online stochastic gradient descent: steps first .. first + steps - 1, each on `batch` fresh points of the sphere.

    Point s of step k depends on (seed, k, stream, s) alone, on every device. Returns the new network and how many steps
    were done (fewer where numbers ceased to be finite). Raises InputError.
    """
    where = resolve_device(device)
    c, Z = _checked(target, units, network)
    _check_steps(step, steps)
    if not 1 <= batch < SAMPLE_LIMIT:
        raise InputError(f"expected a batch of 1 to {SAMPLE_LIMIT - 1} points, got {batch}")
    for name, value in (("first", first), ("seed", seed), ("stream", stream)):
        if not 0 <= value < 2**63 - steps:
            raise InputError(f"expected {name} in 0 .. 2^63 - 1, got {value}")
    c, Z = c.copy(), Z.copy()
    packed = packed_tensor(target)
    chunk = max(1, int(MOTION / (4.0 * c.size * batch * (target.inputs + 1))))
    sgd = _batch.sgd
    if where == "cuda":
        sgd, chunk = cuda.kernels("particles").sgd, max(chunk, 10_000)
    done = 0
    while done < steps:
        now = min(chunk, steps - done)
        # words of plain Python's Philox wrap around
        with cuda.reported() if where == "cuda" else np.errstate(over="ignore"):
            made = sgd(
                c, Z, units.kind, units.alpha or 0.0, units.scale, packed, float(step), batch, first + done, now, seed,
                stream,
            )  # fmt: skip
        done += made
        if made < now:
            break
    return (c, Z), done


def descend_particles(
    target: CubicTarget, units: StudentUnits, network: Network, step: float, steps: int, method: Method = "descent"
) -> tuple[Network, int]:
    """Steps of theta' = -n grad L on the exact loss: gradient descent, or Runge & Kutta's fourth order ("flow").

    Returns the new network and the steps done (fewer where numbers ceased to be finite). Raises InputError.
    """
    c, Z = _checked(target, units, network)
    _check_steps(step, steps)
    if method not in ("descent", "flow"):
        raise InputError(f"expected the method descent or flow, got {method!r}")
    x = _flat(c, Z)
    chunk = max(1, int(MOTION / (400.0 * c.size**2)))
    code = _descent.DESCENT if method == "descent" else _descent.FLOW
    done = 0
    while done < steps:
        now = min(chunk, steps - done)
        made = _descent.descend(x, c.size, *_model(target, units), float(step), now, code)
        done += made
        if made < now:
            break
    return _split(x, c.size, Z.shape), done


def minimise_particles(
    target: CubicTarget, units: StudentUnits, network: Network, tol: float = 1e-9, most: int = 4000
) -> tuple[Network, float, float, MinimiseStatus, int]:
    """L-BFGS on the exact loss to gradient norm `tol`, or about `most` evaluations.

    Returns the network, its loss, the norm of the gradient, why it ended, and the evaluations. Raises InputError.
    """
    c, Z = _checked(target, units, network)
    if not tol > 0.0 or most < 1:
        raise InputError(f"expected a tolerance > 0 and at least one evaluation, got {tol} and {most}")
    x, found = _flat(c, Z), np.zeros(2)
    code, used = _descent.minimise(x, c.size, *_model(target, units), float(tol), int(most), found)
    if units.on_sphere:
        rows = x[c.size :].reshape(Z.shape)
        rows *= math.sqrt(target.inputs) / np.linalg.norm(rows, axis=1)[:, None]
    return _split(x, c.size, Z.shape), float(found[0]), float(found[1]), MinimiseStatus(code), int(used)


def particle_curvature(
    target: CubicTarget, units: StudentUnits, network: Network, *, start: Array | None = None, most: int = 40,
    tol: float = 1e-3,
) -> tuple[float, Array]:  # fmt: skip
    """The largest eigenvalue of n times the Hessian of the loss, by Lanczos on differences of the gradient, from below.

    Ends after `most` products or once it grows by less than `tol` relative; also its vector (n (m + 1)), with which a
    later call may start. theta' = -n grad L by explicit steps h is stable for h up to 2 over it (2.7853 for the flow).
    """
    c, Z = _checked(target, units, network)
    x, model = _flat(c, Z), _model(target, units)
    size = x.size
    if start is None:
        key = np.array([_LANCZOS, size], dtype=np.uint64)
        start = np.random.Generator(np.random.Philox(key=key)).standard_normal(size)
    basis = np.zeros((min(most, size), size))
    basis[0] = start / np.linalg.norm(start)
    tridiagonal, value, ritz = np.zeros((len(basis), len(basis))), -math.inf, basis[0]
    up, down = np.empty(size), np.empty(size)
    for k in range(len(basis)):
        reach = 1e-5 * (1.0 + float(np.linalg.norm(x)))
        _descent.gradient_at(x + reach * basis[k], c.size, *model, up)
        _descent.gradient_at(x - reach * basis[k], c.size, *model, down)
        image = (up - down) * (0.5 * c.size / reach)
        tridiagonal[k, k] = basis[k] @ image
        values, vectors = np.linalg.eigh(tridiagonal[: k + 1, : k + 1])
        grown, value = float(values[-1]) - value, float(values[-1])
        ritz = vectors[:, -1] @ basis[: k + 1]
        if not math.isfinite(value) or (k > 1 and grown <= tol * abs(value)) or k + 1 == len(basis):
            break
        for _ in range(2):
            image = image - basis[: k + 1].T @ (basis[: k + 1] @ image)
        norm = float(np.linalg.norm(image))
        if norm <= 1e-12 * (1.0 + abs(value)):
            break
        basis[k + 1] = image / norm
        tridiagonal[k, k + 1] = tridiagonal[k + 1, k] = norm
    return value, ritz


def packed_tensor(target: CubicTarget) -> Array:
    """Coefficients of f in x_p x_q x_r, p >= q >= r, in the order of p, then q, then r."""
    d = target.inputs
    p, q, r = np.nonzero(np.ones((d, d, d)))
    kept = (p >= q) & (q >= r)
    p, q, r = p[kept], q[kept], r[kept]
    orders = np.where((p == q) & (q == r), 1.0, np.where((p == q) | (q == r), 3.0, 6.0))
    return np.ascontiguousarray(orders * target.tensor[p, q, r] / d)


def _model(target: CubicTarget, units: StudentUnits) -> tuple[int, float, float, Array, Array, float]:
    return units.kind, units.alpha or 0.0, units.scale, target.tensor, target.trace, target.constant


def _flat(c: Array, Z: Array) -> Array:
    return np.concatenate([c, Z.ravel()])


def _split(x: Array, n: int, shape: tuple[int, ...]) -> Network:
    return x[:n].copy(), x[n:].reshape(shape).copy()


def _check_steps(step: float, steps: int) -> None:
    if not 0.0 < step < math.inf or steps < 0:
        raise InputError(f"expected a finite step > 0 and a number of steps >= 0, got {step} and {steps}")


def _checked(target: CubicTarget, units: StudentUnits, network: Network) -> Network:
    c, Z = (np.ascontiguousarray(part, dtype=np.float64) for part in network)
    wanted = units.numbers(target.inputs)
    if c.ndim != 1 or c.size < 1 or Z.shape != (c.size, wanted):
        raise InputError(
            f"expected c of shape (n,) and particles of shape (n, {wanted}), got shapes {c.shape} and {Z.shape}"
        )
    if not (np.isfinite(c).all() and np.isfinite(Z).all()):
        raise InputError("expected finite weights and particles, got nan or infinity")
    if units.on_sphere and not np.allclose((Z * Z).sum(axis=1), target.inputs, rtol=1e-9, atol=0.0):
        raise InputError(f"expected centres on the sphere |z|^2 = {target.inputs}; scale their rows")
    return c, Z
