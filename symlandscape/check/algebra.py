"""The checker's own linear algebra over balls: inertia by LDL^T and the Krawczyk test, written out here so that no solver is trusted."""

from __future__ import annotations

from collections.abc import Sequence

from symlandscape.arith.balls import arb, arb_mat, interior, is_finite, mid, sign
from symlandscape.check.outcome import Rejected

__all__ = ["inertia", "krawczyk_image"]


def inertia(rows: Sequence[Sequence[arb]]) -> tuple[int, int]:
    """Numbers of negative and positive eigenvalues of every symmetric matrix in the ball matrix, by the pivots of LDL^T (Sylvester's law).

    Raises Rejected when a pivot's sign is not decided. The pivots are the ratios of leading minors, so no pivot order is needed for soundness.
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
                for l in range(j + 1, i + 1):
                    work[i][l] = work[i][l] - factor * work[l][j]
    return negative, positive


def krawczyk_image(gradient_at_centre: Sequence[arb], hessian_on_box: Sequence[Sequence[arb]], box: Sequence[arb]) -> list[arb]:
    """The Krawczyk image K = m - Y F(m) + (I - Y J(X)) (X - m) of the box X with centre m.

    If it returns, K lies in the interior of X componentwise, so F has exactly one zero in X, and it lies in K. Raises Rejected otherwise.
    Y is an approximate inverse of the midpoint of J(X), any regular matrix would be sound; J(X) is symmetric and its lower triangle is read.
    """
    size = len(box)
    jacobian = arb_mat(size, size, [hessian_on_box[max(i, j)][min(i, j)] for i in range(size) for j in range(size)])
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
