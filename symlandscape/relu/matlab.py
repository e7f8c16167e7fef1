"""Numeric variables of MATLAB level 5 files (.mat up to v7), in pure Python over bytes.

scipy.io.loadmat is not used: on damaged bytes it ends the process with a segmentation fault, and on the opaque
objects of the published files it warns. Source: MathWorks, MAT-File Format, chapter 1 (data elements,
array flags, compressed elements).
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Container, Iterator

import numpy as np

__all__ = ["read_variables"]

HEADER = 128
COMPRESSED, MATRIX = 15, 14
STORED = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
NUMERIC = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4", 14: "i8", 15: "u8"}
OTHER = {1: "cell array", 2: "struct", 3: "object", 4: "text", 5: "sparse matrix", 16: "function", 17: "opaque object"}
COMPLEX_FLAG, LOGICAL_FLAG = 0x0800, 0x0200


def _elements(data: bytes, order: str, padded: bool) -> Iterator[tuple[int, bytes]]:
    """The (type, content) of the data elements in a row; inside a variable they are padded to multiples of 8 bytes."""
    position = 0
    while position < len(data):
        if position + 8 > len(data):
            raise ValueError("it ends inside a tag")
        kind, size = struct.unpack_from(order + "II", data, position)
        position += 8
        if kind >> 16:  # a small element: size and type share a word, and up to four bytes follow in the other
            kind, size, start = kind & 0xFFFF, kind >> 16, position - 4
            if size > 4:
                raise ValueError("a small element is larger than four bytes")
        else:
            start = position
            position += size + (-size % 8 if padded else 0)
        if start + size > len(data):
            raise ValueError("it ends inside a variable")
        yield kind, data[start : start + size]


def _inflated(data: bytes) -> bytes:
    stream = zlib.decompressobj()
    try:
        content = stream.decompress(data)
    except zlib.error as error:
        raise ValueError(f"a compressed variable cannot be inflated ({error})") from error
    if not stream.eof:
        raise ValueError("it ends inside a compressed variable")
    return content


def _integers(element: tuple[int, bytes], order: str) -> list[int]:
    kind, content = element
    if kind not in (5, 6) or len(content) % 4:
        raise ValueError("a variable has no readable flags or dimensions")
    return [int(number) for number in np.frombuffer(content, order + STORED[kind])]


def _variable(data: bytes, order: str, wanted: Container[str]) -> tuple[str, np.ndarray | str]:
    """Name and value of a variable: an array where it is real, numeric, dense and wanted, else a word for it."""
    parts = _elements(data, order, padded=True)
    flags, *_ = _integers(next(parts, (0, b"")), order) or [0]
    kind = flags & 0xFF
    if kind == 17:
        return next(parts, (0, b""))[1].decode("latin-1"), OTHER[kind]
    shape = _integers(next(parts, (0, b"")), order)
    name = next(parts, (0, b""))[1].decode("latin-1")
    if kind not in NUMERIC:
        return name, OTHER.get(kind, "object of an unknown class")
    if flags & (COMPLEX_FLAG | LOGICAL_FLAG):
        return name, "complex array" if flags & COMPLEX_FLAG else "logical array"
    if name not in wanted:
        return name, "numeric array"
    stored, content = next(parts, (0, b""))
    if stored not in STORED or len(shape) < 2 or min(shape) < 0:
        raise ValueError(f"the variable {name} is not stored as numbers with dimensions")
    width = np.dtype(STORED[stored]).itemsize
    if len(content) != width * math.prod(shape):
        raise ValueError(f"the variable {name} does not have as many numbers as its dimensions {shape} say")
    values = np.frombuffer(content, order + STORED[stored]).astype(NUMERIC[kind])
    return name, values.reshape(shape, order="F")


def read_variables(content: bytes, wanted: Container[str]) -> dict[str, np.ndarray | str]:
    """The variables of a MATLAB level 5 file by name.

    Parameters
    ----------
    content: the bytes of the file.
    wanted: names of the variables to decode.

    Returns an array of the class and dimensions that the file states for a wanted variable that is real, numeric and
    dense, and a word for what it is for any other. Raises NotImplementedError for v7.3 files and
    ValueError with a reason for damaged or foreign bytes.
    """
    if content.startswith(b"MATLAB 7.3") or content[:8] == b"\x89HDF\r\n\x1a\n":
        raise NotImplementedError("MATLAB v7.3")
    order = {b"IM": "<", b"MI": ">"}.get(content[HEADER - 2 : HEADER])
    if order is None or struct.unpack_from(order + "H", content, HEADER - 4)[0] >> 8 != 1:
        raise ValueError("it has no header of a MATLAB level 5 file")
    found: dict[str, np.ndarray | str] = {}
    for kind, data in _elements(content[HEADER:], order, padded=False):
        if kind == COMPRESSED:
            kind, data = next(_elements(_inflated(data), order, padded=False), (0, b""))
        if kind != MATRIX:
            raise ValueError("it holds something that is no variable")
        if data:
            name, value = _variable(data, order, wanted)
            if name:  # nameless variables are MATLAB's own workspace
                found[name] = value
    return found
