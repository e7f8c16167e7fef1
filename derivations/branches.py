"""What happens where A(7|q) and A(8|q) lose their minimum: daughters, folds, and the branch that joins A(7|q) to F6.

Where s_0 of A(7|q) becomes singular the equivariant branching lemma gives a branch on which one of the 7 flipped rows
leaves the others. That daughter is born as a saddle towards smaller d, turns round in a fold, and holds minima from
there on (derivations.new_minima). Followed further it turns round in a second fold and meets F6 where a block of F6 is
singular: the branch joins the two families.

First road: pseudo-arclength continuation and Lyapunov-Schmidt coefficients in floats; the crossings and folds by
Krawczyk's test of their extended systems. Second roads: the coefficients against Newton at small amplitude; the
independent checker for the folds; the certified crossing of F6. Source: golubitsky_stewart_schaeffer_1988, ch. XIII
(the lemma); moore_spence_1980 (folds); arjevani_field_2021 (families); the branches themselves are ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache, partial
from typing import Any

from derivations._show import show
from derivations.branch_ends import coefficients, latex_family, latex_sizes
from symlandscape.arith.conversions import arb_to_mpf_mid, mid_float
from symlandscape.arith.decimals import outward
from symlandscape.check import check_document
from symlandscape.evidence import Certificate, Claim, Level, Verdict, certified, checked
from symlandscape.export import Figure, latex_number
from symlandscape.relu import CriticalPoint, certify_fold, family
from symlandscape.relu.bifurcations import Daughter, bifurcation_graph, daughters, met_family
from symlandscape.relu.branch_figures import bifurcation_diagram, graph_figure, strand_of
from symlandscape.relu.branch_path import Path
from symlandscape.relu.fold_proof import Fold, prove_fold
from symlandscape.relu.paths import path_of_family

NAME = "branches"
THEME = "relu"
SOURCE = "golubitsky_stewart_schaeffer_1988, chapter XIII; arjevani_field_2021, sections 3-5"
MINIMA = {7: (19, 20), 8: (21, 22, 23, 24, 25)}
"""Flipped rows of the mother A(p|q) -> the integers d at which the daughter that sheds one of them is a minimum."""
RANGE = {7: (Fraction(14), Fraction(24)), 8: (Fraction(15), Fraction(26))}
CROSSING = {7: (Fraction(39, 2), 20), 8: (Fraction(45, 2), 23)}
"""Where d of the daughter, and of its mother's crossing, lies."""
FOLDED = {"quick": (7,), "full": (7, 8)}
MEETS: dict[int, tuple[Fraction | int, Fraction | int]] = {7: (14, Fraction(57, 4)), 8: (Fraction(31, 2), 16)}
"""Where the crossing of F6 and F7 lies at which the daughter joins them."""
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


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """Crossings, daughters, folds, connections."""
    for p in MINIMA:
        yield from claims_of(p, profile)
    yield lost()
    for p in MINIMA:
        yield joins(p)


def claims_of(p: int, profile: str) -> Iterator[Claim]:
    """The mother's crossing, the daughter's kind, its folds."""
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
                       Verdict.YES if fold.level is Level.CERTIFIED else Verdict.UNDECIDED, fold.reason),
             certified("independent checker", checker_finds(p, fold))),
        )  # fmt: skip


def checker_finds(p: int, fold: Fold) -> Verdict:
    """YES when the independent checker confirms the fold's certificate."""
    document = certify_fold(shed(p).path.line, fold)
    return Verdict.UNDECIDED if document is None else Verdict.of(check_document(document.document()).verdict == "holds")


def certificates(profile: str = "quick") -> Iterator[tuple[str, Certificate]]:
    """The certificates of the folds."""
    for p in FOLDED[profile]:
        for number, fold in enumerate(folds(p)):
            document = certify_fold(shed(p).path.line, fold)
            if document is not None:
                yield f"fold {number} of A({p}|q)", document


def lost() -> Claim:
    """That the minimum of the daughter of A(7|q) is lost between the folds."""
    one, verdicts = shed(7), []
    for d, wanted in ((BEFORE, True), (AFTER, False)):
        found = one.path.certified_at(d, 15, minima=wanted)
        sure = bool(found) and all(x.level is Level.CERTIFIED for x in found)
        verdicts.append(Verdict.of(any(x.verdict == "minimum" for x in found) == wanted) if sure else Verdict.UNDECIDED)
    both = Verdict.NO if Verdict.NO in verdicts else Verdict.UNDECIDED if Verdict.UNDECIDED in verdicts else Verdict.YES
    return Claim(
        "relu.branch.7.lost", THEME,
        rf"\text{{the branch }} {latex_sizes(one)} \text{{ holds a minimum at }} d = {latex_number(str(float(BEFORE)))}"
        rf"\text{{ and none of the points found on it at }} d = {latex_number(str(float(AFTER)))} \text{{ is one}}",
        SOURCE, (certified("signs of all blocks of the points on both sides", both),),
    )  # fmt: skip


def joins(p: int) -> Claim:
    """That the branch goes on to F6 and F7."""
    one, name = shed(p), f"F{p - 1}"
    meetings = [e for e in one.path.of_kind("meeting") if met_family(one.path, e) == name]
    crossing = next(t for t in family(name).thresholds(15, *MEETS[p]).found if t.label == "s0")
    place = meetings[0].d if meetings else float("nan")
    return Claim(
        f"relu.branch.{p}.joins", THEME,
        rf"\text{{the daughter }} {latex_sizes(one)} \text{{ of }} {latex_family(one.mother)}"
        rf" \text{{ meets }} {latex_family(name)} \text{{ where }} s_0 \text{{ of }} {latex_family(name)}"
        rf" \text{{ is singular, }} d = {latex_number(outward(crossing.d, 8)[0])}",
        SOURCE,
        (checked(f"arclength continuation, and the certified crossing of {name}", place,
                 arb_to_mpf_mid(crossing.d), 5,
                 f"the point met agrees with {name} in all coordinates to 1e-7"),),
    )  # fmt: skip


def figures(profile: str = "quick") -> Iterator[Figure]:
    """The diagrams of the branches between A(7|q) and F6, A(8|q) and F7, losses on the first, and the graph."""
    questions = {
        7: "Where do the minima of no family at d = 19 and 20 come from?",
        8: "Where do the minima of no family at d = 21 to 25 come from?",
    }
    for p, question in questions.items():
        yield Figure(
            f"bifurcation-diagram-{p}", f"From A({p}|q) to F{p - 1}", question,
            partial(draw, p=p, what="row"), Level.ESTIMATED,
        )  # fmt: skip
    yield Figure(
        "bifurcation-losses", "Losses on the branch between A(7|q) and F6",
        "How does the loss of the new minima compare with that of the families?",
        partial(draw, p=7, what="loss"), Level.ESTIMATED,
    )  # fmt: skip
    yield Figure(
        "bifurcation-graph", "Families, daughters and events",
        "Which branches are born where, and where do they end?",
        lambda ax: graph_figure(ax, bifurcation_graph([shed(7), shed(8)])), Level.ESTIMATED,
    )  # fmt: skip


@cache
def mothers(p: int) -> tuple[tuple[str, Path, str], ...]:
    """A(p|q) and F(p-1) over the range of the diagram, each with the coordinate that the shed row has there."""
    bottom, top = RANGE[p]
    return (
        (f"A({p}|q)", path_of_family(family(f"A[flipped={p}]"), CROSSING[p][1], bottom, top), "a[0]"),
        (f"F{p - 1}", path_of_family(family(f"F{p - 1}"), CROSSING[p][1], bottom - 1, top), "a[0]"),
    )


def draw(ax: Any, p: int, what: str) -> None:
    """The daughter with both families, by the diagonal entry of the shed row or by the loss."""
    strands = []
    for name, path, coordinate in (*mothers(p), ("daughter", shed(p).path, "a[1]")):
        place = [c.name for c in path.line.generic.coordinates].index(coordinate)
        label = rf"blocks $({p - 1}, 1, d-{p})$" if name == "daughter" else name
        value = lambda s, place=place: s.loss if what == "loss" else float(s.point[place])  # noqa: E731
        strands.append(strand_of(label, path, value))
    names = [c.name for c in shed(p).path.line.generic.coordinates]
    integers = []
    for d in MINIMA[p]:
        point = minimum(p, d)
        if point is not None:
            integers.append(
                (float(d), mid_float(point.loss if what == "loss" else point.coordinates[names.index("a[1]")]))
            )
    ylabel = "loss" if what == "loss" else "diagonal entry of the shed row"
    bifurcation_diagram(ax, strands, ylabel, integers, places=what != "loss")
    if what == "loss":  # the stretch on which the losses can be told apart
        ax.set_xlim(17.6, 24.2)
        ax.set_ylim(0.0565, 0.0645)


if __name__ == "__main__":
    show(claims())
