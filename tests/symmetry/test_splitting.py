"""Two roads to every block at real sizes: orbit sums over Hessian entries, and singletons split off."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy

from symlandscape.arith.field import Field, arb_field, float_field, mpmath_field, sympy_field
from symlandscape.errors import InputError
from symlandscape.relu.invariants import hessian_on_fixed_space, loss_jet
from symlandscape.relu.reduced import reduced_point
from symlandscape.symmetry.bases import basis
from symlandscape.symmetry.isotypic import components
from symlandscape.symmetry.pairing import block, memoised
from symlandscape.symmetry.pattern import Pattern
from symlandscape.symmetry.splitting import block_by_splitting, refine

HALF, THIRD = Fraction(13, 2), Fraction(10, 3)
n = sympy.Symbol("n", positive=True)


def generic_values(pattern: Pattern, field: Field, seed: int = 0) -> list:
    numbers = np.random.default_rng(seed).integers(-1500, 1500, size=len(pattern.coordinates))
    return [field.exact(Fraction(int(x), 1000)) for x in numbers]


CASES = [
    (Pattern((6,)), 0),
    (Pattern((HALF,)), Fraction(-1)),
    (Pattern((HALF, 1)), 0),
    (Pattern((HALF, 1)), Fraction(1, 3)),
    (Pattern((THIRD, HALF)), 0),
    (Pattern((5, HALF, 1)), Fraction(2)),
    (Pattern((2, 3)), 0),
    (Pattern((HALF,), (1,)), 0),
    (Pattern((THIRD, 1), (1, 1)), Fraction(-1, 2)),
    (Pattern((HALF, 1), (Fraction(5, 2),)), Fraction(1, 7)),
]


@pytest.mark.parametrize(("pattern", "slope"), CASES, ids=str)
def test_both_roads_to_every_block_of_the_relu_loss_agree_to_fifty_digits(pattern, slope):
    field = mpmath_field()
    with mpmath.workdps(60):
        values = generic_values(pattern, field)
        point = reduced_point(pattern, values, field, slope)
        entry, hessian = point.entries(), hessian_on_fixed_space(field, slope)
        for component in components(pattern):
            if component.label[0] == "e":  # its finer fixed space separates equal rows: no chain rule there
                continue
            sums = point.block(component, entry)
            split = block_by_splitting(pattern, values, component, hessian, field)
            deviation = max(abs(x - y) for a, b in zip(sums, split, strict=True) for x, y in zip(a, b, strict=True))
            assert deviation < mpmath.mpf(10) ** -50, component.label


@pytest.mark.parametrize(
    "pattern", [Pattern((6,)), Pattern((4, 3)), Pattern((2, 1), (3,)), Pattern((4, 2), (2, 1))], ids=str
)
def test_splitting_gives_the_blocks_of_dense_matrices_extra_orbits_included(pattern):
    rng = np.random.default_rng(4)
    blocks = {c.label: rng.normal(size=(c.multiplicity,) * 2) for c in components(pattern)}
    blocks = {label: x + x.T for label, x in blocks.items()}
    H = sum(
        np.einsum("ij,imx,jmy->xy", blocks[c.label], basis(pattern, c), basis(pattern, c)) for c in components(pattern)
    )

    def second_derivatives(finer: Pattern, values: list) -> np.ndarray:
        indicator = np.eye(len(finer.coordinates))[finer.index_matrix().ravel()]
        return indicator.T @ H @ indicator

    values = [0.0] * len(pattern.coordinates)
    for component in components(pattern):
        found = block_by_splitting(pattern, values, component.label, second_derivatives, float_field())
        np.testing.assert_allclose(found, blocks[component.label], atol=1e-12)


@pytest.mark.parametrize("pattern", [Pattern((n,)), Pattern((n - 1, 1)), Pattern((n,), (1,))], ids=str)
def test_both_roads_agree_for_symbolic_sizes(pattern):
    """For L = sum W_rc^3 + sum_c (sum_r W_rc)^2, whose Hessian is 6 W_rc [r=r', c=c'] + 2 [c=c']."""
    field = sympy_field()
    values = [field.exact(Fraction(j + 2, 7)) for j in range(len(pattern.coordinates))]
    table = {(c.row, c.column, c.diagonal): x for c, x in zip(pattern.coordinates, values, strict=True)}

    def entry(r, c, r2, c2):
        return (6 * table[r.space, c.space, r == c] if (r, c) == (r2, c2) else 0) + 2 * int(c == c2)

    def second_derivatives(finer: Pattern, point: list) -> list:
        z = sympy.symbols(f"z:{len(point)}")
        counted = [(c.column, field.exact(finer.count(c)), x) for c, x in zip(finer.coordinates, z, strict=True)]
        L = sum(count * x**3 for _, count, x in counted)
        for number, size in enumerate(map(field.exact, finer.sizes)):
            L += size * sum(count / size * x for column, count, x in counted if column == number) ** 2
        at = dict(zip(z, point, strict=True))
        return [[sympy.diff(L, a, b).subs(at) for b in z] for a in z]

    sizes = [field.exact(x) for x in pattern.row_sizes]
    for component in components(pattern):
        sums = block(component, pattern.row_sizes, sizes, memoised(entry), field.sqrt)
        split = block_by_splitting(pattern, values, component, second_derivatives, field)
        for a, b in zip(sums, split, strict=True):
            for x, y in zip(a, b, strict=True):
                assert sympy.simplify((x - y).subs(n, sympy.Rational(19, 3))) == 0
                assert sympy.simplify((x - y).subs(n, 9)) == 0


def test_the_hessian_by_the_chain_rule_is_the_numerical_second_derivative_of_the_loss():
    pattern, field, slope = Pattern((HALF, 1), (1,)), mpmath_field(), Fraction(1, 3)
    with mpmath.workdps(60):
        values = generic_values(pattern, field, 7)
        jet = loss_jet(pattern, values, field, slope)
        assert abs(jet.value - reduced_point(pattern, values, field, slope).loss()) < mpmath.mpf(10) ** -55

        def loss(*z):
            return reduced_point(pattern, z, field, slope).loss()

        size = len(values)
        for i in range(size):
            order = [int(i == j) for j in range(size)]
            assert abs(mpmath.diff(loss, tuple(values), tuple(order)) - jet.gradient[i]) < mpmath.mpf(10) ** -40
        for i, j in [(0, 0), (0, 1), (1, 2), (3, 4), (size - 1, 0), (size - 1, size - 1)]:
            order = [int(i == m) + int(j == m) for m in range(size)]
            assert abs(mpmath.diff(loss, tuple(values), tuple(order)) - jet.hessian[i][j]) < mpmath.mpf(10) ** -30


def test_the_chain_rule_over_balls_encloses_the_same_numbers():
    pattern, balls = Pattern((HALF, 1), (Fraction(5, 2),)), arb_field()
    enclosed = loss_jet(pattern, generic_values(pattern, balls), balls, Fraction(1, 5))
    point = reduced_point(pattern, generic_values(pattern, balls), balls, Fraction(1, 5))
    assert enclosed.value.overlaps(point.loss()) and enclosed.value.rad() < 1e-10
    for c, x, y in zip(pattern.coordinates, point.gradient(), enclosed.gradient, strict=True):
        assert (x * balls.exact(pattern.count(c))).overlaps(y)


def test_the_chain_rule_in_sympy_is_exact():
    pattern, field = Pattern((sympy.Integer(3),)), sympy_field()
    jet = loss_jet(pattern, [field.exact(2), field.exact(1)], field)
    reference = loss_jet(pattern, [2.0, 1.0], float_field())
    assert float(jet.value) == pytest.approx(reference.value, rel=1e-12)
    assert not jet.hessian[0][1].atoms(sympy.Float)
    assert float(jet.hessian[0][1]) == pytest.approx(reference.hessian[0][1], rel=1e-12)


def test_refine_splits_singletons_off_and_keeps_the_matrix():
    pattern = Pattern((4, 2), (3,))
    finer, origin = refine(pattern, {0: 2, 1: 2, 2: 1})
    assert (finer.sizes, finer.extra) == ((2, 1, 1, 1, 1), (2, 1))
    values = list(range(len(pattern.coordinates)))
    assert np.array_equal(finer.matrix([values[j] for j in origin]), pattern.matrix(values))
    assert refine(pattern, {}) == (pattern, tuple(values))


@pytest.mark.parametrize("marked", [{3: 1}, {-1: 1}, {0: -1}])
def test_refine_refuses_orbits_that_are_not_there(marked):
    with pytest.raises(InputError, match="3 row orbits"):
        refine(Pattern((4, 2), (3,)), marked)


def test_a_size_too_small_to_split_is_refused():
    with pytest.raises(InputError, match="1/2"):
        refine(Pattern((Fraction(5, 2),)), {0: 2})


def test_the_chain_rule_refuses_parallel_pairs_and_wrong_numbers_of_values():
    with pytest.raises(InputError, match="not parallel"):
        loss_jet(Pattern((3,)), [1.0, 0.0], float_field())
    with pytest.raises(InputError, match="not parallel"):
        loss_jet(Pattern((3,)), [sympy.Integer(1), sympy.Integer(1)], sympy_field())
    with pytest.raises(InputError, match="2 coordinates, but 1"):
        loss_jet(Pattern((3,)), [1.0], float_field())
