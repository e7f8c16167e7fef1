"""Thresholds against the slope, events in the slope; and each comparison can fail."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import matplotlib.pyplot as plt
import pytest

from derivations import slopes
from symlandscape.arith.conversions import mid_float
from symlandscape.evidence import Level, Verdict


@pytest.fixture
def some(monkeypatch) -> None:
    """Three slopes and two events."""
    monkeypatch.setitem(slopes.GRID, "quick", (Fraction(-1), Fraction(-1, 2), Fraction(1, 2)))
    monkeypatch.setitem(slopes.EVENTS, "quick", (("F1", 5), ("A0", 20)))


def test_claims_and_figure(some):
    found = {claim.id: claim for claim in slopes.claims()}
    assert {claim.level for claim in found.values()} == {Level.CERTIFIED, Level.PROVED, Level.CHECKED}
    assert found["relu.slope.A0.20.fold"].level is found["relu.slope.F1.5.s0"].level is Level.CERTIFIED
    assert "a minimum at" in found["relu.slope.F1.-1"].latex and "a saddle at" in found["relu.slope.A0.-1"].latex
    assert mid_float(slopes.turning("F1", Fraction(-1, 2), "quick").d) == pytest.approx(3.8404027419, abs=1e-9)
    assert mid_float(slopes.turning("F1", Fraction(1, 2), "quick").d) == pytest.approx(5.7610003678, abs=1e-9)
    names = [name for name, _ in slopes.certificates()]
    assert len(names) == 4 and not any("/" in name for name in names)
    (figure,) = slopes.figures()
    axes = plt.figure().subplots()
    figure.draw(axes)
    assert figure.question.endswith("?") and len(axes.lines) == 2 + 2
    plt.close("all")


def test_another_branch_is_refuted(monkeypatch):
    branch = slopes.path("A0", slopes.PATH_AT)
    moved = tuple(replace(s, point=s.point + 1e-3) for s in branch.samples)
    monkeypatch.setattr(slopes, "path", lambda name, d: replace(branch, samples=moved))
    assert slopes.same_branch("A0", Fraction(1, 2)).level is Level.REFUTED


def test_an_event_elsewhere_is_refuted():
    (event,) = slopes.path("F1", 5).events
    (check,) = slopes.sides("F1", 5, replace(event, value=event.value + 0.1))
    assert check.level is Level.REFUTED


def test_f1_has_not_arrived_before_slope_minus_one(monkeypatch):
    branch = slopes.path("F1", 5)
    monkeypatch.setattr(slopes, "path", lambda name, d: replace(branch, samples=branch.samples[1:]))
    assert slopes.arrival(5).level is Level.REFUTED


def test_verdicts_are_three_valued():
    assert slopes.kind_is("F1", 6, Fraction(0), "minimum") is Verdict.YES
    assert slopes.kind_is("F1", 5, Fraction(0), "minimum") is Verdict.NO
    threshold = slopes.turning("A0", Fraction(1, 2), "quick")
    assert slopes.checker_agrees(replace(threshold, certificate=None)) is Verdict.UNDECIDED


@pytest.mark.full
def test_every_claim_of_the_full_profile_holds():
    for claim in slopes.claims("full"):
        assert claim.level not in {Level.REFUTED, Level.UNDECIDED}, claim.id
