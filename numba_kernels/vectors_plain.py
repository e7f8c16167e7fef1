"""The operations of vectors.py on NumPy arrays of eight entries: what runs when the JIT is off."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

WIDTH = 8


def load(x: Array, at: int) -> Array:
    """Eight flat entries of a contiguous array from `at` on."""
    return x.reshape(-1)[at : at + WIDTH].copy()


def store(x: Array, at: int, v: Array) -> None:
    """Write eight flat entries."""
    x.reshape(-1)[at : at + WIDTH] = v


def fill(entry: float) -> Array:
    """Eight copies."""
    return np.full(WIDTH, entry)


def root(x: Array) -> Array:
    """Square roots."""
    return np.asarray(np.sqrt(x))


def magnitude(x: Array) -> Array:
    """Absolute values."""
    return np.abs(x)


def fused(x: Any, y: Any, z: Any) -> Any:
    """x y + z."""
    return x * y + z


def choose(c: Array, bound: Any, x: Any, y: Any) -> Array:
    """x where c > bound, else y."""
    return np.where(c > bound, x, y)


def keep(x: Array, first: int, stop: int) -> Array:
    """x with zeros before entry `first` and from entry `stop` on."""
    lanes = np.arange(WIDTH)
    return np.where((lanes >= first) & (lanes < stop), x, 0.0)


def total(x: Array) -> float:
    """The sum, halves onto halves."""
    while x.size > 1:
        x = x[: x.size // 2] + x[x.size // 2 :]
    return float(x[0])


def turn(x: Array, begin: int, stride: int, y: Array, other: int, step: int) -> None:
    """The 8 x 8 block of x at flat `begin`, rows `stride` apart, transposed into y at `other`, rows `step` apart."""
    rows = np.stack([load(x, begin + r * stride) for r in range(WIDTH)])
    for r in range(WIDTH):
        store(y, other + r * step, rows[:, r])


def turn_add(x: Array, begin: int, stride: int, y: Array, other: int, step: int) -> None:
    """As `turn`, for the sum of the block and its transpose."""
    rows = np.stack([load(x, begin + r * stride) for r in range(WIDTH)])
    for r in range(WIDTH):
        store(y, other + r * step, rows[r] + rows[:, r])


def vector_at(store: Array, at: int, size: int) -> Array:
    """A piece of an array's flat entries; the array must outlive it."""
    return store.reshape(-1)[at : at + size]


def matrix_at(store: Array, at: int, rows: int, width: int) -> Array:
    """A piece of a vector as a matrix; the vector must outlive it."""
    return store[at : at + rows * width].reshape((rows, width))
