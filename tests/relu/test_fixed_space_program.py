"""Jacobians pair by pair against Hessian entries, and recorded programs against the points they were recorded from."""

from __future__ import annotations

from fractions import Fraction as F
from typing import Any

import numpy as np
import pytest

from symlandscape.arith.balls import arb, is_finite, rad, workprec
from symlandscape.arith.field import arb_field, float_field, mpmath_field
from symlandscape.errors import InputError
from symlandscape.relu.fixed_space_program import fixed_space_program
from symlandscape.relu.reduced import reduced_point
from symlandscape.symmetry.pattern import Pattern

PATTERNS = [
    Pattern((4,)), Pattern((2,)), Pattern((19, 1)), Pattern((3, 2)), Pattern((1, 1)), Pattern((5, 2, 1)),
    Pattern((6,), (1,)), Pattern((4, 1), (2, 1)), Pattern((F(13, 2), 1)), Pattern((F(5, 2), 3), (F(7, 2),)),
    Pattern((F(3, 2), 2)), Pattern((2, 1), (F(5, 4),)),
]  # fmt: skip
CASES = [(p, slope, own) for p in PATTERNS for slope, own in ((F(0), False), (F(-1), False), (F(1, 3), True))]


def coordinates(pattern: Pattern) -> list[F]:
    rng = np.random.default_rng(len(pattern.coordinates))
    return [F(int(x), 50) for x in rng.integers(1, 99, len(pattern.coordinates)) * rng.choice([-1, 1])]


def lengths(pattern: Pattern, own: bool) -> list[F] | None:
    return [F(i + 2, 3) for i in range(pattern.blocks)] if own else None


def balls(pattern: Pattern, radius: float) -> list[Any]:
    return [arb_field().exact(x) + arb(0, radius) for x in coordinates(pattern)]


@pytest.mark.parametrize(("pattern", "slope", "own"), CASES)
def test_jacobians_pair_by_pair_are_those_of_the_hessian_entries(pattern: Pattern, slope: F, own: bool) -> None:
    with workprec(150):
        for radius in (0.0, 1e-30, 1e-3):
            point = reduced_point(pattern, balls(pattern, radius), arb_field(), slope, lengths=lengths(pattern, own))
            direct, entries = point.jacobian(), point.jacobian(point.entries())
            for row, known in zip(direct, entries, strict=True):
                for x, y in zip(row, known, strict=True):
                    assert x.overlaps(y) and (is_finite(x) or not is_finite(y))
                    if radius and is_finite(y):  # no wider than they
                        assert rad(x) <= rad(y) * arb("1.05") + arb("1e-40")


@pytest.mark.parametrize(("pattern", "slope", "own"), CASES)
def test_programs_give_the_numbers_of_the_points(pattern: Pattern, slope: F, own: bool) -> None:
    program, c = fixed_space_program(pattern, slope, lengths(pattern, own)), lengths(pattern, own)
    with workprec(120):
        for field, values in (
            (float_field(), [float(x) for x in coordinates(pattern)]),
            (mpmath_field(), [mpmath_field().exact(x) for x in coordinates(pattern)]),
            (arb_field(), balls(pattern, 1e-20)),
        ):
            point = reduced_point(pattern, values, field, slope, lengths=c)
            gradient, jacobian = program.both(field, values)
            assert str(program.gradient(field, values)) == str(gradient)
            assert str(program.jacobian(field, values)) == str(jacobian)
            known, found = [*point.gradient(), *sum(point.jacobian(), [])], [*gradient, *sum(jacobian, [])]
            for x, y in zip(known, found, strict=True):
                if field.name == "arb":
                    assert y.overlaps(x) and rad(y) <= rad(x) * arb("1.001") + arb("1e-34")
                else:
                    assert abs(x - y) <= 1e-13 * (1 + abs(x))


def test_one_recording_serves_all_sizes_from_three_on() -> None:
    for n in (3, 4, 10**6):
        pattern, values = Pattern((n, 1)), [1.1, 0.1, -0.2, 0.3, 0.9]
        found = fixed_space_program(pattern).gradient(float_field(), values)
        assert found == pytest.approx(reduced_point(pattern, values, float_field()).gradient(), rel=1e-12)


def test_balls_about_a_zero_neuron_are_not_finite() -> None:
    program = fixed_space_program(Pattern((3,)))
    assert not any(is_finite(x) for x in program.gradient(arb_field(), [arb(0), arb(0)]))
    with pytest.raises(ZeroDivisionError):
        program.gradient(float_field(), [0.0, 0.0])


def test_bad_input_is_refused_with_a_sentence() -> None:
    for arguments, word in (
        ((Pattern.parse("n,1"),), "letters"),
        ((Pattern((3,)), F(1)), "slope 1"),
        ((Pattern((3,)), F(0), [F(1), F(2)]), "2 lengths"),
    ):
        with pytest.raises(InputError, match=word):
            fixed_space_program(*arguments)
    with pytest.raises(InputError, match="3 values"):
        fixed_space_program(Pattern((3,))).gradient(float_field(), [1.0, 2.0, 3.0])
