"""The two arc-cosine kernels of ReLU units without biases, x ~ N(0, I): values and gates.

With t the angle between w and w' (cho_saul_2009)

    E relu(w.x) relu(w'.x) = (sqrt(|w|^2 |w'|^2 - (w.w')^2) + (pi - t) w.w')/(2 pi),
    P(w.x > 0, w'.x > 0)   = (pi - t)/(2 pi).
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from symlandscape.arith.field import Field
from symlandscape.errors import InputError

__all__ = ["gate_matrix", "gate_overlap", "unit_matrix", "unit_overlap"]

Array = npt.NDArray[np.float64]


def unit_overlap(field: Field, p: Fraction, q: Fraction, r: Fraction) -> Any:
    """E relu(w.x) relu(w'.x) in the field, from the exact |w|^2 = p, |w'|^2 = q, w.w' = r.

    Raises: `InputError` where r^2 > p q, which no vectors have.
    """
    sine, supplement = _angle(field, p, q, r)
    return (sine + supplement * field.exact(r)) / (2 * field.pi())


def gate_overlap(field: Field, p: Fraction, q: Fraction, r: Fraction) -> Any:
    """P(w.x > 0, w'.x > 0) in the field, for nonzero w and w'. Raises: `InputError` for a zero vector or r^2 > p q."""
    if not p or not q:
        raise InputError("expected two nonzero vectors, got a zero vector; the angle to it is not defined")
    return _angle(field, p, q, r)[1] / (2 * field.pi())


def _angle(field: Field, p: Fraction, q: Fraction, r: Fraction) -> tuple[Any, Any]:
    """|w||w'| sin t and pi - t."""
    square = p * q - r * r
    if square < 0:
        raise InputError(f"expected an inner product with r^2 <= |w|^2 |w'|^2, got {r}, {p} and {q}")
    sine = field.sqrt(field.exact(square))
    return sine, field.angle(sine, field.exact(-r))


def unit_matrix(A: Array, B: Array) -> Array:
    """E relu(a_i.x) relu(b_j.x) for the rows of A (n, d) and B (m, d), in floats."""
    sine, inner = _parts(A, B)
    return np.asarray((sine + np.arctan2(sine, -inner) * inner) / (2 * np.pi))


def gate_matrix(A: Array, B: Array) -> Array:
    """P(a_i.x > 0, b_j.x > 0) for nonzero rows of A (n, d) and B (m, d), in floats."""
    sine, inner = _parts(A, B)
    return np.asarray(np.arctan2(sine, -inner) / (2 * np.pi))


def _parts(A: Array, B: Array) -> tuple[Array, Array]:
    """|a||b| sin t without cancellation next to parallel vectors, and a.b."""
    A, B = np.asarray(A, dtype=np.float64), np.asarray(B, dtype=np.float64)
    if A.ndim != 2 or B.ndim != 2 or A.shape[1] != B.shape[1]:
        raise InputError(f"expected two matrices with equally long rows, got shapes {A.shape} and {B.shape}")
    a, b = np.linalg.norm(A, axis=1), np.linalg.norm(B, axis=1)
    u, v = A / np.where(a > 0, a, 1)[:, None], B / np.where(b > 0, b, 1)[:, None]
    # |u - v| |u + v| = 2 sin t for unit vectors; each difference is exact to rounding where it is small
    apart = np.sqrt(np.maximum(((u[:, None, :] - v[None, :, :]) ** 2).sum(axis=2), 0.0))
    along = np.sqrt(np.maximum(((u[:, None, :] + v[None, :, :]) ** 2).sum(axis=2), 0.0))
    scale = np.outer(a, b)
    return scale * apart * along / 2, A @ B.T
