"""Orthonormal isotypic bases of R^{k x d} for integer patterns, and equivariant matrices <-> their blocks.

By Schur's lemma a kd x kd matrix that commutes with the pattern's group is, in these bases, one multiplicity x
multiplicity block per component, repeated ``dimension`` times. All bases are written down (Helmert vectors, their
exterior square, standard polytabloids); no numerical rank decides a dimension. Source: Sagan, The Symmetric Group
(2001), ch. 2; Fulton & Harris, Representation Theory (1991), lecture 4.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations, pairwise
from typing import Any

import numpy as np

from symlandscape.errors import InputError
from symlandscape.symmetry.embeddings import Embedding, Factor, component_of, embeddings, factors
from symlandscape.symmetry.isotypic import Component, components
from symlandscape.symmetry.pattern import Pattern

__all__ = ["basis", "exterior_square", "from_blocks", "helmert", "partition_n2_2", "standard_polytabloids", "to_blocks"]


def helmert(n: int) -> np.ndarray:
    """Orthonormal basis of s, the vectors with sum 0, as rows (1, .., 1, -m, 0, ..) / sqrt(m (m+1)); shape (n-1, n)."""
    rows = np.tril(np.ones((n, n)), -1)[1:]
    m = np.arange(1, n)
    rows[m - 1, m] = -m
    result: np.ndarray = rows / np.sqrt(m * (m + 1.0))[:, None]
    return result


def exterior_square(n: int) -> np.ndarray:
    """Orthonormal basis of x = Lambda^2 s, partition (n-2,1,1): (h h'^T - h' h^T)/sqrt 2; ((n-1)(n-2)/2, n, n)."""
    h = helmert(n)
    first, second = np.triu_indices(n - 1, 1)
    products = h[first][:, :, None] * h[second][:, None, :]
    result: np.ndarray = (products - products.transpose(0, 2, 1)) / np.sqrt(2.0)
    return result


def standard_polytabloids(n: int) -> np.ndarray:
    """The basis of y, partition (n-2,2), by the standard tableaux: integer array (n(n-3)/2, n, n), not orthogonal.

    A tabloid of shape (n-2,2) is its second row, a pair {b, d}, here the symmetric matrix E_bd + E_db. The tableau with
    first row a, c, .. and second row b < d is standard when a < b and c < d, and its polytabloid is the tabloid
    combination {b,d} - {a,d} - {b,c} + {a,c}.
    """
    found = []
    for b, d in combinations(range(n), 2):
        a, c = [x for x in range(4) if x not in (b, d)][:2]
        if a < b and c < d:
            T = np.zeros((n, n))
            for p, q, weight in ((b, d, 1), (a, d, -1), (b, c, -1), (a, c, 1)):
                T[p, q] += weight
                T[q, p] += weight
            found.append(T)
    return np.array(found).reshape(-1, n, n)


def partition_n2_2(n: int) -> np.ndarray:
    """Orthonormal basis of y: symmetric matrices with zero diagonal and row sums; shape (n(n-3)/2, n, n), n >= 4."""
    T = standard_polytabloids(n)
    Q, R = np.linalg.qr(T.reshape(len(T), n * n).T)
    result: np.ndarray = (Q * np.sign(np.diag(R))).T.reshape(-1, n, n)
    return result


def _checked(pattern: Pattern) -> None:
    if not pattern.is_integer:
        raise InputError(f"dense bases need integer sizes, and the pattern is {pattern}; use `pairing` there")


def _vectors(pattern: Pattern, parts: tuple[Factor, ...]) -> np.ndarray:
    """Orthonormal vectors of the irreducible representation, as functions on one or two orbits."""
    one_factor = {"t": lambda n: np.ones((1, 1)), "s": helmert, "x": exterior_square, "y": partition_n2_2}
    first, *second = (one_factor[part.kind](pattern.row_sizes[part.space]) for part in parts)
    if not second:
        return first
    return np.einsum("ar,bc->abrc", first, second[0]).reshape(-1, first.shape[1], second[0].shape[1])


def _image(pattern: Pattern, embedding: Embedding, vectors: np.ndarray) -> np.ndarray:
    """The images of the vectors under one embedding, normalised: shape (dimension, k, d)."""
    starts = np.concatenate(([0], np.cumsum(pattern.row_sizes)))
    m, n = pattern.row_sizes[embedding.rows], pattern.sizes[embedding.columns]
    r, c = np.arange(m)[:, None], np.arange(n)[None, :]
    same = ((r == c) & (embedding.rows == embedding.columns)).astype(float)

    def vector(*indices: Any) -> Any:
        return vectors[:, indices[0]] if vectors.ndim == 2 else vectors[:, indices[0], indices[1]]

    local = np.broadcast_to(embedding.entry(vector, r, c, same), (len(vectors), m, n))
    result = np.zeros((len(vectors), pattern.k, pattern.d))
    top, left = starts[embedding.rows], starts[embedding.columns]
    result[:, top : top + m, left : left + n] = local / np.sqrt(np.sum(local[0] ** 2))
    return result


def basis(pattern: Pattern, component: Component | str) -> np.ndarray:
    """Orthonormal basis of an isotypic component, copies matched: shape (copies, dimension, k d), row-major flattening.

    Slice [i] is the image of one and the same orthonormal basis of the irreducible representation under the isometry of
    copy i, so a group element acts in every copy by the same matrix, and H equivariant has <basis[i,m], H basis[j,m]>
    equal to `pairing.block`'s entry (i, j) for every m. Floats, accurate to rounding. Raises InputError for real or
    symbolic sizes and for a label that the pattern has not.
    """
    _checked(pattern)
    chosen = component_of(pattern, component)
    vectors = _vectors(pattern, factors(pattern, chosen.label))
    images = [_image(pattern, embedding, vectors) for embedding in embeddings(pattern, chosen)]
    return np.array(images).reshape(len(images), len(vectors), pattern.k * pattern.d)


def generators(pattern: Pattern) -> Iterator[np.ndarray]:
    """Generators of the pattern's group (neighbour transpositions), as permutations of the k d flattened entries."""
    _checked(pattern)
    starts = np.concatenate(([0], np.cumsum(pattern.row_sizes)))
    index = np.arange(pattern.k * pattern.d).reshape(pattern.k, pattern.d)
    for space, (start, end) in enumerate(pairwise(starts)):
        for i in range(start, end - 1):
            swapped = index.copy()
            swapped[[i, i + 1]] = swapped[[i + 1, i]]
            if space < pattern.blocks:
                swapped[:, [i, i + 1]] = swapped[:, [i + 1, i]]
            yield swapped.ravel()


def to_blocks(pattern: Pattern, H: np.ndarray, tol: float = 1e-9) -> dict[str, np.ndarray]:
    """The blocks of an equivariant matrix: label -> (copies, copies) array, its eigenvalues ``dimension`` times.

    ``H`` is a real kd x kd matrix, symmetric or not. A block of a product of equivariant matrices is the product of
    their blocks. Raises InputError for another shape and, with the deviation, where a generator of the group changes
    an entry of H by more than ``tol`` times the largest one.
    """
    _checked(pattern)
    size = pattern.k * pattern.d
    H = np.asarray(H, dtype=float)
    if H.shape != (size, size):
        raise InputError(f"the pattern {pattern} acts on matrices of shape {(size, size)}, but one of {H.shape} came")
    if not np.isfinite(H).all():
        raise InputError("expected a matrix of finite numbers, but it holds NaN or infinity")
    deviation = max((float(np.max(np.abs(H[np.ix_(g, g)] - H))) for g in generators(pattern)), default=0.0)
    if deviation > tol * float(np.max(np.abs(H))):
        raise InputError(
            f"expected a matrix that commutes with the group of {pattern}, but it deviates by {deviation:.2g}"
        )
    result = {}
    for component in components(pattern):
        B = basis(pattern, component)
        result[component.label] = np.einsum("imr,jmr->ij", B, B @ H.T) / B.shape[1]
    return result


def from_blocks(pattern: Pattern, blocks: Mapping[str, np.ndarray]) -> np.ndarray:
    """The equivariant kd x kd matrix with these blocks: the inverse of `to_blocks`.

    Raises InputError for real or symbolic sizes, and unless each component has one block of the right shape.
    """
    _checked(pattern)
    known = components(pattern)
    if set(blocks) != {c.label for c in known}:
        expected = ", ".join(c.label for c in known)
        raise InputError(f"expected the blocks {expected} of {pattern}, but {', '.join(blocks) or 'none'} came")
    result = np.zeros((pattern.k * pattern.d,) * 2)
    for component in known:
        block = np.asarray(blocks[component.label], dtype=float)
        if block.shape != (component.multiplicity,) * 2:
            shape = (component.multiplicity,) * 2
            raise InputError(f"block {component.label} of {pattern} has shape {shape}, but one of {block.shape} came")
        B = basis(pattern, component)
        flat = B.reshape(-1, B.shape[2])
        result += flat.T @ np.einsum("ij,jmr->imr", block, B).reshape(flat.shape)
    return result
