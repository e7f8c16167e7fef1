"""Many independent tasks: seeds by counter, executors, shards, a store to append to and resume from, interruption."""

from __future__ import annotations

from symlandscape.runs.execute import Progress, run
from symlandscape.runs.executors import open_executor
from symlandscape.runs.program import stamp
from symlandscape.runs.seeds import generator, start_batch, starts
from symlandscape.runs.shards import Shard, ShardFinished, ShardReport
from symlandscape.runs.store import Store
from symlandscape.runs.task import Task
from symlandscape.runs.union import merge

__all__ = [
    "Progress",
    "Shard",
    "ShardFinished",
    "ShardReport",
    "Store",
    "Task",
    "generator",
    "merge",
    "open_executor",
    "run",
    "stamp",
    "start_batch",
    "starts",
]
