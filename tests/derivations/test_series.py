"""The claims about series: formal solutions proved, asymptotics checked at huge d, red when a coefficient is wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from derivations import series as derivation
from symlandscape.arith.pi_field import PiFraction
from symlandscape.arith.power_series import Series
from symlandscape.evidence import Level


@pytest.fixture(autouse=True)
def one_short_series(monkeypatch):
    monkeypatch.setattr(derivation, "NAMES", {"quick": (("A0", 3),)})


def test_the_formal_solution_is_proved_and_the_asymptotics_are_checked():
    formal, asymptotic = derivation.claims()
    assert formal.level is Level.PROVED
    assert asymptotic.level is Level.CHECKED
    assert len(asymptotic.checks) >= 8


def test_a_wrong_coefficient_is_refuted(monkeypatch):
    right = derivation.expansion("A0", 3)
    wrong = right.loss + Series(2, [PiFraction.of(1)], None, right.loss.length)
    monkeypatch.setattr(derivation, "expansion", lambda name, order: replace(right, loss=wrong))
    assert list(derivation.claims())[1].level is Level.REFUTED


def test_a_residual_below_the_order_is_refuted(monkeypatch):
    right = derivation.expansion("A0", 3)
    monkeypatch.setattr(derivation, "expansion", lambda name, order: replace(right, residual=(2, 2)))
    assert next(iter(derivation.claims())).level is Level.REFUTED


def test_formulas_carry_the_level_of_the_comparison():
    (formula,) = derivation.formulas()
    assert formula.level is Level.CHECKED
    assert formula.latex.startswith(r"\begin{align*}")
