"""Krawczyk's test: existence and uniqueness of a root in a box, proved in ball arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from symlandscape.arith.balls import arb, arb_mat, around, interior, is_finite, mid, midpoint_matrix, rad, workprec
from symlandscape.arith.conversions import arb_to_fraction, float_to_arb, to_arb
from symlandscape.errors import InputError
from symlandscape.evidence.verdict import Verdict

BallFunction = Callable[[list[arb]], Sequence[arb]]
BallJacobian = Callable[[list[arb]], arb_mat]

MAX_REFINEMENTS = 40
START_BITS = 64
GUARD_BITS = 32
INFLATIONS = (2, 16, 256)
"""Radii tried, as multiples of the bound of Newton's correction at the centre."""


class KrawczykStatus(Enum):
    """How a test ended; the value is the sentence for a person. Only PROVED is a statement about roots."""

    PROVED = "exactly one root lies in the box"
    NOT_CONTRACTING = (
        "the Jacobian varies too much over the box: take a smaller radius (none will do at a multiple root)"
    )
    NOT_INTERIOR = "the image of the box is not inside it: the centre is too far from a root for this radius"
    SINGULAR = "the Jacobian at the centre cannot be inverted at this precision"
    NOT_FINITE = "a function is not finite on the box: it reaches a point outside the domain"
    NOT_SHARP = "exactly one root lies in the box, but the box is larger than the asked digits at the allowed precision"


@dataclass(frozen=True, slots=True)
class KrawczykResult:
    """What Krawczyk's test found for one box.

    box: the tested box X. enclosure: K(X), a smaller box with the same root when proved (else empty). contraction: an
    upper bound, in the maximum norm weighted by the radii, of |I - Y J(X)|. prec: bits used. Evidence level when
    proved: CERTIFIED.
    """

    status: KrawczykStatus
    box: tuple[arb, ...]
    enclosure: tuple[arb, ...]
    contraction: arb
    prec: int

    @property
    def proved(self) -> bool:
        """Whether existence and uniqueness of the root in the box are proved."""
        return self.status in (KrawczykStatus.PROVED, KrawczykStatus.NOT_SHARP)

    @property
    def verdict(self) -> Verdict:
        """YES when proved to what was asked, else UNDECIDED: a failed test refutes nothing."""
        return Verdict.YES if self.status is KrawczykStatus.PROVED else Verdict.UNDECIDED


def krawczyk(
    residual: BallFunction, jacobian: BallJacobian, centre: Sequence[Any], radius: Any, prec: int
) -> KrawczykResult:
    """Krawczyk's test of the box X = centre +- radius at `prec` bits.

    residual: n balls -> n balls enclosing F; jacobian: n balls -> (n, n) ball matrix enclosing F' on the box; F must
    be C^1 wherever they are finite. centre: n exact numbers (balls of radius 0, mpmath numbers, rationals); radius:
    one positive number or n of them.

    K(X) = m - Y F(m) + (I - Y J(X)) (X - m), Y an approximate inverse of the midpoint Jacobian. If K(X) lies in the
    interior of X, then Y and every matrix in J(X) are regular, F has exactly one zero in X, and it lies in K(X).
    Source: Krawczyk, Computing 4 (1969) 187; Moore, SIAM J. Numer. Anal. 14 (1977) 611; Rump, Acta Numerica 19 (2010),
    Thm 13.2.
    Raises: `InputError` for a centre that is not exact and finite, a radius that is not positive, a system that is not
    square.
    """
    with workprec(prec):
        m = [_exact(c) for c in centre]
        radii = _radii(radius, len(m))
        return _test(residual, jacobian, m, radii, prec)


def _test(residual: BallFunction, jacobian: BallJacobian, m: list[arb], radii: list[arb], prec: int) -> KrawczykResult:
    n = len(m)
    box = [around(c, r) for c, r in zip(m, radii, strict=True)]
    # X - m, with the radius that the box really has
    offsets = [around(arb(0), rad(ball)) for ball in box]

    def ended(status: KrawczykStatus, contraction: arb | None = None, image: Sequence[arb] = ()) -> KrawczykResult:
        bound = arb("inf") if contraction is None else contraction
        return KrawczykResult(status, tuple(box), tuple(image), bound, prec)

    value = list(residual(list(m)))
    slope = jacobian(list(box))
    if len(value) != n or slope.nrows() != n or slope.ncols() != n:
        raise InputError(f"expected {n} residuals and a Jacobian of shape ({n}, {n}), got others; pass a square system")
    if not (all(is_finite(v) for v in value) and is_finite(slope)):
        return ended(KrawczykStatus.NOT_FINITE)
    try:
        y = midpoint_matrix(midpoint_matrix(slope).inv())
    except ZeroDivisionError:
        return ended(KrawczykStatus.SINGULAR)
    if not is_finite(y):
        return ended(KrawczykStatus.SINGULAR)
    correction = y * arb_mat(n, 1, value)
    remainder = _identity(n) - y * slope
    contraction = _weighted_norm(remainder, [rad(offset) for offset in offsets])
    if not (contraction < 1):
        return ended(KrawczykStatus.NOT_CONTRACTING, contraction)
    spread = remainder * arb_mat(n, 1, offsets)
    image = [m[i] - correction[i, 0] + spread[i, 0] for i in range(n)]
    if not all(interior(outer, inner) for outer, inner in zip(box, image, strict=True)):
        return ended(KrawczykStatus.NOT_INTERIOR, contraction)
    return ended(KrawczykStatus.PROVED, contraction, image)


def verify_root(
    residual: BallFunction,
    jacobian: BallJacobian,
    centre: Sequence[Any],
    digits: int,
    *,
    start_prec: int | None = None,
    max_prec: int | None = None,
) -> KrawczykResult:
    """A proof that F has exactly one root near `centre`, enclosed to `digits` digits; precision and radius escalate
    until it holds.

    centre: n approximations (mpmath numbers, rationals, floats or exact balls); they are refined here by Newton steps
    on midpoints. A coordinate of the enclosure has a radius of at most 10^-digits times its size, or, when it contains
    0, times min(1, the largest coordinate). The result is PROVED with the box, or carries the reason of the last
    failure at `max_prec` bits; NOT_SHARP means a proof in a larger box. Defaults: start at digits plus 64 bits, give
    up beyond 16 times that.
    """
    if isinstance(digits, bool) or not isinstance(digits, int) or digits < 1:
        raise InputError(f"expected at least 1 digit, got {digits!r}; pass an integer such as 30")
    prec = int(digits * 3.33) + 64 if start_prec is None else start_prec
    limit = max(16 * prec, 4096) if max_prec is None else max(prec, max_prec)
    m = [_start(c) for c in centre]
    while True:
        with workprec(prec):
            m, result = _attempt(residual, jacobian, m, prec)
            if result.status is KrawczykStatus.PROVED:
                if _sharp(result.enclosure, digits):
                    return result
                result = replace(result, status=KrawczykStatus.NOT_SHARP)
        if prec >= limit:
            return result
        prec = min(2 * prec, limit)


def refine(
    residual: BallFunction, jacobian: BallJacobian, centre: Sequence[Any], prec: int, max_steps: int = MAX_REFINEMENTS
) -> list[arb]:
    """Newton steps on ball midpoints at rising precision up to `prec` bits, until the steps are rounding: an exact
    centre, no proof.

    Where a function is not finite or the Jacobian not invertible, the last good centre is returned.
    """
    ladder = [prec]
    while ladder[-1] > 2 * START_BITS:
        ladder.append(ladder[-1] // 2 + GUARD_BITS // 2)
    m = [_start(c) for c in centre]
    for bits in reversed(ladder):
        with workprec(bits):
            m = _iterate(residual, jacobian, m, bits, max_steps)
    return m


def _iterate(residual: BallFunction, jacobian: BallJacobian, m: list[arb], bits: int, max_steps: int) -> list[arb]:
    """Newton steps at one precision, until they are rounding or stop shrinking."""
    best: arb | None = None
    slope: arb_mat | None = None
    for _ in range(max_steps):
        if slope is None:
            slope = _slope(jacobian, m)
        step = None if slope is None else _step(residual, slope, m)
        if step is None:
            break
        size, scale = _largest(step), _largest(m)
        if best is not None and size * 1024 < scale and not (size * 4 < best):
            break  # rounding, or a multiple root
        best = size
        m = [mid(c + s) for c, s in zip(m, step, strict=True)]
        if size.is_zero() or size * arb((1, bits - 4)) < scale:
            break
        if not size * arb((1, bits // 2)) < scale:
            slope = None  # after a shorter step the next one is as good as rounding: the Jacobian serves once more
    return m


def _attempt(
    residual: BallFunction, jacobian: BallJacobian, m: list[arb], prec: int
) -> tuple[list[arb], KrawczykResult]:
    """Refine the centre, then test boxes of growing size around it, sized by a bound of Newton's correction there."""
    m = refine(residual, jacobian, m, prec)
    n, scale = len(m), _largest(m)
    if scale.is_zero():
        scale = arb(1)
    # a coordinate's own size sets its radius, so that small coordinates keep their digits; the last term is for zeros
    floors = [abs(c) * arb((1, GUARD_BITS // 2 - prec)) + scale * arb((1, -(3 * prec // 2))) for c in m]
    result = _test(residual, jacobian, m, [floor.upper() for floor in floors], prec)
    if result.status is not KrawczykStatus.NOT_INTERIOR:
        return m, result
    correction = _correction(residual, jacobian, m)
    if correction is None:
        return m, result
    for factor in INFLATIONS:
        radii = [(correction[i].abs_upper() * factor + floors[i]).upper() for i in range(n)]
        result = _test(residual, jacobian, m, radii, prec)
        if result.status is not KrawczykStatus.NOT_INTERIOR:
            break
    return m, result


def _slope(jacobian: BallJacobian, m: list[arb]) -> arb_mat | None:
    """The midpoints of the Jacobian, where it is finite."""
    slope = jacobian(list(m))
    return midpoint_matrix(slope) if is_finite(slope) else None


def _step(residual: BallFunction, slope: arb_mat, m: list[arb]) -> list[arb] | None:
    """The step -S^-1 F(m) from midpoints; None where F is not finite or S not regular."""
    n = len(m)
    value = list(residual(list(m)))
    if not all(is_finite(v) for v in value):
        return None
    try:
        step = slope.solve(arb_mat(n, 1, [-mid(v) for v in value]))
    except ZeroDivisionError:
        return None
    return [mid(step[i, 0]) for i in range(n)] if is_finite(step) else None


def _correction(residual: BallFunction, jacobian: BallJacobian, m: list[arb]) -> list[arb] | None:
    """Newton's step with the radius that F(m) gives it."""
    n = len(m)
    value, slope = list(residual(list(m))), _slope(jacobian, m)
    if slope is None or not all(is_finite(v) for v in value):
        return None
    try:
        step = midpoint_matrix(slope.inv()) * arb_mat(n, 1, [-v for v in value])
    except ZeroDivisionError:
        return None
    return [step[i, 0] for i in range(n)] if is_finite(step) else None


def _sharp(enclosure: Sequence[arb], digits: int) -> bool:
    power_of_ten = arb(10) ** digits
    scale = _largest([mid(ball) for ball in enclosure])
    for ball in enclosure:
        bound = abs(mid(ball))
        if ball.contains(0):
            bound = scale if scale < 1 and not scale.is_zero() else arb(1)
        if not (rad(ball) * power_of_ten <= bound):
            return False
    return True


def _largest(values: Sequence[arb]) -> arb:
    """The largest |v|, for exact balls."""
    best = arb(0)
    for v in values:
        size = abs(v)
        if size > best:
            best = size
    return best


def _identity(n: int) -> arb_mat:
    return arb_mat(n, n, [int(i == j) for i in range(n) for j in range(n)])


def _weighted_norm(matrix: arb_mat, weights: list[arb]) -> arb:
    """An upper bound (exact ball) of max_i sum_j |M_ij| w_j / w_i."""
    best = arb(0)
    n = len(weights)
    for i in range(n):
        row = (sum((matrix[i, j].abs_upper() * weights[j] for j in range(n)), arb(0)) / weights[i]).upper()
        if not (row <= best):
            best = row
    return best


def _start(c: Any) -> arb:
    """An approximation as an exact ball: a float by its binary value, a ball or a rational by its midpoint."""
    ball = mid(float_to_arb(c) if isinstance(c, float) else to_arb(c))
    if not ball.is_finite():
        raise InputError("expected a finite centre, got nan or infinity; choose another one")
    return ball


def _exact(c: Any) -> arb:
    """An exact finite ball; a rational that is not dyadic, or a ball with a radius, is refused."""
    ball = to_arb(c)
    arb_to_fraction(ball)
    return ball


def _radii(radius: Any, n: int) -> list[arb]:
    values = list(radius) if isinstance(radius, Sequence) and not isinstance(radius, str) else [radius] * n
    if len(values) != n:
        raise InputError(f"expected one radius or {n}, got {len(values)}; pass one for each coordinate")
    balls = [(float_to_arb(r) if isinstance(r, float) else to_arb(r)).upper() for r in values]
    if not all(ball > 0 and ball.is_finite() for ball in balls):
        raise InputError("expected a finite radius > 0, got another; pass a small positive number")
    return balls
