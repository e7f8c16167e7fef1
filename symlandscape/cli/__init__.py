"""The command line: a thin skin over the public functions."""

from symlandscape.cli.app import app, main, run

__all__ = ["app", "main", "run"]
