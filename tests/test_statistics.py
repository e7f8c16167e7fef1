"""Estimates, intervals and fits against hand computations and their own coverage."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symlandscape.errors import InputError
from symlandscape.statistics import estimate, fit_exponent, standard_error, wilson_interval, z_score


def test_standard_error_of_three_samples() -> None:
    assert standard_error([1.0, 2.0, 3.0]) == pytest.approx(1 / math.sqrt(3))
    assert estimate([1.0, 2.0, 3.0]).z(2.0) == 0.0


def test_z_score_counts_standard_errors() -> None:
    assert z_score(1.5, 1.0, 0.25) == 2.0
    assert z_score(1.0, 1.0, 0.0) == 0.0
    assert z_score(0.0, 1.0, 0.0) == -math.inf


@given(st.integers(1, 10**6), st.data())
def test_wilson_interval_contains_the_share_and_solves_its_equation(trials: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, trials))
    low, high = wilson_interval(successes, trials)
    share = successes / trials
    assert 0.0 <= low <= share <= high <= 1.0
    for p in (low, high):
        if 0.0 < p < 1.0 and 0 < successes < trials:
            assert abs(share - p) == pytest.approx(1.959963984540054 * math.sqrt(p * (1 - p) / trials), rel=1e-6)


def test_wilson_interval_at_zero_successes() -> None:
    z2 = 1.959963984540054**2
    assert wilson_interval(0, 10) == pytest.approx((0.0, z2 / (10 + z2)))


def test_a_power_law_is_found_exactly() -> None:
    x = np.array([1.0, 2.0, 5.0, 9.0])
    fit = fit_exponent(x, 3.0 * x**-1.5)
    assert fit.exponent == pytest.approx(-1.5)
    assert fit.intercept == pytest.approx(math.log(3.0))
    assert fit.error < 1e-12
    assert fit.chi2 is None


def test_the_error_of_the_exponent_covers_the_truth() -> None:
    rng = np.random.default_rng(0)
    x = np.array([16.0, 32.0, 64.0, 128.0])
    scores = []
    for _ in range(400):
        y = 2.0 / x
        sigma = 0.05 * y
        fit = fit_exponent(x, y + sigma * rng.standard_normal(4), sigma)
        scores.append((fit.exponent + 1.0) / fit.error)
    assert np.std(scores) == pytest.approx(1.0, abs=0.12)
    assert abs(np.mean(scores)) < 0.2


@pytest.mark.parametrize(
    "call",
    [
        lambda: standard_error([1.0]),
        lambda: z_score(1.0, 1.0, -1.0),
        lambda: wilson_interval(3, 2),
        lambda: wilson_interval(1, 2, 1.0),
        lambda: fit_exponent([1.0, 2.0], [1.0, 2.0]),
        lambda: fit_exponent([1.0, 2.0, 3.0], [1.0, -2.0, 3.0]),
        lambda: fit_exponent([2.0, 2.0, 2.0], [1.0, 2.0, 3.0]),
        lambda: fit_exponent([1.0, 2.0], [1.0, 2.0], [0.1, 0.0]),
    ],
)
def test_misuse_is_refused(call: object) -> None:
    with pytest.raises(InputError, match="expected"):
        call()  # type: ignore[operator]
