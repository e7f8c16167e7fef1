"""Compiled particles: floats against 30 digits at every kind of reach, large and small units; bad arrays."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest

from symlandscape.arith.field import mpmath_field
from symlandscape.backends import particles as backend
from symlandscape.errors import InputError
from symlandscape.particles import Network, RbfUnit, ReluUnit, draw_tensor, loss_at, three_spin


def exact(row):
    return tuple(Fraction(float(x)) for x in row)


def problem(d, kind, n=5):
    generator = np.random.default_rng(d)
    Z, c = generator.standard_normal((n, d + 1)), generator.standard_normal(n)
    if kind == "rbf":
        Z = Z[:, :d].copy()
        Z[1], Z[2], Z[3] = -Z[0], 0.0, 40.0 * Z[3]
        units = tuple(RbfUnit(exact(row), Fraction(1, 2)) for row in Z)
    else:
        Z[1], Z[2, :d], Z[3, d], Z[4, d] = 2 * Z[0], -Z[0, :d], 30.0, -30.0
        units = tuple(ReluUnit(exact(row[:d]), Fraction(float(row[d]))) for row in Z)
    a = draw_tensor(d, 1)
    return backend.cubic_target(np.array(a, dtype=float)), three_spin(a), c, Z, Network(units, exact(c))


@pytest.mark.parametrize("kind", ["relu", "rbf"])
@pytest.mark.parametrize("d", [3, 4, 7])
def test_loss_gradient_and_hessian_are_exact_to_rounding(d, kind):
    target, same, c, Z, net = problem(d, kind)
    alpha = None if kind == "relu" else 0.5
    with mpmath.workdps(30):
        known = loss_at(mpmath_field(), same, net, order=2)
    loss, by_c, by_z = backend.particle_loss_gradient(target, c, Z, alpha)
    H = backend.particle_hessian(target, c, Z, alpha)
    assert loss == backend.particle_loss(target, c, Z, alpha) == pytest.approx(float(known.loss), rel=1e-14)
    flat = np.concatenate([by_c[:, None], by_z], axis=1).ravel()
    size = max(1.0, max(abs(float(x)) for x in known.gradient))
    assert np.abs(flat - np.array([float(x) for x in known.gradient])).max() < 4e-15 * size
    dense = np.array([[float(x) for x in row] for row in known.hessian])
    assert np.abs(H - dense).max() < 1e-15 * max(1.0, np.abs(dense).max()) * 4


def test_many_inputs_keep_the_digits():
    d, generator = 40, np.random.default_rng(3)
    Z, c = generator.standard_normal((2, d + 1)), np.array([1.0, -2.0])
    target = backend.cubic_target(np.zeros((d, d, d)))
    net = Network(tuple(ReluUnit(exact(row[:d]), Fraction(float(row[d]))) for row in Z), exact(c))
    with mpmath.workdps(30):
        flat = three_spin([[[Fraction(0)] * d] * d] * d)
        known = loss_at(mpmath_field(), flat, net)
    assert backend.particle_loss(target, c, Z) == pytest.approx(float(known.loss), rel=1e-13)


def test_radial_units_of_any_size_neither_overflow_nor_lose_digits():
    """alpha sqrt(d) |z + z'| up to 10^5: the series starts at its largest term."""
    target = backend.cubic_target(np.array(draw_tensor(3, 1), dtype=float))
    for alpha, size in ((0.5, 3.0), (200.0, 1.7), (4e4, 1.7320508)):
        Z = np.array([[size, 0.0, 0.0]])
        net = Network((RbfUnit(exact(Z[0]), Fraction(float(alpha))),), (Fraction(50),))
        with mpmath.workdps(40):
            known = loss_at(mpmath_field(), three_spin(draw_tensor(3, 1)), net)
        assert backend.particle_loss(target, np.array([50.0]), Z, alpha) == pytest.approx(float(known.loss), rel=1e-9)


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda t: backend.cubic_target(np.zeros((2, 2, 2))), "d >= 3"),
        (lambda t: backend.cubic_target(np.zeros((3, 3, 4))), "shape"),
        (lambda t: backend.cubic_target(np.full((3, 3, 3), np.nan)), "finite"),
        (lambda t: backend.particle_loss(t, np.ones(2), np.ones((2, 3))), r"\(n, 4\)"),
        (lambda t: backend.particle_loss(t, np.ones(2), np.ones((2, 4)), 0.5), r"\(n, 3\)"),
        (lambda t: backend.particle_loss(t, np.ones(1), np.ones((1, 3)), -1.0), "alpha > 0"),
        (lambda t: backend.particle_loss(t, np.array([np.inf]), np.ones((1, 4))), "finite"),
        (lambda t: backend.particle_hessian(t, np.ones(9000), np.ones((9000, 4))), "2 GiB"),
    ],
)
def test_bad_arrays_are_one_sentence(call, word):
    with pytest.raises(InputError, match=word):
        call(backend.cubic_target(np.ones((3, 3, 3))))
