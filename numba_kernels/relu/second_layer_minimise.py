"""Minimisation of the loss in both layers from many starts, one after the other.

The loss does not see w_i -> t w_i, a_i -> a_i/t, and steps of L-BFGS drift along these scalings: |w_i| = 400
and a_i = 1/2000 was seen, where the gradient in a_i is a million times that in w_i and nothing moves any more. A
minimisation that takes long is therefore balanced from time to time.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import kernel, part
from numba_kernels.minimise import pipeline
from numba_kernels.minimise.protocol import MAX_STEPS, make_vectors
from numba_kernels.relu.layout import make_curvature
from numba_kernels.relu.second_layer import collapsed, make_layers, value_gradient
from numba_kernels.relu.second_layer_hessian import level_product, set_curvature
from numba_kernels.relu.target import problem_in, renew

Array = npt.NDArray[np.float64]

STRETCH = 1000
"""Evaluations after which the layers are balanced."""
LEAST = 0.25
"""The least |w_i| after balancing, as a part of what the mean neuron has: a_i may go to zero, w_i may not."""

polish = pipeline.make(
    "second_layer",
    value_gradient=value_gradient,
    set_curvature=set_curvature,
    hessian_product=level_product,
    singular=collapsed,
).newton


@part
def balance(x: Array, k: int, d: int) -> None:
    """Scale the neurons of the flat point x to |w_i| = |a_i|, but those that are almost dead to a length |w_i| that the
    loss does not see as small.
    """
    sizes = np.empty(k)
    for i in range(k):
        square = 0.0
        for a in range(i * d, i * d + d):
            square += x[a] * x[a]
        sizes[i] = math.sqrt(square)
    mean = 0.0
    for i in range(k):
        mean += sizes[i] * abs(x[k * d + i]) / k
    for i in range(k):
        wanted = max(math.sqrt(sizes[i] * abs(x[k * d + i])), LEAST * math.sqrt(mean))
        t = wanted / sizes[i]
        if 0.0 < t < math.inf:
            for a in range(i * d, i * d + d):
                x[a] *= t
            x[k * d + i] /= t


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
        used, code = 0, MAX_STEPS
        while code == MAX_STEPS and used < max_steps:
            if used:
                balance(points[q], problem.k, problem.d)
            part_steps = min(STRETCH, max_steps - used)
            losses[q], norms[q], taken, code = polish(points[q], problem, layers, bend, vectors, tol, part_steps)
            used += taken
        steps[q], status[q] = used, code
