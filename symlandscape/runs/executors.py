"""Where tasks run: threads, a pool of processes, or a dask cluster, by one name."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context, resource_tracker
from typing import Any

from symlandscape.errors import InputError
from symlandscape.runs.remote import begin

MOST_WORKERS = 1024
EXPECTED = "expected threads:N, processes:N (both without N: one for each processor) or dask://HOST:PORT"


@dataclass(frozen=True, slots=True)
class Place:
    """A parsed name: kind `threads` or `processes` with a number of workers, or `dask` with an address."""

    kind: str
    workers: int = 0
    address: str = ""


def parse(text: str) -> Place:
    """The place that "threads:4", "processes:4", "processes" or "dask://host:8786" names. Raises InputError."""
    local = re.fullmatch(r"(threads|processes)(?::([0-9]{1,9}))?", text)
    if local is not None:
        workers = _processors() if local[2] is None else int(local[2])
        if not 1 <= workers <= MOST_WORKERS:
            raise InputError(f"expected 1 to {MOST_WORKERS} {local[1]}, got {workers}; like {local[1]}:4")
        return Place(local[1], workers)
    remote = re.fullmatch(r"dask://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})", text)
    if remote is not None and 0 < int(remote[2]) < 1 << 16:
        return Place("dask", address=f"{remote[1]}:{remote[2]}")
    raise InputError(f"{EXPECTED}, got {text!r}; name one of them")


def _processors() -> int:
    found = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(found, MOST_WORKERS)


@contextmanager
def open_executor(name: str = "processes", most: int | None = None) -> Iterator[Executor]:
    """An executor of the concurrent.futures protocol, by name; at most `most` workers of this machine.

    "threads:N"; "processes:N", a pool of spawned processes that is made anew when a worker dies; "dask://HOST:PORT", a
    running dask cluster. A process pool and a cluster need top-level functions, and a script that opens a pool needs
    ``if __name__ == "__main__":``. Left by an exception, workers of this machine are stopped at once.

    Raises InputError for other names, without dask.distributed, and where no scheduler answers.
    """
    place = parse(name)
    workers = place.workers if most is None else max(1, min(place.workers, most))
    if place.kind == "threads":
        with ThreadPoolExecutor(workers) as pool:
            yield pool
        return
    if place.kind == "dask":
        from symlandscape.runs.cluster import connect

        with connect(place.address) as cluster:
            yield cluster
        return
    processes = ProcessWorkers(workers)
    try:
        yield processes
    except BaseException:
        processes.abandon()
        raise
    finally:
        processes.shutdown()


class ProcessWorkers(Executor):
    """A pool of `workers` spawned processes (a fork of a process whose libraries have threads may hang), renewable."""

    def __init__(self, workers: int) -> None:
        self.workers = min(workers, 61) if sys.platform == "win32" else workers  # what Windows can wait for
        self._pool = self._made()

    def _made(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self.workers, mp_context=get_context("spawn"), initializer=begin)

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """As in concurrent.futures. Workers that start here never see Ctrl-C: it ends the driver, which ends them."""
        if not hasattr(signal, "pthread_sigmask"):
            return self._pool.submit(function, *arguments, **named)
        resource_tracker.ensure_running()  # it would unblock the signal when it starts
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            return self._pool.submit(function, *arguments, **named)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def renew(self) -> None:
        """A new pool in the place of one whose worker died."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool = self._made()

    def abandon(self) -> None:
        """Stop the workers at once, whatever they do."""
        mine = getattr(self._pool, "_processes", None) or {}  # Python 3.14 has terminate_workers for it
        for process in list(mine.values()):
            process.terminate()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """As in concurrent.futures."""
        self._pool.shutdown(wait=wait, cancel_futures=cancel_futures)
