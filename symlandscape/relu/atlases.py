"""The atlas of A(p|q) and F(p|q) for all integers p >= 1, q >= 0 with p + q <= upto: which exist, which are minima,
which coincide, each decided by balls.

A(p|q) and F(p|q) carry p rows near -e_i (flipped) and q rows near e_i (kept), d = k = p + q; F needs q >= 1. A row of
the atlas is one branch (atlas_row.py). Two entries with equal loss are compared: equal up to the order of rows is
CERTIFIED where the rearranged enclosure of one lies in the enclosure of the other, which holds one critical point only.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from symlandscape.arith.balls import contains, workprec
from symlandscape.errors import InputError
from symlandscape.evidence import Verdict
from symlandscape.evidence.certificate import canonical, digest
from symlandscape.files import write_atomic
from symlandscape.relu.atlas_row import MAX_PRECISION, pattern_of, row_of_atlas
from symlandscape.relu.certification import certify
from symlandscape.relu.critical_point import CriticalPoint
from symlandscape.relu.naming import same_point
from symlandscape.runs import Task, run
from symlandscape.symmetry.pattern import Pattern

__all__ = ["Atlas", "Cell", "atlas", "load"]

TASK_KIND = "relu.atlas/1"
VERSION = 1
DIGITS = 10
LARGEST = 200
MORE_DIGITS = 60  # of the enclosure that is held against another one
SAME_ENTRIES = 1e-8


@dataclass(frozen=True, slots=True)
class Cell:
    """One entry of the atlas: the branch A or F at p flipped and q kept rows.

    ``exists`` is ``yes`` (a critical point is proved to lie in the enclosure), ``no`` (the branch ended before; ``end``
    says at which size, how, and ``level`` how sure that is) or ``undecided``. ``verdict``, ``morse_index``, ``loss``
    and ``least_eigenvalue`` (decimals, each with a radius that covers the printing) are there where it exists.
    ``equals`` names the point that it coincides with up to the order of rows (C0, or an earlier entry such as A(5|0)),
    ``equals_level`` the evidence. ``coordinates`` are decimals by name.
    """

    kind: str
    p: int
    q: int
    exists: str
    verdict: str | None
    morse_index: int | None
    loss: str | None
    loss_radius: str | None
    least_eigenvalue: str | None
    least_eigenvalue_radius: str | None
    level: str
    equals: str | None
    equals_level: str | None
    coordinates: dict[str, str]
    end: dict[str, str | None] | None
    reason: str

    @property
    def name(self) -> str:
        """A(p|q) or F(p|q)."""
        return f"{self.kind}({self.p}|{self.q})"

    @property
    def d(self) -> int:
        """The number of inputs and of neurons."""
        return self.p + self.q

    @property
    def pattern(self) -> Pattern:
        """The block pattern (flipped, kept) for A and (kept, flipped) for F."""
        return pattern_of(self.kind, self.p, self.q)

    @property
    def is_minimum(self) -> bool:
        """Whether the entry is a certified local minimum and no other name of an earlier point."""
        return self.verdict == "minimum" and self.equals is None

    @property
    def symbol(self) -> str:
        """``.`` does not exist, ``=`` coincides with an earlier point, ``M`` minimum, ``s`` saddle, ``?`` undecided."""
        if self.exists == "no":
            return "."
        return "=" if self.equals else {"minimum": "M", "saddle": "s"}.get(self.verdict or "", "?")

    def point(self, digits: int = DIGITS, certificate: bool = False) -> CriticalPoint:
        """The critical point enclosed again, to any number of digits. Raises InputError where it does not exist."""
        if self.exists != "yes":
            raise InputError(f"{self.name} does not exist: {self.reason}; take an entry that exists")
        limit = max(MAX_PRECISION, 16 * digits)
        return certify(self.pattern, self._values(), digits=digits, certificate=certificate, max_precision=limit)

    def matrix(self) -> np.ndarray:
        """The weights in floats, from the printed coordinates, shape (d, d)."""
        return self.pattern.matrix([float(x) for x in self._values()])

    def _values(self) -> list[Fraction]:
        return [Fraction(self.coordinates[c.name]) for c in self.pattern.coordinates]


@dataclass(frozen=True, slots=True)
class Atlas:
    """All entries with p + q <= upto: first A by ascending (q, p), then F."""

    upto: int
    digits: int
    cells: tuple[Cell, ...]

    def cell(self, kind: str, p: int, q: int) -> Cell:
        """The entry A(p|q) or F(p|q). Raises InputError outside the atlas."""
        for c in self.cells:
            if (c.kind, c.p, c.q) == (kind, p, q):
                return c
        raise InputError(f"the atlas holds A(p|q), F(p|q) with p + q <= {self.upto}, but {kind}({p}|{q}) was asked for")

    def of(self, kind: str) -> tuple[Cell, ...]:
        """The entries of one kind."""
        return tuple(c for c in self.cells if c.kind == kind)

    def minima(self, kind: str) -> tuple[Cell, ...]:
        """The minima of one kind that are no other name of an earlier point."""
        return tuple(c for c in self.of(kind) if c.is_minimum)

    def counts(self) -> dict[str, dict[str, int]]:
        """For each kind, the number of entries that are minima, saddles, coincide, do not exist, are undecided."""
        words = {"M": "minima", "s": "saddles", "=": "coincide", ".": "absent", "?": "undecided"}
        table = {kind: Counter(c.symbol for c in self.of(kind)) for kind in "AF"}
        return {kind: {word: found[sign] for sign, word in words.items()} for kind, found in table.items()}

    @property
    def undecided(self) -> bool:
        """Whether an entry is open: its existence, a sign, an end that was seen in floats only, or a coincidence that
        is not proved."""
        return any(c.symbol == "?" or c.level != "certified" or c.equals_level == "checked" for c in self.cells)

    def document(self) -> dict[str, Any]:
        """The atlas as exact JSON with a digest (schema ``relu.atlas``)."""
        cells = [asdict(c) for c in self.cells]
        body = {"schema": VERSION, "upto": self.upto, "digits": self.digits, "counts": self.counts(), "cells": cells}
        return {**body, "sha256": digest(body)}

    def write(self, path: str | os.PathLike[str]) -> Path:
        """Write the document in one move. Raises InputError when the file cannot be written."""
        return write_atomic(path, canonical(self.document()) + "\n")


def atlas(
    upto: int = 40,
    processes: int = 1,
    store: str | os.PathLike[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
    executor: str | None = None,
    shard: str | None = None,
) -> Atlas:
    """The atlas of A(p|q) and F(p|q), p >= 1, q >= 0, p + q <= ``upto`` (1 to 200), k = d = p + q, slope 0.

    One task is one branch; ``processes`` work on them (ball arithmetic has one precision for a whole process, so
    threads cannot), and the result does not depend on their number. ``store``, ``executor`` (in the place of
    ``processes``) and ``shard`` are those of ``runs.run``. Existence, signs and coincidences are CERTIFIED or said to
    be undecided; that a point belongs to the branch rests on continuation in floats. A script that asks for several
    processes needs ``if __name__ == "__main__":``. Raises InputError for numbers outside these ranges.
    """
    if isinstance(upto, bool) or not isinstance(upto, int) or not 1 <= upto <= LARGEST:
        raise InputError(f"the atlas is made for p + q up to a number from 1 to {LARGEST}, but {upto!r} came")
    if processes < 1:
        raise InputError(f"expected at least one process, got {processes}")
    if processes > 1 and executor is not None:
        raise InputError(f"expected an executor or processes, got both; leave out processes = {processes}")
    rows = [("A", q) for q in range(upto)] + [("F", p) for p in range(1, upto)]
    tasks = [Task(TASK_KIND, {"kind": kind, "count": count, "upto": upto, "digits": DIGITS}) for kind, count in rows]

    def tell(done: int, total: int, label: str) -> None:
        if progress is not None:
            progress(done, total)

    if processes > 1:
        executor = f"processes:{processes}"
    found = run(tasks, row_of_atlas, store=store, executor=executor, shard=shard, alone=True, progress=tell)
    cells = [Cell(**cell) for row in found for cell in reversed(row)]
    return Atlas(upto, DIGITS, _merged(sorted(cells, key=lambda c: (c.kind, c.q, c.p))))


def _merged(cells: list[Cell]) -> tuple[Cell, ...]:
    """The entries with those that coincide named after the first of them (A before F, then by q)."""
    named = {c.name: c for c in cells}
    for _, group in groupby(sorted((c for c in cells if c.exists == "yes"), key=lambda c: c.d), key=lambda c: c.d):
        known: list[Cell] = []
        for c in group:
            if c.equals is not None:
                continue
            for other in known:
                level = _coincide(c, other)
                if level is not None:
                    named[c.name] = replace(c, equals=other.name, equals_level=level)
                    break
            else:
                known.append(c)
    return tuple(named.values())


def _coincide(cell: Cell, other: Cell) -> str | None:
    """Whether two entries of one d are the same point up to the order of rows and columns: ``certified`` where proved,
    ``checked`` where loss and whole spectrum agree, None where they differ."""
    gap = abs(Fraction(cell.loss or 0) - Fraction(other.loss or 0))
    if gap > Fraction(cell.loss_radius or 0) + Fraction(other.loss_radius or 0):
        return None
    first, second = cell.point(), other.point(MORE_DIGITS)
    if not first.loss.overlaps(second.loss):
        return None
    if _proved_equal(first, second):
        return "certified"
    return "checked" if same_point(first, second) else None


def _proved_equal(first: CriticalPoint, second: CriticalPoint) -> bool:
    """Whether the second point with its rows rearranged lies in the fixed space and in the enclosure of the first.

    The rearranged point is critical as well, and the enclosure of the first holds one critical point only.
    """
    if first.existence is not Verdict.YES or second.existence is not Verdict.YES:
        return False
    W, rows = first.matrix(), list(second.matrix())
    order = []
    for w in W:
        near = [i for i, v in enumerate(rows) if i not in order and np.max(np.abs(v - w)) < SAME_ENTRIES]
        if not near:
            return False
        order.append(near[0])
    ours, theirs = first.pattern.index_matrix().ravel(), second.pattern.index_matrix()[order].ravel()
    pairs = {(int(i), int(j)) for i, j in zip(ours, theirs, strict=True)}
    if len(pairs) != len(first.coordinates):  # some orbit of the first would hold different entries of the second
        return False
    with workprec(second.precision):
        return all(contains(first.coordinates[i], second.coordinates[j]) for i, j in pairs)


def families_by_isotropy(made: Atlas, n: int) -> dict[tuple[int, ...], list[str]]:
    """The names of the different points with d = n by isotropy type (a decreasing partition of n), minima with a star;
    C0, A(n|0) with the whole group."""
    table: dict[tuple[int, ...], list[str]] = {(n,): ["C0*"]}
    for c in made.cells:
        if c.d == n and c.exists == "yes" and c.equals is None:
            sizes = tuple(sorted((m for m in (c.p, c.q) if m), reverse=True))
            table.setdefault(sizes, []).append(c.name + ("*" if c.is_minimum else ""))
    return table


def load(path: str | os.PathLike[str]) -> Atlas:
    """The atlas that ``write`` put into a file. Raises InputError when it cannot be read, is no atlas of this version,
    or was changed (its digest does not match)."""
    try:
        document = json.loads(Path(path).read_bytes().decode("utf-8"))
        return _read(document)
    except (OSError, UnicodeDecodeError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        detail = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise InputError(f"expected an atlas written by this program, got {path} ({detail}); write it again") from error


def _read(document: Any) -> Atlas:
    if not isinstance(document, Mapping) or document.get("schema") != VERSION:
        raise InputError(f"it is no atlas of version {VERSION}")
    if document.get("sha256") != digest(document):
        raise InputError("its digest does not match")
    made = Atlas(document["upto"], document["digits"], tuple(Cell(**cell) for cell in document["cells"]))
    names = [c.name for c in made.cells]
    wanted = [f"A({p}|{q})" for q in range(made.upto) for p in range(1, made.upto - q + 1)]
    wanted += [f"F({p}|{q})" for q in range(1, made.upto) for p in range(1, made.upto - q + 1)]
    if names != wanted:
        raise InputError("entries are missing, or stand in another order")
    return made
