"""What batches add to the loss: fluctuations around the descent on the exact loss, and the floor at a minimum.

* From one start, descent on the exact loss and steps on P fresh inputs: |f_sgd - f_gd|^2, exact in x. The rule
  dt/P = a n^{-2 alpha} makes its root fall as n^{-alpha}: the error in f, while its square enters the loss.
* At a minimum with residual f - f_n, small noise is linear: with A = n Hess L, single-sample covariance D of the noise
  and S_{k+1} = (1 - hA) S_k (1 - hA) + (h^2/P) D, the mean excess of the loss after K steps is
  tr(Hess L S_K)/2 = (1/2n) (h^2/P) sum_i lambda_i D_ii sum_{j<K} (1 - h lambda_i)^{2j} over eigenvalues of A.

Level ESTIMATED. Source: rotskoff_vanden_eijnden_2022, sections 3 and 4; the linear floor is derived here.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from symlandscape.backends.particles import CubicTarget, particle_hessian
from symlandscape.backends.particles_training import (
    Network,
    StudentUnits,
    descend_particles,
    function_distance,
    minimise_particles,
    sgd_particles,
    student_loss,
)
from symlandscape.errors import InputError
from symlandscape.particles.limits import batch_rule, noise_covariance
from symlandscape.particles.students import drawn_target, random_network
from symlandscape.runs import Progress, Task, generator, run
from symlandscape.statistics import Estimate, Exponent, estimate, even_exponent

__all__ = ["Fluctuations", "NoiseFloor", "batch_fluctuations", "noise_floor"]

Array = npt.NDArray[np.float64]

FLUCTUATION_KIND = "particles.fluctuation/1"
FLOOR_KIND = "particles.floor/1"
STREAM_OF_INPUTS = 2
STREAM_OF_COVARIANCE = 1 << 48
PARTS = 8
STILL = 1e-6
"""Gradient norm up to which a point counts as a minimum."""


@dataclass(frozen=True, slots=True, eq=False)
class Fluctuations:
    """squares (W, M): |f_sgd - f_gd|^2 of M networks of each width at the end; batches (W)."""

    alpha: float
    widths: tuple[int, ...]
    batches: tuple[int, ...]
    squares: Array

    @property
    def means(self) -> list[Estimate]:
        """Mean squares."""
        return [estimate(row) for row in self.squares]

    @property
    def exponent(self) -> Exponent:
        """Exponent of the root of the mean square in n: -alpha by the rule."""
        rows = self.means
        fit = even_exponent(self.widths, [r.mean for r in rows], [r.standard_error for r in rows])
        return Exponent(0.5 * fit.exponent, 0.5 * fit.error, 0.5 * fit.intercept, fit.chi2)


@dataclass(frozen=True, slots=True, eq=False)
class NoiseFloor:
    """Excess losses (B, M) over the minimum's loss after `steps` steps, M runs for each of B batches.

    predicted (B): the linear floor, with the relative standard error of its sampled covariance.
    """

    batches: tuple[int, ...]
    step: float
    steps: int
    minimum: float
    excess: Array
    predicted: Array
    relative_error: float

    @property
    def means(self) -> list[Estimate]:
        """Mean excess for each batch."""
        return [estimate(row) for row in self.excess]

    @property
    def exponent(self) -> Exponent:
        """Exponent of the excess in the batch: -1 for linear noise."""
        rows = self.means
        return even_exponent(self.batches, [r.mean for r in rows], [r.standard_error for r in rows])


def batch_fluctuations(
    inputs: int,
    widths: Sequence[int],
    units: StudentUnits,
    networks: int,
    alpha: float,
    step: float,
    steps: int,
    *,
    scale: float = 1.0,
    seed: int = 0,
    threads: int = 1,
    store: str | os.PathLike[str] | None = None,
    executor: str | None = None,
    shard: str | None = None,
    progress: Progress | None = None,
) -> Fluctuations:
    """Batches P = ceil(scale n^{2 alpha}) against the exact loss, `steps` steps from the same random networks.

    Raises InputError for fewer than two networks and for steps so long that numbers cease to be finite.
    """
    if networks < 2:
        raise InputError(f"expected at least two networks for a standard error, got {networks}")
    batches = tuple(batch_rule(n, alpha, scale) for n in widths)
    kind = [units.alpha, units.scale, units.on_sphere]
    told = {"inputs": inputs, "units": kind, "step": step, "steps": steps, "seed": seed}
    tasks = [
        Task(FLUCTUATION_KIND, {**told, "width": n, "batch": batch, "number": q})
        for n, batch in zip(widths, batches, strict=True)
        for q in range(networks)
    ]
    found = run(
        tasks, fluctuate_one, store=store, threads=threads, executor=executor, shard=shard, progress=progress,
        label="networks",
    )  # fmt: skip
    squares = np.array([math.nan if value is None else value for value in found])
    if not np.isfinite(squares).all():
        raise InputError(f"expected a stable step, but numbers ceased to be finite; take a step below {step:g}")
    return Fluctuations(float(alpha), tuple(widths), batches, squares.reshape(len(batches), networks))


def fluctuate_one(task: Task) -> float | None:
    """|f_sgd - f_gd|^2 of one network; None where numbers ceased to be finite."""
    told = task.parameters
    target, units = drawn_target(told["inputs"], told["seed"]), StudentUnits(*told["units"])
    start = random_network(units, told["inputs"], told["width"], told["seed"], told["number"])
    plain, done = descend_particles(target, units, start, told["step"], told["steps"])
    stream = (told["width"] << 32) + (told["number"] << 8) + STREAM_OF_INPUTS
    noisy, made = sgd_particles(
        target, units, start, told["step"], told["batch"], told["steps"], seed=told["seed"], stream=stream
    )
    if min(done, made) < told["steps"] or not np.isfinite(np.concatenate([plain[0], noisy[0]])).all():
        return None
    return function_distance(target, units, plain, noisy)


def noise_floor(
    inputs: int,
    width: int,
    batches: Sequence[int],
    runs: int,
    step: float,
    steps: int,
    *,
    samples: int = 200_000,
    seed: int = 0,
    number: int = 0,
    threads: int = 1,
    store: str | os.PathLike[str] | None = None,
    executor: str | None = None,
    shard: str | None = None,
    progress: Progress | None = None,
) -> NoiseFloor:
    """Biased ReLU units at the minimum that L-BFGS finds from random network `number`, moved by batches.

    Raises InputError for fewer than two runs, and where no minimum was found.
    """
    if runs < 2:
        raise InputError(f"expected at least two runs for a standard error, got {runs}")
    network, loss = minimum(inputs, width, seed, number)
    target = drawn_target(inputs, seed)
    unit, error = linear_floor(target, network, step, steps, samples, seed)
    told = {"inputs": inputs, "width": width, "step": step, "steps": steps, "seed": seed, "number": number}
    tasks = [Task(FLOOR_KIND, {**told, "batch": batch, "run": q}) for batch in batches for q in range(runs)]
    found = run(
        tasks, floor_one, store=store, threads=threads, executor=executor, shard=shard, progress=progress, label="runs"
    )
    excess = np.array(found).reshape(len(batches), runs)
    return NoiseFloor(tuple(batches), step, steps, loss, excess, unit / np.array(batches, dtype=float), error)


@lru_cache(maxsize=8)
def minimum(inputs: int, width: int, seed: int, number: int) -> tuple[Network, float]:
    """The minimum of ReLU units found from a random network, and its loss."""
    units, target = StudentUnits(), drawn_target(inputs, seed)
    network = random_network(units, inputs, width, seed, number)
    for _ in range(4):
        network, loss, norm, _, _ = minimise_particles(target, units, network, 1e-9, 2000)
        if norm <= STILL:
            return network, loss
    raise InputError(f"expected a minimum from network {number}, got gradient norm {norm:.2g}; take another number")


def floor_one(task: Task) -> float:
    """The excess of one run."""
    told = task.parameters
    target = drawn_target(told["inputs"], told["seed"])
    network, loss = minimum(told["inputs"], told["width"], told["seed"], told["number"])
    stream = (told["batch"] << 24) + (told["run"] << 4) + 3
    moved, _ = sgd_particles(
        target, StudentUnits(), network, told["step"], told["batch"], told["steps"], seed=told["seed"], stream=stream
    )
    return student_loss(target, StudentUnits(), moved) - loss


def linear_floor(
    target: CubicTarget, network: Network, step: float, steps: int, samples: int, seed: int
) -> tuple[float, float]:
    """P times the linear floor after `steps` steps at a minimum, its relative standard error: D from sampled inputs.

    Raises InputError for a step beyond the stability limit, where the floor has no bound.
    """
    c, Z = network
    n = c.size
    values, vectors = np.linalg.eigh(n * particle_hessian(target, c, Z))
    if step * values[-1] > 2.0:
        raise InputError(f"expected a step up to the stability limit {2.0 / values[-1]:.4g}, got {step:g}; lower it")
    shrink = (1.0 - step * values) ** 2
    flat = np.abs(1.0 - shrink) < 1e-12
    counts = np.where(flat, steps, (1.0 - shrink**steps) / np.where(flat, 1.0, 1.0 - shrink))
    parts = []
    for part in range(PARTS):
        source = generator(seed, part, STREAM_OF_COVARIANCE)
        covariance, _ = noise_covariance(target.tensor, c, Z, source, max(2, samples // PARTS))
        diagonal = np.einsum("ai,ab,bi->i", vectors, covariance, vectors)
        parts.append(0.5 / n * step**2 * float((values * diagonal * counts).sum()))
    found = estimate(parts)
    return found.mean, found.standard_error / found.mean
