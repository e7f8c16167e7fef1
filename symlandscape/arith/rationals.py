"""Exact linear algebra over the rationals (flint): rank, orthogonal projection, all solutions of a linear system.

Matrices are sequences of rows of Python integers; rational data are scaled to integers first (`to_integers`). Nothing
is rounded, so that ranks and signs are decided.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import fmpz_mat

from symlandscape.errors import InputError

__all__ = ["AffineSpace", "null_space", "primitive", "project", "rank", "solve_all", "to_integers"]

IntegerRows = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class AffineSpace:
    """The points (point + sum_k c_k directions_k) / denominator, all entries integers, denominator > 0."""

    point: tuple[int, ...]
    denominator: int
    directions: tuple[tuple[int, ...], ...]


def to_integers(rows: Sequence[Sequence[Fraction | int]]) -> tuple[tuple[tuple[int, ...], ...], int]:
    """The least integer s > 0 that makes s times every entry an integer, and the rows times s."""
    scale = math.lcm(1, *(Fraction(entry).denominator for row in rows for entry in row))
    return tuple(tuple(int(entry * scale) for entry in row) for row in rows), scale


def primitive(vector: Sequence[int]) -> tuple[int, ...]:
    """The vector divided by the greatest common divisor of its entries; the direction is kept."""
    divisor = math.gcd(*vector)
    return tuple(entry // divisor for entry in vector) if divisor > 1 else tuple(vector)


def rank(rows: IntegerRows) -> int:
    """The rank of an integer matrix (m, n)."""
    return int(_matrix(rows).rank()) if rows and rows[0] else 0


def null_space(rows: IntegerRows, columns: int) -> tuple[tuple[int, ...], ...]:
    """A basis of the integer vectors v (length `columns`) with A v = 0, primitive; all of them when A has no row."""
    if not rows:
        return tuple(tuple(int(i == j) for j in range(columns)) for i in range(columns))
    return _kernel(_matrix(rows))


def project(rows: IntegerRows, vector: Sequence[int]) -> tuple[tuple[int, ...], int, int]:
    """The orthogonal projection of an integer vector (n) on the span of the rows of A (m, n).

    Returns (numerators (n), denominator > 0, rank of A); the projection is numerators/denominator: exact.
    """
    n = len(vector)
    kernel = null_space(rows, n)
    r = n - len(kernel)
    if not kernel:
        return tuple(vector), 1, r
    if len(kernel) <= r:
        rest, denominator = _in_span(kernel, vector)
        return tuple(denominator * v - e for v, e in zip(vector, rest, strict=True)), denominator, r
    reduced, _, _ = _matrix(rows).rref()
    basis = [[int(entry) for entry in row] for row in reduced.tolist()[:r]]
    found, denominator = _in_span(basis, vector) if basis else ((0,) * n, 1)
    return tuple(found), denominator, r


def solve_all(rows: IntegerRows, right: Sequence[int]) -> AffineSpace | None:
    """All rational solutions b of A b = right for an integer matrix A (m, n), or None when there is none."""
    if not rows:
        raise InputError("expected at least one equation, got none; without equations every vector is a solution")
    n = len(rows[0])
    reduced, denominator, r = _matrix([[*row, entry] for row, entry in zip(rows, right, strict=True)]).rref()
    table = [[int(entry) for entry in row] for row in reduced.tolist()[:r]]
    d = int(denominator)
    if d < 0:
        d, table = -d, [[-entry for entry in row] for row in table]
    pivots = [next(j for j in range(n + 1) if row[j]) for row in table]
    if n in pivots:
        return None
    point = [0] * n
    for row, j in zip(table, pivots, strict=True):
        point[j] = row[n]
    directions = []
    for free in sorted(set(range(n)) - set(pivots)):
        direction = [0] * n
        direction[free] = d
        for row, j in zip(table, pivots, strict=True):
            direction[j] = -row[free]
        directions.append(primitive(direction))
    return AffineSpace(tuple(point), d, tuple(directions))


def _matrix(rows: IntegerRows) -> fmpz_mat:
    return fmpz_mat([list(row) for row in rows])


def _kernel(matrix: fmpz_mat) -> tuple[tuple[int, ...], ...]:
    basis, dimension = matrix.nullspace()
    columns = basis.transpose().tolist()[:dimension]
    return tuple(primitive([int(entry) for entry in column]) for column in columns)


def _in_span(basis: IntegerRows, vector: Sequence[int]) -> tuple[list[int], int]:
    """The projection of a vector on the span of independent rows: B'(B B')^-1 B v, as numerators and denominator."""
    b = _matrix(basis)
    gram = b * b.transpose()
    coefficients = gram.solve(b * fmpz_mat(len(vector), 1, list(vector)))
    numerators, denominator = coefficients.numer_denom()
    image = b.transpose() * numerators
    return [int(entry) for entry in image.entries()], int(denominator)
