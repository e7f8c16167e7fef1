"""The claims about branches: certified folds and minima, second roads that can refute, figures that show what they
say.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import matplotlib
import pytest

from derivations import branches
from symlandscape.check import check_document
from symlandscape.evidence import Claim, Level, Verdict

matplotlib.use("Agg")


@pytest.fixture(scope="module", autouse=True)
def short():
    """The daughter followed no further than its second fold; what lies beyond is for the full run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(branches.RANGE, 7, (Fraction(37, 2), Fraction(24)))
        yield
    branches.shed.cache_clear()
    branches.folds.cache_clear()
    branches.points.cache_clear()


@pytest.fixture(scope="module")
def found(short) -> dict[str, Claim]:
    """The claims about the daughter of A(7|q)."""
    made = [*branches.claims_of(7, (19, 20), "quick"), next(branches.connection())]
    return {claim.id.removeprefix("relu.branch."): claim for claim in made}


def test_folds_and_minima_are_certified_and_the_rest_is_checked(found):
    levels = {name: claim.level for name, claim in found.items()}
    assert {name for name, level in levels.items() if level is Level.CHECKED} == {
        "7.daughter", "reached.19", "reached.20",
    }  # fmt: skip
    assert {name for name, level in levels.items() if level is Level.CERTIFIED} == {
        "7.mother", "7.fold0", "7.fold1", "7.minimum.19", "7.minimum.20", "7.new.19", "7.new.20", "7.lost",
    }  # fmt: skip
    assert len({claim.id for claim in found.values()}) == len(levels)


def test_statements_carry_the_digits(found):
    text = {name: claim.latex.replace(r"\,", "") for name, claim in found.items()}
    assert "18.7295035760377" in text["7.fold0"] and "23.6426753577819" in text["7.fold1"]
    assert "0.0597534191119108" in text["7.minimum.20"] and "0.0600542225854528" in text["7.minimum.19"]
    assert "19.743232671410" in text["7.mother"] and "20.53" in text["7.lost"]


def test_a_wrong_coefficient_is_refuted():
    one = branches.shed(7)
    assert branches.coefficients(one).level is Level.CHECKED
    turn = replace(one.branching, quadratic=one.branching.quadratic * 1.01)
    assert branches.coefficients(replace(one, branching=turn)).level is Level.REFUTED


def test_another_loss_reached_by_descent_is_refuted(monkeypatch):
    monkeypatch.setattr(branches, "reached", lambda d: (1, 0.05975341911))
    claims = {c.id: c for c in branches.claims_at(7, 20)}
    assert claims["relu.branch.reached.20"].level is Level.REFUTED
    monkeypatch.setattr(branches, "reached", lambda d: (0, float("nan")))
    claims = {c.id: c for c in branches.claims_at(7, 20)}
    assert claims["relu.branch.reached.20"].level is Level.UNDECIDED


def test_without_a_minimum_the_claims_are_open(monkeypatch):
    monkeypatch.setattr(branches, "minimum", lambda p, d: None)
    assert {c.level for c in branches.claims_at(8, 21)} == {Level.UNDECIDED}


def test_two_lengths_of_rows_prove_nothing():
    from symlandscape.relu import family

    assert branches.three_lengths(branches.minimum(7, 20)) is Verdict.YES
    assert branches.three_lengths(family("A3").at(9)) is Verdict.UNDECIDED


def test_daughters_of_a_named_threshold():
    kind, saddles = branches.other_daughters("A0", "x0", ((1, 1),))
    assert kind.level is Level.CHECKED and "supercritical pitchfork" in kind.latex
    assert saddles.level is Level.CERTIFIED


def test_the_certificates_hold(monkeypatch):
    monkeypatch.setattr(branches, "MINIMA", {7: (19, 20)})
    named = list(branches.certificates())
    assert [name for name, _ in named] == ["minimum 12-6-1", "minimum 13-6-1"]
    assert all(check_document(c.document()).verdict == "holds" for _, c in named)


def test_the_diagram_joins_both_families_and_marks_the_minima():
    from matplotlib import pyplot

    first, second, _ = branches.figures()
    drawn, ax = pyplot.subplots()
    first.draw(ax)
    stars = sorted(line.get_xdata()[0] for line in ax.lines if line.get_marker() == "*" and len(line.get_xdata()))
    dots = [line.get_xdata()[0] for line in ax.lines if line.get_color() == "0.1" and len(line.get_xdata())]
    folds = sorted(line.get_xdata()[0] for line in ax.lines if line.get_marker() == "D" and len(line.get_xdata()))
    pyplot.close(drawn)
    assert stars == pytest.approx([19.74323], abs=1e-4) and dots == [19.0, 20.0]
    assert folds == pytest.approx([18.729504, 23.642675], abs=1e-5)
    assert first.question.endswith("?") and second.question.endswith("?")


@pytest.mark.full
def test_every_claim_of_the_full_profile_holds_and_the_graph_joins_a_and_f(monkeypatch):
    import networkx

    monkeypatch.setitem(branches.RANGE, 7, (Fraction(14), Fraction(24)))
    for cached in (branches.shed, branches.folds, branches.points):
        cached.cache_clear()
    found = {c.id: c for c in branches.claims("full")}
    assert all(c.level in (Level.CERTIFIED, Level.CHECKED) for c in found.values())
    assert "14.10317" in found["relu.branch.7.joins"].latex.replace(r"\,", "")
    graph = branches.bifurcation_graph([branches.shed(7)])
    assert networkx.has_path(graph, "A[flipped=7]", "F6")
