"""How much angular volume regions with global minima, with sub-optimal minima and with none take: exactly.

A region is an ordered tuple of cells, one for each hidden unit, and its volume is the product of theirs. What it holds
does not depend on the order, so multisets are classified and counted with their multinomial weights.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations_with_replacement
from typing import Any

from symlandscape.arith.balls import arb, workprec
from symlandscape.arith.conversions import float_to_arb
from symlandscape.arith.decimals import outward
from symlandscape.errors import InputError
from symlandscape.regions.arrangement import Cells, cells
from symlandscape.regions.classification import classify, read_slope
from symlandscape.regions.points import Points
from symlandscape.regions.volumes import EXACT_RANK, cell_volumes, sample_cells

__all__ = ["Minima", "RegionTable", "minima", "region_table", "summarise"]

LIMIT = 200_000
"""Multisets of cells that are classified without being asked for more."""
DRAWS = 1_000_000
"""Weights drawn for the volumes of cells where they are not elementary."""


@dataclass(frozen=True, slots=True)
class RegionTable:
    """The class of every multiset of cells: `G`, `mce0`, `mce1`, .. (points misclassified) or `none`; exact.

    multisets: sorted tuples of positions in `cells.cells`; weights: ordered regions in each.
    """

    cells: Cells
    width: int
    slope: Fraction
    multisets: tuple[tuple[int, ...], ...]
    weights: tuple[int, ...]
    classes: tuple[str, ...]

    def counts(self) -> dict[str, int]:
        """Ordered regions of each class: G, mce0, .. up to the worst that occurs, none."""
        found: Counter[str] = Counter()
        for name, weight in zip(self.classes, self.weights, strict=True):
            found[name] += weight
        return {name: found[name] for name in class_names(found)}


@dataclass(frozen=True, slots=True)
class Minima:
    """Angular volumes of the classes of regions.

    regions: ordered; volumes: class -> (value, radius or standard error) as decimal strings, with V_G, V_L, V_none and
    `total`; above: k -> the same for minima with more than k points wrong; counts: ordered regions of each class;
    level: certified (enclosures) or estimated (sampled; draws and seed say how).
    """

    samples: int
    inputs: int
    width: int
    slope: Fraction
    cells: int
    regions: int
    counts: dict[str, int]
    volumes: dict[str, tuple[str, str]]
    above: dict[str, tuple[str, str]]
    level: str
    notes: tuple[str, ...]
    draws: int | None = None
    seed: int | None = None
    counted: str = "all"

    def document(self) -> dict[str, Any]:
        """The JSON document of `symlandscape regions minima`."""
        return {
            "regions": self.regions,
            "V_G": self.volumes["G"][0],
            "V_L": self.volumes["L"][0],
            "V_L_eps": {k: value for k, (value, _) in self.above.items()},
            "V_none": self.volumes["none"][0],
            "total": self.volumes["total"][0],
            "counts": dict(self.counts),
            "counted": self.counted,
            "radii" if self.level == "certified" else "standard_errors": {
                "V_G": self.volumes["G"][1],
                "V_L": self.volumes["L"][1],
                "V_L_eps": {k: radius for k, (_, radius) in self.above.items()},
                "V_none": self.volumes["none"][1],
                "total": self.volumes["total"][1],
            },
            "samples": self.samples,
            "inputs": self.inputs,
            "width": self.width,
            "slope": str(self.slope),
            "cells": self.cells,
            "draws": self.draws,
            "seed": self.seed,
            "notes": list(self.notes),
            "level": self.level,
        }


def class_names(found: Counter[str]) -> list[str]:
    """G, mce0, .., none in order, up to the worst class that occurs."""
    worst = max((int(name[3:]) for name, many in found.items() if many and name.startswith("mce")), default=0)
    return ["G", *(f"mce{k}" for k in range(worst + 1)), "none"]


def region_table(points: Points, width: int, slope: Any, *, limit: int = LIMIT) -> RegionTable:
    """The class of every region with `width` hidden units, exactly.

    Raises: `InputError` when more than `limit` multisets of cells would have to be classified.
    """
    if isinstance(width, bool) or not isinstance(width, int) or width < 1:
        raise InputError(f"a width of at least 1 was expected and {width!r} came; give the number of hidden units")
    rho = read_slope(slope)
    points.required_labels()
    found = cells(points)
    size = math.comb(len(found.cells) + width - 1, width)
    if size > limit:
        raise InputError(
            f"at most {limit} multisets of cells are classified and {len(found.cells)} cells at width {width} make "
            f"{size} ({len(found.cells)}^{width} regions); sample weights instead (--draws K), or raise --limit"
        )
    multisets, weights, classes = [], [], []
    for chosen in combinations_with_replacement(range(len(found.cells)), width):
        multisets.append(chosen)
        weights.append(_orders(chosen))
        classes.append(class_of(points, [found.cells[k] for k in chosen], rho))
    return RegionTable(found, width, rho, tuple(multisets), tuple(weights), tuple(classes))


def class_of(points: Points, region: Any, slope: Fraction) -> str:
    """`G`, `mce<k>` with k misclassified points, or `none`."""
    result = classify(points, region, slope)
    return {"global": "G", "none": "none"}.get(result.kind, f"mce{result.wrong}")


def minima(
    points: Points, width: int, slope: Any, *, digits: int = 30, limit: int = LIMIT, draws: int = DRAWS, seed: int = 0
) -> Minima:
    """V(G), V(L), V(L_eps) for every eps = k/N, and the volume without any differentiable minimum.

    Every region is classified exactly. Volumes of points of rank <= 3 are enclosures; beyond they are estimated from
    `draws` weights sorted into cells, with standard errors in the place of radii.
    """
    return summarise(region_table(points, width, slope, limit=limit), digits=digits, draws=draws, seed=seed)


def summarise(table: RegionTable, *, digits: int = 30, draws: int = DRAWS, seed: int = 0) -> Minima:
    """The volumes of the classes of a table of regions."""
    exact = table.cells.rank <= EXACT_RANK
    sums = _enclosed(table, digits) if exact else _estimated(table, draws, seed)
    points = table.cells.points
    above = {str(k): sums[f">{k}"] for k in range(points.samples)}
    return Minima(
        points.samples,
        points.inputs,
        table.width,
        table.slope,
        len(table.cells.cells),
        len(table.cells.cells) ** table.width,
        table.counts(),
        {name: sums[name] for name in ("G", "L", "none", "total")},
        above,
        "certified" if exact else "estimated",
        points.notes,
        None if exact else draws,
        None if exact else seed,
    )


def members(name: str, samples: int) -> Iterator[str]:
    """The sums to which a class contributes."""
    yield "total"
    if name in ("G", "none"):
        yield name
        return
    yield "L"
    for k in range(min(int(name[3:]), samples)):
        yield f">{k}"


def sum_names(samples: int) -> list[str]:
    """All sums: G, L, none, total and >k."""
    return ["G", "L", "none", "total", *(f">{k}" for k in range(samples))]


def _orders(chosen: tuple[int, ...]) -> int:
    orders = math.factorial(len(chosen))
    for many in Counter(chosen).values():
        orders //= math.factorial(many)
    return orders


def _enclosed(table: RegionTable, digits: int) -> dict[str, tuple[str, str]]:
    bits = int(3.33 * digits) + 40 + 4 * table.width + len(table.multisets).bit_length()
    values = cell_volumes(table.cells, bits)
    samples = table.cells.points.samples
    with workprec(bits):
        by_class: dict[str, arb] = {}
        for chosen, weight, name in zip(table.multisets, table.weights, table.classes, strict=True):
            volume = arb(weight)
            for k in chosen:
                volume = volume * values[k]
            by_class[name] = by_class[name] + volume if name in by_class else volume
        sums = {name: arb(0) for name in sum_names(samples)}
        for name, volume in by_class.items():
            for target in members(name, samples):
                sums[target] = sums[target] + volume
        return {name: outward(value, digits) for name, value in sums.items()}


def _estimated(table: RegionTable, draws: int, seed: int) -> dict[str, tuple[str, str]]:
    """Unbiased estimates from the counts n_c of draws in cells: prod_c (n_c)_{m_c}/(n)_{k} for a multiset with
    multiplicities m_c, falling factorials; standard errors by the first term of Hoeffding's decomposition.
    """
    import numpy as np

    sampled = sample_cells(table.cells, draws, seed)
    n, k, samples = sampled.draws, table.width, table.cells.points.samples
    counts = [int(many) for many in sampled.counts]
    share = sampled.counts / n
    names = sum_names(samples)
    totals = {name: Fraction(0) for name in names}
    given = {name: np.zeros(len(counts)) for name in names}  # P(class | one unit in cell c) times share
    whole = math.perm(n, k)
    by_class: Counter[str] = Counter()
    marginal: dict[str, Any] = {}
    for chosen, weight, name in zip(table.multisets, table.weights, table.classes, strict=True):
        product = weight
        for c, many in Counter(chosen).items():
            product *= math.perm(counts[c], many)
        by_class[name] += product
        row = marginal.setdefault(name, np.zeros(len(counts)))
        value = product / whole
        for c in chosen:
            row[c] += value / k
    for name, product in by_class.items():
        for target in members(name, samples):
            totals[target] += Fraction(product, whole)
            given[target] += marginal[name]
    found = {}
    for name in names:
        mean = float(totals[name])
        with np.errstate(invalid="ignore", divide="ignore"):
            conditional = np.where(share > 0, given[name] / np.where(share > 0, share, 1.0), 0.0)
        variance = max(float((share * conditional**2).sum()) - mean**2, 0.0)
        error = k * math.sqrt(variance / n) if name != "total" else 0.0
        found[name] = (outward(float_to_arb(mean), 8)[0], outward(float_to_arb(error), 3)[0])
    return found
