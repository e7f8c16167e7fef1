"""One piece of a branch: for every s = d^(-1/2) between two numbers one critical point in a tube, and the signs of
all blocks there.

The place on the piece is u in [-1, 1], s = (low + high)/2 + u (high - low)/2, the moving size n = s^-2 - the fixed
sizes. With the polynomials p (one for each coordinate), the box Y around 0 and Taylor models in u,

    K = - A(u) g(p(u), u) + (I - A(u) J(p(u) + Y, u)) Y,      A the middle of an approximate inverse of J,

lies inside Y: for every u exactly one critical point in p(u) + Y, and it lies in p(u) + K (Krawczyk's test with the
place a parameter; 0 lies in Y, and J encloses the Jacobians on the segments from 0). Blocks are factored by LDL^T over
Taylor models of p + Y. Where a pivot's sign is not decided the block may be the one that crosses: its last pivot, run
on jets along the branch (p' + y', y' = -J^-1 d/ds g), is strictly monotone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symlandscape.arith.balls import arb, arb_poly, fmpq, interior, is_finite, mid, sign, symmetric
from symlandscape.check.jets import Jet, value
from symlandscape.check.outcome import Rejected
from symlandscape.check.relu_branch import Branch
from symlandscape.check.relu_plans import block
from symlandscape.check.taylor_models import TaylorModel, constant, hull_of

__all__ = ["Piece", "along", "confirmed", "monotone_speed", "positive"]


@dataclass(frozen=True, slots=True)
class Piece:
    """What a document states about one piece: its ends in s, one polynomial in u for each coordinate, the radii of the
    tube."""

    low: Fraction
    high: Fraction
    polynomials: tuple[tuple[arb, ...], ...]
    radii: tuple[arb, ...]

    def place(self, s: arb) -> arb:
        """The u that belongs to an s."""
        low, high = ball(self.low), ball(self.high)
        return (2 * s - low - high) / (high - low)

    def centre(self, s: arb) -> list[arb]:
        """The polynomials at an s."""
        u = self.place(s)
        return [arb_poly(list(p))(u) for p in self.polynomials]


def ball(x: Fraction | int) -> arb:
    """A rational as a ball."""
    return arb(fmpq(x.numerator, x.denominator))


def constants(slope: Fraction) -> tuple[Any, arb]:
    """Slope and 1/(2 pi) over balls; a whole slope stays an integer."""
    return (int(slope) if slope.denominator == 1 else ball(slope)), 1 / (2 * arb.pi())


def size_of(sizes: Sequence[int | None], s: Any) -> Any:
    """The moving size n = s^-2 - the others."""
    return 1 / (s * s) - sum(m for m in sizes if m is not None)


def confirmed(
    piece: Piece, sizes: Sequence[int | None], slope: Fraction
) -> tuple[Branch, list[list[TaylorModel]], list[arb]]:
    """The branch over the tube, its Hessian in the fixed space, and the image K around the polynomials.

    Raises Rejected where existence and uniqueness are not shown.
    """
    s = hull_of(ball(piece.low), ball(piece.high))
    n = size_of(sizes, s)
    centre = [TaylorModel(arb_poly(list(p)), arb(0)) for p in piece.polynomials]
    thin = Branch(sizes, n, centre, constants(slope))
    boxes = [symmetric(r) for r in piece.radii]
    wide = Branch(sizes, n, [c.widened(y) for c, y in zip(centre, boxes, strict=True)], constants(slope))
    J = full(block(wide, "t"))
    A = inverse([[x.middle() for x in row] for row in J])
    gradient, size = thin.gradient(), len(J)
    image = []
    for i in range(size):
        total = -_sum(A[i][j] * gradient[j] for j in range(size)).range()
        for j in range(size):
            entry = int(i == j) - _sum(A[i][m] * J[m][j] for m in range(size))
            total = total + entry.range() * boxes[j]
        image.append(total)
    if not all(is_finite(x) and interior(y, x) for x, y in zip(image, boxes, strict=True)):
        raise Rejected("the Krawczyk image does not lie inside the tube, so existence and uniqueness are not shown")
    return wide, J, image


def positive(rows: Sequence[Sequence[Any]]) -> bool:
    """Whether LDL^T over models shows the symmetric matrix (lower triangle given) positive definite at every place."""
    work = [list(row) for row in rows]
    for j in range(len(work)):
        if value_sign(work[j][j]) != 1:
            return False
        if j + 1 < len(work):
            reciprocal = 1 / work[j][j]
            for i in range(j + 1, len(work)):
                factor = work[i][j] * reciprocal
                for m in range(j + 1, i + 1):
                    work[i][m] = work[i][m] - factor * work[m][j]
    return True


def monotone_speed(
    piece: Piece, sizes: Sequence[int | None], slope: Fraction, J: Sequence[Sequence[TaylorModel]], label: str
) -> int:
    """The sign of d/ds of the last pivot of a block along the branch, all other pivots being positive.

    Raises Rejected where this is not shown.
    """
    n, moving = along(piece, sizes, slope, J)
    branch = Branch(sizes, n, moving, constants(slope))
    rows = branch.form(*branch.representations()[label])
    pivot = last_pivot(rows)
    found = value_sign(pivot.rate) if isinstance(pivot, Jet) else None
    if found not in (-1, 1):
        raise Rejected(f"block {label} is not shown to be monotone where it crosses")
    return found


def along(
    piece: Piece, sizes: Sequence[int | None], slope: Fraction, J: Sequence[Sequence[TaylorModel]]
) -> tuple[Jet, list[Jet]]:
    """The moving size and the coordinates of the branch with their derivatives in u: p' + y', y' = -J^-1 d/du g(p + y)
    at fixed y.
    """
    low, high = ball(piece.low), ball(piece.high)
    s, speed = hull_of(low, high), constant((high - low) / 2)
    boxes = [symmetric(r) for r in piece.radii]
    still = [
        Jet(TaylorModel(arb_poly(list(p)), y), TaylorModel(arb_poly(list(p)).derivative(), arb(0)))
        for p, y in zip(piece.polynomials, boxes, strict=True)
    ]
    n = size_of(sizes, Jet(s, speed))
    drift = [g.rate for g in Branch(sizes, n, still, constants(slope)).gradient()]
    A = inverse([list(row) for row in J])
    rest = [-_sum(A[i][j] * drift[j] for j in range(len(J))) for i in range(len(J))]
    return n, [Jet(z.value, z.rate + y) for z, y in zip(still, rest, strict=True)]


def last_pivot(rows: Sequence[Sequence[Any]]) -> Any:
    """The last pivot of LDL^T (lower triangle given), the largest diagonal entry first; the others must be positive."""
    size = len(rows)
    work = [[rows[max(i, j)][min(i, j)] for j in range(size)] for i in range(size)]
    left = list(range(size))
    while len(left) > 1:
        best = max(left, key=lambda j: _size(value(work[j][j])))
        if value_sign(value(work[best][best])) != 1:
            raise Rejected("another pivot of the block that crosses is not shown to be positive")
        left.remove(best)
        for i in left:
            factor = work[i][best] / work[best][best]
            for j in left:
                work[i][j] = work[i][j] - factor * work[best][j]
    return work[left[0]][left[0]]


def inverse(rows: Sequence[Sequence[TaylorModel]]) -> list[list[TaylorModel]]:
    """The inverse by elimination with the largest pivot; raises Rejected where a pivot may vanish."""
    size = len(rows)
    work: list[list[Any]] = [[*row, *(int(i == j) for j in range(size))] for i, row in enumerate(rows)]
    for j in range(size):
        best = max(range(j, size), key=lambda i: _size(work[i][j]))
        work[j], work[best] = work[best], work[j]
        reciprocal = 1 / work[j][j]
        work[j] = [0 if _zero(x) else x * reciprocal for x in work[j]]
        for i in range(size):
            if i != j and not _zero(work[i][j]):
                factor = work[i][j]
                work[i] = [x if _zero(y) else x - factor * y for x, y in zip(work[i], work[j], strict=True)]
    return [[x if isinstance(x, TaylorModel) else constant(x) for x in row[size:]] for row in work]


def full(lower: Sequence[Sequence[Any]]) -> list[list[TaylorModel]]:
    """The symmetric matrix of models with this lower triangle."""
    size = len(lower)
    rows = [[lower[max(i, j)][min(i, j)] for j in range(size)] for i in range(size)]
    return [[x if isinstance(x, TaylorModel) else constant(x) for x in row] for row in rows]


def value_sign(x: Any) -> int | None:
    """The certain sign of a model's values, or of a number's."""
    return x.sign() if isinstance(x, TaylorModel) else sign(arb(x))


def _zero(x: Any) -> bool:
    return isinstance(x, int) and x == 0


def _size(x: Any) -> Fraction:
    if not isinstance(x, TaylorModel):
        return Fraction(abs(x))
    found = x.poly.coeffs()
    man, exp = mid(found[0]).man_exp() if found else (0, 0)
    return abs(Fraction(int(man)) * Fraction(2) ** int(exp))


def _sum(terms: Any) -> TaylorModel:
    found = list(terms)
    total = found[0]
    for x in found[1:]:
        total = total + x
    return total
