"""The equations of a curve F(z, lambda) = 0 in floats: correction on a plane, tangent, points with what is watched."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from symlandscape.solve.curve import BORDERS, CurvePoint, Steps, Vector

__all__ = ["Problem", "Watch", "cubic"]

Watch = Callable[[Vector, str | None], Mapping[str, Vector]]
"""Numbers to watch at a point x, by name; arrays keep their lengths along the curve. With a name, only that one is
needed.
"""


@dataclass(frozen=True, slots=True)
class Problem:
    residual: Callable[[Vector], Vector]
    jacobian: Callable[[Vector], Vector]
    watch: Watch
    steps: Steps

    def matrix(self, x: Vector, normal: Vector) -> Vector | None:
        try:
            J = np.asarray(self.jacobian(x), dtype=float)
        except (ValueError, ZeroDivisionError, OverflowError):
            return None
        whole = np.vstack([J, normal])
        return whole if np.all(np.isfinite(whole)) else None

    def value(self, x: Vector) -> Vector | None:
        try:
            found = np.asarray(self.residual(x), dtype=float)
        except (ValueError, ZeroDivisionError, OverflowError):
            return None
        return found if np.all(np.isfinite(found)) else None

    def corrected(self, guess: Vector, normal: Vector, most: int = 8) -> tuple[Vector, int] | None:
        """The zero of F on the plane through the guess, and the Newton steps taken; None where they do not converge."""
        x, last = guess, math.inf
        for count in range(1, most + 1):
            value, whole = self.value(x), self.matrix(x, normal)
            if value is None or whole is None:
                return None
            try:
                step = np.linalg.solve(whole, np.append(value, normal @ (x - guess)))
            except np.linalg.LinAlgError:
                return None
            x, size = x - step, float(np.linalg.norm(step))
            goal = self.steps.accuracy * (1 + float(np.linalg.norm(x)))
            if size <= goal or (size <= 1e4 * goal and size > last / 4):  # the second: rounding
                return x, count
            if count > 2 and size > last:
                return None
            last = size
        return None

    def tangent(self, x: Vector, along: Vector) -> tuple[Vector, float] | None:
        """The unit tangent with a positive part along a vector, and the determinant bordered by it."""
        whole = self.matrix(x, along)
        if whole is None:
            return None
        right = np.linalg.svd(whole[:-1])[2]
        t = right[-1] if right[-1] @ along >= 0 else -right[-1]
        whole[-1] = t
        sign, log = np.linalg.slogdet(whole)
        return t, float(sign * math.exp(min(log, 600.0)))

    def point(self, x: Vector, along: Vector, length: float, only: str | None = None) -> CurvePoint | None:
        found = self.tangent(x, along)
        if found is None:
            return None
        values = {"fold": np.array([found[0][-1]]), "branch": np.array([found[1]])}
        if only not in BORDERS:
            try:
                values |= {name: np.atleast_1d(v) for name, v in self.watch(x, only).items()}
            except (ValueError, ZeroDivisionError, OverflowError):
                return None
        return CurvePoint(x, found[0], length, values)

    def between(self, a: CurvePoint, b: CurvePoint, share: float, only: str | None = None) -> CurvePoint | None:
        """The point of the curve on the plane normal to a's tangent at this share of the way from a to b."""
        found = self.corrected(cubic(a, b, share), a.tangent)
        return (
            None if found is None else self.point(found[0], a.tangent, a.length + share * (b.length - a.length), only)
        )


def cubic(a: CurvePoint, b: CurvePoint, share: float) -> Vector:
    """Hermite's interpolation between two points with tangents; its error is of fourth order in the step."""
    rest, length = 1 - share, float(np.linalg.norm(b.x - a.x))
    ends = rest**2 * (1 + 2 * share) * a.x + share**2 * (1 + 2 * rest) * b.x
    return np.asarray(ends + length * share * rest * (rest * a.tangent - share * b.tangent))
