"""Isotypic decomposition of R^{k x d} under a pattern's group: labels, exact multiplicities, and one test tensor for
each copy.

The group is Delta(S_n0 x S_n1 x ..) x S_m0 x ..; blocks permute rows and columns together, orbits of extra rows permute
rows alone. With s_i the standard representation of S_{n_i} (dimension n-1), x_i that of the partition (n-2,1,1) and y_i
that of (n-2,2), characters give

    R^n (x) R^n = (1+s)(1+s) = 2 t + 3 s + x + y      (n >= 4; x is missing below 3, y and one copy of s below 4 and 3),
    R^{n_i} (x) R^{n_l} = t + s_i + s_l + s_i*s_l      (i != l).

A *test tensor* is a matrix whose entries are constant on the orbits of the stabiliser of a few marked indices, written
as a sum of terms with marked indices and summed-over (dummy) indices. All copies of one representation use the image of
the same vector, so that a Gram matrix of test tensors is the block of an equivariant bilinear form, polynomial in the
sizes (pairing.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from symlandscape.symmetry.pattern import Pattern

__all__ = ["Component", "Index", "Tensor", "Term", "components"]


class Index(NamedTuple):
    """A row or column index: a member of the orbit ``space``; ``tag`` 1, 2, .. is a marked member, 0 and -1 are dummies
    that run over the rest. A named tuple, since most of the time of a block goes into comparing and hashing indices.
    """

    space: int
    tag: int


@dataclass(frozen=True, slots=True)
class Term:
    """``weight`` times the sum over the dummies of the matrix units e[row, column]."""

    weight: int
    row: Index
    column: Index


Tensor = tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Component:
    """One isotypic component: label, dimension of the irreducible representation, and one named test tensor for each
    copy.

    ``marked`` maps a space to how many of its indices are marked. ``dimension`` is exact (int, Fraction or SymPy
    expression) and may be zero or negative at a real size, where it is only the value of a polynomial.
    """

    label: str
    dimension: Any
    copies: tuple[tuple[str, Tensor], ...]
    marked: dict[int, int]

    @property
    def multiplicity(self) -> int:
        """How many times the representation occurs: the size of its block."""
        return len(self.copies)


def _exact_half(product: Any) -> Any:
    if isinstance(product, int):
        return product // 2
    return product / 2


def _unit(space_row: int, row: int, space_column: int, column: int, weight: int = 1) -> Term:
    return Term(weight, Index(space_row, row), Index(space_column, column))


def _trivial(pattern: Pattern) -> Component:
    copies = []
    for c in pattern.coordinates:
        dummy = 0 if c.diagonal or c.row != c.column else -1
        copies.append((c.name, (_unit(c.row, 0, c.column, dummy),)))
    return Component("t", 1, tuple(copies), {})


def _standard(pattern: Pattern, i: int) -> Component:
    n = pattern.sizes[i]
    copies: list[tuple[str, Tensor]] = [("diagonal", (_unit(i, 1, i, 1), _unit(i, 2, i, 2, -1)))]
    if n != 2:
        symmetric = (_unit(i, 1, i, 0), _unit(i, 0, i, 1), _unit(i, 2, i, 0, -1), _unit(i, 0, i, 2, -1))
        copies.append(("symmetric", symmetric))
    antisymmetric: Tensor = (_unit(i, 1, i, 2, 2), _unit(i, 2, i, 1, -2))
    if n != 2:
        antisymmetric += (_unit(i, 1, i, 0), _unit(i, 0, i, 1, -1), _unit(i, 2, i, 0, -1), _unit(i, 0, i, 2))
    copies.append(("antisymmetric", antisymmetric))
    for other in range(len(pattern.row_sizes)):
        if other == i:
            continue
        if other < pattern.blocks:
            copies.append((f"rows to {other}", (_unit(i, 1, other, 0), _unit(i, 2, other, 0, -1))))
        copies.append((f"columns from {other}", (_unit(other, 0, i, 1), _unit(other, 0, i, 2, -1))))
    return Component(f"s{i}", n - 1, tuple(copies), {i: 2})


def _exterior(pattern: Pattern, i: int) -> Component:
    n = pattern.sizes[i]
    cycle = [(1, 2), (2, 3), (3, 1)]
    tensor = tuple(_unit(i, a, i, b) for a, b in cycle) + tuple(_unit(i, b, i, a, -1) for a, b in cycle)
    return Component(f"x{i}", _exact_half((n - 1) * (n - 2)), (("antisymmetric", tensor),), {i: 3})


def _hook(pattern: Pattern, i: int) -> Component:
    n = pattern.sizes[i]
    pairs = [(1, 3, 1), (1, 4, -1), (2, 3, -1), (2, 4, 1)]
    tensor = tuple(_unit(i, a, i, b, w) for a, b, w in pairs) + tuple(_unit(i, b, i, a, w) for a, b, w in pairs)
    return Component(f"y{i}", _exact_half(n * (n - 3)), (("symmetric", tensor),), {i: 4})


def _product(pattern: Pattern, i: int, j: int) -> Component:
    signs = [(1, 1, 1), (1, 2, -1), (2, 1, -1), (2, 2, 1)]
    copies = [(f"rows {i} columns {j}", tuple(_unit(i, a, j, b, w) for a, b, w in signs))]
    if i < pattern.blocks:
        copies.append((f"rows {j} columns {i}", tuple(_unit(j, b, i, a, w) for a, b, w in signs)))
        return Component(f"s{i}*s{j}", (pattern.sizes[i] - 1) * (pattern.sizes[j] - 1), tuple(copies), {i: 2, j: 2})
    e = i - pattern.blocks
    return Component(f"e{e}*s{j}", (pattern.extra[e] - 1) * (pattern.sizes[j] - 1), tuple(copies), {i: 2, j: 2})


def _extra_standard(pattern: Pattern, e: int) -> Component:
    row = pattern.blocks + e
    copies = tuple((f"columns {j}", (_unit(row, 1, j, 0), _unit(row, 2, j, 0, -1))) for j in range(pattern.blocks))
    return Component(f"e{e}", pattern.extra[e] - 1, copies, {row: 2})


def components(pattern: Pattern) -> tuple[Component, ...]:
    """The isotypic components of R^{k x d} under the pattern's group, trivial one first.

    Labels: ``t``; ``s0, x0, y0, s1, ..`` of the blocks; ``s0*s1`` of two blocks; ``e0``, ``e0*s1`` where an orbit of
    extra rows has more than one member. A real or symbolic size counts as generic. Copies and dimensions add to k d
    (PROVED by characters, tested on every pattern).
    """
    found = [_trivial(pattern)]
    for i, n in enumerate(pattern.sizes):
        if n == 1:
            continue
        found.append(_standard(pattern, i))
        if n not in (2,):
            found.append(_exterior(pattern, i))
        if n not in (2, 3):
            found.append(_hook(pattern, i))
    wide = [i for i, n in enumerate(pattern.sizes) if n != 1]
    found += [_product(pattern, i, j) for a, i in enumerate(wide) for j in wide[a + 1 :]]
    for e, m in enumerate(pattern.extra):
        if m != 1:
            found.append(_extra_standard(pattern, e))
            found += [_product(pattern, pattern.blocks + e, j) for j in wide]
    return tuple(found)
