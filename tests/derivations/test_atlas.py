"""The atlas's claims hold on a part of the stored atlas, each goes red or open when an entry says something else, and a
damaged file proves nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from derivations import _stored_atlas as kept
from derivations import atlas as derivation
from symlandscape.arith.balls import arb
from symlandscape.check import check_document
from symlandscape.evidence import Claim, Level, Verdict
from symlandscape.relu import Atlas, atlas, atlas_certificate
from symlandscape.relu.atlas_certificate import stated_atlas
from symlandscape.relu.atlases import Cell
from tests.check.forgery import forged, sealed
from tests.check.test_atlas_certificate import restricted, row

UPTO = 7


def forget() -> None:
    for function in (kept.stored, kept.rechecked, kept.known, kept.made):
        function.cache_clear()


@pytest.fixture
def small(monkeypatch, tmp_path) -> Iterator[Callable[..., dict[str, Claim]]]:
    """Claims from a stored part of the atlas that a test may change."""
    path = tmp_path / "atlas.json"
    monkeypatch.setattr(kept, "PATH", path)
    monkeypatch.setattr(derivation, "PATH", path)
    for module in (kept, derivation):
        monkeypatch.setattr(module, "UPTO", UPTO)

    def claims(text: str | None = None, profile: str = "quick") -> dict[str, Claim]:
        forget()
        path.write_text(json.dumps(restricted(UPTO)) if text is None else text, encoding="utf-8")
        return {claim.id.removeprefix("relu.atlas."): claim for claim in derivation.claims(profile)}

    yield claims
    forget()


@pytest.fixture
def use(monkeypatch, small):
    """Claims from an atlas, some of whose entries are replaced."""
    small()
    found = stated_atlas(restricted(UPTO))

    def claims(**changes: Cell) -> dict[str, Claim]:
        cells = tuple(changes.get(c.name, c) for c in found.cells)
        monkeypatch.setattr(derivation, "known", lambda: Atlas(UPTO, found.digits, cells))
        return {claim.id.removeprefix("relu.atlas."): claim for claim in derivation.claims()}

    return claims, found


def test_every_claim_is_certified_by_the_checker_and_lapack_agrees(small):
    found = small()
    assert {claim.level for claim in found.values()} == {Level.CERTIFIED}
    assert {c.level for claim in found.values() for c in claim.checks} == {Level.CERTIFIED, Level.CHECKED}
    assert r"p_q = 6\ (0 \le q \le 1)" in found["rule.A"].statement
    assert r"q_p = 5\ (p = 1)" in found["rule.F"].statement
    assert "there are } 3 " in found["minima.A"].statement
    ((name, certificate),) = derivation.certificates()
    assert name == f"atlas {UPTO}" and check_document(certificate.document()).verdict == "holds"
    assert len(list(derivation.figures())) == 3
    assert all(figure.question.endswith("?") for figure in derivation.figures())


def test_a_wrong_entry_refutes(use):
    claims, found = use
    cell = found.cell("A", 3, 2)
    changed = claims(**{cell.name: replace(cell, morse_index=2)})
    assert changed["index.A"].level is Level.REFUTED and changed["minima.A"].level is Level.REFUTED
    assert changed["rule.F"].level is Level.CERTIFIED
    zero = found.cell("A", 2, 2)
    assert claims(**{zero.name: replace(zero, equals=None)})["zeros"].level is Level.REFUTED
    twice = found.cell("A", 4, 2)
    assert claims(**{twice.name: replace(twice, equals="A(6|0)")})["differ"].level is Level.REFUTED
    end = found.cell("F", 3, 1)
    assert (
        claims(**{end.name: replace(end, end={"how": "C0", "at": "1", "radius": "0"})})["ends"].level is Level.REFUTED
    )


def test_an_open_entry_leaves_the_claims_open(use):
    cells = list(use[1].of("A"))
    assert derivation.held(cells, lambda c: True) is Verdict.UNDECIDED  # A(1|6) is not in the certificate
    cells = [c for c in cells if c.exists == "yes"]
    assert derivation.held(cells, lambda c: True) is Verdict.YES
    cells[3] = replace(cells[3], level="undecided", verdict="undecided")
    assert derivation.held(cells, lambda c: True) is Verdict.UNDECIDED
    assert derivation.held([], lambda c: True) is Verdict.UNDECIDED


DAMAGES: dict[str, Callable[[], str]] = {
    "empty": lambda: "",
    "cut": lambda: json.dumps(restricted(UPTO))[:3000],
    "no digest": lambda: json.dumps({**restricted(UPTO), "precision": 192}),
    "another range": lambda: json.dumps(restricted(UPTO - 1)),
    "another kind": lambda: json.dumps(forged(restricted(UPTO), kind="relu.theorem")),
    "a verdict": lambda: json.dumps(with_index(0)),
    "no index": lambda: json.dumps(with_index(None)),
    "no lists": lambda: json.dumps(forged(restricted(UPTO), points=None)),
}


def with_index(index: int | None) -> dict[str, object]:
    document = restricted(UPTO)
    row(document, "points", "A(3|2)")[1] = index
    return sealed(document)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_undecided_with_a_reason(small, damage):
    (claim,) = small(DAMAGES[damage]()).values()
    assert claim.level is Level.UNDECIDED and claim.checks[0].detail
    assert not list(derivation.figures())


def test_a_missing_file_is_undecided_with_a_reason(small, monkeypatch, tmp_path):
    small()
    forget()
    monkeypatch.setattr(kept, "PATH", tmp_path / "absent.json")
    (claim,) = derivation.claims()
    assert claim.level is Level.UNDECIDED and "expected a readable certificate" in claim.checks[0].detail
    assert not list(derivation.certificates())


def test_two_makings_agree_or_are_refuted():
    found = stated_atlas(restricted(4))
    last = found.cell("A", 1, 3)
    closed = tuple(replace(c, level="certified") if c == last else c for c in found.cells)
    anew = replace(found, cells=closed)
    assert kept.agree(found, anew) is Verdict.YES and kept.agree(found, found) is Verdict.UNDECIDED
    saddle, end = found.cell("A", 3, 1), found.cell("F", 2, 1)
    others = [
        replace(saddle, morse_index=2),
        replace(saddle, coordinates={**saddle.coordinates, "a[0]": "-0.5"}),
        replace(saddle, equals="A(4|0)"),
        replace(end, end={**end.end, "at": "1.44"}),
        replace(end, end=None),
    ]
    for other in others:
        cells = tuple(other if c.name == other.name else c for c in closed)
        assert kept.agree(found, replace(anew, cells=cells)) is Verdict.NO


def test_refreshing_writes_what_the_checker_confirms(small, monkeypatch):
    folds = {name: [arb((x, -64)) for x in numbers] for name, numbers in restricted(4)["folds"]}
    monkeypatch.setattr(atlas_certificate, "_fold", lambda _, cell: folds[cell.name])
    monkeypatch.setattr(derivation, "made", lambda: stated_atlas(restricted(4)))
    small("")
    derivation.refresh()
    assert json.loads(kept.PATH.read_text(encoding="utf-8")) == restricted(4)


@pytest.mark.full
def test_the_full_profile_makes_the_atlas_anew(small, monkeypatch):
    monkeypatch.setattr(derivation, "made", lambda: atlas(UPTO))
    found = small(profile="full")
    assert {claim.level for claim in found.values()} == {Level.CERTIFIED}
    assert all(len(claim.checks) >= 2 for claim in found.values())
    assert {c.name for c in found["minima.A"].checks} >= {"dense Hessian: least eigenvalue", derivation.ANEW}


@pytest.mark.full
def test_the_claims_on_the_whole_range_hold():
    forget()
    assert {claim.level for claim in derivation.claims()} == {Level.CERTIFIED}
