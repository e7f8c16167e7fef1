"""Verified linear algebra for small symmetric matrices of balls: LDL^T, inertia, eigenvalue enclosures, linear
systems.

A matrix of balls stands for all the symmetric matrices in it; a result holds for every one of them. Approximations
(eigenvectors of the midpoints) only choose coordinates, they are never trusted.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

import mpmath

from symlandscape.arith.balls import acb_mat, arb, arb_mat, hull, is_finite, midpoint_matrix, precision, sign, workprec
from symlandscape.arith.conversions import arb_ends, arb_to_mpf_mid, to_arb
from symlandscape.errors import InputError

SPARE_BITS = 64
"""Beyond the working precision, for approximate eigenvectors: what the iteration loses."""


class LDLTStatus(Enum):
    """How a factorisation ended; the value is the sentence for a person."""

    DECIDED = "every pivot has a certain sign"
    PIVOT_UNDECIDED = "a pivot's ball contains 0: singular leading block, or too little precision"
    NOT_FINITE = "the matrix has an entry that is not finite"


@dataclass(frozen=True, slots=True)
class LDLT:
    """The pivots of A = L D L^T: balls, up to the first whose sign is not certain, and its index."""

    status: LDLTStatus
    pivots: tuple[arb, ...]
    failed: int | None

    @property
    def decided(self) -> bool:
        """Whether all pivots have certain signs, so that every matrix in the ball matrix is regular with known
        inertia.
        """
        return self.status is LDLTStatus.DECIDED


@dataclass(frozen=True, slots=True)
class Inertia:
    """The numbers of negative and of positive eigenvalues of a regular symmetric matrix."""

    negative: int
    positive: int


def ldlt(matrix: arb_mat) -> LDLT:
    """The factorisation A = L D L^T without pivoting of a symmetric ball matrix (n, n); the lower triangle is read.

    By Sylvester's law the signs of the pivots are the inertia of every symmetric matrix in A.
    Raises: `InputError` when the matrix is not square or visibly not symmetric.
    """
    rows = _symmetric_rows(matrix)
    if not is_finite(matrix):
        return LDLT(LDLTStatus.NOT_FINITE, (), None)
    pivots: list[arb] = []
    for k in range(len(rows)):
        pivot = rows[k][k]
        pivots.append(pivot)
        if sign(pivot) not in (1, -1):
            return LDLT(LDLTStatus.PIVOT_UNDECIDED, tuple(pivots), k)
        for i in range(k + 1, len(rows)):
            factor = rows[i][k] / pivot
            for j in range(k + 1, i + 1):
                rows[i][j] -= factor * rows[j][k]
    return LDLT(LDLTStatus.DECIDED, tuple(pivots), None)


def inertia(matrix: arb_mat) -> Inertia | None:
    """The inertia shared by every symmetric matrix in the ball matrix; None when it cannot be decided at this
    precision.

    LDL^T first; where a pivot fails, LDL^T of Q^T A Q with Q the approximate eigenvectors of the midpoints (Sylvester:
    if that congruent matrix is regular, so is Q).
    """
    factors = ldlt(matrix)
    if factors.status is LDLTStatus.PIVOT_UNDECIDED:
        q = _eigenvectors(matrix)
        factors = ldlt(_lower_symmetric(q.transpose() * _lower_symmetric(matrix) * q))
    if not factors.decided:
        return None
    negative = sum(1 for pivot in factors.pivots if sign(pivot) == -1)
    return Inertia(negative, len(factors.pivots) - negative)


def spectrum(matrix: arb_mat) -> tuple[arb, ...]:
    """Ascending enclosures of the n eigenvalues, with multiplicity, of every symmetric matrix in the ball matrix (n,
    n).

    B = Q^-1 A Q in balls with approximate eigenvectors Q has the same eigenvalues. They are real, so Gershgorin's
    discs of B are intervals, and a connected component of m intervals holds exactly m eigenvalues: each of the m gets
    the whole component. Multiple and clustered eigenvalues are thus enclosed together. (Gershgorin; Varga, Gershgorin
    and His Circles, Thm 1.6.)
    Raises: `InputError` when the matrix is not square, visibly not symmetric or not finite.
    """
    n = len(_symmetric_rows(matrix))
    if not is_finite(matrix):
        raise InputError("expected a finite matrix, got an entry that is not; the computation before left its domain")
    if n == 0:
        return ()
    symmetric_matrix = _lower_symmetric(matrix)
    q = _eigenvectors(matrix)
    similar = solve(q, symmetric_matrix * q)
    if similar is None or not is_finite(similar):
        similar = symmetric_matrix  # the plain discs are wide, but valid
    discs = []
    for i in range(n):
        radius = sum((abs(similar[i, j]) for j in range(n) if j != i), arb(0))
        discs.append((similar[i, i] - radius).union(similar[i, i] + radius))
    return _components(discs)


def solve(matrix: arb_mat, right: arb_mat) -> arb_mat | None:
    """A ball matrix X with A X = B for every A and B in the ball matrices; None when A may be singular at this
    precision.
    """
    if not (is_finite(matrix) and is_finite(right)):
        return None
    try:
        return matrix.solve(right)
    except ZeroDivisionError:
        return None


def _components(discs: list[arb]) -> tuple[arb, ...]:
    """Every disc replaced by the hull of its connected component, ascending; overlaps are decided on exact ends."""
    ends = [arb_ends(disc) for disc in discs]
    order = sorted(range(len(discs)), key=lambda i: ends[i])
    groups: list[list[int]] = []
    reach: Fraction | None = None
    for i in order:
        low, high = ends[i]
        if reach is None or low > reach:
            groups.append([i])
            reach = high
        else:
            groups[-1].append(i)
            reach = max(reach, high)
    hulls = [(hull(*(discs[i] for i in group)), len(group)) for group in groups]
    return tuple(ball for ball, count in hulls for _ in range(count))


def _symmetric_rows(matrix: arb_mat) -> list[list[arb]]:
    n = matrix.nrows()
    if matrix.ncols() != n:
        raise InputError(f"expected a square matrix, got {n} x {matrix.ncols()}; pass a symmetric one")
    for i in range(n):
        for j in range(i):
            if not matrix[i, j].overlaps(matrix[j, i]):
                raise InputError(
                    f"expected a symmetric matrix, got entries ({i}, {j}) and ({j}, {i}) that differ; symmetrise it"
                )
    return matrix.tolist() if n else []


def _lower_symmetric(matrix: arb_mat) -> arb_mat:
    """The symmetric ball matrix with the lower triangle of the given one."""
    n = matrix.nrows()
    return arb_mat(n, n, [matrix[max(i, j), min(i, j)] for i in range(n) for j in range(n)])


def _eigenvectors(matrix: arb_mat) -> arb_mat:
    """Approximate orthonormal eigenvectors of the midpoints as the columns of an exact matrix."""
    found = _simple_eigenvectors(matrix)
    return _every_eigenvector(matrix) if found is None else found


def _simple_eigenvectors(matrix: arb_mat) -> arb_mat | None:
    """Arb's, which knows nothing of symmetry, made orthogonal one after the other; None where two of them nearly agree
    (some multiple eigenvalues) or it fails.
    """
    n, bits = matrix.nrows(), precision()
    with workprec(bits + SPARE_BITS):
        try:
            _, vectors = acb_mat(_lower_symmetric(matrix).mid()).eig(right=True, algorithm="approx")
        except (ValueError, ZeroDivisionError):
            return None
        columns: list[arb_mat] = []
        for j in range(n):
            column = arb_mat(n, 1, [vectors[i, j].real.mid() for i in range(n)])
            before = (column.transpose() * column)[0, 0]
            for other in columns:
                column = midpoint_matrix(column - other * (other.transpose() * column))
            square = (column.transpose() * column)[0, 0]
            if not (square * 2 > before and square > 0):
                return None
            columns.append(midpoint_matrix(column * (1 / square.mid().sqrt())))
        return arb_mat(n, n, [columns[j][i, 0] for i in range(n) for j in range(n)])


def _every_eigenvector(matrix: arb_mat) -> arb_mat:
    """mpmath's, orthonormal whatever the eigenvalues."""
    n = matrix.nrows()
    with mpmath.workprec(precision() + 10):
        middle = mpmath.matrix(n, n)
        for i in range(n):
            for j in range(i + 1):
                middle[i, j] = middle[j, i] = arb_to_mpf_mid(matrix[i, j])
        try:
            _, vectors = mpmath.eigsy(middle)
        except (RuntimeError, ZeroDivisionError):  # no convergence: any coordinates are allowed
            vectors = mpmath.eye(n)
        return arb_mat(n, n, [to_arb(vectors[i, j]) for i in range(n) for j in range(n)])
