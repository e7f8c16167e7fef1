"""Minimisation of the ReLU loss from many starts, one after the other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import kernel
from numba_kernels.minimise import pipeline
from numba_kernels.minimise.protocol import make_vectors
from numba_kernels.relu.hessian import hessian_product, set_curvature
from numba_kernels.relu.layout import Problem, make_curvature, make_room, set_target
from numba_kernels.relu.loss import collapsed, value_gradient

Array = npt.NDArray[np.float64]

_bound = pipeline.make(
    "relu",
    value_gradient=value_gradient,
    set_curvature=set_curvature,
    hessian_product=hessian_product,
    singular=collapsed,
)
polish, descent = _bound.newton, _bound.descent


@kernel
def minimise_newton(
    points: Array,
    target: Array,
    identity: int,
    slope: float,
    tol: float,
    max_steps: int,
    losses: Array,
    norms: Array,
    steps: npt.NDArray[np.int64],
    status: npt.NDArray[np.int8],
) -> None:
    """Move every W of `points` (count, k, d) to a critical point by L-BFGS and Newton-CG, in place."""
    count, k, d = points.shape
    h = d if identity else target.shape[0]
    problem = Problem(k, d, h, identity, slope)
    for q in range(count):  # fresh arrays for each start: its bits depend on nothing that ran before
        room, bend, vectors = make_room(k, d, h, identity), make_curvature(k, d, h), make_vectors(k * d)
        set_target(target, problem, room)
        x = points[q].reshape(k * d)
        losses[q], norms[q], steps[q], status[q] = polish(x, problem, room, bend, vectors, tol, max_steps)


@kernel
def minimise_descent(
    points: Array,
    target: Array,
    identity: int,
    slope: float,
    step: float,
    inertia: float,
    lookahead: float,
    tol: float,
    max_steps: int,
    losses: Array,
    norms: Array,
    steps: npt.NDArray[np.int64],
    status: npt.NDArray[np.int8],
) -> None:
    """Move every W of `points` (count, k, d) by a fixed-step first-order method, in place."""
    count, k, d = points.shape
    h = d if identity else target.shape[0]
    problem = Problem(k, d, h, identity, slope)
    for q in range(count):
        room, vectors = make_room(k, d, h, identity), make_vectors(k * d)
        set_target(target, problem, room)
        x = points[q].reshape(k * d)
        losses[q], norms[q], steps[q], status[q] = descent(
            x, problem, room, vectors, step, inertia, lookahead, tol, max_steps
        )
