"""Integrals over eigenvalue densities with a proved error: sums over an equidistant grid.

All integrands are f(x) = q(x) e^(-c x^2) V(x) with q = R_1 or p_k of GOE(N), c > -1/2, V = 1 or Phi(offset - slope x).
With the other eigenvalues written as x + t_j, q(x) is an integral of e^(-x^2/2 - sum_j (x + t_j)^2/2) against a
positive measure in t that does not depend on x; Phi is one of a Gaussian against dt on a half-line. Hence f is entire,
|f(x + i a)| <= e^(kappa a^2) f(x) for kappa = N/2 + c + slope^2/2, and with I = int f and a free strip width a:

* the trapezoid sum T = h sum_j f(j h) obeys |T - I| <= 2 e^(kappa a^2) I/(e^(2 pi a/h) - 1), which for a =
  pi/(h kappa) is I/sinh(pi^2/(h^2 kappa)): a relative bound, with no constant to estimate;
* the part left of b is h sum_j f(j h) (1/2 + Si(pi (b - j h)/h)/pi), by integrating the sinc interpolant, up to
  (1 + pi) h e^(kappa a^2) I/(pi^2 a sinh(pi a/h)): its error is a contour integral of f(w)/sin(pi w/h) times
  int_(-inf)^b sin(pi x/h)/(w - x) dx, which is at most (h/pi)(1/a + pi/a) by parts. Used at a = pi/(2 h kappa).

Terms beyond |x| = X are bounded by e^(-eps X^2) h sum_j e^(eps x^2) R_1 e^(-c x^2), again a trapezoid sum, of the
closed form at another rho. Sources: trefethen_weideman_2014, Theorem 5.1; stenger_1993 for the sinc interpolant;
the bounds with their constants: derived here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from symlandscape.arith.balls import arb, precision, symmetric, workprec
from symlandscape.arith.conversions import arb_ends, float_bounds, to_arb
from symlandscape.errors import UndecidedError
from symlandscape.spinglass.energy_window import Window
from symlandscape.spinglass.exact_total import exact_total
from symlandscape.spinglass.precision import MAX_DIGITS

__all__ = ["MAX_POINTS", "Plan", "integrate", "plan", "tilted_mass"]

Densities = Callable[[arb], Sequence[arb]]

MAX_POINTS = 40_000
"""Grid points: beyond it the energy is too well determined by x (a mixture next to a pure model)."""
SINE_INTEGRAL = Fraction(11, 10)
"""|1/2 + Si/pi| is at most 1.09, its value at pi."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A grid j h, |j| <= count, and its proved errors, relative to I and (tail) to int R_1 e^(-c x^2)."""

    step: Fraction
    count: int
    goal: int
    trapezoid: arb
    left: arb
    tail: arb


def tilted_mass(spins: int, rho: Fraction) -> arb:
    """int R_1(x) e^(-c x^2) dx with c = (rho - 1)/(2 (rho + 1)): the closed form without its prefactor."""
    digits = min(max(10, precision() * 3 // 10), MAX_DIGITS)
    return exact_total(spins, rho, digits) / count_factor(spins, rho)


def count_factor(spins: int, rho: Fraction) -> arb:
    """2 sqrt(2/(1 + rho)) rho^(N/2): from an expectation over eigenvalues to a mean number of critical points."""
    return 2 * to_arb(Fraction(2) / (1 + rho) * rho**spins).sqrt()


def plan(spins: int, rho: Fraction, window: Window | None, goal: int) -> Plan:
    """A grid on which the errors are about 2^-goal; the errors stated in it are proved, whatever the goal.

    Raises: `UndecidedError` when it would have more than 40000 points.
    """
    tilt = (rho - 1) / (2 * (rho + 1))
    slope2 = window.slope2 if window is not None and window.slope2 is not None else Fraction(0)
    kappa = Fraction(spins, 2) + tilt + slope2 / 2
    sharp = window is not None and window.slope2 is None
    with workprec(64):
        rate = to_arb(kappa) * (goal + 4) * arb.const_log2()
        step = _dyadic(arb.pi() / rate.sqrt() / (2 if sharp else 1))
        h, k = to_arb(step), to_arb(kappa)
        trapezoid = 1 / (arb.pi() ** 2 / (h * h * k)).sinh()
        a = arb.pi() / (2 * h * k)
        left = (1 + arb.pi()) * h * (k * a * a).exp() / (arb.pi() ** 2 * a * (arb.pi() * a / h).sinh())
        edge, tail = _tail(spins, rho, step, goal)
    count = math.ceil(edge / step)
    if count > MAX_POINTS:
        raise UndecidedError(
            f"the quadrature would need {count} points (more than {MAX_POINTS}); ask for fewer digits, or for the "
            "pure model next to this mixture"
        )
    return Plan(step, count, goal, trapezoid, left if sharp else arb(0), tail)


def _dyadic(x: arb) -> Fraction:
    """A number with 8 bits below x: exact as a ball, and so are its multiples."""
    low = arb_ends(x)[0]
    shift = 0
    while low * 2**shift < 128:
        shift += 1
    return Fraction(math.floor(low * 2**shift), 2**shift)


def _tail(spins: int, rho: Fraction, step: Fraction, goal: int) -> tuple[Fraction, arb]:
    """X and a bound on h sum_(|j h| > X) R_1 e^(-c x^2), relative to int R_1 e^(-c x^2): the best of four eps."""
    b = rho / (rho + 1)
    mass, best = tilted_mass(spins, rho), None
    for share in (2, 4, 8, 16):
        loose = b / share
        other = loose / (1 - loose)  # rho' with b' = b - eps
        kappa = Fraction(spins - 1, 2) + loose
        error = 1 / (arb.pi() ** 2 / to_arb(step * step * kappa)).sinh()
        bound = SINE_INTEGRAL.numerator * (1 + error) * tilted_mass(spins, other) / mass / SINE_INTEGRAL.denominator
        square = (bound.log() + (goal + 4) * arb.const_log2()) / to_arb(b - loose)
        edge = Fraction(math.ceil(math.sqrt(max(1.0, float_bounds(square)[1])) * 16), 16)
        if best is None or edge < best[0]:
            best = edge, bound * (-to_arb((b - loose) * edge * edge)).exp()
    assert best is not None
    return best


def integrate(
    densities: Densities, spins: int, rho: Fraction, window: Window | None, grid: Plan, bits: int
) -> list[arb]:
    """int q_k(x) e^(-c x^2) V(x) dx for each of the densities q_k, with q_k(-x) = q_(K-1-k)(x), as balls.

    densities: x >= 0 -> q_0(x), .., q_(K-1)(x) at the current precision. bits: the precision to start with; at each
    point it is raised until the radii are about 2^-goal.
    """
    tilt = (rho - 1) / (2 * (rho + 1))
    sharp = window is not None and window.slope2 is None
    mass = tilted_mass(spins, rho)
    target = (mass * arb(2) ** (-grid.goal - 4) / (2 * grid.count * to_arb(grid.step))).lower()
    whole: list[arb] = []
    part: list[arb] = []
    for j in range(grid.count + 1):
        x = grid.step * j
        values, bits = _at(densities, x, tilt, target, bits)
        with workprec(bits):
            h, place = to_arb(grid.step), to_arb(x)
            if not whole:
                whole, part = [arb(0)] * len(values), [arb(0)] * len(values)
            for side, terms in ((1, values), (-1, values[::-1]))[: 2 if j else 1]:
                weight = _weight(window, side * place, h)
                for k, value in enumerate(terms):
                    part[k] += weight * value
                    if sharp:
                        whole[k] += h * value
    return [_with_errors(p, w if sharp else None, grid, mass) for p, w in zip(part, whole, strict=True)]


def _weight(window: Window | None, x: arb, h: arb) -> arb:
    if window is None:
        return h
    if window.slope2 is not None:
        return h * window.smooth(x)
    return h * (arb(1) / 2 + (arb.pi() * (window.offset() - x) / h).si() / arb.pi())


def _at(densities: Densities, x: Fraction, tilt: Fraction, target: arb, bits: int) -> tuple[list[arb], int]:
    """q_k(x) e^(-c x^2) with radii below the target where 12 raises of the precision reach it, and the precision."""
    values: list[arb] = []
    for _ in range(12):
        with workprec(bits):
            damping = (-to_arb(tilt * x * x)).exp()
            values = [damping * value for value in densities(to_arb(x))]
            if all(value.is_finite() and value.rad() <= target for value in values):
                break
        bits += bits // 4
    return values, bits


def _with_errors(part: arb, whole: arb | None, grid: Plan, mass: arb) -> arb:
    """The sum with the tail, which is >= 0 for the trapezoid sum, and the quadrature error."""
    tail = symmetric(grid.tail * mass)
    if whole is None:
        total = part + tail
        return total / (1 + symmetric(grid.trapezoid)) if grid.trapezoid < 1 else arb("nan")
    if not grid.trapezoid < 1:
        return arb("nan")
    complete = (whole + tail) / (1 + symmetric(grid.trapezoid))
    return part + tail + symmetric(grid.left * complete)
