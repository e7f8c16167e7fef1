"""What regions hold: reference counts, linear programs in floats, obstructions, descent, laws."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations_with_replacement, product

import numpy as np
import pytest
from scipy.optimize import linprog

from symlandscape.arith.rationals import rank
from symlandscape.errors import InputError
from symlandscape.regions import (
    Obstruction,
    Witness,
    cells,
    classify,
    excluded,
    generic_rank,
    khatri_rao,
    make_points,
    region_rows,
    region_table,
    support_inequality,
    verify,
)
from tests.regions.samples import random_points, reference

SLOPES = ("0", "1/10", "-1", "3")


@pytest.mark.parametrize("name", ["N4_d2_w2", "N4_d2_w3"])
def test_the_reference_counts(name):
    case = reference()[name]
    points = make_points(case["X_integer_points_rows_are_samples"], case["y"])
    for key in (key for key in case if key.startswith("rho=")):
        counts = region_table(points, int(name[-1]), key[4:]).counts()
        assert counts == case[key]["DLM counts by class"]


def float_kind(points, region, slope):
    """The class by least squares and 3^k linear programs in floats."""
    X = np.array(points.rows, float) / np.abs(points.rows).max()
    y = np.array(points.labels, float)
    A = np.array([[1.0 if s > 0 else float(Fraction(slope)) for s in cell.signs] for cell in region])
    M = np.vstack([a * X.T for a in A])
    fitted = M.T @ np.linalg.lstsq(M.T, y, rcond=1e-10)[0]
    k, d, n = len(region), points.inputs, points.samples
    for sigma in product((1, -1, 0), repeat=k):
        bounds = [(0.0, 0.0) if s == 0 and A[i].any() else (None, None) for i, s in enumerate(sigma) for _ in range(d)]
        rows = []
        for i, s in enumerate(sigma):
            if s and A[i].any():
                for q in range(n):
                    row = np.zeros(k * d + 1)
                    row[i * d : (i + 1) * d] = -s * region[i].signs[q] * X[q]
                    row[-1] = 1.0
                    rows.append(row)
        program = linprog(
            [0.0] * (k * d) + [-1.0],
            A_ub=np.array(rows) if rows else None,
            b_ub=np.zeros(len(rows)) if rows else None,
            A_eq=np.hstack([M.T, np.zeros((n, 1))]),
            b_eq=fitted,
            bounds=[*bounds, (None, 1.0)],
        )
        if program.status == 0 and -program.fun > 1e-8:
            return "global" if np.abs(y - fitted).max() < 1e-9 else "local"
    return "none"


@pytest.mark.parametrize("slope", ["0", "1/10"])
def test_linear_programs_in_floats_find_the_same_classes(slope):
    points = random_points(4, 2, seed=1)
    for region in combinations_with_replacement(cells(points).cells, 2):
        assert classify(points, region, slope).kind == float_kind(points, region, slope)


@pytest.mark.parametrize("slope", SLOPES)
def test_every_region_has_a_verified_minimum_or_verified_obstructions(slope):
    points, rho = random_points(4, 2, seed=2), Fraction(slope)
    kinds = set()
    for region in combinations_with_replacement(cells(points).cells, 2):
        found = classify(points, region, slope, explain=True)
        patterns = [cell.signs for cell in region]
        kinds.add(found.kind)
        if found.kind == "none":
            assert excluded(points, patterns, rho, found.obstructions)
            assert not excluded(points, patterns, rho, found.obstructions[1:])
        else:
            assert verify(points, patterns, rho, found.witness)
            assert not excluded(points, patterns, rho, found.obstructions)
            assert (found.kind == "global") == (not found.support)
    assert "none" in kinds and len(kinds) > 1


def test_a_damaged_witness_or_obstruction_is_rejected():
    points, rho = random_points(4, 2, seed=2), Fraction(1, 10)
    damaged = {"witness": 0, "multipliers": 0}
    for region in combinations_with_replacement(cells(points).cells, 2):
        found = classify(points, region, rho, explain=True)
        patterns = [cell.signs for cell in region]
        if found.witness is not None:
            worse = Witness(found.witness.W, tuple(z + 1 for z in found.witness.z))
            damaged["witness"] += not verify(points, patterns, rho, worse)
            mirrored = Witness(tuple(tuple(-v for v in w) for w in found.witness.W), found.witness.z)
            assert not verify(points, patterns, rho, mirrored)
        else:
            for k, obstruction in enumerate(found.obstructions):
                if obstruction.multipliers is None:
                    continue
                changed = type(obstruction)(
                    obstruction.rows, obstruction.signs, tuple((0,) * points.samples for _ in obstruction.rows)
                )
                others = [*found.obstructions[:k], changed, *found.obstructions[k + 1 :]]
                assert not excluded(points, patterns, rho, others)
                damaged["multipliers"] += 1
    assert damaged["witness"] > 5 and damaged["multipliers"] > 20


def test_obstructions_with_a_wrong_sign_exclude_nothing():
    # one unit whose only solutions are multiples of beta with sigma beta in its cell, fitted value positive at n
    points, rho = random_points(3, 2, seed=8), Fraction(1, 10)
    tried = 0
    for cell in cells(points).cells:
        found = classify(points, [cell], rho)
        fitted = [y - e for y, e in zip(points.labels, found.residual, strict=True)]
        if found.kind == "none" or max(fitted) <= 0:
            continue
        n = fitted.index(max(fitted))
        s = cell.signs[n]

        def one(sigma, m, n=n):
            return Obstruction((0,), (sigma,), (tuple(m if k == n else 0 for k in range(3)),))

        empty = Obstruction((), (), None)
        assert excluded(points, [cell.signs], rho, [empty, one(s, 1), one(-s, 1)]) is False  # lambda . yhat > 0
        assert excluded(points, [cell.signs], rho, [empty, one(s, -1), one(-s, 1)]) is False  # mu < 0
        tried += 1
    assert tried


def test_the_residual_is_orthogonal_to_the_khatri_rao_product():
    points = random_points(5, 2)
    region = [cells(points).cells[k] for k in (0, 3)]
    found = classify(points, region, "1/3")
    A = [cell.slopes(Fraction(1, 3)) for cell in region]
    for row in khatri_rao(A, list(zip(*points.coordinates(), strict=True))):
        assert sum(a * e for a, e in zip(row, found.residual, strict=True)) == 0


def test_a_point_on_the_threshold_counts_as_zero():
    # one unit, slope 1/2, two parallel points with labels 1 and 0: the fitted value of the first is 1/2
    points = make_points([[1], [-2]], [1, 0])
    found = classify(points, [(1, -1)], "1/2")  # outputs b and -2b/2 = -b: fitted (1/2, -1/2)
    assert found.residual == (Fraction(1, 2), Fraction(1, 2))
    assert found.wrong == 1


def test_dead_rows_impose_nothing():
    points = make_points([[1, 0], [1, 1]], [0, 1])
    dead = (-1, -1)
    found = classify(points, [dead, dead], 0)
    assert found.kind == "local" and found.rank == 0 and found.wrong == 1
    assert found.witness.z == (0, 0)


@pytest.mark.parametrize("slope", ["1/2", "-2", "1/10"])
def test_inverse_slopes_hold_the_same_classes(slope):
    points = random_points(4, 2, seed=3)
    assert region_table(points, 2, slope).counts() == region_table(points, 2, 1 / Fraction(slope)).counts()


@pytest.mark.parametrize("slope", ["0", "1/10"])
def test_ranks_and_supports_obey_the_matroid_union(slope):
    points, rho = random_points(5, 2, seed=4), Fraction(slope)
    for region in combinations_with_replacement(cells(points).cells, 2):
        A = [[rho.denominator if s > 0 else rho.numerator for s in cell.signs] for cell in region]
        found = classify(points, region, rho)
        assert found.rank == generic_rank(A, 2) == rank(region_rows(points, [c.signs for c in region], rho))
        if found.kind == "local":
            assert support_inequality(A, found.support, 2)
            assert not rho or len(found.support) > 2


def test_the_generic_rank_is_the_minimum_over_all_subsets():
    rng = np.random.default_rng(0)
    for _ in range(20):
        A = rng.integers(0, 2, (3, 6)).tolist()
        subsets = [[n for n in range(6) if mask >> n & 1] for mask in range(64)]
        brute = min(2 * rank([[row[n] for n in S] for row in A] if S else []) + 6 - len(S) for S in subsets)
        assert generic_rank(A, 2) == brute


@pytest.mark.parametrize("slope", [0.0, 0.1])
def test_descent_never_ends_inside_a_region_without_minimum(slope):
    points = random_points(5, 2, seed=5)
    X = np.array(points.rows, float) / 60
    y = np.array(points.labels, float)
    rng = np.random.default_rng(7)
    W, z = rng.standard_normal((150, 2, 2)), rng.standard_normal((150, 2))
    for _ in range(6000):
        h = W @ X.T
        a = np.where(h > 0, 1.0, slope)
        e = y - np.einsum("sk,skn->sn", z, a * h)
        gz = -2 / 5 * np.einsum("skn,sn->sk", a * h, e)
        gW = -2 / 5 * z[:, :, None] * np.einsum("skn,sn,nd->skd", a, e, X)
        W, z = W - 0.05 * gW, z - 0.05 * gz
    size = np.sqrt((gW**2).sum((1, 2)) + (gz**2).sum(1))
    h = W @ X.T
    settled = (size < 1e-11) & (np.abs(h).min((1, 2)) > 1e-4) & (np.abs(z).min(1) > 1e-4)
    assert settled.sum() > 20
    for signs in np.where(h[settled] > 0, 1, -1).tolist():
        assert classify(points, [tuple(row) for row in signs], Fraction(str(slope))).kind != "none"


def test_bad_regions_and_slopes_are_refused():
    points = random_points(4, 2)
    with pytest.raises(InputError, match="slope other than 1"):
        classify(points, [cells(points).cells[0]], 1)
    with pytest.raises(InputError, match="no weight has these signs"):
        classify(make_points([[1, 0], [2, 0]], [0, 1]), [(-1, 1)], 0)
    for signs in ((1,), (1, 0), (1, 2)):
        with pytest.raises(InputError, match="2 signs"):
            classify(make_points([[1, 0], [0, 1]], [0, 1]), [signs], 0)
    with pytest.raises(InputError, match="at least one row"):
        classify(points, [], 0)
    with pytest.raises(InputError, match="same number of columns"):
        khatri_rao([[1, 2]], [[1]])
