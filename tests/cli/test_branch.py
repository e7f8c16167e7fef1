"""`symlandscape relu branch` and `relu daughters`: documents keep their schemas, people get tables, bad input one
sentence.
"""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from symlandscape import schemas
from symlandscape.cli import run
from symlandscape.cli.relu_branch import parsed_split

Capture = pytest.CaptureFixture[str]


def document(capsys: Capture, name: str, *arguments: str) -> dict[str, Any]:
    assert run(["relu", name, *arguments, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(schemas.load(f"relu.{name}")).validate(found)
    return found


def test_a_branch_tells_its_events_and_ends(capsys: Capture) -> None:
    found = document(capsys, "branch", "F1", "--from", "5", "--to", "6")
    (event,) = found["events"]
    assert (event["kind"], event["label"], event["increasing"]) == ("crossing", "s0", True)
    assert event["d"] == pytest.approx(5.58550524742588, abs=1e-9)
    assert [end["kind"] for end in found["ends"]] == ["range", "range"] and found["pattern"] == "d-1,1"


def test_a_pattern_is_a_start_too(capsys: Capture) -> None:
    found = document(capsys, "branch", "7,1", "--from", "7.5", "--to", "8.5", "--loss", "0.0213", "--starts", "5")
    assert found["moving"] == 0 and found["ends"][1]["d"] == pytest.approx(8.5)


def test_daughters_of_both_kinds(capsys: Capture) -> None:
    found = document(capsys, "daughters", "F1", "--label", "s0", "--from", "5", "--to", "7", "--split", "1")
    assert [(d["kind"], d["side"]) for d in found["daughters"]] == [("transcritical", 1), ("transcritical", -1)]
    found = document(capsys, "daughters", "A0", "--label", "x0", "--from", "5.5", "--to", "6.5")
    (one,) = found["daughters"]
    assert (one["kind"], one["opens"], one["sizes"]) == ("pitchfork", "larger d", ["d-2", "1", "1"])
    assert one["ends"][0]["kind"] == "mother" and one["minimum_on"] == []


def test_people_get_tables(capsys: Capture) -> None:
    assert run(["relu", "branch", "F1", "--from", "5", "--to", "6"]) == 0
    text = capsys.readouterr().out
    assert "rises through zero" in text and "5.585505247" in text and "estimated" in text
    assert run(["relu", "branch", "F1", "--from", "7", "--to", "8"]) == 0
    assert "no event on the way" in capsys.readouterr().out
    assert run(["relu", "daughters", "A0", "--label", "x0", "--from", "5.5", "--to", "6.5"]) == 0
    text = capsys.readouterr().out
    assert "pitchfork to larger d" in text and "nowhere a local minimum" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["branch", "Q7"], "family"),
        (["branch", "F1", "--from", "8", "--to", "7"], "smaller to larger"),
        (["branch", "9,1", "--moving", "1", "--starts", "5"], "above 2"),
        (["branch", "F1", "--to", "x"], "x"),
        (["daughters", "F1", "--label", "t"], "t is a fold"),
        (["daughters", "F1", "--label", ""], "s0, x0"),
        (["daughters", "F2", "--label", "e0", "--extra", "2"], "zero eigenvalue"),
        (["daughters", "F1", "--label", "s0", "--from", "9", "--to", "5"], "smaller to larger"),
        (["branch", "7,1", "--loss", "nan"], "finite loss"),
        (["branch", "F1", "--to", "1e400"], "up to 1000000"),
        (["branch", "F1", "--slope", "1"], "linear"),
        (["branch", "C0", "--moving", "3"], "block 3"),
        (["daughters", "F1", "--label", "s0", "--split", "a", "--from", "5", "--to", "6"], "--split"),
        (["daughters", "F1", "--label", "s0", "--split", "9", "--from", "5", "--to", "6"], "cut off less"),
        (["daughters", "F1", "--label", "x0", "--from", "5", "--to", "6"], "no crossing"),
        (["daughters", "F1", "--label", "s0", "--at-crossing", "7"], "no crossing"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_2(capsys: Capture, arguments: list[str], said: str) -> None:
    assert run(["relu", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and said in captured.err and captured.err.count("\n") == 1


def test_splits_are_read() -> None:
    assert parsed_split("2") == ((2,),) and parsed_split("2,1") == ((2, 1),) and parsed_split("1;2") == ((1,), (2,))
