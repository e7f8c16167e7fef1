"""Particles: the exact population loss and its gradient against sampled ones of a stated accuracy; steps on batches."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt

from benchmarks.measure import Row, interleaved
from symlandscape.arith.conversions import mid_float
from symlandscape.backends.particles import CubicTarget, cubic_target, particle_hessian, particle_loss_gradient
from symlandscape.backends.particles_training import StudentUnits, sgd_particles
from symlandscape.particles import Network, ReluUnit, draw_tensor, population_loss, three_spin

Array = npt.NDArray[np.float64]

ROUNDS = 5
STEP = 1e-3
RELATIVE = 1e-3
"""Standard error of the sampled loss, relative, at which the two sides are compared."""


def warm_up() -> None:
    """First calls of everything that is timed."""
    target, c, Z = problem(3, 2)
    particle_loss_gradient(target, c, Z)
    particle_hessian(target, c, Z)
    sgd_particles(target, StudentUnits(), (c, Z), STEP, 2, 1)


def problem(d: int, n: int) -> tuple[CubicTarget, Array, Array]:
    """A drawn target and n units of size one."""
    generator = np.random.default_rng([d, n])
    Z = generator.standard_normal((n, d + 1)) / np.sqrt(d)
    return cubic_target(np.array(draw_tensor(d, 0), dtype=float)), generator.standard_normal(n), Z


def sampled(target: CubicTarget, c: Array, Z: Array, x: Array) -> tuple[float, float, Array, Array]:
    """Loss, its standard error and gradients from points x (m, d), by matrix products."""
    d, n, m = target.inputs, c.size, len(x)
    inner = (x @ target.tensor.reshape(d, d * d)).reshape(m, d, d)
    f = np.einsum("mp,mp->m", np.einsum("mpq,mq->mp", inner, x), x) / d
    phi = np.maximum(x @ Z[:, :d].T + Z[:, d], 0.0)
    residual = f - phi @ c / n
    by_c = -(residual @ phi) / (m * n)
    turned = (phi > 0.0) * residual[:, None]
    by_z = np.concatenate([turned.T @ x, turned.sum(axis=0)[:, None]], axis=1) * (-c / (m * n))[:, None]
    values = 0.5 * residual**2
    return float(values.mean()), float(values.std() / np.sqrt(m)), by_c, by_z


def accuracy(d: int, n: int) -> float:
    """The error of the compiled loss against balls, at a width where balls are quick."""
    target, c, Z = problem(d, n)
    # the same numbers, exactly: the tensor's decimals come from the same draw
    units = tuple(ReluUnit(tuple(Fraction(float(x)) for x in row[:d]), Fraction(float(row[d]))) for row in Z)
    net = Network(units, tuple(Fraction(float(x)) for x in c))
    known = population_loss(three_spin(draw_tensor(d, 0)), net, 20).values.loss
    return abs(particle_loss_gradient(target, c, Z)[0] - mid_float(known))


def loss_gradient_row(d: int, n: int) -> Row:
    """Biased ReLUs: the exact loss and gradient against as many samples as a relative error of 1e-3 of the loss
    takes.
    """
    target, c, Z = problem(d, n)
    generator = np.random.default_rng(0)
    m = 2000
    x = generator.standard_normal((m, d))
    x *= (np.sqrt(d) / np.linalg.norm(x, axis=1))[:, None]
    exact = particle_loss_gradient(target, c, Z)[0]
    error = sampled(target, c, Z, x)[1]
    blocks = (error / (RELATIVE * exact)) ** 2  # blocks of m samples
    ours, block = interleaved(
        lambda: particle_loss_gradient(target, c, Z), lambda: sampled(target, c, Z, x), ROUNDS, 0.05
    )
    note = f"{blocks * m:.2g} samples for a relative error of {RELATIVE:g}; our error: 16 units, against balls"
    what = f"particles d={d} n={n}, loss+gradient"
    return Row(what, "NumPy Monte Carlo", ours, block * blocks, 20, accuracy(d, 16), RELATIVE * exact, note)


def hessian_row(d: int, n: int) -> Row:
    """The dense Hessian, of n (d + 2) parameters, against central differences of our own gradient."""
    target, c, Z = problem(d, n)

    def differences() -> None:
        for _ in range(2 * n * (d + 2)):
            particle_loss_gradient(target, c, Z)

    ours, theirs = interleaved(lambda: particle_hessian(target, c, Z), differences, 1, 0.0)
    return Row(f"particles d={d} n={n}, Hessian", "differences of our gradient", ours, theirs, None)


def sgd_row(d: int, n: int, batch: int) -> Row:
    """Steps of biased ReLUs on fresh inputs: random numbers, target, both passes, the move."""
    target, c, Z = problem(d, n)
    steps, generator = 20, np.random.default_rng(0)
    ours, theirs = interleaved(
        lambda: sgd_particles(target, StudentUnits(), (c, Z), STEP, batch, steps),
        lambda: numpy_steps(target, c, Z, batch, steps, generator),
        ROUNDS,
        0.1,
    )
    rate = steps * batch / ours
    note = f"{rate:.3g} inputs a second and core; no error to compare: other random numbers"
    return Row(f"particles d={d} n={n}, {steps} steps, P={batch}", "NumPy SGD", ours, theirs, 1.5, note=note)


def numpy_steps(
    target: CubicTarget, c: Array, Z: Array, batch: int, steps: int, generator: np.random.Generator
) -> tuple[Array, Array]:
    """Stochastic gradient descent by matrix products."""
    n, d = c.size, target.inputs
    for _ in range(steps):
        x = generator.standard_normal((batch, d))
        x *= (np.sqrt(d) / np.linalg.norm(x, axis=1))[:, None]
        _, _, by_c, by_z = sampled(target, c, Z, x)
        c, Z = c - STEP * n * by_c, Z - STEP * n * by_z
    return c, Z
