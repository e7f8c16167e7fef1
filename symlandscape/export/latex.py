"""Claims and formulas -> a LaTeX document that compiles on its own, with amsmath and nothing else."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from symlandscape.export.exhibits import Formula
from symlandscape.export.latex_break import display
from symlandscape.export.marks import MARKS, mark

if TYPE_CHECKING:
    from collections.abc import Mapping

PREAMBLE = r"""\documentclass[10pt,a4paper]{article}
\usepackage{amsmath}
% commands of amssymb, for statements that use them; nothing else is needed
\providecommand{\mathbb}[1]{\mathbf{#1}}
\providecommand{\mathfrak}[1]{\mathbf{#1}}
\providecommand{\lesssim}{\mathrel{\le}}
\allowdisplaybreaks[4]
\renewcommand{\arraystretch}{1.4}
\setlength{\textwidth}{17cm}
\setlength{\oddsidemargin}{-0.5cm}
\setlength{\topmargin}{-1.5cm}
\setlength{\textheight}{25cm}
\setlength{\parindent}{0pt}
\setlength{\parskip}{4pt}
\setcounter{MaxMatrixCols}{40}
\renewcommand{\labelitemi}{$\cdot$}
\newcommand{\level}[1]{\textsc{#1}}
"""

_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "–": "--", "—": "---", "‘": "`", "’": "'", "“": "``", "”": "''", "…": r"\dots{}", "\u00a0": "~", "§": r"\S{}",
    "≤": r"$\le$", "≥": r"$\ge$", "≠": r"$\ne$", "≈": r"$\approx$", "±": r"$\pm$", "×": r"$\times$", "·": r"$\cdot$",
    "→": r"$\to$", "∈": r"$\in$", "√": r"$\surd$", "∞": r"$\infty$", "−": "--", "′": r"$'$", "²": r"$^2$",
    "³": r"$^3$",
    "∎": "", "½": r"$\tfrac12$", "°": r"$^\circ$",
}  # fmt: skip
_SMALL = (
    "α alpha β beta γ gamma δ delta ε epsilon ζ zeta η eta θ theta ι iota κ kappa λ lambda μ mu ν nu ξ xi π pi ρ rho"
)
_MORE = "σ sigma τ tau φ phi χ chi ψ psi ω omega Γ Gamma Δ Delta Θ Theta Λ Lambda Ξ Xi Π Pi Σ Sigma Φ Phi Ψ Psi Ω Omega"
_GREEK = f"{_SMALL} {_MORE}".split()
_SPECIAL |= {letter: f"$\\{name}$" for letter, name in zip(_GREEK[::2], _GREEK[1::2], strict=True)}


def escape(text: str) -> str:
    r"""Prose as LaTeX: special characters escaped, letters without a glyph in pdflatex replaced by a likeness or `?`.

    >>> escape("Arjevani & Field, d ≥ 6")
    'Arjevani \\& Field, d $\\ge$ 6'
    """
    return "".join(_letter(letter) for letter in text)


def prose(text: str) -> str:
    """Prose with mathematics between dollar signs, which is kept as it is."""
    parts = re.split(r"(?<!\\)\$", text)
    if len(parts) % 2 == 0:  # an odd number of dollars: none of them delimits
        return escape(text)
    return "".join(f"${part}$" if number % 2 else escape(part.replace(r"\$", "$")) for number, part in enumerate(parts))


def formulas_document(ledger: Mapping[str, Any], formulas: Sequence[Formula] = ()) -> str:
    """The LaTeX document of a ledger (its JSON document) and of the formulas beside it.

    Each statement carries its evidence level; long sums are broken into lines; uses amsmath only.
    """
    parts = [PREAMBLE, r"\begin{document}", _title(ledger)]
    if formulas:
        parts.append(r"\section*{Formulas}")
        parts += [_formula(formula) for formula in formulas]
    claims = ledger["claims"]
    if claims:
        parts.append(r"\section*{Claims}")
        parts += [_claim(claim) for claim in claims]
    parts.append(r"\end{document}")
    return "\n".join(parts) + "\n"


def tabular(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A plain LaTeX table; the cells are LaTeX already."""
    body = "\\\\\n".join(" & ".join(row) for row in (columns, *rows))
    head, _, rest = body.partition("\\\\\n")
    return f"\\begin{{tabular}}{{{'l' * len(columns)}}}\n{head}\\\\\\hline\n{rest}\n\\end{{tabular}}"


def _letter(letter: str) -> str:
    if letter in _SPECIAL:
        return _SPECIAL[letter]
    if letter.isascii():
        return letter if letter.isprintable() or letter == "\n" else " "
    if ord(letter) < 0x180 and letter.isalpha():
        return letter  # Latin letters with accents: in every LaTeX since 2018
    plain = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    return escape(plain) if plain else "?"


def _title(ledger: Mapping[str, Any]) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in ledger["versions"].items())
    claims = ledger["claims"]
    counts = [(m, sum(claim["level"] == m.level for claim in claims)) for m in MARKS]
    table = tabular(
        (r"\textbf{Level}", r"\textbf{Claims}", r"\textbf{Meaning}"),
        [(rf"\level{{{m.level}}}", str(count), escape(m.meaning)) for m, count in counts],
    )
    run = f"{versions}; profile {ledger['profile']}, seed {ledger['seed']}."
    return f"\\section*{{Statements and their evidence}}\n{escape(run)}\n\n{table}\n"


def _formula(formula: Formula) -> str:
    level = mark(formula.level).level
    return (
        f"\\subsection*{{{prose(formula.title)}}}\n\\level{{{level}}}, {prose(formula.source)} "
        f"(\\texttt{{{escape(formula.name)}}})\n{display(formula.latex)}\n"
    )


def _claim(claim: Mapping[str, Any]) -> str:
    statement = claim["statement"]
    shown = "\n" + prose(statement) + "\n" if "$" in statement else display(statement)
    checks = "".join(
        f"\\item \\level{{{mark(check['level']).level}}} {prose(check['name'])}: {prose(check['detail'])}\n"
        for check in claim["checks"]
    )
    items = f"\\begin{{itemize}}\n{checks}\\end{{itemize}}\n" if checks else ""
    return (
        f"\\subsection*{{\\texttt{{{escape(claim['id'])}}} \\quad \\level{{{mark(claim['level']).level}}}}}\n"
        f"{prose(claim['source'])}\n{shown}\n{{\\footnotesize\\sloppy\n{items}}}\n"
    )
