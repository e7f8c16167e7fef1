"""The polynomial arcsine against mpmath, and its coefficients against their derivation."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from numba_kernels import angles, vectors
from numba_kernels._jit import kernel

context = mpmath.mp.clone()
context.dps = 40


def cosines() -> np.ndarray:
    rng = np.random.default_rng(1)
    near = 10.0 ** rng.uniform(-16, -1, 200)
    inner = [0.0, 0.5**0.5, -(0.5**0.5), 1e-300, 0.5, -0.5, 1.0, -1.0]
    return np.concatenate([rng.uniform(-1, 1, 400), 1 - near, near - 1, near, -near, inner])


def sine(c: float) -> float:
    return float(np.sqrt((1.0 - c) * (1.0 + c)))


def test_arcsine_is_within_two_ulp_of_mpmath() -> None:
    for c in cosines():
        exact = context.asin(context.mpf(float(c)))
        got = angles.arcsine(float(c), sine(c))
        assert abs(got - exact) <= 2 * np.spacing(abs(float(exact))) + 1e-320


def test_supplement_is_relatively_accurate_up_to_antiparallel() -> None:
    for t in [*np.linspace(0.0, np.pi, 101), *(np.pi - 10.0 ** np.arange(-15.0, 0.0))]:
        gap = context.pi - context.mpf(float(t))
        c, s = float(-context.cos(gap)), float(context.sin(gap))
        assert abs(angles.supplement(c, s) - gap) <= 4e-16 * abs(gap) + (4e-16 if abs(c) < 0.9 else 0.0)


def test_coefficients_are_the_interpolant_at_19_chebyshev_points() -> None:
    size = len(angles.COEFFICIENTS)
    nodes = [(1 + context.cos(context.pi * (2 * i + 1) / (2 * size))) / 4 for i in range(size)]
    table = context.matrix(size, size)
    values = context.matrix(size, 1)
    for i, z in enumerate(nodes):
        values[i] = (context.asin(context.sqrt(z)) / context.sqrt(z) - 1) / z
        for j in range(size):
            table[i, j] = z**j
    solution = context.lu_solve(table, values)
    assert [float(x) for x in solution] == list(angles.COEFFICIENTS)
    worst = 0.0
    for i in range(1, 301):
        z = context.mpf(i) / 600
        x = context.sqrt(z)
        r = context.polyval([context.mpf(c) for c in reversed(angles.COEFFICIENTS)], z)
        worst = max(worst, float(abs(x + x * z * r - context.asin(x)) / context.asin(x)))
    assert worst < 2e-17


@kernel
def spread(cosine: np.ndarray, out: np.ndarray) -> None:
    c = vectors.load(cosine, 0)
    for row, part in enumerate(angles.centred(c)):
        vectors.store(out, 8 * row, part)
    c = angles.clipped(c)
    s = angles.sine(c)
    vectors.store(out, 24, angles.arcsines(c, s))
    vectors.store(out, 32, angles.supplements(c, s))


def test_vectors_of_cosines_agree_with_single_ones() -> None:
    points = cosines()
    for begin in range(0, points.size - 8, 8):
        chunk, out = points[begin : begin + 8].copy(), np.empty((5, 8))
        spread(chunk, out)
        single = np.array([angles.arcsine(float(c), sine(c)) for c in chunk])
        assert np.abs(out[0] - single).max() < 1e-15 and np.array_equal(out[0], out[3])
        assert np.abs(out[4] - [angles.supplement(float(c), sine(c)) for c in chunk]).max() < 1e-15
        assert np.abs(out[1] - [-c * c / (1 + sine(c)) for c in chunk]).max() < 1e-15
        assert np.abs(out[2] - (chunk * out[0] + out[1])).max() < 1e-15


def test_cosines_beyond_one_are_clipped_and_nan_is_kept() -> None:
    chunk, out = np.array([1.0 + 4e-16, -1.0 - 4e-16, 0.0, np.nan, 1.0, 0.5, 0.0, 0.0]), np.empty((5, 8))
    spread(chunk, out)
    assert out[2, :3] == pytest.approx([np.pi / 2 - 1, np.pi / 2 - 1, 0.0], abs=1e-15)
    assert out[1, :3] == pytest.approx([-1.0, -1.0, 0.0])
    assert np.isnan(out[:, 3]).all() and not np.isnan(np.delete(out, 3, axis=1)).any()
