"""One neuron more: what growth and splitting lead to, and where they do not."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from symlandscape import backends
from symlandscape.arith.conversions import mid_float
from symlandscape.errors import InputError
from symlandscape.evidence import Verdict
from symlandscape.relu import growth
from symlandscape.relu.families import branch_coordinates, family
from symlandscape.relu.growth import grow
from symlandscape.relu.system import fixed_space_system
from symlandscape.symmetry.pattern import Pattern


@pytest.mark.parametrize(
    ("name", "d", "verdict", "index"), [("F1", 8, "minimum", 0), ("A0", 7, "saddle", None), ("A0", 5, "saddle", 10)]
)
def test_a_grown_family_is_a_critical_point_below_its_parent(name, d, verdict, index):
    parent, child = family(name).at(d), family(name, extra=1).at(d)
    assert child.existence is Verdict.YES and child.verdict == verdict
    assert child.pattern == Pattern(parent.pattern.sizes, (1,))
    assert mid_float(child.loss) < mid_float(parent.loss)
    gradient = backends.relu_loss_gradient(child.matrix())[1]
    assert np.linalg.norm(gradient) < 1e-13
    negative = np.count_nonzero(np.linalg.eigvalsh(backends.relu_hessian(child.matrix())) < 0)
    assert child.morse_index == negative and (index is None or negative == index)


def test_the_extra_row_is_no_dead_neuron_and_the_point_is_isolated():
    child = family("F1", extra=1).at(8)
    extra = child.matrix()[-1]
    assert np.linalg.norm(extra) > 0.1
    assert np.min(np.abs(np.linalg.eigvalsh(backends.relu_hessian(child.matrix())))) > 1e-5


def test_free_extra_rows_are_grown_one_after_the_other():
    one, two = family("F1", extra=1).at(7), family("F1", extra=2).at(7)
    assert two.pattern == Pattern((6, 1), (1, 1)) and two.existence is Verdict.YES
    assert mid_float(two.loss) < mid_float(one.loss)


def test_equal_extra_rows_are_parallel_and_leave_the_index_open():
    point = family("F1", extra=2, extra_rows="equal").at(7)
    assert point.pattern == Pattern((6, 1), (2,)) and (point.verdict, point.morse_index) == ("saddle", None)
    between = {b.label: b for b in point.blocks}["e0"]  # moving length from one clone to the other changes nothing
    assert between.negative is None and any(x.contains(0) for x in between.eigenvalues)


def test_a_lone_neuron_does_not_change_places_with_the_extra_row():
    """Both ends of descent have the same loss; the member is the one in which the old rows moved least."""
    before, after = family("F1").at(7), family("F1", extra=2, extra_rows="equal").at(7)
    moved = np.linalg.norm(after.matrix()[6] - before.matrix()[6])
    assert moved < np.linalg.norm(2 * after.matrix()[7] - before.matrix()[6])


def test_growth_is_deterministic():
    pattern = Pattern((6, 1))
    values = branch_coordinates("F", pattern)
    assert grow(pattern, values, 1, 0) == grow(pattern, values, 1, 0)


def test_nothing_grows_at_the_global_minimum():
    with pytest.raises(InputError, match="no extra neuron can be grown"):
        grow(Pattern((4,)), [1.0, 0.0], 1, 0)
    with pytest.raises(InputError, match="not isolated"):
        family("C0", extra=1)


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_ends_whose_losses_differ_by_rounding_the_nearer_one_is_the_member(monkeypatch, order):
    """The lone neuron and the two equal rows change places; the far end is nudged so that its loss is the higher."""
    before, slope = family("F1").at(7), Fraction(0)
    near = {c: mid_float(x) for c, x in named(family("F1", extra=2, extra_rows="equal").at(7)).items()}
    far = near | {"c[1,0]": 2 * near["r[0,0]"], "a[1]": 2 * near["r[0,1]"]}
    far |= {"r[0,0]": near["c[1,0]"] / 2, "r[0,1]": near["a[1]"] / 2}
    far["a[0]"] += 1e-6
    after = Pattern(before.pattern.sizes, (2,))
    system = fixed_space_system(after, slope)
    ends = [np.array([end[c.name] for c in after.coordinates]) * system.scale for end in (near, far)]
    assert 1e-13 < system.loss(ends[1]) - system.loss(ends[0]) < 1e-11
    planned = iter(ends[::order])
    monkeypatch.setattr(growth, "_starts", lambda *_: [[0.0] * len(ends[0])] * 2)
    monkeypatch.setattr(growth, "_descend", lambda *_: next(planned))
    _, found = growth.grow(before.pattern, [mid_float(x) for x in before.coordinates], 2, slope)
    assert np.allclose(found, ends[0] / system.scale)


def named(point):
    return {c.name: x for c, x in zip(point.pattern.coordinates, point.coordinates, strict=True)}
