"""Minimisation of the loss in both layers from many starts, one after the other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import kernel
from numba_kernels.minimise import pipeline
from numba_kernels.minimise.protocol import make_vectors
from numba_kernels.relu.layout import make_curvature
from numba_kernels.relu.second_layer import collapsed, make_layers, value_gradient
from numba_kernels.relu.second_layer_hessian import level_product, set_curvature
from numba_kernels.relu.target import problem_in, renew

Array = npt.NDArray[np.float64]

polish = pipeline.make(
    "second_layer",
    value_gradient=value_gradient,
    set_curvature=set_curvature,
    hessian_product=level_product,
    singular=collapsed,
).newton


@kernel
def minimise_newton(
    points: Array,
    target: Array,
    second: Array,
    prepared: Array,
    extra: Array,
    tol: float,
    max_steps: int,
    losses: Array,
    norms: Array,
    steps: npt.NDArray[np.int64],
    status: npt.NDArray[np.int8],
) -> None:
    """Move every flat point of `points` (count, k d + k) to a critical point by L-BFGS and Newton-CG, in place."""
    problem = problem_in(prepared)
    layers, bend = make_layers(prepared, extra, problem), make_curvature(prepared, problem)
    for q in range(points.shape[0]):  # fresh arrays for each start: its bits depend on nothing that ran before
        renew(prepared, target, second)
        for e in range(extra.shape[0]):
            extra[e] = 0.0
        vectors = make_vectors(points.shape[1])
        losses[q], norms[q], steps[q], status[q] = polish(points[q], problem, layers, bend, vectors, tol, max_steps)
