"""`symlandscape relu thresholds`: the document keeps its schema, people get a table, codes follow what was proved."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from symlandscape import schemas
from symlandscape.check import check_document
from symlandscape.cli import run
from symlandscape.evidence import Level
from symlandscape.relu import crossings

Capture = pytest.CaptureFixture[str]


def document(capsys: Capture, *arguments: str, code: int = 0) -> dict[str, Any]:
    assert run(["relu", "thresholds", *arguments, "--json"]) == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(schemas.load("relu.thresholds")).validate(found)
    return found


def test_the_document_has_the_contract_s_keys_and_its_certificates_hold(capsys):
    found = document(capsys, "F1", "--from", "5.5", "--to", "17/3", "--digits", "20", "--certify", "--complete")
    (entry,) = found["thresholds"]
    assert (found["family"], found["from"], found["to"], found["complete"]) == ("F1", "11/2", "17/3", True)
    assert entry["label"] == "s0" and entry["becomes"] == "minimum" and entry["level"] == "certified"
    assert entry["d"].startswith("5.58550524742588")
    assert check_document(entry["certificate"]).verdict == "holds"


def test_the_other_parametrisation_and_an_empty_list(capsys):
    assert document(capsys, "A:flipped=6", "--from", "9", "--to", "10")["thresholds"] == []


def test_people_get_a_table_with_notes(capsys):
    assert run(["relu", "thresholds", "A0", "--from", "2", "--to", "3", "--digits", "12"]) == 0
    text = capsys.readouterr().out
    assert "no bifurcation at integer d = 3" in text and "2.10757983382" in text and "certified" in text
    assert "--complete" in text
    assert run(["relu", "thresholds", "A0", "--from", "3", "--to", "4"]) == 0
    assert "no threshold on this range" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["F1", "--from", "7", "--to", "6"], "smaller to larger"),
        (["F1", "--from", "x"], "x"),
        (["F1", "--to", "3"], "reaches higher"),
        (["Q7"], "family"),
        (["F1", "--slope", "1"], "slope 1"),
        (["F1", "--digits", "0"], "digits"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_2(capsys, arguments, said):
    assert run(["relu", "thresholds", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and said in captured.err and captured.err.count("\n") == 1


def test_an_undecided_crossing_is_printed_and_exits_3_with_what_would_help(capsys, monkeypatch):
    whole = crossings._threshold

    def undecided(*arguments: Any) -> crossings.Threshold:
        return replace(whole(*arguments), level=Level.UNDECIDED, increasing=None, reason=crossings.MORE_DIGITS)

    monkeypatch.setattr(crossings, "_threshold", undecided)
    assert run(["relu", "thresholds", "F1", "--from", "5.5", "--to", "5.6"]) == 3
    captured = capsys.readouterr()
    assert "undecided" in captured.out and "ask for more digits" in captured.out and "--digits" in captured.err
    assert document(capsys, "F1", "--from", "5.5", "--to", "5.6", code=3)["thresholds"][0]["level"] == "undecided"
