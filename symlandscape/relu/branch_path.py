"""A branch of critical points along the size of one block, as a value: samples, events, ends. Made by paths.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from symlandscape.relu.certification import certify
from symlandscape.relu.continuation import kept, newton
from symlandscape.relu.critical_point import CriticalPoint
from symlandscape.relu.reduced import ReducedPoint, reduced_point
from symlandscape.symmetry.isotypic import Component, components
from symlandscape.symmetry.pattern import Pattern

__all__ = ["GENERIC", "Line", "Path", "PathEnd", "PathEvent", "PathSample"]

GENERIC = Fraction(7919, 7)
"""Stands for the moving size where only its being no integer matters: every component counts, no coincidence is
empty.
"""
AT = 1e-9  # a sample within this of an asked d is at d


@dataclass(frozen=True, slots=True)
class PathSample:
    """A point of the branch in floats: d, coordinates, loss, ascending eigenvalues of each component's block,
    arclength.
    """

    d: float
    point: np.ndarray
    loss: float
    eigenvalues: Mapping[str, np.ndarray]
    length: float

    @property
    def negatives(self) -> dict[str, int]:
        """Negative eigenvalues of each component's block."""
        return {label: int(np.sum(v < 0)) for label, v in self.eigenvalues.items()}

    @property
    def is_minimum(self) -> bool:
        """Whether all blocks are positive (at real d all components count)."""
        return not any(self.negatives.values())


@dataclass(frozen=True, slots=True)
class PathEvent:
    """One event: ``kind`` is ``crossing`` (of the component ``label``), ``fold``, ``meeting`` (the branch passes
    through a coarser pattern, whose merged blocks ``label`` names), ``branch point``, ``neuron dies``, ``rows
    collide`` (extra rows become equal), ``equal rows`` (those of a block) or ``parallel rows`` (of two orbits).

    ``increasing``: whether the watched number grows in the direction of the branch; ``detail`` is a sentence.
    """

    kind: str
    label: str
    d: float
    increasing: bool
    sample: PathSample
    detail: str

    def document(self) -> dict[str, Any]:
        """The entry of ``events`` in ``relu branch --json``."""
        return {
            "kind": self.kind,
            "label": self.label,
            "d": self.d,
            "loss": self.sample.loss,
            "increasing": self.increasing,
            "detail": self.detail,
        }


@dataclass(frozen=True, slots=True)
class PathEnd:
    """Where and why the branch ends: ``kind`` is ``range``, ``least size``, ``closed``, ``neuron dies``, ``rows
    collide``, ``underflow`` or ``most steps``.
    """

    kind: str
    d: float
    detail: str

    def document(self) -> dict[str, Any]:
        """The entry of ``ends`` in ``relu branch --json``."""
        return {"kind": self.kind, "d": self.d, "detail": self.detail}


@dataclass(frozen=True, slots=True)
class Line:
    """The pattern whose block ``moving`` has any size; ``generic`` holds a stand-in for it, ``fixed`` = d - size."""

    generic: Pattern
    moving: int
    slope: Fraction

    @property
    def fixed(self) -> Fraction:
        """The number of columns that do not move."""
        return Fraction(self.generic.d) - GENERIC

    def pattern(self, d: Fraction | int) -> Pattern:
        """The numeric pattern at d. Raises InputError where the moving block has no admissible size."""
        sizes = list(self.generic.sizes)
        sizes[self.moving] = Fraction(d) - self.fixed
        return Pattern(tuple(sizes), self.generic.extra)

    def at(self, z: Sequence[Any], n: Any, field: Any) -> ReducedPoint:
        """The point with these coordinates at size n, in any number type."""
        sizes: list[Any] = [field.exact(m) for m in self.generic.row_sizes]
        sizes[self.moving] = n
        return reduced_point(self.generic, list(z), field, self.slope, sizes)

    def components(self) -> tuple[Component, ...]:
        """The isotypic components, the moving size generic."""
        return components(self.generic)


@dataclass(frozen=True, slots=True)
class Path:
    """A branch: samples and events in order, both ends, and whether it is a closed curve."""

    line: Line
    samples: tuple[PathSample, ...]
    events: tuple[PathEvent, ...]
    begin: PathEnd
    end: PathEnd

    @property
    def closed(self) -> bool:
        """Whether the branch is a closed curve (an isola)."""
        return self.end.kind == "closed"

    def of_kind(self, kind: str) -> tuple[PathEvent, ...]:
        """The events of one kind."""
        return tuple(e for e in self.events if e.kind == kind)

    def points_at(self, d: Fraction | int, minima: bool = False) -> tuple[np.ndarray, ...]:
        """Float coordinates of every point of the branch at this d, in the order of the branch; with ``minima`` only of
        those between samples one of which is a minimum.
        """
        pattern, found, goal = self.line.pattern(d), list[np.ndarray](), float(d)
        for a, b in zip(self.samples, self.samples[1:], strict=False):
            if (minima and not (a.is_minimum or b.is_minimum)) or not min(a.d, b.d) - AT <= goal <= max(a.d, b.d) + AT:
                continue
            share = min(max((goal - a.d) / (b.d - a.d), 0.0), 1.0) if a.d != b.d else 0.0
            guess = a.point + share * (b.point - a.point)
            z = newton(pattern, kept(guess, self.line.generic, pattern), self.line.slope)
            if z is not None and not any(np.allclose(z, other, rtol=0, atol=1e-9) for other in found):
                found.append(z)
        return tuple(found)

    def certified_at(
        self, d: Fraction | int, digits: int = 30, certificate: bool = False, minima: bool = False
    ) -> tuple[CriticalPoint, ...]:
        """The points of `points_at`, enclosed and with the sign of every block decided (CERTIFIED, or UNDECIDED with a
        reason), unnamed.
        """
        pattern = self.line.pattern(d)
        return tuple(
            certify(pattern, list(z), slope=self.line.slope, digits=digits, certificate=certificate)
            for z in self.points_at(d, minima)
        )

    def document(self) -> dict[str, Any]:
        """The document of ``relu branch``."""
        sizes = ["d" if i == self.line.moving else str(n) for i, n in enumerate(self.line.generic.sizes)]
        if self.line.fixed:
            sizes[self.line.moving] = f"d-{self.line.fixed}"
        return {
            "pattern": ",".join(sizes),
            "moving": self.line.moving,
            "extra": [int(m) for m in self.line.generic.extra],
            "slope": str(self.line.slope),
            "closed": self.closed,
            "ends": [self.begin.document(), self.end.document()],
            "events": [e.document() for e in self.events],
            "samples": [{"d": s.d, "loss": s.loss, "minimum": s.is_minimum} for s in self.samples],
            "level": "estimated",
        }
