"""Linear rates: the formulas against iteration matrices and against runs; bad input is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symlandscape.arith.balls import arb, workprec
from symlandscape.arith.conversions import mid_float
from symlandscape.errors import InputError
from symlandscape.evidence import Level
from symlandscape.relu import family
from symlandscape.relu.rates import (
    METHODS,
    best_rate,
    linear_rates,
    measured_rate,
    rate_at,
    run_errors,
    spectral_ends,
)


def radius(method: str, step: float, momentum: float, eigenvalue: float) -> float:
    """The spectral radius of the method's map on (position, velocity), written from the iteration."""
    lookahead, inertia = (momentum if method == "nesterov" else 0.0), (0.0 if method == "gd" else momentum)
    velocity = np.array([-step * eigenvalue, inertia - step * eigenvalue * lookahead])
    return float(np.max(np.abs(np.linalg.eigvals(np.array([np.array([1.0, 0.0]) + velocity, velocity])))))


@given(
    method=st.sampled_from(METHODS),
    step=st.floats(0.01, 3),
    momentum=st.floats(0, 0.95),
    ends=st.tuples(st.floats(0.01, 2), st.floats(1.01, 50)),
    inside=st.floats(0, 1),
)
def test_the_rate_is_the_largest_spectral_radius_on_the_interval(method, step, momentum, ends, inside):
    least, largest = ends[0], ends[0] * ends[1]
    ours = mid_float(rate_at(method, arb(step), arb(momentum), arb(least), arb(largest)))
    assert ours == pytest.approx(max(radius(method, step, momentum, x) for x in (least, largest)), rel=1e-6)
    assert radius(method, step, momentum, least + inside * (largest - least)) <= ours * (1 + 1e-6)


@given(
    method=st.sampled_from(METHODS),
    largest=st.floats(1.1, 500),
    step=st.floats(0.3, 2),
    momentum=st.floats(0, 0.99),
)
def test_no_other_constants_do_better(method, largest, step, momentum):
    best = best_rate(method, arb(1), arb(largest))
    other = rate_at(method, best.step * arb(step), arb(momentum), arb(1), arb(largest))
    assert not other < best.rate - arb("1e-6")
    assert rate_at(method, best.step, best.momentum, arb(1), arb(largest)).overlaps(best.rate)


def test_the_known_rates_at_condition_number_nine():
    with workprec(128):
        rates = {m: best_rate(m, arb(1), arb(9)).rate for m in METHODS}
        assert rates["gd"].overlaps(arb(4) / 5) and rates["heavy-ball"].overlaps(arb(1) / 2)
        assert rates["nesterov"].overlaps(1 - 2 / arb(28).sqrt())


def test_an_interval_of_one_point_is_solved_in_one_step():
    assert all(not best_rate(m, arb(2), arb(2)).rate > arb("1e-6") for m in METHODS)


def test_enclosures_at_a_minimum_are_tight_and_momentum_helps():
    rates = linear_rates(family("F1").at(6))
    assert rates["heavy-ball"].rate < rates["nesterov"].rate < rates["gd"].rate < 1
    assert all(r.rate.rad() < arb("1e-20") for r in rates.values())


@pytest.mark.parametrize("method", METHODS)
def test_a_run_at_a_minimum_converges_at_the_predicted_rate(method):
    point = family("F1").at(8)
    best = linear_rates(point)[method]
    found = measured_rate(point.matrix(), method, *best.floats, double=method != "gd")
    assert found.rate == pytest.approx(mid_float(best.rate), rel=1e-6 if method == "gd" else 3e-4)
    assert found.level is Level.ESTIMATED and found.errors[found.first] > found.errors[-1]


def test_runs_are_reproducible_and_depend_on_the_seed():
    W = family("C0").at(6).matrix()
    first, again, other = (run_errors(W, "gd", 0.5, seed=s, max_steps=5) for s in (1, 1, 2))
    assert np.array_equal(first, again) and not np.array_equal(first, other) and len(first) == 6


def test_a_saddle_has_no_rate():
    with pytest.raises(InputError, match="certified minimum"):
        spectral_ends(family("F1").at(5))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: best_rate("adam", arb(1), arb(2)), "a method among"),
        (lambda: best_rate("gd", arb(-1), arb(2)), "0 < mu <= L"),
        (lambda: best_rate("gd", arb(3), arb(2)), "0 < mu <= L"),
        (lambda: best_rate("gd", arb("nan"), arb(2)), "0 < mu <= L"),
        (lambda: rate_at("gd", arb(0), arb(0), arb(1), arb(2)), "step > 0"),
        (lambda: rate_at("heavy-ball", arb(1), arb(1), arb(1), arb(2)), "momentum < 1"),
        (lambda: run_errors(np.eye(3), "nesterov", 0.1, 1.5), "momentum < 1"),
        (lambda: run_errors(np.eye(3), "gd", 1e3), "moves away"),
        (lambda: measured_rate(np.eye(3), "gd", 0.5, max_steps=10), "a fit needs"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(call, message):
    with pytest.raises(InputError, match=message):
        call()
