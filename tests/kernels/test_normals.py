"""Normal numbers in vectors: the words of the scalar generator, the logarithm, sine and cosine against mpmath."""

from __future__ import annotations

import math

import mpmath
import numpy as np
from scipy import stats

from numba_kernels import normals, philox, vectors
from numba_kernels._jit import kernel
from symlandscape import backends

context = mpmath.mp.clone()
context.dps = 40
U = np.uint64


@kernel
def words(seed: np.uint64, index: np.uint64, stream: np.uint64, number: np.uint64, out: np.ndarray) -> None:
    u0, u1, u2, u3 = normals.uniforms(seed, index, stream, number)
    vectors.store(out, 0, u0)
    vectors.store(out, 8, u1)
    vectors.store(out, 16, u2)
    vectors.store(out, 24, u3)


@kernel
def functions(x: np.ndarray, out: np.ndarray) -> None:
    for q in range(0, x.shape[0], 8):
        u = vectors.load(x, q)
        vectors.store(out[0], q, normals.logarithm(u))
        s, c = normals.sine_cosine(u)
        vectors.store(out[1], q, s)
        vectors.store(out[2], q, c)


def test_uniform_numbers_are_those_of_the_scalar_generator_bit_for_bit() -> None:
    out = np.empty((4, 8))
    for seed, index, stream, number in [(0, 0, 0, 0), (2**64 - 1, 2**64 - 8, 2**64 - 1, 2**63), (7, 10**18, 17, 5)]:
        words(U(seed), U(index), U(stream), U(number), out)
        for lane in range(8):
            block = philox.block(U(seed), U(index + lane), U(stream), U(number))
            assert out[:, lane].tolist() == [philox.uniform(U(word)) for word in block]


def test_logarithm_sine_and_cosine_are_within_two_ulp_of_mpmath() -> None:
    rng = np.random.default_rng(2)
    near = 2.0 ** -rng.uniform(1, 53, 400)
    special = [2.0**-53, 1 - 2.0**-53, 0.5, 0.5**0.5, np.nextafter(0.5**0.5, 0), 0.125, 0.25, 0.375, 0.75]
    x = np.concatenate([rng.uniform(0, 1, 400), near, 1 - near, special])
    x = x[(x > 0) & (x < 1)]
    x = np.concatenate([x, np.full(-x.size % 8, 0.3)])
    out = np.empty((3, x.size))
    functions(x, out)
    for u, found in zip(x, out.T, strict=True):
        exactly = context.mpf(float(u))
        known = context.log(exactly), context.sinpi(2 * exactly), context.cospi(2 * exactly)
        for value, exact in zip(found, known, strict=True):
            assert abs(context.mpf(float(value)) - exact) <= 2 * np.spacing(abs(float(exact)))


def interpolated(function: object, size: int, top: object) -> list[float]:
    """Coefficients of the interpolant at the Chebyshev points of [0, top]."""
    with context.workdps(60):
        nodes = [top * (1 + context.cos(context.pi * (2 * i + 1) / (2 * size))) / 2 for i in range(size)]
        table = context.matrix([[z**j for j in range(size)] for z in nodes])
        return [float(x) for x in context.lu_solve(table, context.matrix([function(z) for z in nodes]))]  # type: ignore


def test_coefficients_are_the_interpolants_and_their_errors_are_below_rounding() -> None:
    with context.workdps(60):
        top, quarter = ((context.sqrt(2) - 1) / (context.sqrt(2) + 1)) ** 2, context.mpf(1) / 4

        def logarithm(z: object) -> object:
            return 2 * context.atanh(context.sqrt(z)) / context.sqrt(z)

        def sine(g: object) -> object:
            return context.sin(context.pi / 2 * context.sqrt(g)) / context.sqrt(g)

        def cosine(g: object) -> object:
            return context.cos(context.pi / 2 * context.sqrt(g))

        for function, first, found, end in (
            (logarithm, context.mpf(2), normals.LOGARITHM, top),
            (sine, context.pi / 2, normals.SINE, quarter),
            (cosine, context.mpf(1), normals.COSINE, quarter),
        ):
            made = interpolated(lambda z, f=function, c=first: (f(z) - c) / z, len(found), end)
            assert made == list(found)
            for i in range(1, 101):
                z = end * i / 100
                value = first + z * context.polyval([context.mpf(x) for x in reversed(found)], z)
                assert abs(value / function(z) - 1) < 3e-17


def test_inputs_are_those_of_the_scalar_generator_to_rounding() -> None:
    for d in (1, 2, 3, 4, 7, 20):
        X, row = backends.relu_inputs(70, d, seed=5, first=3), np.empty(d)
        for s, x in enumerate(X):
            philox.fill_normals(U(5), U(3 + s), U(17), 1.0, row)
            assert np.abs(x - row).max() < 5e-15


def test_inputs_have_normal_moments_tails_and_no_correlation() -> None:
    n, d = 50_000, 6
    X = backends.relu_inputs(n, d, seed=11)
    for power, exact in ((1, 0.0), (2, 1.0), (3, 0.0), (4, 3.0), (6, 15.0)):
        spread = math.sqrt(stats.norm.moment(2 * power) - exact**2)
        assert np.abs((X**power).mean(axis=0) - exact).max() < 5 * spread / math.sqrt(n)
    for bound in (1.0, 2.0, 3.0, 4.0):
        share = 2 * stats.norm.sf(bound)
        assert abs((np.abs(X) > bound).mean() - share) < 5 * math.sqrt(share / X.size)
    assert np.abs(np.corrcoef(X.T) - np.eye(d)).max() < 5 / math.sqrt(n)
    squares = X * X - 1  # Box and Muller's pairs share a radius
    assert np.abs(squares.T @ squares / n - 2 * np.eye(d)).max() < 5 * math.sqrt(56 / n)
    for lag in (1, 2, 8, 64):
        assert abs(np.mean(X[:-lag] * X[lag:])) < 5 / math.sqrt((n - lag) * d)
    assert stats.kstest(X.ravel(), "norm").pvalue > 1e-4
