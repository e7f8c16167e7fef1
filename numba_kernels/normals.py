"""Normal numbers eight at a time: the counter-based words of `philox` and Box & Muller's formula in vectors.

One vector holds the same word of the streams `index`, .., `index` + 7 of a seed. A pair of words gives uniform numbers
u, v in (0, 1), bit for bit those of `philox.uniform`, and x = r cos(2 pi v), y = r sin(2 pi v) with r = sqrt(-2 log u):
two independent standard normal numbers, those of `philox.normal_pair` to a few roundings.

log u = e log 2 + 2 atanh s, where u = m 2^e with sqrt(1/2) <= m < sqrt 2 and s = (m - 1)/(m + 1); 2 atanh s = 2 s +
s z Q(z), z = s^2 <= 0.0295. 4 v = q + f with an integer q and |f| <= 1/2, and with g = f^2 <= 1/4

    sin(pi f/2) = f (pi/2 + g P(g)),   cos(pi f/2) = 1 + g C(g);

q turns them by right angles. Q, P and C are interpolated at Chebyshev points at 60 digits; the errors relative to
2 atanh s, the sine and the cosine are below 3e-17 (`tests/kernels/test_normals.py` recomputes all of it).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from numba_kernels import philox
from numba_kernels._jit import COMPILED, part
from numba_kernels.vectors import WIDTH, fused, root, vector

LOG_2 = math.log(2.0)
HALF_PI = math.pi / 2
TURN = 6755399441055744.0
"""1.5 2^52: a number of moderate size plus this is rounded to an integer, which stands in the last bits."""

Q0, Q1, Q2, Q3 = 0.666666666666667, 0.39999999999899505, 0.28571428625975487, 0.2222221113479508
Q4, Q5, Q6 = 0.18182889125261723, 0.15331721600556042, 0.14616449685043406
P0, P1, P2 = -0.6459640975062462, 0.07969262624614423, -0.004681754134254207
P3, P4, P5 = 0.00016044116661409423, -3.5987029509735105e-06, 5.642225369163528e-08
C0, C1, C2, C3 = -1.2337005501361697, 0.2536695079010478, -0.020863480763340773, 0.0009192602745468447
C4, C5, C6 = -2.5202039028029178e-05, 4.710678405505227e-07, -6.329396344967424e-09

LOGARITHM = (Q0, Q1, Q2, Q3, Q4, Q5, Q6)
SINE = (P0, P1, P2, P3, P4, P5)
COSINE = (C0, C1, C2, C3, C4, C5, C6)

_LANE = ir.VectorType(ir.DoubleType(), WIDTH)
_LONG = ir.IntType(64)
_WORDS = ir.VectorType(_LONG, WIDTH)
_HALF_ROOT = 0x3FE6A09E667F3BCD
"""The bits of sqrt(1/2)."""


def _all(value: int) -> Any:
    return ir.Constant(_WORDS, [value & (2**64 - 1)] * WIDTH)


def _multiply(builder: Any, constant: int, word: Any) -> tuple[Any, Any]:
    """Upper and lower words of the products with a constant, by halves: registers multiply 32 bits by 32."""
    low, half = _all(2**32 - 1), _all(32)
    a0, a1 = _all(constant & (2**32 - 1)), _all(constant >> 32)
    b0, b1 = builder.and_(word, low), builder.lshr(word, half)
    first = builder.mul(a0, b0)
    middle = builder.add(builder.mul(a1, b0), builder.lshr(first, half))
    carry = builder.add(builder.mul(a0, b1), builder.and_(middle, low))
    high = builder.add(builder.mul(a1, b1), builder.lshr(middle, half))
    high = builder.add(high, builder.lshr(carry, half))
    return high, builder.or_(builder.shl(carry, half), builder.and_(first, low))


def _unit(builder: Any, word: Any) -> Any:
    """The middle of one of 2^52 parts of (0, 1): the upper 52 bits as a fraction behind 1, less 1, plus half a part."""
    bits = builder.or_(builder.lshr(word, _all(12)), _all(0x3FF0000000000000))
    above = builder.fsub(builder.bitcast(bits, _LANE), ir.Constant(_LANE, [1.0] * WIDTH))
    return builder.fadd(above, ir.Constant(_LANE, [2.0**-53] * WIDTH))


@intrinsic  # type: ignore[untyped-decorator]
def _uniforms(typing: Any, seed: Any, index: Any, stream: Any, number: Any) -> Any:
    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        def wide(word: Any) -> Any:
            undefined = ir.Constant(_WORDS, ir.Undefined)
            single = builder.insert_element(undefined, word, ir.Constant(ir.IntType(32), 0))
            return builder.shuffle_vector(
                single, undefined, ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH)
            )

        k0 = wide(args[0])
        k1 = builder.add(wide(args[1]), ir.Constant(_WORDS, list(range(WIDTH))))
        c0, c1, c2, c3 = builder.add(wide(args[3]), _all(1)), _all(0), _all(0), wide(args[2])
        for _ in range(10):
            high_0, low_0 = _multiply(builder, int(philox.MULTIPLIER_0), c0)
            high_1, low_1 = _multiply(builder, int(philox.MULTIPLIER_1), c2)
            c0 = builder.xor(builder.xor(high_1, c1), k0)
            c2 = builder.xor(builder.xor(high_0, c3), k1)
            c1, c3 = low_1, low_0
            k0 = builder.add(k0, _all(int(philox.WEYL_0)))
            k1 = builder.add(k1, _all(int(philox.WEYL_1)))
        return context.make_tuple(builder, sig.return_type, [_unit(builder, word) for word in (c0, c1, c2, c3)])

    word = types.uint64
    return types.UniTuple(vector, 4)(word, word, word, word), generate


@intrinsic  # type: ignore[untyped-decorator]
def _split(typing: Any, u: Any) -> Any:
    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        bits = builder.bitcast(args[0], _WORDS)
        exponent = builder.ashr(builder.sub(bits, _all(_HALF_ROOT)), _all(52))
        mantissa = builder.bitcast(builder.sub(bits, builder.shl(exponent, _all(52))), _LANE)
        shifted = builder.bitcast(builder.add(exponent, _all(0x4338000000000000)), _LANE)
        power = builder.fsub(shifted, ir.Constant(_LANE, [TURN] * WIDTH))
        return context.make_tuple(builder, sig.return_type, [mantissa, power])

    return types.UniTuple(vector, 2)(vector), generate


@intrinsic  # type: ignore[untyped-decorator]
def _turned(typing: Any, quarters: Any, sine: Any, cosine: Any) -> Any:
    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        bits = builder.bitcast(args[0], _WORDS)
        odd = builder.icmp_unsigned("!=", builder.and_(bits, _all(1)), _all(0))
        value = builder.bitcast(builder.select(odd, args[2], args[1]), _WORDS)
        sign = builder.shl(builder.and_(bits, _all(2)), _all(62))
        return builder.bitcast(builder.xor(value, sign), _LANE)

    return vector(vector, vector, vector), generate


def uniforms_plain(seed: Any, index: Any, stream: Any, number: Any) -> Any:
    """The four numbers of block `number`: vectors over the streams index .. index + 7 of the seed."""
    rows = [philox.block(seed, np.uint64(int(index) + q), stream, number) for q in range(WIDTH)]
    return tuple(np.array([philox.uniform(row[word]) for row in rows]) for word in range(4))


def split_plain(u: Any) -> Any:
    """m and e with u = m 2^e and sqrt(1/2) <= m < sqrt 2, for normal numbers u > 0."""
    mantissa, exponent = np.frexp(u)
    small = mantissa < math.sqrt(0.5)
    return np.where(small, 2.0 * mantissa, mantissa), exponent - 1.0 * small


def turned_plain(quarters: Any, sine: Any, cosine: Any) -> Any:
    """sin(q pi/2 + a) from sin a and cos a, for `quarters` = TURN + q."""
    q = (quarters - TURN).astype(np.int64)
    return np.where(q & 1, cosine, sine) * np.where(q & 2, -1.0, 1.0)


if COMPILED:
    uniforms, split, turned = _uniforms, _split, _turned
else:
    uniforms, split, turned = uniforms_plain, split_plain, turned_plain


@part
def logarithm(u: Any) -> Any:
    """log u for a vector of normal numbers u > 0."""
    m, e = split(u)
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    w = z * z
    q = fused(fused(fused(Q6, w, Q4), w, Q2), w, Q0)
    q = fused(z, fused(fused(Q5, w, Q3), w, Q1), q)
    return fused(e, LOG_2, fused(s * z, q, 2.0 * s))


@part
def sine_cosine(v: Any) -> Any:
    """sin(2 pi v) and cos(2 pi v) for a vector of moderate numbers."""
    quarters = 4.0 * v
    turns = quarters + TURN
    f = quarters - (turns - TURN)
    g = f * f
    w = g * g
    p = fused(g, fused(fused(P5, w, P3), w, P1), fused(fused(P4, w, P2), w, P0))
    c = fused(fused(fused(C6, w, C4), w, C2), w, C0)
    c = fused(g, fused(fused(C5, w, C3), w, C1), c)
    s, c = fused(f * g, p, HALF_PI * f), fused(g, c, 1.0)
    return turned(turns, s, c), turned(turns + 1.0, s, c)


@part
def normal_pairs(u: Any, v: Any) -> Any:
    """Two vectors of independent standard normal numbers of two vectors of uniform ones; none beyond 8.6."""
    radius = root(-2.0 * logarithm(u))
    s, c = sine_cosine(v)
    return radius * c, radius * s
