"""Leading terms of mean counts: constants of the source, the edge, ratios to exact totals, the ground state's law."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest

from symlandscape.arith.balls import arb, workprec
from symlandscape.arith.conversions import arb_to_mpf_mid, mid_float
from symlandscape.errors import InputError
from symlandscape.spinglass import asymptotic_count, ground_state_law, log_minima_heuristic
from symlandscape.spinglass.exact_total import exact_total


@pytest.mark.parametrize("p", [3, 4, 10])
def test_outside_the_bulk_the_constant_is_that_of_the_source(p):
    u = Fraction(-19, 10) if p < 10 else Fraction(-2)
    with mpmath.workdps(40):
        v = -mpmath.mpf(u.numerator) / u.denominator * mpmath.sqrt(mpmath.mpf(p) / (2 * (p - 1)))
        root = mpmath.sqrt(2)
        slope = mpmath.sqrt(v * v - 2)
        rate = mpmath.quad(lambda y: mpmath.sqrt(y * y - 2), [root, v])
        quotient = (v - root) / (v + root)
        h = quotient ** mpmath.mpf("0.25") + quotient ** mpmath.mpf("-0.25")
        stated = h / mpmath.sqrt(2 * p * mpmath.pi) * mpmath.exp(rate - v * slope / 2)
        stated /= mpmath.mpf(p - 2) / p * v + slope
        assert abs(arb_to_mpf_mid(asymptotic_count(p, 10, u).constant) - stated) < mpmath.mpf(10) ** -25


def test_at_the_edge_the_density_of_the_goe_enters_with_both_parts():
    with mpmath.workdps(30):
        density = mpmath.airyai(0, 1) ** 2 + mpmath.airyai(0) * (1 - mpmath.mpf(1) / 3) / 2
        stated = 2 * mpmath.sqrt(6) * density
        found = asymptotic_count(3, 10, "-E_inf")
        assert found.regime == "edge" and found.power == Fraction(-1, 3)
        assert abs(arb_to_mpf_mid(found.constant) - stated) < mpmath.mpf(10) ** -25


@pytest.mark.parametrize("p", [3, 4])
def test_the_total_approaches_its_leading_term_like_1_over_n(p):
    gaps = []
    for spins in (40, 80):
        exact = exact_total(spins, p - 1, digits=20)
        with workprec(100):
            gaps.append(mid_float(exact.log() - asymptotic_count(p, spins).log_value))
    assert abs(gaps[1]) < 0.02 and abs(gaps[0] / gaps[1] - 2) < 0.05


def test_regimes_are_decided_exactly_and_zero_is_half_of_all():
    found = [asymptotic_count(3, 50, u).regime for u in ("-1.64", "-1.63", "0", "1", None)]
    assert found == ["outside", "bulk", "zero", "above", "above"]
    with workprec(100):
        half, whole = asymptotic_count(3, 50, 0), asymptotic_count(3, 50)
        assert abs(2 * half.constant - whole.constant) < arb("1e-28")


def test_many_spins_stay_within_reach_in_logarithms():
    assert asymptotic_count(3, 10**9).log_value > 3 * 10**8


def test_the_ground_state_law_halves_for_even_degrees_and_shifts_with_log_n():
    odd, even = ground_state_law(3), ground_state_law(4)
    with workprec(120):
        assert abs(odd.constant - arb("0.99868847703")) < arb("1e-10")
        whole = asymptotic_count(4, 1, -Fraction(1794085028179, 10**12)).constant
        assert abs(2 * even.constant - whole) < arb("1e-8")
        shift = odd.mean(400) - odd.mean(100) + 300 * odd.energy
        assert abs(shift - arb(2).log() / odd.slope) < arb("1e-20")


def test_the_ground_state_has_the_mean_of_its_law():
    """With Y = min H + N E_0, C N^(-1/2) e^(c Y) is exponential, and the mean of its logarithm is that of log X."""
    law, spins = ground_state_law(3), 200
    logarithm = mpmath.quad(lambda x: mpmath.log(x) * mpmath.exp(-x), [0, 1, 10, 50])
    with workprec(120):
        left = (law.mean(spins) + spins * law.energy) * law.slope + law.constant.log() - arb(spins).log() / 2
        assert abs(mid_float(left) - float(logarithm)) < 1e-12


def test_the_heuristic_for_minima_has_its_four_terms():
    with workprec(100):
        n, c = 10**6, arb(1) / 3
        value = log_minima_heuristic(3, n)
        terms = n * (arb(2).log() / 2 - c) + 4 * arb(2).sqrt() / 3 * (c * c * c).sqrt() * 1000
        terms -= (8 * c).root(4) * (8 * c).sqrt() / (3 * arb(2).sqrt()) * arb(1000).sqrt()
        assert abs(value - terms - arb(23) / 96 * arb(n).log()) < arb("1e-15")


@pytest.mark.parametrize(("p", "spins"), [(2, 10), (3, 0), (3, True), (1, 5)])
def test_bad_input_is_one_sentence(p, spins):
    with pytest.raises(InputError, match="expected"):
        asymptotic_count(p, spins)
