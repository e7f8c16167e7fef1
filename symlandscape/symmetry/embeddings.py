"""Equivariant embeddings of the irreducible representations into R^{k x d}, one for each copy of `isotypic.components`.

A vector of s_i (or e_e) is a function v on the members of an orbit with sum 0; of x_i or y_i a function T on pairs of
members; of s_i*s_j a function T on pairs of members of two orbits. Its copies are the matrices

    diag(v), (v_r + v_c)[r != c], v_r - v_c     between a block and itself,
    v_r                                         of its rows on the columns of another block,
    v_c                                         of other rows on its columns,
    T(r, c) and its transpose.

They are the maps behind the test tensors of `isotypic`, with the same signs, and serve the dense bases (`bases`) and
the splitting of singletons (`splitting`). Derived from (1+s)(1+s) = 2t + 3s + x + y, see `isotypic`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from symlandscape.errors import InputError
from symlandscape.symmetry.isotypic import Component, components
from symlandscape.symmetry.pattern import Pattern

__all__ = ["Embedding", "Factor", "component_of", "embeddings", "factors"]

Entry = Callable[[Callable[..., Any], Any, Any, Any], Any]


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of an irreducible representation: ``kind`` t, s, x or y of a row orbit (e is the s of extra rows)."""

    kind: str
    space: int


@dataclass(frozen=True, slots=True)
class Embedding:
    """One copy: the row orbit and the column block it lives in, and the entries of the image of a vector.

    ``entry(vector, r, c, same)`` is the entry at row member r and column member c; ``same`` is 1 where r and c are the
    same member of one block, else 0. ``vector`` takes (r) for one index, (r, c, same) for two, and is not called for t.
    Works on numbers and, by broadcasting, on arrays.
    """

    name: str
    rows: int
    columns: int
    entry: Entry


def _diagonal(vector: Callable[..., Any], r: Any, c: Any, same: Any) -> Any:
    return vector(r) * same


def _symmetric(vector: Callable[..., Any], r: Any, c: Any, same: Any) -> Any:
    return (vector(r) + vector(c)) * (1 - same)


def _antisymmetric(vector: Callable[..., Any], r: Any, c: Any, same: Any) -> Any:
    return vector(r) - vector(c)


def _of_row(vector: Callable[..., Any], r: Any, c: Any, same: Any) -> Any:
    return vector(r)


def _of_column(vector: Callable[..., Any], r: Any, c: Any, same: Any) -> Any:
    return vector(c)


def _table(vector: Callable[..., Any], r: Any, c: Any, same: Any) -> Any:
    return vector(r, c, same)


def _transposed(vector: Callable[..., Any], r: Any, c: Any, same: Any) -> Any:
    return vector(c, r, same)


def _constant(diagonal: bool) -> Entry:
    return lambda vector, r, c, same: same if diagonal else 1 - same


def component_of(pattern: Pattern, component: Component | str) -> Component:
    """The pattern's isotypic component with this label. Raises InputError for a label that the pattern has not."""
    label = component if isinstance(component, str) else component.label
    found = {c.label: c for c in components(pattern)}
    if label not in found:
        raise InputError(f"the components of {pattern} are {', '.join(found)}, but {label!r} was asked for")
    return found[label]


def factors(pattern: Pattern, label: str) -> tuple[Factor, ...]:
    """The factors of a representation: ``s0*s1`` has two, of row orbits 0 and 1; extra rows count after blocks."""
    if label == "t":
        return (Factor("t", 0),)
    found = []
    for part in label.split("*"):
        number = int(part[1:])
        found.append(Factor("s", pattern.blocks + number) if part[0] == "e" else Factor(part[0], number))
    return tuple(found)


def embeddings(pattern: Pattern, component: Component | str) -> tuple[Embedding, ...]:
    """The embeddings of the component's copies, in the order of ``component.copies`` and of `pairing.block`.

    Sizes may be integers, reals or symbols. Raises InputError for a label that the pattern has not.
    """
    chosen = component_of(pattern, component)
    first, *rest = factors(pattern, chosen.label)
    if first.kind == "t":
        maps = [(c.row, c.column, _constant(c.diagonal)) for c in pattern.coordinates]
    elif rest:
        i, j = first.space, rest[0].space
        maps = [(i, j, _table)] + ([(j, i, _transposed)] if i < pattern.blocks else [])
    elif first.kind in ("x", "y"):
        maps = [(first.space, first.space, _table)]
    else:
        maps = _standard(pattern, first.space)
    return tuple(Embedding(name, *three) for (name, _), three in zip(chosen.copies, maps, strict=True))


def _standard(pattern: Pattern, i: int) -> list[tuple[int, int, Entry]]:
    if i >= pattern.blocks:
        return [(i, j, _of_row) for j in range(pattern.blocks)]
    maps: list[tuple[int, int, Entry]] = [(i, i, _diagonal)]
    if pattern.sizes[i] != 2:
        maps.append((i, i, _symmetric))
    maps.append((i, i, _antisymmetric))
    for other in range(len(pattern.row_sizes)):
        if other != i:
            maps += [(i, other, _of_row)] if other < pattern.blocks else []
            maps.append((other, i, _of_column))
    return maps
