"""The vector type against NumPy, one operation after the other."""

from __future__ import annotations

import numpy as np
import pytest

from numba_kernels import vectors
from numba_kernels._jit import kernel


@kernel
def operations(x: np.ndarray, y: np.ndarray, first: int, stop: int, out: np.ndarray) -> float:
    u, v = vectors.load(x, 3), vectors.load(y, 2)
    vectors.store(out, 0, u + v)
    vectors.store(out, 8, u - 2.0 * v)
    vectors.store(out, 16, u / v)
    vectors.store(out, 24, vectors.root(vectors.magnitude(u)))
    vectors.store(out, 32, vectors.fused(u, 3.0, v))
    vectors.store(out, 40, vectors.choose(u, 0.0, v, -1.0))
    vectors.store(out, 48, vectors.keep(u, first, stop))
    vectors.store(out, 56, vectors.fill(0.25))
    return vectors.total(u)


@pytest.mark.parametrize(("first", "stop"), [(0, 8), (3, 8), (0, 0), (2, 5), (8, 20), (-3, 1)])
def test_operations_are_those_of_numpy(first: int, stop: int) -> None:
    rng = np.random.default_rng(1)
    x, y, out = rng.standard_normal((3, 8)), rng.standard_normal(12), np.zeros((8, 8))
    u, v = x.ravel()[3:11], y[2:10]
    assert operations(x, y, first, stop, out) == pytest.approx(u.sum(), abs=1e-15)
    kept = np.where((np.arange(8) >= first) & (np.arange(8) < stop), u, 0.0)
    rows = [u + v, u - 2 * v, u / v, np.sqrt(np.abs(u)), 3 * u + v, np.where(u > 0, v, -1.0), kept, np.full(8, 0.25)]
    assert np.abs(out - rows).max() < 1e-15


@kernel
def single(x: float, y: float, z: float) -> float:
    return vectors.fused(x, y, z)


def test_fused_takes_floats_too() -> None:
    assert single(3.0, 5.0, -1.0) == 14.0


@kernel
def turns(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> None:
    vectors.turn(x, 5, 11, y, 1, 9)
    vectors.turn_add(x, 5, 11, z, 0, 8)


def test_blocks_are_transposed_between_any_row_distances() -> None:
    x, y, z = np.random.default_rng(2).standard_normal(100), np.zeros(80), np.zeros((8, 8))
    turns(x, y, z)
    block = np.stack([x[5 + 11 * r : 13 + 11 * r] for r in range(8)])
    assert np.array_equal(np.stack([y[1 + 9 * r : 9 + 9 * r] for r in range(8)]), block.T)
    assert np.array_equal(z, block + block.T)


@kernel
def pieces(store: np.ndarray) -> float:
    row, block = vectors.vector_at(store, 2, 3), vectors.matrix_at(store, 4, 2, 3)
    row[0] = -1.0
    total: float = block[1, 2] + row[2] + block.sum()
    return total


def test_pieces_share_memory_with_their_store() -> None:
    store = np.arange(12.0)
    assert pieces(store) == 9.0 + 4.0 + sum(range(4, 10))
    assert store[2] == -1.0
