"""Biased ReLU units: loss and gradient in particle space, by closed forms.

Units Z (n, d + 1) with rows (w, b), weights c (n); the formulas and their source:
`symlandscape/particles/relu_units.py`.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import kernel, part
from numba_kernels.particles.caps import ALL, CUTS, NONE, Caps, common, make_caps, own_tail, set_caps
from numba_kernels.particles.target import Parts, make_parts, set_parts

Array = npt.NDArray[np.float64]


@part
def overlap(caps: Caps, i: int, b: float, parts: Parts, gradient: Array) -> float:
    """F(z_i), its gradient (d + 1) written to `gradient`; parts are those at v_i (at w_i where reach is ALL)."""
    d = caps.v.shape[1]
    for a in range(d + 1):
        gradient[a] = 0.0
    if caps.reach[i] == NONE:
        return 0.0
    if caps.reach[i] == ALL:
        for a in range(d):
            gradient[a] = parts.linear[a]
        return parts.values[0]
    root = math.sqrt(float(d))
    alpha, t = caps.alpha[i], caps.level[i]
    p2 = caps.densities[i, caps.densities.shape[1] - 1]
    p4 = p2 * (d + 2.0) / (d + 1.0) * caps.sine[i] * caps.sine[i]
    one = alpha * own_tail(caps, i, d + 2) / d
    three = alpha * t * p4 / (d * (d + 2.0))
    one_b, three_b = p2 / d, p2 * ((d + 2.0) * t * t - 1.0) / (d * (d + 1.0))
    one_a, three_a = one / alpha + t * one_b, three / alpha + t * three_b
    cube = root * root * root
    h1, h3 = root * parts.values[0], cube * parts.values[1]
    radial = root * (one_a * h1 + three_a * h3)
    length = alpha / root
    for a in range(d):
        v = caps.v[i, a]
        around = one * (root * parts.linear[a] - h1 * v) + three * (cube * parts.gradient[a] - 3.0 * h3 * v)
        gradient[a] = radial * v + around / length
    gradient[d] = one_b * h1 + three_b * h3
    return one * h1 + three * h3


@kernel
def loss_gradient_at(
    c: Array, Z: Array, T: Array, t: Array, constant: float, order: int, by_c: Array, by_z: Array
) -> float:
    """Loss; for order 1 its gradients (n) and (n, d + 1) into by_c and by_z."""
    n, d = Z.shape[0], Z.shape[1] - 1
    caps, parts = make_caps(n, d), make_parts(d)
    set_caps(Z, caps)
    slope = np.zeros(d + 1)
    root = math.sqrt(float(d))
    linear, quadratic = 0.0, 0.0
    along = np.zeros(n)  # coefficients of v_i in the gradient
    for i in range(n):
        set_parts(T, t, Z[i, :d] if caps.reach[i] == ALL else caps.v[i], parts)
        value = overlap(caps, i, Z[i, d], parts, slope)
        linear += c[i] * value
        by_c[i] = -value / n
        for a in range(d + 1):
            by_z[i, a] = -c[i] * slope[a] / n
    scale = 1.0 / (float(n) * float(n))
    for i in range(n):
        if caps.reach[i] == NONE:
            continue
        for j in range(i + 1):
            if caps.reach[j] == NONE:
                continue
            q = common(caps, i, j)
            level, level2 = rises(caps, Z, i, j, q.rise, q.rise2, q.cosine)
            last = caps.densities.shape[1] - 1
            W = caps.densities[i, last] * (level * q.tail + caps.alpha[j] * q.sine * caps.sine[i] * q.above)
            W2 = caps.densities[j, last] * (level2 * q.tail2 + caps.alpha[i] * q.sine * caps.sine[j] * q.above2)
            b, b2 = Z[i, d], Z[j, d]
            bias = caps.alpha[j] / d * (q.cosine * q.edge + q.edge2) + b2 * q.narrow
            value = caps.alpha[i] / d * (W + caps.alpha[j] * q.cosine * q.wide) + b * bias
            if i == j:
                quadratic += c[i] * c[i] * value
            else:
                quadratic += 2.0 * c[i] * c[j] * value
            if order < 1:
                continue
            by_c[i] += scale * c[j] * value
            weight = scale * c[i] * c[j]
            along[i] += weight * W / root
            by_z[i, d] += weight * bias
            push = weight * q.wide
            for a in range(d):
                by_z[i, a] += push * Z[j, a]
            if i != j:
                by_c[j] += scale * c[i] * value
                bias2 = caps.alpha[i] / d * (q.cosine * q.edge2 + q.edge) + b * q.narrow
                along[j] += weight * W2 / root
                by_z[j, d] += weight * bias2
                for a in range(d):
                    by_z[j, a] += push * Z[i, a]
    for i in range(n):
        for a in range(d):
            by_z[i, a] += along[i] * caps.v[i, a]
    return constant - linear / n + 0.5 * scale * quadratic


@part
def rises(caps: Caps, Z: Array, i: int, j: int, rise: float, rise2: float, c: float) -> tuple[float, float]:
    """a'.x + b' at the centre of the boundary of i, and the other way round."""
    d = caps.v.shape[1]
    if caps.reach[i] == CUTS and caps.reach[j] == CUTS:
        return -caps.alpha[j] * rise, -caps.alpha[i] * rise2
    return Z[j, d] + caps.alpha[j] * c * caps.level[i], Z[i, d] + caps.alpha[i] * c * caps.level[j]
