"""`symlandscape relu series` and `relu theorem`: documents keep their schemas, bad input gets one sentence."""

from __future__ import annotations

import json
from fractions import Fraction

import jsonschema
import pytest
import sympy

from symlandscape import relu, schemas
from symlandscape.cli import run
from symlandscape.relu import theorem_certificate

LAST = Fraction(1, 32)


def document(capsys, name, *arguments, code=0):
    assert run(["relu", name, *arguments, "--json"]) == code
    found = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(schemas.load(f"relu.{name}")).validate(found)
    return found


def test_series_coefficients_are_read_by_sympy(capsys):
    found = document(capsys, "series", "A0", "--order", "2")
    assert found["variable"] == "d**(-1/2)"
    assert found["loss"]["from"] == 0
    second = sympy.sympify(found["loss"]["coefficients"][1])
    assert sympy.cancel(second + 4 / (3 * sympy.pi)) == 0
    assert [len(values) for values in found["spectrum"].values()] == [2, 3, 1, 1]


def test_a_family_with_an_extra_row_says_in_which_power_of_d_it_expands(capsys):
    found = document(capsys, "series", "A0", "--extra", "1", "--order", "2")
    assert (found["variable"], found["extra"]) == ("d**(-1/2)", 1)
    assert found["exponents"]
    assert run(["relu", "series", "A0", "--extra", "1", "--order", "2"]) == 0
    assert "measured d^" in capsys.readouterr().out


def test_series_are_shown_to_people_and_as_latex(capsys):
    assert run(["relu", "series", "A0", "--order", "1"]) == 0
    assert "-4/(3*pi)" in capsys.readouterr().out
    assert run(["relu", "series", "A0", "--order", "1", "--format", "latex"]) == 0
    assert capsys.readouterr().out.startswith(r"\begin{align*}")


@pytest.mark.full
def test_the_theorem_for_a0_is_certified(capsys):
    found = document(capsys, "theorem", "A0", "--from", "5", "--beyond", "36", "--order", "8")
    assert (found["verdict"], found["level"], found["label"]) == ("yes", "certified", "x0")
    assert found["threshold"].startswith("5.7638127349195711669")


def test_the_certificate_of_a_theorem_proves_it_alone_is_printed_written_and_re_verified(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(relu, "minimum_for_all", None)
    out = tmp_path / "theorem.json"
    found = document(capsys, "theorem", "A0", "--from", "5", "--certify", "--out", str(out))
    assert json.loads(out.read_text(encoding="utf-8")) == found["certificate"]
    assert (found["verdict"], found["level"], found["label"], found["reason"]) == ("yes", "certified", "x0", "")
    assert found["threshold"].startswith("5.7638127349195711669") and found["half_line_from"] == "1024"
    assert run(["check", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["results"][0]["kind"] == "relu.theorem"


def test_a_certificate_that_is_not_confirmed_is_undecided_with_code_three(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(theorem_certificate, "TAILS", ((4, 10, (-9,)),))
    monkeypatch.setattr(
        theorem_certificate, "_cover", lambda *_: theorem_certificate._half_line(relu.family("A0"), LAST)
    )
    assert run(["relu", "theorem", "A0", "--from", "5", "--out", str(tmp_path / "x.json")]) == 3
    shown = capsys.readouterr()
    assert shown.out == "" and "half-line of A0 was not confirmed" in shown.err
    assert not (tmp_path / "x.json").exists()


def test_an_unproved_half_line_is_undecided_with_code_three(capsys):
    found = document(capsys, "theorem", "A0", "--from", "5", "--beyond", "9", "--order", "3", code=3)
    assert found["verdict"] == "undecided"
    assert found["reason"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["series", "C0"],
        ["series", "A[flipped=3]"],
        ["series", "A0", "--order", "0"],
        ["series", "A0", "--extra", "2"],
        ["series", "A[kept=n]"],
        ["series", "F<p>", "--order", "9"],
        ["theorem", "A0", "--from", "5", "--beyond", "37"],
        ["theorem", "A0", "--from", "8", "--beyond", "36"],
        ["theorem", "A0"],
        ["theorem", "A0", "--from", "5", "--certify", "--order", "6"],
        ["theorem", "A0", "--from", "5", "--certify", "--beyond", "100"],
        ["theorem", "A0", "--from", "20", "--certify"],
    ],
)
def test_bad_input_is_one_sentence_and_code_two(capsys, arguments):
    assert run(["relu", *arguments]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert len(shown.err.strip().splitlines()) == 1
    assert "Traceback" not in shown.err
