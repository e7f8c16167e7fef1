"""Layers, ground states, thresholds and classes: published digits, two roads, order, limits."""

from __future__ import annotations

import json
from pathlib import Path

import mpmath
import pytest

from symlandscape.arith.balls import arb, workprec
from symlandscape.arith.conversions import arb_to_mpf_mid, to_arb
from symlandscape.errors import InputError, UndecidedError
from symlandscape.spinglass import as_mixture, complexity, layer, levels, mixture, one_step, one_step_energy, roots
from symlandscape.spinglass.roots import decreasing_root
from symlandscape.spinglass.theta import prime_squared
from symlandscape.spinglass.thresholds import ModelClass, algorithmic_threshold, e_inf_minus, e_inf_plus, model_class

REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "spinglass.json"


def test_the_reference_digits_of_the_layers_come_out():
    if not REFERENCE.is_file():
        pytest.skip("the reference digits (shared/reference/spinglass.json) are not beside this checkout")
    table = json.loads(REFERENCE.read_text(encoding="utf-8"))["p=3"]
    found = levels(3, 1, 40).document()
    assert found["E_inf"] == table["E_inf"] and found["levels"] == table["E_k"]


@pytest.mark.parametrize("p", [3, 4, 7, 1000, 10**60])
def test_the_ground_state_of_a_pure_model_is_its_1rsb_value(p):
    with workprec(600):
        assert abs(layer(p, 0, 100) - one_step_energy(p, 100)) < arb("1e-98")


def test_layers_descend_to_e_inf_and_the_complexity_vanishes_on_them():
    found = levels(4, 12, 40)
    with workprec(300):
        for above, below in zip(found.energies, found.energies[1:], strict=False):
            assert above > below
        assert found.energies[-1] > found.limit
        far = layer(4, 10**12, 30)
        assert far > found.limit and far - found.limit < arb("1e-7")
    rational = found.document()["levels"]["5"]
    assert abs(complexity(4, "-" + rational, 5, 30).value) < arb("1e-36")


def test_the_digits_of_a_thousand_digit_level_are_those_of_newton_in_mpmath():
    with mpmath.workdps(1020):
        t = mpmath.findroot(lambda t: mpmath.log(2) / 2 - mpmath.cosh(t) ** 2 / 3 - (mpmath.sinh(2 * t) / 2 - t), 0.17)
        energy = 2 * mpmath.sqrt(mpmath.mpf(2) / 3) * mpmath.cosh(t)
        assert abs(energy - arb_to_mpf_mid(layer(3, 0, 1000))) < mpmath.mpf(10) ** -999


def test_p_2_has_all_levels_at_its_edge():
    found = levels(2, 3)
    with workprec(200):
        assert all(abs(energy - arb(2).sqrt()) < arb("1e-29") for energy in (*found.energies, found.limit))
        assert abs(one_step_energy(2) - arb(2).sqrt()) < arb("1e-29")


def test_the_1rsb_point_is_stationary_and_lower_than_its_neighbours():
    with workprec(400):
        point = one_step(5, 160)

        def functional(L: arb, m: arb) -> arb:
            return (5 * L - 4 * m + (L / (L - m)).log() / m) / 2

        step = arb("1e-10")
        assert abs(functional(point.L, point.m) - point.energy) < arb("1e-40")
        for dL, dm in ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1)):
            assert functional(point.L + dL * step, point.m + dm * step) > point.energy


@pytest.mark.parametrize(
    ("weights", "kind"),
    [
        ("3:1", ModelClass.PURE),
        ("2:1", ModelClass.PURE),
        ("3:1/2,4:1/2", ModelClass.PURE_LIKE),
        ("3:9/10,16:1/10", ModelClass.FULL_MIXTURE),
        ("2:3/4,20:1/4", ModelClass.FULL_MIXTURE),
    ],
)
def test_the_class_is_the_sign_of_g(weights, kind):
    found = mixture(weights, digits=30)
    assert model_class(as_mixture(weights)) is kind is found.model_class
    values = found.values
    with workprec(300):
        annealed, bound = values["E_0_annealed"], values["ground_state_1rsb"]
        if kind is ModelClass.FULL_MIXTURE:
            assert values["G"] < 0 and annealed > bound and values["E_inf_prime"] > annealed
            # all layers of given index fall together where marginal points disappear
            assert layer(weights, 0).overlaps(layer(weights, 7))
        else:
            assert not values["G"] < 0
            assert annealed.overlaps(bound) or abs(annealed - bound) < arb("1e-29")
            assert not values["E_inf_prime"] > annealed
        assert not values["E_inf_minus"] > values["E_inf_plus"] and not values["alg"] > bound


@pytest.mark.parametrize("weights", ["3:1/2,4:1/2", "2:3/4,20:1/4"])
def test_marginal_points_end_where_sigma_at_the_edge_of_the_bulk_vanishes(weights):
    model = as_mixture(weights)
    with workprec(200):
        edge = -2 * to_arb(model.nu2).sqrt()
        for energy in (e_inf_minus(model), e_inf_plus(model)):
            gap = edge + to_arb(model.nu1) * energy
            value = to_arb(model.rho).log() - energy * energy - gap * gap / to_arb(model.alpha2) + 2
            assert abs(value) < arb("1e-50")


@pytest.mark.parametrize("weights", ["2:1/2,3:1/2", "3:1/3,4:1/3,9:1/3", "3:1/2,4:1/2", "5:1/2,6:1/2"])
def test_alg_is_the_integral_that_quadrature_gives(weights):
    model = as_mixture(weights)
    with mpmath.workdps(30):
        terms = [(p, mpmath.mpf(w.numerator) / w.denominator) for p, w in model.weights]
        plain = mpmath.quad(
            lambda s: 2 * s * mpmath.sqrt(sum(w * p * (p - 1) * s ** (2 * p - 4) for p, w in terms)), [0, 1]
        )
        with workprec(150):
            assert abs(arb_to_mpf_mid(algorithmic_threshold(model)) - plain) < mpmath.mpf(10) ** -25


def test_alg_of_a_pure_model_is_e_inf_also_by_integration():
    with workprec(150):
        nearly = as_mixture(f"3:{10**40 - 1}/{10**40},4:1/{10**40}")
        square = to_arb(prime_squared(as_mixture(3)))
        assert abs(algorithmic_threshold(nearly) - square.sqrt()) < arb("1e-35")


def test_a_root_is_enclosed_by_signs_and_a_function_without_one_is_undecided():
    with workprec(200):
        root = decreasing_root(lambda t: 2 - t * t, 90)
        assert root.contains(arb(2).sqrt().mid()) and root.rad() < arb("1e-26")
        with pytest.raises(UndecidedError, match="no change of sign"):
            decreasing_root(lambda t: 1 + t, 50)
        with pytest.raises(UndecidedError, match="not decided"):
            decreasing_root(lambda t: t - t, 50)


def test_a_bad_guess_of_a_root_is_not_enclosed(monkeypatch):
    monkeypatch.setattr(roots, "_approximate", lambda function, bits: arb(3) / 2)
    with workprec(200), pytest.raises(UndecidedError, match="signs beside the zero"):
        decreasing_root(lambda t: 2 - t * t, 150)


@pytest.mark.parametrize(("upto", "digits"), [(-1, 30), (10**9, 30), (True, 30), (1, 0)])
def test_bad_input_is_one_sentence(upto, digits):
    with pytest.raises(InputError, match="expected"):
        levels(3, upto, digits)
    with pytest.raises(InputError, match="layer E_k"):
        layer(3, None)
