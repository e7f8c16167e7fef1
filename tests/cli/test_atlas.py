"""`symlandscape relu atlas`: the map, the document, the files, the codes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from symlandscape import relu, schemas
from symlandscape.cli import run
from symlandscape.relu.atlases import load

Capture = pytest.CaptureFixture[str]


def test_the_map_is_readable(capsys: Capture) -> None:
    assert run(["relu", "atlas", "--upto", "4"]) == 0
    lines = capsys.readouterr().out.splitlines()
    start = lines.index("A(p|q), p across, q down")
    assert lines[start + 2 : start + 7] == ["     1234", "   0 .=ss", "   1 .=s", "   2 .=", "   3 ."]
    start = lines.index("F(p|q), p across, q down")
    assert lines[start + 3 : start + 6] == ["   1 =..", "   2 ==", "   3 s"]
    assert any("= coincides" in line for line in lines)


def test_the_document_keeps_its_schema_and_is_the_one_written(capsys: Capture, tmp_path: Path) -> None:
    store, out = tmp_path / "store", tmp_path / "atlas.json"
    command = ["relu", "atlas", "--upto", "3", "--json", "--store", str(store), "--out", str(out)]
    assert run(command) == 0
    document = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(schemas.load("relu.atlas")).validate(document)
    assert store.exists() and load(out).document() == document


def test_an_open_entry_is_code_3_and_a_bad_number_code_2(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    made = relu.atlas(2)
    weak = replace(made, cells=(replace(made.cells[0], level="estimated"), *made.cells[1:]))
    monkeypatch.setattr(relu, "atlas", lambda *rest, **named: weak, raising=False)
    assert run(["relu", "atlas", "--upto", "2"]) == 3
    assert "not decided" in capsys.readouterr().err
    assert run(["relu", "atlas", "--upto", "0"]) == 2
