"""Stores made in Python: the memory that the kernels of layout.py work in."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from numba_kernels.relu.layout import prepare, store_size

Array = npt.NDArray[np.float64]


def aligned(size: int) -> Array:
    """Zeros that begin at a multiple of 64 bytes."""
    raw = np.zeros(size + 8)
    begin = -(raw.ctypes.data // 8) % 8
    return raw[begin : begin + size]


def new_store(k: int, d: int, target: Array, identity: int, slope: float, bent: int) -> Array:
    """A prepared store of its own."""
    store = aligned(store_size(k, d, d if identity else target.shape[0], identity, bent))
    prepare(store, k, d, target, identity, slope)
    return store
