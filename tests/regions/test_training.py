"""Training on random data, walls, supports, digits: each against its definition."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from numba_kernels._jit import COMPILED
from symlandscape.errors import InputError
from symlandscape.regions import (
    Ends,
    class_of_weights,
    count_visits,
    gaussian_points,
    glyph_digits,
    glyph_image,
    least_subgradient,
    network_outputs,
    pattern_of,
    residual_support,
    rounded_points,
    supports,
    train_networks,
    wall_distances,
)
from symlandscape.runs import generator

compiled = pytest.mark.skipif(not COMPILED, reason="thousands of iterations: compiled only")


@pytest.fixture(scope="module")
def ends() -> Ends:
    return train_networks(4, 4, 14, 0.1, 12)


@compiled
def test_end_points_are_judged_by_their_outputs(ends: Ends) -> None:
    found = network_outputs(ends.W, ends.z, ends.X, 0.1)
    assert np.allclose(((ends.y - found) ** 2).mean(axis=1), ends.errors, atol=1e-12)
    assert np.array_equal(ends.wrong, ((found > 0.0) != (ends.y > 0.0)).mean(axis=1))
    assert ends.ratio == 16 / 14 and set(np.unique(ends.y)) == {-1.0, 1.0}
    assert not (ends.minima & ends.on_walls).any() and (ends.minima | ends.on_walls).sum() >= 10
    assert ends.mean_error.mean == ends.errors.mean() and ends.mean_wrong.count == 12


@compiled
def test_repeats_are_told_apart_by_their_number_alone(ends: Ends) -> None:
    few = train_networks(4, 4, 14, 0.1, 5, threads=2)
    assert np.array_equal(few.W, ends.W[:5])
    assert np.unique(ends.errors).size == 12


@compiled
def test_many_parameters_fit_exactly_and_few_do_not() -> None:
    assert train_networks(5, 5, 8, 0.1, 6).fits.all()
    assert not train_networks(5, 5, 60, 0.1, 6).fits.any()


@compiled
def test_the_support_inequality_holds_at_every_minimum_that_is_no_fit() -> None:
    found = supports(train_networks(3, 2, 8, 0.1, 40, low_label=0.0)) + supports(train_networks(4, 4, 9, 0.0, 40))
    assert len(found) >= 10
    assert all(part.slack >= 0 and part.stationarity < 1e-9 for part in found)
    assert min(part.slack for part in found) == 0


def test_a_support_is_counted_as_defined() -> None:
    X, e = np.array([[1.0, 0.0], [2.0, 0.0], [0.0, 1.0]]), np.array([2.0, -1.0, 0.0])
    found = residual_support(np.array([[1.0, -1.0]]), X, e, 0.0)
    assert (found.size, found.pattern_rank, found.point_rank, found.slack) == (2, 1, 1, -1)
    assert found.stationarity == 0.0
    assert residual_support(np.array([[1.0, -1.0]]), X, 0.0 * e, 0.0).size == 0


def test_the_least_subgradient_is_the_gradient_inside_and_vanishes_at_a_kink() -> None:
    # one point, one row, |y - z phi(w x)|^2/2 with z = -1, y = 1: phi(w) falls to 0 on the left, w = 0 is a minimum
    W, z, X = np.array([[0.5]]), np.array([-1.0]), np.array([[1.0]])
    y = np.array([1.0])
    inside, count = least_subgradient(W, z, X, y, 0.0)
    assert count == 0 and inside == pytest.approx(np.hypot(1.5, 0.75))
    wall, count = least_subgradient(0.0 * W, z, X, y, 0.0)
    assert count == 1 and wall == pytest.approx(0.0, abs=1e-9)
    slanted, _ = least_subgradient(0.0 * W, z, X, y, 0.5)
    assert slanted == pytest.approx(0.5)


def test_wall_distances_are_sines() -> None:
    found = wall_distances(np.array([[3.0, 0.0], [0.0, 0.0]]), np.array([[1.0, 1.0], [0.0, 2.0]]))
    assert np.allclose(found, [[np.sqrt(0.5), 0.0], [0.0, 0.0]])


@compiled
def test_visits_count_different_regions_once() -> None:
    source = generator(1, 0)
    X, W, z = source.standard_normal((9, 3)), source.standard_normal((3, 3)), source.standard_normal(3)
    path = count_visits(W, z, X, np.arange(9) % 2 * 1.0, 0.1, 500, 0.1)
    assert path.discovered[0] == 1 and path.discovered[-1] == path.distinct <= path.changes + 1
    assert (np.diff(path.discovered) >= 0).all() and path.losses[-1] < path.losses[0]
    still = count_visits(W, z, X, np.arange(9) % 2 * 1.0, 0.1, 500, 1e-12)
    assert still.distinct == 1 and still.changes == 0


def test_digits_are_drawn_with_their_holes() -> None:
    source = generator(0, 0)
    zeros = np.mean([glyph_image(0, source) for _ in range(20)], axis=0)
    ones = np.mean([glyph_image(1, source) for _ in range(20)], axis=0)
    assert zeros.shape == (8, 8) and zeros.min() >= 0.0 and zeros.max() <= 1.0
    assert zeros[3:5, 3:5].mean() < 0.1 and ones[3:5, 3:5].max() > 0.5
    assert zeros[0, :3].mean() < zeros[2, :3].mean()


def test_digit_data_are_centred_balanced_and_reproducible() -> None:
    X, y = glyph_digits(40, 3, 1)
    assert X.shape == (40, 64) and y.sum() == 20 and np.abs(X.mean(axis=0)).max() < 1e-12
    assert np.allclose((X**2).mean(axis=0), 1.0)
    assert np.array_equal(X, glyph_digits(40, 3, 1)[0]) and not np.array_equal(X, glyph_digits(40, 3, 2)[0])
    within = np.linalg.norm(X[0::10] - X[0::10].mean(axis=0)) / 2
    assert within < np.linalg.norm(X[0::10].mean(axis=0) - X[1::10].mean(axis=0)) * 2


@compiled
def test_end_points_inside_a_region_agree_with_the_exact_classification() -> None:
    slope = Fraction(1, 10)
    found = train_networks(2, 2, 6, 0.1, 30, low_label=0.0)
    for q in np.flatnonzero(found.minima):
        points, _ = rounded_points(found.X[q], found.y[q], digits=12)
        region = class_of_weights(points, found.W[q], slope)
        assert region.kind != "none"
        assert float(sum((e * e for e in region.residual), Fraction(0))) / 6 == pytest.approx(found.errors[q], abs=1e-9)
    assert found.minima.sum() >= 10


def test_patterns_of_floats_are_decided_exactly() -> None:
    points, X = rounded_points(np.array([[0.1, 0.2], [-0.3, 0.1234]]), np.array([0.0, 1.0]))
    assert X.tolist() == [[0.1, 0.2], [-0.3, 0.123]]
    assert pattern_of(points, np.array([[1.0, 1.0], [1.0, -0.49999]])) == ((1, -1), (1, -1))
    with pytest.raises(InputError, match="wall of sample 0"):
        pattern_of(points, np.array([[2.0, -1.0]]))
    with pytest.raises(InputError, match="shape"):
        pattern_of(points, np.ones((1, 3)))


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: train_networks(3, 3, 9, 0.1, 0), "repeat"),
        (lambda: train_networks(3, 3, 9, 0.1, 1, data="iris"), "data among"),
        (lambda: train_networks(3, 3, 20, 0.1, 1, data="glyphs"), "64 inputs"),
        (lambda: train_networks(3, 3, 9, 0.1, 1, low_label=1.0), "label"),
        (lambda: train_networks(3, 3, 9, 1.0, 1), "slope"),
        (lambda: glyph_digits(9), "10 samples"),
        (lambda: glyph_image(10, generator(0, 0)), "digit"),
        (lambda: gaussian_points(1, 1), "2 samples"),
        (lambda: least_subgradient(np.ones((2, 2)), np.ones(3), np.ones((2, 2)), np.ones(2), 0.0), "W \\(d1"),
        (lambda: residual_support(np.ones((2, 2)), np.ones((2, 3)), np.ones(2), 0.0), "shapes"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(call, word: str) -> None:
    with pytest.raises(InputError, match=word):
        call()
