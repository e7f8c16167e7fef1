"""Figures of thresholds against sizes and against the lengths of targets: functions of matplotlib axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["events_against_length", "extra_neuron_windows", "thresholds_over_sizes"]


def thresholds_over_sizes(ax: Axes, kind: str, points: Sequence[tuple[str, str, float, float, bool]]) -> None:
    """Where A(p|q) or F(p|q) turns into a minimum, in the plane of both sizes: curves through certified thresholds.

    ``points`` holds (parametrisation, component that is singular, p, q, whether the minimum is on the side of larger
    d). Points of one component lie on one curve, whichever size was held fixed; dots are the next integer sizes on the
    side of the minima, along the size that moves.
    """
    from matplotlib.ticker import MaxNLocator

    labels = list(dict.fromkeys(label for _, label, _, _, _ in points))
    ways = list(dict.fromkeys(way for way, _, _, _, _ in points))
    for label in labels:
        on_curve = sorted((q, p) if kind == "A" else (p, q) for _, other, p, q, _ in points if other == label)
        xs, ys = zip(*[(b, a) if kind == "A" else (a, b) for a, b in on_curve], strict=True)
        ax.plot(xs, ys, color=f"C{labels.index(label)}", linewidth=1.2, label=f"{label} singular")
    for way, symbol in zip(ways, "os", strict=False):
        here = [x for x in points if x[0] == way]
        ax.plot([x[2] for x in here], [x[3] for x in here], symbol, color="black", markersize=5, label=f"along {way}")
        for _, _, p, q, up in here:
            along_p = float(p) != int(p)
            start = p if along_p else q
            moving = [n for n in range(1, int(start) + 6) if (n > start if up else n < start) and abs(n - start) <= 4]
            fixed = [q if along_p else p] * len(moving)
            across, up_axis = (moving, fixed) if along_p else (fixed, moving)
            ax.plot(across, up_axis, ".", color="#2e9e6b", markersize=6)
    ax.plot([], [], ".", color="#2e9e6b", label="integer sizes, minimum")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("flipped rows p")
    ax.set_ylabel("kept rows q")
    ax.legend(title=f"{kind}(p|q)", loc="center left", bbox_to_anchor=(1.0, 0.5))


def events_against_length(ax: Axes, marks: Mapping[tuple[str, str], Sequence[tuple[float, int]]]) -> None:
    """Events (length of one target, d) by kind: crossings as filled, folds as open symbols; length 1 is marked."""
    ax.axvline(1, color="0.5", linewidth=1)
    for number, ((name, event), points) in enumerate(marks.items()):
        xs, ys = zip(*sorted(points, key=lambda x: (x[1], x[0])), strict=True)
        fill = "none" if event == "fold" else f"C{number}"
        ax.plot(xs, ys, "s" if event == "fold" else "o", color=f"C{number}", markerfacecolor=fill, label=name)
    ax.set_xscale("log")
    ticks = (0.3, 0.5, 0.7, 1, 1.5, 2, 3)
    ax.set_xticks(ticks, [str(x) for x in ticks])
    ax.minorticks_off()
    ax.set_xlabel("length of one target (the others: 1)")
    ax.set_ylabel("inputs d")
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


def extra_neuron_windows(ax: Axes, rows: Mapping[str, Sequence[tuple[int, str]]]) -> None:
    """For each family with extra rows (a line) and each integer d (a column) what it is: minimum, saddle, or absent."""
    signs = {
        "minimum": ("s", "#2e9e6b"),
        "saddle": ("x", "#d9772b"),
        "absent": ("_", "0.7"),
        "undecided": ("D", "#d04a4a"),
    }
    shown: set[str] = set()
    for number, cells in enumerate(rows.values()):
        for d, verdict in cells:
            symbol, colour = signs[verdict]
            label = None if verdict in shown else "none found" if verdict == "absent" else verdict
            shown.add(verdict)
            ax.plot([d], [-number], symbol, color=colour, markersize=6, label=label, linestyle="none")
    ax.set_yticks([-i for i in range(len(rows))], list(rows))
    ax.set_xlabel("inputs d")
    ax.grid(visible=False)
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
