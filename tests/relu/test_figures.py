"""Figures draw what they say, on the axes they are given, without a warning."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from symlandscape.arith.conversions import mid_float
from symlandscape.relu import figures
from symlandscape.relu.critical_point import CriticalPoint
from symlandscape.relu.families import family


@pytest.fixture
def ax() -> Iterator[Axes]:
    """Axes on an Agg canvas; drawing them at the end must not warn (warnings are errors)."""
    figure = Figure(figsize=(6, 4), layout="constrained")
    canvas = FigureCanvasAgg(figure)
    yield figure.add_subplot()
    canvas.draw()


def curve(name: str, ds: tuple[int, ...]) -> list[tuple[float, CriticalPoint]]:
    return [(float(d), family(name).at(d, digits=12)) for d in ds]


@pytest.fixture(scope="module")
def f1() -> list[tuple[float, CriticalPoint]]:
    return curve("F1", (5, 6, 7, 8))


@pytest.fixture(scope="module")
def a1() -> list[tuple[float, CriticalPoint]]:
    return curve("A1", (5, 6, 7))


def lines(ax: Axes) -> list:
    """The lines with data (rules at zero left out)."""
    return [line for line in ax.lines if len(line.get_xdata()) > 2]


def test_the_spectrum_has_one_line_for_each_eigenvalue_and_one_colour_for_each_component(ax, f1):
    figures.spectrum_against_d(ax, f1)
    last = f1[-1][1]
    assert len(lines(ax)) == sum(len(b.eigenvalues) for b in last.blocks)
    assert len({to_rgba(line.get_color()) for line in lines(ax)}) == len(last.blocks)
    shown = [text.get_text() for text in ax.get_legend().get_texts()]
    assert shown == [b.label for b in last.blocks]
    ends = sorted(line.get_ydata()[-1] for line in lines(ax))
    assert ends == pytest.approx(sorted(mid_float(x) for b in last.blocks for x in b.eigenvalues))
    assert ax.get_xlabel() and ax.get_ylabel() and ax.get_yscale() == "symlog"


def test_the_spectrum_copes_with_components_that_appear_on_the_way(ax):
    figures.spectrum_against_d(ax, curve("F1", (3, 4, 5, 6)))
    assert {text.get_text() for text in ax.get_legend().get_texts()} == {"t", "s0", "x0", "y0"}


def test_the_least_eigenvalue_crosses_zero_where_the_saddle_becomes_a_minimum(ax, f1, a1):
    figures.least_eigenvalue_against_d(ax, {"F1": f1, "A1": a1})
    assert [line.get_label() for line in lines(ax)] == ["F1", "A1"]
    for line, points in zip(lines(ax), (f1, a1), strict=True):
        signs = [y > 0 for y in line.get_ydata()]
        assert signs == [point.verdict == "minimum" for _, point in points]
        assert list(line.get_xdata()) == [d for d, _ in points]


def test_losses_are_solid_where_the_family_is_a_minimum_and_circled_where_it_was_reached(ax, f1, a1):
    losses = {d: mid_float(p.loss) for d, p in f1}
    figures.loss_against_d(ax, {"F1": f1, "A1": a1}, {"F1": [(6.0, losses[6.0])], "other": [(7.0, 0.05)], "C0": []})
    circles = [line for line in ax.lines if line.get_marker() == "o"]
    assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in circles] == [(6.0, losses[6.0]), (7.0, 0.05)]
    solid = {line.get_label(): line for line in ax.lines if line.get_label() in {"F1", "A1"}}
    for name, points in (("F1", f1), ("A1", a1)):
        drawn = ~np.isnan(solid[name].get_ydata())
        assert drawn.tolist() == [p.verdict == "minimum" for _, p in points]
    dotted = [line for line in lines(ax) if line.get_linestyle() == "--" and not np.isnan(line.get_ydata()).any()]
    assert len(dotted) == 2
    assert {text.get_text() for text in ax.get_legend().get_texts()} == {"F1", "A1", "other"}


def test_the_histogram_has_one_bar_for_each_point_with_its_share(ax):
    counts = {6: {"C0": (0.0, 990), "F1": (0.025, 10)}, 7: {"C0": (0.0, 900), "F1": (0.023, 100)}}
    figures.loss_histogram(ax, counts, {6: 1000, 7: 1000})
    bars = [line for line in ax.lines if line.get_linewidth() == 6]
    assert len(bars) == 4 and [bar.get_xdata()[0] for bar in bars] == [0.0, 0.025, 0.0, 0.023]
    heights = [bar.get_ydata()[1] - bar.get_ydata()[0] for bar in bars]
    assert heights == pytest.approx([0.5 * share**0.25 for share in (0.99, 0.01, 0.9, 0.1)])
    assert [text.get_text() for text in ax.texts] == ["C0 99.0%", "F1 1.0%", "C0 90.0%", "F1 10.0%"]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["d = 6", "d = 7"]


def test_drawing_leaves_matplotlibs_global_state_alone(ax, f1):
    import matplotlib
    from matplotlib import pyplot

    before = dict(matplotlib.rcParams)
    figures.spectrum_against_d(ax, f1)
    assert dict(matplotlib.rcParams) == before and pyplot.get_fignums() == []
