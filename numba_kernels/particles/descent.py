"""Motion on the exact population loss: gradient descent, gradient flow by Runge-Kutta, L-BFGS.

Biased ReLU units, or radial units times `scale`; time as in the particles' flow theta' = -n grad L. The loss itself:
`numba_kernels.particles.relu` and `numba_kernels.particles.rbf`.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import bind, kernel, part
from numba_kernels.lanes import dot
from numba_kernels.minimise import lbfgs as _lbfgs
from numba_kernels.minimise.protocol import make_vectors
from numba_kernels.particles import rbf as _rbf
from numba_kernels.particles import relu as _relu
from numba_kernels.particles.batch import RELU, SPHERE

Array = npt.NDArray[np.float64]

DESCENT, FLOW = 0, 1


class Exact(NamedTuple):
    """Kind of the units, with alpha and scale of radial ones; the target's tensor, trace, constant; n."""

    kind: int
    alpha: float
    scale: float
    tensor: Array
    trace: Array
    constant: float
    width: int


class Work(NamedTuple):
    """Weights times the scale (n), and for centres kept on the sphere the centres (n, d) and what they were divided by
    (n).
    """

    scaled: Array
    centres: Array
    shrink: Array


@part
def make_work(n: int, m: int) -> Work:
    """Fresh arrays."""
    return Work(np.zeros(n), np.zeros((n, m)), np.zeros(n))


@part
def set_centres(Z: Array, work: Work) -> None:
    """Z with its rows scaled to |z|^2 = d."""
    n, d = Z.shape
    for i in range(n):
        square = 0.0
        for a in range(d):
            square += Z[i, a] * Z[i, a]
        work.shrink[i] = math.sqrt(d / square)
        for a in range(d):
            work.centres[i, a] = work.shrink[i] * Z[i, a]


@part
def turn_gradient(work: Work, by_z: Array) -> None:
    """The gradient in rows before they were scaled, from that in the centres."""
    n, d = by_z.shape
    for i in range(n):
        radial = 0.0
        for a in range(d):
            radial += work.centres[i, a] * by_z[i, a]
        for a in range(d):
            by_z[i, a] = work.shrink[i] * (by_z[i, a] - radial / d * work.centres[i, a])


@part
def exact_gradient(c: Array, Z: Array, exact: Exact, work: Work, order: int, by_c: Array, by_z: Array) -> float:
    """The loss; for order 1 its gradients into by_c (n) and by_z (the shape of Z)."""
    T, t, constant = exact.tensor, exact.trace, exact.constant
    if exact.kind == RELU:
        value: float = _relu.loss_gradient_at(c, Z, T, t, constant, order, by_c, by_z)
        return value
    scaled = work.scaled
    for i in range(c.shape[0]):
        scaled[i] = exact.scale * c[i]
    points = Z
    if exact.kind == SPHERE:
        set_centres(Z, work)
        points = work.centres
    value = _rbf.loss_gradient_at(scaled, points, exact.alpha, T, t, constant, order, by_c, by_z)
    if exact.kind == SPHERE and order > 0:
        turn_gradient(work, by_z)
    for i in range(c.shape[0]):
        by_c[i] *= exact.scale
    return value


@part
def value_gradient(x: Array, problem: Any, room: Any, gradient: Array) -> float:
    """The loss and its gradient at flat x = (c, Z)."""
    n = problem.width
    m = x.shape[0] // n - 1
    by_z = gradient[n:].reshape(n, m)
    value: float = exact_gradient(x[:n], x[n:].reshape(n, m), problem, room, 1, gradient[:n], by_z)
    return value


@part
def never_singular(problem: Any, room: Any) -> bool:
    """No line search is stopped: the losses are differentiable."""
    return False


lbfgs = bind(_lbfgs.lbfgs, "lbfgs_particles", value_gradient=value_gradient, singular=never_singular)


@kernel
def gradient_at(
    x: Array, width: int, kind: int, alpha: float, scale: float, T: Array, t: Array, constant: float, gradient: Array
) -> float:
    """The loss at flat x = (c, Z) of n = width units; its gradient into `gradient`."""
    exact, work = Exact(kind, alpha, scale, T, t, constant, width), make_work(width, x.shape[0] // width - 1)
    value: float = value_gradient(x, exact, work, gradient)
    return value


@kernel
def descend(
    x: Array, width: int, kind: int, alpha: float, scale: float, T: Array, t: Array, constant: float, step: float,
    steps: int, method: int,
) -> int:  # fmt: skip
    """Steps of theta' = -n grad L in place on flat x = (c, Z): explicit (DESCENT), or Runge & Kutta's four (FLOW).

    Returns the steps done: fewer where numbers ceased to be finite.
    """
    exact, work = Exact(kind, alpha, scale, T, t, constant, width), make_work(width, x.shape[0] // width - 1)
    size = x.shape[0]
    slope, total, trial = np.zeros(size), np.zeros(size), np.zeros(size)
    length = step * width
    for k in range(steps):
        value = value_gradient(x, exact, work, slope)
        if not math.isfinite(value):
            return k
        if method == DESCENT:
            for q in range(size):
                x[q] -= length * slope[q]
            keep_on_sphere(x, exact, work)
            continue
        for q in range(size):
            total[q] = slope[q]
        for stage in range(3):
            share = length if stage == 2 else 0.5 * length
            for q in range(size):
                trial[q] = x[q] - share * slope[q]
            value_gradient(trial, exact, work, slope)
            share = 1.0 if stage == 2 else 2.0
            for q in range(size):
                total[q] += share * slope[q]
        for q in range(size):
            x[q] -= length / 6.0 * total[q]
        keep_on_sphere(x, exact, work)
    return steps


@part
def keep_on_sphere(x: Array, exact: Exact, work: Work) -> None:
    """Scale the centres back to |z|^2 = d where they are to stay there."""
    if exact.kind == SPHERE:
        n = exact.width
        Z = x[n:].reshape(n, x.shape[0] // n - 1)
        set_centres(Z, work)
        Z[:, :] = work.centres


@kernel
def minimise(
    x: Array, width: int, kind: int, alpha: float, scale: float, T: Array, t: Array, constant: float, tol: float,
    most: int, found: Array,
) -> tuple[int, int]:  # fmt: skip
    """L-BFGS in place on flat x = (c, Z), to gradient norm `tol` or about `most` evaluations; reason code, evaluations.

    found (2): the loss and the norm of its gradient at the end.
    """
    exact, work = Exact(kind, alpha, scale, T, t, constant, width), make_work(width, x.shape[0] // width - 1)
    vectors = make_vectors(x.shape[0])
    value = value_gradient(x, exact, work, vectors.gradient)
    value, norm, used, code = lbfgs(x, value, exact, work, vectors, tol, most, False)
    found[0], found[1] = value, math.sqrt(dot(vectors.gradient, vectors.gradient))
    return code, used
