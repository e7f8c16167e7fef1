"""A small selection of kernel results as nested lists: computed compiled and as plain Python, then compared."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from symlandscape import backends
from symlandscape.backends import particles_training as training
from symlandscape.backends.particles import cubic_target
from symlandscape.runs import start_batch


def answers() -> list[Any]:
    """Values, gradients, Hessians, products and end points of minimisations on tiny networks."""
    W, V = start_batch(5, 0, 1, 4, 3)[0], start_batch(5, 1, 1, 2, 3)[0]
    found: list[Any] = []
    for target, slope in ((None, 0.0), (V, -0.5)):
        value, gradient = backends.relu_loss_gradient(W, target, slope)
        found += [value, gradient.tolist(), backends.relu_loss(W, target, slope)]
        found.append(backends.relu_hessian(W, target, slope).tolist())
        found.append(backends.relu_hessian_product(W, W, target, slope).tolist())
    found += [part.tolist() for part in backends.relu_losses_gradients(start_batch(5, 3, 9, 3, 3), None, 0.2)]
    for target, slope in ((None, 0.0), (V, -0.5)):
        means = backends.sampled_relu_loss_gradient(W, target, slope, 70)
        found += [means.value, means.error, means.gradient.tolist(), means.gradient_error.tolist()]
    small = start_batch(5, 2, 1, 2, 2)
    batch = backends.minimise_relu(small)
    found += [batch.losses.tolist(), batch.status.tolist(), batch.points.tolist()]
    for method in ("gd", "heavy-ball", "nesterov"):
        few = backends.minimise_relu(small, method=method, max_steps=20)  # type: ignore[arg-type]
        found += [few.points.tolist(), few.losses.tolist()]
    return found + second_layer_answers() + spin_answers() + region_answers() + particle_answers()


def second_layer_answers() -> list[Any]:
    """Values, derivatives and an end point in both layers, for each kind of target; one triangle of a Hessian."""
    W, a = start_batch(5, 4, 1, 3, 2)[0], np.array([1.0, 0.0, -0.5])
    found: list[Any] = [backends.relu_hessian(W, triangle="lower").tolist()]
    found.append(backends.relu_hessian(W, np.array([[0.0, -2.0]])).tolist())
    for V, b in ((None, None), (None, np.array([1.0, -1.0])), (W[:2] + 1.0, np.array([2.0, 0.0]))):
        value, in_W, in_a = backends.network_loss_gradient(W, a, V, b, 0.1)
        found += [value, in_W.tolist(), in_a.tolist(), backends.network_hessian(W, a, V, b, 0.1).tolist()]
        found.append(backends.network_hessian_product(W, a, np.arange(9.0), V, b, 0.1).tolist())
    end = backends.minimise_network(start_batch(5, 5, 1, 1, 2), np.ones((1, 1)), np.array([[1.0, 0.5]]))
    return [*found, end.W.tolist(), end.a.tolist(), end.losses.tolist(), end.status.tolist()]


def spin_answers() -> list[Any]:
    """Energies, derivatives, end points and homotopy paths of tiny spin glasses."""
    found: list[Any] = []
    for factors in ({3: 0.2}, {2: 0.3, 4: 0.1}):
        couplings = backends.pack_couplings(4, factors, lambda p: np.random.default_rng(p))
        points = np.random.default_rng(1).standard_normal((2, 4))
        found += [part.tolist() for part in backends.spin_energies(couplings, points)]
        found.append(backends.spin_hessian(couplings, points[0]).tolist())
        found.append(backends.spin_hessian_product(couplings, points[0], points).tolist())
        batch = backends.minimise_spins(couplings, points)
        found += [batch.points.tolist(), batch.losses.tolist(), batch.status.tolist()]
        few = backends.minimise_spins(couplings, points, "gd", max_steps=10)
        found += [few.points.tolist(), few.losses.tolist()]
        point, energies = backends.langevin_spins(couplings, points[0], points, 0.7, 0.01)
        found += [point.tolist(), energies.tolist()]
    for degree in (3, 4):
        tensor = np.zeros((2,) * degree)
        for q, order in enumerate(product(range(2), repeat=degree)):
            tensor[order] = 1.0 / (1 + sum(order)) - 0.01 * (q == 0)
        roots = backends.track_spin_roots(tensor, degree, np.array([1.0, 2.5]))
        found += [roots.ends.real.tolist(), roots.ends.imag.tolist(), roots.reality.tolist(), roots.clashes]
    return found


def region_answers() -> list[Any]:
    """Classified regions, a short training and a short descent of tiny two-layer networks."""
    source = np.random.default_rng(3)
    X, W, z = source.standard_normal((6, 2)), source.standard_normal((5, 2, 2)), source.standard_normal((5, 2))
    y = np.arange(6) % 2 * 1.0
    found: list[Any] = []
    for slope in (0.0, 0.3):
        drawn = backends.classify_regions(W, X, y, slope)
        found += [part.tolist() for part in (drawn.wrong, drawn.squares, drawn.ranks, drawn.verdicts, drawn.dead_rows)]
        many = np.tile(X, (5, 1, 1)), np.tile(y, (5, 1))
        ends = backends.train_two_layer(W, z, *many, slope, rounds=2, steps=5)
        found += [part.tolist() for part in (ends.W, ends.z, ends.errors, ends.status)]
        hashes, losses = backends.visited_regions(W[0], z[0], X, y, slope, 20, 0.1)
        found += [(hashes % np.uint64(1 << 20)).tolist(), losses.tolist()]
    return found


def particle_answers() -> list[Any]:
    """A few steps of each motion of tiny particles."""
    source = np.random.default_rng(4)
    target = cubic_target(source.standard_normal((3, 3, 3)))
    c, points = source.standard_normal(2), source.standard_normal((2, 3))
    points *= np.sqrt(3.0) / np.linalg.norm(points, axis=1)[:, None]
    found: list[Any] = []
    for units in (
        training.StudentUnits(),
        training.StudentUnits(0.5, 2.0),
        training.StudentUnits(0.5, 2.0, on_sphere=True),
    ):
        network = (c, np.concatenate([points, [[0.3], [-0.2]]], axis=1) if units.alpha is None else points)
        ends = [training.sgd_particles(target, units, network, 0.1, 66, 2, seed=3)[0]]
        ends += [training.descend_particles(target, units, network, 0.1, 2, name)[0] for name in ("descent", "flow")]
        ends.append(training.minimise_particles(target, units, network, 1e-9, 3)[0])
        found += [part.tolist() for end in ends for part in end]
    return found
