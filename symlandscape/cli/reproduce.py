"""`symlandscape reproduce`: every derivation, into a ledger and a report."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from symlandscape.cli.frame import ExitCode
from symlandscape.cli.options import Json, Seed
from symlandscape.cli.output import line, print_json, show, table
from symlandscape.cli.progress import bar

if TYPE_CHECKING:
    from symlandscape.reproduce import Event, Provider


class Profile(StrEnum):
    """How much is done."""

    QUICK = "quick"
    FULL = "full"


def providers(themes: list[str] | None = None) -> list[Provider]:
    """The derivations of the given themes (all without one), in the order of `derivations.PROVIDERS`."""
    import derivations
    from symlandscape.errors import InputError

    names = [name if name.startswith("derivations.") else f"derivations.{name}" for name in derivations.PROVIDERS]
    found: list[Any] = [import_module(name) for name in names]
    known = sorted({provider.THEME for provider in found})
    for theme in themes or ():
        if theme not in known:
            raise InputError(f"a theme was expected ({', '.join(known)}) and {theme!r} came: choose one of them")
    return [provider for provider in found if not themes or provider.THEME in themes]


def reproduce(
    themes: Annotated[
        list[str] | None, typer.Argument(metavar="[THEME]...", help="Themes to run; all without one.")
    ] = None,
    profile: Annotated[
        Profile, typer.Option("--profile", help="quick: about three minutes; full: everything.")
    ] = Profile.QUICK,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the results go.")] = Path("reproduction"),
    seed: Seed = 0,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", min=1, metavar="N", help="Processes; default: one for each core.", show_default=False),
    ] = None,
    as_json: Json = False,
) -> int:
    """Run the derivations and write ledger.json, report.html, formulas.tex, figures and certificates."""
    from symlandscape.reproduce import reproduce as run

    chosen = providers(themes)
    with _progress() as callback:
        ledger = run(chosen, out, profile=profile.value, progress=callback, seed=seed, jobs=jobs or _cores())
    document = ledger.to_json()
    levels = [claim["level"] for claim in document["claims"]]
    if as_json:
        print_json(document)
    else:
        rows = [(c["level"], c["theme"], c["id"], f"{c['seconds']:.1f}") for c in document["claims"]]
        show(table("Claims", ("level", "theme", "claim", "seconds"), rows, numeric=[3]))
        counts = ", ".join(f"{levels.count(level)} {level}" for level in dict.fromkeys(levels))
        show(line(f"{len(levels)} claims: {counts or 'none'}", "bold"), line(f"report: {out / 'report.html'}"))
    if "refuted" in levels:
        return ExitCode.REFUTED
    return ExitCode.UNDECIDED if "undecided" in levels else ExitCode.DONE


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _progress() -> Iterator[Callable[[Event], None] | None]:
    """A line for each claim as it comes and a bar over the derivations; None when stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    with bar() as shown:
        task = shown.add_task("starting", total=None)

        def callback(event: Event) -> None:
            shown.update(task, description=event.text, completed=event.done, total=event.total)
            if event.claim is not None:
                claim = event.claim
                shown.console.print(f"{claim.level.value:>10}  {claim.id}  {claim.seconds:.1f} s", markup=False)

        yield callback
