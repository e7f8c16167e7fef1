"""Statements that wrap: words out of the mathematics, nothing lost, formulas never cut."""

from __future__ import annotations

import pytest

from symlandscape.export.mathml import statement
from symlandscape.export.wrapping import segments


def test_words_and_spaces_at_the_top_level_are_text() -> None:
    found = segments(r"F_{1} \text{ is a minimum for every } d > 5,\quad k = d")
    assert found == [
        (True, "F_{1}"), (False, " is a minimum for every "), (True, "d > 5,"), (False, "\u2003"), (True, "k = d"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "formula",
    [
        r"x_{\text{min}} < 1",
        r"x_\text{min} < 1",
        r"\text{H}_0 = 1",
        r"\left( \text{rank } r \right)",
        r"\frac{\text{a}}{b}",
        r"\begin{cases} 1 & \text{if } x \\ 0 & \text{else} \end{cases}",
        r"a } b \text{ unbalanced",
    ],
)
def test_a_formula_is_never_cut(formula: str) -> None:
    assert segments(formula) == [(True, formula)]


def test_nothing_is_lost() -> None:
    text = r"\text{if } a_{1} \le 2\ \text{then } \{b\} = 50\% \text{, and 50\% more}"
    joined = "".join(part for _, part in segments(text))
    assert joined == "if a_{1} \\le 2 then \\{b\\} = 50\\%, and 50% more"


def test_a_statement_wraps_between_its_formulas() -> None:
    made = statement(r"\text{a < b: } x \text{ \& } y")
    assert made.startswith("a &lt; b: <math") and made.count("<math") == 2 and " &amp; " in made
    assert statement("x = 1").startswith("<math") and statement(r"x = 1,\ y", display=True).startswith("<p><math")
