"""Many independent tasks: seeds by counter, executor, a store to append to and resume from, clean interruption."""

from __future__ import annotations

from symlandscape.runs.execute import Progress, run
from symlandscape.runs.seeds import generator, start_batch, starts
from symlandscape.runs.store import Store
from symlandscape.runs.task import Task

__all__ = ["Progress", "Store", "Task", "generator", "run", "start_batch", "starts"]
