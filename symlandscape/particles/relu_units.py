"""Biased ReLU units phi(x; a, b) = max(0, a.x + b) on |x|^2 = d: overlaps with a target and with each other.

With alpha = sqrt(d)|a|, t = -b/alpha, v = a/|a| and the harmonic parts H_k of the target,

    F = sum_k lambda_k d^{k/2} H_k(v),   lambda_k as in `symlandscape.particles.funk_hecke`,
    K = a.K_a + b K_b,   K_a = v W/sqrt(d) + a' Q_{d+2},   K_b = a.(M, M' parts)/d + b' Q_d,

where W = E^{(d+2)}[delta(X - t)(a'.x + b')_+], by E[x g(x)] = E^{(d+2)}[grad g] with x on the sphere of radius sqrt(d)
scaled to it. Second derivatives are integrals over the boundary a.x + b = 0 and over the region where both units are
on.
All are sums of products of the caps' functions, exact to the precision of the field, at parallel units too.
Source: derived in `derivations.particles_kernels`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symlandscape.arith.field import Field
from symlandscape.particles.caps import CapPair, Reach, cap, cap_pair
from symlandscape.particles.funk_hecke import relu_coefficient
from symlandscape.particles.jets import OverlapJet, PairJet, outer_product
from symlandscape.particles.polynomials import jet
from symlandscape.particles.targets import Target

__all__ = ["ReluUnit", "relu_overlap", "relu_pair"]


@dataclass(frozen=True, slots=True)
class ReluUnit:
    """max(0, w.x + b), exact weights (d) and bias."""

    w: tuple[Fraction, ...]
    b: Fraction

    @property
    def length2(self) -> Fraction:
        """|w|^2."""
        return sum((x * x for x in self.w), Fraction(0))

    @property
    def parameters(self) -> tuple[Fraction, ...]:
        """The point (w, b) of particle space, d + 1 numbers."""
        return (*self.w, self.b)


def relu_overlap(field: Field, target: Target, unit: ReluUnit, *, order: int = 2) -> OverlapJet:
    """F, its gradient and Hessian in (w, b); derivatives beyond `order` are left at 0."""
    d, rho2, exact = target.inputs, unit.length2, field.exact
    here = cap(field, d, rho2, unit.b)
    value, gradient = exact(0), [exact(0)] * (d + 1)
    hessian = [[exact(0)] * (d + 1) for _ in range(d + 1)]
    if here.reach is Reach.NONE:
        return OverlapJet(value, gradient, hessian)
    for k, part in target.parts:
        h, dh, ddh = jet(part, unit.w, order)
        if here.reach is Reach.ALL:  # affine on the sphere: E[f (w.x + b)]
            if k == 0:
                value, gradient[d] = value + exact(unit.b * h), gradient[d] + exact(h)
            elif k == 1:
                value = value + exact(h)
                for i in range(d):
                    gradient[i] = gradient[i] + exact(dh[i])
            continue
        rho = field.sqrt(exact(rho2))
        root = field.sqrt(exact(Fraction(d)))
        lam = relu_coefficient(field, d, rho2, unit.b, k)
        scale = root**k / rho**k
        size = scale * lam.value
        first = scale * (root * lam.by_alpha - k * lam.value / rho)
        second = scale * (d * lam.by_alpha2 - 2 * k * root * lam.by_alpha / rho + k * (k + 1) * lam.value / (rho * rho))
        bias = scale * lam.by_bias
        mixed = scale * (root * lam.by_both - k * lam.by_bias / rho)
        v = [exact(x) / rho for x in unit.w]
        H, g = exact(h), [exact(x) for x in dh]
        value = value + size * H
        if order < 1:
            continue
        gradient[d] = gradient[d] + bias * H
        hessian[d][d] = hessian[d][d] + scale * lam.by_bias2 * H
        for i in range(d):
            gradient[i] = gradient[i] + first * v[i] * H + size * g[i]
            if order < 2:
                continue
            extra = mixed * v[i] * H + bias * g[i]
            hessian[i][d], hessian[d][i] = hessian[i][d] + extra, hessian[d][i] + extra
            for j in range(d):
                term = (second - first / rho) * v[i] * v[j] * H + first * (v[i] * g[j] + g[i] * v[j])
                term = term + size * exact(ddh[i][j])
                hessian[i][j] = hessian[i][j] + (term + first / rho * H if i == j else term)
    return OverlapJet(value, gradient, hessian)


def relu_pair(field: Field, d: int, one: ReluUnit, other: ReluUnit, *, order: int = 2) -> PairJet:
    """K(z, z') and its derivatives; those of second order where order = 2."""
    exact = field.exact
    p, q = one.length2, other.length2
    r = sum((x * y for x, y in zip(one.w, other.w, strict=True)), Fraction(0))
    caps = cap_pair(field, d, (p, q), r, one.b, other.b)
    root = field.sqrt(exact(Fraction(d)))
    rho, sigma = field.sqrt(exact(p)), field.sqrt(exact(q))
    v = [exact(x) / rho if p else exact(0) for x in one.w]
    v2 = [exact(x) / sigma if q else exact(0) for x in other.w]
    both, wide = caps.common(d), caps.common(d + 2)
    M, M2 = caps.edge(d + 2), caps.edge(d + 2, other=True)
    slack = _slack(caps, d + 1, r, one.b, other.b, p)
    W = caps.first.density(d + 2) * slack.mean
    by_a = [v[i] * W / root + exact(other.w[i]) * wide for i in range(d)]
    alpha2 = root * sigma
    c = exact(r) / (rho * sigma) if p and q else exact(0)
    by_b = alpha2 / d * (c * M + M2) + exact(other.b) * both
    value = sum((exact(one.w[i]) * by_a[i] for i in range(d)), exact(one.b) * by_b)
    gradient = [*by_a, by_b]
    if order < 2:
        return PairJet(value, gradient, [], [])
    cross = _cross(field, d, caps, v, v2, c, both, wide, M, M2, root)
    own = _own(field, d, caps, one, other, root)
    return PairJet(value, gradient, own, cross)


@dataclass(frozen=True, slots=True)
class _Slack:
    """On X = t in S^{D}: means of g, Z g, Z^2 g and (1 - Z^2) g/(D - 1) for g = (a'.x + b')_+."""

    mean: Any
    first: Any
    second: Any
    rest: Any


def _slack(caps: CapPair, D: int, r: Fraction, b: Fraction, b2: Fraction, p: Fraction) -> _Slack:
    """The unit a'.x + b' is scale (Z - z) on X = t, Z a coordinate of the unit sphere of R^D."""
    field, inner = caps.first.field, caps.inner
    exact, zero = field.exact, field.exact(0)
    if caps.first.reach is not Reach.CUTS or inner.reach in (Reach.NONE, Reach.EDGE):
        return _Slack(zero, zero, zero, zero)
    level = exact(b2 - r * b / p)  # a'.x + b' at the centre of X = t
    scale = _scale(caps, p)
    mean = level * inner.tail(D) + scale * inner.mean_above(D)
    first = scale * inner.tail(D + 2) / D
    rest = (level * inner.tail(D + 2) + scale * inner.mean_above(D + 2)) / D
    return _Slack(mean, first, mean - (D - 1) * rest, rest)


def _scale(caps: CapPair, p: Fraction) -> Any:
    """alpha' sqrt((1 - c^2)(1 - t^2)), alpha' being 0 where the other normal is."""
    field = caps.first.field
    return field.sqrt(field.exact(caps.gram * (caps.first.square - caps.first.numerator**2))) / field.exact(p)


def _direction(one: ReluUnit, other: ReluUnit, field: Field) -> list[Any]:
    """The unit vector of a' - (a.a'/|a|^2) a; 0 for parallel normals."""
    p = one.length2
    r = sum((x * y for x, y in zip(one.w, other.w, strict=True)), Fraction(0))
    raw = [y - r / p * x for x, y in zip(one.w, other.w, strict=True)]
    square = sum((x * x for x in raw), Fraction(0))
    if square == 0:
        return [field.exact(0)] * len(raw)
    length = field.sqrt(field.exact(square))
    return [field.exact(x) / length for x in raw]


def _cross(
    field: Field, d: int, caps: CapPair, v: list[Any], v2: list[Any], c: Any, both: Any, wide: Any, M: Any, M2: Any,
    root: Any,
) -> list[list[Any]]:  # fmt: skip
    """E[(x, 1)(x, 1)' 1(both units on)]."""
    exact = field.exact
    matrix = [[exact(0)] * (d + 1) for _ in range(d + 1)]
    e = exact(0)
    if caps.meet:
        sine = field.sqrt(exact(caps.gram / (caps.first.square * caps.second.square))) * d
        e = caps.first.density(d + 2) * caps.first.sine * caps.inner.mean_above(d + 1) / sine
    t, s = (k.t if k.reach is Reach.CUTS else exact(0) for k in (caps.first, caps.second))
    one, two = t * M - e * c, s * M2 - e * c
    for i in range(d):
        matrix[i][d] = matrix[d][i] = (v[i] * M + v2[i] * M2) / root
        for j in range(d):
            matrix[i][j] = one * v[i] * v[j] + two * v2[i] * v2[j] + e * (v[i] * v2[j] + v2[i] * v[j])
        matrix[i][i] = matrix[i][i] + wide
    matrix[d][d] = both
    return matrix


def _own(field: Field, d: int, caps: CapPair, one: ReluUnit, other: ReluUnit, root: Any) -> list[list[Any]]:
    """E[(x, 1)(x, 1)' delta(a.x + b)(a'.x + b')_+]."""
    exact = field.exact
    zero = [[exact(0)] * (d + 1) for _ in range(d + 1)]
    if caps.first.reach is not Reach.CUTS:
        return zero
    p = one.length2
    r = sum((x * y for x, y in zip(one.w, other.w, strict=True)), Fraction(0))
    g, rho = _slack(caps, d - 1, r, one.b, other.b, p), field.sqrt(exact(p))
    weight = caps.first.density(d) / (root * rho)
    t, sine = caps.first.t, caps.first.sine
    v, w = [exact(x) / rho for x in one.w], _direction(one, other, field)
    mean = [t * g.mean * v[i] + sine * g.first * w[i] for i in range(d)]
    square = sine * sine
    vv, ww, vw = outer_product(v, v), outer_product(w, w), outer_product(v, w)
    tilt = g.second - g.rest if caps.gram else exact(0)
    for i in range(d):
        zero[i][d] = zero[d][i] = weight * root * mean[i]
        for j in range(d):
            term = (t * t * g.mean - square * g.rest) * vv[i][j] + square * tilt * ww[i][j]
            term = term + t * sine * g.first * (vw[i][j] + vw[j][i])
            zero[i][j] = weight * d * (term + square * g.rest if i == j else term)
    zero[d][d] = weight * g.mean
    return zero
