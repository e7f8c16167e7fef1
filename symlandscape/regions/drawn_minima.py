"""Beyond enumeration: weights drawn at random, the region of each classified exactly, frequencies with error bars."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np

from symlandscape.arith.balls import arb
from symlandscape.arith.conversions import float_to_arb
from symlandscape.arith.decimals import outward
from symlandscape.errors import InputError
from symlandscape.regions.classification import read_slope
from symlandscape.regions.counting import cover, zaslavsky
from symlandscape.regions.minimum_volumes import Minima, class_names, class_of, members, sum_names
from symlandscape.regions.points import Points

__all__ = ["draw_minima"]

_CHUNK = 4096
_ZASLAVSKY_SUBSETS = 200_000


def draw_minima(points: Points, width: int, slope: Any, *, draws: int, seed: int = 0) -> Minima:
    """The volumes of `minima` as frequencies among `draws` standard normal W (width, d); level ESTIMATED.

    Each region that is met is classified exactly, once. Standard errors are those of (k + 1)/(n + 2), positive at 0 and
    n too. `counts` are the draws in each class. The draws depend on `draws`, `width` and `seed` only.
    """
    if draws < 2:
        raise InputError(f"at least 2 draws were expected and {draws} came; take some hundreds")
    if isinstance(width, bool) or not isinstance(width, int) or width < 1:
        raise InputError(f"a width of at least 1 was expected and {width!r} came; give the number of hidden units")
    rho = read_slope(slope)
    points.required_labels()
    X = np.array([[float(entry) for entry in row] for row in points.rows])
    X /= np.abs(X).max(axis=1, keepdims=True)
    known: dict[tuple[tuple[int, ...], ...], str] = {}
    found: Counter[str] = Counter()
    for number, begin in enumerate(range(0, draws, _CHUNK)):
        generator = np.random.default_rng([seed, number])
        W = generator.standard_normal((min(_CHUNK, draws - begin), width, points.inputs))
        for region in np.where(W @ X.T > 0, 1, -1).tolist():
            key = tuple(sorted(tuple(row) for row in region))
            if key not in known:
                known[key] = class_of(points, key, rho)
            found[known[key]] += 1
    sums = dict.fromkeys(sum_names(points.samples), 0)
    for name, many in found.items():
        for target in members(name, points.samples):
            sums[target] += many
    volumes = {name: _frequency(many, draws) for name, many in sums.items()}
    volumes["total"] = ("1", "0")
    regions = _cells(points)
    return Minima(
        points.samples,
        points.inputs,
        width,
        rho,
        regions,
        regions**width,
        {name: found[name] for name in class_names(found)},
        {name: volumes[name] for name in ("G", "L", "none", "total")},
        {str(k): volumes[f">{k}"] for k in range(points.samples)},
        "estimated",
        (*points.notes, f"{len(known)} different regions (up to order) were met"),
        draws,
        seed,
        "draws",
    )


def _cells(points: Points) -> int:
    """The number of cells, by the characteristic polynomial where it is quick, else Cover's count, a bound."""
    n, d = len(points.lines), points.inputs
    return zaslavsky(points.lines, d) if math.comb(n, min(d, n)) <= _ZASLAVSKY_SUBSETS else cover(n, d)


def _frequency(many: int, draws: int) -> tuple[str, str]:
    smoothed = (many + 1) / (draws + 2)
    error = math.sqrt(smoothed * (1 - smoothed) / draws)
    value = arb(many) / draws
    return outward(value, 8)[0], outward(float_to_arb(error), 3)[0]
