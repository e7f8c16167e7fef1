"""Trainings and scaling studies: laws of the start, schedules, threads, stores, refusals."""

from __future__ import annotations

import numpy as np
import pytest

from numba_kernels._jit import COMPILED
from symlandscape.errors import InputError
from symlandscape.particles import (
    Phase,
    constant_schedule,
    drawn_target,
    expected_first_loss,
    local_slopes,
    paper_schedule,
    random_network,
    scaling,
    stability_limit,
    student_units,
    train,
)
from symlandscape.runs import Store
from symlandscape.statistics import estimate

pytestmark = pytest.mark.skipif(not COMPILED, reason="many evaluations: compiled only")

RELU, RBF = student_units("relu", 5), student_units("rbf", 5)


@pytest.mark.parametrize(
    "units", [RELU, RBF, student_units("rbf", 5, scaled=False), student_units("rbf", 5, 0.3, on_sphere=False)]
)
def test_first_losses_have_their_exact_mean(units):
    target = drawn_target(5, 3)
    found = train(5, 8, units, constant_schedule(1, 1e-3, 0), seed=3, starts=300, logs=1)
    told = estimate(found.losses[:, 0])
    assert abs(told.z(expected_first_loss(target, units, 8))) < 4.5
    assert found.expected_first == expected_first_loss(target, units, 8)


def test_radial_units_are_scaled_to_mean_square_one():
    x = np.random.default_rng(1).standard_normal((200_000, 5))
    x *= (np.sqrt(5) / np.linalg.norm(x, axis=1))[:, None]
    z = np.array([np.sqrt(5), 0, 0, 0, 0])
    squares = (RBF.scale * np.exp(-0.5 * RBF.alpha * ((x - z) ** 2).sum(axis=1))) ** 2
    assert RBF.alpha == 1.0 and abs(squares.mean() - 1) < 5 * squares.std() / np.sqrt(len(x))
    assert student_units("rbf", 5, scaled=False).scale == 1.0


def test_networks_of_other_numbers_seeds_and_widths_differ():
    made = [random_network(RELU, 5, *row)[0][:4] for row in ((8, 0, 0), (8, 0, 1), (8, 1, 0), (9, 0, 0))]
    assert len({tuple(row) for row in made}) == 4
    assert (random_network(RELU, 5, 8, 0, 1)[1] == random_network(RELU, 5, 8, 0, 1)[1]).all()


def test_a_quench_of_all_steps_is_the_whole_schedule():
    assert paper_schedule(5, 4, 0.1, 0.5, 1.0, 4) == (Phase(4, 0.1, 25),)


def test_the_paper_s_schedule_has_its_batches():
    train_, quench = paper_schedule(64, 100, 0.02, 0.5, 2.0, 10)
    assert (train_, quench) == (Phase(90, 0.02, 128), Phase(10, 0.02, 8192))
    assert paper_schedule(64, 100, 0.02, 1, 1 / 25) == (Phase(100, 0.02, 164),)
    for width in (16, 256):  # dt/P = a n^{-2 alpha}
        (phase,) = paper_schedule(width, 10, 0.1, 0.75)
        assert phase.step / phase.batch == pytest.approx(0.1 * width**-1.5, rel=0.01)


def test_results_do_not_depend_on_threads_and_are_resumed(tmp_path):
    phases = paper_schedule(12, 30, 0.05, 0.5, 1.0, 5)
    path = tmp_path / "runs.sqlite"
    one = train(5, 12, RELU, phases, seed=2, starts=5, logs=3, store=path)
    two = train(5, 12, RELU, phases, seed=2, starts=5, logs=3, threads=3)
    with Store(path) as kept:
        assert len(kept) == 5
    calls = []
    three = train(
        5, 12, RELU, phases, seed=2, starts=5, logs=3, store=path, progress=lambda done, *rest: calls.append(done)
    )
    assert calls == [5]
    for other in (two, three):
        assert other.losses.tobytes() == one.losses.tobytes() and other.Z.tobytes() == one.Z.tobytes()
    processes = train(5, 12, RELU, phases, seed=2, starts=5, logs=3, executor="processes:2")
    assert processes.losses.tobytes() == one.losses.tobytes()
    few = [scaling(5, (4, 8), RBF, 3, most=60, threads=t).losses.tobytes() for t in (1, 3)]
    assert few[0] == few[1]


def test_a_batch_of_many_points_follows_the_descent_and_a_quench_comes_nearer():
    descent = train(5, 16, RELU, constant_schedule(200, 0.05, 0), seed=1, starts=8, logs=2).losses[:, -1]
    gaps = []
    for phases in (
        constant_schedule(200, 0.05, 8),
        constant_schedule(200, 0.05, 512),
        (Phase(150, 0.05, 8), Phase(50, 0.05, 512)),
    ):
        losses = train(5, 16, RELU, phases, seed=1, starts=8, logs=2).losses[:, -1]
        gaps.append(float((losses - descent).mean()))
    assert abs(gaps[1]) < 0.2 * gaps[0] and gaps[2] < 0.8 * gaps[0]


def test_a_step_beyond_the_limit_is_refused_ends_a_training_or_is_forced():
    target = drawn_target(5, 0)
    limit = stability_limit(target, RELU, random_network(RELU, 5, 16, 0))
    flow = stability_limit(target, RELU, random_network(RELU, 5, 16, 0), "flow")
    assert flow == pytest.approx(limit * 2.785293563405282 / 2)
    with pytest.raises(InputError, match="stability limit"):
        train(5, 16, RELU, constant_schedule(10, 1.01 * limit, 0))
    later = train(5, 16, RELU, constant_schedule(200, 0.9 * limit, 0))
    assert later.document()["stopped"] and "stability" in later.endings[0] and 1 < later.logged < 21
    forced = train(5, 16, RELU, constant_schedule(60, 20 * limit, 0), force=True)
    assert forced.endings == ("the loss ran away",) and len(forced.document()["loss"]) < 21
    calm = train(5, 16, RELU, constant_schedule(200, 0.1 * limit, 0)).losses[0]
    assert (np.diff(calm) < 0).all()


def test_local_slopes_of_a_power_law_are_its_exponent():
    widths = np.array([16, 32, 128])
    rows = local_slopes(widths.tolist(), 3.0 * widths**-1.5, 0.01 * widths**-1.5)
    assert [row.slope for row in rows] == pytest.approx([-1.5, -1.5])
    assert rows[0].error == pytest.approx(np.sqrt(2) * 0.01 / 3 / np.log(2))


def test_converged_losses_fall_with_the_width_and_lie_below_trained_ones():
    found = scaling(5, (4, 8, 16), RBF, 3)
    assert found.settled.all() and (np.diff(found.means) < 0).all() and found.fit.exponent < -1
    trained = scaling(5, (4, 8, 16), RBF, 3, schedule=lambda n: constant_schedule(300, 0.05, 0))
    assert (trained.losses > found.losses).all() and trained.quantity == "trained"


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: student_units("tanh", 5), "tanh"),
        (lambda: student_units("relu", 5, 0.5), "relu"),
        (lambda: student_units("rbf", 5, 1e9), "lower it"),
        (lambda: random_network(RELU, 5, 0, 0), "width"),
        (lambda: train(5, 8, RELU, constant_schedule(0, 0.1, 0)), "at least one step"),
        (lambda: train(5, 8, RELU, constant_schedule(5, 0.1, 0), starts=0), "start"),
        (lambda: train(5, 8, RELU, constant_schedule(5, 0.1, 0), method="newton"), "newton"),
        (lambda: constant_schedule(5, -0.1, 0), "step > 0"),
        (lambda: constant_schedule(5, 0.1, -1), "batch"),
        (lambda: constant_schedule(-5, 0.1, 1), "number of steps"),
        (lambda: paper_schedule(8, 10, 0.1, quench=11), "quench"),
        (lambda: paper_schedule(8, 10, 0.1, 1.5), "alpha"),
        (lambda: scaling(5, (16, 8), RELU, 3), "increasing"),
        (lambda: scaling(5, (16,), RELU, 3), "two"),
        (lambda: scaling(5, (8, 16), RELU, 1), "seeds"),
        (lambda: scaling(5, (8, 16), RELU, 2, schedule=lambda n: constant_schedule(9, 50.0, 0), force=True), "smaller"),
    ],
)
def test_bad_arguments_are_one_sentence(call, said):
    with pytest.raises(InputError, match=said):
        call()


def test_the_limit_of_many_trainings_is_the_least_of_their_starts():
    found = train(4, 3, student_units("relu", 4), constant_schedule(2, 0.01, 0), starts=4, logs=1)
    assert found.stability_limit == found.limits[:, 0].min() < found.limits[:, 0].max()
