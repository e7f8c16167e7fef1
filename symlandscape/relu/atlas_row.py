"""One row of the atlas: a branch A or F with the size of its other block fixed, followed once through all integer sizes
of block 0 from large to small, every point certified.

What is CERTIFIED at each size is that a critical point exists in the enclosure, its loss and the sign of every block.
That it belongs to the branch rests on the continuation in floats from one integer to the next (steps that the corrector
confirms). Where the branch ends, the end itself is certified: a fold of the fixed space (Krawczyk's test of
g = 0, J u = 0, u.u = 1 in (z, u, n), whose zero is regular exactly at a simple quadratic fold), or the global minimum.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import reduce
from typing import Any

import numpy as np

from symlandscape.arith.balls import arb, workprec
from symlandscape.arith.conversions import mid_float
from symlandscape.arith.decimals import outward
from symlandscape.errors import InputError
from symlandscape.evidence import Verdict
from symlandscape.relu.branch_scan import branch_of, float_block
from symlandscape.relu.certification import certify
from symlandscape.relu.continuation import LARGEST_JUMP, Sample, distance, follow, newton
from symlandscape.relu.critical_point import CriticalPoint
from symlandscape.relu.families import family, leading_order
from symlandscape.relu.singular_system import singular_system
from symlandscape.runs import Task
from symlandscape.solve.krawczyk import verify_root
from symlandscape.symmetry.pattern import Pattern

__all__ = ["fold_after", "pattern_of", "row_of_atlas"]

MAX_PRECISION = 1024
LEAST_TOP = 3  # every row is followed from here on at least; ends lie below, so that no leap passes over one
LONGEST = 0.2  # in log(size): longer steps fail more often than they help
SHORT = 2e-3
"""Relative steps below this size make the end of the branch worth a proof."""
NEAR = 1e-2
"""How far, relatively, the proved fold may lie from the sample that announces it."""


def pattern_of(kind: str, p: int, q: int) -> Pattern:
    """The pattern of A(p|q), flipped block first, or of F(p|q), kept block first."""
    sizes = (p, q) if kind == "A" else (q, p)
    return Pattern(tuple(n for n in sizes if n))


def row_of_atlas(task: Task) -> list[dict[str, Any]]:
    """The cells of one row with p + q <= upto, from large to small: A(p|q) for a fixed q, F(p|q) for a fixed p.

    The task's parameters: ``kind`` (A or F), ``count`` (the fixed size), ``upto``, ``digits``. A pure function of the
    task, so that rows may be computed anywhere and kept in a store.
    """
    kind, count = task.parameters["kind"], task.parameters["count"]
    top, digits = task.parameters["upto"] - count, task.parameters["digits"]
    cells: list[dict[str, Any]] = []
    before, here, end = None, _start(kind, count, max(top, LEAST_TOP)), None
    for n in range(max(top, LEAST_TOP), 0, -1):
        leap = _leap(count, before, here, n)
        if end is None:
            before, (here, end) = here, (leap, None) if leap else _step(kind, count, here, n, digits)
        if end is not None:
            found = end
        else:
            p, q = (n, count) if kind == "A" else (count, n)
            values = [float(v) for v in here.point]
            point = certify(pattern_of(kind, p, q), values, digits=digits, max_precision=MAX_PRECISION)
            found = _present(point, digits)
            if found["equals"] is not None:
                end = _end(kind, "C0", str(n), "0")
        cells.append({"kind": kind, "p": n if kind == "A" else count, "q": count if kind == "A" else n, **found})
    return [cell for cell in cells if cell["p"] + cell["q"] <= task.parameters["upto"]]


def _pattern(count: int, n: Fraction) -> Pattern:
    """The pattern with block 0 of the real size n."""
    return Pattern((n, count) if count else (n,))


def _start(kind: str, count: int, top: int) -> Sample:
    """The branch at a size of block 0 that is large enough for the leading order, and not below ``top``."""
    size = Fraction(max(top, 6 * count + 24))
    first = _pattern(count, size)
    found = newton(first, np.array(leading_order(kind, first)), Fraction(0))
    if found is None:
        raise InputError(f"the branch {kind} was not found at block sizes {first}; report these sizes")
    return Sample(size, first, found)


def _leap(count: int, before: Sample | None, here: Sample, n: int) -> Sample | None:
    """The next integer size in one step of secant and Newton, where the two before are its neighbours; else None."""
    if before is None or n < LEAST_TOP or before.size - here.size != 1:
        return None
    after = _pattern(count, Fraction(n))
    moved = math.log(n / here.size) / math.log(here.size / before.size)
    predicted = here.point + moved * (here.point - before.point)
    trial = newton(after, predicted, Fraction(0), 8)
    close = trial is not None and distance(after, trial, predicted) < LARGEST_JUMP
    return Sample(Fraction(n), after, trial) if trial is not None and close else None


def _step(kind: str, count: int, here: Sample, n: int, digits: int) -> tuple[Sample, dict[str, Any] | None]:
    """The branch at block-0 size n and None; or the last sample before it ends and the fields that describe the end."""
    for sample in follow(lambda size: _pattern(count, size), here, Fraction(n), Fraction(0), LONGEST):
        short, here = 0 < here.size - sample.size < SHORT * sample.size, sample
        if short and sample.size != n:  # what else could shorten the steps so much
            fold = proved_fold(kind, count, sample, digits)
            if fold is not None:
                return sample, _end(kind, "fold", *outward(fold[-1], digits))
    if here.size == n:
        return here, None
    fold = proved_fold(kind, count, here, digits)  # the last steps may fail without having become short
    if fold is not None:
        return here, _end(kind, "fold", *outward(fold[-1], digits))
    return here, _end(kind, "unknown", f"{float(here.size):.8g}", None)


def fold_after(cell: tuple[str, int, int], values: list[float], digits: int) -> tuple[Pattern, tuple[arb, ...]] | None:
    """The proved fold behind the entry (kind, p, q) with these coordinates, the last one of its row: the pattern there
    (block 0 to be replaced by the size), and enclosures of coordinates and size; None where none is found."""
    kind, p, q = cell
    n, count = (p, q) if kind == "A" else (q, p)
    here = Sample(Fraction(n), _pattern(count, Fraction(n)), np.array(values))
    for sample in follow(lambda size: _pattern(count, size), here, Fraction(n - 1), Fraction(0), LONGEST):
        here = sample
    found = None if here.size == n - 1 else proved_fold(kind, count, here, digits)
    return None if found is None else (here.pattern, found)


def _present(point: CriticalPoint, digits: int) -> dict[str, Any]:
    """The fields of a cell whose point was found: certified, or undecided with a reason."""
    exists = point.existence is Verdict.YES
    if not exists:
        return {**EMPTY, "exists": "undecided", "level": "undecided", "verdict": "undecided", "reason": point.reason}
    with workprec(point.precision):
        # the least of several enclosed numbers, not the enclosure with the least midpoint
        least = reduce(lambda x, y: x.min(y), (x for b in point.blocks for x in b.eigenvalues))
    loss, loss_radius = outward(point.loss, digits)
    value, radius = outward(least, digits)
    zero = is_permuted_identity(point)
    names = [c.name for c in point.pattern.coordinates]
    return {
        **EMPTY,
        "exists": "yes",
        "verdict": point.verdict,
        "morse_index": point.morse_index,
        "loss": loss,
        "loss_radius": loss_radius,
        "least_eigenvalue": value,
        "least_eigenvalue_radius": radius,
        "level": point.level.value,
        "equals": "C0" if zero else None,
        "equals_level": "certified" if zero else None,
        "coordinates": {name: outward(x, digits)[0] for name, x in zip(names, point.coordinates, strict=True)},
        "reason": "" if point.verdict != "undecided" else point.reason,
    }


EMPTY: dict[str, Any] = {
    "exists": "no",
    "verdict": None,
    "morse_index": None,
    "loss": None,
    "loss_radius": None,
    "least_eigenvalue": None,
    "least_eigenvalue_radius": None,
    "level": "estimated",
    "equals": None,
    "equals_level": None,
    "coordinates": {},
    "end": None,
    "reason": "",
}


def is_permuted_identity(point: CriticalPoint) -> bool:
    """Whether the proved point is the global minimum C0 up to the order of its rows, exactly.

    A permutation matrix in the fixed space is a critical point; where the enclosure, which holds one critical point
    only, contains it, the two are equal.
    """
    nearest = [round(mid_float(x)) for x in point.coordinates]
    if not all(x.contains(arb(n)) for x, n in zip(point.coordinates, nearest, strict=True)):
        return False
    W = point.pattern.matrix([float(n) for n in nearest])
    return bool(set(np.unique(W)) <= {0.0, 1.0} and np.all(W.sum(axis=0) == 1) and np.all(W.sum(axis=1) == 1))


def _end(kind: str, how: str, at: str, radius: str | None) -> dict[str, Any]:
    """The fields of the cells behind the end of the branch: where it ends, how, and how sure that is."""
    moving = "p" if kind == "A" else "q"
    words = {
        "C0": f"at {moving} = {at}, where it meets the global minimum C0",
        "fold": f"in a fold at {moving} = {at}",
        "unknown": f"near {moving} = {at}, and no fold could be proved there",
    }
    return {
        **EMPTY,
        "level": "estimated" if how == "unknown" else "certified",
        "end": {"how": how, "at": at, "radius": radius},
        "reason": f"followed from large {moving} the branch ends {words[how]}",
    }


def proved_fold(kind: str, count: int, sample: Sample, digits: int) -> tuple[arb, ...] | None:
    """Enclosures of the coordinates and of the size of block 0 at a simple fold proved next to a sample of the branch,
    or None.

    The fold is one of the reduced gradient in the fixed space; it must lie between the integers around the sample, and
    near it.
    """
    branch = branch_of(family(f"A[kept={count}]" if kind == "A" else f"F[flipped={count}]"))
    component = next(c for c in branch.components() if c.label == "t")
    values, vectors = np.linalg.eigh(float_block(branch, component, sample))
    u = vectors[:, int(np.argmin(np.abs(values)))]
    start = [float(x) for x in (*sample.point, *u, sample.size)]
    root = verify_root(
        *singular_system(branch.point, component, len(branch.generic.coordinates)),
        start,
        digits,
        max_prec=MAX_PRECISION,
    )
    if not root.proved:
        return None
    n, floor = root.enclosure[-1], int(sample.size)
    there = np.array([mid_float(x) for x in root.enclosure[: len(sample.point)]])
    near = (
        abs(mid_float(n) / float(sample.size) - 1) < NEAR
        and distance(sample.pattern, there, sample.point) < LARGEST_JUMP
    )
    return (*root.enclosure[: len(there)], n) if near and n > arb(floor) and n < arb(floor + 1) else None
