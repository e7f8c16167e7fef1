"""Packed storage of symmetric coupling tensors, and the arrays that the kernels work in.

A homogeneous polynomial of degree p >= 2 in N spins is h(x) = sum c_a x_{a_1} .. x_{a_p} over N > a_1 >= .. >= a_p,
one coefficient for each multiset. It is stored as one lower triangle for each leading tuple (a_1, .., a_{p-2}), the
tuples in lexicographic order; the triangle has n = a_{p-2} + 1 rows (n = N where p = 2) and holds the entries
(j, k) = (a_{p-1}, a_p). Its rows come in blocks of 4, all 4 as long as the next multiple of 8 after the last row's end,
zeros outside; a block is stored in tiles of 4 x 8 entries, so that the kernels read the data from end to end. The
couplings of N - 1 spins are the first ones of N spins.

A Hamiltonian is a sum of such polynomials: degrees (m), begins (m + 1) of their parts of `data`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import kernel, part
from numba_kernels.lanes import ROWS, STRIDE, WIDTH

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class Couplings(NamedTuple):
    """A Hamiltonian: number of spins, degrees (m), begins (m + 1), data; all factors are inside the data."""

    spins: int
    degrees: Integers
    begins: Integers
    data: Array


class Room(NamedTuple):
    """Working arrays, padded with zeros to a multiple of 8: point and direction on the sphere, their images under one
    triangle (left: C x, right: C' x), gradient and product; lead: the running tuple.
    """

    point: Array
    direction: Array
    left: Array
    right: Array
    direction_left: Array
    direction_right: Array
    gradient: Array
    product: Array
    lead: Integers


@part
def make_room(spins: int, degree: int) -> Room:
    """Fresh working arrays for `spins` and the largest degree."""
    size = (spins + WIDTH - 1) // WIDTH * WIDTH
    return Room(
        np.zeros(size),
        np.zeros(size),
        np.zeros(size),
        np.zeros(size),
        np.zeros(size),
        np.zeros(size),
        np.zeros(size),
        np.zeros(size),
        np.zeros(max(degree, 2), np.int64),
    )


@part
def next_lead(lead: Integers, length: int, spins: int) -> bool:
    """Move to the next non-increasing tuple of entries below `spins` in lexicographic order; False at the end."""
    for s in range(length - 1, -1, -1):
        top = spins - 1 if s == 0 else lead[s - 1]
        if lead[s] < top:
            lead[s] += 1
            for r in range(s + 1, length):
                lead[r] = 0
            return True
    return False


@part
def triangle_size(n: int) -> int:
    """Stored entries of a triangle of n rows: 32 (a // 2 + 1) summed over its blocks a."""
    blocks = (n + ROWS - 1) // ROWS
    half = blocks // 2
    return ROWS * WIDTH * (half * (half + 1) + (half + 1) * (blocks % 2))


@kernel
def stored_size(spins: int, degree: int) -> int:
    """Stored entries of one polynomial."""
    lead = np.zeros(max(degree, 2), np.int64)
    total = 0
    while True:
        n = spins if degree == 2 else lead[degree - 3] + 1
        total += triangle_size(n)
        if not next_lead(lead, degree - 2, spins):
            return total


@part
def orderings(lead: Integers, length: int, j: int, k: int) -> float:
    """Number of different orderings of the multiset (lead, j, k), non-increasing: p!/(product of run lengths!)."""
    value = 1.0
    run = 0
    before = -1
    for s in range(length + 2):
        here = lead[s] if s < length else (j if s == length else k)
        run = run + 1 if here == before else 1
        before = here
        value *= (s + 1) / run
    return value


@kernel
def spread(normals: Array, outer: int, spins: int, degree: int, factor: float, data: Array, begin: int) -> int:
    """Store factor sqrt(orderings) times the normals, compact and in storage order, for the tuples with a_1 = outer.

    (degree 2: the whole triangle, outer not read.) The sum of the entries of iid unit normal couplings over the
    orderings of one multiset is normal with variance `orderings`. Returns the end of what was stored.
    """
    length = degree - 2
    lead = np.zeros(max(degree, 2), np.int64)
    lead[0] = outer if length else 0
    q = 0
    while True:
        n = lead[length - 1] + 1 if length else spins
        for j in range(n):
            block = j // ROWS
            row = begin + triangle_size(ROWS * block) + (j - ROWS * block) * WIDTH
            deviation = factor * math.sqrt(orderings(lead, length, j, -1))  # any k < j occurs once
            for k in range(j):
                data[row + k // WIDTH * STRIDE + k % WIDTH] = deviation * normals[q + k]
            deviation = factor * math.sqrt(orderings(lead, length, j, j))
            data[row + j // WIDTH * STRIDE + j % WIDTH] = deviation * normals[q + j]
            q += j + 1
        begin += triangle_size(n)
        if not next_lead(lead, length, outer + 1):
            return begin
