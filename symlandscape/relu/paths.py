"""A branch of critical points of any pattern followed along the size of one of its blocks, through folds, with events.

The curve is traced by arclength in (sqrt(count) z, log n), n the size that moves (branch_curve.py, solve/arclength.py).
A change of sign of an eigenvalue of a block is a crossing, of the trivial block's determinant a fold, or a point where
a branch of a coarser pattern passes; a neuron that dies ends the branch. What is found is in floats: level ESTIMATED;
`certified_at` encloses a point, fold_proof.py a fold.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from symlandscape.errors import InputError
from symlandscape.relu.branch_curve import curve_of, row_lengths
from symlandscape.relu.branch_path import GENERIC, Line, Path, PathEnd, PathEvent, PathSample
from symlandscape.relu.branch_scan import SMALLEST_SIZE
from symlandscape.relu.coarser import merged_blocks
from symlandscape.relu.families import Family
from symlandscape.solve.arclength import trace, trace_both
from symlandscape.solve.curve import CurveEnd, Steps
from symlandscape.symmetry.pattern import Pattern

__all__ = ["follow_path", "line_of", "path_of_family"]

STEPS = Steps(first=0.02, longest=0.15, smallest=1e-7, turn=0.3, reach=0.3)
ALMOST_ONE = Fraction(1001, 1000)
MOVING_LOW, MOVING_HIGH = SMALLEST_SIZE, Fraction(10**6)


def line_of(pattern: Pattern, moving: int, slope: Fraction = Fraction(0)) -> Line:
    """The pattern with its block ``moving`` set free. Raises InputError for a block that is not there or too small."""
    if not pattern.is_numeric or not 0 <= moving < pattern.blocks:
        raise InputError(f"expected numbers as block sizes and a block from 0 on, got {pattern} and block {moving}")
    if not pattern.sizes[moving] > 2:
        raise InputError(
            f"the moving block needs a size above 2, but block {moving} has {float(pattern.sizes[moving]):.6g}; "
            "move another one"
        )
    sizes = list(pattern.sizes)
    sizes[moving] = GENERIC
    return Line(Pattern(tuple(sizes), pattern.extra), moving, slope)


def path_of_family(
    family: Family,
    start: Fraction | int,
    low: Fraction | int,
    high: Fraction | int,
    moving: int | None = None,
    below_two: bool = False,
) -> Path:
    """The branch through the family's point at d = start, along the block that moves in the family's name or
    another.
    """
    pattern, values = family.coordinates(family.pattern(start))
    if moving is None:
        moves_first = (family.kind == "A") == (family.role == "kept")
        moving = 0 if pattern.blocks == 1 or moves_first else 1
    return follow_path(pattern, values, moving, low, high, family.slope, below_two=below_two)


def follow_path(
    pattern: Pattern,
    start: Sequence[float],
    moving: int,
    low: Fraction | int,
    high: Fraction | int,
    slope: Fraction = Fraction(0),
    steps: Steps = STEPS,
    away: np.ndarray | None = None,
    below_two: bool = False,
) -> Path:
    """The branch of critical points through the one next to ``start`` (coordinates of ``pattern``), for d in [low,
    high] or until it ends, in both directions; the moving block's size stays above 2. With ``away``, a direction (z,
    log n), it is followed that way only. With ``below_two`` the moving size may fall to 1, and only the trivial block
    is watched (the others have no copies of positive length there): folds are seen, crossings are not.

    Raises InputError where there is no critical point next to the start, or the pattern's d lies outside the range.
    """
    if not low <= pattern.d <= high or not low < high:
        raise InputError(f"expected a range of d around the start, but {low} to {high} came with d = {pattern.d}")
    line = line_of(pattern, moving, slope)
    least = ALMOST_ONE if below_two else MOVING_LOW
    bottom = max(Fraction(low) - line.fixed, least)
    top = min(Fraction(high) - line.fixed, MOVING_HIGH)
    if Fraction(pattern.sizes[moving]) < bottom:
        raise InputError(
            f"the branch is followed for d above {float(bottom + line.fixed):g}, "
            f"but its start lies at d = {float(pattern.d):.8g}"
        )
    curve = curve_of(line, pattern, below_two)
    n = float(Fraction(pattern.d) - line.fixed)
    x = np.append(np.array(start, dtype=float) * curve.scale, math.log(n))
    lowest, highest = math.log(float(bottom)), math.log(float(top))
    x[-1] = min(max(float(x[-1]), lowest), highest)
    direction = np.append(np.zeros(len(x) - 1), 1.0) if away is None else away * np.append(curve.scale, 1.0)
    tracer = trace_both if away is None else trace
    found = tracer(curve.residual, curve.jacobian, x, direction, lowest, highest, curve.watch, curve.ends_branch, steps)
    samples = tuple(curve.sample(p) for p in found.points)
    events = tuple(e for e in (curve.event(e.name, e.index, e.rising, e.point) for e in found.events) if e is not None)
    ends = [_end(line, samples[i], events, kind, bottom) for i, kind in ((0, found.begin), (-1, found.end))]
    return Path(line, samples, events, ends[0], ends[1])


def _end(line: Line, sample: PathSample, events: Sequence[PathEvent], kind: CurveEnd, bottom: Fraction) -> PathEnd:
    """The explanation of an end."""
    if kind is CurveEnd.MAX_STEPS:
        return PathEnd("most steps", sample.d, kind.value)
    if kind is CurveEnd.START:
        return PathEnd("start", sample.d, kind.value)
    if kind is CurveEnd.CLOSED:
        return PathEnd("closed", sample.d, "the branch is a closed curve (an isola): it returned to its start")
    if kind in (CurveEnd.LOW, CurveEnd.HIGH):
        if kind is CurveEnd.LOW and bottom in (MOVING_LOW, ALMOST_ONE):
            return PathEnd("least size", sample.d, f"block {line.moving} reached its least size {float(bottom):g}")
        return PathEnd(
            "range", sample.d, f"the end of the range of d; {'minimum' if sample.is_minimum else 'saddle'} there"
        )
    if kind is CurveEnd.STOPPED:
        last = min(events, key=lambda e: abs(e.sample.length - sample.length))
        return PathEnd(last.kind, sample.d, last.detail)
    shortest = min((norm, i) for i, norm in enumerate(row_lengths(line, sample)))
    near = merged_blocks(line.generic, sample.point, 0.02)
    hint = f"; the shortest neuron (orbit {shortest[1]}) has length {shortest[0]:.2g}"
    hint += f", and the point is next to blocks {near} merged" if near else ""
    return PathEnd("underflow", sample.d, kind.value + hint)
