"""Energies and classes of mixed models: which Hessians are marginal where, and who rules the ground state.

Every function returns a ball at the current precision and takes a `Mixture`; nu', nu'' are at 1. Derived in
`derivations.spinglass_mixtures`. Sources: auffinger_ben_arous_2013, section 1;
subag_2021 for the algorithmic threshold.
"""

from __future__ import annotations

from enum import Enum

from symlandscape.arith.balls import acb, arb, sqrt_nonneg, workprec
from symlandscape.arith.conversions import to_arb
from symlandscape.errors import UndecidedError
from symlandscape.spinglass.models import Mixture
from symlandscape.spinglass.theta import prime_squared

__all__ = [
    "ModelClass",
    "algorithmic_threshold",
    "annealed_energy_inside",
    "class_function",
    "e_inf_minus",
    "e_inf_plus",
    "model_class",
    "pure_like",
]


class ModelClass(Enum):
    """Pure, or by the sign of G: minima reach down to the annealed ground state (pure-like), or marginal points do."""

    PURE = "pure"
    PURE_LIKE = "pure-like"
    FULL_MIXTURE = "full-mixture"


def class_function(model: Mixture) -> arb:
    """G = log(nu''/nu') - (nu'' - nu')(nu'' - nu' + nu'^2)/(nu'' nu'^2): twice the complexity at -E'_inf."""
    a, b = model.nu1, model.nu2
    return to_arb(b / a).log() - to_arb((b - a) * (b - a + a * a) / (b * a * a))


def model_class(model: Mixture, bits: int = 64) -> ModelClass:
    """The class, decided by balls. Raises: `UndecidedError` when G is too close to 0 for 64 times `bits`."""
    if model.degree is not None:
        return ModelClass.PURE
    return ModelClass.PURE_LIKE if pure_like(model, bits) else ModelClass.FULL_MIXTURE


def pure_like(model: Mixture, bits: int = 64) -> bool:
    """Whether G > 0 (for p = 2, where G = 0, True). Raises: `UndecidedError`."""
    if model.nu1 == model.nu2:
        return True
    for doubling in range(7):
        with workprec(bits << doubling):
            g = class_function(model)
            if g > 0:
                return True
            if g < 0:
                return False
    raise UndecidedError(f"the sign of G is not decided at {bits << 6} bits for {model}; perturb the weights")


def _marginal_root(model: Mixture) -> arb:
    """alpha sqrt((nu'' + nu') log(nu''/nu') - 2 (nu'' - nu')), whose argument is >= 0 as log x >= 2(x-1)/(x+1)."""
    a, b = model.nu1, model.nu2
    inner = to_arb(b + a) * to_arb(b / a).log() - to_arb(2 * (b - a))
    return to_arb(model.alpha2).sqrt() * sqrt_nonneg(inner)


def e_inf_minus(model: Mixture) -> arb:
    """The upper end -E_inf^- of the energies at which marginal critical points (r = -2 sqrt(nu'')) are expected."""
    a, b = model.nu1, model.nu2
    return (to_arb(2 * a) * to_arb(b).sqrt() - _marginal_root(model)) / to_arb(a + b)


def e_inf_plus(model: Mixture) -> arb:
    """The lower end -E_inf^+ of those energies."""
    a, b = model.nu1, model.nu2
    return (to_arb(2 * a) * to_arb(b).sqrt() + _marginal_root(model)) / to_arb(a + b)


def annealed_energy_inside(model: Mixture) -> arb:
    """The zero of the complexity in its quadratic part: the annealed ground state of a full mixture."""
    a, b = model.nu1, model.nu2
    return (to_arb(b / a).log() * to_arb((b - a + a * a) / (b - a))).sqrt()


def algorithmic_threshold(model: Mixture) -> arb:
    """ALG = int_0^1 sqrt(nu''(q)) dq: the energy -ALG is reached by polynomial-time algorithms; E_inf when pure.

    With q = s^2 and m the least degree the integrand is 2 s^(m-1) sqrt(nu''(s^2)/s^(2m-4)), analytic around [0, 1].
    """
    least = model.weights[0][0]
    terms = [(p - least, to_arb(w * p * (p - 1))) for p, w in model.weights]
    if len(terms) == 1:
        return to_arb(prime_squared(model)).sqrt()

    def integrand(s: acb, analytic: bool) -> acb:
        q = s * s
        inner = acb(0)
        for power, weight in terms:
            inner += acb(weight) * (q**power if power else acb(1))
        return 2 * s ** (least - 1) * inner.sqrt(analytic=analytic)

    return acb.integral(integrand, 0, 1).real
