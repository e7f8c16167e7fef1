"""Claims on families at k = d + 1: powers of d measured, no logarithm, asymptotics; red when a coefficient is wrong."""

from __future__ import annotations

from dataclasses import replace

from derivations import extra_row_series as derivation
from derivations import series
from symlandscape.arith.pi_field import PiFraction
from symlandscape.arith.power_series import Series
from symlandscape.evidence import Level


def test_with_an_extra_row_the_power_the_absence_of_logarithms_and_the_asymptotics_are_checked(monkeypatch):
    monkeypatch.setattr(derivation, "EXTRA", {"quick": (("A0", 2),)})
    found = list(derivation.claims("quick"))
    assert [claim.id.rpartition(".")[2] for claim in found] == ["power", "no-logarithm", "A0+1"]
    assert all(claim.level is Level.CHECKED for claim in found)


def test_a_wrong_coefficient_with_an_extra_row_is_refuted(monkeypatch):
    monkeypatch.setattr(derivation, "EXTRA", {"quick": (("A0", 2),)})
    right = derivation.expansion("A0+1", 2)
    wrong = right.loss + Series(2, [PiFraction.of(1)], None, right.loss.length)
    for module in (derivation, series):
        monkeypatch.setattr(module, "expansion", lambda name, order: replace(right, loss=wrong))
    assert list(derivation.claims("quick"))[2].level is Level.REFUTED
