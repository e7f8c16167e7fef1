"""`symlandscape check`: files in, verdicts out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from symlandscape import schemas
from symlandscape.cli import run

Capture = pytest.CaptureFixture[str]


@dataclass(frozen=True)
class Outcome:
    kind: str
    verdict: str
    reason: str


@pytest.fixture(autouse=True)
def toy_checker(monkeypatch: pytest.MonkeyPatch) -> None:
    """A checker that holds what says so: the command is tested here, not the mathematics."""

    def check_document(document: dict[str, Any]) -> Outcome:
        holds = document.get("true", False)
        return Outcome(document.get("kind", "unknown"), "holds" if holds else "rejected", "as [bold] as it says")

    monkeypatch.setattr("symlandscape.check.check_document", check_document)


def put(folder: Path, name: str, document: Any) -> str:
    (folder / name).write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return str(folder / name)


def test_certificates_that_hold_give_0_and_one_rejected_gives_1(tmp_path: Path, capsys: Capture) -> None:
    good = put(tmp_path, "good.json", {"kind": "toy", "true": True})
    bad = put(tmp_path, "bad.json", {"kind": "toy", "true": False})
    assert run(["check", good]) == 0
    assert run(["check", good, bad]) == 1
    assert "as [bold] as it says" in capsys.readouterr().out


def test_the_document_keeps_its_schema(tmp_path: Path, capsys: Capture) -> None:
    good = put(tmp_path, "good.json", {"kind": "toy", "true": True})
    assert run(["check", good, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(schemas.load("check")).validate(document)
    assert document["results"] == [{"file": good, "kind": "toy", "verdict": "holds", "reason": "as [bold] as it says"}]


def test_documents_that_carry_certificates_are_taken_whole(tmp_path: Path, capsys: Capture) -> None:
    carried = {"kind": "toy", "true": True}
    family = put(tmp_path, "family.json", {"family": "F1", "certificate": carried})
    solve = put(tmp_path, "solve.json", {"points": [{"certificate": carried}, {}, {"certificate": {"kind": "toy"}}]})
    assert run(["check", family, "--json"]) == 0
    capsys.readouterr()
    assert run(["check", solve, "--json"]) == 1
    assert [r["verdict"] for r in json.loads(capsys.readouterr().out)["results"]] == ["holds", "rejected"]


def test_a_certificate_that_carries_another_is_judged_itself(tmp_path: Path) -> None:
    both = put(tmp_path, "both.json", {"kind": "toy", "true": False, "certificate": {"kind": "toy", "true": True}})
    assert run(["check", both]) == 1


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "it is empty"),
        ('{"kind": "toy", ', "a JSON document was expected"),
        ("[1]", "a JSON object was expected"),
        ('{"a": NaN}', "NaN is no JSON number"),
        ('{"a": 1, "a": 2}', "a key occurs twice"),
        ("[" * 100_000, "a JSON document was expected"),
        ('{"a": ' + "9" * 5000 + "}", "a JSON document was expected"),
    ],
)
def test_a_file_that_is_no_document_gives_2_and_one_sentence(
    tmp_path: Path, text: str, what: str, capsys: Capture
) -> None:
    assert run(["check", put(tmp_path, "x.json", text)]) == 2
    out, err = capsys.readouterr()
    assert out == "" and what in err and len(err.splitlines()) == 1


def test_a_missing_file_a_folder_and_bytes_give_2(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe\x00")
    for place in (tmp_path / "none.json", tmp_path, tmp_path / "bytes.json"):
        assert run(["check", str(place)]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1
