"""One neuron more: the splitting test of each neuron type, and the thresholds of the families X+1.

The kernel f(w, v) = E phi(w.x) phi(v.x) is positively homogeneous of degree 1 in w, so its second derivatives have
degree -1 (in w, w) and 0 (in w, v). A neuron's diagonal block is H_ii = G + C with G = (1 + rho^2)/2 I from |w|^2
(degree 0) and C from the pairs with other vectors (degree -1): the clones lam w, (1-lam) w have G + C/lam and G +
C/(1-lam), and G between them. A congruence separates the sum of the clones' displacements from their difference.
Setting: Safran, Yehudai & Shamir 2021 and Arjevani & Field 2022 (k = d+1); the thresholds of X+1 come out of the
method.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import sympy

from derivations._show import show
from symlandscape import backends
from symlandscape.arith.conversions import mid_float
from symlandscape.arith.decimals import outward
from symlandscape.check import check_document
from symlandscape.evidence import Certificate, Check, Claim, Level, Verdict, certified, checked, proved
from symlandscape.export import Figure, latex_number
from symlandscape.relu import CriticalPoint, Threshold, Thresholds, family
from symlandscape.relu.splitting_test import NeuronSplit, splitting_test

NAME = "extra_neurons"
THEME = "relu"
SOURCE = "arjevani_field_2022; safran_yehudai_shamir_2021"
SPLIT_AT = (("F1", 6, 0), ("F1", 20, 0), ("F2", 8, 0), ("A0", 6, 0), ("A1", 8, 0), ("A1", 20, 0), ("F1", 7, 1))
DENSE_AT = (
    ("F1", 6, 0, Fraction(0)),
    ("A1", 9, 0, Fraction(0)),
    ("F1", 7, 1, Fraction(0)),
    ("F1", 6, 0, Fraction(-1, 2)),
)
SHARE = Fraction(1, 3)  # lam of the clones in the dense check
TURNING = {"F1": (6, 7), "F2": (8, 9), "A1": (11, 12), "A2": (13, 14)}  # integers around the turning point of X+1
NEVER = {"quick": (3, 5, 6, 10, 40), "full": tuple(range(3, 41))}  # d at which A0+1 is a saddle
DIGITS = 30
LOW, HIGH = Fraction(2), Fraction(40)

lam, rho = sympy.symbols("lambda rho", positive=True)
w1, w2, v1, v2 = sympy.symbols("w1 w2 v1 v2", real=True)
G, C = sympy.symbols("G C")


def kernel(a: tuple[Any, Any], b: tuple[Any, Any]) -> sympy.Expr:
    """The ReLU kernel of two vectors of the plane (all pairs lie in one), up to the factor 1/(2 pi)."""
    area, inner = a[0] * b[1] - a[1] * b[0], a[0] * b[0] + a[1] * b[1]
    return area + (sympy.pi - sympy.atan2(area, inner)) * inner  # for pairs with positive area


def has_degree_one() -> bool:
    """f(lam w, v) = lam f(w, v): the angle's two arguments and the area are linear in w."""
    angle = sympy.Function("angle")(sympy.Symbol("t"))  # only the ratio of its arguments counts
    area, inner = w1 * v2 - w2 * v1, w1 * v1 + w2 * v2
    scaled = {w1: lam * w1, w2: lam * w2}
    ratio = sympy.cancel((area / inner).subs(scaled, simultaneous=True) - area / inner)
    value = area + (sympy.pi - angle) * inner
    return bool(ratio == 0 and sympy.expand(value.subs(scaled, simultaneous=True) - lam * value) == 0)


def own_derivative_has_degree_minus_one() -> bool:
    """f_ww(w, v) w = 0 and f_ww(lam w, v) = f_ww(w, v)/lam, from the kernel's derivatives."""
    value = kernel((w1, w2), (v1, v2))
    second = sympy.hessian(value, (w1, w2))
    along = second * sympy.Matrix([w1, w2])
    scaled = second.subs({w1: lam * w1, w2: lam * w2}, simultaneous=True) - second / lam
    return all(sympy.cancel(sympy.together(x)) == 0 for x in [*along, *scaled])


def clones_separate() -> bool:
    """P' S P = diag(G + C, C/(lam (1-lam))) with S the clones' block and P = ((lam, 1), (1-lam, -1)); their coupling to
    other neurons, the row (K, K), becomes (K, 0).
    """
    S = sympy.Matrix([[G + C / lam, G], [G, G + C / (1 - lam)]])
    P = sympy.Matrix([[lam, 1], [1 - lam, -1]])
    wanted = sympy.diag(G + C, C / (lam * (1 - lam)))
    coupling = sympy.Matrix([[1, 1]]) * P - sympy.Matrix([[1, 0]])
    rest = list((P.T * S * P - wanted).applyfunc(lambda x: sympy.cancel(sympy.together(x))))
    return all(x == 0 for x in [*rest, *coupling.applyfunc(sympy.expand)]) and sympy.expand(P.det()) == -1


def slope_part() -> bool:
    """(1-rho)^2/2 + rho = (1+rho^2)/2: the part of H_ii that comes from |w|^2, at any slope."""
    return bool(sympy.expand((1 - rho) ** 2 / 2 + rho - (1 + rho**2) / 2) == 0)


@cache
def member(name: str, d: int, extra: int, slope: Fraction = Fraction(0)) -> CriticalPoint:
    """The certified point of a family with extra rows."""
    return family(name, extra=extra, slope=slope).at(d)


@cache
def splits(name: str, d: int, extra: int, slope: Fraction = Fraction(0)) -> tuple[NeuronSplit, ...]:
    """The splitting test of each neuron type there."""
    return splitting_test(member(name, d, extra, slope))


def split_networks(
    name: str, d: int, extra: int, slope: Fraction
) -> Iterator[tuple[NeuronSplit, np.ndarray, np.ndarray]]:
    """For one neuron of each type: its test, the dense Hessian of the network with it split, and the same assembled
    from H and C.
    """
    W, share, rho = member(name, d, extra, slope).matrix(), float(SHARE), float(slope)
    k = W.shape[0]
    H = backends.relu_hessian(W, None, rho)
    first = 0
    for test in splits(name, d, extra, slope):
        split = np.vstack([W, (1 - share) * W[first]])
        split[first] *= share
        dense = backends.relu_hessian(split, None, rho)
        own = slice(first * d, (first + 1) * d)
        total = np.zeros((k * d, (k + 1) * d))  # displacements of the split network -> of the network before
        total[:, : k * d] = np.eye(k * d)
        total[own, k * d :] = np.eye(d)
        apart = np.zeros((d, (k + 1) * d))
        apart[:, own], apart[:, k * d :] = (1 - share) * np.eye(d), -share * np.eye(d)
        curvature = H[own, own] - (1 + rho * rho) / 2 * np.eye(d)
        yield test, dense, total.T @ H @ total + apart.T @ curvature @ apart / (share * (1 - share))
        first += int(test.size)


def dense_check(name: str, d: int, extra: int, slope: Fraction) -> tuple[Check, ...]:
    """The dense Hessian of the split networks against the assembled one, and its number of negative eigenvalues."""
    gap, counts = 0.0, True
    for test, dense, assembled in split_networks(name, d, extra, slope):
        gap = max(gap, float(np.max(np.abs(dense - assembled))))
        index = member(name, d, extra, slope).morse_index
        known = None if index is None or test.negative is None else index + int(test.negative)
        counts = counts and known == int(np.sum(np.linalg.eigvalsh(dense) < -1e-9))
    where = f"{name}{f'+{extra}' if extra else ''} at d = {d}, slope {slope}"
    return (
        checked(f"dense Hessian, {where}", f"{gap:.1e}", 0, 11, "largest difference of entries"),
        checked(f"negative eigenvalues, {where}", int(counts), 1, 1, "1: the Morse indices of H and C add up"),
    )


def least(test: NeuronSplit) -> str:
    """The least eigenvalue of C off w, in words."""
    return "none" if test.least is None else outward(test.least, 8)[0]


def split_claim(name: str, d: int, extra: int) -> Claim:
    """Which neuron types of a point can be split with descent."""
    tests = splits(name, d, extra)
    parts = ", ".join(f"row orbit {t.row}: {t.negative} negative, least {least(t)}" for t in tests)
    verdict = Verdict.YES
    for t in tests:
        verdict = verdict.and_(t.descends)
    statement = rf"{latex_name(name, extra)},\ d = {d}:\quad \text{{splitting any neuron opens a descent direction}}"
    check = certified("signs of the curvature part of each diagonal block", verdict, parts)
    return Claim(f"relu.split.{name}{f'+{extra}' if extra else ''}.{d}", THEME, statement, SOURCE, (check,))


def latex_name(name: str, extra: int) -> str:
    """F1, 1 -> F_{1}+1."""
    return f"{name[0]}_{{{name[1:]}}}" + (f"+{extra}" if extra else "")


@cache
def crossings(name: str, profile: str) -> Thresholds:
    """The crossings of X+1: around the turning point in the quick profile, on the whole range in the full one."""
    low, high = (LOW, HIGH) if profile == "full" else TURNING[name]
    return family(name, extra=1).thresholds(DIGITS, low, high, certify=True)


def turning(name: str, profile: str) -> Threshold:
    """The crossing at which X+1 becomes a minimum."""
    return next(t for t in crossings(name, profile).found if t.becomes == "minimum")


def checker_agrees(threshold: Threshold) -> Verdict:
    """YES when the independent checker confirms the certificate."""
    if threshold.certificate is None:
        return Verdict.UNDECIDED
    return Verdict.YES if check_document(threshold.certificate.document()).verdict == "holds" else Verdict.NO


def kind_is(point: CriticalPoint, verdict: str) -> Verdict:
    """Whether the certified point is of this kind."""
    return Verdict.UNDECIDED if point.verdict == "undecided" else Verdict.of(point.verdict == verdict)


def threshold_claim(name: str, profile: str) -> Claim:
    """Where X+1 turns from a saddle into a minimum."""
    threshold = turning(name, profile)
    below, above = TURNING[name]
    value, radius = outward(threshold.d, 25)
    statement = (
        rf"{latex_name(name, 1)} \text{{ turns from a saddle into a minimum at }} "
        rf"d = {latex_number(value)} \pm {latex_number(radius)}"
    )
    held = Verdict.of(threshold.level is Level.CERTIFIED or None)
    sides = kind_is(member(name, below, 1), "saddle").and_(kind_is(member(name, above, 1), "minimum"))
    checks = (
        certified("Krawczyk's test of the extended system", held, f"block {threshold.label}"),
        certified("independent checker", checker_agrees(threshold), "re-verified with d a ball"),
        certified("both neighbours", sides, f"saddle at d = {below}, minimum at d = {above}"),
    )
    return Claim(f"relu.threshold.{name}+1", THEME, statement, SOURCE, checks)


def never_claim(profile: str) -> Claim:
    """A0+1 is a saddle at every d tried."""
    verdict, found = Verdict.YES, []
    for d in NEVER[profile]:
        point = member("A0", d, 1)
        verdict = verdict.and_(kind_is(point, "saddle"))
        found.append(f"{d}: {point.morse_index}")
    statement = rf"A_{{0}}+1 \text{{ is a saddle at }} d = {', '.join(str(d) for d in NEVER[profile])}"
    check = certified("signs of every block", verdict, f"d: Morse index; {', '.join(found)}")
    return Claim("relu.threshold.A0+1", THEME, statement, SOURCE, (check,))


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """The splitting test and the thresholds of X+1."""
    dense = [check for case in DENSE_AT for check in dense_check(*case)]
    statement = (
        r"\text{cloning } w_i \to (\lambda w_i, (1-\lambda) w_i) \text{ opens a descent direction iff } "
        r"\nabla^2_{ii} L - \tfrac{1+\rho^2}{2} I \text{ has a negative eigenvalue}"
    )
    yield Claim(
        "relu.split",
        THEME,
        statement,
        SOURCE,
        (
            proved("the kernel has degree 1 in each vector", has_degree_one(), "lengths factor out, angles stay"),
            proved("its own second derivative has degree -1", own_derivative_has_degree_minus_one(), "and f_ww w = 0"),
            proved("the part from |w|^2", slope_part(), "any slope"),
            proved("the clones' block separates", clones_separate(), "congruence with determinant -1"),
            *dense,
        ),
    )
    for case in SPLIT_AT:
        yield split_claim(*case)
    for name in TURNING:
        yield threshold_claim(name, profile)
    yield never_claim(profile)


def certificates(profile: str = "quick") -> Iterator[tuple[str, Certificate]]:
    """The certificates of the turning points."""
    for name in TURNING:
        certificate = turning(name, profile).certificate
        if certificate is not None:
            yield f"threshold of {name}+1", certificate


def figures(profile: str = "quick") -> Iterator[Figure]:
    """Least eigenvalues of C against d."""
    yield Figure(
        "splitting",
        "Least curvature of each neuron type",
        "Which neurons can be split so that the loss falls, and does this change with d?",
        draw,
        Level.CERTIFIED,
    )


def draw(ax: Any) -> None:
    """Least eigenvalue of C off w for the neuron types of four families, against integer d."""
    from symlandscape.relu.figures import curvature_against_d

    curves: dict[str, list[tuple[float, float]]] = {}
    words = {"A0": ("flipped",), "A1": ("flipped", "kept"), "F1": ("kept", "flipped")}
    for name, roles in words.items():
        for d in (6, 8, 12, 16, 24, 32, 40):
            for test, role in zip(splits(name, d, 0), roles, strict=True):
                if test.least is not None:
                    curves.setdefault(f"{name}, {role}", []).append((float(d), mid_float(test.least)))
    curvature_against_d(ax, curves)


if __name__ == "__main__":
    show(claims())
