"""Following a branch in a block's size: every sample is critical, steps keep their bound, and ends are noticed."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from symlandscape.arith.field import float_field
from symlandscape.relu.continuation import Sample, distance, follow, kept, newton
from symlandscape.relu.families import family
from symlandscape.relu.reduced import reduced_point
from symlandscape.symmetry.pattern import Pattern

ZERO = Fraction(0)


def start(name: str, d: int) -> tuple[Pattern, np.ndarray]:
    pattern, values = family(name).coordinates(family(name).pattern(d))
    return pattern, np.array(values, dtype=float)


def one_block(n: Fraction) -> Pattern:
    return Pattern((n,))


@pytest.mark.parametrize(("name", "others"), [("A0", ()), ("A2", (2,)), ("F1", (1,))])
def test_every_sample_of_a_branch_is_a_critical_point(name, others):
    pattern, point = start(name, 12)
    size = Fraction(pattern.sizes[0])
    found = list(follow(lambda n: Pattern((n, *others)), Sample(size, pattern, point), Fraction(9, 2), ZERO, 0.2))
    assert found[0].size == size and found[-1].size == Fraction(9, 2)
    for sample in found:
        gradient = reduced_point(sample.pattern, [float(x) for x in sample.point], float_field()).gradient()
        assert max(map(abs, gradient)) < 1e-11


def test_steps_keep_their_bound_and_go_in_one_direction():
    pattern, point = start("A0", 20)
    sizes = [float(s.size) for s in follow(one_block, Sample(Fraction(20), pattern, point), Fraction(5), ZERO, 0.1)]
    steps = -np.diff(np.log(sizes))
    assert np.all(steps > 0) and np.all(steps <= 0.1 + 1e-6)


def test_a_branch_followed_down_and_up_returns_to_its_point():
    pattern, point = start("F1", 10)
    down = list(follow(lambda n: Pattern((n, 1)), Sample(Fraction(9), pattern, point), Fraction(5), ZERO))[-1]
    up = list(follow(lambda n: Pattern((n, 1)), down, Fraction(9), ZERO))[-1]
    assert distance(pattern, up.point, point) < 1e-11


def test_a_branch_that_ends_is_followed_to_its_end_only():
    pattern, point = start("A[flipped=6]", 12)
    last = list(follow(lambda n: Pattern((n, 6)), Sample(Fraction(6), pattern, point), Fraction(1), ZERO))[-1]
    assert 1 < last.size < 6


def test_no_convergence_is_none():
    assert newton(Pattern((6,)), np.array([1e8, -1e8]), ZERO, 3) is None


def test_the_distance_is_that_of_the_matrices():
    pattern = Pattern((4, 2), (1,))
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((2, len(pattern.coordinates)))
    assert distance(pattern, x, y) == pytest.approx(float(np.linalg.norm(pattern.matrix(x) - pattern.matrix(y))))


def test_a_block_of_size_one_loses_its_off_diagonal_entry():
    wide, narrow = Pattern((3, 2)), Pattern((3, 1))
    point = np.arange(len(wide.coordinates), dtype=float)
    names = [c.name for c in wide.coordinates]
    assert [names[int(i)] for i in kept(point, wide, narrow)] == [c.name for c in narrow.coordinates]
    assert "b[1,1]" in names and math.prod(point.shape) == 6
