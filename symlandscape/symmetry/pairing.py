"""From an equivariant bilinear form to its isotypic blocks: orbit sums whose weights are polynomial in the sizes.

A form is given by its entries ``entry(r, c, r', c')``, which for an equivariant form depend on the coincidences among
the four indices alone. The Gram matrix of test tensors is a finite sum over those coincidences: when m dummies of a
space with s marked members run over distinct values, there are (n-s)(n-s-1)..(n-s-m+1) choices. Nothing here requires n
to be an integer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from symlandscape.symmetry.isotypic import Component, Index, Tensor

__all__ = ["Entry", "block", "memoised", "norms", "pair"]

Entry = Callable[[Index, Index, Index, Index], Any]


def memoised(entry: Entry) -> Entry:
    """The same form, evaluated once per orbit of index quadruples: indices are renamed in order of appearance before
    the call.
    """
    known: dict[tuple[Index, ...], Any] = {}

    def canonical(*indices: Index) -> Any:
        if indices in known:
            return known[indices]
        seen: dict[Index, Index] = {}
        used: dict[int, int] = {}
        renamed = []
        for index in indices:
            if index not in seen:
                used[index.space] = used.get(index.space, 0) + 1
                seen[index] = Index(index.space, used[index.space])
            renamed.append(seen[index])
        key = tuple(renamed)
        if key not in known:
            known[key] = entry(*key)
        known[indices] = known[key]
        return known[key]

    return canonical


def _matchings(left: Sequence[Index], right: Sequence[Index]) -> list[dict[Index, Index]]:
    """All ways in which dummies of the right tensor coincide with dummies of the left one in the same space."""
    if not right:
        return [{}]
    first, rest = right[0], right[1:]
    found = [dict(m) for m in _matchings(left, rest)]
    for candidate in left:
        if candidate.space == first.space:
            remaining = [x for x in left if x != candidate]
            found += [{first: candidate, **m} for m in _matchings(remaining, rest)]
    return found


def _dummies(row: Index, column: Index) -> list[Index]:
    return [x for x in dict.fromkeys((row, column)) if x.tag <= 0]


def pair(
    left: Tensor, right: Tensor, marked: Mapping[int, int], exact: Sequence[Any], sizes: Sequence[Any], entry: Entry
) -> Any:
    """The value <left, H right> of the form H with these entries.

    ``exact`` are the exact sizes of the row orbits (they decide which coincidences are empty), ``sizes`` the same in
    the entries' number type.
    """
    total: Any = 0 * sizes[0]  # the zero of the number type
    for weight, factors, key in _terms(left, right, tuple(marked.items()), tuple(exact)):
        count: Any = weight
        for space, bound in factors:
            count = count * (sizes[space] - bound)
        total = total + count * entry(*key)
    return total


_PairTerm = tuple[int, tuple[tuple[int, int], ...], tuple[Index, Index, Index, Index]]


@lru_cache(maxsize=8192)
def _terms(
    left: Tensor, right: Tensor, marked: tuple[tuple[int, int], ...], exact: tuple[Any, ...]
) -> tuple[_PairTerm, ...]:
    """The terms of `pair`: a weight, the (space, bound) of its factors n - bound, and the entry's indices."""
    found: list[_PairTerm] = []
    members = dict(marked)
    for a in left:
        own = _dummies(a.row, a.column)
        for b in right:
            other = _dummies(b.row, b.column)
            for matching in _matchings(own, other):
                rename = {x: matching.get(x, Index(x.space, x.tag - 8)) for x in other}
                factors: list[tuple[int, int]] = []
                used: dict[int, int] = {}
                empty = False
                for x in [*own, *(rename[y] for y in other if y not in matching)]:
                    taken = used.get(x.space, 0)
                    bound = members.get(x.space, 0) + taken
                    empty = empty or bool(exact[x.space] == bound)
                    factors.append((x.space, bound))
                    used[x.space] = taken + 1
                if not empty:
                    key = (a.row, a.column, rename.get(b.row, b.row), rename.get(b.column, b.column))
                    found.append((a.weight * b.weight, tuple(factors), key))
    return tuple(found)


def _identity(r: Index, c: Index, r2: Index, c2: Index) -> int:
    return int(r == r2 and c == c2)


def norms(component: Component, exact: Sequence[Any], sizes: Sequence[Any]) -> list[Any]:
    """Squared norms of the component's test tensors."""
    return [pair(tensor, tensor, component.marked, exact, sizes, _identity) for _, tensor in component.copies]


def block(
    component: Component, exact: Sequence[Any], sizes: Sequence[Any], entry: Entry, sqrt: Callable[[Any], Any]
) -> list[list[Any]]:
    """The symmetric block of the form in the component, in the orthonormal basis of its copies.

    ``entry`` gives the entries in one number type, ``sizes`` are the ``exact`` row orbits' sizes in that type, ``sqrt``
    its square root. Entry (i, j) is <R_i, H R_j> / (|R_i| |R_j|). Exact where the entries are.
    """
    squares = norms(component, exact, sizes)
    lengths = [sqrt(x) for x in squares]
    size = len(squares)
    result: list[list[Any]] = [[None] * size for _ in range(size)]
    for i in range(size):
        for j in range(i, size):
            value = pair(component.copies[i][1], component.copies[j][1], component.marked, exact, sizes, entry)
            value = value / squares[i] if i == j else value / (lengths[i] * lengths[j])
            result[i][j] = result[j][i] = value
    return result
