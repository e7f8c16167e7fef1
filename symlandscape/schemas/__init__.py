"""JSON schemas (draft 2020-12) of every document that the command line prints or writes."""

from symlandscape.schemas.loader import load, names

__all__ = ["load", "names"]
