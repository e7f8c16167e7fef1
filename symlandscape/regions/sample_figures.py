"""Figures of samples: volumes against size and width, errors and walls at the end of training. Functions of axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from symlandscape.regions.support import Visits
from symlandscape.regions.training import ON_WALL, Ends
from symlandscape.regions.volume_decay import DecayRow
from symlandscape.statistics import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["decay_with_samples", "decay_with_width", "regions_on_the_way", "training_error", "wall_distance"]

LEAST = 1e-18
"""Distances below this (exact zeros among them) are drawn here."""


def decay_with_samples(
    ax: Axes,
    series: Mapping[str, Sequence[DecayRow]],
    exact: Mapping[str, Sequence[tuple[int, Estimate]]],
) -> None:
    """Volume of the necessary set against N with the bound of Theorem 6 (dashed); L_eps classified exactly (rings).

    Rows without a draw in the set are drawn as the upper end of Wilson's interval, an arrow down.
    """
    for number, (name, rows) in enumerate(series.items()):
        color = f"C{number}"
        n = np.array([row.samples for row in rows], dtype=float)
        seen = np.array([row.volume > 0.0 for row in rows])
        volumes = np.array([row.volume for row in rows])
        errors = np.array([row.standard_error for row in rows])
        low = np.minimum(errors, 0.999 * volumes)
        ax.errorbar(
            n[seen],
            volumes[seen],
            yerr=[low[seen], errors[seen]],
            fmt="o-",
            color=color,
            capsize=2,
            label=f"{name}: necessary set",
        )
        if not seen.all():
            ax.plot(n[~seen], [row.interval[1] for row in rows if not row.volume], "v", color=color, markersize=7)
        ax.plot(
            n, [np.exp(row.log_bound) for row in rows], "--", color=color, label=f"{name}: Theorem 6 at finite size"
        )
        points = [(size, found) for size, found in exact.get(name, ()) if found.mean > 0.0]
        if points:
            means = np.array([found.mean for _, found in points])
            bars = np.array([found.standard_error for _, found in points])
            lower = np.minimum(bars, 0.9 * means)
            ax.errorbar(
                [size + 0.15 * number for size, _ in points],
                means,
                yerr=[lower, bars],
                fmt="o",
                mfc="none",
                color=color,
                capsize=2,
                label=f"{name}: with a minimum (exact)",
            )
    eps = next(iter(series.values()))[0].eps
    ax.set_yscale("log")
    ax.set_xlabel("samples $N = d^2$, $d_0 = d_1 = d$")
    ax.set_ylabel(f"mean angular volume, MCE > {float(eps):g}")
    ax.set_ylim(top=20.0)
    ax.legend(loc="upper right", fontsize=8, ncol=2)


def decay_with_width(ax: Axes, series: Mapping[str, Sequence[DecayRow]]) -> None:
    """Share of rank-deficient draws and volume of the necessary set against the width."""
    for number, (name, rows) in enumerate(series.items()):
        widths = np.array([row.width for row in rows], dtype=float)
        for what, style, label in (
            ([row.rank_deficient for row in rows], "s--", "rank(A∘X) < N"),
            ([row.volume for row in rows], "o-", "necessary set"),
        ):
            values = np.array(what)
            seen = values > 0.0
            ax.plot(widths[seen], values[seen], style, color=f"C{number}", label=f"{name}: {label}")
    first = next(iter(series.values()))[0]
    ax.axvline(first.samples / first.inputs, color="0.5", linewidth=1.0, linestyle=":", label="$N/d_0$")
    ax.set_yscale("log")
    ax.set_xlabel(f"width $d_1$ (N = {first.samples}, $d_0$ = {first.inputs})")
    ax.set_ylabel("share of the draws")
    ax.legend(fontsize=9)


def training_error(ax: Axes, series: Mapping[str, Sequence[Ends]]) -> None:
    """Mean squared error (lines, with standard errors) and misclassified share (dotted) of the end points."""
    for number, (name, ends) in enumerate(series.items()):
        color = f"C{number}"
        at = [end.ratio for end in ends]
        means = [end.mean_error for end in ends]
        ax.errorbar(
            at,
            [m.mean for m in means],
            yerr=[m.standard_error for m in means],
            fmt="o-",
            color=color,
            capsize=2,
            label=f"{name}: mean squared error",
        )
        ax.plot(at, [end.mean_wrong.mean for end in ends], ":", color=color, label=f"{name}: misclassified")
    ax.axvline(1.0, color="0.5", linewidth=1.0)
    ax.set_ylim(bottom=-0.01)
    ax.set_xlabel("parameters per sample $d_0 d_1/N$")
    ax.set_ylabel("final training error")
    ax.legend(fontsize=8)


def wall_distance(ax: Axes, series: Mapping[str, Sequence[Ends]]) -> None:
    """Least angle to a wall of every end point: filled at differentiable minima, crosses elsewhere."""
    for number, (name, ends) in enumerate(series.items()):
        shift = 1.0 + 0.012 * (number - (len(series) - 1) / 2)
        color, told = f"C{number}", False
        for end in ends:
            distances = np.maximum(end.distances, LEAST)
            at = np.full(distances.size, end.ratio * shift)
            inside = end.minima
            label = None if told else name
            told = True
            ax.plot(at[inside], distances[inside], "o", color=color, markersize=3.5, alpha=0.8, label=label)
            ax.plot(at[~inside], distances[~inside], "x", color=color, markersize=3.5, alpha=0.5)
    ax.axhline(ON_WALL, color="0.5", linewidth=1.0, linestyle="--")
    ax.axvline(1.0, color="0.5", linewidth=1.0)
    ax.set_yscale("log")
    ax.set_xlabel("parameters per sample $d_0 d_1/N$")
    ax.set_ylabel(r"least $|w_i \cdot x_n| / (|w_i| |x_n|)$")
    title = "dots: differentiable minima\ncrosses: none reached"
    ax.legend(fontsize=8, title=title, title_fontsize=8, loc="upper left")


def regions_on_the_way(ax: Axes, paths: Mapping[str, Visits]) -> None:
    """Different regions met so far against the step of gradient descent."""
    for name, path in paths.items():
        ax.plot(np.arange(1, path.discovered.size + 1), path.discovered, label=f"{name}: {path.distinct} regions")
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlabel("step")
    ax.set_ylabel("different regions so far")
    ax.legend()
