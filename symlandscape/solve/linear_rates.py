"""Linear rates of gradient descent, heavy ball and Nesterov's method on a quadratic, as enclosures.

With curvatures in [mu, L] each eigendirection obeys e_{m+1} = t e_m - c e_{m-1} with, for step h and momentum beta
(the iterations of ``numba_kernels.minimise.descent``),

    gradient descent   t = 1 - h l,               c = 0,
    heavy ball         t = 1 + beta - h l,        c = beta,
    Nesterov           t = (1 + beta)(1 - h l),   c = beta (1 - h l),

and the error shrinks by the spectral radius of the companion matrix, the largest modulus of a root of z^2 - t z + c. It
is a quasi-convex function of l for each method, so the ends mu and L decide. Best constants and their optimality are
derived in ``derivations.dynamics`` (Polyak 1964; Lessard, Recht & Packard 2016, proposition 1).
"""

from __future__ import annotations

from dataclasses import dataclass

from symlandscape.arith.balls import arb, is_finite, sign, sqrt_nonneg
from symlandscape.arith.conversions import mid_float
from symlandscape.errors import InputError

__all__ = ["METHODS", "LinearRate", "best_rate", "check_method", "rate_at"]

METHODS = ("gd", "heavy-ball", "nesterov")


@dataclass(frozen=True, slots=True)
class LinearRate:
    """A method with its step and momentum and the factor ``rate`` by which it shrinks the error, all as enclosures."""

    method: str
    step: arb
    momentum: arb
    rate: arb

    @property
    def floats(self) -> tuple[float, float]:
        """Step and momentum next to the midpoints, for a run."""
        return mid_float(self.step), mid_float(self.momentum)


def best_rate(method: str, least: arb, largest: arb) -> LinearRate:
    """The smallest rate that one step and momentum in [0, 1) reach for all eigenvalues in [mu, L], with both constants.

    With x = L/mu: gradient descent h = 2/(L + mu), rate (x - 1)/(x + 1); heavy ball h = 4/(sqrt L + sqrt mu)^2, beta =
    rate^2, rate (sqrt x - 1)/(sqrt x + 1); Nesterov h = 4/(3 L + mu), beta = rate/(2 - rate), rate 1 - 2/sqrt(3x + 1).
    PROVED formulas evaluated in balls. Raises InputError unless 0 < mu <= L for sure (the bound L may touch mu).
    """
    check_method(method)
    _positive(least, largest)
    zero = arb(0)
    if method == "gd":
        rate = _nonnegative((largest - least) / (largest + least))
        return LinearRate(method, 2 / (largest + least), zero, rate)
    if method == "heavy-ball":
        low, high = least.sqrt(), largest.sqrt()
        rate = _nonnegative((high - low) / (high + low))
        return LinearRate(method, 4 / ((high + low) * (high + low)), rate * rate, rate)
    rate = _nonnegative(1 - 2 / (3 * largest / least + 1).sqrt())
    return LinearRate(method, 4 / (3 * largest + least), rate / (2 - rate), rate)


def rate_at(method: str, step: arb, momentum: arb, least: arb, largest: arb) -> arb:
    """The enclosed factor per iteration for this step and momentum (above 1: the method diverges).

    Where a double root leaves the sign of the discriminant open, the hull of both cases is returned. Raises InputError
    for a step that is not positive, a momentum outside [0, 1), or eigenvalues that are not surely positive.
    """
    check_method(method)
    _positive(least, largest)
    if not (step > 0 and momentum >= 0 and momentum < 1):
        raise InputError(f"expected a step > 0 and 0 <= momentum < 1, but {step} and {momentum} came; change them")
    return _larger(*(_radius(*_recurrence(method, step, momentum, x)) for x in (least, largest)))


def _recurrence(method: str, step: arb, momentum: arb, eigenvalue: arb) -> tuple[arb, arb]:
    """(t, c) of e_{m+1} = t e_m - c e_{m-1}."""
    q = 1 - step * eigenvalue
    if method == "gd":
        return q, arb(0)
    if method == "heavy-ball":
        return q + momentum, momentum
    return (1 + momentum) * q, momentum * q


def _radius(t: arb, c: arb) -> arb:
    """The largest modulus of a root of z^2 - t z + c."""
    square = t * t - 4 * c
    which = sign(square)
    if which is not None and which >= 0:
        return (abs(t) + square.sqrt()) / 2
    if which == -1:
        return sqrt_nonneg(c)
    # a zero discriminant is possible: the radius is one of the two, and c >= 0 or the roots are real
    real = (abs(t) + sqrt_nonneg(square)) / 2
    return real if not c >= 0 else real.union(c.sqrt())


def _larger(x: arb, y: arb) -> arb:
    return x.max(y)


def _nonnegative(x: arb) -> arb:
    """The part of an enclosure that is >= 0, for a number that is."""
    return x if x >= 0 else x.max(arb(0))


def check_method(method: str) -> None:
    """Raises InputError for an unknown method."""
    if method not in METHODS:
        raise InputError(f"expected a method among {', '.join(METHODS)}, but {method!r} came; choose one of them")


def _positive(least: arb, largest: arb) -> None:
    if not (is_finite(least) and is_finite(largest) and least > 0 and not largest < least):
        raise InputError(
            f"expected eigenvalues 0 < mu <= L, but {least} and {largest} came; take a minimum or more digits"
        )
