"""Funk-Hecke coefficients: what a unit h(a.x + b) has of each harmonic degree, for biased ReLU and Gaussian units.

lambda_k = E h(alpha u + b) P_k(u), u a coordinate of a uniform point of the unit sphere of R^d, has second derivative
P_k p_d in the level for a ReLU; that fixes it for symbolic d. Source: rotskoff_vanden_eijnden_2022, section 5, for
the setting; the coefficients are derived here.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache, partial
from math import factorial, prod
from typing import Any

import mpmath
import sympy

from derivations._show import show
from symlandscape.arith.field import mpmath_field
from symlandscape.evidence import Check, Claim, Level, checked, proved
from symlandscape.export import Figure, Formula
from symlandscape.particles.funk_hecke import coefficient_latex, legendre, relu_coefficient

NAME = "particles_coefficients"
THEME = "particles"
SOURCE = "rotskoff_vanden_eijnden_2022, section 5"
DEGREES = {"quick": range(2, 8), "full": range(2, 15)}
DIGITS = 30

d, t = sympy.symbols("d t", real=True)


def relu_degree(k: int) -> bool:
    """g(t) = p_{d+4}(t) P_{k-2}^{(d+4)}(t)/(d (d+2)) obeys g'' = P_k^{(d)} p_d, for symbolic d; g and g' vanish
    at 1, as E[(u - t)_+ P_k(u)] and its derivative do, whose second derivative is P_k p_d.
    """
    ratio = (1 - t**2) ** 2 / ((d - 1) * (d + 1))  # p_{d+4}/(d (d+2) p_d)
    log = -(d - 3) * t / (1 - t**2)  # p_d'/p_d

    def polynomial(n: int, dimension: Any) -> Any:
        before, here = sympy.Integer(0), sympy.Integer(1)
        for j in range(n):
            before, here = here, ((2 * j + dimension - 2) * t * here - j * before) / (j + dimension - 2)
        return here

    g = ratio * polynomial(k - 2, d + 4)
    first = g.diff(t) + g * log
    second = first.diff(t) + first * log
    return bool(sympy.cancel(sympy.together(second - polynomial(k, d))) == 0)


def relu_low_degrees() -> bool:
    """k = 0, 1 by two derivatives in t: tau_D' = -p_D and p_{d+2} = d/(d-1) (1-t^2) p_d."""
    log = -(d - 3) * t / (1 - t**2)
    p2 = d / (d - 1) * (1 - t**2)  # p_{d+2}/p_d
    p2_slope = p2.diff(t) + p2 * log
    # lambda_0 = p_{d+2}/d - t tau_d: (.)' = p_{d+2}'/d - tau_d + t p_d must be -tau_d, whose derivative is p_d
    zero = sympy.cancel(p2_slope / d + t) == 0
    # lambda_1 = tau_{d+2}/d: second derivative -p_{d+2}'/d = t p_d
    one = sympy.cancel(-p2_slope / d - t) == 0
    return bool(zero and one)


def coordinate_moment(m: int) -> Any:
    """E u^m on the unit sphere of R^d, symbolic d."""
    return (
        sympy.Integer(0)
        if m % 2
        else sympy.Rational(prod(range(1, m, 2))) / sympy.prod([d + 2 * i for i in range(m // 2)])
    )


def exponential_degree(k: int, terms: int) -> bool:
    """The coefficient of kappa^m in E[e^{kappa u} P_k(u)], m < k + 2 terms, is that of
    kappa^k 0F1(; d/2 + k; kappa^2/4)/(d (d+2) .. (d+2k-2)), and 0 below k.
    """
    poly = sympy.Poly(sympy.expand(legendre_symbolic(k)), t)
    for m in range(k + 2 * terms):
        value = sum(a * coordinate_moment(m + e) for (e,), a in poly.terms()) / factorial(m)
        j, odd = divmod(m - k, 2)
        expected = sympy.Integer(0)
        if m >= k and not odd:
            rising = sympy.prod([d / 2 + k + i for i in range(j)])
            expected = 1 / (sympy.prod([d + 2 * i for i in range(k)]) * 4**j * factorial(j) * rising)
        if sympy.cancel(sympy.together(value - expected)) != 0:
            return False
    return True


def legendre_symbolic(k: int) -> Any:
    """P_k^{(d)}(t), symbolic d."""
    before, here = sympy.Integer(0), sympy.Integer(1)
    for j in range(k):
        before, here = here, ((2 * j + d - 2) * t * here - j * before) / (j + d - 2)
    return here


def best_level() -> bool:
    """d/dt [t (1-t^2)^{(d+1)/2}] has its only zero in (0, 1) at t^2 = 1/(d+2)."""
    log = sympy.cancel(1 / t - (d + 1) * t / (1 - t**2))
    return bool(sympy.cancel(log - (1 - (d + 2) * t**2) / (t * (1 - t**2))) == 0)


def odd_degrees_at_zero(upto: int) -> bool:
    """P_{k-2}^{(d+4)}(0) = 0 for odd k: lambda_k = 0 without a bias for k = 3, 5, .."""
    return all(sympy.cancel(legendre_symbolic(k - 2).subs(d, d + 4).subs(t, 0)) == 0 for k in range(3, upto + 1, 2))


def coefficient_check(size: int, k: int) -> Check:
    """lambda_k against a quadrature of h P_k p_d."""
    length2, b = Fraction(2), Fraction(1, 3)
    with mpmath.workdps(DIGITS + 15):
        closed = relu_coefficient(mpmath_field(), size, length2, b, k).value
        alpha, bias = mpmath.sqrt(2 * size), mpmath.mpf(1) / 3
        constant = mpmath.gamma(mpmath.mpf(size) / 2) / (
            mpmath.sqrt(mpmath.pi) * mpmath.gamma(mpmath.mpf(size - 1) / 2)
        )
        top = mpmath.acos(-bias / alpha)

        def integrand(a: Any) -> Any:
            u = mpmath.cos(a)
            return (alpha * u + bias) * legendre(k, size, u) * mpmath.sin(a) ** (size - 2)

        found = constant * mpmath.quad(integrand, [0, top / 2, top])
        return checked(f"quadrature, d = {size}, k = {k}", closed, found, DIGITS)


@cache
def coefficient_claim(profile: str) -> Claim:
    """The formula for lambda_k, symbolic d, for a range of k."""
    degrees = DEGREES[profile]
    checks = (proved("k = 0, 1", relu_low_degrees(), "symbolic d"),) + tuple(
        proved(f"k = {k}", relu_degree(k), "symbolic d") for k in degrees
    )
    statement = coefficient_latex() + rf",\ k \le {max(degrees)}"
    return Claim("particles.funk-hecke.relu", THEME, statement, SOURCE, checks)


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """The coefficients, and what they say of units without a bias and of the best bias."""
    yield coefficient_claim(profile)
    yield Claim(
        "particles.funk-hecke.relu.values", THEME,
        r"\lambda_k \text{ at } |a|^2 = 2,\ b = 1/3,\ (d, k) = (3, 3), (4, 2), (5, 3), (10, 5)",
        SOURCE, tuple(coefficient_check(n, k) for n, k in ((3, 3), (4, 2), (5, 3), (10, 5))),
    )  # fmt: skip
    terms = 3
    yield Claim(
        "particles.funk-hecke.rbf", THEME,
        r"E[e^{\kappa u} P_k(u)] = \frac{\kappa^k}{d (d+2) \cdots (d+2k-2)}\, {}_0F_1(; \tfrac{d}{2} + k; "
        r"\tfrac{\kappa^2}{4})"
        rf" + O(\kappa^{{k+{2 * terms}}}),\quad k \le 4",
        SOURCE,
        tuple(proved(f"k = {k}", exponential_degree(k, terms), "symbolic d, coefficients of kappa") for k in range(5)),
    )  # fmt: skip
    yield Claim(
        "particles.biasfree", THEME,
        r"b = 0:\ \lambda_3 = \lambda_5 = \dots = \lambda_{11} = 0, \text{ so that } L \ge \tfrac12 E (\tfrac1d H_3)^2",
        SOURCE,
        (proved("odd Legendre polynomials at 0", odd_degrees_at_zero(11),
        "f_n has no cubic part; parts are orthogonal"),),
    )  # fmt: skip
    yield Claim(
        "particles.best-bias", THEME, r"|\lambda_3|/\alpha \text{ is largest at } |t_0| = 1/\sqrt{d+2}",
        SOURCE, (proved("derivative of t (1-t^2)^{(d+1)/2}", best_level(), "symbolic d"),),
    )  # fmt: skip


def formulas() -> Iterator[Formula]:
    """The coefficients, to paste."""
    title = "Funk-Hecke coefficients of a biased ReLU"
    yield Formula("funk-hecke", title, coefficient_latex(), SOURCE, coefficient_claim("quick").level)


def figures(profile: str = "quick") -> Iterator[Figure]:
    """Coefficients against the level."""
    yield Figure(
        "particles-coefficients", "Coefficients of a biased ReLU",
        "For which biases does a ReLU unit see the cubic part of the target?",
        partial(_coefficients, size=10), Level.PROVED,
    )  # fmt: skip


def _coefficients(ax: Any, size: int) -> None:
    from symlandscape.particles.figures import coefficients_against_level

    coefficients_against_level(ax, size)


if __name__ == "__main__":
    show(claims())
