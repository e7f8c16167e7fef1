"""The claims about mean counts hold at their levels, turn red when broken, and are drawn."""

from __future__ import annotations

import pytest

from derivations import spinglass_counts as provider
from symlandscape.arith.balls import arb
from symlandscape.evidence import Level


@pytest.fixture(scope="module")
def made():
    return {claim.id.removeprefix("spinglass.count."): claim for claim in provider.claims()}


def test_every_claim_has_its_level(made):
    levels = {name: claim.level for name, claim in made.items()}
    proved = {"covariance", "constant", "quadratic"} | {f"total.N={n}" for n in range(2, 7)}
    estimated = {"matrices", "forms"}
    assert all(levels[name] is Level.PROVED for name in proved)
    assert all(levels[name] is Level.ESTIMATED for name in estimated)
    assert levels["euler"] is Level.CERTIFIED
    rest = set(levels) - proved - estimated - {"euler"}
    assert rest == {"pfaffian", "sum", "quadratic.index", "below", "antipode", "circle"}
    assert all(levels[name] is Level.CHECKED for name in rest)


def test_a_wrong_term_of_the_one_point_density_refutes_the_closed_form(monkeypatch):
    true = provider.even_moments
    monkeypatch.setattr(provider, "even_moments", lambda polynomial, a: true(polynomial + 1, a))
    assert provider.closed_form_claim(4).level is Level.REFUTED


def test_a_wrong_density_refutes_the_sum(monkeypatch):
    true = provider.index_densities
    monkeypatch.setattr(provider, "index_densities", lambda spins, x: [v * (1 + arb(2) ** -60) for v in true(spins, x)])
    assert provider.pfaffian_against_one_point(5, "5/4").level is Level.REFUTED


def test_random_forms_refute_another_constant(monkeypatch):
    monkeypatch.setattr(provider, "exact_total", lambda spins, rho, digits: arb(5))
    assert provider.polynomials(20_000, 0, 3).level is Level.REFUTED


def test_formulas_are_proved():
    assert [formula.level for formula in provider.formulas()] == [Level.PROVED] * 5


def test_figures_show_counts_and_their_complexity():
    from matplotlib.figure import Figure

    by_index, below = provider.figures()
    ax = Figure().add_subplot()
    by_index.draw(ax)
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels[:4] == ["index 0", "index 1", "index 2", "all"] and ax.get_yscale() == "log"
    ax = Figure().add_subplot()
    below.draw(ax)
    curves = {line.get_label(): line.get_ydata() for line in ax.lines}
    assert curves["N = 40"][-1] < curves["N = 10"][-1]  # from above where there are many
    assert curves["N = 40"][0] > curves["N = 10"][0]  # from below in the tail
