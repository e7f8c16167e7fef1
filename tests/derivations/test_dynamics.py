"""Best constants proved, runs agreeing; and each comparison can fail."""

from __future__ import annotations

from dataclasses import replace

import matplotlib.pyplot as plt
import pytest
import sympy

from derivations import dynamics
from symlandscape.evidence import Level


def test_claims_of_two_minima(monkeypatch):
    monkeypatch.setattr(dynamics, "MEMBERS", (("C0", 6), ("F1", 6)))
    levels = {claim.id: claim.level for claim in dynamics.claims()}
    assert levels == {
        "relu.rates.best.gd": Level.PROVED,
        "relu.rates.best.heavy-ball": Level.PROVED,
        "relu.rates.best.nesterov": Level.PROVED,
        "relu.rates.C0.6": Level.CERTIFIED,
        "relu.rates.C0.6.other": Level.ESTIMATED,
        "relu.rates.F1.6": Level.CERTIFIED,
        "relu.rates.F1.6.other": Level.ESTIMATED,
    }


@pytest.mark.parametrize("method", dynamics.METHODS)
def test_other_constants_are_refuted(monkeypatch, method):
    step, momentum, rate = dynamics.best(method)
    monkeypatch.setattr(dynamics, "best", lambda m: (step * sympy.Rational(9, 10), momentum, rate))
    assert not dynamics.rate_is_attained(method)
    monkeypatch.setattr(dynamics, "best", lambda m: (step, momentum, rate * sympy.Rational(9, 10)))
    assert not dynamics.OPTIMAL[method]() and not dynamics.rate_is_attained(method)
    assert dynamics.formula_agrees(method).value == "no"


def test_a_wrong_recurrence_is_refuted(monkeypatch):
    monkeypatch.setitem(dynamics.STATED, "nesterov", dynamics.STATED["heavy-ball"])
    assert not dynamics.recurrence_is_derived("nesterov")


def test_a_run_at_another_rate_is_refuted(monkeypatch):
    point, known = dynamics.rates("F1", 6)
    false = {m: replace(r, rate=r.rate + 1e-2) for m, r in known.items()}
    monkeypatch.setattr(dynamics, "rates", lambda name, d: (point, false))
    assert {dynamics.best_run("F1", 6, m, 0).level for m in dynamics.METHODS} == {Level.REFUTED}


def test_formulas_and_figure_are_offered():
    assert [f.level for f in dynamics.formulas()] == [Level.PROVED] * 3
    (figure,) = dynamics.figures()
    axes = plt.figure().subplots()
    figure.draw(axes)
    assert figure.question.endswith("?") and len(axes.lines) == 6
    plt.close("all")


@pytest.mark.full
def test_every_claim_of_the_full_profile_holds():
    for claim in dynamics.claims("full"):
        assert claim.level in {Level.PROVED, Level.CERTIFIED, Level.ESTIMATED}, claim.id
