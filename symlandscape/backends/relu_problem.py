"""Weights and targets as the kernels of the ReLU loss want them, checked; the store that a thread prepared last."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from numba_kernels.relu import store as _store
from symlandscape.backends.common import Array
from symlandscape.errors import InputError

__all__ = [
    "AXES",
    "GENERAL",
    "NO_SECOND",
    "NO_TARGET",
    "UNIT",
    "check_rows",
    "finite",
    "floats",
    "prepared",
    "problem_of",
]

NO_TARGET = np.zeros((0, 0))
NO_SECOND = _store.NO_SECOND
GENERAL, UNIT, AXES = 0, 1, 2
"""Kinds of targets: any rows, the unit matrix, multiples of different unit vectors (no product with the target)."""

_FLOAT = np.dtype(np.float64)


class _Kept(threading.local):
    """What this thread prepared last (what for, target, its kind and weights, store): the next call of the kind
    allocates nothing, and finds the kind without looking at each entry. The target is a copy of its own.
    """

    last: tuple[object, Array, int, Array, Array] = (None, NO_TARGET, UNIT, NO_SECOND, NO_TARGET)


_kept = _Kept()


def floats(x: Any, name: str) -> Array:
    """x as a C-contiguous float64 array; InputError where its entries are no real numbers."""
    if type(x) is np.ndarray and x.dtype is _FLOAT:
        return np.ascontiguousarray(x)
    try:
        given = np.asarray(x)
    except ValueError:
        given = np.asarray("ragged")
    if given.dtype.kind not in "biuf":
        raise InputError(f"expected {name} as an array of real numbers, got entries of type {given.dtype}")
    return np.ascontiguousarray(given, dtype=np.float64)


def problem_of(W: Array, V: Array | None, *, batch: bool = False) -> tuple[Array, Array, int]:
    """W and V as the kernels want them, and the kind of the target."""
    if V is None and type(W) is np.ndarray and W.ndim == (3 if batch else 2) and W.size and W.dtype is _FLOAT:
        return np.ascontiguousarray(W), NO_TARGET, UNIT  # nothing to check: half a microsecond counts at d = 20
    W = floats(W, "weights W")
    if W.ndim != (3 if batch else 2) or 0 in W.shape[-2:]:
        wanted = "(count, k, d)" if batch else "(k, d)"
        raise InputError(f"expected weights of shape {wanted} with rows as neurons, got shape {W.shape}")
    if V is None:
        return W, NO_TARGET, UNIT
    V = floats(V, "a target V")
    d = W.shape[-1]
    if V.ndim != 2 or V.shape[0] == 0 or V.shape[1] != d:
        raise InputError(f"expected a target V of shape (h, {d}), got shape {V.shape}")
    _, target, kind, *_ = _kept.last
    if kind != UNIT and np.array_equal(target, V):
        return W, target, kind
    h = V.shape[0]
    if h > d or np.count_nonzero(V) != h:
        return W, V, GENERAL
    if h == d and V[0, 0] == 1.0 and bool(np.all(np.diagonal(V) == 1.0)):
        return W, NO_TARGET, UNIT
    places = V.ravel().nonzero()[0].tolist()
    alone = len({q // d for q in places}) == h == len({q % d for q in places})
    return W, V, AXES if alone else GENERAL


def prepared(shape: tuple[int, int], V: Array, kind: int, slope: float, bent: int, second: Array = NO_SECOND) -> Array:
    """A store prepared for weights of this shape and the target: the kept one where it fits."""
    key = (shape, kind, slope, bent)
    kept, target, _, weights, store = _kept.last
    if (
        kept == key
        and (kind == UNIT or target is V or np.array_equal(target, V))
        and (weights is second or np.array_equal(weights, second))
    ):
        return store
    store = _store.new_store(*shape, V, kind, float(slope), bent, second)
    mine = V if kind == UNIT or target is V else V.copy()
    _kept.last = (key, mine, kind, second if second is NO_SECOND else second.copy(), store)
    return store


def finite(value: float, rows: Array, V: Array, slope: float) -> float:
    """The value; InputError with the reason where it is not finite."""
    if value - value == 0.0:
        return value
    if not np.isfinite(slope):
        raise InputError(f"expected a finite slope, got {slope}")
    check_rows(rows, V)
    raise InputError("expected weights of moderate size, got entries whose squares overflow; rescale them")


def check_rows(rows: Array, V: Array) -> None:
    """InputError where a row of the weights or of the target is zero or not finite."""
    for name, matrix in (("W", rows), ("V", V)):
        if not np.isfinite(matrix).all():
            raise InputError(f"expected finite entries in {name}, got NaN or infinity")
        zero = np.flatnonzero(np.einsum("ia,ia->i", matrix, matrix) == 0.0)
        if zero.size:
            raise InputError(
                f"expected nonzero neurons, but row {zero[0]} of {name} is zero, where the loss is not differentiable; "
                "remove the row or move it away from zero"
            )
