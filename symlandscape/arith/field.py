"""Number fields as records of functions, so that one formula runs over floats, mpmath, Arb balls and SymPy.

A formula written once as ``field.sqrt(field.rational(1, 2))`` is evaluated by the same lines in every arithmetic; what
differs between arithmetics (how a rational enters, what happens at a vanishing sine) stands here and nowhere else.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

__all__ = ["Field", "arb_field", "float_field", "mpmath_field", "sympy_field"]


@dataclass(frozen=True, slots=True)
class Field:
    """An arithmetic: how exact numbers enter it and the few functions beyond ``+ - * /`` that our formulas need.

    Attributes
    ----------
    name: ``float``, ``mpmath``, ``arb`` or ``sympy``.
    exact: takes an ``int``, ``Fraction`` or an element of the field to an element of the field (rounded, enclosed or
    exact).
    pi: returns pi at the current precision.
    sqrt: square root; over balls of the part of the ball in [0, oo).
    angle: ``angle(S, r)`` is the angle in [0, pi] with sine proportional to S >= 0 and cosine to r; defined at S = 0.
    unit: ``unit(q, S)`` is a component q/S of a unit vector; where S vanishes any value in [-1, 1] is right, because
    our formulas
        multiply it by S, and the field returns 0 (or the ball [-1, 1] where S may vanish).
    """

    name: str
    exact: Callable[[Any], Any]
    pi: Callable[[], Any]
    sqrt: Callable[[Any], Any]
    angle: Callable[[Any, Any], Any]
    unit: Callable[[Any, Any], Any]


def float_field() -> Field:
    """IEEE doubles (evidence level of anything computed here: ESTIMATED)."""
    return Field(
        name="float",
        exact=float,
        pi=lambda: math.pi,
        sqrt=math.sqrt,
        angle=math.atan2,
        unit=lambda q, s: q / s if s != 0 else 0.0,
    )


def mpmath_field() -> Field:
    """mpmath numbers at the precision that is current when a function runs."""
    import mpmath

    def exact(x: Any) -> Any:
        return mpmath.mpf(x.numerator) / x.denominator if isinstance(x, Fraction) else mpmath.mpf(x)

    return Field(
        name="mpmath",
        exact=exact,
        pi=lambda: +mpmath.pi,
        sqrt=mpmath.sqrt,
        angle=mpmath.atan2,
        unit=lambda q, s: q / s if s != 0 else mpmath.mpf(0),
    )


def arb_field() -> Field:
    """Arb balls at the precision that is current when a function runs: every result encloses the exact value."""
    from symlandscape.arith import balls

    bound = balls.symmetric(balls.arb(1))

    def unit(q: Any, s: Any) -> Any:
        if balls.sign(s) != 1:
            return balls.arb(0) if balls.sign(s) == 0 else bound
        ratio = q / s
        return ratio if bound.contains(ratio) else (ratio.intersection(bound) if ratio.overlaps(bound) else ratio)

    def exact(x: Any) -> Any:
        if isinstance(x, Fraction):
            return balls.arb(balls.fmpq(x.numerator, x.denominator))
        return x if isinstance(x, balls.arb) else balls.arb(x)

    return Field(
        name="arb",
        exact=exact,
        pi=lambda: balls.arb.pi(),
        sqrt=balls.sqrt_nonneg,
        angle=balls.atan2,
        unit=unit,
    )


def sympy_field() -> Field:
    """SymPy expressions: exact, nothing is evaluated or simplified."""
    import sympy

    return Field(
        name="sympy",
        exact=lambda x: sympy.Rational(x.numerator, x.denominator) if isinstance(x, Fraction) else sympy.sympify(x),
        pi=lambda: sympy.pi,
        sqrt=sympy.sqrt,
        angle=sympy.atan2,
        unit=lambda q, s: sympy.S.Zero if s == 0 else q / s,
    )
