"""Where minima of no family come from: daughters of A(p|q), folds, and what the branches connect.

Random starts with k = d = 19 and 20 neurons end at minima with isotropy Delta(S_12 x S_6 x S_1) and Delta(S_13 x S_6 x
S_1). They lie on the branch that the equivariant branching lemma gives where A(7|q) turns from a minimum into a saddle:
one of the 7 flipped rows leaves the others. That daughter is born as a saddle towards smaller d, turns round in a fold,
and is a minimum from there on. Followed further it turns round in a second fold and meets F6 where a block of F6 is
singular: the branch joins the two families.

First road: pseudo-arclength continuation and Lyapunov-Schmidt coefficients in floats; the crossings and folds by
Krawczyk's test of their extended systems, the minima by Krawczyk's test and the sign of every block in balls. Second
roads: the independent checker; random starts, which know nothing of branches; the coefficients against Newton at small
amplitude. Source: Golubitsky, Stewart & Schaeffer 1988, ch. XIII (the lemma); Arjevani & Field 2021 (families); the
branches themselves are ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from typing import Any

from derivations._show import show
from symlandscape import backends
from symlandscape.arith.balls import arb, workprec
from symlandscape.arith.conversions import arb_to_mpf_mid, mid_float
from symlandscape.arith.decimals import outward
from symlandscape.check import check_document
from symlandscape.evidence import Certificate, Check, Claim, Level, Verdict, certified, checked
from symlandscape.export import Figure, latex_number
from symlandscape.relu import CriticalPoint, family
from symlandscape.relu.bifurcations import Daughter, bifurcation_graph, daughters, met_family
from symlandscape.relu.branch_figures import bifurcation_diagram, graph_figure, strand_of
from symlandscape.relu.branch_path import Path
from symlandscape.relu.branching import met
from symlandscape.relu.fold_proof import Fold, prove_fold
from symlandscape.relu.paths import path_of_family
from symlandscape.runs import start_batch

NAME = "branches"
THEME = "relu"
SOURCE = "arjevani_field_2021, sections 3-5"
MINIMA = {7: (19, 20), 8: (21, 22, 23, 24, 25)}
"""Flipped rows of the mother A(p|q) -> the integers d at which the daughter that sheds one of them is a minimum."""
RANGE = {7: (Fraction(14), Fraction(24)), 8: (Fraction(41, 2), Fraction(26))}
CROSSING = {7: (Fraction(39, 2), 20), 8: (Fraction(45, 2), 23)}
"""Where d of the daughter, and of its mother's crossing, lies."""
FOLDED = {"quick": (7,), "full": (7, 8)}
STARTS = {19: (0, 32), 20: (96, 32)}
"""Random starts (first, count) of seed 0 among which some end at the new minimum."""
OTHERS = {
    "quick": (("F1", "s0", ((1,),)), ("A0", "x0", ((1, 1),))),
    "full": (
        ("F1", "s0", ((1,),)), ("F1", "s0", ((2,),)), ("A0", "x0", ((1, 1),)), ("A0", "x0", ((2, 1),)),
        ("A1", "x0", ((1, 1),)), ("A2", "x0", ((1, 1),)), ("F2", "s1", ((1,),)), ("F2", "s0", ((1,),)),
    ),
}  # fmt: skip
SADDLES = (7, 8)
SMALL = 1e-3
BEFORE, AFTER = Fraction(2053, 100), Fraction(2054, 100)


@cache
def shed(p: int) -> Daughter:
    """The daughter of A(p|q) that sheds one flipped row, on the side of smaller d."""
    low, high = RANGE[p]
    mother = family(f"A[flipped={p}]")
    begins, ends = CROSSING[p]
    (found,) = daughters(mother, "s0", None, ((1,),), begins, ends, to=high, bottom=low, opens="smaller d")
    return found


@cache
def folds(p: int) -> tuple[Fold, ...]:
    """The folds of the daughter, each proved."""
    return tuple(prove_fold(shed(p).path, e) for e in shed(p).path.of_kind("fold"))


@cache
def points(p: int, d: Fraction | int) -> tuple[CriticalPoint, ...]:
    """The points of the daughter at d next to its minima, with certificates."""
    return shed(p).path.certified_at(d, 20, certificate=True, minima=True)


def minimum(p: int, d: int) -> CriticalPoint | None:
    """The certified minimum of the daughter at d."""
    return next((x for x in points(p, d) if x.verdict == "minimum"), None)


def checker_agrees(point: CriticalPoint | None) -> Verdict:
    """YES when the independent checker confirms the point and that it is a minimum."""
    if point is None or point.certificate is None:
        return Verdict.UNDECIDED
    document = point.certificate.document()
    return Verdict.of(document["verdict"] == "minimum" and check_document(document).verdict == "holds")


def three_lengths(point: CriticalPoint) -> Verdict:
    """Whether the rows have three different lengths, over balls: a point of A(p|q) or F(p|q) has two at most."""
    with workprec(point.precision):
        squares = [arb(0) for _ in point.pattern.row_sizes]
        for c, x in zip(point.pattern.coordinates, point.coordinates, strict=True):
            squares[c.row] += arb(int(point.pattern.count(c))) / int(point.pattern.row_sizes[c.row]) * x * x
        apart = not any(squares[i].overlaps(squares[j]) for i in range(len(squares)) for j in range(i))
    return Verdict.YES if apart and len(squares) >= 3 else Verdict.UNDECIDED


@cache
def reached(d: int) -> tuple[int, float]:
    """Among the chosen starts of seed 0, how many end at a loss within 1e-6 of the new minimum's, and the last
    one's.
    """
    goal = minimum(7, d)
    first, count = STARTS[d]
    ends = backends.minimise_relu(start_batch(0, first, count, d, d), method="lbfgs", tol=1e-12)
    wanted = float("nan") if goal is None else mid_float(goal.loss)
    hits = [x for x, good in zip(ends.losses, ends.converged, strict=True) if good and abs(x - wanted) < 1e-6]
    return len(hits), float(hits[-1]) if hits else float("nan")


def coefficients(one: Daughter) -> Check:
    """The daughter's first coefficient by Lyapunov-Schmidt against Newton at amplitudes +-1/1000."""
    turn = one.branching
    ahead, behind = (met(turn, sign * SMALL)[0] for sign in (1, -1))
    if turn.kind == "pitchfork":
        expected, found = -turn.cubic / (6 * turn.speed), (ahead + behind) / (2 * SMALL**2)
    else:
        expected, found = -turn.quadratic / (2 * turn.speed), (ahead - behind) / (2 * SMALL)
    return checked(
        "Newton at small amplitude",
        found,
        expected,
        3,
        f"log size per {'square of the ' * (turn.kind == 'pitchfork')}amplitude",
    )


def latex_sizes(one: Daughter) -> str:
    """(6, 1, d-7)."""
    return r"(" + r",\,".join(one.branching.document()["sizes"]) + ")"


def latex_family(name: str) -> str:
    """A[flipped=7] -> A(7|d-7)."""
    if "[" in name:
        p = name[name.index("=") + 1 : -1]
        return f"{name[0]}({p}|d-{p})"
    return f"{name[0]}_{{{name[1:]}}}"


def latex_label(label: str) -> str:
    """s0 -> s_0."""
    return r"\,".join(f"{part[0]}_{{{part[1:]}}}" for part in label.split("*"))


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """Crossings, daughters, folds, minima, connections."""
    for p, ds in MINIMA.items():
        yield from claims_of(p, ds, profile)
    yield from connection()
    for name, label, cuts in OTHERS[profile]:
        yield from other_daughters(name, label, cuts)


def claims_of(p: int, ds: tuple[int, ...], profile: str) -> Iterator[Claim]:
    """The mother's crossing, the daughter's kind, its folds, its minima."""
    one = shed(p)
    value, radius = outward(one.threshold.d, 15)
    mother, turned = latex_family(one.mother), one.threshold.becomes == "saddle"
    yield Claim(
        f"relu.branch.{p}.mother", THEME,
        rf"{mother} \text{{ turns from a minimum into a saddle at }}"
        rf" d = {latex_number(value)} \pm {latex_number(radius)}"
        r" \text{, where } s_0 \text{ is singular}",
        SOURCE,
        (certified(
            "Krawczyk's test of the extended system",
            Verdict.YES if one.threshold.level is Level.CERTIFIED and turned else Verdict.UNDECIDED,
        ),),
    )  # fmt: skip
    slope = -one.branching.quadratic / (2 * one.branching.speed)
    statement = (
        rf"\text{{the daughter }} {latex_sizes(one)} \text{{ of }} {mother} \text{{ leaves it with }}"
        rf" \log(d - {p}) \text{{ growing by }} {slope:.3g} \text{{ per unit of Frobenius length}}"
    )
    yield Claim(f"relu.branch.{p}.daughter", THEME, statement, SOURCE, (coefficients(one),))
    for number, fold in enumerate(folds(p) if p in FOLDED[profile] else ()):
        value, radius = outward(fold.d, 15)
        yield Claim(
            f"relu.branch.{p}.fold{number}", THEME,
            rf"\text{{a branch with blocks }} {latex_sizes(one)} \text{{ has a quadratic fold at }}"
            rf" d = {latex_number(value)} \pm {latex_number(radius)}",
            SOURCE,
            (certified("Krawczyk's test of the extended system",
                       Verdict.YES if fold.level is Level.CERTIFIED else Verdict.UNDECIDED, fold.reason),),
        )  # fmt: skip
    for d in ds:
        yield from claims_at(p, d)


def claims_at(p: int, d: int) -> Iterator[Claim]:
    """One minimum: that it is one, that it is no A and no F, that descent finds it."""
    point = minimum(p, d)
    found = Verdict.UNDECIDED if point is None else Verdict.YES
    loss = "?" if point is None else latex_number(outward(point.loss, 15)[0])
    group = rf"\Delta(S_{{{d - p}}} \times S_{{{p - 1}}} \times S_1)"
    yield Claim(
        f"relu.branch.{p}.minimum.{d}", THEME,
        rf"k = d = {d}: \text{{ a local minimum of loss }} {loss} \text{{ is fixed by }} {group}",
        SOURCE,
        (certified("Krawczyk and the sign of every block", found),
         certified("independent checker", checker_agrees(point))),
    )  # fmt: skip
    yield Claim(
        f"relu.branch.{p}.new.{d}", THEME,
        rf"k = d = {d}: \text{{ the minimum of loss }} {loss} \text{{ is no }} A(p|q), F(p|q)",
        SOURCE,
        (certified("three lengths of rows, in balls", Verdict.UNDECIDED if point is None else three_lengths(point),
                   "two blocks leave two lengths at most"),),
    )  # fmt: skip
    if p == 7 and d in STARTS:
        count, end = reached(d)
        first, number = STARTS[d]
        yield Claim(
            f"relu.branch.reached.{d}", THEME,
            rf"k = d = {d}: \text{{ descent from random starts reaches the loss }} {loss}",
            SOURCE,
            (checked("L-BFGS", end, 0 if point is None else arb_to_mpf_mid(point.loss), 12,
                     f"{count} of the starts {first} to {first + number - 1} of seed 0"),),
        )  # fmt: skip


def connection() -> Iterator[Claim]:
    """That the minimum is lost between the folds, and that the branch goes on to F6."""
    one = shed(7)
    verdicts = []
    for d, wanted in ((BEFORE, True), (AFTER, False)):
        found = one.path.certified_at(d, 15, minima=wanted)
        sure = bool(found) and all(x.level is Level.CERTIFIED for x in found)
        verdicts.append(Verdict.of(any(x.verdict == "minimum" for x in found) == wanted) if sure else Verdict.UNDECIDED)
    both = Verdict.NO if Verdict.NO in verdicts else Verdict.UNDECIDED if Verdict.UNDECIDED in verdicts else Verdict.YES
    yield Claim(
        "relu.branch.7.lost", THEME,
        rf"\text{{the branch }} {latex_sizes(one)} \text{{ holds a minimum at }} d = {latex_number(str(float(BEFORE)))}"
        rf"\text{{ and none of the points found on it at }} d = {latex_number(str(float(AFTER)))} \text{{ is one}}",
        SOURCE, (certified("signs of all blocks of the points on both sides", both),),
    )  # fmt: skip
    meetings = [e for e in one.path.of_kind("meeting") if met_family(one.path, e) == "F6"]
    crossing = next(t for t in family("F6").thresholds(15, 14, Fraction(57, 4)).found if t.label == "s0")
    place = meetings[0].d if meetings else float("nan")
    yield Claim(
        "relu.branch.7.joins", THEME,
        rf"\text{{the daughter }} {latex_sizes(one)} \text{{ of }} {latex_family(one.mother)}"
        rf" \text{{ meets }} F_6 \text{{ where }} s_0 \text{{ of }} F_6 \text{{ is singular, }}"
        rf" d = {latex_number(outward(crossing.d, 8)[0])}",
        SOURCE,
        (checked("arclength continuation, and the certified crossing of F6", place, arb_to_mpf_mid(crossing.d), 5,
                 "the point met agrees with F6 in all coordinates to 1e-7"),),
    )  # fmt: skip


def other_daughters(name: str, label: str, cuts: Any) -> Iterator[Claim]:
    """The kind of a daughter of a named threshold, and that it is a saddle at integers."""
    found = daughters(family(name), label, split=cuts, low=5, high=9, to=max(SADDLES), bottom=5)
    first = found[0]
    turn = first.branching
    word = "supercritical pitchfork" if turn.kind == "pitchfork" and turn.opens(1) == "larger d" else turn.kind
    yield Claim(
        f"relu.branch.{name}.{label}.{'-'.join(str(j) for c in cuts for j in c)}", THEME,
        rf"{latex_family(name)} \text{{ has at }} d = {latex_number(outward(first.threshold.d, 8)[0])}"
        rf" \text{{ the daughter }}{latex_sizes(first)} \text{{ ({word}, }} {latex_label(label)} \text{{)}}",
        SOURCE, (coefficients(first),),
    )  # fmt: skip
    certificates = [x for one in found for d in SADDLES for x in one.path.certified_at(d, 15)]
    verdict = Verdict.YES if certificates and all(x.verdict == "saddle" for x in certificates) else Verdict.UNDECIDED
    if any(x.verdict == "minimum" for x in certificates):
        verdict = Verdict.NO
    yield Claim(
        f"relu.branch.{name}.{label}.{'-'.join(str(j) for c in cuts for j in c)}.saddles", THEME,
        rf"\text{{the points found at }} d = {', '.join(map(str, SADDLES))} \text{{ on the daughters }}"
        rf" {latex_sizes(first)}\text{{ of }} {latex_family(name)} \text{{ are saddles}}",
        SOURCE, (certified("a negative eigenvalue in balls", verdict, f"{len(certificates)} points"),),
    )  # fmt: skip


def certificates(profile: str = "quick") -> Iterator[tuple[str, Certificate]]:
    """The certificates of the minima of no family."""
    for p, ds in MINIMA.items():
        for d in ds:
            point = minimum(p, d)
            if point is not None and point.certificate is not None:
                yield f"minimum {d - p}-{p - 1}-1", point.certificate


def figures(profile: str = "quick") -> Iterator[Figure]:
    """The diagram of the branch between A(7|q) and F6, its losses, and the graph."""
    yield Figure(
        "bifurcation-diagram", "From A(7|q) to F6",
        "Where do the minima of no family at d = 19 and 20 come from?",
        lambda ax: draw(ax, "row"), Level.ESTIMATED,
    )  # fmt: skip
    yield Figure(
        "bifurcation-losses", "Losses on the branch between A(7|q) and F6",
        "How does the loss of the new minima compare with that of the families?",
        lambda ax: draw(ax, "loss"), Level.ESTIMATED,
    )  # fmt: skip
    yield Figure(
        "bifurcation-graph", "Families, daughters and events",
        "Which branches are born where, and where do they end?",
        lambda ax: graph_figure(ax, bifurcation_graph([shed(7), shed(8)])), Level.ESTIMATED,
    )  # fmt: skip


@cache
def mothers() -> tuple[tuple[str, Path, str], ...]:
    """A(7|q) and F6 over the range of the diagram, each with the coordinate that the shed row has there."""
    return (
        ("A(7|q)", path_of_family(family("A[flipped=7]"), 20, 14, 24), "a[0]"),
        ("F6", path_of_family(family("F6"), 20, 13, 24), "a[0]"),
    )


def draw(ax: Any, what: str) -> None:
    """The daughter with both families, by the diagonal entry of the shed row or by the loss."""
    strands = []
    for name, path, coordinate in (*mothers(), ("daughter", shed(7).path, "a[1]")):
        place = [c.name for c in path.line.generic.coordinates].index(coordinate)
        label = r"blocks $(6, 1, d-7)$" if name == "daughter" else name
        value = lambda s, place=place: s.loss if what == "loss" else float(s.point[place])  # noqa: E731
        strands.append(strand_of(label, path, value))
    names = [c.name for c in shed(7).path.line.generic.coordinates]
    integers = []
    for d in MINIMA[7]:
        point = minimum(7, d)
        if point is not None:
            integers.append(
                (float(d), mid_float(point.loss if what == "loss" else point.coordinates[names.index("a[1]")]))
            )
    bifurcation_diagram(ax, strands, "loss" if what == "loss" else "diagonal entry of the shed row", integers)
    if what == "loss":  # the stretch on which the losses can be told apart
        ax.set_xlim(17.6, 24.2)
        ax.set_ylim(0.0565, 0.0645)


if __name__ == "__main__":
    show(claims())
