"""Is there a c with b_j + u_j . c > 0 for all j? Decided exactly: a point, or multipliers that exclude one.

The largest margin t with b_j + u_j . c >= t and t <= 1 is a linear program whose dual, min sum mu_j b_j + tau over
mu, tau >= 0 with sum mu_j u_j = 0 and sum mu_j + tau = 1, has only k + 1 equations for k unknowns c. The simplex method
on that dual in integers (one common denominator, Bland's rule) ends with one of the two answers; both are verified
here, so that the method itself need not be trusted. (SciPy has no exact linear programs; its answers in floats are the
second road of the tests.) Source: edmonds_1967 for the division-free pivots, bland_1977 for the rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

__all__ = ["Excluded", "Inside", "strictly_positive"]


@dataclass(frozen=True, slots=True)
class Inside:
    """A point c with b_j + u_j . c > 0 for every j."""

    point: tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class Excluded:
    """Integers mu_j >= 0, not all 0, with sum mu_j u_j = 0 and sum mu_j b_j <= 0: no point exists."""

    multipliers: tuple[int, ...]


def strictly_positive(constants: Sequence[int], slopes: Sequence[Sequence[int]]) -> Inside | Excluded:
    """A point of {c : b_j + u_j . c > 0 for all j}, or a proof that there is none, for integer b (m), u (m, k)."""
    m, k = len(constants), len(slopes[0]) if slopes else 0
    if all(b > 0 for b in constants):
        return Inside((Fraction(0),) * k)
    for j, (b, u) in enumerate(zip(constants, slopes, strict=True)):
        if b <= 0 and not any(u):
            return Excluded(tuple(int(i == j) for i in range(m)))
    return _simplex(constants, slopes, m, k)


def _simplex(constants: Sequence[int], slopes: Sequence[Sequence[int]], m: int, k: int) -> Inside | Excluded:
    """Columns: mu_1 .. mu_m, tau, then the k + 1 unit columns of the equations, then the right-hand side."""
    width = m + 1
    table = [[u[i] for u in slopes] + [0] + [int(q == i) for q in range(k + 1)] + [0] for i in range(k)]
    table.append([1] * m + [1] + [int(q == k) for q in range(k + 1)] + [1])
    # reduced costs for the basis {unit columns of cost 0, tau of cost 1}: cost minus the last equation
    table.append([b - 1 for b in constants] + [0] + [-int(q == k) for q in range(k + 1)] + [-1])
    basis = [-1] * k + [m]
    denominator = 1
    for i in range(k):  # a unit column leaves at value 0: any entry other than 0 will do, and no value changes
        column = next((j for j in range(m) if table[i][j]), None)
        if column is not None:
            if table[i][column] < 0:
                table[i] = [-entry for entry in table[i]]
            denominator = _pivot(table, i, column, denominator)
            basis[i] = column
    while True:
        cost = table[-1]
        if cost[-1] >= 0:  # the last entry is minus the objective
            return _excluded(table, basis, constants, slopes)
        entering = next((j for j in range(width) if cost[j] < 0), None)
        if entering is None:
            return _inside(cost, denominator, width, constants, slopes)
        rows = [i for i in range(k + 1) if table[i][entering] > 0]
        # the feasible set of the dual is bounded (the entries of mu and tau sum to 1): some row limits the step
        leaving = rows[0]
        for i in rows[1:]:
            left = table[i][-1] * table[leaving][entering]
            right = table[leaving][-1] * table[i][entering]
            if left < right or (left == right and basis[i] < basis[leaving]):
                leaving = i
        denominator = _pivot(table, leaving, entering, denominator)
        basis[leaving] = entering


def _pivot(table: list[list[int]], row: int, column: int, denominator: int) -> int:
    """One pivot on a positive entry; every division is exact. Returns the new common denominator."""
    pivot_row = table[row]
    p = pivot_row[column]
    for i, other in enumerate(table):
        if i != row:
            f = other[column]
            if f:
                table[i] = [(p * a - f * b) // denominator for a, b in zip(other, pivot_row, strict=True)]
            elif p != denominator:
                table[i] = [p * a // denominator for a in other]
    return p


def _excluded(
    table: list[list[int]], basis: list[int], constants: Sequence[int], slopes: Sequence[Sequence[int]]
) -> Excluded:
    m = len(constants)
    mu = [0] * m
    for i, j in enumerate(basis):
        if 0 <= j < m:
            mu[j] = table[i][-1]
    if (
        not any(mu)
        or min(mu) < 0
        or sum(a * b for a, b in zip(mu, constants, strict=True)) > 0
        or any(sum(a * u[i] for a, u in zip(mu, slopes, strict=True)) for i in range(len(slopes[0])))
    ):
        raise AssertionError("multipliers fail their verification; the simplex method is broken")
    return Excluded(tuple(mu))


def _inside(
    cost: list[int], denominator: int, width: int, constants: Sequence[int], slopes: Sequence[Sequence[int]]
) -> Inside:
    k = len(slopes[0])
    # reduced cost of mu_j: b_j - y.(u_j, 1), with y_i = -(reduced cost of the unit column i); hence c = -y
    numerators = [cost[width + i] for i in range(k)]
    for b, u in zip(constants, slopes, strict=True):
        if b * denominator + sum(c * a for c, a in zip(numerators, u, strict=True)) <= 0:
            raise AssertionError("a point fails its verification; the simplex method is broken")
    return Inside(tuple(Fraction(c, denominator) for c in numerators))
