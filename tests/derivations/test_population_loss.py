"""The population loss: every claim is proved, and a wrong formula is refuted."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sympy

from derivations import population_loss
from symlandscape.evidence import Claim, Level
from symlandscape.relu.kernel import Pair

SAMPLED = "relu.loss-gradient.sampled"
IDS = ["relu.kernel", "relu.linear-part", "relu.slope", "relu.gradient", SAMPLED, "relu.hessian", "relu.parallel"]


def claims(seed: int = 0) -> dict[str, Claim]:
    return {claim.id: claim for claim in population_loss.claims(seed=seed)}


def test_every_claim_but_the_sampled_one_is_proved():
    found = claims()
    assert list(found) == IDS and {found[name].level for name in IDS if name != SAMPLED} == {Level.PROVED}
    assert found[SAMPLED].level is Level.ESTIMATED
    assert {claim.theme for claim in found.values()} == {population_loss.THEME} == {"relu"}
    assert all(claim.source and claim.latex for claim in found.values())


@pytest.mark.parametrize("seed", [1, 2])
def test_sampling_the_definition_agrees_whatever_the_seed(seed):
    checks = claims(seed)["relu.slope"].checks
    assert [check.level for check in checks] == [Level.PROVED, *[Level.ESTIMATED] * 3]


def test_a_wrong_sign_in_the_own_hessian_is_refuted(monkeypatch):
    direct = Pair.own_hessian
    monkeypatch.setattr(Pair, "own_hessian", lambda self, *rest: -direct(self, *rest))
    found = claims()
    assert found["relu.hessian"].level is Level.REFUTED
    assert [check.level for check in found["relu.hessian"].checks].count(Level.REFUTED) == 2
    assert found["relu.gradient"].level is Level.PROVED


def test_a_wrong_factor_in_the_cross_hessian_is_refuted(monkeypatch):
    direct = Pair.cross_hessian
    monkeypatch.setattr(Pair, "cross_hessian", lambda self, *rest: direct(replace(self, sine=2 * self.sine), *rest))
    assert claims()["relu.hessian"].level is Level.REFUTED


def test_a_wrong_gradient_is_refuted(monkeypatch):
    monkeypatch.setattr(Pair, "gradient", lambda self, kappa, w, v: kappa * (self.sine * w + self.supplement * v))
    found = claims()
    assert found["relu.gradient"].level is Level.REFUTED and found["relu.hessian"].level is Level.PROVED


def test_a_wrong_kernel_is_refuted(monkeypatch):
    t, W, V, kappa = (getattr(population_loss, name) for name in ("t", "W", "V", "kappa"))
    monkeypatch.setattr(population_loss, "kernel", kappa * W * V * (sympy.sin(t) - (sympy.pi - t) * sympy.cos(t)))
    assert claims()["relu.kernel"].level is Level.REFUTED


def test_a_biased_sample_is_refuted(monkeypatch):
    direct = population_loss.monte_carlo

    def biased(seed, slope, samples=200_000):
        exact, sampled, error = direct(seed, slope, samples)
        return exact, sampled + 20 * error, error

    monkeypatch.setattr(population_loss, "monte_carlo", biased)
    assert claims()["relu.slope"].level is Level.REFUTED


def test_a_wrong_gradient_of_the_whole_loss_is_refuted_by_the_samples(monkeypatch):
    direct = population_loss.backends.relu_loss_gradient

    def wrong(*arguments):
        value, gradient = direct(*arguments)
        return value, 1.1 * gradient

    monkeypatch.setattr(population_loss.backends, "relu_loss_gradient", wrong)
    assert claims()[SAMPLED].level is Level.REFUTED


def test_each_formula_carries_the_level_of_its_claim():
    formulas = list(population_loss.formulas())
    assert len(formulas) == 4 and {formula.level for formula in formulas} == {Level.PROVED}
