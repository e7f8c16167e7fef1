"""The tangent Gram matrix: enclosed spectrum, finite width, training beside its linearisation; hostile input."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from symlandscape.arith.conversions import mid_float
from symlandscape.arith.decimals import outward
from symlandscape.errors import InputError
from symlandscape.evidence import Level
from symlandscape.particles import (
    finite_gram,
    gram_deviation,
    linearised_run,
    mean_gram,
    samples_from_document,
    tail_rate,
    tangent_spectrum,
    train_wide,
)

RNG = np.random.default_rng(5)
POINTS = [[Fraction(int(x), 10) for x in row] for row in RNG.integers(-10, 11, (6, 4))]
X = np.array([[float(x) for x in row] for row in POINTS])
Y = np.array([1.0, -1.0, 2.0, 0.5, 0.0, -1.0])


def test_the_enclosures_hold_the_eigenvalues_of_the_float_matrix_and_the_norm_of_the_interpolant():
    labels = [Fraction(y) for y in Y]
    found = tangent_spectrum(POINTS, labels, digits=20)
    assert found.level is Level.CERTIFIED
    assert [mid_float(x) for x in found.eigenvalues] == pytest.approx(np.linalg.eigvalsh(mean_gram(X)), rel=1e-12)
    assert found.norm2 is not None and mid_float(found.norm2) == pytest.approx(Y @ np.linalg.solve(mean_gram(X), Y))
    document = found.document()
    assert Fraction(document["lower_bound"]) <= Fraction(document["least_eigenvalue"]) + Fraction(document["radius"])
    condition = float(document["condition"])
    assert float(document["rates"]["heavy-ball"]["rate"]) == pytest.approx(
        (condition**0.5 - 1) / (condition**0.5 + 1), rel=1e-12
    )
    assert float(document["rates"]["gd"]["rate"]) == pytest.approx((condition - 1) / (condition + 1), rel=1e-12)


def test_orthogonal_points_have_a_closed_form():
    found = tangent_spectrum([[Fraction(2), Fraction(0)], [Fraction(0), Fraction(1)]], digits=25)
    assert [outward(x, 20)[0] for x in found.eigenvalues] == ["0.5", "2"]


def test_one_point_is_solved_in_one_step():
    document = tangent_spectrum([[Fraction(3)]], [Fraction(2)], digits=10).document()
    assert document["least_eigenvalue"] == document["largest_eigenvalue"] == "4.5"
    assert float(document["rates"]["gd"]["rate"]) < 1e-9 and float(document["norm2"]) == pytest.approx(4 / 4.5)


def test_parallel_points_stay_undecided():
    found = tangent_spectrum([[Fraction(1), Fraction(1)], [Fraction(2), Fraction(2)]])
    assert found.level is Level.UNDECIDED and found.rates == {} and found.document()["condition"] is None


def test_wide_networks_have_the_mean_matrix_with_the_predicted_scatter():
    gaps = [((finite_gram(X, RNG.standard_normal((100, 4))) - mean_gram(X)) ** 2).sum() for _ in range(400)]
    error = np.std(gaps, ddof=1) / 20
    assert abs(np.mean(gaps) - gram_deviation(X, 100)) < 5 * error


@pytest.mark.parametrize(("method", "momentum"), [("gd", 0.0), ("heavy-ball", 0.5), ("nesterov", 0.5)])
def test_a_network_whose_gates_stay_moves_as_its_linearisation_does(method, momentum):
    W = np.vstack([np.eye(4), -np.eye(4)] * 2)
    points, labels = np.vstack([np.eye(4)[:2] + 0.4, -np.eye(4)[:2] - 0.4]), np.array([1e-6, -1e-6, 2e-6, 0.0])
    a = np.repeat([1.0, -1.0], 8) / 4
    run = train_wide(points, labels, W, a, method, 0.3, momentum, 60)
    assert run.flipped == 0 == run.sliding and np.array_equal(run.first_gram, run.last_gram)
    line = linearised_run(run.first_gram, run.residuals[0], method, 0.3, momentum, 60)
    assert run.residuals == pytest.approx(line, abs=1e-15)


def test_one_step_is_a_step_along_the_gradient_of_the_weights():
    W, a = RNG.standard_normal((30, 4)), RNG.choice([-1.0, 1.0], 30) / np.sqrt(30)
    u = np.maximum(X @ W.T, 0) @ a - Y
    gradient = a[:, None] * (((X @ W.T > 0) * u[:, None]).T @ X)
    after = np.maximum(X @ (W - 0.1 * gradient).T, 0) @ a - Y
    assert train_wide(X, Y, W, a, "gd", 0.1, 0.0, 1).residuals[1] == pytest.approx(after)


def test_the_averaged_gates_predict_the_rate_of_a_narrow_network_better_than_the_gates_of_the_start():
    half = np.random.default_rng(2).standard_normal((400, 4))
    W, a = np.vstack([half, half]), np.repeat([1.0, -1.0], 400) / np.sqrt(800)
    step = 0.8 / float(np.linalg.eigvalsh(mean_gram(X))[-1])
    run = train_wide(X, Y, W, a, "gd", step, 0.0, 40_000, 1e-9)
    rate, _ = tail_rate(run.norms)
    start, tail = (1 - step * float(np.linalg.eigvalsh(H)[0]) for H in (run.first_gram, run.tail_gram))
    assert run.norms[-1] <= 1e-9 * run.norms[0]
    assert abs(rate - tail) < 0.02 * (1 - rate) and abs(rate - tail) < abs(rate - start)


def test_a_step_beyond_the_limit_is_a_sentence():
    with pytest.raises(InputError, match="smaller step"), np.errstate(all="ignore"):
        train_wide(X, Y, RNG.standard_normal((20, 4)), np.full(20, 0.2), "gd", 1e6, 0.0, 400)


@pytest.mark.parametrize(
    "call",
    [
        lambda: tangent_spectrum([]),
        lambda: tangent_spectrum([[]]),
        lambda: tangent_spectrum([[Fraction(1)]] * 65),
        lambda: tangent_spectrum([[Fraction(1)], [Fraction(1), Fraction(2)]]),
        lambda: tangent_spectrum([[Fraction(0)]]),
        lambda: tangent_spectrum([[Fraction(1)]], [Fraction(1), Fraction(1)]),
        lambda: finite_gram(X, np.ones((3, 5))),
        lambda: train_wide(X, Y, np.ones((3, 5)), np.ones(3), "gd", 0.1, 0.0, 1),
        lambda: train_wide(X, Y, np.ones((3, 4)), np.ones(3), "adam", 0.1, 0.0, 1),
        lambda: train_wide(X, Y, np.ones((3, 4)), np.ones(3), "gd", -0.1, 0.0, 1),
        lambda: train_wide(X, Y, np.ones((3, 4)), np.ones(3), "heavy-ball", 0.1, 1.0, 1),
        lambda: tail_rate(np.ones(40)),
        lambda: samples_from_document({}),
        lambda: samples_from_document({"X": "12"}),
        lambda: samples_from_document({"X": [[1], [1, 2]]}),
        lambda: samples_from_document({"X": [[]]}),
        lambda: samples_from_document({"X": [[1]], "y": 3}),
        lambda: samples_from_document({"X": [[True]]}),
    ],
)
def test_bad_input_is_one_sentence(call):
    with pytest.raises(InputError, match="expected|a fit needs"):
        call()


def test_the_error_of_a_rate_is_that_of_the_mean_of_its_steps():
    """Steps of the logarithm with independent errors of 0.01: the mean of 1600 has the error 0.01/40."""
    rng = np.random.default_rng(3)
    rates, errors = [], []
    for _ in range(60):
        steps = np.concatenate([[np.log(1e-3)], -0.1 + 0.01 * rng.standard_normal(1600)])
        rate, error = tail_rate(np.exp(np.concatenate([[0.0], np.cumsum(steps)])))
        rates.append(np.log(rate))
        errors.append(error / rate)
    assert np.mean(rates) == pytest.approx(-0.1, abs=2e-4)
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(0.01 / 40, rel=0.15)
