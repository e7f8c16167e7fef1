"""Splitting, thresholds of X+1 and the second layer; and each comparison can fail."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import matplotlib.pyplot as plt
import numpy as np
import pytest

from derivations import extra_neurons, second_layer
from symlandscape.arith.conversions import mid_float
from symlandscape.evidence import Level, Verdict


@pytest.fixture
def some(monkeypatch) -> None:
    """Fewer families."""
    monkeypatch.setattr(extra_neurons, "TURNING", {"F1": (6, 7)})
    monkeypatch.setattr(extra_neurons, "NEVER", {"quick": (5, 6)})
    monkeypatch.setattr(extra_neurons, "SPLIT_AT", (("F1", 6, 0), ("A1", 8, 0)))
    monkeypatch.setattr(extra_neurons, "DENSE_AT", (("F1", 6, 0, Fraction(0)),))


def test_claims_are_proved_or_certified(some):
    levels = {claim.id: claim.level for claim in extra_neurons.claims()}
    assert levels == {
        "relu.split": Level.PROVED,
        "relu.split.F1.6": Level.CERTIFIED,
        "relu.split.A1.8": Level.CERTIFIED,
        "relu.threshold.F1+1": Level.CERTIFIED,
        "relu.threshold.A0+1": Level.CERTIFIED,
    }
    assert mid_float(extra_neurons.turning("F1", "quick").d) == pytest.approx(6.6653633542250949649)
    ((name, _),) = extra_neurons.certificates()
    assert name == "threshold of F1+1"


def test_a_wrong_curvature_is_refuted_by_the_dense_hessian(monkeypatch):
    monkeypatch.setattr(extra_neurons, "SHARE", Fraction(1, 3))
    good = extra_neurons.dense_check("F1", 6, 0, Fraction(0))
    assert [c.level for c in good] == [Level.CHECKED] * 2
    tests = extra_neurons.splits("F1", 6, 0)
    false = tuple(replace(t, blocks=tuple(replace(b, negative=0) for b in t.blocks)) for t in tests)
    monkeypatch.setattr(extra_neurons, "splits", lambda *case: false)
    assert [c.level for c in extra_neurons.dense_check("F1", 6, 0, Fraction(0))] == [Level.CHECKED, Level.REFUTED]
    assert extra_neurons.split_claim("F1", 6, 0).level is Level.REFUTED


def test_a_missing_or_false_certificate_is_noticed():
    threshold = extra_neurons.turning("F1", "quick")
    assert extra_neurons.checker_agrees(threshold) is Verdict.YES
    assert extra_neurons.checker_agrees(replace(threshold, certificate=None)) is Verdict.UNDECIDED
    assert extra_neurons.kind_is(extra_neurons.member("F1", 6, 1), "minimum") is Verdict.NO


def test_the_second_layer_adds_exactly_k_zero_modes(monkeypatch):
    monkeypatch.setattr(second_layer, "LAYERED", (("F1", 6, 0),))
    levels = {claim.id: claim.level for claim in second_layer.claims()}
    assert levels == {
        "relu.second-layer.balance": Level.PROVED,
        "relu.second-layer.scalings": Level.PROVED,
        "relu.second-layer.hessian": Level.PROVED,
        "relu.second-layer.zero-modes": Level.CERTIFIED,
    }


def test_a_wrong_hessian_of_both_layers_is_refuted(monkeypatch):
    genuine = second_layer.two_layer_hessian
    monkeypatch.setattr(second_layer, "two_layer_hessian", lambda W: genuine(W) + 1e-6 * np.eye(W.size + len(W)))
    compiled, others = 1, (0, 2, 3)
    levels = [c.level for c in second_layer.layer_check("F1", 6, 0)]
    assert {levels[q] for q in others} == {Level.REFUTED} and levels[compiled] is Level.CHECKED


def test_a_wrong_compiled_hessian_of_both_layers_is_refuted(monkeypatch):
    genuine = second_layer.backends.network_hessian
    monkeypatch.setattr(second_layer.backends, "network_hessian", lambda *at: genuine(*at) * (1 + 1e-6))
    assert [c.level for c in second_layer.layer_check("F1", 6, 0)][1] is Level.REFUTED
    assert second_layer.scaling_gap(3, 2, 0) > 1e-8


def test_the_figure_has_one_line_for_each_neuron_type():
    (figure,) = extra_neurons.figures()
    axes = plt.figure().subplots()
    figure.draw(axes)
    assert figure.question.endswith("?") and len(axes.lines) == 6
    plt.close("all")


@pytest.mark.full
def test_every_claim_of_the_full_profile_holds():
    for claim in extra_neurons.claims("full"):
        assert claim.level in {Level.PROVED, Level.CERTIFIED}, claim.id
