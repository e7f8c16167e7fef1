"""`symlandscape runs ..`: the stores of finished tasks that --store makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from symlandscape.cli.frame import ExitCode
from symlandscape.cli.options import Json
from symlandscape.cli.output import line, print_json, show, table

if TYPE_CHECKING:
    from rich.console import RenderableType

app = typer.Typer(help="Stores of finished tasks: what --store keeps.", pretty_exceptions_enable=False)


@app.command()
def merge(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The store to append to; made where it is absent.")],
    stores: Annotated[list[Path], typer.Argument(metavar="IN...", help="The stores of the shards.")],
    as_json: Json = False,
) -> int:
    """Join the stores of shards; the command without --shard then finds all of its tasks in OUT."""
    from symlandscape import runs

    return _shown(runs.merge(out, stores), as_json)


@app.command("show")
def show_store(
    store: Annotated[Path, typer.Argument(metavar="STORE", help="A file that --store made.")],
    as_json: Json = False,
) -> int:
    """How many results of which kind a store holds, of which program, and the sha256 of their canonical form."""
    from symlandscape import runs

    with runs.Store(store, new=False) as kept:
        return _shown(kept.document(), as_json)


def _shown(document: Mapping[str, Any], as_json: bool) -> int:
    if as_json:
        print_json(document)
    else:
        show(*tables(document))
    return ExitCode.DONE


def tables(document: Mapping[str, Any]) -> Iterator[RenderableType]:
    """Kinds and counts, and the digest."""
    rows = list(document["kinds"].items())
    yield table(f"{document['results']} results in {document['store']}", ("kind", "results"), rows, numeric=[1])
    yield line(f"sha256 {document['sha256']}")
    yield line(f"symlandscape {document['program']['symlandscape']}, numpy {document['program']['numpy']}")
