"""The population loss from the Gaussian integral: pair kernel, slopes, gradient and Hessian, each proved symbolically.

Source: Cho & Saul 2009 (arc-cosine kernel of order 1); Arjevani & Field 2021, section 2. Derived here from the
definition L(W) = 1/2 E (sum_i phi(w_i.x) - sum_j phi(v_j.x))^2, x ~ N(0, I).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import sympy

from derivations._show import show
from symlandscape import backends
from symlandscape.arith.field import sympy_field
from symlandscape.evidence import Check, Claim, Level, estimated, proved
from symlandscape.export import Formula
from symlandscape.relu.kernel import Pair
from symlandscape.runs import generator

NAME = "population_loss"
THEME = "relu"
SOURCE = "arjevani_field_2021, section 2; cho_saul_2009"

W, V = sympy.symbols("W V", positive=True)  # lengths |w|, |v|
t = sympy.Symbol("t", positive=True)  # angle, 0 < t < pi
C, S = sympy.symbols("C S")  # cosine and sine where only S^2 = 1 - C^2 is used
kappa = 1 / (2 * sympy.pi)
kernel = kappa * W * V * (sympy.sin(t) + (sympy.pi - t) * sympy.cos(t))


def polar_integral(integrand: sympy.Expr, low: sympy.Expr, high: sympy.Expr, angle: sympy.Symbol) -> sympy.Expr:
    """The expectation over N(0, I_2) of r^2 integrand(angle), angles in [low, high]: the radial factor is 2/(2 pi)."""
    r = sympy.Symbol("r", positive=True)
    radial = sympy.integrate(r**3 * sympy.exp(-(r**2) / 2), (r, 0, sympy.oo))
    return sympy.integrate(sympy.expand_trig(integrand), (angle, low, high)) * radial / (2 * sympy.pi)


def kernel_by_integration() -> sympy.Expr:
    """E relu(w.x) relu(v.x) in the plane of w and v: both are active for angles from t - pi/2 to pi/2."""
    a = sympy.Symbol("a", real=True)
    return W * V * polar_integral(sympy.cos(a) * sympy.cos(a - t), t - sympy.pi / 2, sympy.pi / 2, a)


def linear_by_integration() -> sympy.Expr:
    """E relu(w.x) (v.x): w is active for angles from -pi/2 to pi/2."""
    a = sympy.Symbol("a", real=True)
    return W * V * polar_integral(sympy.cos(a) * sympy.cos(a - t), -sympy.pi / 2, sympy.pi / 2, a)


def vanishes(expression: sympy.Expr) -> bool:
    """Whether an expression in sines and cosines of t is identically 0: expand, reduce by sin^2 = 1 - cos^2."""
    plain = sympy.expand(sympy.expand_trig(expression)).xreplace({sympy.sin(t): S, sympy.cos(t): C})
    return _zero(plain)


def _zero(expression: sympy.Expr) -> bool:
    """Whether a rational expression in C, S and other symbols vanishes modulo S^2 = 1 - C^2."""
    numerator = sympy.fraction(sympy.together(sympy.expand(expression)))[0]
    return sympy.rem(sympy.Poly(numerator, S), sympy.Poly(S**2 - 1 + C**2, S)).is_zero


def derivatives() -> dict[str, sympy.Expr]:
    """First and second derivatives of f in the invariants p = |w|^2, q = |v|^2, r = w.v, by the chain rule through t =
    acos(r / sqrt(p q)).
    """
    p, q, r = sympy.symbols("p q r")
    root = sympy.sqrt(p * q - r**2)
    angle = sympy.acos(r / sympy.sqrt(p * q))
    f = kappa * (root + (sympy.pi - angle) * r)
    found = {"f": f}
    for names in ("p", "r", "pp", "pr", "rr", "rq", "pq"):
        found[names] = sympy.diff(f, *[{"p": p, "q": q, "r": r}[x] for x in names])
    back = {p: W**2, q: V**2, r: W * V * C}
    place = {name: e.subs(back, simultaneous=True) for name, e in found.items()}
    roots = {sympy.sqrt(W**2 * V**2 - W**2 * V**2 * C**2): W * V * S, sympy.acos(C): t}
    return {name: _with_sine(e, roots) for name, e in place.items()}


def _with_sine(expression: sympy.Expr, roots: dict[sympy.Expr, sympy.Expr]) -> sympy.Expr:
    """sqrt(1 - C^2) and its relatives written as S, the angle as t."""
    area = W**2 * V**2 - W**2 * V**2 * C**2
    result = expression.replace(
        lambda e: e.is_Pow and (e.exp * 2).is_integer and sympy.expand(e.base - area) == 0,
        lambda e: (W * V * S) ** (2 * e.exp),
    )
    result = result.replace(
        lambda e: e.is_Pow and (e.exp * 2).is_integer and sympy.expand(e.base - 1 + C**2) == 0,
        lambda e: S ** (2 * e.exp),
    )
    return sympy.expand(result.subs(roots))


def gradient_holds() -> bool:
    """f_w = 2 f_p w + f_r v against the library's Pair.gradient, component by component (w_a, v_a free)."""
    wa, va = sympy.symbols("w_a v_a")
    d = derivatives()
    by_chain_rule = 2 * d["p"] * wa + d["r"] * va
    pair = Pair(W, V, C, S, sympy.pi - t)
    return _zero(by_chain_rule - pair.gradient(kappa, wa, va))


def hessian_holds() -> dict[str, bool]:
    """f_ww and f_wv from second derivatives in the invariants against the library's closed forms, for two columns a, b
    (equal or not).
    """
    wa, wb, va, vb = sympy.symbols("w_a w_b v_a v_b")
    d = derivatives()
    field, pair = sympy_field(), Pair(W, V, C, S, sympy.pi - t)
    found = {}
    for same in (False, True):
        delta = int(same)
        w2, v2 = (wa, va) if same else (wb, vb)
        own = 2 * d["p"] * delta + 4 * d["pp"] * wa * w2 + 2 * d["pr"] * (wa * v2 + va * w2) + d["rr"] * va * v2
        found[f"own {same}"] = _zero(own - pair.own_hessian(kappa, field, (wa, w2), (va, v2), same))
        cross = (
            d["r"] * delta + 4 * d["pq"] * wa * v2 + 2 * d["pr"] * wa * w2 + 2 * d["rq"] * va * v2 + d["rr"] * va * w2
        )
        found[f"cross {same}"] = _zero(cross - pair.cross_hessian(kappa, field, (wa, w2), (va, v2), same))
    return found


def slope_identity() -> bool:
    """phi_rho = (1 - rho) relu + rho id gives f_rho = (1-rho)^2 f + rho w.v, with E relu(w.x) v.x = w.v/2 and E
    (w.x)(v.x) = w.v.
    """
    rho, f, inner = sympy.symbols("rho f inner")
    half = inner / 2
    expectation = (1 - rho) ** 2 * f + rho * (1 - rho) * (half + half) + rho**2 * inner
    return sympy.expand(expectation - ((1 - rho) ** 2 * f + rho * inner)) == 0


def parallel_limits() -> bool:
    """f_ww -> 0 and f_wv -> I/2 as t -> 0, f_ww, f_wv -> 0 as t -> pi: every other term carries sin t times unit
    vectors.
    """
    supplement = sympy.pi - t
    at_zero = [sympy.limit(e, t, 0) for e in (sympy.sin(t), kappa * supplement)]
    at_pi = [sympy.limit(e, t, sympy.pi) for e in (sympy.sin(t), kappa * supplement)]
    return at_zero == [0, sympy.Rational(1, 2)] and at_pi == [0, 0]


def monte_carlo(seed: int, slope: float, samples: int = 200_000) -> tuple[float, float, float]:
    """Loss of a random network by the kernel, by sampling the definition, and the sampling's standard error."""
    rng = generator(seed, 0, stream=11)
    weights = rng.standard_normal((6, 5)) / 2
    x = rng.standard_normal((samples, 5))

    def phi(z: np.ndarray) -> np.ndarray:
        return np.where(z > 0, z, slope * z)

    losses = 0.5 * (phi(x @ weights.T).sum(axis=1) - phi(x).sum(axis=1)) ** 2
    return backends.relu_loss(weights, None, slope), float(losses.mean()), float(losses.std(ddof=1) / np.sqrt(samples))


def sampled_network(seed: int, slope: Fraction, samples: int) -> tuple[Check, Check]:
    """Loss of 7 drawn neurons on 4 drawn targets in 5 dimensions and the worst entry of its gradient: closed form
    against means over drawn inputs of r^2/2 and r phi'(w.x) x.
    """
    rng = generator(seed, 1, stream=11)
    weights, targets = rng.standard_normal((7, 5)) / 2, rng.standard_normal((4, 5))
    value, gradient = backends.relu_loss_gradient(weights, targets, float(slope))
    found = backends.sampled_relu_loss_gradient(weights, targets, float(slope), samples, seed=seed % 2**64)
    place = np.unravel_index(np.argmax(np.abs(found.gradient - gradient) / found.gradient_error), gradient.shape)
    detail = f"{samples} inputs"
    return (
        estimated(f"loss at slope {slope}", found.value, value, found.error, detail),
        estimated(
            f"worst of {gradient.size} gradient entries at slope {slope}",
            found.gradient[place],
            gradient[place],
            found.gradient_error[place],
            detail,
        ),
    )


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """The statements of this derivation with their checks."""
    f, inner = sympy.Function("f")(*sympy.symbols("w v")), sympy.Symbol("w^{\\top}v")
    yield Claim(
        "relu.kernel",
        THEME,
        sympy.Eq(f, kernel.xreplace({W: sympy.Symbol("|w|"), V: sympy.Symbol("|v|")})),
        SOURCE,
        (
            proved(
                "Gaussian integral in polar coordinates",
                vanishes(kernel_by_integration() - kernel),
                "equal to the closed form for all 0 < t < pi",
            ),
        ),
    )
    yield Claim(
        "relu.linear-part",
        THEME,
        r"\mathbb{E}\,\mathrm{relu}(w^{\top}x)\, v^{\top}x = \tfrac12 w^{\top}v",
        SOURCE,
        (
            proved(
                "Gaussian integral in polar coordinates", vanishes(linear_by_integration() - W * V * sympy.cos(t) / 2)
            ),
        ),
    )
    rho = sympy.Symbol("rho")
    slopes = []
    for value in (Fraction(0), Fraction(-1), Fraction(1, 3)):
        exact, sampled, error = monte_carlo(seed, float(value), 200_000 if profile == "quick" else 4_000_000)
        slopes.append(estimated(f"sampled loss at slope {value}", sampled, exact, error, "random 6 x 5 network"))
    yield Claim(
        "relu.slope",
        THEME,
        sympy.Eq(sympy.Symbol(r"f_{\rho}"), (1 - rho) ** 2 * sympy.Symbol("f") + rho * inner),
        SOURCE,
        (proved("bilinear expansion", slope_identity()), *slopes),
    )
    yield Claim(
        "relu.gradient",
        THEME,
        r"\partial_w f = \frac{1}{2\pi}\left(|v| \sin t\, \hat w + (\pi - t)\, v\right)",
        SOURCE,
        (proved("chain rule through |w|^2, |v|^2, w.v", gradient_holds(), "equals the library's formula"),),
    )
    samples = 200_000 if profile == "quick" else 10_000_000
    yield Claim(
        "relu.loss-gradient.sampled",
        THEME,
        r"W \in \mathbb{R}^{7 \times 5},\ V \in \mathbb{R}^{4 \times 5} \text{ drawn},\ \rho = -\tfrac12, \tfrac13:\ "
        r"L_\rho \text{ and } \nabla L_\rho \text{ are the means over drawn inputs of } \tfrac12 r^2,\ "
        r"r \phi'(w_i^{\top}x) x,\ r = \sum_i \phi(w_i^{\top}x) - \sum_j \phi(v_j^{\top}x)",
        SOURCE,
        tuple(x for rho in (Fraction(-1, 2), Fraction(1, 3)) for x in sampled_network(seed, rho, samples)),
    )
    held = hessian_holds()
    statement = (
        r"\partial_{ww} f = \frac{|v| \sin t}{2\pi|w|}\left(I - \hat w \hat w^{\top} + m m^{\top}\right),\quad "
        r"\partial_{wv} f = \frac{1}{2\pi}\left((\pi - t) I + \sin t\,(\hat w \hat v^{\top} + m n^{\top})\right)"
    )
    yield Claim(
        "relu.hessian",
        THEME,
        statement,
        SOURCE,
        tuple(
            proved(f"chain rule, {name}", ok, "equals the library's formula at generic entries")
            for name, ok in held.items()
        ),
    )
    yield Claim(
        "relu.parallel",
        THEME,
        r"\lim_{t \to 0} \partial_{wv} f = \tfrac12 I,\quad \lim_{t\to 0}\partial_{ww} f = "
        r"\lim_{t \to \pi} \partial_{ww} f = \lim_{t \to \pi} \partial_{wv} f = 0",
        SOURCE,
        (proved("limits of the two scalar factors", parallel_limits(), "m and n are unit vectors and stay bounded"),),
    )


def formulas() -> Iterator[Formula]:
    """LaTeX to paste: kernel and loss; their level is that of the claim that carries them."""
    found = {claim.id: claim for claim in claims()}
    level: Level = found["relu.kernel"].level
    yield Formula("relu-kernel", "Pair kernel", found["relu.kernel"].latex, SOURCE, level)
    yield Formula(
        "relu-gradient",
        "Gradient of the pair kernel",
        found["relu.gradient"].latex,
        SOURCE,
        found["relu.gradient"].level,
    )
    yield Formula(
        "relu-hessian",
        "Second derivatives of the pair kernel",
        found["relu.hessian"].latex,
        SOURCE,
        found["relu.hessian"].level,
    )
    yield Formula(
        "relu-slope", "Kernel of a slope below zero", found["relu.slope"].latex, SOURCE, found["relu.slope"].level
    )


if __name__ == "__main__":
    show(claims())
