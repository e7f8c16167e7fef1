"""The claims about branches: certified folds, coefficients by two roads, figures that show what they say."""

from __future__ import annotations

from dataclasses import replace

import matplotlib
import numpy as np
import pytest

from derivations import branch_ends, branches
from symlandscape.check import check_document
from symlandscape.evidence import Claim, Level, Verdict

matplotlib.use("Agg")


@pytest.fixture(scope="module")
def found() -> dict[str, Claim]:
    """The claims about the daughter of A(7|q)."""
    made = [*branches.claims_of(7, "quick"), branches.lost(), branches.joins(7)]
    return {claim.id.removeprefix("relu.branch."): claim for claim in made}


def test_folds_are_certified_and_the_rest_is_checked(found):
    levels = {name: claim.level for name, claim in found.items()}
    assert {name for name, level in levels.items() if level is Level.CHECKED} == {"7.daughter", "7.joins"}
    assert {name for name, level in levels.items() if level is Level.CERTIFIED} == {
        "7.mother", "7.fold0", "7.fold1", "7.lost",
    }  # fmt: skip
    assert len(levels) == 6


def test_statements_carry_the_digits(found):
    text = {name: claim.latex.replace(r"\,", "") for name, claim in found.items()}
    assert "18.7295035760377" in text["7.fold0"] and "23.6426753577819" in text["7.fold1"]
    assert "19.743232671410" in text["7.mother"] and "20.53" in text["7.lost"] and "14.10317" in text["7.joins"]


def test_a_wrong_coefficient_is_refuted():
    one = branches.shed(7)
    assert branches.coefficients(one).level is Level.CHECKED
    turn = replace(one.branching, quadratic=one.branching.quadratic * 1.01)
    assert branches.coefficients(replace(one, branching=turn)).level is Level.REFUTED


def test_the_folds_have_certificates_that_hold():
    named = dict(branches.certificates())
    assert list(named) == ["fold 0 of A(7|q)", "fold 1 of A(7|q)"]
    assert all(check_document(c.document()).verdict == "holds" for c in named.values())
    other = replace(branches.folds(7)[0], coordinates=branches.folds(7)[1].coordinates)
    assert branches.checker_finds(7, other) is Verdict.NO


def test_a_meeting_at_another_place_is_refuted_and_none_leaves_the_claim_open(monkeypatch):
    monkeypatch.setitem(branches.MEETS, 7, (14, 15))
    monkeypatch.setattr(branches, "met_family", lambda path, event: None)
    assert branches.joins(7).level is Level.UNDECIDED
    monkeypatch.setattr(branches, "met_family", lambda path, event: "F6")
    late = [replace(e, d=e.d + 0.01) for e in branches.shed(7).path.events if e.kind == "meeting"]
    one = branches.shed(7)
    monkeypatch.setattr(branches, "shed", lambda p: replace(one, path=replace(one.path, events=tuple(late))))
    assert branches.joins(7).level is Level.REFUTED


def test_the_diagram_joins_both_families_and_marks_the_minima():
    from matplotlib import pyplot

    first, second, losses, graph = branches.figures()
    drawn, ax = pyplot.subplots()
    first.draw(ax)
    stars = sorted(line.get_xdata()[0] for line in ax.lines if line.get_marker() == "*" and len(line.get_xdata()))
    dots = [line.get_xdata()[0] for line in ax.lines if line.get_color() == "0.1" and len(line.get_xdata())]
    folds = sorted(line.get_xdata()[0] for line in ax.lines if line.get_marker() == "D" and len(line.get_xdata()))
    texts = [text.get_text() for text in ax.texts]
    pyplot.close(drawn)
    assert sorted(set(np.round(stars, 4))) == [14.1032, 19.7432] and dots == [19.0, 20.0]
    assert folds == pytest.approx([18.729504, 23.642675], abs=1e-5)
    assert {"18.73", "23.64", "14.10", "19.74", "d = 19", "d = 20"} <= set(texts) and len(texts) == len(set(texts))
    assert all(figure.question.endswith("?") for figure in (first, second, losses, graph))


@pytest.fixture(scope="module")
def ends() -> dict[str, Claim]:
    """The claims about daughters of F1 and A0."""
    return {claim.id.removeprefix("relu.branch."): claim for claim in branch_ends.claims("quick")}


def test_daughters_are_followed_to_both_ends(ends):
    levels = {name: claim.level.value for name, claim in ends.items()}
    assert levels == {
        "F1.s0.1": "checked", "F1.s0.1.saddles": "certified", "F1.s0.1.far": "checked", "F1.s0.1.joins": "checked",
        "A0.x0.1-1": "checked", "A0.x0.1-1.saddles": "certified", "A0.x0.1-1.far": "checked", "A0.dies": "checked",
    }  # fmt: skip
    assert "supercritical pitchfork" in ends["A0.x0.1-1"].latex and "6.64410" in ends["A0.dies"].latex


def test_the_limit_is_the_least_of_its_parabola():
    kappa = 1 / (2 * np.pi)
    loss = lambda a: a * a * (0.5 - 2 * kappa) - a * kappa * (4 + np.pi - 4 * np.sqrt(2)) + 0.25 - kappa  # noqa: E731
    best = min(np.linspace(0.6, 0.7, 1001), key=loss)
    assert loss(best) == pytest.approx(branch_ends.limit(), abs=1e-8)
    (up,) = [one for one in branch_ends.followed("F1", "s0", ((1,),)) if one.path.end.kind == "range"]
    names = [c.name for c in up.path.line.generic.coordinates]
    assert abs(up.path.samples[-1].point[names.index("a[1]")]) == pytest.approx(best, abs=2e-3)


def test_wrong_ends_are_refuted(monkeypatch):
    monkeypatch.setattr(branch_ends, "limit", lambda: 0.0141)
    one = branch_ends.followed("F1", "s0", ((1,),))[0]
    assert branch_ends.far(one, "x").level is Level.REFUTED
    down = branch_ends.followed("F1", "s0", ((1,),))[1]
    assert branch_ends.joins(down, "x", "A1", 4).level is Level.CHECKED
    assert branch_ends.joins(down, "x", "F1", 4).level is Level.REFUTED
    monkeypatch.setattr(branch_ends, "slope_of_growth", lambda d: d - 6.645)
    assert branch_ends.death().level is Level.REFUTED


@pytest.mark.full
def test_every_claim_of_the_full_profile_holds_and_the_graph_joins_a_and_f():
    import networkx

    found = {c.id: c for module in (branches, branch_ends) for c in module.claims("full")}
    assert all(c.level in (Level.CERTIFIED, Level.CHECKED) for c in found.values())
    assert "15.60258" in found["relu.branch.8.joins"].latex.replace(r"\,", "")
    graph = branches.bifurcation_graph([branches.shed(7), branches.shed(8)])
    assert networkx.has_path(graph, "A[flipped=7]", "F6") and networkx.has_path(graph, "A[flipped=8]", "F7")
