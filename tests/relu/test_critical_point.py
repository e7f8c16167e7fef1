"""A critical point as a value: what its document promises, and how it shows itself."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from fractions import Fraction
from xml.etree import ElementTree

import jsonschema
import numpy as np
import pytest

from symlandscape import backends, schemas
from symlandscape.arith.balls import arb, hull, workprec
from symlandscape.arith.conversions import arb_to_fraction
from symlandscape.evidence import Level, Verdict
from symlandscape.export import latex_problems
from symlandscape.relu.certification import certify
from symlandscape.relu.critical_point import CriticalPoint, largest_radius
from symlandscape.relu.families import family
from symlandscape.symmetry.pattern import Pattern

VALIDATOR = jsonschema.Draft202012Validator(schemas.load("relu.family"))


@pytest.fixture(scope="module")
def f1() -> CriticalPoint:
    return family("F1").at(6, digits=30, certify=True)


def open_point() -> CriticalPoint:
    """A matrix that is not critical and from which nothing is proved at this precision."""
    return certify(Pattern((3,), (2,)), [1.0, 0.0, 0.5], max_precision=64)


def printed(document: dict) -> list[Fraction]:
    """All decimals of a document, exactly."""
    texts = [*document["coordinates"].values(), document["loss"]]
    texts += [x for block in document["spectrum"] for x in block["eigenvalues"]]
    return [Fraction(text) for text in texts]


@pytest.mark.parametrize(
    ("name", "d", "extra"), [("C0", 4, 0), ("F1", "13/2", 0), ("A1", 6, 0), ("F1", 8, 1), ("A0", 10**6, 0)]
)
def test_the_document_keeps_its_schema(name, d, extra):
    document = family(name, extra=extra).at(d, certify=True).document()
    VALIDATOR.validate(document)
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert document["family"] == name and document["extra"] == extra
    assert document["certificate"]["sha256"] and document["level"] == "certified"


@pytest.mark.parametrize(
    ("name", "d", "digits"),
    [("F1", 6, 5), ("F1", 6, 30), ("A1", Fraction(13, 2), 30), ("F2", 10**6, 12), ("C0", 7, 30)],
)
def test_the_radius_covers_every_printed_digit(name, d, digits):
    coarse = family(name).at(d, digits=digits).document()
    fine = family(name).at(d, digits=60).document()
    radius, finer = Fraction(coarse["radius"]), Fraction(fine["radius"])
    assert finer < Fraction(1, 10**40)
    for rough, sharp in zip(printed(coarse), printed(fine), strict=True):
        assert abs(rough - sharp) <= radius + finer
    assert radius < Fraction(10 ** len(str(int(max(map(abs, printed(coarse)))))), 10**digits)


def test_asking_for_more_digits_gives_more_digits(f1):
    longer = family("F1").at(6, digits=60)
    assert len(longer.document()["loss"]) > len(f1.document()["loss"]) + 25
    assert longer.precision > f1.precision
    assert all(x.overlaps(y) for x, y in zip(f1.coordinates, longer.coordinates, strict=True))


def test_a_wide_enclosure_is_printed_with_a_wide_radius(f1):
    with workprec(64):
        wide = replace(f1, loss=hull(arb("0.025"), arb("0.026")))
    document = wide.document()
    assert Fraction(document["radius"]) >= Fraction(5, 10**4)
    assert abs(Fraction(document["loss"]) - Fraction("0.0255")) <= Fraction(document["radius"])


def test_the_largest_radius_of_nothing_is_zero():
    assert largest_radius([], 10) == "0"


def test_multiplicities_are_numbers_at_whole_d_and_exact_strings_between():
    whole = {b["label"]: b["multiplicity"] for b in family("F1").at(6).document()["spectrum"]}
    between = {b["label"]: b["multiplicity"] for b in family("F1").at(Fraction(13, 2)).document()["spectrum"]}
    assert whole == {"t": 1, "s0": 4, "x0": 6, "y0": 5}
    assert between == {"t": 1, "s0": "9/2", "x0": "63/8", "y0": "55/8"}
    assert family("F1").at(Fraction(13, 2)).document()["d"] == "13/2"


def test_multiplicities_add_up_to_k_times_d_at_any_d():
    for d in (6, Fraction(13, 2), Fraction(41, 10)):
        point = family("A0").at(d)
        assert sum(Fraction(b.multiplicity) * len(b.eigenvalues) for b in point.spectrum) == Fraction(d) ** 2


def test_components_without_dimension_are_left_out_at_whole_d_only():
    assert [b.label for b in family("A0").at(3).blocks] == ["t", "s0", "x0"]
    below = family("A0").at(Fraction(29, 10))
    assert [b.label for b in below.blocks] == ["t", "s0", "x0", "y0"]
    assert {b.label: b.multiplicity for b in below.blocks}["y0"] < 0


def test_the_morse_index_is_null_between_whole_numbers_and_the_verdict_comes_from_the_signs():
    for d, verdict in ((Fraction(11, 2), "saddle"), (Fraction(57, 10), "minimum")):
        point = family("F1").at(d)
        assert point.document()["morse_index"] is None and point.verdict == verdict


def test_one_negative_eigenvalue_certifies_a_saddle_even_if_other_signs_are_open(f1):
    blocks = {b.label: b for b in f1.spectrum}
    opened = replace(blocks["t"], negative=None, positive=None)
    negative = replace(blocks["s0"], negative=1, positive=4)
    saddle = replace(f1, spectrum=(opened, negative))
    assert (saddle.verdict, saddle.level, saddle.morse_index) == ("saddle", Level.CERTIFIED, None)
    undecided = replace(f1, spectrum=(opened, blocks["s0"]))
    assert (undecided.verdict, undecided.level, undecided.morse_index) == ("undecided", Level.UNDECIDED, None)


def test_an_enclosed_negative_eigenvalue_certifies_a_saddle_beside_a_zero_mode_of_its_block(f1):
    blocks = {b.label: b for b in f1.spectrum}
    beside = replace(blocks["t"], negative=None, positive=None, eigenvalues=(arb(-1), *blocks["t"].eigenvalues[1:]))
    touching = replace(beside, eigenvalues=(arb(0, 1), *blocks["t"].eigenvalues[1:]))
    assert replace(f1, spectrum=(beside, blocks["s0"])).verdict == "saddle"
    assert replace(f1, spectrum=(touching, blocks["s0"])).verdict == "undecided"


def test_without_existence_nothing_is_said(f1):
    point = replace(f1, existence=Verdict.UNDECIDED)
    assert (point.verdict, point.level, point.morse_index) == ("undecided", Level.UNDECIDED, None)


def test_an_undecided_point_has_a_document_with_its_reason():
    point = open_point()
    assert point.verdict == "undecided" and point.reason
    document = point.document()
    VALIDATOR.validate(document)
    assert document["reason"] == point.reason and "certificate" not in document


def test_the_matrix_is_critical_and_has_the_printed_loss(f1):
    W = f1.matrix()
    loss, gradient = backends.relu_loss_gradient(W)
    assert np.linalg.norm(gradient) < 1e-14 and loss == pytest.approx(float(f1.document()["loss"]), abs=1e-14)


def test_the_least_eigenvalue_is_the_least_of_all(f1):
    least = arb_to_fraction(f1.least_eigenvalue.mid())
    assert all(arb_to_fraction(x.mid()) >= least for b in f1.blocks for x in b.eigenvalues)
    dense = np.linalg.eigvalsh(backends.relu_hessian(f1.matrix()))
    assert float(least) == pytest.approx(dense[0], abs=1e-13)


def test_names_change_and_nothing_else(f1):
    assert f1.named(None) == replace(f1, family=None) and f1.named(None).named("F1") == f1
    assert str(f1) == "F1 at d = 6: minimum (certified), loss 0.0250805810025"
    assert str(f1.named(None)).startswith("pattern 5,1 at d = 6")


@pytest.mark.parametrize("make", [lambda: family("F1").at(6), lambda: family("A0").at("13/2"), open_point])
def test_a_notebook_shows_well_formed_html_and_latex(make):
    point = make()
    table = ElementTree.fromstring(f"<div>{point._repr_html_()}</div>")
    assert len(table.findall(".//tr")) == 1 + len(point.blocks)
    assert point.verdict in "".join(table.itertext())
    latex = point._repr_latex_()
    assert latex.startswith("$") and latex.endswith("$")
    document = rf"\documentclass{{article}}\usepackage{{amsmath}}\begin{{document}}{latex}\end{{document}}"
    assert latex_problems(document) == ()
    assert len(re.findall("&=", latex)) == len(point.coordinates) + 1
