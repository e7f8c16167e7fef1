"""Straight-line programs recorded from a function over a number field, to be run many times in any field.

A function written for `Field` spends most of its time on the way to its operations: which orbits, which entries. What
it does to its numbers is the same at every point. `record` runs it once on letters and writes the operations down,
equal ones once; `Tape.run` repeats them. Over balls the enclosures are those of the function itself, because the
operations are; only x + 0, x * 1, 0 * x and the like, and operations on rationals alone, are done at recording, and
exactly.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symlandscape.arith.field import Field

__all__ = ["Tape", "record"]

_ADD, _SUBTRACT, _MULTIPLY, _DIVIDE, _SQRT, _ANGLE, _UNIT = range(7)
_OPERATIONS = range(7)
_PLAIN = {_ADD: operator.add, _SUBTRACT: operator.sub, _MULTIPLY: operator.mul, _DIVIDE: operator.truediv}


@dataclass(frozen=True, slots=True)
class Tape:
    """A program on a list of numbers: the arguments, exact constants, pi, then one number for each operation.

    operations: (kind, place, place) in that list; results: the places of the answers.
    """

    arguments: int
    constants: tuple[int | Fraction, ...]
    operations: tuple[tuple[int, int, int], ...]
    results: tuple[int, ...]

    def run(self, field: Field, arguments: Sequence[Any]) -> list[Any]:
        """The answers in the field, for arguments of the field. Raises what the field's operations raise."""
        functions = [*(_PLAIN[q] for q in range(4)), lambda x, _: field.sqrt(x), field.angle, field.unit]
        if len(arguments) != self.arguments:
            raise ValueError(f"expected {self.arguments} arguments, got {len(arguments)}")
        numbers = [*arguments, *map(field.exact, self.constants), field.pi()]
        append = numbers.append
        for kind, x, y in self.operations:
            append(functions[kind](numbers[x], numbers[y]))
        return [numbers[place] for place in self.results]


class _Letter:
    """A number of the program while it is recorded: its operation and what that works on."""

    __slots__ = ("key", "writer")

    def __init__(self, writer: _Writer, key: tuple[Any, ...]) -> None:
        self.writer, self.key = writer, key

    def __add__(self, other: Any) -> Any:
        return self if _is(other, 0) else self.writer.letter(_ADD, self, other)

    def __radd__(self, other: Any) -> Any:
        return self if _is(other, 0) else self.writer.letter(_ADD, other, self)

    def __sub__(self, other: Any) -> Any:
        return self if _is(other, 0) else self.writer.letter(_SUBTRACT, self, other)

    def __rsub__(self, other: Any) -> Any:
        return self.writer.letter(_SUBTRACT, other, self)

    def __mul__(self, other: Any) -> Any:
        return 0 if _is(other, 0) else self if _is(other, 1) else self.writer.letter(_MULTIPLY, self, other)

    def __rmul__(self, other: Any) -> Any:
        return 0 if _is(other, 0) else self if _is(other, 1) else self.writer.letter(_MULTIPLY, other, self)

    def __truediv__(self, other: Any) -> Any:
        return self if _is(other, 1) else self.writer.letter(_DIVIDE, self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return self.writer.letter(_DIVIDE, other, self)

    def __neg__(self) -> Any:
        return self.writer.letter(_SUBTRACT, 0, self)

    def __bool__(self) -> bool:
        raise TypeError("a recorded function may not ask for the value of its numbers")

    __lt__ = __le__ = __gt__ = __ge__ = lambda self, other: self.__bool__()


def _is(x: Any, value: int) -> bool:
    return not isinstance(x, _Letter) and bool(x == value)


class _Writer:
    """Collects letters, equal operations once."""

    def __init__(self) -> None:
        self.letters: dict[tuple[Any, ...], _Letter] = {}

    def letter(self, kind: Any, *parts: Any) -> _Letter:
        for part in parts:
            if not isinstance(part, _Letter | int | Fraction):
                raise TypeError(f"expected exact numbers beside the recorded ones, got {part!r}")
        key = (kind, *(id(p) if isinstance(p, _Letter) else ("exact", Fraction(p)) for p in parts))
        if key not in self.letters:
            self.letters[key] = _Letter(self, (kind, *parts))
        return self.letters[key]

    def field(self) -> Field:
        """The arithmetic of letters."""

        def exact(x: Any) -> Any:
            if isinstance(x, _Letter):
                return x
            value = Fraction(x)
            return int(value) if value.denominator == 1 else value

        return Field(
            name="tape",
            exact=exact,
            pi=lambda: self.letter("pi"),
            sqrt=lambda x: self.letter(_SQRT, x, x),
            angle=lambda s, r: self.letter(_ANGLE, s, r),
            unit=lambda q, s: self.letter(_UNIT, q, s),
        )


def record(function: Callable[[Field, list[Any]], Sequence[Any]], arguments: int) -> Tape:
    """The operations of a function (field, arguments) -> answers, which may not compare or branch on its numbers.

    Rationals (int, Fraction) may be mixed with its numbers; a quotient of two ints must be written as a Fraction.
    """
    writer = _Writer()
    given = [writer.letter("argument", q) for q in range(arguments)]
    answers = list(function(writer.field(), given))
    letters = list(writer.letters.values())  # each after those it is made of
    wanted = {id(answer) for answer in answers}
    for letter in reversed(letters):
        if id(letter) in wanted:
            wanted.update(id(part) for part in letter.key[1:])
    needed = [letter for letter in letters if id(letter) in wanted and letter.key[0] in _OPERATIONS]
    constants: dict[Fraction, int] = {}
    for part in (part for x in (*(letter.key[1:] for letter in needed), answers) for part in x):
        if not isinstance(part, _Letter):
            constants.setdefault(Fraction(part), len(constants))
    places = {
        id(letter): q for q, letter in enumerate([*given, *[None] * len(constants), writer.letter("pi"), *needed])
    }

    def place(part: Any) -> int:
        return places[id(part)] if isinstance(part, _Letter) else arguments + constants[Fraction(part)]

    operations = tuple((letter.key[0], place(letter.key[1]), place(letter.key[2])) for letter in needed)
    plain = tuple(int(c) if c.denominator == 1 else c for c in constants)
    return Tape(arguments, plain, operations, tuple(place(answer) for answer in answers))
