"""The critical equations along the size of one block as a curve in x = (sqrt(count) z, log n), with what is watched.

Watched are the eigenvalues of every isotypic block, the lengths of the neurons, the differences a[i] - b[i,i] (at zero
all rows of block i are equal), the distances of extra rows, and the minors of two neurons that the whole group fixes:
with two blocks of columns these live in a plane, so that on a curve they become parallel at single points. In more
dimensions parallel rows are met only together with a coarser pattern. All in floats: level ESTIMATED.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from symlandscape.arith.field import float_field
from symlandscape.relu.branch_path import Line, PathEvent, PathSample
from symlandscape.relu.coarser import MEETING, merged_blocks
from symlandscape.relu.tabulated import Tabulated, tabulated
from symlandscape.solve.curve import CurvePoint
from symlandscape.symmetry.pattern import Pattern
from symlandscape.symmetry.plans import Plan, plan

__all__ = ["DEAD", "BranchCurve", "curve_of", "row_lengths"]

DEAD = 1e-5
"""A neuron shorter than this, or two extra rows closer than this, end a branch: the loss is not smooth at a zero
neuron, and beyond equal rows lies the mirror image.
"""
ROUNDING = 1e-12  # relative to the largest of the numbers
DIFFERENCE = 1e-5  # in log n: the derivative in n is a central difference, of relative error 1e-10


@dataclass(frozen=True, slots=True)
class BranchCurve:
    """The curve of a line: ``scale`` turns coordinates into Frobenius lengths."""

    line: Line
    scale: np.ndarray
    plan: Plan
    table: Tabulated

    def residual(self, x: np.ndarray) -> np.ndarray:
        """The gradient in scaled coordinates."""
        return np.asarray(self.table.gradient(x[:-1] / self.scale, self.sizes(x)) * self.scale)

    def sizes(self, x: np.ndarray) -> np.ndarray:
        """The sizes of the row orbits."""
        sizes = np.array([float(m) for m in self.line.generic.row_sizes])
        sizes[self.line.moving] = math.exp(x[-1])
        return sizes

    def jacobian(self, x: np.ndarray) -> np.ndarray:
        """The derivative of `residual`, shape (n, n+1)."""
        sizes, plan = self.sizes(x), self.plan
        scale = self.scale / np.sqrt(plan.norms("t", sizes))
        block = plan.block("t", sizes, self.entries(x))
        square = scale[:, None] * block / scale[None, :]
        step = np.append(np.zeros(len(x) - 1), DIFFERENCE)
        column = (self.residual(x + step) - self.residual(x - step)) / (2 * DIFFERENCE)
        return np.hstack([square, column[:, None]])

    def entries(self, x: np.ndarray) -> np.ndarray:
        """The Hessian's entries that the components need."""
        return self.table.hessian_entries(x[:-1] / self.scale, self.sizes(x))

    def watch(self, x: np.ndarray, only: str | None) -> dict[str, np.ndarray]:
        """Numbers by name whose changes of sign are events."""
        z, sizes = x[:-1] / self.scale, self.sizes(x)
        labels = [label for label in self.plan.blocks if only is None or label == only]
        found = {}
        if labels:
            entries = self.entries(x)
            found = {label: _clean(np.linalg.eigvalsh(self.plan.block(label, sizes, entries))) for label in labels}
        value = {c.name: float(v) for c, v in zip(self.line.generic.coordinates, z, strict=True)}
        found["length"] = np.array(_lengths(self.line, z, sizes[self.line.moving])) - DEAD
        found["equal"] = _clean([value[f"a[{i}]"] - value[f"b[{i},{i}]"] for i in self.wide()])
        rows = [self._fixed_row(z, orbit) for orbit in self.fixed_neurons()]
        found["minor"] = _clean([u[0] * v[1] - u[1] * v[0] for i, u in enumerate(rows) for v in rows[:i]])
        found["apart"] = np.array(
            [float(np.linalg.norm(self._fixed_row(z, e) - self._fixed_row(z, f))) for e, f in self._extra_pairs()]
        ) - DEAD  # fmt: skip
        return found

    def wide(self) -> list[int]:
        """The blocks of more than one row."""
        return [i for i, m in enumerate(self.line.generic.sizes) if m != 1]

    def fixed_neurons(self) -> list[int]:
        """The row orbits of one neuron, where they live in a plane; else none."""
        generic = self.line.generic
        return [i for i, m in enumerate(generic.row_sizes) if m == 1] if generic.blocks == 2 else []

    def ends_branch(self, name: str) -> bool:
        """Whether an event of this name ends the branch."""
        return name in ("length", "apart")

    def sample(self, p: CurvePoint) -> PathSample:
        """The point with its loss and the eigenvalues of its blocks."""
        n, labels = math.exp(p.x[-1]), list(self.plan.blocks)
        values = p.values if labels[-1] in p.values and labels[0] in p.values else self.watch(p.x, None)
        z = p.x[:-1] / self.scale
        loss = float(self.line.at([float(v) for v in z], n, float_field()).loss())
        blocks = {label: values[label] for label in labels}
        return PathSample(n + float(self.line.fixed), z, loss, blocks, p.length)

    def event(self, name: str, index: int, rising: bool, p: CurvePoint) -> PathEvent | None:
        """The event in words; None for a zero of the trivial block, which is a fold or a meeting as well."""
        if name == "t":
            return None
        sample = self.sample(p)
        kind, label, detail = self._words(name, index, rising, sample)
        return PathEvent(kind, label, sample.d, rising, sample, detail)

    def _words(self, name: str, index: int, rising: bool, sample: PathSample) -> tuple[str, str, str]:
        """Kind, label and sentence of an event."""
        if name == "fold":
            return "fold", "t", f"the branch turns {'to larger' if rising else 'to smaller'} d (trivial block singular)"
        if name == "branch":
            merged = merged_blocks(self.line.generic, sample.point, MEETING)
            if merged:
                return "meeting", merged, f"the branch passes through the coarser pattern with blocks {merged} merged"
            return (
                "branch point",
                "t",
                "another branch crosses: a coarser one, or one with the symmetry of equal blocks",
            )
        names = [self.name_of(i) for i in range(len(self.line.generic.row_sizes))]
        if name == "length":
            return (
                "neuron dies", names[index],
                f"the neurons of {names[index]} shrink below {DEAD:g}: the loss is not smooth at a zero neuron",
            )  # fmt: skip
        if name == "apart":
            e, f = (names[i] for i in self._extra_pairs()[index])
            return "rows collide", f"{e}={f}", f"{e} and {f} become equal; beyond lies the mirror image of the branch"
        if name == "equal":
            block = self.wide()[index]
            return "equal rows", str(block), f"all rows of block {block} become equal: a change of sign of a - b there"
        if name == "minor":
            orbits = self.fixed_neurons()
            i, j = [(i, j) for i in range(len(orbits)) for j in range(i)][index]
            u, v = (self._fixed_row(sample.point, orbits[k]) for k in (j, i))
            word = "parallel" if u @ v > 0 else "opposite"
            first, second = names[orbits[j]], names[orbits[i]]
            return "parallel rows", f"{first}|{second}", f"the neurons of {first} and {second} become {word}"
        return "crossing", name, f"eigenvalue {index} of block {name} {'rises' if rising else 'falls'} through zero"

    def name_of(self, orbit: int) -> str:
        """A row orbit for people: ``block 0``, ``extra row 0``."""
        blocks = self.line.generic.blocks
        return f"block {orbit}" if orbit < blocks else f"extra row {orbit - blocks}"

    def _fixed_row(self, z: np.ndarray, orbit: int) -> np.ndarray:
        """The entries of a row that the group fixes, one for each block of columns."""
        return np.array([float(v) for c, v in zip(self.line.generic.coordinates, z, strict=True) if c.row == orbit])

    def _extra_pairs(self) -> list[tuple[int, int]]:
        """Pairs of extra orbits of the same size: rows of blocks are told apart by their own columns."""
        sizes, blocks = self.line.generic.row_sizes, self.line.generic.blocks
        orbits = range(blocks, len(sizes))
        return [(e, f) for e in orbits for f in orbits if e < f and sizes[e] == sizes[f]]


def _clean(values: Sequence[float] | np.ndarray) -> np.ndarray:
    """The numbers with rounding set to 0: what vanishes all along a branch is no event (eigenvalues along splits of
    equal neurons, differences on branches of equal rows).
    """
    found = np.array(values)
    return np.where(np.abs(found) < ROUNDING * (1 + np.max(np.abs(found), initial=0.0)), 0.0, found)


def curve_of(line: Line, pattern: Pattern, only_trivial: bool = False) -> BranchCurve:
    """The critical equations along a line, in coordinates whose lengths are Frobenius lengths at this pattern."""
    scale = np.array([math.sqrt(float(pattern.count(c))) for c in pattern.coordinates])
    return BranchCurve(line, scale, *_lists(line, only_trivial))


@lru_cache(maxsize=64)
def _lists(line: Line, only_trivial: bool) -> tuple[Plan, Tabulated]:
    made: Plan = plan(line.components()[: 1 if only_trivial else None], line.generic.row_sizes)
    return made, tabulated(line.generic, made.keys, float(line.slope))


def row_lengths(line: Line, sample: PathSample) -> list[float]:
    """The length of a neuron of each row orbit."""
    return _lengths(line, sample.point, sample.d - float(line.fixed))


def _lengths(line: Line, z: np.ndarray, n: float) -> list[float]:
    squares = [0.0] * len(line.generic.row_sizes)
    for c, value in zip(line.generic.coordinates, z, strict=True):
        size = n if c.column == line.moving else float(line.generic.sizes[c.column])
        squares[c.row] += (1 if c.diagonal else size - (c.row == c.column)) * float(value) ** 2
    return [math.sqrt(max(x, 0.0)) for x in squares]
