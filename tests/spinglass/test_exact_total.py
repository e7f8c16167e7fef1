"""The mean total in closed form: known sizes, three kinds of rho, a second road, refusals."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
import sympy

from symlandscape.arith.balls import arb, workprec
from symlandscape.arith.conversions import arb_to_fraction, to_arb
from symlandscape.errors import InputError
from symlandscape.spinglass.eigenvalue_density import one_point_density
from symlandscape.spinglass.exact_total import closed_form, exact_total, exact_total_value
from symlandscape.spinglass.strip_quadrature import count_factor, integrate, plan, tilted_mass

REFERENCE = Path(__file__).resolve().parents[3] / "shared" / "reference" / "spinglass.json"
rho = sympy.Symbol("rho", positive=True)


def test_two_and_three_spins_have_the_known_formulas():
    assert closed_form(1, rho) == 2
    assert closed_form(2, rho) == 2 * sympy.sqrt(3 * rho + 1)
    three = 2 + 8 * rho ** sympy.Rational(3, 2) / sympy.sqrt(3 * rho + 1)
    assert sympy.cancel((closed_form(3, rho) - three) * sympy.sqrt(rho * (3 * rho + 1))) == 0


@pytest.mark.parametrize("spins", [1, 2, 3, 6, 7, 20])
def test_the_formula_and_the_number_agree(spins):
    value = Fraction(7, 4)
    number = closed_form(spins, rho).subs(rho, sympy.Rational(7, 4))
    with workprec(300):
        ball = exact_total(spins, value, 40)
    for other in (number, exact_total_value(spins, value)):
        digits = Fraction(str(other.evalf(60)))
        assert abs(arb_to_fraction(ball.mid()) / digits - 1) < Fraction(1, 10**40)


@pytest.mark.parametrize("spins", [*range(1, 30), 100, 201])
def test_a_quadratic_form_has_two_points_for_each_spin(spins):
    assert exact_total_value(spins, 1) == 2 * spins


def test_a_ball_of_rho_gives_a_ball_that_holds_the_totals_of_its_numbers():
    wide = arb(2).union(arb(Fraction(41, 20).numerator) / 20)
    found = exact_total(7, wide)
    for inner in (2, Fraction(81, 40), Fraction(41, 20)):
        assert found.contains(exact_total(7, inner, 30))
    narrow = exact_total(40, arb(2), 30)
    assert narrow.overlaps(exact_total(40, 2, 30)) and narrow.rel_accuracy_bits() > 100


@pytest.mark.parametrize(
    ("spins", "value"), [(1, 5), (2, 2), (5, Fraction(1, 3)), (12, 3), (33, Fraction(5, 2)), (60, 2)]
)
def test_the_quadrature_of_the_one_point_density_encloses_the_closed_form(spins, value):
    value, goal = Fraction(value), 100
    with workprec(goal + 64):
        grid = plan(spins, value, None, goal)
        with workprec(goal + 64 + 3 * spins):
            density = one_point_density(spins)
        (found,) = integrate(lambda x: (density(x),), spins, value, None, grid, goal + 64 + 3 * spins)
        found = count_factor(spins, value) * found
        expected = exact_total(spins, value, 40)
        assert found.overlaps(expected)
        assert found.rel_accuracy_bits() > goal - 8


@pytest.mark.parametrize("loss", [2, 4])
def test_a_grid_too_coarse_errs_within_the_proved_error_and_not_far_below_it(loss):
    """At a coarse step the bound must still hold; the true error is the same in the exponent."""
    spins, value = 3, Fraction(2)
    with workprec(200):
        density = one_point_density(spins)
        grid = plan(spins, value, None, 120)
        coarse = plan(spins, value, None, loss)
        coarse = type(grid)(coarse.step, int(20 / coarse.step), 60, coarse.trapezoid, coarse.left, grid.tail)
        (found,) = integrate(lambda x: (density(x),), spins, value, None, coarse, 200)
        assert found.overlaps(tilted_mass(spins, value))
        bare = found.mid() * 1
        error = abs(bare / tilted_mass(spins, value) - 1)
        assert error < coarse.trapezoid * 2


def test_the_reference_totals():
    if not REFERENCE.exists():
        pytest.skip("the shared reference digits are not here")
    for spins, text in json.loads(REFERENCE.read_text())["p=3"]["mean_total"].items():
        with workprec(200):
            assert abs(exact_total(int(spins), 2, 45) / to_arb(Fraction(text)) - 1) < arb(10) ** -36


@pytest.mark.parametrize(
    ("spins", "value", "sentence"),
    [
        (0, 2, "N >= 1"),
        (True, 2, "N >= 1"),
        ("4", 2, "N >= 1"),
        (4, 0, "> 0"),
        (4, -1, "> 0"),
        (4, 0.5, "exact"),
        (4, arb(0, 1), "ball rho > 0"),
        (10**9, 2, "at most 1000"),
    ],
)
def test_input_outside_the_domain_is_one_sentence(spins, value, sentence):
    with pytest.raises(InputError, match=sentence):
        exact_total(spins, value)


def test_long_formulas_are_refused():
    with pytest.raises(InputError, match="at most 60 spins"):
        closed_form(61)
