"""The one door to CUDA: decorators, launches and what a device offers. Under NUMBA_ENABLE_CUDASIM=1 it is simulated.

Kernels are compiled at their first launch in a process, which takes seconds; nothing is kept on disk.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt
from numba import config, cuda, float64
from numba.core.errors import NumbaPerformanceWarning

__all__ = [
    "SHARED",
    "SIMULATED",
    "THREADS",
    "cuda",
    "available",
    "device",
    "entry",
    "float64",
    "launch",
    "on_device",
    "port",
    "sync",
]

F = TypeVar("F", bound=Callable[..., Any])
Array = npt.NDArray[np.float64]

SIMULATED = bool(config.ENABLE_CUDASIM)
THREADS = 4 if SIMULATED else 128
"""Threads of a block, a power of two: the order of every sum, and so its bits, depends on this number."""

SHARED = 48 * 1024
"""Bytes of shared memory that every device grants a block without being asked; what is larger goes to global memory."""

MOST_BLOCKS = 1024
"""Blocks with room in global memory: as many as fit on 132 multiprocessors at a time, and some."""


def available() -> bool:
    """Whether kernels can run: a device with its driver and compiler, or the simulator."""
    try:
        return bool(cuda.is_available())
    except Exception:  # whatever a half-installed driver raises, there is no device to use
        return False


REGISTERS = 128
"""Most registers of a thread: 4 blocks of 128 threads then share the 65,536 of a multiprocessor."""


def entry(function: F) -> F:
    """Compile for launches: no fastmath, so that only the fusing of a product and a sum changes a rounding."""
    return cast(F, cuda.jit(function) if SIMULATED else cuda.jit(max_registers=REGISTERS)(function))


def device(function: F) -> F:
    """Compile for calls from other device code; the plain function in the simulator."""
    return function if SIMULATED else cast(F, cuda.jit(device=True)(function))


def port(function: F, **functions: Callable[..., Any]) -> F:
    """A scalar function of the processor's kernels for the device, from the same source.

    Its global functions of the processor are replaced by those given, which are device functions. The simulator calls
    the processor's function itself.
    """
    if SIMULATED:
        return function
    plain = getattr(function, "py_func", function)
    scope = {**plain.__globals__, **functions}
    return device(cast(F, FunctionType(plain.__code__, scope, plain.__name__, plain.__defaults__)))


if SIMULATED:

    def sync() -> None:
        """Wait for all threads of the block."""
        cast(Any, threading.current_thread()).syncthreads()

    def fma(x: float, y: float, z: float) -> float:
        """x y + z."""
        return x * y + z

else:

    @device
    def sync() -> None:
        """Wait for all threads of the block; what they wrote to shared or global memory can be read afterwards."""
        cuda.syncthreads()

    @device
    def fma(x: float, y: float, z: float) -> float:
        """x y + z, rounded once."""
        value: float = cuda.fma(x, y, z)
        return value


def launch(kernel: Any, blocks: int | tuple[int, int], doubles: int, *arguments: Any) -> None:
    """Run `blocks` blocks (none: nothing happens) with `doubles` numbers of shared memory each, after earlier launches.

    It does not wait for the end; copies to the host do, and they report what has failed.
    Small grids and host arrays are not worth a warning here: problems are as small as their user makes them.
    """
    if blocks == 0:
        return
    with quiet():
        kernel[blocks, THREADS, 0, 8 * doubles](*arguments)


@contextmanager
def quiet() -> Iterator[None]:
    """Without Numba's advice on performance."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NumbaPerformanceWarning)
        yield


def on_device(array: npt.NDArray[Any]) -> Any:
    """A copy in the device's memory. A plain copy in the simulator."""
    return cuda.to_device(np.ascontiguousarray(array))


def room_for(doubles: int, blocks: int) -> tuple[int, int, Any]:
    """(blocks to launch, doubles of shared memory, array (blocks, doubles) in global memory) for blocks of that room.

    The room is shared memory where it fits; else it is global memory for at most MOST_BLOCKS blocks, each of which
    takes several problems, and no shared memory is asked for.
    """
    if 8 * doubles <= SHARED:
        return blocks, doubles, on_device(np.zeros((1, 1)))
    blocks = min(blocks, MOST_BLOCKS, max(1, (1 << 27) // doubles))  # 1 GiB
    return blocks, 0, cuda.device_array((max(blocks, 1), doubles), np.float64)
