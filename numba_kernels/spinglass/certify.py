"""Existence, uniqueness and reality of solutions of F(x) = A x^{p-1} - x = 0, by a contraction argument in doubles.

With Y an approximate inverse of F'(x) put g(z) = z - Y F(z). In the maximum norm, for z in the ball of radius
rho <= |x| about x:

    |g(x) - x| <= eta = |Y F(x)|,   |g'(z)| <= kappa + L rho,   kappa = |I - Y F'(x)|,
    L = (p-1)(p-2) max_i sum |(Y A)_{i ..}| (2|x|)^{p-3}.

Hence the ball of radius 2 eta holds a solution where kappa + 2 eta L <= 1/2, and the ball of radius
R = min(|x|, (0.9 - kappa)/L) holds one only, where R >= 10 eta. Rounding errors of F, F' and the products are added
with the usual bound m u times the sum of moduli, m = 16 p (N + 2), u = 2^-53 (Higham 2002, chapter 3: generous).

The conjugate of a solution, turned by a symmetry of the system, is a solution: if it lies in the same uniqueness ball
it is the same one, and the solution is real up to that symmetry. A small imaginary part alone proves nothing.
"""

from __future__ import annotations

import cmath
import math

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import kernel, part
from numba_kernels.spinglass.homotopy import Room, make_room, set_system, solve

Array = npt.NDArray[np.float64]
Complex = npt.NDArray[np.complex128]

UNIT = 2.0**-53
REAL = 1
NOT_REAL = 0
UNDECIDED = -1


@part
def absolute_rows(tensor: Array, degree: int, x: Complex, rows: Array, room: Room) -> None:
    """|A| |x|^{p-1} into rows (N)."""
    spins = x.shape[0]
    size = spins ** (degree - 1)
    for q in range(size):
        total = 0.0
        for k in range(spins):
            total += abs(tensor[q * spins + k]) * abs(x[k])
        room.real[q] = total
    for _ in range(degree - 2):
        size //= spins
        for q in range(size):
            total = 0.0
            for k in range(spins):
                total += room.real[q * spins + k] * abs(x[k])
            room.real[q] = total
    for i in range(spins):
        rows[i] = room.real[i]


@part
def largest(x: Complex) -> float:
    """Maximum norm."""
    value = 0.0
    for k in range(x.shape[0]):
        value = max(value, abs(x[k]))
    return value


@part
def enclose(tensor: Array, degree: int, x: Complex, room: Room) -> tuple[float, float]:
    """(radius of a ball about x with a solution, radius of a ball with one solution only); (inf, 0) where none."""
    n = x.shape[0]
    gamma = 16.0 * degree * (n + 2) * UNIT
    zero = np.zeros(n, np.complex128)
    inverse, column = np.empty((n, n), np.complex128), np.empty(n, np.complex128)
    for j in range(n):
        set_system(tensor, degree, zero, x, 1.0, room)
        for i in range(n):
            column[i] = 1.0 if i == j else 0.0
        if not solve(room.matrix, column):
            return math.inf, 0.0
        for i in range(n):
            inverse[i, j] = column[i]
    rows = np.empty(n)
    absolute_rows(tensor, degree, x, rows, room)
    size = largest(x)
    moduli = image = 0.0  # largest entries of |A||x|^{p-1} + |x| and of F
    set_system(tensor, degree, zero, x, 1.0, room)
    for i in range(n):
        moduli = max(moduli, rows[i] + abs(x[i]))
        image = max(image, abs(room.value[i]))
    weight = eta = kappa = slopes = 0.0
    for i in range(n):
        row = line = 0.0
        step = 0j
        for j in range(n):
            row += abs(inverse[i, j])
            step += inverse[i, j] * room.value[j]
            entry = complex(1.0 if i == j else 0.0, 0.0)
            for k in range(n):
                entry -= inverse[i, k] * room.matrix[k, j]
            line += abs(entry)
        weight = max(weight, row)
        eta = max(eta, abs(step))
        kappa = max(kappa, line)
    rest = tensor.shape[0] // n
    bound = 0.0
    full = 0.0
    for i in range(n):
        total = 0.0
        for q in range(rest):
            entry = 0j
            for j in range(n):
                entry += inverse[i, j] * tensor[j * rest + q]
            total += abs(entry)
        bound = max(bound, total)
    for j in range(n):
        total = 0.0
        for q in range(rest):
            total += abs(tensor[j * rest + q])
        full = max(full, total)
    slopes = (degree - 1) * full * size ** (degree - 2) + 1.0
    eta = (eta + weight * gamma * (moduli + image)) * (1.0 + gamma)
    kappa = (kappa + gamma * (1.0 + weight * slopes)) * (1.0 + gamma)
    bound = (bound + gamma * weight * full) * (1.0 + gamma)
    lipschitz = (degree - 1) * (degree - 2) * bound * (2.0 * size) ** (degree - 3) * (1.0 + gamma)
    unique = min(size, (0.9 - kappa) / lipschitz) * (1.0 - gamma)
    if not (kappa + 2.0 * eta * lipschitz <= 0.5 and unique >= 10.0 * eta):
        return math.inf, 0.0
    return 2.0 * eta, unique


@kernel
def certify(
    tensor: Array,
    degree: int,
    ends: Complex,
    radii: Array,
    unique: Array,
    reality: npt.NDArray[np.int8],
    turns: npt.NDArray[np.int64],
) -> None:
    """Balls about the ends (paths, N); reality REAL, NOT_REAL or UNDECIDED up to x -> w x, w^{2(p-2)} = 1.

    turns: the m for which exp(-i pi m/(p-2)) x is closest to real.
    """
    paths, n = ends.shape
    room = make_room(n, degree)
    for q in range(paths):
        x = ends[q]
        radii[q], unique[q] = enclose(tensor, degree, x, room)
        size = largest(x)
        least = math.inf
        for m in range(degree - 2):
            factor = cmath.exp(complex(0.0, -math.pi * m / (degree - 2)))
            imaginary = 0.0
            for k in range(n):
                imaginary = max(imaginary, abs((x[k] * factor).imag))
            if imaginary < least:
                least, turns[q] = imaginary, m
        rounding = 32.0 * UNIT * size
        reality[q] = UNDECIDED
        if unique[q] > 0.0:
            if least > radii[q] + rounding:
                reality[q] = NOT_REAL
            elif 2.0 * (least + rounding) + radii[q] < unique[q]:
                reality[q] = REAL


@kernel
def clashes(ends: Complex, radii: Array, degree: int) -> int:
    """Number of pairs of ends (paths, N) that may be one orbit: balls, turned by (p-2)-th roots of unity, that meet."""
    paths, n = ends.shape
    found = 0
    for a in range(paths):
        for b in range(a):
            apart = True
            for m in range(degree - 2):
                factor = cmath.exp(complex(0.0, 2.0 * math.pi * m / (degree - 2)))
                distance = size = 0.0
                for k in range(n):
                    distance = max(distance, abs(ends[a, k] - factor * ends[b, k]))
                    size = max(size, abs(ends[b, k]))
                if not distance > (radii[a] + radii[b] + 32.0 * UNIT * size) * (1.0 + 1e-12):
                    apart = False
            if not apart:
                found += 1
    return found
