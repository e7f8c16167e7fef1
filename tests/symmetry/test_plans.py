"""A plan gives the blocks of `pairing.block`, for integer and real sizes and with extra rows."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from symlandscape.arith.field import float_field
from symlandscape.relu.reduced import reduced_point
from symlandscape.symmetry.isotypic import components
from symlandscape.symmetry.pattern import Pattern
from symlandscape.symmetry.plans import plan


@pytest.mark.parametrize(
    ("sizes", "extra"),
    [
        ((5,), ()),
        ((Fraction(9, 2), 2), ()),
        ((4, 3, 1), ()),
        ((Fraction(13, 2), 4), (2,)),
        ((3, 2), (1, 1)),
        ((2, 1), ()),
    ],
)
def test_a_plan_gives_the_blocks_of_pairing(sizes, extra):
    pattern = Pattern(sizes, extra)
    values = [float(v) for v in np.random.default_rng(3).standard_normal(len(pattern.coordinates))]
    point = reduced_point(pattern, values, float_field(), Fraction(1, 5))
    found = components(pattern)
    made = plan(found, pattern.row_sizes)
    floats = np.array([float(n) for n in pattern.row_sizes])
    entries = made.entries(point.hessian_entry)
    for component in found:
        block = made.block(component.label, floats, entries)
        assert np.allclose(block, np.array(point.block(component), dtype=float), rtol=1e-12, atol=1e-12)
    counts = [float(pattern.count(c)) for c in pattern.coordinates]
    assert made.norms("t", floats) == pytest.approx(counts)


def test_sizes_without_a_positive_length_are_refused():
    pattern = Pattern((Fraction(5, 2),))
    made = plan(components(pattern), pattern.row_sizes)
    with pytest.raises(ValueError, match="positive length"):
        made.block("s0", np.array([1.5]), np.zeros(len(made.keys)))
