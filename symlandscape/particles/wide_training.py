"""Training the first layer of a wide two-layer ReLU network on n points, and its linearised dynamics.

Everything happens in the space of pre-activations P = W X' (m, n): with u = f - y and gates G = 1{P > 0} a step along
the gradient of (1/2)|u|^2 changes P by -h (a_r G_ri u_i) X X'. With the gates frozen, u follows the same method on the
quadratic (1/2) u' H_m u: one companion matrix for each eigenvalue of H_m (`solve.linear_rates`). Source: Du, Zhai,
Poczos & Singh 2019 (gradient descent); Wang, Lin & Abernethy 2021 (heavy ball).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from symlandscape.errors import InputError
from symlandscape.particles.arc_cosine import Array
from symlandscape.solve.linear_rates import check_method

__all__ = ["WideRun", "linearised_run", "tail_rate", "train_wide"]

SETTLED = 1e-6  # |u|/|u_0| from which gates are averaged


@dataclass(frozen=True, slots=True)
class WideRun:
    """Residuals u at every iteration (T + 1, n), the Gram matrices of the gates before, at the end, and averaged over
    the tail, the shares of gates that differ at the end and that switch in the tail; level ESTIMATED.

    The tail is the part of the run with |u| <= SETTLED |u_0|; without one the averages are those of the end.
    """

    residuals: Array
    first_gram: Array
    last_gram: Array
    tail_gram: Array
    flipped: float
    sliding: float

    @property
    def norms(self) -> Array:
        """|u| at every iteration."""
        return np.asarray(np.linalg.norm(self.residuals, axis=1))


def train_wide(
    X: Array, y: Array, W: Array, a: Array, method: str, step: float, momentum: float, steps: int, floor: float = 0.0
) -> WideRun:
    """At most `steps` iterations of a method with fixed step and momentum from the units W (m, d) with outer weights
    a (m), until |u| <= floor |u_0|.

    heavy ball: V = beta V - h grad(P), P = P + V; Nesterov takes the gradient at P + beta V. Gates that switch while u
    goes to 0 slide along the kink of their unit: each side pushes towards the other. With their time averages g in
    [0, 1] the residuals obey the linear recursion of sum_r a_r^2 g_ri g_rj x_i.x_j along the slowest mode.
    Raises: `InputError` for an unknown method, bad constants or shapes, or when the run diverges.
    """
    check_method(method)
    X, y, W, a = (np.asarray(z, dtype=np.float64) for z in (X, y, W, a))
    if X.ndim != 2 or y.shape != (len(X),) or W.ndim != 2 or W.shape[1] != X.shape[1] or a.shape != (len(W),):
        raise InputError(f"expected X (n, d), y (n), W (m, d), a (m), got {X.shape}, {y.shape}, {W.shape}, {a.shape}")
    if not (step > 0 and 0 <= momentum < 1) or steps < 1:
        raise InputError(f"expected step > 0, 0 <= momentum < 1, steps >= 1, got {step}, {momentum}, {steps}")
    inertia = 0.0 if method == "gd" else momentum
    ahead = momentum if method == "nesterov" else 0.0
    inner, P = X @ X.T, W @ X.T
    first = P > 0
    V = np.zeros_like(P)
    residuals = [a @ np.maximum(P, 0.0) - y]
    start = float(np.linalg.norm(residuals[0]))
    total, count = np.zeros_like(P), 0
    for t in range(steps):
        Q = P + ahead * V if ahead else P
        gates = Q > 0
        u = a @ np.where(gates, Q, 0.0) - y if ahead else residuals[-1]
        if np.linalg.norm(residuals[-1]) <= SETTLED * start:
            total, count = total + gates, count + 1
        push = (gates * (a[:, None] * u)) @ inner
        V = inertia * V - step * push if inertia else -step * push
        P += V
        residuals.append(a @ np.maximum(P, 0.0) - y)
        size = float(np.linalg.norm(residuals[-1]))
        if not np.isfinite(size):
            raise InputError(f"the run left the finite numbers at step {t + 1}; take a smaller step")
        if size <= floor * start:
            break
    last = P > 0
    mean = total / count if count else last.astype(np.float64)
    before, after, tail = (_gram(gates, inner, a * a) for gates in (first, last, mean))
    flipped, sliding = float(np.mean(first != last)), float(np.mean((mean > 0) & (mean < 1)))
    return WideRun(np.array(residuals), before, after, tail, flipped, sliding)


def _gram(gates: np.ndarray, inner: Array, scale: Array) -> Array:
    """sum_r a_r^2 g_ri g_rj times x_i.x_j for gates in [0, 1]."""
    on = gates.astype(np.float64)
    return np.asarray(inner * ((on * scale[:, None]).T @ on))


def linearised_run(H: Array, residual: Array, method: str, step: float, momentum: float, steps: int) -> Array:
    """Residuals (steps + 1, n) of the method on the quadratic (1/2) u' H u."""
    check_method(method)
    inertia = 0.0 if method == "gd" else momentum
    ahead = momentum if method == "nesterov" else 0.0
    u, v = np.array(residual, dtype=np.float64), np.zeros(len(residual))
    made = [u]
    for _ in range(steps):
        v = inertia * v - step * (H @ (u + ahead * v))
        u = u + v
        made.append(u)
    return np.array(made)


def tail_rate(norms: Array, settled: float = SETTLED) -> tuple[float, float]:
    """The factor per iteration of |u| from the first |u| <= settled |u_0| on, with its error from eight batches of
    consecutive iterations.

    Raises: `InputError` where fewer than 16 iterations are left.
    """
    norms = np.asarray(norms, dtype=np.float64)
    below = np.flatnonzero(norms <= settled * norms[0])
    first = int(below[0]) if below.size else len(norms)
    if len(norms) - first < 16:
        raise InputError(f"a fit needs 16 iterations in the tail, but {len(norms) - first} are left; run longer")
    slopes = np.diff(np.log(norms[first:]))
    batches = np.array([b.mean() for b in np.array_split(slopes, 8)])
    rate = float(np.exp(slopes.mean()))
    return rate, rate * float(batches.std(ddof=1)) / np.sqrt(8)
