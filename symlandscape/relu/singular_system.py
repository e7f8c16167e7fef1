"""Where a block becomes singular, as a square system over balls: the extended system of a crossing or a fold.

A critical point z(p) whose block B in a component is singular with null vector u is a zero of

    g(z, p) = 0,    B(z, p) u = 0,    u.u = 1        in (z, u, p),

with g the reduced gradient and p the moving size, slope or length. The Jacobian comes from dual numbers over balls. It
is regular exactly at a transversal crossing by a simple eigenvalue of an isolated point, or, with the trivial block, at
a simple quadratic fold (moore_spence_1980).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from symlandscape.arith.balls import arb, arb_mat
from symlandscape.arith.dual import dual_field, variables
from symlandscape.arith.field import Field, arb_field
from symlandscape.relu.reduced import ReducedPoint
from symlandscape.symmetry.isotypic import Component

__all__ = ["PointAt", "dot", "singular_system"]

PointAt = Callable[[Sequence[Any], Any, Field], ReducedPoint]
"""The reduced point at coordinates z and a value of the parameter, in any number type."""


def dot(x: Sequence[Any], y: Sequence[Any]) -> Any:
    """The inner product in any number type."""
    total = x[0] * y[0]
    for a, b in zip(x[1:], y[1:], strict=True):
        total = total + a * b
    return total


def singular_system(
    point_at: PointAt, component: Component, size: int
) -> tuple[Callable[[list[arb]], list[arb]], Callable[[list[arb]], arb_mat]]:
    """Residual and Jacobian over balls of the system in (z, u, p), where z has `size` coordinates."""
    field, lifted = arb_field(), dual_field(arb_field(), size + 1)
    total = size + component.multiplicity + 1

    def residual(x: list[arb]) -> list[arb]:
        u = x[size:-1]
        point = point_at(x[:size], x[-1], field)
        return [*point.gradient(), *(dot(row, u) for row in point.block(component)), dot(u, u) - 1]

    def jacobian(x: list[arb]) -> arb_mat:
        u = x[size:-1]
        duals = variables([*x[:size], x[-1]], field)
        point = point_at(duals[:-1], duals[-1], lifted)
        block = point.block(component)
        matrix = arb_mat(total, total)
        for i, row in enumerate([*point.gradient(), *(dot(row, u) for row in block)]):
            for j in range(size):
                matrix[i, j] = row.parts[j]
            matrix[i, total - 1] = row.parts[size]
        for i, entries in enumerate(block):
            for j, entry in enumerate(entries):
                matrix[size + i, size + j] = entry.value
                matrix[total - 1, size + j] = 2 * u[j]
        return matrix

    return residual, jacobian
