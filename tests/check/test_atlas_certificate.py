"""The atlas as one certificate: parts of the stored one hold, and whatever makes an entry false is rejected."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

import pytest

from derivations._stored_atlas import PATH, agree
from symlandscape.arith.balls import arb, contains, workprec
from symlandscape.check import check_document, relu_atlas, relu_plans
from symlandscape.check.outcome import Rejected
from symlandscape.check.relu_atlas import Name, names
from symlandscape.check.relu_branch import Branch
from symlandscape.check.relu_fold import confirmed_fold
from symlandscape.errors import InputError
from symlandscape.evidence import Verdict
from symlandscape.relu import atlas, atlas_certificate, family
from symlandscape.relu.atlas_certificate import stated_atlas
from tests.check.forgery import Document, forged, holds, rejected, sealed

WHOLE: Document = json.loads(PATH.read_text(encoding="utf-8"))
LISTS = ("points", "zeros", "equal", "folds")


def restricted(upto: int) -> Document:
    """The part of the stored atlas with p + q <= upto."""
    inside = {str(x) for x in names(upto)}
    parts = {key: [copy.deepcopy(row) for row in WHOLE[key] if row[0] in inside] for key in LISTS}
    absent = [name for name in WHOLE["absent"] if name in inside]
    return forged(WHOLE, upto=upto, absent=absent, **parts)


@pytest.fixture
def small() -> Document:
    return restricted(6)


def row(document: Document, key: str, name: str) -> list[Any]:
    return next(x for x in document[key] if x[0] == name)


def test_parts_of_the_stored_atlas_hold_and_say_what_they_hold(small):
    outcome = check_document(small)
    assert outcome.verdict == "holds", outcome.reason
    assert "20 critical points" in outcome.reason and "2 of these minima; 4 folds" in outcome.reason
    assert all(holds(restricted(n)) for n in (1, 2, 3))
    assert holds(forged(small, precision=256)) and holds(forged(small, radius=-40))


@pytest.mark.full
def test_the_whole_stored_atlas_holds():
    assert holds(WHOLE)


def test_the_stored_atlas_is_small():
    assert PATH.stat().st_size < 300_000 and len(WHOLE["points"]) == 1482


def test_an_atlas_read_back_gives_its_certificate_again(monkeypatch):
    document = restricted(5)
    stated = stated_atlas(document)
    assert stated.cell("F", 2, 1).end["how"] == "fold" and stated.cell("A", 1, 0).end["how"] == "C0"
    assert stated.cell("A", 1, 4).level != "certified" and not stated.cell("A", 1, 4).end
    folds = {name: [arb((x, -64)) for x in numbers] for name, numbers in document["folds"]}
    monkeypatch.setattr(atlas_certificate, "_fold", lambda _, cell: folds[cell.name])
    assert atlas_certificate.atlas_certificate(stated).document() == document
    wrong = replace(stated, cells=tuple(replace(c, morse_index=1) for c in stated.cells))
    with pytest.raises(InputError, match="was not confirmed"):
        atlas_certificate.atlas_certificate(wrong)


@pytest.mark.full
def test_the_atlas_made_anew_has_the_entries_of_the_stored_one():
    made = atlas(4)
    document = atlas_certificate.atlas_certificate(made).document()
    assert document == restricted(4)
    assert agree(stated_atlas(document), made) is Verdict.YES
    for ours, theirs in zip(stated_atlas(document).cells, made.cells, strict=True):
        assert (ours.name, ours.symbol, ours.morse_index) == (theirs.name, theirs.symbol, theirs.morse_index)
        assert (ours.equals, ours.coordinates) == (theirs.equals, theirs.coordinates)


@pytest.mark.parametrize("slope", [0, -1, arb((3, -4))])
@pytest.mark.parametrize("sizes", [(9, 8), (7, 4), (3, 6), (2, 5), (5, 2), (4, 1), (1, 7), (7,), (4,), (3,)])
def test_compiled_forms_are_the_forms_of_the_definitions(sizes, slope):
    with workprec(96):
        keys = relu_plans.coordinates(sizes)
        box = [3 * arb(int(i == j and on)) - 1 + arb(k + 2) / 37 for k, (i, j, on) in enumerate(keys)]
        branch = Branch(sizes, None, box, (slope, 1 / (2 * arb.pi())))
        table, plans = branch.representations(), relu_plans.plans(relu_plans.shape_of(sizes))
        assert list(table) == list(plans) == relu_plans.labels(branch)
        for label in plans:
            for ours, theirs in zip(relu_plans.block(branch, label), branch.form(*table[label]), strict=True):
                for x, y in zip(ours, theirs, strict=True):
                    assert x.overlaps(arb(y)) and x.rad() < arb((1, -70))
    whole = sum(len(plan.numbers) * relu_plans.dimension(label, sizes) for label, plan in plans.items())
    assert whole == sum(sizes) ** 2


def test_another_index_is_rejected(small):
    for k, (name, index, _) in enumerate(small["points"]):
        if k % 3 == 0:
            for other in (index + 1, index - 1, 0 if index else 1, None, True):
                changed = copy.deepcopy(small)
                changed["points"][k][1] = other
                assert f"{name} has {index} negative" in rejected(sealed(changed))


def test_a_moved_point_or_coordinate_too_many_is_rejected(small):
    for name in ("A(4|2)", "F(1|5)", "F(2|2)", "A(6|0)"):
        for k in range(len(row(small, "points", name)[2])):
            changed = copy.deepcopy(small)
            row(changed, "points", name)[2][k] += 1 << 17
            assert f"{name}: the Krawczyk image" in rejected(sealed(changed))
        changed = copy.deepcopy(small)
        row(changed, "points", name)[2].pop()
        assert "coordinates" in rejected(sealed(changed))


def test_entries_under_each_other_s_names_are_rejected(small):
    for first, second in (("A(4|2)", "A(3|3)"), ("A(4|2)", "F(2|4)"), ("F(1|5)", "A(5|1)"), ("A(6|0)", "A(5|0)")):
        changed = copy.deepcopy(small)
        one, other = row(changed, "points", first), row(changed, "points", second)
        one[1:], other[1:] = other[1:], one[1:]
        assert rejected(sealed(changed))


def exchanged(numbers: list[int]) -> list[int]:
    """The same point with its two blocks in the other order."""
    a, b, c, e, f, g = numbers
    return [f, g, e, c, a, b]


def test_a_and_f_cannot_be_exchanged_and_no_point_has_two_names(small):
    _, index, a = row(small, "points", "A(3|3)")
    _, other, f = row(small, "points", "F(3|3)")
    pairs = {"A twice": ((index, a), (index, exchanged(a))), "F twice": ((other, exchanged(f)), (other, f)),
             "exchanged": ((other, exchanged(f)), (index, exchanged(a)))}  # fmt: skip
    for first, second in pairs.values():
        changed = copy.deepcopy(small)
        row(changed, "points", "A(3|3)")[1:], row(changed, "points", "F(3|3)")[1:] = first, second
        assert "signs" in rejected(sealed(changed))


def test_one_point_cannot_stand_for_two(small, monkeypatch):
    """Where the signs are not looked at, the sums of squares still tell."""
    changed = copy.deepcopy(small)
    _, index, numbers = row(changed, "points", "A(3|3)")
    row(changed, "points", "F(3|3)")[1:] = [index, exchanged(numbers)]
    monkeypatch.setattr(relu_atlas, "_confirm_signs", lambda *_: None)
    reason = rejected(sealed(changed))
    assert "A(3|3)" in reason and "F(3|3)" in reason and "differ" in reason


def test_a_permutation_matrix_is_no_point_and_no_other_matrix_is_one(small):
    changed = copy.deepcopy(small)
    changed["points"][0][2] = [1 << 64, 0]
    assert rejected(sealed(changed))
    for name, values in (("A(2|3)", [0, 0, 0, 0, 1, 0]), ("A(2|3)", [1, 1, 0, 0, 1, 0]), ("A(2|3)", [0, 2, 0, 0, 1, 0]),
                         ("A(2|3)", [0, 1]), ("F(1|1)", [1, 1, 0, 1]), ("A(2|3)", [0, 1, 1, 1, 0, 0])):  # fmt: skip
        changed = copy.deepcopy(small)
        row(changed, "zeros", name)[1] = values
        assert "permutation" in rejected(sealed(changed)) or "coordinates" in rejected(sealed(changed))


def test_a_dropped_or_doubled_entry_is_rejected(small):
    for key in LISTS:
        for k in range(len(small[key])):
            assert rejected(forged(small, **{key: small[key][:k] + small[key][k + 1 :]})), (key, k)
        assert "twice" in rejected(forged(small, **{key: [*small[key], small[key][0]]}))
    for k in range(len(small["absent"])):
        assert "must stand in" in rejected(forged(small, absent=small["absent"][:k] + small["absent"][k + 1 :]))


def test_an_entry_declared_absent_is_rejected(small):
    for name, *_ in small["points"] + small["zeros"]:
        kept = {key: [x for x in small[key] if x[0] != name and name not in x] for key in LISTS}
        assert rejected(forged(small, absent=[*small["absent"], name], **kept)), name


def test_a_false_coincidence_is_rejected(small):
    for first, second in (("F(3|2)", "A(4|0)"), ("F(2|3)", "A(5|0)"), ("A(4|1)", "A(5|0)"), ("A(5|0)", "A(5|0)"),
                          ("F(3|2)", "F(3|2)"), ("A(2|3)", "A(5|0)"), ("F(3|2)", "C0"), ("F(3|2)", None)):  # fmt: skip
        others = [x for x in small["equal"] if x[0] != first]
        assert rejected(forged(small, equal=[*others, [first, second]])), (first, second)
    moved = copy.deepcopy(small)
    diagonal, off = row(moved, "points", "A(5|0)")[2]
    with_other = row(moved, "points", "F(3|2)")
    with_other[2] = [diagonal, off, *with_other[2][2:]]
    assert rejected(sealed(moved))


def test_two_points_are_not_equal_because_the_document_says_so(small, monkeypatch):
    """Where the signs are not looked at: the point A(3|2) under the name F(3|2), said to equal A(5|0)."""
    changed = copy.deepcopy(small)
    _, index, numbers = row(changed, "points", "A(3|2)")
    row(changed, "points", "F(3|2)")[1:] = [index, exchanged(numbers)]
    monkeypatch.setattr(relu_atlas, "_confirm_signs", lambda *_: None)
    assert "F(3|2) is not shown to equal A(5|0)" in rejected(sealed(changed))


def test_a_fold_at_another_size_is_no_reason_for_an_absent_name(small, monkeypatch):
    monkeypatch.setattr(relu_atlas, "confirmed_fold", lambda *_: arb(5) / 2)
    assert "does not lie between" in rejected(small)


def test_a_false_fold_is_rejected(small):
    document = restricted(3)
    for name, numbers in document["folds"]:
        for k in range(len(numbers)):
            changed = copy.deepcopy(document)
            row(changed, "folds", name)[1][k] += 1 << 20
            assert f"the fold of {name}" in rejected(sealed(changed))
    first, second = small["folds"][:2]
    assert rejected(forged(small, folds=[[first[0], second[1]], [second[0], first[1]], *small["folds"][2:]]))
    assert "must have" in rejected(forged(small, folds=[[first[0], first[1][:-1]], *small["folds"][1:]]))
    assert "must be absent" in rejected(forged(small, folds=[*small["folds"], ["F(2|3)", first[1]]]))


def test_a_fold_is_a_true_one():
    """The size at the fold of F(2|.), and that next to it there is none."""
    numbers = row(WHOLE, "folds", "F(2|1)")[1]
    with workprec(128):
        box = [arb((x, -64)) + arb(0, arb((1, -48))) for x in numbers]
        n = confirmed_fold([2], box)
        assert contains(arb("1.43405421", "1e-8"), n)
        for k in (0, len(box) - 2, len(box) - 1):
            with pytest.raises(Rejected, match="Krawczyk"):
                confirmed_fold([2], [x + arb((1, -40)) if i == k else x for i, x in enumerate(box)])


HOSTILE: list[Any] = [
    None,
    True,
    -3,
    10**400,
    0.5,
    float("nan"),
    "",
    "A(6|0)",
    [],
    {},
    [[]],
    [None],
    [[[[]]]],
    {"a": 1},
]


def test_hostile_documents_are_rejected_without_a_traceback():
    small = restricted(3)
    for key in small:
        for value in HOSTILE:
            assert rejected({**small, key: value} if key == "sha256" else forged(small, **{key: value}))
        if key != "sha256":
            assert rejected(sealed({k: v for k, v in small.items() if k != key}))
    for key in (*LISTS, "absent"):
        for value in HOSTILE:
            assert rejected(forged(small, **{key: [value, *small[key][1:]]}))
            if key != "absent":
                for k in range(len(small[key][0])):
                    line = [value if i == k else x for i, x in enumerate(small[key][0])]
                    assert rejected(forged(small, **{key: [line, *small[key][1:]]})), (key, value, k)
    for name in ("A(0|3)", "F(3|0)", "A(03|0)", "A(3|00)", "B(3|0)", "A(3|0) ", "A(3,0)", "A(-3|6)", "A(٣|0)"):
        points = [[name, *small["points"][0][1:]], *small["points"][1:]]
        assert rejected(forged(small, points=points))
    for changes in (
        {"scale": -48},
        {"radius": 1},
        {"radius": -64},
        {"precision": 32},
        {"upto": 4},
        {"upto": 2},
        {"more": 1},
    ):
        assert rejected(forged(small, **changes))


def test_names_know_their_pattern_and_their_row():
    assert Name("A", 3, 2).sizes == (3, 2) and Name("F", 3, 2).sizes == (2, 3) and Name("A", 3, 0).sizes == (3,)
    assert str(Name("F", 3, 2).next) == "F(3|3)" and str(Name("A", 3, 2).next) == "A(4|2)"
    assert len(names(40)) == 1600


def test_the_points_are_those_of_the_families():
    for name, title, d in (("A(6|0)", "A0", 6), ("A(5|1)", "A1", 6), ("F(1|5)", "F1", 6)):
        _, index, numbers = row(WHOLE, "points", name)
        point = family(title).at(d, digits=25)
        assert index == point.morse_index
        with workprec(128):
            assert all(abs(x - arb((n, -64))) < arb((1, -60)) for x, n in zip(point.coordinates, numbers, strict=True))
