"""Canonical form of a real matrix up to row and column permutations (S_k x S_d), and equivalence of two matrices.

The tree of individualised and refined colourings is searched for its least leaf. Children are compared by their
refined invariants first, so that only the least survive, and children in one orbit of the node's stabiliser are
searched once; both rules leave the answer unchanged for every permuted copy. Source: McKay (1981), see `refinement`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from symlandscape.symmetry.refinement import (
    Automorphisms,
    Colouring,
    Orbits,
    automorphisms,
    checked_matrix,
    checked_tolerance,
    cluster,
    individualise,
    permuted,
    representatives,
    target_cell,
)

__all__ = ["canonical_form", "canonical_points", "equivalent"]

Permutation = tuple[int, ...]


def _leaf(C: np.ndarray, node: Colouring) -> tuple[bytes, np.ndarray]:
    points = np.argsort(node.colours)
    return permuted(C, points).astype(">u8").tobytes(), points


def _least_leaf(C: np.ndarray, node: Colouring, group: Automorphisms | None = None) -> tuple[bytes, np.ndarray]:
    """The least permuted copy of C among the leaves below ``node``, as bytes, and its order of the points."""
    group = group or automorphisms(C, node)
    for level in range(len(group.base)):
        node = group.path[level]
        cell = target_cell(node).tolist()
        if group.lengths[level] == len(cell):
            continue
        orbits = Orbits(sum(C.shape))
        for generators in group.levels[level:]:
            for generator in generators:
                orbits.join(generator)
        seen = {orbits.find(candidate): candidate for candidate in reversed(cell)}
        children = [individualise(C, node, candidate) for candidate in seen.values()]
        least = min(child.invariant for child in children)
        return min((_least_leaf(C, child) for child in children if child.invariant == least), key=lambda leaf: leaf[0])
    return _leaf(C, group.path[-1])


def canonical_points(C: np.ndarray, group: Automorphisms | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Row and column order of the canonical form of a colour matrix C (integers >= 0); ``group`` is its group."""
    k = C.shape[0]
    group = group or automorphisms(C)
    _, points = _least_leaf(C, group.path[0], group)
    return points[:k], points[k:] - k


def _tuple(permutation: np.ndarray) -> Permutation:
    return tuple(int(index) for index in permutation)


def canonical_form(W: Any, tol: float = 1e-7) -> tuple[np.ndarray, Permutation, Permutation]:
    """The representative of W's class under S_k x S_d, the same array for all permuted copies of W.

    Parameters
    ----------
    W: real array of shape (k, d), finite.
    tol: entries joined by steps <= tol count as equal (see `cluster`).

    Returns (form, rows, columns): ``form`` equals W[rows][:, columns] with each entry replaced by the lower median of
    its colour, hence the same bits for all permuted copies and, where W has distinct colours only, W itself permuted.
    Exact on the colour matrix. Raises InputError for anything but a finite real matrix.
    """
    W = checked_matrix(W)
    C = cluster(W, tol)
    rows, columns = canonical_points(C)
    form: np.ndarray = representatives(W, C)[C[np.ix_(rows, columns)]]
    return form, _tuple(rows), _tuple(columns)


def equivalent(W1: Any, W2: Any, tol: float = 1e-7) -> tuple[Permutation, Permutation] | None:
    """Row and column permutations with W1[rows][:, columns] = W2 up to tol, or None when there are none.

    Entries of both matrices are clustered together (single linkage with steps <= tol), and the answer is exact for
    the colours: None proves that no permutation maps one colour matrix to the other. Matrices of different shapes are
    not equivalent. Raises InputError as `canonical_form` does.
    """
    W1, W2 = checked_matrix(W1, "W1"), checked_matrix(W2, "W2")
    checked_tolerance(tol)
    if W1.shape != W2.shape:
        return None
    C1, C2 = np.split(cluster(np.vstack((W1, W2)), tol), 2)
    if not np.array_equal(np.bincount(C1.ravel()), np.bincount(C2.ravel())):
        return None
    (rows1, columns1), (rows2, columns2) = canonical_points(C1), canonical_points(C2)
    if not np.array_equal(C1[np.ix_(rows1, columns1)], C2[np.ix_(rows2, columns2)]):
        return None
    return _tuple(rows1[np.argsort(rows2)]), _tuple(columns1[np.argsort(columns2)])
