"""A curve of zeros as a value: its points, the events on it, and why it ends. Made by arclength.py."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np

__all__ = ["BORDERS", "Curve", "CurveEnd", "CurveEvent", "CurvePoint", "Steps"]

Vector = np.ndarray
BORDERS = ("fold", "branch")
"""What is watched on every curve: the lambda part of the tangent, and F' bordered by the tangent."""


class CurveEnd(Enum):
    """Why a curve ends; the value is the sentence for a person."""

    START = "the curve was followed from here on"
    LOW = "the parameter reached the lower end of its range"
    HIGH = "the parameter reached the upper end of its range"
    CLOSED = "the curve returned to its start: it is closed"
    STOPPED = "an event that ends the curve was met"
    UNDERFLOW = "no step leads on, however small: the functions are not smooth there, or not defined"
    MAX_STEPS = "the allowed number of steps was used up"


@dataclass(frozen=True, slots=True)
class Steps:
    """How to step: lengths in the Euclidean metric of x, the largest turn of the tangent in a step (radians), the
    accuracy of Newton's steps, the distance from the given start within which the first point must lie.
    """

    first: float = 0.02
    longest: float = 0.1
    smallest: float = 1e-8
    turn: float = 0.3
    accuracy: float = 1e-11
    most: int = 5000
    reach: float = math.inf


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A point x = (z, lambda) of shape (n+1,), its unit tangent, its arclength from the start (chords), what is watched
    there.
    """

    x: Vector
    tangent: Vector
    length: float
    values: Mapping[str, Vector]


@dataclass(frozen=True, slots=True)
class CurveEvent:
    """A change of sign of entry ``index`` of what is watched under ``name``; ``rising`` when it goes from negative to
    positive in the direction of the curve.
    """

    name: str
    index: int
    rising: bool
    point: CurvePoint


@dataclass(frozen=True, slots=True)
class Curve:
    """The points in order, the events in order, and why it begins and ends where it does."""

    points: tuple[CurvePoint, ...]
    events: tuple[CurveEvent, ...]
    begin: CurveEnd
    end: CurveEnd

    @property
    def closed(self) -> bool:
        """Whether the curve returned to its start."""
        return self.end is CurveEnd.CLOSED

    def reversed(self) -> Curve:
        """The same curve run through backwards: arclengths and tangents change sign, events their direction."""

        def back(p: CurvePoint) -> CurvePoint:
            values = {name: -v if name in BORDERS else v for name, v in p.values.items()}
            return CurvePoint(p.x, -p.tangent, -p.length, values)

        events = tuple(
            CurveEvent(e.name, e.index, e.rising if e.name in BORDERS else not e.rising, back(e.point))
            for e in reversed(self.events)
        )
        return Curve(tuple(back(p) for p in reversed(self.points)), events, self.end, self.begin)
