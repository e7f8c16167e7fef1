"""The atlas: which A(p|q) and F(p|q) exist for integers p + q <= N, which are minima, and the rules seen there.

First road: Krawczyk's test and the sign of every block in balls, branch by branch; where a branch ends, the fold or the
meeting with C0 is proved too. The entries on both sides of each change from saddle to minimum are re-verified by the
independent checker. Second road, for p + q <= 12: the dense Hessian's eigenvalues by LAPACK. The rules stated are
observed on the range and decided there; they are no theorems for all p, q. Source: Arjevani & Field 2021, sections 3-5
(A and F near their diagonals); the map itself is ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from typing import Any

import numpy as np

from derivations._show import show
from symlandscape import backends
from symlandscape.arith.conversions import parse_exact
from symlandscape.check import check_document
from symlandscape.evidence import Certificate, Check, Claim, Level, Verdict, certified, checked
from symlandscape.export import Figure
from symlandscape.relu import Atlas, atlas
from symlandscape.relu.atlases import Cell, families_by_isotropy

NAME = "atlas"
THEME = "relu"
SOURCE = "arjevani_field_2021, sections 3-5"
UPTO = {"quick": 12, "full": 40}
DENSE_LIMIT = 12
FIRST = 3
"""Smaller moving blocks give points that coincide with others, or none."""
INDEX_UPTO = 9
"""Up to this q the saddles A(p|q) have the indices of A(p|0)."""
LATTICE = 6


@cache
def made(profile: str) -> Atlas:
    """The atlas of the profile, by as many processes as there are cores."""
    return atlas(UPTO[profile], processes=backends.available_threads())


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


def edges(found: Atlas, kind: str) -> list[Cell]:
    """The first minimum and the last saddle before it on each branch."""
    cells = []
    for fixed, n in turns(found, kind).items():
        for moving in (n, n - 1):
            p, q = (moving, fixed) if kind == "A" else (fixed, moving)
            cells.append(found.cell(kind, p, q))
    return cells


@cache
def edge_certificates(profile: str, kind: str) -> tuple[tuple[str, Certificate | None], ...]:
    """The certificates of the entries on both sides of each change from saddle to minimum."""
    return tuple((c.name, c.point(certificate=True).certificate) for c in edges(made(profile), kind))


def checker(profile: str, kind: str) -> Check:
    """The independent checker on the entries next to each change, and that it confirms what the atlas says."""
    found, verdicts = edge_certificates(profile, kind), []
    cells = edges(made(profile), kind)
    for (_, certificate), cell in zip(found, cells, strict=True):
        if certificate is None:
            verdicts.append(Verdict.UNDECIDED)
            continue
        document = certificate.document()
        agrees = document["verdict"] == cell.verdict and document["morse_index"] == cell.morse_index
        verdicts.append(Verdict.of(agrees and check_document(document).verdict == "holds"))
    verdict = (
        Verdict.NO if Verdict.NO in verdicts else Verdict.UNDECIDED if Verdict.UNDECIDED in verdicts else Verdict.YES
    )
    return certified(
        "independent checker", verdict, f"{len(found)} entries next to the changes, from certificates alone"
    )


def dense(found: Atlas, kind: str) -> tuple[Check, ...]:
    """LAPACK on the dense Hessian: the least eigenvalue and the number of negative ones, for p + q <= 12."""
    cells = [c for c in found.of(kind) if c.exists == "yes" and c.d <= DENSE_LIMIT]
    gap, indices = 0.0, 0
    for c in cells:
        values = np.linalg.eigvalsh(backends.relu_hessian(c.matrix()))
        gap = max(gap, abs(float(values[0]) - float(parse_exact(c.least_eigenvalue or "0"))))
        indices += int(np.sum(values < 0))
    entries = f"{len(cells)} points with p + q <= {DENSE_LIMIT}"
    return (
        checked("dense Hessian: least eigenvalue", f"{gap:.1e}", 0, 8, f"largest difference among {entries}"),
        checked(
            "dense Hessian: Morse index", indices, sum(c.morse_index or 0 for c in cells), 15, f"sum over {entries}"
        ),
    )


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """Counts, rules, coincidences and ends on the profile's range."""
    found = made(profile)
    size = rf"p + q \le {found.upto}"

    def claim(name: str, statement: str, verdict: Verdict, detail: str, *more: Check) -> Claim:
        road = certified("balls, entry by entry", verdict, detail)
        return Claim(f"relu.atlas.{name}", THEME, statement, SOURCE, (road, *more))

    total = len(found.cells)
    yield claim(
        "decided",
        r"\text{each point that following } A(p|q), F(p|q) \text{ reaches, }"
        rf"{size}, \text{{ is decided to be a minimum or not}}",
        Verdict.UNDECIDED if found.undecided else Verdict.YES,
        f"{total} entries: " + "; ".join(f"{k} {n}" for k, n in found.counts().items()),
    )
    for kind in "AF":
        number = len(found.minima(kind))
        statement = rf"\text{{among }} {kind}(p|q),\ {size}, \text{{ there are }} {number} \text{{ different minima}}"
        verdict = held(found.of(kind), lambda c: True)
        yield claim(f"minima.{kind}", statement, verdict, "other names of a point left out", *dense(found, kind))
    yield from rules(found, profile, claim, size)
    yield from borders(found, claim, size)


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


def rules(found: Atlas, profile: str, claim: Callable[..., Claim], size: str) -> Iterator[Claim]:
    """Which entries are minima: on each branch those from one size on; and the Morse indices before."""
    for kind, moving, fixed in (("A", "p", "q"), ("F", "q", "p")):
        first, table = turns(found, kind), rows(found, kind)
        rising = list(first.values()) == sorted(first.values()) and list(first) == list(
            range(kind == "F", max(first, default=0) + 1)
        )
        cells = [c for row in table.values() for c in row]

        def follows(c: Cell, kind: str = kind, first: dict[int, int] = first, rising: bool = rising) -> bool:
            here, size = (c.q, c.p) if kind == "A" else (c.p, c.q)
            return rising and (c.verdict == "minimum") == (here in first and size >= first[here])

        name = rf"{kind}(p|q),\ {moving} \ge {FIRST},\ {size},"
        yield claim(
            f"rule.{kind}",
            rf"{name} \text{{ is a minimum if and only if }} {moving} \ge {moving}_{fixed}, "
            rf"\text{{ which never falls: }} {listed(first, moving, fixed)}",
            held(cells, follows),
            f"{len(cells)} entries; no minimum in this range for {fixed} > {max(first, default=0)}",
            checker(profile, kind),
        )
    saddles = [c for c in found.of("A") if FIRST <= c.p <= 5 and c.q <= INDEX_UPTO]
    yield claim(
        "index.A",
        rf"A(p|q),\ {FIRST} \le p \le 5,\ q \le {INDEX_UPTO}, \text{{ has Morse index }} \tfrac12 (p-1)(p-2)",
        held(saddles, lambda c: 2 * (c.morse_index or 0) == (c.p - 1) * (c.p - 2)),
        f"{len(saddles)} entries",
    )
    last = [found.cell("F", p, q - 1) for p, q in turns(found, "F").items()]
    yield claim(
        "index.F",
        rf"F(p|q_p - 1),\ {size}, \text{{ has Morse index }} q_p - 2",
        held(last, lambda c: c.morse_index == c.q - 1),
        f"{len(last)} entries: one copy of the standard representation of the kept block",
    )


def borders(found: Atlas, claim: Callable[..., Claim], size: str) -> Iterator[Claim]:
    """The entries that are other names of a point, and where the branches end."""
    zeros = [c for c in found.cells if (c.kind == "A" and c.p == 2) or (c.kind, c.p, c.q) == ("F", 1, 1)]
    yield claim(
        "zeros",
        rf"A(2|q) = F(1|1) = C_0 \text{{ up to the order of rows, }} {size}",
        held(zeros, lambda c: c.equals == "C0"),
        f"{len(zeros)} enclosures of one critical point hold a permutation matrix",
    )
    twice = [c for c in found.of("F") if c.q == 2]
    yield claim(
        "coincide",
        rf"F(p|2) = A(p+2|0) \text{{ up to the order of rows, }} {size}",
        held(twice, lambda c: c.equals == f"A({c.p + 2}|0)"),
        f"{len(twice)} pairs; the enclosure of one lies in that of the other, and no other pair of entries coincides",
        certified(
            "no other coincidence",
            held((c for c in found.cells if c.exists == "yes"), lambda c: not c.equals or c in zeros or c in twice),
            "all pairs with equal d compared in loss",
        ),
    )
    ends = [c for c in found.of("F") if c.q == 1 and c.p > 1]
    places = [parse_exact(c.end["at"] or "0") for c in ends if c.end]
    bounds = f"from {float(min(places)):.4f} to {float(max(places)):.4f}" if places else "none"
    yield claim(
        "ends",
        rf"F(p|q),\ 2 \le p < {found.upto}, \text{{ has a simple fold at }} 1 < q < 2,"
        r"\text{ where following in floats stops}",
        held(ends, lambda c: c.end is not None and c.end["how"] == "fold"),
        f"{len(ends)} simple folds {bounds}, rising with p: {places == sorted(places)}",
    )


def certificates(profile: str = "quick") -> Iterator[tuple[str, Certificate]]:
    """The entries on both sides of each change from saddle to minimum."""
    for kind in "AF":
        for name, certificate in edge_certificates(profile, kind):
            if certificate is not None:
                yield f"atlas {name}", certificate


def figures(profile: str = "quick") -> Iterator[Figure]:
    """Both maps, and where the families live among the isotropy types."""
    for kind, rows_of in (("A", "localised"), ("F", "delocalised")):
        yield Figure(
            f"atlas-{kind}",
            f"The atlas of {kind}(p|q)",
            f"For which numbers of flipped and kept rows is the {rows_of} family {kind} a minimum?",
            partial(draw_map, kind=kind, profile=profile),
            Level.CERTIFIED,
        )
    yield Figure(
        "isotropy-lattice",
        f"Isotropy types for d = {LATTICE} and the families that live there",
        "Which symmetry types hold the known critical points, and which of those are minima (starred)?",
        partial(draw_lattice, profile=profile),
        Level.CERTIFIED,
    )


def draw_map(ax: Any, kind: str, profile: str) -> None:
    """One kind's map."""
    from symlandscape.relu.figures import atlas_map

    atlas_map(ax, made(profile), kind)


def draw_lattice(ax: Any, profile: str) -> None:
    """The lattice with the entries of the atlas on it."""
    from symlandscape.relu.figures import isotropy_lattice_figure

    isotropy_lattice_figure(ax, LATTICE, families_by_isotropy(made(profile), LATTICE))


if __name__ == "__main__":
    show(claims())
