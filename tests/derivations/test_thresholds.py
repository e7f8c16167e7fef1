"""The claims about fractional dimensions: certified by balls and the checker, checked by a second road, drawn."""

from __future__ import annotations

from fractions import Fraction

import matplotlib
import pytest

from derivations import thresholds
from symlandscape.check import check_document
from symlandscape.evidence import Level

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def one_family_on_a_short_range(monkeypatch):
    monkeypatch.setattr(thresholds, "MEMBERS", ("A0",))
    monkeypatch.setattr(thresholds, "COVERED", {"quick": ("A0",)})
    monkeypatch.setattr(thresholds, "OTHER", {"quick": ()})
    monkeypatch.setattr(thresholds, "HIGH", {"quick": Fraction(7)})
    monkeypatch.setattr(thresholds, "LOW", Fraction(5))
    thresholds.crossings.cache_clear()
    yield
    thresholds.crossings.cache_clear()


def test_the_turning_point_is_certified_and_the_second_road_agrees():
    turning, complete = thresholds.claims()
    assert [c.level for c in turning.checks] == [Level.CERTIFIED, Level.CERTIFIED, Level.CHECKED]
    assert turning.checks[2].finding.agreeing > 35
    assert "5.76381273491957116692455955808" in turning.latex.replace(r"\,", "").replace(" ", "")
    assert complete.level is Level.CERTIFIED and "linked pieces" in complete.checks[0].detail


def test_a_wrong_threshold_is_refuted_by_the_second_road(monkeypatch):
    monkeypatch.setattr(thresholds, "second_road", lambda *_: Fraction("5.7638127349195"))
    assert next(iter(thresholds.claims())).level is Level.REFUTED


def test_the_certificates_hold():
    named = list(thresholds.certificates())
    assert [name for name, _ in named] == ["threshold of A0"]
    assert check_document(named[0][1].document()).verdict == "holds"


def test_the_figure_marks_the_crossing_on_zero():
    from matplotlib import pyplot

    figure = next(f for f in thresholds.figures() if f.name == "crossings-A0")
    drawn, ax = pyplot.subplots()
    figure.draw(ax)
    marks = [line.get_xydata()[0] for line in ax.lines if line.get_marker() == "o"]
    pyplot.close(drawn)
    assert len(marks) == 1 and marks[0] == pytest.approx([5.7638127, 0])
    assert {t.get_text() for t in ax.get_legend().get_texts()} == {"t", "s0", "x0", "y0"}


@pytest.mark.full
def test_both_parametrisations_lie_on_one_curve_of_thresholds(monkeypatch):
    from matplotlib import pyplot

    monkeypatch.setattr(thresholds, "OTHER", {"quick": ("F[kept=6]",)})
    monkeypatch.setattr(thresholds, "OTHER_HIGH", {"quick": Fraction(9)})
    monkeypatch.setattr(thresholds, "HIGH", {"quick": Fraction(10)})
    monkeypatch.setattr(thresholds, "SIZES", {"quick": {"F": (2, 3)}})
    points = thresholds.turnings("F", "quick")
    (_, _, p2, q2, _), (_, _, p3, q3, _), (way, label, p, q, up) = points
    assert (way, label, q, up) == ("F[kept=..]", "s0", 6, False)
    assert p2 < p < p3 and q2 < q < q3 and q == pytest.approx(q2 + (q3 - q2) * (p - p2) / (p3 - p2), abs=0.03)
    claim = next(c for c in thresholds.claims() if c.id == "relu.threshold.F.kept.6")
    assert claim.level is Level.CERTIFIED and "minimum into a saddle" in claim.latex
    drawn, ax = pyplot.subplots()
    next(f for f in thresholds.figures() if f.name == "thresholds-over-sizes-F").draw(ax)
    texts = [t.get_text() for t in ax.get_legend().get_texts()]
    pyplot.close(drawn)
    assert texts == ["s0 singular", "along F<p>", "along F[kept=..]", "integer sizes, minimum"]
