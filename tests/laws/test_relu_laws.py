"""Laws of the ReLU loss on fixed spaces: invariance, derivatives, symmetry of the kernel, slope, real sizes."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from symlandscape.arith.balls import arb, symmetric, workprec
from symlandscape.arith.conversions import to_arb
from symlandscape.arith.field import arb_field, float_field, mpmath_field
from symlandscape.errors import InputError
from symlandscape.relu.kernel import Pair, make_pair
from symlandscape.relu.reduced import reduced_point
from symlandscape.symmetry.isotypic import Index
from symlandscape.symmetry.pattern import Pattern

FLOATS, MP = float_field(), mpmath_field()
KAPPA = 1 / (2 * np.pi)
PATTERNS = [Pattern((4,)), Pattern((3, 1)), Pattern((2, 2)), Pattern((3,), (1,)), Pattern((2, 1), (2, 1))]
REAL = [
    Pattern((Fraction(13, 2),)),
    Pattern((Fraction(9, 2), 1)),
    Pattern((3, Fraction(7, 2), 1)),
    Pattern((Fraction(5, 2), 1), (Fraction(3, 2), 1)),
]
SLOPES = st.sampled_from([Fraction(0), Fraction(-1), Fraction(1, 3), Fraction(5, 2)])
SEEDS = st.integers(0, 2**32 - 1)
VECTORS = st.lists(st.integers(-5, 5), min_size=3, max_size=3).filter(any)


def values_for(pattern: Pattern, seed: int) -> list[Fraction]:
    numbers = np.random.default_rng(seed).integers(100, 1500, size=len(pattern.coordinates))
    return [Fraction(int(x) * (-1) ** i, 1000) for i, x in enumerate(numbers)]


def singletons(W: np.ndarray) -> tuple[Pattern, list]:
    """A matrix without symmetry as a point of a fixed space: all blocks and extra rows of size 1."""
    k, d = W.shape
    pattern = Pattern((1,) * d, (1,) * (k - d))
    table = {(c.row, c.column): c for c in pattern.coordinates}
    assert len(table) == k * d
    return pattern, [W[c.row, c.column] for c in pattern.coordinates]


# -- invariance ------------------------------------------------------------------------------------


@given(st.sampled_from(PATTERNS), SEEDS, SLOPES)
def test_the_reduced_loss_is_the_loss_of_the_matrix(pattern, seed, slope):
    values = [float(x) for x in values_for(pattern, seed)]
    reduced = reduced_point(pattern, values, FLOATS, slope).loss()
    full = reduced_point(*singletons(pattern.matrix(values)), FLOATS, slope).loss()
    assert full == pytest.approx(reduced, rel=1e-12, abs=1e-12)


@given(st.sampled_from(PATTERNS), SEEDS, SLOPES)
def test_the_loss_is_invariant_under_all_row_and_column_permutations(pattern, seed, slope):
    rng = np.random.default_rng(seed)
    values = [float(x) for x in values_for(pattern, seed)]
    W = pattern.matrix(values)
    moved = W[rng.permutation(pattern.k)][:, rng.permutation(pattern.d)]
    loss = reduced_point(*singletons(moved), FLOATS, slope).loss()
    assert loss == pytest.approx(reduced_point(pattern, values, FLOATS, slope).loss(), rel=1e-12, abs=1e-12)


@given(SEEDS)
def test_blocks_may_be_listed_in_any_order(seed):
    values = [float(x) for x in values_for(Pattern((3, 2, 1)), seed)]
    first, second = Pattern((3, 2, 1)), Pattern((1, 3, 2))
    place = {0: 1, 1: 2, 2: 0}
    table = {(place[c.row], place[c.column], c.diagonal): x for c, x in zip(first.coordinates, values, strict=True)}
    moved = [table[c.row, c.column, c.diagonal] for c in second.coordinates]
    left, right = (reduced_point(p, v, FLOATS) for p, v in ((first, values), (second, moved)))
    assert left.loss() == pytest.approx(right.loss(), rel=1e-12)


def test_a_real_size_at_a_whole_number_is_that_number():
    """The continuation in the size passes through the finite networks."""
    with mpmath.workdps(40):
        values = [Fraction(-2, 3), Fraction(1, 7)]

        def loss(size: Fraction) -> mpmath.mpf:
            return reduced_point(Pattern((size,)), [MP.exact(x) for x in values], MP).loss()

        near = loss(6 + Fraction(1, 10**15))
        assert abs(near - loss(Fraction(6))) < mpmath.mpf(10) ** -13


# -- derivatives -----------------------------------------------------------------------------------


@settings(max_examples=6)
@given(st.sampled_from(REAL), SEEDS, SLOPES)
def test_the_gradient_is_the_derivative_of_the_loss_by_finite_differences_at_real_sizes(pattern, seed, slope):
    with mpmath.workdps(50):
        values = tuple(MP.exact(x) for x in values_for(pattern, seed))
        gradient = reduced_point(pattern, values, MP, slope).gradient()
        for j, c in enumerate(pattern.coordinates):
            order = tuple(int(i == j) for i in range(len(values)))
            slope_of_loss = mpmath.diff(lambda *z: reduced_point(pattern, z, MP, slope).loss(), values, order)
            assert abs(slope_of_loss - gradient[j] * MP.exact(pattern.count(c))) < mpmath.mpf(10) ** -30


@settings(max_examples=4)
@given(st.sampled_from(REAL), SEEDS, SLOPES)
def test_the_jacobian_is_the_derivative_of_the_gradient_at_real_sizes(pattern, seed, slope):
    with mpmath.workdps(50):
        values = [MP.exact(x) for x in values_for(pattern, seed)]
        jacobian = reduced_point(pattern, values, MP, slope).jacobian()
        h = mpmath.mpf(10) ** -20
        for j in range(len(values)):
            ahead, behind = (
                reduced_point(pattern, [x + s * (i == j) for i, x in enumerate(values)], MP, slope).gradient()
                for s in (h, -h)
            )
            for i in range(len(values)):
                assert abs((ahead[i] - behind[i]) / (2 * h) - jacobian[i][j]) < mpmath.mpf(10) ** -25


@settings(max_examples=4)
@given(SEEDS, SLOPES)
def test_hessian_entries_are_derivatives_of_gradient_entries_without_any_symmetry(seed, slope):
    with mpmath.workdps(50):
        numbers = np.random.default_rng(seed).integers(-1000, 1000, size=(4, 3)) * 2 + 1
        W = np.array([[MP.exact(Fraction(int(x), 700)) for x in row] for row in numbers], dtype=object)
        pattern, values = singletons(W)
        point = reduced_point(pattern, values, MP, slope)
        h = mpmath.mpf(10) ** -20
        places = [(Index(c.row, 1), Index(c.column, 1)) for c in pattern.coordinates]
        for j, (row2, column2) in enumerate(places):
            ahead, behind = (
                reduced_point(pattern, [x + s * (i == j) for i, x in enumerate(values)], MP, slope) for s in (h, -h)
            )
            for row, column in places:
                quotient = (ahead.gradient_entry(row, column) - behind.gradient_entry(row, column)) / (2 * h)
                assert abs(quotient - point.hessian_entry(row, column, row2, column2)) < mpmath.mpf(10) ** -25


def test_the_hessian_is_continuous_at_parallel_and_antiparallel_pairs():
    """L is C^2 there: entries beside the identity, whose neurons are parallel to targets, converge to those at it."""
    with mpmath.workdps(40):
        for values in ([1, 0], [-1, 0], [1, 1]):  # parallel to the targets, antiparallel to them, to each other
            at = reduced_point(Pattern((4,)), [MP.exact(x) for x in values], MP).jacobian()
            e = mpmath.mpf(10) ** -12
            beside = reduced_point(Pattern((4,)), [values[0] + e, values[1] + e / 3], MP).jacobian()
            assert max(abs(x - y) for a, b in zip(at, beside, strict=True) for x, y in zip(a, b, strict=True)) < 1e-10


# -- the kernel ------------------------------------------------------------------------------------


def pair_of(w: list[int], v: list[int]) -> Pair:
    return make_pair(FLOATS, [1.0, 1.0, 1.0], [float(x) for x in w], [float(x) for x in v])


@given(VECTORS, VECTORS)
def test_the_kernel_is_symmetric(w, v):
    assert pair_of(w, v).value(KAPPA) == pytest.approx(pair_of(v, w).value(KAPPA), rel=1e-13, abs=1e-13)


@given(VECTORS, VECTORS, st.integers(1, 9), st.integers(1, 9))
def test_the_kernel_is_homogeneous_of_degree_one_in_each_vector(w, v, x, y):
    scaled = pair_of([x * c for c in w], [y * c for c in v])
    assert scaled.value(KAPPA) == pytest.approx(x * y * pair_of(w, v).value(KAPPA), rel=1e-12, abs=1e-12)


@given(VECTORS, VECTORS)
def test_eulers_identity_and_the_null_direction_of_the_own_hessian(w, v):
    pair = pair_of(w, v)
    gradient = [pair.gradient(KAPPA, float(x), float(y)) for x, y in zip(w, v, strict=True)]
    assert np.dot(gradient, w) == pytest.approx(pair.value(KAPPA), abs=1e-12 * (1 + abs(pair.value(KAPPA))))
    own = [[pair.own_hessian(KAPPA, FLOATS, (w[i], w[j]), (v[i], v[j]), i == j) for j in range(3)] for i in range(3)]
    np.testing.assert_allclose(np.array(own) @ np.array(w, float), 0, atol=1e-12 * (1 + np.abs(own).max()))
    np.testing.assert_allclose(own, np.transpose(own), atol=1e-14 * (1 + np.abs(own).max()))


@given(VECTORS, VECTORS)
def test_the_cross_hessian_applied_to_v_is_the_gradient_in_w(w, v):
    assume(np.linalg.norm(np.cross(w, v)) > 0)
    pair = pair_of(w, v)
    cross = [
        [pair.cross_hessian(KAPPA, FLOATS, (w[i], w[j]), (v[i], v[j]), i == j) for j in range(3)] for i in range(3)
    ]
    gradient = [pair.gradient(KAPPA, float(x), float(y)) for x, y in zip(w, v, strict=True)]
    np.testing.assert_allclose(
        np.array(cross) @ np.array(v, float), gradient, atol=1e-12 * (1 + np.abs(gradient).max())
    )


@given(VECTORS)
def test_parallel_pairs_give_half_the_square_and_antiparallel_pairs_nothing(w):
    assert pair_of(w, w).value(KAPPA) == pytest.approx(np.dot(w, w) / 2, rel=1e-13)
    assert pair_of(w, [-x for x in w]).value(KAPPA) == pytest.approx(0, abs=1e-12)
    own = pair_of(w, [2 * x for x in w]).own_hessian(KAPPA, FLOATS, (w[0], w[1]), (2 * w[0], 2 * w[1]), False)
    assert own == 0


# -- the expectation itself ------------------------------------------------------------------------


def loss_by_quadrature(W: list[list[Fraction]], slope: Fraction) -> mpmath.mpf:
    """L = (1/2) E g(x)^2 for d = 2 in polar coordinates: g is homogeneous of degree 1 and E |x|^2 = 2."""
    rows = [[MP.exact(x) for x in row] for row in W]
    rho = MP.exact(slope)

    def activation(t: mpmath.mpf) -> mpmath.mpf:
        return t if t > 0 else rho * t

    def square(angle: mpmath.mpf) -> mpmath.mpf:
        x, y = mpmath.cos(angle), mpmath.sin(angle)
        return (sum(activation(a * x + b * y) for a, b in rows) - activation(x) - activation(y)) ** 2

    normals = [mpmath.atan2(b, a) for a, b in [*rows, [mpmath.mpf(1), 0], [mpmath.mpf(0), 1]]]
    kinks = sorted(
        {mpmath.fmod(t + s * mpmath.pi / 2 + 2 * mpmath.pi, 2 * mpmath.pi) for t in normals for s in (1, -1)}
    )
    ends = [mpmath.mpf(0), *kinks, 2 * mpmath.pi]
    pieces = [mpmath.quad(square, [a, b]) for a, b in pairwise(ends) if b - a > mpmath.mpf(10) ** -30]
    return mpmath.fsum(pieces) / (2 * mpmath.pi)


@settings(max_examples=8)
@given(
    st.lists(st.lists(st.integers(-6, 6), min_size=2, max_size=2).filter(any), min_size=2, max_size=3),
    st.sampled_from([Fraction(0), Fraction(-1), Fraction(1, 3), Fraction(3, 2)]),
)
def test_the_loss_with_any_slope_is_the_expectation_over_the_plane(rows, slope):
    with mpmath.workdps(30):
        W = [[Fraction(x, 4) for x in row] for row in rows]
        pattern, values = singletons(np.array([[MP.exact(x) for x in row] for row in W], dtype=object))
        formula = reduced_point(pattern, values, MP, slope).loss()
        assert abs(formula - loss_by_quadrature(W, slope)) < mpmath.mpf(10) ** -20


# -- balls and misuse ------------------------------------------------------------------------------


@given(st.sampled_from([*PATTERNS, *REAL]), SEEDS, SLOPES)
def test_balls_enclose_what_mpmath_computes(pattern, seed, slope):
    balls, values = arb_field(), values_for(pattern, seed)
    with workprec(80):
        enclosed = reduced_point(pattern, [balls.exact(x) for x in values], balls, slope)
        found = [enclosed.loss(), *enclosed.gradient()]
    with mpmath.workdps(60):
        point = reduced_point(pattern, [MP.exact(x) for x in values], MP, slope)
        for ball, number in zip(found, [point.loss(), *point.gradient()], strict=True):
            assert ball.overlaps(to_arb(number) + symmetric(arb("1e-50"))) and ball.rad() < 1e-15


def test_a_zero_neuron_is_an_error_in_numbers_and_not_finite_in_balls():
    with pytest.raises(ZeroDivisionError):
        reduced_point(Pattern((3,)), [0.0, 0.0], FLOATS).gradient()
    balls = arb_field()
    assert not all(x.is_finite() for x in reduced_point(Pattern((3,)), [balls.exact(0)] * 2, balls).gradient())


def test_misuse_is_refused():
    with pytest.raises(InputError, match="2 coordinates, but 3 values"):
        reduced_point(Pattern((3,)), [1.0, 2.0, 3.0], FLOATS)
    with pytest.raises(InputError, match="slope 1"):
        reduced_point(Pattern((3,)), [1.0, 2.0], FLOATS, 1)
