"""`symlandscape spinglass count`: the document keeps its schema, bad input is one sentence."""

from __future__ import annotations

import json

import jsonschema
import pytest
import sympy

from symlandscape import schemas
from symlandscape.cli import run


def document(capsys, *arguments):
    assert run(["spinglass", "count", *arguments, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(schemas.load("spinglass.count")).validate(found)
    return found


def test_the_total_comes_with_its_closed_form(capsys):
    found = document(capsys, "--p", "3", "--spins", "3")
    assert sympy.sympify(found["exact"]) == 2 + 16 * sympy.sqrt(14) / 7
    assert found["value"].startswith("10.5523597411975803") and found["level"] == "certified"


def test_an_index_and_an_energy_restrict_the_count(capsys):
    found = document(capsys, "--p", "3", "--spins", "4", "--index", "1", "--below", "-0.5", "--digits", "12")
    assert (found["index"], found["below"], found["exact"]) == (1, "-1/2", None)
    assert 0 < float(found["value"]) < 5.8155924


@pytest.mark.parametrize("name", ["--p", "--mixture"])
def test_a_mixture_may_be_named_either_way(capsys, name):
    found = document(capsys, name, "3:1/2,4:1/2", "--spins", "2")
    assert found["p"] is None and found["mixture"] == "3:1/2,4:1/2"
    assert sympy.sympify(found["exact"]) ** 2 == 4 * (1 + 3 * sympy.Rational(18, 7))


def test_the_leading_term_for_many_spins_stands_beside_the_count(capsys):
    part = document(capsys, "--p", "3", "--spins", "40", "--asymptotic", "--digits", "12")["asymptotic"]
    assert part["regime"] == "above" and part["power"] == "1/2"
    assert 0.97 < float(part["quotient"]) < 0.98
    assert run(["spinglass", "count", "--p", "3", "--spins", "40", "--asymptotic", "--digits", "12"]) == 0
    assert f"count / leading term = {part['quotient']} ±" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["--p", "3", "--spins", "3"], r"2 + \frac{16 \sqrt{14}}{7}"),
        (["--p", "3", "--spins", "4", "--index", "1", "--below", "-1"], r"p_{1}(x)"),
        (["--p", "3:1/2,4:1/2", "--spins", "4", "--below", "1"], r"R_1(x) \Phi"),
    ],
)
def test_the_formula_that_was_evaluated_comes_as_latex(capsys, arguments, shown):
    assert run(["spinglass", "count", *arguments, "--digits", "5", "--format", "latex"]) == 0
    found = capsys.readouterr().out
    assert shown in found and found.count("{") == found.count("}")


def test_people_read_the_value_with_its_mark(capsys):
    assert run(["spinglass", "count", "--p", "3", "--spins", "2"]) == 0
    shown = capsys.readouterr().out
    assert "2*sqrt(7)" in shown and "(certified)" in shown and "5.29150262212918118" in shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--p", "1", "--spins", "3"], "integer >= 2"),
        (["--p", "5/2", "--spins", "3"], "integer >= 2"),
        (["--p", "3", "--spins", "0"], "N >= 1"),
        (["--p", "3", "--spins", "3", "--index", "3"], "from 0 to N - 1"),
        (["--p", "3", "--spins", "3", "--below", "low"], "expected an integer"),
        (["--spins", "3"], "one of --p and --mixture"),
        (["--p", "3", "--spins", "4", "--index", "0", "--asymptotic"], "leave --index out"),
        (["--p", "3:1/2,4:1/2", "--spins", "4", "--asymptotic"], "a mixture"),
        (["--p", "2", "--spins", "4", "--asymptotic"], "exactly 2N"),
        (["--p", "3"], "--spins"),
        (["--p", "3:1/2", "--spins", "3"], "sum"),
    ],
)
def test_bad_input_is_one_sentence_and_code_2(capsys, arguments, said):
    assert run(["spinglass", "count", *arguments]) == 2
    shown = capsys.readouterr()
    assert shown.out == "" and said in shown.err and len(shown.err.strip().splitlines()) == 1
