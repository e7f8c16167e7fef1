"""The rank of A o X for generic points, from A alone: a union of matroids."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from symlandscape.arith.rationals import rank

__all__ = ["generic_rank", "support_inequality"]


def generic_rank(A: Sequence[Sequence[int]], inputs: int) -> int:
    """min over S of d rank(A_S) + N - |S|, for an integer pattern A (k, N): rank(A o X) for generic X in R^{d x N}.

    The minimum is reached on flats of the columns of A, so only spans of at most k different columns are tried.
    Source: the matroid union theorem (nash_williams_1966) for d copies of the column matroid of A.
    """
    columns = list(zip(*A, strict=True))
    sizes: dict[tuple[int, ...], int] = {}
    for column in columns:
        sizes[column] = sizes.get(column, 0) + 1
    kinds = list(sizes)
    n = len(columns)
    loops = sum(size for column, size in sizes.items() if not any(column))
    best = n - loops  # the flat of rank 0
    full = rank([list(row) for row in A])
    for r in range(1, full + 1):
        for chosen in combinations(kinds, r):
            if rank(chosen) == r:
                inside = sum(size for column, size in sizes.items() if rank([*chosen, column]) == r)
                best = min(best, inputs * r + n - inside)
    return best


def support_inequality(A: Sequence[Sequence[int]], support: Sequence[int], inputs: int) -> bool:
    """Whether d rank(A_S) <= |S| - 1 for a set S of columns.

    It holds for the support of the residual at every differentiable minimum that is not global, for generic points:
    a relation with no zero coefficient makes S free of coloops, where the rank of the union is d rank(A_S).
    """
    columns = [[row[n] for n in support] for row in A]
    return inputs * rank(columns) <= len(support) - 1
