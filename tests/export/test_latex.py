"""formulas.tex: compiles alone with amsmath, keeps every formula, breaks long ones."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from symlandscape.evidence import Claim, Ledger, Level, Verdict, certified, checked, estimated, proved
from symlandscape.export import Formula, formulas_document, latex_problems
from symlandscape.export.latex import escape, prose
from symlandscape.export.latex_break import display, split

d, x = sympy.symbols("d x")
LONG = sympy.Eq(
    sympy.Symbol("L"), sympy.Add(*[sympy.sqrt(d + i) * sympy.acos(1 / (d + i)) * x**i / sympy.pi for i in range(2, 14)])
)


def ledger() -> Ledger:
    return Ledger(
        [
            Claim(
                "a.quadratic",
                "relu",
                sympy.Eq(x**2, d / 4),
                "paper & appendix_1",
                (proved("both sides", True, "in $d$"),),
            ),
            Claim("a.long", "relu", LONG, "100% ours", (checked("roads", "0.5", "0.5", 20),)),
            Claim(
                "b.words",
                "relu",
                "the eigenvalue of $A_1$ at $d = 6$",
                "§ 3",
                (certified("sign", Verdict.NO, "−0.02 ± 1e-30"),),
            ),
            Claim(
                "b.share",
                "relu",
                r"\Pr[F_1] \approx 0.3",
                "Safran–Shamir",
                (estimated("1000 starts", 0.3, 0.31, 0.02),),
            ),
            Claim(
                "b.open", "relu", r"\mathbb{E} f \ge 0", "λ ∈ ℝ", (certified("ball", Verdict.UNDECIDED, "#1 {~^\\"),)
            ),
        ],
        versions={"python": "3"},
    )


FORMULAS = (
    Formula(
        "block-s",
        "Block $s$ of the pattern $n$",
        sympy.latex(sympy.Matrix([[d / 4, x], [x, 1]])),
        "theory & us",
        Level.PROVED,
    ),
    Formula("aligned", "A system", r"\begin{align} x &= 1 \\ d &= 2 \end{align}", "none", Level.CHECKED),
    Formula("long", "A long sum", sympy.latex(LONG), "none", Level.CHECKED),
)
DOCUMENT = formulas_document(ledger().to_json(), FORMULAS)


def test_the_document_is_sound_as_far_as_one_sees_without_tex() -> None:
    assert latex_problems(DOCUMENT) == ()


def test_the_document_compiles_alone(tmp_path: Path) -> None:
    program = shutil.which("pdflatex")
    if program is None:
        pytest.skip("no TeX is installed here (pdflatex)")
    (tmp_path / "formulas.tex").write_text(DOCUMENT, encoding="utf-8")
    done = subprocess.run(
        [program, "-interaction=nonstopmode", "-halt-on-error", "formulas.tex"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=120,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert "Overfull \\hbox" not in (tmp_path / "formulas.log").read_text(encoding="latin-1")


def test_every_claim_and_formula_stands_there_with_its_level() -> None:
    for claim in ledger().claims:
        assert f"\\texttt{{{escape(claim.id)}}} \\quad \\level{{{claim.level.value}}}" in DOCUMENT
    for formula in FORMULAS:
        assert f"\\texttt{{{formula.name}}}" in DOCUMENT


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (r"\frac{1}{2", "never closed"),
        (r"x}", "closes"),
        (r"\left( x", "never closed"),
        (r"\begin{matrix} 1", "never closed"),
        (r"\begin{matrix} 1 \end{array}", "closes matrix"),
        (r"\text{\usepackage{bm}}", "package 'bm' is loaded"),
        ("x ∈ ℝ", "has no glyph"),
        (r"\end{document}", r"\end{document} occurs 2 times"),
    ],
)
def test_a_broken_formula_is_found_without_tex(broken: str, reason: str) -> None:
    document = formulas_document(Ledger(versions={}).to_json(), [Formula("f", "t", broken, "s", Level.CHECKED)])
    assert any(reason in problem for problem in latex_problems(document)), latex_problems(document)


def test_a_long_sum_is_broken_into_lines_and_loses_nothing() -> None:
    latex = sympy.latex(LONG)
    assert "".join(split(latex)) == latex
    assert r"\begin{align*}" in display(latex)
    assert display("x = 1") == "\\[\nx = 1\n\\]"


def test_a_text_with_its_own_display_environments_keeps_them() -> None:
    text = r"Block $s$: \begin{gather} a = b \end{gather} and \[ x \]"
    assert display(text) == text


def test_rows_of_an_alignment_that_are_too_long_are_broken_further() -> None:
    text = f"Block: \\begin{{align*}} {sympy.latex(LONG).replace('=', '&=', 1)} \\\\ b &= c \\end{{align*}}"
    made = display(text)
    assert made.count("\\\\\n") >= 3 and made.endswith("b &= c\n\\end{align*}") and made.startswith("Block: ")


@given(
    st.lists(
        st.sampled_from(["+", "-", "=", "x", "{a+b}", "(c-d)", r"\frac{1}{2}", r"\left[x-1\right]", " "]), max_size=25
    )
)
def test_cutting_never_happens_inside_brackets(tokens: list[str]) -> None:
    latex = "".join(tokens)
    pieces = split(latex)
    assert "".join(pieces) == latex
    for piece in pieces:
        assert piece.count("{") == piece.count("}") and piece.count("(") == piece.count(")")
        assert piece.count(r"\left") == piece.count(r"\right")


@given(st.text(max_size=60))
def test_any_text_can_be_escaped(text: str) -> None:
    document = f"\\documentclass{{article}}\\begin{{document}}{escape(text)}\\end{{document}}"
    assert latex_problems(document) == ()


@given(st.text(alphabet="ab$\\{}_ &", max_size=20))
def test_prose_with_an_odd_number_of_dollars_is_taken_as_text(text: str) -> None:
    if text.replace(r"\$", "").count("$") % 2:
        assert prose(text) == escape(text)
    else:
        assert prose(text).count("$") >= text.replace(r"\$", "").count("$")
