"""Laws of isotropy and canonical form, on random matrices with few colours and on their permuted copies."""

from __future__ import annotations

from itertools import permutations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from symlandscape.symmetry.canonical import canonical_form, equivalent
from symlandscape.symmetry.isotropy import cluster, isotropy
from symlandscape.symmetry.lattice import group_order
from symlandscape.symmetry.pattern import Pattern


def few_colours(largest: int, colours: int = 3) -> st.SearchStrategy[np.ndarray]:
    shapes = st.tuples(st.integers(1, largest), st.integers(1, largest))
    return hnp.arrays(np.float64, shapes, elements=st.integers(-1, colours - 2).map(float), fill=st.just(0.0))


@st.composite
def copies(draw: st.DrawFn, matrices: st.SearchStrategy[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    W = draw(matrices)
    rows, columns = (draw(st.permutations(range(size))) for size in W.shape)
    return W, W[np.ix_(rows, columns)]


@st.composite
def patterned(draw: st.DrawFn) -> np.ndarray:
    sizes = tuple(draw(st.lists(st.integers(1, 4), min_size=1, max_size=3)))
    extra = tuple(draw(st.lists(st.integers(1, 2), max_size=2)))
    pattern = Pattern(sizes, extra)
    size = len(pattern.coordinates)
    values = draw(st.lists(st.integers(-9, 9).map(float), min_size=size, max_size=size))
    return pattern.matrix([np.float64(value) for value in values])


@settings(max_examples=60, deadline=None)
@given(copies(few_colours(6) | patterned()))
def test_permuting_the_matrix_changes_nothing_but_the_names(pair):
    one, two = (isotropy(W) for W in pair)
    for name in ("order", "pattern", "exact", "stable", "spread", "gap", "name"):
        assert getattr(one, name) == getattr(two, name)
    assert sorted(map(len, one.row_orbits)) == sorted(map(len, two.row_orbits))
    standard = [
        W[np.ix_(found.row_permutation, found.column_permutation)] for W, found in zip(pair, (one, two), strict=True)
    ]
    np.testing.assert_array_equal(*standard)


@settings(max_examples=60, deadline=None)
@given(few_colours(7) | patterned())
def test_generators_fix_the_matrix(W):
    for rows, columns in isotropy(W).generators:
        np.testing.assert_array_equal(W[np.ix_(rows, columns)], W)


@settings(max_examples=60, deadline=None)
@given(few_colours(3))
def test_order_and_orbits_are_those_of_brute_force(W):
    found = isotropy(W)
    group = [
        (rows, columns)
        for rows in permutations(range(W.shape[0]))
        for columns in permutations(range(W.shape[1]))
        if np.array_equal(W[np.ix_(rows, columns)], W)
    ]
    assert found.order == len(group)
    assert set(found.row_orbits) == {tuple(sorted({rows[i] for rows, _ in group})) for i in range(W.shape[0])}
    assert set(found.column_orbits) == {tuple(sorted({columns[j] for _, columns in group})) for j in range(W.shape[1])}


@settings(max_examples=60, deadline=None)
@given(few_colours(6) | patterned())
def test_the_standard_form_lies_in_the_fixed_space_of_the_pattern_and_its_group_divides_the_order(W):
    for equal_extra in (False, True):
        found = isotropy(W, equal_extra=equal_extra)
        assert sorted(found.row_permutation) == list(range(W.shape[0]))
        assert sorted(found.column_permutation) == list(range(W.shape[1]))
        if found.pattern is None:
            assert W.shape[0] < W.shape[1]
            continue
        assert found.order % group_order(found.pattern.sizes, found.pattern.extra) == 0
        assert found.pattern.reduce(W[np.ix_(found.row_permutation, found.column_permutation)])[1] < 1e-15


@settings(max_examples=60, deadline=None)
@given(copies(few_colours(6) | patterned()))
def test_permuted_copies_have_one_canonical_form_and_are_equivalent(pair):
    one, two = pair
    np.testing.assert_array_equal(canonical_form(one)[0], canonical_form(two)[0])
    found = equivalent(one, two)
    assert found is not None
    np.testing.assert_array_equal(one[np.ix_(*found)], two)


@settings(max_examples=60, deadline=None)
@given(few_colours(3, 2), few_colours(3, 2))
def test_equivalence_is_that_of_brute_force(one, two):
    expected = one.shape == two.shape and any(
        np.array_equal(one[np.ix_(rows, columns)], two)
        for rows in permutations(range(one.shape[0]))
        for columns in permutations(range(one.shape[1]))
    )
    assert (equivalent(one, two) is not None) == expected


@settings(max_examples=60, deadline=None)
@given(copies(hnp.arrays(np.float64, (3, 4), elements=st.floats(-1, 1))), st.sampled_from([0.0, 1e-7, 0.1]))
def test_clusters_ignore_places_and_join_exactly_the_steps_within_the_tolerance(pair, tol):
    one, two = pair
    colours = cluster(one, tol)
    for W, C in ((one, colours), (two, cluster(two, tol))):
        order = np.argsort(W.ravel())
        steps = np.diff(W.ravel()[order])
        np.testing.assert_array_equal(np.diff(C.ravel()[order]), (steps > tol).astype(int))
    np.testing.assert_array_equal(np.sort(colours.ravel()), np.sort(cluster(two, tol).ravel()))
