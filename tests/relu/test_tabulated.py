"""Gradient and Hessian entries from lists of indices are those of reduced.py."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from symlandscape.arith.field import float_field
from symlandscape.relu.reduced import reduced_point
from symlandscape.relu.tabulated import tabulated
from symlandscape.symmetry.isotypic import components
from symlandscape.symmetry.pattern import Pattern
from symlandscape.symmetry.plans import plan


@pytest.mark.parametrize("slope", [0, Fraction(-1, 3)])
@pytest.mark.parametrize(
    ("sizes", "extra"),
    [
        ((5,), ()),
        ((Fraction(9, 2), 2), ()),
        ((4, 3, 1), ()),
        ((Fraction(13, 2), 4), (2,)),
        ((3, 2), (1, 1)),
        ((1,), ()),
    ],  # fmt: skip
)
def test_the_numbers_are_those_of_the_reduced_point(sizes, extra, slope):
    pattern = Pattern(sizes, extra)
    values = np.random.default_rng(3).standard_normal(len(pattern.coordinates))
    point = reduced_point(pattern, [float(v) for v in values], float_field(), slope)
    keys = plan(components(pattern), pattern.row_sizes).keys
    table, floats = tabulated(pattern, keys, float(slope)), np.array([float(n) for n in pattern.row_sizes])
    assert table.gradient(values, floats) == pytest.approx(np.array(point.gradient()), abs=1e-13)
    expected = [float(point.hessian_entry(*key)) for key in keys]
    assert table.hessian_entries(values, floats) == pytest.approx(expected, abs=1e-13)


def test_parallel_neurons_have_their_continuous_values_and_zero_ones_none():
    pattern = Pattern((4,))
    keys = plan(components(pattern), pattern.row_sizes).keys
    table, sizes = tabulated(pattern, keys), np.array([4.0])
    here, near = (table.hessian_entries(np.array([0.5, 0.5 + h]), sizes) for h in (0.0, 1e-7))
    t = [k for k, (r, c, r2, c2) in enumerate(keys) if r == r2]
    assert here[t] == pytest.approx(near[t], abs=1e-5) and np.all(np.isfinite(here))
    with pytest.raises(ZeroDivisionError):
        table.gradient(np.array([0.0, 0.0]), sizes)
