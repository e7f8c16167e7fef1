"""Bifurcation diagrams: branches against d, stable parts drawn through, events marked; functions of matplotlib axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from symlandscape.relu.branch_path import Path, PathSample

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes

__all__ = ["Strand", "bifurcation_diagram", "graph_figure", "strand_of"]

MARKS = {
    "fold": ("D", "fold"),
    "crossing": ("o", "block singular"),
    "mother": ("*", "branching point"),
    "meeting": ("*", "branching point"),
}


@dataclass(frozen=True, slots=True)
class Strand:
    """One curve of a diagram: its name, points (d, value, whether a minimum) in order, events (kind, d, value)."""

    name: str
    points: tuple[tuple[float, float, bool], ...]
    events: tuple[tuple[str, float, float], ...] = ()


def strand_of(name: str, path: Path, value: Callable[[PathSample], float]) -> Strand:
    """The curve of a path, drawn with a value of its samples (the loss, a coordinate); events are part of the curve,
    and its beginning at a mother is one of them.
    """
    rows = sorted(
        [(s.length, s, s.is_minimum) for s in path.samples] + [(e.sample.length, e.sample, None) for e in path.events],
        key=lambda r: r[0],
    )
    points: list[tuple[float, float, bool]] = []
    after = next((m for _, _, m in rows if m is not None), False)
    for i, (_, sample, minimum) in enumerate(rows):
        if minimum is None:  # an event belongs to both sides: the curve is drawn up to it and on from it
            before = points[-1][2] if points else after
            later = next((m for _, _, m in rows[i:] if m is not None), before)
            points += [(sample.d, value(sample), before), (sample.d, value(sample), bool(later))]
        else:
            points.append((sample.d, value(sample), bool(minimum)))
    events = tuple((e.kind, e.d, value(e.sample)) for e in path.events if e.kind in MARKS)
    if (
        path.begin.kind == "mother" and len(path.samples) > 1
    ):  # the first samples lie next to it: a straight line leads there
        a, b = path.samples[0], path.samples[1]
        share = (path.begin.d - a.d) / (b.d - a.d) if b.d != a.d else 0.0
        y = value(a) + share * (value(b) - value(a))
        points.insert(0, (path.begin.d, y, points[0][2]))
        events = (("mother", path.begin.d, y), *events)
    return Strand(name, tuple(points), events)


def bifurcation_diagram(
    ax: Axes,
    strands: Sequence[Strand],
    ylabel: str,
    integers: Sequence[tuple[float, float]] = (),
    places: bool = False,
) -> None:
    """Curves against d: thick and solid where minima, thin and dashed where saddles; diamonds are folds, circles
    singular blocks, stars points where branches meet, dots the minima at integer d in ``integers`` (pairs d, value).
    With ``places`` the d of folds, singular blocks and stars are written next to them.
    """
    seen: dict[str, str] = {}
    for number, strand in enumerate(strands):
        table = np.array([(d, y) for d, y, _ in strand.points], dtype=float)
        stable = np.array([m for _, _, m in strand.points])
        colour = f"C{number}"
        dashed, solid = table.copy(), table.copy()
        dashed[:, 1] = np.where(stable, np.nan, table[:, 1])
        solid[:, 1] = np.where(stable, table[:, 1], np.nan)
        ax.plot(*dashed.T, color=colour, linewidth=1.2, linestyle=(0, (4, 2.2)), alpha=0.9)
        ax.plot(*solid.T, color=colour, linewidth=2.8, solid_capstyle="round", label=strand.name)
    for number, strand in enumerate(strands):
        for kind, d, y in strand.events:
            symbol, text = MARKS[kind]
            star = symbol == "*"
            seen.setdefault(symbol, text)
            ax.plot(
                [d], [y], symbol,
                color="white" if not star else "#e8b923", markeredgecolor="0.15" if star else f"C{number}",
                markersize=13 if star else 6.5, markeredgewidth=0.8 if star else 1.4, zorder=5 if star else 4,
            )  # fmt: skip
    for symbol, text in seen.items():
        ax.plot([], [], symbol, color="#e8b923" if symbol == "*" else "white", markeredgecolor="0.15", label=text)
    if places:
        told = {(round(d, 3), round(y, 2)): (d, y, kind) for strand in strands for kind, d, y in strand.events}
        for d, y, kind in told.values():
            left = kind == "fold" and sum(e[1] > d for strand in strands for e in strand.events) > 2
            star = MARKS[kind][0] == "*"
            offset, side = ((-2, -14), "center") if star else ((-9, -3), "right") if left else ((9, 3), "left")
            _note(ax, f"{d:.2f}", d, y, offset, side)
        ax.margins(y=0.08)
    for d, y in integers:
        ax.plot([d], [y], "o", color="0.1", markersize=5.5, zorder=6)
        _note(ax, f"d = {d:g}", d, y, *(((7, -12), "left") if places else ((-1, -13), "right")))
    if integers:
        ax.plot([], [], "o", color="0.1", markersize=5.5, label="minimum, integer d")
    ax.plot([], [], color="0.4", linewidth=1.2, linestyle=(0, (4, 2.2)), label="dashed: saddle")
    ax.set_xlabel("inputs d (real)")
    ax.set_ylabel(ylabel)
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


def _note(ax: Axes, text: str, x: float, y: float, offset: tuple[float, float], side: str) -> None:
    """A small text next to a point, on a ground of its own so that curves do not cross it."""
    ax.annotate(
        text, (x, y), textcoords="offset points", xytext=offset, fontsize=8.5, ha=side, va="center", zorder=7,
        bbox={"boxstyle": "round,pad=0.12", "facecolor": "white", "edgecolor": "none", "alpha": 0.6},
    )  # fmt: skip


def graph_figure(ax: Axes, graph: object) -> None:
    """The bifurcation graph: families and daughters on lines of their own, events at their d on the line of the
    daughter.

    Families are squares, daughters start at a star on the mother's line and are joined to it; folds are diamonds, other
    events circles. ``graph`` is what `bifurcation_graph` returns.
    """
    import networkx

    assert isinstance(graph, networkx.DiGraph)
    owners = [n for n, k in graph.nodes(data="kind") if k in ("family", "daughter")]
    line = {name: -float(i) for i, name in enumerate(owners)}
    places: dict[str, tuple[float, float]] = {}
    for node, data in graph.nodes(data=True):
        if node not in line:
            owner = next(p for p in graph.predecessors(node))
            places[node] = (float(data["d"]), line[owner])
    left = min(x for x, _ in places.values()) - 1
    right = max(x for x, _ in places.values()) + 0.5
    for number, (name, y) in enumerate(line.items()):
        is_family = graph.nodes[name]["kind"] == "family"
        own = [places[n][0] for n in graph.successors(name)]
        births = [places[n][0] for n in graph.predecessors(name)]
        ends = (left, right) if is_family else (min(own + births), max(own + births))
        ax.plot(ends, [y, y], color=f"C{number}", linewidth=3 if is_family else 1.8, alpha=0.85, zorder=1)
        ax.text(left - 0.3, y, name, ha="right", va="center", fontsize=9, fontweight="bold" if is_family else None)
        for node in graph.predecessors(name):
            x, other = places[node]
            ax.plot([x, x], [other, y], color="0.5", linewidth=1, linestyle=":", zorder=0)
    for node, (x, y) in places.items():
        event = graph.nodes[node]["event"]
        symbol = {"fold": "D", "transcritical": "*", "pitchfork": "*", "meeting": "*"}.get(event, "o")
        if graph.nodes[node]["kind"] == "end":
            symbol = "|"
        star = symbol == "*"
        ax.plot(
            [x], [y], symbol, color="#e8b923" if star else "0.2" if symbol == "|" else "white", markeredgecolor="0.15",
            markersize=13 if star else 9 if symbol == "|" else 6, zorder=4 if star else 3,
        )  # fmt: skip
    for symbol, text in (("*", "branches meet"), ("D", "fold"), ("o", "block singular"), ("|", "end of the range")):
        ax.plot(
            [], [], symbol, color="#e8b923" if symbol == "*" else "0.2" if symbol == "|" else "white",
            markeredgecolor="0.15", markersize=11 if symbol == "*" else 7, label=text,
        )  # fmt: skip
    ax.legend(loc="upper center", bbox_to_anchor=(0.4, -0.14), ncols=4)
    ax.set_yticks([])
    ax.set_ylim(min(line.values()) - 0.6, 0.6)
    ax.set_xlim(left, right)
    ax.grid(visible=False, axis="y")
    ax.spines["left"].set_visible(False)
    ax.set_xlabel("inputs d (real)")
