"""The two-layer ReLU loss and its gradient as means over inputs: drawn ones, or a user's own. Conventions of `relu`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from numba_kernels.relu import monte_carlo as _monte_carlo
from numba_kernels.relu import store as _store
from symlandscape.backends.common import Array, in_chunks
from symlandscape.errors import InputError

__all__ = ["SampledLoss", "relu_inputs", "sampled_relu_loss_gradient"]

_PIECE = 16384  # inputs, a multiple of the kernel's chunks
_ENTRIES = 1 << 24  # of all pieces' sums together: 128 MiB


@dataclass(frozen=True, slots=True, eq=False)
class SampledLoss:
    """Means over `samples` inputs and their standard errors: value, error; gradient, gradient_error (k, d)."""

    value: float
    error: float
    gradient: Array
    gradient_error: Array
    samples: int


def sampled_relu_loss_gradient(
    W: Array,
    V: Array | None = None,
    slope: float = 0.0,
    samples: int | Array = 100_000,
    seed: int = 0,
    threads: int = 1,
) -> SampledLoss:
    """Mean of 1/2 (sum_i phi(w_i.x) - sum_j phi(v_j.x))^2 over inputs x, and its gradient in W; level ESTIMATED.

    W (k, d), V (h, d) or None for the unit matrix. samples: a number n >= 2 of inputs x ~ N(0, I_d), those of
    `relu_inputs`, or the inputs themselves as rows (n, d), which give the empirical loss. A standard error is that of
    the mean of independent terms: sqrt((mean of squares - square of mean)/(n - 1)). Where w_i.x = 0 the derivative
    below zero is taken. An independent road to `relu_loss_gradient`. Bits do not depend on `threads`.
    Raises InputError for wrong shapes or numbers that are not finite.
    """
    W, V, identity = _networks(W, V)
    k, d = W.shape
    X = None if isinstance(samples, int | np.integer) else _rows("samples", samples, d, finite=False)
    n = int(samples) if X is None else X.shape[0]  # type: ignore[arg-type]
    if n < 2:
        raise InputError(f"expected at least 2 samples, a standard error needs them, got {n}")
    if threads < 1:
        raise InputError(f"expected at least one thread, got {threads}")
    word, slope = _word(seed), float(slope)
    if not np.isfinite(slope):
        raise InputError(f"expected a finite slope, got {slope}")
    shape = (2, -(-k // 8) * 8, -(-d // 8) * 8)
    length = _monte_carlo.HEAD + int(np.prod(shape))
    most = max(2, min(1024, _ENTRIES // length))
    piece = _PIECE * -(-n // (_PIECE * most))
    sums = _store.aligned(-(-n // piece) * length).reshape(-1, length)

    def work(part: slice) -> int:
        room = _store.aligned(_monte_carlo.store_size(k, d if identity else V.shape[0], d))
        rest = (W, V, identity, slope, room, sums[part.start // piece])
        if X is None:
            _monte_carlo.add_drawn(word, part.start, part.stop - part.start, *rest)
        else:
            _monte_carlo.add_given(X[part], *rest)
        return int(part.stop - part.start)

    for _ in in_chunks(work, n, piece, threads):
        pass
    means = sums.sum(axis=0) / n
    gradient, squares = means[_monte_carlo.HEAD :].reshape(shape)[:, :k, :d]
    value = float(means[0])
    if not (np.isfinite(means[:2]).all() and np.isfinite(squares).all()):
        if X is not None:
            _rows("samples", X, d)  # looked through only now: it takes as long as a matrix product
        raise InputError("expected weights and inputs of moderate size, got a loss that overflows; rescale them")
    error = float(np.sqrt(max(means[1] - value * value, 0.0) / (n - 1)))
    errors = np.sqrt(np.maximum(squares - gradient * gradient, 0.0) / (n - 1))
    return SampledLoss(value, error, gradient.copy(), errors, n)


def relu_inputs(samples: int, d: int, seed: int = 0, first: int = 0) -> Array:
    """The inputs number first .. first + samples - 1 of a seed, x ~ N(0, I_d) in rows (samples, d).

    Number s depends on the seed and s alone (counter-based words, Box & Muller; no entry beyond 8.6).
    """
    if samples < 1 or d < 1 or first < 0:
        raise InputError(f"expected samples and d above 0 and first from 0 on, got {samples}, {d} and {first}")
    X = np.empty((samples, d))
    _monte_carlo.inputs_at(_word(seed), first, X)
    return X


def _word(seed: int) -> np.uint64:
    """The seed as a word."""
    if not 0 <= seed < 1 << 64:
        raise InputError(f"expected a seed from 0 to 2^64 - 1, got {seed}")
    return np.uint64(seed)


def _networks(W: Array, V: Array | None) -> tuple[Array, Array, int]:
    """W and V as the kernels want them, and 1 where V is the unit matrix."""
    W = np.ascontiguousarray(W, dtype=np.float64)
    if W.ndim != 2 or 0 in W.shape:
        raise InputError(f"expected weights of shape (k, d) with rows as neurons, got shape {W.shape}")
    W = _rows("W", W, W.shape[1])
    if V is None:
        return W, np.zeros((0, W.shape[1])), 1
    return W, _rows("V", V, W.shape[1]), 0


def _rows(name: str, matrix: Array, d: int, *, finite: bool = True) -> Array:
    """A matrix of n >= 1 rows of d entries, with `finite` of finite ones."""
    matrix = np.ascontiguousarray(matrix, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] == 0 or matrix.shape[1] != d:
        raise InputError(f"expected {name} of shape (n, {d}), got shape {matrix.shape}")
    if finite and not np.isfinite(matrix).all():
        raise InputError(f"expected finite entries in {name}, got NaN or infinity")
    return matrix
