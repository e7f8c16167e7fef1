r"""Decimal strings as LaTeX: 4.8e-22 becomes 4.8\cdot 10^{-22}."""

from __future__ import annotations

import re

from symlandscape.errors import InputError

__all__ = ["latex_number"]

_DECIMAL = re.compile(r"(?P<mantissa>[+-]?\d+(?:\.\d+)?)(?:[eE](?P<exponent>[+-]?\d+))?", re.ASCII)


def latex_number(text: str) -> str:
    r"""The decimal as LaTeX, exponent as a power of ten. Raises InputError for anything that is no decimal.

    >>> latex_number("4.8e-22")
    '4.8\\cdot 10^{-22}'
    """
    found = _DECIMAL.fullmatch(text)
    if found is None:
        raise InputError(f"expected a decimal number, got {text!r}; pass a text such as 4.8e-22")
    if found["exponent"] is None:
        return text
    return rf"{found['mantissa']}\cdot 10^{{{int(found['exponent'])}}}"
