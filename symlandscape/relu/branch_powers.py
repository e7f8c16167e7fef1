"""In which power of d a branch expands, found and not assumed, and the coefficients there, from points at huge d.

Along y = c d^e (1 + c' d^(-f) + ..) the local exponent log(y(d2)/y(d1))/log(d2/d1) tends to e with an error that falls
like d^(-f), and f follows from differences in the same way. Both are rational on an algebraic branch; their common
denominator m makes every quantity a power series in s = d^(-1/m). Polynomials in s through points at s = 1/(j T),
j = 1 .. M, give the coefficients: that of s^k is off by O(T^(k-M)). A logarithm of d, or a wrong m, would move the
coefficients with T; that they do not is the test (``largest_change``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import Any

from symlandscape.arith.balls import arb, mid, power, workprec
from symlandscape.arith.conversions import mid_float, to_arb
from symlandscape.arith.field import arb_field
from symlandscape.errors import InputError
from symlandscape.relu.certification import spectral_blocks
from symlandscape.relu.families import Family
from symlandscape.relu.huge_sizes import PRECISION, HugePoint, anchored, ascend, limit
from symlandscape.relu.reduced import reduced_point

__all__ = ["Exponent", "Powers", "Sampled", "agreement", "ascended", "branch_powers", "sampled"]

LOW, MIDDLE, HIGH = 24, 27, 30  # powers of ten of the d at which exponents are read off
LARGEST_DENOMINATOR = 12
NEAR = 1e-3  # distance of a measured exponent from the rational number that it is taken for, at most
SCALES = (12, 15)  # T = 10^12 and 10^15
FURTHER = 4  # samples more than coefficients
MOST_DIGITS = 1000


@dataclass(frozen=True, slots=True)
class Exponent:
    """The exponent of d of one quantity's distance from its limit, and that of the first correction to it.

    ``measured`` are the local exponents between d = 10^24, 10^27 and 10^30: the second is nearer to ``power``.
    """

    name: str
    limit: int
    measured: tuple[float, float]
    power: Fraction
    correction: Fraction

    def document(self) -> dict[str, Any]:
        """The record of ``relu series``."""
        return {
            "coordinate": self.name,
            "limit": self.limit,
            "measured": list(self.measured),
            "power": str(self.power),
            "correction": str(self.correction),
        }


@dataclass(frozen=True, slots=True)
class Powers:
    """The ramification m of a branch: its quantities are series in d^(-1/m). Level ESTIMATED by itself."""

    family: str
    denominator: int
    exponents: tuple[Exponent, ...]


@dataclass(frozen=True, slots=True)
class Sampled:
    """Coefficients of s^-m .. s^order for each quantity in decimals, from points at huge d.

    ``digits``: to how many digits, relative to the larger of 1 and the coefficient, two scales of d agree in all of
    them. Level CHECKED.
    """

    denominator: int
    order: int
    rows: dict[str, tuple[arb, ...]]
    spectrum: dict[str, tuple[tuple[arb, ...], ...]]
    digits: int


@lru_cache(maxsize=16)
def ascended(family: Family) -> tuple[HugePoint, ...]:
    """The family's points from d = 30 to d = 10^30, followed by Newton's method in high precision (ESTIMATED)."""
    return tuple(ascend(family, [anchored(family)], [Fraction(10**p) for p in (LOW, MIDDLE, HIGH)]))


@lru_cache(maxsize=16)
def branch_powers(family: Family) -> Powers:
    """The power of d in which the family expands, with the exponents it rests on.

    Raises InputError where an exponent is near no fraction with a denominator up to 12, or the branch is lost.
    """
    by_size = {p.d: p for p in ascended(family)}
    low, middle, high = (by_size[Fraction(10**p)] for p in (LOW, MIDDLE, HIGH))
    with workprec(PRECISION):
        found = [
            _exponent(c.name, [p.coordinates[i] for p in (low, middle, high)])
            for i, c in enumerate(high.pattern.coordinates)
        ]
    denominator = lcm(*(e.power.denominator for e in found), *(e.correction.denominator for e in found))
    if denominator > LARGEST_DENOMINATOR:
        raise InputError(f"the exponents of family {family.name} have the common denominator {denominator}: undecided")
    return Powers(family.name, denominator, tuple(found))


def _exponent(name: str, values: Sequence[arb]) -> Exponent:
    base = limit(values[-1])
    parts = [abs(x - base) for x in values]
    ten = to_arb(10).log()
    ratios = [mid_float((parts[i + 1] / parts[i]).log() / ten / (MIDDLE - LOW)) for i in (0, 1)]
    leading = _rational(name, ratios[1])
    scaled = [
        x * (-ten * leading.numerator * p / leading.denominator).exp()
        for x, p in zip(parts, (LOW, MIDDLE, HIGH), strict=True)
    ]
    first, second = abs(scaled[1] - scaled[0]), abs(scaled[2] - scaled[1])
    correction = mid_float((second / first).log() / ten / (MIDDLE - LOW))
    return Exponent(name, base, (ratios[0], ratios[1]), leading, _rational(f"the correction of {name}", correction))


def _rational(name: str, x: float) -> Fraction:
    for q in range(1, LARGEST_DENOMINATOR + 1):
        if abs(x * q - round(x * q)) < NEAR * q:
            return Fraction(round(x * q), q)
    raise InputError(f"the exponent {x:.6f} of {name} is near no fraction; the branch may hold logarithms: undecided")


def sampled(family: Family, denominator: int, order: int) -> Sampled:
    """Coefficients up to s^order, s = d^(-1/denominator), of coordinates, loss and eigenvalues, from two scales of
    d.
    """
    first, second = (_interpolated(family, denominator, order, scale) for scale in SCALES)
    with workprec(_bits(denominator, order, SCALES[1])):
        digits = min(agreement(x, y) for key, row in first.items() for x, y in zip(row, second[key], strict=True))
    rows = {name: row for (name, place), row in second.items() if place is None}
    labels = list(dict.fromkeys(name for name, place in second if place is not None))
    values = {
        label: tuple(row for (name, place), row in second.items() if name == label and place is not None)
        for label in labels
    }
    return Sampled(denominator, order, rows, values, digits)


def agreement(x: arb, y: arb) -> int:
    """To how many digits two numbers agree, relative to the larger of 1 and |y|."""
    gap = abs(x - y)
    if not gap > 0:
        return MOST_DIGITS
    size = max(0.0, mid_float(abs(y).log())) if abs(y) > 1 else 0.0
    return min(MOST_DIGITS, int((size - mid_float(gap.log())) / math.log(10)))


def _bits(denominator: int, order: int, scale: int) -> int:
    """Working precision: every power of T that interpolation divides by, and what Newton's method loses."""
    return int(3.33 * scale * (2 * order + 3 * denominator + FURTHER)) + 256


@lru_cache(maxsize=32)
def _interpolated(
    family: Family, denominator: int, order: int, scale: int
) -> dict[tuple[str, int | None], tuple[arb, ...]]:
    """Coefficients of s^-m .. s^order of every quantity, from d = (j 10^scale)^m."""
    count = order + denominator + 1 + FURTHER
    bits = _bits(denominator, order, scale)
    stops = [Fraction((j * 10**scale) ** denominator) for j in range(1, count + 1)]
    below = [p for p in ascended(family) if p.d < stops[0]]
    points = {p.d: p for p in ascend(family, below, stops, bits)}
    table: dict[tuple[str, int | None], list[arb]] = {}
    result = {}
    with workprec(bits):
        for d in stops:
            for key, value in _quantities(points[d], family):
                table.setdefault(key, []).append(value)
        nodes = [1 / to_arb(j) for j in range(1, count + 1)]  # s T
        unit = to_arb(10**scale)
        for key, values in table.items():
            scaled = [x * power(node, denominator) for x, node in zip(values, nodes, strict=True)]
            kept = _polynomial(nodes, scaled)[: order + denominator + 1]
            result[key] = tuple(mid(c * power(unit, k - denominator)) for k, c in enumerate(kept))
    return result


def _quantities(point: HugePoint, family: Family) -> list[tuple[tuple[str, int | None], arb]]:
    whole = reduced_point(point.pattern, point.coordinates, arb_field(), family.slope)
    found: list[tuple[tuple[str, int | None], arb]] = [(("loss", None), whole.loss())]
    found += [((c.name, None), x) for c, x in zip(point.pattern.coordinates, point.coordinates, strict=True)]
    for block in spectral_blocks(whole):
        found += [((block.label, i), x) for i, x in enumerate(block.eigenvalues)]
    return found


def _polynomial(nodes: Sequence[arb], values: Sequence[arb]) -> list[arb]:
    """Coefficients of the polynomial through the points, by Newton's divided differences."""
    differences = list(values)
    for level in range(1, len(nodes)):
        for i in reversed(range(level, len(nodes))):
            differences[i] = (differences[i] - differences[i - 1]) / (nodes[i] - nodes[i - level])
    coefficients = [arb(0)]
    for c, node in zip(reversed(differences), reversed(nodes), strict=True):
        shifted = [arb(0), *coefficients]
        coefficients = [x - node * y for x, y in zip(shifted, [*coefficients, arb(0)], strict=True)]
        coefficients[0] = coefficients[0] + c
    return coefficients[: len(nodes)]
