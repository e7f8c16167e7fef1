"""What happens to a family at fixed d when one of the orthogonal targets becomes longer or shorter: V = diag(1, .., 1,
c).

The target of one flipped or of one kept row gets the length c. Where that row is not alone in its block, the block
splits into the others and itself, so that the pattern has one block more (the symmetry of the lengths). Arjevani &
Field treat V = I; the events come out of the method (parameter_events.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from symlandscape.arith.conversions import parse_exact
from symlandscape.arith.field import Field
from symlandscape.errors import InputError
from symlandscape.relu.families import Family
from symlandscape.relu.parameter_events import Deformation, ParameterBranch, follow_parameter
from symlandscape.relu.reduced import ReducedPoint, reduced_point
from symlandscape.relu.system import fixed_space_system
from symlandscape.symmetry.pattern import Pattern

__all__ = ["ROLES", "length_events", "singled_out"]

STEP = Fraction(1, 32)
ROLES = ("flipped", "kept")
LONGEST, SHORTEST = Fraction(8), Fraction(1, 16)


def singled_out(pattern: Pattern, values: Sequence[Any], block: int) -> tuple[Pattern, list[Any], int]:
    """The same point in the fixed space in which one member of a block stands alone, and the number of its block.

    A block of one member stays as it is; otherwise the member becomes the last block.
    """
    if pattern.sizes[block] == 1:
        return pattern, list(values), block
    blocks = pattern.blocks
    sizes = list(pattern.sizes)
    sizes[block] -= 1
    finer = Pattern((*sizes, 1), pattern.extra)
    origin = [*range(blocks), block, *range(blocks, len(pattern.row_sizes))]  # row orbit -> row orbit before
    table = {(c.row, c.column, c.diagonal): x for c, x in zip(pattern.coordinates, values, strict=True)}
    found = [table[origin[c.row], origin[c.column], c.diagonal] for c in finer.coordinates]
    return finer, found, blocks


def length_events(
    family: Family,
    d: int | Fraction | str,
    role: str = "flipped",
    low: Fraction | int | str = Fraction(1, 2),
    high: Fraction | int | str = 2,
    digits: int = 30,
) -> ParameterBranch:
    """The family at d while the target of one ``flipped`` or ``kept`` row has a length in [low, high] around 1.

    Certified events; that none is missing rests on the scan (ESTIMATED). Raises InputError for a range outside [1/16,
    8] or without 1, a role that the family has no row for, and where the family does not exist.
    """
    low, high = parse_exact(low), parse_exact(high)
    if not (SHORTEST <= low <= 1 <= high <= LONGEST and low < high):
        raise InputError(
            f"expected lengths {SHORTEST} <= from <= 1 <= to <= {LONGEST}, from below to, but {low} to {high} came; "
            "change the range"
        )
    if role not in ROLES:
        raise InputError(f"expected the target of a row that is flipped or kept, but {role!r} came; write one of them")
    coarse, start = family.coordinates(family.pattern(parse_exact(d)))
    block = _block(family, role, coarse)
    pattern, values, alone = singled_out(coarse, [float(x) for x in start], block)

    def lengths(c: Any) -> list[Any]:
        return [c if i == alone else 1 for i in range(pattern.blocks)]

    def point(z: Sequence[Any], c: Any, field: Field) -> ReducedPoint:
        return reduced_point(pattern, z, field, family.slope, lengths=lengths(c))

    deformation = Deformation(
        "length", pattern, point, lambda c: fixed_space_system(pattern, family.slope, lengths(c)), STEP
    )
    return follow_parameter(family.name, deformation, (Fraction(1), np.array(values)), low, high, digits)


def _block(family: Family, role: str, pattern: Pattern) -> int:
    """The column block of the flipped or kept rows."""
    roles = {"C": ["kept"], "A": ["flipped", "kept"], "F": ["kept", "flipped"]}[family.kind][: pattern.blocks]
    if role not in roles:
        raise InputError(f"family {family} has no {role} rows; take the target of a row that is {roles[0]}")
    return roles.index(role)
