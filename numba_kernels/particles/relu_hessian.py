"""Biased ReLU units: the Hessian of the loss in theta = (c_1, w_1, b_1, c_2, ..), by closed forms.

Second derivatives of K live on the boundary w.x + b = 0 of one unit (own block) and on the region where both units are
on (cross block); formulas and source: `symlandscape/particles/relu_units.py`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import kernel, part
from numba_kernels.particles.caps import (
    ALL,
    CUTS,
    NONE,
    Caps,
    Common,
    common,
    density_at,
    make_caps,
    own_tail,
    set_caps,
    tail_at,
)
from numba_kernels.particles.relu import rises
from numba_kernels.particles.target import Parts, make_parts, set_parts

Array = npt.NDArray[np.float64]


class Pair(NamedTuple):
    """K, its gradient in z_i (m), own (m, m) and cross (m, m) second derivatives, and a direction (d)."""

    value: Array
    gradient: Array
    own: Array
    cross: Array
    direction: Array


@part
def set_overlap(caps: Caps, i: int, parts: Parts, pair: Pair) -> None:
    """F of unit i into pair.value[0], gradient and own; parts at v_i (at w_i where reach is ALL)."""
    d = caps.v.shape[1]
    pair.value[0] = 0.0
    for a in range(d + 1):
        pair.gradient[a] = 0.0
        for e in range(d + 1):
            pair.own[a, e] = 0.0
    if caps.reach[i] == NONE:
        return
    if caps.reach[i] == ALL:
        pair.value[0] = parts.values[0]
        for a in range(d):
            pair.gradient[a] = parts.linear[a]
        return
    root = math.sqrt(float(d))
    alpha, t, sine = caps.alpha[i], caps.level[i], caps.sine[i]
    rho = alpha / root
    p0, p2, p4 = density_at(d, sine), density_at(d + 2, sine), density_at(d + 4, sine)
    for k in (1, 3):
        if k == 1:
            lam, lam_b, legendre = alpha * own_tail(caps, i, d + 2) / d, p2 / d, t
            scale, h = root, parts.values[0]
        else:
            lam, lam_b = alpha * t * p4 / (d * (d + 2.0)), p2 * ((d + 2.0) * t * t - 1.0) / (d * (d + 1.0))
            legendre = ((d + 2.0) * t * t - 3.0) * t / (d - 1.0)
            scale, h = root * root * root, parts.values[1]
        lam_a = lam / alpha + t * lam_b
        bent = scale * legendre * p0 / alpha
        size, first = scale * lam, scale * (root * lam_a - k * lam / rho)
        second = d * t * t * bent + scale * (-2.0 * k * root * lam_a / rho + k * (k + 1.0) * lam / (rho * rho))
        bias, mixed = scale * lam_b, root * t * bent - scale * k * lam_b / rho
        pair.value[0] += size * h
        pair.gradient[d] += bias * h
        pair.own[d, d] += bent * h
        for a in range(d):
            v = caps.v[i, a]
            g = parts.linear[a] if k == 1 else parts.gradient[a]
            g /= rho
            pair.gradient[a] += first * v * h + size * g
            pair.own[a, d] += mixed * v * h + bias * g
            for e in range(d):
                u = caps.v[i, e]
                f = (parts.linear[e] if k == 1 else parts.gradient[e]) / rho
                term = (second - first / rho) * v * u * h + first * (v * f + g * u)
                if k == 3:
                    term += size * parts.hessian[a, e] / (rho * rho)
                if a == e:
                    term += first / rho * h
                pair.own[a, e] += term
    for a in range(d):
        pair.own[d, a] = pair.own[a, d]


@part
def set_pair(caps: Caps, Z: Array, i: int, j: int, pair: Pair) -> None:
    """K(z_i, z_j) and its derivatives; neither reach is NONE."""
    d = caps.v.shape[1]
    q = common(caps, i, j)
    level, _ = rises(caps, Z, i, j, q.rise, q.rise2, q.cosine)
    b, b2 = Z[i, d], Z[j, d]
    root, alpha, alpha2 = math.sqrt(float(d)), caps.alpha[i], caps.alpha[j]
    last = caps.densities.shape[1] - 1
    slack = alpha2 * q.sine * caps.sine[i]
    W = caps.densities[i, last] * (level * q.tail + slack * q.above)
    bias = alpha2 / d * (q.cosine * q.edge + q.edge2) + b2 * q.narrow
    pair.value[0] = alpha / d * (W + alpha2 * q.cosine * q.wide) + b * bias
    e = 0.0
    if q.above > 0.0 and q.sine > 0.0:
        e = caps.densities[i, last] * caps.sine[i] * q.above / q.sine
    one, two = caps.level[i] * q.edge - e * q.cosine, caps.level[j] * q.edge2 - e * q.cosine
    for a in range(d):
        v, u = caps.v[i, a], caps.v[j, a]
        pair.gradient[a] = v * W / root + Z[j, a] * q.wide
        pair.cross[a, d] = (v * q.edge + u * q.edge2) / root
        pair.cross[d, a] = pair.cross[a, d]
        for f in range(d):
            x, y = caps.v[i, f], caps.v[j, f]
            pair.cross[a, f] = one * v * x + two * u * y + e * (v * y + u * x)
        pair.cross[a, a] += q.wide
    pair.gradient[d] = bias
    pair.cross[d, d] = q.narrow
    set_own(caps, q, i, j, level, slack, pair)


@part
def set_own(caps: Caps, q: Common, i: int, j: int, level: float, slack: float, pair: Pair) -> None:
    """E[(x, 1)(x, 1)' delta(w_i.x + b_i)(w_j.x + b_j)_+]: means on the boundary sphere in R^{d-1} around the level."""
    d = caps.v.shape[1]
    for a in range(d + 1):
        for f in range(d + 1):
            pair.own[a, f] = 0.0
    if caps.reach[i] != CUTS or i == j:
        return
    D = d - 1
    narrow, wide, above, above_wide = q.tail, q.tail, 0.0, 0.0
    if q.above > 0.0 and slack > 0.0:
        z = -level / slack
        zs = math.sqrt(max(0.0, (1.0 - z) * (1.0 + z)))
        angle = math.atan2(zs, z)
        narrow, wide = tail_at(D, z, zs, angle), tail_at(D + 2, z, zs, angle)
        above, above_wide = density_at(D + 2, zs) / D, density_at(D + 4, zs) / (D + 2.0)
    mean, first = level * narrow + slack * above, slack * wide / D
    rest = (level * wide + slack * above_wide) / D
    second = mean - (D - 1.0) * rest
    root, t, sine = math.sqrt(float(d)), caps.level[i], caps.sine[i]
    weight = density_at(d, sine) / caps.alpha[i]
    for a in range(d):
        raw = caps.v[j, a] - q.cosine * caps.v[i, a]
        pair.direction[a] = raw / q.sine if q.sine > 0.0 else 0.0
    tilt = second - rest if q.sine > 0.0 else 0.0
    square = sine * sine
    for a in range(d):
        v, w = caps.v[i, a], pair.direction[a]
        pair.own[a, d] = weight * root * (t * mean * v + sine * first * w)
        pair.own[d, a] = pair.own[a, d]
        for f in range(d):
            x, y = caps.v[i, f], pair.direction[f]
            term = (t * t * mean - square * rest) * v * x + square * tilt * w * y + t * sine * first * (v * y + w * x)
            pair.own[a, f] = weight * d * (term + (square * rest if a == f else 0.0))
    pair.own[d, d] = weight * mean


@part
def add_pair(c: Array, i: int, j: int, pair: Pair, H: Array) -> None:
    """Add what K(z_i, z_j), in the role (i, j), contributes to the rows of particle i."""
    m = pair.gradient.shape[0]
    scale = 1.0 / (float(c.shape[0]) * float(c.shape[0]))
    at, to = i * (m + 1), j * (m + 1)
    H[at, to] += scale * pair.value[0]
    for a in range(m):
        # d/dc_i d/dz_i and d/dc_j d/dz_i of the double sum, and their transposes
        H[at, at + 1 + a] += scale * c[j] * pair.gradient[a]
        H[at + 1 + a, at] += scale * c[j] * pair.gradient[a]
        H[at + 1 + a, to] += scale * c[i] * pair.gradient[a]
        H[to, at + 1 + a] += scale * c[i] * pair.gradient[a]
        for f in range(m):
            H[at + 1 + a, at + 1 + f] += scale * c[i] * c[j] * pair.own[a, f]
            H[at + 1 + a, to + 1 + f] += scale * c[i] * c[j] * pair.cross[a, f]


@part
def add_overlap(c: Array, i: int, pair: Pair, H: Array) -> None:
    """Add what F(z_i), held in the pair's value, gradient and own, contributes."""
    m, n = pair.gradient.shape[0], float(c.shape[0])
    at = i * (m + 1)
    for a in range(m):
        H[at, at + 1 + a] -= pair.gradient[a] / n
        H[at + 1 + a, at] -= pair.gradient[a] / n
        for f in range(m):
            H[at + 1 + a, at + 1 + f] -= c[i] / n * pair.own[a, f]


@part
def make_pair(d: int, m: int) -> Pair:
    """Fresh arrays."""
    return Pair(np.zeros(1), np.zeros(m), np.zeros((m, m)), np.zeros((m, m)), np.zeros(d))


@kernel
def hessian_at(c: Array, Z: Array, T: Array, t: Array, H: Array) -> None:
    """Hessian (n (d + 2), n (d + 2)) into H."""
    n, d = Z.shape[0], Z.shape[1] - 1
    caps, parts, pair = make_caps(n, d), make_parts(d), make_pair(d, d + 1)
    set_caps(Z, caps)
    H[:, :] = 0.0
    for i in range(n):
        set_parts(T, t, Z[i, :d] if caps.reach[i] == ALL else caps.v[i], parts)
        set_overlap(caps, i, parts, pair)
        add_overlap(c, i, pair, H)
        if caps.reach[i] == NONE:
            continue
        for j in range(n):
            if caps.reach[j] != NONE:
                set_pair(caps, Z, i, j, pair)
                add_pair(c, i, j, pair, H)
