"""`symlandscape relu atlas`: the map of A(p|q) and F(p|q) over integers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from symlandscape.cli.frame import ExitCode, say
from symlandscape.cli.options import Executor, Json, ShardOption, Store
from symlandscape.cli.output import line, print_json, show
from symlandscape.cli.progress import progress
from symlandscape.cli.shards import shares

if TYPE_CHECKING:
    from rich.console import RenderableType

    from symlandscape.relu import Atlas

LEGEND = "M minimum, s saddle, = coincides with an earlier point up to the order of rows, . does not exist, ? undecided"


def atlas(
    upto: Annotated[int, typer.Option("--upto", min=1, max=200, metavar="N", help="Largest p + q.")] = 40,
    processes: Annotated[
        int, typer.Option("--processes", min=1, metavar="N", help="Processes; the result does not depend on them.")
    ] = 1,
    store: Store = None,
    executor: Executor = None,
    shard: ShardOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write the document to this file.", show_default=False)
    ] = None,
    as_json: Json = False,
) -> int:
    """Which A(p|q) and F(p|q) with p + q <= N exist and which are minima, each certified; exit 3 when one is open."""
    from symlandscape import relu

    with shares(shard, as_json, out), progress("branches") as callback:
        made = relu.atlas(upto, processes=processes, store=store, progress=callback, executor=executor, shard=shard)
    if out is not None:
        made.write(out)
    document = made.document()
    if as_json:
        print_json(document)
    else:
        show(*tables(made, document))
    if made.undecided:
        say("an entry of the atlas is not decided by a proof (the document says which and why)")
    return ExitCode.UNDECIDED if made.undecided else ExitCode.DONE


def tables(made: Atlas, document: Mapping[str, Any]) -> Iterator[RenderableType]:
    """Both maps, p across and q down, and the counts."""
    for kind in "AF":
        yield line(f"{kind}(p|q), p across, q down", "bold")
        yield line("     " + "".join(str(p // 10) if p % 10 == 0 else " " for p in range(1, made.upto + 1)))
        yield line("     " + "".join(str(p % 10) for p in range(1, made.upto + 1)))
        rows: dict[int, str] = {}
        for cell in made.of(kind):
            rows[cell.q] = rows.get(cell.q, "") + cell.symbol
        for q, row in rows.items():
            yield line(f"{q:4d} {row}")
        counts = document["counts"][kind]
        yield line(", ".join(f"{number} {word}" for word, number in counts.items() if number))
    yield line(LEGEND)
