"""Energy, gradient and Hessian of a packed Hamiltonian, each in one reading of the couplings.

For a leading tuple with product P of its spins, and its triangle C, put t = C x, w = C' x and q = x.t. The tuple's part
of H is P q; by the product rule over the p places of each monomial, equal indices or not, it adds

    P (t + w) to the gradient, and q P/x_{a_s} (formed as a product) to its entry a_s for each leading place s;
    P (C + C') to the Hessian, (t + w) P/x_{a_s} to row and column a_s, q P/(x_{a_s} x_{a_r}) to (a_s, a_r), (a_r, a_s).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import kernel, part
from numba_kernels.lanes import ROWS, WIDTH, add_eight, dot_at, four_rows
from numba_kernels.spinglass.layout import Couplings, Integers, Room, make_room, next_lead

Array = npt.NDArray[np.float64]


@part
def product_without(x: Array, lead: Integers, length: int, s: int, r: int) -> float:
    """Product of the spins of the leading places other than s and r."""
    value = 1.0
    for m in range(length):
        if m != s and m != r:
            value *= x[lead[m]]
    return value


@part
def triangle(data: Array, begin: int, n: int, x: Array, left: Array, right: Array) -> int:
    """left = C x, right = C' x for the triangle of n rows stored at `begin`, zeros up to the padding; its end."""
    size = (n + WIDTH - 1) // WIDTH * WIDTH
    for k in range(size):
        right[k] = 0.0
        left[k] = 0.0
    row = 0
    while row < n:
        width = WIDTH * (row // WIDTH + 1)
        four_rows(data, begin, width, x, row, left, right)
        begin += ROWS * width
        row += ROWS
    return begin


@part
def add_gradient(couplings: Couplings, room: Room) -> float:
    """Energy at room.point; its gradient into room.gradient."""
    x, left, right, gradient, lead = room.point, room.left, room.right, room.gradient, room.lead
    for k in range(gradient.shape[0]):
        gradient[k] = 0.0
    energy = 0.0
    for m in range(couplings.degrees.shape[0]):
        length = couplings.degrees[m] - 2
        begin = couplings.begins[m]
        for s in range(length):
            lead[s] = 0
        while True:
            n = lead[length - 1] + 1 if length else couplings.spins
            begin = triangle(couplings.data, begin, n, x, left, right)
            size = (n + WIDTH - 1) // WIDTH * WIDTH
            form = dot_at(left, 0, x, 0, size)
            product = product_without(x, lead, length, -1, -1)
            energy += product * form
            for k in range(size):
                gradient[k] += product * (left[k] + right[k])
            for s in range(length):
                gradient[lead[s]] += form * product_without(x, lead, length, s, -1)
            if not next_lead(lead, length, couplings.spins):
                break
    return energy


@part
def add_product(couplings: Couplings, room: Room) -> None:
    """Hessian at room.point times room.direction into room.product: the directional derivative of the gradient."""
    x, v, lead, out, data = room.point, room.direction, room.lead, room.product, couplings.data
    left, right, dleft, dright = room.left, room.right, room.direction_left, room.direction_right
    for k in range(out.shape[0]):
        out[k] = 0.0
    for m in range(couplings.degrees.shape[0]):
        length = couplings.degrees[m] - 2
        begin = couplings.begins[m]
        for s in range(length):
            lead[s] = 0
        while True:
            n = lead[length - 1] + 1 if length else couplings.spins
            size = (n + WIDTH - 1) // WIDTH * WIDTH
            triangle(data, begin, n, x, left, right)
            begin = triangle(data, begin, n, v, dleft, dright)
            form = dot_at(left, 0, x, 0, size)
            change = dot_at(left, 0, v, 0, size) + dot_at(right, 0, v, 0, size)
            product = product_without(x, lead, length, -1, -1)
            slope = 0.0
            for s in range(length):
                slope += v[lead[s]] * product_without(x, lead, length, s, -1)
            for k in range(size):
                out[k] += product * (dleft[k] + dright[k]) + slope * (left[k] + right[k])
            for s in range(length):
                turn = change * product_without(x, lead, length, s, -1)
                for r in range(length):
                    if r != s:
                        turn += form * v[lead[r]] * product_without(x, lead, length, s, r)
                out[lead[s]] += turn
            if not next_lead(lead, length, couplings.spins):
                break


@part
def set_hessian(couplings: Couplings, room: Room, matrix: Array) -> None:
    """The Hessian at room.point into matrix (N, N), both triangles."""
    x, left, right, lead, data = room.point, room.left, room.right, room.lead, couplings.data
    spins = couplings.spins
    for j in range(spins):
        for k in range(spins):
            matrix[j, k] = 0.0
    for m in range(couplings.degrees.shape[0]):
        length = couplings.degrees[m] - 2
        begin = couplings.begins[m]
        for s in range(length):
            lead[s] = 0
        while True:
            n = lead[length - 1] + 1 if length else spins
            product = product_without(x, lead, length, -1, -1)
            add_triangle(data, begin, n, product, matrix)
            begin = triangle(data, begin, n, x, left, right)
            form = dot_at(left, 0, x, 0, (n + WIDTH - 1) // WIDTH * WIDTH)
            for s in range(length):
                factor = product_without(x, lead, length, s, -1)
                row = matrix[lead[s]]
                for k in range(n):
                    row[k] += factor * (left[k] + right[k])
                for r in range(s):
                    matrix[lead[s], lead[r]] += form * product_without(x, lead, length, s, r)
            if not next_lead(lead, length, spins):
                break
    for j in range(spins):
        matrix[j, j] *= 2.0
        for k in range(j):
            matrix[j, k] += matrix[k, j]
            matrix[k, j] = matrix[j, k]


@part
def add_triangle(data: Array, begin: int, n: int, factor: float, matrix: Array) -> None:
    """Add factor C to the matrix, for the triangle of n rows stored at `begin`.

    Whole tiles are added: beyond the diagonal, and so at the head of the next row, they add zeros.
    """
    columns, size = matrix.shape[1], matrix.size
    for j in range(n):
        for k in range(0, j + 1, WIDTH):
            tile = begin + k * ROWS + j % ROWS * WIDTH
            if j * columns + k + WIDTH <= size:
                add_eight(data, tile, factor, matrix, j * columns + k)
            else:
                for q in range(j + 1 - k):
                    matrix[j, k + q] += factor * data[tile + q]
        if j % ROWS == ROWS - 1:
            begin += ROWS * WIDTH * (j // WIDTH + 1)


@kernel
def energies_gradients_at(
    points: Array, degrees: Integers, begins: Integers, data: Array, energies: Array, gradients: Array
) -> None:
    """Energies (count) and gradients (count, N) in R^N at points (count, N)."""
    count, spins = points.shape
    couplings = Couplings(spins, degrees, begins, data)
    room = make_room(spins, degrees.max())
    for q in range(count):
        room.point[:spins] = points[q]
        energies[q] = add_gradient(couplings, room)
        gradients[q] = room.gradient[:spins]


@kernel
def hessian_at(point: Array, degrees: Integers, begins: Integers, data: Array, matrix: Array) -> None:
    """Hessian (N, N) in R^N at one point (N)."""
    spins = point.shape[0]
    room = make_room(spins, degrees.max())
    room.point[:spins] = point
    set_hessian(Couplings(spins, degrees, begins, data), room, matrix)


@kernel
def hessian_product_at(
    point: Array, directions: Array, degrees: Integers, begins: Integers, data: Array, out: Array
) -> None:
    """Hessian in R^N at one point (N) times directions (count, N)."""
    count, spins = directions.shape
    couplings = Couplings(spins, degrees, begins, data)
    room = make_room(spins, degrees.max())
    room.point[:spins] = point
    for q in range(count):
        room.direction[:spins] = directions[q]
        add_product(couplings, room)
        out[q] = room.product[:spins]
