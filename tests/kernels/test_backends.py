"""Misuse of the backends ends in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symlandscape import backends
from symlandscape.errors import InputError

ONE = np.eye(3)


# plain Python (JIT off) warns on its way to the same sentence
@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid value")
@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: backends.relu_loss(np.zeros((2, 2))), "zero"),
        (lambda: backends.relu_loss_gradient(np.array([[1.0, 0.0], [0.0, 0.0]])), "row 1 of W is zero"),
        (lambda: backends.relu_hessian(np.array([[1.0, 0.0], [0.0, 0.0]])), "row 1 of W is zero"),
        (lambda: backends.relu_loss(ONE, np.zeros((1, 3))), "row 0 of V is zero"),
        (lambda: backends.relu_loss(np.array([[np.nan, 1.0]])), "finite"),
        (lambda: backends.relu_loss(ONE, None, float("nan")), "slope"),
        (lambda: backends.relu_loss(np.full((2, 2), 1e200)), "overflow"),
        (lambda: backends.relu_loss(np.ones(3)), "shape"),
        (lambda: backends.relu_loss(ONE, np.ones((2, 4))), "shape"),
        (lambda: backends.relu_hessian(ONE, out=np.empty((3, 3))), "out"),
        (lambda: backends.relu_hessian(ONE, triangle="left"), "triangle"),  # type: ignore[arg-type]
        (lambda: backends.relu_hessian_product(ONE, np.ones((2, 3))), "directions"),
        (lambda: backends.relu_hessian_product(ONE, ONE * 1j), "real numbers"),
        (lambda: backends.relu_loss(ONE, [["a", "b", "c"]]), "real numbers"),  # type: ignore[arg-type]
        (lambda: backends.relu_loss(ONE, np.diag([1.0, np.nan, 2.0])), "finite"),
        (lambda: backends.relu_hessian(ONE + 1.0, np.diag([1.0, np.nan, 2.0])), "finite"),
        (lambda: backends.minimise_relu(ONE), "shape"),
        (lambda: backends.minimise_relu(ONE[None], device="tpu"), "device"),
        (lambda: backends.minimise_relu(ONE[None], method="adam"), "method"),  # type: ignore[arg-type]
        (lambda: backends.minimise_relu(ONE[None], threads=0), "thread"),
        (lambda: backends.minimise_relu(ONE[None], tol=0.0), "tol"),
        (lambda: backends.minimise_relu(np.zeros((1, 2, 2))), "zero"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(call: Callable[[], Any], word: str) -> None:
    with pytest.raises(InputError, match=word):
        call()


def test_there_is_a_processor() -> None:
    assert backends.resolve_device("cpu") == "cpu"
    assert backends.available_threads() >= 1


def test_integer_lists_are_converted_and_the_input_is_left_alone() -> None:
    W = np.array([[1, 2], [3, 4]])
    assert backends.relu_loss(W) == backends.relu_loss(W.astype(float))
    start = np.ones((1, 2, 2)) + np.eye(2)
    kept = start.copy()
    backends.minimise_relu(start, method="gd", max_steps=3)
    assert np.array_equal(start, kept)


def test_every_status_has_a_message() -> None:
    assert all(status.message for status in backends.MinimiseStatus)
