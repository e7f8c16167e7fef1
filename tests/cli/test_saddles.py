"""`symlandscape relu saddles`: table, document, arrays, codes."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from symlandscape import schemas
from symlandscape.cli import run

Capture = pytest.CaptureFixture[str]
COMMAND = ["relu", "saddles", "--neurons", "3", "--inputs", "3", "--starts", "40"]


def test_the_document_keeps_its_schema_and_the_arrays_fit(capsys: Capture, tmp_path: Path) -> None:
    out = tmp_path / "points.npz"
    assert run([*COMMAND, "--certify", "--device", "auto", "--json", "--out", str(out)]) == 0
    document = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(schemas.load("relu.saddles")).validate(document)
    with np.load(out) as arrays:
        assert arrays["W"].shape == (len(document["points"]), 3, 3)
        assert arrays["indices"].tolist() == [p["index"] for p in document["points"]]


def test_the_table_counts_every_start(capsys: Capture) -> None:
    assert run(COMMAND) == 0
    text = capsys.readouterr().out
    assert "of 40 starts ended at a critical point" in text and "further kinds" in text


def test_a_bad_size_is_code_2(capsys: Capture) -> None:
    assert run(["relu", "saddles", "--neurons", "0", "--inputs", "3", "--starts", "4"]) == 2
    assert run([*COMMAND, "--out", "/nowhere/points.npz"]) == 2
    assert run([*COMMAND, "--device", "abacus"]) == 2
    assert "Traceback" not in capsys.readouterr().err
