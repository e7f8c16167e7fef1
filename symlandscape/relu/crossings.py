"""Fractional dimensions: the real d at which an isotypic block of a family becomes singular, each proved, on a whole
range.

The crossings are found by following the branch and counting negative eigenvalues of every block (branch_scan.py), and
each is proved by Krawczyk's test of an extended system (crossing_proof.py). That none is missing is proved on demand by
a cover of the range (cover.py). Source: Arjevani & Field 2021, section 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from symlandscape.arith.balls import arb, workprec
from symlandscape.arith.conversions import mid_float, to_arb
from symlandscape.arith.decimals import outward
from symlandscape.errors import InputError
from symlandscape.evidence import Certificate, Level
from symlandscape.relu.branch_scan import Branch, branch_of, changes, row, samples
from symlandscape.relu.crossing_proof import Crossing, prove
from symlandscape.relu.families import Family
from symlandscape.symmetry.isotypic import components
from symlandscape.symmetry.pattern import Pattern

__all__ = ["Threshold", "Thresholds", "thresholds"]

GLOBAL = (
    "C0 is a minimum for every real d >= 2, by closed formulas (derivations.global_minimum); a cover by balls is not "
    "to be had, because its neurons are parallel to targets, where the Hessian has no derivative"
)
MORE_DIGITS = "the crossing is proved, but the sign of another eigenvalue is not; ask for more digits"


@dataclass(frozen=True, slots=True)
class Threshold:
    """One crossing: the component, the enclosure of d, what the family becomes for larger d, and the negative
    eigenvalues of all blocks around it.

    ``increasing`` tells whether the eigenvalue grows with d; ``direction`` holds the null vector over the copies of the
    component. ``negatives`` maps each component to its number of negative eigenvalues just below and just above.
    ``absent_at`` lists neighbouring integers d at which the component's multiplicity is not positive, so that the
    crossing is no bifurcation there. ``together`` names the components that cross at the same d, to all digits computed
    (then the point has more symmetry than its pattern). ``certificate`` is there on demand, where no other block
    crosses.
    """

    label: str
    d: arb
    increasing: bool | None
    becomes: str
    level: Level
    negatives: dict[str, tuple[int, int]]
    direction: tuple[arb, ...]
    coordinates: tuple[arb, ...]
    precision: int
    absent_at: tuple[int, ...]
    reason: str
    together: tuple[str, ...] = ()
    certificate: Certificate | None = None

    def document(self, digits: int) -> dict[str, Any]:
        """CONTRACT's entry of ``relu thresholds``."""
        value, radius = outward(self.d, digits)
        entry = {
            "label": self.label,
            "d": value,
            "radius": radius,
            "becomes": self.becomes,
            "level": self.level.value,
            "eigenvalue": {True: "increasing", False: "decreasing", None: "undecided"}[self.increasing],
            "negatives": {label: list(pair) for label, pair in self.negatives.items()},
            "absent_at": list(self.absent_at),
            "together": list(self.together),
            "reason": self.reason,
        }
        if self.certificate is not None:
            entry["certificate"] = self.certificate.document()
        return entry

    def __str__(self) -> str:
        value, radius = outward(self.d, 20)
        return f"{self.label} at d = {value} ± {radius}: becomes {self.becomes} ({self.level.value})"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """All crossings found on [low, high] in ascending d; the branch was followed from d = ``begins`` to ``ends``.

    ``complete`` is True where a cover of ``pieces`` intervals proves that none is missing on [begins, ends] (level
    CERTIFIED); otherwise the list rests on the scan (ESTIMATED), and ``remark`` says why where a cover was asked for.
    """

    family: str
    digits: int
    low: Fraction
    high: Fraction
    begins: Fraction
    ends: Fraction
    found: tuple[Threshold, ...]
    complete: bool = False
    pieces: int = 0
    remark: str = ""

    def document(self) -> dict[str, Any]:
        """CONTRACT's document of ``relu thresholds``."""
        return {
            "family": self.family,
            "from": str(self.low),
            "to": str(self.high),
            "branch_from": str(self.begins),
            "branch_to": str(self.ends),
            "thresholds": [t.document(self.digits) for t in self.found],
            "complete": self.complete,
            "pieces": self.pieces,
            "remark": self.remark,
        }

    @property
    def undecided(self) -> bool:
        """Whether a crossing could not be proved."""
        return any(t.level is Level.UNDECIDED for t in self.found)


def thresholds(
    family: Family,
    low: Fraction | int = 2,
    high: Fraction | int = 40,
    digits: int = 30,
    certify: bool = False,
    complete: bool = False,
) -> Thresholds:
    """All real d in [low, high] at which an isotypic block of the family becomes singular.

    Each is proved by Krawczyk's test of the extended system and has level CERTIFIED, or UNDECIDED with a reason. With
    ``certify`` each carries a document for ``check``; with ``complete`` a cover of the range by balls proves that none
    is missing (seconds more). Raises InputError where the range is empty or the family exists nowhere on it.
    """
    low, high = Fraction(low), Fraction(high)
    if not low < high:
        raise InputError(f"expected a range from smaller to larger d, but {low} to {high} came; exchange them")
    branch = branch_of(family)
    followed = samples(branch, low, high)
    crossings = [prove(branch, change, digits) for change in changes(branch, [row(branch, s) for s in followed])]
    known = sorted((_threshold(branch, c, certify) for c in crossings), key=lambda t: mid_float(t.d))
    labels = [c.label for c in branch.components()]
    found = tuple(_joined(t, known, labels) for t in known if _inside(t.d, low, high))
    begins, ends = followed[-1].size + branch.fixed, min(followed[0].size + branch.fixed, high)
    result = Thresholds(family.name, digits, low, high, begins, ends, found)
    if complete:
        from symlandscape.relu.cover import cover_branch

        covered = cover_branch(branch, followed, crossings)
        whole = covered.complete and all(c.proved for c in crossings)
        remark = GLOBAL if family.kind == "C" and not whole else covered.remark
        result = replace(result, complete=whole, pieces=covered.pieces, remark=remark)
    return result


def _inside(d: arb, low: Fraction, high: Fraction) -> bool:
    return not (d < to_arb(low)) and not (d > to_arb(high))


def _threshold(branch: Branch, crossing: Crossing, certify: bool) -> Threshold:
    """The crossing as a result; the signs of blocks that cross at the same d are left open here."""
    with workprec(crossing.precision):
        d = crossing.n + to_arb(branch.fixed)
    negatives = {label: pair for label, pair in crossing.negatives.items() if pair is not None}
    whole = crossing.increasing is not None and len(negatives) == len(crossing.negatives)
    certificate = None
    if certify and whole:
        from symlandscape.relu.threshold_certificate import threshold_certificate

        certificate = threshold_certificate(branch, crossing)
    return Threshold(
        crossing.component.label,
        d,
        crossing.increasing,
        becomes(negatives) if whole else "neither",
        Level.CERTIFIED if whole else Level.UNDECIDED,
        negatives,
        crossing.u,
        crossing.z,
        crossing.precision,
        _absent(branch, crossing.component.label, d),
        crossing.reason if whole or not crossing.proved else MORE_DIGITS,
        certificate=certificate,
    )


def _joined(threshold: Threshold, known: Sequence[Threshold], labels: Sequence[str]) -> Threshold:
    """The threshold with the signs of the blocks that cross inside the same enclosure, each of which is proved on its
    own."""
    if threshold.level is not Level.UNDECIDED or threshold.increasing is None:
        return threshold
    there = [t for t in known if t.label in t.negatives and t.d.overlaps(threshold.d)]
    negatives = {**threshold.negatives, **{t.label: t.negatives[t.label] for t in there}}
    if any(label not in negatives for label in labels):
        return threshold
    together = tuple(t.label for t in there if t is not threshold)
    reason = f"crosses together with {', '.join(together)}: the point has more symmetry than its pattern"
    return replace(
        threshold,
        negatives=negatives,
        together=together,
        becomes=becomes(negatives),
        level=Level.CERTIFIED,
        reason=reason,
    )


def becomes(negatives: dict[str, tuple[int, int]]) -> str:
    """What the family turns into as d grows: a minimum (no negative eigenvalue left), a saddle (none before), or
    neither."""
    below, above = (sum(pair[i] for pair in negatives.values()) for i in (0, 1))
    return "minimum" if above == 0 else "saddle" if below == 0 else "neither"


def _absent(branch: Branch, label: str, d: arb) -> tuple[int, ...]:
    """The integers next to d at which the component has no positive multiplicity."""
    below = int(mid_float(d) // 1)
    missing = []
    for integer in (below, below + 1):
        try:
            pattern = branch.family.pattern(Fraction(integer))
        except InputError:
            continue
        present = {c.label: c.dimension for c in components(Pattern(pattern.sizes, branch.generic.extra))}
        if not present.get(label, 0) > 0:
            missing.append(integer)
    return tuple(missing)
