"""Drawn regions against NumPy and against the exact classification; training ends where the conditions hold."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from numba_kernels._jit import COMPILED
from symlandscape import backends
from symlandscape.errors import InputError
from symlandscape.regions import class_of_weights, gaussian_points, gaussian_weights, rounded_points

Array = np.ndarray


def matrix(W: Array, X: Array, slope: float) -> Array:
    """The transposed Khatri-Rao product (N, d0 d1), by NumPy."""
    slopes = np.where(W @ X.T > 0.0, 1.0, slope)
    return np.einsum("in,na->nia", slopes, X).reshape(X.shape[0], -1)


def data(samples: int, inputs: int) -> tuple[Array, Array]:
    return gaussian_points(max(samples, 2), inputs, 7)[:samples], np.arange(samples) % 2 * 1.0


@pytest.mark.parametrize("slope", [0.0, 0.1, -0.5])
@pytest.mark.parametrize(("samples", "inputs", "width"), [(1, 1, 1), (8, 3, 2), (6, 3, 4), (20, 3, 4), (5, 1, 3)])
def test_rank_residual_and_errors_are_those_of_least_squares(
    samples: int, inputs: int, width: int, slope: float
) -> None:
    X, y = data(samples, inputs)
    W = gaussian_weights(0, 25, width, inputs, 7)
    found = backends.classify_regions(W, X, y, slope)
    for q in range(25):
        M = matrix(W[q], X, slope)
        e = y - M @ np.linalg.lstsq(M, y, rcond=1e-10)[0]
        assert found.ranks[q] == np.linalg.matrix_rank(M)
        assert found.squares[q] == pytest.approx(float(e @ e), abs=1e-12)
        assert found.support[q] == np.count_nonzero(np.abs(e) > 1e-9)
        assert found.wrong[q] == np.count_nonzero((y - e > 0.5) != (y == 1.0)) or found.unclear[q]
        alive = np.abs(M).reshape(samples, width, inputs)
        assert found.dead_points[q] == np.count_nonzero(alive.max(axis=(1, 2)) == 0.0)
        assert found.dead_rows[q] == np.count_nonzero(alive.max(axis=(0, 2)) == 0.0)


@pytest.mark.parametrize("slope", [Fraction(0), Fraction(1, 10), Fraction(-1, 2)])
@pytest.mark.parametrize(("samples", "inputs", "width"), [(8, 2, 2), (7, 2, 3), (9, 3, 2), (6, 1, 4)])
def test_decided_verdicts_are_the_exact_ones(samples: int, inputs: int, width: int, slope: Fraction) -> None:
    points, X = rounded_points(*data(samples, inputs))
    W = gaussian_weights(0, 60, width, inputs, 3)
    found = backends.classify_regions(W, X, data(samples, inputs)[1], float(slope))
    for q in np.flatnonzero(found.verdicts != backends.RegionVerdict.UNDECIDED):
        region = class_of_weights(points, W[q], slope)
        assert (region.kind != "none") == (found.verdicts[q] == backends.RegionVerdict.MINIMUM)
        assert (region.rank, region.wrong) == (found.ranks[q], found.wrong[q])


def test_a_solution_on_a_wall_is_no_minimum_and_is_marked() -> None:
    # labels (1, 0) on the unit vectors force beta = (1, 0), which lies on the wall of the second point
    found = backends.classify_regions(np.ones((1, 1, 2)), np.eye(2), np.array([1.0, 0.0]), 0.0)
    assert found.verdicts[0] == backends.RegionVerdict.NONE and found.unclear[0]


def test_a_network_without_any_active_row_holds_a_minimum() -> None:
    X, y = np.abs(data(4, 2)[0]), np.array([0.0, 1.0, 0.0, 1.0])
    found = backends.classify_regions(-np.ones((1, 3, 2)), X, y, 0.0)
    assert (found.ranks[0], found.dead_rows[0], found.dead_points[0], found.wrong[0]) == (0, 3, 4, 2)
    assert found.verdicts[0] == backends.RegionVerdict.MINIMUM and found.squares[0] == 2.0


def test_bits_do_not_depend_on_threads_or_on_the_other_draws() -> None:
    X, y = data(12, 4)
    W = gaussian_weights(0, 40, 3, 4, 1)
    one, two = (backends.classify_regions(W, X, y, 0.1, threads=t) for t in (1, 3))
    alone = backends.classify_regions(W[17:18], X, y, 0.1)
    assert np.array_equal(one.squares, two.squares) and np.array_equal(one.verdicts, two.verdicts)
    assert one.squares[17] == alone.squares[0]


def start(count: int, d: int, samples: int) -> tuple[Array, Array, Array, Array]:
    X = np.stack([gaussian_points(samples, d, 2, q) for q in range(count)])
    y = np.tile(np.arange(samples) % 2 * 2.0 - 1.0, (count, 1))
    W = gaussian_weights(0, count, d, d, 2) / np.sqrt(d)
    return W, gaussian_weights(0, count, 1, d, 3)[:, 0] / np.sqrt(d), X, y


@pytest.mark.skipif(not COMPILED, reason="thousands of iterations: compiled only")
@pytest.mark.parametrize("slope", [0.0, 0.1])
def test_training_ends_at_minima_where_the_normal_equations_hold(slope: float) -> None:
    W, z, X, y = start(12, 4, 10)
    ends = backends.train_two_layer(W, z, X, y, slope)
    minima = np.flatnonzero(ends.status == backends.TrainStatus.MINIMUM)
    assert minima.size >= 6
    for q in range(12):
        values = ends.W[q] @ X[q].T
        slopes = np.where(values > 0.0, 1.0, slope)
        e = y[q] - ends.z[q] @ (slopes * values)
        assert ends.errors[q] == pytest.approx(float(e @ e) / 10, abs=1e-12)
        assert ends.errors[q] <= float(y[q] @ y[q]) / 10
        gradient = np.concatenate([((ends.z[q][:, None] * slopes * e) @ X[q]).ravel(), (slopes * values) @ e]) / 10
        if ends.distances[q] > 1e-12:  # nearer to a wall rounding decides the side
            assert ends.gradient_norms[q] == pytest.approx(float(np.linalg.norm(gradient)), abs=1e-12)
        if q in minima:
            assert np.abs((slopes * e) @ X[q]).max() < 1e-10
            assert ends.distances[q] > 0.0


@pytest.mark.skipif(not COMPILED, reason="thousands of iterations: compiled only")
def test_training_does_not_depend_on_threads() -> None:
    one, two = (backends.train_two_layer(*start(6, 4, 16), 0.1, threads=t) for t in (1, 2))
    assert np.array_equal(one.W, two.W) and np.array_equal(one.errors, two.errors)


def test_visited_patterns_are_those_of_gradient_descent() -> None:
    W, z, X, y = (part[0] for part in start(1, 3, 8))
    hashes, losses = backends.visited_regions(W, z, X, y, 0.1, 30, 0.2)
    patterns = []
    for count in range(30):
        values = W @ X.T
        slopes = np.where(values > 0.0, 1.0, 0.1)
        e = y - z @ (slopes * values)
        assert losses[count] == pytest.approx(float(e @ e) / 16, rel=1e-9)
        patterns.append(slopes.tobytes())
        W, z = W + 0.2 / 8 * (z[:, None] * slopes * e) @ X, z + 0.2 / 8 * (slopes * values) @ e
    assert len(set(patterns)) == np.unique(hashes).size > 1
    same = [[p == q for q in patterns] for p in patterns]
    assert np.array_equal(hashes[:, None] == hashes, same)


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda W, z, X, y: backends.classify_regions(W, X[0], y[0], 0.0), "labels"),
        (lambda W, z, X, y: backends.classify_regions(W, 0.0 * X[0], 0.0 * y[0], 0.0), "origin"),
        (lambda W, z, X, y: backends.classify_regions(W, X[0], 0.0 * y[0], 1.0), "slope"),
        (lambda W, z, X, y: backends.classify_regions(W, X[0], 0.0 * y[0], 1e-7), "slope"),
        (lambda W, z, X, y: backends.classify_regions(W[0], X[0], 0.0 * y[0], 0.0), "weights of shape"),
        (lambda W, z, X, y: backends.classify_regions(np.nan * W, X[0], 0.0 * y[0], 0.0), "finite"),
        (lambda W, z, X, y: backends.classify_regions(W, X[0], 0.0 * y[0], 0.0, threads=0), "thread"),
        (lambda W, z, X, y: backends.classify_regions(W, X, y, 0.0), "points of shape"),
        (lambda W, z, X, y: backends.train_two_layer(W[0], z, X, y, 0.0), "W \\(count"),
        (lambda W, z, X, y: backends.train_two_layer(W, z[:1], X, y, 0.0), "shapes"),
        (lambda W, z, X, y: backends.train_two_layer(W, np.inf * z, X, y, 0.0), "finite"),
        (lambda W, z, X, y: backends.train_two_layer(W, z, 0.0 * X, y, 0.0), "origin"),
        (lambda W, z, X, y: backends.train_two_layer(W, z, X, y, 0.0, rounds=0), "round"),
        (lambda W, z, X, y: backends.visited_regions(W[0], z[0], X[0], y[0], 0.0, 0, 0.1), "step"),
        (lambda W, z, X, y: backends.train_two_layer(W, z, X, y, 0.0, device="cuda"), "CUDA"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(call, word: str) -> None:
    with pytest.raises(InputError, match=word):
        call(*start(2, 3, 5))


def test_every_status_has_a_phrase() -> None:
    assert all(status.message for status in backends.TrainStatus)
