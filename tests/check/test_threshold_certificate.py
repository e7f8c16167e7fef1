"""Certificates of thresholds: true ones hold; whatever is changed so that it is false is rejected by mathematics."""

from __future__ import annotations

import copy
import json
from fractions import Fraction

import pytest

from symlandscape.arith.balls import arb, workprec
from symlandscape.arith.codec import decode, encode
from symlandscape.check import check_document
from symlandscape.check.algebra import last_pivot
from symlandscape.check.jets import Jet, angle, rate, root, value
from symlandscape.check.outcome import Rejected
from symlandscape.relu import family
from tests.check.forgery import Document, at, forged, holds, leaves, nudged, rejected, replaced, sealed, shifted

MAKERS = {
    "F1": lambda: ("s0", family("F1").thresholds(20, 5, 6, certify=True)),
    "A0": lambda: ("x0", family("A0").thresholds(20, 5, 6, certify=True)),
    "formal component": lambda: ("y0", family("A0").thresholds(20, 2, Fraction(5, 2), certify=True)),
    "product": lambda: ("s0*s1", family("F2").thresholds(20, Fraction(24, 5), Fraction(26, 5), certify=True)),
    "falling": lambda: ("s0", family("A[flipped=6]").thresholds(20, 16, 18, certify=True)),
    "slope": lambda: ("s0", family("F1", slope=Fraction(1, 10)).thresholds(20, 5, 7, certify=True)),
    "extra row": lambda: (None, family("A0", extra=1).thresholds(20, 4, 9, certify=True)),
}
MADE: dict[str, Document] = {}


@pytest.fixture(params=MAKERS)
def document(request: pytest.FixtureRequest) -> Document:
    if request.param not in MADE:
        label, result = MAKERS[request.param]()
        chosen = next(t for t in result.found if label in (None, t.label))
        MADE[request.param] = chosen.certificate.document()
    return copy.deepcopy(MADE[request.param])


def ends(document: Document) -> tuple[Fraction, Fraction]:
    return decode(document["low"]), decode(document["high"])


def moved(document: Document, low: Fraction, high: Fraction) -> Document:
    return forged(document, low=encode(low), high=encode(high))


def test_certificates_hold_also_after_a_journey_through_text(document):
    outcome = check_document(json.loads(json.dumps(document)))
    assert outcome.verdict == "holds", outcome.reason
    assert document["component"] in outcome.reason and document["direction"] in outcome.reason


def test_any_change_without_the_digest_is_rejected(document):
    for path in leaves(document):
        changed = nudged(at(document, path)) if at(document, path) is not None else {"q": "3/1"}
        assert rejected(replaced(document, path, changed))


def test_true_variants_hold(document):
    low, high = ends(document)
    part = (high - low) / 16
    assert holds(moved(document, low + part, high - part))
    assert holds(forged(document, precision=document["precision"] + 100))
    for i in range(len(document["box"])):
        assert holds(sealed(replaced(document, ("box", i), shifted(document["box"][i], Fraction(1, 10**3)))))


def test_an_interval_beside_the_crossing_is_rejected(document):
    low, high = ends(document)
    width = high - low
    for side in (-1, 1):
        assert "negative eigenvalues" in rejected(
            moved(document, low + side * width * 3 / 4, high + side * width * 3 / 4)
        )
        assert rejected(moved(document, low + side * 10**6 * width, high + side * 10**6 * width))


def test_an_interval_without_order_or_wider_than_the_proof_is_rejected(document):
    low, high = ends(document)
    assert "interval" in rejected(moved(document, high, low)) and "interval" in rejected(moved(document, low, low))
    assert rejected(moved(document, low, high + 1)) and rejected(moved(document, low - Fraction(1, 2), high))
    assert rejected(moved(document, low - 10**12 * (high - low), high))
    assert "interval" in rejected(moved(document, Fraction(2), high)) and rejected(moved(document, Fraction(-3), high))


def test_counts_of_negative_eigenvalues_are_recomputed(document):
    for i, block in enumerate(document["blocks"]):
        below, above = block["negative"]
        for wrong in ([below + 1, above], [below, above + 1], [below + 1, above + 1], [above, below], [below]):
            if wrong != [below, above]:
                assert rejected(sealed(replaced(document, ("blocks", i, "negative"), wrong)))
        assert rejected(sealed(replaced(document, ("blocks", i, "label"), block["label"] + "0")))
        assert rejected(forged(document, blocks=document["blocks"][:i] + document["blocks"][i + 1 :]))
        assert rejected(sealed(replaced(document, ("blocks", i), {**block, "note": 1})))


def test_a_crossing_told_the_other_way_round_is_rejected(document):
    """Counts, direction and outcome changed together, so that nothing in the document contradicts the rest."""
    blocks = [{**b, "negative": b["negative"][::-1]} for b in document["blocks"]]
    other = {"increasing": "decreasing", "decreasing": "increasing"}[document["direction"]]
    became = {"minimum": "saddle", "saddle": "minimum"}.get(document["becomes"], "neither")
    assert "not as stated" in rejected(forged(document, blocks=blocks, direction=other, becomes=became))


def test_component_direction_and_outcome_are_recomputed(document):
    labels = [b["label"] for b in document["blocks"]]
    for label in [x for x in labels if x != document["component"]] + ["", None, 0, ["s0"]]:
        assert rejected(forged(document, component=label))
    for name, words in (("direction", ("increasing", "decreasing")), ("becomes", ("minimum", "saddle", "neither"))):
        for word in {*words, "", None} - {document[name]}:
            assert "follow from the blocks" in rejected(forged(document, **{name: word}))


def test_a_box_that_is_moved_narrow_or_wide_is_rejected(document):
    for i, ball in enumerate(document["box"]):
        for radii in (2, -3, 10**6):
            assert rejected(sealed(replaced(document, ("box", i), shifted(ball, radii))))
        for radius in (["0", "0"], ["1", "-100000"], ["1", "3"]):
            assert rejected(sealed(replaced(document, ("box", i), {"arb": [*ball["arb"][:2], *radius]})))
    assert "coordinates" in rejected(forged(document, box=document["box"][:-1]))
    assert rejected(forged(document, box=document["box"][::-1]))


@pytest.mark.parametrize("change", [Fraction(1), Fraction(1, 10**9)])
def test_other_sizes_slopes_and_rows_are_rejected(document, change):
    for i, n in enumerate(document["sizes"]):
        if n is not None and not (decode(n) == 1 and change < 1):
            assert rejected(sealed(replaced(document, ("sizes", i), encode(decode(n) + change))))
    assert rejected(forged(document, slope=encode(decode(document["slope"]) + change)))
    assert rejected(forged(document, extra=[*document["extra"], {"q": "1/1"}]))
    for i, m in enumerate(document["extra"]):
        assert rejected(sealed(replaced(document, ("extra", i), encode(decode(m) + change))))


def test_exactly_one_size_moves(document):
    sizes = document["sizes"]
    still = [encode(ends(document)[0]) if n is None else n for n in sizes]
    assert "null" in rejected(forged(document, sizes=still)) and "null" in rejected(forged(document, sizes=[None] * 3))
    assert rejected(forged(document, sizes=[*sizes, {"q": "1/1"}])) and rejected(
        forged(document, sizes=sizes[::-1] * 2)
    )


def test_malformed_documents_are_rejected(document):
    assert "fields" in rejected(forged(document, note="harmless")) and "version" in rejected(
        forged(document, version=2)
    )
    for name in set(document) - {"sha256"}:
        assert rejected(sealed({k: v for k, v in document.items() if k != name}))
        assert rejected(forged(document, **{name: None})) and rejected(forged(document, **{name: {"a": [1.5]}}))
    for bits in (0, 31, 40, 10**6, True, "200"):
        assert rejected(forged(document, precision=bits))
    for path in leaves(document):
        if isinstance(at(document, path), int):
            assert rejected(sealed(replaced(document, path, float(at(document, path)))))


# -- the checker's own derivatives -------------------------------------------------------------------------------------


def test_jets_follow_the_rules_of_derivatives():
    with workprec(80):
        x = Jet(arb(3), arb(1))
        found = root(x * x + 1) - 2 / x + angle(x, 1 - x) * arb(2) - (-x)
        exact = 3 / arb(10).sqrt() + arb(2) / 9 + 2 * (arb(-2) + 3) / 13 + 1
        assert rate(found).overlaps(exact) and rate(found).rad() < arb(10) ** -15
        assert value(found).overlaps(arb(10).sqrt() - arb(2) / 3 + 2 * arb.atan2(arb(3), arb(-2)) + 3)
        assert rate(arb(5)).is_zero() and rate(7).is_zero() and value(7) == 7
        assert not rate(root(Jet(arb(0, 1), arb(1)))).is_finite()


def test_the_last_pivot_is_the_determinant_over_the_other_pivots():
    with workprec(80):
        rows = [[Jet(arb(0), arb(1))], [arb(1), Jet(arb(5), arb(2))], [arb(2), arb(1), arb(-3)]]
        pivot = last_pivot(rows)
        determinant = arb(0) * -16 - arb(1) * (-3 - 2) + arb(2) * (1 - 10)
        assert (value(pivot) * 5 * (arb(-3) - arb(1) / 5)).overlaps(determinant)
        with pytest.raises(Rejected, match="more than one pivot"):
            last_pivot([[arb(0, 1)], [arb(0), arb(0, 1)]])
