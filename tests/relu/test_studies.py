"""Paths in the length of a target, growth from zero, and the documents of dynamics, split, slopes and lengths."""

from __future__ import annotations

from fractions import Fraction

import jsonschema
import numpy as np
import pytest

from symlandscape import backends, schemas
from symlandscape.arith.conversions import mid_float
from symlandscape.errors import InputError
from symlandscape.evidence import Level, Verdict
from symlandscape.relu import certify, dynamics, family, lengths, slopes, split
from symlandscape.relu.from_zero import from_zero
from symlandscape.relu.length_events import singled_out


def valid(name: str, document: dict) -> dict:
    jsonschema.Draft202012Validator(schemas.load(name)).validate(document)
    return document


def test_f1_turns_into_a_saddle_when_its_flipped_target_grows():
    branch = lengths(family("F1"), 6, low=1, high="5/4", digits=20)
    (event,) = branch.events
    assert (event.label, event.level, event.fold) == ("s0", Level.CERTIFIED, False)
    assert (branch.begins, branch.ends) == (1, Fraction(5, 4)) and "s0 singular at length 1.11" in str(event)
    place = Fraction(mid_float(event.value)).limit_denominator(1000)
    for length, verdict in ((place - Fraction(1, 50), "minimum"), (place + Fraction(1, 50), "saddle")):
        near = min(branch.samples, key=lambda s: abs(s.value - length))
        assert certify(branch.pattern, list(near.point), lengths=(1, length), digits=15).verdict == verdict
    document = valid("relu.lengths", {**branch.document(20), "of": "flipped"})
    assert [part["verdict"] for part in document["stretches"]] == ["minimum", "saddle"]


def test_a_kept_target_only_a_little_shorter_annihilates_f1_in_a_fold():
    branch = lengths(family("F1"), 6, "kept", "31/32", 1, digits=15)
    (fold,) = branch.events
    assert fold.fold and fold.level is Level.CERTIFIED and branch.pattern.sizes == (4, 1, 1)
    assert float(branch.begins) == pytest.approx(mid_float(fold.value), abs=1e-5) and not branch.undecided


def test_the_point_with_one_member_singled_out_is_the_same_matrix():
    for name, d, block in (("A0", 5, 0), ("F2", 7, 1), ("F1", 6, 1)):
        point = family(name).at(d)
        finer, values, alone = singled_out(point.pattern, [mid_float(x) for x in point.coordinates], block)
        W, before = finer.matrix(values), point.matrix()
        assert finer.sizes[alone] == 1 and backends.relu_loss(W) == pytest.approx(backends.relu_loss(before), abs=1e-14)
        assert np.allclose(np.sort(W.ravel()), np.sort(before.ravel()))


def test_growth_from_zero_has_a_witness_that_the_dense_loss_confirms():
    point = family("F2", slope=Fraction(-1, 4)).at(9, digits=15)
    growth = from_zero(point)
    assert growth.descends is Verdict.YES and growth.level is Level.CERTIFIED and growth.pattern == point.pattern
    W = point.matrix()
    u = np.repeat([float(x) for x in growth.direction], [7, 2])
    u /= np.linalg.norm(u)
    change = (backends.relu_loss(np.vstack([W, 1e-6 * u]), None, -0.25) - backends.relu_loss(W, None, -0.25)) / 1e-6
    assert change == pytest.approx(mid_float(growth.value), abs=1e-6)


def test_nothing_grows_at_the_global_minimum():
    found = split(family("C0"), 5, 15)
    assert found.undecided and found.is_flat and found.growth.descends is Verdict.UNDECIDED
    document = valid("relu.split", found.document())
    assert "C vanishes" in document["neurons"][0]["reason"] and document["from_zero"]["level"] == "undecided"


def test_the_documents_of_split_and_dynamics_keep_their_schemas():
    document = valid("relu.split", split(family("A0"), 8, 12).document())
    assert document["neurons"][0]["negative"] == "7" and document["from_zero"]["descends"] == "yes"
    rates = valid("relu.dynamics", dynamics(family("F1"), 8, 12, measure=True).document())
    for row in rates["rates"]:
        assert float(row["rate"]) == pytest.approx(row["measured"]["rate"], abs=5e-4)
    assert "measured" not in valid("relu.dynamics", dynamics(family("F1"), "13/2", 12).document())["rates"][0]


def test_the_document_of_slopes_keeps_its_schema():
    document = valid("relu.slopes", slopes(family("F1"), 5, "-1/2", 0, 15).document(15))
    assert document["events"][0]["slope"].startswith("-0.3257266687") and document["from"] == "-1/2"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("flipped", 2, 3), "expected lengths"),
        (("flipped", 1, 9), "expected lengths"),
        (("both", "1/2", 2), "flipped or kept"),
        (("kept", "1/2", 2), "no kept rows"),
    ],
)
def test_bad_ranges_and_roles_are_refused(arguments, said):
    with pytest.raises(InputError, match=said):
        lengths(family("A0"), 6, *arguments)


def test_runs_need_integers_and_rates_a_minimum():
    with pytest.raises(InputError, match="integer number of inputs"):
        dynamics(family("F1"), "13/2", measure=True)
    with pytest.raises(InputError, match="certified minimum"):
        dynamics(family("F1"), 5)


def test_a_family_that_is_the_global_minimum_says_so():
    for name, d in (("A0", 2), ("F1", 2), ("A[flipped=2]", 9), ("A[flipped=2]", "19/2")):
        assert "global minimum C0 with rows in another order" in family(name).at(d, digits=15).reason
    assert "C0" not in family("F1").at(6, digits=15).reason


def test_an_extra_neuron_that_dies_ends_the_path_and_is_called_so():
    branch = slopes(family("A0", extra=1), 6, -1, "1/4", 12)
    fold, death = branch.events
    assert fold.fold and fold.level is Level.CERTIFIED
    assert (death.label, death.level) == ("death", Level.ESTIMATED) and not branch.undecided
    assert mid_float(death.value) == pytest.approx(float(branch.ends)) and "neuron death" in str(death)
    assert valid("relu.slopes", branch.document(12))["events"][1]["event"] == "death"


def test_an_open_verdict_leaves_the_rates_undecided(monkeypatch):
    from symlandscape.errors import UndecidedError
    from symlandscape.relu import CriticalPoint

    monkeypatch.setattr(CriticalPoint, "verdict", "undecided")
    with pytest.raises(UndecidedError, match="more --digits"):
        dynamics(family("F1"), 8)
