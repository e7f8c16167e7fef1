"""ReLU networks by samples: loss, gradient and their standard errors against NumPy, given inputs and drawn ones."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from benchmarks.measure import Row, interleaved
from symlandscape import backends
from symlandscape.runs import starts

Array = npt.NDArray[np.float64]

SAMPLES = 100_000
CHUNK = 2000
"""Inputs that NumPy takes at a time: of 128, 256, .., 4000 the fastest, its arrays stay in the second cache."""


def numpy_sums(W: Array, source: Callable[[int, Array], Array]) -> tuple[float, float, Array, Array]:
    """Mean loss, its standard error, mean gradient and standard errors by matrix products on chunks, into fixed
    arrays; V is the unit matrix. source(begin, room): the inputs from number `begin` on.
    """
    k, d = W.shape
    turned, ones, more = np.ascontiguousarray(W.T), np.ones(k), np.ones(d)
    values, targets, room = np.empty((CHUNK, k)), np.empty((CHUNK, d)), np.empty((CHUNK, d))
    active = np.empty((CHUNK, k), dtype=bool)
    first, second, gradient, squares = 0.0, 0.0, np.zeros((k, d)), np.zeros((k, d))
    for begin in range(0, SAMPLES, CHUNK):
        x = source(begin, room)
        np.matmul(x, turned, out=values)
        np.greater(values, 0.0, out=active)
        np.maximum(values, 0.0, out=values)
        np.maximum(x, 0.0, out=targets)
        residual = values @ ones - targets @ more
        np.multiply(active, residual[:, None], out=values)
        gradient += values.T @ x
        loss = 0.5 * residual * residual
        first += loss.sum()
        second += loss @ loss
        np.multiply(values, values, out=values)
        np.multiply(x, x, out=targets)
        squares += values.T @ targets
    mean, slope = first / SAMPLES, gradient / SAMPLES
    left = SAMPLES - 1
    return (
        mean,
        float(np.sqrt((second / SAMPLES - mean * mean) / left)),
        slope,
        np.sqrt((squares / SAMPLES - slope * slope) / left),
    )


def rows_at(d: int, goals: tuple[float | None, float | None]) -> list[Row]:
    """Ready inputs, then inputs drawn in both (NumPy by its fastest source, SFC64)."""
    W = starts(0, 0, d, d)
    X = backends.relu_inputs(SAMPLES, d)
    numbers = np.random.Generator(np.random.SFC64(0))
    exact, exact_gradient = backends.relu_loss_gradient(W)

    def ready(begin: int, room: Array) -> Array:
        return X[begin : begin + CHUNK]

    def fresh(begin: int, room: Array) -> Array:
        numbers.standard_normal(out=room)
        return room

    made = []
    for what, samples, source, goal in (
        ("given inputs", X, ready, goals[0]),
        ("drawing included", SAMPLES, fresh, goals[1]),
    ):
        a, b = interleaved(
            lambda: backends.sampled_relu_loss_gradient(W, samples=samples),  # noqa: B023
            lambda: numpy_sums(W, source),  # noqa: B023
            9,
            0.0,
        )
        found = backends.sampled_relu_loss_gradient(W, samples=samples)
        value, error, gradient, errors = numpy_sums(W, source)
        worst = np.abs((found.gradient - exact_gradient) / found.gradient_error).max()
        theirs = np.abs((gradient - exact_gradient) / errors).max()
        note = (
            f"z of the loss {(found.value - exact) / found.error:+.1f}, peer {(value - exact) / error:+.1f}; "
            f"largest |z| of {d * d} gradient entries {worst:.1f}, peer {theirs:.1f}"
        )
        what = f"Monte Carlo d={d}, {SAMPLES:.0e} samples, {what}".replace("e+0", "e")
        made.append(Row(what, "NumPy", a, b, goal, abs(found.value - exact), abs(value - exact), note))
    return made


def rows() -> list[Callable[[], list[Row]]]:
    """All rows, as calls."""
    return [lambda: rows_at(20, (None, 2))]
