"""Long display formulas broken into lines that fit a page, at the top-level relations and signs only."""

from __future__ import annotations

import re
from dataclasses import dataclass

LINE = 72  # visible tokens that surely fit on a line of 17 cm at 10 points
_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|[{}()\[\]]|\s+|[^\\{}()\[\]\s]")
_OPEN = {"{", "(", "[", r"\left", r"\begin", r"\{"}
_CLOSE = {"}", ")", "]", r"\right", r"\end", r"\}"}
_BREAKS = {"+", "-", "=", r"\le", r"\ge", r"\leq", r"\geq", r"\approx", r"\quad", r"\pm"}
_INVISIBLE = {"{", "}", r"\left", r"\right", "^", "_", r"\,", r"\;", r"\!", r"\frac", r"\tfrac", r"\dfrac", r"\mathrm",
              r"\operatorname", r"\text", r"\sqrt", "&"}  # fmt: skip
_DISPLAY = re.compile(
    r"\\begin\{(?P<name>(?:align|gather|multline|equation)\*?)\}(?P<body>.*?)\\end\{(?P=name)\}|\\\[(?P<short>.*?)\\\]",
    re.S,
)
_ALIGN = re.compile(r"\\begin\{align\*\}(?P<body>(?:(?!\\begin\{).)*?)\\end\{align\*\}", re.S)  # none with inner rows
_SIZES = ((1.0, ""), (1.25, r"\small"), (1.6, r"\footnotesize"), (2.0, r"\scriptsize"), (2.8, r"\tiny"))


@dataclass(frozen=True, slots=True)
class Fragment:
    """A part of a LaTeX text: prose, or display mathematics (without delimiters, but with `&` and line ends)."""

    text: str
    mathematics: bool
    own: bool  # whether it brought its display environment along


def fragments(latex: str) -> list[Fragment]:
    r"""The display environments of a text and the prose between them; a text without any is one formula.

    >>> [f.text for f in fragments(r"Two: \begin{align*} a &= b \end{align*}")]
    ['Two:', 'a &= b']
    """
    found: list[Fragment] = []
    end = 0
    for match in _DISPLAY.finditer(latex):
        found += [Fragment(part, False, False) for part in [latex[end : match.start()].strip()] if part]
        found.append(Fragment((match["body"] or match["short"]).strip(), True, True))
        end = match.end()
    rest = latex[end:].strip()
    if not found:
        return [Fragment(rest, True, False)]
    return found + [Fragment(rest, False, False)] * bool(rest)


def display(latex: str) -> str:
    """A formula without delimiters as display mathematics, broken and, where a piece stays too long, set smaller.

    A text that brings its own display environments, perhaps with prose between them, keeps them; rows of its `align`
    environments that are too long are broken further.
    """
    parts = fragments(latex)
    if not parts[0].own and len(parts) == 1:
        return _set(_fill(split(latex.strip())))
    return _ALIGN.sub(lambda found: _set(_reflow(found["body"])), latex.strip())


def _set(lines: list[str]) -> str:
    """Lines as one display, in the largest size in which the longest of them fits."""
    longest = max(_width(line) for line in lines) / LINE
    size = next((name for factor, name in _SIZES if longest <= factor), _SIZES[-1][1])
    if len(lines) == 1 and "&" not in lines[0]:
        body = f"\\[\n{lines[0]}\n\\]"
    else:
        rows = [line if "&" in line else ("&\\quad " if number else "&") + line for number, line in enumerate(lines)]
        body = "\\begin{align*}\n" + " \\\\\n".join(rows) + "\n\\end{align*}"
    return f"{{{size}\n{body}\n}}" if size else body


def _reflow(body: str) -> list[str]:
    """The rows of an `align` environment, those that are too long broken into several."""
    rows = (row.strip() for row in re.split(r"\\\\(?![A-Za-z])", body))
    return [line for row in rows if row for line in _fill(split(row))]


def split(latex: str) -> list[str]:
    r"""The formula cut before each relation or sign outside all brackets; joined, the pieces are the formula.

    >>> split(r"a = \frac{b + c}{2} - d")
    ['a ', '= \\frac{b + c}{2} ', '- d']
    """
    pieces, depth, seen = [""], 0, False
    for token in _TOKEN.findall(latex):
        if token in _CLOSE:
            depth -= 1
        if depth == 0 and token in _BREAKS and seen:
            pieces.append("")
            seen = False  # a sign right behind a relation belongs to its term
        pieces[-1] += token
        if token in _OPEN:
            depth += 1
        elif token.strip() and token not in _BREAKS:
            seen = True
    return pieces


def _fill(pieces: list[str]) -> list[str]:
    if sum(map(_width, pieces)) <= LINE:
        return ["".join(pieces).strip()]
    lines = [pieces[0]]
    for piece in pieces[1:]:
        if _width(lines[-1]) + _width(piece) <= LINE:
            lines[-1] += piece
        else:
            lines.append(piece)
    return [line.strip() for line in lines if line.strip()]


def _width(latex: str) -> int:
    """Tokens that take room; of rows under each other (a table, `\\\\`) the longest counts."""
    return max(
        sum(1 for token in _TOKEN.findall(row) if token.strip() and token not in _INVISIBLE)
        for row in re.split(r"\\\\|\\(?:begin|end)\{[a-z*]+\}", latex)
    )
