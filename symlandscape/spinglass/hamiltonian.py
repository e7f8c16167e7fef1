"""Random Hamiltonians H_N on the sphere |sigma|^2 = N, and their first and second derivatives along it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from symlandscape import backends
from symlandscape.errors import InputError
from symlandscape.runs import generator
from symlandscape.spinglass.models import Mixture, as_mixture

__all__ = [
    "Hamiltonian",
    "energy_per_spin",
    "full_tensor",
    "random_hamiltonian",
    "random_spins",
    "tangent_gradient",
    "tangent_spectrum",
]

Array = npt.NDArray[np.float64]

MOST_DEGREE = 12
_START_STREAM = 1 << 20
"""Streams below are those of the couplings, one for each degree; this one and those above are the random points."""


@dataclass(frozen=True, slots=True, eq=False)
class Hamiltonian:
    """One sample of H_N(sigma) = sum_p beta_p N^{-(p-1)/2} sum_{i1..ip} J_{i1..ip} sigma_i1 .. sigma_ip, J iid N(0, 1).

    E[H(s) H(t)] = N nu(s.t/N). Determined by model, spins, seed and index; couplings: packed, all factors inside.
    """

    model: Mixture
    spins: int
    seed: int
    index: int
    couplings: backends.PackedCouplings

    @property
    def scale(self) -> float:
        """2 sqrt(nu''(1)), the radius of the Hessian's bulk: the unit for eigenvalues."""
        return 2.0 * math.sqrt(_float(self.model.nu2))


def random_hamiltonian(model: Mixture | int | str, spins: int, seed: int = 0, index: int = 0) -> Hamiltonian:
    """Sample number `index` of the model (degree p, mixture text or `Mixture`) for N = `spins`; level ESTIMATED.

    The couplings of each degree come from a stream of their own, one normal number for each multiset of indices
    (averaging over permutations: the sum of m iid couplings is N(0, m)). Raises InputError: fewer than 1 spin, a degree
    above 12, more couplings than fit.
    """
    made = as_mixture(model)
    if isinstance(spins, bool) or not isinstance(spins, int) or spins < 1:
        raise InputError(f"expected N >= 1 spins, got {spins!r}; pass an integer such as 100")
    if made.weights[-1][0] > MOST_DEGREE:
        raise InputError(f"expected degrees up to {MOST_DEGREE} for samples, got p = {made.weights[-1][0]}")
    factors = {p: math.sqrt(_float(w)) * spins ** (-(p - 1) / 2) for p, w in made.weights}
    couplings = backends.pack_couplings(spins, factors, lambda p: generator(seed, index, p))
    return Hamiltonian(made, spins, seed, index, couplings)


def random_spins(spins: int, seed: int, index: int, number: int) -> Array:
    """Uniform point number `number` of sample `index` on the sphere |sigma|^2 = N."""
    point = generator(seed, index, _START_STREAM + number).standard_normal(spins)
    return np.asarray(point * math.sqrt(spins / float(point @ point)))


def energy_per_spin(hamiltonian: Hamiltonian, points: Array) -> Array:
    """u = H/N (count) at points (count, N)."""
    return np.asarray(backends.spin_energies(hamiltonian.couplings, points)[0] / hamiltonian.spins)


def tangent_gradient(hamiltonian: Hamiltonian, points: Array) -> Array:
    """Gradient of H along the sphere, grad H - (sigma.grad H/N) sigma (count, N), at points (count, N) on it."""
    gradients = backends.spin_energies(hamiltonian.couplings, points)[1]
    pull = np.einsum("ik,ik->i", points, gradients) / hamiltonian.spins
    return np.asarray(gradients - pull[:, None] * points)


def tangent_spectrum(hamiltonian: Hamiltonian, point: Array) -> Array:
    """Eigenvalues (N - 1), ascending, of the Riemannian Hessian P (H'' - sigma.grad H/N) P at a point on the sphere.

    The number of negative ones at a critical point is its index. Level ESTIMATED.
    """
    matrix = tangent_hessian(hamiltonian, point)
    above = 4.0 * (float(np.abs(matrix).sum(axis=1).max()) + 1.0)
    unit = point / math.sqrt(float(point @ point))
    return np.asarray(np.linalg.eigvalsh(matrix + above * np.outer(unit, unit))[:-1])


def tangent_hessian(hamiltonian: Hamiltonian, point: Array) -> Array:
    """P (H'' - sigma.grad H/N) P as a matrix (N, N) with sigma in its kernel."""
    n = hamiltonian.spins
    point = np.asarray(point, dtype=np.float64)
    gradient = backends.spin_energies(hamiltonian.couplings, point[None])[1][0]
    matrix = backends.spin_hessian(hamiltonian.couplings, point)
    unit = point / math.sqrt(float(point @ point))
    matrix[np.diag_indices(n)] -= float(point @ gradient) / n
    image = matrix @ unit
    matrix -= np.outer(unit, image) + np.outer(image, unit) - float(unit @ image) * np.outer(unit, unit)
    return np.asarray(0.5 * (matrix + matrix.T))


def full_tensor(model: Mixture | int, spins: int, seed: int = 0, index: int = 0) -> Array:
    """The symmetric tensor A (N, .., N) with H(sigma) = N A(n, .., n), n = sigma/sqrt(N), of a pure model's sample.

    The couplings are those of `random_hamiltonian`; for small N: a multiset is found by its rank, the sum over its
    non-increasing places of binomials, and has as many orderings as index tuples have that rank. At a critical point
    of energy u, A n^{p-1} = u n.
    """
    p = as_mixture(model).degree
    if p is None:
        raise InputError(f"expected a pure model, got the mixture {model}; give one degree p")
    backends.spin_path_count(spins, max(p, 3))  # refuses sizes whose full tensor is out of reach
    indices = np.sort(np.indices((spins,) * p).reshape(p, -1), axis=0)[::-1]
    table = np.array([[math.comb(i + p - m - 1, p - m) for i in range(spins)] for m in range(p)])
    rank = table[np.arange(p)[:, None], indices].sum(axis=0)  # of the non-increasing tuple in lexicographic order
    orderings = np.bincount(rank)
    normals = generator(seed, index, p).standard_normal(orderings.size)
    return np.asarray((normals / np.sqrt(orderings * float(spins)))[rank].reshape((spins,) * p))


def _float(weight: Fraction) -> float:
    return weight.numerator / weight.denominator
