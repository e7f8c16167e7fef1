"""Trained neurons against fixed features: a target of absolute values, f(x) = sum_j a_j |w_j.x|, x ~ N(0, I_d).

A ReLU student of 2m neurons is f. For N functions that do not depend on f, however chosen, the least loss averaged over
rotations of f is at least (1/2)(E f^2 - sum of the N largest eigenvalues of the covariance of the rotated target): the
eigenvalues are e_k, N(d, k) times each (Funk-Hecke, Schur), and a projection of rank N captures at most the N largest
(Ky Fan). Degree 2 alone asks for about d^2/2 functions, degree 4 for about d^4/24. Beside the bound: the exact loss of
the best linear predictor over random ReLU features, and ReLU students trained on the exact loss. That fixed features
cannot compete with trained neurons: Yehudai & Shamir 2019 (with exponential bounds; here the constants are exact).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache, partial
from typing import Any

import mpmath
import numpy as np
import sympy

from derivations._sampled import below, share_error
from derivations._show import show
from symlandscape import backends
from symlandscape.arith.balls import workprec
from symlandscape.arith.conversions import arb_to_mpf_mid, mid_float, parse_exact, to_arb
from symlandscape.arith.decimals import lower, outward
from symlandscape.evidence import Check, Claim, Level, Verdict, certified, checked, estimated, proved
from symlandscape.export import Figure
from symlandscape.particles import (
    AbsoluteTarget,
    best_linear_loss,
    best_linear_losses,
    features_needed,
    fixed_feature_bound,
)
from symlandscape.particles.fixed_features import level_coefficient, level_energy
from symlandscape.particles.funk_hecke import legendre, multiplicity
from symlandscape.runs import generator, start_batch
from symlandscape.statistics import estimate

NAME = "particles_features"
THEME = "particles"
SOURCE = "rotskoff_vanden_eijnden_2022; cho_saul_2009"
DEGREES = 12  # of the recursion, with d symbolic
INPUTS = 10
NEURONS = 2  # m
BOUNDS = ((5, 1, 15), (10, 1, 55), (10, 2, 55), (10, 2, 400), (20, 1, 210), (20, 4, 210))  # d, m, N
SHARE = Fraction(1, 100)
NEEDED = {"quick": (5, 10, 20, 40), "full": (5, 10, 20, 40, 80, 160)}
COUNTS = (10, 30, 55, 100, 200)
DRAWS = {"quick": 8, "full": 60}
STUDENTS = {"quick": (4, 6, 8, 12), "full": (4, 5, 6, 7, 8, 12, 16)}
STARTS = {"quick": 60, "full": 1000}
ZERO = 1e-10
EXACT = 12  # features of the predictor that is enclosed


def target(d: int = INPUTS, m: int = NEURONS) -> AbsoluteTarget:
    """|x_1| + .. + |x_m|."""
    return AbsoluteTarget(d, (Fraction(1),) * m)


def moment_ratio() -> bool:
    """E|u_1|^{j+2} = E|u_1|^j (j + 1)/(j + d) on the sphere: E|u_1|^j is a ratio of Beta functions."""
    j, d = sympy.symbols("j d", positive=True)

    def moment(power: sympy.Expr) -> sympy.Expr:
        return sympy.gamma((power + 1) / 2) * sympy.gamma(d / 2) / sympy.gamma((power + d) / 2)

    ratio = sympy.gammasimp(sympy.expand_func(moment(j + 2) / moment(j)))
    return bool(sympy.cancel(ratio - (j + 1) / (j + d)) == 0)


def recursion(degrees: int) -> bool:
    """E[|u| P_k(u)]/E|u| = prod of -(i - 1)/(d + i + 1) over even i < k, for symbolic d and every even k up to
    `degrees`; P_k the Legendre polynomials of R^d.
    """
    d, u = sympy.symbols("d u")
    before, here = sympy.Integer(0), sympy.Integer(1)
    expected = sympy.Integer(1)
    for k in range(degrees + 1):
        if k % 2 == 0:
            found = sympy.Integer(0)
            for (power,), factor in sympy.Poly(here, u).terms():
                value = factor
                for i in range(1, power, 2):  # E|u|^{power + 1} from E|u|
                    value *= (i + 1) / (i + d)
                found += value
            if sympy.cancel(sympy.together(found - expected)) != 0:
                return False
            expected *= -(k - 1) / (d + k + 1)
        raised = ((2 * k + d - 2) * u * here - k * before) / (k + d - 2)
        before, here = here, sympy.expand(sympy.cancel(raised)) if k else u
    return True


def first_moment() -> bool:
    """E|u_1| from the recursion in d, d -> d + 2, against the Gamma quotient, d = 2 .. 12."""
    values = []
    for d in range(2, 13):
        q, s = level_coefficient(d, 0)
        half = sympy.Rational(d, 2)
        exact = sympy.gamma(half) / (sympy.sqrt(sympy.pi) * sympy.gamma(half + sympy.Rational(1, 2)))
        values.append(sympy.expand(exact - sympy.Rational(q.numerator, q.denominator) / sympy.pi**s) == 0)
    return all(values)


def absolute_value() -> bool:
    """|t| = relu(t) + relu(-t) on both half-lines and at 0."""
    t = sympy.Symbol("t", positive=True)
    return all(sympy.Abs(x) == sympy.Max(0, x) + sympy.Max(0, -x) for x in (t, -t, sympy.Integer(0)))


def mercer_check(d: int, k: int) -> Check:
    """e_k of |w.x| against the Funk-Hecke integral of the covariance E|w.x||w'.x| = (2/pi)(sin t + c asin c)."""
    with mpmath.workdps(30):
        norm = mpmath.gamma(mpmath.mpf(d) / 2) / (mpmath.sqrt(mpmath.pi) * mpmath.gamma(mpmath.mpf(d - 1) / 2))

        def integrand(t: Any) -> Any:
            c = mpmath.cos(t)
            kernel = 2 / mpmath.pi * (mpmath.sin(t) + c * mpmath.asin(c))
            return kernel * legendre(k, d, c) * mpmath.sin(t) ** (d - 2)

        direct = norm * mpmath.quad(integrand, [0, mpmath.pi / 2, mpmath.pi])
        with workprec(128):
            ours = arb_to_mpf_mid(level_energy(target(d, 1), k))
        return checked(f"d = {d}, k = {k}", direct, ours, 18)


def rotated_mean(one: AbsoluteTarget, features: np.ndarray) -> float:
    """The mean over rotations of the energy that given units |u_i.x| capture: tr(G^-1 M) with
    M_ij = sum_k e_k d lambda_k^2 N(d, k) P_k(u_i.u_j), up to degree 40, in floats.
    """
    d = one.inputs
    cosines = np.clip(features @ features.T, -1, 1)
    gram = np.zeros_like(cosines)
    made = np.zeros_like(cosines)
    for k in range(0, 82, 2):
        size = multiplicity(d, k)
        own = mid_float(level_energy(AbsoluteTarget(d, (Fraction(1),)), k))
        term = own * size * np.asarray(legendre(k, d, cosines))
        gram += term
        made += mid_float(level_energy(one, k)) * term
    gram += (1 - gram[0, 0]) * np.eye(len(gram))  # the degrees beyond; their off-diagonal part is below 1e-6
    return float(np.trace(np.linalg.solve(gram, made)))


def rotation(rng: np.random.Generator, d: int) -> np.ndarray:
    """A uniform rotation (d, d): QR of a normal matrix with the signs of R's diagonal taken out."""
    Q, R = np.linalg.qr(rng.standard_normal((d, d)))
    return np.asarray(Q * np.sign(np.diagonal(R)))


def covariance_check(profile: str, seed: int) -> Check:
    """The energy that units |u_i.x| capture, averaged over sampled rotations of the target, against the series."""
    rng, d, one = generator(seed, 1, stream=11), 6, AbsoluteTarget(6, (Fraction(1), Fraction(-2)))
    U = rng.standard_normal((8, d))
    U /= np.linalg.norm(U, axis=1)[:, None]
    a = np.array([float(x) for x in one.weights])

    def overlap(A: np.ndarray, B: np.ndarray) -> np.ndarray:
        c = np.clip(A @ B.T, -1, 1)
        return np.asarray(2 / np.pi * (np.sqrt(1 - c * c) + c * np.arcsin(c)))

    G = overlap(U, U)
    samples = []
    for _ in range(100 * DRAWS[profile]):
        b = overlap(U, rotation(rng, d)[:2]) @ a
        samples.append(float(b @ np.linalg.solve(G, b)))
    found = estimate(samples)
    return estimated(
        "captured by 8 units |u.x|, d = 6, a = (1, -2)", found.mean, rotated_mean(one, U), found.standard_error,
        f"{len(samples)} rotations against tr(G^-1 M)",
    )  # fmt: skip


def bound_claim(d: int, m: int, count: int) -> Claim:
    """The bound for one N, and that N functions reach it."""
    one = target(d, m)
    value = fixed_feature_bound(one, count)
    with workprec(128):
        share = 2 * value / one.mean_square()
        printed = lower(value, 8)  # a lower bound is rounded down
        holds = Verdict.of(bool(value >= to_arb(parse_exact(printed))) or None)
        complete = sum(multiplicity(d, k) for k in (0, 2)) == count and not one.sums[1]
        checks = [certified("E f^2 less the sum of the largest eigenvalues", holds, f"share {outward(share, 6)[0]}")]
        if complete:  # all of degrees 0 and 2: what is left is E f^2 minus two explicit energies
            left = to_arb(1) - level_energy(one, 0) - multiplicity(d, 2) * level_energy(one, 2)
            checks.append(checked("degrees 0 and 2", arb_to_mpf_mid(left / 2), arb_to_mpf_mid(value), 25, "complete"))
    names = " + ".join(f"|x_{j}|" for j in range(1, m + 1))
    statement = (
        rf"f = {names},\ d = {d}:\quad \text{{any }} {count} \text{{ fixed functions have a least loss of at least }} "
        rf"{printed} \text{{ on average over the rotations of }} f"
    )
    return Claim(f"particles.features.bound.d{d}.m{m}.N{count}", THEME, statement, SOURCE, tuple(checks))


def needed_claim(d: int) -> Claim:
    """How many fixed functions a share of 1% asks for."""
    one = target(d, 1)
    least = features_needed(one, SHARE)
    with workprec(128):
        goal = one.mean_square() * to_arb(SHARE) / 2
        enough = bool(fixed_feature_bound(one, least) <= goal)
        fewer = bool(fixed_feature_bound(one, least - 1) > goal)
    statement = (
        rf"f = |x_1|,\ d = {d}:\quad \text{{the lower bound for the least loss of }} N \text{{ fixed functions, on "
        rf"average over the rotations of }} f \text{{, first falls to }} 1\% \text{{ of that of }} 0 \text{{ at }} "
        rf"N = {least} \text{{; 2 ReLU neurons represent }} f"
    )
    check = certified(
        "both sides of N", Verdict.of(enough and fewer), f"N/d^2 = {least / d**2:.2f}, N/d^4 = {least / d**4:.4f}"
    )
    return Claim(f"particles.features.needed.d{d}", THEME, statement, SOURCE, (check,))


def random_units(rng: np.random.Generator, count: int, d: int) -> np.ndarray:
    """Unit vectors (count, d), uniform."""
    U = rng.standard_normal((count, d))
    return np.asarray(U / np.linalg.norm(U, axis=1)[:, None])


@cache
def random_losses(profile: str, seed: int) -> np.ndarray:
    """Least losses (draws, N + 1) over the first 0, 1, .. of random ReLU features."""
    rows = [
        best_linear_losses(target(), random_units(generator(seed, i, stream=12), COUNTS[-1], INPUTS))
        for i in range(DRAWS[profile])
    ]
    return np.array(rows)


def enclosed_predictor(seed: int) -> Check:
    """The exact loss over rational features in balls against floats."""
    units = np.round(random_units(generator(seed, 0, stream=13), EXACT, INPUTS), 3)
    exact = [[Fraction(round(1000 * float(x)), 1000) for x in row] for row in units]
    enclosed = best_linear_loss(target(), exact)
    floats = best_linear_losses(target(), np.array([[float(x) for x in row] for row in exact]))[-1]
    return checked(
        f"{EXACT} rational features: Cholesky in floats against LDL^T in balls", floats,
        "nan" if enclosed is None else arb_to_mpf_mid(enclosed), 12,
    )  # fmt: skip


@cache
def student_losses(k: int, starts: int, seed: int) -> np.ndarray:
    """Losses that ReLU students of k neurons reach on the exact population loss."""
    W = start_batch(seed, 0, starts, k, INPUTS)
    batch = backends.minimise_relu(W, target().directions(), tol=1e-9, threads=backends.available_threads())
    return batch.losses


def student_claim(k: int, profile: str, seed: int) -> Claim:
    """How often students of k neurons learn f, beside the bound for as many functions as they have parameters."""
    starts = STARTS[profile]
    one, other = (int((student_losses(k, starts, s) < ZERO).sum()) for s in (seed, seed + 1))
    parameters = k * (INPUTS + 1)
    bound = lower(fixed_feature_bound(target(), parameters), 5)
    error = float(np.hypot(share_error(one, starts), share_error(other, starts)))
    statement = (
        rf"f = |x_1| + |x_2|,\ d = {INPUTS}:\quad \text{{{one} of {starts} students of }} k = {k} "
        r"\text{ neurons end at loss 0 (below } 10^{-10} \text{)}"
    )
    detail = f"{one} and {other} of {starts}; {parameters} fixed functions: at least {bound}"
    check = estimated("starts of another seed", one / starts, other / starts, error, detail)
    return Claim(f"particles.features.student.k{k}", THEME, statement, SOURCE, (check,))


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """Eigenvalues, bounds, random features, students."""
    yield Claim(
        "particles.features.coefficients", THEME,
        r"u \text{ uniform on } S^{d-1},\ E\,|u_1| P_k(u_1) = \lambda_k:\quad "
        rf"\lambda_{{k+2}} = -\frac{{k-1}}{{d+k+1}} \lambda_k,\ k = 0, 2, \dots, {DEGREES - 2}",
        SOURCE, (proved("symbolic d, from the moments of |u_1|", moment_ratio() and recursion(DEGREES)),),
    )  # fmt: skip
    yield Claim(
        "particles.features.first-moment", THEME,
        r"u \text{ uniform on } S^{d-1}:\ E\,|u_1| = \frac{\Gamma(d/2)}{\sqrt\pi\, \Gamma((d+1)/2)}:\ "
        r"\text{rational for odd } d,\ \text{rational over } \pi \text{ for even } d,\ d = 2, \dots, 12",
        SOURCE, (proved("Gamma quotients", first_moment()),),
    )  # fmt: skip
    yield Claim(
        "particles.features.student-represents", THEME,
        r"\sum_j a_j |w_j \cdot x| = \sum_j \mathrm{relu}(a_j w_j \cdot x) + \mathrm{relu}(-a_j w_j \cdot x),\ a_j > 0",
        SOURCE, (proved("both half-lines and 0", absolute_value()),),
    )  # fmt: skip
    yield Claim(
        "particles.features.mercer", THEME,
        r"|w| = |w'| = 1:\ E\,|w \cdot x||w' \cdot x| = \sum_k e_k N(d,k) P_k(w \cdot w'),\ "
        r"e_k = d \lambda_k^2 \text{ at } d = 5, 10,\ k \le 6",
        SOURCE, tuple(mercer_check(d, k) for d in (5, 10) for k in (0, 2, 4, 6)),
    )  # fmt: skip
    yield Claim(
        "particles.features.covariance", THEME,
        r"\text{mean over rotations of what 8 given units } |u_i \cdot x| \text{ capture of } |x_1| - 2 |x_2|,\ "
        r"d = 6:\ \operatorname{tr} G^{-1} M,\ "
        r"M_{ij} = \sum_k e_k\, d \lambda_k^2 N(d,k) P_k(u_i \cdot u_j),\ "
        r"e_k = d \lambda_k^2 (\textstyle\sum a^2 + P_k(0) \sum_{i \ne j} a_i a_j)",
        SOURCE, (covariance_check(profile, seed),),
    )  # fmt: skip
    for d, m, count in BOUNDS:
        yield bound_claim(d, m, count)
    for d in NEEDED[profile]:
        yield needed_claim(d)
    yield Claim(
        "particles.features.predictor", THEME,
        r"\min_c \tfrac12 E (f - \textstyle\sum_i c_i \mathrm{relu}(u_i \cdot x))^2 = "
        rf"\tfrac12 (E f^2 - b^\top G^{{-1}} b) \text{{ at {EXACT} given features}}",
        SOURCE, (enclosed_predictor(seed),),
    )  # fmt: skip
    losses = random_losses(profile, seed)
    parts, values = [], []
    for count in COUNTS:
        found = estimate(losses[:, count])
        bound = mid_float(fixed_feature_bound(target(), count))
        parts.append((f"N = {count}: bound", bound, found.mean, found.standard_error))
        values.append(rf"{found.mean:.3f}\ (N = {count})")
    yield Claim(
        "particles.features.random", THEME,
        rf"f = |x_1| + |x_2|,\ d = {INPUTS}:\quad \text{{mean least loss over random ReLU features }} "
        + r",\quad ".join(values) + r" \text{, above the bound}",
        SOURCE, (below("the bound below the mean", parts),),
    )  # fmt: skip
    for k in STUDENTS[profile]:
        yield student_claim(k, profile, seed)


def figures(profile: str = "quick") -> Iterator[Figure]:
    """Loss against the number of features, and the number that 1% asks for."""
    yield Figure(
        "particles-features", "Loss against parameters: fixed features and trained neurons",
        "How much does it help that neurons move: how far do fixed features of the same number stay behind?",
        partial(draw_losses, profile=profile), Level.ESTIMATED,
    )  # fmt: skip
    yield Figure(
        "particles-features-needed", "Fixed functions that 1% of the loss asks for",
        "How does the number of fixed features grow with the number of inputs, for targets of 2m neurons?",
        partial(draw_needed, profile=profile), Level.CERTIFIED,
    )  # fmt: skip


def draw_losses(ax: Any, profile: str) -> None:
    """Bound, random features, students."""
    from symlandscape.particles.student_figures import loss_against_features

    grid = sorted({round(10 ** (x / 8)) for x in range(0, 29)})
    curve = [(n, mid_float(fixed_feature_bound(target(), n))) for n in grid]
    rows = random_losses(profile, 0)
    dots = [(n, float(rows[:, n].mean()), float(rows[:, n].std(ddof=1))) for n in COUNTS]
    students = [(k * (INPUTS + 1), student_losses(k, STARTS[profile], 0)) for k in STUDENTS[profile]]
    loss_against_features(ax, curve, dots, students, ZERO)


def draw_needed(ax: Any, profile: str) -> None:
    """features_needed against d for m = 1, 2, 4."""
    from symlandscape.particles.student_figures import needed_against_inputs

    rows = {m: [(d, features_needed(target(d, m), SHARE)) for d in NEEDED[profile]] for m in (1, 2, 4)}
    needed_against_inputs(ax, rows)


if __name__ == "__main__":
    show(claims())
