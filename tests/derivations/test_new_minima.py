"""The claims about minima of no family: certified, told apart, reached by descent."""

from __future__ import annotations

import pytest

from derivations import branches, new_minima
from symlandscape.check import check_document
from symlandscape.evidence import Claim, Level, Verdict


@pytest.fixture(scope="module")
def found() -> dict[str, Claim]:
    """The claims about the minima on the daughter of A(7|q)."""
    return {c.id.removeprefix("relu.branch."): c for d in branches.MINIMA[7] for c in new_minima.claims_at(7, d)}


def test_minima_are_certified_and_descents_checked(found):
    assert {name: claim.level.value for name, claim in found.items()} == {
        "7.minimum.19": "certified", "7.new.19": "certified", "reached.19": "checked",
        "7.minimum.20": "certified", "7.new.20": "certified", "reached.20": "checked",
    }  # fmt: skip
    text = {name: claim.latex.replace(r"\,", "") for name, claim in found.items()}
    assert "0.0597534191119108" in text["7.minimum.20"] and "0.0600542225854528" in text["7.minimum.19"]


def test_another_loss_reached_by_descent_is_refuted(monkeypatch):
    monkeypatch.setattr(new_minima, "reached", lambda d: (1, 0.05975341911))
    claims = {c.id: c for c in new_minima.claims_at(7, 20)}
    assert claims["relu.branch.reached.20"].level is Level.REFUTED
    monkeypatch.setattr(new_minima, "reached", lambda d: (0, float("nan")))
    claims = {c.id: c for c in new_minima.claims_at(7, 20)}
    assert claims["relu.branch.reached.20"].level is Level.UNDECIDED


def test_without_a_minimum_the_claims_are_open(monkeypatch):
    monkeypatch.setattr(new_minima, "minimum", lambda p, d: None)
    assert {c.level for c in new_minima.claims_at(8, 21)} == {Level.UNDECIDED}


def test_two_lengths_of_rows_prove_nothing():
    from symlandscape.relu import family

    assert new_minima.three_lengths(branches.minimum(7, 20)) is Verdict.YES
    assert new_minima.three_lengths(family("A3").at(9)) is Verdict.UNDECIDED


def test_the_certificates_hold(monkeypatch):
    monkeypatch.setattr(new_minima, "MINIMA", {7: (19, 20)})
    named = list(new_minima.certificates())
    assert [name for name, _ in named] == ["minimum 12-6-1", "minimum 13-6-1"]
    assert all(check_document(c.document()).verdict == "holds" for _, c in named)


@pytest.mark.full
def test_every_claim_of_the_full_profile_holds():
    assert all(c.level in (Level.CERTIFIED, Level.CHECKED) for c in new_minima.claims("full"))
