"""Following a branch of critical points in the size of one block, in floats, with a secant predictor and steps in the
logarithm of the size.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from symlandscape.relu.system import fixed_space_system
from symlandscape.symmetry.pattern import Pattern

__all__ = ["Sample", "distance", "follow", "newton"]

LARGEST_JUMP = 0.1
"""Largest Frobenius distance between a predicted and a corrected point: branches lie farther apart."""
SMALLEST_STEP = 1e-5
"""Smallest step in the logarithm of a size: a branch that needs smaller ones has ended."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A point of a branch: the size that moves, the pattern there, and float coordinates."""

    size: Fraction
    pattern: Pattern
    point: np.ndarray


def newton(pattern: Pattern, start: np.ndarray, slope: Fraction, max_steps: int = 40) -> np.ndarray | None:
    """Newton in floats from these coordinates; None where it does not converge."""
    system = fixed_space_system(pattern, slope)
    tolerance = 1e-12 * float(np.max(system.scale)) * max(1.0, float(pattern.d) / 100)
    result = system.solve(start, tolerance, max_steps)
    return result.point / system.scale if result.converged else None


def distance(pattern: Pattern, x: np.ndarray, y: np.ndarray) -> float:
    """Frobenius distance of two points of the fixed space."""
    counts = np.array([float(pattern.count(c)) for c in pattern.coordinates])
    return float(np.sqrt(np.sum(counts * (x - y) ** 2)))


def kept(point: np.ndarray, before: Pattern, after: Pattern) -> np.ndarray:
    """The coordinates that survive when a block shrinks to size 1 and loses its off-diagonal entry."""
    names = [c.name for c in before.coordinates]
    return np.array([point[names.index(c.name)] for c in after.coordinates])


def follow(
    pattern_at: Callable[[Fraction], Pattern],
    start: Sample,
    target: Fraction,
    slope: Fraction,
    longest: float = math.inf,
) -> Iterator[Sample]:
    """The samples of the branch from ``start`` on towards ``target``, the last one at ``target`` or where the branch
    cannot be followed further.

    ``pattern_at`` gives the pattern at a size; steps in log(size) adapt and are at most ``longest``. Level ESTIMATED.
    """
    here, speed, step = start, np.zeros(len(start.point)), min(1.0, longest)
    direction = 1 if target > start.size else -1
    yield here
    while here.size != target:
        following = (here.size * Fraction(math.exp(direction * step))).limit_denominator(10**6)
        if following == here.size or (following - target) * direction >= 0:
            following = target
        after = pattern_at(following)
        moved = math.log(following / here.size)
        predicted = kept(here.point + speed * moved, here.pattern, after)
        trial = newton(after, predicted, slope, 8)
        if trial is not None and distance(after, trial, predicted) < LARGEST_JUMP:
            speed = (trial - kept(here.point, here.pattern, after)) / moved
            here = Sample(following, after, trial)
            step = min(step * 1.5, longest)
            yield here
        elif step < SMALLEST_STEP:
            return
        else:
            step = step / 2
