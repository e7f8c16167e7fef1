"""Reading and writing files for commands: every failure is one sentence, before the work where it can be."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symlandscape.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

LARGEST = 1 << 28  # bytes; no document of ours comes near it


def read_text(path: Path) -> str:
    """The UTF-8 text of a file."""
    try:
        if path.is_file() and path.stat().st_size > LARGEST:
            raise InputError(f"a document below {LARGEST >> 20} MiB was expected and {path} is larger")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"a readable file was expected and {path} could not be read ({error.strerror or error}): check the path"
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(f"a text file in UTF-8 was expected and {path} is none: give a JSON document") from error


def read_document(path: Path) -> dict[str, Any]:
    """The JSON object in a file, strictly: no NaN, no doubled keys, nothing after its end."""
    text = read_text(path)

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            raise ValueError("a key occurs twice")
        return made

    def constant(name: str) -> None:
        raise ValueError(f"{name} is no JSON number")

    try:
        document = json.loads(text, object_pairs_hook=unique, parse_constant=constant)
    except (ValueError, RecursionError) as error:
        reason = "it is empty" if not text.strip() else str(error)
        raise InputError(f"a JSON document was expected and {path} is none ({reason})") from error
    if not isinstance(document, dict):
        raise InputError(f"a JSON object was expected and {path} holds a {type(document).__name__}: see --help")
    return document


def prepare_arrays(path: Path | None) -> None:
    """Find out before the work whether `path` can take the arrays: a .npz in a folder that exists and is writable."""
    if path is None:
        return
    if path.suffix != ".npz":
        raise InputError(f"a file name ending in .npz was expected for --out and {str(path)!r} came: rename it")
    if path.is_dir():
        raise InputError(f"a file was expected for --out and {path} is a folder: name a file in it")
    if not path.parent.is_dir():
        raise InputError(f"an existing folder was expected for --out and {path.parent} is none: make it first")
    probe = path.parent / f".{path.name}.probe"
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise InputError(
            f"a writable folder was expected for --out and {path.parent} refused ({error.strerror}): choose another"
        ) from error


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write named arrays to a .npz file, atomically."""
    import numpy as np

    from symlandscape.files import write_atomic

    buffer = BytesIO()
    np.savez(buffer, **dict(arrays))  # type: ignore[arg-type]
    write_atomic(path, buffer.getvalue())
