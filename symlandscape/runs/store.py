"""Store: results of tasks in one SQLite file, in whole transactions, so that a run may be killed and resumed."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from symlandscape.errors import InputError
from symlandscape.runs.program import difference, stamp
from symlandscape.runs.task import Task

VERSION = 3
_APPLICATION = 0x53594D4C  # "SYML" in the header of the file
_ARRAY = "__array__"


def encode(value: Any) -> str:
    """JSON text of a result: JSON values in which NumPy arrays and scalars may occur, kept bit for bit."""
    return json.dumps(value, default=_plain)


def decode(text: str) -> Any:
    """The result that `encode` wrote (tuples come back as lists). Raises InputError for a text that it never writes."""
    try:
        return json.loads(text, object_hook=_revive)
    except (ValueError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"expected a result written by this program in the store, got {text[:60]!r}") from error


def seal(identity: str, task: str, result: str) -> str:
    """sha256 of a row: what tells an accident to the file (a flipped bit, an edited number) from what was appended."""
    return hashlib.sha256(f"{identity}\n{task}\n{result}".encode("utf-8", "surrogatepass")).hexdigest()


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
    """Results by task identity, of one program (`program.stamp`), in a file.

    `put` and `append` are atomic and durable: after a kill at any moment the file holds whole results. Several
    processes may append to one file on a local disk; the first result of a task stays. On a network disk, whose locks
    may not hold, every process needs a file of its own (`merge` joins them). Used from one thread. Each row carries its
    sha256, against accidents to the file, and is read only where that fits.
    Raises InputError where the path is no store of this version and program or cannot be written; with `new` False also
    where it does not exist.
    """

    def __init__(self, path: str | os.PathLike[str], new: bool = True) -> None:
        self.path = Path(path)
        mode = "rwc" if new else "rw"
        if not new and not self.path.exists():
            raise InputError(f"expected a store at {self.path}, got no such file; check the name")
        try:
            address = f"{self.path.absolute().as_uri()}?mode={mode}"
            self._connection = sqlite3.connect(address, timeout=60.0, isolation_level=None, uri=True)
            try:
                self._prepare(new)
            except BaseException:
                self._connection.close()
                raise
        except (sqlite3.Error, ValueError) as error:
            if isinstance(error, InputError):
                raise
            wanted = "a writable store file" if new else "a store of this program"
            raise InputError(f"expected {wanted} at {self.path}, got: {error}; choose another path") from error

    def _prepare(self, new: bool) -> None:
        """Make the tables where there are none, and find out whose they are; a store that is there is only read."""
        execute = self._connection.execute
        execute("PRAGMA synchronous=FULL")
        if new and not self._tables():
            execute("BEGIN IMMEDIATE")
            try:
                if not self._tables():  # no other process was faster
                    execute(
                        "CREATE TABLE results (position INTEGER PRIMARY KEY, identity TEXT UNIQUE NOT NULL, "
                        "task TEXT NOT NULL, result TEXT NOT NULL, seal TEXT NOT NULL)"
                    )
                    execute("CREATE TABLE program (stamp TEXT NOT NULL)")
                    execute("INSERT INTO program VALUES (?)", (stamp(),))
                    execute(f"PRAGMA application_id={_APPLICATION}")
                    execute(f"PRAGMA user_version={VERSION}")
                execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    execute("ROLLBACK")
                raise
        application = execute("PRAGMA application_id").fetchone()[0]
        version = execute("PRAGMA user_version").fetchone()[0]
        if application != _APPLICATION or version != VERSION:
            raise InputError(
                f"expected a store of version {VERSION} at {self.path}, got another SQLite file "
                f"(application {application}, version {version}); choose another path"
            )
        found = execute("SELECT stamp FROM program").fetchall()
        if len(found) != 1:
            raise InputError(
                f"expected a whole store at {self.path}, got one that does not name its program; choose another path"
            )
        theirs = found[0][0]
        if theirs != stamp():
            raise InputError(
                f"expected a store of this program at {self.path}, got one of another ({difference(theirs, stamp())}), "
                "whose results must not be mixed; finish it with that program, or choose another path"
            )

    def _tables(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])

    def put(self, task: Task, result: Any) -> None:
        """Append the result of a task; a task that is present keeps its first result."""
        self.append([(task, encode(result))])

    def append(self, found: Sequence[tuple[Task, str]]) -> None:
        """Append encoded results, all of them or none; tasks that are present keep their first results."""
        execute = self._connection.execute
        rows = [(*row, seal(*row)) for row in ((task.identity, task.canonical, text) for task, text in found)]
        try:
            execute("BEGIN IMMEDIATE")
            try:
                self._connection.executemany(
                    "INSERT OR IGNORE INTO results (identity, task, result, seal) VALUES (?, ?, ?, ?)", rows
                )
                execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk has rolled it back already
                    execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise InputError(
                f"expected to append to the store {self.path}, got: {error}; what it held before is still whole: free "
                "the disk or end the other program, and start again"
            ) from error

    def _rows(self, statement: str, *values: str) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise InputError(
                f"expected a whole store at {self.path}, got: {error}; choose another path, or a copy of it"
            ) from error

    def _whole(self, row: tuple[Any, ...]) -> tuple[str, str, str]:
        """Identity, task and result of a row whose seal fits."""
        if not all(isinstance(x, str) for x in row) or seal(*row[:3]) != row[3]:
            raise InputError(
                f"expected the results in {self.path} as they were appended, got a row that was changed or damaged "
                f"({row[1]!r:.120}); take a copy of the store from before, or compute into another"
            )
        return row[:3]

    def _row(self, identity: str) -> tuple[str, str, str] | None:
        rows = self._rows("SELECT identity, task, result, seal FROM results WHERE identity = ?", identity)
        return self._whole(rows[0]) if rows else None

    def text(self, identity: str) -> str | None:
        """The encoded result of the task with this identity, or None. Raises InputError for a damaged row."""
        row = self._row(identity)
        return None if row is None else row[2]

    def get(self, task: Task, default: Any = None) -> Any:
        """The stored result of a task, or `default`."""
        text = self.text(task.identity)
        return default if text is None else decode(text)

    def __contains__(self, task: Task) -> bool:
        return bool(self._rows("SELECT 1 FROM results WHERE identity = ?", task.identity))

    def __len__(self) -> int:
        return int(self._rows("SELECT count(*) FROM results")[0][0])

    def items(self) -> Iterator[tuple[Task, Any]]:
        """Tasks and results in the order in which they were appended."""
        for row in self._rows("SELECT identity, task, result, seal FROM results ORDER BY position"):
            _, text, result = self._whole(row)
            document = json.loads(text)
            yield Task(document["kind"], document["parameters"]), decode(result)

    def encoded(self) -> Iterator[tuple[str, str, str]]:
        """Identity, canonical task and encoded result, ascending by identity; rows are read one by one."""
        identities = [row[0] for row in self._rows("SELECT identity FROM results ORDER BY identity")]
        for identity in identities:
            row = self._row(identity)
            if row is not None:  # rows are never taken out
                yield row

    def export(self) -> Iterator[str]:
        """The canonical form of the content, one JSON line for each task: equal for stores with equal results."""
        for identity, task, result in self.encoded():
            yield f'{{"identity":"{identity}","result":{result},"task":{task}}}\n'

    def digest(self) -> str:
        """sha256 of the canonical form."""
        found = hashlib.sha256()
        for line in self.export():
            found.update(line.encode("ascii"))
        return found.hexdigest()

    def kinds(self) -> dict[str, int]:
        """How many results of each kind of task there are."""
        rows = self._rows("SELECT json_extract(task, '$.kind'), count(*) FROM results GROUP BY 1 ORDER BY 1")
        return {str(kind): int(count) for kind, count in rows}

    def document(self) -> dict[str, Any]:
        """The JSON document of ``runs show`` (schema ``runs.store``)."""
        digest = self.digest()  # reads every row
        return {
            "store": str(self.path),
            "program": json.loads(stamp()),
            "results": len(self),
            "kinds": self.kinds(),
            "sha256": digest,
        }

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
