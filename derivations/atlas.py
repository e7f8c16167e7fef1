"""The atlas: which A(p|q) and F(p|q) exist for integers p + q <= 40, which are minima, and the rules seen there.

The atlas is stored with the project as one certificate (kind relu.atlas): every point with its Morse index, every
coincidence, every fold. Both profiles re-verify all of it by the independent checker and read the claims off it; the
full profile also makes the atlas anew by the other arithmetic (symlandscape.relu.atlases) and holds the two against
each other. Second road, for p + q <= 12: the dense Hessian's eigenvalues by LAPACK. Names mean the points that
following the branches in floats reaches; that is no part of the certificate. The rules stated are observed on the
range and decided there; they are no theorems for all p, q. ``python -m derivations.atlas --refresh`` makes the
certificate anew (minutes). Source: Arjevani & Field 2021, sections 3-5 (A and F near their diagonals); the map itself
is ours.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import numpy as np

from derivations._show import show
from derivations._stored_atlas import PATH, UPTO, agree, known, made, rechecked, stored
from symlandscape import backends
from symlandscape.arith.conversions import parse_exact
from symlandscape.evidence import Certificate, Check, Claim, Level, Verdict, certified, checked
from symlandscape.export import Figure
from symlandscape.relu import Atlas
from symlandscape.relu.atlas_certificate import atlas_certificate
from symlandscape.relu.atlases import Cell, families_by_isotropy

NAME = "atlas"
THEME = "relu"
SOURCE = "arjevani_field_2021, sections 3-5"
ROAD, ANEW = "independent checker on the stored atlas", "made anew in balls, entry by entry"
DENSE_LIMIT = 12
FIRST = 3
"""Smaller moving blocks give points that coincide with others, or none."""
INDEX_UPTO = 9
"""Up to this q the saddles A(p|q) have the indices of A(p|0)."""
LATTICE = 6


def held(cells: Iterable[Cell], rule: Callable[[Cell], bool]) -> Verdict:
    """Whether the rule holds on all the entries: YES only by certified entries, NO by one of them."""
    chosen = list(cells)
    proved = [c.level == "certified" and c.symbol != "?" and c.equals_level != "checked" for c in chosen]
    if any(sure and not rule(c) for c, sure in zip(chosen, proved, strict=True)):
        return Verdict.NO
    return Verdict.YES if chosen and all(proved) else Verdict.UNDECIDED


def rows(found: Atlas, kind: str) -> dict[int, list[Cell]]:
    """The different points of each branch (A: by q, F: by p) by ascending size of the moving block, from 3 on."""
    table: dict[int, list[Cell]] = {}
    for c in found.of(kind):
        fixed, moving = (c.q, c.p) if kind == "A" else (c.p, c.q)
        if moving >= FIRST:
            table.setdefault(fixed, []).append(c)
    return table


def turns(found: Atlas, kind: str) -> dict[int, int]:
    """For each branch that has minima in the range (moving size 3 or more), the least moving size of a minimum."""
    table = {}
    for fixed, cells in rows(found, kind).items():
        minima = [c.p if kind == "A" else c.q for c in cells if c.is_minimum]
        if minima:
            table[fixed] = min(minima)
    return table


def dense(found: Atlas, kind: str) -> Iterator[Check]:
    """LAPACK on the dense Hessian for p + q <= 12: the number of negative eigenvalues, and the least one where the
    atlas has it (a stored one has not)."""
    cells = [c for c in found.of(kind) if c.exists == "yes" and c.d <= DENSE_LIMIT]
    gap, indices = 0.0, 0
    for c in cells:
        values = np.linalg.eigvalsh(backends.relu_hessian(c.matrix()))
        gap = max(gap, abs(float(values[0]) - float(parse_exact(c.least_eigenvalue or "0"))))
        indices += int(np.sum(values < 0))
    entries = f"{len(cells)} points with p + q <= {DENSE_LIMIT}"
    index = sum(c.morse_index or 0 for c in cells)
    yield checked("dense Hessian: Morse index", indices, index, 15, f"sum over {entries}")
    if all(c.least_eigenvalue is not None for c in cells):
        difference = f"largest difference among {entries}"
        yield checked("dense Hessian: least eigenvalue", f"{gap:.1e}", 0, 8, difference)


class Maker:
    """Makes claims from the stored atlas, with a second road in the full profile: the atlas made anew."""

    def __init__(self, found: Atlas, anew: Atlas | None) -> None:
        self.found, self.anew, self.size = found, anew, rf"p + q \le {found.upto}"

    def __call__(self, name: str, statement: str, rule: Callable[[Atlas], Verdict], detail: str, *more: Check) -> Claim:
        checks = [certified(ROAD, rule(self.found), detail)]
        if self.anew is not None:
            checks.append(certified(ANEW, rule(self.anew), detail))
        return Claim(f"relu.atlas.{name}", THEME, statement, SOURCE, (*checks, *more))


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """Counts, rules, coincidences and ends for p + q <= 40; one open claim where the stored atlas is not confirmed."""
    found, (verdict, reason) = known(), rechecked()
    statement = (
        r"\text{each point of the atlas of } A(p|q), F(p|q), "
        rf"p + q \le {UPTO}, \text{{ is a critical point and decided to be a minimum or not}}"
    )
    road = certified(ROAD, verdict, reason)
    if found is None:
        yield Claim("relu.atlas.decided", THEME, statement, SOURCE, (road,))
        return
    anew = made() if profile == "full" else None
    checks = [road] if anew is None else [road, certified(ANEW, agree(found, anew), "the same points, indices, folds")]
    yield Claim("relu.atlas.decided", THEME, statement, SOURCE, tuple(checks))
    claim = Maker(found, anew)
    for kind in "AF":
        number = len(found.minima(kind))

        def counted(x: Atlas, kind: str = kind, number: int = number) -> Verdict:
            return held((c for c in x.of(kind) if c.exists != "no"), lambda c: len(x.minima(kind)) == number)

        among = rf"\text{{among the points }} {kind}(p|q),\ {claim.size}, "
        statement = among + rf"\text{{ there are }} {number} \text{{ different minima}}"
        detail = "the points that following reaches, other names of a point left out"
        yield claim(f"minima.{kind}", statement, counted, detail, *dense(anew or found, kind))
    yield from rules(found, claim)
    yield from borders(found, claim)


def listed(table: dict[int, int], moving: str, fixed: str) -> str:
    """The least moving sizes as LaTeX, equal neighbours together: p_q = 6 (0 <= q <= 11), 7 (q = 12), .."""
    runs: list[tuple[int, int, int]] = []
    for n, least in table.items():
        if runs and runs[-1][2] == least and runs[-1][1] == n - 1:
            runs[-1] = (runs[-1][0], n, least)
        else:
            runs.append((n, n, least))
    places = [
        rf"{least}\ ({fixed} = {low})" if low == high else rf"{least}\ ({low} \le {fixed} \le {high})"
        for low, high, least in runs
    ]
    return rf"{moving}_{fixed} = " + r",\ ".join(places)


def rules(found: Atlas, claim: Maker) -> Iterator[Claim]:
    """Which entries are minima: on each branch those from one size on; and the Morse indices before."""
    for kind, moving, fixed in (("A", "p", "q"), ("F", "q", "p")):
        first = turns(found, kind)
        rising = list(first.values()) == sorted(first.values()) and list(first) == list(
            range(kind == "F", max(first, default=0) + 1)
        )

        def follows(c: Cell, kind: str = kind, first: dict[int, int] = first, rising: bool = rising) -> bool:
            here, size = (c.q, c.p) if kind == "A" else (c.p, c.q)
            return rising and (c.verdict == "minimum") == (here in first and size >= first[here])

        def rule(x: Atlas, kind: str = kind, follows: Callable[[Cell], bool] = follows) -> Verdict:
            return held((c for row in rows(x, kind).values() for c in row), follows)

        yield claim(
            f"rule.{kind}",
            rf"{kind}(p|q),\ {moving} \ge {FIRST},\ {claim.size}, \text{{ is a minimum if and only if }} "
            rf"{moving} \ge {moving}_{fixed}, \text{{ which never falls: }} {listed(first, moving, fixed)}",
            rule,
            f"{sum(map(len, rows(found, kind).values()))} entries; "
            f"no minimum in this range for {fixed} > {max(first, default=0)}",
        )

    def saddles(x: Atlas) -> list[Cell]:
        return [c for c in x.of("A") if FIRST <= c.p <= 5 and c.q <= INDEX_UPTO]

    yield claim(
        "index.A",
        rf"A(p|q),\ {FIRST} \le p \le 5,\ q \le {INDEX_UPTO}, \text{{ has Morse index }} \tfrac12 (p-1)(p-2)",
        lambda x: held(saddles(x), lambda c: 2 * (c.morse_index or 0) == (c.p - 1) * (c.p - 2)),
        f"{len(saddles(found))} entries",
    )
    last = turns(found, "F").items()
    yield claim(
        "index.F",
        rf"F(p|q_p - 1),\ {claim.size}, \text{{ has Morse index }} q_p - 2",
        lambda x: held([x.cell("F", p, q - 1) for p, q in last], lambda c: c.morse_index == c.q - 1),
        f"{len(last)} entries: one copy of the standard representation of the kept block",
    )


def borders(found: Atlas, claim: Maker) -> Iterator[Claim]:
    """The entries that are other names of a point, and where the branches end."""

    def zeros(x: Atlas) -> list[Cell]:
        return [c for c in x.cells if (c.kind == "A" and c.p == 2) or (c.kind, c.p, c.q) == ("F", 1, 1)]

    def twice(x: Atlas) -> list[Cell]:
        return [c for c in x.of("F") if c.q == 2]

    def ends(x: Atlas) -> list[Cell]:
        return [c for c in x.of("F") if c.q == 1 and c.p > 1]

    yield claim(
        "zeros",
        rf"A(2|q) = F(1|1) = C_0 \text{{ up to the order of rows, }} {claim.size}",
        lambda x: held(zeros(x), lambda c: c.equals == "C0"),
        f"{len(zeros(found))} points are permutation matrices",
    )

    def no_other(x: Atlas) -> Verdict:
        there = {c.name for c in (*zeros(x), *twice(x))}
        return held((c for c in x.cells if c.exists == "yes"), lambda c: not c.equals or c.name in there)

    yield claim(
        "coincide",
        rf"F(p|2) = A(p+2|0) \text{{ up to the order of rows, }} {claim.size}",
        lambda x: held(twice(x), lambda c: c.equals == f"A({c.p + 2}|0)"),
        f"{len(twice(found))} pairs; an enclosure of one lies in the box of the other",
    )
    yield claim(
        "differ",
        rf"\text{{no two others of the points }} A(p|q), F(p|q),\ {claim.size}, "
        r"\text{ are equal up to the order of rows}",
        no_other,
        "the points of equal d differ in an invariant of the order of rows and columns",
    )
    places = [parse_exact(c.end["at"] or "0") for c in ends(found) if c.end]
    bounds = f"from {float(min(places)):.4f} to {float(max(places)):.4f}" if places else "none"
    yield claim(
        "ends",
        rf"F(p|q),\ 2 \le p < {found.upto}, \text{{ has a simple fold at }} 1 < q < 2,"
        r"\text{ where following in floats stops}",
        lambda x: held(ends(x), lambda c: c.end is not None and c.end["how"] == "fold"),
        f"{len(places)} simple folds {bounds}, rising with p: {places == sorted(places)}",
    )


def certificates(profile: str = "quick") -> Iterator[tuple[str, Certificate]]:
    """The stored atlas, where it can be read."""
    found = stored()
    if isinstance(found, Certificate):
        yield f"atlas {UPTO}", found


def figures(profile: str = "quick") -> Iterator[Figure]:
    """Both maps, and where the families live among the isotropy types; none where the stored atlas is not confirmed."""
    found = known()
    if found is None:
        return
    for kind, rows_of in (("A", "localised"), ("F", "delocalised")):
        yield Figure(
            f"atlas-{kind}",
            f"The atlas of {kind}(p|q)",
            f"For which numbers of flipped and kept rows is the {rows_of} family {kind} a minimum?",
            partial(draw_map, kind=kind, found=found),
            Level.CERTIFIED,
        )
    yield Figure(
        "isotropy-lattice",
        f"Isotropy types for d = {LATTICE} and the families that live there",
        "Which symmetry types hold the known critical points, and which of those are minima (starred)?",
        partial(draw_lattice, found=found),
        Level.CERTIFIED,
    )


def draw_map(ax: Any, kind: str, found: Atlas) -> None:
    """One kind's map."""
    from symlandscape.relu.figures import atlas_map

    atlas_map(ax, found, kind)


def draw_lattice(ax: Any, found: Atlas) -> None:
    """The lattice with the entries of the atlas on it."""
    from symlandscape.relu.figures import isotropy_lattice_figure

    isotropy_lattice_figure(ax, LATTICE, families_by_isotropy(found, LATTICE))


def refresh() -> None:
    """Writes the certificate anew."""
    atlas_certificate(made()).write(PATH)


if __name__ == "__main__":
    if "--refresh" in sys.argv[1:]:
        refresh()
    show(claims())
