"""Densities of the ordered eigenvalues: small sizes by hand, sums, symmetry, what a lack of bits gives."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest

from symlandscape.arith.balls import arb, workprec
from symlandscape.arith.conversions import arb_to_mpf_mid, to_arb
from symlandscape.spinglass.eigenvalue_density import one_point_density
from symlandscape.spinglass.pfaffian import half_line_moments, index_densities


def ball(text: str) -> arb:
    return to_arb(Fraction(text))


@pytest.mark.parametrize("x", ["0", "3/4", "5", "-5/2"])
@pytest.mark.parametrize("top", [1, 6, 31])
def test_the_moments_are_the_integrals(x, top):
    with workprec(160), mpmath.workdps(30):
        found = half_line_moments(ball(x), top)
        assert len(found) == top + 1
        for m in {0, 1, top // 2, top}:
            at = mpmath.mpf(Fraction(x).numerator) / Fraction(x).denominator
            expected = mpmath.quad(lambda t, m=m, at=at: t**m * mpmath.exp(-((at + t) ** 2)), [0, 1, 3, 6, 12, 20])
            assert abs(arb_to_mpf_mid(found[m]) / expected - 1) < mpmath.mpf(10) ** -18
            assert found[m].rel_accuracy_bits() > 90


@pytest.mark.parametrize("x", ["0", "7/10", "-2"])
def test_two_eigenvalues_by_hand(x):
    """p_0(x) = (2/Z_2) e^(-x^2/2) int_x^inf (y - x) e^(-y^2/2) dy, Z_2 = 4 sqrt(pi)."""
    with workprec(160):
        at = ball(x)
        height, mass = (-at * at / 2).exp(), (arb.pi() / 2).sqrt() * (at / arb(2).sqrt()).erfc()
        expected = height * (height - at * mass) / (2 * arb.pi().sqrt())
        assert index_densities(2, at)[0].overlaps(expected)
        assert index_densities(2, at)[0].rel_accuracy_bits() > 100


@pytest.mark.parametrize("spins", range(1, 13))
@pytest.mark.parametrize("x", ["0", "1/3", "3", "-6"])
def test_the_densities_of_all_indices_sum_to_the_one_point_density(spins, x):
    with workprec(150 + 15 * spins):
        found = index_densities(spins, ball(x))
        assert len(found) == spins and not any(value < 0 for value in found)
        total, expected = sum(found, arb(0)), one_point_density(spins)(ball(x))
        assert total.overlaps(expected) and (total - expected).abs_upper() < expected * arb(2) ** -100


def test_the_largest_and_the_smallest_eigenvalue_change_places_with_the_sign():
    with workprec(300):
        left, right = index_densities(7, ball("-5/4")), index_densities(7, ball("5/4"))
        assert all(a.overlaps(b) for a, b in zip(left, reversed(right), strict=True))


def test_too_few_bits_give_no_digits_instead_of_wrong_ones():
    with workprec(900):
        good = index_densities(40, arb(3))
    with workprec(550):
        poor = index_densities(40, arb(3))
    assert all(not p.is_finite() or p.overlaps(g) for p, g in zip(poor, good, strict=True))
    assert not any(p.rel_accuracy_bits() > 0 for p in poor if p.is_finite())
    assert all(g.rel_accuracy_bits() > 50 for g in good[25:30])


def test_a_ball_that_holds_zero_is_not_decided():
    assert all(not value.is_finite() for value in index_densities(3, arb(0, 1)))
