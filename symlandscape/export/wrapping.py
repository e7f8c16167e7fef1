r"""A long statement as a line that wraps: words of `\text{..}` as HTML text, the mathematics between them as MathML.

A browser breaks lines between words and between formulas, never inside one. Only words at the top level are taken
out; a `\text` inside braces, a fence or an index belongs to its formula.
"""

from __future__ import annotations

import re

__all__ = ["segments"]

_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|[{}]|[^\\{}]", re.S)
_OPEN, _CLOSE = {"{", r"\left", r"\begin"}, {"}", r"\right", r"\end"}
_SPACES = {r"\quad": "\u2003", r"\qquad": "\u2003\u2003", "\\ ": " "}
_WORDS = {r"\%": "%", r"\&": "&", r"\#": "#", r"\_": "_", r"\$": "$", "\\ ": " ", "~": "\u00a0"}


def segments(latex: str) -> list[tuple[bool, str]]:
    r"""Pairs (mathematics, text) in the order of a formula without delimiters; one pair where nothing can be taken out.

    >>> segments(r"\text{for } d > 5:\ x_{\text{min}} < 1")
    [(False, 'for '), (True, 'd > 5:'), (False, ' '), (True, 'x_{\\text{min}} < 1')]
    """
    tokens = _TOKEN.findall(latex)
    if "".join(tokens) != latex:
        return [(True, latex)]
    found: list[tuple[bool, str]] = []
    formula, depth, position = "", 0, 0
    while position < len(tokens):
        token = tokens[position]
        if depth == 0 and token == r"\text" and not formula.rstrip().endswith(("_", "^")):
            end = _closing(tokens, position + 1)
            if end is not None and not (end < len(tokens) and tokens[end] in ("_", "^")):
                found += [(True, formula.strip())] * bool(formula.strip())
                found.append((False, _plain("".join(tokens[position + 2 : end - 1]))))
                formula, position = "", end
                continue
        if depth == 0 and token in _SPACES:
            found += [(True, formula.strip())] * bool(formula.strip())
            found.append((False, _SPACES[token]))
            formula = ""
        else:
            depth += (token in _OPEN) - (token in _CLOSE)
            formula += token
            if depth < 0:
                return [(True, latex)]
        position += 1
    if depth:
        return [(True, latex)]
    return found + [(True, formula.strip())] * bool(formula.strip())


def _closing(tokens: list[str], start: int) -> int | None:
    """The position behind the group that opens at ``start``; None where none opens or it does not close."""
    if start >= len(tokens) or tokens[start] != "{":
        return None
    depth = 0
    for position in range(start, len(tokens)):
        depth += (tokens[position] == "{") - (tokens[position] == "}")
        if depth == 0:
            return position + 1
    return None


def _plain(words: str) -> str:
    for spelling, plain in _WORDS.items():
        words = words.replace(spelling, plain)
    return words
