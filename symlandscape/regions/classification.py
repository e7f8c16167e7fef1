"""Does an activation region hold a differentiable local minimum? Decided exactly, with a witness or an obstruction.

Inside a region the loss is a linear least squares problem in beta_i = z_i w_i. With yhat the orthogonal projection of y
on the span of the rows of A o X, a point (W, z) is a minimum iff sum_i (A o X)_i' beta_i = yhat, that is iff
(A o X) e = 0. So the region holds one iff some solution has every beta_i in the open cell C_i, in -C_i, or 0. Rows of
A that vanish (dead ReLU units) impose nothing. Source: soudry_hoffer_2017, Lemma 2; the criterion is derived here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product
from typing import Any

from symlandscape.arith.rationals import AffineSpace, project, solve_all
from symlandscape.errors import InputError
from symlandscape.regions.arrangement import Cell, Signs
from symlandscape.regions.khatri_rao_product import region_rows
from symlandscape.regions.points import Points
from symlandscape.regions.region_class import Obstruction, RegionClass, Witness, verify
from symlandscape.regions.strict_inequalities import Excluded, strictly_positive

__all__ = ["classify", "read_slope"]


def read_slope(slope: Any) -> Fraction:
    """The slope below zero, exactly. Raises: `InputError` for 1, where the network is linear."""
    from symlandscape.arith.conversions import parse_exact

    value = parse_exact(slope)
    if value == 1:
        raise InputError("a slope other than 1 was expected: with slope 1 the network is linear and has no regions")
    return value


def classify(points: Points, region: Sequence[Cell | Signs], slope: Any, *, explain: bool = False) -> RegionClass:
    """What the region with these rows (cells of `cells(points)`, or their signs) holds, exactly.

    explain: collect the obstructions of a region without minimum too.
    Raises: `InputError` for signs that no weight has, points without labels, slope 1, an empty region.
    """
    rho, y = read_slope(slope), points.required_labels()
    patterns = [row.signs if isinstance(row, Cell) else tuple(row) for row in region]
    interiors = [
        row.witness if isinstance(row, Cell) else _interior(points, signs)
        for row, signs in zip(region, patterns, strict=True)
    ]
    if not patterns:
        raise InputError("a region of at least one row was expected and none came; give a cell for each hidden unit")
    rows = region_rows(points, patterns, rho)
    fitted, denominator, r = project(rows, y)
    residual = tuple(Fraction(denominator * label - f, denominator) for label, f in zip(y, fitted, strict=True))
    wrong = sum((2 * f > denominator) != (label == 1) for f, label in zip(fitted, y, strict=True))
    problem = _Problem(points, patterns, rho, rows, fitted)
    beta, obstructions = _search(problem, explain)
    if beta is None:
        return RegionClass("none", wrong, residual, r, None, obstructions)
    witness = _witness(problem, beta, denominator, interiors)
    return RegionClass("local" if any(residual) else "global", wrong, residual, r, witness, ())


@dataclass(frozen=True, slots=True)
class _Problem:
    """A o X (integer rows, times a scale), the fitted values (integers, times another), and who is alive."""

    points: Points
    patterns: list[Signs]
    slope: Fraction
    rows: list[list[int]]
    fitted: tuple[int, ...]

    @property
    def alive(self) -> list[int]:
        """Rows of A that do not vanish."""
        return [i for i, signs in enumerate(self.patterns) if self.slope or 1 in signs]

    def solutions(self, chosen: Sequence[int]) -> AffineSpace | None:
        """All (beta_i)_{i in chosen} with the fitted values, or None."""
        d = self.points.inputs
        blocks = [row for i in chosen for row in self.rows[i * d : (i + 1) * d]]
        if not blocks:
            return None if any(self.fitted) else AffineSpace((), 1, ())
        return solve_all(list(zip(*blocks, strict=True)), self.fitted)


def _search(problem: _Problem, explain: bool) -> tuple[dict[int, tuple[Fraction, ...]] | None, tuple[Obstruction, ...]]:
    """Blocks beta_i (times a positive scale) of a minimum, or the obstructions to every pattern of signs."""
    alive = problem.alive
    found: list[Obstruction] = []
    for size in range(len(alive), -1, -1):
        for chosen in combinations(alive, size):
            space = problem.solutions(chosen)
            if space is None:
                if size == len(alive):
                    raise AssertionError("the projection of y is not reached by all rows; the projection is broken")
                if explain:
                    found.append(Obstruction(chosen, (), None))
                continue
            beta = _signed(problem, chosen, space, found if explain else None)
            if beta is not None:
                return beta, ()
            if size == len(alive) and not space.directions and not explain and not _has_zero_block(problem, space):
                return None, ()  # the only solution: fewer rows would need a block 0 of it
    return None, tuple(found)


def _has_zero_block(problem: _Problem, space: AffineSpace) -> bool:
    d = problem.points.inputs
    return any(not any(space.point[i : i + d]) for i in range(0, len(space.point), d))


def _signed(
    problem: _Problem, chosen: Sequence[int], space: AffineSpace, found: list[Obstruction] | None
) -> dict[int, tuple[Fraction, ...]] | None:
    """A solution with sigma_i beta_i in C_i for some signs sigma; obstructions to the others go to `found`."""
    points, d = problem.points, problem.points.inputs
    constants, slopes = _inner_products(points, problem.patterns, chosen, space)
    for sigma in _sign_patterns(problem, chosen, found):
        n = points.samples
        b = [s * v for s, block in zip(sigma, constants, strict=True) for v in block]
        u = [[s * v for v in row] for s, block in zip(sigma, slopes, strict=True) for row in block]
        answer = strictly_positive(b, u)
        if isinstance(answer, Excluded):
            if found is not None:
                mu = answer.multipliers
                split = tuple(mu[q * n : (q + 1) * n] for q in range(len(chosen)))
                found.append(Obstruction(tuple(chosen), sigma, split))
            continue
        beta = [
            Fraction(p, space.denominator) + sum(c * v[q] for c, v in zip(answer.point, space.directions, strict=True))
            for q, p in enumerate(space.point)
        ]
        return {i: tuple(beta[q * d : (q + 1) * d]) for q, i in enumerate(chosen)}
    return None


def _inner_products(
    points: Points, patterns: Sequence[Signs], chosen: Sequence[int], space: AffineSpace
) -> tuple[list[list[int]], list[list[list[int]]]]:
    """s_in x_n . beta_i = constant + slopes . c for the solutions; both for each row i and sample n.

    The constants are times the denominator, so the slopes are too: c is measured in units of 1.
    """
    d, m = points.inputs, space.denominator
    constants, slopes = [], []
    for q, i in enumerate(chosen):
        point = space.point[q * d : (q + 1) * d]
        directions = [v[q * d : (q + 1) * d] for v in space.directions]
        signed = [(s, x) for s, x in zip(patterns[i], points.rows, strict=True)]
        constants.append([s * sum(a * b for a, b in zip(point, x, strict=True)) for s, x in signed])
        slopes.append([[m * s * sum(a * b for a, b in zip(v, x, strict=True)) for v in directions] for s, x in signed])
    return constants, slopes


def _sign_patterns(
    problem: _Problem, chosen: Sequence[int], found: list[Obstruction] | None
) -> Iterator[tuple[int, ...]]:
    """The signs sigma that no single sample excludes: at sample n the terms a_in x_n . beta_i add up to yhat_n."""
    rho = problem.slope
    weights = [[1 if s > 0 else (rho > 0) - (rho < 0) for s in problem.patterns[i]] for i in chosen]
    kinds = [
        [w * s for w, s in zip(row, problem.patterns[i], strict=True)] for row, i in zip(weights, chosen, strict=True)
    ]
    for sigma in product((1, -1), repeat=len(chosen)):
        excluded = None
        for n, f in enumerate(problem.fitted):
            signs = {s * kind[n] for s, kind in zip(sigma, kinds, strict=True)} - {0}
            if (f <= 0 and signs == {1}) or (f >= 0 and signs == {-1}):
                excluded = n
                break
        if excluded is None:
            yield sigma
        elif found is not None:
            found.append(Obstruction(tuple(chosen), sigma, _at_sample(problem, chosen, excluded)))


def _at_sample(problem: _Problem, chosen: Sequence[int], n: int) -> tuple[tuple[int, ...], ...]:
    """Multipliers |a_in| at one sample: sum_i a_in x_n . beta_i is yhat_n for every solution."""
    p, q = problem.slope.numerator, problem.slope.denominator
    size = [q if problem.patterns[i][n] > 0 else abs(p) for i in chosen]
    return tuple(tuple(a if k == n else 0 for k in range(problem.points.samples)) for a in size)


def _witness(
    problem: _Problem, beta: dict[int, tuple[Fraction, ...]], denominator: int, interiors: Sequence[Sequence[Any]]
) -> Witness:
    """W and z from the blocks, verified: every row in its cell, and the fitted values reached."""
    points, scale = problem.points, problem.slope.denominator
    W, z = [], []
    for i, signs in enumerate(problem.patterns):
        block = beta.get(i)
        if block is None:
            W.append(tuple(Fraction(v) for v in interiors[i]))
            z.append(0)
            continue
        first = sum(x * b for x, b in zip(points.rows[0], block, strict=True))
        sign = 1 if (first > 0) == (signs[0] > 0) else -1
        # beta is in units of (scale of X) x (denominators of the slope and of the fitted values)
        W.append(tuple(Fraction(sign * b * scale * points.scale, denominator) for b in block))
        z.append(sign)
    witness = Witness(tuple(W), tuple(z))
    if not verify(points, problem.patterns, problem.slope, witness):
        raise AssertionError("a minimum fails its verification; the classification is broken")
    return witness


def _interior(points: Points, signs: Signs) -> tuple[Fraction, ...]:
    """A weight with these signs of x_n . w."""
    if len(signs) != points.samples or any(s not in (1, -1) for s in signs):
        raise InputError(f"{points.samples} signs 1 and -1 were expected for a row of a region and {signs} came")
    answer = strictly_positive(
        [0] * points.samples, [[s * v for v in x] for s, x in zip(signs, points.rows, strict=True)]
    )
    if isinstance(answer, Excluded):
        raise InputError("signs of a cell were expected and no weight has these signs; take them from `cells`")
    return answer.point
