"""Other slopes: thresholds of F1 and A0 as functions of the activation's slope rho below zero, and where minima vanish.

At each slope of a grid the crossings in d are proved as for ReLU, with the slope an exact rational; that the point is
the one reached from rho = 0 is checked on a path in small steps. At fixed d the slope moves: crossings and folds are
proved in (coordinates, null vector, rho). For rho = -1, the absolute value, flipping a neuron's sign changes nothing,
so the signed unit vectors have loss 0; F1 arrives there. A0 loses its minimality at a crossing of s0, or, for large d,
ends in a fold. Arjevani & Field treat rho = 0 only; the values here come out of the method.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import sympy

from derivations._show import show
from symlandscape.arith.conversions import mid_float
from symlandscape.arith.decimals import outward
from symlandscape.check import check_document
from symlandscape.evidence import Certificate, Check, Claim, Level, Verdict, certified, checked, proved
from symlandscape.export import Figure, latex_number
from symlandscape.relu import CriticalPoint, Threshold, Thresholds, family
from symlandscape.relu.parameter_events import ParameterBranch, ParameterEvent
from symlandscape.relu.slope_events import slope_events

NAME = "slopes"
THEME = "relu"
SOURCE = "arjevani_field_2021"
MEMBERS = ("F1", "A0")
GRID = {
    "quick": tuple(Fraction(x) for x in ("-1", "-3/4", "-1/2", "0", "1/2", "9/10")),
    "full": (*(Fraction(i, 16) for i in range(-16, 15)), Fraction(9, 10)),
}
RANGE = {"quick": (Fraction(3), Fraction(7)), "full": (Fraction(2), Fraction(40))}
EVENTS = {
    "quick": (("F1", 5), ("A0", 6), ("A0", 20), ("A0", 40)),
    "full": (("F1", 5), ("A0", 6), ("A0", 10), ("A0", 14), ("A0", 20), ("A0", 30), ("A0", 40), ("A1", 12), ("A1", 20)),
}
PATH_AT = 6  # the d at which the points of the grid are compared with the path in small steps
DIGITS, STATED, PATH_DIGITS = 30, 20, 9
NEAR = Fraction(1, 50)  # distance in slope at which the two sides of a crossing are looked at


@cache
def crossings(name: str, slope: Fraction, profile: str) -> Thresholds:
    """The crossings of a family at one slope."""
    return family(name, slope=slope).thresholds(DIGITS, *RANGE[profile], certify=True)


def turning(name: str, slope: Fraction, profile: str) -> Threshold | None:
    """The last crossing at which the family becomes a minimum as d grows, None without one."""
    found = [t for t in crossings(name, slope, profile).found if t.becomes == "minimum"]
    return found[-1] if found else None


@cache
def path(name: str, d: int) -> ParameterBranch:
    """The family at d along the slope."""
    return slope_events(family(name), d, digits=DIGITS)


@cache
def member(name: str, d: int, slope: Fraction) -> CriticalPoint:
    """The certified point of the family at a slope."""
    return family(name, slope=slope).at(d)


def checker_agrees(threshold: Threshold) -> Verdict:
    """YES when the independent checker confirms the certificate."""
    if threshold.certificate is None:
        return Verdict.UNDECIDED
    return Verdict.YES if check_document(threshold.certificate.document()).verdict == "holds" else Verdict.NO


def kind_is(name: str, d: int, slope: Fraction, kind: str) -> Verdict:
    """Whether the family at d and this slope is proved to be of this kind."""
    found = member(name, d, slope).verdict
    return Verdict.UNDECIDED if found == "undecided" else Verdict.of(found == kind)


def same_branch(name: str, slope: Fraction) -> Check:
    """The point of the grid at d = PATH_AT against the path from slope 0 in small steps."""
    samples = {s.value: s.point for s in path(name, PATH_AT).samples}
    _, values = family(name, slope=slope).coordinates(family(name).pattern(PATH_AT))
    gap = float(np.max(np.abs(np.array(values) - samples[slope])))
    return checked(
        f"path in small steps at d = {PATH_AT}", f"{gap:.1e}", 0, PATH_DIGITS, "largest difference of coordinates"
    )


def latex_name(name: str) -> str:
    """F1 -> F_{1}."""
    return f"{name[0]}_{{{name[1:]}}}"


def threshold_claim(name: str, slope: Fraction, profile: str) -> Claim:
    """The turning point at this slope, or that the family is of one kind at the integers of the quick range."""
    threshold = turning(name, slope, profile)
    head = rf"{latex_name(name)},\ \rho = {sympy.latex(sympy.Rational(slope.numerator, slope.denominator))}:\quad "
    claim_id = f"relu.slope.{name}.{slope}"
    if threshold is not None:
        value, radius = outward(threshold.d, STATED)
        statement = (
            head
            + rf"\text{{turns from a saddle into a minimum at }} d = {latex_number(value)} \pm {latex_number(radius)}"
        )
        held = Verdict.of(threshold.level is Level.CERTIFIED or None)
        checks = (
            certified("Krawczyk's test of the extended system", held, f"block {threshold.label}"),
            certified("independent checker", checker_agrees(threshold), "re-verified with d a ball"),
            same_branch(name, slope),
        )
        return Claim(claim_id, THEME, statement, SOURCE, checks)
    sizes = (4, 5, 6, 7)
    kind = member(name, sizes[0], slope).verdict
    statement = head + rf"\text{{a {kind} at }} d = {', '.join(map(str, sizes))}"
    verdict = Verdict.YES
    for d in sizes:
        verdict = verdict.and_(kind_is(name, d, slope, kind))
    found = ", ".join(f"{t.label} at {outward(t.d, 8)[0]}" for t in crossings(name, slope, profile).found)
    detail = f"no turning point seen by the scan in floats; other crossings: {found or 'none'}"
    return Claim(
        claim_id,
        THEME,
        statement,
        SOURCE,
        (certified("signs of every block", verdict, detail), same_branch(name, slope)),
    )


def event_claim(name: str, d: int, event: ParameterEvent) -> Claim:
    """A crossing or a fold at fixed d."""
    value, radius = outward(event.value, STATED)
    at = rf"\rho = {latex_number(value)} \pm {latex_number(radius)}"
    if event.fold:
        blocks = ",".join(map(str, path(name, d).pattern.sizes))
        statement = rf"d = {d}:\quad \text{{a branch with blocks }} ({blocks}) \text{{ has a fold at }} {at}"
    else:
        statement = (
            rf"{latex_name(name)},\ d = {d}:\quad {event.label[0]}_{{{event.label[1:]}}} \text{{ is singular at }} {at}"
        )
    held = Verdict.of(event.level is Level.CERTIFIED or None)
    check = certified("Krawczyk's test in (coordinates, null vector, slope)", held, event.reason)
    return Claim(
        f"relu.slope.{name}.{d}.{'fold' if event.fold else event.label}",
        THEME,
        statement,
        SOURCE,
        (check, *sides(name, d, event)),
    )


def sides(name: str, d: int, event: ParameterEvent) -> tuple[Check, ...]:
    """What the family is on both sides of a crossing; at a fold, where following it in floats stops."""
    value = mid_float(event.value)
    if event.fold:
        ends = (path(name, d).begins, path(name, d).ends)
        last = float(min(ends, key=lambda s: abs(float(s) - value)))
        return (checked(f"where following {name} in floats stops", last, value, 4, "the last sample of the path"),)
    middle = Fraction(value).limit_denominator(1000)
    left, right = middle - NEAR, middle + NEAR
    below, above = member(name, d, left).verdict, member(name, d, right).verdict
    changes = Verdict.UNDECIDED if "undecided" in (below, above) else Verdict.of(below != above)
    return (certified("both sides", changes, f"a {below} at slope {left}, a {above} at slope {right}"),)


def sign_is_free() -> bool:
    """|-t| = |t|: with phi(t) = t for t > 0 and rho t for t < 0 at rho = -1, phi(-t) = phi(t)."""
    t = sympy.Symbol("t", positive=True)
    rho = sympy.Symbol("rho")
    positive, negative = t, -rho * t  # phi(t), phi(-t)
    return bool(sympy.expand((negative - positive).subs(rho, -1)) == 0)


def arrival(d: int) -> Check:
    """F1 at slope -1 against the unit vectors with one sign flipped."""
    branch = path("F1", d)
    last = branch.samples[0]
    wanted = [(-1.0 if c.row == 1 else 1.0) if c.diagonal else 0.0 for c in branch.pattern.coordinates]
    gap = float(np.max(np.abs(last.point - np.array(wanted))))
    return checked(
        f"coordinates at d = {d}, slope {last.value}", f"{gap:.1e}", 0, 9, "largest difference from signed unit vectors"
    )


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """Thresholds on the grid of slopes, events in the slope, and the absolute value."""
    for name, slope in product(MEMBERS, GRID[profile]):
        yield threshold_claim(name, slope, profile)
    for name, d in EVENTS[profile]:
        for event in path(name, d).events:
            yield event_claim(name, d, event)
    yield Claim(
        "relu.slope.absolute",
        THEME,
        r"\rho = -1:\quad L(S W) = L(W) \text{ for every diagonal } S \text{ of signs}",
        SOURCE,
        (proved("the activation is even", sign_is_free(), "phi(-t) = phi(t) at slope -1"),),
    )
    yield Claim(
        "relu.slope.F1.arrival",
        THEME,
        r"F_{1} \text{ followed to } \rho = -1 \text{ arrives at } \operatorname{diag}(1, \dots, 1, -1)"
        + rf",\ d = 5, {PATH_AT}",
        SOURCE,
        tuple(arrival(d) for d in (5, PATH_AT)),
    )


def certificates(profile: str = "quick") -> Iterator[tuple[str, Certificate]]:
    """The certificates of the turning points at the grid's slopes."""
    for name, slope in product(MEMBERS, GRID[profile]):
        threshold = turning(name, slope, profile)
        if threshold is not None and threshold.certificate is not None:
            yield f"threshold of {name} at slope {slope}".replace("/", " over "), threshold.certificate


def figures(profile: str = "quick") -> Iterator[Figure]:
    """Thresholds against the slope."""
    yield Figure(
        "thresholds-against-slope",
        "Thresholds against the slope",
        "How does the dimension at which F1 and A0 become minima depend on the activation's slope?",
        lambda ax: draw(ax, profile),
        Level.CERTIFIED,
    )


def draw(ax: Any, profile: str) -> None:
    """Turning points on the grid, and the events at fixed d up to the range that is drawn."""
    from symlandscape.relu.figures import thresholds_against_slope

    curves: dict[str, list[tuple[float, float]]] = {}
    crossed: dict[str, set[str]] = {}
    for name, slope in product(MEMBERS, GRID[profile]):
        threshold = turning(name, slope, profile)
        if threshold is not None:
            curves.setdefault(name, []).append((float(slope), mid_float(threshold.d)))
            crossed.setdefault(name, set()).add(threshold.label)
    marks = []
    for name, d in EVENTS[profile]:
        for event in path(name, d).events if name in curves else ():
            place = mid_float(event.value)
            if event.label in crossed[name]:  # the same crossing, seen at fixed d
                curves[name].append((place, float(d)))
            else:
                marks.append((name, place, float(d), "fold" if event.fold else event.label))
    thresholds_against_slope(ax, curves, marks)


if __name__ == "__main__":
    show(claims())
