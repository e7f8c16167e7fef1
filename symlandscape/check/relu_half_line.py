"""A whole half-line of d: for every s = d^(-1/2) in (0, s1] exactly one critical point in a tube, all blocks
positive.

The tube is z_i(s) = P_i(s) + s^(K_i) y_i, y in Y, with Laurent polynomials P_i over Q(pi). With A(s) the middle of an
approximate inverse of the Jacobian along P, everything in Laurent models on (0, s1],

    N_i = - s^(-K_i) (A g(P))_i + sum_j s^(K_j - K_i) (I - A J(P + s^K Y))_ij Y_j,

lies inside Y: for each s exactly one critical point in the tube, and its y lies in N.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symlandscape.arith.balls import arb, interior, is_finite, symmetric
from symlandscape.check.laurent_models import Domain, LaurentModel, power
from symlandscape.check.outcome import Rejected
from symlandscape.check.pi_numbers import PiNumber, Surd, number, pi_number
from symlandscape.check.relu_branch import Branch
from symlandscape.check.relu_piece import ball
from symlandscape.check.relu_plans import block

__all__ = ["Tail", "confirmed_tail", "positive_tail"]

LENGTH = 14
"""Coefficients of a Laurent model."""


@dataclass(frozen=True, slots=True)
class Tail:
    """What a document states about the half-line: its end in s, for each coordinate the exact terms P_i from s^0
    on, the power K_i and the radius of Y_i; ``depth`` is the number of leading coefficients that are kept exact.
    """

    last: Fraction
    polynomials: tuple[tuple[PiNumber | Surd, ...], ...]
    powers: tuple[int, ...]
    radii: tuple[arb, ...]
    depth: int

    def centre(self, s: arb, i: int) -> arb:
        """P_i(s)."""
        total = arb(0)
        for c in reversed(self.polynomials[i]):
            total = total * s + c.ball()
        return total

    def offset(self, s: arb, i: int, z: arb) -> arb:
        """The y_i of a coordinate at s."""
        return (z - self.centre(s, i)) / power(s, self.powers[i])

    def point(self, s: arb, i: int, y: arb) -> arb:
        """The coordinate at s with this y_i."""
        return self.centre(s, i) + y * power(s, self.powers[i])


def confirmed_tail(tail: Tail, sizes: Sequence[int | None], slope: Fraction) -> tuple[Branch, list[arb]]:
    """The branch over the tube and the image N. Raises Rejected where existence and uniqueness are not shown."""
    domain = Domain(ball(tail.last), LENGTH, tail.depth)
    fixed = sum(m for m in sizes if m is not None)
    n = domain.polynomial(-2, [number(1), number(0), number(-fixed)])
    half = (pi_number() * number(2)).inverse()
    given: tuple[Any, Any] = (
        int(slope) if slope.denominator == 1 else domain.constant(slope),
        domain.constant(half),
    )
    centre = [domain.polynomial(0, list(p)) for p in tail.polynomials]
    boxes = [symmetric(r) for r in tail.radii]
    around = [p + LaurentModel(k, [], k, y, domain) for p, k, y in zip(centre, tail.powers, boxes, strict=True)]
    thin, wide = Branch(sizes, n, centre, given), Branch(sizes, n, around, given)
    J, A = (_full(block(b, "t"), domain) for b in (wide, thin))
    A = [[x.middle() for x in row] for row in _inverse([[x.middle() for x in row] for row in A], domain)]
    gradient, size, image = thin.gradient(), len(J), []
    for i in range(size):
        k = tail.powers[i]
        total = -_dot(A[i], gradient).scaled(k)
        for j in range(size):
            entry = int(i == j) - _dot(A[i], [J[m][j] for m in range(size)])
            total = total + entry.scaled(k - tail.powers[j]) * boxes[j]
        image.append(total)
    if not all(is_finite(x) and interior(y, x) for x, y in zip(image, boxes, strict=True)):
        raise Rejected("the Krawczyk image does not lie inside the half-line's tube")
    return wide, image


def positive_tail(rows: Sequence[Sequence[Any]]) -> bool:
    """Whether LDL^T over Laurent models shows the matrix (lower triangle given) positive definite for every s."""
    work = [list(row) for row in rows]
    for j in range(len(work)):
        if work[j][j].sign() != 1:
            return False
        reciprocal = 1 / work[j][j]
        for i in range(j + 1, len(work)):
            factor = work[i][j] * reciprocal
            for m in range(j + 1, i + 1):
                work[i][m] = work[i][m] - factor * work[m][j]
    return True


def _full(lower: Sequence[Sequence[Any]], domain: Domain) -> list[list[LaurentModel]]:
    size = len(lower)
    rows = [[lower[max(i, j)][min(i, j)] for j in range(size)] for i in range(size)]
    return [[x if isinstance(x, LaurentModel) else domain.constant(x) for x in row] for row in rows]


def _dot(x: Sequence[LaurentModel], y: Sequence[LaurentModel]) -> LaurentModel:
    total = x[0] * y[0]
    for a, b in zip(x[1:], y[1:], strict=True):
        total = total + a * b
    return total


def _inverse(rows: list[list[LaurentModel]], domain: Domain) -> list[list[LaurentModel]]:
    """The inverse by elimination, pivots of least power first; raises Rejected where no pivot has a certain leading
    term."""
    size = len(rows)
    work = [[*row, *(domain.constant(int(i == j)) for j in range(size))] for i, row in enumerate(rows)]
    for j in range(size):
        usable = [i for i in range(j, size) if work[i][j].coefficients and work[i][j].sign() in (-1, 1)]
        if not usable:
            raise Rejected("the Jacobian on the half-line has no certain pivot")
        best = min(usable, key=lambda i: work[i][j].start)
        work[j], work[best] = work[best], work[j]
        reciprocal = 1 / work[j][j]
        work[j] = [x if x.is_zero else x * reciprocal for x in work[j]]
        for i in range(size):
            if i != j and not work[i][j].is_zero:
                factor = work[i][j]
                work[i] = [x if y.is_zero else x - factor * y for x, y in zip(work[i], work[j], strict=True)]
    return [row[size:] for row in work]
