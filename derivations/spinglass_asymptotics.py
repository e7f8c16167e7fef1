"""Mean counts of the pure p-spin model for many spins, prefactors included, against exact counts.

The exact mean is 2 sqrt(2/p) (p-1)^(N/2) int exp(-(p-2)/(2p) x^2) R_1(x) dx over x <= u sqrt(N p/(2(p-1))), with
R_1 the one-point density of the GOE with weight e^{-x^2/2} for each eigenvalue. Laplace's method needs R_1 where the
integral ends: inside, at the edge and outside. Proved here: that the three limits of R_1 give the constants of
`symlandscape.spinglass.asymptotics`, the first one in the form of the source too. Cited: the limits of Hermite
functions (Plancherel and Rotach) behind these three limits of R_1. Decided by exact means at up to 25600 spins, with
R_1 summed in doubles: the constant at u = -E_inf has the determinantal part Ai'(0)^2 of the edge density beside
Ai(0)/3. Source: auffinger_ben_arous_cerny_2013, Theorem 2.17; subag_zeitouni_2017 for the ground state.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import mpmath
import numpy as np
import sympy
from numpy.typing import NDArray

from derivations._show import show
from symlandscape.arith.balls import workprec
from symlandscape.arith.conversions import arb_to_mpf_mid, mid_float, to_arb
from symlandscape.arith.decimals import decimal
from symlandscape.evidence import Check, Claim, Level, checked, estimated, proved
from symlandscape.export import Figure, Formula, latex_number
from symlandscape.spinglass import asymptotic_count, ground_state_law, layer, log_minima_heuristic
from symlandscape.spinglass.asymptotics import airy_at_zero
from symlandscape.spinglass.counts import count
from symlandscape.spinglass.exact_total import exact_total
from symlandscape.spinglass.models import pure
from symlandscape.spinglass.theta import theta_of_ball

NAME = "spinglass_asymptotics"
THEME = "spinglass"
SOURCE = "auffinger_ben_arous_cerny_2013, Theorem 2.17"
SIZES = {"quick": (100, 200, 400, 800, 1600, 3200, 6400), "full": (100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600)}
NODES = 160
ROUNDING = 1e-7
"""What sums of doubles over thousands of Hermite functions may lose."""

CONSTANTS = (
    r"R_1(x) \to \tfrac{1}{\pi} \sqrt{2 N - x^2},\ \tfrac{e^{-N I}}{2 \sqrt{\pi (e^{2 t} - 1)}} "
    r"\text{ give } C = \tfrac{2 \sqrt{2 p (E_\infty^2 - u^2)}}{(p - 2) \pi |u|},\ "
    r"\tfrac{e^{-t/2}}{\sqrt{2 p \pi \sinh t} \left(\tfrac{p - 2}{p} \cosh t + \sinh t\right)},\ "
    r"\tfrac{4 \sqrt 2}{\sqrt{\pi (p - 2)}} \text{ inside, outside, in all}"
)
EDGE = (
    r"\rho(s) = \mathrm{Ai}'(s)^2 - s \mathrm{Ai}(s)^2 + \tfrac{1}{2} \mathrm{Ai}(s) "
    r"\left(1 - \int_s^\infty \mathrm{Ai}\right) \text{ gives } C = \tfrac{2 \sqrt{2 p}}{p - 2} "
    r"\left(\mathrm{Ai}'(0)^2 + \tfrac{1}{3} \mathrm{Ai}(0)\right) \text{ and } N^{-1/3}"
)

p, t = sympy.symbols("p t", positive=True)
w = sympy.Symbol("w", positive=True)  # e^t


def bulk_constant() -> bool:
    """R_1 = sqrt(2N - x^2)/pi at x = sqrt(N) v, over the slope sqrt(N) v (p-2)/p of the exponent."""
    u, q = sympy.symbols("u q", positive=True)  # q = E_inf^2 - u^2
    square = 4 * (p - 1) / p
    v2 = u**2 * p / (2 * (p - 1))
    found = (2 * sympy.sqrt(2 / p) / sympy.pi) ** 2 * (2 - v2) / v2 * (p / (p - 2)) ** 2
    stated = (2 / ((p - 2) * sympy.pi * u)) ** 2 * 2 * p * q
    return bool(sympy.cancel(sympy.together((found - stated).subs(q, square - u**2))) == 0)


def outside_constants() -> bool:
    """R_1(sqrt(N) v) ~ e^{-N I}/(2 sqrt(pi (e^{2t} - 1))) at v = sqrt(2) cosh t, over sqrt(N) ((p-2)/p v + I'(v)), is
    the constant in t, and that is the source's with h(v) and exp(I - v I'/2).
    """
    cosh, sinh = (w + 1 / w) / 2, (w - 1 / w) / 2
    tilt = (p - 2) / p * sympy.sqrt(2) * cosh + sympy.sqrt(2) * sinh
    squared = 4 * (2 / p) / (4 * sympy.pi * (w**2 - 1)) / tilt**2
    stated = 1 / (w * p * sympy.pi * sinh * 2 * ((p - 2) / p * cosh + sinh) ** 2)
    # h^2 with the fourth roots y = ((cosh t - 1)/(cosh t + 1))^(1/2): h^2 = y + 1/y + 2, y = (w-1)/(w+1)
    y = (w - 1) / (w + 1)
    ratio = sympy.cancel((cosh - 1) / (cosh + 1) - y**2) == 0
    source = (y + 1 / y + 2) / (2 * p * sympy.pi) / w**2 / tilt**2  # I - v I'/2 = -t
    exponent = sympy.sinh(t) * sympy.cosh(t) - t - sympy.sqrt(2) * sympy.cosh(t) * sympy.sqrt(2) * sympy.sinh(t) / 2 + t
    same = sympy.cancel(sympy.together(squared - stated)) == 0 and sympy.cancel(sympy.together(source - stated)) == 0
    return bool(ratio and same and sympy.expand(exponent) == 0)


def total_constant() -> bool:
    """R_1(0) = sqrt(2N)/pi times the Gaussian integral sqrt(2 pi p/(p-2))."""
    N = sympy.Symbol("N", positive=True)
    squared = 4 * (2 / p) * (2 * N / sympy.pi**2) * 2 * sympy.pi * p / (p - 2)
    return bool(sympy.cancel(squared - 32 * N / (sympy.pi * (p - 2))) == 0)


def edge_density() -> bool:
    """rho(s) = Ai'(s)^2 - s Ai(s)^2 + Ai(s) (1 - int_s^oo Ai)/2 is Ai'(0)^2 + Ai(0)/3 at 0; the first part falls at the
    rate Ai^2; sqrt(2) N^(1/6) rho over the slope sqrt(2N) (p-2)/p gives N^(-1/3).
    """
    s, N = sympy.symbols("s N", positive=True)
    determinantal = sympy.airyaiprime(s) ** 2 - s * sympy.airyai(s) ** 2
    falls = sympy.expand(determinantal.diff(s) + sympy.airyai(s) ** 2) == 0
    # Ai(s) ds = K_{1/3}(z) dz/(pi sqrt 3) with z = (2/3) s^(3/2)
    whole = sympy.integrate(sympy.besselk(sympy.Rational(1, 3), s), (s, 0, sympy.oo)) / (sympy.pi * sympy.sqrt(3))
    third = sympy.gammasimp(whole) == sympy.Rational(1, 3)
    power = 2 * sympy.sqrt(2 / p) * sympy.sqrt(2) * N ** sympy.Rational(1, 6) * p / ((p - 2) * sympy.sqrt(2 * N))
    stated = 2 * sympy.sqrt(2 * p) / (p - 2) * N ** (-sympy.Rational(1, 3))
    return bool(falls and third and sympy.powsimp(sympy.powdenest(sympy.expand(power / stated), force=True)) == 1)


def stretched_exponents() -> bool:
    """The largest value over y > 0 of c N^(1/3) y - y^3/24 is (4 sqrt 2/3) c^(3/2) N^(1/2), at y = sqrt(8c) N^(1/6);
    the next term y^(3/2)/(3 sqrt 2) and the power y^(2 - 1/16 - 1/2) = N^(23/96) are taken there.
    """
    c, y, n = sympy.symbols("c y n", positive=True)  # n = N^(1/12)
    gain = c * n**4 * y - y**3 / 24
    best = sympy.sqrt(8 * c) * n**2
    stationary = sympy.expand(gain.diff(y).subs(y, best)) == 0
    leading = sympy.expand(gain.subs(y, best) - 4 * sympy.sqrt(2) / 3 * c ** sympy.Rational(3, 2) * n**6) == 0
    power = (2 - sympy.Rational(1, 16) - sympy.Rational(1, 2)) * sympy.Rational(1, 6) == sympy.Rational(23, 96)
    return bool(stationary and leading and power)


def one_point_density(spins: int, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """R_1 of the GOE for an even number of spins (mass N), from Hermite functions in doubles with a running scale."""
    if spins % 2:
        raise AssertionError("the sum below is for an even number")
    scale = -(x**2) / 2
    before, now = np.zeros_like(x), np.full_like(x, math.pi**-0.25)
    square = np.exp(2 * scale) * now**2
    primitive = math.pi**-0.25 * math.sqrt(math.pi / 2) * np.array([math.erf(v / math.sqrt(2)) for v in x])
    for k in range(spins - 1):
        before, now = now, math.sqrt(2 / (k + 1)) * x * now - math.sqrt(k / (k + 1)) * before
        if k % 2 == 0:  # now = phi_{k+1}: the primitive of phi_{k+2} from that of phi_k
            large = np.abs(now) > 1e100
            scale[large] += math.log(1e100)
            now[large] *= 1e-100
            before[large] *= 1e-100
            value = np.exp(scale) * now
            square += value**2
            primitive = math.sqrt((k + 1) / (k + 2)) * primitive - math.sqrt(2 / (k + 2)) * value
        else:
            square += (np.exp(scale) * now) ** 2
    return square + math.sqrt(spins / 2) * np.exp(scale) * now * primitive


@cache
def ratio(degree: int, spins: int, below: str) -> float:
    """The exact mean number below N u, over its leading term; u a text that `asymptotic_count` takes."""
    c = (degree - 2) / (2 * degree)
    leading = asymptotic_count(degree, spins, below, digits=20)
    with workprec(80):
        edge = to_arb(Fraction(4 * (degree - 1), degree)).sqrt()
        u = -mid_float(edge) if below == "-E_inf" else float(Fraction(below))
    end = -u * math.sqrt(spins * degree / (2 * (degree - 1)))  # by symmetry: x >= end
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    length = 45 / (2 * c * end)
    delta = length * (nodes + 1) / 2
    density = one_point_density(spins, end + delta)
    integral = float(np.sum(weights * np.exp(-c * (2 * end * delta + delta**2)) * density)) * length / 2
    log_mean = math.log(2 * math.sqrt(2 / degree)) + spins * math.log(degree - 1) / 2 - c * end**2 + math.log(integral)
    return math.exp(log_mean - mid_float(leading.log_value))


def extrapolate(sizes: Sequence[int], values: Sequence[float], power: float) -> tuple[float, float]:
    """The limit of values as N grows, by a polynomial in N^-power through all of them, and the largest change when the
    smallest one or two or three are left out: the error quoted.
    """
    x = np.array(sizes, dtype=float) ** -power

    def limit(begin: int) -> float:
        total = 0.0
        for i in range(begin, len(values)):
            others = [x[j] / (x[j] - x[i]) for j in range(begin, len(values)) if j != i]
            total += values[i] * math.prod(others)
        return total

    whole = limit(0)
    return whole, max(abs(whole - limit(begin)) for begin in range(1, min(4, len(values))))


def compared(degree: int, below: str, power: float, sizes: Sequence[int]) -> Check:
    """Exact over asymptotic, extrapolated to infinitely many spins, against 1."""
    values = [ratio(degree, spins, below) for spins in sizes]
    limit, error = extrapolate(sizes, values, power)
    trend = ", ".join(f"{value:.6f}" for value in values)
    name = f"exact/asymptotic, p = {degree}, u = {below}, N = {sizes[0]} .. {sizes[-1]}"
    return estimated(name, limit, 1, error + ROUNDING, trend)


def without_determinantal(degree: int, sizes: Sequence[int]) -> Check:
    """The same against the constant with Ai(0)/3 alone: the limit that the two constants' quotient demands."""
    limit, error = extrapolate(sizes, [ratio(degree, spins, "-E_inf") for spins in sizes], 1 / 3)
    factor = constants_quotient()
    return estimated(f"exact/form, p = {degree}", factor * limit, factor, factor * (error + ROUNDING))


def constants_quotient() -> float:
    """1 + 3 Ai'(0)^2/Ai(0)."""
    with workprec(80):
        airy, slope = airy_at_zero()
        return mid_float(1 + 3 * slope * slope / airy)


def total_checks(degree: int) -> tuple[Check, ...]:
    """The closed form of the total at three sizes against the leading term: the ratio's distance from 1 halves with
    1/N; the extrapolated ratio to 1.
    """
    sizes = (50, 100, 200)
    values = []
    for spins in sizes:
        exact = arb_to_mpf_mid(exact_total(spins, degree - 1, digits=30))
        leading = arb_to_mpf_mid(asymptotic_count(degree, spins, digits=30).log_value)
        with mpmath.workdps(30):
            values.append(float(mpmath.log(exact) - leading))
    limit, error = extrapolate(sizes, values, 1)
    trend = ", ".join(f"{value:.2e}" for value in values)
    return (estimated(f"log of exact/asymptotic, p = {degree}", limit, 0, error + ROUNDING, trend),)


def minima_check(few: int, many: int) -> Check:
    """Exact mean numbers of minima (p = 3) against the heuristic terms; what is left should be a constant and powers
    N^(-1/4) that were left out, whose size stands for the error.
    """
    rest = []
    for spins in (few, many):
        found = count(3, spins, index=0, digits=10).value
        with workprec(80):
            rest.append(mid_float(found.log() - log_minima_heuristic(3, spins)))
    return estimated(
        "exact less heuristic", rest[1], rest[0], few**-0.25 - many**-0.25, f"at {many} spins against {few} spins"
    )


def ground_state_checks(degree: int) -> tuple[Check, ...]:
    """c against the slope of Theta_p by a central difference at 40 digits; C against N^(1/2) e^(-N Theta) x count."""
    law = ground_state_law(degree, 40)
    with workprec(500):
        step = to_arb(Fraction(1, 10**15))
        energy = layer(degree, 0, 100)
        above, below = (theta_of_ball(pure(degree), sign * step - energy) for sign in (1, -1))
        slope = arb_to_mpf_mid((above - below) / (2 * step))
    return (checked("central difference of Theta_p", arb_to_mpf_mid(law.slope), slope, 25, f"p = {degree}"),)


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """Constants from the limits of R_1; exact means against them; the ground state; the number of minima."""
    sizes = SIZES[profile]

    def claim(name: str, statement: str, *checks: Check, source: str = SOURCE) -> Claim:
        return Claim(f"spinglass.asymptotics.{name}", THEME, statement, source, checks)

    yield claim(
        "constants",
        CONSTANTS,
        proved(
            "Laplace's method, and h(v) of the source", bulk_constant() and outside_constants() and total_constant()
        ),
    )
    yield claim("edge-constant", EDGE, proved("Airy's equation, int Ai = 1/3, Laplace's method", edge_density()))
    for degree in (3, 4):
        yield claim(
            f"edge.p{degree}",
            r"E[\mathrm{Crt}_N(H \le -N E_\infty)] \sim \tfrac{2 \sqrt{2 p}}{p - 2} "
            r"\left(\mathrm{Ai}'(0)^2 + \tfrac{1}{3} \mathrm{Ai}(0)\right) N^{-1/3} e^{N \Theta_p(-E_\infty)}"
            rf"\text{{ for }} p = {degree}",
            compared(degree, "-E_inf", 1 / 3, sizes),
        )
    yield claim(
        "edge.determinantal",
        r"E[\mathrm{Crt}_N(H \le -N E_\infty)] / \left(\tfrac{2 \sqrt{2 p}}{3 (p - 2)} \mathrm{Ai}(0) N^{-1/3} "
        r"e^{N \Theta_p(-E_\infty)}\right) \to 1 + \tfrac{3 \mathrm{Ai}'(0)^2}{\mathrm{Ai}(0)} = 1.566.. "
        r"\text{ for } p = 3,\ 4",
        *(without_determinantal(degree, sizes) for degree in (3, 4)),
    )
    for name, below in (("outside", "-1.7"), ("bulk", "-1")):
        yield claim(
            f"{name}.p3",
            rf"E[\mathrm{{Crt}}_N(H \le N u)] / (C N^g e^{{N \Theta_p(u)}}) \to 1 \text{{ for }} p = 3,\ u = {below}",
            compared(3, below, 1, sizes),
        )
    for degree in (3, 5):
        yield claim(
            f"total.p{degree}",
            r"E[\mathrm{Crt}_N] \sim \tfrac{4 \sqrt 2}{\sqrt{\pi (p - 2)}} N^{1/2} (p - 1)^{N/2}"
            rf"\text{{ for }} p = {degree}",
            *total_checks(degree),
        )
    for degree in (3, 4):
        law = ground_state_law(degree, 20)
        slope, constant = (latex_number(decimal(arb_to_mpf_mid(ball), 10)) for ball in (law.slope, law.constant))
        yield claim(
            f"gumbel.slope.p{degree}",
            rf"c = \Theta_p'(-E_0) \approx {slope} \text{{ for }} p = {degree}",
            *ground_state_checks(degree),
            source="subag_zeitouni_2017",
        )
        pairs = "" if degree % 2 else "2 "
        yield claim(
            f"gumbel.constant.p{degree}",
            rf"E[\mathrm{{Crt}}_N(H \le -N E_0)] \sim {pairs}C N^{{-1/2}},\ C \approx {constant} "
            rf"\text{{ for }} p = {degree}",
            compared(degree, "-" + decimal(arb_to_mpf_mid(law.energy), 15), 1, sizes),
            source="subag_zeitouni_2017",
        )
    yield claim(
        "minima-powers",
        r"\max_{y > 0} \left(c N^{1/3} y - \tfrac{y^3}{24}\right) = \tfrac{4 \sqrt 2}{3} c^{3/2} N^{1/2}",
        proved(
            "stationary point, powers of N", stretched_exponents(), "left tail of the Tracy-Widom law against a tilt"
        ),
    )
    yield claim(
        "minima.p3",
        r"\log E[\mathrm{Crt}_{N,0}] - N \Theta_3(-E_\infty) - \tfrac{4 \sqrt 2}{3} c^{3/2} N^{1/2} "
        r"+ \tfrac{8^{3/4}}{3 \sqrt 2} c^{3/4} N^{1/4} - \tfrac{23}{96} \log N,\ c = \tfrac{1}{3}, "
        r"\text{ (heuristic) is the same at } N = 10 \text{ and } N = 30 \text{ up to corrections of order } N^{-1/4}",
        minima_check(10, 30),
    )


def formulas() -> Iterator[Formula]:
    """The leading terms, with the levels of the proofs that carry them."""
    proofs = {
        "constants": (CONSTANTS, bulk_constant() and outside_constants() and total_constant()),
        "edge-constant": (EDGE, edge_density()),
    }
    titles = {"constants": "Prefactors inside and outside the bulk", "edge-constant": "Prefactor at the edge"}
    for name, (latex, held) in proofs.items():
        yield Formula(f"spinglass-{name}", titles[name], latex, SOURCE, proved(name, held).level)


def figures(profile: str = "quick") -> Iterator[Figure]:
    """Exact over asymptotic against N at the edge, with both constants."""
    yield Figure(
        "spinglass-edge-constant",
        "Exact over asymptotic mean at the threshold energy",
        "Which prefactor at -E_inf do exact finite-N means support?",
        draw,
        Level.ESTIMATED,
    )


def draw(ax: Any) -> None:
    """The ratio against N^(-1/3), for the constant derived and the one without the determinantal part."""
    sizes = SIZES["quick"]
    x = [*(n ** (-1 / 3) for n in sizes), 0.0]
    factor = constants_quotient()
    for number, degree in enumerate((3, 4)):
        values = [ratio(degree, n, "-E_inf") for n in sizes]
        limit, _ = extrapolate(sizes, values, 1 / 3)
        whole, part = [*values, limit], [factor * v for v in (*values, limit)]
        ax.plot(x, whole, color=f"C{number}", marker="o", label=rf"$p = {degree}$, Ai$'(0)^2$ + Ai$(0)/3$")
        ax.plot(x, part, color=f"C{number}", marker="s", linestyle=":", label=rf"$p = {degree}$, Ai$(0)/3$ alone")
    ax.axhline(1, color="0.5", linewidth=1)
    ax.set_xlim(left=0)
    ax.set_xlabel(r"$N^{-1/3}$ (at 0: extrapolated)")
    ax.set_ylabel("exact mean / asymptotic form")
    ax.legend()


if __name__ == "__main__":
    show(claims())
