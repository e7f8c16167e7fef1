"""Stores made in Python: the memory that the kernels of layout.py work in."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from numba_kernels.relu.layout import store_size
from numba_kernels.relu.target import prepare

Array = npt.NDArray[np.float64]


def aligned(size: int) -> Array:
    """Zeros that begin at a multiple of 64 bytes."""
    raw = np.zeros(size + 8)
    begin = -(raw.ctypes.data // 8) % 8
    return raw[begin : begin + size]


NO_SECOND = np.zeros(0)
"""Stands for a second layer of ones."""


def new_store(
    k: int, d: int, target: Array, identity: int, slope: float, bent: int, second: Array = NO_SECOND
) -> Array:
    """A prepared store of its own."""
    store = aligned(store_size(k, d, d if identity else target.shape[0], identity, bent))
    prepare(store, k, d, target, second, identity, slope)
    return store
