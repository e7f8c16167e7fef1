"""Radial units exp(-(alpha/2)|x - z|^2): loss and gradient in particle space, by series of positive terms.

Units Z (n, d), weights c (n); the formulas and their source: `symlandscape/particles/rbf_units.py`.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import kernel, part
from numba_kernels.particles.target import make_parts, set_parts

Array = npt.NDArray[np.float64]

PLAIN = 6.0e4  # of w: below it no partial sum of 0F1(; b; w) <= e^{2 sqrt w} overflows


@part
def scaled_series(b: float, w: float, shift: float) -> tuple[float, float, float]:
    """e^shift 0F1(; b + k; w) for k = 0, 1, 2, w >= 0: summed outward from the largest term."""
    peak = 0
    start = 0.0
    if w > PLAIN:
        peak = int(max(0.0, 0.5 * (math.sqrt((b - 1.0) * (b - 1.0) + 4.0 * w) - (b - 1.0))))
        start = peak * math.log(w) - math.lgamma(peak + 1.0) - math.lgamma(b + peak) + math.lgamma(b)
    zero, one, two = 0.0, 0.0, 0.0
    term, j = 1.0, peak
    while True:
        share = term * b / (b + j)
        zero, one, two = zero + term, one + share, two + share * (b + 1.0) / (b + j + 1.0)
        j += 1
        term *= w / (j * (b + j - 1.0))
        if term < 1e-18 * zero:
            break
    term, j = 1.0, peak
    while j > 0:
        term *= j * (b + j - 1.0) / w
        j -= 1
        share = term * b / (b + j)
        zero, one, two = zero + term, one + share, two + share * (b + 1.0) / (b + j + 1.0)
        if term < 1e-18 * zero:
            break
    if shift + start > -700.0:
        factor = math.exp(shift + start)
        return factor * zero, factor * one, factor * two
    rest = shift + start
    return math.exp(rest + math.log(zero)), math.exp(rest + math.log(one)), math.exp(rest + math.log(two))


@part
def norm2(x: Array) -> float:
    """|x|^2."""
    total = 0.0
    for a in range(x.shape[0]):
        total += x[a] * x[a]
    return total


@kernel
def loss_gradient_at(
    c: Array, Z: Array, alpha: float, T: Array, t: Array, constant: float, order: int, by_c: Array, by_z: Array
) -> float:
    """Loss; for order 1 its gradients (n) and (n, d) into by_c and by_z."""
    n, d = Z.shape
    parts = make_parts(d)
    beta = 0.25 * alpha * alpha * d
    squares = np.zeros(n)
    linear, quadratic = 0.0, 0.0
    first_scale = alpha
    third_scale = alpha * alpha * alpha * d * d / ((d + 2.0) * (d + 4.0))
    for i in range(n):
        squares[i] = norm2(Z[i])
        set_parts(T, t, Z[i], parts)
        shift = -0.5 * alpha * (d + squares[i])
        one, one1, _ = scaled_series(0.5 * d + 1.0, beta * squares[i], shift)
        three, three1, _ = scaled_series(0.5 * d + 3.0, beta * squares[i], shift)
        one, one1 = first_scale * one, first_scale * (beta / (0.5 * d + 1.0) * one1 - 0.5 * alpha * one)
        three, three1 = third_scale * three, third_scale * (beta / (0.5 * d + 3.0) * three1 - 0.5 * alpha * three)
        value = one * parts.values[0] + three * parts.values[1]
        radial = 2.0 * (one1 * parts.values[0] + three1 * parts.values[1])
        linear += c[i] * value
        by_c[i] = -value / n
        for a in range(d):
            slope = radial * Z[i, a] + one * parts.linear[a] + three * parts.gradient[a]
            by_z[i, a] = -c[i] * slope / n
    scale = 1.0 / (float(n) * float(n))
    for i in range(n):
        for j in range(i + 1):
            square = 0.0
            for a in range(d):
                y = Z[i, a] + Z[j, a]
                square += y * y
            shift = -alpha * (d + 0.5 * (squares[i] + squares[j]))
            value, lifted, _ = scaled_series(0.5 * d, beta * square, shift)
            lifted *= 4.0 * beta / d
            quadratic += (c[i] * c[i] if i == j else 2.0 * c[i] * c[j]) * value
            if order < 1:
                continue
            weight = scale * c[i] * c[j]
            by_c[i] += scale * c[j] * value
            for a in range(d):
                by_z[i, a] += weight * (lifted * (Z[i, a] + Z[j, a]) - alpha * value * Z[i, a])
            if i != j:
                by_c[j] += scale * c[i] * value
                for a in range(d):
                    by_z[j, a] += weight * (lifted * (Z[i, a] + Z[j, a]) - alpha * value * Z[j, a])
    return constant - linear / n + 0.5 * scale * quadratic
