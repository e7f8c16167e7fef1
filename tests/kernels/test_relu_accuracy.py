"""Loss, gradient, Hessian and Hessian products against the naive formulas at 50 digits, also next to parallel pairs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from symlandscape import backends
from tests.kernels.relu_oracle import gradient, hessian, loss

Array = npt.NDArray[np.float64]


def check(W: Array, V: Array | None, slope: float) -> None:
    target = np.eye(W.shape[1]) if V is None else V
    size = 1.0 + np.abs(W).sum() + np.abs(target).sum()
    value, slope_of_loss = backends.relu_loss_gradient(W, V, slope)
    exact = loss(W, target, slope)
    scale = 1.0 + (1.0 - slope) ** 2
    assert abs(value - exact) < 4e-16 * size**2 * scale
    assert abs(backends.relu_loss(W, V, slope) - exact) < 4e-16 * size**2 * scale
    assert np.abs(slope_of_loss - gradient(W, target, slope)).max() < 2e-16 * size * scale
    dense = hessian(W, target, slope)
    got = backends.relu_hessian(W, V, slope)
    spread = 1.0 + np.abs(dense).max()
    assert np.abs(got - dense).max() < 1e-15 * spread
    X = np.random.default_rng(5).standard_normal((2, *W.shape))
    image = np.einsum("ab,qb->qa", dense, X.reshape(2, -1)).reshape(X.shape)
    assert np.abs(backends.relu_hessian_product(W, X, V, slope) - image).max() < 4e-15 * spread


@pytest.mark.parametrize("slope", [0.0, -1.0, 0.3])
@pytest.mark.parametrize("target", ["identity", "general"])
def test_random_weights_agree_with_50_digits(slope: float, target: str) -> None:
    rng = np.random.default_rng(7)
    W = rng.standard_normal((4, 5))
    check(W, None if target == "identity" else rng.standard_normal((3, 5)), slope)


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("gap", [1e-3, 1e-6, 1e-9, 1e-13, 0.0])
@pytest.mark.parametrize("target", ["identity", "general"])
def test_nearly_parallel_and_antiparallel_pairs_keep_their_digits(gap: float, sign: float, target: str) -> None:
    rng = np.random.default_rng(11)
    V = np.eye(4) if target == "identity" else rng.standard_normal((3, 4))
    W = rng.standard_normal((4, 4))
    W[1] = sign * 1.7 * W[0] + gap * rng.standard_normal(4)
    W[2] = sign * 0.6 * V[2] + gap * rng.standard_normal(4)
    check(W, None if target == "identity" else V, 0.0)


def test_the_global_minimum_has_zero_loss_zero_gradient_and_its_exact_hessian() -> None:
    for d in (1, 2, 6):
        W = np.eye(d)
        value, slope_of_loss = backends.relu_loss_gradient(W)
        assert abs(value) < 1e-15
        assert np.abs(slope_of_loss).max() < 1e-15
        assert np.abs(backends.relu_hessian(W) - hessian(W, W)).max() < 1e-15


def test_a_general_target_that_equals_the_weights_has_zero_loss() -> None:
    W = np.random.default_rng(3).standard_normal((5, 7))
    value, slope_of_loss = backends.relu_loss_gradient(W, W.copy())
    assert abs(value) < 1e-13
    assert np.abs(slope_of_loss).max() < 1e-14


def test_published_loss_of_the_symmetric_minima_at_d_20() -> None:
    a, b = -0.9007460135718, 0.0993506530520
    W = np.full((20, 20), b) + (a - b) * np.eye(20)
    value, slope_of_loss = backends.relu_loss_gradient(W)
    assert value == pytest.approx(0.1015054624, abs=1e-10)
    assert np.linalg.norm(slope_of_loss) < 1e-11
    assert np.linalg.eigvalsh(backends.relu_hessian(W))[0] == pytest.approx(0.0344661375647657, abs=1e-12)
