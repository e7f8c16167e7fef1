"""The neural tangent Gram matrix of a two-layer ReLU network on given data: first layer trained, second fixed.

f(x) = sum_r a_r relu(w_r.x), a_r = +-1/sqrt m, on x_1, .., x_n in R^d. Gradient flow of (1/2) sum_i (f(x_i) - y_i)^2
moves the residuals u by u' = -H_m u,

    (H_m)_ij = (x_i.x_j) (1/m) sum_r 1{w_r.x_i > 0} 1{w_r.x_j > 0},
    E H_m    = H,   H_ij = (x_i.x_j)(pi - t_ij)/(2 pi),   E |H_m - H|_F^2 = (1/m) sum_ij (x_i.x_j)^2 p_ij (1 - p_ij)

for independent isotropic w_r, t_ij the angle of x_i and x_j, p_ij = (pi - t_ij)/(2 pi). H is positive definite when no
two points are parallel or antiparallel; parallel points make it singular. Source: Du, Zhai, Poczos & Singh 2019,
section 3; checked in `derivations.particles_tangent`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from symlandscape.arith.balls import arb, arb_mat, workprec
from symlandscape.arith.conversions import to_arb
from symlandscape.arith.decimals import lower, outward
from symlandscape.arith.field import arb_field
from symlandscape.arith.linear import inertia, solve, spectrum
from symlandscape.errors import InputError
from symlandscape.evidence import Level
from symlandscape.particles.arc_cosine import Array, gate_matrix, gate_overlap
from symlandscape.solve.linear_rates import METHODS, LinearRate, best_rate

__all__ = [
    "TangentSpectrum",
    "finite_gram",
    "gram_deviation",
    "mean_gram",
    "tangent_gram",
    "tangent_spectrum",
]

EXTRA_BITS = 64
MOST_BITS = 1024
MOST_POINTS = 64


@dataclass(frozen=True, slots=True)
class TangentSpectrum:
    """The eigenvalues of H (ascending enclosures), whether H > 0 is proved, the best linear rates of the methods on
    [least, largest], and y' H^-1 y, the squared norm of the least interpolant.

    `rates` and `norm2` are empty and None where H > 0 is not proved, `norm2` also without labels.
    """

    points: int
    inputs: int
    digits: int
    eigenvalues: tuple[arb, ...]
    positive: bool
    rates: Mapping[str, LinearRate]
    norm2: arb | None
    precision: int

    @property
    def level(self) -> Level:
        """CERTIFIED where H > 0 is proved by balls."""
        return Level.CERTIFIED if self.positive else Level.UNDECIDED

    @property
    def condition(self) -> arb | None:
        """largest/least, None where H > 0 is not proved."""
        with workprec(self.precision):
            return self.eigenvalues[-1] / self.eigenvalues[0] if self.positive else None

    def document(self) -> dict[str, Any]:
        """The document of `particles ntk`: decimals that contain the numbers within the radii beside them."""
        least, radius = outward(self.eigenvalues[0], self.digits)
        largest, largest_radius = outward(self.eigenvalues[-1], self.digits)
        rates: dict[str, Any] | None = None
        if self.positive:
            rates = {
                method: {
                    name: outward(ball, self.digits)[0]
                    for name, ball in (("rate", r.rate), ("step", r.step), ("momentum", r.momentum))
                }
                for method, r in self.rates.items()
            }
        return {
            "points": self.points,
            "inputs": self.inputs,
            "least_eigenvalue": least,
            "radius": radius,
            "lower_bound": lower(self.eigenvalues[0], self.digits),
            "largest_eigenvalue": largest,
            "largest_radius": largest_radius,
            "condition": None if self.condition is None else outward(self.condition, self.digits)[0],
            "rates": rates,
            "norm2": None if self.norm2 is None else outward(self.norm2, self.digits)[0],
            "level": self.level.value,
        }


def tangent_gram(X: Sequence[Sequence[Fraction]]) -> arb_mat:
    """H (n, n) of exact points X (n, d), as balls at the current precision. Raises: `InputError` for a zero point."""
    field, n = arb_field(), len(X)
    inner = [[sum((x * y for x, y in zip(p, q, strict=True)), Fraction(0)) for q in X] for p in X]
    made = arb_mat(n, n)
    for i in range(n):
        for j in range(i + 1):
            gate = gate_overlap(field, inner[i][i], inner[j][j], inner[i][j])
            made[i, j] = made[j, i] = to_arb(inner[i][j]) * gate
    return made


def tangent_spectrum(
    X: Sequence[Sequence[Fraction]], y: Sequence[Fraction] | None = None, digits: int = 30
) -> TangentSpectrum:
    """Enclosures of the eigenvalues of H for exact points X (n, d), n <= 64, to about `digits` digits.

    Positivity by LDL^T in balls, eigenvalues by Gershgorin's discs after an approximate diagonalisation. The precision
    grows until H > 0 is proved, or to 1024 bits (dependent points stay undecided). Raises: `InputError` for no or too
    many points, a zero point, rows of different lengths, labels of another number.
    """
    n = len(X)
    if not 1 <= n <= MOST_POINTS:
        raise InputError(f"expected 1 to {MOST_POINTS} points, got {n}; the eigenvalues are enclosed one by one")
    d = len(X[0])
    if d < 1 or any(len(row) != d for row in X):
        raise InputError(f"expected points of one length of at least 1, got lengths {sorted({len(x) for x in X})}")
    if y is not None and len(y) != n:
        raise InputError(f"expected one label for each of the {n} points, got {len(y)} labels")
    bits = int(digits * 3.33) + EXTRA_BITS
    while True:
        with workprec(bits):
            H = tangent_gram(X)
            signs = inertia(H)
            decided = signs is not None and signs.negative == 0
            if decided or bits >= MOST_BITS:
                values = spectrum(H)
                positive = bool(decided and values[0] > 0)
                rates = {m: best_rate(m, values[0], values[-1]) for m in METHODS} if positive else {}
                norm2 = _quadratic(H, y) if positive and y is not None else None
                return TangentSpectrum(n, d, digits, values, positive, rates, norm2, bits)
        bits = min(2 * bits, MOST_BITS)


def _quadratic(H: arb_mat, y: Sequence[Fraction]) -> arb | None:
    """y' H^-1 y."""
    column = arb_mat(len(y), 1, [to_arb(Fraction(v)) for v in y])
    found = solve(H, column)
    return None if found is None else (column.transpose() * found)[0, 0]


def mean_gram(X: Array) -> Array:
    """H of points X (n, d) in floats."""
    X = np.asarray(X, dtype=np.float64)
    return np.asarray((X @ X.T) * gate_matrix(X, X))


def finite_gram(X: Array, W: Array) -> Array:
    """H_m of points X (n, d) and units W (m, d)."""
    X, W = np.asarray(X, dtype=np.float64), np.asarray(W, dtype=np.float64)
    if X.ndim != 2 or W.ndim != 2 or X.shape[1] != W.shape[1]:
        raise InputError(f"expected points (n, d) and units (m, d), got shapes {X.shape} and {W.shape}")
    gates = (W @ X.T > 0).astype(np.float64)
    return np.asarray((X @ X.T) * (gates.T @ gates) / len(W))


def gram_deviation(X: Array, width: int) -> float:
    """E |H_m - H|_F^2 for independent isotropic units, exact formula in floats."""
    X = np.asarray(X, dtype=np.float64)
    p = gate_matrix(X, X)
    return float((((X @ X.T) ** 2) * p * (1 - p)).sum() / width)
