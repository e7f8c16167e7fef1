"""Whole files on disk: written to a temporary name beside their place, then moved into it."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from symlandscape.errors import InputError


def write_atomic(path: str | os.PathLike[str], content: str | bytes) -> Path:
    """The file `path` holding exactly `content`, or unchanged when anything fails.

    Text is written as UTF-8 with `\\n` line ends. A reader sees the old file or the new one, never a part: the bytes
    go to a temporary name in the same folder, are flushed to the disk, and are moved with one `os.replace`. A link is
    followed; a device or pipe that already exists is written to directly, since it cannot be replaced.

    Returns: the path as a `Path`.
    Raises: `InputError` (one sentence) when the folder is missing or the system refuses; nothing is left behind then.
    """
    given = Path(path)
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        place = given.resolve() if given.is_symlink() else given
        if place.is_dir():
            raise IsADirectoryError("it is a folder")
        if place.exists() and not place.is_file():
            place.write_bytes(data)
        else:
            _replace(place, data)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(
            f"expected a file that can be written, got {given} ({reason}); choose another place"
        ) from error
    return given


def _replace(place: Path, data: bytes) -> None:
    """Write beside `place` and move; remove the temporary file on every failure, interrupts included."""
    temporary = place.with_name(f".{place.name[:100]}.{os.getpid()}.{secrets.token_hex(4)}.tmp")
    # os.open with 0o666 leaves the rights to the user's umask; tempfile would force 0600 on the result
    descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, place)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
