"""Linear rates of gradient descent, heavy ball and Nesterov's method: best constants, and the rates of runs at minima.

For a quadratic with eigenvalues in [mu, L] the error in one eigendirection obeys e_{m+1} = t e_m - c e_{m-1}. Both
roots of p(z) = z^2 - t z + c lie in |z| <= r exactly if p(r) >= 0, p(-r) >= 0 and |c| <= r^2 (Schur, Jury). At l = mu
the first condition, at l = L the second one, bounds L/mu by a function of r and the momentum; the best momentum
maximises it. Each step below is an identity that SymPy decides. The best constants are attributed to Polyak (heavy
ball) and to Lessard, Recht & Packard (Nesterov on quadratics); here they are derived, over momenta in [0, 1). Source of
the minima: Arjevani & Field 2021.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import sympy

from derivations._show import show
from symlandscape.arith.balls import arb, workprec
from symlandscape.arith.conversions import arb_to_mpf_mid, float_to_arb, mid_float
from symlandscape.arith.decimals import outward
from symlandscape.evidence import Check, Claim, Level, Verdict, certified, checked, estimated, proved
from symlandscape.export import Figure, Formula, latex_number
from symlandscape.relu import CriticalPoint, family
from symlandscape.relu.rates import LinearRate, linear_rates, measured_rate, rate_at, run_errors, spectral_ends

NAME = "dynamics"
THEME = "relu"
SOURCE = "arjevani_field_2021"
MEMBERS = (("C0", 6), ("F1", 6), ("A0", 6), ("C0", 8), ("F1", 8), ("A0", 8))
FULL_MEMBERS = (*MEMBERS, ("F1", 12), ("F2", 10), ("A1", 12), ("A0", 20))
DRAWN = ("F1", 8)
METHODS = {"gd": "gradient descent", "heavy-ball": "heavy ball", "nesterov": "Nesterov"}
STATED_RADIUS = 1e-12  # the rates are stated to 8 digits
DIGITS = {"gd": 5, "heavy-ball": 3, "nesterov": 3}  # of fitted rates: neighbouring eigenvalues still act in the tail

mu, L, h, z, e, v, l = sympy.symbols("mu L h z e v lambda", positive=True)  # noqa: E741 - the field's letter
beta, r, x, s = sympy.symbols("beta r x s", positive=True)
K = L / mu


def vanishes(expression: sympy.Expr) -> bool:
    """Whether a rational expression is identically zero."""
    return bool(sympy.cancel(sympy.together(expression)) == 0)


def recurrence(method: str) -> tuple[sympy.Expr, sympy.Expr]:
    """(t, c) of one eigendirection: trace and determinant of the method's map (e, v) -> (e + v', v')."""
    point = e + beta * v if method == "nesterov" else e
    kept = 0 if method == "gd" else beta * v
    velocity = kept - h * l * point
    update = sympy.Matrix([e + velocity, velocity]).jacobian([e, v])
    return sympy.expand(update.trace()), sympy.expand(update.det())


STATED = {
    "gd": (1 - h * l, sympy.S.Zero),
    "heavy-ball": (1 + beta - h * l, beta),
    "nesterov": ((1 + beta) * (1 - h * l), beta * (1 - h * l)),
}


def best(method: str) -> tuple[sympy.Expr, sympy.Expr, sympy.Expr]:
    """(step, momentum, rate) for the interval [mu, L]."""
    if method == "gd":
        return 2 / (L + mu), sympy.S.Zero, (L - mu) / (L + mu)
    if method == "heavy-ball":
        high, low = sympy.sqrt(L), sympy.sqrt(mu)
        rate = (high - low) / (high + low)
        return 4 / (high + low) ** 2, rate**2, rate
    rate = 1 - 2 / sympy.sqrt(3 * K + 1)
    return 4 / (3 * L + mu), rate / (2 - rate), rate


def rational(expression: sympy.Expr, method: str) -> sympy.Expr:
    """The expression with L as a rational function of mu and the method's square root, so that identities decide."""
    return expression.subs(L, mu * s**2 if method == "heavy-ball" else mu * (s**2 - 1) / 3)


def recurrence_is_derived(method: str) -> bool:
    """Whether the stated t and c are trace and determinant of the iteration."""
    return all(vanishes(a - b) for a, b in zip(recurrence(method), STATED[method], strict=True))


def rate_is_attained(method: str) -> bool:
    """Whether the best constants give roots of modulus r at both ends and no larger one.

    Gradient descent: 1 - h mu = r = -(1 - h L). Heavy ball: double roots r and -r. Nesterov: a double root r at mu, and
    the roots -r and r/3 at L.
    """
    step, momentum, rate = (rational(q, method) if method != "gd" else q for q in best(method))
    ends = {mu: mu, L: L if method == "gd" else rational(L, method)}
    roots = {"gd": ((rate, 0), (-rate, 0)), "heavy-ball": ((rate, rate), (-rate, -rate)),
             "nesterov": ((rate, rate), (-rate, rate / 3))}[method]  # fmt: skip
    for end, (first, second) in zip(ends.values(), roots, strict=True):
        t, c = (q.subs({h: step, beta: momentum, l: end}, simultaneous=True) for q in STATED[method])
        if not (vanishes(t - first - second) and vanishes(c - first * second)):
            return False
    return True


def descent_is_optimal() -> bool:
    """(L (1 - h mu) + mu (h L - 1))/(L + mu) = r for every h, so the larger of the two moduli is at least r."""
    return vanishes((L * (1 - h * mu) + mu * (h * L - 1)) / (L + mu) - best("gd")[2])


def heavy_ball_is_optimal() -> bool:
    """With beta = r x: p(r) = r (h l - (1-r)(1-x)) and p(-r) = r ((1+r)(1+x) - h l), so L/mu <=
    (1+r)(1+x)/((1-r)(1-x)), which grows with x (derivative 2(1+r)/((1-r)(1-x)^2)) up to x = r, where it is
    ((1+r)/(1-r))^2.
    """
    t, c = (q.subs(beta, r * x) for q in STATED["heavy-ball"])
    plus, minus = r**2 - t * r + c, r**2 + t * r + c
    bound = (1 + r) * (1 + x) / ((1 - r) * (1 - x))
    rate = rational(best("heavy-ball")[2], "heavy-ball")
    return (
        vanishes(plus - r * (h * l - (1 - r) * (1 - x)))
        and vanishes(minus - r * ((1 + r) * (1 + x) - h * l))
        and vanishes(sympy.diff(bound, x) - 2 * (1 + r) / ((1 - r) * (1 - x) ** 2))
        and vanishes(bound.subs(x, r).subs(r, rate) - s**2)
    )


def nesterov_is_optimal() -> bool:
    """With beta = r x and q = 1 - h l: p(r) >= 0 at mu is q (1 - (1-r) x) <= r, p(-r) >= 0 at L is -q (1 + (1+r) x) <=
    r, and c <= r^2 is q x <= r.

    For x >= 1/(2-r) the third bound of q at mu is the sharper one, and like the second it falls with x. For x below,
    the first two bound L/mu by B(x), whose logarithm has the derivative 2 r x (2 + r x)/((1-x^2)(1-(1-r)x)(1+(1+r)x)) >
    0. So x = 1/(2-r) is best, where L/mu = (3-r)(1+r)/(3(1-r)^2), that is r = 1 - 2/sqrt(3 L/mu + 1).
    """
    q = sympy.Symbol("q")
    t, c = (1 + r * x) * q, r * x * q
    upper, lower = 1 - (1 - r) * x, 1 + (1 + r) * x
    bound = (1 + r / lower) / (1 - r / upper)
    slope = 2 * r * x * (2 + r * x) / ((1 - x**2) * upper * lower)
    where = 1 / (2 - r)
    rate = rational(best("nesterov")[2], "nesterov")
    return (
        vanishes(r**2 - t * r + c - r * (r - q * upper))
        and vanishes(r**2 + t * r + c - r * (r + q * lower))
        and vanishes((r / upper - r / x).subs(x, where))
        and vanishes(sympy.diff(r / upper - r / x, x) - r * (1 - r) / upper**2 - r / x**2)
        and vanishes(sympy.diff(bound, x) / bound - slope)
        and vanishes(bound.subs(x, where) - (3 - r) * (1 + r) / (3 * (1 - r) ** 2))
        and vanishes(bound.subs(x, where).subs(r, rate) - (s**2 - 1) / 3)
    )


OPTIMAL = {"gd": descent_is_optimal, "heavy-ball": heavy_ball_is_optimal, "nesterov": nesterov_is_optimal}


def formula_agrees(method: str) -> Verdict:
    """Whether the library's balls of step, momentum and rate meet the formulas at mu = 1/7, L = 5/2; and whether the
    rate at these constants is the best one.
    """
    from symlandscape.relu.rates import best_rate

    with workprec(160):
        least, largest = arb(1) / 7, arb(5) / 2
        ours = best_rate(method, least, largest)
        for ball, formula in zip((ours.step, ours.momentum, ours.rate), best(method), strict=True):
            text = str(sympy.N(formula.subs({mu: sympy.Rational(1, 7), L: sympy.Rational(5, 2)}), 40))
            if not ball.overlaps(arb(text, "1e-38")):
                return Verdict.NO
        reached = rate_at(method, ours.step, ours.momentum, least, largest)
        return Verdict.of(bool(reached.overlaps(ours.rate)))


@cache
def rates(name: str, d: int) -> tuple[CriticalPoint, dict[str, LinearRate]]:
    """The minimum and the best rate of each method there."""
    point = family(name).at(d)
    return point, linear_rates(point)


def slower(rate: LinearRate) -> tuple[float, float]:
    """A smaller step and a larger momentum, away from the double root."""
    step, momentum = rate.floats
    return 0.9 * step, momentum + 0.3 * (1 - momentum)


def best_run(name: str, d: int, method: str, seed: int) -> Check:
    """The rate of a run with the best constants against the enclosed one."""
    point, known = rates(name, d)
    found = measured_rate(point.matrix(), method, *known[method].floats, double=method != "gd", seed=seed)
    detail = f"fitted on {len(found.errors) - found.first} of {len(found.errors)} iterations"
    with workprec(point.precision):
        return checked(
            f"run of {METHODS[method]}", found.rate, arb_to_mpf_mid(known[method].rate), DIGITS[method], detail
        )


def other_run(name: str, d: int, method: str, seed: int) -> Check:
    """The rate of a run with other constants, where the slowest roots are complex, with its z-score."""
    point, known = rates(name, d)
    step, momentum = slower(known[method])
    with workprec(point.precision):
        predicted = rate_at(method, float_to_arb(step), float_to_arb(momentum), *spectral_ends(point))
    found = measured_rate(point.matrix(), method, step, momentum, seed=seed)
    detail = f"step {step:.4f}, momentum {momentum:.4f}"
    return estimated(f"run of {METHODS[method]}", found.rate, mid_float(predicted), found.standard_error, detail)


def member_claims(name: str, d: int, seed: int) -> Iterator[Claim]:
    """Rates with the best constants and with others at one minimum."""
    point, known = rates(name, d)
    values = r",\ ".join(latex_number(outward(known[m].rate, 8)[0]) for m in METHODS)
    enclosed = Verdict.of(all(bool(known[m].rate < 1 and known[m].rate.rad() < STATED_RADIUS) for m in METHODS) or None)
    ends = " to ".join(outward(q, 10)[0] for q in spectral_ends(point))
    where = rf"{name[0]}_{{{name[1:]}}},\ d = {d}"
    statement = rf"{where}:\quad r_{{\text{{gd}}}},\ r_{{\text{{heavy ball}}}},\ r_{{\text{{Nesterov}}}} = {values}"
    first = certified("best constants from the enclosed spectrum", enclosed, f"eigenvalues from {ends}")
    runs = tuple(best_run(name, d, method, seed) for method in METHODS)
    yield Claim(f"relu.rates.{name}.{d}", THEME, statement, SOURCE, (first, *runs))
    statement = rf"{where}:\quad \text{{rates with smaller steps and more momentum}}"
    checks = tuple(other_run(name, d, method, seed) for method in ("heavy-ball", "nesterov"))
    yield Claim(f"relu.rates.{name}.{d}.other", THEME, statement, SOURCE, checks)


def stated(method: str) -> str:
    """The best constants in LaTeX."""
    step, momentum, rate = best(method)
    inertia = rf",\quad \beta = {sympy.latex(sympy.factor(momentum))}" if method == "heavy-ball" else ""
    if method == "nesterov":
        inertia = r",\quad \beta = \frac{r}{2 - r}"
    return rf"h = {sympy.latex(step)}{inertia},\quad r = {sympy.latex(rate)}"


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """The best constants and rates, and measured rates at certified minima."""
    for method, text in METHODS.items():
        checks = (
            proved("recurrence of one eigendirection", recurrence_is_derived(method), "trace and determinant"),
            proved("the rate is attained", rate_is_attained(method), "roots at both ends of the spectrum"),
            proved("no other constants do better", OPTIMAL[method](), "Schur's conditions at both ends"),
            certified("the library's balls", formula_agrees(method), "mu = 1/7, L = 5/2"),
        )
        statement = rf"\text{{best constants of {text} on }} [\mu, L]:\quad {stated(method)}"
        yield Claim(f"relu.rates.best.{method}", THEME, statement, SOURCE, checks)
    for name, d in MEMBERS if profile == "quick" else FULL_MEMBERS:
        yield from member_claims(name, d, seed)


def formulas() -> Iterator[Formula]:
    """The best constants."""
    for method, text in METHODS.items():
        level = proved("optimal", OPTIMAL[method]() and rate_is_attained(method)).level
        yield Formula(f"relu-rates-{method}", f"Best constants of {text}", stated(method), SOURCE, level)


def figures(profile: str = "quick") -> Iterator[Figure]:
    """Runs of the three methods with the predicted slopes."""
    yield Figure(
        "rates-of-descent",
        f"Convergence to {DRAWN[0]} at d = {DRAWN[1]}",
        "Do the runs converge at the rates that the certified spectrum predicts?",
        draw,
        Level.ESTIMATED,
    )


def draw(ax: Any) -> None:
    """Errors of runs with the best constants; predicted slopes dashed."""
    from symlandscape.relu.figures import error_against_iteration

    point, known = rates(*DRAWN)
    runs: dict[str, tuple[np.ndarray, float, bool]] = {}
    for method, text in METHODS.items():
        errors = run_errors(point.matrix(), method, *known[method].floats)
        runs[text] = (errors, mid_float(known[method].rate), method != "gd")
    error_against_iteration(ax, runs)


if __name__ == "__main__":
    show(claims())
