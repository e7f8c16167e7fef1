"""The naive ReLU loss, gradient and Hessian in mpmath at 50 digits: the oracle of these tests."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

context = mpmath.mp.clone()
context.dps = 50


def _rows(matrix: Array) -> list[Any]:
    return [context.matrix([context.mpf(float(entry)) for entry in row]) for row in matrix]


def _norm(u: Any) -> Any:
    return context.sqrt(sum(x * x for x in u))


def _dot(u: Any, v: Any) -> Any:
    return sum(x * y for x, y in zip(u, v, strict=True))


def _angle(w: Any, v: Any) -> Any:
    u, z = w / _norm(w), v / _norm(v)
    return 2 * context.atan2(_norm(u - z), _norm(u + z))


def pair(w: Any, v: Any, rho: Any) -> Any:
    """f_rho(w, v) = (1 - rho)^2 |w||v| (sin t + (pi - t) cos t)/(2 pi) + rho w.v."""
    t = _angle(w, v)
    f = _norm(w) * _norm(v) * (context.sin(t) + (context.pi - t) * context.cos(t)) / (2 * context.pi)
    return (1 - rho) ** 2 * f + rho * _dot(w, v)


def loss(W: Array, V: Array, slope: float = 0.0) -> Any:
    """Sum over pairs, exactly as defined."""
    w, v, rho = _rows(W), _rows(V), context.mpf(slope)
    own = sum(pair(a, b, rho) for a in w for b in w) / 2 + sum(pair(a, b, rho) for a in v for b in v) / 2
    return own - sum(pair(a, b, rho) for a in w for b in v)


def gradient(W: Array, V: Array, slope: float = 0.0) -> Array:
    """Rows g(w_i, w_j) summed over neurons (the self term being w_i/2), minus the targets; rounded to floats."""
    w, v, rho = _rows(W), _rows(V), context.mpf(slope)

    def g(a: Any, b: Any) -> Any:
        t = _angle(a, b)
        relu = _norm(b) * context.sin(t) * a / _norm(a) + (context.pi - t) * b
        return (1 - rho) ** 2 * relu / (2 * context.pi) + rho * b

    rows = []
    for a in w:
        total = context.matrix(len(a), 1)
        for b in w:
            total += g(a, b)
        for b in v:
            total -= g(a, b)
        rows.append([float(x) for x in total])
    return np.array(rows)


def hessian(W: Array, V: Array, slope: float = 0.0) -> Array:
    """Blocks in the published 1/sin t form, with their limits where sin t = 0; rounded to floats."""
    w, v, rho = _rows(W), _rows(V), context.mpf(slope)
    k, d = W.shape
    one = context.eye(d)
    out = np.empty((k * d, k * d))

    def geometry(a: Any, b: Any) -> tuple[Any, Any, Any, Any, Any]:
        t = _angle(a, b)
        return a / _norm(a), b / _norm(b), t, context.cos(t), context.sin(t)

    def mixed(a: Any, b: Any) -> Any:
        x, y, t, c, s = geometry(a, b)
        block = (context.pi - t) * one + s * (x * y.T)
        if s > context.mpf(10) ** -45:
            block += (y - c * x) * (x - c * y).T / s
        return block / (2 * context.pi)

    def second(a: Any, b: Any) -> Any:
        x, y, _, c, s = geometry(a, b)
        block = s * (one - x * x.T)
        if s > context.mpf(10) ** -45:
            block += (y - c * x) * (y - c * x).T / s
        return _norm(b) / _norm(a) * block / (2 * context.pi)

    for i in range(k):
        for j in range(k):
            block = one / 2 if i == j else mixed(w[i], w[j])
            if i == j:
                for m in range(k):
                    if m != i:
                        block += second(w[i], w[m])
                for b in v:
                    block -= second(w[i], b)
            block = (1 - rho) ** 2 * block + rho * one
            for p in range(d):
                for q in range(d):
                    out[i * d + p, j * d + q] = float(block[p, q])
    return out


def network_loss(W: Array, a: Array, V: Array, b: Array, slope: float = 0.0) -> Any:
    """The loss with second layers a and b, exactly as defined; a and W may hold numbers of mpmath."""
    rho = context.mpf(slope)
    rows = [context.matrix([context.mpf(x) for x in row]) for row in [*W, *V]]
    outer = [*(context.mpf(x) for x in a), *(-context.mpf(float(x)) for x in b)]
    n = range(len(rows))
    own = sum(outer[i] ** 2 * pair(rows[i], rows[i], rho) for i in n) / 2
    return own + sum(outer[i] * outer[j] * pair(rows[i], rows[j], rho) for i in n for j in range(i))


def second_differences(W: Array, a: Array, V: Array, b: Array, slope: float = 0.0) -> tuple[Array, Array]:
    """Gradient and Hessian of `network_loss` in (W row after row, a) by central differences at 50 digits."""
    k, d = W.shape
    step = context.mpf(10) ** -12
    start = [context.mpf(float(x)) for x in [*W.ravel(), *a]]
    n = len(start)

    def value(*moves: tuple[int, int]) -> Any:
        x = list(start)
        for q, sign in moves:
            x[q] += sign * step
        return network_loss(np.array(x[: k * d], dtype=object).reshape(k, d), x[k * d :], V, b, slope)

    middle = value()
    up, down = [value((q, 1)) for q in range(n)], [value((q, -1)) for q in range(n)]
    gradient = np.array([float((up[q] - down[q]) / (2 * step)) for q in range(n)])
    hessian = np.empty((n, n))
    for p in range(n):
        hessian[p, p] = float((up[p] - 2 * middle + down[p]) / step**2)
        for q in range(p):
            both = value((p, 1), (q, 1)) + value((p, -1), (q, -1)) + 2 * middle - up[p] - down[p] - up[q] - down[q]
            hessian[p, q] = hessian[q, p] = float(both / (2 * step**2))
    return gradient, hessian
