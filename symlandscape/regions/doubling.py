"""Any labels are fitted exactly by 2m units: m rows whose A o X has full column rank N, each taken twice.

With beta solving sum_i (A o X)_i' beta_i = y, the pair (w_i + beta_i/(2 z_i), z_i), (w_i - beta_i/(2 z_i), -z_i) stays
in the cell of w_i when z_i > max_n |beta_i . x_n|/(2 |w_i . x_n|), and adds a(w_i . x) beta_i . x to the output. So the
width 2 ceil(N/d) suffices where ceil(N/d) rows reach rank N, never more than the 4 ceil(N/(2d - 2)) of the theorem.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from symlandscape.arith.conversions import parse_exact
from symlandscape.arith.rationals import solve_all, to_integers
from symlandscape.errors import InputError
from symlandscape.regions.arrangement import cell_of
from symlandscape.regions.classification import read_slope
from symlandscape.regions.khatri_rao_product import region_rows
from symlandscape.regions.points import Points
from symlandscape.regions.region_class import Witness

__all__ = ["doubled_fit", "doubling_width", "outputs", "paper_width"]


def paper_width(samples: int, inputs: int) -> int:
    """4 ceil(N/(2d - 2)), d >= 2: enough units for an exact fit. Source: soudry_hoffer_2017, Theorem 8."""
    if inputs < 2:
        raise InputError(f"at least 2 inputs were expected and {inputs} came: the theorem divides by 2d - 2")
    return 4 * -(-samples // (2 * inputs - 2))


def doubling_width(samples: int, inputs: int) -> int:
    """2 ceil(N/d): enough units for an exact fit, where ceil(N/d) rows reach rank N."""
    return 2 * -(-samples // inputs)


def doubled_fit(points: Points, weights: Sequence[Sequence[int]], slope: Any, targets: Sequence[Any]) -> Witness:
    """An exact fit of any rational targets (N) by 2m units in the cells of m given integer rows (m, d), each twice.

    Raises: `InputError` when a row lies on a wall, or A o X has rank below N so that these targets are out of reach.
    """
    rho = read_slope(slope)
    patterns = [cell_of(points, w) for w in weights]
    if any(signs is None for signs in patterns):
        raise InputError("rows of weights inside cells were expected and one lies on a wall x_n . w = 0; move it")
    known = [signs for signs in patterns if signs is not None]
    (right,), scale = to_integers([[parse_exact(t) for t in targets]])
    space = solve_all(list(zip(*region_rows(points, known, rho), strict=True)), right)
    if space is None:
        raise InputError(f"rows that reach these targets were expected and {len(weights)} rows do not; take more rows")
    unit = Fraction(rho.denominator * points.scale, space.denominator * scale)
    d = points.inputs
    W, z = [], []
    for i, w in enumerate(weights):
        beta = [unit * entry for entry in space.point[i * d : (i + 1) * d]]
        ratios = [abs(_dot(beta, x) / (2 * _dot(w, x))) for x in points.rows]
        size = int(max(ratios)) + 1
        for sign in (1, -1):
            W.append(tuple(Fraction(a) + sign * b / (2 * size) for a, b in zip(w, beta, strict=True)))
            z.append(sign * size)
    return Witness(tuple(W), tuple(z))


def outputs(points: Points, slope: Any, witness: Witness) -> tuple[Fraction, ...]:
    """The network's outputs f(W x_n)' z at all samples, exactly."""
    rho = read_slope(slope)
    found = []
    for x in points.coordinates():
        values = [_dot(w, x) for w in witness.W]
        found.append(sum((z * (h if h > 0 else rho * h) for z, h in zip(witness.z, values, strict=True)), Fraction(0)))
    return tuple(found)


def _dot(a: Sequence[Any], b: Sequence[Any]) -> Fraction:
    return sum((Fraction(p) * q for p, q in zip(a, b, strict=True)), Fraction(0))
