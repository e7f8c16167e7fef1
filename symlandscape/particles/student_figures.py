"""Figures of over-parameterised students, fixed features and tangent kernels: functions of matplotlib axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from symlandscape.statistics import wilson_interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["loss_against_features", "losses_by_neurons", "needed_against_inputs", "shares_against_extra"]


def shares_against_extra(ax: Axes, rows: Mapping[int, Sequence[tuple[int, int, int]]]) -> None:
    """Fractions of starts at loss 0 with 95% intervals; rows: d -> (extra neurons, starts at 0, starts)."""
    for number, (d, row) in enumerate(rows.items()):
        x = np.array([e for e, _, _ in row]) + 0.04 * (number - (len(rows) - 1) / 2)
        y = np.array([zeros / total for _, zeros, total in row])
        ends = np.array([wilson_interval(zeros, total) for _, zeros, total in row])
        ax.errorbar(x, y, yerr=np.maximum([y - ends[:, 0], ends[:, 1] - y], 0), fmt="o-", color=f"C{number}",
                    markersize=4, capsize=3, label=f"d = {d}")  # fmt: skip
    ax.set_xticks(sorted({e for row in rows.values() for e, _, _ in row}))
    ax.set_xlabel("neurons more than targets, k - d")
    ax.set_ylabel("fraction of starts that end at loss 0")
    ax.set_ylim(-0.03, 1.05)
    ax.legend(loc="lower right")


def losses_by_neurons(
    ax: Axes, clouds: Mapping[int, np.ndarray], marks: Mapping[tuple[int, str], float], zero: float
) -> None:
    """Losses reached for each number of neurons k (dots, by frequency) and named critical points (lines)."""
    for k, losses in clouds.items():
        above = losses[losses >= zero]
        values, counts = np.unique(np.round(above, 7), return_counts=True)
        share = len(above) / len(losses)
        ax.scatter([k] * len(values), values, s=12 + 4 * counts, color="C0", alpha=0.6, zorder=3)
        ax.annotate(f"{100 * (1 - share):.0f}% at 0", (k, 0), xytext=(0, 8), textcoords="offset points", ha="center",
                    fontsize=8)  # fmt: skip
        ax.plot(k, 0, "o", color="C2", markersize=6)
    for (k, name), value in marks.items():
        ax.plot([k - 0.22, k + 0.22], [value, value], color="C3", linewidth=1.1, zorder=2)
        left = name.endswith("+1")
        ax.annotate(name, (k + (-0.24 if left else 0.24), value), fontsize=8, va="center", color="C3",
                    ha="right" if left else "left")  # fmt: skip
    ax.set_xticks(sorted(clouds))
    ax.set_xlabel("neurons k (d targets)")
    ax.set_ylabel("loss reached")


def loss_against_features(
    ax: Axes,
    bound: Sequence[tuple[int, float]],
    features: Sequence[tuple[int, float, float]],
    students: Sequence[tuple[int, np.ndarray]],
    zero: float,
) -> None:
    """The bound for N fixed functions (line), random ReLU features (mean and spread), losses that students reach
    against their number of parameters (dots; losses below `zero` are drawn there).
    """
    ax.plot(*zip(*bound, strict=True), color="0.2", linewidth=1.4, label="any N fixed functions: bound")
    n, mean, spread = zip(*features, strict=True)
    ax.errorbar(n, mean, yerr=spread, fmt="s", color="C0", markersize=4, capsize=3, label="N random ReLU features")
    for number, (parameters, losses) in enumerate(students):
        values = np.unique(np.maximum(np.round(losses, 12), zero))
        ax.plot([parameters] * len(values), values, "o", color="C3", markersize=5,
                label="trained students, by parameters" if number == 0 else None)  # fmt: skip
    ax.axhline(zero, color="C3", linewidth=0.8, linestyle=":")
    ax.annotate("loss 0", (bound[0][0], zero), xytext=(2, 4), textcoords="offset points", color="C3", fontsize=8)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlabel("fixed features N, or parameters of the student")
    ax.set_ylabel("loss")
    ax.legend(loc="center left")


def needed_against_inputs(ax: Axes, rows: Mapping[int, Sequence[tuple[int, int]]]) -> None:
    """Least N for which the bound is 1% of the loss of 0, against d, for m absolute values; dashed: the 2m neurons of
    the student.
    """
    for number, (m, row) in enumerate(rows.items()):
        d, needed = zip(*row, strict=True)
        ax.plot(d, needed, "o-", color=f"C{number}", markersize=4, label=f"m = {m}")
        ax.axhline(2 * m, color=f"C{number}", linewidth=0.9, linestyle="--")
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlabel("inputs d")
    ticks = sorted({d for row in rows.values() for d, _ in row})
    ax.set_xticks(ticks, [str(d) for d in ticks])
    ax.minorticks_off()
    ax.set_ylabel("fixed functions; dashed: neurons")
    ax.legend()
