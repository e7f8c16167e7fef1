"""Progress of long commands: on stderr, and only when a person watches."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Callback = Callable[..., None]


def bar() -> Any:
    """A rich progress bar on stderr with the columns that all commands share."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=Console(stderr=True, highlight=False), transient=True)


@contextmanager
def progress(title: str) -> Iterator[Callback | None]:
    """A bar for `callback(done, total)`; None when stderr is no terminal.

    `total` may be None or 0 while it is not known. Further arguments of the caller are ignored.
    """
    if not sys.stderr.isatty():
        yield None
        return
    with bar() as shown:
        task = shown.add_task(title, total=None)

        def callback(done: int, total: int | None = None, *_more: object) -> None:
            shown.update(task, completed=done, total=total or None)

        yield callback
