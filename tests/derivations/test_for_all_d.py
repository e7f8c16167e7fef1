"""The theorems for all d as claims."""

from __future__ import annotations

from dataclasses import replace

import pytest

from derivations import for_all_d
from symlandscape.evidence import Level, Verdict


@pytest.fixture(autouse=True)
def one_short_case(monkeypatch):
    monkeypatch.setattr(for_all_d, "CASES", {"quick": (("A0", 5, 36, 8),)})


def test_a0_is_claimed_for_every_real_d():
    theorem, points = for_all_d.claims()
    assert theorem.level is Level.CERTIFIED
    assert points.level is Level.CERTIFIED
    assert "5.7638127349195711669" in theorem.latex


def test_an_unfinished_proof_is_undecided(monkeypatch):
    right = for_all_d.theorem("A0", 5, 36, 8)
    unfinished = replace(right, verdict=Verdict.UNDECIDED, reason="not linked")
    monkeypatch.setattr(for_all_d, "theorem", lambda *_: unfinished)
    assert next(iter(for_all_d.claims())).level is Level.UNDECIDED


def test_a_saddle_on_the_half_line_is_refuted(monkeypatch):
    from fractions import Fraction

    monkeypatch.setattr(for_all_d, "PROBES", (Fraction(11, 2),))
    assert list(for_all_d.claims())[1].level is Level.REFUTED
