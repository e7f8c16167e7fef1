"""The two-layer student-target loss with weights on the neurons: value, gradient, Hessian, minimisation in (W, a).

    L(W, a) = 1/2 E(sum_i a_i phi(w_i.x) - sum_j b_j phi(v_j.x))^2,   x ~ N(0, I_d).

Rows of W (k, d) are the student's neurons and a (k) their weights, rows of V (h, d) the target's and b (h) theirs;
a and b have any signs, zeros included. V = None stands for the unit matrix, b = None for ones. `slope` is the
activation's slope below zero. Flat points and directions are (W row after row, a), of length k d + k.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from numba_kernels.relu import second_layer as _layer
from numba_kernels.relu import second_layer_hessian as _hessian
from numba_kernels.relu import second_layer_minimise as _minimise
from numba_kernels.relu import store as _store
from symlandscape.backends.common import Array, MinimiseStatus, in_chunks
from symlandscape.backends.relu_problem import (
    AXES,
    GENERAL,
    NO_SECOND,
    UNIT,
    check_rows,
    finite,
    floats,
    prepared,
    problem_of,
)
from symlandscape.errors import InputError


@dataclass(frozen=True, slots=True)
class NetworkBatch:
    """End points of `count` minimisations in both layers, in the order of the starts; level ESTIMATED.

    W (count, k, d), a (count, k); losses, gradient_norms (count); steps (count): evaluations of the gradient and of
    Hessian products; status (count): int8 codes of `MinimiseStatus`.
    """

    W: Array
    a: Array
    losses: Array
    gradient_norms: Array
    steps: npt.NDArray[np.int64]
    status: npt.NDArray[np.int8]

    @property
    def converged(self) -> npt.NDArray[np.bool_]:
        """Which of them reached the tolerance."""
        return np.asarray(self.status == MinimiseStatus.CONVERGED)


def network_loss(W: Array, a: Array, V: Array | None = None, b: Array | None = None, slope: float = 0.0) -> float:
    """Loss L(W, a) of the network with second layer a; rounding errors as in `relu_loss`, for the rows a_i w_i.

    Raises InputError for wrong shapes, zero rows of W or V, numbers that are not finite.
    """
    return network_loss_gradient(W, a, V, b, slope)[0]


def network_loss_gradient(
    W: Array, a: Array, V: Array | None = None, b: Array | None = None, slope: float = 0.0
) -> tuple[float, Array, Array]:
    """Loss, its gradient in W (k, d) and in a (k); right also at a_i = 0, where the loss is smooth.

    Source: derivation in `numba_kernels/relu/second_layer.py`.
    """
    x, W, V, second, kind = _point(W, a, V, b)
    gradient = np.empty(x.shape)
    value = _layer.loss_gradient_at(x, prepared(W.shape, V, kind, slope, 0, second), _extra(W.shape), gradient)
    _checked(value, x, W, V, second, slope)
    return value, gradient[: W.size].reshape(W.shape), gradient[W.size :]


def network_hessian(
    W: Array, a: Array, V: Array | None = None, b: Array | None = None, slope: float = 0.0, out: Array | None = None
) -> Array:
    """Dense Hessian (k d + k, k d + k) of L in (W, a), into `out` where given (float64, C-contiguous).

    At a critical point it has the k zero modes (w_i, -a_i): the loss does not see w_i -> t w_i, a_i -> a_i/t.
    """
    x, W, V, second, kind = _point(W, a, V, b)
    shape = (x.size, x.size)
    if out is None:
        out = np.empty(shape)
    elif out.shape != shape or out.dtype != np.float64 or not out.flags.c_contiguous:
        raise InputError(f"expected `out` to be a C-contiguous float64 array of shape {shape}, got shape {out.shape}")
    _hessian.hessian_at(x, prepared(W.shape, V, kind, slope, 2, second), _extra(W.shape), out)
    _checked(float(out.diagonal().sum()), x, W, V, second, slope)
    return out


def network_hessian_product(
    W: Array, a: Array, X: Array, V: Array | None = None, b: Array | None = None, slope: float = 0.0
) -> Array:
    """Hessian at (W, a) applied to the flat direction X (k d + k), or to each row of X (count, k d + k)."""
    x, W, V, second, kind = _point(W, a, V, b)
    X = floats(X, "directions")
    if X.ndim not in (1, 2) or X.shape[-1] != x.size:
        raise InputError(f"expected directions of shape ({x.size},) or (count, {x.size}), got {X.shape}")
    out = np.empty_like(X)
    rows = X.reshape(-1, x.size)
    _hessian.hessian_product_at(
        x, rows, prepared(W.shape, V, kind, slope, 1, second), _extra(W.shape), out.reshape(rows.shape)
    )
    _checked(float(out.sum()), x, W, V, second, slope)
    return out


def minimise_network(
    W: Array,
    a: Array,
    V: Array | None = None,
    b: Array | None = None,
    slope: float = 0.0,
    tol: float = 1e-12,
    max_steps: int = 50_000,
    threads: int = 1,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> NetworkBatch:
    """Critical points of L in (W, a) from many starts W (count, k, d), a (count, k); one result per start.

    L-BFGS to gradient norm 1e-4, then Newton-CG in the complement of the scalings (w_i, -a_i), as `minimise_relu`:
    what a start ends as is in `status`, and an end point may be a saddle. Bits depend on the start alone.
    `progress(done, count)` is called in the calling thread. Raises InputError as `network_loss_gradient`.
    """
    if threads < 1:
        raise InputError(f"expected at least one thread, got {threads}")
    if not tol > 0.0:
        raise InputError(f"expected tol > 0, got {tol}")
    W, V, kind = problem_of(W, V, batch=True)
    count, k, d = W.shape
    outer = _weights(a, (count, k), "a")
    V, second, kind = _target(b, V, kind, d)
    check_rows(W.reshape(-1, d), V)
    _check_weights(outer, second)
    if not np.isfinite(slope):
        raise InputError(f"expected a finite slope, got {slope}")
    points = np.concatenate([W.reshape(count, -1), outer], axis=1)
    losses, norms = np.zeros(count), np.zeros(count)
    steps, status = np.zeros(count, np.int64), np.zeros(count, np.int8)

    def work(part: slice) -> int:
        store = _store.new_store(k, d, V, kind, float(slope), 1, second)
        extra = _store.aligned(_layer.layers_size(k, d))
        results = losses[part], norms[part], steps[part], status[part]
        _minimise.minimise_newton(points[part], V, second, store, extra, tol, max_steps, *results)
        return int(part.stop - part.start)

    h = V.shape[0] if kind == GENERAL else d
    size, done = int(min(64, max(1, 500_000 // (k * d * (k + h))))), 0
    for finished in in_chunks(work, count, size, threads):
        done += finished
        if progress is not None:
            progress(done, count)
    ends = np.ascontiguousarray(points[:, : k * d]).reshape(W.shape)
    return NetworkBatch(ends, points[:, k * d :].copy(), losses, norms, steps, status)


def _point(W: Array, a: Array, V: Array | None, b: Array | None) -> tuple[Array, Array, Array, Array, int]:
    """The flat point, W, V, b and the kind of the target, as the kernels want them."""
    W, V, kind = problem_of(W, V)
    outer = _weights(a, W.shape[:1], "a")
    V, second, kind = _target(b, V, kind, W.shape[1])
    return np.concatenate((W.ravel(), outer)), W, V, second, kind


def _weights(values: Any, shape: tuple[int, ...], name: str) -> Array:
    """The weights of a second layer; InputError for another shape."""
    weights = floats(values, f"weights {name} of the second layer")
    if weights.shape != shape:
        raise InputError(f"expected weights {name} of the second layer of shape {shape}, got shape {weights.shape}")
    return weights


def _check_weights(a: Array, b: Array) -> None:
    """InputError where a weight is not finite."""
    for name, weights in (("a", a), ("b", b)):
        if not np.isfinite(weights).all():
            raise InputError(f"expected finite weights {name} of the second layer, got NaN or infinity")


def _checked(value: float, x: Array, W: Array, V: Array, second: Array, slope: float) -> None:
    """InputError with the reason where the value is not finite."""
    if value - value != 0.0:
        _check_weights(x[W.size :], second)
        finite(value, W, V, slope)


def _target(b: Array | None, V: Array, kind: int, d: int) -> tuple[Array, Array, int]:
    """V, b and the kind of the target with weights b; a unit matrix with weights is one along the axes."""
    if b is None:
        return V, NO_SECOND, kind
    second = _weights(b, (d if kind == UNIT else V.shape[0],), "b")
    if kind != UNIT:
        return V, second, kind
    return (V, NO_SECOND, kind) if bool(np.all(second == 1.0)) else (np.eye(d), second, AXES)


class _Kept(threading.local):
    """The second layer's store that this thread used last."""

    last: tuple[object, Array] = (None, NO_SECOND)


_kept = _Kept()


def _extra(shape: tuple[int, int]) -> Array:
    """The store of the second layer for this shape: the kept one where it fits."""
    kept, store = _kept.last
    if kept != shape:
        store = _store.aligned(_layer.layers_size(*shape))
        _kept.last = (shape, store)
    return store
