"""Nested networks, the noise of batches, jackknife errors: laws that hold by construction, and broken constants."""

from __future__ import annotations

import numpy as np
import pytest

from numba_kernels._jit import COMPILED
from symlandscape.errors import InputError
from symlandscape.particles import (
    NestedFlow,
    batch_fluctuations,
    drawn_target,
    nested_flow,
    noise_floor,
    random_network,
    student_units,
)
from symlandscape.particles.batch_noise import linear_floor, minimum
from symlandscape.statistics import estimate, even_exponent, jackknife

pytestmark = pytest.mark.skipif(not COMPILED, reason="many evaluations: compiled only")

RELU, RBF = student_units("relu", 4), student_units("rbf", 4)


def test_the_jackknife_of_a_mean_is_its_standard_error():
    rows = np.random.default_rng(1).standard_normal((9, 2))
    found, known = jackknife(rows, lambda mean: float(mean[0])), estimate(rows[:, 0])
    assert found.mean == pytest.approx(known.mean)
    assert found.standard_error == pytest.approx(known.standard_error)
    with pytest.raises(InputError, match="two rows"):
        jackknife(rows[:1], lambda mean: 0.0)


def synthetic(power):
    """L_n = 2 + 3 n^-power + noise that is common to the widths of a replicate."""
    widths = np.array([8, 16, 32, 64])
    noise = np.random.default_rng(2).standard_normal((20, 1, 1))
    losses = (2.0 + 3.0 * widths[None, :, None] ** -power + noise) * np.ones((1, 1, 2))
    shaky = 0.01 * np.random.default_rng(3).standard_normal(losses.shape) / widths[None, :, None] ** power
    variances = np.repeat((5.0 + noise**2) / widths[None, :, None], 2, axis=2)
    return NestedFlow(tuple(widths.tolist()), np.array([0.0, 1.0]), losses + shaky, variances)


def test_exponents_need_no_limit_and_common_noise_cancels():
    for power in (1.0, 1.5):
        found = synthetic(power).exponents(1)
        assert all(abs(row.z(power)) < 4.5 and row.standard_error < 0.02 for row in found)
    rows = synthetic(1.0)
    assert abs(rows.limit(0).z(2.0)) < 4 and rows.limit(0).standard_error > 0.1  # it moves with the common noise
    for n, row in zip(rows.widths, rows.excess(0), strict=True):
        assert abs(row.z(3.0 / n)) < 4.5 and row.standard_error < 0.01
    assert rows.variance_exponent(0).exponent == pytest.approx(-1.0, abs=0.05)


def test_nested_networks_start_from_one_and_do_not_depend_on_threads(tmp_path):
    arguments = (4, (4, 8, 16), RBF, 3, (0.0, 0.5), 0.25)
    one = nested_flow(*arguments, seed=3, store=tmp_path / "x.sqlite")
    two = nested_flow(*arguments, seed=3, threads=2)
    again = nested_flow(*arguments, seed=3, store=tmp_path / "x.sqlite")
    for other in (two, again):
        assert one.losses.tobytes() == other.losses.tobytes() and one.variances.tobytes() == other.variances.tobytes()
    from symlandscape.backends.particles_training import student_loss

    c, Z = random_network(RBF, 4, 16, 3, 1)
    blocks = [student_loss(drawn_target(4, 3), RBF, (c[i : i + 4], Z[i : i + 4])) for i in range(0, 16, 4)]
    assert one.losses[1, 0, 0] == pytest.approx(np.mean(blocks), rel=1e-14)
    assert np.isnan(one.variances[:, 2]).all() and (one.losses[:, :, 1] < one.losses[:, :, 0]).all()


def test_random_networks_vary_pointwise_by_one_over_n():
    """n E Var f_n = E c^2 E phi^2 = 1 at t = 0, exactly."""
    found = nested_flow(4, (4, 8, 16), RBF, 60, (0.0,), 0.25, seed=1)
    for n, row in zip(found.widths, found.variance(0), strict=False):
        assert abs(row.z(1.0 / n)) < 4.5


def test_the_floor_is_the_one_of_linear_noise_and_a_wrong_covariance_is_seen():
    found = noise_floor(4, 6, (64, 256), 40, 0.02, 200, samples=20_000, number=2)
    for mean, predicted in zip(found.means, found.predicted, strict=True):
        assert abs(mean.z(float(predicted))) < 4.5 and abs(mean.z(2.0 * float(predicted))) > 5
    assert found.relative_error < 0.05 and found.exponent.exponent == pytest.approx(-1.0, abs=0.3)
    network, _ = minimum(4, 6, 0, 2)
    long, _ = linear_floor(drawn_target(4, 0), network, 0.02, 10**7, 4000, 0)
    short, _ = linear_floor(drawn_target(4, 0), network, 0.02, 1, 4000, 0)
    assert 0.0 < short < long < np.inf


def test_fluctuations_fall_by_the_rule_and_batches_of_all_points_have_none():
    found = batch_fluctuations(4, (4, 8, 16), RELU, 6, 1.0, 0.05, 20)
    assert found.batches == (16, 64, 256) and abs(found.exponent.exponent + 1.0) < 5 * found.exponent.error
    large = batch_fluctuations(4, (4,), RELU, 6, 1.0, 0.05, 20, scale=100.0)
    assert large.means[0].mean < 0.1 * found.means[0].mean


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: nested_flow(4, (4, 8), RBF, 3, (0.0,), 0.1), "three widths"),
        (lambda: nested_flow(4, (4, 8, 24), RBF, 3, (0.0,), 0.1), "double"),
        (lambda: nested_flow(4, (4, 8, 16), RBF, 1, (0.0,), 0.1), "replicates"),
        (lambda: nested_flow(4, (4, 8, 16), RBF, 2, (1.0, 0.5), 0.1), "increasing times"),
        (lambda: nested_flow(4, (4, 8, 16), RBF, 2, (0.0,), 0.0), "step > 0"),
        (lambda: nested_flow(4, (4, 8, 16), RELU, 2, (4000.0,), 100.0), "below 100"),
        (lambda: batch_fluctuations(4, (4, 8), RELU, 1, 1.0, 0.1, 5), "two networks"),
        (lambda: batch_fluctuations(4, (4, 8), RELU, 2, 1.0, 1e9, 50), "below"),
        (lambda: noise_floor(4, 6, (8,), 1, 0.02, 5), "two runs"),
        (lambda: noise_floor(4, 6, (8,), 2, 50.0, 5, number=2), "stability limit"),
    ],
)
def test_bad_arguments_are_one_sentence(call, said):
    with pytest.raises(InputError, match=said):
        call()


def test_an_exponent_with_equal_weights_is_the_line_and_carries_the_errors():
    x = np.array([8.0, 16.0, 32.0])
    found = even_exponent(x, 3.0 * x**-1.5, 0.1 * x**-1.5)
    assert found.exponent == pytest.approx(-1.5) and found.chi2 == pytest.approx(0.0, abs=1e-20)
    assert found.error == pytest.approx(0.1 / 3 / np.sqrt(2) / np.log(2))
    assert even_exponent(x[:2], x[:2], x[:2]).chi2 is None
    for bad in ((x[:1], x[:1], x[:1]), (x, -x, x), (x * 0 + 1, x, x)):
        with pytest.raises(InputError):
            even_exponent(*bad)


def test_the_limit_of_the_widths_is_exact_for_two_terms_in_one_over_n():
    widths = np.array([4, 8, 16, 32])
    losses = (2.0 + 3.0 / widths - 5.0 / widths**2)[None, :, None] * np.ones((2, 1, 1))
    found = NestedFlow((4, 8, 16, 32), np.array([0.0]), losses, np.ones_like(losses))
    assert found.limits == pytest.approx(2.0, abs=1e-14)
    assert found.excess(0)[1].mean == pytest.approx(3.0 / 8 - 5.0 / 64, abs=1e-14)
