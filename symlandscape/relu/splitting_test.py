"""Which neurons of a critical point may be split in two so that the loss can fall further: a test of one block of the
Hessian.

Cloning neuron i into (lam w_i, (1-lam) w_i), 0 < lam < 1, changes nothing for a positively homogeneous activation, so
the point stays critical. In the coordinates s = xi_a + xi_b, u = (1-lam) xi_a - lam xi_b the Hessian of the split
network is

    H(s, ..)  +  u' C_i u / (lam (1-lam)),       C_i = H_ii - (1 + rho^2)/2 I,

H the Hessian before (derived in ``derivations.extra_neurons``). The clone has a new descent direction exactly when C_i,
the curvature part of the diagonal block, has a negative eigenvalue. C_i w_i = 0: moving weight from one clone to the
other costs nothing. Over-parameterised students: Safran, Yehudai & Shamir 2021, Arjevani & Field 2022.

C_i is invariant under the stabiliser of row i: its own column (if it has one), the rest of its own block and the other
column blocks are orbits, so that C_i consists of one small block on vectors constant on orbits, which holds w_i, and
one number for each orbit of more than one column. Sizes may be real.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symlandscape.arith.balls import arb, arb_mat, sign, workprec
from symlandscape.arith.conversions import mid_float
from symlandscape.arith.field import arb_field
from symlandscape.arith.linear import inertia, spectrum
from symlandscape.errors import InputError
from symlandscape.evidence import Level, Verdict
from symlandscape.relu.critical_point import CriticalPoint
from symlandscape.relu.reduced import ReducedPoint, reduced_point
from symlandscape.symmetry.isotypic import Index

__all__ = ["CurvatureBlock", "NeuronSplit", "splitting_test"]


@dataclass(frozen=True, slots=True)
class CurvatureBlock:
    """A part of C_i under the stabiliser of the row: a label, the multiplicity of its eigenvalues, their enclosures,
    and how many are negative (None where that is not decided).

    ``t`` acts on vectors that are constant on orbits of columns; its eigenvalue 0 along w_i is left out. ``s<l>`` acts
    on vectors of sum 0 inside column block l (without the row's own column).
    """

    label: str
    multiplicity: int | Fraction
    eigenvalues: tuple[arb, ...]
    negative: int | None


@dataclass(frozen=True, slots=True)
class NeuronSplit:
    """The splitting test of one neuron type: the orbit of rows ``row`` with ``size`` members, and the parts of C_i."""

    row: int
    size: int | Fraction
    blocks: tuple[CurvatureBlock, ...]

    @property
    def descends(self) -> Verdict:
        """YES when the clone is a saddle with a new descent direction, NO when C_i is positive off w_i (the clone is
        then degenerate along w_i alone), UNDECIDED when a sign is open and none is negative (C_i = 0 at C0, say).
        """
        if any(b.negative for b in self.blocks):
            return Verdict.YES
        return Verdict.NO if all(b.negative == 0 for b in self.blocks) else Verdict.UNDECIDED

    @property
    def negative(self) -> int | Fraction | None:
        """Number of negative eigenvalues of C_i with multiplicities; None where a sign is not decided."""
        total: int | Fraction = 0
        for b in self.blocks:
            if b.negative is None:
                return None
            total += b.negative * b.multiplicity
        return total

    @property
    def least(self) -> arb | None:
        """The enclosure of the least eigenvalue of C_i off w_i; None where there is no other direction."""
        values = [x for b in self.blocks for x in b.eigenvalues]
        return min(values, key=mid_float) if values else None

    @property
    def level(self) -> Level:
        """CERTIFIED where the outcome is decided."""
        return Level.UNDECIDED if self.descends is Verdict.UNDECIDED else Level.CERTIFIED


def splitting_test(point: CriticalPoint) -> tuple[NeuronSplit, ...]:
    """The test for every orbit of neurons of a certified critical point, in the order of the pattern's rows.

    Parts of multiplicity 0 or less are left out. Raises InputError where the existence of the point is not proved.
    """
    if point.existence is not Verdict.YES:
        raise InputError(
            "the splitting test needs a certified critical point, and this one is not; ask for more digits"
        )
    with workprec(point.precision):
        reduced = reduced_point(point.pattern, point.coordinates, arb_field(), point.slope, lengths=point.lengths)
        return tuple(_split(reduced, row) for row in range(len(point.pattern.row_sizes)))


def _split(point: ReducedPoint, row: int) -> NeuronSplit:
    pattern, own = point.pattern, Index(row, 1)
    shift = (1 + point.slope * point.slope) / 2
    orbits: list[tuple[int, Index, Any]] = []  # column block, a member, the number of members
    if row < pattern.blocks:
        orbits.append((row, own, 1))
    for l, n in enumerate(pattern.sizes):  # noqa: E741 - a column block
        rest = n - 1 if l == row else n
        if rest != 0:
            orbits.append((l, Index(l, 2), rest))
    entry = _curvature(point, own, shift)
    blocks = [_constant(point, own, orbits, entry)]
    for l, c, n in orbits:  # noqa: E741
        if c != own and n > 1:
            value = entry(c, c) - entry(c, Index(l, 3))
            negative = {-1: 1, 1: 0}.get(sign(value) or 0)
            blocks.append(CurvatureBlock(f"s{l}", n - 1, (value,), negative))
    size = pattern.row_sizes[row]
    return NeuronSplit(row, size, tuple(b for b in blocks if b.eigenvalues))


def _curvature(point: ReducedPoint, own: Index, shift: Any) -> Any:
    def entry(c: Index, c2: Index) -> Any:
        value = point.hessian_entry(own, c, own, c2)
        return value - shift if c == c2 else value

    return entry


def _constant(point: ReducedPoint, own: Index, orbits: list[tuple[int, Index, Any]], entry: Any) -> CurvatureBlock:
    """The part on vectors that are constant on orbits: C + w w' in the orthonormal basis of the orbits.

    C w = 0 and |w|^2 > 0 is the one eigenvalue added, so the negative eigenvalues are those of C.
    """
    exact, size = point.field.exact, len(orbits)
    roots = [point.field.sqrt(exact(n)) for _, _, n in orbits]
    weights = [roots[i] * point.weight(own, c) for i, (_, c, _) in enumerate(orbits)]
    matrix = arb_mat(size, size)
    for i, (l, c, n) in enumerate(orbits):  # noqa: E741
        for j in range(i, size):
            if i == j:
                value = entry(c, c)
                if n != 1:
                    value = value + (exact(n) - 1) * entry(c, Index(l, 3))
            else:
                value = roots[i] * roots[j] * entry(c, orbits[j][1])
            matrix[i, j] = matrix[j, i] = value + weights[i] * weights[j]
    signs = inertia(matrix)
    return CurvatureBlock("t", 1, _without(spectrum(matrix), weights), None if signs is None else signs.negative)


def _without(values: tuple[arb, ...], weights: list[arb]) -> tuple[arb, ...]:
    """The eigenvalues other than |w|^2, which belongs to w."""
    square = sum((w * w for w in weights), arb(0))
    nearest = min(range(len(values)), key=lambda i: abs(mid_float(values[i] - square)))
    return tuple(x for i, x in enumerate(values) if i != nearest)
