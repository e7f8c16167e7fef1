"""`symlandscape cite`: what a result rests on, as BibTeX."""

from __future__ import annotations

from typing import Annotated

import typer

from symlandscape.cli.frame import ExitCode
from symlandscape.cli.options import Json
from symlandscape.cli.output import print_json, write


def cite(
    theme: Annotated[
        str | None, typer.Argument(metavar="[THEME]", help="relu, spinglass, regions or particles.")
    ] = None,
    as_json: Json = False,
) -> int:
    """Print the BibTeX of the papers behind a theme (all themes without one), and of this software."""
    from symlandscape.export import bibliography

    entries = bibliography(theme)
    if as_json:
        print_json({"theme": theme, "entries": [{"key": entry.key, "bibtex": entry.text} for entry in entries]})
    else:
        write("\n\n".join(entry.text for entry in entries) + "\n")
    return ExitCode.DONE
