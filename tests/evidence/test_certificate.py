"""Certificates: canonical, exact, and closed to accidents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from symlandscape.errors import InputError
from symlandscape.evidence import Certificate, canonical, digest, from_document, read_certificate

BODY = {
    "box": [["1", "-2", "0", "0"]],
    "n": 3,
    "exists": True,
    "note": "é",
    "nothing": None,
    "nested": {"b": 1, "a": [2]},
}


def test_document_holds_kind_version_body_and_digest() -> None:
    document = Certificate("root", 1, BODY).document()
    assert document["kind"] == "root" and document["version"] == 1 and document["nested"] == {"a": [2], "b": 1}
    assert document["sha256"] == digest(document) and len(document["sha256"]) == 64


def test_digest_depends_on_content_not_on_order_or_tuples() -> None:
    shuffled = {key: BODY[key] for key in reversed(BODY)}
    assert Certificate("root", 1, shuffled).document() == Certificate("root", 1, BODY).document()
    assert Certificate("r", 1, {"a": (1, 2)}).document() == Certificate("r", 1, {"a": [1, 2]}).document()
    assert canonical({"b": 1, "a": "é"}) == '{"a":"\\u00e9","b":1}'


@pytest.mark.parametrize(
    "change", [{"kind": "other"}, {"version": 2}, {"n": 4}, {"extra": 1}, {"sha256": "0" * 64}, {"sha256": None}]
)
def test_any_change_breaks_the_digest(change: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="digest"):
        from_document(Certificate("root", 1, BODY).document() | change)


def test_round_trip_through_a_file(tmp_path: Path) -> None:
    certificate = Certificate("root", 1, BODY)
    assert read_certificate(certificate.write(tmp_path / "c.json")).document() == certificate.document()


def test_certificate_is_a_copy_that_later_changes_do_not_reach() -> None:
    numbers = [1, 2]
    certificate = Certificate("root", 1, {"numbers": numbers})
    before = certificate.document()
    numbers.append(3)
    certificate.document()["numbers"].append(4)
    assert certificate.document() == before


@pytest.mark.parametrize(
    "body", [{"x": 0.5}, {"x": [float("nan")]}, {"x": {1: 2}}, {"x": b"1"}, {"x": {1}}, {"x": {"y": 1j}}]
)
def test_inexact_data_are_a_type_error(body: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        Certificate("root", 1, body)


@pytest.mark.parametrize(
    "arguments",
    [("", 1, {}), ("k", 0, {}), ("k", True, {}), ("k", "1", {}), ("k", 1, {"kind": 1}), ("k", 1, {"sha256": ""})],
)
def test_kind_version_and_keys_are_checked(arguments: Any) -> None:
    with pytest.raises(InputError, match="expected"):
        Certificate(*arguments)


@pytest.mark.parametrize(
    "document", [None, [], "x", {}, {"kind": "k", "version": 1}, {"kind": "k", "version": 1, "sha256": "", "x": 0.5}]
)
def test_what_is_no_certificate_is_refused_in_one_sentence(document: Any) -> None:
    with pytest.raises(InputError, match="expected") as error:
        from_document(document)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[1]",
        b'{"kind":"k","kind":"l","version":1,"sha256":""}',
        b'{"a":NaN}',
        b'{"a":1.5}',
        b"[" * 100_000,
    ],
)
def test_unreadable_files_are_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "c.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match="expected") as error:
        read_certificate(path)
    assert "\n" not in str(error.value)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="readable certificate"):
        read_certificate(tmp_path / "none.json")


def test_canonical_text_is_json_with_sorted_keys(tmp_path: Path) -> None:
    text = Certificate("root", 1, BODY).write(tmp_path / "c.json").read_text()
    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":")) + "\n"
