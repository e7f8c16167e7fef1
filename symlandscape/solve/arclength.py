"""Pseudo-arclength continuation: the curve F(z, lambda) = 0 of n equations in n + 1 unknowns, around its folds.

From a point x with unit tangent t the next one solves F = 0 on the plane t.(x' - x) = h; the step h adapts to the
number of Newton steps and to the turn of the tangent. On the way numbers that the caller watches are compared from
point to point, and every change of sign is located on the curve itself. Two are watched always: ``fold``, the lambda
part of the tangent, and ``branch``, the determinant of F' bordered by the tangent, which changes sign where another
curve crosses. All in floats: level ESTIMATED.

Source: keller_1977 (pseudo-arclength); allgower_georg_2003, ch. 6 (steps).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from symlandscape.errors import InputError
from symlandscape.solve.curve import BORDERS, Curve, CurveEnd, CurveEvent, CurvePoint, Steps, Vector
from symlandscape.solve.curve_problem import Problem, Watch, cubic

__all__ = ["trace", "trace_both"]

SAME_POINT = 1e-6
ON_EDGE = 1e-12
DIP = 0.5  # an unchanged sign is looked at again where a parabola falls below this share of the least value
DIP_STEPS = 8
NUDGES = (1e-5, 1e-4, 1e-3, 1e-2, 3e-2)  # shares of a step


def trace(
    residual: Callable[[Vector], Vector],
    jacobian: Callable[[Vector], Vector],
    start: Vector,
    direction: Vector,
    low: float = -math.inf,
    high: float = math.inf,
    watch: Watch = lambda x, only: {},
    stop_at: Callable[[str], bool] = lambda name: False,
    steps: Steps = Steps(),  # noqa: B008 - frozen
) -> Curve:
    """The curve F = 0 from the point next to ``start``, first along ``direction``, while low <= lambda <= high.

    residual: (n+1,) -> (n,); jacobian: (n+1,) -> (n, n+1); start and direction of shape (n+1,), lambda last; ``watch``
    gives the numbers whose changes of sign are events; events with a name for which ``stop_at`` is True end the curve.
    Raises InputError for shapes that do not fit and a start from which Newton finds no point of the curve in the range.
    """
    x, along = np.array(start, dtype=float), np.array(direction, dtype=float)
    if x.ndim != 1 or x.shape != along.shape or x.size < 2 or not (np.all(np.isfinite(x)) and np.any(along)):
        raise InputError(f"expected a start and a direction of shape (n+1,), got {x.shape} and {along.shape}")
    problem = Problem(residual, jacobian, watch, steps)
    along = along / np.linalg.norm(along)
    found = problem.corrected(x, along, 20)
    first = None if found is None else problem.point(found[0], along, 0.0)
    if first is None or not low <= first.x[-1] <= high or np.linalg.norm(first.x - x) > steps.reach:
        raise InputError("no point of the curve was found next to the start in the range; start nearer to the curve")
    for bound, kind, outward in ((low, CurveEnd.LOW, -1), (high, CurveEnd.HIGH, 1)):
        on_edge = math.isfinite(bound) and abs(first.x[-1] - bound) <= ON_EDGE * (1 + abs(bound))
        if on_edge and outward * first.tangent[-1] > 0:
            return Curve((first,), (), CurveEnd.START, kind)
    points, events, h = [first], list[CurveEvent](), steps.first
    while len(points) < steps.most:
        here = points[-1]
        there = _step(problem, here, h, low, high)
        if there is None:
            h /= 2
            if h < steps.smallest:
                return Curve(tuple(points), _ordered(events), CurveEnd.START, CurveEnd.UNDERFLOW)
            continue
        following, count, turn, end = there
        if len(points) > 3 and _passes(first, here, following):
            last = _located(problem, here, following, lambda p: float((p.x - first.x) @ first.tangent), None)
            if np.linalg.norm(last.x - first.x) < SAME_POINT * (1 + np.linalg.norm(first.x)):
                following, end = last, CurveEnd.CLOSED
        met = _changes(problem, points, following, events)
        stops = [e for e in met if stop_at(e.name)]
        if stops:
            following, end = stops[0].point, CurveEnd.STOPPED
            following = problem.point(following.x, following.tangent, following.length) or following
            met = [e for e in met if e.point.length <= following.length]
        events += met
        points.append(following)
        if end is not None:
            return Curve(tuple(points), _ordered(events), CurveEnd.START, end)
        easy = count <= 3 and turn < steps.turn / 2
        h = min(h * (1.6 if easy else 0.7 if count > 5 else 1.0), steps.longest)
    return Curve(tuple(points), _ordered(events), CurveEnd.START, CurveEnd.MAX_STEPS)


def trace_both(
    residual: Callable[[Vector], Vector],
    jacobian: Callable[[Vector], Vector],
    start: Vector,
    direction: Vector,
    low: float = -math.inf,
    high: float = math.inf,
    watch: Watch = lambda x, only: {},
    stop_at: Callable[[str], bool] = lambda name: False,
    steps: Steps = Steps(),  # noqa: B008 - frozen
) -> Curve:
    """The curve through the start in both directions, as one curve in the sense of ``direction``; arguments as in
    `trace`.
    """
    ahead = trace(residual, jacobian, start, direction, low, high, watch, stop_at, steps)
    if ahead.closed:
        return replace(ahead, begin=CurveEnd.CLOSED)
    back = trace(residual, jacobian, start, -np.asarray(direction), low, high, watch, stop_at, steps).reversed()
    return Curve(back.points[:-1] + ahead.points, back.events + ahead.events, back.begin, ahead.end)


def _above(bound: float) -> Callable[[CurvePoint], float]:
    return lambda p: float(p.x[-1] - bound)


def _entry(name: str, i: int) -> Callable[[CurvePoint], float]:
    return lambda p: float(p.values[name][i])


def _ordered(events: list[CurveEvent]) -> tuple[CurveEvent, ...]:
    return tuple(sorted(events, key=lambda e: e.point.length))


def _step(
    problem: Problem, here: CurvePoint, h: float, low: float, high: float
) -> tuple[CurvePoint, int, float, CurveEnd | None] | None:
    """The next point, Newton's steps, the turn, and the end of the range where it was reached (the point lies there
    then); None where the step is too long.
    """
    found = problem.corrected(here.x + h * here.tangent, here.tangent)
    if found is None:
        return None
    x, count = found
    if np.linalg.norm(x - here.x - h * here.tangent) > h / 4:
        return None
    length, end = here.length + float(np.linalg.norm(x - here.x)), None
    point = problem.point(x, here.tangent, length, "fold")
    for bound, kind in ((low, CurveEnd.LOW), (high, CurveEnd.HIGH)):
        if point is not None and (x[-1] - bound) * (1 if kind is CurveEnd.HIGH else -1) > 0:
            point, end = _located(problem, here, point, _above(bound), "fold"), kind
    if point is None:
        return None
    turn = math.acos(min(1.0, float(point.tangent @ here.tangent)))
    whole = None if turn > problem.steps.turn else problem.point(point.x, here.tangent, point.length)
    return None if whole is None else (whole, count, turn, end)


def _passes(first: CurvePoint, a: CurvePoint, b: CurvePoint) -> bool:
    """Whether the chord from a to b crosses the plane through the first point, near it and in its direction."""
    before, after = (float((p.x - first.x) @ first.tangent) for p in (a, b))
    near = np.linalg.norm(b.x - first.x) <= 2 * np.linalg.norm(b.x - a.x)
    return bool(before < 0 <= after and near and b.tangent @ first.tangent > 0.7)


def _changes(
    problem: Problem, points: list[CurvePoint], following: CurvePoint, known: list[CurveEvent]
) -> list[CurveEvent]:
    """The events on the last step, in order, and pairs of them on the step before that only now show."""
    here, found = points[-1], list[CurveEvent]()
    for name, after in following.values.items():
        for i in range(len(after)):
            pieces = [(here, following)]
            if name not in BORDERS and len(points) > 1:
                three = (points[-2], here, following)
                signs = {bool(p.values[name][i] < 0) for p in three}
                near = any((e.name, e.index) == (name, i) and e.point.length > three[0].length for e in known)
                pieces = list(_dip(problem, three, name, i)) if len(signs) == 1 and not near else pieces
            for a, b in pieces:
                u, v = float(a.values[name][i]), float(b.values[name][i])
                if (u < 0) != (v < 0):
                    at = _located(problem, a, b, _entry(name, i), name)
                    found.append(CurveEvent(name, i, u < 0, at))
    return sorted(found, key=lambda e: e.point.length)


def _dip(
    problem: Problem, three: tuple[CurvePoint, CurvePoint, CurvePoint], name: str, i: int
) -> Iterator[tuple[CurvePoint, CurvePoint]]:
    """The pairs of points around a place where the value has the other sign, as parabolas through three points suggest
    it; none where they do not.
    """
    side = -1.0 if three[1].values[name][i] < 0 else 1.0
    for _ in range(DIP_STEPS):
        x0, x1, x2 = (p.length for p in three)
        y0, y1, y2 = (side * float(p.values[name][i]) for p in three)
        left, right = (y1 - y0) / (x1 - x0), (y2 - y1) / (x2 - x1)
        curvature = (right - left) / (x2 - x0)
        if not curvature > 0:
            return
        place = (x0 + x1) / 2 - left / (2 * curvature)
        lowest = y0 + left * (place - x0) + curvature * (place - x0) * (place - x1)
        if not x0 < place < x2 or place == x1 or lowest > DIP * min(y0, y1, y2):
            return
        a, b = (three[0], three[1]) if place < x1 else (three[1], three[2])
        found = problem.between(a, b, (place - a.length) / (b.length - a.length), name)
        if found is None:
            return
        if side * found.values[name][i] < 0:
            yield from ((a, found), (found, b))
            return
        three = (a, found, b)


def _located(
    problem: Problem, a: CurvePoint, b: CurvePoint, value: Callable[[CurvePoint], float], only: str | None
) -> CurvePoint:
    """The zero of a value between two points that differ in its sign (Illinois variant of false position).

    Where another branch passes, Newton fails next to the zero itself; there the zero is interpolated between the
    nearest points on its two sides.
    """
    y0, y1 = value(a), value(b)
    if y1 == 0:
        return b
    s0, s1, left, right, near = 0.0, 1.0, (0.0, a, y0), (1.0, b, y1), False
    for _ in range(60):
        s = s1 - y1 * (s1 - s0) / (y1 - y0)
        if not left[0] < s < right[0]:
            s = (left[0] + right[0]) / 2
        point = problem.between(a, b, s, only)
        if point is None:
            near = True
            tried = (s + side * away for away in NUDGES for side in (-1, 1))
            inside = (t for t in tried if left[0] + NUDGES[0] / 2 < t < right[0] - NUDGES[0] / 2)
            found = next(((t, p) for t in inside if (p := problem.between(a, b, t, only)) is not None), None)
            if found is None:
                break
            s, point = found
        y, moved = value(point), abs(s - s1)
        if y == 0 or moved < 1e-13:
            return point
        if (y < 0) != (y1 < 0):
            s0, y0 = s1, y1
        else:
            y0 /= 2
        s1, y1 = s, y
        left, right = ((s, point, y), right) if (y < 0) == (left[2] < 0) else (left, (s, point, y))
    if not near:
        return point if point is not None else b
    share = left[2] / (left[2] - right[2])
    p, q = left[1], right[1]
    nearest = p if share < 0.5 else q
    x = cubic(p, q, share)
    return CurvePoint(x, nearest.tangent, p.length + share * (q.length - p.length), nearest.values)
