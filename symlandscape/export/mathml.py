"""LaTeX -> MathML, so that formulas show offline without a script.

The conversion is latex2mathml's; this module mends what browsers do not draw (aligned rows, the tilde relation) and
never fails: a formula that cannot be converted is shown as its LaTeX source.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as tree
from html import escape, unescape

from symlandscape.export.latex_break import fragments
from symlandscape.export.wrapping import segments

_SPACE = "{http://www.w3.org/1998/Math/MathML}"
_WORDS = (f"{_SPACE}mi", f"{_SPACE}mo")
_TALL = {f"{_SPACE}{name}" for name in ("mfrac", "mtable", "msqrt", "mroot", "munder", "munderover")}
# environments that line up at `&`; MathML Core draws them as a table
_ALIGNED = re.compile(r"\\(begin|end)\{(?:aligned|align\*?|alignedat|split|gathered|gather\*?|multline\*?)\}")
_SPACING = re.compile(r"\\\\\[[^\]]*\]")
# spellings that the converter does not know, and plainer ones that it does; U+FF06 stands in for `&` until after it
_PLAIN = (
    (re.compile(r"\\sim(?![A-Za-z])"), "∼"),
    (re.compile(r"\\middle(?![A-Za-z])|\\displaystyle(?![A-Za-z])|\\[bB]igg?[lrm]?(?![A-Za-z])"), " "),
    (re.compile(r"\\[dt]frac(?![A-Za-z])"), r"\\frac"),
    (re.compile(r"\\&"), "＆"),
)
_UNKNOWN = re.compile(r">\s*\\")
_ENTITY = re.compile(r"&#x([0-9A-Fa-f]+);")


def mathml(latex: str, *, display: bool = False) -> str:
    """A formula as a `<math>` element, or its source in `<code>` where it cannot be converted.

    latex: mathematics without delimiters; display: on a line of its own.
    """
    from latex2mathml.converter import convert

    prepared = _SPACING.sub(r"\\\\", _ALIGNED.sub(r"\\\1{matrix}", latex.strip()))
    for spelling, plain in _PLAIN:
        prepared = spelling.sub(plain, prepared)
    try:
        made = convert(prepared, display="block" if display else "inline")
        made = _ENTITY.sub(lambda found: escape(chr(int(found[1], 16))), made).replace("＆", "&amp;")
        if _UNKNOWN.search(made):
            raise ValueError("an unknown command was left")
        root = tree.fromstring(made)
        _mend(root)
    except Exception:  # whatever the converter stumbles over, the reader still gets the formula
        return f'<code class="latex">{escape(unescape(latex))}</code>'
    if re.search(r"\\begin\{(?:align|split)", latex):
        for table in root.iter(f"{_SPACE}mtable"):
            table.set("class", "aligned")
            break
    tree.register_namespace("", "http://www.w3.org/1998/Math/MathML")
    return tree.tostring(root, encoding="unicode")


def _mend(root: tree.Element) -> None:
    """Spacing that the converter leaves to chance: relations, named functions, brackets around flat content."""
    for parent in root.iter():
        for child, behind in zip(parent, [*parent[1:], None], strict=False):
            core = _first(child)
            name = core.text or ""
            if core.tag == f"{_SPACE}mi" and name == "∼":
                core.tag = f"{_SPACE}mo"
            elif core.tag in _WORDS and len(name) > 1 and name.isalpha() and name.isascii():
                core.tag = f"{_SPACE}mo"  # a thin space before a named function, and behind it where no bracket opens
                opens = behind is None or (_first(behind).text or "") in "([{|⟨‖"
                core.attrib |= {"lspace": "0.167em", "rspace": "0" if opens else "0.167em", "movablelimits": "false"}
            elif core.tag == f"{_SPACE}mo" and name == "|":  # neither an operator between two sides nor a relation
                core.attrib |= {"lspace": "0", "rspace": "0"}
        fenced = len(parent) > 1 and parent[0].get("form") == "prefix" and parent[-1].get("form") == "postfix"
        if fenced and not any(inner.tag in _TALL for inner in parent.iter()):  # stretching would loosen the spacing
            for bracket in (parent[0], parent[-1]):
                bracket.set("stretchy", "false")


def _first(element: tree.Element) -> tree.Element:
    """The leaf that an element starts with."""
    while len(element):
        element = element[0]
    return element


def displayed(latex: str) -> str:
    """A formula, or display environments with prose between them, as HTML."""
    parts = []
    for fragment in fragments(latex):
        if not fragment.mathematics:
            words = re.sub(r"\\(?:noindent|par|medskip|smallskip)(?![A-Za-z])", " ", fragment.text)
            parts.append(f"<p>{prose(words)}</p>")
        elif fragment.own and "&" in fragment.text:
            parts.append(mathml(rf"\begin{{aligned}}{fragment.text}\end{{aligned}}", display=True))
        else:
            parts.append(mathml(fragment.text, display=True))
    return "".join(parts)


def prose(text: str) -> str:
    """Text as HTML, with the mathematics between dollar signs as MathML."""
    parts = re.split(r"(?<!\\)\$", text)
    if len(parts) % 2 == 0:  # an odd number of dollars: none of them delimits
        return escape(text)
    return "".join(
        mathml(part) if number % 2 else escape(part.replace(r"\$", "$")) for number, part in enumerate(parts) if part
    )


def statement(text: str, *, display: bool = False) -> str:
    """A statement as HTML: mathematics, or prose where dollar signs delimit the mathematics.

    Where it begins or goes on in words, these are text, and a long line wraps between the formulas.
    """
    if "$" in text:
        return prose(text)
    parts = segments(text)
    if len(parts) == 1:
        return mathml(text, display=display)
    made = "".join(mathml(part) if mathematics else escape(part) for mathematics, part in parts)
    return f"<p>{made}</p>" if display else made
