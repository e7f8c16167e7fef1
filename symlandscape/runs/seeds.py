"""Random streams by counter: the stream of task i depends on the seed and on i alone, whoever runs it and when."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from symlandscape.errors import InputError

Array = npt.NDArray[np.float64]

_LIMIT = 2**64


def generator(seed: int, index: int, stream: int = 0) -> np.random.Generator:
    """NumPy generator over Philox-4x64 with key (seed, index) and `stream` as the top word of its counter.

    Different (seed, index, stream), each in 0 .. 2^64 - 1, give disjoint stretches of random numbers. Raises
    InputError outside that range. Source: Salmon et al., Parallel random numbers: as easy as 1, 2, 3 (SC 2011).
    """
    for name, value in (("seed", seed), ("index", index), ("stream", stream)):
        if not 0 <= value < _LIMIT:
            raise InputError(f"expected a {name} in 0 .. 2^64 - 1, got {value}")
    key = np.array([seed, index], dtype=np.uint64)
    counter = np.array([0, 0, 0, stream], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=counter))


def starts(seed: int, index: int, k: int, d: int, scale: float | None = None) -> Array:
    """Random weights (k, d): independent normal entries of standard deviation `scale`, default 1/sqrt(d)."""
    if k < 1 or d < 1:
        raise InputError(f"expected k >= 1 neurons and d >= 1 inputs, got k = {k}, d = {d}")
    deviation = 1.0 / math.sqrt(d) if scale is None else scale
    return generator(seed, index).standard_normal((k, d)) * deviation


def start_batch(seed: int, first: int, count: int, k: int, d: int, scale: float | None = None) -> Array:
    """Starts number first .. first + count - 1 as one array (count, k, d)."""
    if count < 0:
        raise InputError(f"expected a count of starts >= 0, got {count}")
    batch = np.empty((count, k, d))
    for q in range(count):
        batch[q] = starts(seed, first + q, k, d, scale)
    return batch
