"""Newton's method: digits that are there, and each way of failing named."""

from __future__ import annotations

import warnings
from typing import Any

import mpmath
import numpy as np
import pytest

from symlandscape.errors import InputError
from symlandscape.solve import NewtonStatus, newton, newton_float


def circle(v: Any) -> list[Any]:
    return [v[0] ** 2 + v[1] ** 2 - 2, v[0] - 2 * v[1]]


def circle_slope(v: Any) -> list[list[Any]]:
    return [[2 * v[0], 2 * v[1]], [1, -2]]


@pytest.mark.parametrize("digits", [1, 15, 50, 400])
def test_root_has_the_asked_digits_in_every_coordinate(digits: int) -> None:
    result = newton(circle, circle_slope, [1.0, 0.5], digits=digits)
    assert result.converged and result.digits == digits
    with mpmath.workdps(digits + 30):
        y = mpmath.sqrt(mpmath.mpf(2) / 5)
        for found, exact in zip(result.point, (2 * y, y), strict=True):
            assert abs(found - exact) <= mpmath.mpf(10) ** -digits * abs(exact)
        assert result.residual < mpmath.mpf(10) ** -digits and 1 < result.condition < 10


def test_small_coordinates_keep_their_relative_digits() -> None:
    result = newton(
        lambda v: [v[0] - 1, 3 * v[1] - v[0] / 10**12],
        lambda v: [[1, 0], [mpmath.mpf(-1) / 10**12, 3]],
        [0.5, 0.5],
        digits=40,
    )
    assert result.converged
    with mpmath.workdps(80):
        exact = mpmath.mpf(1) / (3 * 10**12)
        assert abs(result.point[1] - exact) < exact * mpmath.mpf(10) ** -40


def test_condition_number_is_paid_for_with_extra_digits() -> None:
    with mpmath.workdps(200):
        gap = mpmath.mpf(10) ** -45

    def residual(v: Any) -> list[Any]:
        return [v[0] + v[1] - 2, v[0] + (1 + gap) * v[1] - 2 - gap]

    result = newton(residual, lambda v: [[1, 1], [1, 1 + gap]], [3, -4], digits=30)
    assert result.converged and result.condition > mpmath.mpf(10) ** 44
    assert all(abs(p - 1) < mpmath.mpf(10) ** -30 for p in result.point)


@pytest.mark.parametrize(
    ("residual", "jacobian", "start", "status"),
    [
        (lambda v: [(v[0] - 1) ** 2], lambda v: [[2 * (v[0] - 1)]], [1.5], NewtonStatus.STALLED),
        (lambda v: [v[0] ** 2 + 1], lambda v: [[2 * v[0]]], [0.7], NewtonStatus.STALLED),
        (lambda v: [v[0] + v[1], v[0] + v[1] - 1], lambda v: [[1, 1], [1, 1]], [1, 2], NewtonStatus.SINGULAR),
        (lambda v: [v[0] - v[0]], lambda v: [[0]], [1], NewtonStatus.SINGULAR),
        (lambda v: [mpmath.sqrt(v[0])], lambda v: [[1]], [-1], NewtonStatus.LEFT_DOMAIN),
        (lambda v: [1 / v[0]], lambda v: [[-1 / v[0] ** 2]], [0], NewtonStatus.LEFT_DOMAIN),
        (lambda v: [mpmath.nan], lambda v: [[1]], [1], NewtonStatus.LEFT_DOMAIN),
        (lambda v: [v[0] - 5], lambda v: [[1 / (v[0] - v[0])]], [1], NewtonStatus.LEFT_DOMAIN),
    ],
    ids=["double root", "no real root", "singular", "identically zero", "complex", "pole", "nan", "jacobian"],
)
def test_each_failure_has_its_own_status(residual: Any, jacobian: Any, start: Any, status: NewtonStatus) -> None:
    result = newton(residual, jacobian, start, digits=30)
    assert result.status is status and not result.converged and len(status.value) > 20


def test_steps_out_of_the_domain_are_halved_instead() -> None:
    result = newton(lambda v: [mpmath.log(v[0])], lambda v: [[1 / v[0]]], [4.0], digits=30)
    assert result.converged and abs(result.point[0] - 1) < mpmath.mpf(10) ** -30


def test_too_few_steps_are_reported_not_hidden() -> None:
    result = newton(circle, circle_slope, [100, 3], digits=30, max_steps=3)
    assert result.status is NewtonStatus.STALLED and result.steps == 3


def test_mpmath_precision_is_restored() -> None:
    before = mpmath.mp.prec
    newton(circle, circle_slope, [1, 1], digits=100)
    assert mpmath.mp.prec == before


@pytest.mark.parametrize("start", [[], [mpmath.nan, 1], [mpmath.inf, 1], ["1", 2]])
def test_bad_starts_are_refused(start: Any) -> None:
    with pytest.raises(InputError, match="expected"):
        newton(circle, circle_slope, start, digits=10)


def test_systems_that_are_not_square_are_refused() -> None:
    with pytest.raises(InputError, match="square"):
        newton(lambda v: [v[0]], circle_slope, [1, 1], digits=10)
    with pytest.raises(InputError, match="square"):
        newton(circle, lambda v: [[1, 2]], [1, 1], digits=10)
    with pytest.raises(InputError, match="digit"):
        newton(circle, circle_slope, [1, 1], digits=0)


def test_float_newton_converges_from_afar_and_reports_its_residual() -> None:
    result = newton_float(lambda v: np.array(circle(v)), lambda v: np.array(circle_slope(v)), [50.0, -3.0], 1e-13)
    assert result.converged and result.residual <= 1e-13 and result.condition < 10
    assert result.point[0] == pytest.approx(2 * result.point[1], rel=1e-12)


@pytest.mark.parametrize(
    ("residual", "jacobian", "start", "status"),
    [
        (lambda v: v * v + 1, lambda v: np.diag(2 * v), [0.7], NewtonStatus.STALLED),
        (lambda v: np.array([v.sum(), v.sum() - 1]), lambda v: np.ones((2, 2)), [1.0, 2.0], NewtonStatus.SINGULAR),
        (lambda v: np.array([np.nan]), lambda v: np.eye(1), [1.0], NewtonStatus.LEFT_DOMAIN),
        (lambda v: v + 1j, lambda v: np.eye(1), [1.0], NewtonStatus.LEFT_DOMAIN),
        (lambda v: v - 5, lambda v: np.full((1, 1), np.inf), [1.0], NewtonStatus.LEFT_DOMAIN),
    ],
    ids=["no root", "singular", "nan", "complex", "jacobian"],
)
def test_float_newton_names_its_failures(residual: Any, jacobian: Any, start: Any, status: NewtonStatus) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert newton_float(residual, jacobian, start).status is status


@pytest.mark.parametrize("start", [[], [np.nan], [[1.0]]])
def test_float_newton_refuses_bad_starts(start: Any) -> None:
    with pytest.raises(InputError, match="start"):
        newton_float(lambda v: v, lambda v: np.eye(1), start)
    with pytest.raises(InputError, match="tolerance"):
        newton_float(lambda v: v, lambda v: np.eye(1), [1.0], 0.0)
