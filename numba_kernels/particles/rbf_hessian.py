"""Radial units: the Hessian of the loss in theta = (c_1, z_1, c_2, ..).

Formulas and source: `symlandscape/particles/rbf_units.py`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import kernel, part
from numba_kernels.particles.rbf import norm2, scaled_series
from numba_kernels.particles.relu_hessian import Pair, add_overlap, add_pair, make_pair
from numba_kernels.particles.target import Parts, make_parts, set_parts

Array = npt.NDArray[np.float64]


@part
def set_overlap(z: Array, alpha: float, parts: Parts, pair: Pair) -> None:
    """F of one unit into pair.value[0], gradient and own; parts at z."""
    d = z.shape[0]
    beta = 0.25 * alpha * alpha * d
    square = norm2(z)
    for a in range(d):
        pair.gradient[a] = 0.0
        for e in range(d):
            pair.own[a, e] = 0.0
    pair.value[0] = 0.0
    for k in (1, 3):
        b = 0.5 * d + k
        scale = alpha if k == 1 else alpha * alpha * alpha * d * d / ((d + 2.0) * (d + 4.0))
        zero, one, two = scaled_series(b, beta * square, -0.5 * alpha * (d + square))
        one, two = beta / b * one, beta * beta / (b * (b + 1.0)) * two
        psi, first = scale * zero, scale * (one - 0.5 * alpha * zero)
        second = scale * (two - alpha * one + 0.25 * alpha * alpha * zero)
        h = parts.values[0] if k == 1 else parts.values[1]
        pair.value[0] += psi * h
        for a in range(d):
            g = parts.linear[a] if k == 1 else parts.gradient[a]
            pair.gradient[a] += 2.0 * first * z[a] * h + psi * g
            for e in range(d):
                f = parts.linear[e] if k == 1 else parts.gradient[e]
                term = 4.0 * second * z[a] * z[e] * h + 2.0 * first * (z[a] * f + g * z[e])
                if a == e:
                    term += 2.0 * first * h
                if k == 3:
                    term += psi * parts.hessian[a, e]
                pair.own[a, e] += term


@part
def set_pair(Z: Array, i: int, j: int, alpha: float, pair: Pair) -> None:
    """K(z_i, z_j) and its derivatives."""
    d = Z.shape[1]
    beta, square = 0.25 * alpha * alpha * d, 0.0
    for a in range(d):
        pair.direction[a] = Z[i, a] + Z[j, a]
        square += pair.direction[a] * pair.direction[a]
    shift = -alpha * (d + 0.5 * (norm2(Z[i]) + norm2(Z[j])))
    zero, one, two = scaled_series(0.5 * d, beta * square, shift)
    one, two = 4.0 * beta / d * one, 16.0 * beta * beta / (d * (d + 2.0)) * two
    pair.value[0] = zero
    for a in range(d):
        x, y = Z[i, a], pair.direction[a]
        pair.gradient[a] = one * y - alpha * zero * x
        for e in range(d):
            same, f = (1.0 if a == e else 0.0), pair.direction[e]
            bent = two * y * f
            pair.own[a, e] = (
                bent + one * (same - alpha * (x * f + y * Z[i, e])) + zero * alpha * (alpha * x * Z[i, e] - same)
            )
            pair.cross[a, e] = bent + one * (same - alpha * (x * f + y * Z[j, e])) + zero * alpha * alpha * x * Z[j, e]


@kernel
def hessian_at(c: Array, Z: Array, alpha: float, T: Array, t: Array, H: Array) -> None:
    """Hessian (n (d + 1), n (d + 1)) into H."""
    n, d = Z.shape
    parts, pair = make_parts(d), make_pair(d, d)
    H[:, :] = 0.0
    for i in range(n):
        set_parts(T, t, Z[i], parts)
        set_overlap(Z[i], alpha, parts, pair)
        add_overlap(c, i, pair, H)
        for j in range(n):
            set_pair(Z, i, j, alpha, pair)
            add_pair(c, i, j, pair, H)
