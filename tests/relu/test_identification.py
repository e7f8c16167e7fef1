"""Given weight matrices: polished, named, certified, merged; and what is said of those that are nothing of the kind."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from symlandscape import backends, schemas
from symlandscape.arith.conversions import mid_float
from symlandscape.check import check_document
from symlandscape.errors import InputError
from symlandscape.evidence import Level, Verdict
from symlandscape.relu import identification
from symlandscape.relu.critical_point import CriticalPoint
from symlandscape.relu.families import family
from symlandscape.relu.identification import identify, identify_matrix, polish
from symlandscape.runs import generator
from symlandscape.symmetry.pattern import Pattern

PUBLISHED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "safran_shamir"
NAMES = {
    "newExp-6-6.mat": ["F1"],
    "newExp-8-8.mat": ["F1"],
    "newExp-8-9.mat": ["F1"],
    "newExp-10-10.mat": ["F1", "F2"],
    "newExp-12-12.mat": ["F1", "F2", "F3", "A4", "A6", "A5"],
}


def hidden(point: CriticalPoint, seed: int, noise: float = 1e-6) -> np.ndarray:
    """The point's matrix with rows and columns permuted and noise on every entry."""
    W, rng = point.matrix(), generator(seed, 0)
    permuted = W[rng.permutation(W.shape[0])][:, rng.permutation(W.shape[1])]
    return permuted + noise * rng.standard_normal(W.shape)


# -- planted points --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "d", "verdict", "index"),
    [
        ("C0", 6, "minimum", 0),
        ("F1", 6, "minimum", 0),
        ("F1", 5, "saddle", 3),
        ("F2", 10, "minimum", 0),
        ("A0", 7, "minimum", 0),
        ("A1", 6, "saddle", 6),
        ("A2", 9, "minimum", 0),
    ],
)
def test_a_permuted_noisy_member_is_named_and_certified(name, d, verdict, index):
    planted = family(name).at(d)
    point = identify_matrix(hidden(planted, d))
    assert (point.family, point.verdict, point.level) == (name, verdict, Level.CERTIFIED)
    assert point.point.existence is Verdict.YES and point.point.morse_index == index
    assert point.point.loss.overlaps(planted.loss)
    assert point.isotropy.pattern == planted.pattern
    assert point.moved == pytest.approx(1e-6 * d, rel=0.6)


def test_the_morse_index_is_the_number_of_negative_eigenvalues_of_the_dense_hessian():
    point = identify_matrix(hidden(family("A1").at(6), 1))
    dense = np.linalg.eigvalsh(backends.relu_hessian(point.weights))
    assert point.point.morse_index == np.count_nonzero(dense < 0) == 6
    assert point.least_eigenvalue == pytest.approx(dense[0], abs=1e-13)


def test_a_point_with_an_extra_row_keeps_its_name_and_says_how_many():
    grown = family("F1", extra=1).at(8)
    point = identify_matrix(hidden(grown, 3))
    document = point.document(12)
    assert (document["family"], document["extra"], document["verdict"], document["level"]) == (
        "F1",
        1,
        "minimum",
        "certified",
    )
    assert point.weights.shape == (9, 8) and point.point.loss.overlaps(grown.loss)


def test_the_certificate_of_a_planted_saddle_holds_at_the_independent_checker():
    point = identify_matrix(hidden(family("A1").at(6), 2), certificate=True)
    assert check_document(point.point.certificate.document()).verdict == "holds"
    assert point.point.certificate.document()["verdict"] == "saddle"


def test_a_point_of_another_slope_is_named_with_that_slope():
    slope = Fraction(1, 10)
    point = identify_matrix(hidden(family("F1", slope=slope).at(6), 4), slope=slope)
    assert (point.family, point.verdict, point.moved < 1e-4) == ("F1", "minimum", True)
    assert point.point.slope == slope


def test_a_critical_point_of_no_known_family_is_reported_with_its_isotropy():
    near = Pattern((5, 1)).matrix([1.102762, -0.050907, 0.17537, 0.116181, 0.093275])  # found by solve("5,1")
    point = identify_matrix(near)
    assert (point.family, point.verdict, point.level) == (None, "saddle", Level.CERTIFIED)
    assert point.isotropy.name == "Delta(S_5 x S_1)" and point.point.morse_index == 1
    assert point.document(12)["loss"] == "0.0604630247269"


# -- many points -----------------------------------------------------------------------------------


def test_equal_points_up_to_permutations_are_merged_with_the_first():
    f1, a0 = family("F1").at(6), family("A0").at(6)
    stack = np.stack([hidden(f1, 0), hidden(a0, 1), hidden(f1, 2, 1e-7), hidden(a0, 3), f1.matrix()])
    found = identify(stack)
    assert [p.duplicate_of for p in found.points] == [None, None, 0, 1, 0]
    assert [p.position for p in found.points] == [0, 1, 2, 3, 4]
    assert [p.family for p in found.points] == ["F1", "A0", "F1", "A0", "F1"]
    assert not found.undecided


def test_points_of_equal_loss_on_different_orbits_are_not_merged():
    first, second = np.diag([0.4, 0.6]), np.diag([0.6, 0.4])
    split = np.stack([np.vstack([first, np.eye(2) - first]), np.vstack([np.diag([0.3, 0.6]), np.diag([0.7, 0.4])])])
    found = identify(np.concatenate([split, np.vstack([second, first])[None]]))
    assert [p.level for p in found.points] == [Level.PROVED] * 3
    assert [p.duplicate_of for p in found.points] == [None, None, 0]


def test_the_document_keeps_its_schema_and_the_arrays_belong_to_it():
    seen = []
    stack = np.stack([hidden(family("A1").at(6), 5), hidden(family("F1").at(6), 6)])
    found = identify(stack, digits=25, progress=lambda done, total: seen.append((done, total)))
    document = found.document()
    jsonschema.Draft202012Validator(schemas.load("relu.identify")).validate(document)
    assert json.loads(json.dumps(document, allow_nan=False)) == document and document["file"] == "array"
    assert [row["verdict"] for row in document["points"]] == ["saddle", "minimum"]
    assert len(document["points"][1]["loss"]) > 20
    assert found.arrays()["W"].shape == (2, 6, 6) and seen == [(1, 2), (2, 2)]
    assert found._repr_html_().count("<tr>") == 3


def test_files_and_arrays_are_identified_alike(tmp_path):
    W = hidden(family("F1").at(6), 7)
    np.save(tmp_path / "w.npy", W)
    np.savez(tmp_path / "w.npz", W=W[None], V=np.eye(6))
    expected = identify(W).document()["points"]
    assert identify(tmp_path / "w.npy").document()["points"] == expected
    assert identify(str(tmp_path / "w.npz")).document()["points"] == expected


# -- other targets ---------------------------------------------------------------------------------


def test_rotated_targets_are_turned_back_named_and_certified():
    rotation = np.linalg.qr(generator(1, 0).standard_normal((6, 6)))[0]
    noise = 1e-7 * generator(2, 0).standard_normal((6, 6))
    for name, verdict in (("C0", "minimum"), ("F1", "minimum"), ("A1", "saddle")):
        planted = family(name).at(6)
        point = identify_matrix(planted.matrix() @ rotation + noise, V=rotation)
        assert (point.family, point.verdict, point.level) == (name, verdict, Level.CERTIFIED)
        assert point.loss == pytest.approx(mid_float(planted.loss), abs=1e-13)
        assert point.least_eigenvalue == pytest.approx(mid_float(planted.least_eigenvalue), abs=1e-9)
        assert "orthogonal targets of lengths 1" in point.reason


def test_general_targets_away_from_a_critical_point_are_undecided():
    V = generator(3, 0).standard_normal((4, 5))
    point = identify_matrix(generator(4, 0).standard_normal((5, 5)) * 3, V=V)
    assert (point.verdict, point.level, point.point) == ("undecided", Level.UNDECIDED, None)
    assert "no critical point" in point.reason


# -- nothing of the kind ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "W",
    [generator(0, 0).standard_normal((6, 6)), generator(1, 0).standard_normal((4, 3)), -np.eye(4), np.eye(5) * 1e-3],
    ids=["random square", "random with an extra row", "minus the identity", "almost dead"],
)
def test_a_matrix_far_from_every_critical_point_is_undecided_and_gets_no_name(W):
    point = identify_matrix(W)
    assert (point.family, point.verdict, point.level) == (None, "undecided", Level.UNDECIDED)
    assert "no critical point" in point.reason and np.array_equal(point.weights, W)
    document = point.document(10)
    assert float(document["loss"]) == pytest.approx(backends.relu_loss(W)) and document["morse_index"] is None
    assert identify(W).undecided


def test_a_root_search_that_wanders_off_is_not_believed(monkeypatch):
    monkeypatch.setattr(identification, "polish", lambda W, V, slope: (W.copy(), 0.0))
    point = identify_matrix(-np.eye(4))
    assert (point.family, point.verdict, point.point) == (None, "undecided", None)
    assert "away" in point.reason


def test_polishing_finds_minima_and_saddles_quadratically_and_stops_at_rounding():
    for name in ("F1", "A1"):
        W = hidden(family(name).at(6), 8, noise=1e-4)
        polished, norm = polish(W)
        assert norm < 1e-13 < np.linalg.norm(backends.relu_loss_gradient(W)[1])
        again, same = polish(polished)
        assert same <= norm and np.linalg.norm(again - polished) < 1e-13


@pytest.mark.parametrize(
    ("W", "V", "what"),
    [
        (np.array([[1.0, 0.0], [0.0, 0.0]]), None, "row 1 of W is zero"),
        (np.array([[1.0, np.nan], [0.0, 1.0]]), None, "finite"),
        (np.ones(4), None, "shape"),
        (np.ones((1, 1, 2, 2)), None, "shape"),
        (np.eye(3), np.eye(2), "target"),
    ],
)
def test_bad_matrices_are_refused_with_a_sentence(W, V, what):
    with pytest.raises(InputError, match=what):
        identify(W, V)


# -- the published minima --------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_every_published_point_is_a_certified_minimum_of_a_named_family(name):
    path = PUBLISHED / name
    if not path.exists():
        pytest.skip(f"the research data file {name} is not part of the project and is absent")
    found = identify(path)
    targets, neurons = (int(part) for part in name.removesuffix(".mat").split("-")[1:])
    assert [p.family for p in found.points] == NAMES[name]
    assert all((p.verdict, p.level, p.point.morse_index) == ("minimum", Level.CERTIFIED, 0) for p in found.points)
    assert all(p.duplicate_of is None and p.moved < 2e-7 for p in found.points)
    assert all(p.document(10)["extra"] == neurons - targets for p in found.points)
    assert all(isinstance(p.runs, int) and p.runs >= 1 for p in found.points)
    for point in found.points:
        member = family(point.family, extra=neurons - targets).at(targets)
        assert point.point.loss.overlaps(member.loss)
