"""A branch by the name of a family, or by a pattern and a loss."""

from __future__ import annotations

import math
import re
from fractions import Fraction

import numpy as np

from symlandscape.arith.conversions import mid_float
from symlandscape.errors import InputError
from symlandscape.evidence import Verdict
from symlandscape.relu.branch_path import Path
from symlandscape.relu.families import family
from symlandscape.relu.fixed_space import solve
from symlandscape.relu.paths import follow_path, path_of_family
from symlandscape.symmetry.pattern import Pattern

__all__ = ["branch"]

LARGEST = 10**6
POSITIVE = 1e-6  # the global minimum has loss 0 and no branch of interest


def branch(
    name: str,
    low: Fraction | int = 3,
    high: Fraction | int = 20,
    moving: int | None = None,
    at: Fraction | int | None = None,
    loss: float | None = None,
    starts: int = 100,
    slope: Fraction | int = 0,
) -> Path:
    """The branch through a family's point at d = ``at`` (default: near ``high``), or through a critical point of a
    pattern.

    ``name`` is a family such as F1, or block sizes such as 13,6,1; then the point is the one among ``starts`` random
    starts in the pattern's fixed space whose loss is next to ``loss``, or the lowest above 0. ``moving`` is the block
    whose size moves (default: the family's own, or the first block of size above 2). Level ESTIMATED. Raises
    InputError for bad names, ranges, blocks, and where nothing is found to start from.
    """
    if not low < high:
        raise InputError(f"expected a range from smaller to larger d, but {low} to {high} came; exchange them")
    if high > LARGEST:
        raise InputError(f"expected d up to {LARGEST}, but a larger one came; take a smaller --to")
    if loss is not None and not math.isfinite(loss):
        raise InputError(f"expected a finite loss to start from, but {loss} came; give the loss of a point")
    if not re.match(r"\s*\d", name):
        member = family(name, slope=slope)
        return path_of_family(member, Fraction(high) if at is None else at, low, high, moving)
    pattern = Pattern.parse(name)
    if moving is None:
        moving = next((i for i, n in enumerate(pattern.sizes) if n > 2), 0)
    found = [p for p in solve(pattern, None, starts, slope=slope, digits=15).points if p.existence is Verdict.YES]
    found = [p for p in found if mid_float(p.loss) > POSITIVE]
    if not found:
        raise InputError(f"no critical point of positive loss was found in the pattern {pattern}; take more --starts")
    chosen = min(found, key=lambda p: mid_float(p.loss) if loss is None else abs(mid_float(p.loss) - loss))
    return follow_path(
        pattern,
        [float(v) for v in np.array([mid_float(x) for x in chosen.coordinates])],
        moving,
        low,
        high,
        Fraction(slope),
    )
