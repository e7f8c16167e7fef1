"""Real balls [m - r, m + r] (Arb) and the few set operations that proofs need.

The only names of python-flint that the rest of the library uses are re-exported here. Every function evaluates at the
current precision of flint, which is global to the process: set it with `workprec` inside the function that needs it,
never from two threads. Balls are never compared with `==` nor passed to `bool`, `float` or `max`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flint import acb, acb_mat, arb, arb_mat, arb_poly, ctx, fmpq, fmpz, fmpz_poly
from flint.utils.flint_exceptions import DomainError

from symlandscape.errors import InputError

__all__ = [
    "acb",
    "acb_mat",
    "arb",
    "arb_mat",
    "arb_poly",
    "around",
    "atan2",
    "contains",
    "fmpq",
    "fmpz",
    "fmpz_poly",
    "from_parts",
    "hull",
    "interior",
    "interval",
    "is_finite",
    "mid",
    "midpoint_matrix",
    "polynomial_root",
    "power",
    "precision",
    "rad",
    "sign",
    "sqrt_nonneg",
    "symmetric",
    "workprec",
]

RADIUS_BITS = 30
"""Bits of the radius of a ball in Arb (`mag_t`)."""


@contextmanager
def workprec(bits: int) -> Iterator[None]:
    """The ball precision `bits` (at least 2) inside a with-block, restored after it; not for several threads."""
    if isinstance(bits, bool) or not isinstance(bits, int) or bits < 2:
        raise InputError(f"expected a precision of at least 2 bits, got {bits!r}; pass an integer such as 128")
    before = ctx.prec
    ctx.prec = bits
    try:
        yield
    finally:
        ctx.prec = before


def precision() -> int:
    """The ball precision in bits that applies here."""
    return int(ctx.prec)


def sign(x: arb) -> int | None:
    """The sign of every number in the ball: +1, -1, 0 for the exact zero, None when the ball does not decide it."""
    if x > 0:
        return 1
    if x < 0:
        return -1
    return 0 if x.is_zero() else None


def mid(x: arb) -> arb:
    """The midpoint of the ball, an exact ball, at any precision."""
    return x.mid()


def rad(x: arb) -> arb:
    """The radius of the ball, an exact ball, at any precision."""
    return x.rad()


def is_finite(x: arb | arb_mat) -> bool:
    """Whether midpoint and radius (of every entry) are finite."""
    if isinstance(x, arb_mat):
        return all(entry.is_finite() for entry in x.entries())
    return bool(x.is_finite())


def from_parts(mid_man: int, mid_exp: int, rad_man: int = 0, rad_exp: int = 0) -> arb:
    """The ball with midpoint mid_man 2^mid_exp and radius rad_man 2^rad_exp, exactly, at any precision.

    Raises: `InputError` when the radius is negative or has more than 30 significant bits (no such ball exists in Arb).
    """
    if rad_man < 0:
        raise InputError(f"expected a radius >= 0, got {rad_man} * 2**{rad_exp}; a radius is a distance")
    if rad_man == 0:
        return arb((mid_man, mid_exp))
    zeros = (rad_man & -rad_man).bit_length() - 1
    rad_man, rad_exp = rad_man >> zeros, rad_exp + zeros
    shift = RADIUS_BITS - rad_man.bit_length()
    if shift < 0:
        raise InputError(
            f"expected a radius of at most {RADIUS_BITS} bits, got {rad_man.bit_length()}; round it up first"
        )
    # Arb makes a radius of a number by truncation to 30 bits plus one unit, for exact values too: aim low
    ball = arb((mid_man, mid_exp), (4 * (rad_man << shift) - 1, rad_exp - shift - 2))
    if ball.rad().man_exp() != (rad_man, rad_exp):
        raise AssertionError("flint rounded a radius of 30 bits; the construction above no longer holds")
    return ball


def symmetric(r: arb | int) -> arb:
    """The ball [-r, r], r read as an upper bound (its absolute value, its own radius included): exact up to 30 bits."""
    return around(arb(0), arb(r))


def around(centre: arb, radius: arb) -> arb:
    """The ball with the midpoint of `centre` exactly, and the upper bound of |radius| rounded up to 30 bits as radius.

    Exact when the radius has at most 30 bits, where flint's own constructor would enlarge it. Not finite radii stay so.
    """
    bound = radius.abs_upper()
    if not (bound.is_finite() and centre.mid().is_finite()):
        return arb(centre.mid(), bound)
    man, exp = (int(part) for part in bound.man_exp())
    excess = max(0, man.bit_length() - RADIUS_BITS)
    mid_man, mid_exp = centre.mid().man_exp()
    return from_parts(int(mid_man), int(mid_exp), -((-man) >> excess), exp + excess)


def interval(lo: arb | int, hi: arb | int) -> arb:
    """The smallest ball found that contains both `lo` and `hi`, hence [lo, hi]; nan when one of them is nan."""
    return arb(lo).union(arb(hi))


def hull(*balls: arb) -> arb:
    """A ball containing all the balls given (at least one)."""
    if not balls:
        raise InputError("expected at least one ball for a hull, got none; pass one or more")
    joined = balls[0]
    for ball in balls[1:]:
        joined = joined.union(ball)
    return joined


def contains(outer: arb, inner: arb) -> bool:
    """Whether every number of `inner` lies in `outer`, decided exactly; False for nan inside a finite ball."""
    return bool(outer.contains(inner))


def interior(outer: arb, inner: arb) -> bool:
    """Whether every number of `inner` lies strictly inside `outer`, decided exactly."""
    return bool(outer.contains_interior(inner))


def midpoint_matrix(matrix: arb_mat) -> arb_mat:
    """The matrix of exact midpoints."""
    return matrix.mid()


def power(x: arb, n: int) -> arb:
    """The n-th power for an integer n, also on balls that hold 0 (flint's `**` gives nan there); even powers are >=
    0.
    """
    if n == 0:
        return arb(1)
    size = abs(n)
    if not x.mid().is_zero():
        # flint's repeated multiplication is rigorous for balls whose midpoint is not 0
        result = x**size
    else:
        # the midpoint is 0: x^n lies in [-r^n, r^n]
        bound = x.abs_upper()
        result = bound**size if x.is_zero() else symmetric(bound**size)
    if n < 0:
        result = 1 / result
    return _nonnegative_part(result) if n % 2 == 0 else result


def polynomial_root(x: fmpz_poly) -> fmpz_poly | None:
    """A polynomial with integer coefficients whose square is x, or None where there is none."""
    try:
        return x.sqrt()
    except DomainError:
        return None


def sqrt_nonneg(x: arb) -> arb:
    """The square roots of the numbers of x that are >= 0.

    For a quantity known to be >= 0 whose ball sticks out below 0. The result is nan when x is negative or not finite.
    """
    if not x.is_finite() or x < 0:
        return arb("nan")
    return _nonnegative_part(x.sqrt() if x >= 0 else _from_zero(x.upper().sqrt()))


def atan2(y: arb, x: arb) -> arb:
    """The angles in [0, pi] of the points (x, y) with y >= 0.

    For a y known to be >= 0, such as the sine part of an angle between vectors: the part of y's ball below 0 is
    discarded, so the branch cut on the negative axis is never crossed, and x may change sign: near the negative axis
    the angle is pi - atan(y/|x|). When the box holds the origin the answer is [0, pi/2] for x >= 0, else [0, pi].
    The result is nan when y is negative or an argument is not finite.
    """
    if not (x.is_finite() and y.is_finite()) or y < 0:
        return arb("nan")
    y = _nonnegative_part(y)
    if x > 0:
        angle = (y / x).atan()
    elif y > 0:
        angle = arb.pi() / 2 - (x / y).atan()
    elif x < 0:
        angle = arb.pi() + (y / x).atan()  # not -x: negation rounds, and might let x touch 0
    else:
        return _from_zero(arb.pi() / 2 if x >= 0 else arb.pi())
    return _nonnegative_part(angle)


def _nonnegative_part(x: arb) -> arb:
    """The part of x that is >= 0, for an x whose true values are: rounding can push a ball's lower end below 0."""
    return x if x >= 0 or not x.is_finite() else _from_zero(x.upper())


def _from_zero(upper: arb) -> arb:
    """A ball [0, u'] with u' >= upper >= 0 whose lower end is exactly 0, which a rounded radius would miss."""
    if not upper.is_finite():
        return arb("nan")
    if upper.is_zero():
        return arb(0)
    r = symmetric(upper / 2).rad()
    man, exp = (int(part) for part in r.man_exp())
    return from_parts(man, exp, man, exp)
