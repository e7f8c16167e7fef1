"""`symlandscape reproduce`: codes, streams and files, with toy derivations."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import jsonschema
import pytest

from symlandscape import schemas
from symlandscape.cli import run
from symlandscape.evidence import Check, Claim, Verdict, certified

Capture = pytest.CaptureFixture[str]


def provider(name: str, verdict: Verdict | BaseException, theme: str = "relu") -> SimpleNamespace:
    def claims(profile: str, seed: int) -> Iterator[Claim]:
        if isinstance(verdict, BaseException):
            raise verdict
        checks: tuple[Check, ...] = (certified("ball", verdict),)
        yield Claim(f"{name}.claim", theme, "x = 1", "here", checks)

    return SimpleNamespace(NAME=name, THEME=theme, claims=claims)


TOYS = {
    "derivations.true": provider("true", Verdict.YES),
    "derivations.false": provider("false", Verdict.NO, "wrong"),
    "derivations.open": provider("open", Verdict.UNDECIDED, "unknown"),
    "derivations.broken": provider("broken", ValueError("lost"), "lost"),
    "derivations.stopped": provider("stopped", KeyboardInterrupt(), "stop"),
}


@pytest.fixture(autouse=True)
def toys(monkeypatch: pytest.MonkeyPatch) -> None:
    names = tuple(name.removeprefix("derivations.") for name in TOYS)
    monkeypatch.setitem(sys.modules, "derivations", SimpleNamespace(PROVIDERS=names, __path__=[]))
    for name, toy in TOYS.items():
        monkeypatch.setitem(sys.modules, name, toy)


@pytest.mark.parametrize(
    ("themes", "code"),
    [(["relu"], 0), (["wrong"], 1), (["unknown"], 3), (["lost"], 3), (["unknown", "wrong"], 1), (["relu", "lost"], 3)],
)
def test_the_exit_code_is_that_of_the_worst_claim(
    tmp_path: Path, themes: list[str], code: int, capsys: Capture
) -> None:
    assert run(["reproduce", *themes, "--out", str(tmp_path)]) == code
    out, err = capsys.readouterr()
    assert "claims:" in out and "report.html" in out and err == ""
    assert (tmp_path / "report.html").is_file()


def test_as_json_the_ledger_is_the_one_document(tmp_path: Path, capsys: Capture) -> None:
    assert run(["reproduce", "relu", "--out", str(tmp_path), "--profile", "full", "--seed", "3", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(schemas.load("ledger")).validate(document)
    assert document == json.loads((tmp_path / "ledger.json").read_text(encoding="utf-8"))
    assert (document["profile"], document["seed"]) == ("full", 3)


def test_ctrl_c_is_one_sentence_130_and_no_files(tmp_path: Path, capsys: Capture) -> None:
    assert run(["reproduce", "relu", "stop", "--out", str(tmp_path / "out")]) == 130
    out, err = capsys.readouterr()
    assert out == "" and "interrupted" in err and len(err.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_an_unwritable_folder_is_one_sentence_and_2(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "file").write_text("")
    assert run(["reproduce", "stop", "--out", str(tmp_path / "file")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_an_unknown_theme_is_one_sentence_and_2(tmp_path: Path, capsys: Capture) -> None:
    assert run(["reproduce", "cooking", "--out", str(tmp_path / "out")]) == 2
    assert "a theme was expected (lost, relu, stop, unknown, wrong)" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
