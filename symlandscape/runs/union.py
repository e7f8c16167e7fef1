"""The union of stores: what the shards of a command computed, in one file."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence

from symlandscape.errors import InputError
from symlandscape.runs.store import Store
from symlandscape.runs.task import Task

BATCH = 1000


def merge(out: str | os.PathLike[str], stores: Sequence[str | os.PathLike[str]]) -> dict[str, object]:
    """Append to the store `out`, made where it is absent, all results of the others; the document of `out` then.

    Killed at any moment, it is repeated and ends the same. Raises InputError where a file is no store of this program,
    and where two of them hold different results of one task, which no two runs of one program give: nothing of that
    store is appended then.
    """
    if not stores:
        raise InputError("expected at least one store to merge, got none; name the stores of the shards")
    for path in stores:  # all of them before the first is read
        Store(path, new=False).close()
    with Store(out) as union:
        for path in stores:
            if os.path.exists(path) and os.path.samefile(path, out):
                continue
            with Store(path, new=False) as part:
                _compare(union, part)
                _append(union, part)
                _compare(union, part)  # another program may have appended to the union in between
        return union.document()


def _compare(union: Store, part: Store) -> None:
    for identity, task, result in part.encoded():
        known = union.text(identity)
        if known is not None and known != result:
            raise InputError(
                f"expected one result of each task, got different ones in {part.path} and {union.path} for "
                f"{task[:200]}; machines differ, or a file was changed: leave one of the stores out"
            )


def _append(union: Store, part: Store) -> None:
    batch: list[tuple[Task, str]] = []
    for _, text, result in part.encoded():
        document = json.loads(text)
        batch.append((Task(document["kind"], document["parameters"]), result))
        if len(batch) == BATCH:
            union.append(batch)
            batch = []
    union.append(batch)
