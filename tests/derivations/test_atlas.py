"""The atlas's claims hold on a small range, and each goes red or open when an entry says something else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from derivations import atlas as derivation
from symlandscape.check import check_document
from symlandscape.evidence import Claim, Level, Verdict
from symlandscape.relu import Atlas, atlas
from symlandscape.relu.atlases import Cell


@pytest.fixture(scope="module")
def small() -> Atlas:
    return atlas(7)


@pytest.fixture
def use(monkeypatch, small):
    """Claims from an atlas, some of whose entries are replaced."""

    def claims(**changes: Cell) -> dict[str, Claim]:
        cells = tuple(changes.get(c.name, c) for c in small.cells)
        monkeypatch.setattr(derivation, "made", lambda profile: Atlas(small.upto, small.digits, cells))
        derivation.edge_certificates.cache_clear()
        return {claim.id.removeprefix("relu.atlas."): claim for claim in derivation.claims()}

    yield claims
    derivation.edge_certificates.cache_clear()


def test_every_claim_is_certified_and_the_second_road_agrees(use):
    found = use()
    assert {claim.level for claim in found.values()} == {Level.CERTIFIED}
    assert {c.level for claim in found.values() for c in claim.checks} == {Level.CERTIFIED, Level.CHECKED}
    assert r"p_q = 6\ (0 \le q \le 1)" in found["rule.A"].statement
    assert r"q_p = 5\ (p = 1)" in found["rule.F"].statement
    assert "there are } 3 " in found["minima.A"].statement
    for name, certificate in derivation.certificates():
        assert name.startswith("atlas ") and check_document(certificate.document()).verdict == "holds"
    assert len(list(derivation.certificates())) == 6


def test_a_wrong_entry_refutes(use, small):
    cell = small.cell("A", 3, 2)
    found = use(**{cell.name: replace(cell, morse_index=2)})
    assert found["index.A"].level is Level.REFUTED and found["minima.A"].level is Level.REFUTED
    assert found["rule.F"].level is Level.CERTIFIED
    zero = small.cell("A", 2, 2)
    assert use(**{zero.name: replace(zero, equals=None)})["zeros"].level is Level.REFUTED


def test_a_wrong_verdict_next_to_a_change_is_refuted_by_the_checker(use, small):
    cell = small.cell("F", 1, 4)
    found = use(**{cell.name: replace(cell, morse_index=0)})
    assert {c.name: c.level for c in found["rule.F"].checks}["independent checker"] is Level.REFUTED


def test_an_open_entry_leaves_the_claims_open(small):
    cells = list(small.of("A"))
    assert derivation.held(cells, lambda c: True) is Verdict.YES
    cells[3] = replace(cells[3], level="undecided", verdict="undecided")
    assert derivation.held(cells, lambda c: True) is Verdict.UNDECIDED
    assert derivation.held([], lambda c: True) is Verdict.UNDECIDED


def test_three_figures_are_offered_and_each_asks_a_question():
    offered = list(derivation.figures())
    assert len(offered) == 3 and all(figure.question.endswith("?") for figure in offered)


@pytest.mark.full
def test_the_rules_of_the_quick_profile_hold():
    assert {claim.level for claim in derivation.claims()} == {Level.CERTIFIED}
