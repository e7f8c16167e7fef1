"""What can be said about a LaTeX document without TeX: brackets, environments and packages."""

from __future__ import annotations

import re

AMSMATH_ONLY = ("amsmath",)
_COMMENT = re.compile(r"(?<!\\)%.*")
_TOKEN = re.compile(r"\\(begin|end)\{([A-Za-z]+\*?)\}|\\(left|right)(?![A-Za-z])|\\[A-Za-z]+|\\.|[{}]|\$\$?", re.S)


def latex_problems(document: str) -> tuple[str, ...]:
    """Sentences on what would stop the document from compiling alone with amsmath; empty when nothing was found.

    Checked: braces, environments, left-right pairs and dollars balance; packages are amsmath only; all is ASCII or
    Latin letters with accents.
    """
    text = _COMMENT.sub("", document)
    problems = [
        f"package {name!r} is loaded, only amsmath may be"
        for names in re.findall(r"\\usepackage(?:\[[^\]]*\])?\{([^}]*)\}", text)
        for name in names.split(",")
        if name.strip() not in AMSMATH_ONLY
    ]
    problems += [
        f"the character {letter!r} has no glyph in pdflatex" for letter in sorted(set(text)) if ord(letter) >= 0x180
    ]
    for wanted in (r"\documentclass", r"\begin{document}", r"\end{document}"):
        if text.count(wanted) != 1:
            problems.append(f"{wanted} occurs {text.count(wanted)} times, once was expected")
    return (*problems, *_balance(text))


def _balance(text: str) -> list[str]:
    stack: list[str] = []
    problems: list[str] = []

    def close(wanted: str, what: str) -> None:
        if stack and stack[-1] == wanted:
            stack.pop()
        else:
            problems.append(f"{what} closes {stack[-1] if stack else 'nothing'}")

    for found in _TOKEN.finditer(text):
        token, environment, pair = found[0], found[2], found[3]
        if environment:
            if found[1] == "begin":
                stack.append(environment)
            else:
                close(environment, token)
        elif pair == "left" or token in ("{", r"\["):
            stack.append({"left": r"\left"}.get(pair or "", token))
        elif pair == "right":
            close(r"\left", token)
        elif token == "}":
            close("{", token)
        elif token == r"\]":
            close(r"\[", token)
        elif token in ("$", "$$"):
            if stack and stack[-1] == token:
                stack.pop()
            else:
                stack.append(token)
        if len(problems) >= 5:
            break
    problems += [f"{left} is never closed" for left in stack[:5]]
    return problems
