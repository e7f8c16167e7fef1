"""The daughters of a family, what becomes of them, and the graph of families, events and daughters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from symlandscape.arith.conversions import mid_float, parse_exact
from symlandscape.errors import InputError
from symlandscape.relu.branch_path import Path, PathEvent
from symlandscape.relu.branch_scan import branch_of
from symlandscape.relu.branching import Branching, axial_splits, branch_off, daughter, factors
from symlandscape.relu.coarser import MEETING, merged_classes
from symlandscape.relu.continuation import newton
from symlandscape.relu.critical_point import CriticalPoint
from symlandscape.relu.crossings import Threshold
from symlandscape.relu.families import Family, family
from symlandscape.relu.naming import name_of
from symlandscape.symmetry.isotypic import components
from symlandscape.symmetry.pattern import Pattern

if TYPE_CHECKING:
    import networkx

__all__ = ["Daughter", "bifurcation_graph", "daughters", "integer_points", "met_family"]

NEAR_CROSSING = Fraction(1, 100)


@dataclass(frozen=True, slots=True)
class Daughter:
    """One side of one axial daughter: its mother's name and certified crossing, the split, the branch followed."""

    mother: str
    threshold: Threshold
    cuts: tuple[tuple[int, ...], ...]
    branching: Branching
    side: int
    path: Path

    @property
    def name(self) -> str:
        """The sizes, such as (d-2,1,1), with the mother and the side: a name for people and for the graph."""
        sign = "" if self.branching.kind == "pitchfork" else "+" if self.side > 0 else "-"
        return f"{self.mother}/{self.branching.label} ({','.join(self.branching.document()['sizes'])}){sign}"

    def minimum_ranges(self) -> tuple[tuple[float, float], ...]:
        """Stretches of d along the branch, in its order, where all blocks are positive (ends: samples; ESTIMATED)."""
        found: list[tuple[float, float]] = []
        open_at: float | None = None
        for s, following in zip(self.path.samples, [*self.path.samples[1:], None], strict=True):
            open_at = s.d if s.is_minimum and open_at is None else open_at
            if open_at is not None and (following is None or not following.is_minimum):
                found.append((open_at, s.d))
                open_at = None
        return tuple(found)

    def document(self) -> dict[str, Any]:
        """The entry of ``relu daughters``."""
        head = self.branching.document()
        return {
            **head,
            "mother": self.mother,
            "cuts": [list(c) for c in self.cuts],
            "side": self.side,
            "opens": self.branching.opens(self.side),
            "minimum_on": [list(pair) for pair in self.minimum_ranges()],
            **{k: v for k, v in self.path.document().items() if k in ("closed", "ends", "events", "samples", "level")},
            "meets": [met_family(self.path, e) for e in self.path.of_kind("meeting")],
        }


def daughters(
    mother: Family,
    label: str,
    at_crossing: Fraction | int | str | None = None,
    split: Sequence[Sequence[int]] | None = None,
    low: Fraction | int = 2,
    high: Fraction | int = 40,
    to: Fraction | int = 20,
    most: int = 1,
    digits: int = 20,
    bottom: Fraction | int = 2,
    opens: str | None = None,
) -> tuple[Daughter, ...]:
    """The axial daughters of a family at its crossings of a component on [low, high], each followed for ``bottom`` <=
    d <= ``to``.

    ``at_crossing`` picks the crossing next to this d (within 1/100); ``split`` the sizes cut off from each block of the
    component, otherwise all axial splits that cut off at most ``most``; ``opens`` = ``larger d`` or ``smaller d``
    keeps the sides that begin that way. Crossings are CERTIFIED, the daughters
    ESTIMATED. Raises InputError for a component without a crossing there, and splits that are not axial.
    """
    factors(label)
    if not low < high:
        raise InputError(f"expected a range from smaller to larger d, but {low} to {high} came; exchange them")
    if at_crossing is not None:
        centre = parse_exact(at_crossing)
        low, high = max(Fraction(low), centre - 1), centre + 1
    branch = branch_of(mother)
    known = [t for t in mother.thresholds(digits, low, high).found if t.label == label and t.increasing is not None]
    if at_crossing is not None:
        known = [t for t in known if abs(mid_float(t.d) - float(centre)) <= NEAR_CROSSING]
    if not known:
        raise InputError(
            f"{mother.name} has no crossing of {label} there; `relu thresholds {mother.name}` lists its crossings"
        )
    found = []
    for t in known:
        pattern = branch.pattern(Fraction(mid_float(t.d)) - branch.fixed)
        values = [mid_float(x) for x in t.coordinates]
        cuts = axial_splits(pattern, label, most) if split is None else (tuple(tuple(c) for c in split),)
        for cut in cuts:
            turn = branch_off(pattern, values, branch.moving, label, cut, mother.slope)
            for side in (side for side in turn.sides if opens in (None, turn.opens(side))):
                path = daughter(turn, side, bottom, max(Fraction(to), Fraction(mid_float(t.d)) + 1))
                found.append(Daughter(_plain(mother), t, cut, turn, side, path))
    return tuple(found)


def _plain(mother: Family) -> str:
    """F2, or F2+1 with an extra row."""
    return mother.name + "".join(f"+{m}" for m in mother.extra)


def integer_points(
    path: Path, ds: Iterable[int], digits: int = 20, certificate: bool = False
) -> tuple[CriticalPoint, ...]:
    """All points of the branch at these integers d, enclosed, signs decided, named where they belong to a family."""
    return tuple(p.named(name_of(p)) for d in ds for p in path.certified_at(d, digits, certificate))


def met_family(path: Path, event: PathEvent) -> str | None:
    """The family whose point a branch passes through at a ``meeting``, by agreement in all coordinates (CHECKED in
    floats); None where it has no name.
    """
    classes = merged_classes(path.line.generic, event.sample.point, MEETING)
    if event.kind != "meeting" or classes is None:
        return None
    d = Fraction(event.d).limit_denominator(10**9)
    fine = path.line.pattern(d)
    sizes = [sum((Fraction(fine.sizes[i]) for i in members), Fraction(0)) for members in classes]
    for order in ([0], [0, 1], [1, 0]):
        if len(order) != len(classes):
            continue
        wide = Pattern(tuple(sizes[i] for i in order), fine.extra)
        home = {block: place for place, i in enumerate(order) for block in classes[i]}
        entries: dict[Any, float] = {}
        for c, value in zip(fine.coordinates, event.sample.point, strict=True):
            row = home[c.row] if c.row < fine.blocks else c.row - fine.blocks + wide.blocks
            entries[row, home[c.column], c.diagonal] = float(value)
        start = np.array([entries[c.row, c.column, c.diagonal] for c in wide.coordinates])
        point = newton(wide, start, path.line.slope)
        if point is None or float(np.max(np.abs(point - start))) > 10 * MEETING:
            continue
        for name in _names(wide):
            try:
                member = family(name, slope=path.line.slope)
                other, values = member.coordinates(member.pattern(d))
            except InputError:
                continue
            if other == wide and float(np.max(np.abs(np.array(values) - point))) < 1e-7:
                return name
    return None


def _names(pattern: Pattern) -> list[str]:
    """Names that a point of one or two blocks may have at any d: the counted block needs an integer size."""
    names = ["C0", "A0"]
    for n in pattern.sizes if pattern.blocks == 2 else ():
        if Fraction(n).denominator == 1:
            names += [f"A{n}", f"F{n}", f"A[flipped={n}]", f"F[kept={n}]"]
    return names


def bifurcation_graph(found: Iterable[Daughter]) -> networkx.DiGraph:
    """Families, daughters and events as a graph: mother -> crossing -> daughter -> its folds, crossings, meetings,
    ends; a meeting or fold that two daughters share is one node.

    Nodes carry ``kind`` (``family``, ``daughter``, ``event``, ``end``), ``d`` for events, and ``level``;
    edges carry ``how``.
    """
    import networkx

    graph = networkx.DiGraph()
    for one in found:
        graph.add_node(one.mother, kind="family", level="certified")
        crossing = f"{one.mother}: {one.branching.label} at {one.branching.d:.6f}"
        graph.add_node(crossing, kind="event", event=one.branching.kind, d=one.branching.d, level="certified")
        graph.add_edge(one.mother, crossing, how="crosses")
        graph.add_node(one.name, kind="daughter", sizes=one.branching.document()["sizes"], level="estimated")
        graph.add_edge(crossing, one.name, how=one.branching.opens(one.side))
        for e in one.path.events:
            node = f"{one.name}: {e.kind} {e.label} at {e.d:.5f}"
            graph.add_node(node, kind="event", event=e.kind, d=e.d, level="estimated")
            graph.add_edge(one.name, node, how="passes")
            met = met_family(one.path, e) if e.kind == "meeting" else None
            if met is not None:
                graph.add_node(met, kind="family", level="certified")
                graph.add_edge(node, met, how="meets")
        end = f"{one.name}: {one.path.end.kind} at {one.path.end.d:.5f}"
        graph.add_node(end, kind="end", event=one.path.end.kind, d=one.path.end.d, level="estimated")
        graph.add_edge(one.name, end, how="ends")
    return graph


def labels_of(mother: Family) -> tuple[str, ...]:
    """The components of the family that can have daughters."""
    return tuple(c.label for c in components(branch_of(mother).generic) if c.label != "t")
