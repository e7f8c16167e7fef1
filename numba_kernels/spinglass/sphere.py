"""Descent on the sphere |sigma|^2 = N: L-BFGS with Newton, gradient descent, Langevin dynamics.

The minimisers of `minimise/` work on the function f(x) = H(sqrt(N) x/|x|) on R^N without the origin. Its gradient is
tangential, (sqrt(N)/|x|) P grad H; a step along it lengthens x a little and does no harm. On tangent vectors its
Hessian is (N/|x|^2) (P H'' P - (sigma.grad H/N) P), so Newton's equation is solved on the tangent space.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import kernel, part
from numba_kernels.lanes import dot
from numba_kernels.minimise import pipeline
from numba_kernels.minimise.protocol import CONVERGED, MAX_STEPS, NOT_FINITE, make_vectors
from numba_kernels.spinglass.energy import add_gradient, set_hessian
from numba_kernels.spinglass.layout import Couplings, Integers, Room, make_room

Array = npt.NDArray[np.float64]


class Bend(NamedTuple):
    """The Hessian in R^N (N, N); numbers: sigma.grad H/N and the factor N/|x|^2."""

    matrix: Array
    numbers: Array


@part
def set_point(x: Array, couplings: Couplings, room: Room) -> float:
    """Put sqrt(N) x/|x| into the room; the factor sqrt(N)/|x|."""
    spins = couplings.spins
    factor = math.sqrt(spins / dot(x, x))
    for k in range(spins):
        room.point[k] = factor * x[k]
    return factor


@part
def value_gradient(x: Array, couplings: Couplings, room: Room, gradient: Array) -> float:
    """H at sqrt(N) x/|x| and the gradient of this function of x."""
    spins = couplings.spins
    factor = set_point(x, couplings, room)
    value = add_gradient(couplings, room)
    pull = dot(room.point, room.gradient) / spins
    for k in range(spins):
        gradient[k] = factor * (room.gradient[k] - pull * room.point[k])
    return value


@part
def set_curvature(x: Array, couplings: Couplings, room: Room, bend: Bend) -> None:
    """The Hessian at sqrt(N) x/|x| and the pull of the sphere."""
    factor = set_point(x, couplings, room)
    add_gradient(couplings, room)
    bend.numbers[0] = dot(room.point, room.gradient) / couplings.spins
    bend.numbers[1] = factor * factor
    set_hessian(couplings, room, bend.matrix)


@part
def hessian_product(p: Array, couplings: Couplings, room: Room, bend: Bend, out: Array) -> None:
    """The Hessian of the function of x on the tangential part of p, projected."""
    spins, sigma = couplings.spins, room.point[: couplings.spins]
    along = dot(sigma, p) / spins
    for k in range(spins):
        room.direction[k] = p[k] - along * sigma[k]
    tangent = room.direction[:spins]
    for k in range(spins):
        out[k] = dot(bend.matrix[k], tangent) - bend.numbers[0] * tangent[k]
    along = dot(sigma, out) / spins
    for k in range(spins):
        out[k] = bend.numbers[1] * (out[k] - along * sigma[k])


@part
def never(couplings: Couplings, room: Room) -> bool:
    """H is smooth on the whole sphere."""
    return False


polish = pipeline.make(
    "spinglass",
    value_gradient=value_gradient,
    set_curvature=set_curvature,
    hessian_product=hessian_product,
    singular=never,
).newton


@part
def normalise(x: Array) -> None:
    """Scale x to |x|^2 = N."""
    factor = math.sqrt(x.shape[0] / dot(x, x))
    for k in range(x.shape[0]):
        x[k] *= factor


@kernel
def minimise_newton(
    points: Array,
    degrees: Integers,
    begins: Integers,
    data: Array,
    tol: float,
    max_steps: int,
    energies: Array,
    norms: Array,
    steps: Integers,
    status: npt.NDArray[np.int8],
) -> None:
    """Move the points (count, N) to critical points by L-BFGS and Newton; norms of tangential gradients."""
    count, spins = points.shape
    couplings = Couplings(spins, degrees, begins, data)
    for q in range(count):
        room, vectors = make_room(spins, degrees.max()), make_vectors(spins)
        bend = Bend(np.zeros((spins, spins)), np.zeros(2))
        x = points[q]
        code = CONVERGED
        for _ in range(3):  # on a longer x the gradient counts for less: judge it on the sphere
            normalise(x)
            energies[q], norms[q], used, code = polish(x, couplings, room, bend, vectors, tol, max_steps - steps[q])
            steps[q] += used
            normalise(x)
            energies[q] = value_gradient(x, couplings, room, vectors.gradient)
            norms[q] = math.sqrt(dot(vectors.gradient, vectors.gradient))
            if norms[q] <= tol or code != CONVERGED:
                break
        status[q] = code if norms[q] > tol else CONVERGED


@kernel
def descend(
    points: Array,
    degrees: Integers,
    begins: Integers,
    data: Array,
    step: float,
    tol: float,
    max_steps: int,
    energies: Array,
    norms: Array,
    steps: Integers,
    status: npt.NDArray[np.int8],
) -> None:
    """Move the points (count, N) by gradient descent of fixed step, back to the sphere after each step."""
    count, spins = points.shape
    couplings = Couplings(spins, degrees, begins, data)
    gradient = np.zeros(spins)
    room = make_room(spins, degrees.max())
    for q in range(count):
        x = points[q]
        normalise(x)
        status[q] = MAX_STEPS
        for used in range(max_steps + 1):
            energies[q] = value_gradient(x, couplings, room, gradient)
            norms[q] = math.sqrt(dot(gradient, gradient))
            steps[q] = used
            if norms[q] <= tol:
                status[q] = CONVERGED
                break
            if not math.isfinite(energies[q] + norms[q]):
                status[q] = NOT_FINITE
                break
            if used < max_steps:
                for k in range(spins):
                    x[k] -= step * gradient[k]
                normalise(x)


@kernel
def langevin(
    x: Array,
    degrees: Integers,
    begins: Integers,
    data: Array,
    step: float,
    temperature: float,
    noise: Array,
    energies: Array,
) -> None:
    """One Langevin trajectory on the sphere: a step for each row of noise (count, N) of unit normals, x in place.

    x <- normalised(x - step P grad H + sqrt(2 step T) P noise), P the tangential projector; energies (count) are those
    before each step.
    """
    count, spins = noise.shape
    couplings = Couplings(spins, degrees, begins, data)
    gradient = np.zeros(spins)
    room = make_room(spins, degrees.max())
    size = math.sqrt(2.0 * step * temperature)
    normalise(x)
    for q in range(count):
        energies[q] = value_gradient(x, couplings, room, gradient)
        along = dot(noise[q], x) / spins
        for k in range(spins):
            x[k] += size * (noise[q, k] - along * x[k]) - step * gradient[k]
        normalise(x)
