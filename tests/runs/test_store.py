"""The store keeps whole results through kills, and refuses what it did not write."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from symlandscape.errors import InputError
from symlandscape.runs import Store, Task, merge, run
from symlandscape.runs.store import decode, encode


def test_results_come_back_bit_for_bit(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    result = {
        "points": rng.standard_normal((2, 3, 4)),
        "status": np.array([0, 3], dtype=np.int8),
        "loss": 0.1 + 0.2,
        "scalar": np.float64(1 / 3),
        "words": ["a", None, True, -(10**30)],
    }
    task = Task("a/1", {"seed": 1})
    with Store(tmp_path / "runs.db") as store:
        assert task not in store
        store.put(task, result)
        store.put(task, {"other": 1})
        assert len(store) == 1
    with Store(tmp_path / "runs.db") as store:
        again = store.get(task)
        assert list(store.items())[0][0] == task
    assert np.array_equal(again["points"], result["points"])
    assert again["status"].dtype == np.int8
    assert again["loss"] == result["loss"]
    assert again["scalar"] == 1 / 3
    assert again["words"] == result["words"]


def test_absent_tasks_give_the_default(tmp_path: Path) -> None:
    with Store(tmp_path / "runs.db") as store:
        assert store.get(Task("a"), "none") == "none"


@pytest.mark.parametrize("value", [object(), np.array(["text"]), {"x": {1}}])
def test_results_that_are_not_data_are_refused(value: object) -> None:
    with pytest.raises(InputError, match="JSON"):
        encode(value)


def test_a_broken_array_is_refused() -> None:
    with pytest.raises(InputError, match="array"):
        decode('{"__array__": ["<f8", [3], "AAAA"]}')


@pytest.mark.parametrize("text", ["{", "nothing", "[" * 100_000])
def test_a_text_that_is_no_result_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="written by this program"):
        decode(text)


DAMAGES = {
    "a digit": "UPDATE results SET result = replace(result, '0.5', '0.6')",
    "no JSON": "UPDATE results SET result = '{'",
    "bytes": "UPDATE results SET result = x'ff00'",
    "letters": "UPDATE results SET result = '\"\u00e9\"'",
    "a task": """UPDATE results SET task = '{"kind":"x/1","parameters":{"i":2}}'""",
    "an identity": "UPDATE results SET identity = 'f' || identity",
}


@pytest.mark.parametrize("change", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_row_that_was_changed_is_neither_read_nor_merged(tmp_path: Path, change: str) -> None:
    path, task = tmp_path / "runs.db", Task("x/1", {"i": 1})
    with Store(path) as store:
        store.put(task, {"loss": 0.5})
    _execute(path, change)
    with Store(path) as store:
        if task in store:
            with pytest.raises(InputError, match="changed or damaged"):
                run([task], lambda _: pytest.fail("computed again"), store=store)
        for read in (store.document, lambda: list(store.items())):
            with pytest.raises(InputError, match="changed or damaged"):
                read()
    with pytest.raises(InputError, match="changed or damaged"):
        merge(tmp_path / "all.db", [path])
    with Store(tmp_path / "all.db") as union:
        assert len(union) == 0


@pytest.mark.parametrize("change", ["DELETE FROM program", "UPDATE program SET stamp = '3'", "DROP TABLE program"])
def test_a_store_that_names_no_program_is_refused(tmp_path: Path, change: str) -> None:
    path = tmp_path / "runs.db"
    Store(path).close()
    _execute(path, change)
    with pytest.raises(InputError, match="program"):
        Store(path)


def test_a_missing_store_is_called_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        Store(tmp_path / "absent.db", new=False)


def _execute(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_another_file_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("these are notes, not a database, and long enough to have a header " * 20)
    with pytest.raises(InputError, match="store"):
        Store(text)
    other = tmp_path / "other.db"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE x (y)")
    connection.commit()
    connection.close()
    with pytest.raises(InputError, match="version"):
        Store(other)
    with pytest.raises(InputError, match="writable"):
        Store(tmp_path / "no" / "folder" / "runs.db")


WORKER = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # background jobs inherit an ignored SIGINT
from symlandscape.runs import Store, Task, merge, run
def slow(task):
    time.sleep(0.02)
    return {"square": task.parameters["i"] ** 2, "text": "x" * 20000}
with Store(sys.argv[1]) as store:
    run([Task("square/1", {"i": i}) for i in range(100000)], slow, store=store,
        progress=lambda done, total, label: print(done, flush=True))
"""


def _worker(path: Path) -> subprocess.Popen[str]:
    scope = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.Popen([sys.executable, "-c", WORKER, str(path)], stdout=subprocess.PIPE, text=True, env=scope)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_run_is_resumed_without_repeating_work(tmp_path: Path, number: signal.Signals) -> None:
    path = tmp_path / "runs.db"
    with _worker(path) as worker:
        assert worker.stdout is not None
        while int(worker.stdout.readline()) < 5:
            time.sleep(0.001)
        worker.send_signal(number)
        worker.stdout.read()
        assert worker.wait(timeout=30) != 0
    computed: list[int] = []

    def square(task: Task) -> dict[str, object]:
        computed.append(task.parameters["i"])
        return {"square": task.parameters["i"] ** 2}

    with Store(path) as store:
        kept = len(store)
        assert kept >= 5
        results = run([Task("square/1", {"i": i}) for i in range(kept + 4)], square, store=store)
        assert [result["square"] for result in results] == [i**2 for i in range(kept + 4)]
        assert computed == list(range(kept, kept + 4))
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    connection.close()
