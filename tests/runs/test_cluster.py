"""A dask cluster of worker processes serves as an executor; what is not there is one sentence."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from symlandscape.errors import InputError
from symlandscape.runs import Store, Task, run
from tests.runs.campaign import tasks, work

distributed = pytest.importorskip("distributed", reason="dask.distributed is not installed: pip install .[cluster]")
pytestmark = pytest.mark.filterwarnings("ignore")  # dask's own, of its version and of the machine


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
        with distributed.LocalCluster(host="127.0.0.1", silence_logs=50, **options) as made:
            yield made


@pytest.fixture
def name(cluster: Any) -> str:
    return str(cluster.scheduler_address).replace("tcp://", "dask://")


def process(task: Task) -> dict[str, int]:
    time.sleep(0.01)
    return {"i": task.parameters["i"], "process": os.getpid()}


def kill_once(task: Task) -> int:
    flag = Path(task.parameters["flag"])
    if task.parameters["i"] == 5 and not flag.exists():
        flag.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return int(task.parameters["i"])


def kill(task: Task) -> int:
    if task.parameters["i"] == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return int(task.parameters["i"])


def refuse(task: Task) -> int:
    raise InputError("this task is refused")


def test_a_cluster_gives_the_bytes_of_one_process_from_several(name: str, tmp_path: Path) -> None:
    with Store(tmp_path / "a.db") as far, Store(tmp_path / "b.db") as near:
        run(tasks(40), work, store=far, executor=name, alone=True)
        run(tasks(40), work, store=near)
        assert list(far.export()) == list(near.export())
    found = run(tasks(40), process, executor=name)
    assert [f["i"] for f in found] == list(range(40))
    assert len({f["process"] for f in found} - {os.getpid()}) == 2


def test_a_task_whose_worker_died_is_done_by_another(name: str, tmp_path: Path) -> None:
    given = [Task("kill/1", {"i": i, "flag": str(tmp_path / "flag")}) for i in range(20)]
    assert run(given, kill_once, executor=name) == list(range(20))
    assert (tmp_path / "flag").exists()


def test_an_error_of_a_task_is_told_as_it_is(name: str) -> None:
    with pytest.raises(InputError, match="^this task is refused$"):
        run(tasks(3), refuse, executor=name)


def test_an_interrupted_run_leaves_the_cluster_usable(name: str, tmp_path: Path) -> None:
    def interrupt(done: int, total: int, label: str) -> None:
        if done >= 3:
            raise KeyboardInterrupt

    with Store(tmp_path / "a.db") as store:
        with pytest.raises(KeyboardInterrupt):
            run(tasks(5000), process, store=store, executor=name, progress=interrupt)
        assert 3 <= len(store) < 5000
    assert len(run(tasks(4), process, executor=name)) == 4


@pytest.mark.full
def test_a_task_that_kills_every_worker_is_one_sentence(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"workers of dask://.* died \d+ times on one task: .* tasks are kept in"):
        run(tasks(6), kill, store=tmp_path / "a.db", executor=name)


def test_an_absent_scheduler_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symlandscape.runs.cluster.PATIENCE", 0.5)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(InputError, match=f"scheduler at 127.0.0.1:{port} and none answered"):
        run(tasks(1), work, executor=f"dask://127.0.0.1:{port}")


def test_an_absent_package_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"not installed .* pip install 'symlandscape\[cluster\]'"):
        run(tasks(1), work, executor="dask://127.0.0.1:8786")
