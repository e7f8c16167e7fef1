"""Complexity of the pure spherical p-spin model: from Kac-Rice to Theta_p, Theta_{k,p} and the layers E_k.

The Kac-Rice formula gives the mean number of critical points with energy per spin u as
Vol(S^{N-1}(sqrt N)) x (density of the gradient at 0) x (density of the energy) x E|det Hessian|, and the Hessian of
a critical point is sqrt(nu'') GOE - r I with r the radial derivative (here r = p u). Proved here, for every real p:
the covariances behind this; the logarithmic potential of the semicircle; that the exponents add up to Theta_p; that the
exact finite-N identity has the same exponents; the shape of Theta_p; existence, order and limit of the layers; that E_0
is the 1RSB ground state energy. Cited, not proved: the Kac-Rice formula; that E|det| and the k-th eigenvalue have the
exponential rates N int log|x - y| dmu(y) and (k+1) N I_1 (large deviations of GOE eigenvalues, of speed N for outliers
and N^2 for the bulk). Source: auffinger_ben_arous_cerny_2013, sections 2 to 4 and appendix.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import sympy

from derivations._show import show
from symlandscape.arith.balls import workprec
from symlandscape.arith.conversions import arb_to_mpf_mid
from symlandscape.arith.decimals import outward
from symlandscape.evidence import Check, Claim, Level, Verdict, certified, checked, proved
from symlandscape.export import Figure, Formula, latex_number
from symlandscape.spinglass import formulas as f
from symlandscape.spinglass import layer, one_step_energy

NAME = "spinglass_complexity"
THEME = "spinglass"
SOURCE = "auffinger_ben_arous_cerny_2013, section 2"
DIGITS = 60
STATED = 30
DEGREES = (3, 4, 10, 1000)

p = sympy.Symbol("p", positive=True)
q = sympy.Symbol("q", positive=True)  # p = 2 + q: the domain p > 2
t = sympy.Symbol("t", positive=True)
x = sympy.Symbol("x", real=True)


def zero(expression: sympy.Expr) -> bool:
    """Whether an expression in cosh, sinh, exp of t, logarithms and powers cancels to 0 after rewriting by exp(t)."""
    w = sympy.Symbol("w", positive=True)
    rewritten = expression.rewrite(sympy.exp).subs(t, sympy.log(w))
    expanded = sympy.expand(sympy.expand_log(sympy.powsimp(sympy.expand(rewritten)), force=True))
    return bool(sympy.cancel(sympy.together(expanded)) == 0)


def covariances() -> bool:
    """Energy, gradient and Hessian at a point, for any nu: derivatives of N nu(s.t/N) at s = t = (sqrt N, 0, 0).

    Coordinate 1 is radial, 2 and 3 are tangential, and stand for any two. Derivatives of order up to 4 meet only the
    Taylor polynomial of nu at 1.
    """
    N, c1, c2, c3, c4 = sympy.symbols("N c1 c2 c3 c4", positive=True)
    s, r = sympy.symbols("s1:4"), sympy.symbols("r1:4")
    y = sum(a * b for a, b in zip(s, r, strict=True)) / N - 1
    E = N * (1 + c1 * y + c2 * y**2 / 2 + c3 * y**3 / 6 + c4 * y**4 / 24)
    at = {s[0]: sympy.sqrt(N), r[0]: sympy.sqrt(N)} | dict.fromkeys((*s[1:], *r[1:]), 0)

    def cov(left: tuple[int, ...], right: tuple[int, ...]) -> sympy.Expr:
        value = E
        for i in left:
            value = value.diff(s[i])
        for j in right:
            value = value.diff(r[j])
        return sympy.expand(value.subs(at))

    radial = sympy.sqrt(N)  # (1/N) s.grad H = d_1 H / sqrt(N); u = H/N
    found = {
        "var u": cov((), ()) / N**2 - 1 / N,
        "cov u r": cov((), (0,)) / N / radial - c1 / N,
        "var r": cov((0,), (0,)) / radial**2 - (c1 + c2) / N,
        "gradient": cov((1,), (1,)) - c1,
        "gradient, two directions": cov((1,), (2,)),
        "gradient with u": cov((), (1,)),
        "gradient with r": cov((0,), (1,)),
        "gradient with Hessian": cov((1,), (1, 2)),
        "gradient with the diagonal": cov((1,), (1, 1)),
        "Hessian with u": cov((), (1, 1)),
        "Hessian with r": cov((0,), (1, 1)),
        "off-diagonal": cov((1, 2), (1, 2)) - c2 / N,
        "diagonal": cov((1, 1), (1, 1)) - 2 * c2 / N,
        "two diagonals": cov((1, 1), (2, 2)),
    }
    return all(sympy.expand(value) == 0 for value in found.values())


def generating_function() -> bool:
    """sum_{n>=1} (2/n) w^n cos(n a) = -log(1 - 2 w cos a + w^2): both vanish at w = 0 and have one derivative in w,
    2 Re(e^{ia}/(1 - w e^{ia})) from the geometric series.
    """
    w, c, s = sympy.symbols("w c s")
    # e^{ia} = c + i s; Re(z/(1 - w z)) = (Re z - w |z|^2)/|1 - w z|^2 with |z| = 1
    z, conjugate = c + sympy.I * s, c - sympy.I * s
    real = (z / (1 - w * z) + conjugate / (1 - w * conjugate)) / 2
    claimed = -sympy.diff(sympy.log(1 - 2 * w * c + w**2), w) / 2
    difference = sympy.together(real - claimed)
    return bool(sympy.expand(sympy.numer(difference)).subs(s**2, 1 - c**2).expand().subs(s**2, 1 - c**2).expand() == 0)


def fourier_coefficients() -> bool:
    """(2/pi) int_0^pi sin(a)^2 cos(n a) da is 1 for n = 0, -1/2 for n = 2 and 0 for every other n."""
    a = sympy.Symbol("a", real=True)
    n = sympy.Symbol("n", integer=True, positive=True)
    # sin^2 = (1 - cos 2a)/2 and cos 2a cos na = (cos (n-2)a + cos (n+2)a)/2, whose integrals over [0, pi] vanish
    # for integer frequencies other than 0
    product = sympy.expand_trig(sympy.sin(a) ** 2 - (1 - sympy.cos(2 * a)) / 2).subs(
        sympy.sin(a) ** 2, 1 - sympy.cos(a) ** 2
    )
    low = [sympy.integrate(2 * sympy.sin(a) ** 2 * sympy.cos(m * a), (a, 0, sympy.pi)) / sympy.pi for m in range(3)]
    high = sympy.integrate(sympy.cos((n + 2) * a), (a, 0, sympy.pi))  # the frequency n - 2 > 0 is another n + 2
    return bool(sympy.expand(product) == 0 and low == [1, 0, -sympy.Rational(1, 2)] and high == 0)


def potential_outside() -> bool:
    """Omega(2 cosh t) = t + e^{-2t}/2 (from log(2 cosh t - 2 cos a) = t - sum (2/n) e^{-nt} cos na) is
    x^2/4 - 1/2 - J(x) with J(2 cosh t) = sinh t cosh t - t.
    """
    omega = t + sympy.exp(-2 * t) / 2
    J = sympy.sinh(t) * sympy.cosh(t) - t
    factored = (
        2 * sympy.cosh(t) - 2 * sympy.cos(x) - sympy.exp(t) * (1 - 2 * sympy.exp(-t) * sympy.cos(x) + sympy.exp(-2 * t))
    )
    return zero(omega - (sympy.cosh(t) ** 2 - sympy.Rational(1, 2) - J)) and zero(factored)


def potential_inside() -> bool:
    """Omega(2 cos b) = cos(2b)/2 = x^2/4 - 1/2: the boundary value t -> -ib of the real part."""
    b = sympy.Symbol("b", real=True)
    return bool(sympy.expand(sympy.expand_trig(sympy.cos(2 * b) / 2) - (sympy.cos(b) ** 2 - sympy.Rational(1, 2))) == 0)


def kac_rice_exponents() -> bool:
    """Volume + gradient density + energy + determinant = Theta_p, with r = p u and Omega's cost J kept as a symbol."""
    J, u = sympy.symbols("J u")
    nu1, nu2 = p, p * (p - 1)
    volume = sympy.log(2 * sympy.pi * sympy.E) / 2
    gradient = -sympy.log(2 * sympy.pi * nu1) / 2
    determinant = sympy.log(nu2) / 2 + (p * u) ** 2 / (4 * nu2) - sympy.Rational(1, 2) - J
    total = volume + gradient - u**2 / 2 + determinant
    claimed = sympy.log(p - 1) / 2 - (p - 2) * u**2 / (4 * (p - 1)) - J
    rest = (total - claimed).subs(p, 1 + q)
    return bool(sympy.cancel(sympy.together(sympy.expand(sympy.expand_log(rest, force=True)))) == 0)


def volume_rate() -> bool:
    """(1/N) log of 2 pi^{N/2} N^{(N-1)/2}/Gamma(N/2) tends to log(2 pi e)/2, by Stirling's formula."""
    N = sympy.Symbol("N", positive=True)
    # log Gamma(z) = z log z - z + O(log z)
    rate = sympy.log(sympy.pi) / 2 + sympy.log(N) / 2 - (sympy.log(N / 2) - 1) / 2
    claimed = sympy.log(2 * sympy.pi * sympy.E) / 2
    return bool(sympy.expand(sympy.expand_log(rate - claimed, force=True)) == 0)


def identity_exponents() -> bool:
    """The exact identity's weight exp(-(p-2)/(2p) x^2) at x = u sqrt(N p/(2(p-1))) is the quadratic term of Theta_p,
    and its edge x = -sqrt(2N) is u = -E_inf.
    """
    u = sympy.Symbol("u")
    weight = (p - 2) / (2 * p) * u**2 * p / (2 * (p - 1)) - (p - 2) * u**2 / (4 * (p - 1))
    edge = f.e_inf(p) ** 2 * p / (2 * (p - 1)) - 2
    return bool(sympy.cancel(weight) == 0 and sympy.cancel(edge) == 0)


def cost_as_integral() -> bool:
    """I_1 = int_{sqrt 2}^{v} sqrt(y^2 - 2) dy, v = |u| sqrt(p/(2(p-1))) = sqrt(2) cosh t for u = -E_inf cosh t: both
    are 0 at t = 0 and have the derivative 2 sinh(t)^2.
    """
    E = sympy.Symbol("E", positive=True)
    u, root = -E * sympy.cosh(t), E * sympy.sinh(t)
    cost = -u / E**2 * root - sympy.log(sympy.exp(t))  # (-u + root)/E = e^t
    v = sympy.sqrt(2) * sympy.cosh(t)
    integrand = sympy.sqrt(2) * sympy.sinh(t) * v.diff(t)
    roots = (
        zero(u**2 - E**2 - root**2) and zero(v**2 - 2 - 2 * sympy.sinh(t) ** 2) and zero((root - u) / E - sympy.exp(t))
    )
    same = zero(cost.diff(t) - integrand) and zero(integrand - 2 * sympy.sinh(t) ** 2)
    return bool(roots and same and cost.subs(t, 0) == 0)


def shape_of_theta() -> bool:
    """Theta' = (p-2) E cosh(t)/(2(p-1)) + (2/E) sinh t > 0 and Theta'' < 0 at u = -E cosh t; I_1'' > 0."""
    E = sympy.Symbol("E", positive=True)
    theta = -(q) / (4 * (1 + q)) * E**2 * sympy.cosh(t) ** 2 - (sympy.sinh(2 * t) / 2 - t)
    du = -E * sympy.sinh(t)
    slope = theta.diff(t) / du
    claimed = q * E * sympy.cosh(t) / (2 * (1 + q)) + 2 * sympy.sinh(t) / E
    second = sympy.diff(claimed, t) / du
    bent = -q / (2 * (1 + q)) - 2 * sympy.cosh(t) / (E**2 * sympy.sinh(t))  # two negative terms
    cost = 2 * sympy.cosh(t) / (E**2 * sympy.sinh(t))
    of_cost = sympy.diff(-2 * sympy.sinh(t) / E, t) / du
    return zero(slope - claimed) and zero(second - bent) and zero(of_cost - cost)


def plateau_positive() -> bool:
    """g(p) = log(p-1)/2 - (p-2)/p has g(2) = 0 and g'(p) = (p-2)^2/(2 p^2 (p-1)), so g > 0 for p > 2."""
    g = f.plateau(p)
    slope = sympy.cancel(sympy.together(g.diff(p) - (p - 2) ** 2 / (2 * p**2 * (p - 1))))
    return bool(g.subs(p, 2) == 0 and slope == 0)


def layers_decrease() -> bool:
    """d/dt of log(p-1)/2 - c cosh^2 t - (k+1)(sinh(2t)/2 - t), c = (p-2)/p > 0, is -c sinh 2t - 2(k+1) sinh^2 t < 0,
    and its derivative by k is -(sinh(2t)/2 - t) < 0.
    """
    c, k = sympy.symbols("c k", positive=True)
    level = -c * sympy.cosh(t) ** 2 - (k + 1) * (sympy.sinh(2 * t) / 2 - t)
    slope = level.diff(t) + c * sympy.sinh(2 * t) + 2 * (k + 1) * sympy.sinh(t) ** 2
    E = sympy.Symbol("E", positive=True)
    # the function is Theta_{k,p}(-E cosh t): (p-2)/(4(p-1)) E^2 = (p-2)/p, and I_1 = sinh(2t)/2 - t
    same = sympy.cancel((p - 2) / (4 * (p - 1)) * f.e_inf(p) ** 2 - (p - 2) / p) == 0
    u = -E * sympy.cosh(t)
    cost = -u / E**2 * E * sympy.sinh(t) - sympy.log(sympy.exp(t))
    return zero(slope) and bool(same) and zero(cost - (sympy.sinh(2 * t) / 2 - t))


def cubic_bound() -> bool:
    """sinh(2t)/2 - t - 2t^3/3 >= 0 for t >= 0: all its Taylor coefficients are 0 or 2^{2m}/(2m+1)! > 0."""
    m = sympy.Symbol("m", integer=True, positive=True)
    derivatives = [(sympy.sinh(2 * t) / 2 - t - 2 * t**3 / 3).diff(t, order).subs(t, 0) for order in range(5)]
    general = (sympy.sinh(2 * t) / 2).diff(t, 4) - 16 * sympy.sinh(2 * t) / 2  # from order 4 on: powers of 4 times it
    return derivatives == [0] * 5 and zero(general) and bool((4**m).is_positive)


def one_step_convex() -> bool:
    """The Hessian of 1/(L - m y) in (L, m) is 2 (L - m y)^{-3} (1, -y)(1, -y)^T: convex; its integral over [0, 1] is
    the logarithm of the 1RSB functional, and the stationarity equations with L/(L-m) = e^{2s} are those stated.
    """
    L, m, y, s, a = sympy.symbols("L m y s a", positive=True)
    term = 1 / (L - m * y)
    hessian = sympy.hessian(term, (L, m))
    vector = sympy.Matrix([1, -y])
    convex = (hessian - 2 / (L - m * y) ** 3 * vector * vector.T).applyfunc(sympy.cancel).is_zero_matrix
    primitive = -sympy.log(L - m * y) / m
    integral = sympy.cancel(primitive.diff(y) - term) == 0
    functional = a * L - m * (a - 1) + sympy.log(L / (L - m)) / m
    w = sympy.Symbol("w", positive=True)  # w = e^{2s} - 1, m = w/sqrt(a (1+w)), L = m (1+w)/w
    root = sympy.sqrt(a) * sympy.sqrt(1 + w)
    at = {L: (1 + w) / root, m: w / root}
    by_L = sympy.cancel(sympy.diff(functional, L).subs(at)) == 0
    log = sympy.Symbol("log")
    by_m = a * w**2 - w**2 - (a * (1 + w)) * (w - log)  # to be: proportional to d/dm
    derivative = -(a - 1) - log / at[m] ** 2 + 1 / (at[m] * (at[L] - at[m]))
    proportional = sympy.cancel(derivative * w**2 + by_m) == 0
    value = (a * at[L] - at[m] * (a - 1) + log / at[m]) / 2
    reduced = value.subs(log, w - (a - 1) * w**2 / (a * (1 + w)))  # the solution of by_m = 0
    energy = (sympy.sqrt(a * (1 + w)) / w * log).subs(log, w - (a - 1) * w**2 / (a * (1 + w)))
    same = sympy.cancel(((reduced - energy) / sympy.sqrt(a * (1 + w))).subs(a, a**2 / (1 + w))) == 0
    return bool(convex and integral and by_L and proportional and same)


def one_step_zero() -> bool:
    """a (2s - 1 + e^{-2s}) - 4 sinh(s)^2 is 0 at s = 0 and has the slope 2 (w - 1)(a - 1 - w)/w, w = e^{2s}: for a > 2
    it rises from 0 up to w = a - 1 > 1, then falls, to minus infinity (like -w): one zero s > 0.
    """
    a, w = sympy.symbols("a w", positive=True)
    function = a * (sympy.log(w) - 1 + 1 / w) - (w - 2 + 1 / w)  # 4 sinh(s)^2 = w - 2 + 1/w
    slope = 2 * w * function.diff(w)  # d/ds = 2 w d/dw
    factored = sympy.cancel(sympy.together(slope - 2 * (w - 1) * (a - 1 - w) / w)) == 0
    return bool(factored and function.subs(w, 1) == 0 and sympy.limit(function / w, w, sympy.oo) == -1)


def ground_state_is_one_step() -> bool:
    """With e^{2s} = (p-1) e^{2t}: the equation of t_0 is p (2s - 1 + e^{-2s}) = 4 sinh(s)^2, and
    E_inf cosh t = sqrt(p) s/sinh s there.
    """
    s = sympy.Symbol("s", positive=True)
    w = sympy.Symbol("w", positive=True)  # e^s
    rho = sympy.Symbol("rho", positive=True)  # sqrt(p - 1)
    e = w / rho  # e^t
    degree = rho**2 + 1
    cosh, sinh2 = (e + 1 / e) / 2, (e**2 - 1 / e**2) / 4  # sinh2 = sinh(2t)/2
    # log(p-1)/2 + t = s
    level = s - (degree - 2) / degree * cosh**2 - sinh2
    sinh_s = (w - 1 / w) / 2
    one_step = degree * (2 * s - 1 + 1 / w**2) - 4 * sinh_s**2
    equation = sympy.cancel(one_step - 2 * degree * level) == 0
    energy = 2 * rho / sympy.sqrt(degree) * cosh - sympy.sqrt(degree) * s / sinh_s
    solved = s - sympy.solve(level, s)[0]
    at_root = sympy.cancel((energy * sympy.sqrt(degree)).subs(s, s - solved)) == 0
    return bool(equation and at_root)


def gap_closes() -> bool:
    """The bulk of the Hessian, centred at -p u = p |u| with radius 2 sqrt(p(p-1)), touches 0 at |u| = E_inf."""
    return bool(sympy.cancel((p * f.e_inf(p)) ** 2 - 4 * p * (p - 1)) == 0)


def ground_state_checks(degree: int) -> tuple[Check, ...]:
    """E_0 by the two signs of Theta_{0,p}, against the 1RSB value by two signs of its stationarity."""
    left, right = layer(degree, 0, DIGITS), one_step_energy(degree, DIGITS)
    with workprec(10 * DIGITS):
        overlap = Verdict.of(bool(left.overlaps(right)))
        return (
            certified("change of sign of a decreasing function", Verdict.of(left.is_finite() or None)),
            certified("ball of the 1RSB value", overlap, "the two balls overlap"),
            checked("1RSB value", arb_to_mpf_mid(left), arb_to_mpf_mid(right), DIGITS - 2, "independent root"),
        )


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """From covariances to layers and ground states."""

    def claim(name: str, statement: str, *checks: Check, source: str = SOURCE) -> Claim:
        return Claim(f"spinglass.{name}", THEME, statement, source, checks)

    yield claim(
        "covariances",
        r"N \operatorname{var} u = 1, \quad N \operatorname{cov}(u, r) = \nu', "
        r"\quad N \operatorname{var} r = \nu' + \nu'', "
        r"\quad \operatorname{var} \partial_i H = \nu', \quad N \operatorname{var} \partial_{ij} H = \nu'' "
        r"(1 + \delta_{ij}), \quad i, j \text{ tangent}; \quad \nabla H,\ \nabla^2 H \text{ and } (u, r) "
        r"\text{ are uncorrelated}",
        proved("derivatives of N nu(s.t/N)", covariances(), "two tangent directions, any nu"),
    )
    yield claim(
        "log-potential",
        r"\int \log|x - y| \tfrac{\sqrt{4 - y^2}}{2 \pi} dy = \tfrac{x^2}{4} - \tfrac{1}{2} - J(|x|), \quad "
        r"J(2 \cosh t) = \tfrac{1}{2} \sinh 2t - t,\ J = 0 \text{ on } [0, 2]",
        proved(
            "Fourier series of the logarithm",
            generating_function() and fourier_coefficients() and potential_outside() and potential_inside(),
            "the constant and the second coefficient are the only ones that meet sin^2",
        ),
    )
    yield claim(
        "kac-rice",
        r"\tfrac{1}{2} \log(2 \pi e) - \tfrac{1}{2} \log(2 \pi p) - \tfrac{u^2}{2} + \tfrac{1}{2} \log(p (p - 1)) "
        r"+ \tfrac{(p u)^2}{4 p (p - 1)} - \tfrac{1}{2} - I_1 "
        r"= \tfrac{1}{2} \log(p - 1) - \tfrac{p - 2}{4 (p - 1)} u^2 - I_1",
        proved("volume, gradient, energy, determinant", volume_rate() and kac_rice_exponents(), "Stirling's formula"),
    )
    yield claim(
        "identity-exponents",
        r"\tfrac{p - 2}{2 p} x^2 = N \tfrac{p - 2}{4 (p - 1)} u^2 \text{ at } x = u \sqrt{\tfrac{N p}{2 (p - 1)}}, "
        r"\text{ and } x = -\sqrt{2 N} \text{ is } u = -E_\infty",
        proved("exponents of the exact mean", identity_exponents()),
    )
    yield claim(
        "outlier-cost",
        f.latex_of_cost().replace(
            r", \quad", r" = \int_{\sqrt{2}}^{|u| \sqrt{p / (2 (p - 1))}} \sqrt{y^2 - 2}\, dy, \quad"
        ),
        proved("derivative and boundary value", cost_as_integral()),
    )
    yield claim(
        "theta-shape",
        r"\Theta_p' > 0 \text{ and } \Theta_p'' < 0,\ I_1'' > 0 \text{ for } u < -E_\infty,\ p > 2",
        proved("derivatives in t, u = -E cosh t", shape_of_theta(), "sums of terms of one sign"),
    )
    yield claim(
        "plateau-positive",
        r"\tfrac{1}{2} \log(p - 1) - \tfrac{p - 2}{p} > 0 \text{ for } p > 2",
        proved("derivative (p-2)^2/(2 p^2 (p-1))", plateau_positive(), "0 at p = 2"),
    )
    yield claim(
        "layers",
        r"\Theta_{k,p}(-E_\infty \cosh t) = 0 \text{ for one } t_k > 0,\ t_0 > t_1 > \ldots,\ t_k^3 \le "
        r"\tfrac{3}{2 (k + 1)} \left(\tfrac{1}{2} \log(p - 1) - \tfrac{p - 2}{p}\right)",
        proved(
            "monotone in t and k, positive at t = 0, sinh(2t)/2 - t >= 2t^3/3",
            layers_decrease() and plateau_positive() and cubic_bound(),
        ),
    )
    yield claim(
        "gap",
        r"[p |u| - 2 \sqrt{p (p - 1)},\ p |u| + 2 \sqrt{p (p - 1)}] \text{ begins at } 0 \text{ for } u = -E_\infty",
        proved("bulk of the Hessian at energy u", gap_closes()),
    )
    yield claim(
        "one-step",
        r"\min_{L > m > 0} \tfrac{1}{2} \left[\nu' L - m (\nu' - 1) + \tfrac{1}{m} \log\tfrac{L}{L - m}\right] = "
        r"\tfrac{\sqrt{\nu'}\, s}{\sinh s}, \quad \nu' (2 s - 1 + e^{-2 s}) = 4 \sinh^2 s "
        r"\text{ for one } s > 0,\ \nu' > 2",
        proved(
            "convexity and stationarity, L/(L-m) = e^{2s}", one_step_convex() and one_step_zero(), "up, then down in s"
        ),
        source="crisanti_sommers_1992",
    )
    yield claim(
        "ground-state-one-step",
        r"E_0 = E_{1RSB} \text{ for all real } p > 2",
        proved("e^{2s} = (p-1) e^{2t}", ground_state_is_one_step(), "one equation, one value"),
    )
    for degree in DEGREES:
        value, radius = outward(layer(degree, 0, DIGITS), STATED)
        yield claim(
            f"ground-state.p{degree}",
            rf"E_0 = {latex_number(value)} \pm {latex_number(radius)} \text{{ for }} p = {degree}",
            *ground_state_checks(degree),
        )


def formulas() -> Iterator[Formula]:
    """Complexities, cost, levels and 1RSB energy for general p, with the levels of the proofs that carry them."""
    chain = proved("exponents", volume_rate() and kac_rice_exponents()).level
    yield Formula("spinglass-theta", "Complexity of all critical points", f.latex_of_total(), SOURCE, chain)
    yield Formula("spinglass-theta-k", "Complexity by index", f.latex_of_index(), SOURCE, chain)
    cost = proved("integral", cost_as_integral()).level
    yield Formula("spinglass-cost", "Cost of an eigenvalue beyond the bulk", f.latex_of_cost(), SOURCE, cost)
    layers = proved("one zero", layers_decrease() and plateau_positive()).level
    yield Formula("spinglass-levels", "Layers", f.latex_of_levels(), SOURCE, layers)
    one = proved("stationarity", one_step_convex()).level
    yield Formula("spinglass-one-step", "1RSB ground state", f.latex_of_one_step(), "crisanti_sommers_1992", one)


def figures(profile: str = "quick") -> Iterator[Figure]:
    """Complexities by index with the layers."""
    from symlandscape.spinglass.figures import complexity_curves

    yield Figure(
        "spinglass-complexity",
        "Complexity of the pure 3-spin model by index",
        "At which energies are critical points of index k exponentially many?",
        partial(complexity_curves, model=3, indices=(0, 1, 2, 10)),
        Level.CERTIFIED,
    )
    yield Figure(
        "spinglass-layers",
        "Layers of the pure 3-spin model",
        "How do the lowest energies of index k approach -E_inf?",
        partial(complexity_curves, model=3, indices=(0, 1, 2, 3, 10), low="-1.665", high="-1.625"),
        Level.CERTIFIED,
    )


if __name__ == "__main__":
    show(claims())
