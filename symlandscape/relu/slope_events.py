"""What happens to a family at fixed d when the activation's slope rho below zero changes (parameter_events.py)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from symlandscape.arith.conversions import parse_exact
from symlandscape.arith.field import Field
from symlandscape.errors import InputError
from symlandscape.relu.families import Family
from symlandscape.relu.parameter_events import Deformation, ParameterBranch, follow_parameter
from symlandscape.relu.reduced import ReducedPoint, reduced_point
from symlandscape.relu.system import fixed_space_system

__all__ = ["slope_events"]

STEP = Fraction(1, 64)


def slope_events(
    family: Family,
    d: int | Fraction | str,
    low: Fraction | int | str = -1,
    high: Fraction | int | str = Fraction(9, 10),
    digits: int = 30,
) -> ParameterBranch:
    """The family at d followed over slopes [low, high], -1 <= low <= 0 <= high < 1, with its certified events.

    That no event is missing rests on the scan (ESTIMATED). Raises InputError for other ranges, a family with a slope of
    its own, and where the family does not exist at slope 0.
    """
    low, high = parse_exact(low), parse_exact(high)
    if not (-1 <= low <= 0 <= high < 1 and low < high):
        raise InputError(
            f"expected slopes -1 <= from <= 0 <= to < 1, different ones, but {low} to {high} came; change the range"
        )
    if family.slope != 0:
        raise InputError(f"the family is followed from slope 0, but it has slope {family.slope}; leave the slope out")
    pattern, start = family.coordinates(family.pattern(parse_exact(d)))

    def point(z: Sequence[Any], slope: Any, field: Field) -> ReducedPoint:
        return reduced_point(pattern, z, field, slope)

    deformation = Deformation("slope", pattern, point, lambda slope: fixed_space_system(pattern, slope), STEP)
    origin = (Fraction(0), np.array(start, dtype=float))
    return follow_parameter(family.name, deformation, origin, low, high, digits)
