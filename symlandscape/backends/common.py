"""What all backends share: devices, threads, why a minimisation ended, chunks of work on a pool."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

import numpy as np
import numpy.typing as npt

from numba_kernels.minimise import protocol
from symlandscape.backends import cuda
from symlandscape.errors import InputError

Array = npt.NDArray[np.float64]
Method = Literal["lbfgs", "gd", "heavy-ball", "nesterov"]

METHODS: tuple[Method, ...] = ("lbfgs", "gd", "heavy-ball", "nesterov")
DEVICES = ("cpu", "cuda", "auto")


class MinimiseStatus(IntEnum):
    """Why a minimisation ended."""

    CONVERGED = protocol.CONVERGED
    MAX_STEPS = protocol.MAX_STEPS
    STALLED = protocol.STALLED
    SINGULAR = protocol.SINGULAR
    NOT_FINITE = protocol.NOT_FINITE

    @property
    def message(self) -> str:
        """One phrase for a person."""
        return _MESSAGES[self]


_MESSAGES = {
    MinimiseStatus.CONVERGED: "the gradient norm is below the tolerance",
    MinimiseStatus.MAX_STEPS: "the allowed number of steps is used up",
    MinimiseStatus.STALLED: "no step lowers the gradient any further (rounding floor or a degenerate point)",
    MinimiseStatus.SINGULAR: "a neuron shrank to zero, where the loss is not differentiable",
    MinimiseStatus.NOT_FINITE: "the iteration left the finite numbers (a zero neuron, or too large a step)",
}


@dataclass(frozen=True, slots=True)
class MinimiseBatch:
    """End points of `count` minimisations, in the order of the starts; level ESTIMATED.

    points (count, k, d), or (count, N) for spins; losses (energies for spins), gradient_norms (count); steps (count):
    evaluations of the gradient and of Hessian products; status (count): int8 codes of `MinimiseStatus`.
    """

    points: Array
    losses: Array
    gradient_norms: Array
    steps: npt.NDArray[np.int64]
    status: npt.NDArray[np.int8]

    @property
    def converged(self) -> npt.NDArray[np.bool_]:
        """Which of them reached the tolerance."""
        return np.asarray(self.status == MinimiseStatus.CONVERGED)


def resolve_device(device: str, *, ported: bool = True) -> str:
    """The device that runs the kernels, "cpu" or "cuda"; "auto" is "cuda" where one is there and kernels for it exist.

    ported: whether the computation has CUDA kernels. Raises InputError for "cuda" where it cannot be had, and for
    unknown names.
    """
    if device not in DEVICES:
        raise InputError(f"expected a device among {', '.join(DEVICES)}, got {device!r}")
    if device == "cpu" or (device == "auto" and not ported):
        return "cpu"
    if not ported:
        raise InputError("device 'cuda' was asked for, but this computation has no CUDA kernels; use 'cpu' or 'auto'")
    if cuda.present():
        return "cuda"
    if device == "cuda":
        raise InputError("device 'cuda' was asked for, but no CUDA device was found here; use 'cpu' or 'auto'")
    return "cpu"


def available_threads() -> int:
    """The number of processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_chunks(work: Callable[[slice], int], count: int, size: int, threads: int) -> Iterator[int]:
    """Run `work` on the slices of 0..count, in this thread or in a pool; yield how many each has finished."""
    parts = [slice(begin, min(begin + size, count)) for begin in range(0, count, size)]
    if threads == 1 or len(parts) <= 1:
        for part in parts:
            yield work(part)
        return
    with ThreadPoolExecutor(min(threads, len(parts))) as pool:
        pending: set[Future[int]] = {pool.submit(work, part) for part in parts}
        try:
            while pending:
                ready, pending = wait(pending, return_when=FIRST_COMPLETED)
                for future in ready:
                    yield future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
