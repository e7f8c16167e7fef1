"""The splitting test: its blocks against the dense diagonal block, its verdict against the dense Hessian of clones."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from symlandscape import backends
from symlandscape.arith.conversions import mid_float
from symlandscape.errors import InputError
from symlandscape.evidence import Level, Verdict
from symlandscape.relu import family, solve
from symlandscape.relu.from_zero import from_zero
from symlandscape.relu.splitting_test import splitting_test

CASES = [
    ("F1", 6, 0, 0),
    ("A0", 5, 0, 0),
    ("A1", 8, 0, 0),
    ("F2", 7, 0, 0),
    ("F1", 7, 1, 0),
    ("A1", 9, 0, Fraction(1, 3)),
]


@pytest.mark.parametrize(("name", "d", "extra", "slope"), CASES)
def test_the_parts_are_the_spectrum_of_the_curvature_of_each_diagonal_block(name, d, extra, slope):
    point = family(name, extra=extra, slope=slope).at(d)
    H = backends.relu_hessian(point.matrix(), None, float(slope))
    first = 0
    for test in splitting_test(point):
        own = slice(first * d, (first + 1) * d)
        dense = np.linalg.eigvalsh(H[own, own] - (1 + float(slope) ** 2) / 2 * np.eye(d))
        parts = [np.repeat([mid_float(x) for x in b.eigenvalues], int(b.multiplicity)) for b in test.blocks]
        assert np.allclose(np.sort(np.concatenate([[0.0], *parts])), dense, atol=1e-12)
        assert test.negative == int(np.sum(dense < -1e-9)) and test.level is Level.CERTIFIED
        assert mid_float(test.least) == pytest.approx(dense[0])
        first += int(test.size)
    assert first == d + extra


def test_the_parts_belong_to_the_targets_lengths():
    lengths = [1, 1, 1, Fraction(3, 2)]
    V = np.diag([float(c) for c in lengths])
    for point in solve("3,1", starts=12, seed=1, lengths=[1, Fraction(3, 2)]).points[1:3]:
        H = backends.relu_hessian(point.matrix(), V)
        for test, row in zip(splitting_test(point), (0, 3), strict=True):
            own = slice(4 * row, 4 * row + 4)
            dense = np.linalg.eigvalsh(H[own, own] - np.eye(4) / 2)
            parts = [np.repeat([mid_float(x) for x in b.eigenvalues], int(b.multiplicity)) for b in test.blocks]
            assert np.allclose(np.sort(np.concatenate([[0.0], *parts])), dense, atol=1e-12)
            assert test.negative == 3 and test.descends is Verdict.YES


def test_a_clone_has_the_negative_directions_of_both():
    point = family("F1").at(6)
    W = point.matrix()
    for test, row in zip(splitting_test(point), (0, 5), strict=True):
        split = np.vstack([W, 0.3 * W[row]])
        split[row] *= 0.7
        values = np.linalg.eigvalsh(backends.relu_hessian(split))
        assert int(np.sum(values < -1e-9)) == test.negative == 5 and test.descends is Verdict.YES
        assert int(np.sum(np.abs(values) < 1e-12)) == 1


def test_real_sizes_have_real_multiplicities():
    test = splitting_test(family("F1").at("13/2"))[0]
    assert {b.label: b.multiplicity for b in test.blocks} == {"t": 1, "s0": Fraction(7, 2)}
    assert test.descends is Verdict.YES and test.negative == sum(b.negative * b.multiplicity for b in test.blocks)


def test_the_global_minimum_has_no_curvature_to_decide():
    (test,) = splitting_test(family("C0").at(6))
    assert test.descends is Verdict.UNDECIDED and test.negative is None and test.level is Level.UNDECIDED


def test_a_positive_part_does_not_descend():
    test = splitting_test(family("F1").at(6))[0]
    blocks = tuple(replace(b, negative=0) for b in test.blocks)
    assert replace(test, blocks=blocks).descends is Verdict.NO and replace(test, blocks=()).least is None


def test_a_point_that_is_not_proved_is_refused():
    for test in (splitting_test, from_zero):
        with pytest.raises(InputError, match="certified critical point"):
            test(replace(family("F1").at(6), existence=Verdict.UNDECIDED))
