"""Executors by name: equal results, a few tasks in flight, workers that die, names that are none."""

from __future__ import annotations

from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symlandscape.errors import InputError
from symlandscape.runs import Store, Task, open_executor, run, stamp
from symlandscape.runs.executors import parse
from symlandscape.runs.remote import call
from tests.runs.campaign import die_or_work, tasks, work


def double(task: Task) -> int:
    return 2 * int(task.parameters["i"])


def refuse(task: Task) -> int:
    raise InputError(f"task {task.parameters['i']} is refused")


def tuples(task: Task) -> Any:
    return {"pair": (1, np.float64(0.5)), 3: np.arange(2)}


@pytest.mark.parametrize("name", ["threads:3", "threads", "processes:2"])
def test_results_do_not_depend_on_the_executor(name: str) -> None:
    assert run(tasks(30), double, executor=name) == [2 * i for i in range(30)]


@pytest.mark.parametrize(
    "name",
    ["", "threads:0", "threads:-1", "processes:x", "processes:99999", "thread:2", "dask", "dask://", "dask://host",
     "dask://host:0", "dask://host:70000", "dask://a b:8786", "processes:2:3", "processes:99999999999999"],
)  # fmt: skip
def test_other_names_are_refused_before_anything_runs(name: str) -> None:
    with pytest.raises(InputError, match="expected"):
        run([], double, executor=name)


def test_hosts_may_be_names_and_addresses() -> None:
    assert parse("dask://node-1.cluster:8786").address == "node-1.cluster:8786"
    assert parse("dask://[::1]:8786").address == "[::1]:8786"


def test_threads_beside_an_executor_are_misuse() -> None:
    with pytest.raises(InputError, match="both"):
        run(tasks(2), double, executor="threads:2", threads=2)


def test_work_that_must_be_alone_in_its_process_takes_no_threads() -> None:
    with pytest.raises(InputError, match="precision"):
        run(tasks(2), double, executor="threads:2", alone=True)
    with pytest.raises(InputError, match="precision"):
        run(tasks(2), double, threads=2, alone=True)


class Counting(Executor):
    """Three threads that count what is in flight."""

    workers = 3

    def __init__(self) -> None:
        self.inner, self.open, self.most = ThreadPoolExecutor(self.workers), 0, 0

    def submit(self, function: Any, /, *arguments: Any, **named: Any) -> Future[Any]:
        self.open += 1
        self.most = max(self.most, self.open)
        return self.inner.submit(function, *arguments, **named)

    def one_less(self, done: int, *_news: object) -> None:
        self.open -= bool(done)


def test_four_tasks_for_each_worker_are_in_flight() -> None:
    pool = Counting()
    with pool.inner:
        assert run(tasks(500), double, executor=pool, progress=pool.one_less) == [2 * i for i in range(500)]
    assert pool.most == 12


def test_a_worker_that_dies_is_replaced_and_its_tasks_are_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMPAIGN_FLAG", str(tmp_path / "flag"))
    with Store(tmp_path / "runs.db") as store:
        found = run(tasks(20), die_or_work, store=store, executor="processes:2")
        assert [f["i"] for f in found] == list(range(20)) and len(store) == 20
    assert (tmp_path / "flag").exists()


def test_workers_that_go_on_dying_are_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMPAIGN_FLAG", str(tmp_path / "flag"))
    monkeypatch.setenv("CAMPAIGN_ALWAYS", "1")
    monkeypatch.setattr("symlandscape.runs.execute.MOST_DEATHS", 1)
    with Store(tmp_path / "runs.db") as store:
        with pytest.raises(InputError, match=r"died 2 times .*tasks are kept in"):
            run(tasks(5), die_or_work, store=store, executor="processes:1")
        assert len(store) >= 3


def test_an_error_of_a_task_is_told_as_it_is() -> None:
    with pytest.raises(InputError, match="task 0 is refused"):
        run(tasks(1), refuse, executor="processes:1")


def test_a_pool_left_by_an_exception_is_stopped() -> None:
    with pytest.raises(KeyboardInterrupt), open_executor("processes:1") as pool:
        assert pool.submit(abs, -1).result() == 1
        raise KeyboardInterrupt
    with pytest.raises(RuntimeError):
        pool.submit(abs, -1)


def test_a_worker_with_another_program_is_refused() -> None:
    assert call(double, tasks(4)[3], stamp(), True) == 6
    with pytest.raises(InputError, match=r"numba .* there and 0\.0 here"):
        call(double, tasks(1)[0], stamp().replace('"numba":"', '"numba":"0.0","was":"'), False)


def test_results_are_what_the_store_gives_back_whether_computed_or_found(tmp_path: Path) -> None:
    with Store(tmp_path / "runs.db") as store:
        first, second = (run(tasks(1), tuples, store=store)[0] for _ in range(2))
    assert list(first) == list(second) == ["pair", "3"] and first["pair"] == second["pair"] == [1, 0.5]


def test_the_campaign_is_random_by_task_alone() -> None:
    assert np.array_equal(work(tasks(4)[3])["draws"], run(tasks(4), work)[3]["draws"])
