"""Radial units phi(x; z) = exp(-(alpha/2)|x - z|^2) on |x|^2 = d: overlaps with a target and with each other.

On the sphere phi = e^{-(alpha/2)(d + |z|^2)} e^{alpha x.z}, and with beta = alpha^2 d/4 and the harmonic parts H_k

    F(z) = e^{-(alpha/2)(d + |z|^2)} sum_k (alpha d)^k/(d (d+2) .. (d+2k-2)) 0F1(; d/2 + k; beta |z|^2) H_k(z),
    K(z, z') = e^{-alpha (d + (|z|^2 + |z'|^2)/2)} 0F1(; d/2; beta |z + z'|^2):

entire functions of z, so that z = 0 and z = -z' are no exceptions. Derived in `derivations.particles_coefficients`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import prod

from symlandscape.arith.field import Field
from symlandscape.particles.funk_hecke import exponential, hyp0f1
from symlandscape.particles.jets import OverlapJet, PairJet
from symlandscape.particles.polynomials import jet
from symlandscape.particles.targets import Target

__all__ = ["RbfUnit", "rbf_overlap", "rbf_pair"]


@dataclass(frozen=True, slots=True)
class RbfUnit:
    """exp(-(alpha/2)|x - z|^2), exact centre (d) and alpha > 0."""

    z: tuple[Fraction, ...]
    alpha: Fraction

    @property
    def length2(self) -> Fraction:
        """|z|^2."""
        return sum((x * x for x in self.z), Fraction(0))

    @property
    def parameters(self) -> tuple[Fraction, ...]:
        """The point z of particle space."""
        return self.z


def rbf_overlap(field: Field, target: Target, unit: RbfUnit, *, order: int = 2) -> OverlapJet:
    """F, its gradient (d) and Hessian (d, d) in z; derivatives beyond `order` are left at 0."""
    d, alpha, exact = target.inputs, unit.alpha, field.exact
    beta = alpha * alpha * d / 4
    factor, w = exponential(field, exact(-alpha / 2 * (d + unit.length2))), exact(beta * unit.length2)
    value, gradient = exact(0), [exact(0)] * d
    hessian = [[exact(0)] * d for _ in range(d)]
    for k, part in target.parts:
        h, dh, ddh = jet(part, unit.z, order)
        b = Fraction(d, 2) + k
        scale = factor * exact((alpha * d) ** k / prod(d + 2 * i for i in range(k)))
        zero, one, two = (hyp0f1(field, b + i, w) if i <= order else exact(0) for i in range(3))
        one, two = one * exact(beta / b), two * exact(beta * beta / (b * (b + 1)))
        psi = scale * zero
        first = scale * (one - exact(alpha / 2) * zero)  # derivatives in |z|^2
        second = scale * (two - exact(alpha) * one + exact(alpha * alpha / 4) * zero)
        value = value + psi * exact(h)
        if order < 1:
            continue
        for i in range(d):
            gradient[i] = gradient[i] + first * exact(2 * unit.z[i] * h) + psi * exact(dh[i])
            if order < 2:
                continue
            for j in range(d):
                bent = 4 * unit.z[i] * unit.z[j] * h
                turned = 2 * (unit.z[i] * dh[j] + dh[i] * unit.z[j]) + (2 * h if i == j else 0)
                term = second * exact(bent) + first * exact(Fraction(turned)) + psi * exact(ddh[i][j])
                hessian[i][j] = hessian[i][j] + term
    return OverlapJet(value, gradient, hessian)


def rbf_pair(field: Field, d: int, one: RbfUnit, other: RbfUnit, *, order: int = 2) -> PairJet:
    """K(z, z') and its derivatives; those of second order where order = 2."""
    exact, alpha = field.exact, one.alpha
    beta, b = alpha * alpha * d / 4, Fraction(d, 2)
    y = [u + v for u, v in zip(one.z, other.z, strict=True)]
    w = exact(beta * sum((x * x for x in y), Fraction(0)))
    factor = exponential(field, exact(-alpha * (d + (one.length2 + other.length2) / 2)))
    zero, first, second = (factor * hyp0f1(field, b + i, w) if i <= order else exact(0) for i in range(3))
    first, second = first * exact(2 * beta / b), second * exact(4 * beta * beta / (b * (b + 1)))
    if order < 1:
        return PairJet(zero, [], [], [])
    gradient = [first * exact(y[i]) - zero * exact(alpha * one.z[i]) for i in range(d)]
    if order < 2:
        return PairJet(zero, gradient, [], [])
    own = [[exact(0)] * d for _ in range(d)]
    cross = [[exact(0)] * d for _ in range(d)]
    for i in range(d):
        for j in range(d):
            same, bent = (1 if i == j else 0), second * exact(y[i] * y[j])
            u, v = one.z, other.z
            own[i][j] = (
                bent
                + first * exact(same - alpha * (u[i] * y[j] + y[i] * u[j]))
                + zero * exact(alpha * alpha * u[i] * u[j] - same * alpha)
            )
            cross[i][j] = (
                bent
                + first * exact(same - alpha * (u[i] * y[j] + y[i] * v[j]))
                + zero * exact(alpha * alpha * u[i] * v[j])
            )
    return PairJet(zero, gradient, own, cross)
