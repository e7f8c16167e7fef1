"""Mixtures: exact weights, exact derivatives, one sentence for what is no mixture."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symlandscape.errors import InputError
from symlandscape.spinglass import Mixture, as_mixture, pure

parts = st.dictionaries(st.integers(2, 30), st.integers(1, 50), min_size=1, max_size=4)


@given(parts)
def test_a_mixture_reads_back_from_its_text_and_its_variance_is_not_negative(weights):
    total = sum(weights.values())
    model = as_mixture({p: Fraction(w, total) for p, w in weights.items()})
    assert as_mixture(str(model)) == model
    assert model.derivative(0) == 1 and model.nu1 >= 2 and model.nu2 >= model.nu1
    assert model.alpha2 >= 0 and (model.alpha2 == 0) is (model.degree is not None)


@pytest.mark.parametrize("p", [2, 3, 17, 10**30])
def test_a_pure_model_has_derivatives_p_and_p_times_p_less_1(p):
    assert (pure(p).nu1, pure(p).nu2, pure(p).rho) == (p, p * (p - 1), p - 1)


def test_derivatives_at_other_points_are_those_of_the_polynomial():
    model = as_mixture("2:1/4,3:3/4")
    x = Fraction(1, 3)
    assert model.derivative(0, x) == x**2 / 4 + 3 * x**3 / 4
    assert model.derivative(2, x) == Fraction(1, 2) + Fraction(9, 2) * x
    assert model.derivative(3, x) == Fraction(9, 2) and model.derivative(4, x) == 0


def test_weights_of_zero_are_left_out_and_decimals_are_exact():
    assert as_mixture("3:0.1,4:0.9,7:0") == Mixture(((3, Fraction(1, 10)), (4, Fraction(9, 10))))


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("3:1/2,4:1/4", "normalised they are 3:2/3,4:1/3"),
        ("3:-1,4:2", "a variance is not negative"),
        ("1:1", "integer >= 2"),
        (1, "integer >= 2"),
        ("5/2:1", "integer >= 2"),
        ("3:1/2,3:1/2", "twice"),
        ("3", "degree:weight"),
        ("3:1:1", "degree:weight"),
        ("", "degree:weight"),
        ("3:0", "none above 0"),
        ("3:x", "expected an integer"),
        (True, "truth value"),
        (3.0, "float"),
        (f"1{'0' * 400}:1", "below 10"),
        ("3:1/2,1000001:1/2", "up to 1000000"),
    ],
)
def test_what_is_no_mixture_is_refused_in_one_sentence(model, said):
    with pytest.raises(InputError, match=said):
        as_mixture(model)
