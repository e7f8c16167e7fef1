"""The claims about particles hold at their levels and turn red when a constant is broken; the figures draw."""

from __future__ import annotations

import matplotlib

matplotlib.use("Agg")

import pytest
from matplotlib.figure import Figure

from derivations import particles_coefficients, particles_kernels, particles_limits, particles_loss, particles_target
from numba_kernels._jit import COMPILED
from symlandscape.evidence import Level
from symlandscape.particles import relu_units

FORMULAS = [particles_target, particles_coefficients, particles_kernels]


@pytest.mark.parametrize("provider", [*FORMULAS, particles_loss, particles_limits])
def test_every_claim_holds_at_its_level(provider):
    if provider not in FORMULAS and not COMPILED:
        pytest.skip("many evaluations: compiled only")
    levels = {claim.id: claim.level for claim in provider.claims()}
    checked = {
        "particles.funk-hecke.relu.values",
        "particles.kernel.relu",
        "particles.kernel.bridge",
        "particles.kernel.rbf",
    }
    checked |= {f"particles.loss.{name}" for name in ("gradient", "floats", "balls", "series")}
    estimated = {"particles.loss.sampled", "particles.loss.gaussian", "particles.initial-loss", "particles.noise"}
    for name, level in levels.items():
        expected = Level.CHECKED if name in checked else Level.ESTIMATED if name in estimated else Level.PROVED
        assert level is expected, name


def test_a_wrong_recursion_refutes_the_kernel(monkeypatch):
    true = relu_units._slack
    monkeypatch.setattr(relu_units, "_slack", lambda caps, D, *rest: true(caps, D + 1, *rest))
    assert particles_kernels.kernel_check(5).level is Level.REFUTED


def test_a_wrong_bias_refutes_the_coefficient(monkeypatch):
    true = particles_coefficients.relu_coefficient
    monkeypatch.setattr(
        particles_coefficients, "relu_coefficient", lambda field, d, square, b, k: true(field, d, square, -b, k)
    )
    assert particles_coefficients.coefficient_check(5, 3).level is Level.REFUTED


@pytest.mark.parametrize("provider", [particles_coefficients, particles_kernels, particles_limits])
def test_the_figures_draw(provider):
    for figure in provider.figures():
        ax = Figure().add_subplot()
        figure.draw(ax)
        assert ax.lines and ax.get_xlabel() and ax.get_ylabel()


def test_the_formula_carries_the_level_of_its_claim():
    assert [formula.level for formula in particles_coefficients.formulas()] == [Level.PROVED]
