"""The critical equations in a pattern's fixed space in floats, scaled by the square roots of the entry counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from symlandscape import backends
from symlandscape.arith.field import float_field
from symlandscape.errors import InputError
from symlandscape.relu.fixed_space_program import fixed_space_program
from symlandscape.relu.reduced import reduced_point
from symlandscape.solve.newton import FloatNewtonResult, newton_float
from symlandscape.symmetry.pattern import Pattern

__all__ = ["FixedSpaceSystem", "fixed_space_system", "target_matrix"]

DENSE_LIMIT = 500  # up to this many matrix entries the dense Hessian of the kernels is the faster road


@dataclass(frozen=True, slots=True)
class FixedSpaceSystem:
    """Loss, gradient and Hessian in y = sqrt(count) z, where the Hessian is symmetric and Frobenius lengths are
    Euclidean.
    """

    scale: np.ndarray
    loss: Callable[[np.ndarray], float]
    residual: Callable[[np.ndarray], np.ndarray]
    jacobian: Callable[[np.ndarray], np.ndarray]

    def solve(self, start: Any, tolerance: float, max_steps: int) -> FloatNewtonResult:
        """Damped Newton from coordinates z; the result's point is y."""
        return newton_float(
            self.residual, self.jacobian, np.asarray(start, dtype=float) * self.scale, tolerance, max_steps
        )


def fixed_space_system(
    pattern: Pattern, slope: Fraction = Fraction(0), lengths: Sequence[Fraction] | None = None
) -> FixedSpaceSystem:
    """The system of a numeric pattern, with targets of these lengths by column block (None: unit vectors): by the dense
    kernels for small integer sizes, by orbit sums otherwise.
    """
    scale = np.array([float(pattern.count(c)) ** 0.5 for c in pattern.coordinates])
    if pattern.is_integer and pattern.k * pattern.d <= DENSE_LIMIT:
        return _dense(pattern, float(slope), scale, None if lengths is None else target_matrix(pattern, lengths))
    field, program = float_field(), fixed_space_program(pattern, slope, lengths)

    def residual(y: np.ndarray) -> np.ndarray:
        return np.array(program.gradient(field, (y / scale).tolist())) * scale

    def loss(y: np.ndarray) -> float:
        return float(reduced_point(pattern, (y / scale).tolist(), field, slope, lengths=lengths).loss())

    def jacobian(y: np.ndarray) -> np.ndarray:
        return np.array(program.jacobian(field, (y / scale).tolist())) * scale[:, None] / scale[None, :]

    return FixedSpaceSystem(scale, loss, residual, jacobian)


def target_matrix(pattern: Pattern, lengths: Sequence[Any]) -> np.ndarray:
    """The targets diag(c) in floats for integer sizes, shape (d, d)."""
    return np.diag(np.repeat([float(c) for c in lengths], pattern.sizes))


def _dense(pattern: Pattern, slope: float, scale: np.ndarray, V: np.ndarray | None) -> FixedSpaceSystem:
    index = pattern.index_matrix().ravel()
    shape = (pattern.k, pattern.d)
    basis = np.zeros((len(scale), index.size))
    basis[index, np.arange(index.size)] = 1 / scale[index]

    def weights(y: np.ndarray) -> np.ndarray:
        return (y / scale)[index].reshape(shape)

    def residual(y: np.ndarray) -> np.ndarray:
        try:
            return np.asarray(basis @ backends.relu_loss_gradient(weights(y), V, slope)[1].ravel())
        except InputError:
            return np.full(len(scale), np.nan)

    def loss(y: np.ndarray) -> float:
        return float(backends.relu_loss(weights(y), V, slope))

    def jacobian(y: np.ndarray) -> np.ndarray:
        return np.asarray(basis @ backends.relu_hessian(weights(y), V, slope) @ basis.T)

    return FixedSpaceSystem(scale, loss, residual, jacobian)
