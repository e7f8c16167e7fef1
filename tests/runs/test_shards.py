"""Shards deal tasks round; the union of their stores is the store of an uninterrupted run."""

from __future__ import annotations

import json
import sqlite3
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import symlandscape
from symlandscape.errors import InputError
from symlandscape.runs import Shard, ShardFinished, Store, Task, merge, run, stamp, union
from symlandscape.runs.program import ROOMS
from tests.runs.campaign import tasks, work


@given(st.integers(1, 50), st.integers(0, 300))
def test_shards_are_a_partition_into_equal_parts(count: int, positions: int) -> None:
    shares = [[p for p in range(positions) if Shard(i, count).takes(p)] for i in range(count)]
    assert sorted(sum(shares, [])) == list(range(positions))
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


@pytest.mark.parametrize(
    "text", ["", "1", "1/", "/2", "2/2", "3/2", "-1/2", "0/0", "1/2/3", "a/b", "0/9999999", "1.0/2"]
)
def test_malformed_shards_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="0 <= i < n"):
        Shard.parse(text)


def test_a_shard_needs_a_store() -> None:
    with pytest.raises(InputError, match="store"):
        run(tasks(4), work, shard="0/2")


def test_the_union_of_shards_is_the_uninterrupted_run(tmp_path: Path) -> None:
    doubled = [*tasks(11), *tasks(5)]  # equal tasks count once
    for i in range(3):
        with pytest.raises(ShardFinished) as caught:
            run(doubled, work, store=tmp_path / f"{i}.db", shard=f"{i}/3")
        report = caught.value.report
        assert (report.tasks, report.share, report.computed) == (11, [4, 4, 3][i], [4, 4, 3][i])
    with pytest.raises(ShardFinished) as caught:
        run(doubled, work, store=tmp_path / "0.db", shard="0/3")
    assert caught.value.report.computed == 0
    parts = [tmp_path / f"{i}.db" for i in range(3)]
    document = merge(tmp_path / "all.db", parts)
    assert document["results"] == 11 and document["kinds"] == {"campaign/1": 11}
    assert merge(tmp_path / "all.db", [*parts, tmp_path / "all.db"]) == document
    with Store(tmp_path / "whole.db") as whole, Store(tmp_path / "all.db") as union:
        expected = run(doubled, work, store=whole)
        found = run(doubled, lambda task: pytest.fail("computed again"), store=union)
        assert list(whole.export()) == list(union.export())
        assert all(np.array_equal(a["draws"], b["draws"]) for a, b in zip(expected, found, strict=True))


def test_a_shard_without_tasks_is_finished_at_once(tmp_path: Path) -> None:
    with pytest.raises(ShardFinished) as caught:
        run(tasks(2), work, store=tmp_path / "a.db", shard="5/9")
    assert caught.value.report.document()["share"] == 0


def test_two_drivers_on_one_store_double_nothing(tmp_path: Path) -> None:
    gate = threading.Barrier(2)
    lengths = []

    def drive() -> None:
        gate.wait(10)
        lengths.append(len(run(tasks(60), work, store=tmp_path / "a.db", threads=2)))

    drivers = [threading.Thread(target=drive) for _ in range(2)]
    for driver in drivers:
        driver.start()
    for driver in drivers:
        driver.join()
    assert lengths == [60, 60]
    with Store(tmp_path / "a.db") as store, Store(tmp_path / "b.db") as alone:
        run(tasks(60), work, store=alone)
        assert list(store.export()) == list(alone.export())


def test_different_results_of_one_task_are_not_merged(tmp_path: Path) -> None:
    for name, value in (("a.db", 1), ("b.db", 2)):
        with Store(tmp_path / name) as store:
            store.put(Task("x/1", {"i": 0}), value)
            store.put(Task("x/1", {"i": value}), 0)
    with pytest.raises(InputError, match="different ones"):
        merge(tmp_path / "all.db", [tmp_path / "a.db", tmp_path / "b.db"])
    with Store(tmp_path / "all.db") as union:
        assert len(union) == 2  # those of the first


def test_another_result_that_comes_in_while_stores_are_merged_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store(tmp_path / "a.db") as part:
        part.put(Task("double/1", {"n": 1}), 2)
    append = union._append

    def late(out: Store, part: Store) -> None:
        with Store(tmp_path / "all.db") as other:
            other.put(Task("double/1", {"n": 1}), 3)
        append(out, part)

    monkeypatch.setattr(union, "_append", late)
    with pytest.raises(InputError, match="different ones"):
        union.merge(tmp_path / "all.db", [tmp_path / "a.db"])


def test_only_stores_of_this_program_are_merged_and_none_is_made(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="at least one"):
        merge(tmp_path / "all.db", [])
    with pytest.raises(InputError, match=r"absent\.db"):
        merge(tmp_path / "all.db", [tmp_path / "absent.db"])
    assert not list(tmp_path.iterdir())


def test_a_store_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    Store(path).close()
    other = json.loads(stamp()) | {"symlandscape": "0.0.9", "sources": "f" * 64}
    connection = sqlite3.connect(path)
    connection.execute("UPDATE program SET stamp = ?", (json.dumps(other),))
    connection.commit()
    connection.close()
    with pytest.raises(InputError, match=r"sources f+ there and .* here, symlandscape 0\.0\.9 there"):
        Store(path)


def test_the_stamp_names_sources_and_libraries() -> None:
    found = json.loads(stamp())
    assert len(found["sources"]) == 64 and found["numpy"] == np.__version__ and "numba" in found


def test_every_room_is_behind_the_stamp_or_comes_after_results():
    home = Path(symlandscape.__file__).parent
    rooms = {x.name for x in home.iterdir() if x.is_dir() and any(x.glob("*.py"))}
    assert rooms - set(ROOMS) == {"check", "cli", "evidence", "export", "schemas"}
    assert all((home / name).exists() for name in ROOMS)


def test_a_damaged_store_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with Store(path) as store:
        run(tasks(40), work, store=store)
    data = bytearray(path.read_bytes())
    data[8192:] = b"\xff" * (len(data) - 8192)
    path.write_bytes(data)
    with pytest.raises(InputError, match="store"), Store(path) as store:
        list(store.items())
