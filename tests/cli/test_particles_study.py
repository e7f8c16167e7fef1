"""`symlandscape particles train | scaling`: documents, tables, arrays, sentences."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import numpy as np
import pytest

from numba_kernels._jit import COMPILED
from symlandscape import schemas
from symlandscape.cli import run

pytestmark = pytest.mark.skipif(not COMPILED, reason="many evaluations: compiled only")

Capture = pytest.CaptureFixture[str]
TRAIN = ("train", "--inputs", "4", "--width", "6", "--unit", "relu", "--steps", "20", "--step", "0.05")
SCALING = ("scaling", "--inputs", "4", "--widths", "2,4,8", "--unit", "rbf", "--seeds", "3")


def document(capsys: Capture, *arguments: str) -> dict[str, Any]:
    assert run(["particles", *arguments, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(schemas.load(f"particles.{arguments[0]}")).validate(found)
    return found


@pytest.mark.parametrize(
    "how", [("--batch", "8"), ("--full",), ("--full", "--flow"), ("--rule", "1/2", "--quench", "5")]
)
def test_a_training_has_the_contract_s_keys(capsys, how):
    found = document(capsys, *TRAIN, *how)
    assert len(found["loss"]) == len(found["times"]) == 21 and found["times"][-1] == pytest.approx(1.0)
    assert found["stability_limit"] > 0.05 and found["final_loss"] < found["first_loss"]
    assert found["standard_error"] is None and not found["stopped"]


def test_arrays_hold_the_network_and_do_not_depend_on_threads(capsys, tmp_path):
    options = ("--batch", "8", "--starts", "3", "--logs", "2", "--seed", "4")
    paths = [tmp_path / "one.npz", tmp_path / "two.npz"]
    found = [
        document(capsys, *TRAIN, *options, "--out", str(path), "--threads", threads)
        for path, threads in zip(paths, "12", strict=True)
    ]
    assert found[0] == found[1] and len(found[0]["standard_error"]) == 3
    one, two = (np.load(path) for path in paths)
    assert one["Z"].shape == (3, 6, 5) and one["losses"].shape == (3, 3)
    assert all((one[name] == two[name]).all() for name in one)


def test_a_training_that_stops_says_so(capsys):
    assert run(["particles", *TRAIN[:-1], "30", "--full", "--force", "--json"]) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out)["stopped"] and "ran away" in shown.err


def test_a_scaling_study_has_the_contract_s_keys(capsys, tmp_path):
    found = document(capsys, *SCALING, "--out", str(tmp_path / "x.npz"), "--store", str(tmp_path / "s.sqlite"))
    assert [row["n"] for row in found["rows"]] == [2, 4, 8] and len(found["local_slopes"]) == 2
    assert found["slope"] < 0 and found["quantity"] == "converged" and found["on_sphere"]
    assert document(capsys, *SCALING, "--store", str(tmp_path / "s.sqlite")) == found
    trained = document(capsys, *SCALING, "--quantity", "trained", "--steps", "10", "--full")
    assert trained["rows"][0]["loss"] > found["rows"][0]["loss"]


def test_shards_and_their_union_are_the_whole_study(capsys, tmp_path):
    whole, stores = document(capsys, *SCALING), [str(tmp_path / f"{i}.sqlite") for i in range(2)]
    for i, store in enumerate(stores):
        assert run(["particles", *SCALING, "--shard", f"{i}/2", "--store", store, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["shard"] == f"{i}/2"
    union = str(tmp_path / "all.sqlite")
    assert run(["runs", "merge", union, *stores]) == 0
    capsys.readouterr()
    assert document(capsys, *SCALING, "--store", union) == whole


def test_losses_that_have_not_settled_are_told(capsys):
    assert run(["particles", *SCALING, "--most", "3"]) == 0
    assert "9 of 9 networks had not settled" in capsys.readouterr().err


def test_people_get_tables(capsys):
    assert run(["particles", *TRAIN, "--batch", "8", "--starts", "2", "--logs", "2"]) == 0
    shown = capsys.readouterr().out
    assert "stability limit" in shown and "mean of 2 trainings" in shown and "8 fresh inputs" in shown
    assert run(["particles", *SCALING, "--free", "--unscaled", "--alpha", "1/2", "--most", "20"]) == 0
    shown = capsys.readouterr().out
    assert "local slope" in shown and "centres free" in shown and "half its slope" in shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((*TRAIN,), "none came"),
        ((*TRAIN, "--full", "--batch", "3"), "--batch and --full"),
        ((*TRAIN, "--batch", "3", "--flow"), "--flow"),
        ((*TRAIN, "--batch", "3", "--quench", "2"), "--quench"),
        ((*TRAIN[:-1], "5", "--full"), "stability limit"),
        ((*TRAIN[:-1], "x", "--full"), "x"),
        ((*TRAIN, "--full", "--alpha", "1"), "radial"),
        ((*TRAIN, "--full", "--logs", "1" + "0" * 20), "logged times"),
        ((*TRAIN, "--full", "--starts", "1" + "0" * 12), "starts"),
        ((*SCALING[:-1], "1" + "0" * 12), "seeds"),
        ((*TRAIN, "--full", "--steps", "1" + "0" * 20), "number of steps"),
        ((*TRAIN, "--batch", "1" + "0" * 11), "1 to 2^32 - 1 points"),
        ((*TRAIN, "--rule", "1", "--rule-scale", "1e308"), "lower the scale"),
        ((*TRAIN, "--full", "--out", "x.txt"), ".npz"),
        ((*SCALING[:4], "8,4", *SCALING[5:]), "increasing"),
        ((*SCALING[:4], "8,b", *SCALING[5:]), "integers"),
        ((*SCALING[:4], "1_0,20", *SCALING[5:]), "integers"),
        ((*SCALING[:4], "-2,4", *SCALING[5:]), "integers"),
        ((*SCALING, "--full"), "--quantity"),
        ((*SCALING, "--force"), "--quantity"),
        ((*SCALING, "--quench", "3"), "--quantity"),
        ((*SCALING[:2], "2", *SCALING[3:]), "3 inputs"),
    ],
)
def test_bad_usage_is_one_sentence_and_code_2(capsys, arguments, said):
    assert run(["particles", *arguments]) == 2
    shown = capsys.readouterr()
    assert shown.out == "" and said in shown.err and len(shown.err.strip().splitlines()) == 1
