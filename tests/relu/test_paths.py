"""Branches by arclength: crossings are the certified thresholds, folds are proved, ends are explained."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from symlandscape.arith.conversions import mid_float
from symlandscape.errors import InputError
from symlandscape.evidence import Level
from symlandscape.relu import family
from symlandscape.relu import fold_proof as folds
from symlandscape.relu.branch_path import Path
from symlandscape.relu.branch_start import branch
from symlandscape.relu.coarser import deviation, merged_blocks, partitions, refine_coordinates
from symlandscape.relu.fold_proof import prove_fold
from symlandscape.relu.paths import STEPS, follow_path, path_of_family
from symlandscape.symmetry.pattern import Pattern

NEW = [1.02798665, -0.00247939, 0.02802272, -0.05390312, 0.01206365, -0.74623838, 0.19923749, 0.32976683, -0.07120238,
       0.37509219, -0.26117561]  # fmt: skip
"""The minimum of no family at d = 20, blocks 13, 6, 1."""


@pytest.fixture(scope="module")
def new() -> Path:
    return follow_path(Pattern((13, 6, 1)), NEW, 0, Fraction(37, 2), 21)


@pytest.mark.parametrize(("name", "low", "high"), [("A0", 5, 7), ("F2", 7, 8)])
def test_crossings_are_the_certified_thresholds(name, low, high):
    path = path_of_family(family(name), Fraction(low + high, 2), low, high)
    proved = sorted((mid_float(t.d), t.label, t.increasing) for t in family(name).thresholds(15, low, high).found)
    met = sorted((e.d, e.label, e.increasing) for e in path.of_kind("crossing"))
    assert [m[1:] for m in met] == [p[1:] for p in proved] and len(met) == len(path.events)
    assert [m[0] for m in met] == pytest.approx([p[0] for p in proved], abs=1e-9)
    assert (path.begin.kind, path.end.kind) == ("range", "range") and not path.closed
    assert (path.begin.d, path.end.d) == pytest.approx((float(low), float(high)))
    assert [s.is_minimum for s in (path.samples[0], path.samples[-1])] == [False, True]


def test_f2_turns_round_in_the_fold_at_which_its_continuation_in_d_ends():
    pattern, values = family("F2").coordinates(family("F2").pattern(Fraction(9, 2)))
    down, few = np.append(np.zeros(len(values)), -1.0), replace(STEPS, most=25)
    path = follow_path(pattern, values, 0, Fraction(34, 10), 5, steps=few, away=down, below_two=True)
    fold = path.of_kind("fold")[0]
    proved = prove_fold(path, fold)
    assert proved.level is Level.CERTIFIED and str(proved).startswith("fold at d = 3.434054209958795")
    assert fold.d == pytest.approx(mid_float(proved.d), abs=1e-10) and fold.increasing
    with pytest.raises(InputError, match="does not exist"):
        family("F2").coordinates(family("F2").pattern(Fraction(343, 100)))


def test_the_minimum_of_no_family_comes_from_a_fold_and_its_branch_meets_the_mother(new):
    assert sorted(e.kind for e in new.events) == ["crossing", "crossing", "fold", "meeting"]
    fold = prove_fold(new, new.of_kind("fold")[0])
    assert fold.level is Level.CERTIFIED and mid_float(fold.d) == pytest.approx(18.729503576037736, abs=1e-12)
    (meeting,) = new.of_kind("meeting")
    (crossing,) = family("A[flipped=7]").thresholds(15, Fraction(39, 2), 20).found
    assert meeting.label == "1+2" and meeting.d == pytest.approx(mid_float(crossing.d), abs=1e-4)


def test_points_at_an_integer_are_certified_and_one_is_the_minimum(new):
    verdicts = {p.verdict: mid_float(p.loss) for p in new.certified_at(20, 15)}
    assert sorted(verdicts) == ["minimum", "saddle"]
    assert verdicts["minimum"] == pytest.approx(0.0597534191119108, abs=1e-14)
    (kept,) = new.certified_at(19, 15, minima=True)
    assert kept.verdict == "minimum" and mid_float(kept.loss) == pytest.approx(0.0600542225854528, abs=1e-14)


def test_a_pattern_with_extra_rows_is_followed_along_either_block():
    pattern, values = family("F2", extra=1).coordinates(family("F2").pattern(8))
    path = follow_path(pattern, values, 0, Fraction(15, 2), 8)
    assert path.begin.kind == path.end.kind == "range" and "e0" not in path.samples[0].negatives
    pattern, values = family("A3").coordinates(family("A3").pattern(9))
    other = follow_path(pattern, values, 1, Fraction(17, 2), Fraction(19, 2))
    assert other.line.pattern(10).sizes == (6, 4) and other.end.d == pytest.approx(9.5)


def test_a_branch_that_reaches_its_least_size_says_so():
    path = path_of_family(family("F1"), 4, 2, 4)
    assert path.begin.kind == "least size" and path.begin.d == pytest.approx(3.01)
    assert path.document()["pattern"] == "d-1,1" and path.document()["ends"][0]["kind"] == "least size"


def test_a_loss_picks_the_point_of_a_pattern():
    loss = mid_float(family("F1").at(8).loss)
    path = branch("7,1", 7, 9, loss=loss, starts=6)
    assert min(abs(s.loss - loss) for s in path.samples) < 1e-4 and path.end.d == pytest.approx(9)
    assert branch("F1", 7, 9).end.kind == "range"


def test_a_fold_that_cannot_be_proved_is_undecided_and_other_events_are_refused(new, monkeypatch):
    fold, crossing = new.of_kind("fold")[0], new.of_kind("crossing")[0]
    with pytest.raises(InputError, match="expected a fold"):
        prove_fold(new, crossing)
    genuine = folds.verify_root
    monkeypatch.setattr(
        folds, "verify_root", lambda f, j, x, digits: genuine(f, j, x, digits, start_prec=24, max_prec=24)
    )
    assert prove_fold(new, fold).level is Level.UNDECIDED


@pytest.mark.parametrize(
    ("sizes", "moving", "low", "high"), [((7, 1), 1, 7, 9), ((7, 1), 2, 7, 9), ((7, 1), 0, 9, 10), ((7, 1), 0, 9, 7)]
)
def test_bad_lines_and_ranges_are_refused(sizes, moving, low, high):
    pattern, values = family("F1").coordinates(family("F1").pattern(8))
    with pytest.raises(InputError):
        follow_path(Pattern(sizes), values, moving, low, high)


def test_a_start_far_from_every_critical_point_is_refused():
    with pytest.raises(InputError, match="start nearer"):
        follow_path(Pattern((7, 1)), [9.0, -9.0, 9.0, 3.0, 2.0], 0, 7, 9)
    with pytest.raises(InputError, match="positive loss"):
        branch("1", 1, 2, starts=1)
    with pytest.raises(InputError, match="smaller to larger"):
        branch("F1", 9, 7)


def test_refining_and_merging_are_inverse():
    coarse, fine = Pattern((5, 2)), Pattern((3, 2, 2))
    values = np.arange(1.0, 1 + len(coarse.coordinates))
    refined = refine_coordinates(coarse, values, fine, (0, 0, 1))
    assert np.array_equal(fine.matrix(list(refined)), coarse.matrix(list(values)))
    assert merged_blocks(fine, refined) == "0+1" and deviation(fine, refined, [[0, 1], [2]]) == 0
    assert merged_blocks(coarse, values) == "" and len(list(partitions([0, 1, 2, 3]))) == 15
