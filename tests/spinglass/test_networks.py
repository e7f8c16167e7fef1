"""Networks as spin glasses: paths by two roads, exact sizes, measured departures from the assumptions."""

from __future__ import annotations

import math

import networkx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symlandscape.arith.balls import arb, workprec
from symlandscape.errors import InputError
from symlandscape.spinglass import layered_digraph, measure_assumptions, network, norm_drift
from symlandscape.spinglass.architecture import count_paths
from symlandscape.spinglass.assumptions import path_gates


@given(st.lists(st.integers(1, 5), min_size=1, max_size=4))
def test_paths_and_parameters_are_those_of_the_layered_digraph(widths):
    sizes, graph = network([*widths, 1]), layered_digraph([*widths, 1])
    counts = count_paths(graph)
    assert counts[(0, 0)] == sizes.paths_per_input
    assert sum(counts[(0, i)] for i in range(widths[0])) == sizes.paths
    assert graph.number_of_edges() == sizes.parameters
    assert networkx.dag_longest_path_length(graph) == sizes.depth
    with workprec(150):
        power = arb(1)
        for _ in range(sizes.depth):
            power *= sizes.spins
        assert abs(power - sizes.paths) < arb("1e-25") * sizes.paths
        assert abs(sizes.redundancy * sizes.spins - sizes.parameters) < arb("1e-25") * sizes.parameters


def test_all_paths_of_a_small_network_can_be_listed():
    graph = layered_digraph("3,2,2,1")
    listed = sum(1 for i in range(3) for _ in networkx.all_simple_paths(graph, (0, i), (3, 0)))
    assert listed == network("3,2,2,1").paths == 12


def test_the_network_of_the_contract():
    found = network("100,25,25,1").document()
    assert (found["depth"], found["paths"], found["paths_per_input"], found["parameters"]) == (3, 62500, 625, 3150)
    assert found["Lambda"].startswith("39.68502629920498686879")
    assert network("10,10,10,10,1").document()["Lambda"] == "10"


def test_a_network_of_any_size_has_an_exact_number_of_paths():
    assert network([10**12] * 300 + [1]).paths == 10**3600


@pytest.mark.parametrize(
    "widths",
    ["", "3", "3,0,1", "3,2", "3,-1,1", "3,x,1", "3,2.5,1", "1e3,1", [3, True], [2] * 400 + [1], "9999999999999,1"],
)
def test_widths_that_are_no_network_are_refused_in_one_sentence(widths):
    with pytest.raises(InputError, match="expected"):
        network(widths)


def test_a_width_of_any_length_is_said_to_be_out_of_range():
    with pytest.raises(InputError, match="from 1 to 1000000000000, got 9{30}"):
        network("9" * 30 + ",1")


def test_too_large_a_graph_is_refused():
    with pytest.raises(InputError, match="5000 units"):
        layered_digraph("6000,1")


def test_gates_of_paths_multiply_along_the_path_and_give_the_output():
    rng = np.random.default_rng(1)
    layers = [rng.standard_normal((4, 3)), rng.standard_normal((2, 4)), rng.standard_normal((1, 2))]
    X = rng.standard_normal((50, 3))
    gates = path_gates(layers, X).reshape(50, 4, 2)
    by_paths = np.einsum("ni,ai,ba,b,nab->n", X, layers[0], layers[1], layers[2][0], gates)
    plain = np.maximum(np.maximum(X @ layers[0].T, 0) @ layers[1].T, 0) @ layers[2].T
    assert np.allclose(by_paths, plain[:, 0])


def test_independent_gaussian_inputs_pass_and_gates_do_not():
    rng = np.random.default_rng(0)
    layers = [rng.standard_normal((6, 8)), rng.standard_normal((4, 6)), rng.standard_normal((1, 4))]
    found = measure_assumptions(layers, rng.standard_normal((1000, 8)))
    assert found.input_correlation is not None and abs(found.input_correlation.z(0)) < 5
    assert found.input_kurtosis is not None and abs(found.input_kurtosis.z(0)) < 5
    assert found.gate_input is not None and found.gate_input.z(0) > 10
    assert found.gate_gate is not None and found.gate_gate.z(0) > 10
    assert (found.paths, found.distinct_weights, found.redundancy) == (192, 76, 1.0)
    assert math.isclose(found.shared_inputs, 23 / 191)


def test_correlated_inputs_and_shared_weights_are_seen():
    rng = np.random.default_rng(2)
    common = rng.standard_normal((400, 1))
    layers = [np.ones((3, 2)), np.ones((1, 3))]
    found = measure_assumptions(layers, common + 0.5 * rng.standard_normal((400, 2)))
    assert found.input_correlation is not None and found.input_correlation.z(0) > 5
    assert (found.distinct_weights, found.redundancy) == (1, 9.0)
    assert found.gate_gate is not None and math.isclose(found.gate_gate.mean, 1, abs_tol=0.01)


def test_a_network_whose_gates_never_move_has_no_gate_correlations():
    found = measure_assumptions([np.ones((2, 2)), np.ones((1, 2))], np.random.default_rng(3).random((40, 2)) + 1)
    assert found.frozen == 2 and found.gate_input is None and found.gate_gate is None and found.activity.mean == 1


def test_the_norm_drifts_from_1():
    assert norm_drift([[np.ones((2, 2))], [2 * np.ones((2, 2))]]).tolist() == [1, 2]
    with pytest.raises(InputError, match="snapshot"):
        norm_drift([])


@pytest.mark.parametrize(
    ("weights", "inputs"),
    [
        ([np.ones((2, 3)), np.ones((1, 2))], np.ones((10, 3))),
        ([np.ones((2, 3)), np.ones((1, 3))], np.ones((30, 3))),
        ([np.ones((2, 3)), np.ones((2, 2))], np.ones((30, 3))),
        ([np.full((1, 3), np.nan)], np.ones((30, 3))),
        ([np.ones((3000, 3)), np.ones((1, 3000))], np.ones((30, 3))),
        ([], np.ones((30, 3))),
        ([np.ones((1, 3))], np.full((30, 3), np.inf)),
    ],
)
def test_weights_and_inputs_that_do_not_fit_are_refused(weights, inputs):
    with pytest.raises(InputError, match="expected"):
        measure_assumptions(weights, inputs)
