"""Running tasks: in this thread, on threads, processes or a cluster, whole or a share, kept in a store or not."""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from contextlib import ExitStack, suppress
from functools import partial
from typing import Any, Protocol

from symlandscape.errors import InputError
from symlandscape.runs.executors import open_executor, parse
from symlandscape.runs.interrupts import unbroken
from symlandscape.runs.program import stamp
from symlandscape.runs.remote import call
from symlandscape.runs.shards import Shard, ShardFinished, ShardReport
from symlandscape.runs.store import Store, decode, encode
from symlandscape.runs.task import Task

MOST_DEATHS = 5
"""How often a task may be lost with its worker before the run gives up."""
WINDOW = 4
"""Tasks in flight for each worker: enough to keep it busy, few enough for any number of tasks in all."""
UNKNOWN = 64  # workers of an executor that does not tell


class Progress(Protocol):
    """What a run tells while it goes: called in the calling thread, `done` of `total` tasks, with the run's label."""

    def __call__(self, done: int, total: int, label: str, /) -> None: ...


def run(
    tasks: Iterable[Task],
    function: Callable[[Task], Any],
    *,
    store: Store | str | os.PathLike[str] | None = None,
    threads: int = 1,
    executor: Executor | str | None = None,
    shard: Shard | str | None = None,
    alone: bool = False,
    progress: Progress | None = None,
    label: str = "",
) -> list[Any]:
    """Results of `function` on the tasks, in the order of the tasks; equal tasks are computed once.

    With a store (or the path of one) tasks found in it are not computed again, each result is appended as soon as it is
    there, and results are what the store gives back (tuples as lists). Work is done by the `executor` where given: one
    that `open_executor` knows by name, or any of the concurrent.futures protocol (it is not shut down); all but threads
    need a picklable function. Else by `threads` threads, else here. The results do not depend on which. A few tasks for
    each worker are in flight at a time. `alone`: never two tasks at once in one process.

    With a `shard` "i/n" only that share is computed and kept; then ShardFinished is raised: there is no whole result.

    KeyboardInterrupt, or an exception of `function`: tasks that have not begun are cancelled, those that run are
    awaited and kept in the store, and the exception is raised again. Tasks whose worker process died are computed
    again, up to MOST_DEATHS times. Raises InputError for threads < 1, threads beside an executor, a shard without a
    store, and for workers that go on dying.
    """
    if threads < 1:
        raise InputError(f"expected at least one thread, got {threads}")
    if executor is not None and threads > 1:
        raise InputError(f"expected an executor or threads, got both; leave out threads = {threads}")
    where = f"threads:{threads}" if executor is None and threads > 1 else executor
    if isinstance(where, str) and parse(where).kind == "threads" and alone:
        raise InputError(f"expected processes or a cluster for this work, got {where!r}: {ALONE}")
    share = Shard.parse(shard) if isinstance(shard, str) else shard
    if share is not None and store is None:
        raise InputError(f"expected a store for shard {share}, got none; name a file for it with --store")
    with ExitStack() as stack:
        kept = store if store is None or isinstance(store, Store) else stack.enter_context(Store(store))
        work = _Work(list(tasks), kept, share, progress, label)
        if work.waiting:
            _compute(work, function, where, alone, stack)
        if share is not None and kept is not None:
            raise ShardFinished(ShardReport(share, work.distinct, work.total, work.computed, kept.path))
    return [work.results[identity] for identity in work.order]


ALONE = "ball arithmetic has one precision for a whole process, so threads cannot share it; take processes:N"


class _Work:
    """The tasks of one run: what is waiting, what is there."""

    def __init__(
        self, tasks: list[Task], store: Store | None, shard: Shard | None, progress: Progress | None, label: str
    ) -> None:
        self.order = [task.identity for task in tasks]
        different = dict(zip(reversed(self.order), reversed(tasks), strict=True))
        chosen = dict.fromkeys(self.order)
        self.distinct = len(chosen)
        self.results: dict[str, Any] = {}
        self.waiting: deque[tuple[str, Task]] = deque()
        self.computed = self.done = 0
        self._store, self._progress, self._label, self._whole = store, progress, label, shard is None
        for position, identity in enumerate(chosen):
            if shard is not None and not shard.takes(position):
                continue
            text = store.text(identity) if store is not None else None
            if text is None:
                self.waiting.append((identity, different[identity]))
                continue
            self.done += 1
            if self._whole:
                self.results[identity] = decode(text)
        self.total = self.done + len(self.waiting)
        self._tell()

    @property
    def stored(self) -> bool:
        """Whether results go to a store."""
        return self._store is not None

    def keep(self, found: Sequence[tuple[str, Task, Any]]) -> None:
        """Append results to the store in one transaction, then count them as done."""
        if self._store is not None and found:
            texts = [encode(result) for _, _, result in found]
            self._store.append([(task, text) for (_, task, _), text in zip(found, texts, strict=True)])
            found = [(name, task, decode(text)) for (name, task, _), text in zip(found, texts, strict=True)]
        for name, _, result in found:
            self.results[name] = result if self._whole else None
            self.computed += 1
            self.done += 1
            self._tell()

    def _tell(self) -> None:
        if self._progress is not None:
            self._progress(self.done, self.total, self._label)

    def __str__(self) -> str:
        where = "" if self._store is None else f" in {self._store.path}"
        return f"{self.done} of {self.total} tasks are {'done' if self._store is None else 'kept'}{where}"


def _compute(
    work: _Work, function: Callable[[Task], Any], place: Executor | str | None, alone: bool, stack: ExitStack
) -> None:
    from threadpoolctl import threadpool_limits

    stack.enter_context(threadpool_limits(1))  # sums of BLAS threads have other last digits
    if place is None and work.stored:
        place = "threads:1"  # the next task runs while the disk takes the last one
    if place is None:
        while work.waiting:
            identity, task = work.waiting.popleft()
            work.keep([(identity, task, function(task))])
        return
    local = isinstance(place, str) and parse(place).kind == "threads"
    if isinstance(place, str):
        place = stack.enter_context(open_executor(place, len(work.waiting)))
    _spread(work, function if local else partial(_sent, function, stamp(), alone), place)


def _sent(function: Callable[[Task], Any], program: str, alone: bool, task: Task) -> Any:
    """What is submitted: a top-level function, so that it travels by its name."""
    return call(function, task, program, alone)


def _spread(work: _Work, function: Callable[[Task], Any], executor: Executor) -> None:
    """Keep a window of tasks in flight, and results as they come; on any exception cancel, await and keep what runs."""
    running: dict[Future[Any], tuple[str, Task]] = {}
    deaths: Counter[str] = Counter()
    try:
        while work.waiting or running:
            broken = _fill(work, function, executor, running)
            ready = wait(running, return_when=FIRST_COMPLETED).done if running and not broken else set(running)
            error = _harvest(work, running, ready)
            if error is not None and not isinstance(error, BrokenExecutor):
                raise _explained(error, executor, work)
            if broken or error is not None:
                _renew(work, running, executor, deaths, error)
    except BaseException:
        for future in running:
            future.cancel()
        left = [future for future in running if not future.cancelled()]
        wait(left)
        with suppress(Exception):  # the first exception is the one to tell
            _harvest(work, running, left)
        raise


def _fill(
    work: _Work, function: Callable[[Task], Any], executor: Executor, running: dict[Future[Any], tuple[str, Task]]
) -> bool:
    """Submit waiting tasks up to the window; whether the executor turned out to be broken."""
    window = WINDOW * max(getattr(executor, "workers", UNKNOWN), 1)
    while work.waiting and len(running) < window:
        try:
            with unbroken():  # a task that runs is known to run
                future = executor.submit(function, work.waiting[0][1])
                running[future] = work.waiting.popleft()
        except BrokenExecutor:
            return True
    return False


def _harvest(
    work: _Work, running: dict[Future[Any], tuple[str, Task]], ready: Iterable[Future[Any]]
) -> BaseException | None:
    """Keep the results among the ready futures and take them out of `running`; the first error of the others."""
    finished: list[Future[Any]] = []
    first: BaseException | None = None
    for future in ready:
        if not future.done():
            continue
        error = CancelledError() if future.cancelled() else future.exception()
        if error is None:
            finished.append(future)
        elif first is None or isinstance(first, BrokenExecutor):
            first = error
    work.keep([(*running[future], future.result()) for future in finished])
    for future in finished:
        del running[future]
    return first


def _renew(
    work: _Work,
    running: dict[Future[Any], tuple[str, Task]],
    executor: Executor,
    deaths: Counter[str],
    error: BaseException | None,
) -> None:
    """After a worker's death: keep what else is done, put the lost tasks back in front, start new workers."""
    wait(running)
    _harvest(work, running, list(running))
    lost = list(running.values())
    running.clear()
    deaths.update(identity for identity, _ in lost)
    renew = getattr(executor, "renew", None)
    if renew is None or any(deaths[identity] > MOST_DEATHS for identity, _ in lost):
        often = "a worker died" if renew is None else f"workers died {MOST_DEATHS + 1} times on the same tasks"
        raise InputError(
            f"expected workers that stay alive, but {often} (too little memory, or killed): {work}; take fewer "
            "workers or smaller tasks, and start the command again to go on"
        ) from error
    work.waiting.extendleft(reversed(lost))
    renew()


def _explained(error: BaseException, executor: Executor, work: _Work) -> BaseException:
    """The error of a task as it is; an error of the executor as one sentence."""
    explain = getattr(executor, "explain", None)
    reason = explain(error) if explain is not None else None
    if reason is None and isinstance(error, CancelledError):
        reason = "the executor dropped tasks"
    if reason is None:
        return error
    made = InputError(f"expected an executor that stays, but {reason}: {work}; start the command again to go on")
    made.__cause__ = error
    return made
