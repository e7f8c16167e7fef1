"""The zero-temperature 1RSB ground state energy: a bound for every model, and E_0 for pure and pure-like ones.

    E_1RSB = min over L > m > 0 of 1/2 [nu' L - m (nu' - 1) + (1/m) log(L/(L - m))],

a strictly convex function of (L, m) (an integral of 1/(L - m q) over q in [0, 1] plus a linear part), so its stationary
point is the minimum. With L/(L - m) = e^(2s) it lies where nu' (2s - 1 + e^(-2s)) = 4 sinh(s)^2, and the value there is
sqrt(nu') s/sinh(s). It depends on the mixture only through nu'(1). Source: crisanti_sommers_1992; derived, and proved
equal to E_0 for all real p > 2, in `derivations.spinglass_complexity`.
"""

from __future__ import annotations

from dataclasses import dataclass

from symlandscape.arith.balls import arb, workprec
from symlandscape.arith.conversions import to_arb
from symlandscape.spinglass.models import Mixture, as_mixture
from symlandscape.spinglass.precision import to_digits
from symlandscape.spinglass.roots import decreasing_root

__all__ = ["OneStep", "one_step", "one_step_energy"]


@dataclass(frozen=True, slots=True)
class OneStep:
    """The minimiser (L, m) and the value of the 1RSB functional, all balls; m = 0 for nu' = 2."""

    L: arb
    m: arb
    energy: arb


def one_step(model: Mixture | int | str, bits: int) -> OneStep:
    """The stationary point to about `bits` bits; exact signs certify it, convexity makes it the minimum."""
    nu1 = as_mixture(model).nu1
    with workprec(2 * bits + 32):
        slope = to_arb(nu1)
        if nu1 == 2:
            return OneStep(1 / slope.sqrt(), arb(0), slope.sqrt())

        def stationarity(s: arb) -> arb:
            sinh = s.sinh()
            return slope * (2 * s - 1 + (-2 * s).exp()) - 4 * sinh * sinh

        s = decreasing_root(stationarity, bits)
        # L = m/(1 - e^(-2s)), and 1/(L (L - m)) = nu' gives m = 2 sinh(s)/sqrt(nu')
        m = 2 * s.sinh() / slope.sqrt()
        return OneStep(s.exp() / slope.sqrt(), m, slope.sqrt() * s / s.sinh())


def one_step_energy(model: Mixture | int | str, digits: int = 30) -> arb:
    """E_1RSB as a ball of at least `digits` digits; the ground state energy per spin is at least -E_1RSB."""
    made = as_mixture(model)
    return to_digits(lambda bits: one_step(made, bits).energy, digits)
