"""Events of branches: neurons that die, rows that become parallel or equal, eigenvalues that vanish all along."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from symlandscape.errors import InputError
from symlandscape.relu import family
from symlandscape.relu.bifurcations import daughters
from symlandscape.relu.branch_curve import curve_of, row_lengths
from symlandscape.relu.branching import axial_splits
from symlandscape.relu.paths import STEPS, follow_path, line_of
from symlandscape.symmetry.pattern import Pattern

SHORT = [-0.7239446467579514, 0.43750789933145484, 0.20561630850149762, -0.03659706148904689, -0.036414617265342716]
"""A saddle with blocks 5, 1 whose single row is short."""


def equal_rows(d: int) -> list[float]:
    """The point with d equal rows u(1, .., 1), which act as one neuron of length d u sqrt(d)."""
    cosine = 1 / math.sqrt(d)
    kernel = (math.sqrt(1 - cosine**2) + (math.pi - math.acos(cosine)) * cosine) / math.pi
    return [kernel / math.sqrt(d)] * 2


def test_a_branch_ends_where_its_neuron_dies_and_says_which():
    path = follow_path(Pattern((5, 1)), SHORT, 0, 5, 20)
    assert path.end.kind == "neuron dies" and "block 1" in path.end.detail and "not smooth" in path.end.detail
    assert path.end.d == pytest.approx(15.19, abs=0.01) and path.begin.kind == "range"
    lengths = [row_lengths(path.line, s)[1] for s in path.samples]
    assert lengths[-1] == pytest.approx(1e-5, abs=1e-8) and lengths == sorted(lengths, reverse=True)
    (event,) = [e for e in path.events if e.kind == "neuron dies"]
    assert not event.increasing and event.label == "block 1"


def test_rows_equal_all_along_are_no_event():
    point = equal_rows(6)
    path = follow_path(Pattern((6,)), point, 0, 5, 7)
    assert path.events == () and all(s.point[0] == pytest.approx(s.point[1]) for s in path.samples)


def test_split_neurons_have_a_zero_eigenvalue_all_along_and_no_daughters():
    pattern, values = family("F1", extra=2, extra_rows="equal").coordinates(family("F1").pattern(8))
    path = follow_path(pattern, values, 0, 8, Fraction(17, 2))
    zeros = [np.min(np.abs(s.eigenvalues["e0"])) for s in path.samples]
    assert max(zeros) == 0 and not [e for e in path.events if e.label == "e0"]
    with pytest.raises(InputError, match="zero eigenvalue all along"):
        daughters(family("F1", extra=2, extra_rows="equal"), "e0")
    with pytest.raises(InputError, match="zero eigenvalue all along"):
        axial_splits(pattern, "e0*s0")


def test_daughters_of_a_family_with_one_more_neuron():
    (one,) = daughters(
        family("F1", extra=1), "s0", at_crossing="6.6654", split=((1,),), to=7, bottom=6, opens="larger d"
    )  # fmt: skip
    assert one.mother == "F1+1" and one.branching.fine.extra == (1,) and one.path.end.kind == "range"
    (point,) = one.path.certified_at(7, 15)
    assert point.pattern.row_sizes == (5, 1, 1, 1) and point.verdict == "saddle"


def test_signs_of_what_is_watched_tell_parallel_and_equal_rows():
    pattern = Pattern((Fraction(9, 2), 1), (1, 1))
    curve = curve_of(line_of(pattern, 0), pattern)
    names = [c.name for c in pattern.coordinates]

    def watched(**entries: float) -> dict[str, np.ndarray]:
        z = np.arange(1.0, 1 + len(names)) ** 0.5
        for name, value in entries.items():
            z[names.index(name)] = value
        return curve.watch(np.append(z * curve.scale, math.log(4.5)), "length")

    rows = {"c[1,0]": 0.2, "a[1]": 0.5, "r[0,0]": -0.4, "r[0,1]": -1.0, "r[1,0]": 0.3, "r[1,1]": 0.7}
    clear = {k: np.sign(v).tolist() for k, v in watched(**rows, **{"a[0]": 1.0, "b[0,0]": 0.5}).items()}
    assert clear["minor"][0] == 0 and 0 not in clear["minor"][1:] and clear["equal"] == [1.0] and clear["apart"] == [1]
    before, after = (watched(**{**rows, "r[0,1]": -1.0 + h})["minor"][0] for h in (-1e-3, 1e-3))
    assert before * after < 0
    same = watched(**{**rows, "r[1,0]": -0.4, "r[1,1]": -1.0})
    assert same["apart"][0] < 0 and curve.ends_branch("apart") and not curve.ends_branch("minor")


def test_each_event_has_its_words():
    pattern, values = family("F1", extra=2).coordinates(family("F1").pattern(8))
    path = follow_path(pattern, values, 0, 8, Fraction(17, 2), steps=replace(STEPS, most=3))
    curve = curve_of(path.line, pattern)
    words = {name: curve._words(name, 0, True, path.samples[0])[0] for name in ("length", "equal", "minor", "apart")}
    assert words == {
        "length": "neuron dies", "equal": "equal rows", "minor": "parallel rows", "apart": "rows collide",
    }  # fmt: skip
