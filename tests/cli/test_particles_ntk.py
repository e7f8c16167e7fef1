"""`symlandscape particles ntk`: the document, the table, the exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from symlandscape import schemas
from symlandscape.cli import run

Capture = pytest.CaptureFixture[str]


def file(tmp_path: Path, content: Any) -> str:
    path = tmp_path / "samples.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return str(path)


def test_the_document_keeps_its_schema_and_its_numbers(capsys: Capture, tmp_path: Path) -> None:
    name = file(tmp_path, {"X": [[2, 0], [0, "1/2"]], "y": [1, -1]})
    assert run(["particles", "ntk", name, "--digits", "20", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(schemas.load("particles.ntk")).validate(found)
    assert (found["least_eigenvalue"], found["largest_eigenvalue"], found["level"]) == ("0.125", "2", "certified")
    assert found["condition"] == "16" and found["rates"]["heavy-ball"]["rate"] == "0.6" and found["norm2"] == "8.5"


def test_people_get_a_table_and_parallel_samples_the_code_of_the_undecided(capsys: Capture, tmp_path: Path) -> None:
    assert run(["particles", "ntk", file(tmp_path, {"X": [[2, 1], [0, 1]]})]) == 0
    assert "heavy ball" in capsys.readouterr().out
    parallel = file(tmp_path, {"X": [[1, 2], [2, 4]]})
    assert run(["particles", "ntk", parallel]) == 3
    assert "singular" in capsys.readouterr().out
    assert run(["particles", "ntk", parallel, "--json"]) == 3
    found = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(schemas.load("particles.ntk")).validate(found)
    assert found["rates"] is None and found["level"] == "undecided"


@pytest.mark.parametrize(
    ("content", "said"),
    [({"X": [[1, 0], [0, 0]]}, "zero vector"), ({"y": [1]}, '"X"'), ({"X": [[1]], "y": [1, 2]}, "one label")],
)
def test_bad_input_is_one_sentence_and_code_2(capsys: Capture, tmp_path: Path, content: Any, said: str) -> None:
    assert run(["particles", "ntk", file(tmp_path, content)]) == 2
    shown = capsys.readouterr()
    assert shown.out == "" and said in shown.err and len(shown.err.strip().splitlines()) == 1
