"""`symlandscape particles moments | loss`: documents, tables, sentences."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from symlandscape import schemas
from symlandscape.cli import run

Capture = pytest.CaptureFixture[str]
TENSOR = [[[(7 * p + 11 * q + 5 * r + 3 * p * q * r) % 13 - 6 for r in range(3)] for q in range(3)] for p in range(3)]
RELU = {
    "a": TENSOR,
    "unit": "relu",
    "units": [
        {"w": [1, 2, -2], "b": 1, "c": 2},
        {"w": [1, 1, 1], "b": "-1/2", "c": -1},
        {"w": [1, -1, 1], "b": 0, "c": 3},
    ],
}
RBF = {"a": TENSOR, "unit": "rbf", "alpha": "1/2", "units": [{"z": [1, 2, -2], "c": 2}]}


def document(capsys: Capture, name: str, *arguments: str) -> dict[str, Any]:
    assert run(["particles", name, *arguments, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(schemas.load(f"particles.{name}")).validate(found)
    return found


def file(tmp_path: Path, content: Any) -> str:
    path = tmp_path / "network.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return str(path)


def test_moments_are_exact_fractions_of_a_file_and_of_a_seed(capsys, tmp_path):
    found = document(capsys, "moments", file(tmp_path, {"a": TENSOR}))
    assert (found["norm2_T"], found["norm2_t"], found["mean_f2"]) == ("115", "149/9", "839/35")
    assert (found["linear"], found["cubic"], found["seed"]) == ("149/25", "3152/175", None)
    drawn = document(capsys, "moments", "--inputs", "5", "--seed", "105")
    assert drawn["mean_f2"] == "265473/43750" and drawn["seed"] == 105


def test_a_loss_has_the_contract_s_keys_and_the_digits_asked_for(capsys, tmp_path):
    found = document(capsys, "loss", file(tmp_path, RELU), "--digits", "20")
    assert found["F"][0] == "-3.7545904128277231414" and found["K"][0][1] == found["K"][1][0] == "1.0894438258254535182"
    assert found["loss"].startswith("16.174601076973268") and found["level"] == "certified"
    radial = document(capsys, "loss", file(tmp_path, RBF))
    assert radial["F"] == ["-0.191241581828262093066350766565"] and radial["unit"] == "rbf"


def test_moments_longer_than_python_prints_are_one_sentence(capsys, tmp_path):
    assert run(["particles", "moments", file(tmp_path, {"a": [[["1e5000"] * 3] * 3] * 3})]) == 2
    shown = capsys.readouterr()
    assert shown.out == "" and "rescale" in shown.err and "program itself" not in shown.err


def test_people_get_tables(capsys, tmp_path):
    assert run(["particles", "moments", "--inputs", "3", "--seed", "103"]) == 0
    assert "132064361/35000000" in capsys.readouterr().out
    assert run(["particles", "loss", file(tmp_path, RELU)]) == 0
    shown = capsys.readouterr().out
    assert "certified" in shown and "0.417729046371" in shown and "L = 16.1746" in shown


@pytest.mark.parametrize(
    ("command", "change", "said"),
    [
        ("moments", {"a": [[[1, 2], [3, 4]]] * 2}, "at least 3 inputs"),
        ("moments", {"a": [[1, 2, 3]] * 3}, "shape"),
        ("moments", {"a": 7}, "tensor"),
        ("moments", {"a": [[["x"] * 3] * 3] * 3}, "expected an integer"),
        ("moments", {"a": [[[None] * 3] * 3] * 3}, "number was expected"),
        ("moments", {"a": [[[True] * 3] * 3] * 3}, "number was expected"),
        ("loss", {"unit": "spline"}, "spline"),
        ("loss", {"unit": "rbf"}, "alpha"),
        ("loss", {"unit": "rbf", "alpha": -1}, "> 0"),
        ("loss", {"units": []}, "at least one unit"),
        ("loss", {"units": {"w": 1}}, "list"),
        ("loss", {"units": [{"w": [1, 2, 3], "b": 1}]}, "units[0]"),
        ("loss", {"units": [{"w": [1, 2], "b": 1, "c": 1}]}, "3 numbers"),
        ("loss", {"units": [{"w": [1, 2, 3], "b": [1], "c": 1}]}, "units[0].b"),
    ],
)
def test_bad_input_is_one_sentence_and_code_2(capsys, tmp_path, command, change, said):
    assert run(["particles", command, file(tmp_path, {**RELU, **change})]) == 2
    shown = capsys.readouterr()
    assert shown.out == "" and said in shown.err and len(shown.err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["moments"], "neither"), (["moments", "--inputs", "2"], "3 inputs"), (["loss", "no-such-file"], "no-such-file")],
)
def test_bad_usage_is_one_sentence_and_code_2(capsys, arguments, said):
    assert run(["particles", *arguments]) == 2
    shown = capsys.readouterr()
    assert shown.out == "" and said in shown.err and len(shown.err.strip().splitlines()) == 1
