"""The atlas stored with the project: read, re-verified by the independent checker, held against one made anew."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from symlandscape import backends
from symlandscape.arith.conversions import parse_exact
from symlandscape.check import check_document
from symlandscape.errors import InputError
from symlandscape.evidence import Certificate, Verdict, read_certificate
from symlandscape.relu import Atlas, atlas
from symlandscape.relu.atlas_certificate import ATLAS_KIND, stated_atlas
from symlandscape.relu.atlases import Cell

UPTO = 40
PATH = Path(__file__).parent / "certificates" / f"atlas-{UPTO}.json"
CLOSE = Fraction(1, 10**8)
"""Printed coordinates and folds of two makings differ by less."""


@cache
def stored() -> Certificate | str:
    """The stored certificate, or one sentence that says why there is none."""
    try:
        return read_certificate(PATH)
    except InputError as reason:
        return str(reason)


@cache
def rechecked() -> tuple[Verdict, str]:
    """Whether the independent checker confirms the stored certificate, all of it."""
    found = stored()
    if isinstance(found, str):
        return Verdict.UNDECIDED, found
    if found.kind != ATLAS_KIND or found.body.get("upto") != UPTO:
        return Verdict.UNDECIDED, f"the stored {PATH.name} is no atlas up to p + q = {UPTO}"
    outcome = check_document(found.document())
    if outcome.verdict != "holds":
        return Verdict.UNDECIDED, f"the stored {PATH.name} is not confirmed: {outcome.reason}"
    return Verdict.YES, outcome.reason


@cache
def known() -> Atlas | None:
    """The atlas that the stored certificate states, where it is confirmed."""
    found = stored()
    confirmed = isinstance(found, Certificate) and rechecked()[0] is Verdict.YES
    return stated_atlas(found.document()) if isinstance(found, Certificate) and confirmed else None


@cache
def made() -> Atlas:
    """The atlas made anew, by as many processes as there are cores."""
    return atlas(UPTO, processes=backends.available_threads())


def agree(stated: Atlas, anew: Atlas) -> Verdict:
    """Whether both have the same points, indices, coincidences and folds; open where the one made anew is."""
    pairs = list(zip(stated.cells, anew.cells, strict=True))
    if any(facts(x) != facts(y) or not close(numbers(x), numbers(y)) for x, y in pairs):
        return Verdict.NO
    return Verdict.UNDECIDED if anew.undecided else Verdict.YES


def facts(cell: Cell) -> tuple[Any, ...]:
    """What two makings of an entry must have in common."""
    return (cell.name, cell.exists, cell.verdict, cell.morse_index, cell.equals, *sorted(numbers(cell)))


def numbers(cell: Cell) -> dict[str, str]:
    """Its coordinates, and the size at its fold, by name."""
    fold = cell.end is not None and cell.end["how"] == "fold"
    return {**cell.coordinates, **({"fold": str(cell.end["at"])} if fold and cell.end else {})}


def close(x: dict[str, str], y: dict[str, str]) -> bool:
    """Whether numbers of the same names agree to nine digits."""
    return all(abs(parse_exact(x[k]) - parse_exact(y[k])) < CLOSE for k in y)
