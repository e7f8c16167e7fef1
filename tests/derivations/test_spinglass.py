"""The spinglass derivations: nothing refuted, proofs fail when a constant is broken, figures draw."""

from __future__ import annotations

from collections import Counter
from importlib import import_module

import matplotlib
import pytest
import sympy

from derivations import spinglass_asymptotics, spinglass_complexity, spinglass_mixtures
from symlandscape.evidence import Level
from symlandscape.spinglass import formulas

matplotlib.use("Agg")

DRAWN = ("spinglass_complexity", "spinglass_mixtures", "spinglass_asymptotics")
NAMES = (*DRAWN, "spinglass_pairs")


@pytest.fixture(scope="module")
def made():
    return {name: list(import_module(f"derivations.{name}").claims()) for name in NAMES}


def test_every_claim_has_its_level_and_no_id_comes_twice(made):
    claims = [claim for found in made.values() for claim in found]
    assert max(Counter(claim.id for claim in claims).values()) == 1
    assert all(claim.id.startswith("spinglass.") and claim.theme == "spinglass" for claim in claims)
    levels = {claim.id: claim.level for claim in claims}
    assert not {Level.REFUTED, Level.UNDECIDED} & set(levels.values())
    assert levels["spinglass.ground-state-one-step"] is Level.PROVED
    assert levels["spinglass.ground-state.p3"] is Level.CERTIFIED
    assert levels["spinglass.asymptotics.edge.p3"] is Level.ESTIMATED


def test_every_formula_carries_the_level_of_its_claim(made):
    for name in DRAWN:
        for formula in import_module(f"derivations.{name}").formulas():
            assert formula.level is Level.PROVED
            assert formula.latex.count("{") == formula.latex.count("}")


def test_every_figure_draws():
    from matplotlib.figure import Figure

    for name in DRAWN:
        for figure in import_module(f"derivations.{name}").figures():
            ax = Figure().add_subplot()
            figure.draw(ax)
            assert ax.get_xlabel() and ax.get_ylabel()


def test_the_edge_density_without_its_determinantal_part_is_excluded_by_exact_means():
    check = spinglass_asymptotics.compared(3, "-E_inf", 1 / 3, spinglass_asymptotics.SIZES["quick"])
    limit, error = check.finding.value, check.finding.standard_error
    assert check.level is Level.ESTIMATED and abs(spinglass_asymptotics.constants_quotient() * limit - 1) > 20 * error


def test_a_broken_e_inf_breaks_the_proofs(monkeypatch):
    monkeypatch.setattr(formulas, "e_inf", lambda p: 2 * sympy.sqrt((p - 1) / (p + 1)))
    assert not spinglass_complexity.gap_closes()
    assert not spinglass_complexity.identity_exponents()
    assert not spinglass_complexity.layers_decrease()
    assert not spinglass_mixtures.algorithmic_pure()


def test_a_broken_plateau_breaks_the_proof(monkeypatch):
    monkeypatch.setattr(formulas, "plateau", lambda p: sympy.log(p - 1) / 2 - (p - 2) / (p + 1))
    assert not spinglass_complexity.plateau_positive()


def test_a_broken_variance_breaks_the_proofs(monkeypatch):
    monkeypatch.setattr(spinglass_mixtures, "ALPHA2", spinglass_mixtures.ALPHA2 + 1)
    for proof in ("density", "concave", "bulk_supremum"):
        assert not getattr(spinglass_mixtures, proof)()


def test_zero_tells_identities_from_near_misses():
    t = spinglass_complexity.t
    assert spinglass_complexity.zero(sympy.cosh(t) ** 2 - sympy.sinh(t) ** 2 - 1)
    assert not spinglass_complexity.zero(sympy.cosh(t) ** 2 - sympy.sinh(t) ** 2 - 1 + sympy.exp(-9 * t) / 10**9)


def test_a_wrong_closed_form_is_refuted_by_the_supremum_by_signs(monkeypatch):
    original = spinglass_mixtures.supremum_by_signs
    monkeypatch.setattr(
        spinglass_mixtures,
        "supremum_by_signs",
        lambda *arguments: original(*arguments) + spinglass_mixtures.arb("1e-9"),
    )
    assert Level.REFUTED in {check.level for check in spinglass_mixtures.supremum_checks("3:1/2,4:1/2")}
