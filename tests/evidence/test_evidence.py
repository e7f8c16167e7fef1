"""Evidence is computed: levels from what checks found, claims from their checks, nothing typed in by hand."""

from __future__ import annotations

import dataclasses
import itertools
import json
import math
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy

from symlandscape.arith.balls import arb
from symlandscape.errors import InputError
from symlandscape.evidence import (
    Check,
    Claim,
    Ledger,
    Level,
    Verdict,
    at_least,
    certified,
    checked,
    estimated,
    installed_versions,
    proved,
    strongest,
    weakest,
)
from symlandscape.evidence.numbers import agreeing_digits

EVIDENCE = [Level.ESTIMATED, Level.CHECKED, Level.CERTIFIED, Level.PROVED]


def claim(*checks: Check, identity: str = "c", statement: Any = "x = 1") -> Claim:
    return Claim(identity, "relu", statement, "arjevani2021, Thm 1", checks)


# levels and verdicts


def test_a_chain_has_the_minimum_and_independent_checks_the_maximum() -> None:
    for a, b in itertools.combinations(EVIDENCE, 2):
        assert weakest([a, b]) is weakest([b, a]) is a
        assert strongest([a, b]) is strongest([b, a]) is b


@pytest.mark.parametrize("level", list(Level))
def test_one_refutation_refutes_both_ways(level: Level) -> None:
    assert weakest([level, Level.REFUTED]) is Level.REFUTED and strongest([Level.REFUTED, level]) is Level.REFUTED


def test_undecided_breaks_a_chain_and_adds_nothing_to_checks() -> None:
    assert weakest([Level.PROVED, Level.UNDECIDED]) is Level.UNDECIDED
    assert strongest([Level.ESTIMATED, Level.UNDECIDED]) is Level.ESTIMATED
    assert weakest([]) is strongest([]) is strongest([Level.UNDECIDED]) is Level.UNDECIDED


def test_thresholds_on_levels_count_evidence_only() -> None:
    assert at_least(Level.PROVED, Level.CHECKED) and not at_least(Level.ESTIMATED, Level.CHECKED)
    assert not at_least(Level.REFUTED, Level.ESTIMATED) and not at_least(Level.UNDECIDED, Level.ESTIMATED)


def test_level_names_are_those_of_the_published_ledger() -> None:
    assert [level.value for level in Level] == ["proved", "certified", "checked", "estimated", "refuted", "undecided"]


def test_verdicts_follow_kleenes_tables() -> None:
    yes, no, maybe = Verdict.YES, Verdict.NO, Verdict.UNDECIDED
    assert [v.not_() for v in (yes, no, maybe)] == [no, yes, maybe]
    for a, b in itertools.product(Verdict, Verdict):
        expected = no if no in (a, b) else maybe if maybe in (a, b) else yes
        assert a.and_(b) is expected and a.not_().or_(b.not_()) is expected.not_()
    assert [Verdict.of(k) for k in (True, False, None)] == [yes, no, maybe]


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_verdict_is_no_bool(verdict: Verdict) -> None:
    with pytest.raises(TypeError, match="three values"):
        bool(verdict)


# checks


@pytest.mark.parametrize(
    ("identity", "level"),
    [(True, Level.PROVED), (False, Level.REFUTED), (None, Level.UNDECIDED), (Verdict.NO, Level.REFUTED)],
)
def test_identities_prove_or_refute(identity: Any, level: Level) -> None:
    assert proved("cancel to 0", identity).level is level


@pytest.mark.parametrize("identity", [1, "yes", sympy.Lt(sympy.Symbol("x"), 1), sympy.true])
def test_an_undecided_object_is_no_identity(identity: Any) -> None:
    with pytest.raises(InputError, match="True, False or None"):
        proved("x < 1", identity)


def test_balls_certify_refute_or_leave_open() -> None:
    levels = [certified("sign", v).level for v in (Verdict.YES, Verdict.NO, Verdict.UNDECIDED)]
    assert levels == [Level.CERTIFIED, Level.REFUTED, Level.UNDECIDED]
    with pytest.raises(InputError, match="Verdict"):
        certified("sign", True)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("left", "right", "digits", "level"),
    [
        ("0.333", Fraction(1, 3), 3, Level.CHECKED),
        ("0.333", Fraction(1, 3), 4, Level.REFUTED),
        (1, 1, 100, Level.CHECKED),
        ("1e-12", 0, 12, Level.CHECKED),
        ("1e-12", 0, 13, Level.REFUTED),
        (0, "1e-12", 1, Level.REFUTED),
        ("1e300", "1.0001e300", 5, Level.REFUTED),
        ("-1", "1", 1, Level.REFUTED),
        (0.1, Fraction(1, 10), 16, Level.CHECKED),
        (np.float64(0.1), "0.1", 16, Level.CHECKED),
        (np.float32(0.5), sympy.Rational(1, 2), 30, Level.CHECKED),
        (np.int64(2), 2, 30, Level.CHECKED),
        (math.nan, 1, 5, Level.UNDECIDED),
        (1, mpmath.inf, 5, Level.UNDECIDED),
    ],
)
def test_two_roads_agree_to_the_asked_digits_or_refute(left: Any, right: Any, digits: int, level: Level) -> None:
    assert checked("two roads", left, right, digits).level is level


def test_agreement_is_counted_in_exact_arithmetic_beyond_doubles() -> None:
    with mpmath.workdps(60):
        left, right = mpmath.sqrt(2), mpmath.mpf(2) ** 0.5 + mpmath.mpf(10) ** -50
    check = checked("sqrt 2", left, right, 50)
    assert check.level is Level.CHECKED and checked("sqrt 2", left, right, 51).level is Level.REFUTED
    assert "50 digits agree" in check.detail


@pytest.mark.parametrize("n", [-3, 0, 1, 15, 16, 100, 1000])
def test_digit_count_is_exact_at_the_boundary(n: int) -> None:
    gap = Fraction(10) ** -n
    assert agreeing_digits(1 + gap, Fraction(1)) == n
    assert agreeing_digits(1 + gap * (1 + Fraction(1, 10**9)), Fraction(1)) == n - 1


@pytest.mark.parametrize("value", [mpmath.mpc(1, 2), arb(1), True, None, 1j, "one", "1/0", sympy.pi])
def test_numbers_without_an_exact_reading_are_not_compared(value: Any) -> None:
    with pytest.raises(InputError, match="expected"):
        checked("two roads", value, 1, 5)


@pytest.mark.parametrize("digits", [0, -1, 2.5, True])
def test_at_least_one_digit_must_be_asked(digits: Any) -> None:
    with pytest.raises(InputError, match="digit"):
        checked("two roads", 1, 1, digits)


@pytest.mark.parametrize(
    ("value", "expected", "error", "level"),
    [
        (1.1, 1, 0.1, Level.ESTIMATED),
        (1.6, 1, 0.1, Level.REFUTED),
        (0.4, 1, 0.1, Level.REFUTED),
        (1.0, 1, 0.0, Level.ESTIMATED),
        (1.1, 1, 0.0, Level.REFUTED),
        (math.nan, 1, 0.1, Level.UNDECIDED),
        (math.nan, 1, 0.0, Level.UNDECIDED),
        (mpmath.mpf(1), Fraction(1), mpmath.mpf("0.1"), Level.ESTIMATED),
    ],
)
def test_estimates_are_refuted_beyond_five_standard_errors(value: Any, expected: Any, error: Any, level: Level) -> None:
    assert estimated("mean", value, expected, error).level is level


def test_a_yes_or_no_without_a_standard_error_is_told_in_words() -> None:
    found = [estimated("failures", count, 0, 0.0, f"{count} of 3").detail for count in (0, 2, math.nan)]
    assert found == ["0 of 3: holds", "2 of 3: 2, and 0 was claimed", "nan of 3: undecided"]


@pytest.mark.parametrize("error", [-0.1, math.nan, math.inf])
def test_a_standard_error_is_finite_and_not_negative(error: float) -> None:
    with pytest.raises(InputError, match="standard error"):
        estimated("mean", 1.0, 1.0, error)


def test_no_level_can_be_typed_in() -> None:
    check = proved("identity", True, "by cancel")
    assert "level" not in {f.name for f in dataclasses.fields(Check)} | {f.name for f in dataclasses.fields(Claim)}
    with pytest.raises((AttributeError, TypeError)):
        check.level = Level.PROVED  # type: ignore[misc]
    with pytest.raises(InputError, match="found"):
        Check("identity", Level.PROVED)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="name"):
        proved(" ", True)
    assert check.detail.startswith("by cancel: ")


# claims and the ledger


def test_a_claim_has_the_level_of_its_strongest_check_unless_one_refutes() -> None:
    good, weak, bad = proved("p", True), checked("c", 1, 1, 5), certified("e", Verdict.NO)
    assert claim(weak, good).level is Level.PROVED and claim(good, weak, bad).level is Level.REFUTED
    assert claim().level is Level.UNDECIDED
    assert claim(good, weak, bad).checks == (good, weak, bad)


def test_statements_are_latex_or_sympy() -> None:
    assert claim(statement=r"\pi > 3").latex == r"\pi > 3"
    assert claim(statement=sympy.Eq(sympy.Symbol("x"), sympy.sqrt(2) / 2)).latex == r"x = \frac{\sqrt{2}}{2}"


def test_claims_say_what_they_are() -> None:
    with pytest.raises(InputError, match="source"):
        Claim("i", "relu", "x", "", ())
    with pytest.raises(InputError, match="checks"):
        Claim("i", "relu", "x", "s", (Level.PROVED,))  # type: ignore[arg-type]


def test_ledger_document_has_the_published_shape() -> None:
    ledger = Ledger([claim(checked("c", 1, 1, 5, "detail"))], versions={"python": "3"}, profile="full", seed=7)
    assert json.loads(json.dumps(ledger.to_json())) == {
        "schema": 1,
        "claims": [
            {
                "id": "c",
                "theme": "relu",
                "statement": "x = 1",
                "source": "arjevani2021, Thm 1",
                "level": "checked",
                "checks": [{"name": "c", "level": "checked", "detail": "detail: equal, 5 asked: 1 and 1"}],
                "seconds": 0.0,
            }
        ],
        "versions": {"python": "3"},
        "profile": "full",
        "seed": 7,
    }


def test_ledger_takes_each_statement_once_and_keeps_order() -> None:
    ledger = Ledger()
    for name in ("b", "a"):
        ledger.add(claim(certified("e", Verdict.NO), identity=name))
    with pytest.raises(InputError, match="second time"):
        ledger.add(claim(identity="a"))
    assert [c.id for c in ledger.claims] == ["b", "a"] and len(ledger.at_level(Level.REFUTED)) == 2


def test_ledger_refuses_unknown_profiles_and_seeds() -> None:
    with pytest.raises(InputError, match="profile"):
        Ledger(profile="fast")
    with pytest.raises(InputError, match="seed"):
        Ledger(seed=-1)


def test_ledger_file_is_its_document(tmp_path: Path) -> None:
    ledger = Ledger([claim(proved("p", True))])
    assert json.loads(ledger.write(tmp_path / "ledger.json").read_text()) == ledger.to_json()
    assert {"python", "sympy", "python-flint"} <= installed_versions().keys()


def test_importing_evidence_imports_no_algebra_system() -> None:
    heavy = "('sympy', 'flint', 'mpmath', 'numpy')"
    code = f"import sys, symlandscape.evidence; print([m for m in {heavy} if m in sys.modules])"
    root = Path(__file__).parents[2]
    answer = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
