"""Figures -> SVG text: the same bytes on every run, readable on light and on dark paper.

Lines and letters are drawn in a sentinel ink and paper. The file on disk keeps them (almost black on almost white);
inside the report the ink becomes the colour of the text and the paper becomes transparent.
"""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

from symlandscape.export.exhibits import Figure, Picture, file_name

INK = "#1b1c21"
PAPER = "#fefefd"
# eight colours told apart by most eyes, on light and on dark ground
CYCLE = ("#3b82c4", "#d9772b", "#2e9e6b", "#c2559d", "#8d6ad0", "#b08a1e", "#d04a4a", "#6f7b8a")

STYLE: dict[str, Any] = {
    "svg.fonttype": "path",
    "svg.hashsalt": "symlandscape",
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "axes.facecolor": PAPER,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.labelcolor": INK,
    "legend.frameon": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#8a8f98",
    "grid.alpha": 0.25,
    "grid.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "font.family": "DejaVu Sans",
    "mathtext.fontset": "stix",
    "font.size": 11,
    "axes.labelsize": 12,
    "legend.fontsize": 10,
    "lines.linewidth": 1.8,
    "lines.markersize": 5,
}


def draw(figure: Figure, *, size: tuple[float, float] = (7.6, 4.6)) -> Picture:
    """Draw a figure (size in inches) without touching matplotlib's global state or any window."""
    import matplotlib
    from cycler import cycler
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure as Canvas

    style: Any = STYLE | {"axes.prop_cycle": cycler(color=CYCLE)}
    with matplotlib.rc_context(style):
        canvas = Canvas(figsize=size, layout="constrained")
        FigureCanvasSVG(canvas)
        figure.draw(canvas.add_subplot())
        buffer = StringIO()
        canvas.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Title": figure.title})
    level = None if figure.level is None else str(figure.level.value)
    return Picture(file_name(figure.name), figure.title, figure.question, buffer.getvalue(), level)


def inline(picture: Picture) -> str:
    """The SVG element of a picture for a page: its ids are its own, its ink is the page's."""
    svg = picture.svg[picture.svg.index("<svg") :]
    prefix = picture.name.replace(".", "-")
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', svg)
    svg = re.sub(r'href="#([^"]+)"', rf'href="#{prefix}-\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", svg)
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.S)
    svg = re.sub(r'<svg\b([^>]*?)\swidth="[^"]*"', r"<svg\1", svg, count=1)
    svg = re.sub(r'<svg\b([^>]*?)\sheight="[^"]*"', r'<svg\1 role="img"', svg, count=1)
    return svg.replace(INK, "currentColor").replace(PAPER, "none").strip()
