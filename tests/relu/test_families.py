"""Families of critical points over real d: reference digits, both namings, branch ends, other slopes, misuse."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import mpmath
import numpy as np
import pytest

from symlandscape.arith.conversions import arb_to_mpf_mid, mid_float
from symlandscape.arith.decimals import upper
from symlandscape.errors import InputError
from symlandscape.evidence import Level, Verdict
from symlandscape.relu.critical_point import CriticalPoint
from symlandscape.relu.families import branch_coordinates, family, leading_order
from symlandscape.symmetry.pattern import Pattern

REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "relu.json"


@pytest.fixture(scope="module")
def reference() -> dict:
    if not REFERENCE.exists():
        pytest.skip("the reference digits (shared/reference/relu.json) are not beside this checkout")
    return json.loads(REFERENCE.read_text(encoding="utf-8"))


def difference(ball, text: str) -> mpmath.mpf:
    return abs(arb_to_mpf_mid(ball) - mpmath.mpf(text))


def last_place(text: str) -> mpmath.mpf:
    """One unit of the last printed place."""
    return mpmath.mpf(10) ** -len(text.partition(".")[2])


def same_point(one: CriticalPoint, other: CriticalPoint, order: list[int]) -> bool:
    """Whether the coordinates agree (balls overlap) when block i of ``other`` is block order[i] of ``one``."""
    table = {
        (order[c.row], order[c.column], c.diagonal): x
        for c, x in zip(other.pattern.coordinates, other.coordinates, strict=True)
    }
    here = zip(one.pattern.coordinates, one.coordinates, strict=True)
    return all(x.overlaps(table[c.row, c.column, c.diagonal]) for c, x in here)


@pytest.mark.parametrize("name", ["A0", "F1"])
@pytest.mark.parametrize("d", ["6", "10", "20"])
def test_families_reproduce_the_reference_digits(reference, name, d):
    expected = reference["families"][name][d]
    point = family(name).at(int(d), digits=32)
    assert (
        point.level is Level.CERTIFIED and point.verdict == "minimum" and point.morse_index == expected["morse_index"]
    )
    with mpmath.workdps(60):
        for c, x in zip(point.pattern.coordinates, point.coordinates, strict=True):
            assert difference(x, expected["coordinates"][c.name]) <= last_place(expected["coordinates"][c.name])
        assert difference(point.loss, expected["loss"]) <= last_place(expected["loss"])
        assert [b.label for b in point.blocks] == list(expected["spectrum"])
        for block in point.blocks:
            known = expected["spectrum"][block.label]
            assert block.multiplicity == known["multiplicity_each"]
            for x, text in zip(block.eigenvalues, known["eigenvalues"], strict=True):
                assert difference(x, text) <= last_place(text)


def test_blocks_change_sign_at_the_reference_thresholds(reference):
    for threshold in reference["thresholds"]:
        d = Fraction(threshold["dimension"])
        signs = []
        for side in (-1, 1):
            point = family(threshold["family"]).at(d + Fraction(side, 10**12), digits=30)
            signs.append({b.label: b.negative for b in point.blocks}[threshold["isotypic_component"]])
        assert signs == [1, 0]


@pytest.mark.parametrize(
    ("name", "loss", "verdict"),
    [("A0", 0.0556685813, "minimum"), ("A1", 0.0473957753, "saddle"), ("F1", 0.0250805810, "minimum")],
)
def test_losses_at_d_6_are_those_of_the_table(name, loss, verdict):
    point = family(name).at(6, digits=15)
    assert mid_float(point.loss) == pytest.approx(loss, abs=5e-11) and point.verdict == verdict


def test_the_identity_is_the_global_minimum_with_the_spectrum_of_the_theory():
    d, c = 7, 1 / (2 * np.pi)
    point = family("C0").at(d)
    spectrum = {b.label: [mid_float(x) for x in b.eigenvalues] for b in point.blocks}
    assert point.verdict == "minimum" and point.morse_index == 0
    assert point.loss.contains(0) and Fraction(upper(point.loss, 3)) < Fraction(1, 10**30)
    assert spectrum["x0"] == pytest.approx([1 / 4 - c]) and spectrum["y0"] == pytest.approx([1 / 4 + c])
    two = np.roots([16, -(8 + 4 * d), d + 1 + 8 * c - 16 * c * c])
    assert spectrum["s0"] == pytest.approx(np.sort([1 / 4 - c, *two]))
    constant = (16 * c * c * (d - 1) + 4 * c * d * d - 4 * c * d + 8 * c + d + 1) / 16
    assert spectrum["t"] == pytest.approx(np.sort(np.roots([1, -(1 / 2 + d / 4 + c * d), constant])))


# -- names -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "d"), [("F2", "F[kept=6]", 8), ("A6", "A[flipped=4]", 10), ("A3", "A:flipped=5", 8)]
)
def test_both_parametrisations_of_a_branch_give_the_same_point(one, other, d):
    left, right = family(one).at(d), family(other).at(d)
    assert left.pattern == right.pattern and left.loss.overlaps(right.loss)
    assert same_point(left, right, [0, 1])
    assert left.blocks[0].label == "t" and left.verdict == right.verdict


def test_the_kept_block_of_f_is_the_block_of_size_d_minus_p_and_that_of_a_has_size_q():
    assert family("F2").pattern(9).sizes == (7, 2) and family("F[kept=2]").pattern(9).sizes == (2, 7)
    assert family("A2").pattern(9).sizes == (7, 2) and family("A[flipped=2]").pattern(9).sizes == (2, 7)
    assert family("A0").pattern(9).sizes == family("C0").pattern(9).sizes == (9,)
    assert family("F1").pattern(Fraction(13, 2)).sizes == (Fraction(11, 2), 1)


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("A[kept=2]", "A2"),
        ("F[flipped=1]", "F1"),
        ("A:flipped=3", "A[flipped=3]"),
        (" F1 ", "F1"),
        ("F:flipped=2", "F2"),
    ],
)
def test_names_have_one_canonical_form(name, canonical):
    assert str(family(name)) == family(canonical).name == canonical


@pytest.mark.parametrize(
    "name", ["", "B1", "A", "F", "F0", "C1", "C", "A[flipped=0]", "F[kept=0]", "A-1", "A[q=2]", "F1.5", "A0 or F1"]
)
def test_names_of_no_family_are_refused(name):
    with pytest.raises(InputError, match="expected a family"):
        family(name)


def test_negative_extra_rows_and_slope_one_are_refused():
    with pytest.raises(InputError, match="slope 1"):
        family("A0", slope=1)
    with pytest.raises(InputError, match="extra"):
        family("A0", extra=-1)


@pytest.mark.parametrize(
    ("name", "d"), [("F2", 2), ("A1", Fraction(3, 2)), ("A0", Fraction(1, 2)), ("F[kept=5]", 5), ("A4", 4)]
)
def test_dimensions_without_room_for_the_blocks_are_refused(name, d):
    with pytest.raises(InputError, match="every block has size 1 or more"):
        family(name).pattern(d)


@pytest.mark.parametrize("d", ["six", "", "nan", 6.5, True])
def test_a_dimension_is_an_exact_number(d):
    with pytest.raises(InputError):
        family("F1").at(d)


def test_a_huge_dimension_is_refused():
    with pytest.raises(InputError, match="smaller d"):
        family("F1").at(10**15 + 1)


# -- along the branches ----------------------------------------------------------------------------


def test_families_are_continuous_in_real_d_through_a_whole_number():
    points = [family("F1").at(Fraction(6) + Fraction(i, 10**8), digits=20) for i in (-1, 0, 1)]
    losses = [mid_float(p.loss) for p in points]
    assert losses[0] - losses[1] == pytest.approx(losses[1] - losses[2], rel=1e-4)
    assert [p.morse_index for p in points] == [None, 0, None]
    assert points[0].blocks[1].multiplicity == 4 - Fraction(1, 10**8)


def test_text_and_numbers_name_the_same_real_dimension():
    points = [family("F1").at(d, digits=20) for d in ("13/2", "6.5", Fraction(13, 2))]
    assert len({p.pattern for p in points}) == 1 and points[0].loss.overlaps(points[1].loss)


def test_f1_at_a_million_has_the_loss_of_its_leading_order():
    d = 10**6
    point = family("F1").at(d)
    assert (point.verdict, point.morse_index, point.level) == ("minimum", 0, Level.CERTIFIED)
    assert mid_float(point.loss) * d == pytest.approx(1 / 2 - 2 / np.pi**2, rel=2e-3)
    names = {c.name: mid_float(x) for c, x in zip(point.pattern.coordinates, point.coordinates, strict=True)}
    assert names["c[0,1]"] * d == pytest.approx(2, rel=5e-3) and names["a[1]"] == pytest.approx(-1, abs=1e-5)


def test_a0_at_a_million_has_the_loss_of_its_leading_orders():
    d = 10**6
    point = family("A0").at(d)
    assert mid_float(point.loss) == pytest.approx(1 / 2 - 1 / np.pi - 4 / (3 * np.pi) * d**-0.5, abs=1e-5)


def test_a_branch_ends_with_a_sentence_that_says_where():
    with pytest.raises(InputError, match=r"family A\[flipped=1\] does not exist there: .* it ends near d = 7"):
        family("A[flipped=1]").at(6)


def test_a0_meets_the_permuted_identity_at_d_2():
    point = family("A0").at(2)
    assert point.existence is Verdict.YES and point.loss.contains(0)
    assert [mid_float(x) for x in point.coordinates] == pytest.approx([0, 1], abs=1e-25)


def test_the_branch_is_found_at_the_leading_order_for_large_blocks():
    for kind, sizes in (("A", (400,)), ("A", (400, 2)), ("F", (400, 1))):
        pattern = Pattern(sizes)
        found, start = branch_coordinates(kind, pattern), leading_order(kind, pattern)
        assert np.max(np.abs(np.subtract(found, start))) < 6 / 400


@pytest.mark.parametrize("slope", [Fraction(1, 10), Fraction(-1, 4)])
def test_families_are_followed_in_the_slope(slope):
    at_zero, moved = family("F1").at(6), family("F1", slope=slope).at(6)
    assert moved.slope == slope and moved.level is Level.CERTIFIED
    distance = max(
        abs(mid_float(x) - mid_float(y)) for x, y in zip(at_zero.coordinates, moved.coordinates, strict=True)
    )
    assert 1e-3 < distance < 0.3
