"""Kind ``relu.atlas``: critical points named A(p|q), F(p|q) with p + q <= upto, all of them with their Morse indices.

Statement. Patterns of blocks (p, q) for A and (q, p) for F (no empty block), d = k = p + q, slope 0, unit targets.
Numbers are whole numbers in units of 2^scale, boxes have the radius 2^radius.

- ``points``, each [name, Morse index, coordinates]: there is exactly one critical point in the box around the
  coordinates in the fixed space; it has this Morse index, and no zero eigenvalue, so with index 0 it is a local
  minimum and else a saddle. What the name says: the p flipped rows have negative diagonal entries, the q kept ones
  positive ones; where the columns of kept rows meet flipped rows the entries are negative for A, positive for F.
- ``zeros``, [name, coordinates 0 and 1]: the matrix of these coordinates is a permutation matrix, so a global minimum.
- ``equal``, [name, name]: the two points are one up to the order of rows. All other points with equal d differ, also
  up to the order of rows and columns, and none of them is a permutation matrix.
- ``folds``, [name, (z, u, n)]: exactly one simple fold (relu_fold.py) in the box, where block 0 has the real size n
  between that of the name and the next whole one.
- ``absent``: names without a point; only such whose row (block 0 shrinking) ended before, in a permutation matrix or
  between the two sizes of a fold. Of A(1|upto - 1), the only name of its row, nothing is said.

Every name of the range stands in exactly one of points, zeros, absent. That a point belongs to a branch A or F that
was followed from large sizes is not part of the statement.

How it is verified. Points: Krawczyk's image with the gradient at the centre and the Hessian over the box (relu_plans);
LDL^T of every component over the box. Equal points: the image of A(d|0), with the rows of the block of size two
exchanged, lies in the other's box. Different points: the sums of the squares of all entries are different.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cmp_to_key
from itertools import pairwise
from typing import Any

from symlandscape.arith.balls import arb, hull, interior, sign, symmetric, workprec
from symlandscape.check.algebra import inertia, krawczyk_image
from symlandscape.check.outcome import Rejected
from symlandscape.check.relu_branch import Branch, coordinates
from symlandscape.check.relu_cover import whole_numbers
from symlandscape.check.relu_critical_point import integer
from symlandscape.check.relu_fold import confirmed_fold
from symlandscape.check.relu_plans import dimension, plans, shape_of, values

__all__ = ["KIND", "Name", "names", "verify"]

KIND = "relu.atlas"
FIELDS = {
    "kind", "version", "upto", "precision", "scale", "radius", "points", "zeros", "equal", "folds", "absent", "sha256",
}  # fmt: skip
LARGEST = 200
LONGEST = 4096
NAME = re.compile(r"([AF])\(([1-9]\d{0,2})\|(0|[1-9]\d{0,2})\)", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """A(p|q) or F(p|q)."""

    kind: str
    p: int
    q: int

    def __str__(self) -> str:
        return f"{self.kind}({self.p}|{self.q})"

    @property
    def d(self) -> int:
        return self.p + self.q

    @property
    def sizes(self) -> tuple[int, ...]:
        """The sizes of the blocks, the moving one first."""
        first, second = (self.p, self.q) if self.kind == "A" else (self.q, self.p)
        return (first, second) if second else (first,)

    @property
    def next(self) -> Name:
        """The name in the same row with block 0 larger by one."""
        return Name("A", self.p + 1, self.q) if self.kind == "A" else Name("F", self.p, self.q + 1)


@dataclass(frozen=True, slots=True)
class Point:
    """A confirmed point: a box that holds it, the box in which it is the only one, the sum of squares of all entries,
    and the number of negative eigenvalues."""

    image: list[arb]
    box: list[arb]
    square: arb
    index: int


def names(upto: int) -> list[Name]:
    """All names with p + q <= upto; F needs a kept row."""
    found = [Name("A", p, q) for q in range(upto) for p in range(1, upto - q + 1)]
    return found + [Name("F", p, q) for q in range(1, upto) for p in range(1, upto - q + 1)]


def verify(document: Mapping[str, Any]) -> str:
    """Re-verifies every statement of the document; returns one sentence, raises Rejected where a statement is not
    confirmed."""
    if set(document) != FIELDS:
        raise Rejected(f"the fields must be exactly {', '.join(sorted(FIELDS))}")
    if not integer(document["version"]) or document["version"] != 1:
        raise Rejected("only version 1 of this kind is known")
    upto, bits = document["upto"], document["precision"]
    scale, radius = document["scale"], document["radius"]
    if not integer(upto) or not 1 <= upto <= LARGEST or not integer(bits) or not 64 <= bits <= LONGEST:
        raise Rejected(f"upto must be a whole number from 1 to {LARGEST}, precision one from 64 to {LONGEST}")
    if not integer(scale) or not integer(radius) or not -LONGEST <= scale < radius <= 0:
        raise Rejected("scale and radius must be whole numbers, scale below radius, and radius not above 0")
    points, zeros = _listed(document["points"], 3, "points"), _listed(document["zeros"], 2, "zeros")
    absent = _listed([[x] for x in _texts(document["absent"], "absent")], 1, "absent")
    if sorted([*points, *zeros, *absent]) != sorted(names(upto)):
        raise Rejected(f"each name with p + q <= {upto} must stand in points, zeros or absent, and in one of them")
    folds = _listed(document["folds"], 2, "folds")
    _confirm_absent(upto, absent, zeros, folds)
    for name, (values_01,) in zeros.items():
        _confirm_zero(name, whole_numbers(values_01, "coordinates", 1))
    with workprec(bits):
        width = symmetric(arb((1, radius)))
        found = {}
        for name, (index, row) in points.items():
            try:
                found[name] = _point(name, _box(row, scale, width))
            except Rejected as reason:
                raise Rejected(f"{name}: {reason}") from reason
            if not integer(index) or index != found[name].index:
                raise Rejected(f"{name} has {found[name].index} negative eigenvalues, not as stated")
        equal = _equal(document["equal"], found)
        _different([x for x in found.items() if x[0] not in equal])
        for name, (row,) in folds.items():
            _confirm_fold(name, _box(row, scale, width))
    minima = sum(x.index == 0 for name, x in found.items() if name not in equal)
    return (
        f"{len(found)} critical points with p + q <= {upto}, {len(found) - len(equal)} of them different, "
        f"{minima} of these minima; {len(folds)} folds; confirmed at {bits} bits"
    )


def _texts(values: Any, name: str) -> list[str]:
    if not isinstance(values, (list, tuple)) or not all(isinstance(x, str) for x in values):
        raise Rejected(f"{name} must be a list of names")
    return list(values)


def _listed(rows: Any, length: int, what: str) -> dict[Name, list[Any]]:
    """Name -> what stands behind it in its row, each name once."""
    found: dict[Name, list[Any]] = {}
    if not isinstance(rows, (list, tuple)):
        raise Rejected(f"{what} must be a list")
    for row in rows:
        if not isinstance(row, (list, tuple)) or len(row) != length:
            raise Rejected(f"the rows of {what} must have {length} parts")
        name = _name(row[0])
        if name in found:
            raise Rejected(f"{name} stands twice in {what}")
        found[name] = list(row[1:])
    return found


def _name(text: Any) -> Name:
    match = NAME.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise Rejected("a name must be A(p|q) or F(p|q)")
    return Name(match[1], int(match[2]), int(match[3]))


def _box(row: Any, scale: int, width: arb) -> list[arb]:
    return [arb((c, scale)) + width for c in whole_numbers(row, "coordinates", LONGEST)]


def _point(name: Name, box: Sequence[arb]) -> Point:
    sizes, constants = name.sizes, (0, 1 / (2 * arb.pi()))
    gradient = Branch(sizes, None, [x.mid() for x in box], constants).gradient()
    wide, table = Branch(sizes, None, box, constants), plans(shape_of(sizes))
    trivial = values(wide, table["t"], sizes, box)
    image = krawczyk_image(gradient, trivial, box)
    index = 0
    for label, plan in table.items():
        try:
            negative, _ = inertia(trivial if label == "t" else values(wide, plan, sizes, box))
        except Rejected as reason:
            raise Rejected(f"block {label}: {reason}") from reason
        index += negative * dimension(label, sizes)
    _confirm_signs(name, wide)
    square = arb(0)
    for (i, j, diagonal), x in zip(wide.keys, image, strict=True):
        square += sizes[i] * (1 if diagonal else sizes[j] - int(i == j)) * x * x
    return Point(image, list(box), square, index)


def _confirm_signs(name: Name, student: Branch) -> None:
    """That the point looks as its name says."""
    flipped, kept = (0, 1) if name.kind == "A" else (1, 0)
    wanted = {(flipped, flipped, True): -1}
    if name.q:
        wanted |= {(kept, kept, True): 1, (flipped, kept, False): -1 if name.kind == "A" else 1}
    if any(sign(student.entry[key]) != side for key, side in wanted.items()):
        raise Rejected("the signs of the entries are not those that the name says")


def _confirm_zero(name: Name, values_01: Sequence[int]) -> None:
    """That each row and each column holds one 1 and else 0."""
    keys, n = coordinates(name.sizes), name.sizes
    if len(values_01) != len(keys) or not set(values_01) <= {0, 1}:
        raise Rejected(f"{name} must have {len(keys)} coordinates 0 or 1")
    for block in range(len(n)):
        for side in (0, 1):
            ones = sum(
                x * (1 if key[2] else n[key[1 - side]] - int(key[0] == key[1]))
                for key, x in zip(keys, values_01, strict=True)
                if key[side] == block
            )
            if ones != 1:
                raise Rejected(f"{name} is no permutation matrix")


def _equal(rows: Any, found: Mapping[Name, Point]) -> dict[Name, Name]:
    """The names that are other names of A(d|0), confirmed."""
    equal = {}
    for name, (text,) in _listed(rows, 2, "equal").items():
        other = _name(text)
        if name not in found or other not in found or other != Name("A", name.d, 0) or name.sizes[0] != 2:
            raise Rejected("only points with a first block of size 2 may equal A(d|0)")
        diagonal, off = found[other].image
        at = {  # the rows of A(d|0), those of block 0 exchanged
            key: (off if key[2] else diagonal) if key[:2] == (0, 0) else diagonal if key[2] else off
            for key in coordinates(name.sizes)
        }
        if not all(interior(x, y) for x, y in zip(found[name].box, at.values(), strict=True)):
            raise Rejected(f"{name} is not shown to equal {other}")
        equal[name] = other
    return equal


def _ascending(x: tuple[arb, str], y: tuple[arb, str]) -> int:
    return -1 if x[0] < y[0] else int(x[0] > y[0])


def _different(points: Sequence[tuple[Name, Point]]) -> None:
    """That no two points of equal d, nor one and a permutation matrix, have the same sum of squares."""
    for d in {name.d for name, _ in points}:
        here = [(x.square, str(name)) for name, x in points if name.d == d] + [(arb(d), "a permutation matrix")]
        here.sort(key=cmp_to_key(_ascending))
        for (x, first), (y, second) in pairwise(here):
            if not x < y:
                raise Rejected(f"{first} and {second} are not shown to differ")


def _confirm_fold(name: Name, box: Sequence[arb]) -> None:
    sizes = name.sizes
    length = 2 * len(coordinates((None, *sizes[1:]))) + 1
    if len(box) != length:
        raise Rejected(f"the fold of {name} must have {length} numbers")
    try:
        n = confirmed_fold(sizes[1:], box)
    except Rejected as reason:
        raise Rejected(f"the fold of {name}: {reason}") from reason
    if not interior(hull(arb(sizes[0]), arb(sizes[0] + 1)), n):
        raise Rejected(f"the fold of {name} does not lie between the size of its block and the next")


def _confirm_absent(
    upto: int, absent: Mapping[Name, Any], zeros: Mapping[Name, Any], folds: Mapping[Name, Any]
) -> None:
    for name in folds:
        if name not in absent:
            raise Rejected(f"{name} has a fold behind it, so it must be absent")
    for name in absent:
        alone = name == Name("A", 1, upto - 1)
        if not (name.next in absent or name.next in zeros or name in folds or alone):
            raise Rejected(f"nothing shows why {name} is absent")
