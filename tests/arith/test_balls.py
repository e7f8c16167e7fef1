"""Balls: the traps of python-flint that this room exists to close."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symlandscape.arith import arb_ends
from symlandscape.arith.ball_functions import acos_cut, asin_cut, root, root_cut, sqrt_cut
from symlandscape.arith.ball_functions import atan2 as general_atan2
from symlandscape.arith.balls import (
    acb,
    arb,
    arb_mat,
    atan2,
    fmpq,
    fmpz,
    from_parts,
    hull,
    is_finite,
    mid,
    midpoint_matrix,
    power,
    precision,
    rad,
    sign,
    sqrt_nonneg,
    symmetric,
    workprec,
)
from symlandscape.errors import InputError

NAN = arb("nan")


def test_precision_is_restored_after_a_failure() -> None:
    before = precision()
    with pytest.raises(RuntimeError), workprec(500):
        assert precision() == 500
        raise RuntimeError
    assert precision() == before


@pytest.mark.parametrize("bits", [1, 0, -3, 53.0, True])
def test_precision_must_be_an_integer_of_at_least_two_bits(bits: int) -> None:
    with pytest.raises(InputError, match="precision"), workprec(bits):
        pass


def test_flint_types_are_reexported_for_the_rest_of_the_library() -> None:
    assert acb(1, 2).imag == 2 and fmpq(1, 2).q == 2 and fmpz(3) == 3


@pytest.mark.parametrize(
    ("ball", "expected"),
    [(arb(2), 1), (arb(-2), -1), (arb(0), 0), (arb(0, 1), None), (NAN, None), (arb("inf"), 1), (arb(0, "inf"), None)],
)
def test_sign_is_three_valued_and_zero_only_when_exact(ball: arb, expected: int | None) -> None:
    assert sign(ball) == expected


def test_a_ball_that_ends_at_zero_has_no_sign() -> None:
    assert sign(from_parts(1, 0, 1, 0)) is None


def test_radius_of_thirty_bits_is_kept_where_flint_would_round_it_up() -> None:
    exact = from_parts(1, 0, 2**29 + 1, -60)
    assert exact.rad().man_exp() == (2**29 + 1, -60)
    assert arb(1, (2**29 + 1, -60)).rad().man_exp() != (2**29 + 1, -60), "flint is exact now: simplify from_parts"


def test_radius_that_no_ball_can_have_is_refused() -> None:
    with pytest.raises(InputError, match="30 bits"):
        from_parts(1, 0, 2**31 + 1, 0)
    with pytest.raises(InputError, match=">= 0"):
        from_parts(1, 0, -1, 0)


def test_long_radius_with_trailing_zero_bits_is_a_ball() -> None:
    assert arb_ends(from_parts(0, 0, 3 << 100, 0))[1] == 3 << 100


def test_midpoint_and_radius_are_exact_at_low_precision() -> None:
    with workprec(200):
        x = arb(1) / 3
    with workprec(5):
        assert mid(x).is_exact() and rad(x).is_exact() and midpoint_matrix(arb_mat([[x]]))[0, 0].is_exact()
        assert arb_ends(mid(x))[0] == sum(arb_ends(x)) / 2


def test_finiteness_looks_at_every_entry() -> None:
    assert is_finite(arb_mat([[1, 2], [3, 4]])) and not is_finite(arb_mat([[1, 2], [3, NAN]]))
    assert not is_finite(arb(0, "inf"))


def test_hull_of_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="at least one"):
        hull()


def test_powers_of_balls_around_zero_are_finite_where_flint_gives_nan() -> None:
    assert not (arb(0, 1) ** 3).is_finite(), "flint has a better power now: simplify balls.power"
    assert power(arb(0, 1), 3).contains(-1) and power(arb(0, 1), 2) >= 0
    assert power(arb(0), 0) == 1 and power(arb(0), 2).is_zero()
    assert not power(arb(0), -1).is_finite()


def test_angle_near_the_negative_axis_is_near_pi_although_the_sine_may_be_negative() -> None:
    with workprec(100):
        angle = atan2(symmetric(arb((1, -60))), arb(-1))
        assert angle.contains(arb.pi()) and rad(angle) < arb((1, -50))
        assert not rad(arb.atan2(symmetric(arb((1, -60))), arb(-1))) < 1, "this is the branch cut that atan2 avoids"


def test_angle_with_vanishing_sine_is_exactly_zero_or_pi() -> None:
    assert atan2(arb(0), arb(3)).is_zero() and atan2(arb(0), arb(-3)).overlaps(arb.pi())


def test_angle_of_a_box_at_the_origin_is_the_whole_range() -> None:
    whole = atan2(arb(0, 1), arb(0, 1))
    assert whole.contains(0) and whole.contains(arb.pi())
    quarter = atan2(arb(0, 1), from_parts(1, 0, 1, 0))
    assert quarter.contains(arb.pi() / 2) and not quarter.contains(2)


@pytest.mark.parametrize(("y", "x"), [(arb(-1), arb(1)), (NAN, arb(1)), (arb(1), NAN), (arb("inf"), arb(1))])
def test_angle_outside_the_upper_half_plane_is_nan(y: arb, x: arb) -> None:
    assert not atan2(y, x).is_finite()


def test_general_angle_keeps_the_branch_cut() -> None:
    assert general_atan2(arb(-1), arb(-1)) < 0
    cut = general_atan2(arb(0, "0.001"), arb(-1))
    assert cut.contains(3) and cut.contains(-3)
    assert not general_atan2(arb(0, 1), arb(0, 1)).is_finite()


def test_root_of_a_ball_that_may_be_negative_is_nan_unless_cut() -> None:
    straddling = arb(0, 1)
    assert not root(straddling, 3, 2).is_finite() and not root(straddling, 1, 3).is_finite()
    for p, q in ((1, 2), (3, 2), (1, 3), (5, 3)):
        cut = root_cut(straddling, p, q)
        assert cut.contains(0) and cut.contains(1)
    assert sqrt_cut(straddling).contains(1) and not sqrt_cut(arb(-2)).is_finite()
    assert not root(straddling, -1, 2).is_finite() and not root_cut(straddling, -1, 2).is_finite()


def test_roots_at_exact_zero_are_zero() -> None:
    assert root(arb(0), 1, 3).is_zero() and root(arb(0), 3, 2).is_zero() and sqrt_nonneg(arb(0)).is_zero()


def test_arc_functions_are_cut_to_their_domain_only_on_demand() -> None:
    beyond = arb(1, "0.5")
    assert not beyond.acos().is_finite() and not beyond.asin().is_finite()
    assert acos_cut(beyond).contains(0) and acos_cut(beyond).contains((arb("0.5")).acos())
    assert asin_cut(-beyond).contains(-arb.pi() / 2)
    assert not acos_cut(arb(2)).is_finite() and not asin_cut(arb(-2)).is_finite() and not acos_cut(NAN).is_finite()


def test_square_root_of_a_straddling_ball_starts_at_exactly_zero() -> None:
    low, high = arb_ends(sqrt_nonneg(arb(0, "0.3")))
    assert low == 0 and high * high >= Fraction(3, 10)
