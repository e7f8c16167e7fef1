"""The bridge: index curve proved, indices certified, measured numbers held against another seed."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from derivations import network_layers as derivation
from symlandscape.evidence import Level


@pytest.fixture(autouse=True)
def few_starts(monkeypatch):
    monkeypatch.setattr(derivation, "STARTS", {"quick": {3: 60, 4: 90}})
    monkeypatch.setattr(derivation, "CERTIFIED", {"quick": (3,)})


def test_every_claim_stands_at_its_level():
    levels = {claim.id: claim.level for claim in derivation.claims()}
    assert levels == {
        "bridge.index-curve": Level.PROVED,
        "bridge.index-edge": Level.PROVED,
        "bridge.indices.d3": Level.CERTIFIED,
        "bridge.layers.d4": Level.ESTIMATED,
        "bridge.edge-power.d4": Level.ESTIMATED,
    }


def test_a_wrong_index_is_refuted():
    kinds = derivation.found(3, 60, 0)
    sharp = next(i for i, p in enumerate(kinds.points) if not p.flat)
    points = tuple(replace(p, index=p.index + 1) if i == sharp else p for i, p in enumerate(kinds.points))
    assert derivation.indices_certified(3, replace(kinds, points=points)).level is Level.REFUTED


def test_a_number_that_another_seed_does_not_confirm_is_refuted(monkeypatch):
    values = iter([0.9, 0.1])
    monkeypatch.setattr(derivation, "resampled", lambda points, f, stream: np.array([0.0, 0.01]))
    kinds = derivation.found(3, 60, 0)
    check = derivation.measured(kinds, kinds, lambda points: next(values), "name", 0.0)[2]
    assert check.level is Level.REFUTED


def test_the_index_curve_is_the_mass_of_a_semicircle_below_zero():
    rng = np.random.default_rng(0)
    matrix = rng.standard_normal((400, 400))
    spectrum = np.linalg.eigvalsh(matrix + matrix.T) / math.sqrt(2 * 400) / 2  # on [-1, 1]
    for x in (-0.8, -0.3, 0.2):
        assert float(np.mean(spectrum < x)) == pytest.approx(float(derivation.fractions(np.array(x))), abs=0.01)
    assert float(derivation.fractions(np.array(derivation.quarter() - 1))) == pytest.approx(0.25, abs=1e-7)
