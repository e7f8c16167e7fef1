"""`symlandscape regions decay`: document, table, file, threads, sentences."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from symlandscape import regions, schemas
from symlandscape.cli import run

Capture = pytest.CaptureFixture[str]
DECAY = ["regions", "decay", "--inputs", "3", "--width", "2", "--samples", "6,9", "--eps", "0.1", "--draws", "40"]


def document(capsys: Capture, command: list[str]) -> dict[str, Any]:
    assert run([*command, "--json"]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    found: dict[str, Any] = json.loads(captured.out)
    jsonschema.Draft202012Validator(schemas.load("regions.decay")).validate(found)
    return found


def test_the_document_is_the_functions(capsys: Capture, tmp_path: Path) -> None:
    out = tmp_path / "draws.npz"
    found = document(capsys, [*DECAY, "--slope", "1/10", "--seed", "2", "--datasets", "4", "--out", str(out)])
    result = regions.decay(3, 2, [6, 9], Fraction(1, 10), Fraction(1, 10), 40, 2, datasets=4)
    assert found == result.document()
    assert found["seed"] == 2 and found["eps"] == found["slope"] == "1/10" and found["set"] == "necessary"
    with np.load(out) as arrays:
        assert np.array_equal(arrays["wrong"], result.arrays()["wrong"]) and arrays["wrong"].shape == (2, 40)


def test_threads_change_nothing(capsys: Capture) -> None:
    assert document(capsys, DECAY) == document(capsys, [*DECAY, "--threads", "2"])


def test_the_table_says_what_is_bounded(capsys: Capture) -> None:
    assert run(DECAY) == 0
    text = capsys.readouterr().out
    assert "Necessary set" in text and "need not hold a minimum" in text and "dead points" in text


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        (["--samples", "six"], "like 16,24,32"),
        (["--samples", "6,,9"], "like 16,24,32"),
        (["--eps", "1"], "eps"),
        (["--slope", "1"], "slope"),
        (["--slope", "1e400"], "slope"),
        (["--draws", "0"], "draws"),
        (["--datasets", "41"], "data sets"),
        (["--out", "draws.txt"], ".npz"),
    ],
)
def test_bad_input_is_one_sentence_and_code_two(capsys: Capture, changes: list[str], word: str) -> None:
    assert run([*DECAY, *changes]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and word in captured.err and "Traceback" not in captured.err
    assert len(captured.err.strip().splitlines()) == 1
