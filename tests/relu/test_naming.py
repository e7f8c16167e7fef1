"""Names come from the loss and the whole spectrum, never from the isotropy alone."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from symlandscape.evidence import Verdict
from symlandscape.relu.certification import certify
from symlandscape.relu.critical_point import CriticalPoint
from symlandscape.relu.families import family
from symlandscape.relu.naming import candidates, name_of, same_point
from symlandscape.symmetry.isotropy import isotropy
from symlandscape.symmetry.pattern import Pattern

# critical points in the fixed space of Delta(S_5 x S_1) at d = 6, found by solve("5,1")
NAMELESS = [
    [1.144682, -0.026591, 0.198242, -0.03204, -0.035932],
    [1.102762, -0.050907, 0.17537, 0.116181, 0.093275],
    [-0.735092, 0.34164, 0.125027, 0.34048, 0.351899],
    [-0.723945, 0.437508, 0.205616, -0.036597, -0.036415],
]


def test_the_identity_and_a0_share_their_isotropy_but_not_their_name():
    identity, a0 = (replace(family(name).at(6), family=None) for name in ("C0", "A0"))
    assert isotropy(identity.matrix()).name == isotropy(a0.matrix()).name == "Delta(S_6)"
    assert (name_of(identity), name_of(a0)) == ("C0", "A0")
    assert not same_point(identity, a0)


@pytest.mark.parametrize("start", NAMELESS)
def test_other_points_with_the_isotropy_of_f1_get_no_name(start):
    point = certify(Pattern((5, 1)), start)
    assert point.existence is Verdict.YES
    assert isotropy(point.matrix()).name == isotropy(family("F1").at(6).matrix()).name == "Delta(S_5 x S_1)"
    assert name_of(point) is None


def test_members_of_one_isotropy_get_their_own_names():
    points = {name: replace(family(name).at(7), family=None) for name in ("A1", "F1")}
    assert points["A1"].pattern == points["F1"].pattern
    assert {name: name_of(point) for name, point in points.items()} == {"A1": "A1", "F1": "F1"}


def test_a_point_is_named_in_any_fixed_space_that_contains_it():
    a0 = family("A0").at(6)
    a, b = a0.coordinates
    refined = certify(Pattern((5, 1)), [a, b, b, b, a])
    assert len(refined.blocks) == 4 and name_of(refined) == "A0"
    split = certify(Pattern((3, 2, 1)), [x for row in range(3) for x in seen_from(row, a, b)])
    assert name_of(split) == "A0" and same_point(split, a0)


def seen_from(row: int, a, b) -> list:
    """The row's coordinates in the pattern 3,2,1 of the matrix with diagonal a and b elsewhere."""
    diagonal = [a] if row == 2 else [a, b]
    return [b] * row + diagonal + [b] * (2 - row)


def test_f3_meets_a0_at_d_5():
    f3, a0 = family("F3").at(5), family("A0").at(5)
    assert f3.existence is a0.existence is Verdict.YES
    names = {c.name: x for c, x in zip(f3.pattern.coordinates, f3.coordinates, strict=True)}
    a, b = a0.coordinates
    assert f3.pattern == Pattern((2, 3))
    # the branch F3 stands at the symmetric point up to a swap of the two rows of its kept block
    assert names["b[0,0]"].overlaps(a) and names["a[1]"].overlaps(a)
    assert all(names[name].overlaps(b) for name in ("a[0]", "c[0,1]", "c[1,0]", "b[1,1]"))
    assert f3.loss.overlaps(a0.loss) and same_point(f3, a0)
    assert (f3.verdict, f3.morse_index) == (a0.verdict, a0.morse_index) == ("saddle", 6)
    assert name_of(replace(f3, family=None)) == "A0"  # the simpler of the two names


def test_f3_and_a0_are_different_points_at_d_6():
    f3, a0 = family("F3").at(6), family("A0").at(6)
    assert not f3.loss.overlaps(a0.loss) and not same_point(f3, a0)
    assert name_of(replace(f3, family=None)) == "F3"


def test_equal_losses_do_not_suffice():
    f1, a0 = family("F1").at(6), family("A0").at(6)
    assert not same_point(f1, replace(a0, loss=f1.loss))


def test_points_of_different_problems_are_never_the_same():
    six, seven = family("F1").at(6), family("F1").at(7)
    assert not same_point(six, replace(seven, loss=six.loss))
    assert not same_point(six, family("F1", extra=1).at(6))


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        (Pattern((6,)), ["C0", "A0"]),
        (Pattern((5, 1)), ["C0", "A0", "A1", "F1", "A5", "F5"]),
        (Pattern((2, 1, 1)), ["C0", "A0", "A1", "F1", "A3", "F3", "A2", "F2"]),
        (Pattern((4,), (1,)), ["A0"]),
        (Pattern((Fraction(11, 2), 1)), ["C0", "A0", "A1", "F1"]),
        (Pattern((4,), (2,)), []),
        (Pattern((4,), (1, 1, 1)), []),
    ],
)
def test_candidates_are_the_families_whose_blocks_fit(pattern: Pattern, names: list[str]):
    found = candidates(pattern)
    assert [member.name for member in found] == names
    assert all(len(member.extra) == len(pattern.extra) for member in found)


def test_every_candidate_lies_in_the_fixed_space():
    pattern = Pattern((4, 2))
    for member in candidates(pattern):
        if member.name in {"A4", "F4"}:  # A4 has met the identity at d = 6
            continue
        point: CriticalPoint = member.at(6)
        assert set(point.pattern.sizes) <= {6, 4, 2}


def test_families_are_named_at_real_d_too():
    for name in ("C0", "A0", "A1", "F1"):
        point = family(name).at(Fraction(13, 2))
        assert name_of(replace(point, family=None)) == name
