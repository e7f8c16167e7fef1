"""What a command with --shard prints: no result, but what its share has done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from symlandscape.cli.frame import ExitCode
from symlandscape.cli.output import line, print_json, show
from symlandscape.errors import InputError


@contextmanager
def shares(shard: str | None, as_json: bool, out: Path | None = None) -> Iterator[None]:
    """Around the computation of a command: a finished shard ends it with its report and code 0.

    InputError for --out beside --shard, since a share has no arrays to write.
    """
    from symlandscape.runs import ShardFinished

    if shard is not None and out is not None:
        raise InputError(
            f"--out was expected without --shard and both came: a share of the tasks has no whole result to write to "
            f"{out}; give it to the command on the merged store"
        )
    try:
        yield
    except ShardFinished as finished:
        document = finished.report.document()
        if as_json:
            print_json(document)
        else:
            show(
                line(f"Shard {document['shard']} is finished (partial: no result yet)", "bold"),
                line(
                    f"{document['share']} of {document['tasks']} tasks are its own, {document['computed']} computed now"
                ),
                line(f"kept in {document['store']}; `symlandscape runs merge` joins the stores of all shards"),
            )
        raise typer.Exit(int(ExitCode.DONE)) from None
