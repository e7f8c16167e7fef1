"""Proof that a list of crossings is complete: a cover of the branch by pieces of the moving size, each certified over
balls.

On a piece N = n0 + D of sizes the branch is z(n) = p(n) + y(n) with its Taylor polynomial p at n0 (found, not trusted).
With Y a box, T = p(N) + Y the tube and A an approximate inverse Jacobian,

    K = - A g(p(n), n) + (I - A J(p(n) + Y, n)) Y,      n in N,

lies inside Y: for every n in N there is exactly one critical point in the tube (Krawczyk with n a ball). Values over N
come from Taylor's theorem in n (arith/taylor.py), for every fixed y in Y, and so do the blocks B(p(n) + y, n). Then
either LDL^T decides all pivots, so the block keeps its inertia on N, or all pivots but the last (the largest diagonal
entry goes first) are decided and the last one is strictly monotone along the branch: then the block is singular at most
once on N, and a crossing that is proved to lie in the tube, or equal inertia at both ends, tells how often. Along the
branch y' = -J^-1 (d/dn) g(p + y, n) for fixed y. Neighbouring pieces are linked: at the common size the critical point
of one lies in the tube of the other. Level of a finished cover: CERTIFIED.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from symlandscape.arith.balls import arb, arb_mat, around, contains, interior, interval, is_finite, mid, sign, workprec
from symlandscape.arith.conversions import float_to_arb, mid_float, to_arb
from symlandscape.arith.dual import Dual, dual_field
from symlandscape.arith.field import arb_field
from symlandscape.arith.linear import inertia, solve
from symlandscape.arith.taylor import coefficient, derivative_over, enclosure_over, series, taylor_field, taylor_order
from symlandscape.relu.branch_scan import Branch, branch_of, changes, row, samples
from symlandscape.relu.continuation import Sample, newton
from symlandscape.relu.crossing_proof import Crossing, ball_matrix, prove
from symlandscape.relu.families import Family
from symlandscape.relu.reduced import ReducedPoint
from symlandscape.symmetry.isotypic import Component

__all__ = ["Cover", "Piece", "cover", "cover_branch", "last_pivot", "piece"]

BITS = 80
ORDER = 6
"""Order of the Taylor expansions in the size."""
CROSSING_DIGITS = 15
SHORTEST = Fraction(1, 10**5)
"""Relative length below which a piece is not bisected any more."""
MOST_PIECES = 20_000
WIDER = 6
"""Radius of a tube in bounds of the distance between the branch and its chord: neighbours must reach into each
other."""


@dataclass(frozen=True, slots=True)
class Cover:
    """Whether the pieces from ``low`` to ``high`` (sizes) are all proved and linked; ``remark`` says what failed.

    ``last`` is the piece that ends at ``high``.
    """

    complete: bool
    pieces: int
    low: Fraction
    high: Fraction
    remark: str = ""
    last: Piece | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A proved piece [low, high] of sizes: the coefficients of the polynomial p in n - n0 for each coordinate, the box
    Y and the image K.

    ``inertias`` gives the number of negative eigenvalues of each block that keeps it; the labels in ``monotone`` are
    singular at most once.
    """

    low: Fraction
    high: Fraction
    n0: arb
    polynomial: tuple[tuple[arb, ...], ...]
    tube: tuple[arb, ...]
    image: tuple[arb, ...]
    inertias: dict[str, int]
    monotone: tuple[str, ...]

    def middle(self, n: arb) -> list[arb]:
        """The polynomial at a size."""
        found = []
        for coefficients in self.polynomial:
            total = arb(0)
            for c in reversed(coefficients):
                total = total * (n - self.n0) + c
            found.append(total)
        return found


def cover(family: Family, low: Fraction | int, high: Fraction | int) -> Cover:
    """Whether the crossings that the scan finds and proves on d in [low, high] are all there are, for as far as the
    branch could be followed."""
    branch = branch_of(family)
    followed = samples(branch, Fraction(low), Fraction(high))
    found = changes(branch, [row(branch, s) for s in followed])
    return cover_branch(branch, followed, [prove(branch, change, CROSSING_DIGITS) for change in found])


def cover_branch(branch: Branch, followed: Sequence[Sample], crossings: Iterable[Crossing]) -> Cover:
    """Covers the branch along samples in descending size; complete when every crossing on it is among the proved
    ones."""
    low, high = followed[-1].size, followed[0].size
    proved = [c for c in crossings if c.proved]
    pieces: list[Piece] = []
    todo = [(below, above) for above, below in pairwise(followed)]
    with workprec(BITS):
        while todo:
            below, above = todo.pop()
            middle = _middle(branch, below, above)
            found = None if middle is None else piece(branch, below, middle, above)
            if found is not None and (not pieces or _linked(pieces[-1], found)):
                missed = _missed(branch, found, proved)
                if not missed:
                    pieces.append(found)
                    continue
            if (
                middle is None
                or above.size - below.size < SHORTEST * above.size
                or len(pieces) + len(todo) > MOST_PIECES
            ):
                where = f"between d = {float(below.size + branch.fixed):.8g} and {float(above.size + branch.fixed):.8g}"
                return Cover(
                    False,
                    len(pieces),
                    low,
                    high,
                    f"the cover stopped {where}: {'a block' if found else 'the branch'} could not be enclosed there",
                )
            todo += [(middle, above), (below, middle)]
    return Cover(True, len(pieces), low, high, last=pieces[-1])


def _middle(branch: Branch, below: Sample, above: Sample) -> Sample | None:
    """The branch near the middle of a piece, by Newton in floats."""
    size = Fraction(round((below.size + above.size) / 2 * 2**30), 2**30)
    pattern = branch.pattern(size)
    point = newton(pattern, (below.point + above.point) / 2, branch.family.slope, 12)
    return None if point is None else Sample(size, pattern, point)


def piece(branch: Branch, below: Sample, middle: Sample, above: Sample) -> Piece | None:
    """The piece between two samples, proved, or None where a test fails."""
    try:
        with taylor_order(ORDER):
            return _proved(branch, below, middle, above)
    except (ValueError, ZeroDivisionError):  # flint: a divisor that may vanish, a matrix that may be singular
        return None


def _proved(branch: Branch, below: Sample, middle: Sample, above: Sample) -> Piece | None:
    n0 = to_arb(middle.size)
    offset = interval(to_arb(below.size), to_arb(above.size)) - n0
    z0 = [float_to_arb(float(x)) for x in middle.point]
    inverse = ball_matrix(branch.point(z0, n0, arb_field()).jacobian()).mid().inv().mid()
    polynomial = _polynomial(branch, z0, n0, inverse)
    size, still = len(z0), [arb(0)] * len(z0)
    first, second = (_point(branch, polynomial, still, n0, n) for n in (series([n0, 1]), series([n0 + offset, 1])))
    values = [enclosure_over(a, b, offset, ORDER) for a, b in zip(first.gradient(), second.gradient(), strict=True)]
    shift = inverse * arb_mat(size, 1, values)
    radii = [WIDER * shift[i, 0].abs_upper() + abs(z0[i]) * arb((1, -48)) + arb((1, -60)) for i in range(size)]
    if not all(is_finite(r) for r in radii):
        return None
    tube = [around(arb(0), r) for r in radii]
    first, second = (_point(branch, polynomial, tube, n0, n) for n in (series([n0, 1]), series([n0 + offset, 1])))
    entries = first.entries(), second.entries()
    J = _over(first.jacobian(entries[0]), second.jacobian(entries[1]), offset)
    identity = arb_mat(size, size, [int(i == j) for i in range(size) for j in range(size)])
    spread = (identity - inverse * J) * arb_mat(size, 1, tube)
    image = [spread[i, 0] - shift[i, 0] for i in range(size)]
    if not all(interior(y, k) for y, k in zip(tube, image, strict=True)):
        return None
    inertias, monotone = {}, []
    for component in branch.components():
        rows = first.block(component, entries[0]), second.block(component, entries[1])
        B = _over(*rows, offset)
        signs = inertia(B) if is_finite(B) else None
        if signs is not None:
            inertias[component.label] = signs.negative
        elif is_finite(B) and _monotone(branch, component, J, B, rows, (first, second), offset, n0):
            monotone.append(component.label)
        else:
            return None
    return Piece(below.size, above.size, n0, polynomial, tuple(tube), tuple(image), inertias, tuple(monotone))


def _polynomial(branch: Branch, z0: Sequence[arb], n0: arb, inverse: arb_mat) -> tuple[tuple[arb, ...], ...]:
    """Approximate Taylor coefficients of the branch at n0, order by order: A times the residual's coefficient corrects
    the next one."""
    size, found = len(z0), [[x] + [arb(0)] * (ORDER - 1) for x in z0]
    for k in (0, *range(ORDER)):
        gradient = _point(branch, found, [arb(0)] * size, n0, series([n0, 1])).gradient()
        step = inverse * arb_mat(size, 1, [mid(coefficient(g, k)) for g in gradient])
        for i in range(size):
            found[i][k] = mid(found[i][k] - step[i, 0])
    return tuple(tuple(coefficients) for coefficients in found)


def _point(
    branch: Branch, polynomial: Sequence[Sequence[arb]], offsets: Sequence[arb], n0: arb, n: Any
) -> ReducedPoint:
    """The point p(n) + offsets over series in n."""
    values = []
    for coefficients, y in zip(polynomial, offsets, strict=True):
        total: Any = n * 0
        for c in reversed(coefficients):
            total = total * (n - n0) + c
        values.append(total + y)
    return branch.point(values, n, taylor_field())


def _over(at_point: Sequence[Sequence[Any]], at_ball: Sequence[Sequence[Any]], offset: arb) -> arb_mat:
    """The ball matrix of the values over the piece."""
    return ball_matrix(
        [
            [enclosure_over(a, b, offset, ORDER) for a, b in zip(r, s, strict=True)]
            for r, s in zip(at_point, at_ball, strict=True)
        ]
    )


def _monotone(
    branch: Branch,
    component: Component,
    J: arb_mat,
    B: arb_mat,
    rows: tuple[Any, Any],
    points: tuple[ReducedPoint, ReducedPoint],
    offset: arb,
    n0: arb,
) -> bool:
    """Whether the block's last pivot is strictly monotone along the branch and its other pivots keep their signs."""
    size, whole = J.nrows(), n0 + offset
    drift = [
        derivative_over(a, b, offset, ORDER) for a, b in zip(points[0].gradient(), points[1].gradient(), strict=True)
    ]
    rest = solve(J, arb_mat(size, 1, drift))
    if rest is None:
        return False
    box = [coefficient(x, 0) for x in points[1].values]
    duals = [Dual(x, (-rest[i, 0],)) for i, x in enumerate(box)]
    sideways = branch.point(duals, Dual(whole, (arb(0),)), dual_field(arb_field(), 1)).block(component)
    rates = [
        [
            Dual(B[i, j], (derivative_over(rows[0][i][j], rows[1][i][j], offset, ORDER) + sideways[i][j].parts[0],))
            for j in range(B.ncols())
        ]
        for i in range(B.nrows())
    ]
    pivot = last_pivot(rates)
    return pivot is not None and sign(pivot.parts[0]) in (-1, 1)


def last_pivot(rows: Sequence[Sequence[Dual]]) -> Dual | None:
    """The last pivot of LDL^T over dual numbers, largest diagonal entry first; None where another pivot's sign is not
    decided."""
    work, left = [list(row) for row in rows], list(range(len(rows)))
    while len(left) > 1:
        best = max(left, key=lambda j: abs(mid_float(work[j][j].value)))
        pivot = work[best][best]
        if sign(pivot.value) not in (-1, 1):
            return None
        left.remove(best)
        for i in left:
            for j in left:
                work[i][j] = work[i][j] - work[i][best] * work[best][j] / pivot
    return work[left[0]][left[0]]


def _linked(below: Piece, above: Piece) -> bool:
    """Whether at the common size the critical point of one piece lies in the tube of the other, so that the branch is
    the same."""
    n = to_arb(above.low)
    for one, other in ((below, above), (above, below)):
        places = zip(one.middle(n), one.image, other.middle(n), other.tube, strict=True)
        if all(interior(tube, x + k - z) for x, k, z, tube in places):
            return True
    return False


def _missed(branch: Branch, found: Piece, proved: Sequence[Crossing]) -> bool:
    """Whether a block that is singular at most once on the piece is not accounted for, by a proved crossing or by equal
    inertia at both ends."""
    whole = interval(to_arb(found.low), to_arb(found.high))
    for label in found.monotone:
        inside = [c for c in proved if c.component.label == label and interior(whole, c.n) and _in_tube(found, c)]
        if not inside and not _equal_ends(branch, found, label):
            return True
    return False


def _in_tube(found: Piece, crossing: Crossing) -> bool:
    return all(contains(y, x - z) for x, z, y in zip(crossing.z, found.middle(crossing.n), found.tube, strict=True))


def _equal_ends(branch: Branch, found: Piece, label: str) -> bool:
    """Whether the block has the same decided inertia at both ends of the piece."""
    component = next(c for c in branch.components() if c.label == label)
    counts = []
    for n in (to_arb(found.low), to_arb(found.high)):
        point = branch.point([x + k for x, k in zip(found.middle(n), found.image, strict=True)], n, arb_field())
        signs = inertia(ball_matrix(point.block(component)))
        counts.append(None if signs is None else signs.negative)
    return counts[0] is not None and counts[0] == counts[1]
