"""Strict linear inequalities decided exactly, held against linear programs in floats."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from symlandscape.regions.strict_inequalities import Excluded, Inside, strictly_positive


@st.composite
def systems(draw):
    k, m = draw(st.integers(0, 3)), draw(st.integers(1, 7))
    small = st.integers(-4, 4)
    return (
        draw(st.lists(small, min_size=m, max_size=m)),
        [draw(st.lists(small, min_size=k, max_size=k)) for _ in range(m)],
    )


def margin(constants, slopes):
    """The largest t <= 1 with b + u.c >= t, by SciPy."""
    k = len(slopes[0])
    A = np.array([[*(-v for v in u), 1.0] for u in slopes])
    bounds = [(None, None)] * k + [(None, 1.0)]
    return -linprog([0.0] * k + [-1.0], A_ub=A, b_ub=np.array(constants, float), bounds=bounds).fun


@settings(max_examples=150)
@given(systems())
def test_either_a_point_or_multipliers_and_the_float_program_agrees(case):
    constants, slopes = case
    answer = strictly_positive(constants, slopes)
    if isinstance(answer, Inside):
        values = [b + sum(c * v for c, v in zip(answer.point, u, strict=True)) for b, u in zip(*case, strict=True)]
        assert min(values) > 0
    else:
        mu = answer.multipliers
        assert min(mu) >= 0 and max(mu) > 0
        assert sum(m * b for m, b in zip(mu, constants, strict=True)) <= 0
        assert all(sum(m * u[i] for m, u in zip(mu, slopes, strict=True)) == 0 for i in range(len(slopes[0])))
    assert (margin(constants, slopes) > 1e-9) == isinstance(answer, Inside)


def test_a_solution_on_a_wall_is_none():
    # c > 0 and -c > 0, then with room 10^-30 between them
    assert isinstance(strictly_positive([0, 0], [[1], [-1]]), Excluded)
    assert isinstance(strictly_positive([1, 0], [[10**30], [-1]]), Inside)
    assert isinstance(strictly_positive([-1, 1], [[10**30], [-(10**30)]]), Excluded)
