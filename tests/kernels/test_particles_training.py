"""Compiled motions of particles: the batch's gradient, plain steps, descent below and beyond the stability limit."""

from __future__ import annotations

import numpy as np
import pytest

from numba_kernels._jit import COMPILED
from symlandscape.backends import particles as exact
from symlandscape.backends import particles_training as backend
from symlandscape.errors import InputError
from symlandscape.particles import random_network, student_units
from symlandscape.runs import generator

compiled = pytest.mark.skipif(not COMPILED, reason="many evaluations: compiled only")

D, N = 5, 6
A = np.random.default_rng(7).standard_normal((D, D, D))
TARGET = exact.cubic_target(A)
KINDS = {
    "relu": student_units("relu", D),
    "rbf": student_units("rbf", D, on_sphere=False, scaled=False, alpha=0.3),
    "sphere": student_units("rbf", D),
}


def words_to_points(seed, step, stream, count):
    """The points of a step from NumPy's own Philox: pairs of uniform numbers to pairs of normal ones."""
    key = np.array([seed, step], dtype=np.uint64)
    source = np.random.Philox(key=key, counter=np.array([0, 0, 0, stream], dtype=np.uint64))
    blocks = (D + 3) // 4
    words = source.random_raw(4 * blocks * count).reshape(-1, 2)
    uniform = ((words >> np.uint64(12)).astype(float) + 0.5) * 2.0**-52
    radius, angle = np.sqrt(-2 * np.log(uniform[:, 0])), 2 * np.pi * uniform[:, 1]
    x = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).reshape(count, 4 * blocks)[:, :D]
    return x * (np.sqrt(D) / np.linalg.norm(x, axis=1))[:, None]


def plain_step(units, c, Z, x, step):
    """One step by NumPy: c, Z += step mean (f - f_n)(phi, c grad phi)."""
    f = np.einsum("mp,mq,mr,pqr->m", x, x, x, A) / D
    if units.alpha is None:
        inside = x @ Z[:, :D].T + Z[:, D]
        phi = np.maximum(inside, 0.0)
        slopes = (inside > 0)[:, :, None] * np.concatenate([x, np.ones((len(x), 1))], axis=1)[:, None, :]
    else:
        gap = x[:, None, :] - Z[None]
        phi = units.scale * np.exp(-0.5 * units.alpha * (gap**2).sum(axis=2))
        slopes = units.alpha * phi[:, :, None] * gap
    r = f - phi @ c / c.size
    by_c, by_z = (r[:, None] * phi).mean(axis=0), c[:, None] * (r[:, None, None] * slopes).mean(axis=0)
    if units.on_sphere:
        by_z -= (by_z * Z).sum(axis=1)[:, None] * Z / D
    c, Z = c + step * by_c, Z + step * by_z
    return c, Z * (np.sqrt(D) / np.linalg.norm(Z, axis=1))[:, None] if units.on_sphere else Z


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("batch", [1, 64, 131])
def test_steps_are_those_of_plain_numpy_on_the_philox_points(name, batch):
    units = KINDS[name]
    network = random_network(units, D, N, 1)
    (c, Z), done = backend.sgd_particles(TARGET, units, network, 0.1, batch, 3, first=4, seed=9, stream=2)
    known = network
    for k in range(3):
        known = plain_step(units, *known, words_to_points(9, 4 + k, 2, batch), 0.1)
    assert done == 3 and np.abs(c - known[0]).max() < 1e-12 and np.abs(Z - known[1]).max() < 1e-12


@compiled
@pytest.mark.parametrize("name", KINDS)
def test_the_mean_batch_gradient_is_the_exact_one(name):
    """Over 400 batches of 100 points: every entry within five standard errors of -n grad L, chi^2 as expected."""
    units = KINDS[name]
    network = random_network(units, D, N, 2)
    _, by_c, by_z = backend.student_loss_gradient(TARGET, units, network)
    drift = -N * np.concatenate([by_c, by_z.ravel()])
    small, rows = 1e-6, []  # a small step, since centres are pulled back to the sphere
    for k in range(400):
        (c, Z), _ = backend.sgd_particles(TARGET, units, network, small, 100, 1, first=k, seed=5)
        rows.append(np.concatenate([c - network[0], (Z - network[1]).ravel()]) / small)
    rows = np.array(rows)
    error = rows.std(axis=0, ddof=1) / 20
    z = (rows.mean(axis=0) - drift) / error
    assert np.abs(z).max() < 5 and 0.2 < (z**2).mean() < 2.5


@compiled
@pytest.mark.parametrize("name", KINDS)
def test_descent_is_its_plain_form_and_flow_is_its_limit(name):
    units = KINDS[name]
    network = random_network(units, D, N, 3)
    (c, Z), _ = backend.descend_particles(TARGET, units, network, 0.05, 1)
    _, by_c, by_z = backend.student_loss_gradient(TARGET, units, network)
    moved = network[1] - 0.05 * N * by_z
    if units.on_sphere:
        moved *= (np.sqrt(D) / np.linalg.norm(moved, axis=1))[:, None]
    assert np.abs(c - network[0] + 0.05 * N * by_c).max() < 1e-14 and np.abs(Z - moved).max() < 1e-14
    flow = backend.descend_particles(TARGET, units, network, 0.1, 10, "flow")[0]
    ends = [backend.descend_particles(TARGET, units, network, 1.0 / k, k)[0] for k in (200, 400)]
    gaps = [np.abs(end[0] - flow[0]).max() for end in ends]
    assert 1.8 < gaps[0] / gaps[1] < 2.2 and gaps[1] < 0.01
    fine = backend.descend_particles(TARGET, units, network, 0.05, 20, "flow")[0]
    assert np.abs(fine[0] - flow[0]).max() < 1e-4


@pytest.mark.parametrize("name", ["relu", "rbf"])
def test_the_curvature_is_the_largest_eigenvalue_of_the_dense_hessian(name):
    units = KINDS[name]
    network = random_network(units, D, N, 4)
    dense = N * np.linalg.eigvalsh(exact.particle_hessian(TARGET, *network, units.alpha))[-1]
    found, vector = backend.particle_curvature(TARGET, units, network, tol=1e-9)
    assert found == pytest.approx(dense, rel=1e-6)
    again, _ = backend.particle_curvature(TARGET, units, network, start=vector, most=3)
    assert again == pytest.approx(dense, rel=1e-6)


@compiled
@pytest.mark.parametrize("name", ["relu", "sphere"])
def test_descent_falls_below_the_stability_limit_and_grows_beyond_it(name):
    """Next to a minimum, along the steepest direction: each step multiplies by 1 - h lambda."""
    units = KINDS[name]
    net = random_network(units, D, 3, 6)
    net = backend.descend_particles(TARGET, units, net, 0.05, 300)[0]
    net, least, _, _, _ = backend.minimise_particles(TARGET, units, net, 1e-9, 3000)
    lam, vector = backend.particle_curvature(TARGET, units, net, tol=1e-9)
    c, Z = net[0] + 1e-4 * vector[:3], net[1] + 1e-4 * vector[3:].reshape(net[1].shape)
    if units.on_sphere:
        Z *= (np.sqrt(D) / np.linalg.norm(Z, axis=1))[:, None]
    begin = backend.student_loss(TARGET, units, (c, Z)) - least
    ends = []
    for share in (0.95, 1.05):
        moved, _ = backend.descend_particles(TARGET, units, (c, Z), share * 2.0 / lam, 20)
        ends.append(backend.student_loss(TARGET, units, moved) - least)
    assert ends[0] < 0.5 * begin and ends[1] > 2.0 * begin > 0.0


def test_the_distance_of_two_networks_is_that_of_their_values():
    for units in KINDS.values():
        one, other = random_network(units, D, 4, 1), random_network(units, D, 7, 2)
        found = backend.function_distance(TARGET, units, one, other)
        x = generator(1, 1).standard_normal((40_000, D))
        x *= (np.sqrt(D) / np.linalg.norm(x, axis=1))[:, None]
        values = []
        for c, Z in (one, other):
            if units.alpha is None:
                phi = np.maximum(x @ Z[:, :D].T + Z[:, D], 0.0)
            else:
                phi = units.scale * np.exp(-0.5 * units.alpha * ((x[:, None] - Z[None]) ** 2).sum(axis=2))
            values.append(phi @ c / c.size)
        squares = (values[0] - values[1]) ** 2
        assert abs(squares.mean() - found) < 5 * squares.std() / 200
        assert backend.function_distance(TARGET, units, one, one) < 1e-13


@compiled
def test_minimisation_reaches_a_point_without_gradient():
    units = KINDS["sphere"]
    net, loss, norm, status, _ = backend.minimise_particles(TARGET, units, random_network(units, D, 8, 1), 1e-9, 4000)
    again, by_c, by_z = backend.student_loss_gradient(TARGET, units, net)
    assert status == 0 and norm <= 1e-9 and again == pytest.approx(loss, rel=1e-12)
    assert np.hypot(np.linalg.norm(by_c), np.linalg.norm(by_z)) < 1e-8


@compiled
def test_a_run_that_leaves_the_numbers_says_how_far_it_came():
    units = KINDS["relu"]
    network = random_network(units, D, N, 1)
    assert backend.descend_particles(TARGET, units, network, 1e9, 100)[1] < 100
    assert backend.sgd_particles(TARGET, units, network, 1e9, 10, 100)[1] < 100


NET = random_network(KINDS["relu"], D, 2, 0)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: backend.StudentUnits(alpha=-1.0), "alpha > 0"),
        (lambda: backend.StudentUnits(alpha=1.0, scale=0.0), "scale > 0"),
        (lambda: backend.StudentUnits(scale=2.0), "ReLU"),
        (lambda: backend.sgd_particles(TARGET, KINDS["relu"], NET, 0.1, 0, 1), "batch"),
        (lambda: backend.sgd_particles(TARGET, KINDS["relu"], NET, -0.1, 1, 1), "step > 0"),
        (lambda: backend.sgd_particles(TARGET, KINDS["relu"], NET, 0.1, 1, 1, seed=-1), "seed"),
        (lambda: backend.descend_particles(TARGET, KINDS["relu"], NET, 0.1, 1, "euler"), "euler"),  # type: ignore[arg-type]
        (lambda: backend.minimise_particles(TARGET, KINDS["relu"], NET, 0.0), "tolerance"),
        (lambda: backend.student_loss(TARGET, KINDS["rbf"], NET), "shape"),
        (lambda: backend.student_loss(TARGET, KINDS["sphere"], (np.ones(1), np.ones((1, D)) * 2)), "sphere"),
        (lambda: backend.student_loss(TARGET, KINDS["relu"], (NET[0] * np.nan, NET[1])), "finite"),
    ],
)
def test_bad_arguments_are_one_sentence(call, said):
    with pytest.raises(InputError, match=said):
        call()
