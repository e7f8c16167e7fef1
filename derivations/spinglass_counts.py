"""Mean numbers of critical points at finite N: from the covariance on the sphere to digits, by several roads.

Derived: the covariances of value, gradient and Hessian; the constant of the Kac-Rice formula once E|det| over GOE(N-1)
is an eigenvalue density of GOE(N); the total in closed form, by integrating the one-point density term by term. Held
against each other: the closed form and the one-point density by quadrature, the Pfaffian densities and the one-point
density, Rice's formula on the circle, random matrices and random forms. Source: auffinger_ben_arous_cerny_2013, Theorem
2.1; the closed form, the counts by index and the mixtures are derived here.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from typing import Any

import mpmath
import numpy as np
import sympy

from derivations._show import show
from symlandscape.arith.balls import arb, workprec
from symlandscape.arith.conversions import arb_to_mpf_mid, mid_float, to_arb
from symlandscape.evidence import Check, Claim, Level, Verdict, certified, checked, estimated, proved
from symlandscape.export import Figure, Formula
from symlandscape.spinglass.counts import MeanCount, count, counts_by_index
from symlandscape.spinglass.eigenvalue_density import one_point_density
from symlandscape.spinglass.exact_total import closed_form, exact_total, exact_total_value
from symlandscape.spinglass.models import Mixture, as_mixture
from symlandscape.spinglass.pfaffian import index_densities
from symlandscape.spinglass.strip_quadrature import count_factor, integrate, plan
from symlandscape.statistics import estimate

NAME = "spinglass_counts"
THEME = "spinglass"
SOURCE = "auffinger_ben_arous_cerny_2013, Theorem 2.1"
PROVED_SPINS = {"quick": 6, "full": 12}
INDEXED = {"quick": (3, 4, 5, 8), "full": (3, 4, 5, 8, 12, 20, 40)}
TRIVIAL_SPINS = 80
SAMPLES = {"quick": 20_000, "full": 200_000}
DIGITS = 30
AGREE = 25

rho = sympy.Symbol("rho", positive=True)
x = sympy.Symbol("x", real=True)


def covariances() -> bool:
    """For f with covariance nu(R) on the unit sphere, at the pole in normal coordinates: E f_i f_j = nu' delta, f_i is
    uncorrelated with f and f_ij, E f f_ij = -nu' delta, E f_ij f_kl = nu'' (dd + dd) + (nu'' + nu') delta_ij delta_kl.

    Two tangent directions hold all coincidences of indices: the covariances are invariant under rotations.
    """
    a = sympy.symbols("a1 a2")
    b = sympy.symbols("b1 b2")
    first, second = sympy.symbols("nu1:3")
    overlap = sympy.sqrt(1 - a[0] ** 2 - a[1] ** 2) * sympy.sqrt(1 - b[0] ** 2 - b[1] ** 2) + a[0] * b[0] + a[1] * b[1]
    # nu up to second order about 1: 1 - R is of second order, so cubes of it have no fourth derivative at the pole
    covariance = 1 + first * (overlap - 1) + second * (overlap - 1) ** 2 / 2
    origin = dict.fromkeys((*a, *b), 0)

    def at_pole(left: tuple[int, ...], right: tuple[int, ...]) -> sympy.Expr:
        return sympy.expand(covariance.diff(*(a[i] for i in left), *(b[j] for j in right)).subs(origin))

    expected: dict[tuple[tuple[int, ...], tuple[int, ...]], Any] = {
        ((0,), (0,)): first,
        ((0,), (1,)): 0,
        ((0,), ()): 0,
        ((0,), (0, 0)): 0,
        ((0,), (1, 1)): 0,
        ((0,), (0, 1)): 0,
        ((), (0, 0)): -first,
        ((), (0, 1)): 0,
        ((0, 0), (0, 0)): 3 * second + first,
        ((0, 0), (1, 1)): second + first,
        ((0, 1), (0, 1)): second,
        ((0, 0), (0, 1)): 0,
    }
    return all(
        sympy.expand((at_pole(*key) if key[0] or key[1] else covariance) - value) == 0
        for key, value in expected.items()
    )


def kac_rice_constant() -> bool:
    """Volume of the sphere, density of the gradient at 0, scale of the Hessian, density of x, Z_N/(N Z_(N-1)): their
    product is 2 sqrt(2/(1 + rho)) rho^(N/2), N symbolic; x has variance (1 + rho)/(2 rho), which leaves exp(-c x^2).
    """
    n, first = sympy.symbols("N nu1", positive=True)
    second = rho * first
    half = sympy.Rational(1, 2)
    volume = 2 * sympy.pi ** (n / 2) / sympy.gamma(n / 2) * n ** ((n - 1) / 2)
    gradient = (2 * sympy.pi * first) ** (-(n - 1) / 2)
    hessian = (2 * second / n) ** ((n - 1) / 2)
    normal = 1 / sympy.sqrt(2 * sympy.pi * (1 + rho) / (2 * rho))
    partition = sympy.sqrt(2 * sympy.pi) * sympy.gamma(1 + n / 2) / sympy.gamma(3 * half) / n
    stated = 2 * sympy.sqrt(2 / (1 + rho)) * rho ** (n / 2)
    ratio = sympy.gammasimp(volume * gradient * hessian * normal * partition / stated)
    logarithm = sympy.expand(sympy.expand_log(sympy.log(sympy.powsimp(ratio)), force=True))
    tilt = rho / (1 + rho) - half - (rho - 1) / (2 * (rho + 1))
    return bool(logarithm == 0 and sympy.cancel(sympy.together(tilt)) == 0)


def hermite(k: int) -> sympy.Expr:
    """H_k, with int H_k^2 exp(-x^2) = 2^k k! sqrt(pi)."""
    return sympy.hermite_poly(k, x)


def primitive(k: int) -> tuple[sympy.Expr, sympy.Expr]:
    """(P, s) with eps (H_k exp(-x^2/2)) = P exp(-x^2/2) + s sqrt(pi/2) erf(x/sqrt 2), the polynomial by division."""
    rest, P = sympy.Poly(hermite(k), x), sympy.Integer(0)
    while rest.degree() > 0:  # (x^m e^{-x^2/2})' = (m x^(m-1) - x^(m+1)) e^{-x^2/2}
        m, lead = rest.degree() - 1, rest.LC()
        P -= lead * x**m
        rest = sympy.Poly(sympy.expand(rest.as_expr() + lead * (m * x ** (m - 1) if m else 0) - lead * x ** (m + 1)), x)
    return P, rest.as_expr()


def even_moments(polynomial: sympy.Expr, a: sympy.Expr) -> sympy.Expr:
    """sqrt(a/pi) int polynomial exp(-a x^2): rational in a."""
    total = sympy.Integer(0)
    for (m,), c in sympy.Poly(polynomial, x).terms():
        if m % 2 == 0:
            total += c * sympy.factorial2(m - 1) / (2 * a) ** (m // 2)
    return total


def erf_moments(polynomial: sympy.Expr, a: sympy.Expr) -> sympy.Expr:
    """sqrt((a + 1/2)/2) int polynomial exp(-a x^2) erf(x/sqrt 2) by parts, polynomial odd: rational in a."""
    total = sympy.Integer(0)
    for (m,), c in sympy.Poly(polynomial, x).terms():
        value = sympy.Integer(0)
        for j in range(1, m + 1, 2):  # I_j = ((j-1) I_(j-2) + sqrt(2/pi) int x^(j-1) exp(-(a + 1/2) x^2))/(2a)
            inner = even_moments(x ** (j - 1), a + sympy.Rational(1, 2))
            value = ((j - 1) * value + inner) / (2 * a)
        total += c * value
    return total


def term_by_term(spins: int) -> tuple[sympy.Expr, sympy.Expr]:
    """int R_1 exp(-c x^2) = A (1 + c)^(-1/2) + B (1 + 2 c)^(-1/2): A and B, rational in rho, each term of R_1
    integrated from its polynomial.
    """
    c = (rho - 1) / (2 * (rho + 1))
    top, half = spins - 1, sympy.Rational(1, 2)
    # phi_k^2 = H_k^2 exp(-x^2)/(2^k k! sqrt(pi)); sqrt(N/2) times both norms is 1/(2^N (N-1)! sqrt(pi))
    total = sympy.Integer(0)
    for k in range(spins):
        total += even_moments(hermite(k) ** 2, 1 + c) / (2**k * sympy.factorial(k))
    P, s = primitive(spins)
    crossed = even_moments(sympy.expand(hermite(top) * P), 1 + c)
    if s != 0:
        crossed += s * erf_moments(hermite(top), half + c)
    total += crossed / (2**spins * sympy.factorial(top))
    other = sympy.Integer(0)
    if spins % 2:
        other = even_moments(hermite(top), half + c) / even_moments(hermite(top), half)  # and both roots: sqrt(2)
    return total, other


def closed_form_holds(spins: int) -> bool:
    """2 sqrt(2/(1+rho)) rho^(N/2) (A (1+c)^(-1/2) + B (1+2c)^(-1/2)) is the closed form, as functions of rho > 0.

    2 sqrt(2/(1+rho)) (1+c)^(-1/2) = 4 (3 rho+1)^(-1/2), and with (1+2c)^(-1/2) it is 2 rho^(-1/2).
    """
    A, B = term_by_term(spins)
    half, odd = divmod(spins, 2)
    stated = (closed_form(spins, rho) - 2 * odd) / sympy.sqrt(3 * rho + 1) / (sympy.sqrt(rho) if odd else 1)
    first = sympy.cancel(sympy.together(4 * A * rho**half / (3 * rho + 1) - stated))
    second = sympy.cancel(sympy.together(2 * B * rho**half - 2 * odd))
    return bool(first == 0 and second == 0)


@cache
def indexed(model: str | int, spins: int, below: str | None = None) -> tuple[MeanCount, ...]:
    """The counts of every index."""
    return counts_by_index(model, spins, below, DIGITS)


def mpf(ball: arb) -> Any:
    """The midpoint, for a comparison to digits."""
    return arb_to_mpf_mid(ball)


def by_quadrature(spins: int, ratio: Fraction, resolved: bool) -> list[arb]:
    """The counts at all energies by quadrature of R_1, or of every p_k: no closed form but in the tail's bound."""
    goal = DIGITS * 10 // 3 + 16
    with workprec(goal + 64):
        grid = plan(spins, ratio, None, goal)
        with workprec(goal + 64 + 3 * spins):
            total = one_point_density(spins)
        densities = (lambda z: index_densities(spins, z)) if resolved else (lambda z: (total(z),))
        found = integrate(densities, spins, ratio, None, grid, goal + 64 + (12 if resolved else 3) * spins)
        return [count_factor(spins, ratio) * value for value in found]


def pfaffian_against_one_point(spins: int, at: str) -> Check:
    """sum_k p_k = R_1 at a point."""
    with workprec(200 + 12 * spins):
        point = to_arb(Fraction(at))
        left = sum(index_densities(spins, point), arb(0))
        return checked(f"N = {spins}, x = {at}", mpf(left), mpf(one_point_density(spins)(point)), DIGITS)


def rice_on_the_circle(model: Mixture, energy: Fraction, maximum: bool) -> Any:
    """N = 2 by Rice's formula for the stationary process f on the circle, H = sqrt(2) f, integrated by mpmath."""
    first, spread = mpmath.mpf(model.nu1.numerator) / model.nu1.denominator, 3 * model.nu2 + model.nu1
    second = mpmath.mpf(spread.numerator) / spread.denominator  # E f''^2, and E f f'' = -nu'
    level = mpmath.sqrt(2) * energy.numerator / energy.denominator
    sign = -1 if maximum else 1

    def integrand(y: Any) -> Any:
        mean, deviation = -sign * first * y / second, mpmath.sqrt(1 - first**2 / second)
        return y * mpmath.npdf(y, 0, mpmath.sqrt(second)) * mpmath.ncdf((level - mean) / deviation)

    step = mpmath.sqrt(second)
    grid = [step * k for k in range(0, 13, 2)]
    return 2 * mpmath.pi / mpmath.sqrt(2 * mpmath.pi * first) * mpmath.quad(integrand, grid)


def matrices(samples: int, seed: int, p: int, spins: int) -> list[Check]:
    """The counts by index from sampled GOE matrices."""
    rng = np.random.default_rng([seed, 11])
    draws = rng.standard_normal((samples, spins, spins))
    values = np.linalg.eigvalsh((draws + draws.transpose(0, 2, 1)) / 2)
    weights = np.exp(-(p - 2) / (2 * p) * values**2) * 2 * np.sqrt(2 / p) * (p - 1) ** (spins / 2)
    checks = []
    for k, expected in enumerate(indexed(p, spins)):
        found = estimate(weights[:, k])
        name = f"p = {p}, N = {spins}, index {k}"
        checks.append(
            estimated(name, found.mean, mid_float(expected.value), found.standard_error, f"{samples} matrices")
        )
    return checks


def polynomials(samples: int, seed: int, p: int) -> Check:
    """Critical points on the circle (N = 2), as real roots of the derivative of a random form of degree p."""
    rng = np.random.default_rng([seed, 12])
    deviations = np.sqrt([float(sympy.binomial(p, j)) for j in range(p + 1)])
    forms = rng.standard_normal((samples, p + 1)) * deviations  # sum_j a_j cos^(p-j) sin^j
    slopes = np.zeros((samples, p + 1))  # in t = tan: sum_j a_j (j t^(j-1) - (p-j) t^(j+1))
    for j in range(p + 1):
        if j:
            slopes[:, j - 1] += j * forms[:, j]
        if j < p:
            slopes[:, j + 1] -= (p - j) * forms[:, j]
    companion = np.zeros((samples, p, p))
    companion[:, 1:, :-1] = np.eye(p - 1)
    companion[:, :, -1] = -slopes[:, :p] / slopes[:, p:]
    real = 2 * np.sum(np.linalg.eigvals(companion).imag == 0, axis=1)
    found = estimate(real.astype(float))
    expected = mid_float(exact_total(2, p - 1, 20))
    return estimated(f"p = {p}, N = 2", found.mean, expected, found.standard_error, f"{samples} random forms")


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """The formula, its closed form, and the identities that tie counts together."""
    yield Claim(
        "spinglass.count.covariance",
        THEME,
        r"\mathbb E f_i f_j = \nu' \delta_{ij},\ \mathbb E f f_{ij} = -\nu' \delta_{ij},\ "
        r"\mathbb E f_{ij} f_{kl} = \nu''(\delta_{ik}\delta_{jl} + \delta_{il}\delta_{jk})"
        r" + (\nu'' + \nu')\delta_{ij}\delta_{kl},\ "
        r"f_i \text{ uncorrelated with } f, f_{jk}\quad(\mathbb E f(s) f(t) = \nu(s \cdot t),\ |s| = |t| = 1)",
        SOURCE,
        (proved("derivatives of the covariance at the pole", covariances(), "two tangent directions, and rotations"),),
    )
    yield Claim(
        "spinglass.count.constant",
        THEME,
        r"\tfrac{2\pi^{N/2}}{\Gamma(N/2)} N^{\frac{N-1}{2}} (2\pi\nu')^{-\frac{N-1}{2}}"
        r"\left(\tfrac{2\nu''}{N}\right)^{\frac{N-1}{2}} \tfrac{1}{\sqrt{2\pi s^2}} \tfrac{Z_N}{N Z_{N-1}}"
        r" = 2\sqrt{\tfrac{2}{1+\rho}}\,\rho^{N/2},\quad s^2 = \tfrac{1+\rho}{2\rho},\ \rho = \tfrac{\nu''}{\nu'},\ "
        r"\tfrac{Z_N}{Z_{N-1}} = \sqrt{2\pi}\,\tfrac{\Gamma(1+N/2)}{\Gamma(3/2)}",
        SOURCE + "; Kac-Rice formula and Mehta's integral are cited",
        (proved("constants of the Kac-Rice formula", kac_rice_constant(), "N symbolic"),),
    )
    for spins in range(2, PROVED_SPINS[profile] + 1):
        yield closed_form_claim(spins)
    last = TRIVIAL_SPINS
    exactly = all(exact_total_value(n, 1) == 2 * n for n in range(1, last + 1))
    statement = (
        r"2 [N \text{ odd}] + \rho^{N/2} \sqrt{3\rho+1}\, r_N(\rho) = 2N"
        rf"\text{{ at }} \rho = 1,\ 1 \le N \le {last}"
    )
    check = proved("closed form at rho = 1", exactly, "a quadratic form has 2N critical points on the sphere")
    yield Claim("spinglass.count.quadratic", THEME, statement, SOURCE, (check,))
    sizes = INDEXED[profile]
    shown = ", ".join(map(str, sizes))
    statement = rf"\sum_k p_k(x) = R_1(x),\quad N \in \{{{shown}\}},\ x \in \{{0, 5/4, -3\}}"
    roads = tuple(pfaffian_against_one_point(n, at) for n in sizes for at in ("0", "5/4", "-3"))
    yield Claim("spinglass.count.pfaffian", THEME, statement, SOURCE, roads)
    yield from identities(sizes, shown)
    yield circle_claim()
    statement = r"\mathbb E\,\mathrm{Crt}_{4,k},\ p = 3\text{: from random matrices}"
    yield Claim("spinglass.count.matrices", THEME, statement, SOURCE, tuple(matrices(SAMPLES[profile], seed, 3, 4)))
    statement = r"\mathbb E\,\mathrm{Crt}_2 = 2\sqrt{3p-2},\ p = 3, 4\text{: from random forms}"
    draws = tuple(polynomials(SAMPLES[profile], seed, p) for p in (3, 4))
    yield Claim("spinglass.count.forms", THEME, statement, SOURCE, draws)


def integral_formula(spins: int) -> str:
    """The closed form of the integral that gives the total."""
    integral = rf"\int e^{{-\frac{{\rho-1}}{{2(\rho+1)}} x^2}} R_1^{{({spins})}}(x)\,dx"
    return rf"2\sqrt{{\tfrac{{2}}{{1+\rho}}}}\,\rho^{{{spins}/2}} {integral} = {sympy.latex(closed_form(spins, rho))}"


def closed_form_claim(spins: int) -> Claim:
    """One closed form, from the terms of R_1, and as a number by quadrature of R_1."""
    ratio = Fraction(7, 3)
    left, right = by_quadrature(spins, ratio, resolved=False)[0], exact_total(spins, ratio, DIGITS + 5)
    return Claim(
        f"spinglass.count.total.N={spins}",
        THEME,
        integral_formula(spins),
        SOURCE,
        (
            proved("one-point density, term by term", closed_form_holds(spins), "as functions of rho"),
            checked(f"quadrature at rho = {ratio}", mpf(left), mpf(right), AGREE, "with a proved error"),
        ),
    )


def identities(sizes: tuple[int, ...], shown: str) -> Iterator[Claim]:
    """Sums over the index, at all energies and below one."""
    p = 3
    sums: list[Check] = []
    euler: list[Check] = []
    below: list[Check] = []
    antipodes: list[Check] = []
    quadratic: list[Check] = []
    for n in sizes:
        with workprec(200):
            values = [c.value for c in indexed(p, n)]
            total = sum(values, arb(0))
            signed = sum(((-1) ** k * v for k, v in enumerate(values)), arb(0))
            sums.append(checked(f"N = {n}", mpf(total), mpf(exact_total(n, p - 1, DIGITS)), AGREE, "closed form"))
            euler.append(_contains(f"N = {n}", signed, 1 + (-1) ** (n - 1), values))
            two = by_quadrature(n, Fraction(1), resolved=True) if n <= 8 else []
            quadratic += [checked(f"N = {n}, index {k}", mpf(v), 2, AGREE) for k, v in enumerate(two)]
            if n > 8:
                continue
            lower, upper = indexed(p, n, "-6/5"), indexed(p, n, "6/5")
            part = sum((c.value for c in lower), arb(0))
            below.append(checked(f"N = {n}", mpf(part), mpf(count(p, n, below="-6/5").value), AGREE, "R_1 alone"))
            both = lower[0].value + upper[n - 1].value
            antipodes.append(checked(f"N = {n}", mpf(both), mpf(values[0]), AGREE))
    few = ", ".join(str(n) for n in sizes if n <= 8)
    each, every = r"\mathbb E\,\mathrm{Crt}_{N,k}", r"\mathbb E\,\mathrm{Crt}_N"
    at_all, at_few = rf",\ p = 3,\ N \in \{{{shown}\}}", rf",\ p = 3,\ N \in \{{{few}\}}"
    low, high = r"(u \le -6/5)", r"(u \le 6/5)"
    first, last = r"\mathbb E\,\mathrm{Crt}_{N,0}", r"\mathbb E\,\mathrm{Crt}_{N,N-1}"
    made = (
        ("sum", rf"\sum_k {each} = {every}{at_all}", sums),
        ("euler", rf"|\sum_k (-1)^k\, {each} - 1 - (-1)^{{N-1}}| \le 10^{{-{AGREE}}} {every}{at_all}", euler),
        ("quadratic.index", rf"p = 2:\ {each} = 2,\ N \in \{{{few}\}}", quadratic),
        ("below", rf"\sum_k {each}{low} = {every}{low}{at_few}", below),
        ("antipode", rf"{first}{low} + {last}{high} = {first}{at_few}", antipodes),
    )
    for name, statement, checks in made:
        yield Claim(f"spinglass.count.{name}", THEME, statement, SOURCE, tuple(checks))


def _contains(name: str, signed: arb, expected: int, values: list[arb]) -> Check:
    """An enclosure of an alternating sum, short against its terms, that holds the number expected."""
    size = sum(values, arb(0)) / arb(10) ** AGREE
    near = abs(signed - expected) <= size
    return certified(name, Verdict.YES if near else Verdict.of(False if abs(signed - expected) > size else None))


def circle_claim() -> Claim:
    """Rice's formula against the quadrature, at N = 2."""
    checks = []
    with mpmath.workdps(25):
        for text in ("3:1", "3:1/2,4:1/2"):
            model, energy = as_mixture(text), Fraction(-3, 5)
            for k in (0, 1):
                found = count(model, 2, index=k, below=energy, digits=25)
                road = rice_on_the_circle(model, energy, maximum=k == 1)
                checks.append(checked(f"{text}, index {k}", mpf(found.value), road, 15, "Rice's formula by mpmath"))
    return Claim(
        "spinglass.count.circle", THEME,
        r"\mathbb E\,\mathrm{Crt}_{2,k}(u \le -3/5)\text{ for } \nu = x^3 \text{ and } \nu = (x^3 + x^4)/2"
        r"\text{: two roads}", SOURCE, tuple(checks),
    )  # fmt: skip


def formulas() -> Iterator[Formula]:
    """The closed forms that are proved in the quick profile."""
    for spins in range(2, PROVED_SPINS["quick"] + 1):
        level = proved("term by term", closed_form_holds(spins)).level
        title = f"Mean number of critical points, N = {spins}"
        yield Formula(f"spinglass-total-{spins}", title, integral_formula(spins), SOURCE, level)


def figures(profile: str = "quick") -> Iterator[Figure]:
    """Counts by index and below an energy, against their complexities."""
    yield Figure(
        "spinglass-counts-by-index", "Mean counts by index, p = 3",
        "How fast do the mean numbers of points of each index grow, and do they follow the complexity?",
        draw_by_index, Level.CERTIFIED,
    )  # fmt: skip
    yield Figure(
        "spinglass-counts-below", "Mean counts below an energy, p = 3",
        "How far is the mean number of critical points below an energy from exp(N Theta) at finite N?",
        draw_below, Level.CERTIFIED,
    )  # fmt: skip


def draw_by_index(ax: Any) -> None:
    """Indices 0, 1, 2 and the total for N up to 16."""
    from symlandscape.spinglass.count_figures import counts_against_spins

    counts_against_spins(ax, 3, {n: counts_by_index(3, n, digits=6) for n in (3, 4, 6, 8, 10, 12, 14, 16)})


def draw_below(ax: Any) -> None:
    """N = 10, 20, 40 against Theta."""
    from symlandscape.spinglass.count_figures import counts_below_energy

    energies = [Fraction(k, 10) for k in range(-18, -9)] + [Fraction(k, 5) for k in range(-4, 2)]
    counts_below_energy(ax, 3, {n: [count(3, n, below=u, digits=4) for u in energies] for n in (10, 20, 40)})


if __name__ == "__main__":
    show(claims())
