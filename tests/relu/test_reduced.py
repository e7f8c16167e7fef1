"""One formula over four arithmetics: floats, mpmath, balls and SymPy agree, also where neurons are parallel."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy

from symlandscape import backends
from symlandscape.arith.balls import workprec
from symlandscape.arith.conversions import to_arb, to_mpf
from symlandscape.arith.field import Field, arb_field, float_field, mpmath_field, sympy_field
from symlandscape.relu.families import family
from symlandscape.relu.reduced import reduced_point
from symlandscape.symmetry.isotypic import components
from symlandscape.symmetry.pattern import Pattern

POINTS = [
    (Pattern((6,)), ["-7/10", "1/3"]),
    (Pattern((Fraction(13, 2),)), ["-7/10", "1/3"]),
    (Pattern((4, 1)), ["1", "-1/20", "3/10", "1/5", "-3/5"]),
    (Pattern((3,), (1,)), ["9/10", "1/10", "1/2"]),
]
PARALLEL = [
    (Pattern((5,)), ["1", "0"]),  # the global minimum: every neuron is parallel to its target
    (Pattern((5,)), ["2/3", "2/3"]),  # all neurons equal
    (Pattern((4,)), ["-1", "0"]),  # every neuron antiparallel to its target
    (Pattern((Fraction(9, 2), 1)), ["1", "0", "0", "0", "2"]),
    (Pattern((3,), (1,)), ["1", "0", "1/4"]),
]
SLOPES = [Fraction(0), Fraction(-1, 2)]


def everything(pattern: Pattern, texts: list[str], field: Field, slope: Fraction) -> list:
    """Loss, gradient and all entries of all blocks."""
    values = [field.exact(Fraction(text)) for text in texts]
    point = reduced_point(pattern, values, field, slope)
    entries = point.entries()
    flat = [x for c in components(pattern) for row in point.block(c, entries) for x in row]
    return [point.loss(), *point.gradient(), *flat]


@pytest.mark.parametrize("slope", SLOPES)
@pytest.mark.parametrize(("pattern", "texts"), [*POINTS, *PARALLEL])
def test_balls_contain_mpmath_at_a_higher_precision_also_where_pairs_are_parallel(pattern, texts, slope):
    with workprec(80):
        enclosed = everything(pattern, texts, arb_field(), slope)
    with mpmath.workdps(60):
        numbers = everything(pattern, texts, mpmath_field(), slope)
        for ball, number in zip(enclosed, numbers, strict=True):
            assert ball.is_finite()
            gap = abs(to_mpf(ball.mid()) - number)
            assert gap <= to_mpf(ball.rad()) + mpmath.mpf(10) ** -50


@pytest.mark.parametrize("slope", SLOPES)
@pytest.mark.parametrize(("pattern", "texts"), POINTS)
def test_balls_are_tight_where_no_pair_is_parallel(pattern, texts, slope):
    with workprec(120):
        assert all(ball.rad() < 1e-30 for ball in everything(pattern, texts, arb_field(), slope))


@pytest.mark.parametrize("slope", SLOPES)
@pytest.mark.parametrize(("pattern", "texts"), [*POINTS, *PARALLEL])
def test_floats_agree_with_mpmath(pattern, texts, slope):
    with mpmath.workdps(40):
        numbers = [float(x) for x in everything(pattern, texts, mpmath_field(), slope)]
    np.testing.assert_allclose(everything(pattern, texts, float_field(), slope), numbers, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(("pattern", "texts"), [POINTS[0], POINTS[1], POINTS[3], PARALLEL[0], PARALLEL[1]])
def test_sympy_gives_the_exact_numbers_that_mpmath_rounds(pattern, texts):
    exact = everything(pattern, texts, sympy_field(), Fraction(1, 3))
    with mpmath.workdps(40):
        numbers = everything(pattern, texts, mpmath_field(), Fraction(1, 3))
        for expression, number in zip(exact, numbers, strict=True):
            assert not sympy.sympify(expression).has(sympy.Float)
            value = sympy.N(expression, 60, maxn=400)
            assert abs(mpmath.mpf(str(value)) - number) < mpmath.mpf(10) ** -36


def test_the_loss_of_the_global_minimum_is_exactly_zero_over_sympy():
    n = sympy.Symbol("n", positive=True)
    point = reduced_point(Pattern((n,)), [sympy.Integer(1), sympy.Integer(0)], sympy_field())
    assert sympy.expand(point.loss()) == 0 and all(sympy.expand(g) == 0 for g in point.gradient())


@pytest.mark.parametrize("slope", SLOPES)
@pytest.mark.parametrize(("pattern", "texts"), [POINTS[0], POINTS[2], POINTS[3], PARALLEL[0], PARALLEL[4]])
def test_value_and_gradient_are_those_of_the_kernels(pattern, texts, slope):
    values = [float(Fraction(text)) for text in texts]
    W = pattern.matrix(values)
    point = reduced_point(pattern, values, float_field(), slope)
    loss, gradient = backends.relu_loss_gradient(W, None, float(slope))
    assert point.loss() == pytest.approx(loss, rel=1e-12, abs=1e-13)
    means, spread = pattern.reduce(gradient)
    assert spread < 1e-13
    np.testing.assert_allclose(point.gradient(), means, rtol=1e-12, atol=1e-13)


def test_the_enclosed_critical_point_has_a_gradient_that_contains_zero():
    point = family("F1").at(Fraction(13, 2), digits=25)
    with workprec(point.precision):
        gradient = reduced_point(point.pattern, point.coordinates, arb_field()).gradient()
        assert all(g.contains(0) for g in gradient)
        moved = [x + to_arb(Fraction(1, 10**20)) for x in point.coordinates]
        assert not all(g.contains(0) for g in reduced_point(point.pattern, moved, arb_field()).gradient())
