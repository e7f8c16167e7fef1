"""Least squares by pivoted QR with the threads of a block, one column for each; formulas of regions/least_squares.py.

The matrix (N, D + 1) stands at the beginning of the room, the labels as its last column.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from numba_kernels.cuda._device import device, sync
from numba_kernels.cuda.block import block_sum
from numba_kernels.regions.least_squares import RANK

Array = npt.NDArray[np.float64]
Sizes = tuple[int, int, int]


@device
def offsets(sizes: Sizes) -> tuple[int, int, int, int, int, int, int, int, int, int]:
    """Where slopes, norms, order, solution, residual, heads, scales, signs, lengths and the sums' room begin."""
    N, d0, d1 = sizes
    D = d0 * d1
    slopes = N * (D + 1)
    norms = slopes + d1 * N
    residual = norms + 3 * D
    signs = residual + 3 * N
    return (
        slopes, norms, norms + D, norms + 2 * D, residual, residual + N, residual + 2 * N, signs, signs + d1,
        signs + 2 * d1,
    )  # fmt: skip


@device
def find_pivot(k: int, D: int, norms_at: int, room: Array, begin: int, t: int, T: int) -> int:
    """The first place from k on of the largest norm. Thread t reads the norms that it has written itself."""
    best, place = -1.0, D
    for j in range(k + t, D, T):
        if room[norms_at + j] > best:
            best, place = room[norms_at + j], j
    room[begin + t], room[begin + T + t] = best, float(place)
    sync()
    width = T // 2
    while width > 0:
        if t < width:
            own, other = room[begin + t], room[begin + t + width]
            if other > own or (other == own and room[begin + T + t + width] < room[begin + T + t]):
                room[begin + t], room[begin + T + t] = other, room[begin + T + t + width]
        sync()
        width //= 2
    return int(room[begin + T])


@device
def factor(sizes: Sizes, room: Array, t: int, T: int) -> tuple[int, float, float]:
    """Householder reduction with pivoting; (rank, last pivot kept, first pivot dropped), shares of the largest."""
    N, d0, d1 = sizes
    D = d0 * d1
    ld = D + 1
    _, norms_at, order_at, _, _, heads_at, scales_at, _, _, sums_at = offsets(sizes)
    for j in range(t, D, T):
        total = 0.0
        for n in range(N):
            total += room[n * ld + j] * room[n * ld + j]
        room[norms_at + j] = total
        room[order_at + j] = float(j)
    first, kept, dropped = 0.0, 0.0, 0.0
    most = N if N < D else D
    rank = most
    for k in range(most):
        pivot = find_pivot(k, D, norms_at, room, sums_at, t, T)
        length = math.sqrt(room[norms_at + pivot])
        if k == 0:
            first = length
        if not length > RANK * first:
            rank, dropped = k, length / first if first > 0.0 else 0.0
            break
        kept = length / first
        sync()  # all have read the pivot's norm
        if pivot != k:
            for n in range(t, N, T):
                room[n * ld + k], room[n * ld + pivot] = room[n * ld + pivot], room[n * ld + k]
            if t == 0:
                room[order_at + k], room[order_at + pivot] = room[order_at + pivot], room[order_at + k]
                room[norms_at + pivot] = room[norms_at + k]
        sync()
        top = room[k * ld + k]
        head = top + math.copysign(length, top)
        scale = 1.0 / (length * abs(head))  # 2/|v|^2
        sync()  # all have read the head of column k
        if t == 0:
            room[heads_at + k], room[scales_at + k] = head, scale
            room[k * ld + k] = top - head
        for j in range(k + 1 + t, ld, T):
            total = head * room[k * ld + j]
            for n in range(k + 1, N):
                total += room[n * ld + k] * room[n * ld + j]
            total *= scale
            room[k * ld + j] -= total * head
            square = 0.0
            for n in range(k + 1, N):
                entry_ = room[n * ld + j] - total * room[n * ld + k]
                room[n * ld + j] = entry_
                square += entry_ * entry_
            if j < D:
                room[norms_at + j] = square
        sync()
    return rank, kept, dropped


@device
def residual(rank: int, sizes: Sizes, room: Array, t: int, T: int) -> None:
    """The part of the labels outside the column space, from the reduced matrix."""
    N, d0, d1 = sizes
    ld = d0 * d1 + 1
    _, _, _, _, error_at, heads_at, scales_at, _, _, sums_at = offsets(sizes)
    for n in range(t, N, T):
        room[error_at + n] = room[n * ld + ld - 1] if n >= rank else 0.0
    sync()
    for k in range(rank - 1, -1, -1):
        share = 0.0
        for n in range(k + 1 + t, N, T):
            share += room[n * ld + k] * room[error_at + n]
        share = block_sum(share, room, sums_at, t, T) + room[heads_at + k] * room[error_at + k]
        share *= room[scales_at + k]
        sync()  # all have read entry k
        if t == 0:
            room[error_at + k] -= share * room[heads_at + k]
        for n in range(k + 1 + t, N, T):
            room[error_at + n] -= share * room[n * ld + k]
        sync()


@device
def solution(rank: int, sizes: Sizes, room: Array, t: int, T: int) -> None:
    """A least-squares solution, zero outside the pivots, column by column; the reduced labels are overwritten."""
    _, d0, d1 = sizes
    D = d0 * d1
    ld = D + 1
    _, _, order_at, beta_at, _, _, _, _, _, _ = offsets(sizes)
    for j in range(t, D, T):
        room[beta_at + j] = 0.0
    sync()
    for k in range(rank - 1, -1, -1):
        value = room[k * ld + D] / room[k * ld + k]
        for n in range(t, k, T):
            room[n * ld + D] -= room[n * ld + k] * value
        if t == 0:
            room[beta_at + int(room[order_at + k])] = value
        sync()
