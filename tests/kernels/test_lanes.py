"""The explicit vector code against its plain twins."""

from __future__ import annotations

import numpy as np
import pytest

from numba_kernels import lanes
from numba_kernels._jit import kernel


@pytest.mark.parametrize("size", [0, 1, 7, 31, 32, 33, 400])
def test_dot_agrees_with_its_plain_twin(size: int) -> None:
    rng = np.random.default_rng(size)
    x, y = rng.standard_normal(size), rng.standard_normal(size)
    assert lanes.dot(x, y) == pytest.approx(lanes.dot_plain(x, y), abs=1e-13)


@kernel
def offset_dot(x: np.ndarray, y: np.ndarray) -> float:
    return lanes.dot_at(x, 17, y, 3, 24)


def test_dot_at_reads_flat_entries_from_its_offsets() -> None:
    rng = np.random.default_rng(2)
    x, y = rng.standard_normal((8, 8)), rng.standard_normal(30)
    assert offset_dot(x, y) == pytest.approx(lanes.dot_at_plain(x, 17, y, 3, 24), abs=1e-13)


@kernel
def rows_of_a_block(c: np.ndarray, x: np.ndarray, t: np.ndarray, w: np.ndarray) -> None:
    lanes.four_rows(c, 5, 24, x, 4, t, w)


@kernel
def eight_more(x: np.ndarray, y: np.ndarray) -> None:
    lanes.add_eight(x, 3, -0.5, y, 9)


def test_a_block_of_four_rows_is_multiplied_from_both_sides() -> None:
    rng = np.random.default_rng(4)
    c, x, w = rng.standard_normal(110), rng.standard_normal(24), rng.standard_normal(24)
    results = []
    for work in (rows_of_a_block, lambda *a: lanes.four_rows_plain(a[0], 5, 24, a[1], 4, *a[2:])):
        t, v = np.zeros(12), w.copy()
        work(c, x, t, v)
        results.append((t, v))
    assert np.abs(results[0][0] - results[1][0]).max() < 1e-13
    assert np.abs(results[0][1] - results[1][1]).max() < 1e-13
    block = c[5 : 5 + 96].reshape(3, 4, 8).transpose(1, 0, 2).reshape(4, 24)
    assert np.abs(results[0][0][4:8] - block @ x).max() < 1e-13
    assert np.abs(results[0][1] - w - block.T @ x[4:8]).max() < 1e-13


def test_eight_entries_are_added_at_flat_offsets() -> None:
    rng = np.random.default_rng(5)
    x, y = rng.standard_normal(20), rng.standard_normal((3, 8))
    fast, slow = y.copy(), y.copy()
    eight_more(x, fast)
    lanes.add_eight_plain(x, 3, -0.5, slow, 9)
    assert np.abs(fast - slow).max() < 1e-14
    changed = np.flatnonzero(fast.ravel() != y.ravel())
    assert changed.tolist() == list(range(9, 17))


def test_padded_is_the_next_multiple() -> None:
    assert [lanes.padded(size, 8) for size in (0, 1, 8, 9)] == [0, 8, 8, 16]
