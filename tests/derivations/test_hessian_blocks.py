"""The Hessian's blocks with symbolic sizes: proved dimensions, checked entries, and a wrong formula goes red."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sympy

from derivations import hessian_blocks
from symlandscape.evidence import Claim, Level
from symlandscape.relu.block_formulas import Blocks
from symlandscape.relu.kernel import Pair


def claims(monkeypatch: pytest.MonkeyPatch, *patterns: str) -> dict[str, Claim]:
    monkeypatch.setattr(hessian_blocks, "PATTERNS", patterns)
    return {claim.id: claim for claim in hessian_blocks.claims()}


@pytest.fixture
def forget():
    """Comparisons made with a broken formula are not kept."""
    hessian_blocks.two_roads.cache_clear()
    yield
    hessian_blocks.two_roads.cache_clear()


@pytest.mark.parametrize("pattern", ["n", "n-1,1", pytest.param("m,p", marks=pytest.mark.full)])
def test_decompositions_are_proved_and_blocks_checked_by_two_roads_and_lapack(monkeypatch, pattern):
    found = claims(monkeypatch, pattern)
    assert found[f"relu.decomposition.{pattern}"].level is Level.PROVED
    blocks = found[f"relu.blocks.{pattern}"]
    assert {check.level for check in blocks.checks} == {Level.CHECKED}
    components = len(hessian_blocks.formula(pattern).decomposition)
    assert len(blocks.checks) == 2 * components + 1  # an integer and a real size, and LAPACK at the integer one


def test_the_sizes_compared_are_whole_and_real():
    for sizes in hessian_blocks.SIZES.values():
        whole = [all(x.denominator == 1 for x in each.values()) for each in sizes]
        assert whole == [True, False]


def test_a_wrong_entry_of_one_formula_is_refuted(monkeypatch, forget):
    right = hessian_blocks.formula("n")
    matrices = {**right.matrices, "x0": right.matrices["x0"] * sympy.Rational(10**9 + 1, 10**9)}
    wrong = Blocks(right.pattern, right.slope, right.decomposition, matrices, right.definitions)
    monkeypatch.setattr(hessian_blocks, "formula", lambda name: wrong)
    claim = claims(monkeypatch, "n")["relu.blocks.n"]
    assert claim.level is Level.REFUTED
    assert [c.name for c in claim.checks if c.level is Level.REFUTED] == ["x0 at n = 7", "x0 at n = 13/2"]


def test_a_wrong_decomposition_is_refuted(monkeypatch, forget):
    right = hessian_blocks.formula("n")
    wrong = Blocks(right.pattern, right.slope, right.decomposition[:-1], right.matrices, right.definitions)
    monkeypatch.setattr(hessian_blocks, "formula", lambda name: wrong)
    assert claims(monkeypatch, "n")["relu.decomposition.n"].level is Level.REFUTED


def test_another_component_of_the_same_dimension_is_refuted(monkeypatch, forget):
    right = hessian_blocks.formula("n")
    named = tuple(replace(c, label="y0" if c.label == "x0" else c.label) for c in right.decomposition)
    monkeypatch.setattr(
        hessian_blocks, "formula", lambda name: Blocks(right.pattern, right.slope, named, right.matrices, ())
    )
    assert hessian_blocks.dimensions_add("n") and not hessian_blocks.characters_agree("n")


def test_a_wrong_kernel_disagrees_with_the_dense_hessian(monkeypatch):
    direct = Pair.own_hessian
    hessian_blocks.formula("n")  # kept from before the damage
    monkeypatch.setattr(Pair, "own_hessian", lambda self, *rest: -direct(self, *rest))
    (check,) = hessian_blocks.dense_checks("n", 0)
    assert check.level is Level.REFUTED


def test_every_block_and_definition_is_offered_as_a_formula_with_its_level(monkeypatch):
    monkeypatch.setattr(hessian_blocks, "PATTERNS", ("n", "n-1,1"))
    formulas = list(hessian_blocks.formulas())
    assert len(formulas) == 2 * (1 + 4) and {formula.level for formula in formulas} == {Level.CHECKED}
    assert len({formula.name for formula in formulas}) == len(formulas)
