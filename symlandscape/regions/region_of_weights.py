"""The region in which given weights lie, and what it holds: from floats to the exact classification.

The one road from sampled or trained weights, whose floats are read exactly, to `classify`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from symlandscape.arith.conversions import exact_float
from symlandscape.errors import InputError
from symlandscape.regions.arrangement import Signs
from symlandscape.regions.classification import classify
from symlandscape.regions.points import Points, make_points
from symlandscape.regions.region_class import RegionClass

Array = npt.NDArray[np.float64]

DIGITS = 3


def rounded_points(X: Array, y: Array, digits: int = DIGITS) -> tuple[Points, Array]:
    """Points with coordinates of `digits` decimals, exactly and as doubles: X (N, d), labels y (N) of 0 and 1."""
    integers = np.rint(np.asarray(X, dtype=np.float64) * 10.0**digits).astype(np.int64)
    exact = [[Fraction(int(entry), 10**digits) for entry in row] for row in integers]
    return make_points(exact, [int(label) for label in y]), integers / 10.0**digits


def pattern_of(points: Points, W: Array) -> tuple[Signs, ...]:
    """Signs of w_i.x_n for weights W (k, d), decided in integers. Raises InputError for weights on a wall."""
    W = np.asarray(W, dtype=np.float64)
    if W.ndim != 2 or W.shape[1] != points.inputs:
        raise InputError(f"expected weights of shape (k, {points.inputs}), got {W.shape}")
    patterns = []
    for row in W.tolist():
        w = [exact_float(entry) for entry in row]
        products = [sum((a * b for a, b in zip(w, x, strict=True)), Fraction(0)) for x in points.rows]
        if not all(products):
            wall = products.index(Fraction(0))
            raise InputError(f"expected weights inside a region, got a row on the wall of sample {wall}")
        patterns.append(tuple(1 if p > 0 else -1 for p in products))
    return tuple(patterns)


def class_of_weights(points: Points, W: Array, slope: Any, *, explain: bool = False) -> RegionClass:
    """What the region of W (k, d) holds, exactly; see `classify`. Level PROVED for the weights as given."""
    return classify(points, pattern_of(points, W), slope, explain=explain)
