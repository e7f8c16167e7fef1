"""The atlas as one certificate (kind ``relu.atlas``), and the atlas that such a certificate states.

Written are coordinates, Morse indices and folds as whole numbers in units of 2^SCALE; boxes are as wide as 2^RADIUS.
The checker believes none of it. Read back, an atlas has verdicts, indices, coincidences and ends, but no losses and no
eigenvalues: those are not part of the certificate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from symlandscape.arith.balls import arb, mid, workprec
from symlandscape.arith.conversions import arb_to_fraction, float_to_arb, mid_float, to_arb
from symlandscape.arith.decimals import outward
from symlandscape.arith.field import arb_field
from symlandscape.check import check_document
from symlandscape.errors import InputError
from symlandscape.evidence import Certificate
from symlandscape.relu.atlas_row import EMPTY, fold_after, pattern_of, row_of_atlas
from symlandscape.relu.atlases import DIGITS, TASK_KIND, Atlas, Cell
from symlandscape.relu.crossing_proof import ball_matrix
from symlandscape.relu.reduced import reduced_point
from symlandscape.runs import Task
from symlandscape.symmetry.pattern import Pattern

__all__ = ["ATLAS_KIND", "atlas_certificate", "stated_atlas"]

ATLAS_KIND = "relu.atlas"
PRECISION = 128
SCALE = -64
RADIUS = -48
WORKING = 192
STEPS = 4
"""Newton steps from ten digits to many more than 2^SCALE."""
FOLD_DIGITS = 30
SHIFT = arb((1, -40))
"""Keeps the Jacobian at a fold regular in inverse iteration."""


def atlas_certificate(made: Atlas) -> Certificate:
    """The certificate of an atlas. Raises InputError where an entry is not decided, or with what the checker missed."""
    points: list[Any] = []
    zeros: list[Any] = []
    equal: list[Any] = []
    for c in made.cells:
        if c.exists == "yes" and c.equals == "C0":
            zeros.append([c.name, [int(Fraction(c.coordinates[x.name])) for x in c.pattern.coordinates]])
        elif c.exists == "yes":
            points.append([c.name, c.morse_index, _units(_refined(c))])
            if c.equals is not None:
                equal.append([c.name, c.equals])
    body = {
        "upto": made.upto, "precision": PRECISION, "scale": SCALE, "radius": RADIUS,
        "points": points, "zeros": zeros, "equal": equal, "folds": _folds(made),
        "absent": [c.name for c in made.cells if c.exists == "no"],
    }  # fmt: skip
    certificate = Certificate(ATLAS_KIND, 1, body)
    outcome = check_document(certificate.document())
    if outcome.verdict != "holds":
        raise InputError(f"the atlas up to {made.upto} was not confirmed: {outcome.reason}")
    return certificate


def _units(values: Sequence[arb]) -> list[int]:
    return [round(arb_to_fraction(mid(x)) / Fraction(2) ** SCALE) for x in values]


def _refined(cell: Cell) -> list[arb]:
    """The coordinates by Newton from the printed ones."""
    with workprec(WORKING):
        z = [to_arb(Fraction(cell.coordinates[c.name])) for c in cell.pattern.coordinates]
        for _ in range(STEPS):
            there = reduced_point(cell.pattern, z, arb_field(), Fraction(0))
            step = ball_matrix(there.jacobian()).mid().solve(ball_matrix([[mid(g)] for g in there.gradient()]))
            z = [mid(x - step[i, 0]) for i, x in enumerate(z)]
    return z


def _folds(made: Atlas) -> list[Any]:
    """For each row that ends in a fold its first absent name, and coordinates, null vector and size there."""
    found = []
    for c in made.cells:
        if c.end is None or c.end["how"] != "fold":
            continue
        n = c.p if c.kind == "A" else c.q
        if Fraction(c.end["at"] or 0) > n + 1:
            continue
        found.append([c.name, _units(_fold(made, c))])
    return found


def _fold(made: Atlas, cell: Cell) -> list[arb]:
    """Coordinates, null vector and size at the fold behind the row's last entry."""
    p, q = (cell.p + 1, cell.q) if cell.kind == "A" else (cell.p, cell.q + 1)
    before = made.cell(cell.kind, p, q) if p + q <= made.upto else _outside(cell.kind, p, q)
    values = [float(before.coordinates[x.name]) for x in before.pattern.coordinates]
    proved = fold_after((cell.kind, p, q), values, FOLD_DIGITS)
    if proved is None:
        raise InputError(f"the fold behind {before.name} was not found again; make the atlas anew")
    pattern, enclosures = proved
    *z, n = [mid(x) for x in enclosures]
    with workprec(WORKING):
        J = ball_matrix(_jacobian(pattern, z, n)).mid()
        rows = np.array([[mid_float(J[i, j]) for j in range(len(z))] for i in range(len(z))])
        sizes, vectors = np.linalg.eigh(rows)
        u = [float_to_arb(float(x)) for x in vectors[:, int(np.argmin(np.abs(sizes)))]]
        near = J + ball_matrix([[SHIFT if i == j else arb(0) for j in range(len(z))] for i in range(len(z))])
        for _ in range(STEPS):  # inverse iteration
            solved = near.solve(ball_matrix([[x] for x in u]))
            u = [mid(solved[i, 0]) for i in range(len(z))]
            length = sum((x * x for x in u), arb(0)).sqrt()
            u = [mid(x / length) for x in u]
    return [*z, *u, n]


def _outside(kind: str, p: int, q: int) -> Cell:
    """An entry just outside of the atlas."""
    count = q if kind == "A" else p
    row = row_of_atlas(Task(TASK_KIND, {"kind": kind, "count": count, "upto": p + q, "digits": DIGITS}))
    return next(Cell(**x) for x in row if (x["p"], x["q"]) == (p, q))


def _jacobian(pattern: Pattern, z: Sequence[arb], n: arb) -> list[list[arb]]:
    sizes = [n, *(to_arb(Fraction(m)) for m in pattern.sizes[1:])]
    return reduced_point(pattern, z, arb_field(), Fraction(0), sizes=sizes).jacobian()  # type: ignore[no-any-return]


def stated_atlas(document: Mapping[str, Any]) -> Atlas:
    """The atlas that a certificate states which the checker confirms: entries by name, without losses and eigenvalues.

    The ends of rows at a fold carry its size; those in C0 the size there. Call it with confirmed documents only.
    """
    upto, scale = document["upto"], Fraction(2) ** document["scale"]
    points = {name: (index, row) for name, index, row in document["points"]}
    zeros, equal = dict(document["zeros"]), dict(document["equal"])
    folds = {name: row[-1] * scale for name, row in document["folds"]}
    radius = Fraction(2) ** document["radius"]
    cells, last = [], {}
    rows_a = [("A", p, q) for q in range(upto) for p in range(upto - q, 0, -1)]
    rows_f = [("F", p, q) for p in range(1, upto) for q in range(upto - p, 0, -1)]
    for kind, p, q in rows_a + rows_f:  # along a row from large to small, so that its end is known where it is past
        name = f"{kind}({p}|{q})"
        row, n = (kind, q if kind == "A" else p), p if kind == "A" else q
        fields: dict[str, Any] = {**EMPTY, "level": "certified"}
        if name in zeros or name in points:
            index, numbers = points[name] if name in points else (0, zeros[name])
            unit = scale if name in points else Fraction(1)
            pattern = pattern_of(kind, p, q)
            equals = equal.get(name) if name in points else "C0"
            fields |= {
                "exists": "yes", "verdict": "saddle" if index else "minimum", "morse_index": index,
                "equals": equals, "equals_level": None if equals is None else "certified",
                "coordinates": {
                    c.name: outward(to_arb(x * unit), DIGITS)[0]
                    for c, x in zip(pattern.coordinates, numbers, strict=True)
                },
            }  # fmt: skip
            if name in zeros:
                last[row] = {"how": "C0", "at": str(n), "radius": "0"}
        else:
            if name in folds:
                at = outward(to_arb(folds[name]) + arb(0, to_arb(radius)), DIGITS)
                last[row] = {"how": "fold", "at": at[0], "radius": at[1]}
            end = last.get(row)
            fields |= {"end": end, "reason": f"the branch ends before, at {end['at']}" if end else "nothing is stated"}
            fields["level"] = "certified" if end else "estimated"
        cells.append(Cell(kind=kind, p=p, q=q, **fields))
    return Atlas(upto, DIGITS, tuple(sorted(cells, key=lambda c: (c.kind, c.q, c.p))))
