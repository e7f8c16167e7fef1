"""A mixed model on one page: class, thresholds, ground state energies, algorithmic threshold, mean total."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from symlandscape.arith.balls import arb
from symlandscape.arith.conversions import to_arb
from symlandscape.arith.decimals import outward
from symlandscape.evidence import Level, Verdict, certified
from symlandscape.spinglass.ground_state import one_step_energy
from symlandscape.spinglass.layers import layer
from symlandscape.spinglass.models import Mixture, as_mixture
from symlandscape.spinglass.precision import check_digits, to_digits
from symlandscape.spinglass.theta import prime_squared
from symlandscape.spinglass.thresholds import (
    ModelClass,
    algorithmic_threshold,
    annealed_energy_inside,
    class_function,
    e_inf_minus,
    e_inf_plus,
    model_class,
)

__all__ = ["MixtureSummary", "annealed_ground_state", "mixture"]


@dataclass(frozen=True, slots=True)
class MixtureSummary:
    """Everything about a model that depends on nu alone; energies are positive and the levels lie at minus them.

    values: balls by the names of the JSON document; spins: N of the mean total, None where it was not asked for.
    """

    model: Mixture
    model_class: ModelClass
    values: dict[str, arb]
    spins: int | None
    digits: int

    @property
    def level(self) -> Level:
        """The evidence for the digits and the class: enclosures by balls."""
        finite = all(ball.is_finite() for ball in self.values.values())
        return certified("enclosures", Verdict.of(finite or None)).level

    def document(self) -> dict[str, Any]:
        """The JSON document of `symlandscape spinglass mixture`."""
        pairs = {name: outward(ball, self.digits) for name, ball in self.values.items()}
        return {
            "mixture": str(self.model),
            "class": self.model_class.value,
            "nu_prime": str(self.model.nu1),
            "nu_second": str(self.model.nu2),
            **{name: value for name, (value, _) in pairs.items()},
            "spins": self.spins,
            "mean_total": pairs["mean_total"][0] if self.spins is not None else None,
            "radii": {name: radius for name, (_, radius) in pairs.items()},
            "level": self.level.value,
        }

    def latex(self) -> str:
        """The formulas that were evaluated, with this model's nu, as display mathematics."""
        from symlandscape.spinglass.formulas import mixture_latex

        return mixture_latex(self.model)


def mixture(weights: Mixture | int | str, spins: int | None = None, digits: int = 30) -> MixtureSummary:
    """Class, thresholds, annealed and 1RSB ground state, ALG and, for N spins, the mean number of critical points.

    weights: text `3:1/2,4:1/2`, degree or `Mixture`. Returns: balls (level CERTIFIED). E_0_annealed is the zero of the
    complexity: where the mean number of critical points stops being exponentially large; it equals the 1RSB value for
    pure and pure-like models. Raises: `InputError`; `UndecidedError` when G is too close to 0.
    Sources: see `thresholds`, `ground_state`, `theta`.
    """
    model = as_mixture(weights)
    check_digits(digits)
    kind = model_class(model)
    values = {
        "G": to_digits(lambda _: class_function(model), digits),
        "E_inf_prime": to_digits(lambda _: to_arb(prime_squared(model)).sqrt(), digits),
        "E_inf_minus": to_digits(lambda _: e_inf_minus(model), digits),
        "E_inf_plus": to_digits(lambda _: e_inf_plus(model), digits),
        "E_0_annealed": annealed_ground_state(model, digits),
        "ground_state_1rsb": one_step_energy(model, digits),
        "alg": to_digits(lambda _: algorithmic_threshold(model), digits),
    }
    if spins is not None:
        from symlandscape.spinglass.exact_total import exact_total

        values["mean_total"] = exact_total(spins, model.rho, digits=digits)
    return MixtureSummary(model, kind, values, spins, digits)


def annealed_ground_state(model: Mixture, digits: int = 30) -> arb:
    """The energy E > 0 at which the complexity of all critical points together vanishes, u = -E; an enclosure."""
    if model_class(model) is ModelClass.FULL_MIXTURE:
        return to_digits(lambda _: annealed_energy_inside(model), digits)
    return layer(model, 0, digits)
