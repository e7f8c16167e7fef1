"""The proved errors of sums over an equidistant grid: they hold on coarse grids too, where they are large."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from symlandscape.arith.balls import arb, contains, workprec
from symlandscape.arith.conversions import to_arb
from symlandscape.spinglass.eigenvalue_density import one_point_density
from symlandscape.spinglass.energy_window import energy_window
from symlandscape.spinglass.models import as_mixture
from symlandscape.spinglass.pfaffian import index_densities
from symlandscape.spinglass.strip_quadrature import SINE_INTEGRAL, Plan, integrate, plan, tilted_mass

BITS = 300


def densities(spins, resolved=False):
    if resolved:
        return lambda x: index_densities(spins, x)
    with workprec(BITS):
        total = one_point_density(spins)
    return lambda x: (total(x),)


def integral(model, spins, window, grid, resolved=False):
    with workprec(BITS):
        return integrate(densities(spins, resolved), spins, model.rho, window, grid, BITS)


@pytest.mark.parametrize("weights", ["3:1", "20:1", "2:1/2,3:1/2", "3:9/10,16:1/10"])
@pytest.mark.parametrize("energy", [None, "-8/5", "-3/10", "1"])
@pytest.mark.parametrize("spins", [1, 4])
def test_coarse_grids_enclose_what_fine_grids_find(weights, energy, spins):
    model = as_mixture(weights)
    window = None if energy is None else energy_window(model, spins, Fraction(energy))
    with workprec(BITS):
        fine = integral(model, spins, window, plan(spins, model.rho, window, 60))[0]
        for goal in (0, 1, 3, 7, 15):
            grid = plan(spins, model.rho, window, goal)
            coarse = integral(model, spins, window, grid)[0]
            assert contains(coarse, fine) and coarse.rad() > fine.rad()
            longer = replace(grid, count=60 + 4 * grid.count, goal=60, tail=arb(2) ** -60)  # the other errors alone
            assert contains(integral(model, spins, window, longer)[0], fine)


def test_steps_that_are_too_long_for_any_digit_still_enclose_every_index():
    """Steps 1 and 3/2 with their errors as stated in the module: the trapezoid sum misses by percents."""
    model, spins = as_mixture(3), 3
    for energy in ("-1", "-1/5", "3/5"):
        window = energy_window(model, spins, Fraction(energy))
        with workprec(BITS):
            fine = integral(model, spins, window, plan(spins, model.rho, window, 60), resolved=True)
            for step in (Fraction(1), Fraction(3, 2)):
                kappa = to_arb(Fraction(spins, 2) + Fraction(1, 6))
                h = to_arb(step)
                trapezoid = 1 / (arb.pi() ** 2 / (h * h * kappa)).sinh()
                a = arb.pi() / (2 * h * kappa)
                left = (1 + arb.pi()) * h * (kappa * a * a).exp() / (arb.pi() ** 2 * a * (arb.pi() * a / h).sinh())
                grid = Plan(step, 15, 40, trapezoid, left, arb(2) ** -60)
                for wide, exact in zip(integral(model, spins, window, grid, resolved=True), fine, strict=True):
                    assert wide.overlaps(exact)


@pytest.mark.parametrize("rho", ["1", "2", "19"])
@pytest.mark.parametrize("spins", [1, 2, 9])
def test_what_a_grid_leaves_out_is_below_the_bound_it_states(rho, spins):
    ratio = Fraction(rho)
    tilt = (ratio - 1) / (2 * (ratio + 1))
    with workprec(BITS):
        density, mass = one_point_density(spins), tilted_mass(spins, ratio)
        for goal in (1, 10, 30):
            grid = plan(spins, ratio, None, goal)
            beyond = arb(0)
            for j in range(grid.count + 1, grid.count + 400):
                x = to_arb(grid.step * j)
                beyond += 2 * to_arb(grid.step) * density(x) * (-to_arb(tilt) * x * x).exp()
            assert beyond < grid.tail * mass
            assert grid.tail < arb(2) ** -goal


def test_a_short_grid_is_as_wide_as_the_tail_it_states():
    model, spins = as_mixture(3), 4
    for energy in (None, "1"):
        window = None if energy is None else energy_window(model, spins, Fraction(energy))
        with workprec(BITS):
            whole = plan(spins, model.rho, window, 60)
            fine = integral(model, spins, window, whole)[0]
            short = replace(whole, count=whole.count // 4)
            assert not integral(model, spins, window, short)[0].overlaps(fine)
            assert contains(integral(model, spins, window, replace(short, tail=arb(1)))[0], fine)


def test_the_weights_of_a_half_line_stay_below_their_bound():
    """(1/2 + Si(z)/pi) is largest at z = pi, where sin changes sign for the first time."""
    with workprec(100):
        for z in (arb.pi(), -arb.pi(), 3 * arb.pi(), arb(1)):
            assert abs(arb(1) / 2 + z.si() / arb.pi()) < to_arb(SINE_INTEGRAL)
