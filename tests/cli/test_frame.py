"""The command line's promises that hold for every command: codes, sentences, streams."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import jsonschema
import pytest

from symlandscape import __version__, schemas
from symlandscape.cli import run
from symlandscape.cli.frame import ExitCode, PipeClosed, guard, sentence, worst
from symlandscape.cli.output import align, print_json, table
from symlandscape.errors import InputError, UndecidedError

Capture = pytest.CaptureFixture[str]


def raising(error: BaseException) -> Callable[[], object]:
    def command() -> object:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (InputError("expected a, got b; do c"), 2, "expected a, got b; do c"),
        (UndecidedError("open at 1000 bits"), 3, "open at 1000 bits"),
        (KeyboardInterrupt(), 130, "interrupted: nothing half-written"),
        (OSError(28, "No space left on device", "x.npz"), 2, "No space left on device (x.npz)"),
        (MemoryError(), 2, "not enough memory"),
        (RuntimeError("a\nb"), 2, "an error of the program itself, RuntimeError: a b"),
        (InputError("9" * 100_000 + "; take less"), 2, "999 [..] 999"),
        (RecursionError(), 2, "RecursionError: no message"),
    ],
)
def test_an_exception_becomes_one_sentence_and_its_code(
    error: BaseException, code: int, words: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SYMLANDSCAPE_TRACEBACK", raising=False)
    assert guard(raising(error)) == code
    out, err = capsys.readouterr()
    assert out == "" and words in err and len(err.splitlines()) == 1 and "Traceback" not in err


def test_a_traceback_comes_only_where_asked_for(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYMLANDSCAPE_TRACEBACK", "1")
    assert guard(raising(InputError("wrong"))) == 2
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("error", [PipeClosed(), BrokenPipeError()])
def test_a_reader_that_leaves_is_no_error(error: Exception) -> None:
    assert sentence(error) == (None, ExitCode.PIPE_CLOSED)


def test_a_closed_pipe_ends_the_program_quietly() -> None:
    program = "from symlandscape.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", program, "cite"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=60) == 141 and err == ""


def test_refuted_weighs_more_than_undecided() -> None:
    assert worst([ExitCode.DONE, ExitCode.UNDECIDED, ExitCode.REFUTED]) is ExitCode.REFUTED
    assert worst([ExitCode.UNDECIDED, ExitCode.DONE]) is ExitCode.UNDECIDED
    assert worst([]) is ExitCode.DONE


def test_warnings_are_sentences_on_stderr(capsys: Capture) -> None:
    def command() -> int:
        import warnings

        warnings.warn("0.1 was read as 1/10", UserWarning, stacklevel=1)
        return 0

    with pytest.warns() as caught:  # what the frame does not take would arrive here
        import warnings

        warnings.warn("sentinel", UserWarning, stacklevel=1)
        warnings.simplefilter("always")
        assert guard(command) == 0
    assert len(caught) == 1
    assert capsys.readouterr().err == "symlandscape: warning: 0.1 was read as 1/10\n"


def test_the_version_is_printed(capsys: Capture) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"symlandscape {__version__}\n"


@pytest.mark.parametrize("words", [["--help"], ["relu", "--help"], ["relu", "family", "--help"], ["reproduce", "-h"]])
def test_help_is_there_and_imports_nothing_heavy(words: list[str]) -> None:
    program = (
        "import sys\nfrom symlandscape.cli import run\n"
        f"code = run({words!r})\n"
        "heavy = {'sympy', 'scipy', 'numba', 'matplotlib', 'flint', 'numpy'} & set(sys.modules)\n"
        "sys.exit(code or (f'{heavy} loaded' if heavy else 0))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "Usage" in done.stdout


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ([], "a command was expected (check, cite, "),
        (["relu"], "family, identify, lengths"),
        (["dance"], "dance"),
        (["relu", "dance"], "dance"),
        (["relu", "family"], "NAME"),
        (["relu", "family", "F1"], "--at"),
        (["relu", "family", "F1", "--at", "6", "--digits", "0"], "--digits"),
        (["relu", "family", "F1", "--at", "6", "--digits", "many"], "--digits"),
        (["relu", "family", "F1", "--at", "6", "--extra", "-1"], "--extra"),
        (["relu", "family", "F1", "--at", "6", "--extra-rows", "odd"], "--extra-rows"),
        (["relu", "family", "F1", "--at", "6", "--shout"], "--shout"),
        (["relu", "solve", "9,1", "--starts", "0"], "--starts"),
        (["relu", "blocks", "n", "--format", "word"], "--format"),
        (["relu", "discover", "--neurons", "0", "--inputs", "6", "--starts", "1"], "--neurons"),
        (["relu", "discover", "--neurons", "6", "--inputs", "6", "--starts", "1", "--method", "luck"], "--method"),
        (["relu", "discover", "--neurons", "6", "--inputs", "6", "--starts", "1", "--device", "abacus"], "--device"),
        (["relu", "discover", "--neurons", "6", "--inputs", "6", "--starts", "1", "--threads", "0"], "--threads"),
        (["relu", "discover", "--neurons", "6", "--inputs", "6", "--starts", "1", "--seed", "-1"], "--seed"),
        (["reproduce", "--profile", "lazy"], "--profile"),
        (["check"], "FILE"),
        (["cite", "cooking"], "a theme was expected"),
    ],
)
def test_bad_usage_is_one_sentence_and_exit_code_2(words: list[str], what: str, capsys: Capture) -> None:
    assert run(words) == 2
    out, err = capsys.readouterr()
    assert out == "" and what in err and len(err.splitlines()) == 1 and "Traceback" not in err


def test_cite_prints_bibtex(capsys: Capture) -> None:
    assert run(["cite", "relu"]) == 0
    text = capsys.readouterr().out
    assert "2107.10370" in text and "1702.05777" not in text
    assert text.count("{") == text.count("}")


def test_cite_as_json_keeps_its_schema(capsys: Capture) -> None:
    assert run(["cite", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(schemas.load("cite")).validate(document)
    assert any("1702.05777" in entry["bibtex"] for entry in document["entries"])


@pytest.mark.parametrize("name", schemas.names())
def test_every_schema_is_a_schema_and_stands_alone(name: str) -> None:
    schema = schemas.load(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert "$ref" not in json.dumps(schema) and schema["title"]


def test_an_unknown_schema_is_said_to_be_unknown() -> None:
    with pytest.raises(InputError, match="a document name was expected"):
        schemas.load("relu.dance")


def test_a_document_holds_no_nan() -> None:
    with pytest.raises(ValueError, match="JSON"):
        print_json({"loss": float("nan")})


def test_decimal_points_stand_under_each_other() -> None:
    assert align(["1.5", "-12.25", "–", "1e-30"]) == ["  1.5", "-12.25", "–", "  1e-30"]
    made = table("t", ("a", "b"), [("[bold]x", "1.5"), (None, "-12.25")], numeric=[1])
    assert made.row_count == 2
