"""What happens to a family at fixed d when the activation's slope rho below zero changes: crossings of blocks, folds.

The family is followed from rho = 0 in small steps. Where an isotypic block B becomes singular, the event is a zero of

    g(z, rho) = 0,    B(z, rho) u = 0,    u.u = 1        in (z, u, rho);

if its Jacobian is regular, Krawczyk's test proves existence and uniqueness. With the trivial block the zero is regular
exactly at a simple quadratic fold (Moore & Spence 1980): the branch turns back there and does not go on to further
slopes. With another block the Morse index of the family changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from symlandscape.arith.balls import arb, arb_mat
from symlandscape.arith.conversions import arb_to_fraction, mid_float, parse_exact
from symlandscape.arith.decimals import outward
from symlandscape.arith.dual import dual_field, variables
from symlandscape.arith.field import arb_field, float_field
from symlandscape.errors import InputError
from symlandscape.evidence import Level
from symlandscape.relu.continuation import distance, newton
from symlandscape.relu.families import Family
from symlandscape.relu.reduced import reduced_point
from symlandscape.solve.krawczyk import verify_root
from symlandscape.symmetry.isotypic import Component, components
from symlandscape.symmetry.pattern import Pattern

__all__ = ["SlopeBranch", "SlopeEvent", "SlopeSample", "slope_events"]

STEP = Fraction(1, 64)
SMALLEST_STEP = Fraction(1, 1 << 22)
LARGEST_MOVE = 0.25  # Frobenius distance between neighbouring samples; branches lie farther apart


@dataclass(frozen=True, slots=True)
class SlopeSample:
    """A point of the branch in floats: slope, coordinates, and the ascending eigenvalues of each component."""

    slope: Fraction
    point: np.ndarray
    eigenvalues: dict[str, np.ndarray]

    @property
    def is_minimum(self) -> bool:
        """Whether all eigenvalues are positive (level ESTIMATED)."""
        return all(float(v[0]) > 0 for v in self.eigenvalues.values())


@dataclass(frozen=True, slots=True)
class SlopeEvent:
    """One event: the component that is singular, the enclosure of the slope (CERTIFIED, or UNDECIDED with a reason),
    and whether it is a fold, where the branch ends.
    """

    label: str
    slope: arb
    fold: bool
    level: Level
    coordinates: tuple[arb, ...]
    direction: tuple[arb, ...]
    reason: str

    def __str__(self) -> str:
        value, radius = outward(self.slope, 20)
        kind = "fold" if self.fold else f"{self.label} singular"
        return f"{kind} at slope {value} ± {radius} ({self.level.value})"


@dataclass(frozen=True, slots=True)
class SlopeBranch:
    """A family at fixed d along the slope: samples in ascending slope, certified events, and the ends that were
    reached.
    """

    family: str
    pattern: Pattern
    samples: tuple[SlopeSample, ...]
    events: tuple[SlopeEvent, ...]

    @property
    def begins(self) -> Fraction:
        """The least slope reached."""
        return self.samples[0].slope

    @property
    def ends(self) -> Fraction:
        """The largest slope reached."""
        return self.samples[-1].slope


def slope_events(
    family: Family,
    d: int | Fraction | str,
    low: Fraction | int | str = -1,
    high: Fraction | int | str = Fraction(9, 10),
    digits: int = 30,
) -> SlopeBranch:
    """The family at d followed over slopes [low, high], -1 <= low <= 0 <= high < 1, with its certified events.

    That no event is missing rests on the scan (ESTIMATED). Raises InputError for other ranges, a family with a slope of
    its own, and where the family does not exist at slope 0.
    """
    low, high = parse_exact(low), parse_exact(high)
    if not (-1 <= low <= 0 <= high < 1 and low < high):
        raise InputError(f"expected slopes -1 <= from <= 0 <= to < 1, but {low} to {high} came; change the range")
    if family.slope != 0:
        raise InputError(f"the family is followed from slope 0, but it has slope {family.slope}; leave the slope out")
    pattern, start = family.coordinates(family.pattern(parse_exact(d)))
    found = tuple(c for c in components(pattern) if not pattern.is_integer or c.dimension > 0)
    origin = _sample(pattern, found, Fraction(0), np.array(start, dtype=float))
    below, above = (_follow(pattern, found, origin, target) for target in (low, high))
    samples = (*reversed(below[1:]), *above)
    events = []
    for left, right in zip(samples, samples[1:], strict=False):
        for c in found:
            if np.sum(left.eigenvalues[c.label] < 0) != np.sum(right.eigenvalues[c.label] < 0):
                events.append(_prove(pattern, c, left, right, digits))
    for end, target, before in ((samples[0], low, samples[1]), (samples[-1], high, samples[-2])):
        if end.slope != target:
            events.append(_prove(pattern, found[0], end, before, digits))
    return SlopeBranch(family.name, pattern, samples, tuple(sorted(events, key=lambda e: mid_float(e.slope))))


def _sample(pattern: Pattern, found: Sequence[Component], slope: Fraction, point: np.ndarray) -> SlopeSample:
    values = [float(v) for v in point]
    here = reduced_point(pattern, values, float_field(), float(slope))
    entries = here.entries()
    table = {c.label: np.linalg.eigvalsh(np.array(here.block(c, entries), dtype=float)) for c in found}
    return SlopeSample(slope, point, table)


def _follow(pattern: Pattern, found: Sequence[Component], start: SlopeSample, target: Fraction) -> list[SlopeSample]:
    """Samples from the start towards the target slope, the last one at the target or where the branch ends."""
    rows, step, sign = [start], STEP, 1 if target > start.slope else -1
    while rows[-1].slope != target:
        here = rows[-1]
        following = here.slope + sign * min(step, abs(target - here.slope))
        guess = here.point
        if len(rows) > 1:
            ratio = (following - here.slope) / (here.slope - rows[-2].slope)
            guess = here.point + (here.point - rows[-2].point) * float(ratio)
        trial = newton(pattern, guess, following, 12)
        if trial is not None and distance(pattern, trial, here.point) < LARGEST_MOVE * max(float(step / STEP), 0.01):
            sample = _sample(pattern, found, following, trial)
            if np.sum(sample.eigenvalues["t"] < 0) == np.sum(start.eigenvalues["t"] < 0):
                rows.append(sample)
                step = min(2 * step, STEP)
                continue
        step /= 2
        if step < SMALLEST_STEP:
            break
    return rows


def _prove(pattern: Pattern, component: Component, here: SlopeSample, other: SlopeSample, digits: int) -> SlopeEvent:
    """The event next to ``here`` (or between the two samples), enclosed to ``digits`` digits where proved."""
    near = min((here, other), key=lambda s: float(np.min(np.abs(s.eigenvalues[component.label]))))
    point = reduced_point(pattern, [float(v) for v in near.point], float_field(), float(near.slope))
    values, vectors = np.linalg.eigh(np.array(point.block(component), dtype=float))
    u = vectors[:, int(np.argmin(np.abs(values)))]
    size, copies = len(pattern.coordinates), component.multiplicity
    field, lifted = arb_field(), dual_field(arb_field(), size + 1)

    def residual(x: list[arb]) -> list[arb]:
        z, v, rho = x[:size], x[size:-1], x[-1]
        at = reduced_point(pattern, z, field, rho)
        return [*at.gradient(), *(_dot(row, v) for row in at.block(component)), _dot(v, v) - 1]

    def jacobian(x: list[arb]) -> arb_mat:
        v = x[size:-1]
        duals = variables([*x[:size], x[-1]], field)
        at = reduced_point(pattern, duals[:-1], lifted, duals[-1])
        total = size + copies + 1
        matrix = arb_mat(total, total)
        block = at.block(component)
        for i, row in enumerate([*at.gradient(), *(_dot(row, v) for row in block)]):
            for j in range(size):
                matrix[i, j] = row.parts[j]
            matrix[i, total - 1] = row.parts[size]
        for i, entries in enumerate(block):
            for j, entry in enumerate(entries):
                matrix[size + i, size + j] = entry.value
                matrix[total - 1, size + j] = 2 * v[j]
        return matrix

    start = [*(float(v) for v in near.point), *(float(v) for v in u), float(near.slope)]
    root = verify_root(residual, jacobian, start, digits)
    box = root.enclosure if root.proved else root.box
    reason = root.status.value
    held = root.proved
    if held:
        slope = arb_to_fraction(box[-1].mid())
        slack = 2 * STEP
        if not min(here.slope, other.slope) - slack <= slope <= max(here.slope, other.slope) + slack:
            held, reason = False, "the proof converged to another event than the one that was bracketed"
    level = Level.CERTIFIED if held else Level.UNDECIDED
    return SlopeEvent(
        component.label, box[-1], component.label == "t", level, tuple(box[:size]), tuple(box[size:-1]), reason
    )


def _dot(x: Sequence[Any], y: Sequence[Any]) -> Any:
    total = x[0] * y[0]
    for a, b in zip(x[1:], y[1:], strict=True):
        total = total + a * b
    return total
