"""Crossings of the families in real d: reference values, both parametrisations, signs around them, ranges without."""

from __future__ import annotations

import json
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from symlandscape.arith.conversions import mid_float
from symlandscape.arith.decimals import outward
from symlandscape.errors import InputError
from symlandscape.evidence import Level
from symlandscape.relu import Thresholds, family, thresholds
from symlandscape.relu import branch_scan as scan
from symlandscape.relu.cover import cover, cover_branch
from symlandscape.relu.families import Family
from symlandscape.symmetry.pattern import Pattern

REFERENCE = Path(__file__).parents[2] / "../shared/reference/relu.json"


@cache
def found(name: str, low: Fraction = Fraction(2), high: Fraction = Fraction(12), digits: int = 30) -> Thresholds:
    return family(name).thresholds(digits, low, high)


def values(result: Thresholds) -> list[tuple[str, str]]:
    return [(t.label, outward(t.d, 12)[0]) for t in result.found]


def test_the_reference_thresholds_are_found_to_all_their_digits():
    if not REFERENCE.exists():
        pytest.skip("the reference numbers are not beside this checkout")
    for row in json.loads(REFERENCE.read_text())["thresholds"]:
        threshold = next(t for t in found(row["family"]).found if t.label == row["isotypic_component"])
        centre, radius = (Fraction(x) for x in outward(threshold.d, 30))
        assert abs(centre - Fraction(row["dimension"])) <= radius + Fraction(1, 10**32)
        assert threshold.becomes == "minimum" and threshold.level is Level.CERTIFIED and threshold.increasing


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("F1", [("s0", "5.58550524743")]),
        ("A0", [("y0", "2.10080542"), ("s0", "2.10757983382"), ("x0", "5.76381273492")]),
        ("F2", [("x0", "4.45283481294"), ("s0*s1", "5.00680323251"), ("s1", "6.01408901704"), ("s0", "7.56119049795")]),
    ],
)
def test_all_crossings_of_a_family_are_found_in_ascending_order(name, expected):
    assert values(found(name)) == expected


def test_the_signs_around_a_crossing_are_those_of_certified_points_on_both_sides():
    for t in found("F2").found:
        for side, d in enumerate((mid_float(t.d) - 1e-3, mid_float(t.d) + 1e-3)):
            point = family("F2").at(Fraction(d).limit_denominator(10**6), digits=15)
            assert {b.label: b.negative for b in point.spectrum} == {k: v[side] for k, v in t.negatives.items()}


def test_a_family_that_stops_being_a_minimum_is_told_so():
    (t,) = family("A[flipped=6]").thresholds(20, 12, 20).found
    assert (t.label, t.becomes, t.increasing) == ("s0", "saddle", False)
    assert t.negatives["s0"] == (0, 1) and outward(t.d, 10)[0] == "17.00523269"


def test_both_parametrisations_meet_on_one_curve_of_crossings():
    """s0 of A(p|q) is singular on a curve: p(q) at q = 11 and 12 from A11 and A12, and q at p = 6 from A[flipped=6]."""
    (t,) = family("A[flipped=6]").thresholds(20, 12, 20).found
    places = []
    for q in (11, 12):
        curve = found(f"A{q}", q + Fraction(28, 5), Fraction(q + 7), 12)
        (crossing,) = (c for c in curve.found if c.label == "s0")
        assert crossing.becomes == "minimum" and crossing.level is Level.CERTIFIED
        places.append(mid_float(crossing.d) - q)
    assert places[0] < 6 < places[1]
    between = 11 + (6 - places[0]) / (places[1] - places[0])
    assert between == pytest.approx(mid_float(t.d) - 6, abs=2e-3)
    assert [family(name).at(17, digits=10).verdict for name in ("A11", "A[flipped=6]")] == ["minimum", "minimum"]
    assert [family(name).at(18, digits=10).verdict for name in ("A12", "A[flipped=6]")] == ["saddle", "saddle"]


def test_blocks_that_cross_together_betray_more_symmetry_and_are_all_certified():
    """F with two kept rows is A0 with two rows exchanged, so its blocks are parts of A0's block x0."""
    result = found("F[kept=2]", low=Fraction(5), high=Fraction(7))
    assert {t.label for t in result.found} == {"s0", "s1", "x1", "s0*s1"}
    assert {outward(t.d, 20)[0] for t in result.found} == {outward(found("A0").found[-1].d, 20)[0]}
    for t in result.found:
        assert t.level is Level.CERTIFIED and t.becomes == "minimum" and len(t.together) == 3
        assert "more symmetry" in t.reason


def test_crossings_of_components_that_are_missing_at_the_next_integers_are_marked():
    absent = {t.label: t.absent_at for t in found("A0").found}
    assert absent == {"y0": (2, 3), "s0": (), "x0": ()}


def test_a_range_takes_real_ends_and_keeps_only_what_is_inside():
    assert values(found("A0", Fraction(11, 5), Fraction(28, 5))) == []
    assert values(found("A0", Fraction("5.7638127"), Fraction("5.7638128"))) == [("x0", "5.76381273492")]
    assert found("F1", Fraction(6), Fraction(13, 2)).found == ()


def test_ranges_without_the_family_and_wrong_slopes_are_refused_in_a_sentence():
    with pytest.raises(InputError, match="smaller to larger"):
        thresholds(family("F1"), 7, 6)
    with pytest.raises(InputError, match="followed for d above 3.01"):
        thresholds(family("F1"), 2, 3)
    with pytest.raises(InputError, match="slope 1"):
        family("F1", slope=1)


def test_the_slope_moves_the_thresholds():
    result = family("F1", slope=Fraction(1, 10)).thresholds(15, 4, 8)
    assert [t.label for t in result.found] == ["s0"] and result.ends == 8
    assert mid_float(result.found[0].d) != mid_float(found("F1").found[0].d)


def test_a_branch_is_followed_from_where_it_exists_when_it_does_not_at_the_upper_end(monkeypatch):
    true_coordinates = Family.coordinates

    def only_below_ten(self: Family, pattern: Pattern) -> tuple[Pattern, list[float]]:
        if pattern.d > 10:
            raise InputError("family F1 does not exist there")
        return true_coordinates(self, pattern)

    monkeypatch.setattr(Family, "coordinates", only_below_ten)
    result = family("F1").thresholds(12, 5, 12)
    assert values(result) == [("s0", "5.58550524743")] and result.ends == 12
    with pytest.raises(InputError, match="does not exist there"):
        family("F1").thresholds(12, 11, 12)


def test_an_extra_row_moves_the_thresholds():
    result = family("A0", extra=1).thresholds(15, 4, 9)
    assert all(t.level is Level.CERTIFIED for t in result.found)
    assert [outward(t.d, 8)[0] for t in result.found] != [outward(t.d, 8)[0] for t in found("A0").found]


def test_the_document_counts_blocks_and_certificates():
    result = family("F1").thresholds(20, 5, 6, certify=True)
    (entry,) = result.document()["thresholds"]
    assert entry["certificate"]["kind"] == "relu.threshold" and entry["negatives"]["s0"] == [1, 0]
    assert result.document()["complete"] is False and "becomes minimum" in str(result.found[0])


@pytest.mark.full
def test_five_hundred_digits():
    (t,) = family("F1").thresholds(500, 5, 6, certify=True).found
    assert Fraction(outward(t.d, 500)[1]) < Fraction(1, 10**498)
    from symlandscape.check import check_document

    assert check_document(t.certificate.document()).verdict == "holds"


# -- nothing is missed ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("depth", "seen"), [(1e-4, True), (1e-7, True), (-1e-4, False)])
def test_an_eigenvalue_that_dips_below_zero_between_samples_is_seen(depth, seen):
    def dip(x: float) -> float:
        return (x - 0.512) ** 2 + 0.3 * (x - 0.512) ** 3 - depth

    places = (0.45, 0.5, 0.55)
    place = scan.place_of_other_sign(dip, places, [dip(x) for x in places])
    assert (place is not None and dip(place) < 0) if seen else place is None


def test_a_dip_from_above_and_a_monotone_function_are_told_apart():
    places = (0.0, 0.1, 0.2)
    assert scan.place_of_other_sign(lambda x: 1e-5 - (x - 0.12) ** 2, places, [1e-5 - (x - 0.12) ** 2 for x in places])
    assert scan.place_of_other_sign(np.exp, places, [float(np.exp(x)) for x in places]) is None


def test_a_double_crossing_between_two_samples_is_split(monkeypatch):
    """F2's block s0 made to dip: with an eigenvalue replaced by a parabola the scan returns two changes of sign."""
    branch = scan.branch_of(family("A0"))
    true_row = scan.row

    def dipping(branch_: scan.Branch, sample: scan.Sample, only: object = None) -> scan.Row:
        place = float(np.log(float(sample.size))) - 2.0
        return scan.Row(sample, {**true_row(branch_, sample).eigenvalues, "t": np.array([place**2 - 1e-6, 1.0])})

    monkeypatch.setattr(scan, "row", dipping)
    rows = [dipping(branch, s) for s in scan.samples(branch, Fraction(7), Fraction(8))]
    assert {r.negative("t") for r in rows} == {0}
    found_changes = [c for c in scan.changes(branch, rows) if c.component.label == "t"]
    sizes = sorted(float(np.log(float(c.above.sample.size))) for c in found_changes)
    assert sizes == pytest.approx([2 - 1e-3, 2 + 1e-3], abs=2e-4)


def test_a_cover_proves_that_no_crossing_is_missing():
    result = family("A0").thresholds(20, 5, 7, complete=True)
    assert result.complete and result.pieces > 0 and len(result.found) == 1
    assert cover(family("F1"), Fraction(11, 2), 6).complete


def test_a_cover_without_a_crossing_that_is_there_is_not_complete():
    branch = scan.branch_of(family("A0"))
    followed = scan.samples(branch, Fraction(11, 2), Fraction(6))
    result = cover_branch(branch, followed, [])
    assert not result.complete and "stopped between d = 5.76" in result.remark
