"""Identities and random streams of tasks."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symlandscape.errors import InputError
from symlandscape.runs import Task, generator, start_batch, starts

documents = st.dictionaries(
    st.text(max_size=5), st.one_of(st.integers(), st.text(max_size=5), st.booleans(), st.none(), st.floats(-1, 1))
)


@given(documents)
def test_identity_does_not_depend_on_the_order_of_parameters(parameters: dict[str, object]) -> None:
    turned = dict(reversed(list(parameters.items())))
    assert Task("a/1", parameters).identity == Task("a/1", turned).identity
    assert Task("a/1", parameters) == Task("a/1", turned)
    assert len({Task("a/1", parameters), Task("a/1", turned)}) == 1


def test_identity_is_pinned() -> None:
    task = Task("relu.minimise/1", {"k": 6, "d": 6, "tol": 1e-12})
    assert task.canonical == '{"kind":"relu.minimise/1","parameters":{"d":6,"k":6,"tol":1e-12}}'
    assert task.identity == "ffd8390f13782d93d2c7da9e90647cdda4450d2ead56988de6e31165665838a3"


def test_kind_and_every_parameter_change_the_identity() -> None:
    tasks = [Task("a", {"x": 1}), Task("b", {"x": 1}), Task("a", {"x": 2}), Task("a", {"y": 1}), Task("a")]
    assert len({task.identity for task in tasks}) == len(tasks)


def test_parameters_are_copied_and_tasks_travel_to_other_processes() -> None:
    parameters = {"sizes": [1, 2]}
    task = Task("a", parameters)
    parameters["sizes"].append(3)
    assert task.parameters == {"sizes": [1, 2]}
    assert pickle.loads(pickle.dumps(task)) == task


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, np.zeros(2)])
def test_parameters_that_are_not_json_are_refused(value: object) -> None:
    with pytest.raises(InputError, match="JSON"):
        Task("a", {"x": value})


def test_start_i_depends_on_seed_and_i_alone() -> None:
    batch = start_batch(7, 10, 5, 3, 4)
    for q in range(5):
        assert np.array_equal(batch[q], starts(7, 10 + q, 3, 4))
    assert not np.array_equal(starts(7, 0, 3, 4), starts(8, 0, 3, 4))
    assert not np.array_equal(starts(7, 0, 3, 4), starts(0, 7, 3, 4))


def test_starts_have_the_stated_scale() -> None:
    assert start_batch(0, 0, 200, 10, 10).std() == pytest.approx(10**-0.5, rel=0.02)
    assert np.array_equal(2.0 * starts(0, 0, 2, 2, scale=1.0), starts(0, 0, 2, 2, scale=2.0))


def test_streams_of_one_task_differ() -> None:
    draws = {generator(1, 2, stream).integers(2**62) for stream in range(8)}
    assert len(draws) == 8


@pytest.mark.parametrize(("seed", "index"), [(-1, 0), (0, -1), (2**64, 0)])
def test_seeds_outside_64_bits_are_refused(seed: int, index: int) -> None:
    with pytest.raises(InputError, match="expected"):
        generator(seed, index)


def test_empty_shapes_are_refused() -> None:
    with pytest.raises(InputError):
        starts(0, 0, 0, 3)
    with pytest.raises(InputError):
        start_batch(0, 0, -1, 2, 2)
