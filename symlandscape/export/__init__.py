"""Ledger -> HTML, LaTeX, figures, BibTeX."""

from symlandscape.export.bibliography import Entry, bibliography
from symlandscape.export.exhibits import Exhibits, Figure, Formula, NamedCertificate, Picture
from symlandscape.export.figures import draw
from symlandscape.export.folder import staged
from symlandscape.export.latex import formulas_document
from symlandscape.export.latex_structure import latex_problems
from symlandscape.export.marks import MARKS, Mark, mark
from symlandscape.export.mathml import mathml
from symlandscape.export.numbers import latex_number
from symlandscape.export.report import report

__all__ = [
    "MARKS",
    "Entry",
    "Exhibits",
    "Figure",
    "Formula",
    "Mark",
    "NamedCertificate",
    "Picture",
    "bibliography",
    "draw",
    "formulas_document",
    "latex_number",
    "latex_problems",
    "mark",
    "mathml",
    "report",
    "staged",
]
