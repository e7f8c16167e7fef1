"""Reductions over the threads of a block, in a fixed order: sums as a binary tree, so that their bits are reproducible.

All threads of the block must call them; t is the thread's index, T the (power of two) number of threads, and `buffer`
has room for T numbers from `begin` on. All threads return the same number.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from numba_kernels.cuda._device import device, sync

Array = npt.NDArray[np.float64]


@device
def block_sum(value: float, buffer: Array, begin: int, t: int, T: int) -> float:
    """Sum of the values of all threads."""
    sync()  # the buffer may still be read by a thread that lags behind
    buffer[begin + t] = value
    sync()
    width = T // 2
    while width > 0:
        if t < width:
            buffer[begin + t] += buffer[begin + t + width]
        sync()
        width //= 2
    total: float = buffer[begin]
    return total


@device
def block_min(value: float, buffer: Array, begin: int, t: int, T: int) -> float:
    """Least of the values of all threads; none of them NaN."""
    sync()
    buffer[begin + t] = value
    sync()
    width = T // 2
    while width > 0:
        if t < width:
            other = buffer[begin + t + width]
            buffer[begin + t] = other if other < buffer[begin + t] else buffer[begin + t]
        sync()
        width //= 2
    least: float = buffer[begin]
    return least


@device
def block_dot(x: Array, y: Array, buffer: Array, begin: int, t: int, T: int) -> float:
    """Inner product of two vectors of one length, of which thread t holds the entries t, t + T, .."""
    total = 0.0
    for q in range(t, x.shape[0], T):
        total += x[q] * y[q]
    return block_sum(total, buffer, begin, t, T)
