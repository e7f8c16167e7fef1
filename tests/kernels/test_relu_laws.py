"""Laws of the loss: symmetry, homogeneity, derivatives, on random small problems."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symlandscape import backends
from symlandscape.errors import InputError
from tests.kernels.relu_oracle import context, loss

Array = npt.NDArray[np.float64]

few = settings(max_examples=25, deadline=None)
sizes = st.tuples(st.integers(1, 6), st.integers(1, 6), st.integers(1, 5), st.integers(0, 2**32 - 1))
slopes = st.sampled_from([0.0, -1.0, 0.25])


def draw(size: tuple[int, int, int, int]) -> tuple[Array, Array, np.random.Generator]:
    k, d, h, seed = size
    rng = np.random.default_rng(seed)
    return rng.standard_normal((k, d)), rng.standard_normal((h, d)), rng


@few
@given(sizes, slopes)
def test_row_and_column_permutations_are_symmetries_for_the_identity_target(
    size: tuple[int, int, int, int], slope: float
) -> None:
    W, _, rng = draw(size)
    k, d = W.shape
    rows, columns = rng.permutation(k), rng.permutation(d)
    moved = np.ascontiguousarray(W[rows][:, columns])
    value, slope_of_loss = backends.relu_loss_gradient(W, None, slope)
    other, other_slope = backends.relu_loss_gradient(moved, None, slope)
    assert other == pytest.approx(value, abs=1e-13)
    assert np.abs(other_slope - slope_of_loss[rows][:, columns]).max() < 1e-13
    index = (np.arange(k * d).reshape(k, d)[rows][:, columns]).ravel()
    spread = backends.relu_hessian(W, None, slope)[np.ix_(index, index)]
    assert np.abs(backends.relu_hessian(moved, None, slope) - spread).max() < 1e-13


@few
@given(sizes, slopes)
def test_rotations_of_weights_and_target_leave_the_loss(size: tuple[int, int, int, int], slope: float) -> None:
    W, V, rng = draw(size)
    rotation = np.linalg.qr(rng.standard_normal((W.shape[1], W.shape[1])))[0]
    value, slope_of_loss = backends.relu_loss_gradient(W, V, slope)
    other, other_slope = backends.relu_loss_gradient(W @ rotation, V @ rotation, slope)
    assert other == pytest.approx(value, abs=1e-12)
    assert np.abs(other_slope - slope_of_loss @ rotation).max() < 1e-12


@few
@given(sizes, slopes, st.floats(0.1, 10.0))
def test_the_loss_is_homogeneous_of_degree_two_in_weights_and_target(
    size: tuple[int, int, int, int], slope: float, factor: float
) -> None:
    W, V, _ = draw(size)
    value, slope_of_loss = backends.relu_loss_gradient(W, V, slope)
    other, other_slope = backends.relu_loss_gradient(factor * W, factor * V, slope)
    assert other == pytest.approx(factor**2 * value, abs=1e-12 * (1 + factor**2))
    assert np.abs(other_slope - factor * slope_of_loss).max() < 1e-12 * (1 + factor)
    same = backends.relu_hessian(factor * W, factor * V, slope)
    assert np.abs(same - backends.relu_hessian(W, V, slope)).max() < 1e-12 * (1 + np.abs(same).max())


@few
@given(sizes, slopes)
def test_hessian_is_symmetric_its_products_agree_and_the_loss_is_not_negative(
    size: tuple[int, int, int, int], slope: float
) -> None:
    W, V, rng = draw(size)
    dense = backends.relu_hessian(W, V, slope)
    X = rng.standard_normal(W.shape)
    image = backends.relu_hessian_product(W, X, V, slope)
    assert np.abs(dense - dense.T).max() < 1e-14 * (1 + np.abs(dense).max())
    assert np.abs(dense @ X.ravel() - image.ravel()).max() < 1e-12 * (1 + np.abs(dense).max())
    assert backends.relu_loss(W, V, slope) > -1e-13


@settings(max_examples=4, deadline=None)
@given(sizes, slopes)
def test_gradient_is_the_derivative_of_the_loss_in_mpmath(size: tuple[int, int, int, int], slope: float) -> None:
    W, V, rng = draw(size)
    W, V = W[:3, :3], V[:2, :3]
    slope_of_loss = backends.relu_loss_gradient(W, V, slope)[1]
    i, a = rng.integers(W.shape[0]), rng.integers(W.shape[1])
    step = 2.0**-20
    values = []
    for sign in (1.0, -1.0):
        moved = W.copy()
        moved[i, a] += sign * step
        values.append((loss(moved, V, slope), context.mpf(float(moved[i, a]))))
    quotient = (values[0][0] - values[1][0]) / (values[0][1] - values[1][1])
    assert float(quotient) == pytest.approx(slope_of_loss[i, a], abs=1e-7)


def test_hessian_is_the_derivative_of_the_gradient() -> None:
    rng = np.random.default_rng(0)
    W, V, X = rng.standard_normal((4, 3)), rng.standard_normal((2, 3)), rng.standard_normal((4, 3))
    step = 1e-5
    plus, minus = (backends.relu_loss_gradient(W + s * X, V)[1] for s in (step, -step))
    assert np.abs((plus - minus) / (2 * step) - backends.relu_hessian_product(W, X, V)).max() < 1e-8


def test_slope_one_is_the_linear_network() -> None:
    rng = np.random.default_rng(1)
    W, V = rng.standard_normal((4, 3)), rng.standard_normal((2, 3))
    gap = W.sum(axis=0) - V.sum(axis=0)
    value, slope_of_loss = backends.relu_loss_gradient(W, V, 1.0)
    assert value == pytest.approx(0.5 * gap @ gap)
    assert np.abs(slope_of_loss - gap).max() < 1e-14


@pytest.mark.parametrize("shape", [(1, 1), (3, 2), (4, 6), (7, 5), (9, 20), (33, 33)])
@pytest.mark.parametrize("slope", [0.0, -0.5])
def test_a_batch_agrees_with_its_members_and_their_bits_do_not_depend_on_it(
    shape: tuple[int, int], slope: float
) -> None:
    W = np.random.default_rng(2).standard_normal((11, *shape))
    losses, gradients = backends.relu_losses_gradients(W, None, slope)
    few, their_gradients = backends.relu_losses_gradients(W[9:2:-1], None, slope)
    assert np.array_equal(few, losses[9:2:-1]) and np.array_equal(their_gradients, gradients[9:2:-1])
    for q in range(11):
        value, slope_of_loss = backends.relu_loss_gradient(W[q], None, slope)
        assert losses[q] == pytest.approx(value, rel=1e-13, abs=1e-13)
        assert np.abs(gradients[q] - slope_of_loss).max() < 1e-13


def test_a_batch_with_a_general_target_has_the_bits_of_its_members() -> None:
    W, V = np.random.default_rng(2).standard_normal((5, 4, 6)), np.random.default_rng(3).standard_normal((2, 6))
    losses, gradients = backends.relu_losses_gradients(W, V)
    for q in range(5):
        value, slope_of_loss = backends.relu_loss_gradient(W[q], V)
        assert losses[q] == value and np.array_equal(gradients[q], slope_of_loss)


def test_a_zero_neuron_in_a_batch_is_refused() -> None:
    W = np.ones((9, 2, 2))
    W[3, 1] = 0.0
    with pytest.raises(InputError, match="zero"):
        backends.relu_losses_gradients(W)
