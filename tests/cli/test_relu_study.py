"""`symlandscape relu dynamics`, `split`, `slopes`, `lengths`, and the options for targets, slopes and extra rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from symlandscape import schemas
from symlandscape.cli import run

Capture = pytest.CaptureFixture[str]


def document(capsys: Capture, *arguments: str, code: int = 0) -> dict[str, Any]:
    assert run(["relu", *arguments, "--json"]) == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(schemas.load(f"relu.{arguments[0]}")).validate(found)
    return found


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["dynamics", "F1", "--at", "8", "--digits", "12", "--measure"], "heavy-ball"),
        (["split", "F1", "--at", "7", "--extra", "1", "--digits", "12"], "from zero descends"),
        (["slopes", "F1", "--at", "5", "--from", "-1/2", "--to", "0", "--digits", "12"], "-0.325726668723"),
        (["lengths", "F1", "--at", "6", "--from", "1", "--to", "5/4", "--digits", "12"], "1.11199643193"),
    ],
)
def test_json_keeps_its_schema_and_people_get_a_table(capsys: Capture, words: list[str], shown: str) -> None:
    found = document(capsys, *words)
    assert found["family"] == "F1"
    assert run(["relu", *words]) == 0
    assert shown in capsys.readouterr().out


def test_the_global_minimum_leaves_the_splitting_test_open_and_says_why(capsys: Capture) -> None:
    found = document(capsys, "split", "C0", "--at", "5", code=3)
    assert found["neurons"][0]["descends"] == "undecided"
    assert run(["relu", "split", "C0", "--at", "5"]) == 3
    assert "all its curvatures are 0" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["dynamics", "F1", "--at", "5"], "certified minimum"),
        (["dynamics", "F1", "--at", "13/2", "--measure"], "integer"),
        (["split", "Q", "--at", "5"], "expected a family"),
        (["slopes", "F1", "--at", "5", "--from", "-2"], "expected slopes"),
        (["lengths", "A0", "--at", "6", "--of", "kept"], "no kept rows"),
        (["lengths", "F1", "--at", "6", "--to", "1/2"], "expected lengths"),
        (["lengths", "F1", "--at", "6", "--slope", "5"], "take 1/5"),
        (["family", "F1", "--at", "6", "--slope", "-2"], "take -1/2"),
        (["family", "C0", "--at", "6", "--extra", "1"], "continuum"),
        (["solve", "1e400", "--starts", "1"], "are supported"),
        (["solve", "5,1", "--starts", "1", "--lengths", "1"], "2 positive lengths"),
        (["solve", "5,1", "--starts", "1", "--lengths", "1,x"], "'x'"),
        (["discover", "--neurons", "2", "--inputs", "2", "--starts", "1", "--targets", "none.npy"], "does not exist"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_2(capsys: Capture, words: list[str], said: str) -> None:
    assert run(["relu", *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and said in captured.err and captured.err.count("\n") == 1


def test_targets_come_from_files_of_both_kinds(capsys: Capture, tmp_path: Path) -> None:
    V = np.diag([1.0, 1.0, 2.0])
    np.save(tmp_path / "v.npy", V)
    np.savez(tmp_path / "v.npz", V=V)
    words = ["discover", "--neurons", "3", "--inputs", "3", "--starts", "6", "--targets"]
    first, second = (document(capsys, *words, str(tmp_path / name)) for name in ("v.npy", "v.npz"))
    assert first["points"] == second["points"] and first["points"][0]["family"] == "C0"
    np.save(tmp_path / "many.npy", np.stack([V, V]))
    np.savez(tmp_path / "other.npz", X=V)
    for name, said in (("many.npy", "it holds 2"), ("other.npz", "must hold an array W")):
        assert run(["relu", *words, str(tmp_path / name)]) == 2
        assert said in capsys.readouterr().err


def test_a_file_with_targets_is_identified_and_has_a_spectrum_by_blocks(capsys: Capture, tmp_path: Path) -> None:
    W = np.diag([1.0, 1.0, 1.0, 2.0])
    np.savez(tmp_path / "w.npz", W=W[[1, 0, 2, 3]], V=W)
    (point,) = document(capsys, "identify", str(tmp_path / "w.npz"))["points"]
    assert (point["family"], point["level"]) == ("C0", "certified")
    found = document(capsys, "spectrum", str(tmp_path / "w.npz"))
    assert (found["pattern"], found["level"], found["target_lengths"]) == ("3,1", "certified", ["1", "2"])


def test_slopes_and_extra_rows_reach_discover_identify_and_blocks(capsys: Capture, tmp_path: Path) -> None:
    np.save(tmp_path / "w.npy", np.diag([1.0, 1.0, -1.0]))
    (point,) = document(capsys, "identify", str(tmp_path / "w.npy"), "--slope", "-1")["points"]
    assert float(point["loss"]) == 0
    found = document(capsys, "discover", "--neurons", "2", "--inputs", "2", "--starts", "4", "--slope", "-1/2")
    assert found["slope"] == "-1/2"
    parts = document(capsys, "blocks", "n", "--extra", "2", "--extra-rows", "equal")["decomposition"]
    assert [part["label"] for part in parts] == ["t", "s0", "x0", "y0", "e0", "e0*s0"]
