"""The bound for fixed features: exact coefficients, what reaches it, what stays above it; hostile input."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import comb

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symlandscape.arith.balls import workprec
from symlandscape.arith.conversions import arb_ends, arb_to_mpf_mid, mid_float, to_arb
from symlandscape.arith.field import mpmath_field
from symlandscape.errors import InputError
from symlandscape.particles import (
    AbsoluteTarget,
    best_linear_loss,
    best_linear_losses,
    features_needed,
    fixed_feature_bound,
    relu_coefficient,
)
from symlandscape.particles.arc_cosine import gate_matrix, unit_matrix, unit_overlap
from symlandscape.particles.fixed_features import largest_levels, level_coefficient, level_energy
from symlandscape.particles.funk_hecke import multiplicity

ONE = Fraction(1)


def absolute(d: int, *weights: int) -> AbsoluteTarget:
    return AbsoluteTarget(d, tuple(Fraction(a) for a in (weights or (1,))))


@pytest.mark.parametrize("d", [3, 5, 8, 11])
@pytest.mark.parametrize("k", [0, 1, 2, 4, 6])
def test_the_coefficients_are_those_of_twice_the_even_part_of_relu(d, k):
    q, s = level_coefficient(d, k)
    expected = 2 * relu_coefficient(mpmath_field(), d, Fraction(1, d), Fraction(0), k).value if k % 2 == 0 else 0
    assert mpmath.almosteq(mpmath.mpf(q.numerator) / q.denominator / mpmath.pi**s, expected, rel_eps=1e-13, abs_eps=0)


@given(d=st.integers(3, 12), weights=st.lists(st.integers(-3, 3), min_size=1, max_size=3))
def test_energies_are_nonnegative_and_their_sum_stays_below_the_mean_square(d, weights):
    if not any(weights):
        return
    target = absolute(d, *weights)
    with workprec(128):
        energies = [level_energy(target, k) for k in range(0, 40, 2)]
        assert not any(e < 0 for e in energies)
        total = sum((multiplicity(d, 2 * i) * e for i, e in enumerate(energies)), to_arb(0))
        rest = mid_float(target.mean_square() - total)
    assert 0 < rest < 0.1 * mid_float(target.mean_square())


def test_the_bound_starts_at_the_loss_of_zero_and_falls():
    target = absolute(6, 1, 1)
    values = [mid_float(fixed_feature_bound(target, n)) for n in (0, 1, 5, 21, 22, 100, 1000)]
    assert values[0] == pytest.approx((2 + 4 / np.pi) / 2) and all(x > y > 0 for x, y in pairwise(values))


def test_all_quadratic_harmonics_leave_what_no_quadratic_explains():
    d = 7
    value = mid_float(fixed_feature_bound(absolute(d), comb(d + 1, 2)))
    lambda0, lambda2 = (float(level_coefficient(d, k)[0]) for k in (0, 2))
    assert value == pytest.approx((1 - d * lambda0**2 - (comb(d + 1, 2) - 1) * d * lambda2**2) / 2)


def test_a_full_frame_of_absolute_values_has_no_quadratic_part():
    with workprec(128):
        assert level_energy(absolute(4, 1, 1, 1, 1), 2).is_zero()


def test_the_levels_left_out_are_smaller_than_those_kept():
    with workprec(128):
        levels, bound = largest_levels(absolute(5), 200)
        kept = sorted((e for e in levels if e.energy >= bound), key=lambda x: x.degree)
        assert sum(x.dimension for x in kept) >= 200
        assert bound > level_energy(absolute(5), levels[-1].degree + 2)


def test_random_features_stay_above_the_bound_and_reach_zero_with_the_units_of_the_target():
    target, rng = absolute(5, 1, 2), np.random.default_rng(3)
    U = rng.standard_normal((12, 5))
    losses = [best_linear_losses(target, rng.standard_normal((30, 5)))[-1] for _ in range(20)]
    assert np.mean(losses) > mid_float(fixed_feature_bound(target, 30))
    curve = best_linear_losses(target, np.vstack([U, target.directions()]))
    assert curve[0] == pytest.approx(mid_float(fixed_feature_bound(target, 0))) and abs(curve[-1]) < 1e-12
    assert np.all(np.diff(curve) <= 1e-15) and curve[12] > 1e-3


def test_balls_and_floats_agree_on_the_best_predictor_and_turning_everything_changes_nothing():
    target, rng = absolute(4, 1, -2), np.random.default_rng(1)
    exact = [[Fraction(int(x), 7) for x in row] for row in rng.integers(-9, 10, (6, 4))]
    U = np.array([[float(x) for x in row] for row in exact])
    enclosed = best_linear_loss(target, exact)
    floats = best_linear_losses(target, U)
    assert enclosed is not None and float(arb_to_mpf_mid(enclosed)) == pytest.approx(floats[-1], rel=1e-12)
    Q = np.linalg.qr(rng.standard_normal((4, 4)))[0]
    assert best_linear_losses(target, U @ Q, Q) == pytest.approx(floats, rel=1e-10)


def test_parallel_features_are_undecided_in_balls():
    assert best_linear_loss(absolute(3), [[ONE, ONE, ONE], [2 * ONE, 2 * ONE, 2 * ONE]]) is None


@pytest.mark.parametrize(
    ("d", "share", "needed"), [(5, "1/100", 60), (10, "1/100", 1130), (20, "1/100", 101667), (10, "1/4", 16)]
)
def test_the_number_of_features_that_a_share_asks_for(d, share, needed):
    target = absolute(d)
    assert features_needed(target, Fraction(share)) == needed
    goal = Fraction(share) / 2
    assert fixed_feature_bound(target, needed) <= to_arb(goal) < fixed_feature_bound(target, needed - 1)


def test_the_kernel_agrees_with_itself_in_floats_and_exactly_also_for_nearly_parallel_vectors():
    w, v = [Fraction(1), Fraction(2)], [Fraction(1), Fraction(2) + Fraction(1, 10**9)]
    p, q = (sum(x * x for x in u) for u in (w, v))
    r = sum(x * y for x, y in zip(w, v, strict=True))
    with mpmath.workdps(40):
        exact = unit_overlap(mpmath_field(), p, q, r)
    A, B = (np.array([[float(x) for x in u]]) for u in (w, v))
    assert unit_matrix(A, B)[0, 0] == pytest.approx(float(exact), rel=1e-14)
    assert unit_matrix(A, -A)[0, 0] == 0 and unit_matrix(A, A)[0, 0] == pytest.approx(2.5)
    assert gate_matrix(A, A)[0, 0] == 0.5 and gate_matrix(A, -A)[0, 0] == 0


def test_a_bound_at_few_bits_encloses_the_one_at_many():
    """Also where balls of the energies overlap: both ends of their order count."""
    for target, count in ((absolute(4, 1, -1), 30), (absolute(6, 1), 21), (absolute(6, 1, 2), 100)):
        wide, narrow = (fixed_feature_bound(target, count, bits) for bits in (24, 300))
        (low, high), (inner, outer) = arb_ends(wide), arb_ends(narrow)
        assert low <= inner <= outer <= high and high - low > 1000 * (outer - inner)


@pytest.mark.parametrize(
    "call",
    [
        lambda: absolute(2),
        lambda: absolute(3, 1, 1, 1, 1),
        lambda: absolute(3, 0),
        lambda: absolute(3, 1, -1).directions(),
        lambda: fixed_feature_bound(absolute(3), -1),
        lambda: fixed_feature_bound(absolute(3), 10**9),
        lambda: features_needed(absolute(3), Fraction(0)),
        lambda: features_needed(absolute(3), Fraction(1)),
        lambda: best_linear_loss(absolute(3), [[ONE, ONE]]),
        lambda: best_linear_losses(absolute(3), np.ones((2, 4))),
        lambda: level_coefficient(1, 0),
        lambda: unit_overlap(mpmath_field(), ONE, ONE, 2 * ONE),
        lambda: unit_matrix(np.ones((2, 3)), np.ones((2, 4))),
    ],
)
def test_bad_input_is_one_sentence(call):
    with pytest.raises(InputError, match=r"^expected|need more than"):
        call()
