"""Targets that are multiples of different unit vectors need no product: the general road says the same."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symlandscape import backends
from symlandscape.backends import relu_problem
from symlandscape.backends.relu_problem import AXES, GENERAL, UNIT, problem_of
from symlandscape.runs import start_batch
from tests.kernels.relu_oracle import gradient, hessian, loss

Array = npt.NDArray[np.float64]


def axes(d: int, h: int, seed: int) -> Array:
    """h of the d unit vectors in random order, times numbers of both signs and different sizes."""
    rng = np.random.default_rng(seed)
    V = np.zeros((h, d))
    V[np.arange(h), rng.permutation(d)[:h]] = rng.standard_normal(h) * 10.0 ** rng.integers(-2, 2, h)
    return V


def general(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the backend see any rows in a target that is not the unit matrix."""
    monkeypatch.setattr(relu_problem, "AXES", GENERAL)
    monkeypatch.setattr(relu_problem, "_kept", relu_problem._Kept())


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 9), st.integers(1, 12), st.integers(0, 2**32 - 1), st.sampled_from([0.0, -1.0, 0.25]))
def test_both_roads_agree_to_rounding(k: int, d: int, seed: int, slope: float) -> None:
    rng = np.random.default_rng(seed)
    V, W, X = axes(d, int(rng.integers(1, d + 1)), seed), rng.standard_normal((k, d)), rng.standard_normal((k, d))

    def answers() -> list[Array]:
        value, slope_of_loss = backends.relu_loss_gradient(W, V, slope)
        dense, image = backends.relu_hessian(W, V, slope), backends.relu_hessian_product(W, X, V, slope)
        losses, gradients = backends.relu_losses_gradients(W[None], V, slope)
        assert losses[0] == value == backends.relu_loss(W, V, slope) and np.array_equal(gradients[0], slope_of_loss)
        return [np.array(value), slope_of_loss, dense, image]

    fast = answers()
    with pytest.MonkeyPatch.context() as patch:
        general(patch)
        slow = answers()
    size = (1 + np.abs(W).sum() + np.abs(V).sum()) * (1 + (1 - slope) ** 2)
    for one, other, bound in zip(
        fast, slow, (size**2, size, 1 + np.abs(fast[2]).max(), 10 * (1 + np.abs(fast[2]).max())), strict=True
    ):
        assert np.abs(one - other).max() < 1e-15 * bound


@pytest.mark.parametrize("gap", [0.0, 1e-13, 1e-9, 1e-3])
def test_the_digits_are_those_of_50_digit_arithmetic_next_to_a_target_and_its_opposite(gap: float) -> None:
    V = np.array([[0.0, -2.0, 0.0], [0.5, 0.0, 0.0]])
    rng = np.random.default_rng(1)
    W = np.array([[0.0, -1.0, 0.0], [0.0, 0.3, 0.0], [1.5, 0.0, 0.0]]) + gap * rng.standard_normal((3, 3))
    value, slope_of_loss = backends.relu_loss_gradient(W, V)
    assert abs(value - loss(W, V)) < 1e-14
    assert np.abs(slope_of_loss - gradient(W, V)).max() < 2e-15
    dense = hessian(W, V)
    assert np.abs(backends.relu_hessian(W, V) - dense).max() < 1e-15 * (1 + np.abs(dense).max())


def test_minimisers_see_the_same_landscape_on_both_roads(monkeypatch: pytest.MonkeyPatch) -> None:
    V = np.array([[0.0, 0.0, -1.0], [2.0, 0.0, 0.0]])
    starts = start_batch(1, 0, 3, 2, 3)
    fast = backends.minimise_relu(starts, V, method="gd", step=0.1, max_steps=40)
    general(monkeypatch)
    slow = backends.minimise_relu(starts, V, method="gd", step=0.1, max_steps=40)
    assert np.abs(fast.points - slow.points).max() < 1e-12


def test_what_was_prepared_last_is_no_memory_of_arrays_that_have_changed() -> None:
    W, V = np.random.default_rng(0).standard_normal((2, 3)), np.diag([1.0, -2.0, 3.0])
    b = np.array([1.0, 2.0, -1.0])
    first, with_b = backends.relu_loss(W, V), backends.network_loss(W, np.ones(2), V, b)
    V[0, 1], b[0] = 1.0, 0.5
    assert problem_of(W, V)[2] == GENERAL
    assert backends.relu_loss(W, V) == pytest.approx(float(loss(W, V)), abs=1e-14) != first
    assert backends.network_loss(W, np.ones(2), V, b) != with_b
    V[0, 1], b[0] = 0.0, 1.0
    assert backends.relu_loss(W, V) == first and backends.network_loss(W, np.ones(2), V, b) == with_b


def test_kinds_of_targets_are_recognised() -> None:
    W, rng = np.ones((2, 3)), np.random.default_rng(0)

    def kind(V: Array | None) -> int:
        return problem_of(W, V)[2]

    assert kind(None) == UNIT and kind(np.eye(3)) == UNIT
    assert kind(2.0 * np.eye(3)) == AXES and kind(np.eye(3)[[1, 0, 2]]) == AXES and kind(np.eye(3)[:2]) == AXES
    assert kind(-np.eye(3)[1:2]) == AXES
    assert kind(np.eye(3)[[0, 0, 1]]) == GENERAL  # two targets along one axis
    assert kind(np.vstack([np.eye(3), np.eye(3)])) == GENERAL
    assert kind(np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 0.0]])) == GENERAL
    assert kind(rng.standard_normal((2, 3))) == GENERAL


@pytest.mark.parametrize("target", ["identity", "general"])
def test_one_triangle_of_the_hessian_has_the_entries_of_the_whole(target: str) -> None:
    rng = np.random.default_rng(0)
    W, V = rng.standard_normal((5, 3)), None if target == "identity" else rng.standard_normal((2, 3))
    dense = backends.relu_hessian(W, V)
    room = np.full((15, 15), 7.0)
    for triangle, part in (("lower", np.tril), ("upper", np.triu)):
        one = backends.relu_hessian(W, V, triangle=triangle)  # type: ignore[arg-type]
        assert np.array_equal(part(one), part(dense))
        assert np.array_equal(one - part(dense), np.where(np.kron(np.eye(5), np.ones((3, 3))), dense - part(dense), 0))
        backends.relu_hessian(W, V, out=room, triangle=triangle)  # type: ignore[arg-type]
    assert np.array_equal(room, dense)  # one call after the other fills both
    assert np.array_equal(np.linalg.eigvalsh(backends.relu_hessian(W, V, triangle="lower")), np.linalg.eigvalsh(dense))
