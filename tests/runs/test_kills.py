"""Killed at any moment, a run loses no finished task and doubles none."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from symlandscape.runs import Store, run
from tests.runs.campaign import tasks, work

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="POSIX signals and /proc")


def driver(folder: Path, count: int, executor: str = "processes:2") -> subprocess.Popen[str]:
    root = Path(__file__).parents[2]
    scope = {**os.environ, "PYTHONPATH": str(root), "CAMPAIGN_LOG": str(folder / "log"), "CAMPAIGN_SLEEP": "0.001"}
    command = [
        sys.executable,
        str(Path(__file__).with_name("campaign.py")),
        str(folder / "runs.db"),
        str(count),
        executor,
    ]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=scope, start_new_session=True)


def children(process: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = entry.read_text().rsplit(")", 1)[1].split()[:2]
        except OSError:
            continue
        if int(parent) == process and state != "Z":
            found.append(int(entry.parent.name))
    return found


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait_until_gone(processes: list[int]) -> None:
    deadline = time.monotonic() + 30
    while any(alive(p) for p in processes):
        assert time.monotonic() < deadline, "workers outlive their driver"
        time.sleep(0.02)


def content(path: Path) -> dict[str, str]:
    with Store(path) as store:
        return {identity: text for identity, _, text in store.encoded()}


def round_of_kills(folder: Path, count: int, after: int, victim: str, delay: float) -> None:
    """Start the driver; when `after` new tasks are done, kill it, or one worker and let it finish."""
    before = content(folder / "runs.db") if (folder / "runs.db").exists() else {}
    (folder / "log").unlink(missing_ok=True)
    with driver(folder, count) as process:
        assert process.stdout is not None
        first = int(process.stdout.readline().split()[0])
        assert first == len(before)
        for line in process.stdout:
            if int(line.split()[0]) >= first + after:
                break
        workers = children(process.pid)
        time.sleep(delay)
        if victim == "driver":
            process.kill()
            process.wait(timeout=60)
            wait_until_gone(workers)
        else:
            os.kill(next(p for p in workers if "spawn_main" in Path(f"/proc/{p}/cmdline").read_text()), signal.SIGKILL)
            process.stdout.read()
            assert process.wait(timeout=200) == 0
    after_kill = content(folder / "runs.db")
    assert before.items() <= after_kill.items()
    assert victim == "worker" or len(after_kill) >= len(before) + after
    ran = (folder / "log").read_text().split() if (folder / "log").exists() else []
    names = {str(task.parameters["i"]): task.identity for task in tasks(count)}
    assert not {names[i] for i in ran} & set(before), "a finished task was computed again"


def uninterrupted(folder: Path, count: int) -> str:
    with Store(folder / "whole.db") as store:
        run(tasks(count), work, store=store)
        return store.digest()


def test_a_killed_driver_and_a_killed_worker_lose_and_double_nothing(tmp_path: Path) -> None:
    round_of_kills(tmp_path, 300, 60, "driver", 0.003)
    round_of_kills(tmp_path, 300, 60, "worker", 0.0)
    with Store(tmp_path / "runs.db") as store:
        assert len(store) == 300
        assert store.digest() == uninterrupted(tmp_path, 300)


@pytest.mark.full
@pytest.mark.timeout(1200)
def test_ten_thousand_tasks_killed_twenty_times_end_in_equal_bytes(tmp_path: Path) -> None:
    moments = random.Random(2026)
    for _ in range(20):
        round_of_kills(tmp_path, 10_000, moments.randrange(480), "driver", moments.uniform(0.0, 0.05))
    round_of_kills(tmp_path, 10_000, 100, "worker", 0.0)
    with Store(tmp_path / "runs.db") as store:
        assert len(store) == 10_000
        assert store.digest() == uninterrupted(tmp_path, 10_000)


def test_ctrl_c_in_the_terminal_ends_driver_and_workers_and_keeps_what_is_finished(tmp_path: Path) -> None:
    with driver(tmp_path, 100_000) as process:
        assert process.stdout is not None
        while int(process.stdout.readline().split()[0]) < 20:
            pass
        workers = children(process.pid)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers as well
        process.stdout.read()
        assert process.wait(timeout=60) != 0
    wait_until_gone(workers)
    assert len(content(tmp_path / "runs.db")) >= 20
    ran = (tmp_path / "log").read_text().split()
    assert len(ran) == len(set(ran)) == len(content(tmp_path / "runs.db")), "a task that ran was not kept"
