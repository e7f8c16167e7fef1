"""The probability that m random rows reach rank(A o X) = N, exactly, and what it gives for V(G) at width 2m."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Any

from symlandscape.arith.balls import arb, workprec
from symlandscape.arith.rationals import rank
from symlandscape.errors import InputError
from symlandscape.regions.arrangement import cells
from symlandscape.regions.classification import read_slope
from symlandscape.regions.khatri_rao_product import region_rows
from symlandscape.regions.minimum_volumes import LIMIT
from symlandscape.regions.points import Points
from symlandscape.regions.volumes import cell_volumes

__all__ = ["FullRank", "full_rank"]


@dataclass(frozen=True, slots=True)
class FullRank:
    """Regions of m rows with rank(A o X) = N.

    regions: their number (ordered); probability: p, the sum of their volumes q; squares: the sum of q^2, a lower bound
    on V(G) at width 2m by doubling; both enclosures.
    """

    regions: int
    probability: arb
    squares: arb


def full_rank(points: Points, rows: int, slope: Any, *, bits: int = 128, limit: int = LIMIT) -> FullRank:
    """Enumerate the regions of `rows` hidden units and add up those of full column rank. Points of rank <= 3."""
    rho = read_slope(slope)
    found = cells(points)
    size = math.comb(len(found.cells) + rows - 1, rows)
    if size > limit:
        raise InputError(f"at most {limit} multisets of cells were expected and {size} came; take fewer points or rows")
    volumes = cell_volumes(found, bits)
    number = 0
    with workprec(bits):
        p, squares = arb(0), arb(0)
        for chosen in combinations_with_replacement(range(len(found.cells)), rows):
            if rank(region_rows(points, [found.cells[k].signs for k in chosen], rho)) < points.samples:
                continue
            orders = math.factorial(rows)
            for many in Counter(chosen).values():
                orders //= math.factorial(many)
            q = arb(1)
            for k in chosen:
                q = q * volumes[k]
            number, p, squares = number + orders, p + orders * q, squares + orders * q * q
    return FullRank(number, p, squares)
