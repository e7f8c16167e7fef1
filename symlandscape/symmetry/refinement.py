"""Integer colour matrices under S_k x S_d: value clusters, colour refinement, and the exact automorphism group.

A k x d matrix of colours is a complete bipartite graph with coloured edges. Its k rows are the *points* 0 .. k-1 and
its d columns the points k .. k+d-1. A colouring gives every point a number, rows always below columns; refinement
(1-WL) splits it until the colours seen from two points of one colour agree. Numbers are ranks of sorted signatures,
so isomorphic colourings get the same numbers. The group is found by individualisation along a base, one search for
each candidate image of a base point; everything is decided on integers.

Source: B. D. McKay, Practical graph isomorphism, Congr. Numer. 30 (1981); A. Seress, Permutation Group Algorithms
(2003), ch. 9.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from symlandscape.errors import InputError

__all__ = [
    "Automorphisms",
    "Colouring",
    "Orbits",
    "automorphisms",
    "checked_matrix",
    "checked_tolerance",
    "cluster",
    "individualise",
    "permuted",
    "refine",
    "representatives",
    "start",
    "target_cell",
]


def checked_matrix(W: Any, name: str = "W") -> np.ndarray:
    """W as a float64 array of shape (k, d), k, d >= 1; InputError for other shapes and types, NaN and infinity."""
    try:
        array = np.asarray(W)
    except ValueError as error:
        raise InputError(f"{name} must be a matrix of real numbers, but its rows have different lengths") from error
    if array.dtype.kind not in "iuf":
        raise InputError(
            f"{name} must be a matrix of real numbers, but its type is {array.dtype}; convert it to float64"
        )
    if array.ndim != 2 or 0 in array.shape:
        raise InputError(f"{name} must be a k x d matrix with k, d >= 1, but an array of shape {array.shape} came")
    with np.errstate(over="ignore"):
        array = array.astype(np.float64)
    if not np.isfinite(array).all():
        raise InputError(f"{name} must have finite entries, but it holds NaN or infinity")
    return array


def checked_tolerance(tol: float) -> float:
    """tol itself when it is a finite number >= 0; InputError otherwise."""
    if not (isinstance(tol, (int, float)) and not isinstance(tol, bool) and 0 <= tol < math.inf):
        raise InputError(
            f"the tolerance tol must be a finite number >= 0, but {tol!r} came; 1e-7 suits polished points"
        )
    return float(tol)


def cluster(W: Any, tol: float = 1e-7) -> np.ndarray:
    """Colour matrix of W: a chain of entries with steps <= tol has one colour (single linkage).

    Parameters
    ----------
    W: real array of shape (k, d), finite.
    tol: longest step inside a colour, an absolute number >= 0; with 0 only equal numbers share a colour.

    Returns an integer array of shape (k, d): ranks 0, 1, .. of the colours by value. Only the set of values matters,
    not their places, so permuting W permutes the colours. Raises InputError as `checked_matrix` does. A chain or a
    near miss is no error here: an accidental coincidence of two values of a generic matrix creates no symmetry.
    `isotropy` reports whether the *group* depends on tol (``stable``).
    """
    values = checked_matrix(W)
    tol = checked_tolerance(tol)
    levels = np.unique(values)
    ranks = np.concatenate(([0], np.cumsum(np.diff(levels) > tol)))
    colours: np.ndarray = ranks[np.searchsorted(levels, values)].astype(np.int64)
    return colours


def representatives(W: np.ndarray, colours: np.ndarray) -> np.ndarray:
    """One value for each colour: the lower median of its entries, an entry of W that does not depend on their order."""
    order = np.lexsort((W.ravel(), colours.ravel()))
    counts = np.bincount(colours.ravel())
    last = np.cumsum(counts)
    median: np.ndarray = W.ravel()[order[last - counts + (counts - 1) // 2]]
    return median


@dataclass(frozen=True, slots=True)
class Colouring:
    """An equitable colouring of the k+d points; ``invariant`` is equal for isomorphic ones and orders the others."""

    colours: np.ndarray
    cells: int
    invariant: bytes

    @property
    def discrete(self) -> bool:
        """Whether all points have different colours."""
        return self.cells == len(self.colours)


def _ranked(signatures: np.ndarray) -> tuple[np.ndarray, list[bytes]]:
    words = [row.tobytes() for row in signatures.astype(">u8")]
    distinct = sorted(set(words))
    rank = {word: number for number, word in enumerate(distinct)}
    return np.array([rank[word] for word in words], dtype=np.int64), distinct


def refine(C: np.ndarray, colours: np.ndarray) -> Colouring:
    """The coarsest equitable colouring of the colour matrix C that is finer than ``colours`` and keeps their order."""
    k = C.shape[0]
    given = colours
    cells = -1
    while True:
        rows, columns = colours[:k], colours[k:]
        base = int(colours.max()) + 1
        seen_by_rows = np.sort(C * base + columns[None, :], axis=1)
        seen_by_columns = np.sort(C.T * base + rows[None, :], axis=1)
        row_rank, row_words = _ranked(np.column_stack((rows, seen_by_rows)))
        column_rank, column_words = _ranked(np.column_stack((columns, seen_by_columns)))
        colours = np.concatenate((row_rank, column_rank + len(row_words)))
        found = len(row_words) + len(column_words)
        if found == cells:
            _, first, sizes = np.unique(colours, return_index=True, return_counts=True)
            # The given colours belong to the invariant: a map between equal invariants then respects them too.
            head = np.concatenate((sizes, given[first])).astype(">u8").tobytes()
            return Colouring(colours, found, head + b"".join(row_words) + b"".join(column_words))
        cells = found


def start(C: np.ndarray) -> Colouring:
    """The equitable colouring of C itself: points ordered by their sorted entries, then by the points they see."""
    k, d = C.shape
    return refine(C, np.concatenate((np.zeros(k, dtype=np.int64), np.ones(d, dtype=np.int64))))


def target_cell(colouring: Colouring) -> np.ndarray:
    """The points of the first colour among those of least size above one: a choice that depends on numbers alone."""
    sizes = np.bincount(colouring.colours)
    colour = int(np.argmin(np.where(sizes > 1, sizes, len(colouring.colours) + 1)))
    return np.flatnonzero(colouring.colours == colour)


def individualise(C: np.ndarray, colouring: Colouring, point: int) -> Colouring:
    """The refinement of the colouring in which ``point`` comes first in its cell."""
    colours = 2 * colouring.colours + 1
    colours[point] -= 1
    return refine(C, colours)


def permuted(C: np.ndarray, points: np.ndarray) -> np.ndarray:
    """C[rows][:, columns] for a permutation of the k+d points that keeps rows and columns apart."""
    k = C.shape[0]
    result: np.ndarray = C[np.ix_(points[:k], points[k:] - k)]
    return result


class Orbits:
    """Union-find over the points: the orbits of the permutations joined so far."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def find(self, point: int) -> int:
        """The least point of the orbit."""
        while self._parent[point] != point:
            self._parent[point] = self._parent[self._parent[point]]
            point = self._parent[point]
        return point

    def join(self, permutation: np.ndarray) -> None:
        """Merge every point's orbit with that of its image."""
        for point, image in enumerate(permutation.tolist()):
            a, b = self.find(point), self.find(image)
            self._parent[max(a, b)] = min(a, b)


@dataclass(frozen=True, slots=True)
class Automorphisms:
    """The group of a colouring, with its stabiliser chain.

    ``path[l]`` is the colouring with base[0..l-1] individualised (the last one is discrete); ``levels[l]`` holds
    permutations that fix base[0..l-1] and move base[l]: those of levels l, l+1, .. generate the stabiliser of
    base[0..l-1], whose orbit of base[l] has ``lengths[l]`` points. The order is the product of the lengths
    (orbit-stabiliser theorem). A permutation p has C[p(i), p(j)] = C[i, j].
    """

    base: tuple[int, ...]
    path: tuple[Colouring, ...]
    levels: tuple[tuple[np.ndarray, ...], ...]
    lengths: tuple[int, ...]

    @property
    def order(self) -> int:
        """Number of elements."""
        return math.prod(self.lengths)

    @property
    def generators(self) -> tuple[np.ndarray, ...]:
        """All permutations of the chain."""
        return tuple(permutation for level in self.levels for permutation in level)


def _guess(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """A bijection that respects colours and fixes what it can, which is enough for very symmetric matrices."""
    image = np.arange(len(left))
    moved = np.flatnonzero(left != right)
    image[moved[np.argsort(left[moved], kind="stable")]] = moved[np.argsort(right[moved], kind="stable")]
    return image


def _search(C: np.ndarray, path: list[Colouring], base: list[int], level: int, right: Colouring) -> np.ndarray | None:
    """A permutation that takes the colouring path[level] to ``right``, or None when there is none (exhaustive)."""
    left = path[level]
    if left.invariant != right.invariant:
        return None
    image = _guess(left.colours, right.colours)
    if np.array_equal(permuted(C, image), C):
        return image
    if left.discrete:
        return None
    point = base[level]
    cell = np.flatnonzero(right.colours == left.colours[point])
    for candidate in sorted(cell.tolist(), key=lambda other: (other != point, other)):
        found = _search(C, path, base, level + 1, individualise(C, right, candidate))
        if found is not None:
            return found
    return None


def automorphisms(C: np.ndarray, root: Colouring | None = None) -> Automorphisms:
    """The group of all (row permutation, column permutation) that fix the colour matrix C and the colouring ``root``.

    C is an integer array of shape (k, d) with entries >= 0. Exact: every generator is verified on C, and every
    candidate image of a base point is either in the orbit or excluded by an exhaustive search. Points that are
    equivalent under generators already found are tried once.
    """
    path = [start(C) if root is None else root]
    base: list[int] = []
    while not path[-1].discrete:
        base.append(int(target_cell(path[-1])[0]))
        path.append(individualise(C, path[-1], base[-1]))
    orbits = Orbits(sum(C.shape))
    levels: list[tuple[np.ndarray, ...]] = []
    lengths: list[int] = []
    for level in reversed(range(len(base))):
        point = base[level]
        cell = target_cell(path[level]).tolist()
        found: list[np.ndarray] = []
        excluded: list[int] = []
        for candidate in cell:
            if orbits.find(candidate) in {orbits.find(other) for other in [point, *excluded]}:
                continue
            image = _search(C, path, base, level + 1, individualise(C, path[level], candidate))
            if image is None:
                excluded.append(candidate)
            else:
                found.append(image)
                orbits.join(image)
        levels.append(tuple(found))
        lengths.append(sum(orbits.find(candidate) == orbits.find(point) for candidate in cell))
    return Automorphisms(tuple(base), tuple(path), tuple(reversed(levels)), tuple(reversed(lengths)))
