"""Funk-Hecke coefficients: E_u[Y_k(u) h(u.v)] = lambda_k Y_k(v) on the unit sphere of R^d.

By Rodrigues' formula lambda_k = E^{(d+2k)}[h^{(k)}]/(d (d+2) .. (d+2k-2)), so that

* h(u) = (alpha u + b)_+, t = -b/alpha in (-1, 1):  lambda_0 = alpha p_{d+2}(t)/d + b tau_d(t),
  lambda_1 = alpha tau_{d+2}(t)/d,  lambda_k = alpha p_{d+4}(t) P^{(d+4)}_{k-2}(t)/(d (d+2)) for k >= 2;
* h(u) = e^{kappa u}:  lambda_k = kappa^k 0F1(; d/2 + k; kappa^2/4)/(d (d+2) .. (d+2k-2)),

P_k^{(D)} the Gegenbauer polynomial of R^D with P(1) = 1. Derived in `derivations.particles_coefficients`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any

from symlandscape.arith.field import Field
from symlandscape.errors import InputError
from symlandscape.particles.caps import Reach, cap

__all__ = ["Coefficient", "coefficient_latex", "exp_coefficient", "legendre", "multiplicity", "relu_coefficient"]


@dataclass(frozen=True, slots=True)
class Coefficient:
    """lambda_k(alpha, b) of a biased ReLU with its first and second derivatives."""

    value: Any
    by_alpha: Any
    by_bias: Any
    by_alpha2: Any
    by_both: Any
    by_bias2: Any


def legendre(k: int, D: int, t: Any) -> Any:
    """P_k^{(D)}(t), the Legendre polynomial of R^D with value 1 at 1, D >= 3 (any ring element t).

    (k + D - 2) P_{k+1} = (2k + D - 2) t P_k - k P_{k-1}.
    """
    if k < 0 or D < 3:
        raise InputError(f"expected a degree >= 0 and a dimension >= 3, got {k} and {D}")
    before, here = t * 0, t * 0 + 1
    for j in range(k):
        before, here = here, ((2 * j + D - 2) * t * here - j * before) / (j + D - 2)
    return here


def multiplicity(d: int, k: int) -> int:
    """N(d, k), the dimension of the harmonics of degree k on the sphere of R^d."""
    from math import comb

    return comb(d + k - 1, k) - (comb(d + k - 3, k - 2) if k > 1 else 0)


def relu_coefficient(field: Field, d: int, length2: Fraction, b: Fraction, k: int) -> Coefficient:
    """lambda_k of h(u) = (alpha u + b)_+ with alpha = sqrt(d length2): exact |a|^2 = length2 > 0 and b, d >= 3.

    Any t: for t <= -1 the unit is affine on the sphere, for t >= 1 it vanishes.
    """
    here, exact = cap(field, d, length2, b), field.exact
    alpha = field.sqrt(exact(d * length2))
    zero, bias = exact(0), exact(b)
    if here.reach is not Reach.CUTS:
        on = here.reach is Reach.ALL and k < 2
        value = zero if not on else bias if k == 0 else alpha / d
        return Coefficient(value, exact(Fraction(1, d)) if on and k else zero, exact(1) if on and not k else zero,
                           zero, zero, zero)  # fmt: skip
    t = here.t
    if k == 0:
        value, by_bias = alpha * here.density(d + 2) / d + bias * here.tail(d), here.tail(d)
    else:
        by_bias = here.density(d + 2) * legendre(k - 1, d + 2, t) / d
        if k == 1:
            value = alpha * here.tail(d + 2) / d
        else:
            value = alpha * here.density(d + 4) * legendre(k - 2, d + 4, t) / (d * (d + 2))
    second = legendre(k, d, t) * here.density(d) / alpha
    return Coefficient(value, value / alpha + t * by_bias, by_bias, t * t * second, t * second, second)


def exp_coefficient(field: Field, d: int, kappa: Any, k: int) -> Any:
    """lambda_k of h(u) = e^{kappa u}; kappa an element of the field (mpmath or balls)."""
    return kappa**k * hyp0f1(field, Fraction(d, 2) + k, kappa * kappa / 4) / prod(d + 2 * i for i in range(k))


def hyp0f1(field: Field, b: Fraction, w: Any) -> Any:
    """0F1(; b; w) = Gamma(b) w^{(1-b)/2} I_{b-1}(2 sqrt w): entire in w, so that kappa = 0 is no exception."""
    if field.name == "arb":
        return w.hypgeom_0f1(field.exact(b))
    import mpmath

    return mpmath.hyp0f1(field.exact(b), w)


def exponential(field: Field, x: Any) -> Any:
    """e^x in the field."""
    if field.name == "arb":
        return x.exp()
    import mpmath

    return mpmath.exp(x)


def coefficient_latex() -> str:
    """The formulas for every d >= 3 and k, as LaTeX lines without delimiters."""
    return (
        r"\lambda_0 = \tfrac{\alpha}{d}\, p_{d+2}(t) + b\, \tau_d(t),\quad "
        r"\lambda_1 = \tfrac{\alpha}{d}\, \tau_{d+2}(t),\quad "
        r"\lambda_k = \frac{\alpha}{d (d+2)}\, p_{d+4}(t)\, P^{(d+4)}_{k-2}(t) \quad (k \ge 2)"
    )
