"""One crossing, proved: a regular zero of the extended system in (z, u, n), with the signs of all other blocks around
it.

A crossing of the block B in a component at size n of the moving block is a zero of the system of singular_system.py in
(z, u, n). Its Jacobian is regular exactly when the critical point is isolated, the zero eigenvalue is simple and it
moves with nonzero speed; Krawczyk's test therefore proves existence, uniqueness and transversality at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from symlandscape.arith.balls import arb, arb_mat, sign, workprec
from symlandscape.arith.conversions import arb_to_fraction
from symlandscape.arith.dual import dual_field, variables
from symlandscape.arith.field import arb_field
from symlandscape.arith.linear import inertia, solve, spectrum
from symlandscape.relu.branch_scan import NARROW, Branch, Change, float_block
from symlandscape.relu.reduced import ReducedPoint
from symlandscape.relu.singular_system import dot, singular_system
from symlandscape.solve.krawczyk import verify_root
from symlandscape.symmetry.isotypic import Component

__all__ = ["Crossing", "ball_matrix", "prove", "speed"]

NEGATIVES = dict[str, tuple[int, int] | None]


@dataclass(frozen=True, slots=True)
class Crossing:
    """What is proved about one crossing.

    ``proved`` tells whether existence, uniqueness and simplicity near the enclosures are. ``z``, ``u``, ``n``:
    enclosures of the critical point, the null vector and the moving size; ``speed`` of dz/dn (None when not enclosed);
    ``increasing`` the direction of the eigenvalue (None when not decided). ``negatives``: each component's negative
    eigenvalues just below and just above, None for a block whose signs are not decided there.
    """

    component: Component
    proved: bool
    reason: str
    precision: int
    z: tuple[arb, ...]
    u: tuple[arb, ...]
    n: arb
    speed: tuple[arb, ...] | None
    increasing: bool | None
    negatives: NEGATIVES


def ball_matrix(rows: Sequence[Sequence[arb]]) -> arb_mat:
    """The ball matrix with these rows."""
    return arb_mat(len(rows), len(rows[0]), [x for row in rows for x in row])


def _lifted(branch: Branch, z: Sequence[arb], n: arb) -> ReducedPoint:
    """The point over dual numbers with one direction for each coordinate and the last one for the moving size."""
    field = arb_field()
    duals = variables([*z, n], field)
    return branch.point(duals[:-1], duals[-1], dual_field(field, len(duals)))


def prove(branch: Branch, change: Change, digits: int) -> Crossing:
    """The crossing inside an isolated change of sign, enclosed to ``digits`` digits where the proof succeeds."""
    component, sample = change.component, change.above.sample
    values, vectors = np.linalg.eigh(float_block(branch, component, sample))
    u = vectors[:, int(np.argmin(np.abs(values)))]
    start = [*(float(v) for v in sample.point), *(float(v) for v in u), float(sample.size)]
    root = verify_root(*singular_system(branch.point, component, len(branch.generic.coordinates)), start, digits)
    box = root.enclosure if root.proved else root.box
    size = len(branch.generic.coordinates)
    z, direction, n = tuple(box[:size]), tuple(box[size:-1]), box[-1]
    reason = root.status.value if not root.proved else _elsewhere(change, n)
    if not root.proved or reason:
        return Crossing(component, False, reason, root.prec, z, direction, n, None, None, {})
    with workprec(root.prec):
        along = speed(branch, z, n)
        increasing = None if along is None else _increasing(branch, component, z, direction, n, along)
        negatives = {} if increasing is None else _around(branch, component, z, n, increasing)
        return Crossing(component, True, root.status.value, root.prec, z, direction, n, along, increasing, negatives)


def _elsewhere(change: Change, n: arb) -> str:
    """Why the zero found is not the one crossing of the isolated interval, or nothing."""
    if not change.is_simple:
        return "several eigenvalues change sign at almost the same size, and only simple crossings are proved"
    low, high = change.below.sample.size, change.above.sample.size
    found, slack = arb_to_fraction(n.mid()), Fraction(NARROW) * high
    if not low - slack <= found <= high + slack:
        return "the proof converged to another crossing than the one that was bracketed"
    return ""


def speed(branch: Branch, z: Sequence[arb], n: arb) -> tuple[arb, ...] | None:
    """dz/dn along the branch over balls, from J z' = -dg/dn; None where J may be singular."""
    point, size = _lifted(branch, z, n), len(z)
    gradient = point.gradient()
    J = arb_mat(size, size, [g.parts[j] for g in gradient for j in range(size)])
    found = solve(J, arb_mat(size, 1, [-g.parts[size] for g in gradient]))
    return None if found is None else tuple(found[j, 0] for j in range(size))


def _increasing(
    branch: Branch, component: Component, z: Sequence[arb], u: Sequence[arb], n: arb, along: Sequence[arb]
) -> bool | None:
    """The sign of u'(dB/dn)u along the branch, the speed of the crossing eigenvalue."""
    block = _lifted(branch, z, n).block(component)
    form = dot([dot(row, u) for row in block], u)
    total = form.parts[-1] + dot(form.parts[:-1], along)
    return {1: True, -1: False}.get(sign(total) or 0)


def _around(branch: Branch, component: Component, z: Sequence[arb], n: arb, increasing: bool) -> NEGATIVES:
    """Negative eigenvalues of every block just below and just above the crossing; None where a sign is not decided."""
    point = branch.point(z, n, arb_field())
    entries = point.entries()
    table: NEGATIVES = {}
    for c in branch.components():
        matrix = ball_matrix(point.block(c, entries))
        if c.label != component.label:
            signs = inertia(matrix)
            table[c.label] = None if signs is None else (signs.negative, signs.negative)
            continue
        signs_of = [sign(x) for x in spectrum(matrix)]
        negative = signs_of.count(-1)
        simple = signs_of.count(None) + signs_of.count(0) == 1
        table[c.label] = None if not simple else (negative + 1, negative) if increasing else (negative, negative + 1)
    return table
