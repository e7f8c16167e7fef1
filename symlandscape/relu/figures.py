"""Figures of the relu theme: functions of matplotlib axes, drawing nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from symlandscape.arith.conversions import mid_float

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from symlandscape.relu.atlases import Atlas
    from symlandscape.relu.critical_point import CriticalPoint

__all__ = [
    "atlas_map",
    "crossings_along_family",
    "curvature_against_d",
    "error_against_iteration",
    "isotropy_lattice_figure",
    "least_eigenvalue_against_d",
    "loss_against_d",
    "loss_histogram",
    "series_error",
    "spectrum_against_d",
    "thresholds_against_slope",
]

Curve = Sequence[tuple[float, "CriticalPoint"]]


def spectrum_against_d(ax: Axes, curve: Curve) -> None:
    """All Hessian eigenvalues of a family against d, coloured by isotypic component; zero is marked."""
    series: dict[str, list[tuple[float, list[float]]]] = {}
    for d, point in curve:
        for block in point.blocks:
            series.setdefault(block.label, []).append((d, [mid_float(x) for x in block.eigenvalues]))
    for number, (label, rows) in enumerate(series.items()):
        width = max(len(values) for _, values in rows)
        for i in range(width):
            here = [(d, values[i]) for d, values in rows if len(values) == width]
            xs, ys = zip(*here, strict=True)
            ax.plot(
                xs, ys, color=f"C{number}", marker=".", markersize=3, linewidth=1.2, label=label if i == 0 else None
            )
    ax.axhline(0, color="0.5", linewidth=1)
    ax.set_yscale("symlog", linthresh=0.1, linscale=1.2)
    ax.set_xlabel("inputs d")
    ax.set_ylabel("eigenvalue (linear below 0.1)")
    ax.legend(title="component", loc="center left", bbox_to_anchor=(1.0, 0.5))


def least_eigenvalue_against_d(ax: Axes, curves: Mapping[str, Curve]) -> None:
    """The least Hessian eigenvalue of each family against d; above zero the family is a minimum."""
    ax.axhspan(-0.15, 0, color="0.5", alpha=0.12, linewidth=0)
    for number, (name, curve) in enumerate(curves.items()):
        xs = [d for d, _ in curve]
        ys = [mid_float(point.least_eigenvalue) for _, point in curve]
        ax.plot(xs, ys, color=f"C{number}", marker=".", label=name)
    ax.axhline(0, color="0.5", linewidth=1)
    ax.set_ylim(-0.1, 0.1)
    ax.text(0.99, 0.06, "saddle", transform=ax.transAxes, ha="right", color="0.45")
    ax.set_xlabel("inputs d")
    ax.set_ylabel("least eigenvalue")
    ax.legend(ncols=2, loc="lower center")


def loss_against_d(ax: Axes, curves: Mapping[str, Curve], found: Mapping[str, Sequence[tuple[float, float]]]) -> None:
    """Loss of each family against d (lines; dotted where it is a saddle) and of the minima that random starts reached
    (circles).
    """
    from matplotlib import colormaps

    colours = {name: colormaps["tab10"](number % 10) for number, name in enumerate(curves)}
    for name, curve in curves.items():
        xs = np.array([d for d, _ in curve])
        ys = np.array([mid_float(point.loss) for _, point in curve])
        stable = np.array([point.verdict == "minimum" for _, point in curve])
        ax.plot(xs, ys, color=colours[name], linewidth=1, linestyle=(0, (2, 3)))
        ax.plot(np.where(stable, xs, np.nan), np.where(stable, ys, np.nan), color=colours[name], label=name)
    for name, points in found.items():
        if points:
            ds, losses = zip(*points, strict=True)
            ax.plot(
                ds,
                losses,
                "o",
                markersize=8,
                markerfacecolor="none",
                color=colours.get(name, "0.4"),
                label=None if name in colours else "other",
            )
    ax.set_xlabel("inputs d = neurons k")
    ax.set_ylabel("loss")
    ax.set_xlim(3.5, 12.5)
    ax.set_ylim(0, 0.1)
    ax.legend(title="dotted: saddle\ncircles: random starts", loc="center left", bbox_to_anchor=(1.0, 0.5))


def loss_histogram(ax: Axes, counts: Mapping[int, Mapping[str, tuple[float, int]]], starts: Mapping[int, int]) -> None:
    """Share of random starts that end at each loss, one line of bars for each d; bar heights go with the fourth root of
    the share.
    """
    sizes = list(counts)
    for row, d in enumerate(sizes):
        ax.axhline(row, color="0.6", linewidth=0.6)
        for name, (loss, count) in counts[d].items():
            share = count / starts[d]
            height = 0.5 * share**0.25
            ax.plot([loss, loss], [row, row + height], color=f"C{row}", linewidth=6, solid_capstyle="butt")
            text = f"{name} {100 * share:.1f}%"
            ax.annotate(
                text, (loss, row + height), textcoords="offset points", xytext=(0, 2), ha="center", fontsize=7.5
            )
    ax.set_yticks(range(len(sizes)), [f"d = {d}" for d in sizes])
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="y", visible=False)
    ax.set_xlabel("loss of the end point (bar height: fourth root of the share)")
    ax.set_ylim(-0.1, len(sizes) - 0.2)


def series_error(ax: Axes, curves: Mapping[tuple[str, int], tuple[Sequence[float], Sequence[float]]]) -> None:
    """Relative error of a truncated series against d, one line for each (family, last power of s)."""
    names = list(dict.fromkeys(name for name, _ in curves))
    for (name, last), (sizes, errors) in curves.items():
        shade = [power for other, power in curves if other == name].index(last)
        ax.plot(
            sizes,
            errors,
            color=f"C{names.index(name)}",
            alpha=0.35 + 0.2 * shade,
            marker=".",
            label=f"{name} to $s^{last}$",
        )
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlabel("inputs d")
    ax.set_ylabel("relative error of the loss")
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


def crossings_along_family(
    ax: Axes, curve: Sequence[tuple[float, Mapping[str, Sequence[float]]]], crossings: Sequence[tuple[float, str]]
) -> None:
    """Small eigenvalues of all blocks along a family, with its crossings (d, component) marked on zero.

    ``curve`` holds, at each d, the ascending eigenvalues of each component.
    """
    labels = list(curve[0][1])
    for number, label in enumerate(labels):
        table = np.array([[d, *values[label]] for d, values in curve])
        for i in range(1, table.shape[1]):
            ax.plot(table[:, 0], table[:, i], color=f"C{number}", linewidth=1.2, label=label if i == 1 else None)
    ax.axhline(0, color="0.5", linewidth=1)
    for number, (d, label) in enumerate(crossings):
        ax.plot([d], [0], "o", color=f"C{labels.index(label)}", markeredgecolor="black", markersize=6, zorder=3)
        up = number % 2 == 0
        ax.annotate(
            f"{d:.4f}", (d, 0), textcoords="offset points", xytext=(0, 9 if up else -16), ha="center", fontsize=7.5
        )
    ax.set_ylim(-0.12, 0.45)
    ax.set_xlabel("inputs d (real)")
    ax.set_ylabel("eigenvalue")
    ax.legend(title="component", loc="center left", bbox_to_anchor=(1.0, 0.5))


def error_against_iteration(ax: Axes, runs: Mapping[str, tuple[np.ndarray, float, bool]]) -> None:
    """Distance to the minimum against the iteration, with the predicted decay dashed through its middle.

    ``runs`` maps a method to (errors, predicted factor r, whether the slowest root is double): r^m or m r^m.
    """
    longest = sorted(len(errors) for errors, _, _ in runs.values())[-2] * 1.6
    for number, (name, (errors, rate, double)) in enumerate(runs.items()):
        m = np.arange(len(errors))
        ax.plot(m, errors, color=f"C{number}", linewidth=2.2, alpha=0.55, label=f"{name}, r = {rate:.4f}")
        middle = min(len(errors), int(longest)) // 2
        shape = (m - middle) * np.log(rate) + (np.log(np.maximum(m, 1) / middle) if double else 0)
        ax.plot(m[1:], errors[middle] * np.exp(shape[1:]), color=f"C{number}", linestyle="--", linewidth=1)
    ax.set_yscale("log")
    ax.set_xlim(0, longest)
    ax.set_ylim(1e-12, 1e-2)
    ax.set_xlabel("iteration")
    ax.set_ylabel("distance to the minimum")
    ax.legend(title="dashed: predicted decay", loc="upper right")


def curvature_against_d(ax: Axes, curves: Mapping[str, Sequence[tuple[float, float]]]) -> None:
    """The least eigenvalue of the curvature part of a neuron's diagonal block against d; below zero it can be split."""
    for number, (name, points) in enumerate(curves.items()):
        xs, ys = zip(*points, strict=True)
        ax.plot(xs, ys, color=f"C{number}", marker=".", label=name)
    ax.axhline(0, color="0.5", linewidth=1)
    ax.set_xlabel("inputs d")
    ax.set_ylabel("least curvature (below 0: splitting descends)")
    ax.legend(title="family, neuron", loc="center left", bbox_to_anchor=(1.0, 0.5))


ATLAS_KINDS = {
    "M": ("minimum", "#2e9e6b"),
    "s": ("saddle", "#d9772b"),
    "=": ("coincides", "#8d6ad0"),
    "?": ("undecided", "#d04a4a"),
}


def atlas_map(ax: Axes, atlas: Atlas, kind: str) -> None:
    """The atlas of A(p|q) or F(p|q) as a map: one square for each p (across) and q (up), coloured by what it is; empty
    where the branch does not exist.
    """
    from matplotlib.patches import Patch, Rectangle

    cells = atlas.of(kind)
    shown = [sign for sign in ATLAS_KINDS if any(c.symbol == sign for c in cells)]
    for c in cells:
        if c.symbol in ATLAS_KINDS:
            colour = ATLAS_KINDS[c.symbol][1]
            ax.add_patch(Rectangle((c.p - 0.46, c.q - 0.46), 0.92, 0.92, facecolor=colour, linewidth=0))
    ax.set_xlim(0.4, atlas.upto + 0.6)
    ax.set_ylim(-0.6, atlas.upto - 0.4)
    ax.set_aspect("equal")
    ax.set_xlabel("flipped rows p")
    ax.set_ylabel("kept rows q")
    ax.legend(
        handles=[Patch(color=ATLAS_KINDS[sign][1], label=ATLAS_KINDS[sign][0]) for sign in shown],
        title=f"{kind}(p|q)",
        loc="upper right",
    )


def isotropy_lattice_figure(ax: Axes, n: int, families: Mapping[tuple[int, ...], Sequence[str]] | None = None) -> None:
    """The isotropy types Delta(S_n0 x S_n1 x ..) of S_n x S_n, larger groups above, joined by cover relations.

    Each node is labelled by its partition of n and the dimension of its fixed space; ``families`` holds names to write
    below some of the partitions. Raises InputError for n outside 1..40.
    """
    from symlandscape.symmetry.lattice import isotropy_lattice

    graph = isotropy_lattice(n)
    layers: dict[int, list[tuple[int, ...]]] = {}
    for sizes in graph:
        layers.setdefault(len(sizes), []).append(sizes)
    place = {
        sizes: ((i + 0.5) / len(layer), -depth)
        for depth, layer in layers.items()
        for i, sizes in enumerate(sorted(layer, reverse=True))
    }
    for above, below in graph.edges:
        xs, ys = zip(place[above], place[below], strict=True)
        ax.plot(xs, ys, color="0.6", linewidth=0.8, zorder=1)
    for sizes, (x, y) in place.items():
        names = list((families or {}).get(sizes, ()))
        text = "+".join(map(str, sizes)) + f"  [{graph.nodes[sizes]['dimension']}]"
        ax.plot([x], [y], "o", color="C1" if names else "C0", markersize=7 if names else 4, zorder=2)
        ax.annotate(text, (x, y), textcoords="offset points", xytext=(0, 6), ha="center", fontsize=7.5)
        if names:
            ax.annotate(
                "\n".join(names), (x, y), textcoords="offset points", xytext=(8, -3), ha="left", va="top", fontsize=7
            )
    ax.set_xlim(-0.05, 1.05)
    ax.set_ylim(-n - 0.5, -0.4)
    ax.set_xticks([])
    ax.set_yticks([-depth for depth in layers], [str(depth) for depth in layers])
    ax.grid(visible=False)
    ax.set_ylabel("number of blocks")


def thresholds_against_slope(
    ax: Axes, curves: Mapping[str, Sequence[tuple[float, float]]], marks: Sequence[tuple[str, float, float, str]]
) -> None:
    """The d from which a family is a minimum against the activation's slope, with events at fixed d as open symbols.

    ``marks`` holds (family, slope, d, what happens): squares are folds, where the family ends; circles singular blocks.
    """
    names = list(curves)
    for number, (name, points) in enumerate(curves.items()):
        if points:
            xs, ys = zip(*sorted(points), strict=True)
            ax.plot(xs, ys, color=f"C{number}", marker=".", label=f"{name} becomes a minimum above")
    for name, event in dict.fromkeys((name, event) for name, _, _, event in marks):
        here = sorted((d, slope) for other, slope, d, what in marks if (other, what) == (name, event))
        ds, slopes = zip(*here, strict=True)
        text = f"{name} ends in a fold" if event == "fold" else f"{name}: {event} singular"
        symbol = "s:" if event == "fold" else "o:"
        ax.plot(slopes, ds, symbol, color=f"C{names.index(name)}", markerfacecolor="none", label=text)
    ax.set_yscale("log")
    ticks = (3, 4, 5, 6, 8, 10, 20, 40)
    ax.set_yticks(ticks, [str(d) for d in ticks])
    ax.minorticks_off()
    ax.set_xlim(-1.02, 1)
    ax.set_xlabel("slope below zero (-1: absolute value, 0: ReLU)")
    ax.set_ylabel("inputs d")
    ax.legend(loc="upper right")
