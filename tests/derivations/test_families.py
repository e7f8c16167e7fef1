"""The families' claims: certified, re-checked, held against LAPACK; a false statement about them goes red."""

from __future__ import annotations

from dataclasses import replace

import mpmath
import pytest

from derivations import families
from symlandscape.arith.balls import arb
from symlandscape.check import check_document
from symlandscape.evidence import Certificate, Claim, Level, Verdict


@pytest.fixture
def some(monkeypatch) -> None:
    """A part of the claims that is quick."""
    monkeypatch.setattr(families, "MEMBERS", ("C0", "A0", "F1"))
    monkeypatch.setattr(families, "QUICK_D", ("6", "13/2", "1000000"))


def claims() -> dict[str, Claim]:
    return {claim.id: claim for claim in families.claims()}


def test_members_are_certified_and_limits_checked(some):
    found = claims()
    members = {name: c for name, c in found.items() if ".limit." not in name}
    assert len(members) == 9 and {c.level for c in members.values()} == {Level.CERTIFIED}
    limits = [c for name, c in found.items() if ".limit." in name]
    assert len(limits) == len(families.LIMITS) and {c.level for c in limits} == {Level.CHECKED}
    assert {check.level for claim in found.values() for check in claim.checks} == {Level.CERTIFIED, Level.CHECKED}


def test_three_roads_meet_at_small_d():
    names = [check.name for check in families.checks(families.member("F1", "6"))]
    assert names[1:] == ["independent checker", "gradient by inner products", "dense Hessian"]


def test_a_family_that_does_not_exist_there_makes_no_claim():
    assert families.member("A2", "2") is None


def test_statements_say_what_kind_of_point_it_is():
    assert r"\text{minimum}" in families.statement(families.member("F1", "6"), "6")
    assert r"\text{saddle}" in families.statement(families.member("A1", "6"), "6")
    assert families.statement(families.member("C0", "6"), "6").startswith("C_0")


def test_certificates_of_all_members_hold(some):
    offered = list(families.certificates())
    assert [name for name, _ in offered][:3] == ["C0 at 6", "C0 at 13/2", "C0 at 1000000"] and len(offered) == 9
    name, certificate = offered[-2]
    assert name == "F1 at 13/2" and check_document(certificate.document()).verdict == "holds"


@pytest.mark.parametrize("row", range(len(families.LIMITS)))
def test_a_wrong_limit_is_refuted(monkeypatch, row):
    name, quantity, text, limit = families.LIMITS[row]
    monkeypatch.setattr(families, "MEMBERS", ())
    monkeypatch.setattr(families, "LIMITS", ((name, quantity, text, lambda: limit() + mpmath.mpf("1e-9")),))
    (claim,) = claims().values()
    assert claim.level is Level.REFUTED


def test_a_false_certificate_refutes_the_member():
    point = families.member("F1", "6")
    body = {k: v for k, v in point.certificate.document().items() if k not in {"kind", "version", "sha256"}}
    lie = {**body, "verdict": "saddle", "morse_index": 4}
    false = Certificate(point.certificate.kind, point.certificate.version, lie)
    assert families.checker_agrees(replace(point, certificate=false)) is Verdict.NO
    levels = {check.name: check.level for check in families.checks(replace(point, certificate=false))}
    assert levels["independent checker"] is Level.REFUTED
    assert families.checker_agrees(replace(point, certificate=None)) is Verdict.UNDECIDED


def test_a_point_that_is_not_critical_is_refuted_by_the_second_road():
    point = families.member("A0", "6")
    moved = replace(point, coordinates=(point.coordinates[0] + arb("1e-6"), point.coordinates[1]))
    levels = {check.name: check.level for check in families.checks(moved)}
    assert levels["gradient by inner products"] is Level.REFUTED and levels["dense Hessian"] is Level.REFUTED


def test_the_curve_of_the_global_minimum_is_whole():
    points = families.curve("C0")
    assert points[0][0] == 3 and points[-1][0] == 40 and all(point.loss.contains(0) for _, point in points)


@pytest.mark.full
def test_curves_stop_where_the_family_meets_the_global_minimum():
    points = families.curve("A2")
    assert points[0][0] > 3 and all(not point.loss.contains(0) for _, point in points)


def test_five_figures_are_offered_and_each_asks_a_question():
    offered = list(families.figures())
    assert len(offered) == 5 and all(figure.question.endswith("?") for figure in offered)


@pytest.mark.full
def test_every_claim_of_the_full_profile_holds():
    for claim in families.claims("full"):
        assert claim.level in {Level.CERTIFIED, Level.CHECKED}, claim.id
        assert Level.REFUTED not in {check.level for check in claim.checks}
