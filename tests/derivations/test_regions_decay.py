"""The decay of sampled volumes: every claim stands at small sizes, and each comparison can fail."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import pytest

from derivations import regions_decay as decays
from derivations._sampled import below
from numba_kernels._jit import COMPILED
from symlandscape.evidence import Claim, Level

pytestmark = pytest.mark.skipif(not COMPILED, reason="thousands of draws: compiled only")


@pytest.fixture
def some(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer draws at smaller sizes."""
    monkeypatch.setattr(decays, "SQUARES", {"quick": {3: 1500, 4: 1500, 5: 1500}})
    monkeypatch.setattr(decays, "WIDTHS", {"quick": ((12, 3), (4, 6, 8, 10), 1500)})
    monkeypatch.setattr(decays, "SEEN", 2)
    monkeypatch.setattr(decays, "LARGE", {"quick": 200})
    monkeypatch.setattr(decays, "EXACT", {"quick": {3: 640}})


def test_every_claim_stands_and_names_are_unique(some: None) -> None:
    made: list[Claim] = list(decays.claims())
    assert {claim.level for claim in made} == {Level.ESTIMATED, Level.PROVED}
    assert {claim.id.rpartition(".")[0] for claim in made if claim.level is Level.PROVED} == {"regions.decay.strict"}
    names = [claim.id for claim in made]
    assert len(set(names)) == len(names) and all(name.startswith("regions.decay.") for name in names)


def test_a_value_is_below_a_bound_above_it_or_undecided() -> None:
    levels = [below("x", [("", value, 1.0, 0.1)]).level for value in (0.5, 0.9, 1.2, 1.6)]
    assert levels == [Level.ESTIMATED, Level.UNDECIDED, Level.UNDECIDED, Level.REFUTED]
    assert below("x", [("", 0.0, 1.0, 0.0)]).level is Level.ESTIMATED
    assert below("x", [("", 0.5, 1.0, 0.1), ("", 0.9, 1.0, 0.1)]).level is Level.UNDECIDED
    assert below("x", []).level is Level.UNDECIDED


def test_volumes_that_grow_are_refuted(some: None) -> None:
    rows = decays.squares(Fraction(0), "quick", 0)
    assert decays.falls(rows).level is decays.falls(rows, "rank_deficient").level is Level.ESTIMATED
    assert decays.falls(rows[::-1]).level is Level.REFUTED
    assert decays.falls(rows[::-1], "rank_deficient").level is Level.REFUTED


def test_a_hundredfold_exponent_is_refuted(some: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from symlandscape.regions import volume_decay

    true = volume_decay.bound_exponent
    monkeypatch.setattr(volume_decay, "bound_exponent", lambda *sizes: 100 * true(*sizes))
    rows = decays.squares(Fraction(0), "quick", 0)
    assert decays.below_bound(rows).level is Level.REFUTED


def test_a_volume_that_falls_slowly_refutes_the_power(some: None) -> None:
    rows = []
    for row in decays.squares(Fraction(0), "quick", 0):
        wrong = row.wrong * 0
        wrong[: round(row.draws * math.exp(-0.3 * row.samples**0.3))] = row.samples
        rows.append(replace(row, wrong=wrong, datasets=1))
    assert decays.more_than_linear(rows).level is Level.REFUTED


def test_wrong_ranks_and_wrong_means_are_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert decays.ranks(3, Fraction(0), 40, 0).level is Level.ESTIMATED
    assert decays.dead(3, 40, 1000, 0).level is Level.ESTIMATED
    monkeypatch.setattr(decays, "generic_rank", lambda A, d: min(9, 1 + d * len(A)))
    assert decays.ranks(3, Fraction(0), 40, 0).level is Level.REFUTED
    true = decays.estimate
    monkeypatch.setattr(decays, "estimate", lambda values: true(values + 1.0))
    assert decays.dead(3, 40, 1000, 0).level is Level.REFUTED


def test_an_exact_class_that_differs_is_counted(some: None, monkeypatch: pytest.MonkeyPatch) -> None:
    right = decays.class_of_weights
    monkeypatch.setattr(decays, "class_of_weights", lambda *a, **k: replace(right(*a, **k), wrong=0))
    decays.exact_draws.cache_clear()
    found = decays.exact_draws(3, Fraction(0), 80, 5)
    assert found.mismatches == found.necessary > 0
    decays.exact_draws.cache_clear()


def test_a_set_that_always_holds_minima_refutes_the_half() -> None:
    found = decays.exact_draws(3, Fraction(0), 640, 0)
    assert decays.half_of([found]).level is Level.ESTIMATED
    assert decays.half_of([replace(found, holding_shares=found.necessary_shares)]).level is Level.REFUTED


@pytest.mark.full
def test_the_full_profile_stands() -> None:
    assert {claim.level for claim in decays.claims("full")} <= {Level.ESTIMATED, Level.PROVED}
