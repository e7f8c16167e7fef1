"""What N fixed features can do for the target f(x) = sum_j a_j |w_j.x|, w_j orthonormal, x ~ N(0, I_d): a lower bound
for any N functions, and the exact loss of the best linear predictor over given ReLU features.

On the sphere |w.u| = sum_k lambda_k sum_m Y_km(w) Y_km(u) (Funk-Hecke), even k only, with

    lambda_0 = E|u_1|,  lambda_2 = lambda_0/(d + 1),  lambda_{k+2} = -(k - 1)/(d + k + 1) lambda_k.

All of f is homogeneous of degree 1, so that the covariance of f o O, O uniform in O(d), is diagonal (Schur): on degree
k it is the number e_k = d lambda_k^2 q_k, q_k = sum a_j^2 + P_k(0) ((sum a)^2 - sum a_j^2), N(d, k) times. The trace is
E f^2. N fixed functions capture on average over O at most the sum of the N largest of these numbers (Ky Fan), so

    mean over O of the least loss  >=  (1/2) (E f^2 - sum of the N largest e_k),

with equality for the harmonics of those degrees: some rotation of the target is at least that hard. The e_k are
rational for odd d and rational multiples of 1/pi^2 for even d. For random isotropic features the mean over O
is the mean over the features. Derived in `derivations.particles_features`; that fixed features cannot compete:
Yehudai & Shamir 2019.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from symlandscape.arith.balls import arb, arb_mat, workprec
from symlandscape.arith.conversions import arb_ends, to_arb
from symlandscape.arith.field import arb_field
from symlandscape.arith.linear import LDLTStatus, ldlt
from symlandscape.errors import InputError
from symlandscape.particles.arc_cosine import Array, unit_matrix, unit_overlap
from symlandscape.particles.funk_hecke import legendre, multiplicity

__all__ = [
    "AbsoluteTarget",
    "HarmonicLevel",
    "best_linear_loss",
    "best_linear_losses",
    "features_needed",
    "fixed_feature_bound",
    "largest_levels",
    "level_coefficient",
]

BITS = 128
MOST_DEGREES = 200


@dataclass(frozen=True, slots=True)
class AbsoluteTarget:
    """sum_j a_j |w_j.x| with orthonormal w_j in R^d (up to a rotation x_1, .., x_m), d >= 3, exact a_j, m <= d.

    Raises: `InputError` for other sizes or a target that is 0.
    """

    inputs: int
    weights: tuple[Fraction, ...]

    def __post_init__(self) -> None:
        d, m = self.inputs, len(self.weights)
        if d < 3 or not 1 <= m <= d or not any(self.weights):
            raise InputError(f"expected 1 <= m <= d weights, not all 0, and d >= 3, got m = {m} and d = {d}")

    @property
    def sums(self) -> tuple[Fraction, Fraction]:
        """sum a_j^2 and sum over pairs i != j of a_i a_j."""
        squares = sum((Fraction(a) ** 2 for a in self.weights), Fraction(0))
        return squares, sum(map(Fraction, self.weights), Fraction(0)) ** 2 - squares

    def mean_square(self) -> arb:
        """E f^2 = sum a_j^2 + (2/pi) sum_{i != j} a_i a_j, a ball at the current precision."""
        squares, mixed = self.sums
        return to_arb(squares) + 2 * to_arb(mixed) / arb.pi()

    def directions(self) -> Array:
        """The 2m ReLU units (2m, d) with sum_j a_j |x_j| = sum of relu(v.x), a_j > 0, a_j as length.

        Raises: `InputError` where a weight is not positive.
        """
        if min(self.weights) <= 0:
            raise InputError("expected positive weights: only then is the target a sum of ReLU units")
        V = np.zeros((len(self.weights), self.inputs))
        V[np.arange(len(V)), np.arange(len(V))] = [float(a) for a in self.weights]
        return np.vstack([V, -V])


@dataclass(frozen=True, slots=True)
class HarmonicLevel:
    """One degree of harmonics: its dimension N(d, k) and the energy e_k of the target in each of its directions."""

    degree: int
    dimension: int
    energy: arb


def level_coefficient(d: int, k: int) -> tuple[Fraction, int]:
    """(q, s) with lambda_k = q pi^-s of |u_1| on the sphere of R^d, d >= 2; s = 1 for even d, else 0; 0 for odd k."""
    if d < 2 or k < 0:
        raise InputError(f"expected d >= 2 and k >= 0, got {d} and {k}")
    if k % 2:
        return Fraction(0), 0
    value = Fraction(2) if d % 2 == 0 else Fraction(1, 2)
    for j in range(2 if d % 2 == 0 else 3, d, 2):
        value *= Fraction(j, j + 1)
    for j in range(0, k, 2):
        value *= Fraction(-(j - 1), d + j + 1)
    return value, 1 if d % 2 == 0 else 0


def level_energy(target: AbsoluteTarget, k: int) -> arb:
    """e_k, a ball at the current precision."""
    d = target.inputs
    squares, mixed = target.sums
    value, power = level_coefficient(d, k)
    exact = d * value * value * (squares + legendre(k, d, Fraction(0)) * mixed)
    return to_arb(exact) / (arb.pi() * arb.pi() if power else arb(1))


def largest_levels(target: AbsoluteTarget, count: int) -> tuple[tuple[HarmonicLevel, ...], arb]:
    """Degrees that hold the `count` largest e_k (perhaps more of them), by degree, and an upper bound for every other
    e_k.

    The energy that is left after degree k, divided by N(d, k + 2), bounds all later e_k.
    Raises: `InputError` for a negative count or one so large that it needs more than 200 degrees.
    """
    if count < 0:
        raise InputError(f"expected a number of features >= 0, got {count}")
    found: list[HarmonicLevel] = []
    rest = target.mean_square()
    for k in range(0, 2 * MOST_DEGREES, 2):
        level = HarmonicLevel(k, multiplicity(target.inputs, k), level_energy(target, k))
        found.append(level)
        rest = rest - level.dimension * level.energy
        bound = rest / multiplicity(target.inputs, k + 2)
        top = arb_ends(bound)[1]
        if sum(x.dimension for x in found if arb_ends(x.energy)[0] >= top) >= count:
            return tuple(found), bound
    raise InputError(f"{count} features need more than {MOST_DEGREES} degrees in {target.inputs} inputs; take fewer")


def captured(levels: Sequence[HarmonicLevel], count: int) -> arb:
    """A ball around the sum of the `count` largest e_k: each end of the e_k sorted by itself."""
    ends = []
    for side in (0, 1):
        values = sorted(((arb_ends(x.energy)[side], x.dimension) for x in levels), reverse=True)
        left, total = count, Fraction(0)
        for value, dimension in values:
            taken = min(left, dimension)
            left, total = left - taken, total + taken * value
        ends.append(to_arb(total))
    return ends[0].union(ends[1])


def fixed_feature_bound(target: AbsoluteTarget, count: int, bits: int = BITS) -> arb:
    """(1/2)(E f^2 - sum of the `count` largest e_k): no `count` fixed functions have a smaller least loss on average
    over the rotations of the target. CERTIFIED enclosure; the bound is attained.
    """
    with workprec(bits):
        levels, _ = largest_levels(target, count)
        return (target.mean_square() - captured(levels, count)) / 2


def features_needed(target: AbsoluteTarget, share: Fraction, bits: int = BITS) -> int:
    """The least N with `fixed_feature_bound` <= share * (1/2) E f^2: fewer fixed functions miss that share on average.

    0 < share < 1. Raises: `InputError` for another share, or where the balls do not decide N.
    """
    if not 0 < share < 1:
        raise InputError(f"expected a share strictly between 0 and 1, got {share}")
    low, high = 0, 1
    while not _reaches(target, high, share, bits):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _reaches(target, middle, share, bits) else (middle, high)
    return high


def _reaches(target: AbsoluteTarget, count: int, share: Fraction, bits: int) -> bool:
    with workprec(bits):
        gap = fixed_feature_bound(target, count, bits) - target.mean_square() * to_arb(share) / 2
        if gap <= 0 or gap > 0:
            return bool(gap <= 0)
    raise InputError(f"{count} features meet the share too closely for {bits} bits; ask for more")


def best_linear_loss(target: AbsoluteTarget, features: Sequence[Sequence[Fraction]], bits: int = BITS) -> arb | None:
    """min over c of (1/2) E (f - sum_i c_i relu(u_i.x))^2 for exact features u_i (N, d), f along the first m axes.

    Half the last pivot of [[G, b], [b', E f^2]], G_ij = E relu_i relu_j, b_i = E f relu_i, by LDL^T in balls:
    CERTIFIED where all pivots of G are positive, else None (ask for more bits; parallel features make G singular).
    """
    field = arb_field()
    with workprec(bits):
        n = len(features)
        matrix = arb_mat(n + 1, n + 1)
        squares = [sum((x * x for x in u), Fraction(0)) for u in features]
        for i, u in enumerate(features):
            if len(u) != target.inputs:
                raise InputError(f"expected features of {target.inputs} numbers, got {len(u)} in feature {i}")
            for j in range(i + 1):
                r = sum((x * y for x, y in zip(u, features[j], strict=True)), Fraction(0))
                matrix[i, j] = matrix[j, i] = unit_overlap(field, squares[i], squares[j], r)
            total: Any = arb(0)
            for j, a in enumerate(target.weights):
                both = (unit_overlap(field, squares[i], Fraction(1), s * u[j]) for s in (1, -1))
                total = total + to_arb(Fraction(a)) * sum(both, arb(0))
            matrix[i, n] = matrix[n, i] = total
        matrix[n, n] = target.mean_square()
        factors = ldlt(matrix)
        if factors.status is LDLTStatus.NOT_FINITE or len(factors.pivots) <= n:
            return None
        if not all(bool(p > 0) for p in factors.pivots[:n]):
            return None
        return factors.pivots[n] / 2


def best_linear_losses(target: AbsoluteTarget, features: Array, turned: Array | None = None) -> Array:
    """The same in floats for the first 0, 1, .., N of the features (N, d): N + 1 losses. ESTIMATED.

    `turned`: an orthogonal matrix (d, d) whose first m rows are the target's directions, default the axes.
    Raises: `InputError` for other shapes; LinAlgError where the features are dependent in floats.
    """
    features = np.asarray(features, dtype=np.float64)
    if features.ndim != 2 or features.shape[1] != target.inputs:
        raise InputError(f"expected features of shape (N, {target.inputs}), got {features.shape}")
    axes = np.eye(target.inputs) if turned is None else np.asarray(turned, dtype=np.float64)
    W = axes[: len(target.weights)]
    a = np.array([float(x) for x in target.weights])
    right = (unit_matrix(features, W) + unit_matrix(features, -W)) @ a
    squares, mixed = (float(x) for x in target.sums)
    factor = np.linalg.cholesky(unit_matrix(features, features))
    from scipy.linalg import solve_triangular

    part = solve_triangular(factor, right, lower=True)
    return np.asarray(0.5 * (squares + 2 * mixed / np.pi - np.concatenate([[0.0], np.cumsum(part * part)])))
