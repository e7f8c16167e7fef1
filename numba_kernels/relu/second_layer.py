"""The loss with a trainable second layer: value and gradient in (W, a).

    L(W, a) = 1/2 E(sum_i a_i phi(w_i.x) - sum_j b_j phi(v_j.x))^2,   a_i and b_j of any sign.

The pair kernel f(w, v) = |w||v| F(cos t) is positively homogeneous, so that a_i a_j f(w_i, w_j) = m_i m_j F(cos t_ij)
with the signed norms m_i = a_i |w_i|: L is the form of loss.py in the rows a_i w_i, the norms m_i and the unit rows
of W. No quotient by a_i is taken: with

    G_i = sum_j a_j f_w(w_i, w_j) - sum_j b_j f_w(w_i, v_j)   (f_w(w, w) = w/2; of degree 0 in w_i),

which is what loss.py computes from the signed norms and the unit rows,

    dL/dw_i = a_i G_i,   dL/da_i = w_i.G_i,

the second by Euler's identity w.f_w(w, v) = f(w, v), the self term a_i f(w_i, w_i) = a_i |w_i|^2/2 included. Hence
w_i.dL/dw_i = a_i dL/da_i: the gradient is orthogonal to the directions (w_i, -a_i) of the scalings w_i -> t w_i,
a_i -> a_i/t, on which L does not depend. L is smooth at a_i = 0; at w_i = 0 it is not, unless a_i G_i = 0.

Flat points are x = (W row after row, a), of length k d + k.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import kernel, part
from numba_kernels.products import padded, stride
from numba_kernels.relu.layout import Problem, Room, make_room
from numba_kernels.relu.loss import gradient_of_rows, set_neurons
from numba_kernels.relu.target import problem_in
from numba_kernels.vectors import fill, fused, keep, load, matrix_at, store, total, vector_at

Array = npt.NDArray[np.float64]


class Layers(NamedTuple):
    """The room of the pair sums; outer and lengths (k): the a_i and |w_i|; slopes (k d): the rows G_i.

    For Hessian products also turning and sine (k,k): |w_j| (pi - t_ij) and |w_j| sin t_ij; change and mean (k): of a
    direction (p, e) the e_i and the p_i.G_i; answer (k d): the change of the G_i.
    """

    room: Room
    outer: Array
    lengths: Array
    slopes: Array
    turning: Array
    sine: Array
    change: Array
    mean: Array
    answer: Array


@kernel
def layers_size(k: int, d: int) -> int:
    """Entries of the store of the second layer, zero when new."""
    return 4 * padded(k) + 2 * padded(k) * stride(k) + 2 * (padded(k * d) + 8)


@part
def make_layers(prepared: Array, extra: Array, problem: Problem) -> Layers:
    """The working arrays in a prepared store and in one of `layers_size`."""
    k8, kw, flat = padded(problem.k), stride(problem.k), padded(problem.k * problem.d) + 8
    b = 4 * k8
    c = b + 2 * k8 * kw
    return Layers(
        make_room(prepared, problem),
        vector_at(extra, 0, k8),
        vector_at(extra, k8, k8),
        vector_at(extra, c, flat),
        matrix_at(extra, b, k8, kw),
        matrix_at(extra, b + k8 * kw, k8, kw),
        vector_at(extra, 2 * k8, k8),
        vector_at(extra, 3 * k8, k8),
        vector_at(extra, c + flat, flat),
    )


@part
def set_slopes(x: Array, problem: Problem, layers: Layers) -> float:
    """Loss at the flat point x, the rows G_i into layers.slopes; NaN where a row of W is zero."""
    k, d, room = problem.k, problem.d, layers.room
    set_neurons(x, problem, room)
    rows, width = room.rows, room.rows.shape[1]
    for i in range(k):
        outer = x[k * d + i]
        layers.outer[i] = outer
        layers.lengths[i] = room.norms[i]
        room.norms[i] *= outer
        for a in range(0, padded(d), 8):
            store(rows, i * width + a, outer * load(rows, i * width + a))
    return gradient_of_rows(problem, room, layers.slopes)


@part
def along(i: int, flat: Array, problem: Problem, layers: Layers) -> float:
    """w_i times row i of a matrix with flat entries (k d), which are followed by 8 more."""
    d, width = problem.d, layers.room.unit.shape[1]
    sums = fill(0.0)
    for a in range(0, padded(d), 8):
        sums = fused(load(layers.room.unit, i * width + a), keep(load(flat, i * d + a), 0, d - a), sums)
    return layers.lengths[i] * total(sums)


@part
def value_gradient(x: Array, problem: Problem, layers: Layers, gradient: Array) -> float:
    """Loss at the flat point x, its gradient into `gradient` (k d + k)."""
    k, d, slopes = problem.k, problem.d, layers.slopes
    loss = set_slopes(x, problem, layers)
    for i in range(k):
        outer = layers.outer[i]
        gradient[k * d + i] = along(i, slopes, problem, layers)
        for q in range(i * d, i * d + d):
            gradient[q] = outer * slopes[q]
    return loss


@part
def collapsed(problem: Problem, layers: Layers) -> bool:
    """Whether some row of the last evaluated W is shorter than 1e-9 of the longest: a neuron at its kink."""
    least = longest = layers.lengths[0]
    for i in range(1, problem.k):
        least = min(least, layers.lengths[i])
        longest = max(longest, layers.lengths[i])
    return not least > 1e-9 * longest


@kernel
def loss_gradient_at(x: Array, prepared: Array, extra: Array, gradient: Array) -> float:
    """Loss at the flat point x, its gradient into `gradient` (k d + k)."""
    problem = problem_in(prepared)
    return value_gradient(x, problem, make_layers(prepared, extra, problem), gradient)
