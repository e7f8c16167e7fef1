"""Truncated Taylor series with ball coefficients (Arb's ``arb_series``) as a number field: formulas written once give
all their derivatives in one parameter.

For a formula f run on series about the point n0, and on series about the whole ball N = n0 + D, Taylor's theorem with
Lagrange's remainder gives for every n in N

    f(n) in  sum_{k<m} f_k(n0) D^k + f_m(N) D^m,        f_k = f^(k)/k!,

an enclosure whose width shrinks like |D|^(m+1) where f(N) itself would only shrink like |D| (Moore, Interval Analysis,
1966, ch. 5). The truncation order is global to flint, like its precision: set it with `taylor_order` around the
computation, never from two threads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

from flint import arb_series, ctx

from symlandscape.arith.balls import arb, fmpq, power, sign
from symlandscape.arith.field import Field

__all__ = ["coefficient", "derivative_over", "enclosure_over", "series", "taylor_field", "taylor_order"]


@contextmanager
def taylor_order(m: int) -> Iterator[None]:
    """Series are kept up to the power m inside a with-block."""
    before = ctx.cap
    ctx.cap = m + 1
    try:
        yield
    finally:
        ctx.cap = before


def series(coefficients: Sequence[Any]) -> Any:
    """The polynomial with these ball coefficients as a series in the parameter's offset."""
    return arb_series(list(coefficients))


def coefficient(x: Any, k: int) -> arb:
    """The coefficient of the k-th power; k must not exceed the order. A ball is a constant."""
    if isinstance(x, arb_series):
        return x[k]
    return arb(x) if k == 0 else arb(0)


def enclosure_over(at_point: Any, at_ball: Any, offset: arb, m: int) -> arb:
    """The values over n0 + offset of a function with these series about n0 and about the ball."""
    total = coefficient(at_ball, m) * power(offset, m)
    for k in range(m):
        total += coefficient(at_point, k) * power(offset, k)
    return total


def derivative_over(at_point: Any, at_ball: Any, offset: arb, m: int) -> arb:
    """The derivatives over n0 + offset, likewise, by the series of the derivative (order m - 1)."""
    total = m * coefficient(at_ball, m) * power(offset, m - 1)
    for k in range(1, m):
        total += k * coefficient(at_point, k) * power(offset, k - 1)
    return total


def taylor_field() -> Field:
    """Series over balls as a field. A root or quotient of a ball that may vanish is not finite or raises ValueError:
    nothing is cut off."""

    def exact(x: Any) -> Any:
        if isinstance(x, arb_series):
            return x
        return arb_series([arb(fmpq(x.numerator, x.denominator)) if isinstance(x, Fraction) else x])

    def angle(s: Any, r: Any) -> Any:
        s, r = exact(s), exact(r)
        if sign(s[0]) != 1:
            return arb_series([arb("nan")])
        if abs(r[0].mid()) < s[0].mid():
            return arb.pi() / 2 - (r / s).atan()
        if sign(r[0]) is None:
            return arb_series([arb("nan")])
        return (s / r).atan() if sign(r[0]) == 1 else (s / r).atan() + arb.pi()

    return Field(
        name="taylor",
        exact=exact,
        pi=lambda: arb.pi(),
        sqrt=lambda x: exact(x).sqrt(),
        angle=angle,
        unit=lambda q, s: exact(q) / s,
    )
