"""Angular volumes of cells: enclosures up to rank 3 (angles; Gauss-Bonnet), sampled beyond.

The volume of a cone is P(w in it) for a standard normal w. With inward normals n_i, n_j of two walls that meet in an
edge the dihedral angle is theta = atan2(|n_i ^ n_j|, -n_i . n_j), |n_i ^ n_j|^2 = |n_i|^2 |n_j|^2 - (n_i . n_j)^2, from
exact inner products. Rank 1: 1/2. Rank 2: theta/(2 pi). Rank 3 with k walls: (sum theta - (k - 2) pi)/(4 pi).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symlandscape.arith.balls import arb, atan2, workprec
from symlandscape.arith.conversions import to_arb
from symlandscape.errors import InputError
from symlandscape.regions.arrangement import Cell, Cells

__all__ = ["EXACT_RANK", "CellCounts", "cell_volumes", "orthant_volume", "sample_cells"]

EXACT_RANK = 3
"""Rank up to which the volumes are elementary."""
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class CellCounts:
    """How many of `draws` standard normal vectors fell into each cell (cells); level ESTIMATED."""

    counts: npt.NDArray[np.int64]
    draws: int


def cell_volumes(cells: Cells, bits: int) -> tuple[arb, ...]:
    """Enclosures of the volumes of all cells, at working precision `bits`. Raises: `InputError` for rank > 3."""
    if cells.rank > EXACT_RANK:
        raise InputError(
            f"points of rank at most {EXACT_RANK} were expected and rank {cells.rank} came; sample instead"
        )
    lines = cells.points.lines
    gram = [[sum(p * q for p, q in zip(a, b, strict=True)) for b in lines] for a in lines]
    known: dict[tuple[int, ...], arb] = {}
    with workprec(bits):
        for cell in cells.cells:
            signs = _line_signs(cells, cell)
            opposite = tuple(-s for s in signs)
            known[signs] = known[opposite] if opposite in known else _volume(cell, signs, gram, cells.rank)
        return tuple(known[_line_signs(cells, cell)] for cell in cells.cells)


def orthant_volume(gram: Sequence[Sequence[int]]) -> arb:
    """P(all three x_i . w > 0) from the integer Gram matrix (3, 3) of independent x_i, at the current precision."""
    sides = ((0, 1), (0, 2), (1, 2))
    total = sum((_angle(gram[i][i], gram[j][j], gram[i][j]) for i, j in sides), arb(0))
    return (total - arb.pi()) / (4 * arb.pi())


def sample_cells(cells: Cells, draws: int, seed: int) -> CellCounts:
    """Standard normal weights sorted into cells, in chunks of a fixed size: the counts depend on draws and seed only.

    A draw whose signs in doubles belong to no cell (too near a wall) raises AssertionError; it has not happened.
    """
    if draws < 2:
        raise InputError(f"at least 2 draws were expected and {draws} came; take some thousands")
    points = cells.points
    X = np.array([[float(entry) for entry in row] for row in points.rows])
    X /= np.abs(X).max(axis=1, keepdims=True)
    lines = np.array([next(n for n, (k, _) in enumerate(points.line_of) if k == q) for q in range(len(points.lines))])
    X = X[lines]
    index = {np.packbits(np.array(cell.signs)[lines] > 0).tobytes(): k for k, cell in enumerate(cells.cells)}
    counts = np.zeros(len(cells.cells), dtype=np.int64)
    for number, begin in enumerate(range(0, draws, _CHUNK)):
        generator = np.random.default_rng([seed, number])
        W = generator.standard_normal((min(_CHUNK, draws - begin), points.inputs))
        codes, found = np.unique(np.packbits(W @ X.T > 0, axis=1), axis=0, return_counts=True)
        for code, many in zip(codes, found, strict=True):
            key = code.tobytes()
            if key not in index:
                raise AssertionError("a sampled weight lies in no enumerated cell; the enumeration is broken")
            counts[index[key]] += many
    return CellCounts(counts, draws)


def _line_signs(cells: Cells, cell: Cell) -> tuple[int, ...]:
    signs = [0] * len(cells.points.lines)
    for own, (line, direction) in zip(cell.signs, cells.points.line_of, strict=True):
        signs[line] = own * direction
    return tuple(signs)


def _volume(cell: Cell, signs: tuple[int, ...], gram: list[list[int]], rank: int) -> arb:
    if rank == 1:
        return arb(1) / 2
    if rank == 2:
        pairs: Sequence[tuple[int, ...]] = (cell.walls,)
    else:
        pairs = cell.edges
    total = arb(0)
    for i, j in pairs:
        total += _angle(gram[i][i], gram[j][j], signs[i] * signs[j] * gram[i][j])
    if rank == 2:
        return total / (2 * arb.pi())
    return (total - (len(cell.walls) - 2) * arb.pi()) / (4 * arb.pi())


def _angle(first: int, second: int, inner: int) -> arb:
    """The angle between two walls with inward normals of these squared lengths and inner product."""
    return atan2(to_arb(first * second - inner * inner).sqrt(), to_arb(-inner))
