"""Which spurious minima remain with one neuron more than targets (V = I, k = d + 1), and what random starts meet there.

Random starts at k = d + 1 seldom meet the families F_p+1 that the relu theme grows from a neuron at zero. They meet a
second branch of the same pattern (d - p kept rows, p flipped rows, one extra row), here called aligned: its extra row
lies mostly along the sum of the p flipped columns and takes over their linear part, so that the loss is far below that
of F_p+1. A start near it is F_p with the extra row r on the flipped columns; descent stays in the fixed space. The
branch is followed in d and enclosed on both sides of the crossing at which it becomes a minimum. The branch comes out
of the method; setting: Safran, Yehudai & Shamir 2021, Arjevani & Field 2022.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache, partial
from typing import Any

import numpy as np

from derivations._show import show
from derivations.particles_students import ZERO, ends
from symlandscape import backends
from symlandscape.arith.balls import arb
from symlandscape.arith.conversions import mid_float
from symlandscape.arith.decimals import outward
from symlandscape.errors import InputError
from symlandscape.evidence import Check, Claim, Level, Verdict, certified, checked
from symlandscape.export import Figure
from symlandscape.relu import CriticalPoint, family, follow_path
from symlandscape.relu.branch_path import Path
from symlandscape.relu.splitting_test import splitting_test
from symlandscape.symmetry.pattern import Pattern

NAME = "particles_survivors"
THEME = "particles"
SOURCE = "rotskoff_vanden_eijnden_2022"
BRANCHES = {"quick": (4,), "full": (3, 4, 5, 6, 7)}  # p
START_AT = {3: 24, 4: 16, 5: 16, 6: 16, 7: 16}  # a d at which the branch is a minimum
RANGE = {"quick": 3, "full": 24}  # how far above START_AT the branch is followed
STARTS = {"quick": 80, "full": 1000}
MATCHED = {"quick": ((14, 15),), "full": ((10, 11), (14, 15), (20, 21))}  # d, k = d + 1
EXTRA_ROW = 0.45
SAME, SAME_DIGITS = 1e-8, 9
DIGITS = 15


@cache
def aligned_point(p: int, d: int) -> np.ndarray:
    """Weights (d + 1, d) reached by descent from F_p with an extra row on its flipped columns; rows kept, flipped,
    extra.
    """
    start = np.vstack([family(f"F{p}").at(d, digits=DIGITS).matrix(), np.zeros(d)])
    start[d, d - p :] = EXTRA_ROW
    return np.asarray(backends.minimise_relu(start[None], tol=1e-11).points[0])


def coordinates(pattern: Pattern, W: np.ndarray) -> list[float]:
    """The pattern's coordinates of a matrix in its fixed space."""
    names = pattern.matrix(list(range(len(pattern.coordinates))))
    return [float(W[names == j].mean()) for j in range(len(pattern.coordinates))]


@cache
def path(p: int, profile: str) -> Path:
    """The branch, with d as a real number."""
    d = START_AT[p]
    pattern = Pattern((d - p, p), (1,))
    return follow_path(pattern, coordinates(pattern, aligned_point(p, d)), 0, max(p + 2, 8), d + RANGE[profile])


@cache
def becomes_minimum(p: int, profile: str) -> float:
    """The real d at which the branch becomes a minimum: its last crossing. Raises InputError without one."""
    found = [event.d for event in path(p, profile).of_kind("crossing") if event.d <= START_AT[p]]
    if not found:
        raise InputError(f"the branch with p = {p} flipped rows has no crossing below d = {START_AT[p]}")
    return max(found)


@cache
def beside(p: int, d: int, profile: str) -> CriticalPoint:
    """The certified point of the branch at an integer d; with several, that of least loss."""
    points = path(p, profile).certified_at(d, DIGITS)
    if not points:
        raise InputError(f"the branch with p = {p} flipped rows has no point at d = {d}")
    return min(points, key=lambda point: mid_float(point.loss))


def kind_is(point: CriticalPoint, verdict: str) -> Verdict:
    """Whether the certified point is of this kind."""
    return Verdict.UNDECIDED if point.verdict == "undecided" else Verdict.of(point.verdict == verdict)


def entries(point: CriticalPoint) -> dict[str, arb]:
    """The enclosed coordinates by their names."""
    return {c.name: x for c, x in zip(point.pattern.coordinates, point.coordinates, strict=True)}


def shape(point: CriticalPoint) -> Verdict:
    """Whether the first rows are kept, those of the second block flipped, and the extra row positive on their columns:
    the signs of the enclosed diagonals and of its entry there.
    """
    found = entries(point)
    return Verdict.of(bool(found["a[0]"] > 0 and found["a[1]"] < 0 and found["r[0,1]"] > 0) or None)


def branch_claims(p: int, profile: str) -> Iterator[Claim]:
    """Saddle and minimum on both sides of the crossing; splitting; lower than F_p+1."""
    turn = becomes_minimum(p, profile)
    first = math.ceil(turn)
    below, above = beside(p, first - 1, profile), beside(p, first, profile)
    row = [outward(entries(above)[name], 4)[0] for name in ("r[0,0]", "r[0,1]")]
    statement = (
        rf"k = d+1,\ {p} \text{{ flipped rows:}} \quad \text{{a saddle at }} d = {first - 1} "
        rf"\text{{, a minimum at }} d = {first} \text{{ of loss }} {outward(above.loss, 10)[0]} "
        rf"\text{{, its extra row }} {row[1]} \text{{ on each of their columns and }} {row[0]} \text{{ on the others}}"
    )
    detail = f"crossing near d = {turn:.6f}"
    both = kind_is(below, "saddle").and_(kind_is(above, "minimum")).and_(shape(below)).and_(shape(above))
    checks = (certified("existence, the signs of every block and of the diagonals at both", both, detail),)
    yield Claim(f"particles.survivors.p{p}", THEME, statement, SOURCE, checks)
    descends = Verdict.YES
    for test in splitting_test(above):
        descends = descends.and_(test.descends)
    statement = (
        rf"k = d+1,\ p = {p},\ d = {first}:\ \text{{splitting any neuron of this minimum opens a descent direction}}"
    )
    least = min(mid_float(t.least) for t in splitting_test(above) if t.least is not None)
    checks = (certified("signs of the curvature of every neuron", descends, f"least {least:.5f}"),)
    yield Claim(f"particles.survivors.split.p{p}", THEME, statement, SOURCE, checks)
    try:
        other = family(f"F{p}", extra=1).at(first, digits=DIGITS)
    except InputError:
        return
    lower = Verdict.of(bool(above.loss < other.loss) or None)
    statement = (
        rf"k = d+1,\ p = {p},\ d = {first}:\ \text{{the loss of this minimum lies below that of }} F_{{{p}}}+1 "
        rf"\text{{ (verdict: {other.verdict})}}"
    )
    check = certified(
        "both enclosed", lower.and_(kind_is(other, other.verdict)), f"F{p}+1: {outward(other.loss, 8)[0]}"
    )
    yield Claim(f"particles.survivors.lower.p{p}", THEME, statement, SOURCE, (check,))


def kinds(d: int, k: int, profile: str, seed: int) -> list[tuple[float, int]]:
    """(loss, count) of the end points above 0 of random starts of two seeds."""
    losses = np.concatenate([ends(d, k, STARTS[profile], s).losses for s in (seed, seed + 1)])
    above = np.sort(losses[losses >= ZERO])
    groups = np.split(above, np.flatnonzero(np.diff(above) > SAME) + 1) if above.size else []
    return [(float(group[0]), len(group)) for group in groups]


@cache
def candidates(d: int) -> dict[str, float]:
    """Losses of F_p+1 and of the aligned branches at k = d + 1, by descent from where they start."""
    found: dict[str, float] = {}
    for p in range(1, d // 2 + 1):
        if p >= 2:
            found[f"aligned, p = {p}"] = backends.relu_loss(aligned_point(p, d))
        if p <= 2:
            found[f"F{p}+1"] = mid_float(family(f"F{p}", extra=1).at(d, digits=DIGITS).loss)
    return {name: loss for name, loss in found.items() if loss > ZERO}


def matched(d: int, k: int, profile: str, seed: int) -> Claim | None:
    """The spurious losses that random starts reach, with the branch of that loss where one is known."""
    checks: list[Check] = []
    parts, unknown = [], []
    for loss, count in kinds(d, k, profile, seed):
        name, value = min(candidates(d).items(), key=lambda item: abs(item[1] - loss))
        if abs(value - loss) > SAME:
            unknown.append(f"{loss:.6f} ({count} starts)")
            continue
        checks.append(checked(name, loss, value, SAME_DIGITS, f"{count} starts"))
        parts.append(rf"{loss:.5f}\ (\text{{{name}}})")
    if not checks:
        return None
    known = f"; no branch known: {', '.join(unknown)}" if unknown else ""
    statement = (
        rf"d = {d},\ k = {k}:\ \text{{random starts reach the losses of }} \quad " + r",\quad ".join(parts)
        + r"\quad \text{(aligned: } p \text{ flipped rows, the extra row mostly along their columns)}"
        + (rf"\text{{{known}}}" if known else "")
    )  # fmt: skip
    return Claim(f"particles.survivors.matched.d{d}", THEME, statement, SOURCE, tuple(checks))


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """The branches, and the spurious losses of random starts."""
    for p in BRANCHES[profile]:
        yield from branch_claims(p, profile)
    for d, k in MATCHED[profile]:
        claim = matched(d, k, profile, seed)
        if claim is not None:
            yield claim


def figures(profile: str = "quick") -> Iterator[Figure]:
    """Losses that remain."""
    yield Figure(
        "particles-survivors", "Losses reached at d = 14 against the number of neurons",
        "Which spurious losses remain with one neuron more, and which branches are they?",
        partial(draw_losses, profile=profile), Level.ESTIMATED,
    )  # fmt: skip


def draw_losses(ax: Any, profile: str) -> None:
    """Losses of the end points by k; the families at k = d and the branches at k = d + 1."""
    from symlandscape.particles.student_figures import losses_by_neurons

    d = 14
    clouds = {d + e: ends(d, d + e, STARTS[profile], 0).losses for e in (0, 1, 2)}
    marks = {(d, f"F{p}"): mid_float(family(f"F{p}").at(d, digits=DIGITS).loss) for p in (1, 2, 3, 4)}
    for name, loss in candidates(d).items():
        if name != "aligned, p = 2":
            marks[d + 1, name.removeprefix("aligned, ")] = loss
    losses_by_neurons(ax, clouds, marks, ZERO)


if __name__ == "__main__":
    show(claims())
