"""The two-layer ReLU student-target loss: value, gradient, Hessian, minimisation.

Rows of W (k, d) are the student's neurons, rows of V (h, d) the target's, V = None stands for the unit matrix. The flat
index of entry (i, a) of W is i d + a. `slope` is the activation's slope below zero. Targets that are multiples of
different unit vectors are recognised: they need no product with the neurons, as the unit matrix.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Literal

import numpy as np

from numba_kernels.relu import batch as _batch
from numba_kernels.relu import dense_hessian as _dense
from numba_kernels.relu import hessian as _hessian
from numba_kernels.relu import loss as _loss
from numba_kernels.relu import minimise as _minimise
from numba_kernels.relu import store as _store
from symlandscape.backends import cuda
from symlandscape.backends.common import METHODS, Array, Method, MinimiseBatch, in_chunks, resolve_device
from symlandscape.backends.relu_problem import GENERAL, UNIT, check_rows, finite, floats, prepared, problem_of
from symlandscape.errors import InputError

_SMALL = 32  # largest size for which eight problems fit the caches
_SIDES = {"both": 0, "lower": -1, "upper": 1}
_AT_ONCE = 1 << 14
"""Starts between two reports of the progress on a device, some 30 for each of its blocks."""


def relu_loss(W: Array, V: Array | None = None, slope: float = 0.0) -> float:
    """Population loss L(W) = 1/2 E(sum_i phi(w_i.x) - sum_j phi(v_j.x))^2 of the two-layer network, x ~ N(0, I_d).

    W (k, d), V (h, d) without zero rows. Absolute error a few units of 1e-16 sum |w_i|^2. Raises InputError.
    Source: derivation in `numba_kernels/relu/loss.py` (centred form); pair kernel Cho & Saul 2009.
    """
    W, V, kind = problem_of(W, V)
    return finite(_loss.loss_at(W, prepared(W.shape, V, kind, slope, 0)), W, V, slope)


def relu_loss_gradient(W: Array, V: Array | None = None, slope: float = 0.0) -> tuple[float, Array]:
    """Loss as in `relu_loss` and its gradient (k, d); absolute error of an entry a few units of 1e-16 |W|."""
    W, V, kind = problem_of(W, V)
    gradient = np.empty(W.shape)
    value = _loss.loss_gradient_at(W, prepared(W.shape, V, kind, slope, 0), gradient)
    return value if value - value == 0.0 else finite(value, W, V, slope), gradient


def relu_losses_gradients(
    W: Array, V: Array | None = None, slope: float = 0.0, device: str = "cpu"
) -> tuple[Array, Array]:
    """Losses (count) and gradients (count, k, d) at a batch W (count, k, d) of weight matrices.

    On the processor, for V = I and small matrices, eight problems share a register. The bits of a member depend on it
    alone, not on the batch, but may differ from those of `relu_loss_gradient` by rounding.
    """
    where = resolve_device(device)
    W, V, kind = problem_of(W, V, batch=True)
    count, k, d = W.shape
    losses, gradients = np.empty(count), np.empty(W.shape)
    if where == "cuda":
        with cuda.reported():
            cuda.kernels("relu").losses_gradients_at(W, V, int(kind == UNIT), float(slope), losses, gradients)
    elif kind == UNIT and max(k, d) <= _SMALL:
        _eight_at_a_time(W, float(slope), losses, gradients)
    else:
        _loss.losses_gradients_at(W, prepared((k, d), V, kind, slope, 0), losses, gradients)
    finite(float(losses.sum()), W.reshape(-1, d), V, slope)
    return losses, gradients


def relu_hessian(
    W: Array,
    V: Array | None = None,
    slope: float = 0.0,
    out: Array | None = None,
    *,
    triangle: Literal["both", "lower", "upper"] = "both",
) -> Array:
    """Dense Hessian (k d, k d) of the loss, into `out` where given (float64, C-contiguous).

    Exact to rounding also next to and at parallel and antiparallel pairs, where it is continuous. With one triangle the
    d x d blocks on the other side of the diagonal blocks are left as they are in `out`, and zero in a new array:
    LAPACK's symmetric routines read one triangle only. The upper one here is the lower one of `out.T`, the view in
    LAPACK's order, whose lower factorisation is the faster one.
    """
    if triangle not in _SIDES:
        raise InputError(f"expected a triangle among {', '.join(_SIDES)}, got {triangle!r}")
    W, V, kind = problem_of(W, V)
    n = W.shape[0] * W.shape[1]
    if out is None:
        out = np.empty((n, n)) if triangle == "both" else np.zeros((n, n))
    elif out.shape != (n, n) or out.dtype != np.float64 or not out.flags.c_contiguous:
        raise InputError(f"expected `out` to be a C-contiguous float64 array of shape {(n, n)}, got shape {out.shape}")
    _dense.hessian_at(W, prepared(W.shape, V, kind, slope, 2), _SIDES[triangle], out)
    finite(float(out.diagonal().sum()), W, V, slope)  # a neuron that is not finite shows in its own block
    return out


def relu_hessian_product(W: Array, X: Array, V: Array | None = None, slope: float = 0.0) -> Array:
    """Hessian at W applied to X (k, d), or to each matrix of X (count, k, d); the shape of X."""
    W, V, kind = problem_of(W, V)
    X = floats(X, "directions")
    if X.shape[-2:] != W.shape or X.ndim not in (2, 3):
        raise InputError(
            f"expected directions of shape {W.shape} or (count, {W.shape[0]}, {W.shape[1]}), got {X.shape}"
        )
    out = np.empty_like(X)
    stack = (1, *X.shape) if X.ndim == 2 else X.shape
    _hessian.hessian_product_at(W, X.reshape(stack), prepared(W.shape, V, kind, slope, 1), out.reshape(stack))
    finite(float(out.sum()), W, V, slope)
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
    W, V, kind = problem_of(starts, V, batch=True)
    check_rows(W.reshape(-1, W.shape[2]), V)
    points = W.copy()
    count, k, d = points.shape
    limit = max_steps if max_steps is not None else 50_000 if method == "lbfgs" else 1_000_000
    losses, norms = np.zeros(count), np.zeros(count)
    steps, status = np.zeros(count, np.int64), np.zeros(count, np.int8)
    inertia = 0.0 if method == "gd" else momentum
    lookahead = momentum if method == "nesterov" else 0.0

    kernels = cuda.kernels("minimise") if where == "cuda" else _minimise

    def problem(bent: int) -> tuple[object, ...]:
        if where == "cuda":
            return V, int(kind == UNIT), float(slope)
        return V, _store.new_store(k, d, V, kind, float(slope), bent)

    def work(part: slice) -> int:
        results = losses[part], norms[part], steps[part], status[part]
        if method == "lbfgs":
            kernels.minimise_newton(points[part], *problem(1), tol, limit, *results)
        else:
            kernels.minimise_descent(points[part], *problem(0), step, inertia, lookahead, tol, limit, *results)
        return int(part.stop - part.start)

    h = V.shape[0] if kind == GENERAL else d
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
