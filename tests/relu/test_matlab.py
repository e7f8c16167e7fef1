"""The reader of MATLAB level 5 files against scipy's writer, and on bytes that no writer makes."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
import scipy.io
from hypothesis import given, settings
from hypothesis import strategies as st

from symlandscape.relu.matlab import read_variables

VARIABLES = {
    "A": np.arange(24.0).reshape(2, 3, 4) / 7,
    "B": np.arange(6, dtype=np.float32).reshape(3, 2),
    "C": np.array([[-3, 200, 7]], dtype=np.int16),
    "D": np.array([[2**40]], dtype=np.uint64),
    "E": np.array([[5]], dtype=np.uint8),
    "empty": np.zeros((0, 3)),
}


def written(variables: dict[str, object], *, compressed: bool = False) -> bytes:
    stream = io.BytesIO()
    scipy.io.savemat(stream, variables, do_compression=compressed)
    return stream.getvalue()


def element(kind: int, content: bytes, order: str = "<") -> bytes:
    return struct.pack(order + "II", kind, len(content)) + content + bytes(-len(content) % 8)


def file(*parts: bytes, order: str = "<", version: int = 0x0100) -> bytes:
    return (
        b"MATLAB 5.0".ljust(124) + struct.pack(order + "H", version) + {"<": b"IM", ">": b"MI"}[order] + b"".join(parts)
    )


def matrix(dims: tuple[int, ...], stored: int, values: bytes, order: str = "<", flags: int = 6) -> bytes:
    shape = struct.pack(f"{order}{len(dims)}i", *dims)
    head = (
        element(6, struct.pack(order + "II", flags, 0), order) + element(5, shape, order) + element(1, b"Wanted", order)
    )
    return element(14, head + element(stored, values, order), order)


@pytest.mark.parametrize("compressed", [False, True])
def test_what_scipy_writes_is_read_back(compressed):
    found = read_variables(written(VARIABLES, compressed=compressed), VARIABLES)
    assert list(found) == list(VARIABLES)
    for name, expected in VARIABLES.items():
        assert found[name].dtype == expected.dtype
        np.testing.assert_array_equal(found[name], expected)


def test_other_variables_are_named_by_what_they_are():
    others = {"t": "text", "s": {"f": 1.0}, "z": np.ones((1, 1)) * 1j, "l": np.ones((1, 1), bool), "n": np.eye(2)}
    others["c"] = np.array([[1, "a"]], dtype=object)
    others["m"] = scipy.sparse.eye_array(3).tocsc()
    words = ("text", "struct", "complex array", "logical array", "numeric array", "cell array", "sparse matrix")
    assert read_variables(written(others), ("t", "s", "z", "l", "c", "m")) == dict(zip("tszlncm", words, strict=True))


def test_a_big_endian_file_with_doubles_stored_as_bytes_is_read():
    content = file(matrix((1, 3), 2, bytes([1, 2, 200]), ">"), order=">")
    found = read_variables(content, ("Wanted",))["Wanted"]
    assert found.dtype == np.float64
    assert found.tolist() == [[1.0, 2.0, 200.0]]


DAMAGED = {
    "no header": (b"MATLAB 5.0 MAT-file", "no header"),
    "version 4": (file(version=0x0400), "no header"),
    "half a tag": (file(b"1234"), "inside a tag"),
    "half a variable": (file(element(14, bytes(16))[:-8]), "inside a variable"),
    "half a stream": (file(element(15, zlib.compress(bytes(99))[:-6])[:-2]), "inside a"),
    "no stream": (file(element(15, b"12345678")), "cannot be inflated"),
    "a number": (file(element(9, bytes(8))), "no variable"),
    "no flags": (file(element(14, element(9, bytes(8)))), "no readable flags"),
    "wrong dimensions": (file(matrix((2, 3), 2, b"123")), "as many numbers"),
    "negative dimensions": (file(matrix((-1, -3), 2, b"123")), "not stored as numbers"),
    "text as numbers": (file(matrix((1, 3), 16, b"123")), "not stored as numbers"),
    "large small element": (file(struct.pack("<HHI", 5, 7, 0)), "larger than four bytes"),
}


@pytest.mark.parametrize(("content", "complaint"), DAMAGED.values(), ids=DAMAGED.keys())
def test_damaged_bytes_are_refused_with_a_reason(content, complaint):
    with pytest.raises(ValueError, match=complaint):
        read_variables(content, ("Wanted",))


@pytest.mark.parametrize("content", [b"MATLAB 7.3 MAT-file", b"\x89HDF\r\n\x1a\n"])
def test_a_file_of_version_7_3_is_not_implemented(content):
    with pytest.raises(NotImplementedError):
        read_variables(content, ())


@settings(max_examples=200, deadline=None)
@given(st.booleans(), st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=6), st.integers(0, 4000))
def test_no_damage_raises_anything_but_a_value_error(compressed, changes, length):
    content = bytearray(written(VARIABLES, compressed=compressed))
    for position, byte in changes:
        content[position % len(content)] = byte
    try:
        read_variables(bytes(content[:length]), VARIABLES)
    except ValueError as error:
        assert str(error)
    except NotImplementedError:
        assert content.startswith(b"MATLAB 7.3")
