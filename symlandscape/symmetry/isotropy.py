"""Isotropy of a weight matrix: the exact group of row and column permutations that fix it, and its block pattern."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symlandscape.errors import InputError
from symlandscape.symmetry.canonical import canonical_points
from symlandscape.symmetry.lattice import group_order, young_label
from symlandscape.symmetry.pattern import Pattern
from symlandscape.symmetry.refinement import (
    Orbits,
    automorphisms,
    checked_matrix,
    checked_tolerance,
    cluster,
    representatives,
)

__all__ = ["Isotropy", "cluster", "isotropy"]

Permutation = tuple[int, ...]
Block = tuple[list[int], list[int]]
NEIGHBOURHOOD = 10.0  # factor on tol, both ways, within which a stable group must not change


@dataclass(frozen=True, slots=True)
class Isotropy:
    """The subgroup of S_k x S_d that fixes a k x d matrix, decided exactly on its value clusters.

    Attributes
    ----------
    shape: (k, d).
    order: number of elements of the group.
    generators: pairs (row permutation r, column permutation c) with W[r[i], c[j]] = W[i, j] up to the clusters.
    row_orbits, column_orbits: orbits of the group, each ascending, sorted by their least member.
    pattern: the largest Delta(S_n0 x S_n1 x ..) x (extra rows) in the group; None for k < d (a column without row).
    row_permutation, column_permutation: W[row_permutation][:, column_permutation] is in the pattern's standard form.
    exact: whether the pattern's group is the whole group (order = product of factorials). It is not where columns are
        equal, where blocks can be exchanged, or for any other symmetry that a pattern cannot express.
    stable: whether tolerances from tol/10 to 10 tol give the same group, and no colour of a nontrivial one is wider
        than 10 tol. A group that is not stable hangs on the tolerance: polish the point first.
    spread: width of the widest colour; gap: least distance of two colours (inf where there is one).
    name: for people, such as ``Delta(S_9 x S_1)`` or ``Delta(S_2 x S_1^2) in a group of order 8``.
    """

    shape: tuple[int, int]
    order: int
    generators: tuple[tuple[Permutation, Permutation], ...]
    row_orbits: tuple[Permutation, ...]
    column_orbits: tuple[Permutation, ...]
    pattern: Pattern | None
    row_permutation: Permutation
    column_permutation: Permutation
    exact: bool
    stable: bool
    spread: float
    gap: float
    name: str


def _transpositions(C: np.ndarray, first: int) -> dict[int, tuple[int, int]]:
    """The columns c, not equal to ``first``, with (i j)(first c) in the group of C for rows i, j; each with (i, j).

    Different columns of such a pair differ in the rows i and j exactly, so (i, j) is unique; it follows that being a
    pair is an equivalence relation, and that rows matched with different classes are different.
    """
    found = {}
    different = C[:, [first]] != C
    for other in np.flatnonzero(different.sum(axis=0) == 2).tolist():
        i, j = np.flatnonzero(different[:, other]).tolist()
        rest = np.ones(C.shape[1], dtype=bool)
        rest[[first, other]] = False
        if C[j, other] == C[i, first] and C[i, other] == C[j, first] and np.array_equal(C[i, rest], C[j, rest]):
            found[other] = (i, j)
    return found


def _matched_blocks(C: np.ndarray, values: np.ndarray) -> list[Block]:
    """The classes of two or more different columns with their rows; of two, the diagonal has the larger modulus."""
    blocks: list[Block] = []
    taken: set[int] = set()
    for first in range(C.shape[1]):
        pairs = {} if first in taken else _transpositions(C, first)
        if not pairs:
            continue
        if len(pairs) == 1:
            ((i, j),) = pairs.values()
            a, b = values[C[i, first]], values[C[j, first]]
            row = i if (abs(a), a) >= (abs(b), b) else j
        else:
            one, two, *_ = pairs.values()
            (row,) = set(one) & set(two)
        columns = [first, *sorted(pairs)]
        blocks.append((columns, [row] + [sum(pairs[c]) - row for c in columns[1:]]))
        taken.update(columns)
    return blocks


def _groups_of_equals(M: np.ndarray, free: list[int]) -> list[list[int]]:
    """The members of ``free`` grouped by equal rows of M, in order of appearance."""
    groups: dict[bytes, list[int]] = {}
    for member in free:
        groups.setdefault(M[member].tobytes(), []).append(member)
    return list(groups.values())


def _constant_blocks(C: np.ndarray, rows: list[int], columns: list[int]) -> list[Block]:
    """Blocks of equal columns on equal rows, largest first: such columns have no rows of their own, any rows serve."""
    row_groups, column_groups = _groups_of_equals(C, rows), _groups_of_equals(np.ascontiguousarray(C.T), columns)
    blocks: list[Block] = []
    while True:
        sizes = [(min(len(r), len(c)), -p, -q) for p, r in enumerate(row_groups) for q, c in enumerate(column_groups)]
        size, p, q = max(sizes, default=(0, 0, 0))
        if size < 2:
            return blocks
        r, c = row_groups[-p], column_groups[-q]
        blocks.append((c[:size], r[:size]))
        del r[:size], c[:size]


def _standard_form(
    C: np.ndarray, values: np.ndarray, equal_extra: bool
) -> tuple[list[int], list[int], tuple[int, ...], tuple[int, ...]]:
    """Row order, column order, block sizes and orbit sizes of the extra rows for a canonical colour matrix."""
    from scipy.optimize import linear_sum_assignment

    def free(blocks: list[Block], side: int, size: int) -> list[int]:
        return sorted(set(range(size)).difference(*(block[side] for block in blocks)))

    k, d = C.shape
    blocks = _matched_blocks(C, values)
    blocks += _constant_blocks(C, free(blocks, 1, k), free(blocks, 0, d))
    rows, columns = free(blocks, 1, k), free(blocks, 0, d)
    weights = np.abs(values[C[np.ix_(rows, columns)]])
    chosen = zip(*(side.tolist() for side in linear_sum_assignment(weights, maximize=True)), strict=True)
    blocks += [([columns[j]], [rows[i]]) for i, j in chosen]
    blocks.sort(key=lambda block: (-len(block[0]), block[0][0]))
    left = free(blocks, 1, k)
    groups = _groups_of_equals(C, left) if equal_extra else [[row] for row in left]
    groups.sort(key=lambda group: (-len(group), group[0]))
    row_order = [row for block in blocks for row in block[1]] + [row for group in groups for row in group]
    column_order = [column for block in blocks for column in block[0]] + free(blocks, 0, d)
    return row_order, column_order, tuple(len(block[0]) for block in blocks), tuple(len(group) for group in groups)


def _spread_and_gap(W: np.ndarray, C: np.ndarray) -> tuple[float, float]:
    values, colours = np.sort(W.ravel()), np.sort(C.ravel())
    first = np.flatnonzero(np.diff(colours, prepend=-1))
    last = np.append(first[1:], len(values)) - 1
    gap = float(np.min(values[first[1:]] - values[last[:-1]], initial=math.inf))
    return float(np.max(values[last] - values[first])), gap


def _coloured(W: np.ndarray, tol: float, classes: np.ndarray | None) -> np.ndarray:
    """The colours of the entries of W; with classes of columns, a colour for each pair (entry's, its column's)."""
    C = cluster(W, tol)
    return C if classes is None else C + (int(C.max()) + 1) * classes[None, :]


def _is_stable(W: np.ndarray, C: np.ndarray, order: int, tol: float, spread: float, classes: np.ndarray | None) -> bool:
    """Whether tol/10 and 10 tol give the same order, hence the same group, because coarser colours only add to it."""
    if order > 1 and spread > NEIGHBOURHOOD * tol:
        return False
    near = (_coloured(W, tol / NEIGHBOURHOOD, classes), _coloured(W, tol * NEIGHBOURHOOD, classes))
    return all(np.array_equal(other, C) or automorphisms(other).order == order for other in near)


def _orbits(permutations: list[Permutation], size: int) -> tuple[Permutation, ...]:
    orbits = Orbits(size)
    for permutation in permutations:
        orbits.join(np.array(permutation))
    members: dict[int, list[int]] = {}
    for point in range(size):
        members.setdefault(orbits.find(point), []).append(point)
    return tuple(tuple(orbit) for orbit in members.values())


def isotropy(
    W: Any, tol: float = 1e-7, *, equal_extra: bool = False, column_classes: Sequence[int] | None = None
) -> Isotropy:
    """The isotropy group of W in S_k x S_d (row and column permutations) and the block pattern that fits it best.

    Parameters
    ----------
    W: real array of shape (k, d), finite.
    tol: entries joined by steps <= tol count as equal (see `cluster`); everything after that is exact.
    equal_extra: whether equal extra rows form one orbit of the pattern instead of free rows.
    column_classes: a number >= 0 for each column; only permutations that keep the columns' numbers count (None: all).

    Two different columns c, c' share a block when (c c') together with one row transposition fixes W; the rows so
    moved are matched with the columns, which decides every block of three or more. In a block of two the diagonal has
    the larger modulus (then the larger value). Equal columns share a block only on equal rows. Columns left over are
    matched with rows left over so that the sum of |W| over the pairs is largest; then rows left over are extra.
    Blocks come by decreasing size, ties by the canonical form of W: permuted copies of W get the same pattern and, up
    to the width of the clusters, the same standard form. For k < d there is no pattern, and columns without row come
    last.

    Raises InputError for anything but a finite real matrix and a finite tol >= 0.
    """
    W = checked_matrix(W)
    tol = checked_tolerance(tol)
    k, d = W.shape
    classes = None if column_classes is None else np.asarray(column_classes, dtype=np.int64)
    if classes is not None and (classes.shape != (d,) or classes.min() < 0):
        raise InputError(f"a class >= 0 was expected for each of {d} columns, but {column_classes} came; give one each")
    C = _coloured(W, tol, classes)
    group = automorphisms(C)
    rows, columns = canonical_points(C, group)
    row_order, column_order, sizes, extra = _standard_form(C[np.ix_(rows, columns)], representatives(W, C), equal_extra)
    generators = tuple((tuple(g[:k].tolist()), tuple((g[k:] - k).tolist())) for g in group.generators)
    spread, gap = _spread_and_gap(W, C if classes is None else cluster(W, tol))
    name = young_label(sizes, extra) + (f" and {d - k} columns without row" if k < d else "")
    exact = k >= d and group_order(sizes, extra) == group.order
    if group_order(sizes, extra) != group.order:
        name += f" in a group of order {group.order}"
    return Isotropy(
        shape=(k, d),
        order=group.order,
        generators=generators,
        row_orbits=_orbits([r for r, _ in generators], k),
        column_orbits=_orbits([c for _, c in generators], d),
        pattern=Pattern(sizes=sizes, extra=extra) if k >= d else None,
        row_permutation=tuple(rows[row_order].tolist()),
        column_permutation=tuple(columns[column_order].tolist()),
        exact=exact,
        stable=_is_stable(W, C, group.order, tol, spread, classes),
        spread=spread,
        gap=gap,
        name=name,
    )
