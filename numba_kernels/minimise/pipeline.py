"""From a start to a critical point at the rounding floor: L-BFGS to a small gradient, then Newton-CG, with returns.

L-BFGS stops at 1e-4, Newton-CG finishes. A step that does not halve the gradient sends the point back to L-BFGS with
a hundredth of the gradient as its goal; a direction of negative curvature is followed downhill first. The number of
returns is bounded; what cannot be reached is told by a reason code.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import bind
from numba_kernels.lanes import dot
from numba_kernels.minimise.descent import descent
from numba_kernels.minimise.lbfgs import lbfgs
from numba_kernels.minimise.newton_cg import newton_cg
from numba_kernels.minimise.protocol import (
    BENT_DOWN,
    CONVERGED,
    NOT_FINITE,
    RUNNING,
    STALLED,
    Vectors,
    value_gradient,
)

Array = npt.NDArray[np.float64]

SWITCH = 1e-4
ROUNDS = 30


class Minimisers(NamedTuple):
    """The minimisers bound to one model."""

    newton: Callable[..., Any]
    descent: Callable[..., Any]


def polish(
    x: Array, problem: Any, room: Any, bend: Any, vectors: Vectors, tol: float, max_steps: int
) -> tuple[float, float, int, int]:
    """Move x to a critical point of gradient norm <= tol; (value, norm, gradients and products used, reason code)."""
    goal = max(tol, SWITCH)
    value = value_gradient(x, problem, room, vectors.gradient)
    norm = math.sqrt(dot(vectors.gradient, vectors.gradient))
    used, directed = 1, False
    code = RUNNING if math.isfinite(value + norm) else NOT_FINITE
    rounds = 0
    while code == RUNNING:
        value, norm, steps, code = lbfgs(x, value, problem, room, vectors, goal, max_steps - used, directed)
        used += steps
        if norm <= tol:
            code = CONVERGED
        elif code == CONVERGED or (code == STALLED and norm < SWITCH):
            value, norm, steps, code = newton_cg(x, value, problem, room, bend, vectors, tol, max_steps - used)
            used += steps
            rounds += 1
            if code in (BENT_DOWN, STALLED):
                directed = code == BENT_DOWN
                goal = max(tol, 0.01 * norm)
                code = RUNNING if rounds < ROUNDS else STALLED
    return value, norm, used, code


def make(
    name: str,
    *,
    value_gradient: Callable[..., float],
    set_curvature: Callable[..., None],
    hessian_product: Callable[..., None],
    singular: Callable[..., bool],
) -> Minimisers:
    """The minimisers of one model from its functions (see protocol.py for their meaning)."""
    first = bind(lbfgs, f"lbfgs_{name}", value_gradient=value_gradient, singular=singular)
    second = bind(
        newton_cg,
        f"newton_cg_{name}",
        value_gradient=value_gradient,
        set_curvature=set_curvature,
        hessian_product=hessian_product,
    )
    whole = bind(polish, f"polish_{name}", inline=True, value_gradient=value_gradient, lbfgs=first, newton_cg=second)
    plain = bind(descent, f"descent_{name}", value_gradient=value_gradient, singular=singular)
    return Minimisers(whole, plain)
