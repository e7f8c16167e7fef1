"""Minimisers against formulas: certified ends, agreeing losses, published shares; and each comparison can fail."""

from __future__ import annotations

from dataclasses import replace

import pytest

from derivations import random_starts
from symlandscape.evidence import Claim, Level, Verdict
from symlandscape.relu import Discovery

_search = random_starts.search


@pytest.fixture
def some(monkeypatch) -> None:
    """Fewer starts, d = 6 and 7 only, and the fast method in place of plain gradient descent."""
    monkeypatch.setattr(random_starts, "SIZES", (6, 7))
    monkeypatch.setattr(random_starts, "starts_of", lambda profile: 256)
    monkeypatch.setattr(random_starts, "search", lambda d, method, starts, seed: _search(d, "lbfgs", 256, seed))


def search(d: int) -> Discovery:
    return _search(d, "lbfgs", 256, 0)


def claims() -> dict[str, Claim]:
    return {claim.id: claim for claim in random_starts.claims()}


def test_ends_are_certified_and_their_losses_are_those_of_the_families(some):
    levels = {name: claim.level for name, claim in claims().items()}
    assert levels == {
        "relu.ends.6": Level.CERTIFIED,
        "relu.reached.6": Level.CHECKED,
        "relu.ends.7": Level.CERTIFIED,
        "relu.reached.7": Level.CHECKED,
        "relu.F1.5": Level.CERTIFIED,
        "relu.saddle-avoided": Level.ESTIMATED,
        "relu.shares.8": Level.ESTIMATED,
    }


def test_counts_are_by_family():
    assert random_starts.counts(search(7)) == {"C0": 239, "F1": 17}
    nameless = replace(search(7).points[1], point=None)
    found = replace(search(7), points=(search(7).points[0], nameless))
    assert random_starts.counts(found) == {"C0": 239, "[Delta(S_6 x S_1)]": 17}


def test_a_loss_off_the_branch_is_refuted(monkeypatch):
    (good,) = random_starts.same_losses(search(7))
    assert good.level is Level.CHECKED
    monkeypatch.setattr(random_starts.backends, "relu_loss", lambda W: 0.0232027149137)
    (bad,) = random_starts.same_losses(search(7))
    assert bad.level is Level.REFUTED


def test_an_end_point_without_certificate_leaves_the_claim_open():
    found = search(7)
    assert random_starts.certified_ends(found).level is Level.CERTIFIED
    assert random_starts.certified_ends(replace(found, converged=255)).level is Level.UNDECIDED
    open_end = replace(found.points[1], point=replace(found.points[1].point, existence=Verdict.UNDECIDED))
    assert random_starts.certified_ends(replace(found, points=(found.points[0], open_end))).level is Level.UNDECIDED


def test_a_start_that_ends_at_the_saddle_would_refute(monkeypatch):
    monkeypatch.setattr(random_starts, "search", lambda *rest: search(7))
    assert random_starts.saddle_never_reached(0, 256).level is Level.REFUTED


def test_shares_far_from_the_published_ones_are_refuted():
    found = replace(search(7), inputs=8, starts=256)
    (check,) = random_starts.shares(replace(found, counts=(224, 32)))
    assert check.level is Level.ESTIMATED
    (check,) = random_starts.shares(replace(found, counts=(100, 156)))
    assert check.level is Level.REFUTED


def test_two_figures_are_offered_and_each_asks_a_question():
    offered = list(random_starts.figures())
    assert len(offered) == 2 and all(figure.question.endswith("?") for figure in offered)


@pytest.mark.full
def test_plain_gradient_descent_has_the_published_shares_at_d_8():
    checks = list(random_starts.shares(_search(8, "gd", 256, 0)))
    assert [check.level for check in checks] == [Level.ESTIMATED]
