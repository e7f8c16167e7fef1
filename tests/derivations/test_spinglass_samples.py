"""Small samples against formulas: every claim stands, and each comparison can fail."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from derivations import spinglass_samples as samples
from numba_kernels._jit import COMPILED
from symlandscape.evidence import Claim, Level
from symlandscape.spinglass import Enumeration, as_mixture

pytestmark = pytest.mark.skipif(not COMPILED, reason="thousands of steps: compiled only")

SMALL = {"quick": {(3, 3): 60, (3, 4): 60, (4, 3): 60}}


@pytest.fixture
def some(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer and smaller samples."""
    monkeypatch.setattr(samples, "ENUMERATIONS", SMALL)
    monkeypatch.setattr(samples, "COVARIANCE_SAMPLES", 400)
    monkeypatch.setattr(samples, "REACHED", {"quick": (3, 4, 10, 60)})


def found(p: int = 3, spins: int = 3) -> Enumeration:
    return samples.enumeration(p, spins, 60, 0)


def test_every_claim_is_estimated_and_names_are_unique(some: None) -> None:
    made: list[Claim] = list(samples.claims())
    assert {claim.level for claim in made} == {Level.ESTIMATED}
    names = [claim.id for claim in made]
    assert len(set(names)) == len(names) and all(name.startswith("spinglass.samples.") for name in names)
    assert {f"spinglass.samples.means.p{p}.N{n}" for p, n in SMALL["quick"]} <= set(names)


def test_a_lost_pair_of_critical_points_in_every_sample_refutes_the_means() -> None:
    good = found()
    lost = np.concatenate([np.flatnonzero((good.owner == i) & (good.indices == 1))[:2] for i in range(60)])
    keep = np.ones(good.energies.size, dtype=bool)
    keep[lost] = False
    names = ("energies", "indices", "owner", "spins_found")
    bad = replace(good, **{name: getattr(good, name)[keep] for name in names})
    assert any(check.level is Level.REFUTED for check in samples.means(bad))
    levels = {claim.id: claim.level for claim in samples.sample_checks([bad])}
    assert levels["spinglass.samples.euler"] is levels["spinglass.samples.mod-four"] is Level.REFUTED


def test_wrong_exact_means_are_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    true = Enumeration.exact
    monkeypatch.setattr(Enumeration, "exact", lambda self, index, below: 1.3 * true(self, index, below))
    assert next(samples.means(found())).level is Level.REFUTED


def test_one_incomplete_sample_refutes_completeness() -> None:
    weak = replace(found(), complete=np.arange(60) != 7)
    levels = {claim.id: claim.level for claim in samples.sample_checks([weak])}
    assert levels["spinglass.samples.complete"] is Level.REFUTED


def test_the_euler_claim_leaves_out_the_samples_where_it_is_empty() -> None:
    claims = {claim.id: claim for claim in samples.sample_checks([found(3, 4), found(3, 3)])}
    assert "of 60" in claims["spinglass.samples.euler"].checks[0].detail


def test_a_wrong_covariance_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(check.level is Level.ESTIMATED for check in samples.covariance("3:1", 6, 400, 1))
    half = as_mixture("3:1/2,4:1/2")
    monkeypatch.setattr(samples, "as_mixture", lambda model: half)
    assert any(check.level is Level.REFUTED for check in samples.covariance("3:1", 6, 400, 1))


def test_a_minimum_that_an_enumeration_misses_is_noticed_by_descents(monkeypatch: pytest.MonkeyPatch) -> None:
    check = samples.reached(3, 4, 5, 200, 0)
    assert check.level is Level.ESTIMATED
    good = samples.enumeration(3, 4, 5, 0)
    minima = np.count_nonzero(good.indices == 0)
    assert f"{minima} of {minima} minima are reached" in check.detail
    keep = np.ones(good.energies.size, dtype=bool)
    keep[np.flatnonzero(good.indices == 0)[0]] = False
    names = ("energies", "indices", "owner", "spins_found")
    fewer = replace(good, **{name: getattr(good, name)[keep] for name in names})
    monkeypatch.setattr(samples, "enumeration", lambda *rest: fewer)
    assert samples.reached(3, 4, 5, 60, 0).level is Level.REFUTED


def test_a_figure_is_offered_and_asks_a_question() -> None:
    (offered,) = samples.figures()
    assert offered.question.endswith("?")
