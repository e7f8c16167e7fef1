"""`symlandscape regions count|minima|bound`: documents, tables, codes."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from symlandscape import schemas
from symlandscape.cli import run

Capture = pytest.CaptureFixture[str]
DATA = {"X": [[70, -2], [-34, 55], ["-12", "-82/2"], [80, 13]], "y": [0, 1, 0, 1]}


@pytest.fixture
def data(tmp_path: Path) -> str:
    path = tmp_path / "data.json"
    path.write_text(json.dumps(DATA), encoding="utf-8")
    return str(path)


def written(tmp_path: Path, document: object) -> str:
    path = tmp_path / "other.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)


def document(capsys: Capture, words: list[str], name: str) -> dict:
    assert run([*words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(schemas.load(name)).validate(found)
    return found


def test_count_by_formula_and_from_a_file(capsys: Capture, data: str) -> None:
    formula = document(capsys, ["regions", "count", "--samples", "10", "--inputs", "4"], "regions.count")
    assert formula["cover"] == 260
    found = document(capsys, ["regions", "count", data], "regions.count")
    assert found["cells"] == found["cover"] == found["zaslavsky"] == 8 and found["general_position"] is True


def test_minima_of_all_regions_and_of_drawn_ones(capsys: Capture, data: str) -> None:
    words = ["regions", "minima", data, "--width", "2", "--slope", "0.1"]
    found = document(capsys, words, "regions.minima")
    assert found["regions"] == 64 and found["level"] == "certified" and found["slope"] == "1/10"
    assert sum(float(found[name]) for name in ("V_G", "V_L", "V_none")) == pytest.approx(1)
    drawn = document(capsys, [*words, "--draws", "500", "--seed", "3"], "regions.minima")
    assert drawn["level"] == "estimated" and drawn["seed"] == 3 and sum(drawn["counts"].values()) == 500


def test_classify_gives_a_minimum_or_obstructions(capsys: Capture, data: str) -> None:
    kinds = set()
    every = [cell["signs"] for cell in document(capsys, ["regions", "count", data, "--list"], "regions.count")["list"]]
    assert len(set(every)) == 8
    for first, second in zip(every, [*every[1:], every[0]], strict=True):
        words = ["regions", "classify", data, "--signs", f"{first},{second}", "--slope", "1/10"]
        assert run(words) == 0
        assert "The region holds" in capsys.readouterr().out
        found = document(capsys, words, "regions.classify")
        kinds.add(found["kind"])
        assert (found["W"] is None) == bool(found["obstructions"]) == (found["kind"] == "none")
    assert len(kinds) > 1
    strange = next(s for s in ("++++", "+++-", "++-+", "++--", "+-++", "+-+-", "+--+", "+---") if s not in every)
    assert run(["regions", "classify", data, "--signs", strange]) == 2
    assert "no weight has these signs" in capsys.readouterr().err
    assert run(["regions", "classify", data, "--signs", "+0"]) == 2
    assert run(["regions", "classify", data, "--signs", "+-"]) == 2


def test_bound_says_vacuous(capsys: Capture) -> None:
    words = ["regions", "bound", "--samples", "100", "--inputs", "10", "--width", "20", "--eps", "0.1", "--slope", "0"]
    found = document(capsys, words, "regions.bound")
    assert found["vacuous"] is True and found["log_V_G_derived"] == pytest.approx(-579.5, abs=0.05)
    assert len(found["enclosures"]["gamma"]["value"]) > 25
    narrow = document(capsys, [*words[:7], "5", *words[8:]], "regions.bound")
    assert narrow["log_V_G_derived"] is None


def test_the_tables_name_what_they_show(capsys: Capture, data: str) -> None:
    assert run(["regions", "count", data]) == 0
    assert run(["regions", "count", "--samples", "4", "--inputs", "2"]) == 0
    assert run(["regions", "minima", data, "--width", "2"]) == 0
    assert run(["regions", "bound", "--samples", "9", "--inputs", "3", "--width", "6", "--eps", "1/3"]) == 0
    text = capsys.readouterr().out
    for words in ("general position", "no differentiable minimum", "theorem 10", "vacuous", "Zaslavsky"):
        assert words in text


@pytest.mark.filterwarnings("always::UserWarning")
def test_floats_and_equal_labels_are_warned_of(capsys: Capture, tmp_path: Path) -> None:
    path = written(tmp_path, {"X": [[0.5, 1], [1, 0.25]], "y": [1, 1]})
    assert run(["regions", "minima", path, "--width", "1", "--json"]) == 0
    came = capsys.readouterr()
    assert "shortest decimals" in came.err and "balance the labels" in came.err
    json.loads(came.out)


@pytest.mark.parametrize(
    ("content", "words", "said"),
    [
        ({"X": [[1, 2], [2, 4]], "y": [0, 1]}, ["--parallel", "refuse"], "parallel"),
        ({"X": [[1, 2], [3, 4]], "y": [0, 5]}, [], "labels 0 and 1"),
        ({"X": [[1, 2], [3, 4]]}, [], "labels y"),
        ({"X": [[1, "x"]], "y": [0]}, [], "an integer, p/q or a decimal"),
        ({"X": [[0, 0]], "y": [0]}, [], "remove it"),
        (DATA, ["--slope", "1"], "slope other than 1"),
        (DATA, ["--width", "30"], "sample weights instead"),
        (DATA, ["--width", "0"], "at least 1"),
    ],
)
def test_bad_input_is_one_sentence_and_code_2(
    capsys: Capture, tmp_path: Path, content: object, words: list[str], said: str
) -> None:
    assert run(["regions", "minima", written(tmp_path, content), "--width", "2", *words]) == 2
    came = capsys.readouterr()
    assert said in came.err and len(came.err.strip().splitlines()) == 1 and came.out == ""


def test_count_takes_a_file_or_two_sizes(capsys: Capture, data: str) -> None:
    assert run(["regions", "count"]) == 2
    assert run(["regions", "count", data, "--samples", "3"]) == 2
    assert run(["regions", "count", "--samples", "3"]) == 2
    assert run(["regions", "count", "/nowhere/data.json"]) == 2
    assert "Traceback" not in capsys.readouterr().err
