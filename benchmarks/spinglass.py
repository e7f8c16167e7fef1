"""Spin glasses: energy and gradient in packed storage against BLAS on the full tensor and against one plain reading."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from benchmarks.measure import Row, interleaved
from symlandscape import backends
from symlandscape.spinglass import enumerate_critical_points, random_hamiltonian, random_spins

Array = npt.NDArray[np.float64]

ROUNDS = 7


def warm_up() -> None:
    """First calls of everything that is timed."""
    couplings = random_hamiltonian(3, 4).couplings
    backends.spin_energies(couplings, np.ones((1, 4)))
    backends.minimise_spins(couplings, np.ones((1, 4)))
    enumerate_critical_points(3, 2, 2)


def gradient_rows(spins: int, slice_: float) -> list[Row]:
    """p = 3: against two products of the full tensor, and against the BLAS inner product of the packed couplings with
    themselves, which reads each of them once. Ours stores a few per cent of zeros on top.
    """
    couplings = random_hamiltonian(3, spins).couplings
    point = random_spins(spins, 0, 0, 0)
    tensor = np.full((spins * spins, spins), 1e-3)
    packed = couplings.data[: couplings.coefficients].copy()

    def ours() -> tuple[Array, Array]:
        return backends.spin_energies(couplings, point[None])

    def full() -> tuple[float, Array]:
        gradient = 3.0 * ((tensor @ point).reshape(spins, spins) @ point)
        return float(gradient @ point) / 3.0, gradient

    what = f"spin glass p=3 N={spins}, energy+gradient"
    a, b = interleaved(ours, full, ROUNDS, slice_)
    c, d = interleaved(ours, lambda: float(packed @ packed), ROUNDS, slice_)
    speed = f"{packed.nbytes / c / 1e9:.1f} GB/s against {packed.nbytes / d / 1e9:.1f}"
    return [
        Row(what, "BLAS on the full tensor", a, b, 3),
        Row(what, "one reading of the packed couplings", c, d, 0.8, note=speed),
    ]


def descent_row(spins: int, count: int) -> Row:
    """Random start to a minimum on the sphere, against SciPy's L-BFGS-B with our gradient of the same function."""
    couplings = random_hamiltonian(3, spins).couplings
    starts = np.stack([random_spins(spins, 0, 0, i) for i in range(count)])
    root = math.sqrt(spins)
    norms: list[float] = []

    def value(x: Array) -> tuple[float, Array]:
        factor = root / math.sqrt(float(x @ x))
        energies, gradients = backends.spin_energies(couplings, factor * x[None])
        gradient = gradients[0]
        return float(energies[0]), factor * (gradient - (gradient @ x) / (x @ x) * x)

    def theirs() -> None:
        norms.clear()
        for start in starts:
            options = {"ftol": 0.0, "gtol": 1e-14, "maxiter": 5000, "maxfun": 20000, "maxls": 40}
            result = minimize(value, start, jac=True, method="L-BFGS-B", options=options)
            norms.append(float(np.linalg.norm(value(root * result.x / np.linalg.norm(result.x))[1])) / root)

    a, b = interleaved(lambda: backends.minimise_spins(couplings, starts), theirs, 3, 0.0)
    ours = backends.minimise_spins(couplings, starts)
    worst = float(ours.gradient_norms.max()) / root
    note = f"reach 1e-10: ours {ours.converged.mean():.0%}, peer {np.mean(np.array(norms) <= 1e-10):.0%} of {count}"
    return Row(f"spin glass N={spins}, minimise", "SciPy L-BFGS-B", a / count, b / count, None, worst, max(norms), note)


def enumeration_row(spins: int, samples: int) -> Row:
    """All critical points of the samples, p = 3."""
    seconds = interleaved(lambda: enumerate_critical_points(3, spins, samples), lambda: None, 1, 0.0)[0]
    found = enumerate_critical_points(3, spins, samples)
    note = f"{samples} samples, {backends.spin_path_count(spins, 3)} paths each, {len(found.failed)} incomplete"
    return Row(f"spin glass N={spins}, all critical points", "-", seconds, None, note=note)
