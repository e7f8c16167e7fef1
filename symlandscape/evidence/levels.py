"""How far a statement was checked: an ordered scale, its two outcomes without evidence, and the two ways to combine
levels.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class Level(Enum):
    """The evidence for a statement, strongest first, then the outcomes `REFUTED` and `UNDECIDED`; values as in
    ledger.json.
    """

    PROVED = "proved"
    """an exact identity, decided on a known domain"""
    CERTIFIED = "certified"
    """a ball enclosure, rounding included"""
    CHECKED = "checked"
    """two independent roads agree to a stated number of digits"""
    ESTIMATED = "estimated"
    """floats or Monte Carlo, with a standard error and a z-score"""
    REFUTED = "refuted"
    """the statement is false, or a check of it failed"""
    UNDECIDED = "undecided"
    """nothing follows: too little precision, or no check"""

    @property
    def is_evidence(self) -> bool:
        """Whether the level speaks for the statement (not refuted, not undecided)."""
        return self in _STRENGTH


_STRENGTH = {Level.ESTIMATED: 1, Level.CHECKED: 2, Level.CERTIFIED: 3, Level.PROVED: 4}


def at_least(level: Level, bound: Level) -> bool:
    """Whether `level` speaks for the statement at least as strongly as the evidence level `bound`."""
    return level.is_evidence and _STRENGTH[level] >= _STRENGTH[bound]


def weakest(levels: Iterable[Level]) -> Level:
    """The level of a chain of steps, each resting on the one before: the minimum.

    One refuted step refutes the chain; otherwise one undecided step, or no step at all, leaves it undecided.
    """
    steps = list(levels)
    if Level.REFUTED in steps:
        return Level.REFUTED
    if not steps or Level.UNDECIDED in steps:
        return Level.UNDECIDED
    return min(steps, key=_STRENGTH.__getitem__)


def strongest(levels: Iterable[Level]) -> Level:
    """The level of one statement after independent checks: the maximum.

    One refuting check refutes; undecided checks add nothing; no check leaves the statement undecided.
    """
    checks = list(levels)
    if Level.REFUTED in checks:
        return Level.REFUTED
    decided = [level for level in checks if level is not Level.UNDECIDED]
    return max(decided, key=_STRENGTH.__getitem__) if decided else Level.UNDECIDED
