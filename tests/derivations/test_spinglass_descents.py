"""Descents on large spheres: every claim stands, and each comparison can fail."""

from __future__ import annotations

from dataclasses import replace

import pytest

from derivations import spinglass_descents as descents
from numba_kernels._jit import COMPILED
from symlandscape.evidence import Claim, Level
from symlandscape.spinglass import Descent, Trajectory

pytestmark = pytest.mark.skipif(not COMPILED, reason="thousands of iterations: compiled only")


@pytest.fixture
def some(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer and smaller spheres."""
    monkeypatch.setattr(descents, "DESCENTS", {"quick": {15: 200, 25: 80, 50: 40}})
    monkeypatch.setattr(descents, "ASCENTS", {"quick": {20: 6, 60: 6}})
    monkeypatch.setattr(descents, "HOT_SPINS", 20)


def runs() -> list[Descent]:
    return [descents.descent(n, m, "gd", 0) for n, m in ((15, 200), (25, 80), (50, 40))]


def test_every_claim_is_estimated_and_names_are_unique(some: None) -> None:
    made: list[Claim] = list(descents.claims())
    assert {claim.level for claim in made} == {Level.ESTIMATED}
    names = [claim.id for claim in made]
    assert len(set(names)) == len(names) and all(name.startswith("spinglass.") for name in names)


def test_a_last_mean_or_scatter_off_the_power_law_is_refuted() -> None:
    *others, last = runs()
    for work in (descents.drift, descents.scatter):
        assert all(check.level is Level.ESTIMATED for check in work(runs()))
    (check,) = descents.drift([*others, replace(last, energies=last.energies + 0.08)])
    assert check.level is Level.REFUTED
    (check,) = descents.scatter([*others, replace(last, energies=8.0 * last.energies)])
    assert check.level is Level.REFUTED


def test_a_saddle_among_the_ends_refutes() -> None:
    good = runs()[1]
    assert descents.ends([good]).level is Level.ESTIMATED
    negative = good.negative.copy()
    negative[3, 0] = 1
    assert descents.ends([replace(good, negative=negative)]).level is Level.REFUTED


def test_an_ascent_that_gets_worse_is_refuted(some: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert descents.closer("quick", 0).level is Level.ESTIMATED
    true = descents.ascents

    def worse(spins: int, count: int, seed: int) -> list[Trajectory]:
        lift = 0.5 if spins == 60 else 0.0
        return [replace(path, energies=path.energies + lift) for path in true(spins, count, seed)]

    monkeypatch.setattr(descents, "ascents", worse)
    assert descents.closer("quick", 0).level is Level.REFUTED


def test_a_wrong_temperature_is_refuted(some: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert descents.hot("quick", 0).level is Level.ESTIMATED
    true = descents.langevin
    monkeypatch.setattr(descents, "langevin", lambda h, t, *rest: true(h, 1.5 * t, *rest))
    assert descents.hot("quick", 0).level is Level.REFUTED


def test_three_figures_are_offered_and_each_asks_a_question() -> None:
    offered = list(descents.figures())
    assert len({figure.name for figure in offered}) == 3 and all(figure.question.endswith("?") for figure in offered)
