"""Theorems for all d: a family is a local minimum for every real d above its last threshold.

Three proofs are joined. The last crossing is proved with its direction (crossing_proof). A linked cover by balls shows
that from just below it up to some d no other block changes sign (cover). From there on Laurent models in s = d^(-1/2)
show existence and all signs for every larger d at once (half_line). The two tubes belong to one branch because one
certified critical point lies in both of them, and each holds exactly one.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symlandscape.arith.balls import arb, interior, workprec
from symlandscape.arith.conversions import to_arb
from symlandscape.arith.decimals import outward
from symlandscape.errors import InputError
from symlandscape.evidence import Level, Verdict
from symlandscape.relu.branch_scan import branch_of, changes, row, samples
from symlandscape.relu.certification import certify
from symlandscape.relu.cover import Cover, cover_branch
from symlandscape.relu.crossing_proof import prove
from symlandscape.relu.families import Family
from symlandscape.relu.half_line import HalfLine, half_line, square_root

__all__ = ["MinimumForAll", "minimum_for_all"]

BITS = 160
DIGITS = 30
STATEMENT = "local minimum for every real d above the threshold"


@dataclass(frozen=True, slots=True)
class MinimumForAll:
    """That the family is a local minimum for every real d > ``threshold`` and a saddle just below it; ``verdict`` YES
    when all parts are proved and linked.
    """

    family: str
    threshold: arb
    label: str
    pieces: int
    half_line: HalfLine
    verdict: Verdict
    reason: str

    @property
    def level(self) -> Level:
        """CERTIFIED, or UNDECIDED."""
        return Level.CERTIFIED if self.verdict is Verdict.YES else Level.UNDECIDED

    def document(self, digits: int = DIGITS) -> dict[str, Any]:
        """The JSON document of ``relu theorem``."""
        value, radius = outward(self.threshold, digits)
        return {
            "family": self.family,
            "statement": STATEMENT,
            "threshold": value,
            "radius": radius,
            "label": self.label,
            "pieces": self.pieces,
            "half_line_from": str(self.half_line.first),
            "verdict": self.verdict.value,
            "level": self.level.value,
            "reason": self.reason,
        }

    def __str__(self) -> str:
        value, radius = outward(self.threshold, DIGITS)
        return f"{self.family} is a local minimum for every real d > {value} (+- {radius}) [{self.level.value}]"


def minimum_for_all(
    family: Family, low: Fraction | int, first: Fraction | int, order: int = 5, digits: int = 30
) -> MinimumForAll:
    """The theorem for a family: ``low`` lies below its last threshold (and above the one before), the half-line starts
    at ``first`` (a rational square).

    Raises InputError where no crossing that makes the family a minimum lies between ``low`` and ``first``.
    """
    low, first = Fraction(low), Fraction(first)
    square_root(first)  # refused before any work
    branch = branch_of(family)
    followed = samples(branch, low, first + 1)
    crossings = [prove(branch, change, digits) for change in changes(branch, [row(branch, s) for s in followed])]
    if len(crossings) != 1:
        hint = f"found {len(crossings)}; move the lower end"
        raise InputError(f"expected one crossing of {family.name} between d = {low} and {first + 1}, {hint}")
    last = crossings[0]
    covered = cover_branch(branch, followed, crossings)
    tail = half_line(family, first, order)
    around = last.negatives or {}
    positive = last.proved and bool(around) and all(pair is not None and pair[1] == 0 for pair in around.values())
    parts = {
        "the crossing is not proved to lead to a minimum": positive,
        covered.remark or "the cover is not complete": covered.complete,
        tail.reason or "the half-line is not proved": tail.is_minimum,
    }
    failed = [text for text, good in parts.items() if not good]
    if not failed and not _linked(family, covered, tail):
        failed.append("the cover and the half-line are not linked")
    verdict = Verdict.UNDECIDED if failed else Verdict.YES
    with workprec(max(BITS, 4 * digits)):
        threshold = last.n + to_arb(branch.fixed)
    return MinimumForAll(family.name, threshold, last.component.label, covered.pieces, tail, verdict, "; ".join(failed))


def _linked(family: Family, covered: Cover, tail: HalfLine) -> bool:
    """Whether one certified critical point at the upper end of the cover lies in its last tube and in the half-line's
    tube.
    """
    piece = covered.last
    if piece is None:
        return False
    branch = branch_of(family)
    n = covered.high
    pattern = branch.pattern(n)
    with workprec(BITS):
        middle = piece.middle(to_arb(n))
        start = [x.mid() for x in middle]
    point = certify(pattern, start, slope=family.slope, digits=DIGITS)
    if point.existence is not Verdict.YES:
        return False
    with workprec(BITS):
        inside = all(
            interior(y, x - z) for x, z, y in zip(point.coordinates, piece.middle(to_arb(n)), piece.tube, strict=True)
        )
    return inside and tail.holds(point.coordinates, n + branch.fixed)
