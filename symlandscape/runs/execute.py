"""Running tasks: in this thread, in a pool of threads, or on any executor of the concurrent.futures protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from typing import Any, Protocol

from symlandscape.errors import InputError
from symlandscape.runs.store import Store
from symlandscape.runs.task import Task


class Progress(Protocol):
    """What a run tells while it goes: called in the calling thread, `done` of `total` tasks, with the run's label."""

    def __call__(self, done: int, total: int, label: str) -> None: ...


def run(
    tasks: Iterable[Task],
    function: Callable[[Task], Any],
    *,
    store: Store | None = None,
    threads: int = 1,
    executor: Executor | None = None,
    progress: Progress | None = None,
    label: str = "",
) -> list[Any]:
    """Results of `function` on the tasks, in the order of the tasks; equal tasks are computed once.

    With a store, tasks found in it are not computed again and each result is appended as soon as it is there. Work is
    done by the `executor` where given (it is not shut down; a process pool or a cluster needs a picklable function),
    else by `threads` threads, else here. The results do not depend on which.

    KeyboardInterrupt, or an exception of `function`: tasks that have not begun are cancelled, those that run are
    awaited and kept in the store, and the exception is raised again. Raises InputError for threads < 1.
    """
    if threads < 1:
        raise InputError(f"expected at least one thread, got {threads}")
    ordered = list(tasks)
    results: dict[Task, Any] = {}
    waiting: list[Task] = []
    for task in dict.fromkeys(ordered):
        if store is not None and task in store:
            results[task] = store.get(task)
        else:
            waiting.append(task)
    total = len(results) + len(waiting)

    def keep(task: Task, result: Any) -> None:
        results[task] = result
        if store is not None:
            store.put(task, result)
        if progress is not None:
            progress(len(results), total, label)

    if progress is not None:
        progress(len(results), total, label)
    if executor is not None:
        _spread(waiting, function, executor, keep)
    elif threads > 1 and len(waiting) > 1:
        with ThreadPoolExecutor(min(threads, len(waiting))) as pool:
            _spread(waiting, function, pool, keep)
    else:
        for task in waiting:
            keep(task, function(task))
    return [results[task] for task in ordered]


def _spread(
    tasks: list[Task], function: Callable[[Task], Any], executor: Executor, keep: Callable[[Task, Any], None]
) -> None:
    """Submit all tasks, keep results as they come; on any exception cancel, await and keep what runs, raise again."""
    futures: dict[Future[Any], Task] = {}
    kept: set[Future[Any]] = set()
    try:
        for task in tasks:
            futures[executor.submit(function, task)] = task
        pending = set(futures)
        while pending:
            ready, pending = wait(pending, return_when=FIRST_COMPLETED)
            for future in ready:
                result = future.result()
                kept.add(future)
                keep(futures[future], result)
    except BaseException:
        for future in futures:
            future.cancel()
        left = [future for future in futures if not future.cancelled() and future not in kept]
        wait(left)
        for future in left:
            if not future.cancelled() and future.exception() is None:
                keep(futures[future], future.result())
        raise
