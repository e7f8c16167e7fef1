"""What happens to a critical point of a fixed space when one parameter of the problem changes: crossings of blocks,
folds.

The point is followed from a start value in small steps. Where an isotypic block B becomes singular, the event is a zero
of

    g(z, p) = 0,    B(z, p) u = 0,    u.u = 1        in (z, u, p);

if its Jacobian is regular, Krawczyk's test proves existence and uniqueness. With the trivial block the zero is regular
exactly at a simple quadratic fold (moore_spence_1980): the branch turns back there and does not go on to further
values. With another block the Morse index changes. The parameter is the activation's slope (slope_events.py) or the
length of targets (length_events.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from symlandscape.arith.balls import arb, symmetric
from symlandscape.arith.conversions import arb_to_fraction, mid_float, to_arb
from symlandscape.arith.decimals import outward
from symlandscape.arith.field import Field, float_field
from symlandscape.evidence import Level
from symlandscape.relu.continuation import distance
from symlandscape.relu.reduced import ReducedPoint
from symlandscape.relu.singular_system import singular_system
from symlandscape.relu.system import FixedSpaceSystem
from symlandscape.solve.krawczyk import verify_root
from symlandscape.symmetry.isotypic import Component, components
from symlandscape.symmetry.pattern import Pattern

__all__ = ["Deformation", "ParameterBranch", "ParameterEvent", "ParameterSample", "follow_parameter"]

SMALLEST_STEP = Fraction(1, 1 << 22)
LARGEST_MOVE = 0.25  # Frobenius distance between samples at the longest step; branches lie farther apart
NEWTON_STEPS = 12
DEAD = 1e-5  # length of a neuron at the end of a branch


@dataclass(frozen=True, slots=True)
class Deformation:
    """A problem that depends on one parameter, in the fixed space of ``pattern``.

    ``point(z, p, field)`` is the reduced point at a value of the parameter in any number type, ``system(p)`` the
    critical equations in floats, ``longest`` the longest step in the parameter.
    """

    parameter: str
    pattern: Pattern
    point: Callable[[Sequence[Any], Any, Field], ReducedPoint]
    system: Callable[[Fraction], FixedSpaceSystem]
    longest: Fraction

    def newton(self, start: np.ndarray, value: Fraction) -> np.ndarray | None:
        """Newton in floats from these coordinates; None where it does not converge."""
        system = self.system(value)
        tolerance = 1e-12 * float(np.max(system.scale)) * max(1.0, float(self.pattern.d) / 100)
        found = system.solve(start, tolerance, NEWTON_STEPS)
        return found.point / system.scale if found.converged else None


@dataclass(frozen=True, slots=True)
class ParameterSample:
    """A point of the branch in floats: value, coordinates, and the ascending eigenvalues of each component."""

    value: Fraction
    point: np.ndarray
    eigenvalues: dict[str, np.ndarray]

    @property
    def is_minimum(self) -> bool:
        """Whether all eigenvalues are positive (level ESTIMATED)."""
        return all(float(v[0]) > 0 for v in self.eigenvalues.values())


@dataclass(frozen=True, slots=True)
class ParameterEvent:
    """One event: the component that is singular, the enclosure of the parameter (CERTIFIED, or UNDECIDED with a
    reason), and whether it is a fold, where the branch ends. With the label ``death`` the branch ends because a neuron
    shrinks to zero (ESTIMATED).
    """

    parameter: str
    label: str
    value: arb
    fold: bool
    level: Level
    coordinates: tuple[arb, ...]
    direction: tuple[arb, ...]
    reason: str

    def document(self, digits: int) -> dict[str, Any]:
        """The event as JSON: what, which component, where, how sure."""
        value, radius = outward(self.value, digits)
        return {
            "event": "fold" if self.fold else "death" if self.label == "death" else "crossing",
            "label": self.label,
            self.parameter: value,
            "radius": radius,
            "level": self.level.value,
            "reason": self.reason,
        }

    def __str__(self) -> str:
        value, radius = outward(self.value, 20)
        kind = "fold" if self.fold else "neuron death" if self.label == "death" else f"{self.label} singular"
        return f"{kind} at {self.parameter} {value} ± {radius} ({self.level.value})"


@dataclass(frozen=True, slots=True)
class ParameterBranch:
    """A branch along its parameter: samples in ascending value, certified events, and the ends that were reached."""

    family: str
    parameter: str
    pattern: Pattern
    samples: tuple[ParameterSample, ...]
    events: tuple[ParameterEvent, ...]

    @property
    def begins(self) -> Fraction:
        """The least value reached."""
        return self.samples[0].value

    @property
    def ends(self) -> Fraction:
        """The largest value reached."""
        return self.samples[-1].value

    @property
    def undecided(self) -> bool:
        """Whether an event is not proved."""
        return any(e.level is Level.UNDECIDED for e in self.events)

    def stretches(self) -> list[tuple[Fraction, Fraction, bool]]:
        """(first value, last value, whether a minimum) of the runs of samples of one kind, ascending (ESTIMATED)."""
        runs: list[tuple[Fraction, Fraction, bool]] = []
        for s in self.samples:
            if runs and runs[-1][2] == s.is_minimum:
                runs[-1] = (runs[-1][0], s.value, s.is_minimum)
            else:
                runs.append((s.value, s.value, s.is_minimum))
        return runs

    def document(self, digits: int) -> dict[str, Any]:
        """The branch as JSON, without its samples."""
        return {
            "family": self.family,
            "parameter": self.parameter,
            "d": str(self.pattern.d),
            "k": str(self.pattern.k),
            "pattern": str(self.pattern),
            "from": str(self.begins),
            "to": str(self.ends),
            "events": [e.document(digits) for e in self.events],
            "stretches": [
                {"from": str(low), "to": str(high), "verdict": "minimum" if minimum else "saddle", "level": "estimated"}
                for low, high, minimum in self.stretches()
            ],
        }


def follow_parameter(
    family: str,
    deformation: Deformation,
    start: tuple[Fraction, np.ndarray],
    low: Fraction,
    high: Fraction,
    digits: int,
) -> ParameterBranch:
    """The branch through ``start`` = (value, coordinates) followed over [low, high] with its events, enclosed to
    ``digits`` digits.

    That no event is missing rests on the scan (ESTIMATED).
    """
    pattern = deformation.pattern
    found = tuple(c for c in components(pattern) if not pattern.is_integer or c.dimension > 0)
    origin = _sample(deformation, found, *start)
    below, above = (_follow(deformation, found, origin, target) for target in (low, high))
    samples = (*reversed(below[1:]), *above)
    events = []
    for left, right in zip(samples, samples[1:], strict=False):
        for c in found:
            if np.sum(left.eigenvalues[c.label] < 0) != np.sum(right.eigenvalues[c.label] < 0):
                events.append(_prove(deformation, c, left, right, digits))
    ends = ((samples[0], low, samples[:2]), (samples[-1], high, samples[-2:]))
    for end, target, pair in ends:
        if end.value != target and len(pair) == 2:
            other = pair[0] if pair[0] is not end else pair[1]
            dead = _shortest(pattern, end.point) < DEAD
            events.append(
                _death(deformation, end, other) if dead else _prove(deformation, found[0], end, other, digits)
            )
    ordered = tuple(sorted(events, key=lambda e: mid_float(e.value)))
    return ParameterBranch(family, deformation.parameter, pattern, samples, ordered)


def _shortest(pattern: Pattern, point: np.ndarray) -> float:
    """The length of the shortest neuron."""
    squares = np.zeros(len(pattern.row_sizes))
    for c, x in zip(pattern.coordinates, point, strict=True):
        squares[c.row] += float(pattern.count(c)) / float(pattern.row_sizes[c.row]) * float(x) ** 2
    return float(np.sqrt(np.min(squares)))


def _death(deformation: Deformation, end: ParameterSample, other: ParameterSample) -> ParameterEvent:
    """The end of the branch where a neuron shrinks to zero, next to the last sample (ESTIMATED)."""
    place = to_arb(end.value) + symmetric(8 * abs(to_arb(end.value) - to_arb(other.value)))
    reason = "a neuron shrinks to zero, where the loss is not differentiable: the branch goes over into one without it"
    return ParameterEvent(deformation.parameter, "death", place, False, Level.ESTIMATED, (), (), reason)


def _sample(
    deformation: Deformation, found: Sequence[Component], value: Fraction, point: np.ndarray
) -> ParameterSample:
    here = deformation.point([float(v) for v in point], float(value), float_field())
    entries = here.entries()
    table = {c.label: np.linalg.eigvalsh(np.array(here.block(c, entries), dtype=float)) for c in found}
    return ParameterSample(value, point, table)


def _follow(
    deformation: Deformation, found: Sequence[Component], start: ParameterSample, target: Fraction
) -> list[ParameterSample]:
    """Samples from the start towards the target value, the last one at the target or where the branch ends."""
    longest = deformation.longest
    rows, step, sign = [start], longest, 1 if target > start.value else -1
    while rows[-1].value != target:
        here = rows[-1]
        following = here.value + sign * min(step, abs(target - here.value))
        guess = here.point
        if len(rows) > 1:
            ratio = (following - here.value) / (here.value - rows[-2].value)
            guess = here.point + (here.point - rows[-2].point) * float(ratio)
        trial = deformation.newton(guess, following)
        reach = LARGEST_MOVE * max(float(step / longest), 0.01)
        if trial is not None and distance(deformation.pattern, trial, here.point) < reach:
            sample = _sample(deformation, found, following, trial)
            if np.sum(sample.eigenvalues["t"] < 0) == np.sum(start.eigenvalues["t"] < 0):
                rows.append(sample)
                step = min(2 * step, longest)
                continue
        step /= 2
        if step < SMALLEST_STEP:
            break
    return rows


def _prove(
    deformation: Deformation, component: Component, here: ParameterSample, other: ParameterSample, digits: int
) -> ParameterEvent:
    """The event next to ``here`` (or between the two samples), enclosed to ``digits`` digits where proved."""
    near = min((here, other), key=lambda s: float(np.min(np.abs(s.eigenvalues[component.label]))))
    point = deformation.point([float(v) for v in near.point], float(near.value), float_field())
    values, vectors = np.linalg.eigh(np.array(point.block(component), dtype=float))
    u = vectors[:, int(np.argmin(np.abs(values)))]
    size = len(deformation.pattern.coordinates)
    start = [*(float(v) for v in near.point), *(float(v) for v in u), float(near.value)]
    root = verify_root(*singular_system(deformation.point, component, size), start, digits)
    box = root.enclosure if root.proved else root.box
    reason, held = root.status.value, root.proved
    if held:
        value, slack = arb_to_fraction(box[-1].mid()), 2 * deformation.longest
        if not min(here.value, other.value) - slack <= value <= max(here.value, other.value) + slack:
            held, reason = False, "the proof converged to another event than the one that was bracketed"
        place = np.array([mid_float(x) for x in box[:size]])
        if distance(deformation.pattern, place, near.point) > 2 * LARGEST_MOVE:
            held, reason = False, "the proof converged to a point far from the branch"
    level = Level.CERTIFIED if held else Level.UNDECIDED
    where, label = (tuple(box[:size]), tuple(box[size:-1])), component.label
    return ParameterEvent(deformation.parameter, label, box[-1], label == "t", level, *where, reason)
