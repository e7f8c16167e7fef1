"""Gradient and Jacobian of a fixed space as recorded programs: the operations of `ReducedPoint`, without its walk
through orbits at each point.

Which classes of neurons and columns exist depends on whether an integer size is 1, 2 or more, so that one program
serves all larger sizes; sizes, slope and lengths are arguments. Sizes below 2 that are no integers stay with
`ReducedPoint`, whose balls then look at the sign of a number (`kernel.make_pair`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from symlandscape.arith.field import Field
from symlandscape.arith.tape import Tape, record
from symlandscape.errors import InputError
from symlandscape.relu.reduced import ReducedPoint, reduced_point
from symlandscape.symmetry.pattern import Pattern

__all__ = ["FixedSpaceProgram", "fixed_space_program"]

GENERIC = 3
"""Sizes from here on have the same classes: at most two members are singled out."""


@dataclass(frozen=True, slots=True)
class FixedSpaceProgram:
    """Gradient, Jacobian, or both at one point, for coordinates in any field; the numbers of `ReducedPoint`."""

    pattern: Pattern
    slope: Any
    lengths: tuple[Any, ...] | None

    def gradient(self, field: Field, values: Sequence[Any]) -> list[Any]:
        """`ReducedPoint.gradient`."""
        if not self._recorded:
            return self._point(field, values).gradient()
        return self._run(field, values, "gradient")

    def jacobian(self, field: Field, values: Sequence[Any]) -> list[list[Any]]:
        """`ReducedPoint.jacobian`."""
        if not self._recorded:
            return self._point(field, values).jacobian()
        return _rows(self._run(field, values, "jacobian"), len(values))

    def both(self, field: Field, values: Sequence[Any]) -> tuple[list[Any], list[list[Any]]]:
        """Gradient and Jacobian, what they share computed once."""
        if not self._recorded:
            point = self._point(field, values)
            return point.gradient(), point.jacobian()
        found, n = self._run(field, values, "both"), len(values)
        return found[:n], _rows(found[n:], n)

    @property
    def _recorded(self) -> bool:
        return all(isinstance(n, int) or (isinstance(n, Fraction) and n >= 2) for n in self.pattern.row_sizes)

    def _point(self, field: Field, values: Sequence[Any]) -> ReducedPoint:
        return reduced_point(self.pattern, values, field, self.slope, lengths=self.lengths)

    def _run(self, field: Field, values: Sequence[Any], what: str) -> list[Any]:
        if len(values) != len(self.pattern.coordinates):
            self._point(field, values)  # raises the sentence
        kind = tuple(min(n, GENERIC) if isinstance(n, int) else GENERIC for n in self.pattern.row_sizes)
        tape = _tape(kind, self.pattern.blocks, self.slope == 0, self.lengths is None, what)
        more = [] if self.slope == 0 else [self.slope]
        exact = [field.exact(x) for x in (*self.pattern.row_sizes, *more, *(self.lengths or ()))]
        return tape.run(field, [*values, *exact])


def fixed_space_program(
    pattern: Pattern, slope: Any = Fraction(0), lengths: Sequence[Any] | None = None
) -> FixedSpaceProgram:
    """The program of a numeric pattern; arguments as in `reduced_point`. Raises InputError for symbols as sizes, a
    slope of 1, a wrong number of lengths.
    """
    if not pattern.is_numeric:
        raise InputError(f"a pattern with numbers as sizes was expected, but {pattern} came; put numbers for letters")
    if slope == 1:
        raise InputError("slope 1 makes the activation linear, which is excluded; take a slope below 1")
    if lengths is not None and len(lengths) != pattern.blocks:
        raise InputError(
            f"the pattern {pattern} has {pattern.blocks} blocks, but {len(lengths)} lengths of targets came"
        )
    return FixedSpaceProgram(pattern, slope, None if lengths is None else tuple(lengths))


def _rows(flat: list[Any], n: int) -> list[list[Any]]:
    return [flat[n * i : n * i + n] for i in range(n)]


@lru_cache(maxsize=256)
def _tape(kind: tuple[int, ...], blocks: int, straight: bool, unit: bool, what: str) -> Tape:
    """The recorded program for sizes of this kind; straight: slope 0, unit: all lengths 1."""
    pattern = Pattern(kind[:blocks], kind[blocks:])
    count, rows = len(pattern.coordinates), len(kind)

    def answers(field: Field, letters: list[Any]) -> list[Any]:
        values, sizes, rest = letters[:count], letters[count : count + rows], letters[count + rows :]
        slope = 0 if straight else rest.pop(0)
        point = reduced_point(pattern, values, field, slope, sizes, None if unit else rest)
        gradient = [] if what == "jacobian" else point.gradient()
        return gradient if what == "gradient" else gradient + [x for row in point.jacobian() for x in row]

    return record(answers, count + rows + (not straight) + (0 if unit else blocks))
