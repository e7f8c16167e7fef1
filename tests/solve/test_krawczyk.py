"""Krawczyk's test: what it proves, and each hypothesis failing once."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath
import pytest

from symlandscape.arith import arb_ends
from symlandscape.arith.balls import arb, arb_mat, contains, precision, rad, workprec
from symlandscape.errors import InputError
from symlandscape.evidence import Verdict
from symlandscape.solve import KrawczykStatus, krawczyk, refine, verify_root


def circle(v: list[arb]) -> list[arb]:
    """x^2 + y^2 = 2, x = y: roots (1, 1) and (-1, -1)."""
    return [v[0] * v[0] + v[1] * v[1] - 2, v[0] - v[1]]


def circle_slope(v: list[arb]) -> arb_mat:
    return arb_mat([[2 * v[0], 2 * v[1]], [1, -1]])


def double(v: list[arb]) -> list[arb]:
    return [(v[0] - 1) * (v[0] - 1)]


def double_slope(v: list[arb]) -> arb_mat:
    return arb_mat([[2 * (v[0] - 1)]])


def test_a_simple_root_is_proved_with_a_smaller_enclosure() -> None:
    result = krawczyk(circle, circle_slope, [1, 1], Fraction(1, 100), 100)
    assert result.status is KrawczykStatus.PROVED and result.proved and result.verdict is Verdict.YES
    assert result.contraction < arb("0.011") and result.prec == 100
    for box, inner in zip(result.box, result.enclosure, strict=True):
        assert contains(box, inner) and contains(inner, arb(1)) and rad(inner) < rad(box) / 10


def test_the_proof_holds_for_a_centre_that_is_no_root() -> None:
    result = krawczyk(circle, circle_slope, [arb("1.0625"), arb("0.9375")], [Fraction(1, 4), Fraction(1, 8)], 53)
    assert result.proved and all(contains(ball, arb(1)) for ball in result.enclosure)


def test_a_root_on_the_boundary_is_not_claimed() -> None:
    result = krawczyk(lambda v: [v[0] - 1], lambda v: arb_mat([[1]]), [0], 1, 100)
    assert result.status is KrawczykStatus.NOT_INTERIOR and not result.proved


@pytest.mark.parametrize(
    ("residual", "jacobian", "centre", "radius", "status"),
    [
        (circle, circle_slope, [2, 1], Fraction(1, 100), KrawczykStatus.NOT_INTERIOR),
        (circle, circle_slope, [1, 1], 5, KrawczykStatus.NOT_CONTRACTING),
        (double, double_slope, [1], Fraction(1, 10), KrawczykStatus.SINGULAR),
        (double, double_slope, [arb("1.0625")], Fraction(1, 8), KrawczykStatus.NOT_CONTRACTING),
        (lambda v: [v[0].log()], lambda v: arb_mat([[1 / v[0]]]), [1], 2, KrawczykStatus.NOT_FINITE),
        (lambda v: [v[0] + arb("nan")], lambda v: arb_mat([[1]]), [1], 1, KrawczykStatus.NOT_FINITE),
        (
            lambda v: [v[0] * v[0] + 1],
            lambda v: arb_mat([[2 * v[0]]]),
            [1],
            Fraction(1, 2),
            KrawczykStatus.NOT_INTERIOR,
        ),
    ],
    ids=["wrong centre", "radius too big", "double root", "near a double root", "domain left", "nan", "no real root"],
)
def test_each_failing_hypothesis_has_its_own_status(
    residual: Any, jacobian: Any, centre: Any, radius: Any, status: KrawczykStatus
) -> None:
    result = krawczyk(residual, jacobian, centre, radius, 100)
    assert result.status is status and not result.proved
    assert result.verdict is Verdict.UNDECIDED and result.enclosure == ()
    assert len(result.status.value) > 20


def test_no_box_with_two_roots_or_none_is_ever_proved() -> None:
    for numerator in range(-40, 41):
        for radius in (Fraction(1, 16), Fraction(1, 2), 1, 2):
            centre = Fraction(numerator, 16)
            result = krawczyk(lambda v: [v[0] * v[0] - 1], lambda v: arb_mat([[2 * v[0]]]), [centre], radius, 60)
            roots = [r for r in (-1, 1) if abs(r - centre) <= radius]
            if result.proved:
                assert len(roots) == 1
                low, high = arb_ends(result.enclosure[0])
                assert low <= roots[0] <= high


def test_an_imaginary_part_of_1e_minus_14_is_not_taken_for_a_real_root() -> None:
    tiny = Fraction(1, 10**28)
    result = verify_root(
        lambda v: [v[0] * v[0] + arb(1) / 10**28], lambda v: arb_mat([[2 * v[0]]]), [1e-14], 10, max_prec=2000
    )
    assert tiny > 0 and not result.proved


def test_precision_is_restored_and_inputs_are_not_changed() -> None:
    before, centre = precision(), [arb(1), arb(1)]
    krawczyk(circle, circle_slope, centre, Fraction(1, 100), 333)
    verify_root(circle, circle_slope, centre, 50)
    assert precision() == before and all(c.is_exact() for c in centre)


@pytest.mark.parametrize("centre", [[Fraction(1, 3), 1], [arb(1, "0.1"), 1], [arb("nan"), 1], [0.5, 1]])
def test_a_centre_that_is_not_exact_is_refused(centre: Any) -> None:
    with pytest.raises(InputError, match="expected"):
        krawczyk(circle, circle_slope, centre, Fraction(1, 100), 100)


@pytest.mark.parametrize("radius", [0, -1, [1], [1, 0], mpmath.inf, float("nan"), arb(1, 2)])
def test_radii_are_finite_positive_and_one_per_coordinate(radius: Any) -> None:
    if isinstance(radius, arb):
        assert krawczyk(circle, circle_slope, [1, 1], radius, 100).status is KrawczykStatus.NOT_CONTRACTING
        return
    with pytest.raises(InputError, match="expected"):
        krawczyk(circle, circle_slope, [1, 1], radius, 100)


def test_systems_that_are_not_square_are_refused() -> None:
    with pytest.raises(InputError, match="square"):
        krawczyk(lambda v: [v[0]], circle_slope, [1, 1], 1, 100)


@pytest.mark.parametrize("digits", [1, 15, 50, 300])
def test_verified_root_has_the_asked_digits(digits: int) -> None:
    result = verify_root(
        lambda v: [v[0] * v[0] - 2, v[1] * v[0] - arb(10) ** -20],
        lambda v: arb_mat([[2 * v[0], 0], [v[1], v[0]]]),
        [mpmath.mpf("1.4"), mpmath.mpf("1e-20")],
        digits,
    )
    assert result.status is KrawczykStatus.PROVED
    with workprec(4 * digits + 200):
        root = arb(2).sqrt()
        for ball, exact in zip(result.enclosure, (root, arb(10) ** -20 / root), strict=True):
            assert ball.overlaps(exact) and rad(ball) * arb(10) ** digits <= abs(exact)


def test_coordinates_that_vanish_are_enclosed_to_an_absolute_accuracy() -> None:
    result = verify_root(
        lambda v: [v[0].sin() - v[1], v[1] * v[1].exp()],
        lambda v: arb_mat([[v[0].cos(), -1], [0, (1 + v[1]) * v[1].exp()]]),
        [0.1, 0.1],
        20,
    )
    assert result.status is KrawczykStatus.PROVED
    assert all(ball.contains(0) and rad(ball) < arb(10) ** -20 for ball in result.enclosure)


def test_ill_conditioned_system_is_proved_at_a_higher_precision() -> None:
    gap = arb((1, -300))
    result = verify_root(
        lambda v: [v[0] + v[1] - 2, v[0] + (1 + gap) * v[1] - 2 - gap],
        lambda v: arb_mat([[1, 1], [1, 1 + gap]]),
        [1, 1],
        10,
    )
    assert result.status is KrawczykStatus.PROVED and result.prec > 300


def test_double_root_stays_undecided_at_every_precision() -> None:
    result = verify_root(double, double_slope, [1.1], 10, max_prec=500)
    assert not result.proved and result.verdict is Verdict.UNDECIDED and result.prec == 500
    assert "multiple root" in result.status.value or result.status is KrawczykStatus.SINGULAR


def test_a_proof_with_too_few_digits_says_so() -> None:
    def blurred(v: list[arb]) -> list[arb]:
        return [v[0] - 1 + arb(0, "1e-6")]

    result = verify_root(blurred, lambda v: arb_mat([[1]]), [0.9], 30, max_prec=200)
    assert result.status is KrawczykStatus.NOT_SHARP and result.proved and result.verdict is Verdict.UNDECIDED
    assert contains(result.enclosure[0], arb(1))


def test_refinement_keeps_the_last_good_centre_outside_the_domain() -> None:
    kept = refine(lambda v: [v[0].log() + 5], lambda v: arb_mat([[1 / v[0]]]), [-1], 100)
    assert kept[0] == -1
    assert not verify_root(lambda v: [v[0].log()], lambda v: arb_mat([[1 / v[0]]]), [-1], 5, max_prec=100).proved


@pytest.mark.parametrize("digits", [0, 1.5, True])
def test_digits_are_a_positive_integer(digits: Any) -> None:
    with pytest.raises(InputError, match="digit"):
        verify_root(circle, circle_slope, [1, 1], digits)


def test_start_must_be_finite() -> None:
    for centre in ([mpmath.nan, 1], [float("inf"), 1], [arb("nan"), 1]):
        with pytest.raises(InputError, match="finite"):
            verify_root(circle, circle_slope, centre, 5)
