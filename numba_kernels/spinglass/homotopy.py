"""All complex solutions of A x^{p-1} = x by continuation from D x^{p-1} = x, D diagonal.

A is the full symmetric tensor, flat (N^p), (A x^{p-1})_i = sum A_{i i_2 .. i_p} x_{i_2} .. x_{i_p}. Along the segment
T(t) = (1 - t) D + t A the equation F = T(t) x^{p-1} - x has (p-1)^N regular solutions for all but finitely many complex
t; with random phases on D none of those lies on the segment (parameter continuation; the count for generic tensors is
that of Cartwright & Sturmfels 2013). Solutions come in orbits of the (p-2)-th roots of unity; one path is tracked for
each nonzero orbit, ((p-1)^N - 1)/(p-2) in all.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import kernel, part

Array = npt.NDArray[np.float64]
Complex = npt.NDArray[np.complex128]

REACHED = 0
LOST = 1  # the step became too small, or too many steps
NEWTON_STEPS = 4
MAX_STEPS = 20_000
SMALLEST = 1e-12


class Room(NamedTuple):
    """Working arrays: contraction (real, imaginary: N^(p-1)), matrix (N, N), vectors (N)."""

    real: Array
    imaginary: Array
    matrix: Complex
    value: Complex
    image: Complex
    slopes: Complex
    trial: Complex


@part
def make_room(spins: int, degree: int) -> Room:
    """Fresh working arrays."""
    size = spins ** (degree - 1)
    return Room(
        np.zeros(size),
        np.zeros(size),
        np.zeros((spins, spins), np.complex128),
        np.zeros(spins, np.complex128),
        np.zeros(spins, np.complex128),
        np.zeros((4, spins), np.complex128),
        np.zeros(spins, np.complex128),
    )


@part
def contract(tensor: Array, degree: int, x: Complex, room: Room) -> None:
    """A x^{p-2} into the first N^2 entries of room.real and room.imaginary."""
    spins = x.shape[0]
    size = spins ** (degree - 1)
    for q in range(size):
        real = imaginary = 0.0
        for k in range(spins):
            entry = tensor[q * spins + k]
            real += entry * x[k].real
            imaginary += entry * x[k].imag
        room.real[q] = real
        room.imaginary[q] = imaginary
    for _ in range(degree - 3):
        size //= spins
        for q in range(size):
            real = imaginary = 0.0
            for k in range(spins):
                a, b = room.real[q * spins + k], room.imaginary[q * spins + k]
                real += a * x[k].real - b * x[k].imag
                imaginary += a * x[k].imag + b * x[k].real
            room.real[q] = real
            room.imaginary[q] = imaginary


@part
def set_system(tensor: Array, degree: int, diagonal: Complex, x: Complex, t: float, room: Room) -> None:
    """At (x, t): F into room.value, -dF/dt into room.image, dF/dx into room.matrix."""
    spins = x.shape[0]
    contract(tensor, degree, x, room)
    for i in range(spins):
        total = 0j
        for j in range(spins):
            entry = complex(room.real[i * spins + j], room.imaginary[i * spins + j])
            total += entry * x[j]
            room.matrix[i, j] = (degree - 1) * t * entry
        own = diagonal[i]
        for _ in range(degree - 2):
            own *= x[i]
        room.matrix[i, i] += (degree - 1) * (1.0 - t) * own - 1.0
        room.value[i] = (1.0 - t) * own * x[i] + t * total - x[i]
        room.image[i] = own * x[i] - total


@part
def solve(matrix: Complex, right: Complex) -> bool:
    """Overwrite `right` by the solution of matrix y = right (Gauss, partial pivoting); False where singular."""
    n = right.shape[0]
    for c in range(n):
        pivot, best = c, -1.0
        for r in range(c, n):
            size = matrix[r, c].real ** 2 + matrix[r, c].imag ** 2
            if size > best:
                best, pivot = size, r
        if not best > 0.0:
            return False
        if pivot != c:
            for k in range(c, n):
                matrix[c, k], matrix[pivot, k] = matrix[pivot, k], matrix[c, k]
            right[c], right[pivot] = right[pivot], right[c]
        inverse = complex(matrix[c, c].real / best, -matrix[c, c].imag / best)
        for r in range(c + 1, n):
            factor = matrix[r, c] * inverse
            for k in range(c + 1, n):
                matrix[r, k] -= factor * matrix[c, k]
            right[r] -= factor * right[c]
        matrix[c, c] = inverse
    for c in range(n - 1, -1, -1):
        total = right[c]
        for k in range(c + 1, n):
            total -= matrix[c, k] * right[k]
        right[c] = total * matrix[c, c]
    return True


@part
def length(x: Complex) -> float:
    """Euclidean norm."""
    total = 0.0
    for k in range(x.shape[0]):
        total += x[k].real ** 2 + x[k].imag ** 2
    return math.sqrt(total)


@part
def newton(tensor: Array, degree: int, diagonal: Complex, x: Complex, t: float, goal: float, room: Room) -> float:
    """Newton's method at fixed t, in place, to relative step `goal`; the first relative step, or inf on failure.

    Each step must be at most a quarter of the one before.
    """
    first = before = math.inf
    for _ in range(NEWTON_STEPS):
        set_system(tensor, degree, diagonal, x, t, room)
        if not solve(room.matrix, room.value):
            return math.inf
        step = length(room.value) / length(x)
        if not step <= 0.25 * before and not step <= goal:
            return math.inf
        for k in range(x.shape[0]):
            x[k] -= room.value[k]
        if before == math.inf:
            first = step
        if step <= goal:
            return first
        before = step
    return math.inf


@part
def predict(tensor: Array, degree: int, diagonal: Complex, x: Complex, t: float, h: float, room: Room) -> bool:
    """room.trial = x after a Runge-Kutta step of length h of x' = -(dF/dx)^{-1} dF/dt."""
    n = x.shape[0]
    for stage in range(4):
        share = 0.0 if stage == 0 else (1.0 if stage == 3 else 0.5)
        for k in range(n):
            room.trial[k] = x[k] + (share * h * room.slopes[stage - 1, k] if stage else 0.0)
        set_system(tensor, degree, diagonal, room.trial, t + share * h, room)
        slope = room.slopes[stage]
        for k in range(n):
            slope[k] = room.image[k]
        if not solve(room.matrix, slope):
            return False
    for k in range(n):
        total = room.slopes[0, k] + 2.0 * room.slopes[1, k] + 2.0 * room.slopes[2, k] + room.slopes[3, k]
        room.trial[k] = x[k] + h / 6.0 * total
    return True


@part
def follow(tensor: Array, degree: int, diagonal: Complex, x: Complex, tolerance: float, room: Room) -> tuple[int, int]:
    """Move x from a solution at t = 0 to one at t = 1; (code, steps).

    A step is accepted when Newton converges and its first step, which measures the predictor's error, is at most
    `tolerance` of the point's length.
    """
    n = x.shape[0]
    t, h = 0.0, 0.05
    kept = np.empty(n, np.complex128)
    for steps in range(MAX_STEPS):
        h = min(h, 1.0 - t)
        error = math.inf
        if predict(tensor, degree, diagonal, x, t, h, room):
            for k in range(n):
                kept[k] = room.trial[k]
            error = newton(tensor, degree, diagonal, kept, t + h, 1e-10, room)
        if error <= tolerance:
            t = 1.0 if h >= 1.0 - t else t + h
            for k in range(n):
                x[k] = kept[k]
            if t == 1.0:
                return REACHED, steps + 1
        h *= 0.3 if error == math.inf else min(3.0, max(0.3, 0.85 * (tolerance / max(error, 1e-300)) ** 0.2))
        if h < SMALLEST:
            return LOST, steps + 1
    return LOST, MAX_STEPS


@kernel
def track(
    tensor: Array,
    degree: int,
    phases: Array,
    tolerance: float,
    ends: Complex,
    codes: npt.NDArray[np.int8],
    steps: npt.NDArray[np.int64],
) -> None:
    """Solutions of A x^{p-1} = x, one of each orbit, into ends (paths, N), where D = diag(exp(i phases)).

    Path q starts at the q-th nonzero vector whose entries are 0 or a (p-2)-th root of 1/D_i, the first nonzero entry
    the principal one.
    """
    spins = phases.shape[0]
    room = make_room(spins, degree)
    diagonal = np.empty(spins, np.complex128)
    for i in range(spins):
        diagonal[i] = complex(math.cos(phases[i]), math.sin(phases[i]))
    digits = np.zeros(spins, np.int64)
    q = 0
    while q < ends.shape[0]:
        for i in range(spins - 1, -1, -1):  # the next number in base p - 1
            digits[i] += 1
            if digits[i] < degree - 1:
                break
            digits[i] = 0
        first = 0
        while digits[first] == 0:
            first += 1
        if digits[first] != 1:
            continue
        x = ends[q]
        for i in range(spins):
            angle = (-phases[i] + 2.0 * math.pi * (digits[i] - 1)) / (degree - 2)
            x[i] = complex(math.cos(angle), math.sin(angle)) if digits[i] else 0j
        codes[q], steps[q] = follow(tensor, degree, diagonal, x, tolerance, room)
        if codes[q] == REACHED:
            for _ in range(3):
                newton(tensor, degree, diagonal, x, 1.0, 1e-16, room)
        q += 1
