"""The Khatri-Rao product A o X: column n is the Kronecker product of column n of A and of X."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from symlandscape.errors import InputError
from symlandscape.regions.arrangement import Signs
from symlandscape.regions.points import Points

__all__ = ["khatri_rao", "region_rows"]

Rational = Fraction | int


def khatri_rao(A: Sequence[Sequence[Rational]], X: Sequence[Sequence[Rational]]) -> tuple[tuple[Rational, ...], ...]:
    """[a^(n) (x) x^(n)]_n of shape (k d, N), exactly, for A (k, N) and X (d, N): row (i, j) holds A[i][n] X[j][n].

    Samples are columns here, as in the theory. Source: soudry_hoffer_2017, eq. (2.4).

    >>> khatri_rao([[1, 2]], [[3, 4], [5, 6]])
    ((3, 8), (5, 12))
    """
    widths = {len(row) for row in (*A, *X)}
    if not A or not X or len(widths) != 1:
        raise InputError(f"two matrices with the same number of columns were expected and widths {sorted(widths)} came")
    return tuple(tuple(p * q for p, q in zip(a, x, strict=True)) for a in A for x in X)


def region_rows(points: Points, patterns: Sequence[Signs], slope: Fraction) -> list[list[int]]:
    """A o X of the region with the given rows of signs, times a positive integer: integer rows (k d, N)."""
    below, above = slope.numerator, slope.denominator
    coordinates = list(zip(*points.rows, strict=True))
    rows = []
    for signs in patterns:
        slopes = [above if s > 0 else below for s in signs]
        rows += [[p * q for p, q in zip(slopes, x, strict=True)] for x in coordinates]
    return rows
