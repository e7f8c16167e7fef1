"""Complexities: published digits, continuity where formulas meet, concavity, a ball that straddles the threshold."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symlandscape.arith.balls import arb, hull, workprec
from symlandscape.arith.conversions import mid_float, to_arb
from symlandscape.errors import InputError
from symlandscape.spinglass import as_mixture, complexity, pure
from symlandscape.spinglass.mixed_complexity import outlier_rate, sigma, sigma_slope
from symlandscape.spinglass.theta import edge_squared, prime_squared, regime, theta, theta_of_ball

REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "spinglass.json"
MODELS = ("3:1", "4:1", "3:1/2,4:1/2", "2:3/4,20:1/4")


def test_the_reference_digits_of_p_3_come_out():
    if not REFERENCE.is_file():
        pytest.skip("the reference digits (shared/reference/spinglass.json) are not beside this checkout")
    table = json.loads(REFERENCE.read_text(encoding="utf-8"))["p=3"]["complexity"]
    for energy, values in table.items():
        for name, digits in values.items():
            index = None if name == "theta" else int(name.removeprefix("theta_"))
            found = complexity(3, energy, index, 40).value
            with workprec(200):
                assert abs(found - arb(digits)) < arb("1e-29")


@given(st.fractions(-3, 1, max_denominator=1000), st.integers(0, 5), st.sampled_from(MODELS))
def test_a_higher_index_is_rarer_and_no_index_beats_all_together(u, k, text):
    model = as_mixture(text)
    with workprec(120):
        everything, lower, higher = theta(model, u), theta(model, u, k), theta(model, u, k + 1)
        assert not higher > lower and not lower > everything


@given(st.fractions(-3, 1, max_denominator=500), st.fractions(-3, 1, max_denominator=500), st.sampled_from(MODELS))
def test_counts_below_a_level_grow_and_their_rate_is_concave(u, v, text):
    model = as_mixture(text)
    for index in (None, 0, 2):
        with workprec(120):
            low, middle, high = (theta(model, x, index) for x in (min(u, v), (u + v) / 2, max(u, v)))
            assert not low > high and not low + high > 2 * middle


@pytest.mark.parametrize("text", MODELS)
@pytest.mark.parametrize("index", [None, 0, 3])
def test_the_formulas_meet_where_one_takes_over_from_the_next(text, index):
    model = as_mixture(text)
    with workprec(300):
        for square in (prime_squared(model), edge_squared(model)):
            near = Fraction(round(mid_float(to_arb(square).sqrt()) * 10**12), 10**12)
            step = Fraction(1, 10**9)
            below, above = theta(model, -near - step, index), theta(model, -near + step, index)
            assert abs(below - above) < arb("1e-8")


def test_a_ball_across_the_threshold_encloses_both_sides_and_stays_narrow():
    with workprec(200):
        edge = -to_arb(prime_squared(pure(3))).sqrt()
        assert regime(pure(3), Fraction(-163, 100), None) == "bulk"
        for index in (None, 0, 5):
            value = theta_of_ball(pure(3), edge, index)
            exact = arb(2).log() / 2 - arb(1) / 3
            assert value.contains(exact.mid()) or value.overlaps(exact)
            assert value.rad() < arb("1e-55")
        wide = theta_of_ball(pure(3), hull(arb(-2), arb(-1)), 0)
        assert wide.contains(theta(pure(3), Fraction(-17, 10), 0))


def test_p_2_has_complexity_0_down_to_its_edge():
    assert complexity(2, "-1.4").value.is_zero()
    assert complexity(2, "-1.5").value < 0


def test_a_rational_threshold_is_decided_exactly():
    model = as_mixture("2:1/2,3:1/2")
    assert prime_squared(model) == Fraction(31, 20) ** 2
    assert regime(model, Fraction(-31, 20), 0) == "outside"
    left, right = complexity(model, "-31/20", 0).value, complexity(model, "-31/20").value
    assert abs(left - right) < arb("1e-30")


def test_digits_are_as_many_as_asked_for():
    long = complexity(3, "-1.7", 1, 400)
    assert len(long.document()["value"]) > 395 and long.document()["level"] == "certified"
    assert long.value.overlaps(complexity(3, "-1.7", 1, 20).value)


@pytest.mark.parametrize("u", ["-2", "-1.7"])
def test_sigma_has_the_slope_that_is_stated_and_its_top_is_theta(u):
    model, step = as_mixture("3:1/2,4:1/2"), Fraction(1, 10**12)
    energy = Fraction(u)
    with workprec(250):
        for r in (Fraction(-9), Fraction(-13, 2), Fraction(1), Fraction(8)):
            difference = (sigma(model, energy, r + step) - sigma(model, energy, r - step)) / to_arb(2 * step)
            assert abs(difference - sigma_slope(model, energy, r)) < arb("1e-20")
            assert not sigma(model, energy, r) > theta(model, energy)
    assert sigma(model, energy, Fraction(0), 1) < arb("-1e1000")


def test_the_outlier_rate_is_0_in_the_bulk_and_straddles_safely():
    with workprec(100):
        assert outlier_rate(arb(2)).is_zero() and outlier_rate(arb(1)).is_zero()
        across = outlier_rate(hull(arb("1.9"), arb("2.1")))
        assert across.contains(outlier_rate(arb("2.05"))) and across.contains(0)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((3, "-1", -1), "index"),
        ((3, "-1", True), "index"),
        ((3, "u"), "expected an integer"),
        ((3, 0.5), "float"),
        ((1, "-1"), "degree"),
        ((3, "-1", 0, 0), "digits"),
        ((3, "-1", 0, 5000), "digits"),
        ((3, "-1e10000"), "12000 bits"),
        ((3, "1e-9999"), "12000 bits"),
    ],
)
def test_bad_input_is_one_sentence(arguments, said):
    with pytest.raises(InputError, match=said):
        complexity(*arguments)


def test_sigma_of_a_pure_model_is_refused():
    with pytest.raises(InputError, match="r = p u"):
        sigma(pure(3), Fraction(-1), Fraction(-3))
