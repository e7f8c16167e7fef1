"""The independent checker: true certificates hold, and every false one is rejected by mathematics."""

from __future__ import annotations

import copy
import json
from fractions import Fraction

import pytest

from symlandscape.arith.balls import arb, mid, symmetric, workprec
from symlandscape.arith.codec import decode, encode
from symlandscape.arith.field import arb_field
from symlandscape.check import Outcome, check_document
from symlandscape.evidence import digest
from symlandscape.relu import reduced_point
from symlandscape.symmetry.pattern import Pattern
from tests.check.forgery import (
    HALF,
    MAKERS,
    Document,
    at,
    forged,
    holds,
    leaves,
    made,
    nudged,
    rejected,
    replaced,
    restated,
    sealed,
    shifted,
)


@pytest.fixture(params=MAKERS)
def document(request: pytest.FixtureRequest) -> Document:
    return made(request.param)


# -- what holds ------------------------------------------------------------------------------------


def test_certificates_of_minima_and_saddles_hold(document):
    outcome = check_document(document)
    assert outcome == Outcome("relu.critical-point", "holds", outcome.reason)
    assert document["verdict"] in outcome.reason


def test_the_digest_is_the_one_of_the_evidence_room(document):
    assert digest(document) == document["sha256"] == sealed(document)["sha256"]


def test_a_certificate_that_went_through_text_holds(document):
    assert holds(json.loads(json.dumps(document)))


def test_a_wider_loss_ball_a_higher_precision_and_another_way_to_write_a_rational_still_hold(document):
    midpoint_and_mantissa, exponent = document["loss"]["arb"][:3], int(document["loss"]["arb"][3])
    assert holds(forged(document, loss={"arb": [*midpoint_and_mantissa, str(exponent + 20)]}))
    assert holds(forged(document, precision=document["precision"] + 174))
    tripled = [{"q": "/".join(str(3 * int(x)) for x in n["q"].split("/"))} for n in document["sizes"]]
    assert holds(forged(document, sizes=tripled))


def test_a_box_moved_by_less_than_its_radius_still_holds(document):
    for i in range(len(document["box"])):
        assert holds(sealed(replaced(document, ("box", i), shifted(document["box"][i], Fraction(1, 10**4)))))


# -- accidents: the digest is not redone -----------------------------------------------------------


def test_any_change_without_the_digest_is_rejected_for_the_digest(document):
    for path in leaves(document):
        changed = replaced(document, path, nudged(at(document, path)))
        assert ("digest" in rejected(changed)) or path == ("kind",)


def test_a_missing_or_added_field_without_the_digest_is_rejected(document):
    assert all(rejected({k: v for k, v in document.items() if k != name}) for name in document)
    assert "digest" in rejected({**document, "note": "true"})


# -- forgeries: the digest is redone ---------------------------------------------------------------


def test_a_box_moved_off_the_critical_point_is_rejected(document):
    for i in range(len(document["box"])):
        for radii in (2, -3, 10**6):
            reason = rejected(sealed(replaced(document, ("box", i), shifted(document["box"][i], radii))))
            assert "Krawczyk" in reason or "finite" in reason or "pivot" in reason


def test_a_box_without_width_or_far_too_wide_is_rejected(document):
    for i in range(len(document["box"])):
        for radius in (["0", "0"], ["1", "-100000"], ["1", "10"], ["1", "1000000"]):
            assert rejected(sealed(replaced(document, ("box", i), {"arb": [*document["box"][i]["arb"][:2], *radius]})))


@pytest.mark.parametrize(
    ("exponent", "reason"), [(-2, "not finite"), (-5, "Krawczyk"), (-8, "block s0"), (-11, "block x0"), (-17, "holds")]
)
def test_a_wide_box_is_rejected_for_the_first_thing_that_is_not_shown_all_over_it(exponent, reason):
    document = made("minimum")
    box = [{"arb": [*ball["arb"][:2], "1", str(exponent)]} for ball in document["box"]]
    wide = forged(document, box=box, loss={"arb": ["0", "0", "1", "4"]})
    assert holds(wide) if reason == "holds" else reason in rejected(wide)


def test_coordinates_in_another_order_are_rejected(document):
    box = document["box"]
    if len({tuple(x["arb"]) for x in box}) == len(box):
        assert rejected(forged(document, box=box[::-1]))
    for wrong in (box[:-1], [*box, box[0]]):
        assert "coordinates" in rejected(forged(document, box=wrong))


def test_a_loss_ball_without_the_loss_is_rejected(document):
    loss = document["loss"]
    for wrong in (shifted(loss, 3), shifted(loss, -3), {"arb": [*loss["arb"][:2], "0", "0"]}):
        assert "loss" in rejected(forged(document, loss=wrong))


def test_the_loss_is_that_of_the_critical_point_and_not_of_the_centre_of_the_box():
    document = made("minimum")
    box = [shifted(ball, Fraction(1, 10)) for ball in document["box"]]
    with workprec(document["precision"]):
        centre = reduced_point(Pattern((6,)), [mid(decode(ball)) for ball in box], arb_field()).loss()
        beside = encode(mid(centre) + symmetric(arb((1, -document["precision"] + 20))))
    assert holds(forged(document, box=box))
    assert "loss" in rejected(forged(document, box=box, loss=beside))


def test_inertia_counts_are_recomputed(document):
    for i, block in enumerate(document["blocks"]):
        for side, other in (("negative", "positive"), ("positive", "negative")):
            moved = {**block, side: block[side] + 1, other: block[other] - 1}
            assert block["label"] in rejected(sealed(replaced(document, ("blocks", i), moved)))
            assert block["label"] in rejected(
                sealed(replaced(document, ("blocks", i), {**block, side: block[side] + 1}))
            )


def test_a_saddle_forged_into_a_minimum_and_back_is_rejected(document):
    """Counts, Morse index and verdict changed together, so that nothing in the document contradicts the rest."""
    blocks = copy.deepcopy(document["blocks"])
    if document["verdict"] == "saddle":
        for block in blocks:
            block["positive"], block["negative"] = block["positive"] + block["negative"], 0
        index, verdict = 0, "minimum"
    else:
        blocks[-1]["negative"], blocks[-1]["positive"] = 1, blocks[-1]["positive"] - 1
        index, verdict = int(Fraction(blocks[-1]["dimension"]["q"])), "saddle"
    index = None if document["morse_index"] is None else index
    assert "block" in rejected(forged(document, blocks=blocks, morse_index=index, verdict=verdict))


def test_dimensions_labels_and_the_list_of_blocks_are_recomputed(document):
    blocks = document["blocks"]
    for i, block in enumerate(blocks):
        wrong = encode(decode(block["dimension"]) + 1)
        assert "dimension" in rejected(sealed(replaced(document, ("blocks", i, "dimension"), wrong)))
        assert "blocks must be" in rejected(sealed(replaced(document, ("blocks", i, "label"), block["label"] + "'")))
        assert "blocks must be" in rejected(forged(document, blocks=blocks[:i] + blocks[i + 1 :]))
        assert "blocks must be" in rejected(forged(document, blocks=[*blocks, block]))
        assert rejected(sealed(replaced(document, ("blocks", i), {**block, "note": 1})))
        for key in block:
            assert rejected(sealed(replaced(document, ("blocks", i), {k: v for k, v in block.items() if k != key})))
    assert "blocks must be" in rejected(forged(document, blocks=blocks[::-1]))


def test_morse_index_and_verdict_are_recomputed(document):
    other = "minimum" if document["verdict"] == "saddle" else "saddle"
    indices = {None, 0, 1, (document["morse_index"] or 0) + 1} - {document["morse_index"]}
    assert all("morse_index" in rejected(forged(document, morse_index=index)) for index in indices)
    assert all("verdict" in rejected(forged(document, verdict=verdict)) for verdict in (other, "undecided", "", None))


def test_too_low_a_precision_is_rejected_by_mathematics(document):
    assert rejected(forged(document, precision=40))
    assert all(
        "precision" in rejected(forged(document, precision=bits)) for bits in (0, 31, -326, 100_001, 10**30, None)
    )


@pytest.mark.parametrize("name", [name for name in MAKERS if name != "identity"])
@pytest.mark.parametrize("change", [Fraction(1), Fraction(1, 1000), Fraction(1, 10**12)])
def test_another_size_with_its_own_dimensions_is_rejected_by_mathematics(name, change):
    document = made(name)
    sizes, extra = [decode(n) for n in document["sizes"]], [decode(m) for m in document["extra"]]
    for i, n in enumerate(sizes):
        if n != 1:
            assert "Krawczyk" in rejected(restated(document, [*sizes[:i], n + change, *sizes[i + 1 :]], extra))
    for i, m in enumerate(extra):
        assert rejected(restated(document, sizes, [*extra[:i], m + change, *extra[i + 1 :]]))


def test_the_identity_is_true_at_every_size_and_slope_and_may_be_restated():
    document = made("identity")
    assert holds(restated(document, [Fraction(6)], [])) and holds(restated(document, [HALF], []))
    assert holds(forged(document, slope={"q": "1/9"}))


@pytest.mark.parametrize("name", [name for name in MAKERS if name != "identity"])
@pytest.mark.parametrize("change", [Fraction(1, 10**12), Fraction(-1, 3)])
def test_another_slope_is_rejected_by_mathematics(name, change):
    document = made(name)
    reason = rejected(forged(document, slope=encode(decode(document["slope"]) + change)))
    assert "Krawczyk" in reason or "finite" in reason


def test_added_and_dropped_extra_rows_are_rejected(document):
    assert rejected(forged(document, extra=[*document["extra"], {"q": "1/1"}]))
    if document["extra"]:
        assert rejected(forged(document, extra=[]))


def test_unknown_kinds_versions_and_fields_are_rejected(document):
    assert "kind" in rejected(forged(document, kind="relu.half-line"))
    assert "version" in rejected(forged(document, version=2)) and "version" in rejected(forged(document, version=0))
    assert "fields" in rejected(forged(document, note="harmless"))
    for name in set(document) - {"sha256"}:
        assert rejected(sealed({k: v for k, v in document.items() if k != name}))


def test_slope_one_and_sizes_outside_the_domain_are_rejected(document):
    assert "slope" in rejected(forged(document, slope={"q": "1/1"}))
    for size in ("0/1", "-6/1", "1/2"):
        assert rejected(sealed(replaced(document, ("sizes", 0), {"q": size})))
    assert rejected(forged(document, sizes=[])) and rejected(forged(document, sizes=[], box=[], blocks=[]))


def test_blocks_at_sizes_between_1_and_2_have_no_meaning_and_are_rejected():
    assert "between 1 and 2" in rejected(restated(made("minimum"), [Fraction(3, 2)], []))


def test_truth_values_and_floats_are_not_integers(document):
    for path in leaves(document):
        value = at(document, path)
        if isinstance(value, int):
            assert rejected(sealed(replaced(document, path, float(value))))
            if value in (0, 1):
                assert rejected(sealed(replaced(document, path, bool(value))))
