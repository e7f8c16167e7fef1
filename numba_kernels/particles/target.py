"""The cubic target f = (1/d) T(x,x,x) on |x|^2 = d: its harmonic parts at a point.

H_3(x) = (T(x,x,x) - 3/(d+2) |x|^2 t.x)/d and H_1(x) = 3/(d+2) t.x with t_p = sum_q T_pqq.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import part

Array = npt.NDArray[np.float64]


class Parts(NamedTuple):
    """values (2) of H_1 and H_3; linear (d), the gradient of H_1; gradient (d) and hessian (d, d) of H_3."""

    values: Array
    linear: Array
    gradient: Array
    hessian: Array


@part
def make_parts(d: int) -> Parts:
    """Fresh arrays."""
    return Parts(np.zeros(2), np.zeros(d), np.zeros(d), np.zeros((d, d)))


@part
def set_parts(T: Array, t: Array, x: Array, parts: Parts) -> None:
    """Fill the parts at x (d)."""
    d = t.shape[0]
    share = 3.0 / (d + 2.0)
    square, trace, cubic = 0.0, 0.0, 0.0
    for a in range(d):
        square += x[a] * x[a]
        trace += t[a] * x[a]
    for a in range(d):
        row = 0.0
        for b in range(d):
            total = 0.0
            for e in range(d):
                total += T[a, b, e] * x[e]
            parts.hessian[a, b] = total
            row += total * x[b]
        parts.gradient[a] = row
        cubic += row * x[a]
    parts.values[0], parts.values[1] = share * trace, (cubic - share * square * trace) / d
    for a in range(d):
        parts.linear[a] = share * t[a]
        parts.gradient[a] = (3.0 * parts.gradient[a] - share * (2.0 * trace * x[a] + square * t[a])) / d
        for b in range(d):
            bent = 6.0 * parts.hessian[a, b] - 2.0 * share * (t[b] * x[a] + x[b] * t[a])
            parts.hessian[a, b] = (bent - (2.0 * share * trace if a == b else 0.0)) / d
