"""Theorems for all d: A0, F1, A1, A2, F2 are local minima for every real d above their last thresholds.

Each theorem is stored with the project as a certificate (kind relu.theorem: a proved crossing, a linked cover of the
finite range, a half-line in s = d^(-1/2)). The quick profile re-verifies the stored certificates by the independent
checker; the full profile also proves the theorems anew by other arithmetic (symlandscape.relu.for_all). That a
certificate speaks of the family it is filed under: a certified point of the family lies in its tube, which holds one
critical point only. ``python -m derivations.for_all_d --refresh`` writes the certificates anew. Source: the papers
state minimality for families at integer d and asymptotically (Arjevani & Field 2021, section 5); the statement for
every real d is ours.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from derivations._show import show
from symlandscape.arith.decimals import cut_off
from symlandscape.check import check_document
from symlandscape.errors import InputError
from symlandscape.evidence import Certificate, Check, Claim, Verdict, certified, read_certificate
from symlandscape.relu import family
from symlandscape.relu.for_all import MinimumForAll, minimum_for_all
from symlandscape.relu.theorem_certificate import THEOREM_KIND, certify_for_all, crossing_of, in_tube

NAME = "for_all_d"
THEME = "relu"
SOURCE = "arjevani_field_2021, section 5 (integer d)"
FOLDER = Path(__file__).parent / "certificates"
CASES = (("A0", 5, 100, 5), ("F1", 5, 100, 6), ("A1", 5, 225, 6), ("A2", 6, 400, 6), ("F2", 7, 400, 6))
PROBES = (Fraction(21, 2), Fraction(333, 10), Fraction(1234, 10), Fraction(10**5) + Fraction(1, 3))
FILED = Fraction(81, 4)
"""The d at which a stored certificate is held against the family of its name."""


def path_of(name: str) -> Path:
    """Where the certificate of a family is stored."""
    return FOLDER / f"theorem-{name}.json"


@cache
def stored(name: str) -> Certificate | str:
    """The stored certificate, or one sentence that says why there is none."""
    try:
        return read_certificate(path_of(name))
    except InputError as reason:
        return str(reason)


@cache
def rechecked(name: str) -> tuple[Verdict, str]:
    """Whether the independent checker confirms the stored certificate, and the family's point lies in its tube."""
    found = stored(name)
    if isinstance(found, str):
        return Verdict.UNDECIDED, found
    document = found.document()
    if found.kind != THEOREM_KIND or not speaks_of(name, document):
        return Verdict.UNDECIDED, f"the stored {path_of(name).name} speaks of another branch than {name}"
    outcome = check_document(document)
    if outcome.verdict != "holds":
        return Verdict.UNDECIDED, f"the stored {path_of(name).name} is not confirmed: {outcome.reason}"
    return Verdict.YES, outcome.reason


def speaks_of(name: str, document: dict[str, Any]) -> bool:
    """Whether a certified point of the family lies in the tube of a certificate, which may be malformed."""
    point = family(name).at(FILED)
    try:
        return point.existence is Verdict.YES and in_tube(document, FILED, point.coordinates)
    except (InputError, KeyError, TypeError, ValueError, IndexError, AttributeError):
        return False


@cache
def theorem(name: str, low: int, first: int, order: int) -> MinimumForAll:
    """The joined proof by the other arithmetic, made once."""
    return minimum_for_all(family(name), low, first, order)


def proved_anew(name: str, low: int, first: int, order: int) -> Check:
    """The proof from scratch, and that its threshold is the stored one."""
    found, kept, same = theorem(name, low, first, order), stored(name), True
    if isinstance(kept, Certificate) and rechecked(name)[0] is Verdict.YES:
        same = found.threshold.overlaps(crossing_of(kept.document()))
    detail = f"{found.pieces} linked pieces up to d = {first + 1}, Laurent models beyond {first}"
    return certified("proved anew", found.verdict if same else Verdict.UNDECIDED, found.reason or detail)


def probes(name: str) -> Check:
    """Points of the family at real d all over the half-line, each certified on its own by another road: all must be
    minima.
    """
    verdicts = [family(name).at(d).verdict for d in PROBES]
    answer = Verdict.UNDECIDED if "undecided" in verdicts else Verdict.of(all(v == "minimum" for v in verdicts))
    return certified("single points on the half-line", answer, "d = " + ", ".join(str(d) for d in PROBES))


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """One theorem for each family."""
    for name, low, first, order in CASES:
        verdict, reason = rechecked(name)
        latex, kept = rf"{name[0]}_{{{name[1:]}}}", stored(name)
        where = r"\text{ its last threshold}"
        if verdict is Verdict.YES and isinstance(kept, Certificate):
            where = rf"{cut_off(crossing_of(kept.document()), 20)}\ldots"
        checks = [certified("independent checker on the stored certificate", verdict, reason)]
        if profile == "full":
            checks.append(proved_anew(name, low, first, order))
        statement = rf"{latex} \text{{ is a local minimum for every real }} d > {where}"
        yield Claim(f"relu.for-all.{name}", THEME, statement, SOURCE, tuple(checks))
        sampled = rf"{latex} \text{{ is a local minimum at }} d = {', '.join(str(d) for d in PROBES)}"
        yield Claim(f"relu.for-all.{name}.points", THEME, sampled, SOURCE, (probes(name),))


def certificates(profile: str = "quick") -> Iterator[tuple[str, Certificate]]:
    """The stored certificates that can be read."""
    for name, *_ in CASES:
        found = stored(name)
        if isinstance(found, Certificate):
            yield f"theorem {name}", found


def refresh(names: Any = None) -> None:
    """Writes the certificates of these families (of all by default) anew; all are made before one is written."""
    made = {name: certify_for_all(family(name), low) for name, low, *_ in CASES if not names or name in names}
    FOLDER.mkdir(exist_ok=True)
    for name, found in made.items():
        found.write(path_of(name))


if __name__ == "__main__":
    if "--refresh" in sys.argv[1:]:
        refresh([x for x in sys.argv[1:] if not x.startswith("-")])
    show(claims())
