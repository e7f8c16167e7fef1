"""Store: results of tasks in one SQLite file, one transaction each, so that a run may be killed and resumed."""

from __future__ import annotations

import base64
import binascii
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from symlandscape.errors import InputError
from symlandscape.runs.task import Task

VERSION = 1
_APPLICATION = 0x53594D4C  # "SYML" in the header of the file
_ARRAY = "__array__"


def encode(value: Any) -> str:
    """JSON text of a result: JSON values in which NumPy arrays and scalars may occur, kept bit for bit."""
    return json.dumps(value, default=_plain)


def decode(text: str) -> Any:
    """The result that `encode` wrote (tuples come back as lists)."""
    return json.loads(text, object_hook=_revive)


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
        data = np.ascontiguousarray(value)
        return {_ARRAY: [data.dtype.str, list(value.shape), base64.b64encode(data.tobytes()).decode("ascii")]}
    if isinstance(value, np.generic):
        return value.item()
    raise InputError(f"expected results made of JSON values and numeric arrays, got {type(value).__name__}")


def _revive(document: dict[str, Any]) -> Any:
    if set(document) != {_ARRAY}:
        return document
    try:
        kind, shape, data = document[_ARRAY]
        return np.frombuffer(base64.b64decode(data, validate=True), dtype=np.dtype(kind)).reshape(shape).copy()
    except (TypeError, ValueError, binascii.Error) as error:
        raise InputError(f"expected an array written by this program in the store, got {error}") from error


class Store:
    """Results by task identity. `put` is atomic and durable: after a kill at any moment the file holds whole results.

    Several processes may append to one file on a local disk; the first result of a task stays. Used from one thread.
    Raises InputError where the path is not a store of this version or cannot be written.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        try:
            self._connection = sqlite3.connect(self.path, timeout=60.0, isolation_level=None)
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise
        except sqlite3.Error as error:
            raise InputError(
                f"expected a writable store file at {self.path}, got: {error}; choose another path"
            ) from error

    def _prepare(self) -> None:
        execute = self._connection.execute
        execute("PRAGMA synchronous=FULL")
        execute("BEGIN IMMEDIATE")
        try:
            application = execute("PRAGMA application_id").fetchone()[0]
            version = execute("PRAGMA user_version").fetchone()[0]
            tables = execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if tables == 0:
                execute(
                    "CREATE TABLE results (position INTEGER PRIMARY KEY, identity TEXT UNIQUE NOT NULL, "
                    "task TEXT NOT NULL, result TEXT NOT NULL)"
                )
                execute(f"PRAGMA application_id={_APPLICATION}")
                execute(f"PRAGMA user_version={VERSION}")
            elif application != _APPLICATION or version != VERSION:
                raise InputError(
                    f"expected a store of version {VERSION} at {self.path}, got another SQLite file "
                    f"(application {application}, version {version}); choose another path"
                )
        except BaseException:
            execute("ROLLBACK")
            raise
        execute("COMMIT")

    def put(self, task: Task, result: Any) -> None:
        """Append the result of a task; a task that is present keeps its first result."""
        try:
            self._connection.execute(
                "INSERT OR IGNORE INTO results (identity, task, result) VALUES (?, ?, ?)",
                (task.identity, task.canonical, encode(result)),
            )
        except sqlite3.Error as error:
            raise InputError(f"expected to append to the store {self.path}, got: {error}") from error

    def get(self, task: Task, default: Any = None) -> Any:
        """The stored result of a task, or `default`."""
        row = self._connection.execute("SELECT result FROM results WHERE identity = ?", (task.identity,)).fetchone()
        return default if row is None else decode(row[0])

    def __contains__(self, task: Task) -> bool:
        found = self._connection.execute("SELECT 1 FROM results WHERE identity = ?", (task.identity,)).fetchone()
        return found is not None

    def __len__(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM results").fetchone()[0])

    def items(self) -> Iterator[tuple[Task, Any]]:
        """Tasks and results in the order in which they were appended."""
        for text, result in self._connection.execute("SELECT task, result FROM results ORDER BY position").fetchall():
            document = json.loads(text)
            yield Task(document["kind"], document["parameters"]), decode(result)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
