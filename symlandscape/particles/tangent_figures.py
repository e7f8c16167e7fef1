"""Figures of wide networks beside their tangent kernel: functions of matplotlib axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["departures_against_width", "residuals_against_step"]

FLOOR = 1e-11


def residuals_against_step(ax: Axes, runs: Mapping[str, tuple[np.ndarray, float, float]]) -> None:
    """Relative residuals (lines) with the slopes predicted at infinite width (dotted) and by the averaged
    gates of the tail (dashed); runs: name -> (residuals, rate by H, rate by the averaged gates).
    """
    for number, (name, (norms, at_mean, at_end)) in enumerate(runs.items()):
        color = f"C{number}"
        shown = norms[norms > FLOOR]
        ax.plot(np.arange(len(shown)), shown, color=color, linewidth=1.4, label=name)
        first = len(shown) // 3
        steps = np.arange(first, len(shown))
        for rate, style in ((at_mean, ":"), (at_end, "--")):
            line = shown[first] * rate ** (steps - first)
            ax.plot(steps[line > FLOOR], 2.5 * line[line > FLOOR], style, color=color, linewidth=1.1)
    ax.plot([], [], ":", color="0.3", label="slope by H, infinite width")
    ax.plot([], [], "--", color="0.3", label="slope by the averaged gates")
    ax.set_yscale("log")
    ax.set_ylim(bottom=FLOOR)
    ax.set_xlabel("step")
    ax.set_ylabel(r"$|u_t|/|u_0|$")
    ax.legend(fontsize=8)


def departures_against_width(ax: Axes, curves: Mapping[str, Sequence[tuple[int, float, float]]]) -> None:
    """Departures of training from the linearised dynamics against the width, with standard errors and m^(-1/2)."""
    for number, (name, rows) in enumerate(curves.items()):
        widths, means, errors = (np.array(x, dtype=float) for x in zip(*rows, strict=True))
        ax.errorbar(widths, means, yerr=errors, fmt="o", color=f"C{number}", capsize=3, label=name)
        ax.plot(widths, means[0] * np.sqrt(widths[0] / widths), "--", color=f"C{number}", linewidth=0.9)
    ax.plot([], [], "--", color="0.3", label=r"$m^{-1/2}$")
    ax.set_xscale("log")
    ax.set_yscale("log")
    ticks = sorted({w for rows in curves.values() for w, _, _ in rows})
    ax.set_xticks(ticks, [str(w) for w in ticks])
    ax.minorticks_off()
    ax.set_xlabel("width m")
    ax.set_ylabel("departure")
    ax.legend(fontsize=8)
