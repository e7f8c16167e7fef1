"""The checker's own linear algebra over balls: inertia by LDL^T and the Krawczyk test, written out here so that no
solver is trusted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symlandscape.arith.balls import arb, arb_mat, interior, is_finite, mid, sign
from symlandscape.check.jets import value
from symlandscape.check.outcome import Rejected

__all__ = ["inertia", "krawczyk_image", "krawczyk_of", "last_pivot", "solved"]


def inertia(rows: Sequence[Sequence[arb]]) -> tuple[int, int]:
    """Numbers of negative and positive eigenvalues of every symmetric matrix in the ball matrix, by the pivots of LDL^T
    (Sylvester's law).

    Raises Rejected when a pivot's sign is not decided. The pivots are the ratios of leading minors, so no pivot order
    is needed for soundness.
    """
    work = [list(row) for row in rows]
    negative = positive = 0
    for j in range(len(work)):
        pivot = work[j][j]
        side = sign(pivot)
        if side not in (-1, 1):
            raise Rejected(f"pivot {j + 1} of {len(work)} is not decided to be positive or negative")
        negative, positive = negative + (side < 0), positive + (side > 0)
        for i in range(j + 1, len(work)):
            if not work[i][j].is_zero():
                factor = work[i][j] / pivot
                for m in range(j + 1, i + 1):
                    work[i][m] = work[i][m] - factor * work[m][j]
    return negative, positive


def krawczyk_image(
    gradient_at_centre: Sequence[arb], hessian_on_box: Sequence[Sequence[arb]], box: Sequence[arb]
) -> list[arb]:
    """The Krawczyk image K = m - Y F(m) + (I - Y J(X)) (X - m) of the box X with centre m.

    If it returns, K lies in the interior of X componentwise, so F has exactly one zero in X, and it lies in K. Raises
    Rejected otherwise. Y is an approximate inverse of the midpoint of J(X), any regular matrix would be sound; J(X) is
    symmetric and its lower triangle is read.
    """
    size = len(box)
    rows = [[hessian_on_box[max(i, j)][min(i, j)] for j in range(size)] for i in range(size)]
    return krawczyk_of(gradient_at_centre, rows, box)


def krawczyk_of(
    gradient_at_centre: Sequence[arb], jacobian_on_box: Sequence[Sequence[arb]], box: Sequence[arb]
) -> list[arb]:
    """:func:`krawczyk_image` of a map whose Jacobian, given with all its entries, need not be symmetric."""
    size = len(box)
    jacobian = arb_mat(size, size, [x for row in jacobian_on_box for x in row])
    if not is_finite(jacobian) or not all(is_finite(x) for x in gradient_at_centre):
        raise Rejected("gradient or Hessian is not finite on the box (a neuron may vanish in it)")
    try:
        preconditioner = jacobian.mid().inv().mid()
    except ZeroDivisionError as error:
        raise Rejected("the Hessian at the centre is singular, so the point is not shown to be isolated") from error
    identity = arb_mat(size, size, [int(i == j) for i in range(size) for j in range(size)])
    shift = preconditioner * arb_mat(size, 1, list(gradient_at_centre))
    spread = arb_mat(size, 1, [x - mid(x) for x in box])
    correction = (identity - preconditioner * jacobian) * spread
    image = [mid(x) - shift[i, 0] + correction[i, 0] for i, x in enumerate(box)]
    if not all(interior(x, y) for x, y in zip(box, image, strict=True)):
        raise Rejected("the Krawczyk image does not lie inside the box, so existence and uniqueness are not shown")
    return image


def solved(lower: Sequence[Sequence[arb]], right: Sequence[arb]) -> list[arb]:
    """The solution of A x = b for the symmetric ball matrix with this lower triangle. Raises Rejected where A may be
    singular or is not finite."""
    size = len(right)
    matrix = arb_mat(size, size, [lower[max(i, j)][min(i, j)] for i in range(size) for j in range(size)])
    if not is_finite(matrix) or not all(is_finite(x) for x in right):
        raise Rejected("a derivative with respect to the moving size is not finite")
    try:
        found = matrix.solve(arb_mat(size, 1, list(right)))
    except ZeroDivisionError as error:
        raise Rejected("the Hessian in the fixed space may be singular, so the branch has no speed") from error
    return [found[i, 0] for i in range(size)]


def last_pivot(rows: Sequence[Sequence[Any]]) -> Any:
    """The last pivot of LDL^T of a symmetric matrix of balls or jets (lower triangle read), the largest diagonal entry
    eliminated first.

    All other pivots have certain signs, so by Sylvester's law the inertia is theirs and the sign of the last one; where
    it vanishes 0 is a simple eigenvalue. Raises Rejected where another pivot's sign is not decided.
    """
    size = len(rows)
    work = [[rows[max(i, j)][min(i, j)] for j in range(size)] for i in range(size)]
    left = list(range(size))
    while len(left) > 1:
        best = left[0]
        for j in left[1:]:
            if abs(mid(value(work[j][j]))) > abs(mid(value(work[best][best]))):
                best = j
        pivot = work[best][best]
        if sign(value(pivot)) not in (-1, 1):
            raise Rejected("more than one pivot of the block is not decided, so the crossing is not shown to be simple")
        left.remove(best)
        for i in left:
            for j in left:
                work[i][j] = work[i][j] - work[i][best] * work[best][j] / pivot
    return work[left[0]][left[0]]
