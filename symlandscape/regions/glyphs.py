"""Digits as 8 x 8 grey images, drawn from the outlines of a font that ships with matplotlib: even against odd.

Nothing is downloaded. Each image takes one of the ten outlines of DejaVu Sans, stretches, turns, slants and shifts it
at random, and averages ink over 4 x 4 sub-pixels; then noise. Points are the 64 grey values, each pixel centred and
scaled over the data set: neither Gaussian nor independent.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from symlandscape.errors import InputError
from symlandscape.regions.sampling import GLYPHS
from symlandscape.runs import generator

Array = npt.NDArray[np.float64]

SIDE = 8
FINE = 4
"""Sub-pixels along each side of a pixel."""

NOISE = 0.05
"""Standard deviation of the noise of a pixel whose ink is between 0 and 1."""


@cache
def _outline(digit: int) -> tuple[Any, ...]:
    """The closed curves of a digit's outline, centre at 0 and height 2; ink is what an odd number of them encloses."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.path import Path
    from matplotlib.textpath import TextPath

    path = TextPath((0, 0), str(digit), size=100, prop=FontProperties(family="DejaVu Sans"))
    vertices = np.asarray(path.vertices)
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    scaled = (vertices - (low + high) / 2) * (2.0 / (high[1] - low[1]))
    return tuple(Path(polygon) for polygon in Path(scaled, path.codes).to_polygons(closed_only=True))


def glyph_image(digit: int, source: np.random.Generator) -> Array:
    """Ink (8, 8) in [0, 1] of one randomly deformed digit, row 0 at the top, before the noise."""
    if not 0 <= digit <= 9:
        raise InputError(f"expected a digit in 0 .. 9, got {digit}")
    turn, slant = source.normal(0.0, 0.1), source.normal(0.0, 0.15)
    height, width = source.uniform(0.75, 0.95), source.uniform(0.75, 1.05)
    shift = source.uniform(-0.12, 0.12, 2)
    rotation = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    deform = rotation @ np.array([[width, slant], [0.0, height]])
    grid = (np.arange(SIDE * FINE) + 0.5) * (2.0 / (SIDE * FINE)) - 1.0
    at = np.stack(np.meshgrid(grid, -grid), axis=-1).reshape(-1, 2)
    flat = (at - shift) @ np.linalg.inv(deform).T
    inside = np.logical_xor.reduce([curve.contains_points(flat) for curve in _outline(digit)])
    return np.asarray(inside.reshape(SIDE, FINE, SIDE, FINE).mean(axis=(1, 3)))


def glyph_digits(samples: int, seed: int = 0, dataset: int = 0) -> tuple[Array, Array]:
    """Points X (samples, 64) and labels (samples): 1 for odd digits, 0 for even ones; digits 0, 1, .., 9 in turn.

    An even number of samples makes the labels balanced. Pixels are centred and scaled to mean square 1 over the data
    set. Raises InputError for fewer than 10 samples.
    """
    if samples < 10:
        raise InputError(f"expected at least 10 samples, one for each digit, got {samples}")
    source = generator(seed, samples << 32 | dataset, GLYPHS)
    X = np.empty((samples, SIDE * SIDE))
    for n in range(samples):
        X[n] = glyph_image(n % 10, source).ravel() + source.normal(0.0, NOISE, SIDE * SIDE)
    X -= X.mean(axis=0)
    X /= np.sqrt((X**2).mean(axis=0))
    return X, np.arange(samples, dtype=np.float64) % 2.0
