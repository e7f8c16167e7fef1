"""The counter-based generator of the kernels: NumPy's words, normal numbers, streams that a length does not change."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from numba_kernels import philox

U = np.uint64
CASES = [(0, 0, 0), (1, 2, 3), (2**64 - 1, 2**64 - 1, 2**64 - 1), (123456789, 10**18, 7)]


def words(seed: int, index: int, stream: int, blocks: int) -> list[int]:
    return [int(w) for b in range(blocks) for w in philox.block(U(seed), U(index), U(stream), U(b))]


def normals(index: int, n: int) -> np.ndarray:
    out = np.empty(n)
    philox.fill_normals(U(5), U(index), U(0), 1.0, out)
    return out


@pytest.mark.parametrize(("seed", "index", "stream"), CASES)
def test_the_words_are_those_of_numpy(seed: int, index: int, stream: int) -> None:
    source = np.random.Philox(key=np.array([seed, index], U), counter=np.array([0, 0, 0, stream], U))
    assert words(seed, index, stream, 25) == [int(w) for w in source.random_raw(100)]


def test_the_upper_word_of_a_product_is_exact() -> None:
    rng = np.random.default_rng(0)
    for a, b in [(2**64 - 1, 2**64 - 1), (0, 5), *rng.integers(0, 2**63, (50, 2)).tolist()]:
        assert int(philox.high_word(U(a), U(b))) == a * b >> 64


def test_uniform_numbers_lie_inside_the_unit_interval() -> None:
    assert philox.uniform(U(0)) == 2.0**-53
    assert philox.uniform(U(2**64 - 1)) < 1.0


def test_normal_numbers_have_their_distribution_and_are_not_correlated() -> None:
    x = np.concatenate([normals(i, 1001) for i in range(50)])
    assert stats.kstest(x, "norm").pvalue > 1e-4
    for lag in (1, 2, 3, 1001):
        assert abs(np.mean(x[:-lag] * x[lag:])) < 4.5 / math.sqrt(x.size - lag)


def test_a_longer_stretch_begins_like_a_shorter_one() -> None:
    long = normals(3, 12)
    for n in range(1, 12):
        np.testing.assert_array_equal(normals(3, n), long[:n])
