"""The command line with the real mathematics behind it: what the tool is for, and every kind of bad input."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
import scipy.io

from symlandscape import relu, schemas
from symlandscape.cli import run
from symlandscape.runs import generator

Capture = pytest.CaptureFixture[str]
PUBLISHED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "safran_shamir"


def answer(words: list[str], schema: str, capsys: Capture, code: int = 0) -> dict[str, Any]:
    """The one JSON document of a command, valid by its shipped schema."""
    assert run([*words, "--json"]) == code
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    document = json.loads(out)
    jsonschema.Draft202012Validator(schemas.load(schema)).validate(document)
    return document


def planted(name: str, d: int, seed: int, extra: int = 0) -> np.ndarray:
    """A member of a family with its rows and columns permuted and noise of 1e-6."""
    W, rng = relu.family(name, extra=extra).at(d).matrix(), generator(seed, 1)
    return W[rng.permutation(len(W))][:, rng.permutation(d)] + 1e-6 * rng.standard_normal(W.shape)


# -- one critical point ----------------------------------------------------------------------------


def test_a_certified_family_member_is_accepted_by_check(tmp_path, capsys):
    document = answer(["relu", "family", "F1", "--at", "6", "--digits", "40", "--certify"], "relu.family", capsys)
    assert (document["verdict"], document["morse_index"], document["level"]) == ("minimum", 0, "certified")
    assert document["loss"].startswith("0.025080581") and len(document["loss"]) > 40
    (tmp_path / "F1.json").write_text(json.dumps(document), encoding="utf-8")
    (tmp_path / "alone.json").write_text(json.dumps(document["certificate"]), encoding="utf-8")
    checked = answer(["check", str(tmp_path / "F1.json"), str(tmp_path / "alone.json")], "check", capsys)
    assert [r["verdict"] for r in checked["results"]] == ["holds", "holds"]


def test_a_changed_certificate_is_rejected_with_1(tmp_path, capsys):
    document = answer(["relu", "family", "A0", "--at", "7", "--certify"], "relu.family", capsys)
    document["certificate"]["verdict"] = "saddle"
    (tmp_path / "changed.json").write_text(json.dumps(document), encoding="utf-8")
    checked = answer(["check", str(tmp_path / "changed.json")], "check", capsys, code=1)
    assert checked["results"][0]["verdict"] == "rejected" and "digest" in checked["results"][0]["reason"]


def test_a_real_number_of_inputs_is_taken_exactly(capsys):
    documents = [answer(["relu", "family", "F1", "--at", d], "relu.family", capsys) for d in ("13/2", "6.5")]
    assert documents[0] == documents[1] and documents[0]["d"] == "13/2"
    assert (documents[0]["verdict"], documents[0]["morse_index"]) == ("minimum", None)
    assert documents[0]["spectrum"][1]["multiplicity"] == "9/2"


def test_a_million_inputs_are_answered(capsys):
    document = answer(["relu", "family", "F1", "--at", "1000000"], "relu.family", capsys)
    assert (document["verdict"], document["level"], document["morse_index"]) == ("minimum", "certified", 0)
    assert float(document["loss"]) * 1e6 == pytest.approx(1 / 2 - 2 / np.pi**2, rel=2e-3)


def test_the_table_for_people_shows_the_same_digits_and_the_evidence(capsys):
    document = answer(["relu", "family", "F1", "--at", "6"], "relu.family", capsys)
    assert run(["relu", "family", "F1", "--at", "6"]) == 0
    out = capsys.readouterr().out
    assert document["loss"] in out and all(x in out for x in document["coordinates"].values())
    assert f"minimum, Morse index 0 [certified], every digit within {document['radius']}" in out


def test_a_certificate_that_cannot_be_made_is_missed_aloud(capsys):
    """Two equal extra rows are parallel: the saddle is certified, but a zero mode has no sign to write down."""
    words = ["relu", "family", "F1", "--at", "7", "--extra", "2", "--extra-rows", "equal"]
    document = answer(words, "relu.family", capsys)
    assert (document["verdict"], document["level"], document["morse_index"]) == ("saddle", "certified", None)
    assert run([*words, "--certify"]) == 3
    assert "no certificate is made of the point" in capsys.readouterr().err


def test_an_undecided_point_is_printed_and_gives_3(capsys):
    """At 120 digits of the threshold an eigenvalue is smaller than the precision that a sign is worth."""
    found = answer(["relu", "thresholds", "F1", "--digits", "120"], "relu.thresholds", capsys)["thresholds"][-1]
    words = ["relu", "family", "F1", "--at", found["d"], "--digits", "5"]
    document = answer(words, "relu.family", capsys, code=3)
    assert (document["verdict"], document["level"]) == ("undecided", "undecided")


# -- identify --------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["npy", "npz", "mat"])
def test_planted_points_are_named_from_every_kind_of_file(tmp_path, suffix, capsys):
    stack = np.stack([planted("F1", 6, 0), planted("A1", 6, 1), planted("F1", 6, 2)])
    path = tmp_path / f"w.{suffix}"
    if suffix == "npy":
        np.save(path, stack)
    elif suffix == "npz":
        np.savez(path, W=stack, V=np.eye(6))
    else:
        scipy.io.savemat(path, {"WbadNew": stack.transpose(2, 1, 0), "magnitude": [[5, 3, 1]]})
    out = tmp_path / "polished.npz"
    points = answer(["relu", "identify", str(path), "--out", str(out)], "relu.identify", capsys)["points"]
    assert [p["family"] for p in points] == ["F1", "A1", "F1"]
    assert [p["verdict"] for p in points] == ["minimum", "saddle", "minimum"]
    assert [p["duplicate_of"] for p in points] == [None, None, 0]
    assert [p["runs"] for p in points] == ([5, 3, 1] if suffix == "mat" else [None] * 3)
    with np.load(out) as arrays:
        assert arrays["W"].shape == (3, 6, 6)


def test_a_matrix_that_is_no_critical_point_is_undecided_and_gives_3(tmp_path, capsys):
    np.save(tmp_path / "w.npy", generator(0, 0).standard_normal((5, 5)))
    (point,) = answer(["relu", "identify", str(tmp_path / "w.npy")], "relu.identify", capsys, code=3)["points"]
    assert (point["family"], point["verdict"], point["level"]) == (None, "undecided", "undecided")


@pytest.mark.parametrize("name", ["newExp-6-6.mat", "newExp-8-9.mat"])
def test_published_files_are_named_and_certified(name, capsys):
    if not (PUBLISHED / name).exists():
        pytest.skip(f"the research data file {name} is not part of the project and is absent")
    points = answer(["relu", "identify", str(PUBLISHED / name)], "relu.identify", capsys)["points"]
    assert all(p["family"] and (p["verdict"], p["level"]) == ("minimum", "certified") for p in points)


# -- the other commands ----------------------------------------------------------------------------


def test_solve_finds_f1_in_its_fixed_space_and_its_certificates_hold(tmp_path, capsys):
    document = answer(["relu", "solve", "5,1", "--starts", "8", "--certify"], "relu.solve", capsys)
    assert {"C0", "F1"} <= {p["family"] for p in document["points"]}
    (tmp_path / "points.json").write_text(json.dumps(document), encoding="utf-8")
    checked = answer(["check", str(tmp_path / "points.json")], "check", capsys)
    assert len(checked["results"]) == sum("certificate" in p for p in document["points"]) >= 2


def test_discover_counts_and_keeps_its_seed(tmp_path, capsys):
    words = ["relu", "discover", "--neurons", "7", "--inputs", "7", "--starts", "128", "--seed", "2"]
    document = answer(words, "relu.discover", capsys)
    assert document["seed"] == 2 and sum(p["count"] for p in document["points"]) == document["converged"] == 128
    again = answer([*words, "--threads", "2", "--store", str(tmp_path / "runs.sqlite")], "relu.discover", capsys)
    assert again == document


def test_spectrum_of_a_file_is_that_of_the_family(tmp_path, capsys):
    np.save(tmp_path / "w.npy", relu.family("F1").at(6).matrix())
    document = answer(["relu", "spectrum", str(tmp_path / "w.npy")], "relu.spectrum", capsys)
    expected = relu.family("F1").at(6, digits=15).document()["spectrum"]
    for block, known in zip(document["spectrum"], expected, strict=True):
        assert (block["label"], block["multiplicity"]) == (known["label"], known["multiplicity"])
        assert [float(x) for x in block["eigenvalues"]] == pytest.approx([float(x) for x in known["eigenvalues"]])


def test_blocks_come_as_json_latex_and_table(capsys):
    document = answer(["relu", "blocks", "2"], "relu.blocks", capsys)
    assert [part["label"] for part in document["decomposition"]] == ["t", "s0"]
    assert run(["relu", "blocks", "2", "--format", "latex"]) == 0
    assert capsys.readouterr().out.startswith(r"\begin{align*}")
    assert run(["relu", "blocks", "2"]) == 0
    assert "Block s0" in capsys.readouterr().out


# -- bad input -------------------------------------------------------------------------------------

SMALL = ["relu", "discover", "--neurons", "5", "--inputs", "5", "--starts", "1"]
BAD_WORDS = {
    "unknown family": (["relu", "family", "G1", "--at", "6"], "expected a family"),
    "d outside the range": (["relu", "family", "F2", "--at", "2"], "every block has size 1 or more"),
    "branch has ended": (["relu", "family", "A4", "--at", "5"], "does not exist there"),
    "d is no number": (["relu", "family", "F1", "--at", "six"], "a decimal"),
    "d missing": (["relu", "family", "F1"], "--at"),
    "k below 1": (["relu", "discover", "--neurons", "0", "--inputs", "5", "--starts", "3"], "--neurons"),
    "no inputs": (["relu", "discover", "--neurons", "5", "--inputs", "0", "--starts", "3"], "--inputs"),
    "no starts": (["relu", "discover", "--neurons", "5", "--inputs", "5", "--starts", "0"], "--starts"),
    "unknown method": ([*SMALL, "--method", "adam"], "--method"),
    "slope one": (["relu", "family", "F1", "--at", "6", "--slope", "1"], "slope 1"),
    "pattern": (["relu", "solve", "5,,1"], "pattern"),
    "pattern without d": (["relu", "solve", "n-1,1"], "--at"),
    "block pattern": (["relu", "blocks", "n-", "--json"], "pattern"),
    "missing file": (["relu", "identify", "nowhere.npy"], "nowhere.npy"),
    "missing certificate": (["check", "nowhere.json"], "nowhere.json"),
}


def refused(words: list[str], capsys: Capture) -> str:
    """The one sentence of a command that exits with 2."""
    assert run(words) == 2
    out, err = capsys.readouterr()
    assert out == "" and "Traceback" not in err
    (line,) = err.splitlines()
    assert line.startswith("symlandscape: ") and "error of the program itself" not in line
    return line


@pytest.mark.parametrize(("words", "what"), BAD_WORDS.values(), ids=BAD_WORDS.keys())
def test_bad_words_are_one_sentence_and_2(words, what, capsys):
    assert what in refused(words, capsys)


BAD_ARRAYS = {
    "vector": (np.ones(6), "shape"),
    "four axes": (np.ones((1, 2, 3, 3)), "shape"),
    "NaN": (np.array([[1.0, np.nan], [0.0, 1.0]]), "NaN"),
    "infinity": (np.array([[1.0, np.inf], [0.0, 1.0]]), "infinity"),
    "zero neuron": (np.array([[1.0, 0.0], [0.0, 0.0]]), "zero"),
    "complex": (np.eye(2) * 1j, "complex"),
    "no points": (np.zeros((0, 2, 2)), "shape"),
}


@pytest.mark.parametrize(("array", "what"), BAD_ARRAYS.values(), ids=BAD_ARRAYS.keys())
@pytest.mark.parametrize("command", ["identify", "spectrum"])
def test_bad_arrays_are_one_sentence_and_2(tmp_path, array, what, command, capsys):
    np.save(tmp_path / "w.npy", array)
    assert what in refused(["relu", command, str(tmp_path / "w.npy"), "--json"], capsys)


def test_targets_of_another_size_are_one_sentence_and_2(tmp_path, capsys):
    np.savez(tmp_path / "w.npz", W=np.eye(3), V=np.eye(2))
    refused(["relu", "identify", str(tmp_path / "w.npz")], capsys)


@pytest.mark.parametrize("suffix", ["npy", "npz", "mat", "json"])
def test_empty_and_truncated_files_are_one_sentence_and_2(tmp_path, suffix, capsys):
    whole = tmp_path / f"whole.{suffix}"
    if suffix == "npy":
        np.save(whole, np.eye(6))
    elif suffix == "npz":
        np.savez(whole, W=np.eye(6))
    elif suffix == "mat":
        scipy.io.savemat(whole, {"WbadNew": np.eye(6)})
    else:
        whole.write_text(json.dumps(relu.family("C0").at(3, certify=True).document()), encoding="utf-8")
    command = ["check"] if suffix == "json" else ["relu", "identify"]
    for length in (0, whole.stat().st_size // 2):
        (tmp_path / f"cut.{suffix}").write_bytes(whole.read_bytes()[:length])
        refused([*command, str(tmp_path / f"cut.{suffix}")], capsys)


def test_a_mat_file_without_wbadnew_is_one_sentence_and_2(tmp_path, capsys):
    scipy.io.savemat(tmp_path / "w.mat", {"W": np.eye(3)})
    assert "WbadNew" in refused(["relu", "identify", str(tmp_path / "w.mat")], capsys)


def test_an_unwritable_place_is_one_sentence_and_2_and_nothing_is_left(tmp_path, capsys):
    np.save(tmp_path / "w.npy", np.eye(3))
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    refused(["relu", "identify", str(tmp_path / "w.npy"), "--out", str(tmp_path / "no" / "folder" / "w.npz")], capsys)
    refused(["reproduce", "--out", str(tmp_path / "file" / "below")], capsys)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "w.npy"]


def test_ctrl_c_in_the_middle_is_one_sentence_and_130_and_nothing_half_written(tmp_path, monkeypatch, capsys):
    stack = np.stack([np.eye(3), np.eye(3)])
    np.save(tmp_path / "w.npy", stack)
    from symlandscape.relu import identification

    direct, seen = identification.identify_matrix, []

    def interrupted(W, *rest):
        if seen:
            raise KeyboardInterrupt
        seen.append(W)
        return direct(W, *rest)

    monkeypatch.setattr(identification, "identify_matrix", interrupted)
    out = tmp_path / "polished.npz"
    assert run(["relu", "identify", str(tmp_path / "w.npy"), "--out", str(out), "--json"]) == 130
    text, err = capsys.readouterr()
    assert text == "" and len(err.splitlines()) == 1 and re.search("interrupted", err) and seen
    assert [path.name for path in tmp_path.iterdir()] == ["w.npy"]


def test_a_file_of_a_wrong_kind_is_one_sentence_and_2(tmp_path, capsys):
    (tmp_path / "w.txt").write_text("1 0\n0 1\n", encoding="utf-8")
    refused(["relu", "identify", str(tmp_path / "w.txt")], capsys)
    shutil.copyfile(tmp_path / "w.txt", tmp_path / "w.npy")
    refused(["relu", "identify", str(tmp_path / "w.npy")], capsys)
    refused(["relu", "identify", str(tmp_path)], capsys)
