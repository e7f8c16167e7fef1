"""Fractional dimensions: the real d at which an isotypic block of a family becomes singular, each proved.

A crossing of the block B in the component tau at size n of the moving block is a regular zero of the extended system

    g(z, n) = 0,    B(z, n) u = 0,    u.u = 1        in (z, u, n),

with g the reduced gradient. Its Jacobian (dual numbers over balls) is regular exactly when the critical point is isolated, the zero eigenvalue is simple
and it moves with nonzero speed; Krawczyk's test therefore proves existence, uniqueness and transversality of the crossing at once. The crossings themselves
are found on the whole range by following the branch and counting negative eigenvalues of every block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from symlandscape.arith.balls import arb, arb_mat, sign, workprec
from symlandscape.arith.conversions import exact_float, to_arb
from symlandscape.arith.decimals import outward
from symlandscape.arith.dual import dual_field, variables
from symlandscape.arith.field import arb_field, float_field
from symlandscape.arith.linear import inertia, solve, spectrum
from symlandscape.errors import InputError
from symlandscape.evidence import Level
from symlandscape.relu.continuation import Sample, follow
from symlandscape.relu.families import Family
from symlandscape.relu.reduced import ReducedPoint, reduced_point
from symlandscape.solve.krawczyk import verify_root
from symlandscape.symmetry.isotypic import Component, components
from symlandscape.symmetry.pattern import Pattern

__all__ = ["Branch", "Threshold", "Thresholds", "branch_of", "thresholds"]

LONGEST_STEP = 0.05  # in log(size): the scan's resolution
SMALLEST_SIZE = Fraction(201, 100)
"""Least size of the moving block: at 2 the symmetric copy of s has length 0, and below its square is negative."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A family along the size n of its moving block: generic pattern (that size a symbol) and everything that does not move."""

    family: Family
    generic: Pattern
    moving: int
    fixed: Fraction  # d = n + fixed

    def pattern(self, n: Fraction) -> Pattern:
        """The numeric pattern at size n."""
        sizes = list(self.generic.sizes)
        sizes[self.moving] = n
        return Pattern(tuple(sizes), self.generic.extra)

    def sizes(self, n: Any) -> list[Any]:
        """Row orbits' sizes with n in the moving place."""
        found: list[Any] = list(self.generic.row_sizes)
        found[self.moving] = n
        return found


def branch_of(family: Family) -> Branch:
    """The branch behind a family; the moving block's size is a symbol, so that every component counts as generic."""
    n = sympy.Symbol("n", positive=True)
    if family.kind == "C" or (family.kind == "A" and family.role == "kept" and family.count == 0):
        return Branch(family, Pattern((n,), family.extra), 0, Fraction(0))
    moves_first = (family.kind == "A") == (family.role == "kept")
    sizes = (n, family.count) if moves_first else (family.count, n)
    return Branch(family, Pattern(sizes, family.extra), 0 if moves_first else 1, Fraction(family.count))


@dataclass(frozen=True, slots=True)
class Threshold:
    """One crossing: the component, the enclosure of d, what the family becomes for larger d, and the negative eigenvalues of all blocks around it.

    ``increasing`` tells whether the eigenvalue grows with d; ``direction`` holds the null vector over the copies of the component. ``negatives`` maps
    each component to its number of negative eigenvalues just below and just above. ``absent_at`` lists neighbouring integers d at which the
    component's multiplicity is not positive, so that the crossing is no bifurcation there.
    """

    label: str
    d: arb
    increasing: bool | None
    becomes: str
    level: Level
    negatives: dict[str, tuple[int, int]]
    direction: tuple[arb, ...]
    coordinates: tuple[arb, ...]
    precision: int
    absent_at: tuple[int, ...]
    reason: str

    def document(self, digits: int) -> dict[str, Any]:
        """CONTRACT's entry of ``relu thresholds``."""
        value, radius = outward(self.d, digits)
        return {
            "label": self.label,
            "d": value,
            "radius": radius,
            "becomes": self.becomes,
            "level": self.level.value,
            "eigenvalue": {True: "increasing", False: "decreasing", None: "undecided"}[self.increasing],
            "negatives": {label: list(pair) for label, pair in self.negatives.items()},
            "absent_at": list(self.absent_at),
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Thresholds:
    """All crossings found on [low, high] in ascending d; ``begins`` is where the branch could be followed down to."""

    family: str
    digits: int
    low: Fraction
    high: Fraction
    begins: Fraction
    found: tuple[Threshold, ...]

    def document(self) -> dict[str, Any]:
        """CONTRACT's document of ``relu thresholds``."""
        return {
            "family": self.family,
            "from": str(self.low),
            "to": str(self.high),
            "branch_from": str(float(self.begins)),
            "thresholds": [t.document(self.digits) for t in self.found],
        }

    @property
    def undecided(self) -> bool:
        """Whether a crossing could not be proved."""
        return any(t.level is Level.UNDECIDED for t in self.found)


def thresholds(family: Family, low: Fraction | int = 2, high: Fraction | int = 40, digits: int = 30) -> Thresholds:
    """All real d in [low, high] at which an isotypic block of the family becomes singular.

    Each is proved by Krawczyk's test of the extended system and has level CERTIFIED, or UNDECIDED with a reason. That none is missing rests on the scan
    (ESTIMATED). Raises InputError where the family does not exist at ``high`` or the range is empty.
    """
    low, high = Fraction(low), Fraction(high)
    if not low < high:
        raise InputError(f"expected a range from smaller to larger d, got {low} to {high}")
    branch = branch_of(family)
    samples = _samples(branch, low, high)
    labels = components(branch.generic)
    rows = [(sample, _negatives(branch, sample, labels)) for sample in samples]
    found = []
    for (above, n_above), (below, n_below) in zip(rows, rows[1:], strict=False):
        for component in labels:
            if n_above[component.label] != n_below[component.label]:
                found += [_proved(branch, component, s, digits) for s in _isolate(branch, component, below, above)]
    found.sort(key=lambda t: exact_float(float(t.d.mid())))
    return Thresholds(family.name, digits, low, high, samples[-1].size + branch.fixed, tuple(found))


def _samples(branch: Branch, low: Fraction, high: Fraction) -> list[Sample]:
    """The branch from ``high`` down to ``low``, or to where it ends."""
    top = high - branch.fixed
    bottom = max(low - branch.fixed, SMALLEST_SIZE)
    if top <= bottom:
        raise InputError(f"family {branch.family} has no real size between d = {low} and d = {high}; take a larger range")
    shifted = top if top.denominator != 1 else top + Fraction(1, 1000)  # off the integers, where small blocks lose components
    pattern, values = branch.family.coordinates(branch.family.pattern(shifted + branch.fixed))
    start = Sample(shifted, pattern, np.array([float(v) for v in values]))
    return list(follow(branch.pattern, start, bottom, branch.family.slope, LONGEST_STEP))


def _float_block(branch: Branch, component: Component, sample: Sample) -> np.ndarray:
    point = reduced_point(branch.generic, [float(v) for v in sample.point], float_field(), branch.family.slope, branch.sizes(float(sample.size)))
    return np.array(point.block(component))


def _negatives(branch: Branch, sample: Sample, labels: Sequence[Component]) -> dict[str, int]:
    point = reduced_point(branch.generic, [float(v) for v in sample.point], float_field(), branch.family.slope, branch.sizes(float(sample.size)))
    entries = point.entries()
    return {c.label: int(np.sum(np.linalg.eigvalsh(np.array(point.block(c, entries))) < 0)) for c in labels}


def _isolate(branch: Branch, component: Component, below: Sample, above: Sample) -> Iterator[Sample]:
    """Samples next to each sign change of the component's eigenvalues between two samples, by bisection."""
    low = int(np.sum(np.linalg.eigvalsh(_float_block(branch, component, below)) < 0))
    high = int(np.sum(np.linalg.eigvalsh(_float_block(branch, component, above)) < 0))
    if low == high:
        return
    if float(above.size - below.size) < 1e-7 * float(above.size):
        yield above
        return
    middle_size = ((above.size + below.size) / 2).limit_denominator(10**12)
    last = above
    for last in follow(branch.pattern, above, middle_size, branch.family.slope):
        pass
    if last.size != middle_size:
        return
    yield from _isolate(branch, component, below, last)
    yield from _isolate(branch, component, last, above)


def extended_system(
    branch: Branch, component: Component
) -> tuple[Callable[[list[arb]], list[arb]], Callable[[list[arb]], arb_mat]]:
    """Residual and Jacobian over balls of the extended system in (z, u, n)."""
    size, copies = len(branch.generic.coordinates), component.multiplicity
    field = arb_field()

    def equations(point: ReducedPoint, u: Sequence[Any]) -> list[Any]:
        block = point.block(component)
        rows = [_dot(row, u) for row in block]
        return [*point.gradient(), *rows, _dot(u, u) - 1]

    def residual(x: list[arb]) -> list[arb]:
        z, u, n = x[:size], x[size : size + copies], x[-1]
        return equations(reduced_point(branch.generic, z, field, branch.family.slope, branch.sizes(n)), u)

    def jacobian(x: list[arb]) -> arb_mat:
        z, u, n = x[:size], x[size : size + copies], x[-1]
        duals = variables([*z, n], field)
        lifted = dual_field(field, size + 1)
        point = reduced_point(branch.generic, duals[:size], lifted, branch.family.slope, branch.sizes(duals[-1]))
        block = point.block(component)
        total = size + copies + 1
        matrix = arb_mat(total, total)
        for i, g in enumerate(point.gradient()):
            _put(matrix, i, g.parts, size, total)
        for i, row in enumerate(block):
            combined = _dot(row, u)
            _put(matrix, size + i, combined.parts, size, total)
            for j, entry in enumerate(row):
                matrix[size + i, size + j] = entry.value
        for j, component_of_u in enumerate(u):
            matrix[total - 1, size + j] = 2 * component_of_u
        return matrix

    return residual, jacobian


def _dot(x: Sequence[Any], y: Sequence[Any]) -> Any:
    total = x[0] * y[0]
    for a, b in zip(x[1:], y[1:], strict=True):
        total = total + a * b
    return total


def _put(matrix: arb_mat, row: int, parts: Sequence[arb], size: int, total: int) -> None:
    for j in range(size):
        matrix[row, j] = parts[j]
    matrix[row, total - 1] = parts[size]


def _proved(branch: Branch, component: Component, sample: Sample, digits: int) -> Threshold:
    """The crossing next to a sample, proved where Krawczyk's test succeeds."""
    values, vectors = np.linalg.eigh(_float_block(branch, component, sample))
    u = vectors[:, int(np.argmin(np.abs(values)))]
    residual, jacobian = extended_system(branch, component)
    start = [*(float(v) for v in sample.point), *(float(v) for v in u), float(sample.size)]
    root = verify_root(residual, jacobian, start, digits)
    box = root.enclosure if root.proved else root.box
    size = len(branch.generic.coordinates)
    with workprec(root.prec):
        z, direction, n = list(box[:size]), box[size:-1], box[-1]
        d = n + to_arb(branch.fixed)
        if not root.proved:
            near = Level.UNDECIDED
            return Threshold(component.label, d, None, "neither", near, {}, tuple(direction), tuple(z), root.prec, (), root.status.value)
        increasing = _increasing(branch, component, z, direction, n)
        negatives = _around(branch, component, z, n, increasing)
    becomes, level, reason = _verdict(negatives, increasing)
    return Threshold(
        component.label, d, increasing, becomes, level, negatives or {}, tuple(direction), tuple(z), root.prec,
        _absent(branch, component.label, d), reason or root.status.value,
    )  # fmt: skip


def _increasing(branch: Branch, component: Component, z: list[arb], u: Sequence[arb], n: arb) -> bool | None:
    """The sign of u'(dB/dn)u along the branch, the speed of the crossing eigenvalue."""
    field, size = arb_field(), len(z)
    duals = variables([*z, n], field)
    point = reduced_point(branch.generic, duals[:size], dual_field(field, size + 1), branch.family.slope, branch.sizes(duals[-1]))
    gradient = point.gradient()
    J = arb_mat(size, size, [g.parts[j] for g in gradient for j in range(size)])
    rate = solve(J, arb_mat(size, 1, [-g.parts[size] for g in gradient]))
    if rate is None:
        return None
    form = _dot([_dot(row, u) for row in point.block(component)], u)
    speed = form.parts[size] + sum((form.parts[j] * rate[j, 0] for j in range(size)), arb(0))
    return {1: True, -1: False}.get(sign(speed) or 0)


def _around(
    branch: Branch, component: Component, z: list[arb], n: arb, increasing: bool | None
) -> dict[str, tuple[int, int]] | None:
    """Negative eigenvalues of every block below and above the crossing; None where a sign is not decided."""
    if increasing is None:
        return None
    point = reduced_point(branch.generic, z, arb_field(), branch.family.slope, branch.sizes(n))
    entries = point.entries()
    table = {}
    for c in components(branch.generic):
        rows = point.block(c, entries)
        matrix = arb_mat(len(rows), len(rows), [x for row in rows for x in row])
        if c.label != component.label:
            signs = inertia(matrix)
            if signs is None:
                return None
            table[c.label] = (signs.negative, signs.negative)
            continue
        signs_of = [sign(x) for x in spectrum(matrix)]
        if signs_of.count(None) + signs_of.count(0) != 1:
            return None
        negative = signs_of.count(-1)
        table[c.label] = (negative + 1, negative) if increasing else (negative, negative + 1)
    return table


def _verdict(negatives: dict[str, tuple[int, int]] | None, increasing: bool | None) -> tuple[str, Level, str]:
    if negatives is None or increasing is None:
        return "neither", Level.UNDECIDED, "the crossing is proved, but the sign of another eigenvalue is not; ask for more digits"
    below, above = (sum(pair[i] for pair in negatives.values()) for i in (0, 1))
    becomes = "minimum" if above == 0 else "saddle" if below == 0 else "neither"
    return becomes, Level.CERTIFIED, ""


def _absent(branch: Branch, label: str, d: arb) -> tuple[int, ...]:
    """The integers next to d at which the component has no positive multiplicity."""
    below = int(float(d.mid()) // 1)
    missing = []
    for integer in (below, below + 1):
        try:
            pattern = branch.family.pattern(Fraction(integer))
        except InputError:
            continue
        present = {c.label: c.dimension for c in components(Pattern(pattern.sizes, branch.generic.extra))}
        if not present.get(label, 0) > 0:
            missing.append(integer)
    return tuple(missing)
