"""What a region holds, with its evidence: a minimum to check, or an obstruction to every pattern of signs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product
from typing import Any

from symlandscape.arith.rationals import project, rank, solve_all
from symlandscape.regions.arrangement import Signs
from symlandscape.regions.khatri_rao_product import region_rows
from symlandscape.regions.points import Points

__all__ = ["Obstruction", "RegionClass", "Witness", "excluded", "verify"]


@dataclass(frozen=True, slots=True)
class Witness:
    """An exact minimum of the region: W (k, d) with rows inside their cells, z (k)."""

    W: tuple[tuple[Fraction, ...], ...]
    z: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Obstruction:
    """Why no solution has beta_i = 0 outside `rows` and sigma_i beta_i in C_i on them.

    Without multipliers: the rows alone cannot reach yhat. With integers mu (rows, N) >= 0, not all 0: every solution
    has sum_{i,n} mu_in s_in sigma_i x_n . beta_i <= 0, while each term would be >= 0 and one of them > 0.
    """

    rows: tuple[int, ...]
    signs: tuple[int, ...]
    multipliers: tuple[tuple[int, ...], ...] | None


@dataclass(frozen=True, slots=True)
class RegionClass:
    """What a region holds. kind: `global` (e = 0), `local` (minima with e != 0) or `none`; level PROVED (exact).

    wrong: misclassified points of the least-squares residual (threshold 1/2); residual: e (N), exact; rank: of A o X;
    witness: a minimum, None for `none`; obstructions: for `none`, one for every sign pattern (empty unless asked for).
    """

    kind: str
    wrong: int
    residual: tuple[Fraction, ...]
    rank: int
    witness: Witness | None
    obstructions: tuple[Obstruction, ...]

    def document(self) -> dict[str, Any]:
        """The JSON document of `symlandscape regions classify`; exact numbers as strings."""
        shown: dict[str, Any] = {
            "kind": self.kind,
            "wrong": self.wrong,
            "rank": self.rank,
            "residual": [str(e) for e in self.residual],
            "support": list(self.support),
            "W": None if self.witness is None else [[str(v) for v in w] for w in self.witness.W],
            "z": None if self.witness is None else [str(z) for z in self.witness.z],
            "obstructions": [
                {
                    "rows": list(o.rows),
                    "signs": list(o.signs),
                    "multipliers": None if o.multipliers is None else [[str(m) for m in row] for row in o.multipliers],
                }
                for o in self.obstructions
            ],
            "level": "proved",
        }
        return shown

    @property
    def support(self) -> tuple[int, ...]:
        """The samples with a residual other than 0."""
        return tuple(n for n, e in enumerate(self.residual) if e)


def verify(points: Points, patterns: Sequence[Signs], slope: Fraction, witness: Witness) -> bool:
    """Whether W lies in the region and (A o X) e = 0 at (W, z): exactly what makes it a minimum of the region."""
    X = points.coordinates()
    e = [Fraction(label) for label in points.required_labels()]
    for signs, w, z in zip(patterns, witness.W, witness.z, strict=True):
        for n, x in enumerate(X):
            h = sum((p * q for p, q in zip(w, x, strict=True)), Fraction(0))
            if (h > 0) - (h < 0) != signs[n]:
                return False
            if z:
                e[n] -= z * (h if h > 0 else slope * h)
    for signs in patterns:
        weighted = [v if s > 0 else slope * v for s, v in zip(signs, e, strict=True)]
        if any(sum((v * x[j] for v, x in zip(weighted, X, strict=True)), Fraction(0)) for j in range(points.inputs)):
            return False
    return True


def excluded(points: Points, patterns: Sequence[Signs], slope: Fraction, found: Sequence[Obstruction]) -> bool:
    """Whether the obstructions prove that the region holds no minimum: every pattern of signs has a valid one.

    Written apart from the search: only the projection of y, ranks and linear systems over the rationals are used.
    """
    alive = [i for i, signs in enumerate(patterns) if slope or 1 in signs]
    by_pattern = {(found_.rows, found_.signs): found_ for found_ in found}
    rows = region_rows(points, patterns, slope)
    fitted, _, _ = project(rows, points.required_labels())
    for size in range(len(alive) + 1):
        for chosen in combinations(alive, size):
            blocks = [row for i in chosen for row in rows[i * points.inputs : (i + 1) * points.inputs]]
            if (chosen, ()) in by_pattern and _out_of_reach(blocks, fitted):
                continue
            for sigma in product((1, -1), repeat=size):
                obstruction = by_pattern.get((chosen, sigma))
                if obstruction is None or not _excludes(points, patterns, blocks, fitted, obstruction):
                    return False
    return True


def _out_of_reach(blocks: list[list[int]], fitted: Sequence[int]) -> bool:
    return any(fitted) and (not blocks or rank([*blocks, list(fitted)]) > rank(blocks))


def _excludes(
    points: Points,
    patterns: Sequence[Signs],
    blocks: list[list[int]],
    fitted: Sequence[int],
    obstruction: Obstruction,
) -> bool:
    """g = sum mu s sigma x (block by block) is (A o X) lambda on the chosen rows with lambda . yhat <= 0, mu >= 0."""
    mu = obstruction.multipliers
    if mu is None or any(m < 0 for row in mu for m in row) or not any(m for row in mu for m in row):
        return False
    g = []
    for i, sigma, row in zip(obstruction.rows, obstruction.signs, mu, strict=True):
        weights = [m * s * sigma for m, s in zip(row, patterns[i], strict=True)]
        g += [sum(w * x[j] for w, x in zip(weights, points.rows, strict=True)) for j in range(points.inputs)]
    space = solve_all(blocks, g)
    # another lambda with the same image changes lambda . yhat by a multiple of a relation, and yhat satisfies them all
    return space is not None and sum(p * f for p, f in zip(space.point, fitted, strict=True)) <= 0
