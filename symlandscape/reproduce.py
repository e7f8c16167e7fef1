"""Claim providers -> ledger, report, formulas, figures, certificates in one folder.

Knows evidence and export only. A provider that fails, or a figure that cannot be drawn, becomes an undecided claim with
the reason: nothing is dropped in silence.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from importlib import import_module
from multiprocessing import active_children, get_context
from pathlib import Path
from types import ModuleType
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
class _Part:
    """What one provider yields."""

    claims: list[Claim] = field(default_factory=list)
    formulas: list[Formula] = field(default_factory=list)
    figures: list[Picture] = field(default_factory=list)
    certificates: list[NamedCertificate] = field(default_factory=list)


@dataclass(slots=True)
class _Found:
    """What the providers yielded so far; names of files are unique in it."""

    ledger: Ledger
    formulas: list[Formula] = field(default_factory=list)
    figures: list[Picture] = field(default_factory=list)
    certificates: list[NamedCertificate] = field(default_factory=list)

    def exhibits(self) -> Exhibits:
        return Exhibits(tuple(self.formulas), tuple(self.figures), tuple(self.certificates))


def reproduce(
    providers: Sequence[Any],
    out: str | Path = "reproduction",
    *,
    profile: str = "quick",
    progress: Callable[[Event], None] | None = None,
    seed: int = 0,
    jobs: int = 1,
) -> Ledger:
    """Run the providers and write their results to the folder `out` in their order; return the ledger.

    Writes ledger.json, report.html, formulas.tex, figures/*.svg, certificates/*.json. The folder takes them all at the
    end or, when the run is interrupted, none of them. With `jobs` > 1 providers that are modules run in that many
    processes, each by itself; nothing but the times depends on it.
    Raises InputError on an unknown profile, a negative seed, fewer than one job, or a folder that cannot be written
    (before any work).
    """
    if jobs < 1:
        raise InputError(f"expected at least one job, got {jobs}; pass the number of processes to use")
    found = _Found(Ledger(profile=profile, seed=seed))
    with staged(Path(out)) as folder:
        apart = jobs > 1 and len(providers) > 1 and all(isinstance(provider, ModuleType) for provider in providers)
        parts = _apart(providers, profile, seed, jobs) if apart else None
        for number, provider in enumerate(providers):
            notify = _notifier(progress, provider, number, len(providers))
            notify(None)
            part = _gather(provider, profile, seed, notify) if parts is None else next(parts)
            if parts is not None:
                for claim in part.claims:
                    notify(claim)
            _take(provider, part, found, notify)
        _write(folder, found)
    return found.ledger


def _apart(providers: Sequence[Any], profile: str, seed: int, jobs: int) -> Iterator[_Part]:
    """The parts in the order of the providers, made in processes of their own; interrupted, these are ended at once."""
    pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_deaf)
    try:
        futures = [pool.submit(_gather_named, provider.__name__, profile, seed) for provider in providers]
        for future in futures:
            yield future.result()
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in active_children():
            process.terminate()
        raise
    pool.shutdown()


def _deaf() -> None:
    """An interruption from the keyboard is the parent's business: it ends its processes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _gather_named(name: str, profile: str, seed: int) -> _Part:
    return _gather(import_module(name), profile, seed, lambda claim: None)


def _notifier(
    progress: Callable[[Event], None] | None, provider: Any, done: int, total: int
) -> Callable[[Claim | None], None]:
    def notify(claim: Claim | None) -> None:
        if progress is not None:
            progress(Event(provider.NAME, done, total, claim))

    return notify


def _gather(provider: Any, profile: str, seed: int, notify: Callable[[Claim | None], None]) -> _Part:
    """All that a provider offers; a kind that fails leaves an undecided claim with the reason."""
    part = _Part()
    kinds: tuple[tuple[str, Callable[[], None]], ...] = (
        ("claims", lambda: _claims(provider, part, profile, seed, notify)),
        ("formulas", lambda: _formulas(provider, part)),
        ("figures", lambda: _figures(provider, part, profile)),
        ("certificates", lambda: _certificates(provider, part, profile)),
    )
    for kind, work in kinds:
        start = time.perf_counter()
        try:
            work()
        except Exception as error:  # whatever a provider raises is reported, and the others run on
            claim = _failure(provider, kind, error, time.perf_counter() - start)
            part.claims.append(claim)
            notify(claim)
    return part


def _take(provider: Any, part: _Part, found: _Found, notify: Callable[[Claim | None], None]) -> None:
    """Join a part to what is found; names that are taken already become one undecided claim."""
    kinds: tuple[tuple[str, list[Any], Callable[[Any], object]], ...] = (
        ("claims", part.claims, found.ledger.add),
        ("formulas", part.formulas, lambda x: _add(x, found.formulas)),
        ("figures", part.figures, lambda x: _add(x, found.figures)),
        ("certificates", part.certificates, lambda x: _add(x, found.certificates)),
    )
    for kind, items, add in kinds:
        refused = [reason for item in items if (reason := _refusal(add, item)) is not None]
        if refused:
            claim = _failure(provider, kind, refused[0], 0.0)
            found.ledger.add(claim)
            notify(claim)


def _refusal(add: Callable[[Any], object], item: Any) -> InputError | None:
    try:
        add(item)
    except InputError as error:
        return error
    return None


def _add(item: Any, others: list[Any]) -> None:
    if file_name(item.name) in {file_name(other.name) for other in others}:
        raise InputError(f"a new name was expected and {item.name!r} is taken already: choose another one")
    others.append(item)


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


def _claims(provider: Any, part: _Part, profile: str, seed: int, notify: Callable[[Claim | None], None]) -> None:
    for claim in _timed(provider.claims(profile, seed)):
        part.claims.append(claim)
        notify(claim)


def _formulas(provider: Any, part: _Part) -> None:
    formulas: Iterable[Formula] = _offered(provider, "formulas")
    for formula in formulas:
        part.formulas.append(replace(formula, theme=provider.THEME))


def _figures(provider: Any, part: _Part, profile: str) -> None:
    figures: Iterable[Figure] = _offered(provider, "figures", profile)
    for figure in figures:
        part.figures.append(replace(draw(figure), theme=provider.THEME))


def _certificates(provider: Any, part: _Part, profile: str) -> None:
    for name, certificate in _offered(provider, "certificates", profile):
        part.certificates.append(NamedCertificate(name, certificate))


def _offered(provider: Any, part: str, *arguments: str) -> Iterable[Any]:
    function = getattr(provider, part, None)
    return () if function is None else function(*arguments)


def _write(folder: Path, found: _Found) -> None:
    """All files; a document that cannot be made leaves an undecided claim, and what was computed is not lost."""
    exhibits = found.exhibits()
    (folder / "figures").mkdir()
    (folder / "certificates").mkdir()
    for picture in exhibits.pictures:
        write_atomic(folder / "figures" / f"{picture.name}.svg", picture.svg)
    for item in exhibits.certificates:
        item.certificate.write(folder / "certificates" / f"{file_name(item.name)}.json")
    documents: tuple[tuple[str, Callable[[], str]], ...] = (
        ("formulas.tex", lambda: formulas_document(found.ledger.to_json(), exhibits.formulas)),
        ("report.html", lambda: report(found.ledger.to_json(), exhibits)),
    )
    for name, made in documents:
        try:
            text = made()
        except Exception as error:  # hours of computing are not lost for a page
            found.ledger.add(_failure(_Pages, name, error, 0.0))
            continue
        write_atomic(folder / name, text)
    found.ledger.write(folder / "ledger.json")


class _Pages:
    """Stands for the report's own part in a run."""

    NAME, THEME = "reproduction", "reproduction"
