"""The exceptions of the library: each message says what was expected, what came, and what to do."""

from __future__ import annotations


class SymlandscapeError(Exception):
    """Root of every exception that the library raises on purpose."""


class InputError(SymlandscapeError, ValueError):
    """Input outside the domain of a function (wrong shape, NaN, unknown name, unreadable file).

    The message is one sentence for a person; the command line prints it and exits with code 2.
    """


class UndecidedError(SymlandscapeError):
    """A statement could be neither proved nor refuted at the allowed precision, and no result object fits."""
