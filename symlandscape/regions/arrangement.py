"""All cells of the arrangement of hyperplanes x_n . w = 0, in any position, each with an exact interior point.

A cell of an arrangement of rank r >= 2 is, up to the directions orthogonal to all points, a pointed cone, and the sum
of its extreme rays lies inside it. Every extreme ray is a ray in which r - 1 independent hyperplanes meet; the cells
around a ray v are the signs of v on the hyperplanes that miss it, joined with the cells of those that hold it, an
arrangement of rank r - 1. So rays, then recursion, find all cells in integer arithmetic; no linear program is needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import comb

from symlandscape.arith.rationals import null_space, primitive, rank
from symlandscape.errors import InputError
from symlandscape.regions.counting import cover
from symlandscape.regions.points import Points

__all__ = ["Cell", "Cells", "cell_of", "cells"]

Signs = tuple[int, ...]
LARGEST = 2_000_000
"""Largest number of cells, and of sets of r - 1 hyperplanes, that is enumerated."""


@dataclass(frozen=True, slots=True)
class Cell:
    """An open cone of weights w with constant signs of x_n . w.

    signs: (N) of +1 and -1; witness: (d) integers, a point inside; walls: indices of the lines whose hyperplanes bound
    it; edges: for each extreme ray the walls that hold it.
    """

    signs: Signs
    witness: tuple[int, ...]
    walls: tuple[int, ...]
    edges: tuple[tuple[int, ...], ...]

    def document(self) -> dict[str, object]:
        """Signs as a text of + and -, and the point inside as decimal strings, for JSON."""
        return {"signs": "".join("+" if s > 0 else "-" for s in self.signs), "witness": [str(v) for v in self.witness]}

    def slopes(self, slope: object) -> tuple[object, ...]:
        """The row of the pattern A: 1 where the sign is positive, else `slope`."""
        return tuple(1 if sign > 0 else slope for sign in self.signs)


@dataclass(frozen=True, slots=True)
class Cells:
    """All cells of the arrangement of `points`, in a fixed order (signs descending); rank of the points."""

    points: Points
    rank: int
    cells: tuple[Cell, ...]

    def index(self) -> dict[Signs, int]:
        """The position of the cell with given signs."""
        return {cell.signs: k for k, cell in enumerate(self.cells)}


def cells(points: Points) -> Cells:
    """All cells of the arrangement, exactly.

    Returns: `Cells`; every witness is verified in integers, and completeness is the count of `zaslavsky`.
    Raises: `InputError` when there would be too many, saying how many.
    """
    functionals, basis = _essential(points.lines, points.inputs)
    r = len(basis)
    _refuse_large(len(functionals), r)
    interior, edges = _all_cells(functionals, r)
    signs = sorted(interior, reverse=True)
    known = set(signs)
    made = []
    for s in signs:
        walls = tuple(k for k in range(len(s)) if (*s[:k], -s[k], *s[k + 1 :]) in known)
        bounding = frozenset(walls)
        corner = tuple(sorted(tuple(sorted(zero & bounding)) for zero in edges[s]))
        witness = [sum(c * b[i] for c, b in zip(interior[s], basis, strict=True)) for i in range(points.inputs)]
        own = tuple(s[line] * sign for line, sign in points.line_of)
        made.append(Cell(own, _inside(points, own, primitive(witness)), walls, corner))
    return Cells(points, r, tuple(made))


def cell_of(points: Points, w: Sequence[int]) -> Signs | None:
    """The signs of x_n . w for an exact w; None on a wall."""
    signs = tuple((value > 0) - (value < 0) for value in (_dot(x, w) for x in points.rows))
    return None if 0 in signs else signs


def _inside(points: Points, signs: Signs, witness: tuple[int, ...]) -> tuple[int, ...]:
    if cell_of(points, witness) != signs:
        raise AssertionError("a sum of extreme rays fell out of its cell; the enumeration is broken")
    return witness


def _refuse_large(lines: int, r: int) -> None:
    subsets = comb(lines, r - 1)
    bound = cover(lines, r) if lines * r < 10_000 else LARGEST + 1
    if subsets > LARGEST or bound > LARGEST:
        raise InputError(
            f"at most {LARGEST} cells can be enumerated and {lines} hyperplanes of rank {r} have up to {bound}; "
            "take fewer points, `regions count --samples N --inputs D` for the number alone, or `regions decay`"
        )


def _dot(a: Sequence[int], b: Sequence[int]) -> int:
    return sum(p * q for p, q in zip(a, b, strict=True))


def _essential(lines: Sequence[tuple[int, ...]], inputs: int) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    """The hyperplanes as functionals on the span of the lines, in coordinates of a basis, and that basis."""
    if rank(lines) == inputs:
        return list(lines), [tuple(int(i == j) for j in range(inputs)) for i in range(inputs)]
    basis: list[tuple[int, ...]] = []
    for line in lines:
        if rank([*basis, line]) > len(basis):
            basis.append(line)
    return [tuple(_dot(line, b) for b in basis) for line in lines], basis


def _all_cells(
    functionals: Sequence[tuple[int, ...]], r: int
) -> tuple[dict[Signs, list[int]], dict[Signs, list[frozenset[int]]]]:
    """For every cell an interior point, and for each of its extreme rays the hyperplanes through it."""
    if r == 1:
        signs = tuple(1 if f[0] > 0 else -1 for f in functionals)
        return {s: [p] for s, p in ((signs, 1), (tuple(-k for k in signs), -1))}, {
            s: [] for s in (signs, tuple(-k for k in signs))
        }
    interior: dict[Signs, list[int]] = {}
    edges: dict[Signs, list[frozenset[int]]] = {}
    for ray, zero in _rays(functionals, r):
        values = [_dot(f, ray) for f in functionals]
        local = list(_local_signs([functionals[k] for k in zero], ray, r))
        through = frozenset(zero)
        for direction in (1, -1):
            outside = [direction if v > 0 else -direction for v in values]
            for inner in local:
                for k, s in zip(zero, inner, strict=True):
                    outside[k] = s
                signs = tuple(outside)
                total = interior.get(signs)
                if total is None:
                    interior[signs] = [direction * v for v in ray]
                    edges[signs] = [through]
                else:
                    for i, v in enumerate(ray):
                        total[i] += direction * v
                    edges[signs].append(through)
    return interior, edges


def _rays(functionals: Sequence[tuple[int, ...]], r: int) -> Iterator[tuple[tuple[int, ...], list[int]]]:
    """Every line in which r - 1 independent hyperplanes meet, once, with all hyperplanes that hold it."""
    seen = set()
    for chosen in combinations(range(len(functionals)), r - 1):
        kernel = null_space([functionals[k] for k in chosen], r)
        if len(kernel) != 1:
            continue
        ray = kernel[0]
        zero = [k for k, f in enumerate(functionals) if not _dot(f, ray)]
        if len(zero) > r - 1:
            if tuple(zero) in seen:
                continue
            seen.add(tuple(zero))
        yield ray, zero


def _local_signs(functionals: Sequence[tuple[int, ...]], ray: Sequence[int], r: int) -> Iterator[Signs]:
    """The signs of the cells of hyperplanes through a ray: an arrangement of rank r - 1 in the quotient by the ray."""
    if len(functionals) == r - 1:
        yield from product((1, -1), repeat=r - 1)
        return
    j = next(i for i, entry in enumerate(ray) if entry)
    yield from _all_cells([(*f[:j], *f[j + 1 :]) for f in functionals], r - 1)[0]
