"""The spectrum of the global minimum: proved for every d, held against LAPACK, refuted when a coefficient is wrong."""

from __future__ import annotations

import numpy as np
import pytest
import sympy

from derivations import global_minimum
from symlandscape.evidence import Claim, Level


def claims() -> dict[str, Claim]:
    return {claim.id: claim for claim in global_minimum.claims()}


def test_the_characteristic_polynomials_are_proved_and_the_numbers_checked():
    levels = {name: claim.level for name, claim in claims().items()}
    proved = {f"relu.identity.{label}": Level.PROVED for label in ("t", "s0", "x0", "y0")}
    assert levels == {**proved, "relu.identity.dense": Level.CHECKED}


def test_the_s_and_t_factors_are_the_quadratics_of_the_theory():
    d, l = global_minimum.d, global_minimum.l  # noqa: E741 - the field's letter
    c = 1 / (2 * sympy.pi)
    s = 16 * l**2 - (8 + 4 * d) * l + d + 1 + 8 * c - 16 * c**2
    assert sympy.rem(sympy.Poly(global_minimum.stated()["s0"], l), sympy.Poly(s, l)).is_zero
    assert global_minimum.stated()["x0"].subs(l, sympy.Rational(1, 4) - c) == 0
    assert global_minimum.stated()["y0"].subs(l, sympy.Rational(1, 4) + c) == 0


@pytest.mark.parametrize("n", [3, 5, 9])
def test_predicted_and_dense_spectrum_agree_at_small_d_too(n):
    predicted, dense = global_minimum.predicted_spectrum(n), global_minimum.dense_spectrum(n)
    assert len(predicted) == n * n and np.max(np.abs(predicted - dense)) < 1e-12 and dense[0] > 0


@pytest.mark.parametrize("label", ["t", "s0", "x0", "y0"])
def test_a_wrong_coefficient_is_refuted(monkeypatch, label):
    direct = global_minimum.stated()
    wrong = {**direct, label: direct[label] + sympy.Rational(1, 1000)}
    monkeypatch.setattr(global_minimum, "stated", lambda: wrong)
    found = claims()
    assert found[f"relu.identity.{label}"].level is Level.REFUTED
    assert found["relu.identity.dense"].level is Level.REFUTED
    others = {"t", "s0", "x0", "y0"} - {label}
    assert all(found[f"relu.identity.{other}"].level is Level.PROVED for other in others)


def test_a_root_that_is_not_positive_for_every_d_is_refuted(monkeypatch):
    l, d = global_minimum.l, global_minimum.d  # noqa: E741 - the field's letter
    monkeypatch.setattr(global_minimum, "stated", lambda: {"x0": l - d + 3})
    assert not global_minimum.positive("x0")
    monkeypatch.setattr(global_minimum, "stated", lambda: {"x0": l**2 - l})
    assert not global_minimum.positive("x0")


def test_each_formula_carries_the_level_of_its_claim():
    formulas = list(global_minimum.formulas())
    assert len(formulas) == 4 and {formula.level for formula in formulas} == {Level.PROVED}
