"""The elementary functions of compiled ball expressions: enclosures of real functions, nan where a ball leaves the
domain.

The `_cut` versions discard the part of a ball outside the domain: only for arguments that are known to lie inside it.
"""

from __future__ import annotations

from collections.abc import Callable

from symlandscape.arith.balls import arb, fmpq, power, sqrt_nonneg

__all__ = [
    "acos",
    "acos_cut",
    "asin",
    "asin_cut",
    "atan",
    "atan2",
    "cos",
    "exp",
    "log",
    "rational",
    "root",
    "root_cut",
    "sin",
    "sqrt",
    "sqrt_cut",
    "tan",
]


def rational(p: int, q: int) -> arb:
    """A ball around p/q at the current precision, exact when it can be."""
    return arb(p) / q


def sqrt(x: arb) -> arb:
    """The square root; nan when the ball holds a negative number."""
    return x.sqrt()


def acos(x: arb) -> arb:
    """The arc cosine; nan when the ball sticks out of [-1, 1]."""
    return x.acos()


def asin(x: arb) -> arb:
    """The arc sine; nan when the ball sticks out of [-1, 1]."""
    return x.asin()


def sin(x: arb) -> arb:
    """The sine."""
    return x.sin()


def cos(x: arb) -> arb:
    """The cosine."""
    return x.cos()


def tan(x: arb) -> arb:
    """The tangent; not finite when the ball holds a pole."""
    return x.tan()


def atan(x: arb) -> arb:
    """The arc tangent."""
    return x.atan()


def exp(x: arb) -> arb:
    """The exponential."""
    return x.exp()


def log(x: arb) -> arb:
    """The natural logarithm; nan when the ball holds a number <= 0."""
    return x.log()


def atan2(y: arb, x: arb) -> arb:
    """The angle of (x, y) in (-pi, pi], any signs; [-pi, pi] when the box meets the cut; nan when it may be the
    origin.
    """
    if y.contains(0) and x.contains(0):
        return arb("nan")
    return arb.atan2(y, x)


def root(x: arb, p: int, q: int) -> arb:
    """x^(p/q) in lowest terms, q >= 2, as a real function on x >= 0 (p > 0) or x > 0 (p < 0); nan when the ball sticks
    out.
    """
    if not (x >= 0):
        return arb("nan")
    if q == 2:
        base = x.sqrt()
    elif x > 0:
        return x ** fmpq(p, q)
    else:  # the q-th root is increasing: enclose it between 0 and the root of the upper end
        base = x if x.is_zero() else arb(0).union(x.upper() ** fmpq(1, q))
    return power(base, p)


def root_cut(x: arb, p: int, q: int) -> arb:
    """`root` on the part of the ball that is >= 0."""
    return root(_nonnegative(x), p, q)


def sqrt_cut(x: arb) -> arb:
    """The square root of the part of the ball that is >= 0; nan when there is none."""
    return sqrt_nonneg(x)


def acos_cut(x: arb) -> arb:
    """The arc cosine of the part of the ball in [-1, 1]; nan when there is none."""
    value = x.acos()
    return value if value.is_finite() else _between(x, arb.acos, decreasing=True)


def asin_cut(x: arb) -> arb:
    """The arc sine of the part of the ball in [-1, 1]; nan when there is none."""
    value = x.asin()
    return value if value.is_finite() else _between(x, arb.asin, decreasing=False)


def _between(x: arb, function: Callable[[arb], arb], *, decreasing: bool) -> arb:
    """A monotone function on [-1, 1] enclosed by its values at the ends of x, cut to [-1, 1]."""
    if not x.is_finite() or x > 1 or x < -1:
        return arb("nan")
    low, high = x.lower(), x.upper()
    low = low if low >= -1 else arb(-1)
    high = high if high <= 1 else arb(1)
    return function(low).union(function(high))


def _nonnegative(x: arb) -> arb:
    """The part of the ball that is >= 0; nan when there is none."""
    if x >= 0:
        return x
    return power(sqrt_nonneg(x), 2)
