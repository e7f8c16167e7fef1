"""The sampled loss and gradient: NumPy on the same inputs, the exact loss, threads, misuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symlandscape import backends
from symlandscape.errors import InputError
from symlandscape.runs import start_batch


def by_definition(W: np.ndarray, V: np.ndarray, slope: float, X: np.ndarray) -> list[Any]:
    """Means of 1/2 r^2 and r phi'(w.x) x and their standard errors, whole arrays at a time."""
    z, t = X @ W.T, X @ V.T
    r = np.where(z > 0, z, slope * z).sum(axis=1) - np.where(t > 0, t, slope * t).sum(axis=1)
    terms = (r[:, None] * np.where(z > 0, 1.0, slope))[:, :, None] * X[:, None, :]
    root = np.sqrt(len(X))
    values = 0.5 * r * r
    return [values.mean(), values.std(ddof=1) / root, terms.mean(axis=0), terms.std(axis=0, ddof=1) / root]


def parts(found: backends.SampledLoss) -> list[Any]:
    return [found.value, found.error, found.gradient, found.gradient_error]


@pytest.mark.parametrize(("k", "h", "d"), [(1, 1, 1), (3, 2, 5), (5, 9, 8), (8, 8, 16), (20, 20, 20), (13, 3, 33)])
@pytest.mark.parametrize("n", [2, 63, 64, 65, 300])
def test_given_inputs_give_the_means_of_the_definition(k: int, h: int, d: int, n: int) -> None:
    W, V = start_batch(3, k, 1, k, d)[0], start_batch(4, h, 1, h, d)[0]
    X = np.random.default_rng(n).standard_normal((n, d)) + 0.5
    for target, slope in ((V, -0.5), (V, 1.5), (None, 0.0), (None, 0.3)):
        known = by_definition(W, np.eye(d) if target is None else target, slope, X)
        found = backends.sampled_relu_loss_gradient(W, target, slope, X)
        assert found.samples == n
        for ours, theirs in zip(parts(found), known, strict=True):
            assert np.abs(ours - theirs).max() < 1e-12 * (1 + np.abs(theirs).max()) * (1 if n > 2 else 1e4)


def test_drawn_inputs_are_the_public_ones() -> None:
    W, V = start_batch(3, 0, 1, 4, 6)[0], start_batch(4, 0, 1, 5, 6)[0]
    drawn = backends.sampled_relu_loss_gradient(W, V, 0.2, 5000, seed=9)
    given = backends.sampled_relu_loss_gradient(W, V, 0.2, backends.relu_inputs(5000, 6, seed=9))
    for ours, theirs in zip(parts(drawn), parts(given), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_no_bit_depends_on_the_number_of_threads() -> None:
    W = start_batch(3, 0, 1, 4, 6)[0]
    X = backends.relu_inputs(40_000, 6, seed=1)
    for samples in (40_000, X):
        one = backends.sampled_relu_loss_gradient(W, samples=samples, seed=1)
        for threads in (2, 5):
            for ours, theirs in zip(
                parts(backends.sampled_relu_loss_gradient(W, samples=samples, seed=1, threads=threads)), parts(one),
                strict=True,
            ):  # fmt: skip
                np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("slope", [0.0, -0.7, 0.4])
def test_the_means_agree_with_the_exact_loss_and_gradient_in_units_of_their_errors(slope: float) -> None:
    W, V = start_batch(6, 0, 1, 7, 5)[0], start_batch(6, 1, 1, 4, 5)[0]
    found = backends.sampled_relu_loss_gradient(W, V, slope, 400_000, seed=2, threads=2)
    value, gradient = backends.relu_loss_gradient(W, V, slope)
    assert abs(found.value - value) < 4.5 * found.error
    scores = (found.gradient - gradient) / found.gradient_error
    assert np.abs(scores).max() < 4.5
    assert 0.3 < np.sqrt((scores**2).mean()) < 2.0
    wrong = backends.relu_loss(W, V, slope + 0.3)
    assert abs(found.value - wrong) > 6 * found.error  # the errors are small enough to notice a wrong slope


def test_another_seed_gives_other_inputs_and_a_later_stretch_continues_an_earlier_one() -> None:
    whole = backends.relu_inputs(130, 3, seed=4)
    np.testing.assert_array_equal(whole[70:], backends.relu_inputs(60, 3, seed=4, first=70))
    assert not np.isin(whole, backends.relu_inputs(130, 3, seed=5)).any()


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"W": np.ones(3)}, "shape"),
        ({"W": np.ones((2, 0))}, "shape"),
        ({"V": np.ones((2, 4))}, "V of shape"),
        ({"samples": np.ones((5, 4))}, "samples of shape"),
        ({"samples": 1}, "2 samples"),
        ({"samples": np.ones((1, 3))}, "2 samples"),
        ({"samples": np.full((5, 3), np.nan)}, "finite"),
        ({"slope": float("inf")}, "slope"),
        ({"seed": -1}, "seed"),
        ({"seed": 1 << 64}, "seed"),
        ({"threads": 0}, "thread"),
        ({"W": np.full((2, 3), 1e200)}, "overflow"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(arguments: dict[str, Any], word: str) -> None:
    with pytest.raises(InputError, match=word):
        backends.sampled_relu_loss_gradient(**{"W": np.eye(3), **arguments})
    with pytest.raises(InputError, match="above 0"):
        backends.relu_inputs(0, 3)
