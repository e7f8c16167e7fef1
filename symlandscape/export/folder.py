"""A folder of results that appears whole: an interrupted run leaves the old one as it was."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from symlandscape.errors import InputError


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """An empty folder inside `out` to write results into; on leaving, its entries replace those of the same name.

    `out` is made where it is missing; whether it takes files is found out at once. Files of `out` that the results
    do not name are left alone. On any exception, Ctrl-C included, `out` is as before and nothing of ours remains.
    Raises InputError (one sentence) where the system refuses.
    """
    made = _first_missing(out)
    try:
        out.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=".partial-", dir=out))
    except OSError as error:
        _remove_empty(out, made)
        raise InputError(
            f"a folder that can be written was expected for the results and {out} refused "
            f"({error.strerror or error}): choose another one with --out"
        ) from error
    try:
        stage.chmod(0o755)
        fresh = stage / "new"
        fresh.mkdir()
        yield fresh
        _swap(fresh, stage, out)
    except OSError as error:
        raise InputError(
            f"the results could not be written to {out} ({error.strerror or error}): check the free space and the "
            "permissions, or choose another folder with --out"
        ) from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)
        _remove_empty(out, made)


def _swap(fresh: Path, stage: Path, out: Path) -> None:
    """Move every entry of `fresh` into `out`; if one move fails, undo those before it."""
    old = stage / "old"
    old.mkdir()
    entries = sorted(entry.name for entry in fresh.iterdir())
    done: list[str] = []
    try:
        for name in entries:
            done.append(name)
            if (out / name).is_symlink() or (out / name).exists():
                os.replace(out / name, old / name)
            os.replace(fresh / name, out / name)
    except BaseException:
        for name in reversed(done):
            if not (fresh / name).exists() and (out / name).exists():
                os.replace(out / name, fresh / name)
            if (old / name).is_symlink() or (old / name).exists():
                os.replace(old / name, out / name)
        raise


def _first_missing(out: Path) -> Path | None:
    """The topmost folder that making `out` will make."""
    missing = None
    for folder in (out, *out.parents):
        if folder.exists():
            return missing
        missing = folder
    return missing


def _remove_empty(out: Path, made: Path | None) -> None:
    """Remove the folders that we made, as far as they are empty."""
    if made is None:
        return
    for folder in (out, *out.parents):
        try:
            folder.rmdir()
        except OSError:
            return
        if folder == made:
            return
