"""Tails and densities of one coordinate on the unit sphere of R^D, and what two caps have in common; floats.

The closed forms of `symlandscape/particles/caps.py`: recursions in D by steps of 2 from D = 1 or 2. All angles of one
pair come from one square root, so that its rounding cancels where the boundaries nearly touch.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from numba_kernels._jit import part

Array = npt.NDArray[np.float64]

CUTS, ALL, NONE = 0, 1, 2


class Caps(NamedTuple):
    """Units (w, b) as caps on |x|^2 = d: v (n, d) unit normals, alpha = sqrt(d)|w|, level t, sine, angle = acos t,
    reach (n), densities (n, R) p_D(t) for D = base + 2, base + 4, .., d + 2, with base = 2 - d % 2.
    """

    v: Array
    alpha: Array
    level: Array
    sine: Array
    angle: Array
    reach: npt.NDArray[np.int64]
    densities: Array


class Common(NamedTuple):
    """Q_d, Q_{d+2}; M, M' at d + 2; tau_{d+1} and E^{(d+1)}[Z 1(Z > z)] on each boundary; s - c t, t - c s; c and
    sqrt(1 - c^2).
    """

    narrow: float
    wide: float
    edge: float
    edge2: float
    tail: float
    tail2: float
    above: float
    above2: float
    rise: float
    rise2: float
    cosine: float
    sine: float


@part
def density_constant(D: int) -> float:
    """c_D = Gamma(D/2)/(sqrt(pi) Gamma((D-1)/2)), D >= 2."""
    value, low = (0.5, 3) if D % 2 else (1.0 / math.pi, 2)
    for k in range(low, D, 2):
        value *= k / (k - 1.0)
    return value


@part
def density_at(D: int, sine: float) -> float:
    """p_D = c_D sine^{D-3}, D >= 3."""
    value = density_constant(D)
    for _ in range(D - 3):
        value *= sine
    return value


@part
def tail_at(D: int, level: float, sine: float, angle: float) -> float:
    """tau_D at a level in (-1, 1)."""
    base = 2 - D % 2
    value = 0.5 if base == 1 else angle / math.pi
    for low in range(base, D, 2):
        value -= level * density_at(low + 2, sine) / low
    return value


@part
def set_caps(Z: Array, caps: Caps) -> None:
    """Fill the caps of units Z (n, d + 1), rows (w, b)."""
    n, d = caps.v.shape
    base = 2 - d % 2
    rows = caps.densities.shape[1]
    for i in range(n):
        total = 0.0
        for a in range(d):
            total += Z[i, a] * Z[i, a]
        length = math.sqrt(total)
        b = Z[i, d]
        alpha = math.sqrt(float(d)) * length
        caps.alpha[i] = alpha
        for a in range(d):
            caps.v[i, a] = Z[i, a] / length if length > 0.0 else 0.0
        for q in range(rows):
            caps.densities[i, q] = 0.0
        caps.level[i], caps.sine[i], caps.angle[i] = 0.0, 0.0, 0.0
        if abs(b) >= alpha:
            caps.reach[i] = ALL if b > 0.0 else NONE
            continue
        caps.reach[i] = CUTS
        caps.level[i] = -b / alpha
        sine = math.sqrt((alpha - b) * (alpha + b)) / alpha
        caps.sine[i] = sine
        caps.angle[i] = math.atan2(sine, -b / alpha)
        value = 0.5 if base == 1 else 2.0 / math.pi * sine
        for q in range(rows):
            caps.densities[i, q] = value
            D = base + 2 + 2 * q
            value *= D / (D - 1.0) * sine * sine


@part
def own_tail(caps: Caps, i: int, D: int) -> float:
    """tau_D of unit i, D = d or d + 2."""
    if caps.reach[i] != CUTS:
        return 1.0 if caps.reach[i] == ALL else 0.0
    base = 2 - D % 2
    value = 0.5 if base == 1 else caps.angle[i] / math.pi
    for q in range((D - base) // 2):
        value -= caps.level[i] * caps.densities[i, q] / (base + 2 * q)
    return value


@part
def common(caps: Caps, i: int, j: int) -> Common:
    """The region that units i and j have in common; neither reach is NONE."""
    d = caps.v.shape[1]
    gap, opposite = 0.0, 0.0
    for a in range(d):
        difference, total = caps.v[i, a] - caps.v[j, a], caps.v[i, a] + caps.v[j, a]
        gap += difference * difference
        opposite += total * total
    gap, opposite = 0.5 * gap, 0.5 * opposite  # 1 - c and 1 + c
    c = 0.5 * (opposite - gap)
    root = math.sqrt(gap * opposite)
    t, s = caps.level[i], caps.level[j]
    rows = caps.densities.shape[1]
    last, last2 = caps.densities[i, rows - 1], caps.densities[j, rows - 1]
    if caps.reach[i] != CUTS or caps.reach[j] != CUTS:
        narrow = own_tail(caps, i, d) if caps.reach[i] == CUTS else own_tail(caps, j, d)
        wide = own_tail(caps, i, d + 2) if caps.reach[i] == CUTS else own_tail(caps, j, d + 2)
        return Common(narrow, wide, last, last2, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, c, root)
    if c >= 0.0:
        rise, rise2 = (s - t) + gap * t, (t - s) + gap * s
        square = gap * (opposite - 2.0 * t * s) - (t - s) * (t - s)
    else:
        rise, rise2 = (s + t) - opposite * t, (t + s) - opposite * s
        square = opposite * (gap + 2.0 * t * s) - (t + s) * (t + s)
    if square <= 0.0 or root == 0.0:
        tail = 1.0 if rise < 0.0 else 0.0 if rise > 0.0 else 0.5
        tail2 = 1.0 if rise2 < 0.0 else 0.0 if rise2 > 0.0 else 0.5
        narrow, wide = 0.0, 0.0
        if rise == 0.0 and rise2 == 0.0:
            if c > 0.0:
                narrow, wide = own_tail(caps, i, d), own_tail(caps, i, d + 2)
        else:
            if rise < 0.0:
                narrow, wide = own_tail(caps, i, d), own_tail(caps, i, d + 2)
            if rise2 < 0.0:
                narrow, wide = narrow + own_tail(caps, j, d), wide + own_tail(caps, j, d + 2)
            if rise < 0.0 and rise2 < 0.0:
                narrow, wide = narrow - 1.0, wide - 1.0
        return Common(narrow, wide, last * tail, last2 * tail2, tail, tail2, 0.0, 0.0, rise, rise2, c, root)
    delta = math.sqrt(square)
    z, z2 = rise / (root * caps.sine[i]), rise2 / (root * caps.sine[j])
    zs, zs2 = delta / (root * caps.sine[i]), delta / (root * caps.sine[j])
    base = 2 - d % 2
    if base == 1:
        value = math.atan2(delta, t * s - c) / (2.0 * math.pi)
        tail, tail2 = math.atan2(delta, rise) / math.pi, math.atan2(delta, rise2) / math.pi
        p, p2 = 2.0 / math.pi * zs, 2.0 / math.pi * zs2  # p_4
    else:
        value = (caps.angle[i] + caps.angle[j] - math.atan2(root, c)) / (2.0 * math.pi)
        tail, tail2 = 0.5 * (1.0 - z), 0.5 * (1.0 - z2)
        p, p2 = 0.75 * zs * zs, 0.75 * zs2 * zs2  # p_5
    narrow = value
    for q in range(rows):
        low = base + 2 * q
        narrow = value
        value -= (t * caps.densities[i, q] * tail + s * caps.densities[j, q] * tail2) / low
        if q < rows - 1:
            tail -= z * p / (low + 1.0)
            tail2 -= z2 * p2 / (low + 1.0)
            ratio = (low + 3.0) / (low + 2.0)
            p, p2 = p * ratio * zs * zs, p2 * ratio * zs2 * zs2
    above, above2 = p / (d + 1.0), p2 / (d + 1.0)
    return Common(narrow, value, last * tail, last2 * tail2, tail, tail2, above, above2, rise, rise2, c, root)


@part
def make_caps(n: int, d: int) -> Caps:
    """Fresh arrays for n units."""
    rows = (d + 2 - (2 - d % 2)) // 2
    return Caps(
        np.zeros((n, d)),
        np.zeros(n),
        np.zeros(n),
        np.zeros(n),
        np.zeros(n),
        np.zeros(n, np.int64),
        np.zeros((n, rows)),
    )
