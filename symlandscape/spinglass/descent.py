"""Descent on the sphere from random points: gradient descent, L-BFGS with Newton, Hessian ascent, Langevin dynamics."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from symlandscape import backends
from symlandscape.errors import InputError
from symlandscape.runs import Task, generator, run
from symlandscape.spinglass.hamiltonian import (
    Hamiltonian,
    energy_per_spin,
    random_hamiltonian,
    random_spins,
    tangent_spectrum,
)
from symlandscape.spinglass.models import Mixture, as_mixture
from symlandscape.statistics import Estimate, estimate

__all__ = ["Descent", "Trajectory", "descend", "hessian_ascent", "langevin"]

Array = npt.NDArray[np.float64]

TASK_KIND = "spinglass.descend/1"
MAX_RUNS = 10_000_000
TOLERANCE = 1e-10
DESCENT_TOLERANCE = 1e-4  # where gradient descent hands over to Newton, which stays in its basin
FLAT = 1e-7  # share of the Hessian's scale below which an eigenvalue counts as zero
_NOISE_STREAM = 1 << 41
_NOISE_ROWS = 256


@dataclass(frozen=True, slots=True, eq=False)
class Descent:
    """End points of M samples with S starts each; level ESTIMATED.

    energies (M, S): u = H/N; gradients (M, S): tangential gradient norm over sqrt(N); least (M, S): least eigenvalue of
    the Riemannian Hessian (nan where it was not asked for); negative, flat (M, S): eigenvalues below -FLAT and within
    FLAT of zero, in units of the Hessian's scale; status (M, S): codes of `MinimiseStatus`; points (M, S, N).
    """

    model: Mixture
    spins: int
    seed: int
    method: str
    energies: Array
    gradients: Array
    least: Array
    negative: npt.NDArray[np.int64]
    flat: npt.NDArray[np.int64]
    status: npt.NDArray[np.int8]
    points: Array

    @property
    def mean(self) -> Estimate | None:
        """Mean final energy; its error from the scatter of the samples' means (one sample: of the starts, given the
        sample); None for a single run.
        """
        rows = self.energies.mean(axis=1) if self.energies.shape[0] > 1 else self.energies[0]
        return estimate(rows) if rows.size > 1 else None

    @property
    def deviation(self) -> float | None:
        """Standard deviation of the final energies of all runs together; None for a single run."""
        return float(self.energies.std(ddof=1)) if self.energies.size > 1 else None

    @property
    def deviation_error(self) -> float | None:
        """Standard error of `deviation`, s sqrt((m_4/s^4 - 1)/n)/2 with the fourth central moment m_4 of the n runs."""
        deviation, values = self.deviation, self.energies.ravel()
        if deviation is None or deviation == 0.0:
            return None
        kurtosis = float(np.mean((values - values.mean()) ** 4)) / deviation**4
        return 0.5 * deviation * math.sqrt(max(kurtosis - 1.0, 0.0) / values.size)

    def document(self) -> dict[str, Any]:
        """The JSON document of `symlandscape spinglass descend`."""
        from symlandscape.spinglass.layers import levels

        mean, energies = self.mean, self.energies
        limits = levels(self.model, digits=17).document()
        return {
            "p": self.model.degree,
            "mixture": str(self.model),
            "spins": self.spins,
            "samples": int(energies.shape[0]),
            "starts": int(energies.shape[1]),
            "seed": self.seed,
            "method": self.method,
            "mean_energy": float(energies.mean()),
            "standard_error": None if mean is None else mean.standard_error,
            "error_over": "samples" if energies.shape[0] > 1 else "starts of one sample",
            "std": self.deviation,
            "lowest": float(energies.min()),
            "E_inf": float(limits["E_inf"]),
            "E_0": float(limits["levels"]["0"]),
            "below_E_0": int(np.count_nonzero(energies < -float(limits["levels"]["0"]))),
            "converged": int(np.count_nonzero(self.status == backends.MinimiseStatus.CONVERGED)),
            "largest_gradient": float(self.gradients.max()),
            "minima": int(np.count_nonzero((self.negative == 0) & (self.flat == 0))),
            "saddles": int(np.count_nonzero(self.negative > 0)),
            "undecided": int(np.count_nonzero((self.negative == 0) & (self.flat > 0))),
            "level": "estimated",
        }

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Energies, gradient norms, least eigenvalues, indices, codes and points, for ``--out``."""
        return {
            "energies": self.energies,
            "gradients": self.gradients,
            "least_eigenvalues": self.least,
            "index": self.negative,
            "flat": self.flat,
            "status": self.status,
            "points": self.points,
        }


@dataclass(frozen=True, slots=True, eq=False)
class Trajectory:
    """Energies per spin along a path: `positions` are |sigma|^2/N for Hessian ascent, times for Langevin dynamics."""

    positions: Array
    energies: Array
    point: Array


def descend(
    model: Mixture | int | str,
    spins: int,
    samples: int,
    starts: int,
    method: str = "gd",
    seed: int = 0,
    *,
    threads: int = 1,
    device: str = "cpu",
    progress: Callable[..., None] | None = None,
    store: str | os.PathLike[str] | None = None,
    executor: str | None = None,
    shard: str | None = None,
) -> Descent:
    """Final energies of descents from random points: M = `samples` Hamiltonians of N = `spins`, S = `starts` each.

    method "gd": gradient descent on the sphere, step 1/(4 sqrt(nu''(1))), to a gradient of 1e-4 sqrt(N), then Newton,
    which stays in the basin; "lbfgs": L-BFGS and Newton, which is faster and chooses other basins. Both end at a
    gradient of 1e-10 sqrt(N). Run (i, j) depends on seed, i and j alone. One task is one
    sample: `store`, `executor` and `shard` are those of `runs.run`. Level ESTIMATED. Raises InputError.
    Source: choromanska_2015, section 5.
    """
    made = as_mixture(model)
    for name, value in (("spins", spins), ("samples", samples), ("starts", starts)):
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise InputError(f"expected at least one of {name}, got {value!r}; pass a positive integer")
    if samples * starts > MAX_RUNS:
        raise InputError(f"expected at most {MAX_RUNS} runs, got {samples} samples x {starts} starts; take fewer")
    if method not in backends.SPIN_METHODS:
        raise InputError(f"expected a method among {', '.join(backends.SPIN_METHODS)}, got {method!r}")
    backends.resolve_device(device, ported=False)
    common: dict[str, Any] = {"model": str(made), "spins": spins, "seed": seed, "method": method, "starts": starts}
    common |= {"tolerance": TOLERANCE, "descent_tolerance": DESCENT_TOLERANCE, "flat": FLAT}
    tasks = [Task(TASK_KIND, {**common, "sample": i}) for i in range(samples)]
    rows = run(
        tasks, _ends, store=store, threads=threads, executor=executor, shard=shard, progress=progress, label="samples"
    )
    stacked = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
    return Descent(made, spins, seed, method, **stacked)


def _ends(task: Task) -> dict[str, npt.NDArray[Any]]:
    """The end points of one sample; a pure function of the task."""
    q = task.parameters
    hamiltonian = random_hamiltonian(q["model"], q["spins"], q["seed"], q["sample"])
    begin = np.stack([random_spins(q["spins"], q["seed"], q["sample"], j) for j in range(q["starts"])])
    couplings = hamiltonian.couplings
    rough = None
    if q["method"] == "gd":
        step = 1.0 / (2.0 * hamiltonian.scale)
        rough = backends.minimise_spins(couplings, begin, "gd", q["descent_tolerance"], step=step)
        begin = rough.points
    batch = backends.minimise_spins(couplings, begin, "lbfgs", q["tolerance"])
    status = batch.status.copy()
    if rough is not None:
        status[~rough.converged] = rough.status[~rough.converged]
    spectra = np.stack([tangent_spectrum(hamiltonian, point) for point in batch.points])
    bound = q["flat"] * hamiltonian.scale
    return {
        "energies": batch.losses / q["spins"],
        "gradients": batch.gradient_norms / math.sqrt(q["spins"]),
        "least": spectra.min(axis=1) if q["spins"] > 1 else np.full(q["starts"], math.nan),
        "negative": np.count_nonzero(spectra < -bound, axis=1),
        "flat": np.count_nonzero(np.abs(spectra) <= bound, axis=1),
        "status": status,
        "points": batch.points,
    }


def hessian_ascent(hamiltonian: Hamiltonian, steps: int = 100, number: int = 0) -> Trajectory:
    """From the origin to the sphere along the most negative curvature: energies at |sigma|^2/N = 0, 1/K, .., 1.

    sigma_{m+1} = sigma_m + sqrt(N/K) v, v the unit eigenvector of the least eigenvalue of the Hessian on the complement
    of sigma_m, with the sign that goes down the gradient; the first step goes to random point `number`. For large N, K
    the energy follows -int_0^q sqrt(nu''(s)) ds, to -ALG on the sphere. Level ESTIMATED. Source: subag_2021, section 4.
    """
    if steps < 1:
        raise InputError(f"expected at least one step from the origin to the sphere, got {steps}")
    from scipy.linalg import eigh
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # after SciPy has loaded its BLAS
        return _ascend(hamiltonian, steps, number, eigh)


def _ascend(hamiltonian: Hamiltonian, steps: int, number: int, eigh: Callable[..., Any]) -> Trajectory:
    """`hessian_ascent`, given SciPy's eigensolver."""
    n, couplings = hamiltonian.spins, hamiltonian.couplings
    length = math.sqrt(n / steps)
    point = random_spins(n, hamiltonian.seed, hamiltonian.index, number) / math.sqrt(steps)
    energies = [0.0, float(energy_per_spin(hamiltonian, point[None])[0])]
    for _ in range(steps - 1 if n > 1 else 0):
        matrix = backends.spin_hessian(couplings, point)
        unit = point / math.sqrt(float(point @ point))
        image = matrix @ unit
        matrix -= np.outer(unit, image) + np.outer(image, unit)
        matrix += (float(unit @ image) + 4.0 * np.abs(matrix).sum(axis=1).max() + 1.0) * np.outer(unit, unit)
        direction = eigh(matrix, subset_by_index=[0, 0], driver="evr")[1][:, 0]
        gradient = backends.spin_energies(couplings, point[None])[1][0]
        point = point - math.copysign(length, float(gradient @ direction)) * direction
        energies.append(float(energy_per_spin(hamiltonian, point[None])[0]))
    positions = np.arange(len(energies), dtype=np.float64) / steps
    return Trajectory(positions, np.array(energies), np.asarray(point, dtype=np.float64))


def langevin(
    hamiltonian: Hamiltonian, temperature: float, steps: int, step: float = 0.01, number: int = 0
) -> Trajectory:
    """Energies per spin along Langevin dynamics at a temperature, from random point `number`; times 0, step, ..

    Euler's scheme of the diffusion on the sphere with Gibbs measure exp(-H/T); its bias is of order `step`. At high
    temperature the equilibrium energy is -1/T for large N. Level ESTIMATED. Raises InputError.
    """
    if steps < 1:
        raise InputError(f"expected at least one step, got {steps}")
    point = random_spins(hamiltonian.spins, hamiltonian.seed, hamiltonian.index, number)
    source = generator(hamiltonian.seed, hamiltonian.index, _NOISE_STREAM + number)
    parts = []
    for first in range(0, steps, _NOISE_ROWS):
        noise = source.standard_normal((min(_NOISE_ROWS, steps - first), hamiltonian.spins))
        point, energies = backends.langevin_spins(hamiltonian.couplings, point, noise, temperature, step)
        parts.append(energies / hamiltonian.spins)
    times = np.arange(steps, dtype=np.float64) * step
    return Trajectory(np.asarray(times, dtype=np.float64), np.concatenate(parts), point)
