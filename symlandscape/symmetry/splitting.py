"""The second road to isotypic blocks at real sizes: split singletons off a block and use the finer fixed space.

The invariants of a representation under S_{n-1} or S_{n-2} lie in the fixed space of the pattern in which one or two
members of the block have become blocks of size 1:

    s:  e_1 - e~,                                  e~ = (1/n) (1, .., 1)                  (one singleton),
    x:  (e_1 - e~) wedge (e_2 - e~)                antisymmetric under swapping 1 and 2   (two singletons),
    y:  E_12 + E_21 + beta (..) + gamma (..)       symmetric, row sums 0                  (two singletons),

and each is the only one up to a factor (branching rule). A block entry is then <X_i, H X_j> / (|X_i| |X_j|) with the
images X_i of that vector, and H enters through the second derivatives of the loss on the finer fixed space alone: no
Hessian entry, no dummy index. `pairing.block` is the other road. This module knows nothing of networks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from symlandscape.arith.field import Field
from symlandscape.errors import InputError
from symlandscape.symmetry.embeddings import Factor, component_of, embeddings, factors
from symlandscape.symmetry.isotypic import Component
from symlandscape.symmetry.pattern import Pattern

__all__ = ["block_by_splitting", "refine"]

SINGLETONS = {"t": 0, "s": 1, "x": 2, "y": 2}
"""How many singletons make the representation have an invariant."""

Orbit = tuple[int, int]  # (row orbit of the coarse pattern, 0 for the rest and 1, 2, .. for its singletons)


def _orbits(pattern: Pattern, marked: Mapping[int, int]) -> list[tuple[Orbit, Any]]:
    """The row orbits of the finer pattern with their sizes, in its order."""
    found: list[tuple[Orbit, Any]] = []
    for space, n in enumerate(pattern.row_sizes):
        count = marked.get(space, 0)
        if n != count:
            found.append(((space, 0), n - count))
        found += [((space, tag), 1) for tag in range(1, count + 1)]
    return found


def refine(pattern: Pattern, marked: Mapping[int, int]) -> tuple[Pattern, tuple[int, ...]]:
    """The pattern with singletons split off, and the map from its coordinates to those of the coarse pattern.

    ``marked`` maps a row orbit (a block, or pattern.blocks + e for orbit e of the extra rows) to its number of
    singletons. They follow the rest of their orbit, which is dropped when nothing remains. Coordinates z of the coarse
    fixed space are [z[j] for j in the map] in the finer one. Raises InputError when a rest would be no admissible size.
    """
    for space, count in marked.items():
        if not (0 <= space < len(pattern.row_sizes)) or count < 0:
            raise InputError(f"the pattern {pattern} has {len(pattern.row_sizes)} row orbits, but {dict(marked)} came")
    orbits = _orbits(pattern, marked)
    finer = Pattern(
        tuple(n for (space, _), n in orbits if space < pattern.blocks),
        tuple(n for (space, _), n in orbits if space >= pattern.blocks),
    )
    number = {(c.row, c.column, c.diagonal): j for j, c in enumerate(pattern.coordinates)}
    origin = [space for (space, _), _ in orbits]
    return finer, tuple(number[origin[c.row], origin[c.column], c.diagonal] for c in finer.coordinates)


def _one_index(field: Field, n: Any) -> Callable[[Orbit], Any]:
    """n (e_1 - e~) up to a factor: 1 on the singleton, -1/(n-1) on the rest."""
    rest = -1 / (field.exact(n) - 1)
    return lambda r: field.exact(1) if r[1] else rest


def _wedge(field: Field, n: Any) -> Callable[[Orbit, Orbit, Any], Any]:
    mean = 1 / field.exact(n)

    def entry(r: Orbit, c: Orbit, same: Any) -> Any:
        return (int(r[1] == 1) - mean) * (int(c[1] == 2) - mean) - (int(r[1] == 2) - mean) * (int(c[1] == 1) - mean)

    return entry


def _pair_function(field: Field, n: Any) -> Callable[[Orbit, Orbit, Any], Any]:
    """1 on the two singletons, beta between them and the rest, gamma in the rest, with row sums 0."""
    size = field.exact(n)
    beta, gamma = -1 / (size - 2), 2 / ((size - 2) * (size - 3))

    def entry(r: Orbit, c: Orbit, same: Any) -> Any:
        if same:
            return field.exact(0)
        singletons = (r[1] > 0) + (c[1] > 0)
        return (gamma, beta, field.exact(1))[singletons]

    return entry


def _invariant(pattern: Pattern, parts: tuple[Factor, ...], field: Field) -> Callable[..., Any]:
    """The vector of the representation that the finer group fixes, as a function of finer orbits."""
    sizes = [pattern.row_sizes[part.space] for part in parts]
    if len(parts) == 2:
        left, right = _one_index(field, sizes[0]), _one_index(field, sizes[1])
        return lambda r, c, same: left(r) * right(c)
    kinds: dict[str, Callable[[Field, Any], Callable[..., Any]]] = {"x": _wedge, "y": _pair_function}
    return kinds.get(parts[0].kind, _one_index)(field, sizes[0])


def block_by_splitting(
    pattern: Pattern,
    values: Sequence[Any],
    component: Component | str,
    hessian_of: Callable[[Pattern, list[Any]], Sequence[Sequence[Any]]],
    field: Field,
) -> list[list[Any]]:
    """The block of an invariant function's Hessian in an isotypic component, by splitting singletons off.

    Parameters
    ----------
    pattern: sizes integers, reals or symbols. values: coordinates of a point of its fixed space, in the field.
    component: a component of the pattern, or its label.
    hessian_of: gives, for a finer pattern and coordinates in it, the matrix of second derivatives with respect to these
        coordinates (not divided by the numbers of entries behind them) of the function restricted to its fixed space.
    field: the arithmetic of values and results.

    Returns the symmetric block in the orthonormal copies of ``component.copies``, with the signs of `pairing.block`.
    Raises InputError where a size is too small to split (a real size below 2, or below 3 for x and y).
    """
    chosen = component_of(pattern, component)
    parts = factors(pattern, chosen.label)
    marked = {part.space: SINGLETONS[part.kind] for part in parts}
    finer, origin = refine(pattern, marked)
    orbits = [orbit for orbit, _ in _orbits(pattern, marked)]
    vector = None if chosen.label == "t" else _invariant(pattern, parts, field)
    tensors: list[dict[int, Any]] = []
    for image in embeddings(pattern, chosen):
        tensor = {}
        for j, c in enumerate(finer.coordinates):
            row, column = orbits[c.row], orbits[c.column]
            if (row[0], column[0]) == (image.rows, image.columns):
                tensor[j] = image.entry(vector or _no_vector, row, column, int(c.diagonal))
        tensors.append(tensor)
    counts = [field.exact(finer.count(c)) for c in finer.coordinates]
    lengths = [field.sqrt(_sum(counts[j] * x * x for j, x in tensor.items())) for tensor in tensors]
    H = hessian_of(finer, [values[j] for j in origin])
    return [
        [
            _sum(x * y * H[a][b] for a, x in left.items() for b, y in right.items()) / (lengths[i] * lengths[j])
            for j, right in enumerate(tensors)
        ]
        for i, left in enumerate(tensors)
    ]


def _no_vector(*orbits: Orbit) -> Any:
    raise AssertionError("the trivial representation's copies do not look at a vector")


def _sum(terms: Any) -> Any:
    first, *rest = terms
    for term in rest:
        first = first + term
    return first
