"""--store, --executor and --shard: equal bytes however the work is spread, and one sentence for bad input."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest

from symlandscape import schemas
from symlandscape.cli import run
from symlandscape.runs import Store, Task

Capture = pytest.CaptureFixture[str]
COMMANDS = {
    "relu discover": ["--neurons", "2", "--inputs", "2", "--starts", "70"],
    "relu saddles": ["--neurons", "2", "--inputs", "2", "--starts", "40"],
    "relu atlas": ["--upto", "2"],
    "spinglass enumerate": ["--p", "3", "--spins", "3", "--samples", "5"],
    "spinglass descend": ["--p", "3", "--spins", "4", "--samples", "5"],
    "particles scaling": ["--inputs", "3", "--widths", "2,4", "--unit", "rbf", "--seeds", "2", "--most", "40"],
    "regions decay": ["--inputs", "2", "--width", "2", "--samples", "4,6", "--eps", "1/5", "--draws", "70"],
}
DESCEND = ["spinglass", "descend", "--p", "3", "--spins", "4", "--samples", "5"]
PROGRAM = "from symlandscape.cli import main; main()"


def output(words: list[str], capsys: Capture) -> str:
    code = run([*words, "--json"])
    out, err = capsys.readouterr()
    assert code == 0, err
    return out


def refusal(words: list[str], capsys: Capture) -> str:
    code = run(words)
    out, err = capsys.readouterr()
    assert code == 2 and out == "" and len(err.splitlines()) == 1 and "Traceback" not in err
    return err


@pytest.mark.parametrize("name", COMMANDS)
def test_a_whole_run_a_resumed_run_and_the_union_of_shards_print_equal_bytes(
    name: str, capsys: Capture, tmp_path: Path
) -> None:
    command = [*name.split(), *COMMANDS[name]]
    plain = output(command, capsys)
    shards = [str(tmp_path / f"{i}.db") for i in range(2)]
    for i, path in enumerate(shards):
        document = json.loads(output([*command, "--shard", f"{i}/2", "--store", path], capsys))
        jsonschema.Draft202012Validator(schemas.load("runs.shard")).validate(document)
        assert document["share"] == document["computed"] > 0
    merged = json.loads(output(["runs", "merge", str(tmp_path / "all.db"), *shards], capsys))
    jsonschema.Draft202012Validator(schemas.load("runs.store")).validate(merged)
    assert merged["results"] == document["tasks"]
    assert output([*command, "--store", str(tmp_path / "all.db")], capsys) == plain
    assert output([*command, "--store", shards[0]], capsys) == plain  # one half found, the other computed
    assert json.loads(output(["runs", "show", shards[0]], capsys))["sha256"] == merged["sha256"]


def test_another_executor_prints_the_same_bytes(capsys: Capture) -> None:
    plain = output(DESCEND, capsys)
    assert output([*DESCEND, "--executor", "threads:2"], capsys) == plain
    assert output([*DESCEND, "--executor", "processes:1"], capsys) == plain


def test_other_options_share_a_store_without_mixing(capsys: Capture, tmp_path: Path) -> None:
    store = ["--store", str(tmp_path / "a.db")]
    variants = [[*DESCEND, "--seed", "1"], [*DESCEND, "--method", "lbfgs"], [*DESCEND, "--starts", "2"]]
    for words in [*variants, [*DESCEND[:-1], "3"]]:
        assert output([*words, *store], capsys) == output(words, capsys)
    with Store(tmp_path / "a.db") as kept:
        assert len(kept) == 18


def test_tables_say_what_a_shard_did_and_what_a_store_holds(capsys: Capture, tmp_path: Path) -> None:
    path = str(tmp_path / "a.db")
    assert run([*DESCEND, "--store", path, "--shard", "1/3"]) == 0
    text = capsys.readouterr().out
    assert "Shard 1/3 is finished (partial: no result yet)" in text and "2 of 5 tasks" in text
    assert run(["runs", "show", path]) == 0
    assert "spinglass.descend/1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--shard", "0/2"], "store"),
        (["--shard", "2/2", "--store", "a.db"], "0 <= i < n"),
        (["--shard", "one", "--store", "a.db"], "0 <= i < n"),
        (["--shard", "0/2", "--store", "a.db", "--out", "x.npz"], "--out"),
        (["--executor", "slurm"], "dask://HOST:PORT"),
        (["--executor", "processes:0"], "1 to 1024"),
        (["--executor", "threads:2", "--threads", "2"], "both"),
        (["--store", "absent/folder/a.db"], "writable store"),
        (["--store", "."], "writable store"),
    ],
)
def test_bad_options_are_one_sentence_and_leave_no_file(
    words: list[str], sentence: str, capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert sentence in refusal([*DESCEND, *words], capsys)
    assert not list(tmp_path.iterdir())


def test_atlas_takes_no_threads_and_not_both(capsys: Capture) -> None:
    assert "precision" in refusal(["relu", "atlas", "--upto", "3", "--executor", "threads:2"], capsys)
    words = ["relu", "atlas", "--upto", "3", "--executor", "processes:2", "--processes", "2"]
    assert "both" in refusal(words, capsys)


def test_files_that_are_no_stores_are_refused(capsys: Capture, tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("notes" * 1000)
    assert "store" in refusal(["runs", "show", str(text)], capsys)
    assert "store" in refusal(["runs", "show", str(tmp_path / "absent.db")], capsys)
    assert "store" in refusal(["runs", "merge", str(tmp_path / "all.db"), str(text)], capsys)
    assert list(tmp_path.iterdir()) == [text]


posix = pytest.mark.skipif(not hasattr(os, "fork"), reason="POSIX limits and signals")


@posix
def test_a_full_disk_is_one_sentence_and_the_store_stays_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    words = " ".join([*DESCEND[:-1], "4000", "--store", str(path), "--json"])
    shell = f"ulimit -f 64; exec '{sys.executable}' -c '{PROGRAM}' {words}"
    plain = {**os.environ, "NUMBA_DISABLE_JIT": "1"}  # no compiled code that would not fit the disk either
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, timeout=120, env=plain)
    assert done.returncode == 2 and done.stdout == "", done.stderr
    assert len(done.stderr.splitlines()) == 1 and "expected to append to the store" in done.stderr
    with Store(path) as store:
        kept = len(store)
        assert kept > 5
        assert all(set(result) >= {"energies", "points"} for _, result in store.items())
        store.put(Task("later/1"), 1)
        assert len(store) == kept + 1


@posix
@pytest.mark.parametrize("executor", ["threads:2", pytest.param("processes:1", marks=pytest.mark.full)])
def test_ctrl_c_is_code_130_and_keeps_what_is_finished(executor: str, tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    words = [*DESCEND[:-1], "20000", "--store", str(path), "--executor", executor]
    program = f"import signal; signal.signal(signal.SIGINT, signal.default_int_handler); {PROGRAM}"
    with subprocess.Popen([sys.executable, "-c", program, *words], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        while not path.exists() or path.stat().st_size < 60_000:
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        err = process.stderr.read()
        assert process.wait(timeout=60) == 130
    assert err.count("\n") <= 2 and "a --store keeps what was finished" in err
    with Store(path) as store:
        assert len(store) > 5
