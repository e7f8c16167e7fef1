"""Minimisers: every random start reaches the rounding floor or says why not, on any number of threads."""

from __future__ import annotations

import numpy as np
import pytest

from numba_kernels._jit import COMPILED
from symlandscape import backends
from symlandscape.backends import MinimiseStatus, minimise_relu
from symlandscape.runs import start_batch

pytestmark = pytest.mark.skipif(not COMPILED, reason="thousands of iterations: compiled only")


@pytest.mark.parametrize(("k", "d"), [(6, 6), (7, 6), (12, 12), (13, 12), (20, 20), (21, 20), (3, 8)])
def test_every_random_start_reaches_gradient_norm_1e_12(k: int, d: int) -> None:
    batch = minimise_relu(start_batch(3, 0, 40, k, d))
    assert batch.converged.all(), [MinimiseStatus(code).message for code in batch.status]
    assert batch.gradient_norms.max() <= 1e-12
    for q in range(0, 40, 13):
        value, slope_of_loss = backends.relu_loss_gradient(batch.points[q])
        assert np.linalg.norm(slope_of_loss) <= 2e-12
        assert value == pytest.approx(batch.losses[q], abs=1e-13)


def test_d_6_finds_the_published_minima_and_only_minima() -> None:
    batch = minimise_relu(start_batch(0, 0, 400, 6, 6))
    losses = np.unique(np.round(batch.losses, 9))
    assert set(losses.tolist()) <= {0.0, 0.025080581, 0.055668581}
    assert 0.025080581 in losses.tolist()
    for q in range(0, 400, 40):
        assert np.linalg.eigvalsh(backends.relu_hessian(batch.points[q]))[0] > 1e-4


@pytest.mark.parametrize("method", ["lbfgs", "gd", "nesterov"])
def test_bits_do_not_depend_on_threads_or_on_the_other_starts(method: backends.Method) -> None:
    starts = start_batch(1, 0, 90, 6, 6)
    tol, limit = (1e-12, None) if method == "lbfgs" else (1e-3, 2000)
    one = minimise_relu(starts, method=method, tol=tol, max_steps=limit)
    two = minimise_relu(starts, method=method, tol=tol, max_steps=limit, threads=3)
    alone = minimise_relu(starts[7:8], method=method, tol=tol, max_steps=limit)
    assert np.array_equal(one.points, two.points)
    assert np.array_equal(one.losses, two.losses)
    assert np.array_equal(one.points[7], alone.points[0])


@pytest.mark.parametrize("method", ["gd", "heavy-ball", "nesterov"])
def test_fixed_step_methods_reach_their_tolerance(method: backends.Method) -> None:
    batch = minimise_relu(start_batch(2, 0, 6, 5, 5), method=method, tol=1e-10, step=0.05)
    assert batch.converged.all()
    assert backends.relu_loss_gradient(batch.points[0])[0] == pytest.approx(batch.losses[0], abs=1e-13)


def test_gradient_descent_follows_its_recursion() -> None:
    start = start_batch(4, 0, 1, 4, 4)
    x, before = start[0].copy(), np.zeros((4, 4))
    for _ in range(5):
        step = 0.9 * before - 0.02 * backends.relu_loss_gradient(x)[1]
        x, before = x + step, step
    batch = minimise_relu(start, method="heavy-ball", step=0.02, momentum=0.9, max_steps=5)
    assert batch.status[0] == MinimiseStatus.MAX_STEPS
    assert batch.steps[0] == 5
    assert np.abs(batch.points[0] - x).max() < 1e-14


def test_general_target_and_slope_converge_or_lose_a_neuron() -> None:
    # more neurons than targets: a superfluous neuron may shrink to zero, where the loss has a kink
    rng = np.random.default_rng(0)
    V = rng.standard_normal((3, 5))
    batch = minimise_relu(rng.standard_normal((200, 5, 5)), V, slope=0.2)
    assert set(batch.status.tolist()) <= {MinimiseStatus.CONVERGED, MinimiseStatus.SINGULAR}
    assert batch.converged.mean() > 0.95
    lost = batch.points[batch.status == MinimiseStatus.SINGULAR]
    assert (np.linalg.norm(lost, axis=2).min(axis=1) < 1e-8).all()


def test_too_few_steps_are_told() -> None:
    batch = minimise_relu(start_batch(0, 0, 3, 6, 6), max_steps=5)
    assert (batch.status == MinimiseStatus.MAX_STEPS).all()
    assert np.isfinite(batch.losses).all()


def test_a_step_beyond_stability_is_told_and_does_not_hang() -> None:
    batch = minimise_relu(start_batch(0, 0, 2, 6, 6), method="gd", step=50.0, max_steps=5000)
    assert set(batch.status.tolist()) <= {MinimiseStatus.NOT_FINITE, MinimiseStatus.MAX_STEPS, MinimiseStatus.SINGULAR}


def test_a_neuron_that_dies_is_told() -> None:
    # the second neuron opposes the target: its best norm is zero, where the loss has a kink
    start = np.array([[[1.0, 0.0], [-0.01, 1e-12]]])
    batch = minimise_relu(start, np.array([[1.0, 0.0]]))
    assert batch.status[0] in {MinimiseStatus.SINGULAR, MinimiseStatus.STALLED, MinimiseStatus.CONVERGED}
    assert batch.steps[0] < 5000


def test_progress_counts_up_to_the_number_of_starts() -> None:
    seen: list[tuple[int, int]] = []
    minimise_relu(start_batch(0, 0, 150, 3, 3), progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (150, 150)
    assert seen == sorted(seen)


def test_an_interrupt_in_the_callback_is_raised_again() -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    for threads in (1, 2):
        with pytest.raises(KeyboardInterrupt):
            minimise_relu(start_batch(0, 0, 500, 6, 6), threads=threads, progress=stop)
