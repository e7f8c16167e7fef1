"""Mixed spherical spin glasses: complexity by energy and radial derivative, classes, thresholds, ground states.

With nu', nu'' at 1 the covariances of `derivations.spinglass_complexity` give the joint density Sigma(u, r) of energy
and radial derivative. Proved here: it is concave; its supremum over r in every regime (the formulas of
`symlandscape.spinglass.theta`); the thresholds E'_inf, E_inf^+- and the class function G; that minima far below
-E'_inf are counted by nu' alone, so that the annealed ground state of a pure-like mixture is the 1RSB value. Held
against a second road: the supremum by signs of the slope in balls. Cited: as in `derivations.spinglass_complexity`.
Source: auffinger_ben_arous_2013, section 1; subag_2021 for ALG.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial

import sympy

from derivations._show import show
from derivations.spinglass_complexity import ground_state_is_one_step, zero
from symlandscape.arith.balls import arb, interval, sqrt_nonneg, workprec
from symlandscape.arith.conversions import arb_to_mpf_mid, mid_float, to_arb
from symlandscape.evidence import Check, Claim, Level, Verdict, certified, checked, proved
from symlandscape.export import Figure, Formula
from symlandscape.spinglass import as_mixture, complexity, mixture
from symlandscape.spinglass import formulas as f
from symlandscape.spinglass.mixed_complexity import sigma, sigma_slope
from symlandscape.spinglass.models import Mixture
from symlandscape.spinglass.theta import edge_squared, prime_squared, regime

NAME = "spinglass_mixtures"
THEME = "spinglass"
SOURCE = "auffinger_ben_arous_2013, section 1"
DIGITS = 40
MIXED = ("3:1/2,4:1/2", "2:1/2,3:1/2", "3:1/2,16:1/2", "3:9/10,16:1/10", "2:3/4,20:1/4", "4:9/10,30:1/10")

a, b = sympy.symbols("a b", positive=True)  # nu', nu''
c = sympy.Symbol("c", positive=True)  # sqrt(nu'')
kappa = sympy.Symbol("kappa", positive=True)
u, r = sympy.symbols("u r", real=True)
t = sympy.Symbol("t", positive=True)
ALPHA2 = b + a - a**2


def quadratic() -> sympy.Expr:
    """Sigma without its logarithm and without J."""
    return -(u**2) / 2 - (r - a * u) ** 2 / (2 * ALPHA2) + r**2 / (4 * b)


def vanishes(expression: sympy.Expr) -> bool:
    """Whether a rational expression is 0."""
    return bool(sympy.cancel(sympy.together(expression)) == 0)


def density() -> bool:
    """Sigma adds up from volume, gradient, the Gaussian pair (u, r) and the determinant; r given u has mean nu' u and
    variance alpha^2.
    """
    J = sympy.Symbol("J")
    covariance = sympy.Matrix([[1, a], [a, a + b]])
    pair = -(sympy.Matrix([[u, r]]) * covariance.inv() * sympy.Matrix([u, r]))[0] / 2
    gaussian = vanishes(pair + u**2 / 2 + (r - a * u) ** 2 / (2 * ALPHA2))
    logs = sympy.log(2 * sympy.pi * sympy.E) / 2 - sympy.log(2 * sympy.pi * a) / 2 + sympy.log(b) / 2
    claimed = sympy.log(b / a) / 2
    total = logs + r**2 / (4 * b) - sympy.Rational(1, 2) - J - (claimed + r**2 / (4 * b) - J)
    return gaussian and bool(sympy.expand(sympy.expand_log(total, force=True)) == 0)


def concave() -> bool:
    """The Hessian of Sigma's quadratic part has rr entry -(b - a + a^2)/(2 b alpha^2) and determinant
    (b - a)/(2 b alpha^2); -J is concave, as J'(2 cosh t) = sinh t grows from 0.
    """
    hessian = sympy.hessian(quadratic(), (u, r))
    corner = vanishes(hessian[1, 1] + (b - a + a**2) / (2 * b * ALPHA2))
    determinant = vanishes(hessian.det() - (b - a) / (2 * b * ALPHA2))
    slope = (sympy.sinh(t) * sympy.cosh(t) - t).diff(t) / (2 * sympy.sinh(t))  # dJ/dx, x = 2 cosh t
    return bool(corner and determinant and zero((slope - sympy.sinh(t)) * sympy.sinh(t)))


def bulk_supremum() -> bool:
    """Inside the bulk the supremum is at r = 2 a b u/(b - a + a^2), with value -(b-a)/(b-a+a^2) u^2/2."""
    best = 2 * a * b * u / (b - a + a**2)
    slope = quadratic().diff(r).subs(r, best)
    value = quadratic().subs(r, best) + (b - a) / (b - a + a**2) * u**2 / 2
    return vanishes(slope) and vanishes(value)


def prime_threshold() -> bool:
    """At u = -E'_inf the best r is -2 sqrt(nu''); there the complexity is G/2."""
    e = (c**2 - a + a**2) / (a * c)
    best = vanishes((2 * a * b * -e / (b - a + a**2)).subs(b, c**2) + 2 * c)
    half = (b - a) * (b - a + a**2) / (b * a**2) / 2 - (b - a) / (b - a + a**2) * (e**2).subs(c, sympy.sqrt(b)) / 2
    return best and vanishes(half)


def marginal_energies() -> bool:
    """Sigma(u, -2 sqrt(nu'')) vanishes at u = -E_inf^+-; it is largest at -E_c = -2 a c/(a + b)."""
    root, log = sympy.symbols("root log", positive=True)  # root = alpha sqrt(inner), log = log(b/a)
    at = -(2 * a * c + root) / (a + c**2)
    value = (log / 2 + quadratic().subs({r: -2 * c, b: c**2})).subs(u, at)
    inner = (c**2 + a - a**2) * ((c**2 + a) * log - 2 * (c**2 - a))
    reduced = sympy.rem(sympy.numer(sympy.together(value)), root**2 - inner, root)
    top = quadratic().diff(u).subs({r: -2 * c, b: c**2}).subs(u, -2 * a * c / (a + c**2))
    return bool(sympy.expand(reduced) == 0) and vanishes(top)


def plateau_value() -> bool:
    """The largest Sigma with r <= -2 sqrt(nu''): over u it is -r^2 (b-a)/(4b(b+a)), at the edge -(b-a)/(b+a)."""
    best = a * r / (a + b)
    value = vanishes(quadratic().subs(u, best) + r**2 * (b - a) / (4 * b * (b + a)))
    edge = (-(r**2) * (b - a) / (4 * b * (b + a))).subs(r, -2 * c).subs(c, sympy.sqrt(b))
    return value and vanishes(quadratic().diff(u).subs(u, best)) and vanishes(edge + (b - a) / (b + a))


def outside_supremum() -> bool:
    """For r = -2 c cosh t the slope of Sigma in r vanishes at nu' |u| = (P e^t + Q e^-t)/c; the value there, and the
    quadratic equation for e^t.
    """
    alpha2 = ALPHA2.subs(b, c**2)
    energy = ((c**2 + alpha2 * (kappa - 1) / 2) * sympy.exp(t) + (c**2 - alpha2 * (kappa + 1) / 2) * sympy.exp(-t)) / (
        a * c
    )
    radial = -2 * c * sympy.cosh(t)
    # d/dr of -kappa J(-r/c) is kappa J'(x)/c with J'(2 cosh t) = sinh t
    slope = quadratic().subs(b, c**2).diff(r) + kappa * sympy.sinh(t) / c
    stationary = zero(sympy.expand(slope.subs(u, -energy).subs(r, radial) * alpha2 * c))
    slack = sympy.cosh(t) - kappa * sympy.sinh(t)
    value = quadratic().subs(b, c**2).subs(u, -energy).subs(r, radial)
    claimed = -(energy**2) / 2 + sympy.cosh(t) ** 2 - alpha2 / (2 * c**2) * slack**2
    same = zero(sympy.expand((value - claimed) * alpha2 * a**2 * c**2))
    P, Q, y, w = sympy.symbols("P Q y w", positive=True)
    solution = (y * c + sympy.sqrt(y**2 * c**2 - 4 * P * Q)) / (2 * P)
    solved = sympy.expand((P * w + Q / w - y * c).subs(w, solution).together().as_numer_denom()[0]) == 0
    decreasing = zero(energy.diff(t) - ((c**2 - a + a**2) * sympy.sinh(t) + kappa * alpha2 * sympy.cosh(t)) / (a * c))
    return bool(stationary and same and solved and decreasing)


def decreasing_outside() -> bool:
    """The slope of Theta_0 in w = c e^t is -(w^2 - a^2 + a)(w^2 - a)/(a^2 w^3), negative for w^2 > nu'' as
    nu'' >= nu'^2 - nu' >= nu' >= 2 (the first is alpha^2 >= 0).
    """
    w = sympy.Symbol("w", positive=True)
    energy = (w + (a**2 - a) / w) / a
    value = sympy.log(w) - energy**2 / 2 + (a**2 - a) / (2 * w**2)
    return vanishes(value.diff(w) + (w**2 - a**2 + a) * (w**2 - a) / (a**2 * w**3))


def minima_know_nu_prime_only() -> bool:
    """For kappa = 1 and w = c e^t: nu' |u| = w + (nu'^2 - nu')/w and the complexity is
    log w - log(nu')/2 - u^2/2 + 1/2 + (nu'^2 - nu')/(2 w^2): nu'' is gone.
    """
    w = sympy.Symbol("w", positive=True)
    e = w / c
    alpha2 = ALPHA2.subs(b, c**2)
    energy = vanishes(c * e + (c**2 - alpha2) / (c * e) - (w + (a**2 - a) / w))
    cosh, sinh = (e + 1 / e) / 2, (e - 1 / e) / 2
    rest = cosh**2 - sinh * cosh - alpha2 / (2 * c**2) * (cosh - sinh) ** 2
    value = vanishes(rest - (sympy.Rational(1, 2) + (a**2 - a) / (2 * w**2)))
    # log(b/a)/2 + t = log c + log(w/c) - log(a)/2 = log w - log(a)/2
    return energy and value


def algorithmic_pure() -> bool:
    """int_0^1 sqrt(p(p-1)) q^((p-2)/2) dq = 2 sqrt((p-1)/p)."""
    p, q = sympy.symbols("p q", positive=True)
    primitive = sympy.sqrt(p * (p - 1)) * 2 / p * q ** (p / 2)
    slope = sympy.powsimp(sympy.expand(primitive.diff(q) / (sympy.sqrt(p * (p - 1)) * q ** (p / 2 - 1))))
    return bool(sympy.expand(slope - 1) == 0 and sympy.cancel(primitive.subs(q, 1) ** 2 - f.e_inf(p) ** 2) == 0)


def supremum_by_signs(model: Mixture, energy: Fraction, index: int | None, bits: int = 160) -> arb:
    """sup over r of Sigma(u, r): the slope's change of sign enclosed, then concavity; no closed form is used."""
    with workprec(2 * bits):
        edge = 2 * to_arb(model.nu2).sqrt()
        low = -64 * (edge + abs(to_arb(energy)) * to_arb(model.nu1))
        high = arb(0) if index is None else -edge * (1 + arb((1, -bits)))
        low, high = low.mid(), high.mid()
        for _ in range(bits + 16):
            middle = ((low + high) / 2).mid()
            slope = sigma_slope(model, energy, middle, index)
            if slope > 0:
                low = middle
            elif slope < 0:
                high = middle
            else:
                break
        inside = sigma(model, energy, low, index)
        # concave: above the tangent nothing, and to the right of `low` at most slope x width (the edge's sliver too)
        bound = abs(sigma_slope(model, energy, low, index)) * (high - low + edge * arb((1, 1 - bits)))
        return interval(inside, inside + sqrt_nonneg(bound * bound).upper())


def supremum_checks(text: str) -> tuple[Check, ...]:
    """The closed form against the supremum by signs, for energies in every regime."""
    model = as_mixture(text)
    with workprec(80):
        prime, edge = (to_arb(square).sqrt() for square in (prime_squared(model), edge_squared(model)))
        outside = -Fraction(round(1000 * mid_float(prime) + 20), 1000)
        between = -Fraction(round(5000 * mid_float(prime + edge)), 10000)
    made = []
    for energy, index in ((outside, None), (outside, 1), (outside, 7), (outside / 2, None), (between, 1)):
        left = complexity(model, energy, index, digits=DIGITS).value
        right = supremum_by_signs(model, energy, index)
        with workprec(400):
            met = Verdict.of(bool(left.overlaps(right)))
        detail = f"u = {energy}, {regime(model, energy, index)}, {'all' if index is None else f'k = {index}'}"
        made.append(certified(f"balls meet, {text}", met, detail))
        made.append(checked(f"sup, {text}", arb_to_mpf_mid(left), arb_to_mpf_mid(right), DIGITS - 5, detail))
    return tuple(made)


def example(text: str) -> Iterator[Claim]:
    """Class and ground states of one mixture."""
    summary = mixture(text, digits=DIGITS)
    values, nu = summary.values, f.latex_of_nu(summary.model)
    with workprec(400):
        sign = Verdict.of(True if values["G"] > 0 else False if values["G"] < 0 else None)
        annealed, one_step, alg = values["E_0_annealed"], values["ground_state_1rsb"], values["alg"]
        below = Verdict.of(True if alg < one_step else False if alg > one_step else None)
        slug = text.replace(":", "-").replace(",", "+").replace("/", "over")
        if summary.model_class.value == "pure-like":
            relation, found = "=", Verdict.of(bool(annealed.overlaps(one_step)))
            statement = r"G > 0 \text{ and the annealed } E_0 \text{ equals } E_{1RSB} \text{ to 30 digits}"
            more: tuple[Check, ...] = (
                checked("annealed and 1RSB", arb_to_mpf_mid(annealed), arb_to_mpf_mid(one_step), 30),
            )
            signs = sign
        else:
            relation, found = ">", Verdict.of(True if annealed > one_step else False if annealed < one_step else None)
            statement = r"G < 0 \text{ and the annealed } E_0 \text{ lies above } E_{1RSB}"
            more, signs = (), sign.not_()
    checks = (
        certified(f"sign of G, and annealed {relation} 1RSB in balls", signs.and_(found), str(summary.model)),
        *more,
    )
    yield Claim(f"spinglass.mixture.{slug}", THEME, rf"{statement} \text{{ for }} {nu}", SOURCE, checks)
    ordered = rf"\mathrm{{ALG}} < E_{{1RSB}} \text{{ for }} {nu}"
    yield Claim(
        f"spinglass.mixture.{slug}.alg", THEME, ordered, "subag_2021", (certified("balls of both", below, text),)
    )


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """The density, its supremum in each regime, thresholds, ground states, examples of both classes."""

    def claim(name: str, statement: str, *checks: Check, source: str = SOURCE) -> Claim:
        return Claim(f"spinglass.mixed.{name}", THEME, statement, source, checks)

    yield claim("density", f.latex_of_sigma(), proved("volume, gradient, (u, r), determinant", density()))
    yield claim(
        "concave",
        r"\Sigma_k \text{ is jointly concave: } \det = \tfrac{\nu'' - \nu'}{2 \nu'' \alpha^2},\ "
        r"\partial_r^2 = -\tfrac{\nu'' - \nu' + \nu'^2}{2 \nu'' \alpha^2} \text{ without } J",
        proved("Hessian of the quadratic part", concave(), "-J is concave, nu'' >= nu' as degrees are >= 2"),
    )
    yield claim(
        "bulk",
        r"\sup_r \Sigma = \tfrac{1}{2} \log\tfrac{\nu''}{\nu'} - \tfrac{\nu'' - \nu'}{\nu'' - \nu' + \nu'^2} "
        r"\tfrac{u^2}{2},\ -E'_\infty \le u \le 0",
        proved("stationary point", bulk_supremum() and prime_threshold()),
    )
    yield claim(
        "class",
        r"E'_\infty = \tfrac{\nu'' - \nu' + \nu'^2}{\nu' \sqrt{\nu''}} \text{ and } "
        r"\sup_r \Sigma(-E'_\infty, r) = \tfrac{1}{2} G",
        proved("best r at the edge of the bulk", prime_threshold()),
    )
    yield claim(
        "marginal",
        r"\Sigma(-E_\infty^{\pm}, -2 \sqrt{\nu''}) = 0, \quad "
        r"\max_u \Sigma(u, -2 \sqrt{\nu''}) \text{ at } u = -\tfrac{2 \nu' \sqrt{\nu''}}{\nu' + \nu''}",
        proved("the equation in u at r = -2 sqrt(nu'')", marginal_energies() and plateau_value()),
    )
    yield claim(
        "outside",
        r"\sup_r \Sigma_k \text{ at } r = -2 \sqrt{\nu''} \cosh t,\ \nu' |u| = (P e^t + Q e^{-t})/\sqrt{\nu''},\ "
        r"P = \nu'' + \tfrac{k}{2} \alpha^2,\ Q = \nu'' - \tfrac{k + 2}{2} \alpha^2,\ u \le -E'_\infty",
        proved("slope in r, value, quadratic equation", outside_supremum()),
    )
    yield claim(
        "minima",
        r"\Theta_0 = \log w - \tfrac{1}{2} \log \nu' - \tfrac{u^2}{2} + \tfrac{1}{2} + \tfrac{\nu'^2 - \nu'}{2 w^2},\ "
        r"\nu' |u| = w + \tfrac{\nu'^2 - \nu'}{w}, \text{ without } \nu'',\ u \le -E'_\infty",
        proved("w = sqrt(nu'') e^t", minima_know_nu_prime_only()),
    )
    yield claim(
        "pure-like-ground-state",
        r"E_0 = E_{1RSB} \text{ if } G > 0: \Theta_0 \text{ is that of the pure model with } p = \nu' "
        r"\text{ and } \partial_w \Theta_0 = -\tfrac{(w^2 - \nu'^2 + \nu') (w^2 - \nu')}{\nu'^2 w^3} < 0 "
        r"\text{ for } w^2 > \nu''",
        proved(
            "the pure model's E_0 is the 1RSB value, and one zero only",
            minima_know_nu_prime_only() and decreasing_outside() and ground_state_is_one_step(),
        ),
    )
    yield claim(
        "alg-pure",
        r"\int_0^1 \sqrt{\nu''(q)}\, dq = E_\infty \text{ for } \nu(x) = x^p",
        proved("primitive", algorithmic_pure()),
        source="subag_2021",
    )
    yield claim(
        "supremum",
        r"\Theta_k(u) = \sup_r \Sigma_k(u, r) \text{ by signs of } \partial_r \Sigma_k, "
        r"\text{ at three energies of each of " + f"{len(MIXED)}" + r" mixtures}",
        *(check for text in MIXED for check in supremum_checks(text)),
    )
    for text in MIXED:
        yield from example(text)


def formulas() -> Iterator[Formula]:
    """Sigma and the thresholds, with the levels of the proofs that carry them."""
    title = "Complexity by energy and radial derivative"
    yield Formula("spinglass-sigma", title, f.latex_of_sigma(), SOURCE, proved("density", density()).level)
    held = proved("thresholds", prime_threshold() and marginal_energies()).level
    yield Formula("spinglass-mixed", "Thresholds of a mixture", f.latex_of_mixture_thresholds(), SOURCE, held)


def figures(profile: str = "quick") -> Iterator[Figure]:
    """The classes of 3 + p mixtures, and the energies along two families of mixtures."""
    from symlandscape.spinglass.figures import ground_states_along_mixtures, mixture_classes

    yield Figure(
        "spinglass-classes",
        "Classes of 3 + p mixtures",
        "Which mixtures of degree 3 and p behave like pure models?",
        partial(mixture_classes, degrees=tuple(range(4, 61, 2))),
        Level.CERTIFIED,
    )
    for pair in ((3, 16), (2, 10)):
        yield Figure(
            f"spinglass-ground-states-{pair[0]}-{pair[1]}",
            f"Ground states of {pair[0]} + {pair[1]} mixtures",
            "Where does the annealed ground state leave the 1RSB value?",
            partial(ground_states_along_mixtures, degrees=pair),
            Level.CERTIFIED,
        )


if __name__ == "__main__":
    show(claims())
