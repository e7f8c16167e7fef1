"""Planted directions and pairs of points: limits that are known, symmetries, a special case in closed form."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symlandscape.arith.balls import arb, workprec
from symlandscape.errors import InputError
from symlandscape.spinglass import complexity, spiked_complexity, two_point_complexity

U = Fraction(-17, 10)


@pytest.mark.parametrize("p", [3, 4, 9])
def test_without_a_spike_overlap_costs_volume_only(p):
    with workprec(200):
        volume = (1 - arb(9) / 25).log() / 2
        assert abs(spiked_complexity(p, 0, "3/5", U) - complexity(p, U).value - volume) < arb("1e-28")


def test_a_spiked_matrix_has_its_outlier_and_nothing_near_it():
    strength = Fraction(9, 8)  # 1 - m^2 = 1/(2 lambda^2) with m = 7/9
    place = -(strength + 1 / (2 * strength))
    assert abs(spiked_complexity(2, strength, "7/9", place)) < arb("1e-28")
    for m, u in (("0.75", place), ("0.8", place), ("7/9", place - Fraction(1, 50)), ("7/9", place + Fraction(1, 50))):
        assert spiked_complexity(2, strength, m, u) < 0


def test_turning_the_spike_round_is_the_other_overlap():
    with workprec(150):
        even = spiked_complexity(4, 1, "1/3", U) - spiked_complexity(4, 1, "-1/3", U)
        assert abs(even) < arb("1e-28")
        assert spiked_complexity(3, 1, "1/2", U) > spiked_complexity(3, 1, "-1/2", U)


def test_another_degree_of_the_spike_is_another_rate():
    assert spiked_complexity(3, 1, "1/2", U, spike_degree=2) > spiked_complexity(3, 1, "1/2", U)


@pytest.mark.parametrize("p", [3, 4, 7])
def test_points_at_right_angles_do_not_know_of_each_other(p):
    with workprec(200):
        pair = two_point_complexity(p, 0, ("-1.7", "-1.8"))
        assert abs(pair - complexity(p, "-1.7").value - complexity(p, "-1.8").value) < arb("1e-28")


@pytest.mark.parametrize("p", [3, 5])
def test_points_that_meet_leave_one_negative_eigenvalue(p):
    close = two_point_complexity(p, 1 - Fraction(1, 10**12), ("-1.8", "-1.8"))
    with workprec(200):
        assert abs(close - complexity(p, "-1.8", 1).value) < arb("1e-10")


def test_two_points_are_exchangeable_and_p_even_knows_no_antipode():
    with workprec(200):
        one, two = two_point_complexity(4, "1/2", ("-1.7", "-1.8")), two_point_complexity(4, "1/2", ("-1.8", "-1.7"))
        assert abs(one - two) < arb("1e-28")
        assert abs(one - two_point_complexity(4, "-1/2", ("-1.7", "-1.8"))) < arb("1e-28")
        mirrored = two_point_complexity(3, "-1/2", ("-1.7", "1.8"))
        assert abs(mirrored - two_point_complexity(3, "1/2", ("-1.7", "-1.8"))) < arb("1e-28")


def test_near_the_ground_state_pairs_at_other_overlaps_are_rarer_than_at_right_angles():
    apart = two_point_complexity(3, 0, ("-1.65", "-1.65"), 15)
    for i in range(-19, 20):
        if i:
            assert two_point_complexity(3, Fraction(i, 20), ("-1.65", "-1.65"), 15) < apart


@pytest.mark.parametrize(
    "call",
    [
        lambda: spiked_complexity(3, 1, 1, U),
        lambda: spiked_complexity(3, -1, 0, U),
        lambda: spiked_complexity(3, 1, 0, U, spike_degree=1),
        lambda: two_point_complexity(3, -1, (U, U)),
        lambda: two_point_complexity(2, 0, (U, U)),
        lambda: two_point_complexity(10**9, 0, (U, U)),
        lambda: spiked_complexity(3, 1, 0, U, spike_degree=10**9),
        lambda: spiked_complexity(3, 1, "1e-2000", U),
    ],
)
def test_bad_input_is_one_sentence(call):
    with pytest.raises(InputError, match="expected"):
        call()
