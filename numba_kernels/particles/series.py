"""Smooth units h(w.x + b): loss, gradient and Hessian from their zonal coefficients.

K(z, z') = sum_k N(d, k) lambda_k lambda_k' P_k(c), with tables of lambda_k(alpha, b) and its derivatives in
alpha = sqrt(d)|w| and b, made by quadrature in `symlandscape/backends/particles.py`; formulas:
`derivations.particles_coefficients`.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import kernel, part
from numba_kernels.particles.relu_hessian import Pair, add_overlap, add_pair, make_pair
from numba_kernels.particles.target import Parts, make_parts, set_parts

Array = npt.NDArray[np.float64]

VALUE, BY_A, BY_B, BY_AA, BY_AB, BY_BB = 0, 1, 2, 3, 4, 5


@part
def set_overlap(v: Array, rho: float, tables: Array, i: int, parts: Parts, pair: Pair) -> None:
    """F of unit i into pair.value[0], gradient and own; parts at its unit normal v."""
    d = v.shape[0]
    root = math.sqrt(float(d))
    pair.value[0] = 0.0
    pair.gradient[:] = 0.0
    pair.own[:, :] = 0.0
    for k in (1, 3):
        scale, h = (root, parts.values[0]) if k == 1 else (root * root * root, parts.values[1])
        lam, lam_a, lam_b = tables[VALUE, i, k], root * tables[BY_A, i, k], tables[BY_B, i, k]
        lam_aa, lam_ab, lam_bb = d * tables[BY_AA, i, k], root * tables[BY_AB, i, k], tables[BY_BB, i, k]
        size, first = scale * lam, scale * (lam_a - k * lam / rho)
        second = scale * (lam_aa - 2.0 * k * lam_a / rho + k * (k + 1.0) * lam / (rho * rho))
        bias, mixed = scale * lam_b, scale * (lam_ab - k * lam_b / rho)
        pair.value[0] += size * h
        pair.gradient[d] += bias * h
        pair.own[d, d] += scale * lam_bb * h
        for a in range(d):
            g = (parts.linear[a] if k == 1 else parts.gradient[a]) / rho
            pair.gradient[a] += first * v[a] * h + size * g
            pair.own[a, d] += mixed * v[a] * h + bias * g
            for e in range(d):
                f = (parts.linear[e] if k == 1 else parts.gradient[e]) / rho
                term = (second - first / rho) * v[a] * v[e] * h + first * (v[a] * f + g * v[e])
                if k == 3:
                    term += size * parts.hessian[a, e] / (rho * rho)
                pair.own[a, e] += term + (first / rho * h if a == e else 0.0)
    for a in range(d):
        pair.own[d, a] = pair.own[a, d]


@part
def set_pair(V: Array, rho: Array, tables: Array, dims: Array, i: int, j: int, pair: Pair) -> None:
    """K(z_i, z_j) and its derivatives from the series."""
    d = V.shape[1]
    root = math.sqrt(float(d))
    c = 0.0
    for a in range(d):
        c += V[i, a] * V[j, a]
    if i == j:
        c = 1.0
    K, Kr, Kb, Kc, Krr, Krb, Kbb, Krc, Kbc, Kcc = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    Krs, Krq, Kbs, Kbq, Kcs, Kcq = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0  # s, q: length and bias of the other unit
    before, p, before1, p1, before2, p2 = 0.0, 1.0, 0.0, 0.0, 0.0, 0.0
    for k in range(dims.shape[0]):
        N = dims[k]
        x, xr, xb = tables[VALUE, i, k], root * tables[BY_A, i, k], tables[BY_B, i, k]
        y, ys, yq = tables[VALUE, j, k], root * tables[BY_A, j, k], tables[BY_B, j, k]
        K += N * x * y * p
        Kr += N * xr * y * p
        Kb += N * xb * y * p
        Kc += N * x * y * p1
        Krr += N * d * tables[BY_AA, i, k] * y * p
        Krb += N * root * tables[BY_AB, i, k] * y * p
        Kbb += N * tables[BY_BB, i, k] * y * p
        Krc += N * xr * y * p1
        Kbc += N * xb * y * p1
        Kcc += N * x * y * p2
        Krs += N * xr * ys * p
        Krq += N * xr * yq * p
        Kbs += N * xb * ys * p
        Kbq += N * xb * yq * p
        Kcs += N * x * ys * p1
        Kcq += N * x * yq * p1
        up, low = (2.0 * k + d - 2.0) / (k + d - 2.0), k / (k + d - 2.0)
        after = up * c * p - low * before
        after1 = up * (p + c * p1) - low * before1
        after2 = up * (2.0 * p1 + c * p2) - low * before2
        before, p, before1, p1, before2, p2 = p, after, p1, after1, p2, after2
    pair.value[0] = K
    r, s = rho[i], rho[j]
    pair.gradient[d] = Kb
    pair.own[d, d], pair.cross[d, d] = Kbb, Kbq
    for a in range(d):
        v, u = V[i, a], V[j, a]
        g, f = (u - c * v) / r, (v - c * u) / s  # gradients of c in the two normals
        pair.gradient[a] = Kr * v + Kc * g
        pair.own[a, d] = Krb * v + Kbc * g
        pair.own[d, a] = pair.own[a, d]
        pair.cross[a, d] = Krq * v + Kcq * g
        pair.cross[d, a] = Kbs * u + Kbc * f
        for e in range(d):
            same = 1.0 if a == e else 0.0
            v2, u2 = V[i, e], V[j, e]
            g2, f2 = (u2 - c * v2) / r, (v2 - c * u2) / s
            bent = -(v * g2 + g * v2) / r - c * (same - v * v2) / (r * r)
            pair.own[a, e] = (
                Krr * v * v2 + Kr * (same - v * v2) / r + Krc * (v * g2 + g * v2) + Kcc * g * g2 + Kc * bent
            )
            turn = (same - v * v2 - u * u2 + c * v * u2) / (r * s)
            pair.cross[a, e] = Krs * v * u2 + Krc * v * f2 + Kcs * g * u2 + Kcc * g * f2 + Kc * turn


@kernel
def evaluate_at(
    c: Array, V: Array, rho: Array, tables: Array, dims: Array, T: Array, t: Array, constant: float, order: int,
    by_c: Array, by_z: Array, H: Array,
) -> float:  # fmt: skip
    """Loss; order >= 1: gradients (n), (n, d + 1); order 2: Hessian (n (d + 2), n (d + 2)) too."""
    n, d = V.shape
    parts, pair = make_parts(d), make_pair(d, d + 1)
    linear, quadratic, scale = 0.0, 0.0, 1.0 / (float(n) * float(n))
    if order > 1:
        H[:, :] = 0.0
    for i in range(n):
        set_parts(T, t, V[i], parts)
        set_overlap(V[i], rho[i], tables, i, parts, pair)
        linear += c[i] * pair.value[0]
        by_c[i] = -pair.value[0] / n
        for a in range(d + 1):
            by_z[i, a] = -c[i] * pair.gradient[a] / n
        if order > 1:
            add_overlap(c, i, pair, H)
    for i in range(n):
        for j in range(n):
            set_pair(V, rho, tables, dims, i, j, pair)
            quadratic += c[i] * c[j] * pair.value[0]
            by_c[i] += scale * c[j] * pair.value[0]
            for a in range(d + 1):
                by_z[i, a] += scale * c[i] * c[j] * pair.gradient[a]
            if order > 1:
                add_pair(c, i, j, pair, H)
    return constant - linear / n + 0.5 * scale * quadratic
