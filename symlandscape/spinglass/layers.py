"""The layers -E_0 < -E_1 < .. < -E_inf of a spherical spin glass, to any number of digits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from symlandscape.arith.balls import arb, workprec
from symlandscape.arith.conversions import to_arb
from symlandscape.arith.decimals import outward
from symlandscape.errors import InputError
from symlandscape.evidence import Level, Verdict, certified
from symlandscape.spinglass.models import Mixture, as_mixture
from symlandscape.spinglass.precision import check_digits, to_digits
from symlandscape.spinglass.roots import decreasing_root
from symlandscape.spinglass.theta import check_index, energy_at, prime_squared, theta_outside
from symlandscape.spinglass.thresholds import e_inf_plus, pure_like

__all__ = ["Levels", "layer", "levels"]

MAX_UPTO = 10_000


@dataclass(frozen=True, slots=True)
class Levels:
    """E_0, E_1, .. (balls; the levels are at u = -E_k) and their limit: E'_inf, which is E_inf when pure;
    E_inf^+ in full mixtures, where all E_k equal it.
    """

    model: Mixture
    limit: arb
    energies: tuple[arb, ...]
    digits: int

    @property
    def level(self) -> Level:
        """The evidence for the digits: enclosures by balls."""
        finite = all(ball.is_finite() for ball in (self.limit, *self.energies))
        return certified("enclosures", Verdict.of(finite or None)).level

    def document(self) -> dict[str, Any]:
        """The JSON document of `symlandscape spinglass levels`."""
        pairs = {str(k): outward(ball, self.digits) for k, ball in enumerate(self.energies)}
        limit, radius = outward(self.limit, self.digits)
        return {
            "p": self.model.degree,
            "mixture": str(self.model),
            "E_inf": limit,
            "levels": {k: value for k, (value, _) in pairs.items()},
            "radii": {"inf": radius} | {k: r for k, (_, r) in pairs.items()},
            "level": self.level.value,
        }

    def latex(self) -> str:
        """The equation that defines the levels, for this model, as display mathematics."""
        from symlandscape.spinglass.formulas import levels_latex

        return levels_latex(self.model)


def levels(model: Mixture | int | str, upto: int = 0, digits: int = 30) -> Levels:
    """E_0 .. E_upto, where the complexity Theta_k vanishes below its plateau, and their limit.

    model: degree p, mixture text or `Mixture`. In full mixtures all E_k fall together at E_inf^+.
    Returns: balls (level CERTIFIED): a sign change of a function proved to decrease. Raises: `InputError`.
    Source: auffinger_ben_arous_cerny_2013, section 2.

    >>> levels(3, upto=1, digits=12).document()["levels"]
    {'0': '1.65699836353', '1': '1.6528731981'}
    """
    made = as_mixture(model)
    if isinstance(upto, bool) or not isinstance(upto, int) or not 0 <= upto <= MAX_UPTO:
        raise InputError(f"expected the highest index between 0 and {MAX_UPTO}, got {upto!r}; `layer` takes any index")
    check_digits(digits)
    limit = to_digits(lambda bits: _limit(made, bits), digits)
    return Levels(made, limit, tuple(layer(made, k, digits) for k in range(upto + 1)), digits)


def layer(model: Mixture | int | str, index: int, digits: int = 30) -> arb:
    """E_k for one index of any size: the zero of Theta_k at u = -E_k below its plateau; an enclosure."""
    made = as_mixture(model)
    check_index(index)
    if index is None:
        raise InputError("expected an index k >= 0 of the layer E_k, got none; 0 is the ground state")

    def compute(bits: int) -> arb:
        if made.nu1 == made.nu2:  # p = 2: the complexity is 0 at -E_inf and negative below
            return to_arb(prime_squared(made)).sqrt()
        if not pure_like(made, bits):
            return e_inf_plus(made)
        with workprec(2 * bits + 2 * index.bit_length()):
            return energy_at(made, decreasing_root(lambda t: theta_outside(made, t, index), bits), index)

    return to_digits(compute, digits)


def _limit(model: Mixture, bits: int) -> arb:
    """E'_inf (E_inf when pure), or E_inf^+ where all levels fall together."""
    return to_arb(prime_squared(model)).sqrt() if pure_like(model, bits) else e_inf_plus(model)
