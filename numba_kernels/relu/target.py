"""The target's part of a store: written once, before the first evaluation.

Targets count with the weights b of the second layer, b_j phi(v_j.x). The pair kernel is positively homogeneous in v_j,
so b_j enters with |v_j| as one factor of either sign, and the unit row v_j^ is that of v_j.

Targets delta_a e_a need no product with the neurons. The cosine is sign(delta_a) w^_a, and of what the loss is made of
(loss.py) sin t, p and asin(c) v^ do not see the sign: only the sum of the targets does.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import kernel, part
from numba_kernels.products import pack, pack_turned, padded
from numba_kernels.relu.layout import CENTRE, HEADER, Problem, Room, make_room

Array = npt.NDArray[np.float64]


@part
def set_target(target: Array, second: Array, problem: Problem, room: Room) -> None:
    """Fill the target's part of the room from V (rows, d) and its weights b (rows), all 1 where `second` is empty.

    For the unit matrix neither is read.
    """
    d, h = problem.d, problem.h
    if problem.identity == 1:
        for j in range(h):
            room.target_norms[j] = 1.0
            room.target_sum[j] = 1.0
        room.constant[0] = CENTRE * h
        return
    for a in range(d):
        room.target_sum[a] = 0.0
    if problem.identity == 2:
        set_axes(target, second, problem, room)
        return
    width = room.target_unit.shape[1]
    for j in range(h):
        outer = second[j] if second.shape[0] > 0 else 1.0
        square = 0.0
        for a in range(d):
            square += target[j, a] * target[j, a]
            room.target_unit[j, a] = outer * target[j, a]
            room.target_sum[a] += outer * target[j, a]
        room.target_norms[j] = math.sqrt(square)
    pack(room.target_unit, width, h, padded(d), room.target_rows)
    for j in range(h):
        norm = room.target_norms[j]
        inverse = 1.0 / norm if norm > 0.0 else math.nan
        for a in range(d):
            room.target_unit[j, a] = target[j, a] * inverse
        room.target_norms[j] = norm * (second[j] if second.shape[0] > 0 else 1.0)
    pack_turned(room.target_unit, width, h, d, room.target_turned)
    total = 0.0
    for i in range(h):
        total += CENTRE * room.target_norms[i] * room.target_norms[i]
        for j in range(i):
            c = 0.0
            for a in range(d):
                c += room.target_unit[i, a] * room.target_unit[j, a]
            c = max(-1.0, min(1.0, c))
            s = math.sqrt((1.0 - c) * (1.0 + c))
            q = c * math.atan2(c, s) - c * c / (1.0 + s)
            total += 2.0 * room.target_norms[i] * room.target_norms[j] * q
    room.constant[0] = total


@part
def set_axes(target: Array, second: Array, problem: Problem, room: Room) -> None:
    """As `set_target` for rows with one entry that is not zero, no two in one column."""
    total = 0.0
    for j in range(target.shape[0]):
        outer = second[j] if second.shape[0] > 0 else 1.0
        for a in range(problem.d):
            if target[j, a] != 0.0:
                room.target_norms[a] = outer * abs(target[j, a])
                room.target_sum[a] = outer * target[j, a]
                total += room.target_norms[a] * room.target_norms[a]
    room.constant[0] = CENTRE * total


@part
def problem_in(store: Array) -> Problem:
    """The problem that the store was prepared for."""
    return Problem(int(store[0]), int(store[1]), int(store[2]), int(store[3]), store[4])


@kernel
def prepare(store: Array, k: int, d: int, target: Array, second: Array, identity: int, slope: float) -> None:
    """Write the problem and its target into a zeroed store of at least `store_size` entries."""
    h = d if identity else target.shape[0]
    problem = Problem(k, d, h, identity, slope)
    store[0], store[1], store[2], store[3], store[4] = k, d, h, identity, slope
    set_target(target, second, problem, make_room(store, problem))


@part
def renew(store: Array, target: Array, second: Array) -> None:
    """The prepared store as it was before its first use: what ran before leaves no trace."""
    problem = problem_in(store)
    for q in range(HEADER, store.shape[0]):
        store[q] = 0.0
    set_target(target, second, problem, make_room(store, problem))
