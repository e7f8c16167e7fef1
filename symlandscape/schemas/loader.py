"""The schemas shipped with the package, by the name of their document."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from symlandscape.errors import InputError


def names() -> tuple[str, ...]:
    """Names of all documents with a schema, sorted (`relu.family`, `ledger`, ..)."""
    found = (entry.name for entry in files("symlandscape.schemas").iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in found if name.endswith(".json")))


def load(name: str) -> dict[str, Any]:
    """The schema of the document `name`, as a JSON object.

    Every schema stands alone (no reference leaves its file), so any validator of draft 2020-12 takes it as it is.
    Raises InputError on an unknown name.
    """
    if name not in names():
        raise InputError(f"a document name was expected ({', '.join(names())}) and {name!r} came: choose one of them")
    schema: dict[str, Any] = json.loads(
        files("symlandscape.schemas").joinpath(f"{name}.json").read_text(encoding="utf-8")
    )
    return schema
