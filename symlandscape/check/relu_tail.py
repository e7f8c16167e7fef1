"""Kind ``relu.half-line``: one branch of critical points for every real d >= 1/s1^2, all of them local minima.

Statement. Pattern and slope as in ``relu.cover``, s = d^(-1/2). For every s in (0, ``last``] there is exactly one
critical point with coordinates P_i(s) + s^(K_i) y_i, |y_i| <= 2^(e_i), and the Hessian there is positive definite on
every isotypic component. ``polynomials`` holds the coefficients of P_i from s^0 on, each as two lists of whole
numbers, numerator and denominator as polynomials in pi (with two more and r behind them: plus that times sqrt r).
``depth`` tells the checker how many leading coefficients to keep exact.

How it is verified: relu_half_line.py, with Laurent models.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symlandscape.arith.balls import arb, workprec
from symlandscape.check.outcome import Rejected
from symlandscape.check.pi_numbers import from_lists
from symlandscape.check.relu_branch import coordinates
from symlandscape.check.relu_cover import Setting, float_text, setting, whole_numbers
from symlandscape.check.relu_critical_point import integer, rational
from symlandscape.check.relu_half_line import Tail, confirmed_tail, positive_tail
from symlandscape.check.relu_plans import block, labels

__all__ = ["KIND", "verified", "verify"]

KIND = "relu.half-line"
FIELDS = {
    "kind", "version", "sizes", "slope", "precision", "last", "polynomials", "powers", "radii", "depth", "sha256",
}  # fmt: skip
MOST_DEPTH = 20
MOST_POWER = 20


def verify(document: Mapping[str, Any]) -> str:
    """Re-verifies the statement; returns one sentence, raises Rejected where it is not confirmed."""
    about, tail, _ = verified(document)
    return f"a local minimum for every real d >= {float_text(1 / tail.last**2)}; confirmed at {about.bits} bits"


def verified(document: Mapping[str, Any]) -> tuple[Setting, Tail, list[arb]]:
    """The half-line, existence and all signs confirmed, with the box of the y_i."""
    about = setting(document, FIELDS)
    last, depth = rational(document["last"], "last"), document["depth"]
    if last <= 0 or 1 / last**2 - about.fixed <= 2 or last.denominator.bit_length() > 2000:
        raise Rejected("last must be positive, and the moving size must stay above 2")
    if not integer(depth) or not 1 <= depth <= MOST_DEPTH:
        raise Rejected(f"depth must be a whole number from 1 to {MOST_DEPTH}")
    number, rows = len(coordinates(about.sizes)), document["polynomials"]
    powers = whole_numbers(document["powers"], "powers")
    radii = whole_numbers(document["radii"], "radii", 11)
    if not isinstance(rows, (list, tuple)) or not len(rows) == len(powers) == len(radii) == number:
        raise Rejected(f"there must be {number} polynomials, powers and radii")
    if not all(1 <= k <= MOST_POWER for k in powers):
        raise Rejected(f"the powers must lie between 1 and {MOST_POWER}")
    with workprec(about.bits):
        polynomials = []
        for row, power in zip(rows, powers, strict=True):
            if not isinstance(row, (list, tuple)) or not 1 <= len(row) <= power:
                raise Rejected("a polynomial must have terms below its power only")
            polynomials.append(tuple(from_lists(c) for c in row))
        tail = Tail(last, tuple(polynomials), tuple(powers), tuple(arb((1, e)) for e in radii), depth)
        branch, image = confirmed_tail(tail, about.sizes, about.slope)
        for label in labels(branch):
            if not positive_tail(block(branch, label)):
                raise Rejected(f"block {label} is not shown to be positive definite on the half-line")
    return about, tail, image
