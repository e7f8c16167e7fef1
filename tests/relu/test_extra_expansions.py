"""Series at k = d + 1: the power of d is found, two roads agree, no logarithm; wrong constants are noticed."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
import sympy

from symlandscape import relu
from symlandscape.arith.balls import arb, workprec
from symlandscape.arith.conversions import arb_to_mpf_mid, mid_float
from symlandscape.errors import InputError
from symlandscape.relu import branch_powers, extra_expansions
from symlandscape.relu.branch_powers import agreement, ascended, sampled
from symlandscape.relu.expansions import coordinate_series


@pytest.fixture(scope="module")
def a0():
    return relu.series("A0", 3, extra=1)


def powers(name):
    return branch_powers.branch_powers(relu.family(name, extra=1))


@pytest.mark.parametrize(("name", "denominator"), [("A0", 2), ("F1", 2), ("A1", 4)])
def test_the_power_of_d_is_found(name, denominator):
    found = powers(name)
    assert found.denominator == denominator
    for x in found.exponents:
        errors = [abs(y - float(x.power)) for y in x.measured]
        assert errors[1] < 1e-6
        assert errors[1] <= errors[0]


def test_the_kept_and_the_extra_row_of_a1_leave_at_three_quarters():
    found = {x.name: x for x in powers("A1").exponents}
    assert found["c[1,0]"].power == found["r[0,0]"].power == Fraction(-3, 4)


def test_the_entries_of_a1_with_an_extra_row_start_with_a_known_number():
    points = sampled(relu.family("A1", extra=1), 4, 3)
    with workprec(400):
        leading = points.rows["c[1,0]"][4 + 3]
        assert agreement(4 * leading * leading, arb.pi() - 2) >= 30


def test_a0_with_an_extra_row_is_exact_and_agrees_with_points_at_huge_d(a0):
    assert a0.exact(a0.coordinates)
    assert min(a0.residual) > 3
    points = sampled(relu.family("A0", extra=1), 2, 4)
    with workprec(400):
        for name, x in [("loss", a0.loss), *zip(a0.names, a0.coordinates, strict=True)]:
            for k in range(4):
                ball = x.coefficient(k).ball() if x.coefficient(k) else arb(0)
                assert agreement(ball, points.rows[name][k + 2]) >= 40


def test_the_extra_row_changes_the_loss_of_a0_at_second_order_only(a0):
    plain = relu.series("A0", 2)
    assert all(a0.loss.coefficient(k) == plain.loss.coefficient(k) for k in (0, 1))
    assert a0.loss.coefficient(2) != plain.loss.coefficient(2)


def test_the_document_says_variable_and_evidence(a0):
    document = a0.document()
    assert (document["variable"], document["extra"]) == ("d**(-1/2)", 1)
    assert document["exact"]["coordinates"]
    assert {x["power"] for x in document["exponents"]} == {"-1"}
    value = sympy.sympify(document["loss"]["coefficients"][1])
    assert sympy.cancel(value + 4 / (3 * sympy.pi)) == 0


def test_f1_with_an_extra_row_agrees_with_an_enclosed_point():
    from symlandscape.relu.huge_sizes import certified_at

    member = relu.family("F1", extra=1)
    points = sampled(member, 2, 5)
    point = certified_at(member, ascended(member), 10**10, 40)
    with workprec(300), mpmath.workdps(60):
        s = mpmath.mpf(10) ** -5
        for c, x in zip(point.pattern.coordinates, point.coordinates, strict=True):
            total = sum(arb_to_mpf_mid(y) * s ** (k - 2) for k, y in enumerate(points.rows[c.name]))
            assert abs(total - arb_to_mpf_mid(x)) < mpmath.mpf(10) ** -27


def test_a_wrong_coefficient_leaves_the_two_roads_apart(monkeypatch):
    right = extra_expansions.sampled

    def wrong(family, denominator, order):
        found = right(family, denominator, order)
        row = found.rows["loss"]
        found.rows["loss"] = (*row[:3], row[3] + arb(1) / 10**6, *row[4:])
        return found

    monkeypatch.setattr(extra_expansions, "sampled", wrong)
    with pytest.raises(InputError, match="two roads"):
        relu.series("A0", 2, extra=1)


def test_a_wrong_power_of_d_shows_as_disagreement_of_two_scales():
    assert sampled(relu.family("A1", extra=1), 2, 3).digits < 5


def test_an_exponent_near_no_fraction_is_undecided():
    with pytest.raises(InputError, match="undecided"):
        branch_powers._rational("x", 0.0345678)


@pytest.mark.parametrize(("name", "extra", "order"), [("F1", 2, 3), ("A40", 1, 3), ("F1", 1, 0)])
def test_what_has_no_series_is_one_sentence(name, extra, order):
    with pytest.raises(InputError):
        relu.series(name, order, extra=extra)


@pytest.mark.parametrize("flipped", [1, pytest.param(2, marks=pytest.mark.full)])
def test_flipped_rows_agree_with_points_at_huge_d(flipped):
    two_roads(flipped)


@pytest.mark.full
@pytest.mark.parametrize("flipped", [3, 4])
def test_three_and_four_flipped_rows_agree_with_points_at_huge_d(flipped):
    two_roads(flipped)


def two_roads(flipped):
    member = relu.family(f"F{flipped}")
    values, left = coordinate_series(member, 4, 10)
    points = sampled(member, 2, 4)
    names = [c.name for c in member.pattern(20).coordinates]
    with workprec(400):
        for name, x, power in zip(names, values, left, strict=True):
            for k in range(min(5, power)):
                ball = x.coefficient(k).ball() if x.coefficient(k) else arb(0)
                assert agreement(ball, points.rows[name][k + 2]) >= 40
    surds = {c.radicand for x in values for c in x.coefficients[:5] if hasattr(c, "radicand")}
    assert surds == (set() if flipped in (1, 4) else {flipped})


@pytest.mark.full
@pytest.mark.parametrize(("name", "order"), [("F1", 3), ("A1", 4), ("A2", 8)])
def test_matching_of_powers_over_reals_agrees_with_points_at_huge_d(name, order):
    found = relu.series(name, order, extra=1)
    assert found.digits >= 30
    assert mid_float(found.coordinates[0].coefficient(0).ball()) in (1.0, -1.0)
