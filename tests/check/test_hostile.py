"""The checker at the door: hostile documents never make it raise, files are read with a sentence, imports are few."""

from __future__ import annotations

import ast
import copy
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symlandscape.check
from symlandscape.arith.balls import contains, workprec
from symlandscape.arith.codec import decode
from symlandscape.check import check_document, check_file
from symlandscape.errors import InputError
from symlandscape.relu import certify
from symlandscape.symmetry.pattern import Pattern
from tests.check.forgery import Document, at, forged, made, nudged, rejected, replaced, sealed, subtrees

MALFORMED = [
    None, True, False, -1, 1.5, float("nan"), float("inf"), 10**30, 10**5000, "", "x", "\ud800", "9" * 5000,
    [], [[]], [None], {}, {"": 0},
    {"q": "1/0"}, {"q": "1"}, {"q": 3}, {"q": "0x1/1"}, {"q": "1e9/1"}, {"arb": []}, {"arb": ["1", "0", "-1", "0"]},
    {"arb": ["1", "9" * 30, "1", "0"]}, {"arb": ["1", "1000001", "1", "0"]}, {"arb": ["3", "1000000", "1", "1000000"]},
    {"arb": ["nan", "0", "0", "0"]}, {"arb": [1, 0, 0, 0]}, {"arb": ["1", "-1000000", "1", "-1000000"]},
    {"arb_mat": [1, 1, [["1", "0", "0", "0"]]]}, {"arb_mat": [10**9, 10**9, []]},
]  # fmt: skip


@pytest.mark.parametrize("name", ["minimum", "extra row, real size"])
def test_malformed_values_in_any_place_are_rejected_and_never_raise(name):
    document = made(name)
    inside = [("sizes", 0), ("box", 0), ("blocks", 0), ("box", 0, "arb"), ("box", 0, "arb", 3)]
    for path in [*((field,) for field in document if field != "sha256"), *inside]:
        for value in MALFORMED:
            if at(document, path) == value and type(at(document, path)) is type(value):
                continue
            changed = replaced(document, path, value)
            assert rejected(changed)
            try:
                changed = sealed(changed)
            except ValueError:  # an integer too long for the interpreter to write
                continue
            assert rejected(changed), (path, value)


NO_CERTIFICATES = [None, 1, "kind", [], [{}], {}, {1: 2}, {"kind": "relu.critical-point", 1: 2}]
NO_KINDS = [None, [], {}, 10**5000, True, 1.5, "", "x" * 10**6]


@pytest.mark.parametrize("value", [*NO_CERTIFICATES, *({"kind": kind} for kind in NO_KINDS)], ids=lambda _: "")
def test_what_is_no_certificate_is_rejected(value):
    assert check_document(value).verdict == "rejected"


def test_endless_nesting_is_rejected():
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    assert "nested" in rejected({**made("minimum"), "extra": deep})
    assert check_document({"kind": deep}).verdict == "rejected"


TEXTS = st.sampled_from(["", "0", "-1", "7/2", "1/1", "s0", "minimum"])
KEYS = st.sampled_from(["q", "arb", "label", "negative"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 400) | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=2),
    max_leaves=5,
)


@st.composite
def operated(draw: st.DrawFn) -> tuple[str, Document]:
    """The name of a true certificate and the same after a few random cuts, grafts and transplants."""
    name = draw(st.sampled_from(["minimum", "real saddle", "extra row"]))
    document = made(name)
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(list(subtrees(document))))
        match draw(st.sampled_from(["cut", "graft", "transplant", "nudge"])):
            case "cut":
                del at(document, path[:-1])[path[-1]]
            case "graft":
                document = replaced(document, path, draw(JSON))
            case "transplant":
                donor = draw(st.sampled_from(list(subtrees(document))))
                document = replaced(document, path, copy.deepcopy(at(document, donor)))
            case "nudge" if not isinstance(at(document, path), (dict, list)):
                document = replaced(document, path, nudged(at(document, path)))
        if not document:
            break
    return name, document


@settings(max_examples=150)
@given(operated())
def test_random_surgery_never_raises_and_nothing_false_survives_it(case):
    name, document = case
    check_document(document)
    document = sealed(document)
    if check_document(document).verdict == "holds":
        true = made(name)
        same = ("kind", "version", "sizes", "extra", "slope", "blocks", "morse_index", "verdict")
        assert decode({key: document[key] for key in same}) == decode({key: true[key] for key in same})
        pattern = Pattern(*([decode(x) for x in true[key]] for key in ("sizes", "extra")))
        exact = certify(pattern, [decode(x) for x in true["box"]], digits=40)
        with workprec(400):
            assert contains(decode(document["loss"]), exact.loss)
            assert all(contains(decode(x), y) for x, y in zip(document["box"], exact.coordinates, strict=True))


# -- files and independence ------------------------------------------------------------------------


def test_a_file_is_checked_like_its_document(tmp_path):
    path = tmp_path / "certificate.json"
    path.write_text(json.dumps(made("minimum")), encoding="utf-8")
    assert check_file(path).verdict == "holds"
    path.write_text(json.dumps(forged(made("minimum"), morse_index=3)), encoding="utf-8")
    assert check_file(str(path)).verdict == "rejected"


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
def test_a_file_that_is_no_json_is_an_input_error(tmp_path, content):
    path = tmp_path / "broken.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match="is not JSON"):
        check_file(path)


def test_a_missing_file_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="could not be read"):
        check_file(tmp_path / "none.json")


def test_the_checker_imports_balls_codec_and_errors_only():
    folder = Path(symlandscape.check.__file__).parent
    allowed = {"symlandscape.arith.balls", "symlandscape.arith.codec", "symlandscape.errors"}
    files = sorted(folder.glob("*.py"))
    assert len(files) >= 5
    for file in files:
        source = file.read_text(encoding="utf-8")
        assert len(source.splitlines()) < 300
        for node in ast.walk(ast.parse(source)):
            assert not (isinstance(node, ast.ImportFrom) and node.level), f"{file.name} has a relative import"
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                own = name.startswith("symlandscape.check")
                known = own or name in allowed or name.split(".")[0] in sys.stdlib_module_names
                assert known, f"{file.name} imports {name}"
