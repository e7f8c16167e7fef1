"""Verified linear algebra: multiple eigenvalues, indefinite matrices without pivots, singular ones left undecided."""

from __future__ import annotations

import pytest

from symlandscape.arith.balls import arb, arb_mat, is_finite, rad, workprec
from symlandscape.arith.linear import Inertia, LDLTStatus, inertia, ldlt, solve, spectrum
from symlandscape.errors import InputError


def test_pivots_of_a_definite_matrix_multiply_to_its_determinant() -> None:
    factors = ldlt(arb_mat([[4, 2, 0], [2, 3, 1], [0, 1, 5]]))
    assert factors.decided and factors.failed is None
    product = factors.pivots[0] * factors.pivots[1] * factors.pivots[2]
    assert product.contains(36) and all(p > 0 for p in factors.pivots)


def test_first_undecided_pivot_is_named() -> None:
    factors = ldlt(arb_mat([[1, 1], [1, 1]]))
    assert factors.status is LDLTStatus.PIVOT_UNDECIDED and factors.failed == 1 and "0" in factors.status.value


def test_matrix_with_a_zero_pivot_is_decided_after_a_change_of_coordinates() -> None:
    matrix = arb_mat([[0, 1], [1, 0]])
    assert not ldlt(matrix).decided and inertia(matrix) == Inertia(negative=1, positive=1)


def test_singular_matrix_has_no_decided_inertia_at_any_precision() -> None:
    for bits in (53, 200, 1000):
        with workprec(bits):
            assert inertia(arb_mat([[1, 2], [2, 4]])) is None


def test_matrix_that_is_not_finite_decides_nothing() -> None:
    matrix = arb_mat([[arb("nan")]])
    assert ldlt(matrix).status is LDLTStatus.NOT_FINITE and inertia(matrix) is None
    with pytest.raises(InputError, match="finite"):
        spectrum(matrix)


@pytest.mark.parametrize("function", [ldlt, inertia, spectrum])
def test_matrices_that_are_not_symmetric_are_refused(function: object) -> None:
    with pytest.raises(InputError, match="square"):
        function(arb_mat(2, 3))  # type: ignore[operator]
    with pytest.raises(InputError, match="symmetric"):
        function(arb_mat([[1, 2], [3, 4]]))  # type: ignore[operator]


def test_eigenvalues_of_multiplicity_eleven_are_enclosed_where_flint_fails() -> None:
    n = 12
    with workprec(200):
        matrix = arb_mat(n, n, [arb(1) / 3 + int(i == j) for i in range(n) for j in range(n)])
        with pytest.raises(ValueError, match="isolate"):
            matrix.eig()
        values = spectrum(matrix)
        assert all(v.contains(1) and rad(v) < arb((1, -180)) for v in values[:-1])
        assert values[-1].contains(5) and rad(values[-1]) < arb((1, -180))


def test_clustered_eigenvalues_share_one_enclosure() -> None:
    with workprec(53):
        close = spectrum(arb_mat([[1 + arb((1, -60)), arb((1, -58))], [arb((1, -58)), 1]]))
        apart = spectrum(arb_mat([[arb(0, "0.25"), 0], [0, arb(3, "0.25")]]))
    assert close[0].overlaps(close[1])
    assert apart[0] < 1 and apart[1] > 2


def test_empty_matrix_has_an_empty_spectrum_and_regular_inertia() -> None:
    assert spectrum(arb_mat(0, 0)) == () and inertia(arb_mat(0, 0)) == Inertia(0, 0)


def test_growing_and_small_eigenvalues_are_both_sharp_at_sufficient_precision() -> None:
    with workprec(200):
        big, small = arb(10) ** 12, arb(1) / 7
        values = spectrum(arb_mat([[big, big / 2], [big / 2, big / 4 + small]]))
    assert values[0] > 0 and rad(values[0]) < arb((1, -100))


def test_linear_system_is_enclosed_and_a_singular_one_undecided() -> None:
    solution = solve(arb_mat([[2, 1], [1, 3]]), arb_mat([[3], [5]]))
    assert solution is not None and solution[0, 0].contains(arb("0.8")) and is_finite(solution)
    assert solve(arb_mat([[1, 1], [1, 1]]), arb_mat([[1], [1]])) is None
    assert solve(arb_mat([[arb(0, 1)]]), arb_mat([[1]])) is None
    assert solve(arb_mat([[arb("nan")]]), arb_mat([[1]])) is None
