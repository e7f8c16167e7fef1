"""`symlandscape spinglass levels | complexity | mixture | network`: documents, tables, formulas, sentences."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from symlandscape import schemas
from symlandscape.cli import run

Capture = pytest.CaptureFixture[str]


def document(capsys: Capture, command: str, *arguments: str, code: int = 0) -> dict[str, Any]:
    assert run(["spinglass", command, *arguments, "--json"]) == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(schemas.load(f"spinglass.{command}")).validate(found)
    return found


def test_levels_have_the_contract_s_keys(capsys):
    found = document(capsys, "levels", "--p", "3", "--upto", "1", "--digits", "20")
    assert found["p"] == 3 and found["E_inf"] == "1.6329931618554520655"
    assert found["levels"] == {"0": "1.6569983635274732512", "1": "1.6528731981030430102"}
    mixed = document(capsys, "levels", "--mixture", "3:9/10,16:1/10", "--upto", "2", "--digits", "15")
    assert mixed["p"] is None and len(set(mixed["levels"].values())) == 1


def test_complexity_has_the_contract_s_keys(capsys):
    found = document(capsys, "complexity", "--p", "3", "--energy", "-1.7", "--index", "1", "--digits", "12")
    assert found["value"] == "-0.0462149137522" and found["energy"] == "-17/10" and found["level"] == "certified"
    assert document(capsys, "complexity", "--p", "3", "--energy", "1/2")["regime"] == "plateau"
    assert document(capsys, "complexity", "--p", "2", "--energy", "-1")["value"] == "0"


def test_mixture_has_the_contract_s_keys(capsys):
    found = document(capsys, "mixture", "3:1/2,4:1/2", "--digits", "20")
    assert found["class"] == "pure-like" and found["mean_total"] is None
    assert found["E_0_annealed"] == found["ground_state_1rsb"] == "1.7330695583521878518"
    full = document(capsys, "mixture", "3:9/10,16:1/10", "--spins", "2", "--digits", "20")
    assert full["class"] == "full-mixture" and full["G"].startswith("-")
    # two spins: 2 sqrt(1 + 3 rho), rho = 29.4/4.3
    assert full["mean_total"].startswith("9.27") and full["spins"] == 2


def test_network_has_the_contract_s_keys(capsys):
    found = document(capsys, "network", "--widths", "100,25,25,1")
    assert found["paths"] == 62500 and found["redundancy"].startswith("79.375026")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["levels", "--p", "3", "--upto", "1"], ("E_1", "1.652873198", "certified")),
        (["complexity", "--p", "3", "--energy", "-1.7"], ("-0.0304456617", "regime: outside")),
        (["complexity", "--mixture", "3:1/2,4:1/2", "--energy", "-1", "--index", "2"], ("index 2", "plateau")),
        (["mixture", "3:1/2,4:1/2"], ("pure-like", "ground_state_1rsb")),
        (["network", "--widths", "4,4,1"], ("paths_per_input", "redundancy")),
    ],
)
def test_people_get_a_table(capsys, arguments, words):
    assert run(["spinglass", *arguments]) == 0
    text = capsys.readouterr().out
    assert all(word in text for word in words)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["levels", "--p", "3"], (r"E_k = E_\infty \cosh t_k", "p = 3")),
        (["levels", "--mixture", "3:1/2,4:1/2"], (r"\Sigma_k", r"\nu' = \frac{7}{2}")),
        (["complexity", "--p", "4", "--energy", "-1", "--index", "1"], (r"\Theta_{k,p}", "k = 1")),
        (["complexity", "--p", "4", "--energy", "-1"], (r"\Theta_p(u)",)),
        (["complexity", "--mixture", "3:1/2,4:1/2", "--energy", "-1"], (r"\sup_{r}",)),
        (["mixture", "3:1/2,4:1/2"], (r"\frac{x^{3}}{2} + \frac{x^{4}}{2}", r"E_{1RSB}")),
    ],
)
def test_formulas_come_as_balanced_latex(capsys, arguments, words):
    assert run(["spinglass", *arguments, "--format", "latex"]) == 0
    text = capsys.readouterr().out
    assert all(word in text for word in words)
    assert text.count("{") == text.count("}") and text.count(r"\begin") == text.count(r"\end")
    assert text.count(r"\left") - text.count(r"\leftarrow") == text.count(r"\right")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["levels", "--p", "1"], "integer >= 2"),
        (["levels"], "one of --p and --mixture"),
        (["levels", "--p", "3", "--mixture", "3:1"], "one of --p and --mixture"),
        (["levels", "--p", "3", "--upto", "-1"], "highest index"),
        (["levels", "--p", "3", "--digits", "4001"], "digits"),
        (["complexity", "--p", "3", "--energy", "x"], "expected an integer"),
        (["complexity", "--p", "3", "--energy", "-1", "--index", "-1"], "index"),
        (["complexity", "--p", "3"], "--energy"),
        (["mixture", "3:1/2,4:1/4"], "normalised they are 3:2/3,4:1/3"),
        (["mixture", "3:1/2,4:1/2", "--spins", "0"], "N >= 1"),
        (["network", "--widths", "3,2"], "one output"),
    ],
)
def test_bad_input_is_one_sentence_and_code_2(capsys, arguments, said):
    assert run(["spinglass", *arguments]) == 2
    shown = capsys.readouterr()
    assert shown.out == "" and said in shown.err and len(shown.err.strip().splitlines()) == 1
