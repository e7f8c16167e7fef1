"""Two extensions at exponential order: critical points beside a planted direction, and pairs at a given overlap.

Spiked: H(s) = H_N(s) - N lambda m^q with m = s.v/N, |v|^2 = N. With u_n = u + lambda m^q the energy of the noise and
r = p u_n - q lambda m^q the radial derivative of H,

    Sigma(m, u) = 1/2 log(p-1) + 1/2 log(1-m^2) - q^2 lambda^2 m^(2q-2) (1-m^2)/(2p) - u_n^2/2
                  + r^2/(4p(p-1)) - J(|r|/sqrt(p(p-1))).

Two points: pairs of critical points with energies u_1, u_2 and overlap R,

    Psi(R, u_1, u_2) = 1/2 log((p-1)^2 (1-R^2)/(1-R^(2p-2))) - (u_1+u_2)^2/(2 V_+) - (u_1-u_2)^2/(2 V_-)
                       + sum_i [p u_i^2/(4(p-1)) - J(|u_i| sqrt(p/(p-1)))],
    V_+- = 2 (1 +- R^p) - 2 p^2 R^(2p-2) (1-R^2)/(p +- c),  c = -p R^p + p(p-1) R^(p-2) (1-R^2),

both densities in their arguments (not cumulative) of all critical points. Derived by Kac-Rice in
`derivations.spinglass_pairs`; sources: ben_arous_mei_montanari_nica_2019; subag_2017.
"""

from __future__ import annotations

from fractions import Fraction

from symlandscape.arith.balls import arb
from symlandscape.arith.conversions import parse_exact, to_arb
from symlandscape.errors import InputError
from symlandscape.spinglass.mixed_complexity import outlier_rate
from symlandscape.spinglass.models import exact_energy, pure
from symlandscape.spinglass.precision import to_digits

__all__ = ["spiked_complexity", "two_point_complexity"]

Number = Fraction | int | str
MAX_DEGREE = 1000
MAX_OVERLAP_BITS = 1000


def spiked_complexity(
    p: int, strength: Number, overlap: Number, energy: Number, spike_degree: int | None = None, digits: int = 30
) -> arb:
    """Sigma(m, u): the exponential rate of the mean number of critical points of overlap m and energy u per spin.

    p: degree of the noise; strength: lambda >= 0; overlap: -1 < m < 1; energy: u, the spike included; spike_degree: q
    (default p). All exact numbers. Returns: a ball. Raises: `InputError`.
    """
    _degree(p)
    q = p if spike_degree is None else _degree(spike_degree)
    lam, m, u = exact_energy(strength), _overlap(overlap), exact_energy(energy)
    if lam < 0:
        raise InputError(f"expected a spike strength >= 0, got {lam}; turn the planted direction round instead")
    pulled = lam * m**q
    noise = u + pulled
    r = p * noise - q * pulled
    gradient = Fraction(q * q, 2 * p) * lam * lam * m ** (2 * q - 2) * (1 - m * m)

    def compute(_: int) -> arb:
        value = to_arb((p - 1) * (p - 1) * (1 - m * m) ** 2).log() / 4 - to_arb(gradient + noise * noise / 2)
        value += to_arb(r * r / (4 * p * (p - 1)))
        return value - outlier_rate(to_arb(r * r / (p * (p - 1))).sqrt())

    return to_digits(compute, digits)


def two_point_complexity(p: int, overlap: Number, energies: tuple[Number, Number], digits: int = 30) -> arb:
    """Psi(R, u_1, u_2): the exponential rate of the mean number of pairs of critical points with these data.

    p: degree >= 3 (for p = 2 the points are orthogonal); overlap: -1 < R < 1; energies: u_1, u_2, exact. Returns: a
    ball, or -inf where the covariance is degenerate and excludes the energies. Raises: `InputError`.
    """
    _degree(p)
    if p == 2:
        raise InputError("expected a degree p >= 3, got p = 2; its critical points are +-N orthogonal vectors")
    R, (u1, u2) = _overlap(overlap), (exact_energy(u) for u in energies)
    plus, minus = pair_variances(p, R)
    quadratic = (u1 + u2) ** 2 / (2 * plus) + (u1 - u2) ** 2 / (2 * minus)
    volume = (p - 1) ** 2 * (1 - R * R) / (1 - R ** (2 * p - 2))

    def compute(_: int) -> arb:
        value = to_arb(volume).log() / 2 - to_arb(quadratic)
        for u in (u1, u2):
            value += to_arb(Fraction(p, 4 * (p - 1)) * u * u)
            value -= outlier_rate(to_arb(u * u * Fraction(p, p - 1)).sqrt())
        return value

    return to_digits(compute, digits)


def pair_variances(p: int, R: Fraction) -> tuple[Fraction, Fraction]:
    """V_+ and V_-: N times the variances of u_1 + u_2 and u_1 - u_2, both gradients being 0; exact and > 0."""
    c = -p * R**p + p * (p - 1) * R ** (p - 2) * (1 - R * R)
    cross = 2 * p * p * R ** (2 * p - 2) * (1 - R * R)
    return 2 * (1 + R**p) - cross / (p + c), 2 * (1 - R**p) - cross / (p - c)


def _degree(p: int) -> int:
    if pure(p).nu1 > MAX_DEGREE:
        raise InputError(
            f"expected a degree up to {MAX_DEGREE} here, got {p}; exact powers of the overlap grow with it"
        )
    return p


def _overlap(overlap: Number) -> Fraction:
    m = parse_exact(overlap)
    if m.denominator.bit_length() > MAX_OVERLAP_BITS:
        raise InputError(f"expected an overlap of at most {MAX_OVERLAP_BITS} bits, got a longer number; shorten it")
    if not -1 < m < 1:
        raise InputError(f"expected an overlap between -1 and 1, both excluded, got {m}; 1 is the point itself")
    return m
