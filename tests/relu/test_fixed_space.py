"""All critical points of a fixed space that random starts find: counted, different, certified, named."""

from __future__ import annotations

from fractions import Fraction

import jsonschema
import numpy as np
import pytest

from symlandscape import backends, schemas
from symlandscape.arith.conversions import mid_float
from symlandscape.check import check_document
from symlandscape.errors import InputError
from symlandscape.evidence import Level, Verdict
from symlandscape.relu.families import family
from symlandscape.relu.fixed_space import SolveResult, resolve, solve
from symlandscape.symmetry.pattern import Pattern


@pytest.fixture(scope="module")
def found() -> SolveResult:
    return solve("5,1", starts=30)


def test_the_fixed_space_of_5_1_holds_the_families_and_nameless_saddles(found):
    names = [p.family for p in found.points]
    assert {"C0", "F1", "A1", "A0", None} == set(names)
    for point in found.points:
        if point.family is None:
            assert point.verdict == "saddle"
        else:
            assert point.loss.overlaps(family(point.family).at(6).loss)


def test_counts_add_up_and_losses_ascend(found):
    assert sum(found.counts) + found.unresolved == found.starts == 30
    losses = [mid_float(p.loss) for p in found.points]
    assert losses == sorted(losses)


def test_every_point_found_is_a_critical_point_of_the_whole_loss(found):
    for point in found.points:
        assert point.existence is Verdict.YES and point.level is Level.CERTIFIED
        W = point.matrix()
        loss, gradient = backends.relu_loss_gradient(W)
        assert np.linalg.norm(gradient) < 1e-12 and loss == pytest.approx(mid_float(point.loss), abs=1e-14)
        negative = np.count_nonzero(np.linalg.eigvalsh(backends.relu_hessian(W)) < -1e-10)
        assert point.morse_index in (negative, None)
        assert (point.verdict == "saddle") == (negative > 0)


def test_the_document_keeps_its_schema(found):
    document = found.document()
    jsonschema.Draft202012Validator(schemas.load("relu.solve")).validate(document)
    assert document["pattern"] == "5,1" and [p["count"] for p in document["points"]] == list(found.counts)


def test_the_seed_determines_the_result(found):
    assert solve("5,1", starts=30).document() == found.document()
    few = solve("5,1", starts=3)
    assert sum(few.counts) + few.unresolved == 3
    assert solve("5,1", starts=3, seed=1).document() != few.document()


def test_certificates_are_attached_where_asked_for():
    result = solve("4", starts=4, certify=True)
    assert result.points
    for point in result.points:
        if point.certificate is not None:
            assert check_document(point.certificate.document()).verdict == "holds"
    assert any(p.certificate is not None for p in result.points)


def test_a_pattern_with_a_symbol_takes_d_and_a_real_one():
    result = solve("n-1,1", Fraction(13, 2), starts=12)
    assert result.pattern == Pattern((Fraction(11, 2), 1))
    f1 = family("F1").at("13/2")
    assert any(p.loss.overlaps(f1.loss) and p.verdict == "minimum" for p in result.points)
    assert all(p.morse_index is None for p in result.points)


@pytest.mark.parametrize(("extra_rows", "pattern"), [("free", Pattern((5,), (1, 1))), ("equal", Pattern((5,), (2,)))])
def test_extra_rows_are_free_or_one_orbit(extra_rows, pattern):
    result = solve("5", starts=3, extra=2, extra_rows=extra_rows)
    assert result.pattern == pattern and sum(result.counts) + result.unresolved == 3


def test_extra_rows_may_give_the_family_with_an_extra_row():
    points = solve("5", starts=20, extra=1).points
    assert any(p.family == "A0" and p.loss.overlaps(family("A0", extra=1).at(5).loss) for p in points)


def test_another_slope_has_other_critical_points_of_the_same_identity():
    points = solve("4", starts=10, slope=Fraction(-1, 2)).points
    assert points[0].family == "C0" and points[0].slope == Fraction(-1, 2)
    for point in points:
        assert np.linalg.norm(backends.relu_loss_gradient(point.matrix(), None, -0.5)[1]) < 1e-12


def test_progress_counts_the_starts():
    seen: list[tuple[int, int]] = []
    solve("3", starts=4, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]


@pytest.mark.parametrize(
    ("pattern", "d", "sizes"),
    [
        ("9,1", None, (9, 1)),
        ("9,1", 10, (9, 1)),
        ("n-1,1", 7, (6, 1)),
        ("n,n", 7, (Fraction(7, 2),) * 2),
        ("2*n,1", 6, (5, 1)),
    ],
)
def test_patterns_get_their_numbers_from_d(pattern, d, sizes):
    assert resolve(pattern, d).sizes == sizes


@pytest.mark.parametrize(
    ("pattern", "d", "what"),
    [
        ("9,1", 11, "has d = 10, but --at 11 came"),
        ("n-1,1", None, "one symbol and --at d"),
        ("m,p", 10, "has the symbols m, p"),
        ("n-1,1", 1, "must be a positive integer"),
        ("n**2,1", 6, "cannot add to 6"),
        ("x!", 6, "a pattern is block sizes"),
    ],
)
def test_patterns_that_do_not_give_numbers_are_refused(pattern, d, what):
    with pytest.raises(InputError, match=what):
        resolve(pattern, d)


def test_no_starts_and_slope_one_are_refused():
    with pytest.raises(InputError, match="at least one start"):
        solve("4", starts=0)
    with pytest.raises(InputError, match="slope 1"):
        solve("4", starts=1, slope=1)


def test_threads_do_not_change_the_result():
    assert solve("4,1", starts=8).document() == solve("4,1", starts=8, threads=2).document()


def test_a_missing_device_is_refused():
    with pytest.raises(InputError, match="cuda"):
        solve("4,1", starts=2, device="cuda")
