"""The named branches of critical points over real d: C0, A<q>, F<p> and their other parametrisations.

Both branches carry p rows near -e_i and q rows near e_i, p + q = d. In A(p|q) the flipped rows repair the sum of the
neurons inside their own block; in F(p|q) the kept rows do, on the flipped columns. To leading order (derived in
``derivations.families``)

    A(p|q): a0 = -1 + 2/p, b00 = 2/p, the rest as in the identity;      F(p|q): c01 = 2/d, a1 = -1, the rest as in the
    identity,

where block 0 is the flipped block of A and the kept block of F. Newton starts there when block 0 is large, and the
branch is followed down in the size of block 0, which may be any real number. A branch that cannot be followed any
further has ended (at a fold, or by meeting C0).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from symlandscape.arith.balls import arb, contains
from symlandscape.arith.conversions import parse_exact
from symlandscape.errors import InputError
from symlandscape.evidence import Verdict
from symlandscape.relu.certification import certify
from symlandscape.relu.continuation import LARGEST_JUMP, SMALLEST_STEP, Sample, distance, follow, newton
from symlandscape.relu.critical_point import CriticalPoint
from symlandscape.relu.growth import grow
from symlandscape.symmetry.pattern import Pattern, extra_orbits

if TYPE_CHECKING:
    from symlandscape.relu.crossings import Thresholds

__all__ = ["Family", "branch_coordinates", "family"]

_NAME = re.compile(
    r"(?P<kind>[CAF])(?:(?P<count>\d+)|(?:\[(?P<role>kept|flipped)=(?P<size>\d+)\]|:(?P<role2>kept|flipped)=(?P<size2>\d+)))"
)
_MAX_SIZE = 10**15


@dataclass(frozen=True, slots=True)
class Family:
    """A branch of critical points over real d; ``at`` evaluates it.

    ``kind`` is C, A or F; ``role`` says which block has the fixed size ``count`` while the other one moves with d:
    ``kept`` or ``flipped``. ``extra`` holds the sizes of orbits of extra rows, grown from zero one after the other
    (growth.py).
    """

    name: str
    kind: str
    role: str
    count: int
    slope: Fraction = Fraction(0)
    extra: tuple[int, ...] = ()

    def sizes(self, d: int | Fraction) -> tuple[Any, Any]:
        """(size of the flipped block, size of the kept block) at d."""
        return (self.count, d - self.count) if self.role == "flipped" else (d - self.count, self.count)

    def pattern(self, d: int | Fraction) -> Pattern:
        """The block pattern at d: (flipped, kept) for A, (kept, flipped) for F, one block for C0 and A0.

        Raises InputError for a d at which a block has no admissible size.
        """
        flipped, kept = self.sizes(d)
        blocks: tuple[Any, ...] = (kept, flipped) if self.kind == "F" else (flipped, kept)
        if self.kind == "C":
            blocks = (d,)
        elif self.kind == "A" and kept == 0:
            blocks = (flipped,)
        for n in blocks:
            if n < 1 or (n == 1 and Fraction(n).denominator != 1):
                raise InputError(
                    f"family {self.name} at d = {d} would have a block of size {n}; "
                    "take d so that every block has size 1 or more"
                )
        if d > _MAX_SIZE:
            raise InputError(f"d up to {_MAX_SIZE} is supported, but {d} came; take a smaller d")
        return Pattern(tuple(int(n) if Fraction(n).denominator == 1 else Fraction(n) for n in blocks))

    def at(self, d: int | Fraction | str, digits: int = 30, certify: bool = False) -> CriticalPoint:
        """The family's critical point at d (integer, rational or text such as ``13/2``), enclosed to ``digits`` digits.

        With ``certify`` the point carries its certificate. Level CERTIFIED, or UNDECIDED with a reason. Raises
        InputError where the family does not exist, with the size at which the branch ends.
        """
        exact = parse_exact(d)
        return _certified(self, self.pattern(exact), digits, certify)

    def thresholds(
        self,
        digits: int = 30,
        low: Fraction | int = 2,
        high: Fraction | int = 40,
        certify: bool = False,
        complete: bool = False,
    ) -> Thresholds:
        """All real d in [low, high] at which a block of the Hessian is singular along the family (crossings.py)."""
        from symlandscape.relu.crossings import thresholds

        return thresholds(self, low, high, digits, certify, complete)

    def coordinates(self, pattern: Pattern) -> tuple[Pattern, list[Any]]:
        """The pattern with extra rows and approximate coordinates there. Raises InputError where the family does not
        exist.
        """
        if self.kind == "C":
            values: list[Any] = [int(c.diagonal) for c in pattern.coordinates]
        else:
            values = list(branch_coordinates(self.kind, pattern, self.slope, self.name))
        for orbit in self.extra:
            pattern, values = grow(pattern, [float(v) for v in values], orbit, self.slope)
        return pattern, values

    def __str__(self) -> str:
        return self.name


def family(name: str, extra: int = 0, extra_rows: str = "free", slope: Fraction | int = 0) -> Family:
    """The family with this name: ``C0``, ``A<q>`` (q rows kept), ``F<p>`` (p rows flipped), ``A[flipped=p]``,
    ``F[kept=q]`` (also ``A:flipped=p``).

    ``extra`` rows without a matching column are grown from zero (one by one when ``free``, as one orbit when
    ``equal``). Raises InputError for an unknown name or a slope of 1.
    """
    found = _NAME.fullmatch(name.strip())
    hint = "expected a family C0, A<q>, F<p>, A[flipped=p] or F[kept=q]"
    if not found:
        raise InputError(f"{hint}, but {name!r} came; write for example A1 or F2")
    kind = found["kind"]
    role = found["role"] or found["role2"] or {"C": "kept", "A": "kept", "F": "flipped"}[kind]
    count = int(found["count"] or found["size"] or found["size2"] or 0)
    if kind == "C" and (count != 0 or not found["count"]):
        raise InputError(f"{hint}, but {name!r} came; the global minimum is C0")
    if (kind, role) in {("F", "flipped"), ("A", "flipped"), ("F", "kept")} and count == 0:
        raise InputError(f"{hint}, but {name!r} names an empty block; the global minimum is C0 and no kept row is A0")
    orbits = extra_orbits(extra, extra_rows)
    if extra and kind == "C":
        raise InputError(
            "the global minimum C0 with extra rows is not isolated, but a continuum of zeros of the loss (each target "
            "shared by parallel neurons), flat along all splits; `relu identify` knows its points and `relu split C0` "
            "shows why; take a family A or F"
        )
    if slope >= 1:
        raise InputError(
            f"slope 1 makes the activation linear, which is excluded, and families are followed from slope 0, but "
            f"slope {slope} came; take a slope below 1"
        )
    return Family(_canonical_name(kind, role, count), kind, role, count, Fraction(slope), orbits)


def _canonical_name(kind: str, role: str, count: int) -> str:
    short = {"C": "kept", "A": "kept", "F": "flipped"}[kind]
    return f"{kind}{count}" if role == short else f"{kind}[{role}={count}]"


def leading_order(kind: str, pattern: Pattern) -> list[float]:
    """The coordinates of the branch to leading order in the size of block 0."""
    first, d = float(pattern.sizes[0]), float(pattern.d)
    values = {c.name: 1.0 if c.diagonal else 0.0 for c in pattern.coordinates}
    if kind == "A":
        values["a[0]"] = -1 + 2 / first
        if "b[0,0]" in values:
            values["b[0,0]"] = 2 / first
    elif kind == "F":
        values["c[0,1]"], values["a[1]"] = 2 / d, -1.0
    return list(values.values())


def branch_coordinates(kind: str, pattern: Pattern, slope: Fraction = Fraction(0), name: str = "") -> list[float]:
    """Float coordinates of the branch A or F at a pattern, followed from a large block 0 down to the pattern's, then in
    the slope.

    Raises InputError when the branch ends before.
    """
    target, others = Fraction(pattern.sizes[0]), pattern.sizes[1:]
    size = max(target, 6 * sum((Fraction(n) for n in others), Fraction(0)) + 24)
    first = Pattern((size, *others))
    found = newton(first, np.array(leading_order(kind, first)), Fraction(0))
    if found is None:
        raise InputError(f"the branch {name or kind} was not found at block sizes {first}")
    *_, last = follow(lambda n: Pattern((n, *others)), Sample(size, first, found), target, Fraction(0))
    if last.size != target:
        ends = f"followed from large d it ends near d = {float(last.pattern.d):.4g}"
        asked = f"d = {float(pattern.d):.4g} was asked for"
        raise InputError(f"family {name or kind} does not exist there: {ends}, and {asked}")
    return _along_slope(pattern, last.point, slope, name or kind)


def _along_slope(pattern: Pattern, point: np.ndarray, slope: Fraction, name: str) -> list[float]:
    here, step = Fraction(0), slope
    while here != slope:
        following = here + step if abs(step) < abs(slope - here) else slope
        trial = newton(pattern, point, following, 12)
        if trial is not None and distance(pattern, trial, point) < 4 * LARGEST_JUMP:
            here, point = following, trial
        else:
            step = (step / 2).limit_denominator(10**6)
            if abs(step) < SMALLEST_STEP:
                raise InputError(
                    f"family {name} does not exist there: followed from slope 0 it ends near slope {float(here):.4g}"
                )
    return [float(v) for v in point]


def _certified(branch: Family, pattern: Pattern, digits: int, certificate: bool) -> CriticalPoint:
    whole, start = branch.coordinates(pattern)
    point = certify(whole, start, slope=branch.slope, digits=digits, family=branch.name, certificate=certificate)
    if branch.kind != "C" and _is_permutation(point):
        point = replace(point, reason=f"{point.reason}; this is the global minimum C0 with rows in another order")
    return point


def _is_permutation(point: CriticalPoint) -> bool:
    """Whether the enclosure holds the coordinates of a permutation matrix, the only critical point in it."""
    pattern = point.pattern
    if point.existence is not Verdict.YES or pattern.extra or point.slope == -1:
        return False
    rows, columns = [Fraction(0)] * pattern.blocks, [Fraction(0)] * pattern.blocks
    for c, x in zip(pattern.coordinates, point.coordinates, strict=True):
        if contains(x, arb(1)):
            rows[c.row] += Fraction(pattern.count(c)) / pattern.sizes[c.row]
            columns[c.column] += Fraction(pattern.count(c)) / pattern.sizes[c.column]
        elif not contains(x, arb(0)):
            return False
    return all(n == 1 for n in (*rows, *columns))
