"""Exact JSON for integers, rationals and balls: what is decoded equals what was encoded, bit for bit.

| value | document |
|---|---|
| int, str, bool, None | itself |
| Fraction | `{"q": "p/q"}` |
| ball m +- r | `{"arb": [m_man, m_exp, r_man, r_exp]}`, m = m_man 2^m_exp, r = r_man 2^r_exp, integers as decimal
strings |
| matrix of balls | `{"arb_mat": [rows, columns, [[m_man, m_exp, r_man, r_exp], ..]]}`, row by row |
| list, tuple, dict with text keys | the same, element by element (a tuple comes back as a list) |

No float is written or read: a decimal in a file may mean its text or its bits, and a proof may not guess.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from symlandscape.arith.balls import RADIUS_BITS, arb, arb_mat, fmpz, from_parts
from symlandscape.errors import InputError

TAGS = frozenset({"q", "arb", "arb_mat"})
MAX_EXPONENT = 1_000_000
"""Largest power of two read from a document: a hostile file must not make an exact rational fill the memory."""
MAX_DIGITS = 400_000
"""Longest decimal integer read from a document."""

_INTEGER = re.compile(r"-?\d+", re.ASCII)


def encode(value: Any) -> Any:
    """The JSON-able document of `value` (table above).

    Raises: `InputError` for floats, nan or infinite balls, and mappings that a reader would take for a number.
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Fraction):
        return {"q": f"{value.numerator}/{value.denominator}"}
    if isinstance(value, arb):
        return {"arb": _ball_parts(value)}
    if isinstance(value, arb_mat):
        return {"arb_mat": [value.nrows(), value.ncols(), [_ball_parts(entry) for entry in value.entries()]]}
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    if isinstance(value, Mapping):
        return _encode_mapping(value)
    raise InputError(
        f"expected exact numbers, balls, texts, lists or mappings, got {type(value).__name__}; convert it exactly first"
    )


def decode(document: Any) -> Any:
    """The value of which `document` is the encoding. Raises: `InputError` when the document is not one."""
    if document is None or isinstance(document, bool | int | str):
        return document
    if isinstance(document, list | tuple):
        return [decode(item) for item in document]
    if isinstance(document, Mapping):
        if len(document) == 1:
            tag, content = next(iter(document.items()))
            if tag == "q":
                return _fraction(content)
            if tag == "arb":
                return _ball(content)
            if tag == "arb_mat":
                return _matrix(content)
        return {_text_key(key): decode(item) for key, item in document.items()}
    raise InputError(
        f"expected an exact document, got {type(document).__name__} {document!r:.40}; floats have no exact reading"
    )


def _encode_mapping(value: Mapping[Any, Any]) -> dict[str, Any]:
    if len(value) == 1 and next(iter(value)) in TAGS:
        raise InputError(
            f"expected a mapping that is not a number, got the single key {next(iter(value))!r}; rename the key"
        )
    return {_text_key(key): encode(item) for key, item in value.items()}


def _text_key(key: Any) -> str:
    if not isinstance(key, str):
        raise InputError(f"expected text keys, got {key!r}; JSON has no others")
    return key


def _ball_parts(ball: arb) -> list[str]:
    if not ball.is_finite():
        raise InputError(f"expected a finite ball, got {ball}; the computation before left its domain")
    mid_man, mid_exp = ball.mid().man_exp()
    rad_man, rad_exp = ball.rad().man_exp()
    return [str(mid_man), str(mid_exp), str(rad_man), str(rad_exp)]


def _integer(text: Any) -> int:
    if not isinstance(text, str) or len(text) > MAX_DIGITS or not _INTEGER.fullmatch(text):
        raise InputError(
            f"expected an integer as a decimal string, got {text!r:.60}; write it without sign + or spaces"
        )
    return int(fmpz(text))  # flint reads long integers fast and without the interpreter's limit


def _fraction(content: Any) -> Fraction:
    if not isinstance(content, str) or content.count("/") != 1:
        raise InputError(f"expected a text p/q, got {content!r:.60}; write the rational as two integers")
    p, q = (_integer(part) for part in content.split("/"))
    if q <= 0:
        raise InputError(f"expected a positive denominator, got {content!r:.60}; put the sign in the numerator")
    return Fraction(p, q)


def _ball(content: Any) -> arb:
    if not isinstance(content, list | tuple) or len(content) != 4:
        raise InputError(
            f"expected the four integers of a ball, got {content!r:.60}; midpoint and radius, mantissa and exponent"
        )
    mid_man, mid_exp, rad_man, rad_exp = (_integer(part) for part in content)
    if max(abs(mid_exp), abs(rad_exp)) > MAX_EXPONENT:
        raise InputError(
            f"expected exponents within {MAX_EXPONENT}, got {mid_exp} and {rad_exp}; the document is damaged"
        )
    if rad_man < 0 or rad_man.bit_length() > RADIUS_BITS and rad_man % (1 << (rad_man.bit_length() - RADIUS_BITS)):
        raise InputError(
            f"expected a radius >= 0 of at most {RADIUS_BITS} bits, got {rad_man}; the document is damaged"
        )
    return from_parts(mid_man, mid_exp, rad_man, rad_exp)


def _matrix(content: Any) -> arb_mat:
    if not isinstance(content, list | tuple) or len(content) != 3:
        raise InputError(
            f"expected rows, columns and entries of a matrix, got {content!r:.60}; the document is damaged"
        )
    rows, columns, entries = content
    for size in (rows, columns):
        if isinstance(size, bool) or not isinstance(size, int) or size < 0:
            raise InputError(
                f"expected matrix sizes >= 0, got {rows!r:.20} and {columns!r:.20}; the document is damaged"
            )
    if not isinstance(entries, list | tuple) or len(entries) != rows * columns:
        raise InputError(f"expected {rows} x {columns} entries, got another number; the document is damaged")
    return arb_mat(rows, columns, [_ball(entry) for entry in entries])
