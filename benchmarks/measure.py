"""Interleaved timing: the two sides take turns, so that a busy machine slows both alike."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: seconds (CPU time, median per call) of both sides, goal for their ratio, errors."""

    what: str
    peer: str
    ours: float | None
    theirs: float | None
    goal: float | None = None
    our_error: float | None = None
    their_error: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Peer time over ours."""
        return None if self.theirs is None or self.ours is None else self.theirs / self.ours

    @property
    def key(self) -> str:
        """The name under which its ratio is stored."""
        return f"{self.what} / {self.peer}"


def repeats(call: Callable[[], object], seconds: float) -> int:
    """How many calls take about `seconds`; the first call (compilation) is not counted."""
    call()
    begin = time.process_time()
    call()
    once = max(time.process_time() - begin, 1e-7)
    return max(1, math.ceil(seconds / once))


def interleaved(ours: Callable[[], object], theirs: Callable[[], object], rounds: int, slice_: float) -> list[float]:
    """Median CPU seconds per call of both, over `rounds` turns of about `slice_` seconds each."""
    calls = (ours, theirs)
    counts = [repeats(call, slice_) for call in calls]
    times: list[list[float]] = [[], []]
    for _ in range(rounds):
        for side, call in enumerate(calls):
            begin = time.process_time()
            for _ in range(counts[side]):
                call()
            times[side].append((time.process_time() - begin) / counts[side])
    return [statistics.median(side) for side in times]


def duration(seconds: float | None) -> str:
    """Three digits and a unit."""
    if seconds is None:
        return "-"
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


SLOWER = 0.75
"""A ratio below this part of the stored one is marked as a regression; less is the noise of a busy machine."""


def mark(row: Row, stored: float | None) -> str:
    """What a reader should see at a glance: a regression against the stored ratio, a missed goal."""
    if row.ratio is None:
        return ""
    if stored is not None and row.ratio < SLOWER * stored:
        return "SLOWER"
    return "" if row.goal is None or row.ratio >= row.goal else "below goal"


def table(rows: list[Row], stored: Mapping[str, float] = MappingProxyType({})) -> str:
    """The rows as aligned text, the stored ratios beside."""

    def number(value: float | None, form: str) -> str:
        return "-" if value is None else format(value, form)

    head = ["what", "peer", "ours", "peer time", "ratio", "goal", "stored", "", "our error", "peer error", "note"]
    body = [
        [
            row.what,
            row.peer,
            duration(row.ours),
            duration(row.theirs),
            number(row.ratio, ".3g"),
            number(row.goal, "g"),
            number(stored.get(row.key), ".3g"),
            mark(row, stored.get(row.key)),
            number(row.our_error, ".1e"),
            number(row.their_error, ".1e"),
            row.note,
        ]
        for row in rows
    ]
    widths = [max(len(line[q]) for line in [head, *body]) for q in range(len(head))]
    return "\n".join("  ".join(cell.ljust(widths[q]) for q, cell in enumerate(line)).rstrip() for line in [head, *body])
