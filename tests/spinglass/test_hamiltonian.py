"""Samples have the covariance they should, one stream each, and derivatives along the sphere."""

from __future__ import annotations

import math

import numpy as np
import pytest

from symlandscape.errors import InputError
from symlandscape.spinglass.hamiltonian import (
    energy_per_spin,
    full_tensor,
    random_hamiltonian,
    random_spins,
    tangent_gradient,
    tangent_hessian,
    tangent_spectrum,
)
from symlandscape.statistics import estimate


@pytest.mark.parametrize(("model", "spins"), [(2, 6), (3, 7), (4, 5), ("3:1/4,4:3/4", 6)])
def test_the_covariance_is_n_times_nu_of_the_overlap(model: int | str, spins: int) -> None:
    frame = np.linalg.qr(np.random.default_rng(0).standard_normal((spins, 2)))[0].T
    points = math.sqrt(spins) * np.stack([frame[0], 0.6 * frame[0] + 0.8 * frame[1], -frame[0]])
    values = np.stack([spins * energy_per_spin(random_hamiltonian(model, spins, 3, i), points) for i in range(800)])
    weights = {p: float(w) for p, w in random_hamiltonian(model, spins).model.weights}
    for column, overlap in zip(values.T, (1.0, 0.6, -1.0), strict=True):
        expected = spins * sum(w * overlap**p for p, w in weights.items())
        assert abs(estimate(values[:, 0] * column).z(expected)) < 5.0


@pytest.mark.parametrize(("degree", "spins"), [(2, 5), (3, 6), (4, 5), (5, 3)])
def test_the_full_tensor_is_symmetric_and_has_the_same_energies(degree: int, spins: int) -> None:
    tensor = full_tensor(degree, spins, 1, 2)
    assert np.array_equal(tensor, np.swapaxes(tensor, 0, degree - 1))
    sigma = random_spins(spins, 1, 2, 0)
    value = tensor
    for _ in range(degree):
        value = value @ (sigma / math.sqrt(spins))
    assert energy_per_spin(random_hamiltonian(degree, spins, 1, 2), sigma[None])[0] == pytest.approx(float(value))


def test_a_sample_depends_on_its_seed_and_number_alone() -> None:
    one, two = random_hamiltonian(3, 9, 5, 6), random_hamiltonian(3, 9, 5, 6)
    assert np.array_equal(one.couplings.data, two.couplings.data)
    for seed, index in ((5, 7), (6, 6), (6, 5)):
        other = random_hamiltonian(3, 9, seed, index)
        assert not np.array_equal(one.couplings.data, other.couplings.data)
    assert not np.array_equal(random_spins(9, 5, 6, 0), random_spins(9, 5, 6, 1))


def test_an_antipode_has_the_opposite_energy_and_spectrum_for_odd_p_and_the_same_for_even_p() -> None:
    for degree, sign in ((3, -1.0), (4, 1.0)):
        sample = random_hamiltonian(degree, 8, 0, degree)
        sigma = random_spins(8, 0, 0, 0)
        here, there = energy_per_spin(sample, np.stack([sigma, -sigma]))
        assert there == pytest.approx(sign * here)
        spectrum = np.sort(sign * tangent_spectrum(sample, sigma))
        assert np.abs(np.sort(tangent_spectrum(sample, -sigma)) - spectrum).max() < 1e-12


def test_derivatives_along_the_sphere_are_those_of_great_circles() -> None:
    sample = random_hamiltonian("2:1/2,3:1/2", 7, 1)
    sigma = random_spins(7, 1, 0, 0)
    v = np.random.default_rng(1).standard_normal(7)
    v -= v @ sigma / 7 * sigma
    v *= math.sqrt(7 / (v @ v))
    h = 1e-4
    circle = np.stack([math.cos(t) * sigma + math.sin(t) * v for t in (-h, 0.0, h)])
    low, middle, high = 7 * energy_per_spin(sample, circle)
    assert (high - low) / (2 * h) == pytest.approx(tangent_gradient(sample, sigma[None])[0] @ v, abs=1e-6)
    matrix = tangent_hessian(sample, sigma)
    assert (high - 2 * middle + low) / h**2 == pytest.approx(v @ matrix @ v, abs=1e-5)
    assert np.abs(matrix @ sigma).max() < 1e-12
    spectrum = tangent_spectrum(sample, sigma)
    assert spectrum.shape == (6,) and np.all(np.diff(spectrum) >= 0)
    assert spectrum.sum() == pytest.approx(np.trace(matrix))


def test_one_spin_has_no_direction_to_move() -> None:
    sample = random_hamiltonian(3, 1)
    assert tangent_spectrum(sample, np.ones(1)).shape == (0,)
    assert abs(tangent_gradient(sample, np.ones((1, 1)))[0, 0]) < 1e-14


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: random_hamiltonian(3, 0), "N >= 1"),
        (lambda: random_hamiltonian(3, 2.5), "N >= 1"),  # type: ignore[arg-type]
        (lambda: random_hamiltonian(1, 5), "degree"),
        (lambda: random_hamiltonian(20, 5), "up to 12"),
        (lambda: random_hamiltonian("3:1/2", 5), "sum to 1"),
        (lambda: random_hamiltonian(3, 5, -1), "seed"),
        (lambda: random_hamiltonian(3, 5000), "fewer spins"),
        (lambda: full_tensor("3:1/2,4:1/2", 5), "pure"),  # type: ignore[arg-type]
        (lambda: full_tensor(3, 400), "fewer spins"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(call, word: str) -> None:
    with pytest.raises(InputError, match=word):
        call()
