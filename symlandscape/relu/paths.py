"""A branch of critical points of any pattern followed along the size of one of its blocks, through folds, with events.

The curve is traced by arclength in (sqrt(count) z, log n), n the size that moves (solve/arclength.py). Watched on the
way: the eigenvalues of every isotypic block (a change of sign is a crossing), the trivial block's determinant (a fold,
or a point where a branch of a coarser pattern passes), the lengths of the neurons, the differences of rows that may
become equal. What is found is in floats: level ESTIMATED; `certified_at` encloses a point, fold_proof.py a fold.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from symlandscape.arith.field import float_field
from symlandscape.errors import InputError
from symlandscape.relu.branch_path import GENERIC, Line, Path, PathEnd, PathEvent, PathSample
from symlandscape.relu.branch_scan import SMALLEST_SIZE
from symlandscape.relu.coarser import MEETING, merged_blocks
from symlandscape.relu.families import Family
from symlandscape.relu.reduced import ReducedPoint
from symlandscape.solve.arclength import trace, trace_both
from symlandscape.solve.curve import CurveEnd, CurvePoint, Steps
from symlandscape.symmetry.pattern import Pattern
from symlandscape.symmetry.plans import Plan, plan

__all__ = ["curve_of", "follow_path", "line_of", "path_of_family"]

STEPS = Steps(first=0.02, longest=0.15, smallest=1e-7, turn=0.3, reach=0.3)
DEAD = 1e-3
"""A neuron shorter than this, or two rows closer than this, end a branch: the loss is not smooth at zero."""
DIFFERENCE = 1e-5  # in log n: the derivative in n is a central difference, of relative error 1e-10
ALMOST_ONE = Fraction(1001, 1000)
MOVING_LOW, MOVING_HIGH = SMALLEST_SIZE, Fraction(10**6)


def line_of(pattern: Pattern, moving: int, slope: Fraction = Fraction(0)) -> Line:
    """The pattern with its block ``moving`` set free. Raises InputError for a block that is not there or too small."""
    if not pattern.is_numeric or not 0 <= moving < pattern.blocks:
        raise InputError(f"expected numbers as block sizes and a block from 0 on, got {pattern} and block {moving}")
    if not pattern.sizes[moving] > 2:
        raise InputError(
            f"the moving block needs a size above 2, but block {moving} of {pattern} has another; move another one"
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


def curve_of(line: Line, pattern: Pattern, only_trivial: bool = False) -> _Curve:
    """The critical equations along a line, in coordinates whose lengths are Frobenius lengths at this pattern."""
    scale = np.array([math.sqrt(float(pattern.count(c))) for c in pattern.coordinates])
    return _Curve(line, scale, plan(line.components()[: 1 if only_trivial else None], line.generic.row_sizes))


def row_lengths(line: Line, sample: PathSample) -> list[float]:
    """The length of a neuron of each row orbit."""
    return _lengths(line, sample.point, sample.d - float(line.fixed))


def _lengths(line: Line, z: np.ndarray, n: float) -> list[float]:
    squares = [0.0] * len(line.generic.row_sizes)
    for c, value in zip(line.generic.coordinates, z, strict=True):
        size = n if c.column == line.moving else float(line.generic.sizes[c.column])
        squares[c.row] += (1 if c.diagonal else size - (c.row == c.column)) * float(value) ** 2
    return [math.sqrt(max(x, 0.0)) for x in squares]


@dataclass(frozen=True, slots=True)
class _Curve:
    """The critical equations as a curve in x = (scale z, log n)."""

    line: Line
    scale: np.ndarray
    plan: Plan

    def point(self, x: np.ndarray) -> ReducedPoint:
        return self.line.at([float(v) for v in x[:-1] / self.scale], math.exp(x[-1]), float_field())

    def residual(self, x: np.ndarray) -> np.ndarray:
        return np.array(self.point(x).gradient()) * self.scale

    def sizes(self, x: np.ndarray) -> np.ndarray:
        sizes = np.array([float(m) for m in self.line.generic.row_sizes])
        sizes[self.line.moving] = math.exp(x[-1])
        return sizes

    def jacobian(self, x: np.ndarray) -> np.ndarray:
        sizes, plan = self.sizes(x), self.plan
        scale = self.scale / np.sqrt(plan.norms("t", sizes))
        block = plan.block("t", sizes, self.entries(x, "t"))
        square = scale[:, None] * block / scale[None, :]
        step = np.append(np.zeros(len(x) - 1), DIFFERENCE)
        column = (self.residual(x + step) - self.residual(x - step)) / (2 * DIFFERENCE)
        return np.hstack([square, column[:, None]])

    def entries(self, x: np.ndarray, only: str | None) -> np.ndarray:
        """The Hessian's entries that all components need, or that one does (the others 0)."""
        point = self.point(x)
        if only is None:
            return self.plan.entries(point.hessian_entry)
        found = np.zeros(len(self.plan.keys))
        for k in np.unique(self.plan.blocks[only].used):
            found[k] = point.hessian_entry(*self.plan.keys[k])
        return found

    def watch(self, x: np.ndarray, only: str | None) -> dict[str, np.ndarray]:
        z, n, sizes = x[:-1] / self.scale, math.exp(x[-1]), self.sizes(x)
        labels = [label for label in self.plan.blocks if only is None or label == only]
        entries = self.entries(x, only if labels else "t")
        found = {label: np.linalg.eigvalsh(self.plan.block(label, sizes, entries)) for label in labels}
        table = {c.name: float(v) for c, v in zip(self.line.generic.coordinates, z, strict=True)}
        found["length"] = np.array(_lengths(self.line, z, n)) - DEAD
        equal = [
            table[f"a[{i}]"] - table[f"b[{i},{i}]"] for i in range(self.line.generic.blocks) if f"b[{i},{i}]" in table
        ]
        found["equal"] = np.array(equal)
        rows = [math.hypot(*(table[f"r[{e},{j}]"] - table[f"r[{f},{j}]"] for j in range(self.line.generic.blocks)))
                for e, f in self._extra_pairs()]  # fmt: skip
        found["apart"] = np.array(rows) - DEAD
        return found

    def _extra_pairs(self) -> list[tuple[int, int]]:
        """Pairs of extra rows: rows of blocks are told apart by their own columns."""
        m = len(self.line.generic.extra)
        return [(e, f) for e in range(m) for f in range(e + 1, m)]

    def ends_branch(self, name: str) -> bool:
        return name in ("length", "apart")

    def sample(self, p: CurvePoint) -> PathSample:
        n, labels = math.exp(p.x[-1]), list(self.plan.blocks)
        values = p.values if labels[-1] in p.values and labels[0] in p.values else self.watch(p.x, None)
        z = p.x[:-1] / self.scale
        return PathSample(
            n + float(self.line.fixed),
            z,
            float(self.point(p.x).loss()),
            {label: values[label] for label in labels},
            p.length,
        )

    def event(self, name: str, index: int, rising: bool, p: CurvePoint) -> PathEvent | None:
        """The event in words; None for a zero of the trivial block, which is a fold or a meeting as well."""
        if name == "t":
            return None
        sample = self.sample(p)
        make: Callable[[str, str, str], PathEvent] = lambda kind, label, detail: PathEvent(  # noqa: E731
            kind, label, sample.d, rising, sample, detail
        )
        if name == "fold":
            return make(
                "fold", "t", f"the branch turns {'to larger' if rising else 'to smaller'} d (trivial block singular)"
            )
        if name == "branch":
            merged = merged_blocks(self.line.generic, sample.point, MEETING)
            if merged:
                return make(
                    "meeting", merged, f"the branch passes through the coarser pattern with blocks {merged} merged"
                )
            return make(
                "branch point", "t", "another branch crosses: a coarser one, or one with the symmetry of equal blocks"
            )
        if name == "length":
            return make("neuron dies", str(index), f"the neurons of orbit {index} shrink below {DEAD:g}")
        if name == "apart":
            e, f = self._extra_pairs()[index]
            return make("rows collide", f"{e}={f}", f"extra rows {e} and {f} become equal")
        if name == "equal":
            wide = [i for i, m in enumerate(self.line.generic.sizes) if m != 1]
            return make("equal row", str(wide[index]), f"all rows of block {wide[index]} become equal")
        return make(
            "crossing", name, f"eigenvalue {index} of block {name} {'rises' if rising else 'falls'} through zero"
        )
