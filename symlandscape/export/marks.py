"""The mark that every exported number carries: how far the statement behind it was checked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """A level as a reader meets it: its sign, and what it promises in words."""

    level: str
    sign: str
    meaning: str


MARKS: tuple[Mark, ...] = (
    Mark("proved", "∎", "an exact identity, decided on a stated domain by computer algebra"),
    Mark("certified", "◉", "enclosed by ball arithmetic: true for every number in the ball"),
    Mark("checked", "≈", "two independent roads agree to the stated number of digits"),
    Mark("estimated", "σ", "floating point or Monte Carlo, with an error bar and a z-score"),
    Mark("refuted", "✗", "at least one check contradicts the statement; the witness is given"),
    Mark("undecided", "?", "nothing could be concluded at the allowed precision or effort"),
)


def mark(level: object) -> Mark:
    """The mark of a level, given as its name or as the enum member itself."""
    name = str(getattr(level, "value", level))
    for candidate in MARKS:
        if candidate.level == name:
            return candidate
    raise KeyError(f"a level was expected ({', '.join(m.level for m in MARKS)}) and {name!r} came")
