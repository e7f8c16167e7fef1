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


@pytest.mark.parametrize("upper", [False, True])
@pytest.mark.parametrize("shape", [(4, 1, 8), (12, 5, 24), (20, 20, 16), (8, 33, 40)])
def test_product_agrees_with_its_plain_twin(shape: tuple[int, int, int], upper: bool) -> None:
    rows, inner, columns = shape
    rng = np.random.default_rng(3)
    a, b = rng.standard_normal((rows, inner + 3)), rng.standard_normal((inner, columns))
    fast, slow = np.zeros((rows, columns)), np.zeros((rows, columns))
    lanes.product(a, b, fast, rows, inner, columns, upper)
    lanes.product_plain(a, b, slow, rows, inner, columns, upper)
    keep = np.triu(np.ones((rows, columns), dtype=bool)) if upper else np.ones((rows, columns), dtype=bool)
    assert np.abs(fast - slow)[keep].max() < 1e-13


def test_padded_is_the_next_multiple() -> None:
    assert [lanes.padded(size, 8) for size in (0, 1, 8, 9)] == [0, 8, 8, 16]
