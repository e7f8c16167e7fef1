"""What one point of a family does: under descent, with one neuron more, when the slope or a target's length changes.

The functions behind `relu dynamics`, `relu split`, `relu slopes` and `relu lengths`; each returns an object whose
``document()`` is the command's.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symlandscape.arith.balls import arb, workprec
from symlandscape.arith.decimals import outward
from symlandscape.errors import InputError, UndecidedError
from symlandscape.evidence import Verdict
from symlandscape.relu.critical_point import CriticalPoint, largest_radius
from symlandscape.relu.families import Family
from symlandscape.relu.from_zero import GrowthFromZero, from_zero
from symlandscape.relu.length_events import length_events
from symlandscape.relu.parameter_events import ParameterBranch
from symlandscape.relu.rates import LinearRate, MeasuredRate, linear_rates, measured_rate, spectral_ends
from symlandscape.relu.slope_events import slope_events
from symlandscape.relu.splitting_test import NeuronSplit, splitting_test

__all__ = ["Dynamics", "Splits", "dynamics", "lengths", "slopes", "split"]

AT_GLOBAL = "C vanishes: splitting a neuron of the global minimum changes the loss in no direction to second order"
Real = int | Fraction | str


@dataclass(frozen=True, slots=True)
class Dynamics:
    """Best linear rates of each method at a certified minimum (CERTIFIED), with measured ones on demand (ESTIMATED)."""

    point: CriticalPoint
    rates: dict[str, LinearRate]
    measured: dict[str, MeasuredRate]
    seed: int

    def document(self) -> dict[str, Any]:
        """The document of ``relu dynamics``."""
        point, digits = self.point, self.point.digits
        ends = spectral_ends(point)
        numbers = [*ends, *(x for r in self.rates.values() for x in (r.step, r.momentum, r.rate))]
        return {
            "family": point.family,
            "d": str(point.d),
            "k": str(point.pattern.k),
            "slope": str(point.slope),
            "least_eigenvalue": outward(ends[0], digits)[0],
            "largest_eigenvalue": outward(ends[1], digits)[0],
            "rates": [self._row(method, rate) for method, rate in self.rates.items()],
            "radius": largest_radius(numbers, digits),
            "seed": self.seed if self.measured else None,
            "level": point.level.value,
        }

    def _row(self, method: str, rate: LinearRate) -> dict[str, Any]:
        digits = self.point.digits
        with workprec(self.point.precision):
            per_digit = arb(10).log() / -rate.rate.log() if rate.rate > 0 else arb(0)
        row: dict[str, Any] = {"method": method}
        row |= {name: outward(getattr(rate, name), digits)[0] for name in ("step", "momentum", "rate")}
        row["iterations_per_digit"] = outward(per_digit, 6)[0]
        if method in self.measured:
            run = self.measured[method]
            row["measured"] = {"rate": run.rate, "standard_error": run.standard_error, "level": run.level.value}
        return row


def dynamics(family: Family, d: Real, digits: int = 30, measure: bool = False, seed: int = 0) -> Dynamics:
    """Linear rates of gradient descent, heavy ball and Nesterov at the family's minimum, with best step and momentum.

    With ``measure`` each method also runs from a perturbation of the minimum and its rate is fitted. Raises InputError
    at a saddle, and for ``measure`` where d is no integer or a run is too short; UndecidedError where the verdict is
    open.
    """
    point = family.at(d, digits=digits)
    if measure and not point.pattern.is_integer:
        raise InputError(f"runs need an integer number of inputs, but d = {point.d}; take an integer or leave runs out")
    if point.verdict == "undecided":
        raise UndecidedError(
            f"{family} at this d is not decided to be a minimum ({point.reason}): ask for more --digits or another d"
        )
    rates = linear_rates(point)
    measured = {
        method: measured_rate(
            point.matrix(), method, *rate.floats, double=method != "gd", slope=float(point.slope), seed=seed
        )
        for method, rate in rates.items()
        if measure
    }
    return Dynamics(point, rates, measured, seed)


@dataclass(frozen=True, slots=True)
class Splits:
    """The splitting test of each neuron type of a certified point, and growing a neuron from zero there."""

    point: CriticalPoint
    neurons: tuple[NeuronSplit, ...]
    growth: GrowthFromZero

    @property
    def undecided(self) -> bool:
        """Whether the sign of a curvature stays open."""
        return any(t.descends is Verdict.UNDECIDED for t in self.neurons)

    @property
    def is_flat(self) -> bool:
        """Whether the point is the global minimum, where all curvatures vanish."""
        return self.point.family == "C0"

    def document(self) -> dict[str, Any]:
        """The document of ``relu split``."""
        point, digits = self.point, self.point.digits
        values = [x for t in self.neurons for b in t.blocks for x in b.eigenvalues]
        return {
            "family": point.family,
            "d": str(point.d),
            "k": str(point.pattern.k),
            "slope": str(point.slope),
            "pattern": str(point.pattern),
            "neurons": [self._row(test) for test in self.neurons],
            "from_zero": self.growth.document(digits),
            "radius": largest_radius(values, digits),
        }

    def _row(self, test: NeuronSplit) -> dict[str, Any]:
        digits, least = self.point.digits, test.least
        open_signs = [b.label for b in test.blocks if b.negative is None]
        reason = f"signs in {', '.join(open_signs)} are not decided" if open_signs else ""
        blocks = [
            {
                "label": b.label,
                "multiplicity": str(b.multiplicity),
                "eigenvalues": [outward(x, digits)[0] for x in b.eigenvalues],
                "negative": b.negative,
            }
            for b in test.blocks
        ]
        return {
            "row": test.row,
            "size": str(test.size),
            "descends": test.descends.value,
            "negative": None if test.negative is None else str(test.negative),
            "least": None if least is None else outward(least, digits)[0],
            "blocks": blocks,
            "level": test.level.value,
            "reason": AT_GLOBAL if open_signs and self.is_flat else reason,
        }


def split(family: Family, d: Real, digits: int = 30) -> Splits:
    """Which neurons of the family's point can be split in two with descent, and whether one can be grown from zero.

    Raises InputError where the family does not exist or its point is not proved.
    """
    point = family.at(d, digits=digits)
    return Splits(point, splitting_test(point), from_zero(point))


def slopes(family: Family, d: Real, low: Real = -1, high: Real = Fraction(9, 10), digits: int = 30) -> ParameterBranch:
    """The family at d followed over slopes of the activation, with certified events (slope_events.py)."""
    return slope_events(family, d, low, high, digits)


def lengths(
    family: Family,
    d: Real,
    of: str = "flipped",
    low: Real = Fraction(1, 2),
    high: Real = 2,
    digits: int = 30,
) -> ParameterBranch:
    """The family at d followed over the length of one target, with certified events (length_events.py)."""
    return length_events(family, d, of, low, high, digits)
