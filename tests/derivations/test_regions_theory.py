"""The claims about activation regions: their levels, and what a broken constant does to them."""

from __future__ import annotations

from fractions import Fraction

import matplotlib
import pytest

from derivations import regions_bounds, regions_exact, regions_theory
from symlandscape.evidence import Level
from symlandscape.regions import region_class

matplotlib.use("Agg")


def test_every_statement_of_the_theory_is_proved():
    found = list(regions_theory.claims())
    assert {claim.level for claim in found} == {Level.PROVED}
    assert [formula.level for formula in regions_theory.formulas()] == [Level.PROVED] * 4


def test_a_constant_above_two_refutes_the_claim_at_the_edge(monkeypatch):
    monkeypatch.setattr(regions_theory, "PAPER_CONSTANT", Fraction(21, 10))
    assert not regions_theory.vacuous_at_n_log4()


def test_counts_ranks_supports_classes_and_volumes_hold():
    found = {claim.id: claim for claim in regions_exact.claims()}
    assert all(claim.level in (Level.PROVED, Level.CERTIFIED) for claim in found.values())
    assert "C(10, 4) = 260" in found["regions.cells"].latex
    assert "B_3 48" in found["regions.cells-special-position"].latex


def test_a_lost_cell_refutes_the_counts(monkeypatch):
    lost = regions_exact.count

    def fewer(points):
        made = lost(points)
        return type(made)(**{name: getattr(made, name) for name in made.__slots__} | {"cells": made.cells - 1})

    monkeypatch.setattr(regions_exact, "count", fewer)
    first = next(regions_exact.counted())
    assert first.level is Level.REFUTED


def test_a_broken_classification_is_refuted(monkeypatch):
    regions_exact.every_region_is_explained.cache_clear()
    monkeypatch.setattr(regions_exact, "verify", lambda *_: False)
    assert not regions_exact.every_region_is_explained(regions_exact.plane(), 1, "0")
    monkeypatch.setattr(regions_exact, "verify", region_class.verify)
    monkeypatch.setattr(regions_exact, "excluded", lambda *_: False)
    assert not regions_exact.every_region_is_explained(regions_exact.plane(), 2, "0")
    regions_exact.every_region_is_explained.cache_clear()


def test_the_bounds_hold_and_the_table_says_which_entry_is_off():
    found = {claim.id: claim for claim in regions_bounds.claims()}
    assert all(claim.level in (Level.PROVED, Level.CERTIFIED) for claim in found.values())
    assert "0.9968" in found["regions.table-1"].latex and "0.999" in found["regions.table-1"].latex
    assert "MNIST } 180, 180" in found["regions.widths-of-table-1"].latex
    assert all(formula.level is Level.CERTIFIED for formula in regions_bounds.formulas())


def test_a_table_that_comes_out_would_refute_the_remark(monkeypatch):
    rows = (("MNIST", 784, 89, 70_000, "0.997"), *regions_bounds.TABLE[1:])
    monkeypatch.setattr(regions_bounds, "TABLE", rows)
    assert regions_bounds.table_claim().level is Level.REFUTED


@pytest.mark.parametrize("module", [regions_exact, regions_bounds])
def test_the_figures_draw(module):
    from matplotlib import pyplot

    for figure in module.figures():
        drawn, ax = pyplot.subplots()
        figure.draw(ax)
        assert ax.lines and ax.get_xlabel() and ax.get_ylabel()
        pyplot.close(drawn)
