"""What a worker process does with a task."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from typing import Any

from symlandscape.errors import InputError
from symlandscape.runs.program import difference, stamp
from symlandscape.runs.task import Task

_ALONE = threading.Lock()
_BLAS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")


def begin() -> None:
    """Prepare a worker process of a pool: Ctrl-C is for the driver alone, and a worker does not outlive it."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in _BLAS:  # libraries that load later read them
        os.environ[name] = "1"
    threading.Thread(target=_leave_with_the_driver, daemon=True).start()


def _leave_with_the_driver() -> None:
    """A killed driver closes no queue, and its workers would wait for tasks for ever."""
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def call(function: Callable[[Task], Any], task: Task, program: str, alone: bool) -> Any:
    """function(task) on one BLAS thread; `alone`: one task at a time in this process (balls have a global precision).

    Raises InputError where this process runs another program than the driver, whose results must not be mixed.
    """
    if program != stamp():
        raise InputError(
            f"expected workers that run the driver's program, got {difference(stamp(), program)}; install one version "
            "everywhere"
        )
    _one_thread(len(sys.modules))
    if not alone:
        return function(task)
    with _ALONE:
        return function(task)


_seen = 0


def _one_thread(modules: int) -> None:
    """Limit BLAS to one thread, again where modules (and libraries with them) were loaded since."""
    global _seen
    if modules != _seen:
        from threadpoolctl import threadpool_limits

        threadpool_limits(limits=1)  # for good: this process computes and does nothing else
        _seen = modules
