"""Series of the families in s = d^(-1/2) against known leading terms and certified points."""

import mpmath
import pytest
import sympy

from symlandscape import relu
from symlandscape.arith.balls import workprec
from symlandscape.arith.conversions import arb_to_mpf_mid
from symlandscape.errors import InputError
from symlandscape.relu.expansions import coordinate_series
from symlandscape.relu.puiseux import characteristic_polynomial, roots

pi = sympy.pi


@pytest.fixture(scope="module")
def a0():
    return relu.series("A0", 5)


@pytest.fixture(scope="module")
def f1():
    return relu.series("F1", 3)


def coefficients(x, low, high):
    return [x.coefficient(k).sympy() for k in range(low, high + 1)]


def test_the_loss_of_a0_starts_as_published(a0):
    expected = [sympy.Rational(1, 2) - 1 / pi, -4 / (3 * pi)]
    assert all(sympy.cancel(x - y) == 0 for x, y in zip(coefficients(a0.loss, 0, 1), expected, strict=True))


def test_the_loss_of_f1_starts_as_published(f1):
    assert sympy.cancel(f1.loss.coefficient(2).sympy() - (sympy.Rational(1, 2) - 2 / pi**2)) == 0
    assert f1.loss.start == 2


def test_the_bulk_of_every_family_is_the_same(a0, f1):
    quarter, kappa = sympy.Rational(1, 4), 1 / (2 * pi)
    for found in (a0, f1):
        assert sympy.cancel(found.spectrum["x0"][0].coefficient(0).sympy() - (quarter - kappa)) == 0
        assert sympy.cancel(found.spectrum["y0"][0].coefficient(0).sympy() - (quarter + kappa)) == 0


def test_families_differ_first_at_order_one_half(a0, f1):
    assert a0.spectrum["x0"][0].coefficient(1) != f1.spectrum["x0"][0].coefficient(1)


def test_the_critical_equations_vanish_beyond_the_order(a0, f1):
    assert min(a0.residual) > 5
    assert min(f1.residual) > 3


@pytest.mark.parametrize(("name", "order"), [("A0", 5), ("F1", 3)])
def test_the_sums_approach_certified_points(name, order, a0, f1):
    found = a0 if name == "A0" else f1
    d = 10**10
    point = relu.family(name).at(d, digits=40)
    with workprec(200), mpmath.workdps(50):
        s = mpmath.mpf(d) ** mpmath.mpf("-0.5")
        for x, ball in [(found.loss, point.loss), *zip(found.coordinates, point.coordinates, strict=True)]:
            total = sum(arb_to_mpf_mid(x.coefficient(k).ball()) * s**k for k in range(min(x.start, order), order + 1))
            assert abs(total - arb_to_mpf_mid(ball)) < 100 * s ** (order + 1)


@pytest.mark.full
def test_a_kept_row_moves_the_series_of_a1():
    found = relu.series("A1", 2)
    assert sympy.cancel(found.coordinates[3].coefficient(2).sympy() - (2 - 4 / pi)) == 0  # c[1,0]


def test_the_document_can_be_read_by_sympy(a0):
    document = a0.document()
    assert document["variable"] == "d**(-1/2)"
    total = sum(
        sympy.sympify(c) * sympy.Symbol("s") ** (document["loss"]["from"] + k)
        for k, c in enumerate(document["loss"]["coefficients"])
    )
    assert sympy.expand(total - a0.sympy(a0.loss).subs(sympy.Symbol("s", positive=True), sympy.Symbol("s"))) == 0


def test_latex_is_well_formed(a0):
    from symlandscape.export import latex_problems

    document = rf"\documentclass{{article}}\usepackage{{amsmath}}\begin{{document}}{a0.latex()}\end{{document}}"
    assert not latex_problems(document)


@pytest.mark.parametrize("name", ["C0", "A[flipped=5]", "F[kept=3]"])
def test_other_parametrisations_are_refused(name):
    with pytest.raises(InputError):
        relu.series(name, 3)


def test_an_order_below_one_is_refused():
    with pytest.raises(InputError, match="order"):
        relu.series("A0", 0)


def test_two_extra_rows_are_refused():
    with pytest.raises(InputError, match="extra"):
        relu.series(relu.family("F1", extra=2), 3)


def test_roots_of_a_diagonal_matrix_are_its_entries():
    from symlandscape.arith.pi_field import PiFraction
    from symlandscape.arith.power_series import Series

    zero = Series(0, [], None, 8)
    first = Series(-2, [PiFraction.of(1), PiFraction.pi()], None, 8)
    second = Series(0, [PiFraction.of(1), PiFraction.of(2)], None, 8)
    third = Series(0, [PiFraction.of(1), PiFraction.of(3)], None, 8)
    matrix = [[first, zero, zero], [zero, second, zero], [zero, zero, third]]
    found = roots(characteristic_polynomial(matrix))
    assert [(x - y).is_zero for x, y in zip(found, (second, third, first), strict=True)] == [True] * 3


@pytest.mark.full
def test_f2_needs_the_square_root_of_two():
    found, _ = coordinate_series(relu.family("F2"), 4, 12)
    coefficient = found[4].coefficient(4)  # a[1]
    assert coefficient.radicand == 2
    assert sympy.cancel(coefficient.b.sympy() + 8 / (pi - 2)) == 0
