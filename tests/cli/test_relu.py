"""`symlandscape relu ..`: options arrive exactly, documents leave whole, codes follow verdicts.

The mathematics is replaced by toys here; `tests/relu` has its own tests.
"""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import numpy as np
import pytest

import symlandscape
from symlandscape import schemas
from symlandscape.cli import run
from symlandscape.errors import InputError

Capture = pytest.CaptureFixture[str]
POINT: dict[str, Any] = {
    "family": "F1",
    "k": 6,
    "d": "6",
    "pattern": ["5", "1"],
    "extra": [],
    "coordinates": {"a[0]": "1.0030037", "b[0,0]": "-0.0036551", "c[0,1]": "0.0931874"},
    "loss": "0.025080581",
    "spectrum": [
        {"label": "t", "multiplicity": 1, "eigenvalues": ["0.1", "2.25"]},
        {"label": "s0", "multiplicity": 4, "eigenvalues": ["-0.01"]},
    ],
    "morse_index": 4,
    "verdict": "saddle",
    "level": "certified",
    "radius": "1e-31",
}
CERTIFICATE = {"kind": "toy", "version": 1, "sha256": "0" * 64}
OPEN = {**POINT, "morse_index": None, "verdict": "undecided", "level": "undecided"}
SPECTRUM = {"k": 6, "d": 6, "spectrum": POINT["spectrum"]}
BLOCKS = {
    "pattern": ["n"],
    "symbols": ["n"],
    "decomposition": [{"label": "s0", "multiplicity": 3, "dimension": "n - 1"}],
    "blocks": {"s0": [["1/4 + 1/(2*pi)", "n"], ["n", "0"]]},
}
REACHED = {"family": None, "isotropy": "S5", "loss": 0.025, "count": 7, "least_eigenvalue": 0.01, "verdict": "minimum"}
DISCOVERY = {"starts": 10, "converged": 9, "seed": 3, "points": [REACHED]}
NAMED = {
    "position": 0,
    "runs": 12,
    "loss": "0.025",
    "isotropy": "S5",
    "family": "F1",
    "extra": 0,
    "least_eigenvalue": "0.01",
    "verdict": "minimum",
    "level": "certified",
    "duplicate_of": None,
}


class Toy:
    """Stands for the package `symlandscape.relu`: notes every call, answers with the documents above."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        self.point = POINT
        self.error: BaseException | None = None
        self.undecided = False

    def _note(self, name: str, positional: tuple[Any, ...], named: dict[str, Any]) -> None:
        self.calls.append((name, positional, named))
        if self.error is not None:
            raise self.error

    def family(self, *positional: Any, **named: Any) -> Any:
        self._note("family", positional, named)

        def at(d: Fraction, *, digits: int, certify: bool) -> Any:
            self._note("at", (d,), {"digits": digits, "certify": certify})
            document = {**self.point, "certificate": CERTIFICATE} if certify else self.point
            return SimpleNamespace(document=lambda: document)

        return SimpleNamespace(at=at)

    def solve(self, *positional: Any, **named: Any) -> Any:
        self._note("solve", positional, named)
        return SimpleNamespace(document=lambda: {"seed": named["seed"], "points": [POINT, self.point]})

    def read_matrices(self, path: Path) -> Any:
        self._note("read_matrices", (path,), {})
        return SimpleNamespace(points=(np.eye(6), 2 * np.eye(6)), targets=None)

    def spectrum(self, *positional: Any, **named: Any) -> Any:
        self._note("spectrum", positional, named)
        return SimpleNamespace(document=lambda: SPECTRUM)

    def blocks(self, *positional: Any, **named: Any) -> Any:
        self._note("blocks", positional, named)
        return SimpleNamespace(document=lambda: BLOCKS, latex=lambda: r"\frac{1}{4}")

    def discover(self, *positional: Any, **named: Any) -> Any:
        self._note("discover", positional, named)
        return SimpleNamespace(document=lambda: DISCOVERY, arrays=lambda: {"W": np.ones((1, 6, 6))})

    def identify(self, *positional: Any, **named: Any) -> Any:
        self._note("identify", positional, named)
        return SimpleNamespace(
            document=lambda: {"points": [NAMED]}, undecided=self.undecided, arrays=lambda: {"W": np.ones((1, 6, 6))}
        )


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> Toy:
    made = Toy()
    monkeypatch.setattr(symlandscape, "relu", made, raising=False)
    return made


DISCOVER = ["relu", "discover", "--neurons", "6", "--inputs", "5", "--starts", "10"]


@pytest.mark.parametrize(
    ("words", "schema"),
    [
        (["relu", "family", "F1", "--at", "6"], "relu.family"),
        (["relu", "family", "F1", "--at", "6", "--certify"], "relu.family"),
        (["relu", "solve", "5,1", "--starts", "3"], "relu.solve"),
        (["relu", "spectrum", "w.npy"], "relu.spectrum"),
        (["relu", "blocks", "n"], "relu.blocks"),
        (DISCOVER, "relu.discover"),
        (["relu", "identify", "w.npy"], "relu.identify"),
    ],
)
def test_json_is_one_document_of_its_schema_and_the_table_tells_the_same(
    toy: Toy, words: list[str], schema: str, capsys: Capture
) -> None:
    assert run([*words, "--json"]) == 0
    out, err = capsys.readouterr()
    jsonschema.Draft202012Validator(schemas.load(schema)).validate(json.loads(out))
    assert err == ""
    assert run(words) == 0
    out, err = capsys.readouterr()
    assert out.strip() and err == ""


@pytest.mark.parametrize("missing", ["family", "loss", "spectrum", "verdict", "level", "radius"])
def test_the_schema_of_a_family_misses_no_field_of_the_contract(missing: str) -> None:
    validator = jsonschema.Draft202012Validator(schemas.load("relu.family"))
    assert validator.is_valid(POINT)
    assert not validator.is_valid({key: value for key, value in POINT.items() if key != missing})


def test_numbers_arrive_exactly(toy: Toy) -> None:
    words = ["relu", "family", "A:kept=2", "--at", "6.1", "--digits", "40", "--certify"]
    assert run([*words, "--extra", "2", "--extra-rows", "equal", "--slope", "-1/3"]) == 0
    assert toy.calls == [
        ("family", ("A:kept=2",), {"extra": 2, "extra_rows": "equal", "slope": Fraction(-1, 3)}),
        ("at", (Fraction(61, 10),), {"digits": 40, "certify": True}),
    ]


def test_solve_passes_what_it_was_given(toy: Toy) -> None:
    assert run(["relu", "solve", "n-1,1", "--at", "13/2", "--starts", "5", "--seed", "4", "--digits", "20"]) == 0
    ((name, positional, named),) = toy.calls
    assert (name, positional) == ("solve", ("n-1,1", Fraction(13, 2)))
    assert named == {
        "starts": 5,
        "seed": 4,
        "digits": 20,
        "certify": False,
        "extra": 0,
        "extra_rows": "free",
        "slope": Fraction(0),
        "threads": 1,
        "device": "cpu",
        "progress": None,
        "lengths": None,
    }


def test_discover_passes_what_it_was_given(toy: Toy, tmp_path: Path) -> None:
    store = tmp_path / "runs.sqlite"
    words = [*DISCOVER, "--method", "heavy-ball", "--seed", "3", "--threads", "2", "--device", "auto"]
    assert run([*words, "--store", str(store), "--shard", "0/2", "--executor", "x"]) == 0
    ((name, positional, named),) = toy.calls
    assert (name, positional) == ("discover", (6, 5, 10))
    expected = {"method": "heavy-ball", "seed": 3, "threads": 2, "device": "auto", "progress": None, "store": store}
    assert named == {**expected, "targets": None, "slope": Fraction(0), "executor": "x", "shard": "0/2"}


@pytest.mark.parametrize("words", [["relu", "family", "F1", "--at", "6"], ["relu", "solve", "5,1"]])
def test_an_open_verdict_is_printed_all_the_same_and_gives_3(toy: Toy, words: list[str], capsys: Capture) -> None:
    toy.point = OPEN
    assert run([*words, "--json"]) == 3
    assert "undecided" in capsys.readouterr().out


def test_identify_gives_3_when_a_point_stays_undecided(toy: Toy, capsys: Capture) -> None:
    toy.undecided = True
    assert run(["relu", "identify", "w.npy", "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["points"]


def test_spectrum_takes_one_matrix_of_many(toy: Toy, capsys: Capture) -> None:
    assert run(["relu", "spectrum", "w.npy", "--position", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["position"] == 1
    assert toy.calls[-1][1][0][0, 0] == 2
    assert run(["relu", "spectrum", "w.npy", "--position", "2"]) == 2
    assert "a position below 2 was expected" in capsys.readouterr().err


def test_blocks_as_latex_are_the_formula_and_nothing_else(toy: Toy, capsys: Capture) -> None:
    assert run(["relu", "blocks", "n", "--format", "latex"]) == 0
    assert capsys.readouterr().out == "\\frac{1}{4}\n"


def test_arrays_are_written_whole(toy: Toy, tmp_path: Path) -> None:
    for words in (DISCOVER, ["relu", "identify", "w.npy"]):
        out = tmp_path / f"{words[1]}.npz"
        assert run([*words, "--out", str(out)]) == 0
        with np.load(out) as arrays:
            assert arrays["W"].shape == (1, 6, 6)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["discover.npz", "identify.npz"]


@pytest.mark.parametrize("place", ["w.txt", "missing/w.npz", "folder.npz"])
def test_a_place_that_cannot_take_arrays_is_found_before_the_work(
    toy: Toy, tmp_path: Path, place: str, capsys: Capture
) -> None:
    (tmp_path / "folder.npz").mkdir()
    assert run([*DISCOVER, "--out", str(tmp_path / place)]) == 2
    assert toy.calls == [] and len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InputError("no such family"), 2),
        (KeyboardInterrupt(), 130),
        (OSError(28, "No space left"), 2),
        (ValueError("?"), 2),
    ],
)
def test_what_goes_wrong_inside_is_one_sentence(toy: Toy, error: BaseException, code: int, capsys: Capture) -> None:
    toy.error = error
    for words in (["relu", "family", "F1", "--at", "6"], DISCOVER, ["relu", "identify", "w.npy"]):
        assert run([*words, "--json"]) == code
        out, err = capsys.readouterr()
        assert out == "" and len(err.splitlines()) == 1 and "Traceback" not in err


@pytest.mark.parametrize("text", ["", "six", "1/0", "nan", "inf", "6,5", "0x6", "1e400000000"])
def test_a_d_that_is_no_number_is_one_sentence_and_2(toy: Toy, text: str, capsys: Capture) -> None:
    assert run(["relu", "family", "F1", "--at", text]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_digits_stand_under_each_other_and_carry_the_evidence(toy: Toy, capsys: Capture) -> None:
    assert run(["relu", "family", "F1", "--at", "6"]) == 0
    out = capsys.readouterr().out
    assert "saddle, Morse index 4 [certified], every digit within 1e-31" in out
    columns = {line.index(".") for line in out.splitlines() if line.strip().startswith(("a[0]", "b[0,0]", "c[0,1]"))}
    assert len(columns) == 1
