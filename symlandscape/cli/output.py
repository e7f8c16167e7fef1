"""What commands print: one JSON document, or tables with digits aligned.

Everything goes through `write`, so a reader that leaves (`| head`) ends the program quietly wherever it happens.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from typing import TYPE_CHECKING, Any

from symlandscape.cli.frame import PipeClosed

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

WIDE = 100_000  # width of a file or pipe: digits are never folded there


def write(text: str) -> None:
    """Put `text` on stdout and flush it."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise PipeClosed from None


def print_json(document: Mapping[str, Any]) -> None:
    """The one JSON document of a command; NaN and infinity are refused, as JSON has none."""
    write(json.dumps(document, indent=2, allow_nan=False) + "\n")


def show(*parts: RenderableType) -> None:
    """Rich renderables on stdout, in colour on a terminal only."""
    from rich.console import Console

    terminal = sys.stdout.isatty()
    buffer = StringIO()
    width = Console().width if terminal else WIDE
    console = Console(file=buffer, force_terminal=terminal, width=width, highlight=False, soft_wrap=not terminal)
    for part in parts:
        console.print(part)
    write("\n".join(line.rstrip() for line in buffer.getvalue().split("\n")) if not terminal else buffer.getvalue())


def align(values: Iterable[str]) -> list[str]:
    """Decimal strings padded on the left so that their points stand under each other.

    >>> align(["1.5", "-12.25", "3", "null"])
    ['  1.5', '-12.25', '  3', 'null']
    """
    texts = list(values)
    heads = [len(re.split("[.eE]", text)[0]) if _is_number(text) else None for text in texts]
    most = max((head for head in heads if head is not None), default=0)
    return [text if head is None else " " * (most - head) + text for text, head in zip(texts, heads, strict=True)]


def _is_number(text: str) -> bool:
    return text.lstrip("+-")[:1].isdigit()


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], numeric: Iterable[int] = ()) -> Table:
    """A table whose columns `numeric` (by index) have their decimal points aligned; None shows as a dash."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    cells = [["–" if value is None else str(value) for value in row] for row in rows]
    for index in numeric:
        for row, text in zip(cells, align([row[index] for row in cells]), strict=True):
            row[index] = text
    for column in columns:
        made.add_column(column, overflow="fold")
    for row in cells:
        made.add_row(*[Text(cell) for cell in row])
    return made


def line(text: str, style: str = "") -> RenderableType:
    """One plain line (no markup is read from it)."""
    from rich.text import Text

    return Text(text, style=style)
