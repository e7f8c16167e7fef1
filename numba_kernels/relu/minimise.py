"""Minimisation of the ReLU loss from many starts, one after the other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import kernel
from numba_kernels.minimise import pipeline
from numba_kernels.minimise.protocol import make_vectors
from numba_kernels.relu.hessian import hessian_product, set_curvature
from numba_kernels.relu.layout import make_curvature, make_room
from numba_kernels.relu.loss import collapsed, value_gradient
from numba_kernels.relu.target import problem_in, renew

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
    prepared: Array,
    tol: float,
    max_steps: int,
    losses: Array,
    norms: Array,
    steps: npt.NDArray[np.int64],
    status: npt.NDArray[np.int8],
) -> None:
    """Move every W of `points` (count, k, d) to a critical point by L-BFGS and Newton-CG, in place."""
    problem, ones = problem_in(prepared), np.zeros(0)
    room, bend = make_room(prepared, problem), make_curvature(prepared, problem)
    for q in range(points.shape[0]):  # fresh arrays for each start: its bits depend on nothing that ran before
        renew(prepared, target, ones)
        vectors = make_vectors(problem.k * problem.d)
        x = points[q].reshape(-1)
        losses[q], norms[q], steps[q], status[q] = polish(x, problem, room, bend, vectors, tol, max_steps)


@kernel
def minimise_descent(
    points: Array,
    target: Array,
    prepared: Array,
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
    problem, ones = problem_in(prepared), np.zeros(0)
    room = make_room(prepared, problem)
    for q in range(points.shape[0]):
        renew(prepared, target, ones)
        vectors = make_vectors(problem.k * problem.d)
        x = points[q].reshape(-1)
        losses[q], norms[q], steps[q], status[q] = descent(
            x, problem, room, vectors, step, inertia, lookahead, tol, max_steps
        )
