"""Exit codes, and the one place where exceptions become a sentence and a code.

A command returns its exit code and lets exceptions fly; no command catches or prints errors of its own.
"""

from __future__ import annotations

import os
import sys
import traceback
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from enum import IntEnum

from symlandscape.errors import InputError, UndecidedError


class ExitCode(IntEnum):
    """What the command line tells its caller."""

    DONE = 0
    REFUTED = 1  # a claim refuted, or a certificate rejected
    BAD_INPUT = 2
    UNDECIDED = 3
    INTERRUPTED = 130
    PIPE_CLOSED = 141  # 128 + SIGPIPE, as a shell reports a reader that left


class PipeClosed(Exception):
    """The reader of stdout left (`symlandscape .. | head`)."""


INTERRUPTED = (
    "interrupted: nothing half-written was left behind, and a --store keeps what was finished; "
    "start the same command again"
)


LONGEST = 1000  # characters of a sentence


def say(text: str) -> None:
    """One line on stderr, whatever the terminal can show."""
    line = " ".join(text.split())
    if len(line) > LONGEST:  # input of any length may be quoted in it
        line = f"{line[: LONGEST // 2]} [..] {line[-LONGEST // 2 :]}"
    try:
        print(f"symlandscape: {line}", file=sys.stderr, flush=True)  # noqa: T201
    except UnicodeEncodeError:
        print(f"symlandscape: {line}".encode("ascii", "replace").decode(), file=sys.stderr, flush=True)  # noqa: T201
    except OSError:  # stderr itself is gone; there is nobody to tell
        pass


def _warn(message: Warning | str, category: type[Warning], *_rest: object, **_named: object) -> None:
    say(f"warning: {message}")


def _usage(error: Exception) -> str:
    """The sentence of a usage error of the argument parser."""
    message = error.format_message().strip().rstrip(".")  # type: ignore[attr-defined]
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "symlandscape"
    commands = getattr(getattr(context, "command", None), "commands", None)
    if commands and message == "Missing command":
        message = f"a command was expected ({', '.join(sorted(commands))}) and none came"
    name = path.removeprefix("symlandscape").strip()
    return f"{name}: {message}; see '{path} --help'" if name else f"{message}; see '{path} --help'"


def _operating_system(error: OSError) -> str:
    where = f" ({error.filename})" if error.filename else ""
    return f"the system refused: {error.strerror or error}{where}; check the path, its permissions and the free space"


def sentence(error: BaseException) -> tuple[str | None, ExitCode]:
    """What to say about an exception (None: nothing), and the exit code that goes with it."""
    match error:
        case PipeClosed() | BrokenPipeError():
            return None, ExitCode.PIPE_CLOSED
        case KeyboardInterrupt():
            return INTERRUPTED, ExitCode.INTERRUPTED
        case UndecidedError():
            return str(error), ExitCode.UNDECIDED
        case InputError():
            return str(error), ExitCode.BAD_INPUT
        case ValueError() if "integer string conversion" in str(error):
            return (
                "numbers of at most a few thousand digits were expected, but larger ones came out: rescale the input",
                (ExitCode.BAD_INPUT),
            )
        case MemoryError():
            return "not enough memory for this size: choose a smaller one", ExitCode.BAD_INPUT
        case OSError():
            return _operating_system(error), ExitCode.BAD_INPUT
        case _ if hasattr(error, "format_message"):
            return _usage(error), ExitCode.BAD_INPUT  # type: ignore[arg-type]
    return (
        f"an error of the program itself, {type(error).__name__}: {str(error) or 'no message'}; "
        "please report it, with what SYMLANDSCAPE_TRACEBACK=1 adds",
        ExitCode.BAD_INPUT,
    )


def guard(command: Callable[[], object]) -> int:
    """Run `command`; return its exit code, or the code of the exception it let fly after saying one sentence.

    With the environment variable SYMLANDSCAPE_TRACEBACK set to anything but 0 the traceback comes first.
    """
    with warnings.catch_warnings():
        warnings.showwarning = _warn  # type: ignore[assignment]
        try:
            result = command()
            sys.stdout.flush()
        except BaseException as error:  # noqa: B036 - the last frame: everything becomes a code
            if isinstance(error, SystemExit):
                raise
            if os.environ.get("SYMLANDSCAPE_TRACEBACK", "0") not in ("", "0"):
                traceback.print_exception(error)
            text, code = sentence(error)
            if code is ExitCode.PIPE_CLOSED:
                _silence_stdout()
            if text is not None:
                say(text)
            return int(code)
    finished = int(result) if isinstance(result, int) else 0
    if finished == ExitCode.INTERRUPTED:  # the argument parser turned Ctrl-C into this code
        say(INTERRUPTED)
    return finished


def _silence_stdout() -> None:
    """Point stdout to nowhere, so that the interpreter's last flush does not complain about the closed pipe."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def worst(codes: Sequence[ExitCode]) -> ExitCode:
    """The code of several results together: refuted before undecided before done."""
    for code in (ExitCode.REFUTED, ExitCode.UNDECIDED):
        if code in codes:
            return code
    return ExitCode.DONE
