"""Random data and weights by counter, and the regions they fall into. Level ESTIMATED."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from symlandscape.errors import InputError
from symlandscape.runs import generator

Array = npt.NDArray[np.float64]

POINTS, WEIGHTS, GLYPHS = 1, 2, 3
"""Streams of the random numbers: what is drawn for one purpose never meets what is drawn for another."""


def gaussian_points(samples: int, inputs: int, seed: int = 0, dataset: int = 0) -> Array:
    """Points X (samples, inputs), independent standard normal entries: data set number `dataset` of this size."""
    sizes(samples, inputs, 1)
    return generator(seed, samples << 32 | dataset, POINTS).standard_normal((samples, inputs))


def balanced_labels(samples: int) -> Array:
    """Labels 0, 1, 0, 1, .. (samples).

    For independent, equally distributed points a fixed balanced labelling is as good as a random one.
    """
    return np.arange(samples, dtype=np.float64) % 2.0


def gaussian_weights(first: int, count: int, width: int, inputs: int, seed: int = 0, group: int = 0) -> Array:
    """Draws number first .. first + count - 1 of W (count, width, inputs), standard normal.

    Draw i depends on the seed, the group and i alone.
    """
    batch = np.empty((count, width, inputs))
    for q in range(count):
        batch[q] = generator(seed, group << 32 | (first + q), WEIGHTS).standard_normal((width, inputs))
    return batch


def sizes(samples: int, inputs: int, width: int) -> None:
    """InputError unless there are at least two points, one input and one row, and the matrix fits into memory."""
    if samples < 2 or inputs < 1 or width < 1:
        raise InputError(
            f"expected at least 2 samples, 1 input and width 1, got {samples} samples, {inputs} inputs, width {width}"
        )
    if samples * inputs * width > MOST_ENTRIES:
        raise InputError(
            f"expected at most {MOST_ENTRIES} entries of the Khatri-Rao matrix, got {samples} x {inputs * width}; "
            "choose fewer samples or a smaller network"
        )


MOST_ENTRIES = 1 << 23
"""64 MiB of doubles."""
