"""Claims on the series with a letter and on the square root in F<p>."""

from __future__ import annotations

import pytest

from derivations import symbolic_series as derivation
from symlandscape.evidence import Level


@pytest.mark.full
def test_the_root_part_of_f2_is_proved_and_its_second_road_agrees():
    assert derivation.root_part(2).level is Level.PROVED
    assert {check.level for check in derivation.second_road(2)} == {Level.CHECKED}


@pytest.mark.full
def test_the_series_with_a_letter_give_those_at_sizes():
    assert {claim.level for claim in derivation.with_a_letter("A[kept=q]")} == {Level.PROVED}
