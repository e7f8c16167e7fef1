"""Shards: the tasks of one command dealt round to n commands that know nothing of each other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from symlandscape.errors import InputError, SymlandscapeError

MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Shard:
    """Share `number` of `count`: the tasks at positions number, number + count, .. of the list of different tasks.

    Positions and not hashes: shares then differ by one task at most, and neighbours in the list, which often cost
    alike, go to different shares. Raises InputError unless 0 <= number < count <= 10^6.
    """

    number: int
    count: int

    def __post_init__(self) -> None:
        if not 0 <= self.number < self.count <= MOST:
            raise InputError(
                f"expected a shard i/n with 0 <= i < n <= {MOST}, got {self.number}/{self.count}; count from 0, "
                "like 0/4, 1/4, 2/4, 3/4"
            )

    @classmethod
    def parse(cls, text: str) -> Shard:
        """The shard that "3/100" names. Raises InputError for other texts."""
        found = re.fullmatch(r"([0-9]{1,9})/([0-9]{1,9})", text)
        if found is None:
            raise InputError(f"expected a shard i/n with 0 <= i < n, got {text!r}; count from 0, like 0/4")
        return cls(int(found[1]), int(found[2]))

    def takes(self, position: int) -> bool:
        """Whether the task at this position is in the share."""
        return position % self.count == self.number

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"


@dataclass(frozen=True, slots=True)
class ShardReport:
    """What a finished shard has done: `tasks` in all, `share` of them its own and all in the store now, `computed` by
    this run, the others found there."""

    shard: Shard
    tasks: int
    share: int
    computed: int
    store: Path

    def document(self) -> dict[str, Any]:
        """The JSON document of a command with ``--shard`` (schema ``runs.shard``)."""
        return {
            "partial": True,
            "shard": str(self.shard),
            "tasks": self.tasks,
            "share": self.share,
            "computed": self.computed,
            "store": str(self.store),
        }


class ShardFinished(SymlandscapeError):
    """A share is in its store; there is no result of the whole command to return. `report` says what was done."""

    def __init__(self, report: ShardReport) -> None:
        super().__init__(
            f"shard {report.shard} is finished: {report.share} of {report.tasks} tasks are in {report.store}; merge "
            "the stores of all shards and run the command on the merged store"
        )
        self.report = report
