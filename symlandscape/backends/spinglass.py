"""Spherical spin glasses: packed couplings, energy, gradient and Hessian, descent on the sphere, homotopy paths.

Points are rows of N spins; the sphere is |sigma|^2 = N. A Hamiltonian is a sum of homogeneous polynomials of degrees
p >= 2, stored as in `numba_kernels/spinglass/layout.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import comb
from typing import Literal

import numpy as np
import numpy.typing as npt

from numba_kernels.spinglass import certify as _certify
from numba_kernels.spinglass import energy as _energy
from numba_kernels.spinglass import homotopy as _homotopy
from numba_kernels.spinglass import layout as _layout
from numba_kernels.spinglass import sphere as _sphere
from symlandscape.backends import cuda
from symlandscape.backends.common import Array, MinimiseBatch, in_chunks, resolve_device
from symlandscape.errors import InputError

SpinMethod = Literal["lbfgs", "gd"]

SPIN_METHODS: tuple[SpinMethod, ...] = ("lbfgs", "gd")
MOST_COUPLINGS = 1 << 29  # 4 GiB of doubles
MOST_PATHS = 1 << 14
MOST_ENTRIES = 1 << 20  # of a full tensor

_ALIGNMENT = 8  # doubles: one cache line


@dataclass(frozen=True, slots=True, eq=False)
class PackedCouplings:
    """A Hamiltonian of `spins` spins: degrees (m), begins (m + 1) of their parts of `data`, all factors inside."""

    spins: int
    degrees: npt.NDArray[np.int64]
    begins: npt.NDArray[np.int64]
    data: Array

    @property
    def coefficients(self) -> int:
        """The number of independent couplings: multisets of p spins, over all degrees."""
        return sum(comb(self.spins + int(p) - 1, int(p)) for p in self.degrees)


@dataclass(frozen=True, slots=True, eq=False)
class TrackedRoots:
    """Solutions of A x^{p-1} = x, one of each orbit under x -> exp(2 pi i/(p-2)) x, and what is known of them.

    ends (paths, N) complex; lost: paths without end; clashes: pairs of ends that may be one orbit; radii, unique
    (paths): radius in the maximum norm of a ball that holds a solution, and of one that holds no other (inf and 0
    where that is not established); reality (paths): 1 real, 0 not real, -1 undecided, up to the turn
    exp(i pi m/(p-2)), with m in `turns`; steps of all paths together.
    """

    ends: npt.NDArray[np.complex128]
    lost: int
    clashes: int
    radii: Array
    unique: Array
    reality: npt.NDArray[np.int8]
    turns: npt.NDArray[np.int64]
    steps: int

    @property
    def complete(self) -> bool:
        """Whether every path ended in a ball of its own, and each end is known to be real or not."""
        return not self.lost and not self.clashes and bool((self.reality >= 0).all())


def pack_couplings(
    spins: int, factors: Mapping[int, float], source: Callable[[int], np.random.Generator]
) -> PackedCouplings:
    """Couplings of H = sum_p factor_p sum_{i1..ip} J_{i1..ip} s_{i1} .. s_{ip}, J iid N(0, 1) over all tuples.

    Drawn per multiset of indices: the sum of its m iid couplings is N(0, m). `source(p)` gives the generator of degree
    p, read in storage order, so that N - 1 spins have the first couplings of N spins. Raises InputError.
    """
    if spins < 1 or not factors or min(factors) < 2:
        raise InputError(f"expected at least one spin and degrees >= 2, got {spins} spins, degrees {sorted(factors)}")
    degrees = sorted(factors)
    total = sum(comb(spins + p - 1, p) for p in degrees)
    if total > MOST_COUPLINGS:
        raise InputError(f"expected at most {MOST_COUPLINGS} couplings, got {total}; choose fewer spins or a lower p")
    sizes = [int(_layout.stored_size(spins, p)) for p in degrees]
    begins = np.cumsum([0, *sizes], dtype=np.int64)
    raw = np.zeros(int(begins[-1]) + _ALIGNMENT)
    first = -(raw.ctypes.data // raw.itemsize) % _ALIGNMENT
    data = raw[first : first + int(begins[-1])]
    for p, begin in zip(degrees, begins, strict=False):
        generator, end = source(p), int(begin)
        for outer in range(spins) if p > 2 else (0,):
            count = comb(outer + p - 1, p - 1) if p > 2 else comb(spins + 1, 2)
            end = _layout.spread(generator.standard_normal(count), outer, spins, p, float(factors[p]), data, end)
    return PackedCouplings(spins, np.array(degrees, dtype=np.int64), begins, data)


def spin_energies(couplings: PackedCouplings, points: Array, device: str = "cpu") -> tuple[Array, Array]:
    """Energies H (count) and gradients in R^N (count, N) at points (count, N), on the sphere or not."""
    where = resolve_device(device)
    points = _points(couplings, points)
    energies, gradients = np.empty(points.shape[0]), np.empty_like(points)
    if where == "cuda":
        with cuda.reported():
            cuda.kernels("spinglass").energies_gradients_at(points, *_parts(couplings), energies, gradients)
    else:
        _energy.energies_gradients_at(points, *_parts(couplings), energies, gradients)
    return energies, gradients


def spin_hessian(couplings: PackedCouplings, point: Array) -> Array:
    """Hessian of H in R^N (N, N) at one point (N)."""
    point = _points(couplings, point, one=True)
    matrix = np.empty((couplings.spins, couplings.spins))
    _energy.hessian_at(point, *_parts(couplings), matrix)
    return matrix


def spin_hessian_product(couplings: PackedCouplings, point: Array, directions: Array) -> Array:
    """Hessian of H in R^N at one point (N) times each row of directions (count, N), without forming the matrix."""
    point, directions = _points(couplings, point, one=True), _points(couplings, directions)
    out = np.empty_like(directions)
    _energy.hessian_product_at(point, directions, *_parts(couplings), out)
    return out


def minimise_spins(
    couplings: PackedCouplings,
    starts: Array,
    method: SpinMethod = "lbfgs",
    tol: float = 1e-10,
    max_steps: int | None = None,
    threads: int = 1,
    device: str = "cpu",
    *,
    step: float = 0.05,
) -> MinimiseBatch:
    """Critical points of H on the sphere from starts (count, N), any nonzero length; level ESTIMATED.

    method "lbfgs": L-BFGS, then Newton on the tangent space; "gd": gradient descent with a fixed step. Stops where the
    tangential gradient's norm is at most tol sqrt(N), or after `max_steps` evaluations (default 50,000; one million for
    "gd"); the reason is in `status`. points lie on the sphere, losses are the energies H, gradient_norms are those of
    the tangential gradient. Bits depend on the start alone. Raises InputError.
    """
    resolve_device(device, ported=False)
    if method not in SPIN_METHODS:
        raise InputError(f"expected a method among {', '.join(SPIN_METHODS)}, got {method!r}")
    if threads < 1:
        raise InputError(f"expected at least one thread, got {threads}")
    if not (tol > 0.0 and step > 0.0):
        raise InputError("expected tol > 0 and step > 0")
    points = _points(couplings, starts).copy()
    if not np.einsum("ik,ik->i", points, points).all():
        raise InputError("expected starts other than the origin, which has no place on the sphere")
    count = points.shape[0]
    limit = max_steps if max_steps is not None else 50_000 if method == "lbfgs" else 1_000_000
    energies, norms = np.zeros(count), np.zeros(count)
    steps, status = np.zeros(count, np.int64), np.zeros(count, np.int8)
    goal = tol * couplings.spins**0.5

    def work(part: slice) -> int:
        batch = (points[part], couplings.degrees, couplings.begins, couplings.data)
        if method == "lbfgs":
            _sphere.minimise_newton(*batch, goal, limit, energies[part], norms[part], steps[part], status[part])
        else:
            _sphere.descend(*batch, step, goal, limit, energies[part], norms[part], steps[part], status[part])
        return int(part.stop - part.start)

    for _ in in_chunks(work, count, 1, threads):
        pass
    return MinimiseBatch(points, energies, norms, steps, status)


def langevin_spins(
    couplings: PackedCouplings, start: Array, noise: Array, temperature: float, step: float
) -> tuple[Array, Array]:
    """Langevin dynamics on the sphere, one step for each row of noise (count, N) of unit normals.

    sigma <- normalised(sigma - step P grad H + sqrt(2 step T) P noise), P the tangential projector (Euler scheme of the
    diffusion with Gibbs measure exp(-H/T)). Returns the last point (N) and the energies before each step (count).
    """
    point, noise = _points(couplings, start, one=True).copy(), _points(couplings, noise)
    if not (temperature >= 0.0 and step > 0.0):
        raise InputError(f"expected a temperature >= 0 and a step > 0, got {temperature} and {step}")
    if not point.any():
        raise InputError("expected a start other than the origin, which has no place on the sphere")
    energies = np.empty(noise.shape[0])
    _sphere.langevin(point, *_parts(couplings), step, temperature, noise, energies)
    return point, energies


def track_spin_roots(tensor: Array, degree: int, phases: Array, tolerance: float = 1e-4) -> TrackedRoots:
    """All complex solutions of A x^{p-1} = x up to roots of unity, A a symmetric tensor of shape (N, .., N), p >= 3.

    phases (N): those of the diagonal tensor where the paths begin, to be drawn at random; tolerance: largest relative
    error of a prediction. There are ((p-1)^N - 1)/(p-2) orbits where all are regular. Raises InputError.
    """
    tensor = np.ascontiguousarray(tensor, dtype=np.float64)
    spins = tensor.shape[0] if tensor.ndim else 0
    phases = np.ascontiguousarray(phases, dtype=np.float64)
    if degree < 3 or tensor.shape != (spins,) * degree or phases.shape != (spins,) or spins < 1:
        raise InputError(
            f"expected a tensor (N, .., N) of degree >= 3 and N phases, got {tensor.shape}, {phases.shape}"
        )
    if not (np.isfinite(tensor).all() and np.isfinite(phases).all() and 0.0 < tolerance < 1.0):
        raise InputError("expected finite entries, finite phases and a tolerance between 0 and 1")
    paths = spin_path_count(spins, degree)
    ends = np.zeros((paths, spins), np.complex128)
    codes, steps = np.zeros(paths, np.int8), np.zeros(paths, np.int64)
    _homotopy.track(tensor.ravel(), degree, phases, tolerance, ends, codes, steps)
    radii, unique = np.zeros(paths), np.zeros(paths)
    reality, turns = np.zeros(paths, np.int8), np.zeros(paths, np.int64)
    _certify.certify(tensor.ravel(), degree, ends, radii, unique, reality, turns)
    lost = int(np.count_nonzero(codes != _homotopy.REACHED))
    clashes = int(_certify.clashes(ends, radii, degree))
    return TrackedRoots(ends, lost, clashes, radii, unique, reality, turns, int(steps.sum()))


def spin_path_count(spins: int, degree: int) -> int:
    """((p-1)^N - 1)/(p-2), the number of orbits; InputError where that is more than this machine should track."""
    paths = ((degree - 1) ** spins - 1) // (degree - 2)
    if paths > MOST_PATHS or spins**degree > MOST_ENTRIES:
        raise InputError(
            f"expected at most {MOST_PATHS} homotopy paths and {MOST_ENTRIES} couplings, got {spins} spins at p = "
            f"{degree}; choose fewer spins or a lower p"
        )
    return int(paths)


def _parts(couplings: PackedCouplings) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Array]:
    return couplings.degrees, couplings.begins, couplings.data


def _points(couplings: PackedCouplings, points: Array, *, one: bool = False) -> Array:
    """Points as the kernels want them; InputError for a wrong shape or entries that are not finite."""
    points = np.ascontiguousarray(points, dtype=np.float64)
    if points.ndim != (1 if one else 2) or points.shape[-1] != couplings.spins:
        wanted = f"({couplings.spins},)" if one else f"(count, {couplings.spins})"
        raise InputError(f"expected spins of shape {wanted}, got shape {points.shape}")
    if not np.isfinite(points).all():
        raise InputError("expected finite spins, got NaN or infinity")
    return points
