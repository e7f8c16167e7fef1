"""The two-layer ReLU student-target loss: value, gradient, Hessian, minimisation.

Rows of W (k, d) are the student's neurons, rows of V (h, d) the target's, V = None stands for the unit matrix. The flat
index of entry (i, a) of W is i d + a. `slope` is the activation's slope below zero.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import nullcontext

import numpy as np

from numba_kernels.relu import batch as _batch
from numba_kernels.relu import dense_hessian as _dense
from numba_kernels.relu import hessian as _hessian
from numba_kernels.relu import loss as _loss
from numba_kernels.relu import minimise as _minimise
from numba_kernels.relu import store as _store
from symlandscape.backends import cuda
from symlandscape.backends.common import METHODS, Array, Method, MinimiseBatch, in_chunks, resolve_device
from symlandscape.errors import InputError

_FLOAT = np.dtype(np.float64)
_SMALL = 32  # largest size for which eight problems fit the caches
_NO_TARGET = np.zeros((0, 0))
_AT_ONCE = 1 << 14
"""Starts between two reports of the progress on a device, some 30 for each of its blocks."""


def relu_loss(W: Array, V: Array | None = None, slope: float = 0.0) -> float:
    """Population loss L(W) = 1/2 E(sum_i phi(w_i.x) - sum_j phi(v_j.x))^2 of the two-layer network, x ~ N(0, I_d).

    W (k, d), V (h, d) without zero rows. Absolute error a few units of 1e-16 sum |w_i|^2. Raises InputError.
    Source: derivation in `numba_kernels/relu/loss.py` (centred form); pair kernel Cho & Saul 2009.
    """
    W, V, identity = _problem(W, V)
    return _finite(_loss.loss_at(W, _prepared(W.shape, V, identity, slope, 0)), W, V, slope)


def relu_loss_gradient(W: Array, V: Array | None = None, slope: float = 0.0) -> tuple[float, Array]:
    """Loss as in `relu_loss` and its gradient (k, d); absolute error of an entry a few units of 1e-16 |W|."""
    W, V, identity = _problem(W, V)
    gradient = np.empty(W.shape)
    value = _loss.loss_gradient_at(W, _prepared(W.shape, V, identity, slope, 0), gradient)
    return value if value - value == 0.0 else _finite(value, W, V, slope), gradient


def relu_losses_gradients(
    W: Array, V: Array | None = None, slope: float = 0.0, device: str = "cpu"
) -> tuple[Array, Array]:
    """Losses (count) and gradients (count, k, d) at a batch W (count, k, d) of weight matrices.

    On the processor, for V = I and small matrices, eight problems share a register. The bits of a member depend on it
    alone, not on the batch, but may differ from those of `relu_loss_gradient` by rounding.
    """
    where = resolve_device(device)
    W, V, identity = _problem(W, V, batch=True)
    count, k, d = W.shape
    losses, gradients = np.empty(count), np.empty(W.shape)
    if where == "cuda":
        with cuda.reported():
            cuda.kernels("relu").losses_gradients_at(W, V, identity, float(slope), losses, gradients)
    elif identity and max(k, d) <= _SMALL:
        _eight_at_a_time(W, float(slope), losses, gradients)
    else:
        _loss.losses_gradients_at(W, _prepared((k, d), V, identity, slope, 0), losses, gradients)
    _finite(float(losses.sum()), W.reshape(-1, d), V, slope)
    return losses, gradients


def relu_hessian(W: Array, V: Array | None = None, slope: float = 0.0, out: Array | None = None) -> Array:
    """Dense Hessian (k d, k d) of the loss, both triangles, into `out` where given (float64, C-contiguous).

    Exact to rounding also next to and at parallel and antiparallel pairs, where it is continuous.
    """
    W, V, identity = _problem(W, V)
    n = W.shape[0] * W.shape[1]
    if out is None:
        out = np.empty((n, n))
    elif out.shape != (n, n) or out.dtype != np.float64 or not out.flags.c_contiguous:
        raise InputError(f"expected `out` to be a C-contiguous float64 array of shape {(n, n)}, got shape {out.shape}")
    _dense.hessian_at(W, _prepared(W.shape, V, identity, slope, 2), out)
    _finite(float(out[:: W.shape[1]].sum()), W, V, slope)
    return out


def relu_hessian_product(W: Array, X: Array, V: Array | None = None, slope: float = 0.0) -> Array:
    """Hessian at W applied to X (k, d), or to each matrix of X (count, k, d); the shape of X."""
    W, V, identity = _problem(W, V)
    X = np.ascontiguousarray(X, dtype=np.float64)
    if X.shape[-2:] != W.shape or X.ndim not in (2, 3):
        raise InputError(
            f"expected directions of shape {W.shape} or (count, {W.shape[0]}, {W.shape[1]}), got {X.shape}"
        )
    out = np.empty_like(X)
    stack = (1, *X.shape) if X.ndim == 2 else X.shape
    _hessian.hessian_product_at(W, X.reshape(stack), _prepared(W.shape, V, identity, slope, 1), out.reshape(stack))
    _finite(float(out.sum()), W, V, slope)
    return out


def minimise_relu(
    starts: Array,
    V: Array | None = None,
    slope: float = 0.0,
    method: Method = "lbfgs",
    tol: float = 1e-12,
    max_steps: int | None = None,
    threads: int = 1,
    device: str = "cpu",
    *,
    step: float = 0.01,
    momentum: float = 0.9,
    progress: Callable[[int, int], None] | None = None,
) -> MinimiseBatch:
    """Critical points of the loss from many starts (count, k, d); one result per start, level ESTIMATED.

    method "lbfgs" is L-BFGS to gradient norm 1e-4, then Newton-CG (the fast road to a critical point); "gd",
    "heavy-ball" and "nesterov" are the fixed-step methods, with `step` and `momentum`. It stops at gradient norm `tol`
    or after `max_steps` gradients and Hessian products (default 50,000; one million for the fixed-step methods); the
    reason is in `status`, nothing is raised for a start that does not converge. The fast road avoids directions of
    negative curvature that it meets, but an end point may be a saddle: test its Hessian.

    On a CUDA device all starts run at once; "lbfgs" is then L-BFGS to the end, and Newton-CG on the processor for what
    rounding stops before. Bits depend on the start and the device alone, not on `threads` or on the other starts.
    `progress(done, count)` is called in the calling thread. KeyboardInterrupt: what has not begun is dropped, running
    chunks end, and it is raised again.
    Raises InputError for wrong shapes, zero rows, unknown methods or devices.
    """
    where = resolve_device(device)
    if method not in METHODS:
        raise InputError(f"expected a method among {', '.join(METHODS)}, got {method!r}")
    if threads < 1:
        raise InputError(f"expected at least one thread, got {threads}")
    if not (tol > 0.0 and step > 0.0 and 0.0 <= momentum < 1.0):
        raise InputError("expected tol > 0, step > 0 and 0 <= momentum < 1")
    W, V, identity = _problem(starts, V, batch=True)
    _check_rows(W.reshape(-1, W.shape[2]), V)
    points = W.copy()
    count, k, d = points.shape
    limit = max_steps if max_steps is not None else 50_000 if method == "lbfgs" else 1_000_000
    losses, norms = np.zeros(count), np.zeros(count)
    steps, status = np.zeros(count, np.int64), np.zeros(count, np.int8)
    inertia = 0.0 if method == "gd" else momentum
    lookahead = momentum if method == "nesterov" else 0.0

    kernels = cuda.kernels("minimise") if where == "cuda" else _minimise

    def prepared(bent: int) -> tuple[object, ...]:
        if where == "cuda":
            return V, identity, float(slope)
        return V, _store.new_store(k, d, V, identity, float(slope), bent)

    def work(part: slice) -> int:
        results = losses[part], norms[part], steps[part], status[part]
        if method == "lbfgs":
            kernels.minimise_newton(points[part], *prepared(1), tol, limit, *results)
        else:
            kernels.minimise_descent(points[part], *prepared(0), step, inertia, lookahead, tol, limit, *results)
        return int(part.stop - part.start)

    h = d if identity else V.shape[0]
    size = 1 if method != "lbfgs" else int(min(64, max(1, 500_000 // (k * d * (k + h)))))
    done = 0
    with cuda.reported() if where == "cuda" else nullcontext():
        for finished in in_chunks(work, count, *((size, threads) if where == "cpu" else (_AT_ONCE, 1))):
            done += finished
            if progress is not None:
                progress(done, count)
    return MinimiseBatch(points, losses, norms, steps, status)


def _eight_at_a_time(W: Array, slope: float, losses: Array, gradients: Array) -> None:
    """The batch in groups of eight, the last one filled up with copies of the last member."""
    count, k, d = W.shape
    room = _store.aligned(_batch.lanes_size(k, d))
    whole = count - count % 8
    _batch.losses_gradients_eight(W[:whole], slope, room, losses[:whole], gradients[:whole])
    if whole < count:
        last = np.concatenate([W[whole:], np.repeat(W[-1:], 8 - (count - whole), axis=0)])
        ends, slopes = np.empty(8), np.empty(last.shape)
        _batch.losses_gradients_eight(last, slope, room, ends, slopes)
        losses[whole:], gradients[whole:] = ends[: count - whole], slopes[: count - whole]


class _Kept(threading.local):
    """What this thread prepared last (what for, target, store): the next call of the kind allocates nothing."""

    last: tuple[object, Array, Array] = (None, _NO_TARGET, _NO_TARGET)


_kept = _Kept()


def _prepared(shape: tuple[int, int], V: Array, identity: int, slope: float, bent: int) -> Array:
    """A store prepared for weights of this shape and the target: the kept one where it fits."""
    key = (shape, identity, slope, bent)
    kept, target, store = _kept.last
    if kept == key and (identity or np.array_equal(target, V)):
        return store
    store = _store.new_store(*shape, V, identity, float(slope), bent)
    _kept.last = (key, V if identity else V.copy(), store)
    return store


def _problem(W: Array, V: Array | None, *, batch: bool = False) -> tuple[Array, Array, int]:
    """W and V as the kernels want them, and 1 where V is the unit matrix."""
    if V is None and type(W) is np.ndarray and W.ndim == (3 if batch else 2) and W.size and W.dtype is _FLOAT:
        return np.ascontiguousarray(W), _NO_TARGET, 1  # nothing to check: half a microsecond counts at d = 20
    W = np.ascontiguousarray(W, dtype=np.float64)
    if W.ndim != (3 if batch else 2) or 0 in W.shape[-2:]:
        wanted = "(count, k, d)" if batch else "(k, d)"
        raise InputError(f"expected weights of shape {wanted} with rows as neurons, got shape {W.shape}")
    if V is None:
        return W, _NO_TARGET, 1
    V = np.ascontiguousarray(V, dtype=np.float64)
    d = W.shape[-1]
    if V.ndim != 2 or V.shape[0] == 0 or V.shape[1] != d:
        raise InputError(f"expected a target V of shape (h, {d}), got shape {V.shape}")
    if V.shape[0] == d and np.count_nonzero(V) == d and bool(np.all(np.diagonal(V) == 1.0)):
        return W, _NO_TARGET, 1
    return W, V, 0


def _finite(value: float, rows: Array, V: Array, slope: float) -> float:
    """The value; InputError with the reason where it is not finite."""
    if value - value == 0.0:
        return value
    if not np.isfinite(slope):
        raise InputError(f"expected a finite slope, got {slope}")
    _check_rows(rows, V)
    raise InputError("expected weights of moderate size, got entries whose squares overflow; rescale them")


def _check_rows(rows: Array, V: Array) -> None:
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
