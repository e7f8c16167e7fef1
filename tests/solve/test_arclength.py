"""Pseudo-arclength continuation on curves with closed forms: folds, closed curves, branch points, events, ends."""

from __future__ import annotations

import math

import numpy as np
import pytest

from symlandscape.errors import InputError
from symlandscape.solve.arclength import trace, trace_both
from symlandscape.solve.curve import CurveEnd, Steps


def circle(x):
    return np.array([x[0] ** 2 + x[1] ** 2 - 1])


def circle_slope(x):
    return np.array([[2 * x[0], 2 * x[1]]])


def test_a_circle_is_closed_and_has_two_folds():
    curve = trace_both(circle, circle_slope, [1.02, 0.0], [0, 1])
    assert curve.closed and curve.begin is CurveEnd.CLOSED
    folds = [e.point.x for e in curve.events if e.name == "fold"]
    assert np.allclose(folds, [[0, 1], [0, -1]], atol=1e-10)
    assert [e.rising for e in curve.events] == [False, True]
    assert all(abs(circle(p.x)[0]) < 1e-12 for p in curve.points)
    assert sum(np.linalg.norm(b.x - a.x) for a, b in zip(curve.points, curve.points[1:], strict=False)) == (
        pytest.approx(2 * math.pi, rel=1e-2)
    )


def test_a_cusp_shaped_fold_curve_is_run_through_whole():
    # lambda = z^3 - 3 z has folds at z = -1 and 1
    curve = trace_both(
        lambda x: np.array([x[0] ** 3 - 3 * x[0] - x[1]]),
        lambda x: np.array([[3 * x[0] ** 2 - 3, -1.0]]),
        [0.0, 0.0],
        [-1, 0],
        low=-3,
        high=3,
    )
    folds = [e.point.x for e in curve.events if e.name == "fold"]
    assert np.allclose(folds, [[1, -2], [-1, 2]], atol=1e-10)
    assert {curve.begin, curve.end} == {CurveEnd.HIGH, CurveEnd.LOW}
    assert curve.points[-1].x[1] == pytest.approx(-3, abs=1e-12) and curve.points[0].x[1] == pytest.approx(3)


def pitchfork(x):
    return np.array([x[0] * (x[1] - x[0] ** 2)])


def pitchfork_slope(x):
    return np.array([[x[1] - 3 * x[0] ** 2, x[0]]])


def test_a_pitchfork_is_passed_on_each_branch_and_marked():
    straight = trace(pitchfork, pitchfork_slope, [0.0, -0.5], [0, 1], high=0.5)
    assert [(e.name, abs(e.point.x[1]) < 1e-9) for e in straight.events] == [("branch", True)]
    assert straight.end is CurveEnd.HIGH and straight.points[-1].x[0] == pytest.approx(0)
    parabola = trace(pitchfork, pitchfork_slope, [0.5, 0.25], [0, -1], high=0.5)
    assert {e.name for e in parabola.events} == {"branch", "fold"}
    assert parabola.points[-1].x == pytest.approx([-math.sqrt(0.5), 0.5])


def test_events_of_the_caller_are_located_and_touches_between_points_are_seen():
    # the great circle z1 = z2 on the sphere; watched: its height above 0.3, and a dip that is short compared to a step
    def sphere(x):
        return np.array([x @ x - 1, x[0] - x[1]])

    def slope(x):
        return np.array([2 * x, [1.0, -1.0, 0.0]])

    def watch(x, only):
        return {"height": np.array([x[2] - 0.3, x[2] + 2]), "dip": np.array([(x[2] - 0.6) ** 2 - 1e-4])}

    curve = trace(sphere, slope, [0.7, 0.7, 0.0], [0, 0, 1], watch=watch, steps=Steps(longest=0.2))
    heights = [e for e in curve.events if e.name == "height"]
    assert curve.closed and [e.index for e in heights] == [0, 0] and [e.rising for e in heights] == [True, False]
    assert all(abs(e.point.x[2] - 0.3) < 1e-10 for e in heights)
    dips = [e.point.x[2] for e in curve.events if e.name == "dip"]
    assert np.allclose(sorted(dips), [0.59, 0.59, 0.61, 0.61], atol=1e-9)


def test_an_event_can_end_the_curve_and_reversal_exchanges_begin_and_end():
    watch = lambda x, only: {"left": x[0] + 0.5}  # noqa: E731
    curve = trace(circle, circle_slope, [1.0, 0.0], [0, 1], watch=watch, stop_at=lambda name: name == "left")
    assert curve.end is CurveEnd.STOPPED and curve.points[-1].x == pytest.approx([-0.5, math.sqrt(0.75)])
    back = curve.reversed()
    assert back.begin is CurveEnd.STOPPED and back.end is CurveEnd.START
    assert [e.name for e in back.events] == ["left", "fold"] and back.events[0].rising
    assert back.points[0].length == -curve.points[-1].length


def test_a_corner_ends_the_curve_with_underflow():
    # z = sqrt(lambda) has no real point below 0, and its corner version is not smooth there
    curve = trace(
        lambda x: np.array([x[0] - math.sqrt(x[1])]),
        lambda x: np.array([[1.0, -0.5 / math.sqrt(x[1])]]),
        [1.0, 1.0],
        [0, -1],
    )
    assert curve.end is CurveEnd.UNDERFLOW and abs(curve.points[-1].x[1]) < 1e-6


def test_the_number_of_steps_is_bounded():
    curve = trace(circle, circle_slope, [1.0, 0.0], [0, 1], steps=Steps(most=5))
    assert curve.end is CurveEnd.MAX_STEPS and len(curve.points) == 5


@pytest.mark.parametrize(
    ("start", "direction", "low"),
    [
        ([1.0], [1.0], -9),
        ([1.0, 0.0], [0.0, 0.0], -9),
        ([1.0, 0.0], [1.0], -9),
        ([math.nan, 0.0], [0, 1], -9),
        ([1.0, 0.0], [0, 1], 0.5),
        ([0.0, 0.0], [0, 1], -9),
    ],
)
def test_bad_starts_are_refused(start, direction, low):
    with pytest.raises(InputError):
        trace(circle, circle_slope, start, direction, low=low)


def test_a_start_on_the_edge_of_the_range_ends_there_at_once():
    curve = trace_both(circle, circle_slope, [0.8, 0.6], [0, 1], low=0.0, high=0.6)
    assert curve.points[-1].x == pytest.approx([0.8, 0.6]) and curve.end is CurveEnd.HIGH
    assert curve.begin is CurveEnd.LOW and curve.points[0].x == pytest.approx([1, 0])
