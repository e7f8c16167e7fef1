"""Claim providers -> ledger, report, formulas, figures, certificates in one folder.

Knows evidence and export only. A provider that fails, or a figure that cannot be drawn, becomes an undecided claim with
the reason: nothing is dropped in silence.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from symlandscape.errors import InputError
from symlandscape.evidence import Check, Claim, Ledger, Verdict, certified
from symlandscape.export import (
    Exhibits,
    Figure,
    Formula,
    NamedCertificate,
    Picture,
    draw,
    formulas_document,
    report,
    staged,
)
from symlandscape.export.exhibits import file_name
from symlandscape.files import write_atomic


class Provider(Protocol):
    """What a derivation offers, as a module or any object.

    Beside the members below it may have `formulas()`, `figures(profile)` and `certificates(profile)`, yielding
    `Formula`, `Figure` and pairs (name, `Certificate`); they are called after `claims` and may reuse what it found.
    """

    NAME: str
    THEME: str

    def claims(self, profile: str, seed: int) -> Iterable[Claim]:
        """The claims with their checks made; each is timed while it is produced."""
        ...


@dataclass(frozen=True, slots=True)
class Event:
    """Progress: `done` of `total` providers are finished, `text` runs now; `claim` has just come, or None."""

    text: str
    done: int
    total: int
    claim: Claim | None = None


@dataclass(slots=True)
class _Found:
    """What the providers yielded so far; names of files are unique in it."""

    ledger: Ledger
    formulas: list[Formula] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    certificates: list[NamedCertificate] = field(default_factory=list)

    def exhibits(self) -> Exhibits:
        return Exhibits(tuple(self.formulas), tuple(self.pictures), tuple(self.certificates))


def reproduce(
    providers: Sequence[Any],
    out: str | Path = "reproduction",
    *,
    profile: str = "quick",
    progress: Callable[[Event], None] | None = None,
    seed: int = 0,
) -> Ledger:
    """Run the providers one after another and write their results to the folder `out`; return the ledger.

    Writes ledger.json, report.html, formulas.tex, figures/*.svg, certificates/*.json. The folder takes them all at the
    end or, when the run is interrupted, none of them.
    Raises InputError on an unknown profile, a negative seed, or a folder that cannot be written (before any work).
    """
    found = _Found(Ledger(profile=profile, seed=seed))
    with staged(Path(out)) as folder:
        for number, provider in enumerate(providers):
            notify = _notifier(progress, provider, number, len(providers))
            _run(provider, found, profile, seed, notify)
        _write(folder, found)
    return found.ledger


def _notifier(
    progress: Callable[[Event], None] | None, provider: Any, done: int, total: int
) -> Callable[[Claim | None], None]:
    def notify(claim: Claim | None) -> None:
        if progress is not None:
            progress(Event(provider.NAME, done, total, claim))

    return notify


def _run(provider: Any, found: _Found, profile: str, seed: int, notify: Callable[[Claim | None], None]) -> None:
    notify(None)
    parts: tuple[tuple[str, Callable[[], None]], ...] = (
        ("claims", lambda: _claims(provider, found, profile, seed, notify)),
        ("formulas", lambda: _formulas(provider, found)),
        ("figures", lambda: _figures(provider, found, profile)),
        ("certificates", lambda: _certificates(provider, found, profile)),
    )
    for part, work in parts:
        start = time.perf_counter()
        try:
            work()
        except Exception as error:  # whatever a provider raises is reported, and the others run on
            claim = _failure(provider, part, error, time.perf_counter() - start)
            found.ledger.add(claim)
            notify(claim)


def _failure(provider: Any, part: str, error: Exception, seconds: float) -> Claim:
    reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    check: Check = certified(f"{part} of {provider.NAME}", Verdict.UNDECIDED, f"stopped with {reason}")
    statement = rf"\text{{the {part} of {_plain(provider.NAME)} can be computed}}"
    return Claim(f"{provider.NAME}:{part}", provider.THEME, statement, "this run", (check,), seconds)


def _plain(text: str) -> str:
    """A name inside LaTeX text: only letters that mean themselves."""
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in " .-:/") else " " for letter in text)


def _timed(claims: Iterable[Claim]) -> Iterator[Claim]:
    """The claims, each with the seconds that passed while it was produced (unless it brings its own)."""
    start = time.perf_counter()
    for claim in claims:
        yield claim if claim.seconds else replace(claim, seconds=time.perf_counter() - start)
        start = time.perf_counter()


def _claims(provider: Any, found: _Found, profile: str, seed: int, notify: Callable[[Claim | None], None]) -> None:
    for claim in _timed(provider.claims(profile, seed)):
        found.ledger.add(claim)
        notify(claim)


def _formulas(provider: Any, found: _Found) -> None:
    for formula in _offered(provider, "formulas"):
        _new(formula.name, (other.name for other in found.formulas))
        found.formulas.append(formula)


def _figures(provider: Any, found: _Found, profile: str) -> None:
    figures: Iterable[Figure] = _offered(provider, "figures", profile)
    for figure in figures:
        _new(figure.name, (other.name for other in found.pictures))
        found.pictures.append(draw(figure))


def _certificates(provider: Any, found: _Found, profile: str) -> None:
    for name, certificate in _offered(provider, "certificates", profile):
        _new(name, (other.name for other in found.certificates))
        found.certificates.append(NamedCertificate(name, certificate))


def _offered(provider: Any, part: str, *arguments: str) -> Iterable[Any]:
    function = getattr(provider, part, None)
    return () if function is None else function(*arguments)


def _new(name: str, others: Iterable[str]) -> None:
    if file_name(name) in {file_name(other) for other in others}:
        raise InputError(f"a new name was expected and {name!r} is taken already: choose another one")


def _write(folder: Path, found: _Found) -> None:
    document, exhibits = found.ledger.to_json(), found.exhibits()
    (folder / "figures").mkdir()
    (folder / "certificates").mkdir()
    for picture in exhibits.pictures:
        write_atomic(folder / "figures" / f"{picture.name}.svg", picture.svg)
    for item in exhibits.certificates:
        item.certificate.write(folder / "certificates" / f"{file_name(item.name)}.json")
    write_atomic(folder / "formulas.tex", formulas_document(document, exhibits.formulas))
    write_atomic(folder / "report.html", report(document, exhibits))
    found.ledger.write(folder / "ledger.json")
