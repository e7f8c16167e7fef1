"""The twin of the sphere: inputs x ~ N(0, I_d), the same targets and units; mpmath numbers at any precision.

With f = sum_k :p_k:, p_k the homogeneous parts of e^{Lap/2} f (Wick's form), and t = -b/|a|, v = a/|a|:
F = sum_k E[h^{(k)}] p_k(v); K as on the sphere with all dimensions infinite,

    K = |a| (W + |a'| c Q) + b K_b,  K_b = |a'| (c M + M') + b' Q,  M = phi(t) P(Z > z),
    Q = P(X > t, Y > s) = P(X > t) P(Y > s) + (1/2 pi) int_0^{asin c} exp(-(t^2 + s^2 - 2 t s sin u)/(2 cos^2 u)) du

(Plackett's identity). Radial units are elementary. Without biases K is the same as on the sphere of radius sqrt(d).
Derived in `derivations.particles_kernels`; Plackett, Biometrika 41 (1954) 351; cho_saul_2009 for the case without
biases.
"""

from __future__ import annotations

from fractions import Fraction
from math import factorial
from typing import Any

import mpmath

from symlandscape.arith.field import mpmath_field
from symlandscape.errors import InputError
from symlandscape.particles.polynomials import Polynomial, jet, laplacian
from symlandscape.particles.rbf_units import RbfUnit
from symlandscape.particles.relu_units import ReluUnit

__all__ = ["gaussian_mean", "gaussian_pair", "gaussian_rbf_overlap", "gaussian_relu_overlap", "wick_parts"]


def heat(p: Polynomial, time: Fraction) -> dict[tuple[int, ...], Fraction]:
    """e^{time Lap} p, exactly."""
    made, power, j = dict(p), dict(p), 0
    while power:
        j += 1
        power = laplacian(power)
        for e, a in power.items():
            made[e] = made.get(e, Fraction(0)) + a * time**j / factorial(j)
    return {e: a for e, a in made.items() if a}


def wick_parts(p: Polynomial) -> dict[int, dict[tuple[int, ...], Fraction]]:
    """The homogeneous parts p_k of e^{Lap/2} p, by degree."""
    found: dict[int, dict[tuple[int, ...], Fraction]] = {}
    for e, a in heat(p, Fraction(1, 2)).items():
        found.setdefault(sum(e), {})[e] = a
    return found


def gaussian_mean(p: Polynomial) -> Fraction:
    """E p(x), x ~ N(0, I): the constant term of e^{Lap/2} p."""
    return sum((a for e, a in heat(p, Fraction(1, 2)).items() if not any(e)), Fraction(0))


def gaussian_relu_overlap(p: Polynomial, unit: ReluUnit) -> Any:
    """E[p(x) max(0, w.x + b)]; w not 0."""
    rho, t, exact = *_level(unit), mpmath_field().exact
    total = mpmath.mpf(0)
    for k, part in wick_parts(p).items():
        value = exact(jet(part, unit.w, 0)[0]) / rho**k
        if k == 0:
            total += value * (rho * mpmath.npdf(t) + exact(unit.b) * mpmath.ncdf(-t))
        elif k == 1:
            total += value * rho * mpmath.ncdf(-t)
        else:
            total += value * rho * _hermite(k - 2, t) * mpmath.npdf(t)
    return total


def gaussian_rbf_overlap(p: Polynomial, unit: RbfUnit) -> Any:
    """E[p(x) exp(-(alpha/2)|x - z|^2)] = (1 + alpha)^{-d/2} e^{-alpha |z|^2/(2 (1 + alpha))} (e^{Lap/(2(1+alpha))}
    p)(m)
    with m = alpha z/(1 + alpha).
    """
    d, alpha, exact = len(unit.z), unit.alpha, mpmath_field().exact
    centre = tuple(alpha * x / (1 + alpha) for x in unit.z)
    moved = jet(heat(p, 1 / (2 * (1 + alpha))), centre, 0)[0]
    factor = mpmath.exp(exact(-alpha * unit.length2 / (2 * (1 + alpha)))) * exact(1 + alpha) ** (-mpmath.mpf(d) / 2)
    return factor * exact(moved)


def gaussian_pair(one: ReluUnit | RbfUnit, other: ReluUnit | RbfUnit) -> Any:
    """K(z, z') = E[phi(x, z) phi(x, z')] for two units of one kind. Raises: `InputError` for two kinds."""
    if isinstance(one, RbfUnit) and isinstance(other, RbfUnit):
        d, alpha, exact = len(one.z), one.alpha, mpmath_field().exact
        square = sum(((u + v) ** 2 for u, v in zip(one.z, other.z, strict=True)), Fraction(0))
        power = -alpha * (one.length2 + other.length2) / 2 + alpha**2 * square / (2 * (1 + 2 * alpha))
        return mpmath.exp(exact(power)) * exact(1 + 2 * alpha) ** (-mpmath.mpf(d) / 2)
    if not isinstance(one, ReluUnit) or not isinstance(other, ReluUnit):
        raise InputError("expected two units of one kind, got a ReLU and a radial unit")
    field = mpmath_field()
    p, q = one.length2, other.length2
    r = sum((x * y for x, y in zip(one.w, other.w, strict=True)), Fraction(0))
    (rho, t), (sigma, s) = _level(one), _level(other)
    b, b2 = field.exact(one.b), field.exact(other.b)
    c, sine = field.exact(r) / (rho * sigma), field.sqrt(field.exact((p * q - r * r) / (p * q)))
    M, tail, height = _edge(t, s, c, sine)
    M2 = _edge(s, t, c, sine)[0]
    Q = _quadrant(t, s, c, sine)
    W = mpmath.npdf(t) * ((sigma * c * t + b2) * tail + sigma * sine * height)
    return rho * (W + sigma * c * Q) + b * (sigma * (c * M + M2) + b2 * Q)


def _level(unit: ReluUnit) -> tuple[Any, Any]:
    if not unit.length2:
        raise InputError("expected a unit with w other than 0; a constant unit needs no integral")
    field = mpmath_field()
    rho = field.sqrt(field.exact(unit.length2))
    return rho, -field.exact(unit.b) / rho


def _edge(t: Any, s: Any, c: Any, sine: Any) -> tuple[Any, Any, Any]:
    """phi(t) P(Z > z), P(Z > z), phi(z) on X = t; for parallel units the side on which Y > s lies (half at
    equality).
    """
    if sine:
        z = (s - c * t) / sine
        return mpmath.npdf(t) * mpmath.ncdf(-z), mpmath.ncdf(-z), mpmath.npdf(z)
    gap = s - c * t
    tail = mpmath.mpf(1 if gap < 0 else 0) if abs(gap) > mpmath.mpf(10) ** (4 - mpmath.mp.dps) else mpmath.mpf(1) / 2
    return mpmath.npdf(t) * tail, tail, mpmath.mpf(0)


def _quadrant(t: Any, s: Any, c: Any, sine: Any) -> Any:
    if not sine:
        return mpmath.ncdf(-max(t, s)) if c > 0 else max(mpmath.ncdf(-t) - mpmath.ncdf(s), mpmath.mpf(0))
    top = mpmath.atan2(c, sine)

    def density(u: Any) -> Any:
        cos2 = mpmath.cos(u) ** 2
        return mpmath.exp(-(t * t + s * s - 2 * t * s * mpmath.sin(u)) / (2 * cos2))

    return mpmath.ncdf(-t) * mpmath.ncdf(-s) + mpmath.quad(density, [0, top / 2, top]) / (2 * mpmath.pi)


def _hermite(k: int, t: Any) -> Any:
    before, here = mpmath.mpf(0), mpmath.mpf(1)
    for j in range(k):
        before, here = here, t * here - j * before
    return here
