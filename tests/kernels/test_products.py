"""Products by register tiles against NumPy, packed straight and transposed."""

from __future__ import annotations

import numpy as np
import pytest

from numba_kernels import products
from numba_kernels._jit import kernel

SHAPES = [(1, 1, 1), (4, 1, 8), (5, 3, 9), (12, 5, 24), (20, 20, 20), (8, 33, 40), (13, 7, 65)]


@kernel
def multiply(a: np.ndarray, b: np.ndarray, panels: np.ndarray, c: np.ndarray, sizes: np.ndarray, upper: bool) -> None:
    rows, inner, columns = sizes[0], sizes[1], sizes[2]
    products.pack(b, b.shape[1], inner, products.padded(columns), panels)
    products.product(a, a.shape[1], panels, c, c.shape[1], rows, inner, products.padded(columns), upper)


@kernel
def square(a: np.ndarray, panels: np.ndarray, c: np.ndarray, rows: int, inner: int) -> None:
    products.pack_turned(a, a.shape[1], rows, inner, panels)
    products.product(a, a.shape[1], panels, c, c.shape[1], rows, inner, products.padded(rows), False)


def padded_matrix(rows: int, columns: int, seed: int) -> np.ndarray:
    out = np.zeros((products.padded_plain(rows), products.stride_plain(columns)))
    out[:rows, :columns] = np.random.default_rng(seed).standard_normal((rows, columns))
    return out


@pytest.mark.parametrize("upper", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
def test_products_agree_with_numpy_and_with_the_plain_twin(shape: tuple[int, int, int], upper: bool) -> None:
    rows, inner, columns = shape
    a, b, c = padded_matrix(rows, inner, 1), padded_matrix(inner, columns, 2), padded_matrix(rows, columns, 3)
    panels, plain = np.zeros(4000), np.zeros_like(c)
    multiply(a, b, panels, c, np.array(shape), upper)
    wide = products.padded_plain(columns)
    products.product_plain(a, a.shape[1], panels, plain, plain.shape[1], rows, inner, wide, upper)
    exact = a[:rows, :inner] @ b[:inner, :columns]
    kept = np.triu(np.ones_like(exact, dtype=bool)) if upper else np.ones_like(exact, dtype=bool)
    assert np.abs(c[:rows, :columns] - exact)[kept].max() < 1e-13
    assert np.abs(plain[:rows, :columns] - exact).max() < 1e-13


@pytest.mark.parametrize(("rows", "inner"), [(1, 1), (3, 20), (20, 3), (17, 9), (40, 33)])
def test_a_matrix_times_its_packed_transpose_is_symmetric_to_the_bit(rows: int, inner: int) -> None:
    a, c = padded_matrix(rows, inner, 1), padded_matrix(rows, rows, 2)
    square(a, np.zeros(8000), c, rows, inner)
    gram = c[:rows, :rows]
    assert np.array_equal(gram, gram.T)
    assert np.abs(gram - a[:rows, :inner] @ a[:rows, :inner].T).max() < 1e-13


def test_rows_do_not_lie_a_multiple_of_512_bytes_apart() -> None:
    for columns in range(1, 600):
        width = products.stride_plain(columns)
        assert width >= columns and width % 8 == 0 and width % 64 != 0
