"""The neural tangent Gram matrix of a wide two-layer ReLU network: least eigenvalue, and the linear rates it predicts.

First layer trained, outer weights a_r = +-1/sqrt m fixed, squared loss on n points. With frozen gates the residuals
obey the linear recursion of each method on the quadratic (1/2) u' H_m u; the gates move, less so the wider the network.
Some gates never settle: they slide along the kink of their unit while the residuals go to 0, and only H_m with the
time averages of the gates predicts the rate. Points: exact decimals, so that H and its least eigenvalue are enclosed.
Sources: Du, Zhai, Poczos & Singh 2019 (H, gradient descent); Wang, Lin & Abernethy 2021 (heavy ball); the best
constants are derived in `derivations.dynamics`; the sliding gates are ours.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, partial
from typing import Any

import numpy as np
import sympy

from derivations._show import show
from symlandscape.arith.balls import workprec
from symlandscape.arith.conversions import arb_to_mpf_mid, float_to_arb, mid_float, parse_exact, to_arb
from symlandscape.arith.decimals import outward
from symlandscape.evidence import Check, Claim, Level, Verdict, certified, checked, estimated, proved
from symlandscape.export import Figure, latex_number
from symlandscape.particles import (
    TangentSpectrum,
    WideRun,
    finite_gram,
    gram_deviation,
    linearised_run,
    mean_gram,
    tail_rate,
    tangent_spectrum,
    train_wide,
)
from symlandscape.particles.arc_cosine import gate_matrix
from symlandscape.runs import generator
from symlandscape.solve.linear_rates import METHODS, best_rate, rate_at
from symlandscape.statistics import Exponent, estimate, fit_exponent

NAME = "particles_tangent"
THEME = "particles"
SOURCE = "rotskoff_vanden_eijnden_2022; cho_saul_2009"
WORDS = {"gd": "gradient descent", "heavy-ball": "heavy ball", "nesterov": "Nesterov"}
DATA = {"quick": ((12, 10), (20, 10)), "full": ((12, 10), (20, 10), (30, 10), (30, 20))}  # points, inputs
RUN_AT = (20, 10)
WIDTHS = {"quick": (250, 1000, 4000), "full": (250, 500, 1000, 2000, 4000, 8000, 16000)}
SEEDS = {"quick": 4, "full": 16}
NETWORKS = {"quick": 400, "full": 2000}
GRAM_WIDTH = 200
STEPS, FLOOR, LINEAR_STEPS = 1000, 1e-11, 150
SOFTER = 2.0  # the constants are the best for curvatures in [2 least, largest]: the slowest root is real and simple
RATE_DIGITS = 2
UNIT = 1000  # points are decimals of three digits


@cache
def points(n: int, d: int) -> tuple[tuple[Fraction, ...], ...]:
    """n points near the unit sphere of R^d, decimals of three digits."""
    X = generator(n, d, stream=21).standard_normal((n, d))
    X /= np.linalg.norm(X, axis=1)[:, None]
    return tuple(tuple(Fraction(round(UNIT * float(x)), UNIT) for x in row) for row in X)


@cache
def labels(n: int, d: int) -> tuple[Fraction, ...]:
    """Random signs."""
    return tuple(Fraction(int(s)) for s in generator(n, d, stream=22).choice([-1, 1], n))


def floats(n: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    """Points and labels as arrays."""
    X = np.array([[float(x) for x in row] for row in points(n, d)])
    return X, np.array([float(y) for y in labels(n, d)])


@cache
def spectrum(n: int, d: int) -> TangentSpectrum:
    """The enclosed spectrum of H."""
    return tangent_spectrum(points(n, d), labels(n, d), digits=20)


def gate_probability() -> bool:
    """P(w.x > 0, w.y > 0) = (pi - t)/(2 pi): the angles at which both signs are positive, out of 2 pi; and its
    derivative -1/(2 pi) in t.
    """
    t, s = sympy.symbols("t s", positive=True)
    opening = sympy.integrate(1, (s, -sympy.pi / 2 + t, sympy.pi / 2))  # x at angle 0, y at angle t
    return bool(sympy.expand(opening / (2 * sympy.pi) - (sympy.pi - t) / (2 * sympy.pi)) == 0)


def parallel_points() -> bool:
    """Two parallel points x, c x, c > 0: the block ((|x|^2, c |x|^2), (c |x|^2, c^2 |x|^2))/2 of H is singular."""
    c, q = sympy.symbols("c q", positive=True)
    return bool(sympy.expand(sympy.Matrix([[q, c * q], [c * q, c**2 * q]]).det()) == 0)


def residual_flow() -> bool:
    """One step h of gradient descent changes f(x_i) by -h sum_j (H_m)_ij u_j while gates stay: m = 2 units, n = 2
    points of the plane, both gates of unit 1 and one of unit 2 open.
    """
    h = sympy.Symbol("h", positive=True)
    X = sympy.Matrix(2, 2, sympy.symbols("x:4", real=True))
    W = sympy.Matrix(2, 2, sympy.symbols("w:4", real=True))
    y, a = sympy.Matrix(sympy.symbols("y:2", real=True)), sympy.Matrix(sympy.symbols("a:2", real=True))
    gates = sympy.Matrix([[1, 1], [1, 0]])  # unit, point

    def outputs(weights: sympy.Matrix) -> sympy.Matrix:
        return sympy.Matrix(
            [sum(a[r] * gates[r, i] * (weights.row(r) * X.row(i).T)[0] for r in range(2)) for i in (0, 1)]
        )

    u = outputs(W) - y
    loss = (u.T * u)[0] / 2
    moved = W - h * sympy.Matrix(2, 2, lambda r, b: loss.diff(W[r, b]))
    H = sympy.Matrix(
        2, 2, lambda i, j: (X.row(i) * X.row(j).T)[0] * sum(a[r] ** 2 * gates[r, i] * gates[r, j] for r in (0, 1))
    )
    gap = outputs(moved) - outputs(W) + h * H * u
    return all(sympy.expand(x) == 0 for x in gap)


def complex_roots() -> bool:
    """Heavy ball with h = 1/L and sqrt beta = 1 - s/2, s = sqrt(mu/L) in (0, 1]: on curvatures l = x^2 L, s <= x <= 1,
    the discriminant (1 + beta - x^2)^2 - 4 beta is a product of one negative and three positive factors, so that the
    roots are complex of modulus sqrt beta.
    """
    s, x = sympy.symbols("s x", positive=True)
    root = 1 - s / 2
    factors = (1 - root - x, 1 - root + x, 1 + root - x, 1 + root + x)  # s/2 - x < 0, s/2 + x, 2 - s/2 - x > 0, ..
    product = sympy.prod(factors)
    signs = (factors[0] - (s / 2 - x), factors[1] - (s / 2 + x), factors[2] - (2 - s / 2 - x))
    return all(sympy.expand(z) == 0 for z in (product - ((1 + root**2 - x**2) ** 2 - 4 * root**2), *signs))


def network(n: int, d: int, width: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Units W (m, d), normal in pairs, and outer weights +-1/sqrt m of opposite sign on a pair: f = 0 at the start."""
    half = generator(seed, width, stream=23).standard_normal((width // 2, d))
    return np.vstack([half, half]), np.repeat([1.0, -1.0], width // 2) / np.sqrt(width)


def deviation_check(n: int, d: int, profile: str, seed: int) -> tuple[Check, ...]:
    """E |H_m - H|_F^2 over networks of independent units against the formula, and the mean entry by entry."""
    X, _ = floats(n, d)
    H = mean_gram(X)
    gaps, total = [], np.zeros_like(H)
    for i in range(NETWORKS[profile]):
        D = finite_gram(X, generator(seed, i, stream=24).standard_normal((GRAM_WIDTH, d))) - H
        gaps.append(float((D * D).sum()))
        total += D
    found = estimate(gaps)
    p = gate_matrix(X, X)
    spread = np.sqrt((X @ X.T) ** 2 * p * (1 - p) / GRAM_WIDTH / NETWORKS[profile])
    scores = (total / NETWORKS[profile]) / spread
    worst = float(np.max(np.abs(scores)))
    expected, networks = gram_deviation(X, GRAM_WIDTH), f"{NETWORKS[profile]} networks of {GRAM_WIDTH} units"
    return (
        estimated(
            "mean square distance",
            found.mean,
            expected,
            found.standard_error,
            networks,
        ),
        estimated("mean of H_m, worst entry in standard errors", worst, 0.0, 1.0, f"{n * (n + 1) // 2} entries"),
    )


@dataclass(frozen=True, slots=True)
class Trained:
    """A run with its constants, the spectral radii predicted by H, by H_m at the start, at the end and with the
    averaged gates of the tail, the measured rate, and the largest distance from the linearised run over |u_0|.
    """

    run: WideRun
    step: float
    momentum: float
    by_mean: float
    by_start: float
    by_end: float
    by_tail: float
    rate: float
    distance: float


def predicted_rate(method: str, step: float, momentum: float, least: float, largest: float) -> float:
    """The spectral radius of the method on curvatures in [least, largest]."""
    with workprec(64):
        return mid_float(rate_at(method, *(float_to_arb(float(x)) for x in (step, momentum, least, largest))))


@cache
def trained(method: str, width: int, seed: int) -> Trained:
    """A network of this width trained on the data of RUN_AT."""
    n, d = RUN_AT
    X, y = floats(n, d)
    known = spectrum(n, d)
    low, high = mid_float(known.eigenvalues[0]), mid_float(known.eigenvalues[-1])
    with workprec(64):
        step, momentum = best_rate(method, float_to_arb(SOFTER * low), float_to_arb(high)).floats
    run = train_wide(X, y, *network(n, d, width, seed), method, step, momentum, STEPS, FLOOR)

    def by(gram: np.ndarray) -> float:
        values = np.linalg.eigvalsh(gram)
        return predicted_rate(method, step, momentum, float(values[0]), float(values[-1]))

    by_mean, by_tail = predicted_rate(method, step, momentum, low, high), by(run.tail_gram)
    rate = tail_rate(run.norms)[0]
    length = min(LINEAR_STEPS, len(run.norms) - 1)
    line = linearised_run(run.first_gram, run.residuals[0], method, step, momentum, length)
    distance = float(np.linalg.norm(line - run.residuals[: length + 1], axis=1).max() / run.norms[0])
    return Trained(run, step, momentum, by_mean, by(run.first_gram), by(run.last_gram), by_tail, rate, distance)


def spectrum_claim(n: int, d: int) -> Claim:
    """Least eigenvalue, condition and best rates on one set of points."""
    known = spectrum(n, d)
    value, radius = outward(known.eigenvalues[0], 12)
    X, _ = floats(n, d)
    direct = float(np.linalg.eigvalsh(mean_gram(X))[0])
    with workprec(known.precision):
        rates = "best rates: " + ", ".join(f"{WORDS[m]} {outward(r.rate, 5)[0]}" for m, r in known.rates.items())
        middle = arb_to_mpf_mid(known.eigenvalues[0])
        apart = abs(known.eigenvalues[0] - to_arb(parse_exact(value)))
        inside = bool(apart <= to_arb(parse_exact(radius)))
    statement = (
        rf"\text{{{n} points drawn near }} S^{{{d - 1}}}, \text{{ decimals of three digits:}}\ "
        rf"\lambda_{{\min}}(H) = {value} \pm {latex_number(radius)}"
    )
    return Claim(
        f"particles.tangent.spectrum.n{n}.d{d}", THEME, statement, SOURCE,
        (
            certified("LDL^T and Gershgorin's discs in balls", Verdict.of(known.positive and inside or None), rates),
            checked("eigenvalues of the float matrix", direct, middle, 10),
        ),
    )  # fmt: skip


def run_claim(method: str, profile: str, seed: int) -> Claim:
    """The tail of a run against the spectral radius with the averaged gates of the tail."""
    n, _ = RUN_AT
    width = WIDTHS[profile][-1]
    made = trained(method, width, seed)
    statement = (
        rf"\text{{{WORDS[method]}}},\ n = {n},\ m = {width}:\ \text{{the run shrinks by }} {made.rate:.4f} "
        rf"\text{{ per step; the gates averaged over its tail predict }} {made.by_tail:.4f} "
        r"\text{, the same to } 1\% \text{ of } 1 - \text{rate}"
    )
    detail = (
        f"1 - rate; H predicts {made.by_mean:.4f}, H_m at the start {made.by_start:.4f}, at the end {made.by_end:.4f}; "
        f"{100 * made.run.flipped:.1f}% of the gates flipped, {100 * made.run.sliding:.2f}% slide"
    )
    check = checked("rate of the tail", 1 - made.rate, 1 - made.by_tail, RATE_DIGITS, detail)
    return Claim(f"particles.tangent.run.{method}", THEME, statement, SOURCE, (check,))


def modular_claim(profile: str, seed: int) -> Claim:
    """Heavy ball with the constants of Wang, Lin & Abernethy: the rate sqrt beta does not depend on the gates."""
    n, d = RUN_AT
    X, y = floats(n, d)
    known = spectrum(n, d)
    low, high = mid_float(known.eigenvalues[0]), mid_float(known.eigenvalues[-1])
    predicted = 1 - math.sqrt(low / high) / 2
    checks, shown = [], []
    for width in WIDTHS[profile]:
        run = train_wide(
            X, y, *network(n, d, width, seed), "heavy-ball", 1 / high, predicted**2, STEPS, FLOOR
        )  # fmt: skip
        rate, error = tail_rate(run.norms)
        sliding = f"{100 * run.sliding:.2f}% of the gates slide"
        shown.append(rf"{rate:.3f} \pm {error:.3f}\ (m = {width})")
        checks.append(estimated(f"m = {width}", rate, predicted, error, sliding))
    statement = (
        rf"\text{{heavy ball}},\ h = 1/\lambda_{{\max}}(H),\ \sqrt\beta = 1 - \tfrac12 \kappa^{{-1/2}},\ n = {n}:\ "
        rf"\text{{runs shrink by }} \sqrt\beta = {predicted:.4f} \text{{ a step within the errors of the fit: }} "
        + r",\ ".join(shown)
    )
    return Claim("particles.tangent.run.modular", THEME, statement, SOURCE, tuple(checks))


def width_rows(profile: str, seed: int, what: str) -> list[tuple[int, float, float]]:
    """(width, mean, standard error) over networks trained by gradient descent, of the distance from the linearised run,
    of the share of sliding gates, or of how far 1 - rate stays below its prediction by H_m at the start.
    """
    rows = []
    for width in WIDTHS[profile]:
        runs = [trained("gd", width, seed + s) for s in range(SEEDS[profile])]
        values = {
            "distance": [r.distance for r in runs],
            "sliding": [r.run.sliding for r in runs],
            "missed": [1 - (1 - r.rate) / (1 - r.by_start) for r in runs],
        }[what]
        found = estimate(values)
        rows.append((width, found.mean, found.standard_error))
    return rows


def fit_rows(rows: list[tuple[int, float, float]]) -> Exponent:
    """The power of the width through rows of (width, value, error)."""
    return fit_exponent([w for w, _, _ in rows], [x for _, x, _ in rows], [e for _, _, e in rows])


def width_claim(what: str, words: str, profile: str, seed: int) -> Claim:
    """The power of the width with which a departure from the linearised dynamics falls."""
    rows = width_rows(profile, seed, what)
    fit = fit_rows(rows)
    again = fit_rows(width_rows(profile, seed + SEEDS[profile], what))
    own, other = (one.error * math.sqrt(max(1.0, one.chi2 or 1.0)) for one in (fit, again))
    widths = [w for w, _, _ in rows]
    statement = (
        rf"n = {RUN_AT[0]},\ \text{{gradient descent: one power }} m^{{b}} \text{{ fitted to {words}}},\ "
        rf"b = {fit.exponent:.2f} \pm {own:.2f},\ m = {min(widths)} \text{{ to }} {max(widths)}"
    )
    listed = ", ".join(f"m = {w}: {x:.4f} +- {e:.4f}" for w, x, e in rows)
    error = math.hypot(own, other)
    check = estimated("exponent of other networks", fit.exponent, again.exponent, error, listed)
    return Claim(f"particles.tangent.width.{what}", THEME, statement, SOURCE, (check,))


DEPARTURES = {
    "distance": "the largest distance from the linearised run over the first residual",
    "sliding": "the share of gates that slide on the kink of their unit",
    "missed": "the part of 1 - rate that the gates of the start promise in vain",
}


SHORT = {"distance": "distance from linear", "sliding": "sliding gates", "missed": "rate missed"}


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """The matrix, its least eigenvalue, finite width, rates."""
    yield Claim(
        "particles.tangent.gates", THEME,
        r"P(w \cdot x > 0,\ w \cdot y > 0) = \frac{\pi - t}{2\pi}",
        SOURCE, (proved("opening of the angles at which both are positive", gate_probability()),),
    )  # fmt: skip
    yield Claim(
        "particles.tangent.flow", THEME,
        r"\text{gates fixed: a step } h \text{ of gradient descent changes the residuals by } -h H_m u,\quad "
        r"m = n = d = 2",
        SOURCE, (proved("generic weights and points", residual_flow(), "one pattern of gates"),),
    )  # fmt: skip
    yield Claim(
        "particles.tangent.parallel", THEME, r"x_2 = c x_1,\ c > 0:\quad \det H = 0 \text{ for these two points}",
        SOURCE, (proved("determinant", parallel_points()),),
    )  # fmt: skip
    for n, d in DATA[profile]:
        yield spectrum_claim(n, d)
    n, d = RUN_AT
    yield Claim(
        "particles.tangent.finite", THEME,
        r"E H_m = H,\quad E\, \|H_m - H\|_F^2 = \tfrac1m \sum_{ij} (x_i \cdot x_j)^2\, p_{ij} (1 - p_{ij})"
        rf"\quad (n = {n},\ m = {GRAM_WIDTH})",
        SOURCE, deviation_check(n, d, profile, seed),
    )  # fmt: skip
    for method in METHODS:
        yield run_claim(method, profile, seed)
    yield Claim(
        "particles.tangent.modular", THEME,
        r"h = 1/L,\ \sqrt\beta = 1 - \tfrac12 \sqrt{\mu/L}:\ \text{heavy ball shrinks every curvature in } [\mu, L] "
        r"\text{ by } \sqrt\beta",
        SOURCE, (proved("complex roots of modulus sqrt beta", complex_roots(), "signs of four factors"),),
    )  # fmt: skip
    yield modular_claim(profile, seed)
    for what, words in DEPARTURES.items():
        yield width_claim(what, words, profile, seed)


def figures(profile: str = "quick") -> Iterator[Figure]:
    """Residuals of the three methods, and the distance from the linearisation."""
    yield Figure(
        "particles-tangent", f"Training a network of {WIDTHS[profile][-1]} units on {RUN_AT[0]} points",
        "Does the least eigenvalue of the Gram matrix predict how fast the methods train a wide network?",
        partial(draw_runs, profile=profile), Level.ESTIMATED,
    )  # fmt: skip
    yield Figure(
        "particles-lazy", "How far training is from linear, against the width",
        "How wide must a network be for the linearised dynamics to describe it?",
        partial(draw_widths, profile=profile), Level.ESTIMATED,
    )  # fmt: skip


def draw_runs(ax: Any, profile: str) -> None:
    """|u_t|/|u_0| and the slopes predicted by H and by the averaged gates."""
    from symlandscape.particles.tangent_figures import residuals_against_step

    runs = {}
    for method in METHODS:
        made = trained(method, WIDTHS[profile][-1], 0)
        runs[WORDS[method]] = (made.run.norms / made.run.norms[0], made.by_mean, made.by_tail)
    residuals_against_step(ax, runs)


def draw_widths(ax: Any, profile: str) -> None:
    """Distances by width."""
    from symlandscape.particles.tangent_figures import departures_against_width

    departures_against_width(ax, {words: width_rows(profile, 0, what) for what, words in SHORT.items()})


if __name__ == "__main__":
    show(claims())
