"""Figures of samples draw what they say, on the axes they are given, without a warning."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from numba_kernels._jit import COMPILED
from symlandscape.spinglass import sample_figures
from symlandscape.spinglass.descent import Descent, descend, hessian_ascent
from symlandscape.spinglass.enumeration import enumerate_critical_points
from symlandscape.spinglass.hamiltonian import random_hamiltonian
from symlandscape.statistics import Exponent

pytestmark = pytest.mark.skipif(not COMPILED, reason="thousands of iterations: compiled only")


@pytest.fixture
def ax() -> Iterator[Axes]:
    """Axes on an Agg canvas; drawing them at the end must not warn (warnings are errors)."""
    figure = Figure(figsize=(6, 4), layout="constrained")
    canvas = FigureCanvasAgg(figure)
    yield figure.add_subplot()
    canvas.draw()


@pytest.fixture(scope="module")
def runs() -> list[Descent]:
    return [descend(3, 8, 20, 1, "lbfgs"), descend(3, 16, 20, 1, "lbfgs")]


def shown(ax: Axes) -> list[str]:
    legend = ax.get_legend()
    return [] if legend is None else [text.get_text() for text in legend.get_texts()]


def test_the_histogram_has_one_density_for_each_size_and_both_levels(ax: Axes, runs: list[Descent]) -> None:
    sample_figures.final_energy_histogram(ax, runs, 1.63, 1.66)
    assert {line.get_xdata()[0] for line in ax.lines} == {-1.66, -1.63}
    assert shown(ax)[:2] == ["N = 8 (20 runs)", "N = 16 (20 runs)"] and len(shown(ax)) == 4
    low, high = ax.get_xlim()
    assert low < min(-1.66, float(runs[0].energies.min())) and high > float(runs[1].energies.mean())


def test_the_drift_shows_points_fits_and_their_exponents(ax: Axes, runs: list[Descent]) -> None:
    fits = Exponent(-0.58, 0.02, 0.1, 1.0), Exponent(-0.75, 0.03, 0.2, 1.0)
    sample_figures.drift_with_spins(ax, runs, 1.63, *fits)
    points = [line for line in ax.lines if line.get_marker() == "o"]
    assert np.allclose(points[0].get_ydata(), [1.63 + run.energies.mean() for run in runs])
    assert np.allclose(points[1].get_ydata(), [run.deviation for run in runs])
    assert ["-0.58 ± 0.02" in shown(ax)[0], "-0.75 ± 0.03" in shown(ax)[1]] == [True, True]


def test_counts_by_index_have_a_bar_and_a_ring_for_each_index(ax: Axes) -> None:
    found = enumerate_critical_points(3, 3, 10)
    sample_figures.count_by_index(ax, {"p = 3": found})
    assert [patch.get_height() for patch in ax.patches] == [found.mean(k).mean for k in range(3)]
    (rings,) = [line for line in ax.lines if line.get_marker() == "o"]
    assert np.allclose(rings.get_ydata(), [found.exact(k) for k in range(3)])


def test_the_path_of_ascent_lies_above_its_limit(ax: Axes) -> None:
    paths = {20: [hessian_ascent(random_hamiltonian(3, 20, 0, i), 20) for i in range(2)]}
    sample_figures.ascent_path(ax, paths, 3)
    limit = ax.lines[-1]
    assert limit.get_ydata()[-1] == pytest.approx(-1.632993161855452)
    assert shown(ax) == ["N = 20", "limit of large N"]
