"""A driver to be killed: `python campaign.py STORE COUNT EXECUTOR` runs COUNT small tasks, telling its progress."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from symlandscape.runs import Store, Task, generator, run


def tasks(count: int) -> list[Task]:
    return [Task("campaign/1", {"i": i}) for i in range(count)]


def work(task: Task) -> dict[str, Any]:
    """A few random numbers of the task's own, some thousands of bytes; tells the log that it ran."""
    i = task.parameters["i"]
    log = os.environ.get("CAMPAIGN_LOG")
    if log is not None:
        with open(log, "ab", buffering=0) as stream:
            stream.write(f"{i}\n".encode())
    time.sleep(float(os.environ.get("CAMPAIGN_SLEEP", "0")))
    return {"i": i, "draws": generator(7, i).standard_normal(200)}


def die_or_work(task: Task) -> dict[str, Any]:
    """`work`, but task 3 ends its process: the first time only, or always."""
    if task.parameters["i"] == 3:
        flag = Path(os.environ["CAMPAIGN_FLAG"])
        if os.environ.get("CAMPAIGN_ALWAYS") or not flag.exists():
            flag.touch()
            os.kill(os.getpid(), signal.SIGKILL)
    return work(task)


def tell(done: int, total: int, label: str) -> None:
    sys.stdout.write(f"{done} {total}\n")
    sys.stdout.flush()


def main() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # background jobs inherit an ignored SIGINT
    store, count, executor = sys.argv[1:]
    with Store(store) as kept:
        run(tasks(int(count)), work, store=kept, executor=executor, progress=tell)


if __name__ == "__main__":
    main()
