"""Figures of samples draw what they say, on the axes they are given, without a warning."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from numba_kernels._jit import COMPILED
from symlandscape.regions import Visits, decay, sample_figures, train_networks
from symlandscape.statistics import Estimate

pytestmark = pytest.mark.skipif(not COMPILED, reason="thousands of iterations: compiled only")


@pytest.fixture
def ax() -> Iterator[Axes]:
    """Axes on an Agg canvas; drawing them at the end must not warn (warnings are errors)."""
    figure = Figure(figsize=(6, 4), layout="constrained")
    canvas = FigureCanvasAgg(figure)
    yield figure.add_subplot()
    canvas.draw()


def shown(ax: Axes) -> list[str]:
    legend = ax.get_legend()
    return [] if legend is None else [text.get_text() for text in legend.get_texts()]


def test_decay_shows_volumes_bounds_and_exact_shares(ax: Axes) -> None:
    rows = decay(2, 2, [4, 6], 0, Fraction(1, 10), 40).rows + decay(4, 12, [5], 0, Fraction(1, 10), 10).rows
    assert rows[-1].volume == 0.0
    exact = {"ReLU": [(4, Estimate(0.1, 0.02, 8)), (6, Estimate(0.0, 0.0, 8))]}
    sample_figures.decay_with_samples(ax, {"ReLU": rows}, exact)
    assert len(shown(ax)) == 3 and ax.get_yscale() == "log"
    assert "0.1" in ax.get_ylabel()


def test_widths_are_marked_at_n_over_d(ax: Axes) -> None:
    rows = [decay(3, width, [9], 0, Fraction(1, 10), 30).rows[0] for width in (3, 5)]
    sample_figures.decay_with_width(ax, {"ReLU": rows})
    assert [line.get_xdata()[0] for line in ax.lines if line.get_linestyle() == ":"] == [3.0]


def test_errors_and_distances_show_every_experiment(ax: Axes) -> None:
    ends = [train_networks(3, 3, samples, 0.1, 4) for samples in (18, 9, 5)]
    sample_figures.wall_distance(ax, {"d = 3": ends})
    drawn = sum(len(line.get_xdata()) for line in ax.lines) - 4
    assert drawn == 12 and shown(ax) == ["d = 3"]
    ax.clear()
    sample_figures.training_error(ax, {"d = 3": ends})
    assert len(shown(ax)) == 2 and "per sample" in ax.get_xlabel()


def test_regions_on_the_way_are_counted(ax: Axes) -> None:
    path = Visits(2, 1, np.array([1, 1, 2]), np.zeros(3))
    sample_figures.regions_on_the_way(ax, {"d = 2": path})
    assert shown(ax) == ["d = 2: 2 regions"]
