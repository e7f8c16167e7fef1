"""Random numbers by counter: Philox-4x64 in ten rounds, the words of `numpy.random.Philox` at equal key and counter.

Word j of a stream depends on (seed, index, stream, j) alone, so that any thread, process or device may draw it. Block b
(from 0) of a stream holds its words 4 b .. 4 b + 3 and is the cipher of the counter (b + 1, 0, 0, stream) under the key
(seed, index): NumPy, too, counts up before it draws. Source: Salmon et al., Parallel random numbers: as easy as 1, 2, 3
(SC 2011).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import kernel

Array = npt.NDArray[np.float64]
Words = tuple[np.uint64, np.uint64, np.uint64, np.uint64]

MULTIPLIER_0 = np.uint64(0xD2E7470EE14C6C93)
MULTIPLIER_1 = np.uint64(0xCA5A826395121157)
WEYL_0 = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio
WEYL_1 = np.uint64(0xBB67AE8584CAA73B)  # 2^64 (sqrt 3 - 1)
HALF = np.uint64(32)
LOW = np.uint64(0xFFFFFFFF)
SPARE = np.uint64(12)
ONE = np.uint64(1)
UNIT = 2.0**-52


@kernel
def high_word(a: np.uint64, b: np.uint64) -> np.uint64:
    """The upper 64 bits of the product of two 64-bit words."""
    a1, a0 = a >> HALF, a & LOW
    b1, b0 = b >> HALF, b & LOW
    middle = a1 * b0 + (a0 * b0 >> HALF)
    carry = a0 * b1 + (middle & LOW)
    high: np.uint64 = a1 * b1 + (middle >> HALF) + (carry >> HALF)
    return high


@kernel
def block(seed: np.uint64, index: np.uint64, stream: np.uint64, number: np.uint64) -> Words:
    """Four words: block `number` (from 0) of the stream."""
    c0, c1, c2, c3 = number + ONE, np.uint64(0), np.uint64(0), stream
    k0, k1 = seed, index
    for _ in range(10):
        high_0, high_1 = high_word(MULTIPLIER_0, c0), high_word(MULTIPLIER_1, c2)
        c0, c1, c2, c3 = high_1 ^ c1 ^ k0, MULTIPLIER_1 * c2, high_0 ^ c3 ^ k1, MULTIPLIER_0 * c0
        k0, k1 = k0 + WEYL_0, k1 + WEYL_1
    return c0, c1, c2, c3


@kernel
def uniform(word: np.uint64) -> float:
    """A number in (0, 1): the middle of one of 2^52 equal parts, which a float holds exactly."""
    value: float = (float(word >> SPARE) + 0.5) * UNIT
    return value


@kernel
def normal_pair(first: np.uint64, second: np.uint64) -> tuple[float, float]:
    """Two independent standard normal numbers of two words (Box & Muller); none beyond 8.6."""
    radius = math.sqrt(-2.0 * math.log(uniform(first)))
    angle = 2.0 * math.pi * uniform(second)
    return radius * math.cos(angle), radius * math.sin(angle)


@kernel
def fill_normals(seed: np.uint64, index: np.uint64, stream: np.uint64, scale: float, out: Array) -> None:
    """Normal numbers of standard deviation `scale` into out (n): entries 4 b .. 4 b + 3 are those of block b."""
    n = out.shape[0]
    for b in range((n + 3) // 4):
        w0, w1, w2, w3 = block(seed, index, stream, np.uint64(b))
        x0, x1 = normal_pair(w0, w1)
        x2, x3 = normal_pair(w2, w3)
        j = 4 * b
        out[j] = scale * x0
        if j + 1 < n:
            out[j + 1] = scale * x1
        if j + 2 < n:
            out[j + 2] = scale * x2
        if j + 3 < n:
            out[j + 3] = scale * x3
