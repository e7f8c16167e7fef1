"""The pair kernel of biased ReLUs on the sphere: Plackett's identity, orthant probabilities, and the closed form.

Everything rests on one integration by parts, E^{(D)}[u g(u)] = (1/D) E^{(D+2)}[grad g] for u uniform on the unit sphere
of R^D: the joint density of two coordinates is (D-2)/(2 pi) (1-r^2)^{(D-4)/2}, so that x times the density of D is
minus a derivative of that of D + 2. Sources: rotskoff_vanden_eijnden_2022 for the setting; cho_saul_2009 for the kernel
without biases; the identities with biases are derived here.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from math import prod
from typing import Any

import mpmath
import sympy

from derivations._show import show
from symlandscape.arith.field import mpmath_field
from symlandscape.evidence import Check, Claim, Level, checked, proved
from symlandscape.export import Figure
from symlandscape.particles.caps import density_constant
from symlandscape.particles.gaussian_twin import gaussian_pair
from symlandscape.particles.plackett import relu_kernel_by_quadrature
from symlandscape.particles.relu_units import ReluUnit, relu_pair
from symlandscape.relu.kernel import make_pair

NAME = "particles_kernels"
THEME = "particles"
SOURCE = "rotskoff_vanden_eijnden_2022, section 5"
POWERS = {"quick": 4, "full": 7}
DIGITS = 30

d, t, s, c = sympy.symbols("d t s c", real=True)


def parts_identity() -> bool:
    """x_1 (D-2)/(2 pi) (1-r^2)^{(D-4)/2} = -(1/D) d/dx_1 [D/(2 pi) (1-r^2)^{(D-2)/2}], for symbolic D."""
    x, y, D = sympy.symbols("x y D", positive=True)
    base = 1 - x**2 - y**2
    left = x * (D - 2) / (2 * sympy.pi)
    right = -(sympy.diff(D / (2 * sympy.pi) * base ** ((D - 2) / 2), x) / D) * base ** (-(D - 4) / 2)
    return bool(sympy.simplify(left - sympy.powsimp(sympy.expand(right), force=True)) == 0)


def plackett_on_monomials(upto: int) -> bool:
    """d/dc E^{(d)}[X^m Y^n] = (m n/d) E^{(d+2)}[X^{m-1} Y^{n-1}], symbolic d and c, m, n <= upto; Y = c X + r Z."""

    def mean(m: int, n: int, dimension: Any) -> Any:
        total = sympy.Integer(0)
        for j in range(0, n + 1, 2):
            i = m + n - j
            if i % 2 == 0:
                double = prod(range(1, i, 2)) * prod(range(1, j, 2))
                below = sympy.prod([dimension + 2 * q for q in range((i + j) // 2)])
                total += sympy.binomial(n, j) * c ** (n - j) * (1 - c**2) ** (j // 2) * double / below
        return total

    return all(
        sympy.cancel(sympy.together(mean(m, n, d).diff(c) - m * n * mean(m - 1, n - 1, d + 2) / d)) == 0
        for m in range(1, upto + 1)
        for n in range(1, m + 1)
    )


def orthant_step() -> bool:
    """Q_{D+2} = Q_D - (t M + s M')/D keeps dQ_D/dc = p_{D+2}(t, s; c)/D. With w = 1 - (t^2+s^2-2cts)/(1-c^2) and
    p_{D+2}(t) p_{D+1}(z) = D/(2 pi) w^{(D-2)/2} sqrt(1-t^2) the factors w^{(D-2)/2} cancel for every D.
    """
    root = sympy.sqrt(1 - c**2)
    w = 1 - (t**2 + s**2 - 2 * c * t * s) / (1 - c**2)
    right = t * ((s - c * t) / root).diff(c) + s * ((t - c * s) / root).diff(c)
    return bool(sympy.cancel(sympy.together(sympy.expand((w - 1) / root * root**3 - right * root**3))) == 0)


def orthant_start() -> bool:
    """dQ_1/dc = p_3(t, s; c)/1 and dQ_2/dc = p_4/2: Q_1 = acos(-rho)/(2 pi), Q_2 = (acos t + acos s - acos c)/(2
    pi).
    """
    w = 1 - (t**2 + s**2 - 2 * c * t * s) / (1 - c**2)
    rho = (c - t * s) / sympy.sqrt((1 - t**2) * (1 - s**2))
    # d acos(-rho) = rho'/sqrt(1 - rho^2), and 1 - rho^2 = w (1-c^2)/((1-t^2)(1-s^2))
    square = sympy.cancel(sympy.together(1 - rho**2 - w * (1 - c**2) / ((1 - t**2) * (1 - s**2))))
    first = sympy.cancel(sympy.together(rho.diff(c) ** 2 / (1 - rho**2) - 1 / (w * (1 - c**2))))
    second = sympy.cancel((-sympy.acos(c)).diff(c) ** 2 - 1 / (1 - c**2))
    return bool(square == 0 and first == 0 and second == 0)


def constants() -> bool:
    """c_{D+1} c_D = (D-1)/(2 pi): at D = 3, and c_{D+2}/c_D = D/(D-1) carries it on; the table for D < 60."""
    table = all(
        density_constant(D)[0] * density_constant(D + 1)[0] == Fraction(D - 1, 2)
        and density_constant(D)[1] != density_constant(D + 1)[1]
        for D in range(2, 60)
    )
    D = sympy.Symbol("D", positive=True)
    return bool(table and sympy.cancel((D / (D - 1)) * (D - 1) - D) == 0)


def arc_cosine() -> bool:
    """t = s = 0: K/(|a||a'|) = sqrt(1-c^2) c_{d+2} c_{d+3}/(d+1) + c Q with Q = acos(-c)/(2 pi), the arc-cosine
    kernel.
    """
    theta = sympy.Symbol("theta", positive=True)
    first = (d + 1) / (2 * sympy.pi) / (d + 1)  # c_{d+2} c_{d+3}/(d+1)
    value = sympy.sin(theta) * first + sympy.cos(theta) * (sympy.pi - theta) / (2 * sympy.pi)
    known = (sympy.sin(theta) + (sympy.pi - theta) * sympy.cos(theta)) / (2 * sympy.pi)
    return bool(sympy.expand(value - known) == 0)


def units(size: int) -> tuple[ReluUnit, ReluUnit]:
    """Two units whose boundaries meet inside the ball."""
    one = tuple(Fraction((3 * i + 1) % 5 - 2) for i in range(size))
    other = tuple(Fraction((2 * i + 3) % 7 - 2, 2) for i in range(size))
    return ReluUnit(one, Fraction(2, 3)), ReluUnit(other, Fraction(-5, 4))


def kernel_check(size: int) -> Check:
    """The closed form of K against the integral of the joint density over the cosine."""
    one, other = units(size)
    with mpmath.workdps(DIGITS + 20):
        closed = relu_pair(mpmath_field(), size, one, other, order=0).value
        return checked(f"d = {size}", closed, relu_kernel_by_quadrature(size, one, other), DIGITS, "quadrature in c")


def arc_cosine_check(size: int) -> tuple[Check, Check]:
    """K without biases on the sphere against the pair kernel of the relu theme, and against the Gaussian twin."""
    one, other = (ReluUnit(unit.w, Fraction(0)) for unit in units(size))
    with mpmath.workdps(50):
        field = mpmath_field()
        sphere = relu_pair(field, size, one, other, order=0).value
        exact = [[field.exact(x) for x in unit.w] for unit in (one, other)]
        theirs = make_pair(field, [1] * size, *exact).value(1 / (2 * mpmath.pi))
        return (
            checked(f"pair kernel of relu, d = {size}", sphere, theirs, 40),
            checked(f"Gaussian twin, d = {size}", sphere, gaussian_pair(one, other), 40),
        )


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """Identities on the sphere, then the kernel."""
    powers = POWERS[profile]
    yield Claim(
        "particles.parts", THEME, r"E^{(D)}[u\, g(u)] = \tfrac{1}{D} E^{(D+2)}[\nabla g]",
        SOURCE,
        (proved("densities of two coordinates", parts_identity(), "symbolic D; boundary terms vanish for D > 2"),),
    )  # fmt: skip
    yield Claim(
        "particles.plackett", THEME,
        rf"\frac{{d}}{{dc}} E^{{(d)}}[X^m Y^n] = \frac{{1}}{{d}} E^{{(d+2)}}[(X^m)' (Y^n)'],\quad 1 \le n "
        rf"\le m \le {powers}",
        SOURCE, (proved("monomials", plackett_on_monomials(powers), "symbolic d and c"),),
    )  # fmt: skip
    yield Claim(
        "particles.orthant", THEME,
        r"Q_{D+2} = Q_D - \tfrac{1}{D}(t M + s M'),\ Q_1 = \tfrac{\arccos(-\rho)}{2\pi},\ "
        r"Q_2 = \tfrac{\arccos t + \arccos s - \arccos c}{2\pi}:\quad \frac{dQ_D}{dc} = \tfrac{1}{D} p_{D+2}(t, s; c)",
        SOURCE,
        (
            proved("from D to D + 2", _both(orthant_step(), constants()), "symbolic D, t, s, c"),
            proved("D = 1 and D = 2", orthant_start(), "where the boundaries meet inside the ball"),
        ),
    )  # fmt: skip
    yield Claim(
        "particles.kernel.relu", THEME,
        r"K = a \cdot \tfrac{1}{\sqrt d} v W + a \cdot a' Q_{d+2} + b\, (\tfrac{\alpha'}{d}(c M + M') + b' Q_d)"
        r" = K(1) - (1-c) K'(1) + \tfrac{\alpha \alpha'}{d(d+2)} \int_c^1 (\tau - c)\, p_{d+4}(t, s; \tau)\, d\tau"
        r"\text{ at one pair of units each for } d = 4, 5, 6, 10, 25",
        SOURCE, tuple(kernel_check(n) for n in (4, 5, 6, 10, 25)),
    )  # fmt: skip
    yield Claim(
        "particles.kernel.arc-cosine", THEME,
        r"b = b' = 0:\quad K = \tfrac{|a||a'|}{2\pi}(\sin\theta + (\pi - \theta)\cos\theta) \text{ for every } d",
        "cho_saul_2009", (proved("closed form at t = s = 0", _both(arc_cosine(), constants()), "symbolic d"),),
    )  # fmt: skip
    yield Claim(
        "particles.kernel.bridge", THEME,
        r"K_{\text{sphere}} = K_{N(0, I)} = f(w, v) \text{ of the ReLU theme, } b = 0,\ d = 3, 4, 10",
        "cho_saul_2009", tuple(x for n in (3, 4, 10) for x in arc_cosine_check(n)),
    )  # fmt: skip


def _both(*found: bool) -> bool:
    return all(found)


def figures(profile: str = "quick") -> Iterator[Figure]:
    """Kernels against the angle."""
    yield Figure(
        "particles-kernels", "Pair kernel of biased ReLUs",
        "How does the overlap of two units fall with their angle?", partial(_kernels, size=10), Level.ESTIMATED,
    )  # fmt: skip


def _kernels(ax: Any, size: int) -> None:
    from symlandscape.particles.figures import kernels_against_angle

    kernels_against_angle(ax, size, [Fraction(0), Fraction(-1), Fraction(1), Fraction(3, 2)])


if __name__ == "__main__":
    show(claims())
