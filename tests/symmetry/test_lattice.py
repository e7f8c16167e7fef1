"""The lattice of Delta-Young isotropy types and the dimensions of their fixed spaces."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import permutations, product

import networkx
import pytest

from symlandscape.errors import InputError
from symlandscape.symmetry.lattice import fixed_space_dimension, group_order, isotropy_lattice, young_label
from symlandscape.symmetry.pattern import Pattern


def burnside(sizes: tuple[int, ...], extra: tuple[int, ...]) -> Fraction:
    """Mean over the group of (fixed rows) (fixed columns): how often R^k (x) R^d contains t."""
    total = 0
    for element in product(*(permutations(range(n)) for n in sizes + extra)):
        fixed = [sum(i == j for i, j in enumerate(p)) for p in element]
        total += sum(fixed) * sum(fixed[: len(sizes)])
    return Fraction(total, math.prod(math.factorial(n) for n in sizes + extra))


@pytest.mark.parametrize(
    ("sizes", "dimension"), [((20,), 2), ((19, 1), 5), ((12, 8), 6), ((10, 9, 1), 11), ((18, 1, 1), 10), ((1,), 1)]
)  # fmt: skip
def test_the_published_dimensions(sizes, dimension):
    assert fixed_space_dimension(sizes) == dimension


@pytest.mark.parametrize(
    ("sizes", "extra"), [((4,), ()), ((3, 1), ()), ((2, 2), (1,)), ((3, 2, 1), ()), ((1, 1), (2, 1)), ((2, 1), (3,))]
)  # fmt: skip
def test_the_dimension_is_the_burnside_mean_and_the_number_of_coordinates(sizes, extra):
    assert fixed_space_dimension(sizes, extra) == burnside(sizes, extra) == len(Pattern(sizes, extra).coordinates)


def test_a_number_of_extra_rows_means_free_rows():
    assert fixed_space_dimension((7, 1), 2) == fixed_space_dimension((7, 1), (1, 1)) == 9
    assert young_label((7, 1), 2) == "Delta(S_7 x S_1) x S_1^2"


def test_the_types_for_n_4_and_their_covers():
    graph = isotropy_lattice(4)
    assert set(graph.edges) == {
        ((4,), (3, 1)), ((4,), (2, 2)), ((3, 1), (2, 1, 1)), ((2, 2), (2, 1, 1)), ((2, 1, 1), (1, 1, 1, 1)),
    }  # fmt: skip
    assert graph.nodes[(3, 1)] == {
        "label": "Delta(S_3 x S_1)",
        "sizes": (3, 1),
        "extra": (),
        "order": 6,
        "dimension": 5,
    }


@pytest.mark.parametrize("n", [1, 5, 8])
def test_the_lattice_runs_from_the_full_group_to_the_trivial_one_and_has_no_transitive_edge(n):
    graph = isotropy_lattice(n, extra=1)
    assert networkx.transitive_reduction(graph).edges == graph.edges
    assert [node for node in graph if graph.in_degree(node) == 0] == [(n,)]
    assert [node for node in graph if graph.out_degree(node) == 0] == [(1,) * n]
    assert graph.nodes[(1,) * n]["dimension"] == n * (n + 1)


def test_smaller_groups_divide_and_fix_more():
    graph = isotropy_lattice(9, extra=2)
    assert len(graph) == 30
    for larger, smaller in graph.edges:
        assert graph.nodes[larger]["order"] % graph.nodes[smaller]["order"] == 0
        assert graph.nodes[larger]["dimension"] < graph.nodes[smaller]["dimension"]


def test_the_order_counts_orbits_of_extra_rows():
    assert group_order((3, 2), (2,)) == 24


@pytest.mark.parametrize("call", [
    lambda: isotropy_lattice(0), lambda: isotropy_lattice(41), lambda: isotropy_lattice(2.0),
    lambda: isotropy_lattice(3, extra=-1), lambda: fixed_space_dimension(()), lambda: fixed_space_dimension((0,)),
    lambda: fixed_space_dimension((2,), (0,)), lambda: young_label((True,)),
])  # fmt: skip
def test_sizes_outside_the_domain_are_refused(call):
    with pytest.raises(InputError):
        call()
