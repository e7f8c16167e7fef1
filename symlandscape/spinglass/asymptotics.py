"""Mean numbers of critical points of the pure model for many spins, prefactors included.

E[Crt_N(H <= N u)] ~ C N^g e^{N Theta_p(u)}; with |u| = E_inf cosh t outside the bulk:

    u < -E_inf      C = e^(-t/2) / (sqrt(p pi sinh t) sqrt 2 ((p-2)/p cosh t + sinh t)),               g = -1/2
    u = -E_inf      C = 2 sqrt(2p)/(p-2) [Ai'(0)^2 + Ai(0)/3],                                          g = -1/3
    -E_inf < u < 0  C = 2 sqrt(2p (E_inf^2 - u^2)) / ((p-2) pi |u|),                                    g = 0
    u = 0           half of u > 0
    u > 0           C = 4 sqrt 2 / sqrt(pi (p-2)),                                                      g = 1/2

Each is Laplace's method on the exact mean 2 sqrt(2/p) (p-1)^(N/2) int exp(-(p-2)/(2p) x^2) R_1(x) dx with the one-point
density R_1 of the GOE outside, at and inside the edge; see `derivations.spinglass_asymptotics`. The first agrees with
auffinger_ben_arous_cerny_2013, Theorem 2.17; at the edge that theorem's constant lacks Ai'(0)^2.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from symlandscape.arith.balls import arb, workprec
from symlandscape.arith.conversions import to_arb
from symlandscape.errors import InputError, UndecidedError
from symlandscape.spinglass.layers import layer
from symlandscape.spinglass.models import Mixture, exact_energy, pure
from symlandscape.spinglass.precision import to_digits
from symlandscape.spinglass.theta import prime_squared, theta

if TYPE_CHECKING:
    from symlandscape.spinglass.counts import MeanCount

__all__ = [
    "AsymptoticCount",
    "GroundStateLaw",
    "asymptotic_count",
    "exact_over_asymptotic",
    "ground_state_law",
    "log_minima_heuristic",
]


@dataclass(frozen=True, slots=True)
class AsymptoticCount:
    """C N^power e^{N Theta}: the leading term of a mean count, as balls.

    regime: `outside`, `edge`, `bulk`, `zero` or `above`. The relative error is O(1/N) outside and above, O(N^-1/3) at
    the edge and where t N^(2/3) is not large.
    """

    degree: int
    spins: int
    regime: str
    constant: arb
    power: Fraction
    log_value: arb


def asymptotic_count(
    p: int, spins: int, below: Fraction | int | str | None = None, digits: int = 30
) -> AsymptoticCount:
    """The leading term of E[#{critical points with H <= N u}], in the regime of u; `below` None: all of them.

    p: degree >= 3; spins: N >= 1; below: u, an exact number, or the text `-E_inf` for the edge itself.
    Returns: balls of the leading term (the asymptotic statement itself is no enclosure of the count).
    Raises: `InputError`; p = 2 has exactly 2N critical points.
    """
    model = _steep(p)
    if isinstance(spins, bool) or not isinstance(spins, int) or spins < 1:
        raise InputError(f"expected a number of spins N >= 1, got {spins!r}; pass an integer")
    square = prime_squared(model)
    at_edge = isinstance(below, str) and below.strip() == "-E_inf"
    u = None if below is None or at_edge else exact_energy(below)
    if u is not None and u < 0 and u * u == square:
        at_edge = True
    regime = (
        "edge" if at_edge else "above" if u is None or u > 0 else "zero" if u == 0
        else "outside" if u * u > square else "bulk"
    )  # fmt: skip
    power = {"outside": Fraction(-1, 2), "edge": Fraction(-1, 3), "above": Fraction(1, 2), "zero": Fraction(1, 2)}.get(
        regime, Fraction(0)
    )

    def rate(_: int) -> arb:
        if regime == "edge":
            return to_arb(Fraction(p - 1)).log() / 2 - to_arb(Fraction(p - 2, p))
        return theta(model, Fraction(0) if u is None else u)

    def constant(_: int) -> arb:
        if regime == "edge":
            return edge_constant(p)
        if regime == "outside":
            assert u is not None
            return outside_constant(p, to_arb(u))
        if regime == "bulk":
            assert u is not None
            return 2 * to_arb(2 * p * (square - u * u)).sqrt() / (arb.pi() * to_arb((p - 2) * -u))
        total = 4 * (arb(2) / (arb.pi() * (p - 2))).sqrt()
        return total / 2 if regime == "zero" else total

    def log_value(bits: int) -> arb:
        return constant(bits).log() + to_arb(power) * arb(spins).log() + spins * rate(bits)

    return AsymptoticCount(p, spins, regime, to_digits(constant, digits), power, to_digits(log_value, digits))


def exact_over_asymptotic(counted: MeanCount) -> tuple[AsymptoticCount, arb]:
    """The leading term beside a mean count at its N and energy, and the quotient count / leading term as a ball.

    counted: a result of `counts.count` for a pure model of degree p >= 3, all indices together. Raises: `InputError`;
    `UndecidedError` where the count's ball reaches 0.
    """
    if counted.model.degree is None or counted.index is not None:
        raise InputError(
            "expected a pure model and all indices together for the leading term of many spins, got "
            f"{'a mixture' if counted.index is None else f'index {counted.index}'}; leave --index out and name --p"
        )
    leading = asymptotic_count(counted.model.degree, counted.spins, counted.below, counted.digits)
    if not counted.value > 0:
        raise UndecidedError("the enclosure of the count reaches 0, so that its quotient is open; raise the energy")
    with workprec(counted.digits * 4 + 64):
        return leading, (counted.value.log() - leading.log_value).exp()


def outside_constant(p: int, u: arb) -> arb:
    """C for u < -E_inf, at the current precision."""
    cosh = abs(u) / to_arb(Fraction(4 * (p - 1), p)).sqrt()
    t = cosh.acosh()
    sinh = t.sinh()
    tilt = to_arb(Fraction(p - 2, p)) * cosh + sinh
    return (-t / 2).exp() / ((p * arb.pi() * sinh).sqrt() * arb(2).sqrt() * tilt)


def edge_constant(p: int) -> arb:
    """C at u = -E_inf: 2 sqrt(2p)/(p-2) times the density at 0 of the GOE's edge, Ai'(0)^2 + Ai(0)/3."""
    airy, slope = airy_at_zero()
    return 2 * arb(2 * p).sqrt() / (p - 2) * (slope * slope + airy / 3)


def airy_at_zero() -> tuple[arb, arb]:
    """Ai(0) = 3^(-2/3)/Gamma(2/3) and Ai'(0) = -3^(-1/3)/Gamma(1/3)."""
    third = arb(3).root(3)
    return 1 / (third * third * (arb(2) / 3).gamma()), -1 / (third * (arb(1) / 3).gamma())


@dataclass(frozen=True, slots=True)
class GroundStateLaw:
    """P(min H > -N E_0 + y) ~ exp(-C N^(-1/2) e^(c y)) for large N: a Gumbel law, as balls.

    E_0: ground state energy per spin; c = Theta_p'(-E_0); C: prefactor of the mean number of minima near -N E_0, halved
    for even p, where minima come in pairs.
    """

    degree: int
    energy: arb
    slope: arb
    constant: arb

    def mean(self, spins: int) -> arb:
        """The mean of min H for N spins under this law: -N E_0 + (log(N)/2 - log C - Euler's constant)/c."""
        shift = (arb(spins).log() / 2 - self.constant.log() - arb.const_euler()) / self.slope
        return shift - spins * self.energy


def ground_state_law(p: int, digits: int = 30) -> GroundStateLaw:
    """The Gumbel law of the ground state for pure p >= 3. Source: subag_zeitouni_2017."""
    model = _steep(p)
    energy = layer(model, 0, digits + 5)

    def constant(_: int) -> arb:
        return outside_constant(p, -energy) / (1 if p % 2 else 2)

    def slope(_: int) -> arb:
        square = to_arb(prime_squared(model))
        return energy * to_arb(Fraction(p - 2, 2 * (p - 1))) + 2 * (energy * energy - square).sqrt() / square

    return GroundStateLaw(p, energy, to_digits(slope, digits), to_digits(constant, digits))


def log_minima_heuristic(p: int, spins: int) -> arb:
    """log E[number of minima at all energies] up to a constant that does not depend on N. Heuristic.

    N Theta_p(-E_inf) + (4 sqrt 2/3) c^(3/2) N^(1/2) - 8^(3/4)/(3 sqrt 2) c^(3/4) N^(1/4) + (23/96) log N with
    c = (p-2)/p: the left tail of the Tracy-Widom law (beta = 1) against the tilt e^{c N^(1/3) w}.
    """
    _steep(p)
    c, n = to_arb(Fraction(p - 2, p)), arb(spins)
    root = n.sqrt()
    rate = to_arb(Fraction(p - 1)).log() / 2 - c
    edge = 4 * arb(2).sqrt() / 3 * c * c.sqrt() * root
    bend = (8 * c).sqrt() * (8 * c).sqrt().sqrt() / (3 * arb(2).sqrt()) * root.sqrt()
    return n * rate + edge - bend + to_arb(Fraction(23, 96)) * n.log()


def _steep(p: int) -> Mixture:
    model = pure(p)
    if p == 2:
        raise InputError("expected a degree p >= 3, got p = 2; that model has exactly 2N critical points")
    return model
