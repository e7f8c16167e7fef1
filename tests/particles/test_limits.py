"""Smooth units, the Gaussian twin, exact laws at time 0, the batch rule, documents."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest

from symlandscape.arith.field import float_field
from symlandscape.backends import particles as backend
from symlandscape.errors import InputError
from symlandscape.particles import (
    RbfUnit,
    ReluUnit,
    batch_rule,
    draw_tensor,
    gaussian_pair,
    gaussian_rbf_overlap,
    gaussian_relu_overlap,
    initial_loss,
    initial_variance,
    network_from_document,
    noise_covariance,
    sampled_loss,
    smooth_loss,
    tensor_from_document,
    three_spin,
)
from symlandscape.particles.gaussian_twin import gaussian_mean, wick_parts
from symlandscape.particles.limits import residual_gradients
from symlandscape.particles.monte_carlo import sphere_points
from symlandscape.particles.polynomials import multiply

RNG = np.random.default_rng(11)
A = np.array(draw_tensor(5, 105), dtype=float)
TARGET = backend.cubic_target(A)
WEIGHTS, PARTICLES = RNG.standard_normal(4), RNG.standard_normal((4, 6))


@pytest.mark.parametrize("name", ["tanh", "softplus"])
def test_smooth_derivatives_are_differences_and_the_tail_is_small(name):
    found = smooth_loss(TARGET, WEIGHTS, PARTICLES, name, order=2, tol=1e-10)
    flat = np.concatenate([found.by_c[:, None], found.by_z], axis=1).ravel()
    theta = np.concatenate([WEIGHTS[:, None], PARTICLES], axis=1)
    assert found.tail <= 1e-10 and found.hessian is not None
    assert np.abs(found.hessian - found.hessian.T).max() < 1e-13
    for place in (0, 1, 5, 6, 7, 10, 27):
        gradients, losses = [], []
        for step in (1e-5, -1e-5):
            moved = theta.copy()
            moved.ravel()[place] += step
            other = smooth_loss(TARGET, moved[:, 0], moved[:, 1:], name, tol=1e-10)
            losses.append(other.loss)
            gradients.append(np.concatenate([other.by_c[:, None], other.by_z], axis=1).ravel())
        assert abs((losses[0] - losses[1]) / 2e-5 - flat[place]) < 1e-8
        assert np.abs((gradients[0] - gradients[1]) / 2e-5 - found.hessian[place]).max() < 1e-8


def test_a_tail_that_is_cut_short_is_said_and_bounds_the_error():
    steep = PARTICLES * 3.0
    short, long = (smooth_loss(TARGET, WEIGHTS, steep, "tanh", tol=tol) for tol in (1e-2, 1e-9))
    assert short.degrees < long.degrees and 1e-12 < abs(short.loss - long.loss) <= short.tail + long.tail


def test_bad_smooth_units_are_one_sentence():
    with pytest.raises(InputError, match="activation"):
        smooth_loss(TARGET, WEIGHTS, PARTICLES, "step")
    with pytest.raises(InputError, match="other than 0"):
        smooth_loss(TARGET, WEIGHTS, PARTICLES * 0.0)
    with pytest.raises(InputError, match="particles"):
        smooth_loss(TARGET, WEIGHTS, PARTICLES[:, :4])


def test_wick_parts_diagonalise_gaussian_moments():
    f = three_spin(draw_tensor(3, 1)).polynomial
    parts = wick_parts(f)
    assert set(parts) == {1, 3}
    mean = gaussian_mean(multiply(f, f))
    x = np.random.default_rng(0).standard_normal((200_000, 3))
    values = np.einsum("mp,mq,mr,pqr->m", x, x, x, np.array(draw_tensor(3, 1), dtype=float), optimize=True) / 3
    squares = values**2
    assert abs(squares.mean() - float(mean)) < 5 * squares.std() / np.sqrt(len(x))


def test_gaussian_overlaps_are_one_dimensional_integrals():
    """f = x_1^3 and units along e_1: everything is an integral over one normal."""
    f = {(3, 0, 0): Fraction(1)}
    unit, other = (ReluUnit((Fraction(w), Fraction(0), Fraction(0)), Fraction(b)) for w, b in ((2, 1), (-1, "1/2")))
    radial = RbfUnit((Fraction(1), Fraction(0), Fraction(0)), Fraction(1, 2))
    with mpmath.workdps(25):

        def mean(g):
            return mpmath.quad(lambda x: g(x) * mpmath.npdf(x), [-15, -0.5, 0.5, 15])

        relu = gaussian_relu_overlap(f, unit)
        assert abs(relu - mean(lambda x: x**3 * max(2 * x + 1, 0))) < 1e-18
        rest = (1 + mpmath.mpf(1) / 2) ** -1  # two coordinates of e^{-x^2/4}
        found = gaussian_rbf_overlap(f, radial)
        assert abs(found - rest * mean(lambda x: x**3 * mpmath.exp(-((x - 1) ** 2) / 4))) < 1e-18
        pair = gaussian_pair(unit, other)
        assert abs(pair - mean(lambda x: max(2 * x + 1, 0) * max(0.5 - x, 0))) < 1e-18
        assert abs(gaussian_pair(unit, unit) - mean(lambda x: max(2 * x + 1, 0) ** 2)) < 1e-18
    with pytest.raises(InputError, match="one kind"):
        gaussian_pair(unit, radial)


def test_the_initial_variance_is_that_of_random_networks():
    unit = ReluUnit((Fraction(1), Fraction(0), Fraction(0)), Fraction(1, 2))
    known = initial_variance(float_field(), 3, unit, Fraction(4), 10)
    generator = np.random.default_rng(5)
    w = sphere_points(40_000, 3, generator) / np.sqrt(3)
    values = np.maximum(w @ np.array([1.0, 1.0, -1.0]) + 0.5, 0.0)
    nets = (2 * generator.standard_normal((4000, 10)) * values.reshape(4000, 10)).mean(axis=1)
    squares = nets**2
    assert abs(squares.mean() - known) < 5 * squares.std() / np.sqrt(4000)
    target = three_spin(draw_tensor(3, 1))
    assert initial_loss(float_field(), target, unit, Fraction(4), 10) == pytest.approx(
        float(target.mean_square) / 2 + known / 2
    )


@pytest.mark.parametrize("alpha", [None, 0.5])
def test_the_mean_drift_of_samples_is_minus_n_times_the_gradient(alpha):
    particles = PARTICLES if alpha is None else PARTICLES[:, :5]
    covariance, drift = noise_covariance(A, WEIGHTS, particles, np.random.default_rng(2), 40_000, alpha)
    _, by_c, by_z = backend.particle_loss_gradient(TARGET, WEIGHTS, particles, alpha)
    known = -4 * np.concatenate([by_c[:, None], by_z], axis=1).ravel()
    assert (np.abs(drift - known) < 5 * np.sqrt(np.diag(covariance) / 40_000)).all()
    assert np.linalg.eigvalsh(covariance).min() > -1e-9
    rows = residual_gradients(A, WEIGHTS, particles, sphere_points(40_000, 5, np.random.default_rng(2)), alpha)
    assert np.allclose(covariance, np.cov(rows.T), rtol=1e-9, atol=1e-12)


def test_batches_follow_the_rule():
    assert [batch_rule(n, Fraction(1, 2)) for n in (1, 16, 1000)] == [1, 16, 1000]
    assert batch_rule(100, 1) == 10_000 and batch_rule(10, Fraction(1, 4)) == 4 and batch_rule(7, 1, 0.01) == 1
    for bad in ((0, 1), (10, 0), (10, 1.5)):
        with pytest.raises(InputError):
            batch_rule(*bad)
    with pytest.raises(InputError, match="samples"):
        sampled_loss(A, WEIGHTS, PARTICLES, np.random.default_rng(0), 1)


TENSOR = [[[1, "1/2", "0.25"]] * 3] * 3


def test_documents_are_read_exactly_and_floats_with_a_warning():
    assert tensor_from_document({"a": TENSOR})[0][0] == [1, Fraction(1, 2), Fraction(1, 4)]
    net = network_from_document({"unit": "relu", "units": [{"w": [1, "1/3", 0], "b": "-0.5", "c": 2}]}, 3)
    assert net.units[0].parameters == (1, Fraction(1, 3), 0, Fraction(-1, 2))
    with pytest.warns(UserWarning, match="shortest decimals"):
        net = network_from_document({"unit": "rbf", "alpha": 0.1, "units": [{"z": [1, 2, 3], "c": 1}]}, 3)
    assert net.units[0].alpha == Fraction(1, 10)
