"""`symlandscape spinglass enumerate | descend`: documents, tables, files, codes, sentences."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from numba_kernels._jit import COMPILED
from symlandscape import schemas, spinglass
from symlandscape.cli import run

pytestmark = pytest.mark.skipif(not COMPILED, reason="thousands of iterations: compiled only")

Capture = pytest.CaptureFixture[str]
ENUMERATE = ["spinglass", "enumerate", "--p", "3", "--spins", "3", "--samples", "6"]
DESCEND = ["spinglass", "descend", "--p", "3", "--spins", "10", "--samples", "2", "--starts", "3"]


def document(capsys: Capture, name: str, command: list[str], code: int = 0) -> dict[str, Any]:
    assert run([*command, "--json"]) == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(schemas.load(f"spinglass.{name}")).validate(found)
    return found


def test_an_enumeration_is_the_functions_document_and_its_arrays(capsys: Capture, tmp_path: Path) -> None:
    out = tmp_path / "points.npz"
    found = document(capsys, "enumerate", [*ENUMERATE, "--seed", "4", "--below", "-0.5", "--out", str(out)])
    result = spinglass.enumerate_critical_points(3, 3, 6, 4)
    assert found["mean"] == result.mean().mean and found["seed"] == 4 and found["euler_violations"] == 0
    assert found["below"]["energy"] == "-1/2" and found["below"]["mean"] == result.mean(below="-1/2").mean
    assert len(found["by_index"]) == 3 and found["exact"] == pytest.approx(10.55235974119758)
    with np.load(out) as arrays:
        assert np.array_equal(arrays["energies"], result.energies)
        assert arrays["points"].shape == (result.energies.size, 3)


def test_threads_change_nothing(capsys: Capture) -> None:
    assert document(capsys, "enumerate", ENUMERATE) == document(capsys, "enumerate", [*ENUMERATE, "--threads", "2"])
    assert document(capsys, "descend", DESCEND) == document(capsys, "descend", [*DESCEND, "--threads", "2"])


def test_a_descent_is_the_functions_document_for_a_degree_and_for_a_mixture(capsys: Capture, tmp_path: Path) -> None:
    out = tmp_path / "ends.npz"
    found = document(capsys, "descend", [*DESCEND, "--out", str(out), "--store", str(tmp_path / "store")])
    result = spinglass.descend(3, 10, 2, 3)
    assert found["mean_energy"] == float(result.energies.mean()) and found["method"] == "gd"
    with np.load(out) as arrays:
        assert np.array_equal(arrays["energies"], result.energies)
    mixed = [*DESCEND[:2], "--mixture", "3:1/2,4:1/2", *DESCEND[4:], "--method", "lbfgs"]
    assert document(capsys, "descend", mixed)["p"] is None
    alone = [*DESCEND[:4], "--spins", "8", "--samples", "1"]
    assert document(capsys, "descend", alone)["standard_error"] is None


def test_tables_are_readable(capsys: Capture) -> None:
    assert run([*ENUMERATE, "--below", "-1"]) == 0
    text = capsys.readouterr().out
    assert "index 2" in text and "below -1" in text and "every sample is complete" in text and "2 mod 4" in text
    assert run(DESCEND) == 0
    text = capsys.readouterr().out
    assert "-E_inf" in text and "-1.63299" in text and "6 of 6 converged: 6 minima" in text


def test_an_incomplete_sample_is_code_3_and_is_named(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    made = spinglass.enumerate_critical_points(3, 3, 6)
    weak = replace(made, complete=np.arange(6) != 2)
    monkeypatch.setattr(spinglass, "enumerate_critical_points", lambda *rest, **named: weak, raising=False)
    assert document(capsys, "enumerate", ENUMERATE, code=3)["failed_samples"] == [2]
    assert run(ENUMERATE) == 3
    shown = capsys.readouterr()
    assert "incomplete samples: 2" in shown.out and len(shown.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["enumerate", "--p", "1", "--spins", "3", "--samples", "6"], "degree"),
        (["enumerate", "--p", "3", "--spins", "0", "--samples", "6"], "spins"),
        (["enumerate", "--p", "3", "--spins", "60", "--samples", "6"], "fewer spins"),
        (["enumerate", "--p", "3", "--spins", "3", "--samples", "1"], "samples"),
        (["enumerate", "--p", "3", "--spins", "3", "--samples", "5", "--below", "x"], "decimal"),
        (["enumerate", "--p", "3", "--spins", "3", "--samples", "5", "--device", "cuda"], "CUDA"),
        (["enumerate", "--p", "3", "--spins", "3", "--samples", "5", "--out", "a.txt"], "npz"),
        (["descend", "--spins", "3", "--samples", "5"], "neither"),
        (["descend", "--p", "3", "--mixture", "3:1", "--spins", "3", "--samples", "5"], "both"),
        (["descend", "--mixture", "3:1/2", "--spins", "3", "--samples", "5"], "normalised"),
        (["descend", "--p", "3", "--spins", "0", "--samples", "5"], "spins"),
        (["descend", "--p", "3", "--spins", "100000", "--samples", "5"], "fewer spins"),
        (["descend", "--p", "3", "--spins", "3", "--samples", "5", "--method", "sgd"], "method"),
    ],
)
def test_bad_input_is_one_sentence_and_code_2(capsys: Capture, arguments: list[str], word: str) -> None:
    assert run(["spinglass", *arguments]) == 2
    shown = capsys.readouterr()
    assert shown.out == "" and len(shown.err.splitlines()) == 1 and word in shown.err
