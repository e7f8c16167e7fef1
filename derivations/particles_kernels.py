"""Kernels of neurons as particles: harmonic parts of the target, Funk-Hecke coefficients, Plackett's identity on the
sphere, and the closed form of the pair kernel of biased ReLUs that it gives.

Everything rests on one integration by parts, E^{(D)}[u g(u)] = (1/D) E^{(D+2)}[grad g] for u uniform on the unit sphere
of R^D: the joint density of two coordinates is (D-2)/(2 pi) (1-r^2)^{(D-4)/2}, so that x times the density of D is
minus
a derivative of that of D + 2. Sources: rotskoff_vanden_eijnden_2022 for the setting; cho_saul_2009 for the kernel
without biases; the identities with biases are derived here.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache, partial
from itertools import combinations_with_replacement
from math import factorial, prod
from typing import Any

import mpmath
import sympy

from derivations._show import show
from symlandscape.arith.field import mpmath_field
from symlandscape.evidence import Check, Claim, Level, checked, proved
from symlandscape.export import Figure, Formula
from symlandscape.particles.caps import density_constant
from symlandscape.particles.funk_hecke import coefficient_latex, legendre, relu_coefficient
from symlandscape.particles.gaussian_twin import gaussian_pair
from symlandscape.particles.plackett import relu_kernel_by_quadrature
from symlandscape.particles.polynomials import harmonic_parts, laplacian, multiply, sphere_mean
from symlandscape.particles.relu_units import ReluUnit, relu_pair
from symlandscape.particles.targets import moments, three_spin
from symlandscape.relu.kernel import make_pair

NAME = "particles_kernels"
THEME = "particles"
SOURCE = "rotskoff_vanden_eijnden_2022, section 5"
DEGREES = {"quick": range(2, 8), "full": range(2, 15)}
POWERS = {"quick": 4, "full": 7}
DIGITS = 30

d, t, s, c = sympy.symbols("d t s c", real=True)


def basis_tensor(size: int, index: tuple[int, ...]) -> list[list[list[Fraction]]]:
    """The tensor with one entry 1."""
    a = [[[Fraction(0)] * size for _ in range(size)] for _ in range(size)]
    a[index[0]][index[1]][index[2]] = Fraction(1)
    return a


def plus(a: list, b: list) -> list[list[list[Fraction]]]:
    """The sum of two tensors."""
    return [
        [[x + y for x, y in zip(r, q, strict=True)] for r, q in zip(p, o, strict=True)]
        for p, o in zip(a, b, strict=True)
    ]


def moments_by_monomials(size: int) -> bool:
    """E f^2 and its two parts, by moments of monomials, on a basis of the quadratic forms in T: e_i and e_i + e_j."""
    basis = [basis_tensor(size, index) for index in combinations_with_replacement(range(size), 3)]
    tensors = basis + [plus(a, b) for i, a in enumerate(basis) for b in basis[:i]]
    for a in tensors:
        found, target = moments(a), three_spin(a)
        parts = {k: sphere_mean(multiply(p, p), size, size) for k, p in target.parts}
        whole = sphere_mean(multiply(target.polynomial, target.polynomial), size, size)
        if (whole, parts.get(1, 0), parts.get(3, 0)) != (found.mean_f2, found.linear, found.cubic):
            return False
    return True


def moments_for_every_d() -> bool:
    """The two invariant quadratic forms of T fix E f^2: x_1^3 has |T|^2 = |t|^2 = 1, x_1 x_2 x_3 has 1/6 and 0."""
    sixth = d**3 / (d * (d + 2) * (d + 4))  # E of a product of three squares of different coordinates
    cube = sympy.cancel(15 * sixth / d**2 - sympy.Integer(6 + 9) / ((d + 2) * (d + 4)))
    mixed = sympy.cancel(sixth / d**2 - 1 / ((d + 2) * (d + 4)))
    return bool(cube == 0 and mixed == 0)


def mean_over_tensors() -> bool:
    """a iid N(0, 1): E |T|^2 and E |t|^2 by the number of orders of each index, then E f^2 = d and its parts."""
    square = d + 3 * d * (d - 1) / sympy.Integer(3) + d * (d - 1) * (d - 2) / sympy.Integer(6)
    trace = d * (1 + (d - 1) / sympy.Integer(3))
    linear = 9 * trace / (d + 2) ** 2
    mean = (6 * square + 9 * trace) / ((d + 2) * (d + 4))
    cubic = d * (d - 1) / (d + 2)
    return all(sympy.cancel(x) == 0 for x in (mean - d, linear - 3 * d / (d + 2), mean - linear - cubic))


def decomposition(degree: int, size: int) -> bool:
    """Parts of a dense polynomial: harmonic, homogeneous, and their sum differs from it by 0 in mean square there."""
    monomials = list(combinations_with_replacement(range(size), degree))
    p = {}
    for number, index in enumerate(monomials):
        key = tuple(index.count(i) for i in range(size))
        p[key] = Fraction((7 * number * number + 3 * number) % 23 - 11)
    p = {k: v for k, v in p.items() if v}
    parts = harmonic_parts(p, size, size)
    if any(laplacian(h) or {sum(e) for e in h} != {k} for k, h in parts.items()):
        return False
    total: dict[tuple[int, ...], Fraction] = dict(p)
    for h in parts.values():
        for e, a in h.items():
            total[e] = total.get(e, Fraction(0)) - a
    # the difference vanishes on the sphere iff its mean square there does
    return sphere_mean(multiply(total, total), size, size) == 0


def laplacian_of_powers() -> bool:
    """Lap(|x|^{2j} h) = 2j (2j + 2k + d - 2) |x|^{2j-2} h, by Lap(u h) = h Lap u + 2 grad u . grad h + u Lap h."""
    j, k, r2, h = sympy.symbols("j k r2 h", positive=True)
    radial = 2 * j * (2 * j - 2 + d) * r2 ** (j - 1)  # Lap of |x|^{2j}
    mixed = (
        2 * 2 * j * r2 ** (j - 1) * k
    )  # 2 grad|x|^{2j} . grad h = 4 j |x|^{2j-2} x . grad h, Euler: x . grad h = k h
    return bool(sympy.cancel(sympy.expand((radial + mixed) / r2 ** (j - 1) - 2 * j * (2 * j + 2 * k + d - 2))) == 0)


def parts_identity() -> bool:
    """x_1 (D-2)/(2 pi) (1-r^2)^{(D-4)/2} = -(1/D) d/dx_1 [D/(2 pi) (1-r^2)^{(D-2)/2}], for symbolic D."""
    x, y, D = sympy.symbols("x y D", positive=True)
    base = 1 - x**2 - y**2
    left = x * (D - 2) / (2 * sympy.pi)
    right = -(sympy.diff(D / (2 * sympy.pi) * base ** ((D - 2) / 2), x) / D) * base ** (-(D - 4) / 2)
    return bool(sympy.simplify(left - sympy.powsimp(sympy.expand(right), force=True)) == 0)


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


def best_level() -> bool:
    """d/dt [t (1-t^2)^{(d+1)/2}] has its only zero in (0, 1) at t^2 = 1/(d+2)."""
    log = sympy.cancel(1 / t - (d + 1) * t / (1 - t**2))
    return bool(sympy.cancel(log - (1 - (d + 2) * t**2) / (t * (1 - t**2))) == 0)


def odd_degrees_at_zero(upto: int) -> bool:
    """P_{k-2}^{(d+4)}(0) = 0 for odd k: lambda_k = 0 without a bias for k = 3, 5, .."""
    return all(sympy.cancel(legendre_symbolic(k - 2).subs(d, d + 4).subs(t, 0)) == 0 for k in range(3, upto + 1, 2))


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
    """Harmonic parts, coefficients, kernels."""
    powers = POWERS[profile]
    yield Claim(
        "particles.harmonic.laplacian", THEME, r"\Delta(|x|^{2j} h) = 2j (2j + 2k + d - 2)\, |x|^{2j-2} h "
        r"\quad (\Delta h = 0,\ \deg h = k)",
        SOURCE, (proved("product rule and Euler's identity", laplacian_of_powers(), "symbolic d, j, k"),),
    )  # fmt: skip
    cases = ((3, 3), (4, 3), (5, 3), (3, 4), (4, 4), (3, 5))
    checks = tuple(proved(f"degree {m}, d = {n}", decomposition(m, n), "a dense polynomial") for m, n in cases)
    words = ",\\ ".join(f"({m}, {n})" for m, n in cases)
    yield Claim(
        "particles.harmonic.parts", THEME,
        rf"\text{{a dense polynomial of degree }} m \text{{ is the sum of its harmonic parts on }} |x|^2 = "
        rf"d,\ (m, d) = {words}",
        SOURCE, checks,
    )  # fmt: skip
    sizes = (3, 4) if profile == "quick" else (3, 4, 5)
    yield Claim(
        "particles.moments", THEME,
        r"E f^2 = \frac{6 |T|^2 + 9 |t|^2}{(d+2)(d+4)},\quad E (\tfrac{3}{d+2} t \cdot x)^2 = \frac{9 |t|^2}{(d+2)^2}"
        rf",\quad d \in \{{{', '.join(map(str, sizes))}\}}",
        SOURCE,
        tuple(proved(f"all tensors, d = {n}", moments_by_monomials(n),
        "a basis of the quadratic forms") for n in sizes),
    )  # fmt: skip
    yield Claim(
        "particles.moments.invariants", THEME,
        r"\{x_1^3/d,\ x_1 x_2 x_3/d\}:\quad E f^2 = \frac{6 |T|^2 + 9 |t|^2}{(d+2)(d+4)} \text{ for every } d",
        SOURCE,
        (proved("two tensors", moments_for_every_d(), "they fix both invariant quadratic forms of a symmetric T"),),
    )  # fmt: skip
    yield Claim(
        "particles.moments.mean", THEME,
        r"a_{pqr} \text{ iid } N(0, 1):\quad E f^2 = d = \frac{3d}{d+2} + \frac{d(d-1)}{d+2}",
        SOURCE, (proved("orders of indices", mean_over_tensors(), "symbolic d"),),
    )  # fmt: skip
    yield Claim(
        "particles.parts", THEME, r"E^{(D)}[u\, g(u)] = \tfrac{1}{D} E^{(D+2)}[\nabla g]",
        SOURCE,
        (proved("densities of two coordinates", parts_identity(), "symbolic D; boundary terms vanish for D > 2"),),
    )  # fmt: skip
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


def _both(*found: bool) -> bool:
    return all(found)


def formulas() -> Iterator[Formula]:
    """The coefficients, to paste."""
    title = "Funk-Hecke coefficients of a biased ReLU"
    yield Formula("funk-hecke", title, coefficient_latex(), SOURCE, coefficient_claim("quick").level)


def figures(profile: str = "quick") -> Iterator[Figure]:
    """Coefficients against the level, kernels against the angle."""
    yield Figure(
        "particles-coefficients", "Coefficients of a biased ReLU",
        "For which biases does a ReLU unit see the cubic part of the target?",
        partial(_coefficients, size=10), Level.PROVED,
    )  # fmt: skip
    yield Figure(
        "particles-kernels", "Pair kernel of biased ReLUs",
        "How does the overlap of two units fall with their angle?", partial(_kernels, size=10), Level.ESTIMATED,
    )  # fmt: skip


def _coefficients(ax: Any, size: int) -> None:
    from symlandscape.particles.figures import coefficients_against_level

    coefficients_against_level(ax, size)


def _kernels(ax: Any, size: int) -> None:
    from symlandscape.particles.figures import kernels_against_angle

    kernels_against_angle(ax, size, [Fraction(0), Fraction(-1), Fraction(1), Fraction(3, 2)])


if __name__ == "__main__":
    show(claims())
