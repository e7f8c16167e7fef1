"""Where training ends: every claim stands with fewer repeats, and each comparison can fail."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from derivations import regions_training as training
from numba_kernels._jit import COMPILED
from symlandscape.backends import TrainStatus
from symlandscape.evidence import Claim, Level

pytestmark = pytest.mark.skipif(not COMPILED, reason="thousands of iterations: compiled only")
LEAKY = Fraction(1, 10)


@pytest.fixture
def some(monkeypatch: pytest.MonkeyPatch) -> None:
    """Smaller networks."""
    monkeypatch.setattr(training, "RUNS", {"quick": {(5, LEAKY): 16}})
    monkeypatch.setattr(training, "GLYPHS", {"quick": (128, (2, 4), 14)})
    monkeypatch.setattr(training, "SMALL", {"quick": 12})


def test_every_claim_is_estimated_and_names_are_unique(some: None) -> None:
    made: list[Claim] = list(training.claims())
    assert {claim.level for claim in made} == {Level.ESTIMATED}
    names = [claim.id for claim in made]
    assert len(set(names)) == len(names) and all(name.startswith("regions.training.") for name in names)


def test_a_minimum_moved_to_another_region_is_noticed() -> None:
    ends = training.small(6, 2, 2, LEAKY, 12, 0)
    total, without, other = training.against_exact(ends, LEAKY)
    assert total > 0 and without == other == 0
    moved = replace(ends, W=np.random.default_rng(0).standard_normal(ends.W.shape))
    _, without, other = training.against_exact(moved, LEAKY)
    assert without > 0 and other > 0


def test_shares_and_drops_can_fail() -> None:
    ends = training.trained(5, LEAKY, 16, 0)
    assert training.drop(ends).level is Level.ESTIMATED
    assert training.drop(ends[::-1]).level is Level.REFUTED
    walls = training.between(ends, 0.0, 1.0)
    assert training.most("walls", walls, "on_walls", 0.5).level is Level.ESTIMATED
    assert training.most("walls", walls, "minima", 0.5).level is Level.REFUTED
    few = [replace(walls[0], status=np.where(np.arange(16) < 8, TrainStatus.MINIMUM, TrainStatus.OPEN))]
    assert training.most("half", few, "minima", 0.5).level is Level.UNDECIDED


def test_half_of_the_runs_reach_a_minimum_between_one_and_two_parameters_per_sample() -> None:
    assert 1.0 < training.half(training.trained(5, LEAKY, 16, 0)) < 2.0
    assert np.isnan(training.half(training.trained(5, LEAKY, 16, 0)[:2]))


def test_ends_that_were_not_stationary_would_be_noticed(some: None) -> None:
    ends = training.between(training.trained(5, LEAKY, 16, 0), 0.0, 1.0)
    assert training.stationarity(ends).level is Level.ESTIMATED
    shaken = [replace(end, z=end.z + 0.3) for end in ends]
    assert training.stationarity(shaken).level is not Level.ESTIMATED


@pytest.mark.full
def test_the_full_profile_stands() -> None:
    assert {claim.level for claim in training.claims("full")} == {Level.ESTIMATED}
