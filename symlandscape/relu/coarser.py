"""Which coarser pattern a point of a fixed space lies in: blocks that are merged without moving the point."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from symlandscape.symmetry.pattern import Pattern

Point = Sequence[float] | np.ndarray

__all__ = ["MEETING", "merged_blocks", "merged_classes", "partitions", "refine_coordinates"]

SAME = 1e-6
MEETING = 1e-3
"""The same at an event: where branches cross, its place is known to few digits."""


def partitions(items: Sequence[int]) -> Iterator[list[list[int]]]:
    """All partitions of the items into classes, coarsest ones not first."""
    if not items:
        yield []
        return
    first, rest = items[0], items[1:]
    for smaller in partitions(rest):
        yield [[first], *smaller]
        for i in range(len(smaller)):
            yield [*smaller[:i], [first, *smaller[i]], *smaller[i + 1 :]]


def deviation(pattern: Pattern, point: Point, classes: Sequence[Sequence[int]]) -> float:
    """The largest difference between entries that become one orbit when the classes of blocks are merged."""
    home = {block: number for number, members in enumerate(classes) for block in members}
    orbits: dict[tuple[int, int, bool], list[float]] = {}
    for c, value in zip(pattern.coordinates, point, strict=True):
        row = home[c.row] if c.row < pattern.blocks else c.row + len(classes) + pattern.blocks
        orbits.setdefault((row, home[c.column], c.diagonal), []).append(float(value))
    return max(max(values) - min(values) for values in orbits.values())


def merged_classes(pattern: Pattern, point: Point, tolerance: float = SAME) -> list[list[int]] | None:
    """The coarsest merging of blocks under which the point stays fixed to the tolerance; None where there is none."""
    blocks = list(range(pattern.blocks))
    held = [p for p in partitions(blocks) if len(p) < len(blocks) and deviation(pattern, point, p) <= tolerance]
    return sorted(sorted(members) for members in min(held, key=len)) if held else None


def merged_blocks(pattern: Pattern, point: Point, tolerance: float = SAME) -> str:
    """The same in words, such as ``0+1`` or ``0+2, 1+3``; empty where there is none."""
    classes = merged_classes(pattern, point, tolerance) or []
    return ", ".join("+".join(map(str, members)) for members in classes if len(members) > 1)


def refine_coordinates(coarse: Pattern, point: Point, fine: Pattern, home: Sequence[int]) -> np.ndarray:
    """The coordinates, in the finer pattern, of a point of the coarser one; block i of ``fine`` is part of block
    ``home[i]`` of ``coarse``. Extra rows are the same in both.
    """
    table = {(c.row, c.column, c.diagonal): float(v) for c, v in zip(coarse.coordinates, point, strict=True)}

    def row(orbit: int) -> int:
        return home[orbit] if orbit < fine.blocks else orbit - fine.blocks + coarse.blocks

    return np.array([table[row(c.row), home[c.column], c.diagonal] for c in fine.coordinates])
