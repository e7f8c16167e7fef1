"""The spherical Plackett identity, and the pair kernel as an integral over the cosine of the angle.

For u uniform on the unit sphere of R^d, v.v' = c and K(c) = E h(u.v) g(u.v'):

    dK^{(d)}[h, g]/dc = (1/d) K^{(d+2)}[h', g'].

Twice, for biased ReLUs: K''(c) = alpha alpha'/(d (d+2)) p_{d+4}(t, s; c) with the joint density
p_D(t, s; c) = (D-2)/(2 pi sqrt(1-c^2)) [1 - (t^2 + s^2 - 2 c t s)/(1-c^2)]_+^{(D-4)/2} of two coordinates, and

    K(c) = K(1) - (1 - c) K'(1) + int_c^1 (tau - c) K''(tau) dtau.

A road to K of its own, by quadrature: the closed form in `symlandscape.particles.caps` needs none. Derived in
`derivations.particles_kernels`; the Gaussian identity is plackett_1954.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath

from symlandscape.arith.field import mpmath_field
from symlandscape.errors import InputError
from symlandscape.particles.caps import Reach, cap
from symlandscape.particles.relu_units import ReluUnit

__all__ = ["joint_density", "relu_kernel_by_quadrature"]


def joint_density(D: int, t: Any, s: Any, c: Any) -> Any:
    """p_D(t, s; c), the density of two coordinates at cosine c on the unit sphere of R^D, D >= 4; mpmath numbers."""
    sine2 = (1 - c) * (1 + c)
    rest = 1 - (t * t + s * s - 2 * c * t * s) / sine2
    if rest <= 0:
        return mpmath.mpf(0)
    return (D - 2) / (2 * mpmath.pi * mpmath.sqrt(sine2)) * mpmath.power(rest, mpmath.mpf(D - 4) / 2)


def relu_kernel_by_quadrature(d: int, one: ReluUnit, other: ReluUnit) -> Any:
    """K of two biased ReLUs by the integral above, at mpmath's current precision; both must cut the sphere.

    The integrand vanishes outside the cosines at which the boundaries meet, cos(A + B) < tau < cos(A - B) with
    t = cos A, s = cos B: the integral is taken over that part of [c, 1]. Raises: `InputError`.
    """
    field = mpmath_field()
    p, q = one.length2, other.length2
    first, second = cap(field, d, p, one.b), cap(field, d, q, other.b)
    if first.reach is not Reach.CUTS or second.reach is not Reach.CUTS:
        raise InputError("expected units whose boundaries cut the sphere; others have K in closed form")
    r = sum((x * y for x, y in zip(one.w, other.w, strict=True)), Fraction(0))
    exact = field.exact
    alpha, beta = (field.sqrt(exact(d * x)) for x in (p, q))
    c = exact(r) / field.sqrt(exact(p * q))
    t, s = first.t, second.t
    top = first if t >= s else second  # m = max(t, s)
    m, b, b2 = top.t, exact(one.b), exact(other.b)
    M0, M1 = top.tail(d), top.mean_above(d)
    M2 = ((d - 1) * m * M1 + M0) / d
    at_one = alpha * beta * M2 + (alpha * b2 + beta * b) * M1 + b * b2 * M0
    slope = alpha * beta / d * top.tail(d + 2)
    low, high = mpmath.cos(first.angle + second.angle), mpmath.cos(first.angle - second.angle)
    low, high = max(low, c), min(high, mpmath.mpf(1))
    scale, integral = alpha * beta / (d * (d + 2)), mpmath.mpf(0)
    if low < high:
        integral = mpmath.quad(lambda x: (x - c) * joint_density(d + 4, t, s, x), [low, (low + high) / 2, high])
    return at_one - (1 - c) * slope + scale * integral
