"""The angle functions of the pair kernel from a cosine c = cos t, without branches, so that loops over them vectorise.

With s = sin t = sqrt((1 - c)(1 + c)) (not sqrt(1 - c^2), which cancels), z = c^2 and x = c where z <= 1/2, else
z = s^2 and x = s, one has asin(x) = x + x z R(z) on 0 <= z <= 1/2, where R(z) = (asin(sqrt z)/sqrt z - 1)/z is
analytic on |z| < 1. R is interpolated at the 19 Chebyshev points of [0, 1/2] at 60 digits: a polynomial of degree 18
(convergence rate 3 + sqrt 8 = 5.83 per degree, since [0, 1/2] maps to [-1, 1] and the branch point z = 1 to 3).
Then asin c = asin x, or copysign(pi/2 - asin x, c) where x = s.

Truncation error of asin, relative to asin, against the degree (`tests/kernels/test_angles.py` recomputes it):

    degree   15        16        17        18
    error    2.4e-15   3.8e-16   6.1e-17   1.3e-17

In floats: asin within 1.5 ulp; pi - t within 2 ulp of its own size also next to t = pi when s is accurate.
"""

from __future__ import annotations

import math
from typing import Any

from numba_kernels._jit import kernel, part
from numba_kernels.vectors import choose, fused, magnitude, root

HALF_PI = math.pi / 2
STEEP = math.sqrt(0.5)

R0, R1, R2 = 0.16666666666666669, 0.07499999999998412, 0.04464285714665563
R3, R4, R5 = 0.030381944084994415, 0.0223721770065477, 0.017352221539201188
R6, R7, R8 = 0.013975730180211136, 0.01139924601483468, 0.011310924828955462
R9, R10, R11 = -0.0032941927380090922, 0.07377343868679113, -0.2809947932275328
R12, R13, R14 = 0.952265420570822, -2.3535297860232123, 4.3847119392409954
R15, R16, R17, R18 = -5.883233416999023, 5.436384462318588, -3.0948547605199717, 0.8387674099544927

COEFFICIENTS = (R0, R1, R2, R3, R4, R5, R6, R7, R8, R9, R10, R11, R12, R13, R14, R15, R16, R17, R18)


@part
def small_arcsine(x: Any) -> Any:
    """asin(x) for x^2 <= 1/2; x a float or a vector."""
    z = x * x
    y = z * z
    u = y * y
    # four interleaved Horner chains in u = z^4: a single one would be bound by its latency
    even = fused(fused(fused(fused(R16, u, R12), u, R8), u, R4), u, R0)
    odd = fused(fused(fused(fused(R17, u, R13), u, R9), u, R5), u, R1)
    even_y = fused(fused(fused(fused(R18, u, R14), u, R10), u, R6), u, R2)
    odd_y = fused(fused(fused(R15, u, R11), u, R7), u, R3)
    r = fused(y, fused(z, odd_y, even_y), fused(z, odd, even))
    return fused(x * z, r, x)


@kernel
def arcsine(c: float, s: float) -> float:
    """asin c = pi/2 - t, absolutely accurate, for c = cos t and s = sin t >= 0."""
    steep = c * c > 0.5
    y = small_arcsine(s if steep else c)
    folded = HALF_PI - y
    return (folded if c > 0.0 else -folded) if steep else y


@kernel
def supplement(c: float, s: float) -> float:
    """pi - t, relatively accurate also next to t = pi, for c = cos t and s = sin t >= 0."""
    steep = c * c > 0.5
    y = small_arcsine(s if steep else c)
    return (math.pi - y if c > 0.0 else y) if steep else HALF_PI + y


@part
def clipped(c: Any) -> Any:
    """A vector of cosines that stick out of [-1, 1] by rounding at most, put back; NaN stays NaN."""
    c = choose(c, 1.0, 1.0, c)
    return choose(-1.0, c, -1.0, c)


@part
def sine(c: Any) -> Any:
    """sin t for a vector of cosines in [-1, 1]."""
    return root((1.0 - c) * (1.0 + c))


@part
def arcsines(c: Any, s: Any) -> Any:
    """asin c for a vector of cosines and their sines, as `arcsine`."""
    size = magnitude(c)
    y = small_arcsine(choose(size, STEEP, s, c))
    return choose(size, STEEP, choose(c, 0.0, HALF_PI - y, y - HALF_PI), y)


@part
def supplements(c: Any, s: Any) -> Any:
    """pi - t for a vector of cosines and their sines, as `supplement`."""
    size = magnitude(c)
    y = small_arcsine(choose(size, STEEP, s, c))
    return choose(size, STEEP, choose(c, 0.0, math.pi - y, y), HALF_PI + y)


@part
def centred(c: Any) -> Any:
    """(asin c, sin t - 1, q(c) - 1) for a vector of cosines, clipped first; q(c) = sqrt(1 - c^2) + c asin c.

    The pair kernel is f = |w||v| (c/4 + q(c)/(2 pi)). sin t - 1 = -c^2/(1 + sin t) keeps its relative accuracy at
    small c.
    """
    c = clipped(c)
    s = sine(c)
    a = arcsines(c, s)
    less = (0.0 - c * c) / (1.0 + s)
    return a, less, fused(c, a, less)
