"""What a minimiser needs of a model: the functions below, which `bind` replaces by the model's own.

`problem` is the model's tuple of sizes and parameters, `room` and `bend` its working arrays, x and gradients flat.
Also the reason codes and the working vectors that all templates share.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import part

Array = npt.NDArray[np.float64]

CONVERGED = 0
MAX_STEPS = 1
STALLED = 2
SINGULAR = 3
NOT_FINITE = 4
RUNNING = 5
BENT_DOWN = 6  # between templates only: a direction of negative curvature is in vectors.direction

MEMORY = 8


class Vectors(NamedTuple):
    """Working vectors of length n: gradient, trial and trial_gradient, direction, residual, image; L-BFGS history."""

    gradient: Array
    trial: Array
    trial_gradient: Array
    direction: Array
    residual: Array
    image: Array
    step: Array
    steps: Array
    changes: Array
    curvatures: Array
    weights: Array


@part
def make_vectors(n: int) -> Vectors:
    """Fresh working vectors."""
    return Vectors(
        np.zeros(n),
        np.zeros(n),
        np.zeros(n),
        np.zeros(n),
        np.zeros(n),
        np.zeros(n),
        np.zeros(n),
        np.zeros((MEMORY, n)),
        np.zeros((MEMORY, n)),
        np.zeros(MEMORY),
        np.zeros(MEMORY),
    )


def value_gradient(x: Array, problem: Any, room: Any, gradient: Array) -> float:
    """Value at x, gradient into `gradient`; NaN outside the domain."""
    raise NotImplementedError


def set_curvature(x: Array, problem: Any, room: Any, bend: Any) -> None:
    """Prepare Hessian products at x."""
    raise NotImplementedError


def hessian_product(p: Array, problem: Any, room: Any, bend: Any, out: Array) -> None:
    """Hessian times p into `out`, after `set_curvature`."""
    raise NotImplementedError


def singular(problem: Any, room: Any) -> bool:
    """Whether the last evaluated point lies next to a point where the function is not smooth."""
    raise NotImplementedError
