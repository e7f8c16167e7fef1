"""Certificates: data from which an independent checker re-verifies a statement, sealed against accidents."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from symlandscape.errors import InputError
from symlandscape.files import write_atomic

RESERVED = frozenset({"kind", "version", "sha256"})


@dataclass(frozen=True, slots=True)
class Certificate:
    """A kind, its version, and a body of exact JSON (no floats: numbers are integers or the codec's texts).

    The digest covers every other field. It catches accidents only: the checker believes mathematics, not the digest.
    Raises: `TypeError` when the body holds a float or anything else JSON has not; `InputError` for a wrong kind,
    version or key.
    """

    kind: str
    version: int
    body: Mapping[str, Any]

    def __post_init__(self) -> None:
        if not isinstance(self.kind, str) or not self.kind:
            raise InputError(f"expected a kind of certificate, got {self.kind!r}; pass a short name")
        if isinstance(self.version, bool) or not isinstance(self.version, int) or self.version < 1:
            raise InputError(f"expected a version >= 1, got {self.version!r}; pass an integer")
        clash = sorted(RESERVED.intersection(self.body))
        if clash:
            raise InputError(
                f"expected a body without the key {clash[0]!r}, which the certificate itself writes; rename it"
            )
        # a copy of its own, of plain JSON types: later changes of the caller's lists cannot reach it
        object.__setattr__(self, "body", json.loads(canonical(dict(self.body))))

    def document(self) -> dict[str, Any]:
        """The JSON object {"kind", "version", .. body .., "sha256"}; a new copy on each call."""
        document: dict[str, Any] = {"kind": self.kind, "version": self.version, **json.loads(canonical(self.body))}
        document["sha256"] = digest(document)
        return document

    def write(self, path: str | os.PathLike[str]) -> Path:
        """Write the canonical text of the document, in one move. Raises: `InputError` when the file cannot be
        written.
        """
        return write_atomic(path, canonical(self.document()) + "\n")


def canonical(value: Any) -> str:
    """The one JSON text of a value: keys sorted, no spaces, ASCII. Raises: `TypeError` on floats and keys that are not
    text.
    """
    _refuse_floats(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def digest(document: Mapping[str, Any]) -> str:
    """The sha256 (hex) of the canonical text of all fields but `sha256`."""
    text = canonical({key: value for key, value in document.items() if key != "sha256"})
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def from_document(document: Any) -> Certificate:
    """The certificate of a JSON object. Raises: `InputError` when a field is missing or wrong, or the digest does not
    match.
    """
    if not isinstance(document, Mapping):
        raise InputError(
            f"expected a certificate, got {type(document).__name__}; pass the JSON object that was written"
        )
    missing = sorted(RESERVED.difference(document))
    if missing:
        raise InputError(
            f"expected a certificate, got an object without {missing[0]!r}; pass the JSON object that was written"
        )
    try:
        expected = digest(document)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"expected exact JSON in a certificate, got something else ({error}); write it again"
        ) from error
    if document["sha256"] != expected:
        raise InputError(
            f"expected the digest {expected}, got {document['sha256']!r:.80}; the certificate was changed or damaged"
        )
    body = {key: value for key, value in document.items() if key not in RESERVED}
    return Certificate(document["kind"], document["version"], body)


def read_certificate(path: str | os.PathLike[str]) -> Certificate:
    """The certificate in a file. Raises: `InputError` when it cannot be read, is no exact JSON, or its digest does not
    match.
    """
    try:
        text = Path(path).read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise InputError(f"expected a readable certificate, got {path} ({reason}); check the name") from error
    try:
        document = json.loads(text, parse_float=_no_number, parse_constant=_no_number, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise InputError(f"expected a certificate in exact JSON, got {path} ({error}); write it again") from error
    return from_document(document)


def _no_number(text: str) -> Any:
    raise ValueError(f"the inexact number {text}")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("a key that stands twice in one object")
    return document


def _refuse_floats(value: Any) -> None:
    if value is None or isinstance(value, bool | int | str):
        return
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError(f"a certificate's keys are texts, not {type(key).__name__}")
            _refuse_floats(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_floats(item)
    else:
        raise TypeError(f"a certificate holds exact data only, not {type(value).__name__}")
