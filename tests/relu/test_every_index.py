"""Critical points of every index: Newton on the gradient."""

from __future__ import annotations

import numpy as np
import pytest

from symlandscape import backends, relu
from symlandscape.errors import InputError
from symlandscape.evidence import Level
from symlandscape.relu.every_index import FOUND, SINGULAR, STUCK, newton_on_gradient


def found() -> relu.Saddles:
    return relu.saddles(3, 3, 120)


def test_every_kind_is_a_critical_point_with_the_index_of_its_dense_hessian() -> None:
    for point in found().points:
        loss, gradient = backends.relu_loss_gradient(point.weights)
        assert float(np.linalg.norm(gradient)) < 1e-9
        assert loss == pytest.approx(point.loss, abs=1e-14)
        values = np.linalg.eigvalsh(backends.relu_hessian(point.weights))
        assert point.index == int((values < -1e-6).sum())
        assert point.flat == int((np.abs(values) <= 1e-6).sum())


def test_every_start_is_counted_once() -> None:
    result = found()
    assert sum(p.count for p in result.points) + sum(result.reasons.values()) == result.starts
    assert result.document()["reached"] == sum(p.count for p in result.points)


def test_kinds_do_not_depend_on_threads() -> None:
    one, two = relu.saddles(3, 3, 40, seed=5), relu.saddles(3, 3, 40, seed=5, threads=2)
    assert [(p.loss, p.index, p.count) for p in one.points] == [(p.loss, p.index, p.count) for p in two.points]


def test_neurons_of_one_direction_stand_for_their_continuum() -> None:
    """One neuron on a target and any split of it are one kind: a flat direction for the split, the same loss."""
    single = relu.saddles(1, 2, 30)
    double = relu.saddles(2, 2, 200)
    best = min(single.points, key=lambda p: p.loss)
    same = [p for p in double.points if abs(p.loss - best.loss) < 1e-10]
    assert len(same) == 1 and same[0].flat == 1 and same[0].count > 1
    a, b = same[0].weights
    assert np.allclose(a, b, atol=1e-9)  # equal shares


def test_the_known_saddles_of_the_families_are_among_them() -> None:
    losses = np.array([p.loss for p in relu.saddles(5, 5, 250).points])
    for name in ("F1", "A1"):
        point = relu.family(name).at(5)
        assert np.min(np.abs(losses - float(point.loss.mid()))) < 1e-10


def test_certified_levels_come_from_balls() -> None:
    result = relu.saddles(3, 3, 60, certify=True)
    for point in result.points:
        assert (point.level is Level.CERTIFIED) == (point.flat == 0)


def test_the_number_of_unseen_kinds_is_chaos_estimate() -> None:
    result = found()
    once, twice = (sum(p.count == n for p in result.points) for n in (1, 2))
    assert result.unseen == once * (once - 1) / (2 * (twice + 1))


def test_a_start_that_reaches_nothing_says_why() -> None:
    status = [newton_on_gradient(s)[1] for s in np.random.default_rng(1).standard_normal((60, 3, 3)) * 0.05]
    assert set(status) <= {FOUND, STUCK, SINGULAR} and len(set(status)) > 1


@pytest.mark.parametrize("sizes", [(0, 3, 1), (3, 0, 1), (3, 3, 0)])
def test_sizes_below_one_are_refused(sizes: tuple[int, int, int]) -> None:
    with pytest.raises(InputError, match="at least one"):
        relu.saddles(*sizes)
    with pytest.raises(InputError, match="at most"):
        relu.saddles(3, 3, 10**11)
