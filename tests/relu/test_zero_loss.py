"""Global minima with split neurons: a continuum of zeros of the loss, recognised and made exact."""

from __future__ import annotations

import numpy as np
import pytest

from symlandscape import backends
from symlandscape.relu.zero_loss import split_identity
from symlandscape.runs import generator


def split(shares: list[list[float]]) -> np.ndarray:
    """Target c is shared by neurons with these multiples."""
    return np.array([x * np.eye(len(shares))[c] for c, parts in enumerate(shares) for x in parts])


@pytest.mark.parametrize("shares", [[[1], [0.3, 0.7]], [[0.2, 0.3, 0.5], [1], [0.9, 0.1]], [[1 / 3] * 3]])
@pytest.mark.parametrize("slope", [0.0, -0.5])
def test_split_neurons_are_zeros_of_the_loss_for_every_slope(shares, slope):
    W = split(shares)
    assert abs(backends.relu_loss(W, None, slope)) < 1e-15
    rows = generator(0, 0).permutation(len(W))
    exact = split_identity(W[rows], 0.0)
    assert exact is not None and np.allclose(exact, W[rows], atol=1e-15)


def test_an_end_point_nearby_is_moved_onto_the_zero():
    W = split([[1], [0.4, 0.6]])
    near = W + 1e-4 * generator(1, 0).standard_normal(W.shape)
    exact = split_identity(near, 1e-13)
    assert exact is not None and np.max(np.abs(exact - near)) < 1e-3
    assert np.allclose(exact.sum(axis=0), 1, atol=1e-15) and np.count_nonzero(exact) == 3
    assert abs(backends.relu_loss(exact)) < 1e-15


@pytest.mark.parametrize(
    ("W", "loss"),
    [
        (np.eye(3), 0.0),  # k = d: isolated, no continuum
        (split([[1], [0.4, 0.6]]), 1e-9),  # the loss does not vanish
        (split([[1], [0.4, 0.6]]), float("nan")),
        (split([[1], [1.4, -0.4]]), 0.0),  # a negative multiple is another function
        (split([[1], [0.4, 0.5]]), 0.0),  # the multiples do not add to 1
        (split([[1], [0.4, 0.6]]) + 0.01, 0.0),  # far from parallel
        (np.array([[1.0, 0.0], [0.5, 0.0], [0.5, 0.0]]), 0.0),  # a target without neuron
    ],
)
def test_what_is_no_split_global_minimum_is_left_alone(W, loss):
    assert split_identity(W, loss) is None
