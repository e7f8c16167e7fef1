"""Orthogonal targets of different lengths, V = D Q: the normal form, its blocks, and how far minima persist.

Inputs are isotropic, so only inner products of neurons and targets enter the loss. With V = D Q they are those of W Q'
and D: columns may then be permuted among targets of equal length. Starting from V = I, the length c of one target is
changed at fixed d; where a block becomes singular, Krawczyk's test in (coordinates, null vector, c) proves the event,
and certified points on both sides say what the family is there. Arjevani & Field treat V = I; the events come out of
the method.
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
from symlandscape.relu import CriticalPoint, certify, discover, family, spectrum
from symlandscape.relu.length_events import length_events
from symlandscape.relu.parameter_events import ParameterBranch, ParameterEvent
from symlandscape.runs import generator
from symlandscape.symmetry.pattern import Pattern

NAME = "weighted_targets"
THEME = "relu"
SOURCE = "arjevani_field_2021"
QUICK = (
    ("F1", 5, "flipped", "3/4", "1"),
    ("F1", 6, "flipped", "1", "5/4"),
    ("F1", 6, "kept", "15/16", "4/3"),
    ("F1", 10, "kept", "3/4", "1"),
    ("A0", 6, "flipped", "1/2", "5/4"),
)
FULL = tuple(
    (name, d, role, "1/16", "8")
    for name, role, sizes in (
        ("F1", "flipped", (4, 5, 6, 7, 8, 10, 14, 20)),
        ("F1", "kept", (5, 6, 8, 10, 14, 20, 30, 40)),
        ("A0", "flipped", (6, 7, 8, 10, 14, 20)),
        ("A1", "flipped", (10, 20)),
        ("A1", "kept", (10, 20)),
    )
    for d in sizes
)
PATHS = {"quick": QUICK, "full": FULL}
SPECTRA = (((4, 1), (1, Fraction(1, 2))), ((3, 2), (2, Fraction(1, 3))), ((2, 2, 1), (1, 3, Fraction(3, 2))))
REACHED = (6, Fraction(1, 2), 100)  # d, the last target's length, random starts
DIGITS, STATED = 25, 18
NEAR = Fraction(1, 100)  # distance in length at which the two sides of a crossing are looked at

Path = tuple[str, int, str, str, str]


def rotation_is_free() -> bool:
    """All inner products of the rows of W and D Q are those of W Q' and D, where Q Q' = Q' Q = 1."""
    k, d = sympy.symbols("k d", positive=True, integer=True)
    W, D, Q = sympy.MatrixSymbol("W", k, d), sympy.MatrixSymbol("D", d, d), sympy.MatrixSymbol("Q", d, d)

    def reduced(expression: Any) -> Any:
        found = expression.doit()
        for product in (Q.T * Q, Q * Q.T):
            found = found.subs(product, sympy.Identity(d)).doit()
        return found

    mixed = reduced(W * (D * Q).T - (W * Q.T) * D.T)
    own = reduced((W * Q.T) * (W * Q.T).T) - reduced(W * W.T)
    targets = reduced((D * Q) * (D * Q).T) - reduced(D * D.T)
    return all(x.doit() == sympy.ZeroMatrix(*x.shape) for x in (mixed, own, targets))


def scaling_holds() -> bool:
    """f(lam w, lam v) = lam^2 f(w, v): areas and inner products are bilinear, angles stay."""
    lam = sympy.Symbol("lambda", positive=True)
    w1, w2, v1, v2 = sympy.symbols("w1 w2 v1 v2", real=True)
    area, inner = w1 * v2 - w2 * v1, w1 * v1 + w2 * v2
    scaled = {x: lam * x for x in (w1, w2, v1, v2)}
    parts = [sympy.expand(x.subs(scaled, simultaneous=True) - lam**2 * x) for x in (area, inner)]
    ratio = sympy.cancel((area / inner).subs(scaled, simultaneous=True) - area / inner)
    return parts == [0, 0] and ratio == 0


def rotated_gap(sizes: tuple[int, ...], lengths: tuple[Any, ...]) -> float:
    """Largest difference of the sorted spectra: blocks in the frame of D against the dense Hessian with targets D Q."""
    pattern, rng = Pattern(sizes), generator(7, len(sizes))
    W = pattern.matrix([float(x) for x in rng.standard_normal(len(pattern.coordinates))])
    d = W.shape[1]
    Q = np.linalg.qr(rng.standard_normal((d, d)))[0]
    V = np.diag(np.repeat([float(c) for c in lengths], sizes)) @ Q
    found = spectrum(W @ Q, V)
    blocks = [np.repeat([mid_float(x) for x in b.eigenvalues], int(b.multiplicity)) for b in found.blocks]
    dense = np.linalg.eigvalsh(backends.relu_hessian(W @ Q, V))
    return float(np.max(np.abs(np.sort(np.concatenate(blocks)) - dense)))


@cache
def path(case: Path) -> ParameterBranch:
    """The family while one target changes its length."""
    name, d, role, low, high = case
    return length_events(family(name), d, role, low, high, DIGITS)


@cache
def beside(case: Path, length: Fraction) -> CriticalPoint:
    """The certified point of the path at a length, from the sample next to it."""
    branch = path(case)
    near = min(branch.samples, key=lambda s: abs(s.value - length))
    moving = branch.pattern.blocks - 1  # a lone row, the last block here
    lengths = [length if i == moving else Fraction(1) for i in range(branch.pattern.blocks)]
    return certify(branch.pattern, [float(x) for x in near.point], lengths=lengths, digits=15, certificate=True)


def rechecked(point: CriticalPoint) -> Verdict:
    """YES when the independent checker confirms the point's certificate."""
    if point.certificate is None:
        return Verdict.UNDECIDED
    return Verdict.YES if check_document(point.certificate.document()).verdict == "holds" else Verdict.NO


def sides(case: Path, event: ParameterEvent) -> tuple[Check, ...]:
    """Certified points on both sides of a crossing; at a fold, where following in floats stops."""
    name, value, branch = case[0], mid_float(event.value), path(case)
    if event.fold:
        last = min((branch.begins, branch.ends), key=lambda c: abs(float(c) - value))
        return (
            checked(f"where following {name} in floats stops", float(last), value, 5, "the last sample of the path"),
        )
    middle = Fraction(value).limit_denominator(1000)
    left, right = beside(case, middle - NEAR), beside(case, middle + NEAR)
    known = None if "undecided" in (left.verdict, right.verdict) else left.morse_index != right.morse_index
    detail = f"Morse index {left.morse_index} at {middle - NEAR}, {right.morse_index} at {middle + NEAR}"
    return (
        certified("both sides", Verdict.of(known), detail),
        certified("independent checker", rechecked(left).and_(rechecked(right)), "both points, with their lengths"),
    )


def event_claim(case: Path, number: int, event: ParameterEvent) -> Claim:
    """One event."""
    name, d, role, _, _ = case
    value, radius = outward(event.value, STATED)
    label = rf"{event.label[0]}_{{{event.label[1:]}}}"
    blocks = ",".join(map(str, path(case).pattern.sizes))
    what = r"\text{has a fold at }" if event.fold else rf"{label} \text{{ is singular at }}"
    who = rf"\text{{a branch with blocks }} ({blocks})" if event.fold else rf"{name[0]}_{{{name[1:]}}}"
    head = rf"{who},\ d = {d},\ \text{{one {role} row's target of length }} c:\quad "
    statement = rf"{head}{what} c = {latex_number(value)} \pm {latex_number(radius)}"
    held = Verdict.of(event.level is Level.CERTIFIED or None)
    check = certified("Krawczyk's test in (coordinates, null vector, length)", held, event.reason)
    return Claim(f"relu.lengths.{name}.{d}.{role}.{number}", THEME, statement, SOURCE, (check, *sides(case, event)))


def reached_claims(seed: int) -> Iterator[Claim]:
    """Random starts with rotated targets of two lengths."""
    d, length, starts = REACHED
    Q = np.linalg.qr(generator(11, 0).standard_normal((d, d)))[0]
    V = np.diag([1.0] * (d - 1) + [float(length)]) @ Q
    found = discover(d, d, starts, seed=seed, targets=V)
    branch = length_events(family("F1"), d, "flipped", length, 1, DIGITS)
    start = [float(x) for x in branch.samples[0].point]
    point = certify(branch.pattern, start, lengths=(Fraction(1), length))
    losses = [p.loss for p in found.points]
    near = min(losses, key=lambda x: abs(x - mid_float(point.loss)))
    counts = {f"{p.family or 'unnamed'} {p.loss:.6g}": n for p, n in zip(found.points, found.counts, strict=True)}
    share = sympy.latex(sympy.Rational(length.numerator, length.denominator))
    minima = all(p.verdict == "minimum" and p.level is Level.CERTIFIED for p in found.points)
    statement = (
        rf"\text{{random starts for }} V = D Q,\ D = \operatorname{{diag}}(1, .., 1, {share}),"
        rf"\ d = k = {d} \text{{ reach the minimum that }} F_{{1}} \text{{ becomes}}"
    )
    loss = checked("loss reached against the certified point", near, mid_float(point.loss), 9, f"{counts}, seed {seed}")
    yield Claim("relu.lengths.reached", THEME, statement, SOURCE, (loss,))
    signs = certified("signs of every block", Verdict.of(minima or None), f"{found.converged} starts converged")
    every = rf"\text{{every point that {starts} random starts reach there is a minimum, seed }} {seed}"
    yield Claim("relu.lengths.reached.minima", THEME, every, SOURCE, (signs,))


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """The normal form, its blocks, the events in the length of one target, and what descent reaches."""
    yield Claim(
        "relu.lengths.rotation",
        THEME,
        r"L(W; D Q) = L(W Q^{\top}; D) \text{ for orthogonal } Q",
        SOURCE,
        (proved("inner products agree", rotation_is_free(), "any sizes; the loss is a function of inner products"),),
    )
    yield Claim(
        "relu.lengths.scaling",
        THEME,
        r"L(c W; c V) = c^2 L(W; V) \text{ for } c > 0",
        SOURCE,
        (proved("the kernel has degree 2 in both vectors", scaling_holds(), "hence the Hessians are equal"),),
    )
    checks = tuple(
        checked(
            f"blocks {','.join(map(str, sizes))}, lengths {', '.join(map(str, lengths))}",
            f"{rotated_gap(sizes, lengths):.1e}", 0, 11, "largest difference of eigenvalues",
        )
        for sizes, lengths in SPECTRA
    )  # fmt: skip
    statement = (
        r"\operatorname{spec} \nabla^2 L(W; D Q) \text{ is that of the blocks of } W Q^{\top} \text{ for targets } D"
        r"\text{, at random points of three patterns}"
    )
    yield Claim("relu.lengths.blocks", THEME, statement, SOURCE, checks)
    for case in PATHS[profile]:
        for number, event in enumerate(path(case).events):
            yield event_claim(case, number, event)
    yield from reached_claims(seed)


def certificates(profile: str = "quick") -> Iterator[tuple[str, Certificate]]:
    """The certificates of the points on both sides of each crossing."""
    for case in PATHS[profile]:
        for number, event in enumerate(path(case).events):
            if event.fold:
                continue
            middle = Fraction(mid_float(event.value)).limit_denominator(1000)
            for word, length in (("below", middle - NEAR), ("above", middle + NEAR)):
                certificate = beside(case, length).certificate
                if certificate is not None:
                    yield f"{case[0]} at {case[1]}, {case[2]} target, {word} event {number}", certificate


def figures(profile: str = "quick") -> Iterator[Figure]:
    """Events against d and the length."""
    yield Figure(
        "events-against-length",
        "How long may one target be?",
        "Between which lengths of one target do F1 and A0 stay minima, for each d?",
        lambda ax: draw(ax, profile),
        Level.CERTIFIED,
    )


def draw(ax: Any, profile: str) -> None:
    """Certified events only."""
    from symlandscape.relu.threshold_figures import events_against_length

    marks: dict[tuple[str, str], list[tuple[float, int]]] = {}
    for case in PATHS[profile]:
        for event in path(case).events:
            kind = f"{case[0]}, {case[2]} target: {'fold' if event.fold else event.label}"
            marks.setdefault((kind, "fold" if event.fold else "crossing"), []).append((mid_float(event.value), case[1]))
    events_against_length(ax, marks)


if __name__ == "__main__":
    show(claims())
