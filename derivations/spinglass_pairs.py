"""Pairs of critical points and planted directions at exponential order: the Kac-Rice inputs and known limits.

Two points of overlap R: their energies are correlated with the components of the two gradients in their plane, which
gives the variances V_+- of `symlandscape.spinglass.spiked`; the Hessians orthogonal to the plane keep their bulks. A
planted term moves energy, gradient and radial derivative by deterministic amounts; its part of the Hessian has rank
one and does not change the rate of all critical points together. Proved here: these inputs; that pairs that meet cost
one more outlier, Psi(1, u, u) = Theta_{1,p}(u); that for p = 2 the rate vanishes to first order at the outlier of a
spiked matrix. Cited: as in `derivations.spinglass_complexity`. Sources: subag_2017;
ben_arous_mei_montanari_nica_2019.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import mpmath
import sympy

from derivations._show import show
from symlandscape.arith.conversions import arb_to_mpf_mid
from symlandscape.evidence import Check, Claim, checked, proved
from symlandscape.spinglass import complexity, spiked_complexity, two_point_complexity

NAME = "spinglass_pairs"
THEME = "spinglass"
SOURCE = "subag_2017; ben_arous_mei_montanari_nica_2019"
DIGITS = 60

p = sympy.Symbol("p", positive=True)


def outlier_of_matrices() -> bool:
    """p = q = 2, lambda = w/sqrt 2 with w > 1: at m^2 = 1 - 1/w^2 and u = -(w + 1/w)/sqrt 2, the place of the outlier
    of a matrix with a spike, Sigma and both its derivatives vanish. There |r|/sqrt(nu'') = sqrt 2 |u| = w + 1/w.
    """
    w, lam, m, u = sympy.symbols("w lam m u", positive=True)
    noise, r = -u + lam * m**2, -2 * u
    rest = -(lam**2) * m**2 * (1 - m**2) - noise**2 / 2 + r**2 / 8
    at = {lam: w / sympy.sqrt(2), u: (w + 1 / w) / sympy.sqrt(2), m: sympy.sqrt(1 - 1 / w**2)}
    # J(w + 1/w) = (w^2 - w^-2)/4 - log w, and log(1 - m^2)/2 = -log w takes its logarithm away
    value = sympy.cancel(sympy.expand((rest.subs(at)) - (w**2 - 1 / w**2) / 4)) == 0
    by_m = sympy.cancel(sympy.expand((m * (rest.diff(m) - m / (1 - m**2))).subs(at))) == 0
    by_u = sympy.cancel(sympy.expand(rest.diff(u).subs(at) - sympy.sqrt(2) * (w - 1 / w) / 2)) == 0
    return bool(value and by_m and by_u)


def spiked_exponents() -> bool:
    """The gradient of the spike term N lambda m^q along the sphere has the square N q^2 lambda^2 m^{2q-2} (1 - m^2)."""
    N, lam, d, m = sympy.symbols("N lam d m", positive=True)
    s1, s2 = sympy.symbols("s1 s2", positive=True)
    term = N * lam * (s1 * sympy.sqrt(N) / N) ** d  # v = (sqrt N, 0)
    S = sympy.sqrt(1 - m**2)
    at = {s1: sympy.sqrt(N) * m, s2: sympy.sqrt(N) * S}
    along = (-S * term.diff(s1) + m * term.diff(s2)).subs(at)  # the unit tangent (-S, m)
    radial = (s1 * term.diff(s1) + s2 * term.diff(s2)).subs(at) / N
    square = sympy.powsimp(sympy.expand(along**2 / (N * d**2 * lam**2 * m ** (2 * d - 2))))
    return bool(sympy.expand(square - (1 - m**2)) == 0 and sympy.powsimp(radial - d * lam * m**d, force=True) == 0)


def pair_limit() -> bool:
    """As R -> 1 with equal energies, Psi without its two costs I_1 tends to Theta_p without its cost."""
    u = sympy.Symbol("u", positive=True)
    # near R = 1: the expansions in 1 - R of volume and variance, for symbolic p
    e = sympy.Symbol("e", positive=True)

    def first(expression: sympy.Expr) -> sympy.Expr:
        return sympy.series(expression, e, 0, 2).removeO()

    powers = {n: first((1 - e) ** n) for n in (p, p - 2, 2 * p - 2)}
    volume = sympy.limit(sympy.expand(1 - (1 - e) ** 2) / sympy.expand(1 - powers[2 * p - 2]), e, 0)
    c = -p * powers[p] + p * (p - 1) * powers[p - 2] * (1 - (1 - e) ** 2)
    cross = 2 * p**2 * powers[2 * p - 2] * (1 - (1 - e) ** 2)
    variance = sympy.limit(sympy.cancel(2 * (1 + powers[p]) - cross / (p + sympy.expand(c))), e, 0)
    exponent = -((2 * u) ** 2) / (2 * variance) + 2 * p * u**2 / (4 * (p - 1))
    claimed = -(p - 2) * u**2 / (4 * (p - 1))
    # log((p-1)^2/(p-1))/2 = log(p-1)/2
    return bool(sympy.cancel(volume - 1 / (p - 1)) == 0 and sympy.cancel(exponent - claimed) == 0)


def pair_covariances() -> bool:
    """The covariances behind V_+-, at s = sqrt(N) (1, 0) and t = sqrt(N) (R, S), S = sqrt(1 - R^2), for N nu(s.t/N)."""
    N, R, S = sympy.symbols("N R S", positive=True)
    nu0, nu1, nu2 = sympy.symbols("nu0 nu1 nu2")  # nu, nu', nu'' at R
    s, r = sympy.symbols("s1:3"), sympy.symbols("r1:3")
    y = (s[0] * r[0] + s[1] * r[1]) / N - R
    E = N * (nu0 + nu1 * y + nu2 * y**2 / 2)
    at = {s[0]: sympy.sqrt(N), s[1]: 0, r[0]: sympy.sqrt(N) * R, r[1]: sympy.sqrt(N) * S}
    at_s, at_t = (0, 1), (S, -R)  # unit tangents in the plane, each towards the other point

    def along(expression: sympy.Expr, variables: tuple[Any, ...], direction: tuple[Any, Any]) -> sympy.Expr:
        return sum(d * expression.diff(v) for d, v in zip(direction, variables, strict=True))

    def value(expression: sympy.Expr) -> sympy.Expr:
        return sympy.expand(sympy.expand(expression.subs(at)).subs(S**2, 1 - R**2))

    first, second = along(E, s, at_s), along(E, r, at_t)
    gradients = value(along(first, r, at_t)) - (-R * nu1 + (1 - R**2) * nu2)
    cross = [value(first) - sympy.sqrt(N) * nu1 * S, value(second) - sympy.sqrt(N) * nu1 * S]
    return all(sympy.expand(sympy.expand(z).subs(S**2, 1 - R**2)) == 0 for z in (gradients, *cross))


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """Inputs and limits."""

    def claim(name: str, statement: str, *checks: Check, source: str) -> Claim:
        return Claim(f"spinglass.{name}", THEME, statement, source, checks)

    yield claim(
        "pairs.covariances",
        r"\operatorname{cov}(\partial_1 H, \partial_2 H) = -R \nu'(R) + (1 - R^2) \nu''(R),\ "
        r"\operatorname{cov}(\partial_1 H(s), H(t)) = \sqrt{N (1 - R^2)}\, \nu'(R) "
        r"\text{ for unit tangents towards each other}",
        proved("derivatives of N nu(s.t/N)", pair_covariances(), "two points of overlap R"),
        source="subag_2017",
    )
    yield claim(
        "pairs.limit",
        r"\lim_{R \to 1} \Psi_p(R, u, u) = \Theta_p(u) - I_1(u) = \Theta_{1,p}(u),\ u \le -E_\infty",
        proved("expansion in 1 - R", pair_limit(), "the two costs I_1 stay, Theta_p has one"),
        source="subag_2017",
    )
    pairs = (Fraction(-33, 20), Fraction(-8, 5))
    one = [arb_to_mpf_mid(complexity(3, u, digits=DIGITS).value) for u in pairs]
    with mpmath.workdps(2 * DIGITS):
        apart = arb_to_mpf_mid(two_point_complexity(3, 0, pairs, DIGITS))
        yield claim(
            "pairs.apart",
            r"\Psi_3(0, u_1, u_2) = \Theta_3(u_1) + \Theta_3(u_2),\ u_1 = -\tfrac{33}{20},\ u_2 = -\tfrac{8}{5}",
            checked("both sides", one[0] + one[1], apart, DIGITS - 5),
            source="subag_2017",
        )
    yield claim(
        "spiked.gradient",
        r"|\nabla N \lambda m^q|^2 = N q^2 \lambda^2 m^{2 q - 2} (1 - m^2) \text{ on the sphere}, \quad "
        r"\tfrac{1}{N} s \cdot \nabla N \lambda m^q = q \lambda m^q",
        proved("the plane of s and v", spiked_exponents()),
        source="ben_arous_mei_montanari_nica_2019",
    )
    yield claim(
        "spiked.outlier",
        r"\Sigma = \partial_m \Sigma = \partial_u \Sigma = 0 \text{ at } m^2 = 1 - \tfrac{1}{2 \lambda^2},\ "
        r"u = -\lambda - \tfrac{1}{2 \lambda} \text{ for } p = q = 2,\ \lambda > 2^{-1/2}",
        proved("the outlier of a spiked matrix", outlier_of_matrices()),
        source="ben_arous_mei_montanari_nica_2019",
    )
    free = arb_to_mpf_mid(spiked_complexity(3, 0, 0, pairs[0], digits=DIGITS))
    yield claim(
        "spiked.free",
        r"\Sigma(0, u) = \Theta_3(u) \text{ at } \lambda = 0,\ u = -\tfrac{33}{20}",
        checked("both sides", one[0], free, DIGITS - 5),
        source="ben_arous_mei_montanari_nica_2019",
    )


if __name__ == "__main__":
    show(claims())
