"""The table of X, X+1 and X+2, growth from zero; and a wrong witness is refuted."""

from __future__ import annotations

from dataclasses import replace

import matplotlib
import pytest

from derivations import one_more_neuron
from symlandscape.evidence import Level

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(one_more_neuron, "MEMBERS", {"quick": ("F1", "A0")})
    monkeypatch.setattr(one_more_neuron, "SIZES", {"quick": {0: (5, 6), 1: (6, 8), 2: (8,)}})
    monkeypatch.setattr(one_more_neuron, "GROWN", (("F1", 6), ("A0", 8)))


def test_claims_are_certified_and_say_what_survives():
    claims = {claim.id: claim for claim in one_more_neuron.claims()}
    assert set(claims) == {
        "relu.neurons.F1+0", "relu.neurons.F1+1", "relu.neurons.F1+2", "relu.neurons.A0+0", "relu.neurons.A0+1",
        "relu.grow.F1.6", "relu.grow.A0.8",
    }  # fmt: skip
    assert {claim.level for claim in claims.values()} == {Level.CERTIFIED}
    assert claims["relu.neurons.F1+1"].latex.count("minimum") == 1
    assert dict(one_more_neuron.kinds("F1", 1, "quick")) == {6: "saddle", 8: "minimum"}
    assert dict(one_more_neuron.kinds("A0", 1, "quick")) == {6: "saddle", 8: "saddle"}


def test_a_wrong_slope_at_zero_is_refuted(monkeypatch):
    true = one_more_neuron.grown("F1", 6)
    monkeypatch.setattr(one_more_neuron, "grown", lambda name, d: replace(true, value=true.value * 2))
    assert one_more_neuron.grown_claim("F1", 6).level is Level.REFUTED


def test_the_map_has_a_line_for_each_family_and_number_of_rows():
    from matplotlib import pyplot

    (figure,) = one_more_neuron.figures()
    drawn, ax = pyplot.subplots()
    figure.draw(ax)
    texts = [t.get_text() for t in ax.get_yticklabels()]
    pyplot.close(drawn)
    assert texts == ["F1", "F1+1", "F1+2", "A0", "A0+1", "A0+2"]
