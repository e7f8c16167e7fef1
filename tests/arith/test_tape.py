"""Recorded programs: the same numbers as the function, exact folding, and no way to hide a branch."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from symlandscape.arith.balls import arb, workprec
from symlandscape.arith.field import Field, arb_field, float_field, mpmath_field
from symlandscape.arith.tape import record


def function(field: Field, x: list[Any]) -> list[Any]:
    """Every operation, shared parts, rationals, and answers that are arguments or constants."""
    a, b = x
    root = field.sqrt(a * a + b * b)
    angle = field.angle(b, a) / (2 * field.pi())
    third = field.exact(Fraction(1, 3))
    mixed = 1 - (third * a - b / 7) * (third * a - b / 7) + 0 * b + 1 * root - 0
    return [root, angle, field.unit(a, root), mixed, a, Fraction(1, 3), 0, -mixed, 2 / b, field.pi()]


@pytest.mark.parametrize("make", [float_field, mpmath_field, arb_field])
def test_a_tape_gives_the_numbers_of_its_function_in_any_field(make: Any) -> None:
    field = make()
    with workprec(90):
        x = [field.exact(Fraction(3, 7)), field.exact(Fraction(5, 11))]
        direct, found = function(field, x), record(function, 2).run(field, x)
        assert [str(field.exact(v)) for v in direct] == [str(v) for v in found]


def test_equal_operations_are_written_once_and_unused_ones_not_at_all() -> None:
    def wasteful(field: Field, x: list[Any]) -> list[Any]:
        unused = field.sqrt(x[0])
        assert unused is not None
        return [(x[0] * x[1]) + (x[0] * x[1]), x[0] * 1 + 0, 0 * x[1]]

    tape = record(wasteful, 2)
    assert len(tape.operations) == 2 and tape.constants == (0,)
    assert tape.run(float_field(), [2.0, 5.0]) == [20.0, 2.0, 0.0]


def test_balls_of_a_tape_are_those_of_the_function() -> None:
    field, tape = arb_field(), record(function, 2)
    with workprec(64):
        x = [arb(3, 0.25), arb(-2, 0.5)]
        for one, other in zip(function(field, x), tape.run(field, x), strict=True):
            assert str(field.exact(one)) == str(other)


@pytest.mark.parametrize("wrong", [lambda f, x: [x[0] if x[0] > 0 else x[1]], lambda f, x: [x[0] or x[1]]])
def test_a_function_that_branches_is_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match="may not ask"):
        record(wrong, 2)


def test_floats_beside_letters_and_wrong_numbers_of_arguments_are_refused() -> None:
    with pytest.raises(TypeError, match="exact numbers"):
        record(lambda f, x: [x[0] + 1 / 3], 1)
    with pytest.raises(ValueError, match="2 arguments"):
        record(function, 2).run(float_field(), [1.0])
