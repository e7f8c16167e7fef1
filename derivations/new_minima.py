"""Minima of no family at k = d = 19 .. 25: certified, told apart from all A(p|q) and F(p|q), reached by descent.

Random starts with k = d = 19 and 20 neurons end at minima with isotropy Delta(S_12 x S_6 x S_1) and Delta(S_13 x S_6 x
S_1). They lie on the daughter that A(7|q) has where it turns from a minimum into a saddle (derivations.branches): one
of the 7 flipped rows leaves the others. The daughter of A(8|q) holds such minima at d = 21 .. 25.

First road: Krawczyk's test and the sign of every block in balls. Second roads: the independent checker; random starts,
which know nothing of branches. Source: arjevani_field_2021 (families); the minima are ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from derivations._show import show
from derivations.branches import MINIMA, minimum
from symlandscape import backends
from symlandscape.arith.balls import arb, workprec
from symlandscape.arith.conversions import arb_to_mpf_mid, mid_float
from symlandscape.arith.decimals import outward
from symlandscape.check import check_document
from symlandscape.evidence import Certificate, Claim, Verdict, certified, checked
from symlandscape.export import latex_number
from symlandscape.relu import CriticalPoint
from symlandscape.runs import start_batch

NAME = "new_minima"
THEME = "relu"
SOURCE = "arjevani_field_2021, sections 3-5"
STARTS = {19: (0, 32), 20: (96, 32)}
"""Random starts (first, count) of seed 0 among which some end at the new minimum."""


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


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """Each minimum: that it is one, that it is no A and no F, that descent finds it."""
    for p, ds in MINIMA.items():
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


def certificates(profile: str = "quick") -> Iterator[tuple[str, Certificate]]:
    """The certificates of the minima of no family."""
    for p, ds in MINIMA.items():
        for d in ds:
            point = minimum(p, d)
            if point is not None and point.certificate is not None:
                yield f"minimum {d - p}-{p - 1}-1", point.certificate


if __name__ == "__main__":
    show(claims())
