"""A family followed to d = 10^20 and beyond by Newton's method in high precision, one orbit of extra rows allowed.

The start is a float point of the family at a moderate d. From there log d grows in steps; logarithms of the coordinates
(less their limits -1, 0, 1) are extrapolated, which follows any powers of d. A point counts when Newton's last step is
small at the working precision. Level ESTIMATED by itself: the derived series is held against certified points.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symlandscape.arith.balls import arb, arb_mat, is_finite, mid, sign, workprec
from symlandscape.arith.conversions import float_to_arb, mid_float, to_arb
from symlandscape.arith.field import arb_field
from symlandscape.errors import InputError
from symlandscape.evidence import Verdict
from symlandscape.relu.certification import certify
from symlandscape.relu.critical_point import CriticalPoint
from symlandscape.relu.families import Family
from symlandscape.relu.reduced import reduced_point
from symlandscape.symmetry.pattern import Pattern

__all__ = ["HugePoint", "anchored", "ascend", "certified_at", "limit", "pattern_at", "refined"]

ANCHOR = 30  # the d at which a family with an extra row is what `grow` finds; then it is followed, not found again
PRECISION = 448
FIRST_STEP, LARGEST_STEP, SMALLEST_STEP = 0.25, 1.0, 0.01  # in log10 d
MOST_STEPS = 400
NEWTON_STEPS = 14
LARGEST_CHANGE = 0.3  # relative change of a coordinate's distance from its limit that Newton may make
NEAR_LIMIT = 0.1
NEIGHBOUR = Fraction(1, 10**20)  # an enclosed point belongs to the branch when it is as near as this, relatively


@dataclass(frozen=True, slots=True)
class HugePoint:
    """A point of the branch: the sizes, the exact d and the coordinates as exact midpoints."""

    pattern: Pattern
    d: Fraction
    coordinates: tuple[arb, ...]


def pattern_at(family: Family, d: Fraction | int) -> Pattern:
    """The family's pattern with its extra rows at a d of any size."""
    moving = d - family.count
    moving = int(moving) if Fraction(moving).denominator == 1 else Fraction(moving)
    return Pattern((moving, family.count) if family.count else (moving,), family.extra)


def refined(pattern: Pattern, start: Sequence[arb], bits: int, slope: Fraction = Fraction(0)) -> list[arb] | None:
    """Newton's method in midpoints at ``bits`` bits; None where it leaves the start's neighbourhood or does not end."""
    with workprec(bits):
        values = [mid(x) for x in start]
        for _ in range(NEWTON_STEPS):
            point = reduced_point(pattern, values, arb_field(), slope)
            rows = point.jacobian()
            right = [mid(-x) for x in point.gradient()]
            size = len(values)
            try:
                step = arb_mat(size, size, [mid(x) for row in rows for x in row]).solve(arb_mat(size, 1, right))
            except ZeroDivisionError:
                return None
            if not is_finite(step):
                return None
            moved = 0.0
            for i in range(size):
                moved = max(moved, abs(mid_float(step[i, 0] / _deviation(values[i]))))
            values = [mid(values[i] + step[i, 0]) for i in range(size)]
            if moved > LARGEST_CHANGE:
                return None
            if moved < 2.0 ** (-bits // 3):
                return values
    return None


def certified_at(family: Family, passed: Sequence[HugePoint], d: Fraction | int, digits: int) -> CriticalPoint:
    """The branch's point at d of any size, enclosed and with the signs of its blocks (level CERTIFIED).

    ``passed`` holds points of the branch on the way up, from ``ascended``. Raises InputError where no proof succeeds.
    """
    d = Fraction(d)
    below = [p for p in passed if p.d < d]
    bits = max(PRECISION, 4 * digits + int(8 * log10(d)))
    point = ascend(family, below, [d], bits)[-1]

    found = certify(point.pattern, list(point.coordinates), slope=family.slope, digits=digits, family=family.name)
    # Newton's method of `certify` may end at a neighbour: r -> -r changes little where the extra row is short
    pairs = zip(found.coordinates, point.coordinates, strict=True)
    near = all(abs(x - y) < abs(_deviation(y)) * to_arb(NEIGHBOUR) for x, y in pairs)
    if found.existence is not Verdict.YES or not near:
        raise InputError(f"the point of {family.name} near d = 10^{log10(d):.1f} was not enclosed")
    return found


def anchored(family: Family) -> HugePoint:
    """The family's point at d = 30, where the branch begins. Raises InputError where there is none."""
    whole, start = family.coordinates(family.pattern(ANCHOR))
    first = refined(whole, [float_to_arb(float(x)) for x in start], PRECISION, family.slope)
    if first is None:
        raise InputError(f"family {family.name} has no isolated critical point at d = {ANCHOR} to start from")
    return HugePoint(whole, Fraction(ANCHOR), tuple(_ordered(family, whole, first)))


def _ordered(family: Family, pattern: Pattern, values: list[arb]) -> list[arb]:
    """The coordinates with the lone row of block 1 before the extra row: the larger entry on their own column first
    for A, the smaller for F.

    At a block of size 1 the two rows may be exchanged; the order makes the coordinates unique.
    """
    names = [c.name for c in pattern.coordinates]
    if family.count != 1 or "r[0,1]" not in names:
        return values
    own, other = ("a[1]", "c[1,0]"), ("r[0,1]", "r[0,0]")
    gap = sign(values[names.index(own[0])] - values[names.index(other[0])])
    if gap != (-1 if family.kind == "A" else 1):
        return values
    swapped = dict(zip(own + other, other + own, strict=True))
    return [values[names.index(swapped.get(name, name))] for name in names]


def ascend(
    family: Family, passed: Sequence[HugePoint], stops: Sequence[Fraction], bits: int = PRECISION
) -> list[HugePoint]:
    """The branch's points at the ascending ``stops`` and between, from the points already passed on.

    Raises InputError where the branch is lost on the way.
    """
    found = list(passed)
    step = FIRST_STEP
    goals = iter(stops)
    goal = next(goals)
    for _ in range(MOST_STEPS):
        here = found[-1].d
        d = goal if log10(here) + step >= log10(goal) else Fraction(int(here * int(1000 * 10**step)) // 1000)
        with workprec(bits):
            guess = _extrapolated(found[-3:], d)
        pattern = pattern_at(family, d)
        trial = refined(pattern, guess, bits, family.slope)
        if trial is None:
            step /= 2
            if step < SMALLEST_STEP:
                raise InputError(f"family {family.name} was lost near d = 10^{log10(here):.1f} on the way to larger d")
            continue
        found.append(HugePoint(pattern, d, tuple(trial)))
        step = min(1.4 * step, LARGEST_STEP)
        if d == goal:
            goal = next(goals, Fraction(0))
            if not goal:
                return found
    raise InputError(f"family {family.name} was not followed to d = 10^{log10(goal):.0f} in {MOST_STEPS} steps")


def log10(d: Fraction) -> float:
    """log10 of a positive number of any size."""
    return math.log10(d.numerator) - math.log10(d.denominator)


def limit(x: arb) -> int:
    """-1 or 1 where the number is near it, else 0."""
    value = mid_float(x)
    return round(value) if abs(abs(value) - 1) < NEAR_LIMIT else 0


def _deviation(x: arb) -> arb:
    return x - limit(x)


def _extrapolated(points: Sequence[HugePoint], d: Fraction) -> list[arb]:
    """Quadratic extrapolation in log d of the logarithms of the coordinates' distances from their limits."""
    times = [to_arb(p.d).log() for p in points]
    now = to_arb(d).log()
    weights = []
    for j in range(len(points)):
        w = arb(1)
        for m in range(len(points)):
            if m != j:
                w = w * (now - times[m]) / (times[j] - times[m])
        weights.append(w)
    result = []
    for i in range(len(points[-1].coordinates)):
        row: list[Any] = [p.coordinates[i] for p in points]
        base = limit(row[-1])
        parts = [x - base for x in row]
        side = sign(parts[-1])
        if side and all(sign(x) == side for x in parts):
            total = arb(0)
            for w, x in zip(weights, parts, strict=True):
                total = total + w * abs(x).log()
            result.append(mid(base + side * total.exp()))
        else:
            result.append(row[-1])
    return result
