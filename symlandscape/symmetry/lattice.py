"""The lattice of isotropy types Delta(S_n0 x S_n1 x ..) in S_k x S_d: labels, group orders, fixed-space dimensions."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from symlandscape.errors import InputError

if TYPE_CHECKING:
    import networkx

__all__ = ["fixed_space_dimension", "group_order", "isotropy_lattice", "young_label"]

LARGEST = 40  # 37338 partitions: what networkx still builds in seconds


def _checked_integer(value: Any, what: str, least: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise InputError(f"{what} must be an integer >= {least}, but {value!r} came")
    return value


def _checked(sizes: Sequence[int], extra: int | Sequence[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Block sizes and orbit sizes of extra rows as positive integers; a number of extra rows means free ones."""
    blocks = tuple(_checked_integer(n, "a block size", 1) for n in sizes)
    if not blocks:
        raise InputError("a pattern needs at least one block, and none was given")
    if isinstance(extra, int):
        return blocks, (1,) * _checked_integer(extra, "the number of extra rows", 0)
    return blocks, tuple(_checked_integer(m, "the size of an orbit of extra rows", 1) for m in extra)


def young_label(sizes: Sequence[int], extra: int | Sequence[int] = 0) -> str:
    """The name of Delta(S_n0 x S_n1 x ..) x S_m0 x ..; runs of one size are written as powers.

    >>> young_label((9, 1))
    'Delta(S_9 x S_1)'
    >>> young_label((3, 1, 1, 1), (2, 1))
    'Delta(S_3 x S_1^3) x S_2 x S_1'
    """
    blocks, rows = _checked(sizes, extra)

    def product(factors: tuple[int, ...]) -> str:
        runs = [(n, len(list(run))) for n, run in groupby(factors)]
        return " x ".join(f"S_{n}" + (f"^{count}" if count > 1 else "") for n, count in runs)

    return f"Delta({product(blocks)})" + (f" x {product(rows)}" if rows else "")


def group_order(sizes: Sequence[int], extra: int | Sequence[int] = 0) -> int:
    """Number of elements of Delta(S_n0 x ..) x S_m0 x ..: the product of the factorials of all sizes."""
    blocks, rows = _checked(sizes, extra)
    return math.prod(math.factorial(n) for n in blocks + rows)


def fixed_space_dimension(sizes: Sequence[int], extra: int | Sequence[int] = 0) -> int:
    """Dimension of the space of k x d matrices that Delta(S_n0 x .. x S_nr-1) x S_m0 x .. x S_me-1 fixes (exact).

    Parameters
    ----------
    sizes: sizes of the r blocks, in which rows and columns move together; integers >= 1.
    extra: sizes of the e orbits of extra rows (integers >= 1), or their number where all are free.

    Formula: r^2 + e r + #{i: n_i >= 2}. Each pair (row orbit, column block) is one orbit of entries, and a block of
    size >= 2 meets itself in two, the diagonal and the rest. Raises InputError for other sizes.
    """
    blocks, rows = _checked(sizes, extra)
    return len(blocks) * (len(blocks) + len(rows)) + sum(n >= 2 for n in blocks)


def _partitions(n: int, largest: int) -> Iterator[tuple[int, ...]]:
    if n == 0:
        yield ()
    for part in range(min(n, largest), 0, -1):
        for rest in _partitions(n - part, part):
            yield (part, *rest)


def isotropy_lattice(n: int, extra: int = 0) -> networkx.DiGraph:
    """The Delta-Young isotropy types of S_{n+extra} x S_n up to conjugacy, ordered as partitions of n by refinement.

    Parameters
    ----------
    n: number of columns, 1 <= n <= 40 (the number of types is the number of partitions of n).
    extra: number of free extra rows (k = n + extra), >= 0.

    Nodes are the partitions of n as decreasing tuples, from (n,) to (1, .., 1), with the attributes ``label``,
    ``sizes``, ``extra``, ``order`` (of the group) and ``dimension`` (of its fixed space). Edges are the cover
    relations: from a group to each largest smaller type, which splits one block into two. Exact. Raises InputError
    outside the domain.
    """
    import networkx

    _checked_integer(n, "the number of columns", 1)
    _checked_integer(extra, "the number of extra rows", 0)
    if n > LARGEST:
        raise InputError(
            f"the lattice has one node for each partition of n, so n must be <= {LARGEST}, but n = {n} came"
        )
    graph = networkx.DiGraph(n=n, extra=extra)
    for sizes in _partitions(n, n):
        graph.add_node(
            sizes,
            label=young_label(sizes, extra),
            sizes=sizes,
            extra=(1,) * extra,
            order=group_order(sizes),
            dimension=fixed_space_dimension(sizes, extra),
        )
    for sizes in list(graph):
        for part in set(sizes):
            rest = list(sizes)
            rest.remove(part)
            for smaller in range(1, part // 2 + 1):
                graph.add_edge(sizes, tuple(sorted((*rest, smaller, part - smaller), reverse=True)))
    return graph
