"""The claims about orthogonal targets of different lengths; and each comparison can fail."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import matplotlib
import pytest

from derivations import weighted_targets
from symlandscape.check import check_document
from symlandscape.evidence import Level, Verdict

matplotlib.use("Agg")
CROSSING = ("F1", 6, "flipped", "1", "5/4")
FOLD = ("F1", 6, "kept", "15/16", "1")


@pytest.fixture(autouse=True)
def two_paths(monkeypatch):
    monkeypatch.setattr(weighted_targets, "PATHS", {"quick": (CROSSING, FOLD)})
    monkeypatch.setattr(weighted_targets, "REACHED", (6, Fraction(1, 2), 40))


def test_claims_have_their_levels():
    levels = {claim.id: claim.level for claim in weighted_targets.claims()}
    assert levels == {
        "relu.lengths.rotation": Level.PROVED,
        "relu.lengths.scaling": Level.PROVED,
        "relu.lengths.blocks": Level.CHECKED,
        "relu.lengths.F1.6.flipped.0": Level.CERTIFIED,
        "relu.lengths.F1.6.kept.0": Level.CERTIFIED,
        "relu.lengths.reached": Level.CHECKED,
        "relu.lengths.reached.minima": Level.CERTIFIED,
    }
    named = list(weighted_targets.certificates())
    assert len(named) == 2 and all(check_document(c.document()).verdict == "holds" for _, c in named)


def test_an_event_elsewhere_and_a_missing_certificate_are_noticed():
    (crossing,), (fold,) = (weighted_targets.path(case).events for case in (CROSSING, FOLD))
    far = replace(crossing, value=crossing.value + 0.05)
    assert weighted_targets.event_claim(CROSSING, 0, far).level is Level.REFUTED
    assert weighted_targets.sides(FOLD, replace(fold, value=fold.value + 0.01))[0].level is Level.REFUTED
    point = weighted_targets.beside(CROSSING, Fraction(6, 5))
    assert weighted_targets.rechecked(replace(point, certificate=None)) is Verdict.UNDECIDED


def test_the_figure_shows_crossings_and_folds():
    from matplotlib import pyplot

    (figure,) = weighted_targets.figures()
    drawn, ax = pyplot.subplots()
    figure.draw(ax)
    texts = {t.get_text() for t in ax.get_legend().get_texts()}
    pyplot.close(drawn)
    assert texts == {"F1, flipped target: s0", "F1, kept target: fold"}
