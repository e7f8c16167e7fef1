"""Where the daughters of F1, F2, A0, A1 and A2 go: followed from their birth to d = 10^4, and down to their least size.

Towards large d all of them run on as saddles. The rows that were split off stay of length O(1), and the many other rows
absorb the constant and the linear part of each of them, since moving all of these rows by O(1/d) costs O(1/d). What is
left of two neurons W and two targets V is, with kappa = 1/(2 pi) and f the pair kernel of |x|/2,

    L = sum over pairs of W and V with signs of f  -  kappa/2 (sum |w_i| - sum |v_j|)^2,

and on W = a [[1, 1], [1, -1]] it is a^2 (1/2 - 2 kappa) - a kappa (4 + pi - 4 sqrt 2) + 1/4 - kappa, least at
1/4 - 1/(2 pi) - (4 + pi - 4 sqrt 2)^2 / (8 pi (pi - 2)): the limit of the daughters' losses above that of the rows
left. Towards smaller d the daughters of F1 and F2 meet A1, of 4 and 5 rows, with neurons exchanged.

A branch ends where a neuron dies. At w -> 0 the loss changes by |w| g(w/|w|) + .., where g(u) = sum_i f(w_i, u) -
sum_j f(v_j, u), so the branch of A0 with a small neuron along -(1, .., 1) ends where g of that direction vanishes on
A0.

First road: arclength continuation in floats; saddles by balls. Second roads: Newton at small amplitude, the closed
limit, certified points of A1, the zero of g. Source: golubitsky_stewart_schaeffer_1988, ch. XIII (the lemma); the
limits and ends are ours.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from itertools import compress, product
from typing import Any

import numpy as np

from derivations._show import show
from symlandscape.arith.conversions import mid_float
from symlandscape.arith.decimals import outward
from symlandscape.arith.field import float_field
from symlandscape.evidence import Check, Claim, Verdict, certified, checked
from symlandscape.export import latex_number
from symlandscape.relu import family, follow_path
from symlandscape.relu.bifurcations import Daughter, daughters
from symlandscape.relu.branch_path import Path
from symlandscape.relu.branching import met
from symlandscape.relu.coarser import refine_coordinates
from symlandscape.relu.continuation import newton
from symlandscape.relu.from_zero import slope_at_zero
from symlandscape.relu.reduced import reduced_point
from symlandscape.symmetry.pattern import Pattern

NAME = "branch_ends"
THEME = "relu"
SOURCE = "golubitsky_stewart_schaeffer_1988, chapter XIII"
DAUGHTERS = {
    "quick": (("F1", "s0", ((1,),)), ("A0", "x0", ((1, 1),))),
    "full": (
        ("F1", "s0", ((1,),)), ("F1", "s0", ((2,),)), ("A0", "x0", ((1, 1),)), ("A0", "x0", ((2, 1),)),
        ("A1", "x0", ((1, 1),)), ("A2", "x0", ((1, 1),)), ("F2", "s1", ((1,),)), ("F2", "s0", ((1,),)),
    ),
}  # fmt: skip
FAR = 10**4
SADDLES = (7, 8)
SMALL = 1e-3
PAIR = {"F1": None, "F2": None, "A0": "A0", "A1": "A1", "A2": "A2"}
"""Mothers of a daughter that splits off two rows -> the family of the rows left (None: the targets themselves)."""
JOINS = {("F1", "s0"): ("A1", 4), ("F2", "s0"): ("A1", 5)}
"""(mother, component) of a daughter with one row split off -> the family that it meets at this d."""
BIRTH = (6, 7)
"""The integers between which g vanishes on A0."""


@cache
def followed(name: str, label: str, cuts: Any) -> tuple[Daughter, ...]:
    """The daughters of a named crossing, on their sides, for d up to FAR and down to the least size."""
    return daughters(family(name), label, split=cuts, low=5, high=9, to=FAR)


@cache
def dying() -> Path:
    """The branch of A0 with one more neuron along -(1, .., 1), from d = 6 on."""
    first = family("A0")
    _, values = first.coordinates(first.pattern(BIRTH[0]))
    return follow_path(Pattern((BIRTH[0],), (1,)), [*map(float, values), -0.1], 0, BIRTH[0], BIRTH[1])


def limit() -> float:
    """The loss of two split-off rows among infinitely many others."""
    return 1 / 4 - 1 / (2 * math.pi) - (4 + math.pi - 4 * math.sqrt(2)) ** 2 / (8 * math.pi * (math.pi - 2))


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
    """Kinds of daughters, saddles on them, where they go, and a neuron that dies."""
    for name, label, cuts in DAUGHTERS[profile]:
        yield from claims_of(name, label, cuts)
    yield death()


def claims_of(name: str, label: str, cuts: Any) -> Iterator[Claim]:
    """The kind of the daughters of one crossing, saddles on them at integers, and both ends."""
    found = followed(name, label, cuts)
    first = found[0]
    turn, own = first.branching, f"relu.branch.{name}.{label}.{'-'.join(str(j) for c in cuts for j in c)}"
    word = "supercritical pitchfork" if turn.kind == "pitchfork" and turn.opens(1) == "larger d" else turn.kind
    sizes, mother = latex_sizes(first), latex_family(name)
    yield Claim(
        own, THEME,
        rf"{mother} \text{{ has at }} d = {latex_number(outward(first.threshold.d, 8)[0])}"
        rf" \text{{ the daughter }}{sizes} \text{{ ({word}, }} {latex_label(label)} \text{{)}}",
        SOURCE, (coefficients(first),),
    )  # fmt: skip
    places = [*SADDLES, FAR]
    certificates = [x for one in found for d in places for x in one.path.certified_at(d, 15)]
    verdict = Verdict.YES if certificates and all(x.verdict == "saddle" for x in certificates) else Verdict.UNDECIDED
    if any(x.verdict == "minimum" for x in certificates):
        verdict = Verdict.NO
    yield Claim(
        f"{own}.saddles", THEME,
        rf"\text{{the points found at }} d = {', '.join(map(str, places))} \text{{ on the daughters }}"
        rf" {sizes}\text{{ of }} {mother} \text{{ are saddles}}",
        SOURCE, (certified("a negative eigenvalue in balls", verdict, f"{len(certificates)} points"),),
    )  # fmt: skip
    for one in found:
        if one.path.end.kind == "range" and one.branching.fine.sizes[1:3] == (1, 1):
            yield far(one, own)
        if one.path.end.kind == "least size" and (name, label) in JOINS and cuts == ((1,),):
            yield joins(one, own, *JOINS[name, label])


def far(one: Daughter, own: str) -> Claim:
    """The loss at large d: that of the rows left and the limit of two split-off rows.

    With targets for the rows left the rest falls like 1/d: the line in 1/d through two samples has the limit at 0.
    """
    rest, samples = PAIR[one.mother], one.path.samples
    last = samples[-1]
    detail = f"followed from d = {one.branching.d:.5f} through {len(samples)} points"
    above = r"\tfrac14 - \tfrac1{2\pi} - \tfrac{(4 + \pi - 4\sqrt2)^2}{8\pi(\pi-2)}"
    daughter = rf"\text{{the daughter }} {latex_sizes(one)} \text{{ of }} {latex_family(one.mother)}"
    if rest is None:
        other = min(samples, key=lambda x: abs(x.d - FAR / 5))
        found, digits = (last.d * last.loss - other.d * other.loss) / (last.d - other.d), 4
        statement = rf"{daughter} \text{{ has for }} d \to \infty \text{{ the loss }} {above}"
        statement += r" \text{, to four digits, extrapolated from } d \le 10^4"
        detail += f", extrapolated from d = {other.d:.0f} and {last.d:.0f}"
    else:  # the families A have series in d^(-1/2), and cancel
        found, digits = last.loss - mid_float(family(rest).at(FAR - 2, 15).loss), 2
        above += rf" + L_{{{latex_family(rest)}}}(d-2) \text{{, to two digits of the first part}}"
        statement = rf"{daughter} \text{{ has at }} d = 10^4 \text{{ the loss }} {above}"
    check = checked("arclength continuation, and the limit in closed form", found, limit(), digits, detail)
    return Claim(f"{own}.far", THEME, statement, SOURCE, (check,))


def joins(one: Daughter, own: str, name: str, d: int) -> Claim:
    """That the daughter at d is the family's point with neurons exchanged."""
    return Claim(
        f"{own}.joins", THEME,
        rf"\text{{the daughter }} {latex_sizes(one)} \text{{ of }} {latex_family(one.mother)} \text{{ is at }}"
        rf" d = {d} \text{{ the point of }} {latex_family(name)} \text{{ with neurons exchanged}}",
        SOURCE,
        (checked("Newton on the branch against the family, largest difference", 1 + exchange(one, name, d), 1, 10),),
    )  # fmt: skip


def exchange(one: Daughter, name: str, d: int) -> float:
    """The largest difference in coordinates between the daughter at d and the family's point, the neurons of some
    blocks of two exchanged; nan where Newton finds none.
    """
    line, member = one.path.line, family(name)
    fine, values = line.pattern(d), newton(line.pattern(d), one.path.samples[-1].point, line.slope)
    if values is None:
        return float("nan")
    coarse, other = member.coordinates(member.pattern(d))
    table = {c.name: i for i, c in enumerate(fine.coordinates)}
    expected = refine_coordinates(coarse, [float(v) for v in other], fine, (0, 1, 0))
    twos = [(table[f"a[{i}]"], table[f"b[{i},{i}]"]) for i, n in enumerate(fine.sizes) if n == 2]
    gaps = []
    for some in product((False, True), repeat=len(twos)):
        swapped = np.array(values)
        for a, b in compress(twos, some):
            swapped[[a, b]] = swapped[[b, a]]
        gaps.append(float(np.max(np.abs(swapped - expected))))
    return min(gaps)


def slope_of_growth(d: float) -> float:
    """g(-(1, .., 1)) on A0 at real d, in floats."""
    member = family("A0")
    pattern, values = member.coordinates(member.pattern(Fraction(d).limit_denominator(10**9)))
    return float(slope_at_zero(reduced_point(pattern, [float(v) for v in values], float_field()), [-1.0]))


def death() -> Claim:
    """Where the extra neuron's length, continued from the last two points of the branch, vanishes, and where g does."""
    from scipy.optimize import brentq

    path = dying()
    a, b = path.samples[-2:]
    place = b.d - b.point[-1] * (b.d - a.d) / (b.point[-1] - a.point[-1])
    zero = brentq(slope_of_growth, *BIRTH, xtol=1e-9)
    return Claim(
        "relu.branch.A0.dies", THEME,
        r"\text{the branch of } A_0 \text{ with one more neuron along } -(1, \ldots, 1) \text{ ends at }"
        rf" d = {latex_number(f'{zero:.5f}')} \text{{, where this neuron dies and its slope of growth }} g"
        r" \text{ vanishes on } A_0",
        SOURCE,
        (checked("arclength continuation, and the zero of g", place if path.end.kind == "neuron dies" else float("nan"),
                 zero, 5, path.end.detail),),
    )  # fmt: skip


if __name__ == "__main__":
    show(claims())
