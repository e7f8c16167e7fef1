"""report.html: one file, readable offline, with every claim, figure and number under its mark."""

from __future__ import annotations

import re
import xml.etree.ElementTree as tree
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from symlandscape.evidence import Certificate, Claim, Ledger, Level, Verdict, certified, proved
from symlandscape.export import (
    MARKS,
    Exhibits,
    Figure,
    Formula,
    NamedCertificate,
    bibliography,
    draw,
    mark,
    mathml,
    report,
)
from symlandscape.export.exhibits import file_name
from symlandscape.export.figures import INK, PAPER
from symlandscape.export.mathml import displayed

FIGURE = Figure(
    "loss of A1", "Loss <b>", "Is 1 < 2 & where?", lambda ax: ax.plot([0, 1], [1, 0], label="$F_1$"), Level.CHECKED
)
CLAIMS = (
    Claim("one", "relu", r"\lambda^{2} = \frac{d}{4}", "a <source> & more", (proved("identity", True, "for $d > 2$"),)),
    Claim(
        "two",
        "bridge",
        "prose with <tags> and $x^2$",
        "b",
        (certified("ball", Verdict.NO, "<script>alert(1)</script>"),),
    ),
)
EXHIBITS = Exhibits(
    (Formula("f", "Title of $f$", r"f(w,v) = \frac{1}{2\pi}", "theory", Level.PROVED),),
    (draw(FIGURE), draw(Figure("other", "t", "q?", lambda ax: ax.plot([1, 2])))),
    (NamedCertificate("F1 at 6", Certificate("toy", 1, {"a": 1})),),
)
PAGE = report(Ledger(CLAIMS, versions={"python": "3"}).to_json(), EXHIBITS)


class Page(HTMLParser):
    """What a page holds: tags with their attributes, unbalanced ends, ids."""

    VOID = frozenset({"meta", "link", "br", "img", "hr", "input"})

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.wrong: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.ids += [values["id"]] if values.get("id") else []
        self.links += [v for k, v in values.items() if k in ("src", "href", "xlink:href", "action", "data") and v]
        if tag not in self.VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.stack.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.stack or self.stack.pop() != tag:
            self.wrong.append(tag)


@pytest.fixture(scope="module")
def page() -> Page:
    made = Page()
    made.feed(PAGE)
    made.close()
    return made


def test_the_page_is_well_formed(page: Page) -> None:
    assert page.wrong == [] and page.stack == []


def test_the_page_needs_no_other_host(page: Page) -> None:
    outside = [link for link in page.links if not link.startswith(("#", "certificates/"))]
    assert outside == []
    assert "<script" not in PAGE.lower() and "@import" not in PAGE and "url(http" not in PAGE


def test_no_two_elements_share_an_id_and_every_inner_link_arrives(page: Page) -> None:
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)


def test_every_claim_check_formula_figure_and_certificate_is_shown() -> None:
    for claim in CLAIMS:
        assert f'<span class="id">{claim.id}</span>' in PAGE
    for wanted in (
        "Title of",
        "Is 1 &lt; 2 &amp; where?",
        "a &lt;source&gt; &amp; more",
        'href="certificates/F1-at-6.json"',
    ):
        assert wanted in PAGE
    assert PAGE.count("<svg") == 2


def test_figures_and_formulas_stand_under_their_themes_and_long_formulas_open_on_demand() -> None:
    first, second = (replace(p, theme=t) for p, t in zip(EXHIBITS.pictures, ("bridge", "relu"), strict=True))
    formula = replace(EXHIBITS.formulas[0], theme="relu", latex="+".join(["x"] * 5000))
    page = report(Ledger(CLAIMS).to_json(), Exhibits((formula,), (first, second)))
    title = '<h3 class="theme">%s</h3>'
    order = [title % "Two-layer ReLU networks", 'id="figure-other"', title % "Bridge", 'id="figure-loss-of-A1"']
    places = [page.index(text) for text in order]
    assert places == sorted(places) and page.count("<summary>a long formula</summary>") == 1
    assert 'class="theme"' not in PAGE and "a long formula" not in PAGE


def test_text_from_outside_stays_text() -> None:
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in PAGE
    assert "prose with &lt;tags&gt; and <math" in PAGE


def test_levels_are_those_of_the_ledger() -> None:
    assert re.search(r'class="refuted"><b>1</b>', PAGE) and re.search(r'class="certified none"><b>0</b>', PAGE)


def test_every_level_has_a_mark() -> None:
    assert {m.level for m in MARKS} == {level.value for level in Level}
    assert mark(Level.PROVED) is mark("proved")
    with pytest.raises(KeyError, match="a level was expected"):
        mark("believed")


def test_an_empty_ledger_has_a_report_too() -> None:
    assert "No claim was made" in report(Ledger(versions={}).to_json())


def test_a_figure_has_the_same_bytes_each_time_and_no_date() -> None:
    first, second = draw(FIGURE), draw(FIGURE)
    assert first.svg == second.svg
    assert "dc:date" not in first.svg
    tree.fromstring(first.svg)


def test_inside_the_page_a_figure_takes_the_colour_of_the_text() -> None:
    assert INK in draw(FIGURE).svg and PAPER in draw(FIGURE).svg
    assert INK not in PAGE and PAPER not in PAGE and "currentColor" in PAGE


@pytest.mark.parametrize(
    "latex",
    [
        r"\frac{1}{2\pi} \left(\sin\theta + (\pi - \theta)\cos\theta\right)",
        r"\left[\begin{matrix}1 & 2\\3 & 4\end{matrix}\right]",
        r"\begin{aligned} a &= b \\ &= c \end{aligned}",
        r"x \sim N(0, I_d),\quad d \ge 6 \text{ \& more}",
        r"\bigl\{ \dfrac{a}{b} \bigm| c \simeq d \bigr\}",
        r"\left. x \right|_{y=0} < \|w\|",
    ],
)
def test_a_formula_becomes_mathml(latex: str) -> None:
    made = mathml(latex, display=True)
    assert made.startswith("<math") and "\\" not in made
    tree.fromstring(made)


def test_named_functions_and_brackets_are_spaced_as_in_print() -> None:
    flat = mathml(r"\sin t + \cos\left(t\right)")
    assert '<mo lspace="0.167em" rspace="0.167em" movablelimits="false">sin</mo>' in flat
    assert '<mo lspace="0.167em" rspace="0" movablelimits="false">cos</mo>' in flat
    assert 'stretchy="true"' not in flat
    assert 'stretchy="true"' in mathml(r"\left(\frac{1}{2}\right)")


@pytest.mark.parametrize("latex", [r"\frac{a}{", r"\unheardof{x}", "a & <b", r"\right)", "{"])
def test_a_formula_that_cannot_be_converted_is_shown_as_it_is(latex: str) -> None:
    made = mathml(latex)
    tree.fromstring(made)
    assert made.startswith("<math") or "".join(tree.fromstring(made).itertext()) == latex


def test_display_environments_with_prose_between_them_are_shown_in_turn() -> None:
    made = displayed(r"Block $s$: \begin{align*} a &= b \\ &\quad + c \end{align*} \noindent and \[ x^2 \]")
    tree.fromstring(f"<div>{made}</div>")
    assert made.count("<math") == 3 and made.count("<p>") == 2 and "\\" not in made


def test_names_of_files_hold_no_separator() -> None:
    assert file_name("../F1 at 13/2") == "F1-at-13-2"
    assert file_name("///") == "unnamed"


@pytest.mark.parametrize("theme", [None, "relu", "spinglass", "regions", "particles"])
def test_every_theme_has_its_paper_and_this_software(theme: str | None) -> None:
    entries = bibliography(theme)
    keys = [entry.key for entry in entries]
    assert keys[0] == "symlandscape" and len(keys) == len(set(keys)) >= 3
    for entry in entries:
        assert entry.text.count("{") == entry.text.count("}") and "VERSION" not in entry.text
