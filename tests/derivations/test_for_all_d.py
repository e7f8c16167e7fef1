"""The theorems for all d as claims: stored certificates are re-verified, and a damaged one proves nothing."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from fractions import Fraction

import pytest

from derivations import for_all_d
from symlandscape.evidence import Level, Verdict
from tests.check.forgery import sealed

CASE = ("A0", 5, 36, 8)


@pytest.fixture(autouse=True)
def one_case(monkeypatch):
    monkeypatch.setattr(for_all_d, "CASES", (CASE,))


@pytest.fixture
def folder(monkeypatch, tmp_path):
    """A copy of the stored certificates that a test may damage, and nothing kept from before."""
    shutil.copytree(for_all_d.FOLDER, tmp_path / "certificates")
    monkeypatch.setattr(for_all_d, "FOLDER", tmp_path / "certificates")
    for function in (for_all_d.stored, for_all_d.rechecked):
        function.cache_clear()
    yield tmp_path / "certificates"
    for function in (for_all_d.stored, for_all_d.rechecked):
        function.cache_clear()


def test_a0_is_claimed_for_every_real_d():
    theorem, points = for_all_d.claims()
    assert theorem.level is Level.CERTIFIED
    assert points.level is Level.CERTIFIED
    assert "5.7638127349195711669" in theorem.latex


def test_all_five_certificates_are_stored_and_small():
    files = {path.name: path.stat().st_size for path in for_all_d.FOLDER.glob("theorem-*.json")}
    assert set(files) == {f"theorem-{name}.json" for name in ("A0", "F1", "A1", "A2", "F2")}
    assert sum(files.values()) < 200_000
    assert [name for name, _ in for_all_d.certificates()] == ["theorem A0"]


@pytest.mark.parametrize("damage", ["missing", "cut", "no JSON", "digest", "forged", "another kind", "another family"])
def test_a_damaged_certificate_is_undecided_with_a_reason(folder, damage):
    path = for_all_d.path_of("A0")
    document = json.loads(path.read_text(encoding="utf-8"))
    if damage == "missing":
        path.unlink()
    elif damage == "another family":
        shutil.copy(for_all_d.path_of("F1"), path)
    elif damage in ("cut", "no JSON"):
        path.write_text(path.read_text(encoding="utf-8")[: 1000 if damage == "cut" else 0], encoding="utf-8")
    else:
        part = document["half_line"] if damage == "another kind" else document
        if damage != "another kind":
            part["cover"]["pieces"] = part["cover"]["pieces"][1:]
        path.write_text(json.dumps(part if damage == "digest" else sealed(part)), encoding="utf-8")
    claim = next(iter(for_all_d.claims()))
    assert claim.level is Level.UNDECIDED
    assert claim.checks[0].detail and "last threshold" in claim.latex


@pytest.mark.full
def test_the_full_profile_proves_the_theorem_anew():
    claim = next(iter(for_all_d.claims("full")))
    assert [check.level for check in claim.checks] == [Level.CERTIFIED, Level.CERTIFIED]


@pytest.mark.full
def test_an_unfinished_proof_is_undecided(monkeypatch):
    right = for_all_d.theorem(*CASE)
    unfinished = replace(right, verdict=Verdict.UNDECIDED, reason="not linked")
    monkeypatch.setattr(for_all_d, "theorem", lambda *_: unfinished)
    assert for_all_d.proved_anew(*CASE).level is Level.UNDECIDED
    monkeypatch.setattr(for_all_d, "theorem", lambda *_: replace(right, threshold=right.threshold + 1))
    assert for_all_d.proved_anew(*CASE).level is Level.UNDECIDED


def test_a_saddle_on_the_half_line_is_refuted(monkeypatch):
    monkeypatch.setattr(for_all_d, "PROBES", (Fraction(11, 2),))
    assert for_all_d.probes("A0").level is Level.REFUTED


@pytest.mark.full
def test_refreshing_writes_what_the_checker_confirms(folder):
    for_all_d.path_of("A0").unlink()
    for_all_d.refresh(["A0"])
    assert next(iter(for_all_d.claims())).level is Level.CERTIFIED
