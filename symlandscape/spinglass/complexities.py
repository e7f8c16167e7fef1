"""The complexity of a model at an energy, to any number of digits."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symlandscape.arith.balls import arb
from symlandscape.arith.decimals import outward
from symlandscape.evidence import Level, Verdict, certified
from symlandscape.spinglass.models import Mixture, as_mixture, exact_energy
from symlandscape.spinglass.precision import check_digits, to_digits
from symlandscape.spinglass.theta import check_index, regime, theta

__all__ = ["Complexity", "complexity"]


@dataclass(frozen=True, slots=True)
class Complexity:
    """lim (1/N) log E #{critical points (of the index) with H <= N u} as a ball.

    regime: which formula holds (see `theta`). digits: what was asked for.
    """

    model: Mixture
    energy: Fraction
    index: int | None
    value: arb
    regime: str
    digits: int

    @property
    def level(self) -> Level:
        """The evidence for the digits: an enclosure by balls."""
        return certified("enclosure", Verdict.of(self.value.is_finite() or None)).level

    def document(self) -> dict[str, Any]:
        """The JSON document of `symlandscape spinglass complexity`."""
        value, radius = outward(self.value, self.digits)
        return {
            "p": self.model.degree,
            "mixture": str(self.model),
            "energy": str(self.energy),
            "index": self.index,
            "value": value,
            "radius": radius,
            "regime": self.regime,
            "level": self.level.value,
        }

    def latex(self) -> str:
        """The formula that was evaluated, for this model, as display mathematics."""
        from symlandscape.spinglass.formulas import complexity_latex

        return complexity_latex(self.model, self.index)


def complexity(
    model: Mixture | int | str,
    energy: Fraction | int | str,
    index: int | None = None,
    digits: int = 30,
) -> Complexity:
    """Theta(u), or Theta_k(u): lim (1/N) log of the mean number of critical points (of index k) with H <= N u.

    model: degree p, mixture text or `Mixture`; energy: u = H/N, an exact number (minima have u < 0); index: k counts
    the negative eigenvalues of the Riemannian Hessian, None for all together; digits: significant digits (1 to 4000).
    Returns: a ball (level CERTIFIED), relative radius below 10^-digits unless the value is too close to 0.
    Raises: `InputError`. Formula and sources: `symlandscape.spinglass.theta`.

    >>> complexity(3, "-1.7", index=1, digits=10).document()["value"]
    '-0.04621491375'
    """
    checked_model, u = as_mixture(model), exact_energy(energy)
    check_index(index)
    check_digits(digits)
    ball = to_digits(lambda _: theta(checked_model, u, index), digits)
    return Complexity(checked_model, u, index, ball, regime(checked_model, u, index), digits)
