"""A detector of races for CUDA's simulator: two threads of a block at one number between two barriers, one writing.

Also of barriers that not all threads of a block pass, which the simulator forgives and a device does not.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numba.cuda.simulator import kernel
from numba.cuda.simulator.cudadrv import devicearray
from numba.cuda.simulator.kernelapi import FakeCUDAShared

from numba_kernels.cuda._device import cuda, entry, float64, launch, on_device

PATCHED = (
    (kernel.BlockThread, "syncthreads"),
    (kernel.BlockManager, "run"),
    (FakeCUDAShared, "array"),
    (devicearray.FakeCUDAArray, "__getitem__"),
    (devicearray.FakeCUDAArray, "__setitem__"),
)


class Log:
    """Who has touched which address since the last barrier."""

    def __init__(self) -> None:
        self.conflicts: set[str] = set()
        self.seen: dict[int, tuple[int, set[int], set[int]]] = {}
        self.lock = threading.Lock()

    def touch(self, array: np.ndarray, index: Any, write: bool) -> None:
        """One access of a thread of a block; whole arrays are followed to their elements by the caller."""
        thread = threading.current_thread()
        if not isinstance(thread, kernel.BlockThread):
            return
        place = index if isinstance(index, tuple) else (index,)
        address = array.ctypes.data + sum(int(q) * s for q, s in zip(place, array.strides, strict=True))
        epoch, who = getattr(thread, "epoch", 0), thread.thread_id
        with self.lock:
            last, readers, writers = self.seen.get(address, (-1, set(), set()))
            if last != epoch:
                readers, writers = set(), set()
            (writers if write else readers).add(who)
            self.seen[address] = epoch, readers, writers
            if writers and len(readers | writers) > 1:
                self.conflicts.add(f"threads {sorted(readers | writers)} meet after barrier {epoch}")


class Watched:
    """A flat shared array that reports its accesses."""

    def __init__(self, array: np.ndarray, log: Log) -> None:
        self.array, self.log, self.shape = array, log, array.shape

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return Watched(self.array[index], self.log)
        self.log.touch(self.array, index, False)
        return self.array[index]

    def __setitem__(self, index: Any, value: Any) -> None:
        self.log.touch(self.array, index, True)
        self.array[index] = value


@contextmanager
def watched() -> Iterator[set[str]]:
    """Collects sentences about conflicts of all launches inside."""
    log = Log()
    sync, run, array, get, put = (getattr(owner, name) for owner, name in PATCHED)

    def counting_sync(thread: Any) -> None:
        sync(thread)
        thread.epoch = getattr(thread, "epoch", 0) + 1

    def counted_run(manager: Any, *arguments: Any) -> None:
        log.seen.clear()
        passed: list[int] = []
        inner = manager._f

        def body(*values: Any) -> None:
            inner(*values)
            passed.append(getattr(threading.current_thread(), "epoch", 0))

        manager._f = body
        run(manager, *arguments)
        if len(set(passed)) > 1:
            log.conflicts.add(f"threads passed {sorted(set(passed))} barriers")

    def plain(index: Any) -> bool:
        return all(isinstance(q, (int, np.integer)) for q in (index if isinstance(index, tuple) else (index,)))

    def watched_get(fake: Any, index: Any) -> Any:
        if plain(index) and fake._ary.ndim == (len(index) if isinstance(index, tuple) else 1):
            log.touch(fake._ary, index, False)
        return get(fake, index)

    def watched_put(fake: Any, index: Any, value: Any) -> None:
        log.touch(fake._ary, index, True)
        put(fake, index, value)

    def watched_array(shared: Any, shape: Any, dtype: Any) -> Any:
        return Watched(array(shared, shape, dtype), log)

    for (owner, name), new in zip(
        PATCHED, (counting_sync, counted_run, watched_array, watched_get, watched_put), strict=True
    ):
        setattr(owner, name, new)
    try:
        yield log.conflicts
    finally:
        for (owner, name), old in zip(PATCHED, (sync, run, array, get, put), strict=True):
            setattr(owner, name, old)


@entry
def careless(out: Any) -> None:
    """A race, and a barrier that one thread passes alone."""
    room = cuda.shared.array(0, float64)
    t = cuda.threadIdx.x
    room[t] = out[t]
    out[t] = room[(t + 1) % 2]
    if t == 0:
        cuda.syncthreads()


def launch_careless() -> None:
    """Run it once."""
    launch(careless, 1, 8, on_device(np.zeros(4)))
