"""Certificates of whole theorems: true ones hold; whatever makes them false is rejected by mathematics."""

from __future__ import annotations

import copy
import json
from fractions import Fraction
from typing import Any

import pytest

from derivations.for_all_d import path_of
from symlandscape.arith.balls import arb, mid, workprec
from symlandscape.arith.codec import decode, encode
from symlandscape.check import check_document
from symlandscape.check.relu_piece import Piece, along, ball, confirmed
from symlandscape.relu import family
from symlandscape.relu import theorem_certificate as writer
from symlandscape.relu.branch_scan import branch_of
from tests.check.forgery import Document, at, forged, holds, leaves, nudged, rejected, replaced, sealed

STORED: dict[str, Document] = {}


def theorem(name: str = "A0") -> Document:
    if name not in STORED:
        STORED[name] = json.loads(path_of(name).read_text(encoding="utf-8"))
    return copy.deepcopy(STORED[name])


def shortened(document: Document, first: int, last: int | None = None) -> Document:
    """The cover from one piece to another."""
    cover = document["cover"]
    end = len(cover["pieces"]) if last is None else last
    label = cover["crossing"] if last is None else None
    return forged(cover, places=cover["places"][first : end + 1], pieces=cover["pieces"][first:end], crossing=label)


def with_part(document: Document, name: str, **changes: Any) -> Document:
    return forged(document, **{name: forged(document[name], **changes)})


@pytest.fixture
def cover() -> Document:
    return shortened(theorem(), 9)


@pytest.fixture
def tail() -> Document:
    return theorem()["half_line"]


def test_the_stored_theorem_of_a0_holds_and_says_where():
    outcome = check_document(theorem())  # its cover and its half-line with it
    assert outcome.verdict == "holds", outcome.reason
    assert "5.763812734" in outcome.reason and "x0" in outcome.reason


def test_true_variants_hold(cover, tail):
    assert holds(forged(cover, precision=192)) and holds(forged(tail, precision=192))
    assert holds(shortened(theorem(), 3, 4))
    wider = copy.deepcopy(cover)
    for piece in wider["pieces"]:
        piece["radii"] = [e + 1 for e in piece["radii"]]
    assert holds(sealed(wider))
    # L_r = (1 - r)^2 L_0 + r/2 |gap|^2: a huge slope is the ReLU problem with a perturbation below the tube
    assert holds(forged(cover, slope=2**70)) and rejected(forged(cover, slope=2**10))
    assert holds(forged(tail, last=encode(decode(tail["last"]) / 2)))


def test_any_change_without_the_digest_is_rejected(cover, tail):
    for document in (cover, tail):
        for path in leaves(document):
            value = at(document, path)
            assert rejected(replaced(document, path, 3 if value is None else nudged(value)))


def test_a_moved_or_too_narrow_or_too_wide_tube_is_rejected(cover):
    unit = 1 << -cover["scale"]
    for i in range(2):
        for step in (unit // 10**6, -unit // 10**6, unit):
            moved = copy.deepcopy(cover)
            moved["pieces"][0]["polynomials"][i][0] += step
            assert "piece 1: the Krawczyk image" in rejected(sealed(moved)) or step == unit
        for radius in (-200, -2, 30, 1023):
            other = copy.deepcopy(cover)
            other["pieces"][1]["radii"][i] = radius
            assert "piece 2" in rejected(sealed(other))


def test_a_wider_range_or_a_piece_left_out_is_rejected(cover):
    places = cover["places"]
    high, low = decode(places[-1]), decode(places[0])
    assert rejected(forged(cover, places=[*places[:-1], encode(high + Fraction(1, 20))]))
    assert rejected(forged(cover, places=[encode(low - Fraction(1, 20)), *places[1:]]))
    assert rejected(forged(cover, places=[places[0], places[2]], pieces=cover["pieces"][1:]))
    assert rejected(forged(cover, places=[places[0], places[2]], pieces=cover["pieces"][:1]))
    assert "one place more" in rejected(forged(cover, pieces=cover["pieces"][1:]))
    assert "ascend" in rejected(forged(cover, places=[places[0], places[2], places[1]]))
    assert "ascend" in rejected(forged(cover, places=[encode(-high), *places[1:]]))
    assert "ascend" in rejected(forged(cover, places=[*places[:-1], encode(Fraction(3, 4))]))


def test_the_block_that_crosses_is_not_a_matter_of_opinion(cover):
    assert "block x0" in rejected(forged(cover, crossing=None))
    for label in ("t", "s0", "y0"):
        assert rejected(forged(cover, crossing=label))
    assert "must be in one of" in rejected(forged(cover, crossing="x7"))


@pytest.mark.parametrize(
    "change",
    [
        {"slope": encode(Fraction(1, 10))}, {"slope": encode(Fraction(1))}, {"sizes": [None, 1]}, {"sizes": [5]},
        {"sizes": [None, None]}, {"sizes": [None, -1]}, {"sizes": [None, 0]}, {"sizes": []}, {"sizes": [True]},
        {"version": 2}, {"version": True}, {"precision": 10**9}, {"precision": 8}, {"more": 1},
    ],
)  # fmt: skip
def test_another_pattern_slope_or_form_is_rejected(cover, tail, change):
    assert rejected(forged(cover, **change)) and rejected(forged(tail, **change))


def test_a_cover_whose_pieces_hold_two_branches_is_rejected():
    low, middle, high = Fraction(1, 8), Fraction(9, 64), Fraction(5, 32)
    pieces = []
    for name, a, b in (("A1", low, middle), ("F1", middle, high)):
        with workprec(writer.WORKING):
            start = [x.mid() for x in family(name).at(1 / b**2).coordinates]
        made = writer._piece(branch_of(family(name)), a, b, None, start)
        assert made is not None
        pieces.append(made[0])
    cover = theorem("F1")["cover"]
    places = [encode(x) for x in (low, middle, high)]
    # each alone holds, or the writer would not have given it
    assert "not linked" in rejected(forged(cover, places=places, pieces=pieces, crossing=None))


def test_a_half_line_that_is_not_proved_is_rejected(tail):
    for radius in (-9, 60, 1023):
        assert rejected(forged(tail, radii=[radius, tail["radii"][1]]))
        assert rejected(forged(tail, radii=[tail["radii"][0], radius]))
    for last in (Fraction(1, 3), Fraction(2), Fraction(0), Fraction(-1, 32)):
        assert rejected(forged(tail, last=encode(last)))
    assert rejected(forged(tail, depth=1)) and rejected(forged(tail, depth=0)) and rejected(forged(tail, depth=10**6))
    for i, row in enumerate(tail["polynomials"]):
        for k in range(len(row)):
            changed = copy.deepcopy(tail)
            changed["polynomials"][i][k] = [[1, 1], [7]]
            assert rejected(sealed(changed))
    assert "below its power" in rejected(forged(tail, powers=[1, 1])) and rejected(forged(tail, powers=[9, 9]))
    assert rejected(forged(tail, polynomials=[row[:-1] for row in tail["polynomials"]]))


def test_the_parts_of_a_theorem_must_be_linked():
    document = theorem()
    cover, tail = document["cover"], document["half_line"]
    short = forged(document, cover=shortened(document, len(cover["pieces"]) - 1))
    assert "begin where" in rejected(short)
    assert "begin where" in rejected(with_part(short, "half_line", last=encode(decode(tail["last"]) / 2)))
    assert "last piece" in rejected(
        with_part(document, "cover", places=cover["places"][-3:-1], pieces=cover["pieces"][-2:-1], crossing="x0")
    )
    other = theorem("F1")
    for name in ("crossing", "cover", "half_line"):
        assert "same sizes" in rejected(forged(document, **{name: other[name]}))
        assert "must be a certificate of kind" in rejected(forged(document, **{name: {}}))
        assert "must be a certificate of kind" in rejected(forged(document, **{name: None}))
    assert "same block" in rejected(with_part(document, "cover", crossing="s0"))
    assert "same slope" in rejected(with_part(document, "half_line", slope=encode(Fraction(1, 10))))
    assert "fields" in rejected(forged(document, family="A0"))


def test_parts_of_two_branches_of_one_pattern_make_no_theorem():
    ours, theirs = theorem("F1"), theorem("A1")
    assert "same block" in rejected(forged(ours, crossing=theirs["crossing"]))
    assert "same block" in rejected(forged(ours, cover=theirs["cover"]))


def test_another_branch_s_half_line_is_not_linked_to_the_cover():
    from symlandscape.check import relu_cover, relu_tail, relu_theorem

    ours, theirs = theorem("F1"), theorem("A1")
    cover = relu_cover.verified(shortened(ours, 0, 1))
    _, tail, image = relu_tail.verified(theirs["half_line"])
    with workprec(128):
        assert not relu_theorem._joined(cover, tail, image)


HOSTILE: list[Any] = [
    None, True, -3, 10**400, float("nan"), float("inf"), 0.5, "", "9" * 5000, [], {}, [[]], [None], {"q": "1/0"},
    {"q": "1" * 9000 + "/3"}, {"arb": ["1", "99999999", "0", "0"]}, [[[[[[[[]]]]]]]],
]  # fmt: skip


def test_hostile_documents_are_rejected_without_a_traceback(tail):
    cover = shortened(theorem(), 10)
    document = theorem()
    for whole in (cover, tail, document):
        for key in whole:
            for value in HOSTILE:
                if value != whole[key]:
                    changed = {**whole, key: value}
                    assert check_document(changed if key == "sha256" else sealed(changed)).verdict == "rejected" or (
                        key == "crossing" and value is None
                    )
            if key != "sha256":
                assert rejected(sealed({k: v for k, v in whole.items() if k != key}))


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_leaves_are_rejected_without_a_traceback(tail, value):
    cover = shortened(theorem(), 10)
    for whole, path in (
        (cover, ("pieces", 0)), (cover, ("pieces", 0, "polynomials")), (cover, ("pieces", 0, "polynomials", 1)),
        (cover, ("pieces", 0, "polynomials", 1, 0)), (cover, ("pieces", 0, "radii")),
        (cover, ("pieces", 0, "radii", 0)), (tail, ("radii", 1)),
        (cover, ("places", 1)), (tail, ("polynomials", 0)), (tail, ("polynomials", 0, 0)),
        (tail, ("polynomials", 0, 0, 1)), (tail, ("polynomials", 0, 0, 0, 0)), (tail, ("powers", 0)),
    ):  # fmt: skip
        assert rejected(sealed(replaced(whole, path, value)))


def test_the_tube_holds_the_family_and_no_other_point():
    document, d = theorem("F1"), Fraction(81, 4)
    assert writer.in_tube(document, d, family("F1").at(d).coordinates)
    assert not writer.in_tube(document, d, family("A1").at(d).coordinates)
    assert not writer.in_tube(document, Fraction(5), family("F1").at(d).coordinates)
    assert writer.crossing_of(document).overlaps(arb("5.585505247425880006941176277623"))


def test_the_speed_along_a_piece_is_that_of_the_branch_and_not_of_the_polynomials():
    sizes, low, high = (None,), Fraction(1, 5) - Fraction(1, 10**5), Fraction(1, 5) + Fraction(1, 10**5)
    first, here, last = (family("A0").at(1 / s**2).coordinates for s in (low, Fraction(1, 5), high))
    with workprec(128):
        still = tuple((mid(x),) for x in here)  # polynomials of degree 0: all motion is in y
        piece = Piece(low, high, still, (arb((1, -14)),) * len(still))
        n, moving = along(piece, sizes, Fraction(0), confirmed(piece, sizes, Fraction(0))[1])
        assert n.rate.range().contains(ball((1 / high**2 - 1 / low**2) / 2))
        for jet, x, y in zip(moving, first, last, strict=True):
            assert jet.rate.range().contains((y - x) / 2) and not jet.rate.range().contains(arb(0))


def test_the_crossing_must_lie_on_the_branch_that_is_covered(monkeypatch):
    from symlandscape.check import relu_theorem

    document = theorem()
    short = shortened(document, 10)
    last = forged(document["half_line"], last=short["places"][0])
    document = forged(document, cover=short, half_line=last)
    monkeypatch.setattr(relu_theorem.relu_threshold, "verify", lambda _: "")  # a true crossing of another branch
    box = document["crossing"]["box"]
    away = [encode(decode(x) + arb((1, -30))) for x in box]
    for changed in ([away[0], box[1]], [box[0], away[1]]):
        assert "does not lie in the tube" in rejected(with_part(document, "crossing", box=changed))
    for low, high in ((Fraction(5), Fraction(6)), (Fraction(28, 5), Fraction(29, 5)), (Fraction(9), Fraction(10))):
        moved = with_part(document, "crossing", low=encode(low), high=encode(high))
        assert "inside the last piece" in rejected(moved)
    assert "must make" in rejected(with_part(document, "crossing", becomes="neither"))
    assert "must make" in rejected(with_part(document, "crossing", direction="decreasing"))
