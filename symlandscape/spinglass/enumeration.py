"""All critical points of small random Hamiltonians, found by homotopy continuation and held against exact means.

A critical point n of a pure model's sample on the unit sphere, with energy u per spin, is a line of solutions of
A n^{p-1} = u n. Scaled to A x^{p-1} = x the nonzero complex solutions form ((p-1)^N - 1)/(p-2) orbits under roots of
unity. An orbit with x = w y, y real, w^{2(p-2)} = 1, is a pair of critical points +-y/|y|; the others are none.
"""

from __future__ import annotations

import functools
import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from symlandscape import backends
from symlandscape.arith.conversions import parse_exact
from symlandscape.errors import InputError
from symlandscape.evidence.numbers import float_value
from symlandscape.runs import Task, generator, run
from symlandscape.spinglass.hamiltonian import full_tensor, random_hamiltonian, tangent_spectrum
from symlandscape.spinglass.models import Mixture, as_mixture
from symlandscape.statistics import Estimate, estimate, z_score

__all__ = ["Enumeration", "enumerate_critical_points"]

Integers = npt.NDArray[np.int64]
Energy = Fraction | int | str
"""An exact energy per spin."""

TASK_KIND = "spinglass.enumerate/1"
MAX_SAMPLES = 1_000_000
TOLERANCES = (1e-4, 1e-6, 1e-8)  # of the path tracker, one for each attempt, each with phases of its own
FLAT = 1e-9  # an eigenvalue below this share of the Hessian's scale leaves the index open
_PHASE_STREAM = 1 << 40


@dataclass(frozen=True, slots=True, eq=False)
class Enumeration:
    """All critical points of `samples` samples; level ESTIMATED.

    energies, indices, owner (points): energy per spin, index, number of the sample; spins_found (points, N): the points
    on the sphere |sigma|^2 = N; complete (samples): every path ended in a ball of its own, decided real or not, and all
    indices are decided; attempts (samples).
    """

    p: int
    spins: int
    samples: int
    seed: int
    energies: npt.NDArray[np.float64]
    indices: Integers
    owner: Integers
    spins_found: npt.NDArray[np.float64]
    complete: npt.NDArray[np.bool_]
    attempts: Integers

    @property
    def euler(self) -> int:
        """Euler characteristic 1 + (-1)^{N-1} of the sphere, which sum (-1)^index must equal for each sample."""
        return 1 + (-1) ** (self.spins - 1)

    def counts(self, index: int | None = None, below: Energy | None = None) -> Integers:
        """Number of critical points in each sample: of one index, with u <= below, or all."""
        chosen = np.ones(self.energies.shape, dtype=bool)
        if index is not None:
            chosen &= self.indices == index
        if below is not None:
            chosen &= self.energies <= float_value(parse_exact(below))
        return np.bincount(self.owner[chosen], minlength=self.samples).astype(np.int64)

    def mean(self, index: int | None = None, below: Energy | None = None) -> Estimate:
        """Mean and standard error over the samples, failed ones included with what was found."""
        return estimate(self.counts(index, below).astype(np.float64))

    @property
    def euler_violations(self) -> int:
        """Samples whose alternating sum over the index is not the Euler characteristic.

        For odd p and even N both vanish whatever is found, by the antipodal symmetry: there it tests nothing.
        """
        signs = np.where(self.indices % 2 == 0, 1.0, -1.0)
        sums = np.bincount(self.owner, weights=signs, minlength=self.samples)
        return int(np.count_nonzero(sums != self.euler))

    @property
    def mod_four_violations(self) -> int | None:
        """For p = 3: samples whose number of critical points is not 2 mod 4; None for other p.

        Of 2^N - 1 solutions those that are not real come in pairs, and each real one is a pair of critical points.
        """
        return int(np.count_nonzero(self.counts() % 4 != 2)) if self.p == 3 else None

    @property
    def failed(self) -> tuple[int, ...]:
        """Numbers of the samples that stayed incomplete after all attempts."""
        return tuple(int(i) for i in np.flatnonzero(~self.complete))

    def exact(self, index: int | None = None, below: Energy | None = None) -> float:
        """The exact mean of the same count, as a double."""
        return exact_mean(self.p, self.spins, index, None if below is None else str(below))

    def document(self, below: Energy | None = None) -> dict[str, Any]:
        """The JSON document of `symlandscape spinglass enumerate`."""
        total, exact = self.mean(), self.exact()
        indices = range(self.spins)
        means = [self.mean(k) for k in indices]
        truths = [self.exact(k) for k in indices]
        found: dict[str, Any] = {
            "p": self.p,
            "spins": self.spins,
            "samples": self.samples,
            "seed": self.seed,
            "paths": 0 if self.p == 2 else backends.spin_path_count(self.spins, self.p),
            "mean": total.mean,
            "standard_error": total.standard_error,
            "exact": exact,
            "z": finite_z(total, exact),
            "by_index": [e.mean for e in means],
            "by_index_standard_error": [e.standard_error for e in means],
            "by_index_exact": truths,
            "by_index_z": [finite_z(e, x) for e, x in zip(means, truths, strict=True)],
            "euler_characteristic": self.euler,
            "euler_violations": self.euler_violations,
            "mod_four_violations": self.mod_four_violations,
            "failed_samples": list(self.failed),
            "retried_samples": int(np.count_nonzero(self.attempts > 1)),
            "level": "estimated" if not self.failed else "undecided",
        }
        if below is not None:
            part, truth = self.mean(below=below), self.exact(below=below)
            found["below"] = {
                "energy": str(below),
                "mean": part.mean,
                "standard_error": part.standard_error,
                "exact": truth,
                "z": finite_z(part, truth),
            }
        return found

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Energies, indices, sample numbers and points, for ``--out``."""
        return {
            "energies": self.energies,
            "indices": self.indices,
            "samples": self.owner,
            "points": self.spins_found,
            "complete": self.complete,
        }


@functools.cache
def exact_mean(p: int, spins: int, index: int | None, below: str | None) -> float:
    """The mean number of critical points of an index with u <= below, from the Kac-Rice formula (see `counts`)."""
    from symlandscape.spinglass.counts import count

    if index is None:
        return float(count(p, spins, below=below, digits=17).document()["value"])
    return exact_means(p, spins, below)[index]


@functools.cache
def exact_means(p: int, spins: int, below: str | None) -> tuple[float, ...]:
    """The same for all indices, at the price of one."""
    from symlandscape.spinglass.counts import counts_by_index

    return tuple(float(found.document()["value"]) for found in counts_by_index(p, spins, below, 17))


def finite_z(found: Estimate, exact: float) -> float | None:
    """z-score; None where the samples do not scatter and yet differ from the exact mean by more than rounding."""
    if found.standard_error == 0.0:
        return 0.0 if math.isclose(found.mean, exact, rel_tol=1e-9) else None
    return z_score(found.mean, exact, found.standard_error)


def enumerate_critical_points(
    p: Mixture | int,
    spins: int,
    samples: int,
    seed: int = 0,
    *,
    threads: int = 1,
    device: str = "cpu",
    progress: Callable[..., None] | None = None,
    store: str | os.PathLike[str] | None = None,
    executor: str | None = None,
    shard: str | None = None,
) -> Enumeration:
    """All critical points of the samples number 0 .. samples - 1 of the pure p-spin model with N = `spins`.

    Sample i depends on seed and i alone (that of `random_hamiltonian`); nothing depends on `threads`. A sample whose
    solutions are not told apart or not decided is tracked again from other phases with a smaller tolerance, up to three
    times, then reported in `failed`; it is never dropped. For p = 2 the eigenvectors are taken. One
    task is one sample: `store`, `executor` and `shard` are those of `runs.run`. Level ESTIMATED.

    Raises InputError: a mixture, p < 2, fewer than 1 spin or 2 samples, more paths than fit. Counts of solutions:
    cartwright_sturmfels_2013, Theorem 1.2.
    """
    degree = as_mixture(p).degree
    if degree is None:
        raise InputError(f"expected a pure model for an enumeration, got the mixture {p}; give one degree p")
    for name, value, least in (("spins", spins, 1), ("samples", samples, 2)):
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise InputError(f"expected at least {least} {name}, got {value!r}; pass a larger integer")
    if samples > MAX_SAMPLES:
        raise InputError(f"expected at most {MAX_SAMPLES} samples, got {samples}; take fewer, and other seeds for more")
    backends.resolve_device(device, ported=False)
    backends.spin_path_count(spins, max(degree, 3))
    common = {"p": degree, "spins": spins, "seed": seed, "tolerances": list(TOLERANCES)}
    tasks = [Task(TASK_KIND, {**common, "sample": i}) for i in range(samples)]
    rows = run(
        tasks,
        _critical_points,
        store=store,
        threads=threads,
        executor=executor,
        shard=shard,
        progress=progress,
        label="samples",
    )
    return Enumeration(
        degree,
        spins,
        samples,
        seed,
        np.concatenate([row["energies"] for row in rows]),
        np.concatenate([row["indices"] for row in rows]),
        np.repeat(np.arange(samples), [row["energies"].size for row in rows]),
        np.concatenate([row["points"] for row in rows]),
        np.array([row["complete"] for row in rows], dtype=bool),
        np.array([row["attempts"] for row in rows], dtype=np.int64),
    )


def _critical_points(task: Task) -> dict[str, Any]:
    """Both points of each real orbit of one sample; a pure function of the task."""
    q = task.parameters
    p, spins = q["p"], q["spins"]
    units, complete, attempts = real_lines(p, spins, q["seed"], q["sample"], q["tolerances"])
    hamiltonian = random_hamiltonian(p, spins, q["seed"], q["sample"])
    points = units * math.sqrt(spins)
    energies = backends.spin_energies(hamiltonian.couplings, points)[0] / spins
    indices = np.zeros(len(points), dtype=np.int64)
    for i, point in enumerate(points):
        spectrum = tangent_spectrum(hamiltonian, point)
        indices[i] = np.count_nonzero(spectrum < 0.0)
        complete = complete and bool((np.abs(spectrum) > FLAT * hamiltonian.scale).all())
    odd = p % 2 == 1
    return {
        "points": np.concatenate([points, -points]),
        "energies": np.concatenate([energies, -energies if odd else energies]),
        "indices": np.concatenate([indices, spins - 1 - indices if odd else indices]),
        "complete": complete,
        "attempts": attempts,
    }


def real_lines(
    p: int, spins: int, seed: int, sample: int, tolerances: tuple[float, ...] = TOLERANCES
) -> tuple[npt.NDArray[np.float64], bool, int]:
    """Unit vectors (lines, N), one of each pair of critical points; whether that is all of them; attempts made."""
    tensor = full_tensor(p, spins, seed, sample)
    if p == 2:
        values, vectors = np.linalg.eigh(tensor)
        apart = spins == 1 or float(np.diff(values).min()) > FLAT * float(np.abs(values).max())
        return np.ascontiguousarray(vectors.T), apart, 1
    attempt, roots = 0, None
    for attempt, tolerance in enumerate(tolerances):
        phases = generator(seed, sample, _PHASE_STREAM + attempt).uniform(0.0, 2.0 * math.pi, spins)
        roots = backends.track_spin_roots(tensor, p, phases, tolerance)
        if roots.complete:
            break
    if roots is None:
        raise InputError("expected at least one tolerance for the path tracker, got none")
    real = roots.reality == 1
    turned = roots.ends[real] * np.exp(-1j * math.pi * roots.turns[real] / (p - 2))[:, None]
    lines = turned.real / np.linalg.norm(turned.real, axis=1)[:, None]
    return lines, roots.complete, attempt + 1
