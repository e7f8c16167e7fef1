"""Cells, regions and their minima on given points, exactly: counts, ranks, classes, volumes, each by two roads.

Cells are enumerated in integers with a point in each, and counted again by the characteristic polynomial (Zaslavsky)
and by Cover's formula. Regions are classified over the rationals, with a minimum that is verified or an obstruction to
every pattern of signs that is verified apart. Volumes are enclosures; draws of weights are the second road.
Source: soudry_hoffer_2017 for the setting; the criterion, the rank formula and the support inequality are derived.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache, partial
from itertools import combinations, combinations_with_replacement
from typing import Any

from derivations._show import show
from symlandscape.arith.balls import arb, workprec
from symlandscape.arith.conversions import parse_exact, to_arb
from symlandscape.arith.rationals import rank
from symlandscape.evidence import Check, Claim, Level, Verdict, certified, estimated, proved
from symlandscape.export import Figure
from symlandscape.regions import (
    Minima,
    Points,
    RegionClass,
    cell_volumes,
    cells,
    classify,
    count,
    draw_minima,
    excluded,
    generic_rank,
    make_points,
    minima,
    orthant_volume,
    region_rows,
    region_table,
    support_inequality,
    verify,
)

NAME = "regions_exact"
THEME = "regions"
SOURCE = "soudry_hoffer_2017, sections 2 and 3"
PLANE = ((70, -2), (-34, 55), (-12, -41), (80, 13))
"""Four points of the plane, a data set of our own: no two parallel."""
LABELS = (0, 1, 0, 1)
SPACE = ((3, -7, 2), (1, 4, 9), (-8, 2, 5), (6, 6, -1), (-2, 9, -4), (5, -3, -6))
"""Six points of space."""
FOUR = tuple((1, k, k**2, k**3) for k in (-5, -4, -3, -2, -1, 1, 2, 3, 4, 5))
"""Ten points of R^4 on the moment curve: any four are independent (Vandermonde)."""
SLOPES = ("0", "1/10")
WIDTHS = (1, 2, 3, 4)
DRAWS = {"quick": 20_000, "full": 400_000}


def braid(n: int) -> tuple[tuple[int, ...], ...]:
    """The hyperplanes w_i = w_j of R^n: A_{n-1}, with n! cells."""
    return tuple(tuple(int(k == i) - int(k == j) for k in range(n)) for i, j in combinations(range(n), 2))


def signed(n: int) -> tuple[tuple[int, ...], ...]:
    """The hyperplanes w_i = 0 and w_i = +-w_j of R^n: B_n, with 2^n n! cells."""
    axes = tuple(tuple(int(k == i) for k in range(n)) for i in range(n))
    both = tuple(
        tuple(int(k == i) + s * int(k == j) for k in range(n)) for i, j in combinations(range(n), 2) for s in (1, -1)
    )
    return axes + both


def plane() -> Points:
    """The four labelled points."""
    return make_points(PLANE, LABELS)


def space() -> Points:
    """The six labelled points."""
    return make_points(SPACE, (0, 1, 0, 1, 0, 1))


@lru_cache
def volumes(width: int, slope: str) -> Minima:
    """Exact volumes for the four points."""
    return minima(plane(), width, slope)


def regions(points: Points, width: int, slope: str) -> Iterator[tuple[tuple[Any, ...], RegionClass]]:
    """All multisets of cells with what their regions hold, explained."""
    for region in combinations_with_replacement(cells(points).cells, width):
        yield region, classify(points, region, slope, explain=True)


@lru_cache
def every_region_is_explained(points: Points, width: int, slope: str) -> bool:
    """A verified minimum, or verified obstructions, for each."""
    rho = Fraction(slope)
    for region, found in regions(points, width, slope):
        patterns = [cell.signs for cell in region]
        if found.witness is None:
            if not excluded(points, patterns, rho, found.obstructions):
                return False
        elif not verify(points, patterns, rho, found.witness):
            return False
    return True


def patterns_as_integers(region: tuple[Any, ...], slope: Fraction) -> list[list[int]]:
    """A times the denominator of the slope."""
    return [[slope.denominator if s > 0 else slope.numerator for s in cell.signs] for cell in region]


def ranks_are_generic(points: Points, width: int, slope: str) -> bool:
    """rank(A o X) by elimination against min over S of d rank(A_S) + N - |S|, every region."""
    rho = Fraction(slope)
    return all(
        rank(region_rows(points, [cell.signs for cell in region], rho))
        == generic_rank(patterns_as_integers(region, rho), points.inputs)
        for region in combinations_with_replacement(cells(points).cells, width)
    )


def supports_obey(points: Points, width: int, slope: str) -> bool:
    """d rank(A_S) <= |S| - 1 at every sub-optimal minimum, and |S| > d for a slope other than 0."""
    rho = Fraction(slope)
    for region in combinations_with_replacement(cells(points).cells, width):
        found = classify(points, region, rho)
        if found.kind == "local":
            A = patterns_as_integers(region, rho)
            if not support_inequality(A, found.support, points.inputs):
                return False
            if rho and len(found.support) <= points.inputs:
                return False
    return True


def total_is_one(points: Points) -> Verdict:
    """Whether the enclosed volumes of all cells add up to a ball around 1 of radius below 1e-30."""
    with workprec(160):
        total = sum(cell_volumes(cells(points), 160), arb(0))
        close = total.contains(1) and total.rad() < to_arb(Fraction(1, 10**30))
    return Verdict.of(True if close else None)


def orthants() -> Verdict:
    """Inner products 1 of vectors of squared length 2: 1/4; correlation 1/3: 1/8 + 3 asin(1/3)/(4 pi)."""
    with workprec(160):
        half = orthant_volume([[2, 1, 1], [1, 2, 1], [1, 1, 2]])
        third = orthant_volume([[3, 1, 1], [1, 3, 1], [1, 1, 3]])
        closed = arb(1) / 8 + 3 * (arb(1) / 3).asin() / (4 * arb.pi())
        return Verdict.of(bool(half.contains(to_arb(Fraction(1, 4))) and third.overlaps(closed)))


def dead_volume(width: int) -> Verdict:
    """The regions in which point 0 is dead for the ReLU: (sum of the volumes of its cells with sign -1)^width."""
    found = cells(plane())
    with workprec(160):
        pairs = zip(found.cells, cell_volumes(found, 160), strict=True)
        share = sum((v for cell, v in pairs if cell.signs[0] < 0), arb(0))
        power = arb(1)
        for _ in range(width):
            power = power * share
        return Verdict.of(bool(power.contains(to_arb(Fraction(1, 2**width)))))


def interval(pair: tuple[str, str]) -> tuple[Fraction, Fraction]:
    """Lower and upper end of a printed enclosure."""
    value, radius = (parse_exact(text) for text in pair)
    return value - radius, value + radius


def ratio_falls(slope: str) -> Verdict:
    """V(L)/V(G) at widths 3 and 4 (V(G) may be 0 before): the upper end below the lower end of the one before."""
    ends = []
    for width in WIDTHS[2:]:
        row = volumes(width, slope)
        (low, high), (below, above) = interval(row.volumes["L"]), interval(row.volumes["G"])
        ends.append((low / above, high / below))
    return Verdict.of(all(b[1] < a[0] for a, b in zip(ends, ends[1:], strict=False)))


def counted() -> Iterator[Claim]:
    """Cells by three roads, general and special position."""
    rows = [("4, 2", count(plane())), ("6, 3", count(space())), ("10, 4", count(make_points(FOUR)))]
    yield Claim(
        "regions.cells",
        THEME,
        r"\text{cells of the given points: } " + ",\\ ".join(f"C({n}) = {c.cells}" for n, c in rows),
        f"{SOURCE}; Cover 1965",
        tuple(
            proved(f"({n})", c.cells == c.zaslavsky == c.cover, "enumerated, characteristic polynomial, Cover")
            for n, c in rows
        ),
    )
    special = [("A_3", count(make_points(braid(4)))), ("B_3", count(make_points(signed(3))))]
    special.append(("A_4", count(make_points(braid(5)))))
    yield Claim(
        "regions.cells-special-position",
        THEME,
        r"\text{cells: } " + ",\\ ".join(f"{n} {c.cells}" for n, c in special),
        "Zaslavsky 1975",
        tuple(
            proved(n, c.cells == c.zaslavsky != c.cover, f"enumerated, chi(-1); Cover would say {c.cover}")
            for n, c in special
        ),
    )
    yield Claim(
        "regions.cell-volumes",
        THEME,
        r"\textstyle\sum_{\text{cells}} V = 1 \text{ for the given points of } R^2 \text{ and } R^3",
        "Gauss-Bonnet",
        (certified("plane and space", total_is_one(plane()).and_(total_is_one(space())), "to 1e-30"),),
    )
    yield Claim(
        "regions.orthants",
        THEME,
        r"P(g_1, g_2, g_3 > 0) = 1/4 \text{ at correlations } 1/2,\quad "
        r"1/8 + 3 \arcsin(1/3)/(4\pi) \text{ at } 1/3",
        "Gauss-Bonnet against the closed forms",
        (certified("both", orthants(), "balls of 160 bits"),),
    )


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """Counts, ranks, classes, volumes."""
    yield from counted()
    cases = [(plane(), 2, s, "(4, 2, 2)") for s in SLOPES] + [(space(), 2, "0", "(6, 3, 2)")]
    explained = [(plane(), 3, s, "(4, 2, 3)") for s in SLOPES] + [(space(), 2, "1/10", "(6, 3, 2)")]
    where = r"\text{every region of the given points at } (N, d_0, d_1) = (4, 2, 2),\ (6, 3, 2)"
    yield Claim(
        "regions.rank-formula",
        THEME,
        r"\operatorname{rank}(A \circ X) = \min_S \bigl( d_0 \operatorname{rank}(A_S) + N - |S| \bigr),\ " + where,
        "derived (matroid union)",
        tuple(proved(f"{n}, slope {s}", ranks_are_generic(p, k, s)) for p, k, s, n in cases),
    )
    yield Claim(
        "regions.support",
        THEME,
        r"S = \operatorname{supp} e \implies d_0 \operatorname{rank}(A_S) \le |S| - 1 "
        r"\text{ at every sub-optimal minimum},\ (4, 2, 2),\ (6, 3, 2)",
        "derived (matroid union)",
        tuple(
            proved(f"{n}, slope {s}", supports_obey(p, k, s), "and |S| > d0 for slopes not 0") for p, k, s, n in cases
        ),
    )
    yield Claim(
        "regions.classification",
        THEME,
        r"\text{each region of the given points at } (4, 2, 3),\ (6, 3, 2) \text{ holds a given minimum, or none}",
        "derived",
        tuple(
            proved(f"{n}, slope {s}", every_region_is_explained(p, k, s), "minima and obstructions verified exactly")
            for p, k, s, n in explained
        ),
    )
    same = region_table(plane(), 3, "1/3").counts() == region_table(plane(), 3, 3).counts()
    yield Claim(
        "regions.inverse-slope",
        THEME,
        r"f_\rho(u) = -\rho f_{1/\rho}(-u): \text{ the counts at slopes } 1/3,\ 3 \text{ agree at } (4, 2, 3)",
        "derived",
        (proved("counts of all classes", same),),
    )
    for slope in SLOPES:
        yield volume_claim(slope, profile, seed)
    yield Claim(
        "regions.dead-point",
        THEME,
        r"P(\text{a given point is dead, } \rho = 0) = 2^{-d_1},\ d_1 \le 3, \text{ on the four points}",
        "derived",
        tuple(certified(f"d1 = {k}", dead_volume(k)) for k in (1, 2, 3)),
    )
    yield Claim(
        "regions.ratio-falls",
        THEME,
        r"V(L)/V(G) \text{ falls from width 3 to 4 on the four points, slopes } 0,\ 1/10",
        f"{SOURCE}; at fixed N",
        tuple(certified(f"slope {s}", ratio_falls(s)) for s in SLOPES),
    )


def volume_claim(slope: str, profile: str, seed: int) -> Claim:
    """Exact volumes at width 3 against draws."""
    width = 3
    row, drawn = volumes(width, slope), draw_minima(plane(), width, slope, draws=DRAWS[profile], seed=seed)
    total = interval(row.volumes["total"])
    shown = {name: row.volumes[name][0][:14] for name in ("G", "L", "none")}
    inside = all(
        parse_exact(text) <= interval(row.volumes[name])[0]
        and interval(row.volumes[name])[1] <= parse_exact(text) + Fraction(1, 10 ** len(text.partition(".")[2]))
        for name, text in shown.items()
    )
    sound = every_region_is_explained(plane(), width, slope)
    checks: list[Check] = [
        certified("digits", Verdict.of((inside and sound) or None), "every class verified, every volume enclosed"),
        certified("they sum to 1", Verdict.of(total[0] <= 1 <= total[1]), "balls"),
    ]
    for name in ("G", "L", "none"):
        exact, (value, error) = parse_exact(row.volumes[name][0]), drawn.volumes[name]
        checks.append(estimated(f"V({name}) by draws", value, exact, error, f"{drawn.draws} weights"))
    return Claim(
        f"regions.volumes.slope-{slope.replace('/', '-')}",
        THEME,
        rf"(N, d_0, d_1) = (4, 2, {width}),\ \rho = {slope}: V(G) = {shown['G']}\ldots,\ V(L) = {shown['L']}\ldots,\ "
        rf"V(\text{{none}}) = {shown['none']}\ldots",
        "derived",
        tuple(checks),
    )


def figures(profile: str = "quick") -> Iterator[Figure]:
    """Volumes against the width."""
    from symlandscape.regions.figures import draw_volumes

    for slope in SLOPES:
        rows = [volumes(width, slope) for width in WIDTHS]
        yield Figure(
            f"volumes-slope-{slope.replace('/', '-')}",
            f"Angular volumes against the width, N = 4, d = 2, slope {slope}",
            "Which share of weight space holds a global minimum, a sub-optimal one, or none, as the width grows?",
            partial(draw_volumes, rows=rows),
            Level.CERTIFIED,
        )


if __name__ == "__main__":
    show(claims())
