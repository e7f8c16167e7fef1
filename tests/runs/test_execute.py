"""Runs: order, executors, progress, interruption."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from symlandscape.errors import InputError
from symlandscape.runs import Store, Task, run


def double(task: Task) -> int:
    return 2 * int(task.parameters["i"])


def tasks(count: int) -> list[Task]:
    return [Task("double/1", {"i": i}) for i in range(count)]


@pytest.mark.parametrize("threads", [1, 3])
def test_results_are_in_the_order_of_the_tasks(threads: int) -> None:
    assert run(tasks(20), double, threads=threads) == [2 * i for i in range(20)]


def test_any_executor_of_the_protocol_serves() -> None:
    executors: list[Executor] = [ThreadPoolExecutor(2), ProcessPoolExecutor(1, mp_context=get_context("spawn"))]
    for executor in executors:
        with executor:
            assert run(tasks(5), double, executor=executor) == [0, 2, 4, 6, 8]


def test_equal_tasks_are_computed_once() -> None:
    calls: list[Task] = []
    assert run([*tasks(2), *tasks(3)], lambda task: calls.append(task) or double(task)) == [0, 2, 0, 2, 4]
    assert len(calls) == 3


def test_progress_counts_stored_tasks_as_done(tmp_path: Path) -> None:
    seen: list[tuple[int, int, str]] = []
    with Store(tmp_path / "runs.db") as store:
        run(tasks(2), double, store=store)
        run(tasks(4), double, store=store, progress=lambda *news: seen.append(news), label="doubling")
    assert seen == [(2, 4, "doubling"), (3, 4, "doubling"), (4, 4, "doubling")]


def test_no_tasks_no_results() -> None:
    assert run([], double, threads=2) == []


def test_no_threads_is_misuse() -> None:
    with pytest.raises(InputError, match="thread"):
        run(tasks(1), double, threads=0)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_an_exception_keeps_finished_results_and_cancels_the_rest(
    tmp_path: Path, threads: int, error: type[BaseException]
) -> None:
    started: list[int] = []

    def work(task: Task) -> int:
        i = int(task.parameters["i"])
        started.append(i)
        if i == 5:
            raise error
        if i > 5:
            time.sleep(0.02)  # slower than the store appends, so that the caller sees the failure early
        return 2 * i

    with Store(tmp_path / "runs.db") as store:
        with pytest.raises(error):
            run(tasks(1000), work, store=store, threads=threads)
        assert 5 <= len(store) < 1000
        assert len(started) < 1000
        for task, result in store.items():
            assert result == double(task)


def test_running_tasks_are_awaited_and_kept_when_the_caller_is_interrupted(tmp_path: Path) -> None:
    second_runs, go_on = threading.Event(), threading.Event()

    def work(task: Task) -> int:
        if task.parameters["i"] == 1:
            second_runs.set()
            go_on.wait(10)
        elif task.parameters["i"] == 0:
            second_runs.wait(10)
        else:
            time.sleep(0.02)
        return double(task)

    def interrupt(done: int, total: int, label: str) -> None:
        if done == 1:
            go_on.set()
            raise KeyboardInterrupt

    with Store(tmp_path / "runs.db") as store:
        with pytest.raises(KeyboardInterrupt):
            run(tasks(500), work, store=store, threads=2, progress=interrupt)
        assert tasks(2)[0] in store
        assert tasks(2)[1] in store
        assert len(store) < 500
