"""What a derivation shows beside its claims: figures, formulas, certificates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symlandscape.evidence import Certificate, Level

NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture that answers a question.

    name: file name without ending; title: what is drawn; question: what a reader learns from it;
    draw: draws on the matplotlib axes that it is given, and nothing else;
    level: evidence level of what is drawn, None for an illustration.
    """

    name: str
    title: str
    question: str
    draw: Callable[[Any], None]
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula to paste into a paper.

    latex: display mathematics without delimiters, or display environments with prose between them, amsmath only;
    source: where it is stated;
    level: evidence level, taken from the claim that carries it and not typed in;
    theme: under which the report lists it, set by the run from the derivation.
    """

    name: str
    title: str
    latex: str
    source: str
    level: Level
    theme: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure once drawn: the text of a stand-alone SVG file with the sentinel colours of `figures`, and its theme."""

    name: str
    title: str
    question: str
    svg: str
    level: str | None
    theme: str = ""


@dataclass(frozen=True, slots=True)
class NamedCertificate:
    """A certificate and the name of its file."""

    name: str
    certificate: Certificate


@dataclass(frozen=True, slots=True)
class Exhibits:
    """Everything that a report shows beside the ledger, in the order of the derivations."""

    formulas: tuple[Formula, ...] = ()
    pictures: tuple[Picture, ...] = ()
    certificates: tuple[NamedCertificate, ...] = field(default=())


def file_name(name: str) -> str:
    """`name` as a file name that every system takes: other characters become `-`.

    >>> file_name("F1 at 13/2")
    'F1-at-13-2'
    """
    return "".join(letter if letter in NAME_CHARACTERS else "-" for letter in name).strip(".-") or "unnamed"
