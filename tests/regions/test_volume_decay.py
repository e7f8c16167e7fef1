"""Sampled volumes: exact digits inside the error bars, draws by counter, eps read strictly, sound error bars."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from symlandscape import backends
from symlandscape.backends import RegionVerdict
from symlandscape.errors import InputError
from symlandscape.regions import bound_exponent, class_of_weights, decay, gaussian_weights, make_points
from symlandscape.regions.sampling import balanced_labels, gaussian_points
from symlandscape.regions.volume_decay import Decay, DecayRow
from tests.regions.samples import reference


@pytest.mark.parametrize(("name", "slope"), [("N4_d2_w2", "0"), ("N4_d2_w2", "1/10"), ("N4_d2_w3", "0")])
def test_shares_of_drawn_regions_are_the_exact_volumes(name: str, slope: str) -> None:
    case = reference()[name]
    rows, y, rho = case["X_integer_points_rows_are_samples"], case["y"], Fraction(slope)
    exact = case[f"rho={slope}"]
    points, draws = make_points(rows, y), 800
    W = gaussian_weights(0, draws, 3 if name.endswith("3") else 2, 2, 11)
    found = backends.classify_regions(W, np.array(rows, float), np.array(y, float), float(rho))
    kinds = [class_of_weights(points, w, rho) for w in W]
    holding = np.array([kind.kind != "none" for kind in kinds])
    decided = found.verdicts != RegionVerdict.UNDECIDED
    assert np.array_equal(holding[decided], (found.verdicts == RegionVerdict.MINIMUM)[decided])
    assert np.array_equal(found.wrong, [kind.wrong for kind in kinds])
    fits = np.array([kind.kind == "global" for kind in kinds])
    sure = found.verdicts == RegionVerdict.MINIMUM
    volumes = {
        "V(G) exact-fit regions": fits,
        "V(L) any sub-optimal DLM (e!=0)": holding & ~fits,
        "V(no DLM)": ~holding,
    }
    shares = {key: (value, float(exact[key])) for key, value in volumes.items()}
    for k, text in exact["V(L_eps) with misclassified > k"].items():
        necessary = found.wrong > int(k)
        shares[f"k = {k}"] = (holding & necessary, float(text))
        error = 5 * math.sqrt(float(text) / draws)
        assert (sure & necessary).mean() - error <= float(text) <= necessary.mean() + error
    for value, expected in shares.values():
        assert abs(value.mean() - expected) < 5 * math.sqrt(expected * (1 - expected) / draws)


def test_pairs_depend_on_the_seed_n_and_their_number_alone() -> None:
    many = decay(3, 2, [6, 9], Fraction(1, 10), 0, 40, 5, datasets=8, threads=2)
    few = decay(3, 2, [9], Fraction(1, 10), 0, 25, 5, datasets=8)
    assert np.array_equal(many.rows[1].wrong[:25], few.rows[0].wrong)
    assert np.array_equal(many.rows[1].ranks[:25], few.rows[0].ranks)
    assert not np.array_equal(decay(3, 2, [9], Fraction(1, 10), 0, 25, 6).rows[0].wrong, few.rows[0].wrong)


def test_pair_i_is_weight_matrix_i_with_data_set_i_mod_datasets_of_the_seed() -> None:
    row = decay(3, 2, [9], Fraction(1, 10), 0, 150, 5, datasets=2).rows[0]  # the first data set needs two batches
    X, y = [gaussian_points(9, 3, 5, j) for j in range(2)], balanced_labels(9)
    W = gaussian_weights(0, 150, 2, 3, 5, 9)
    found = [backends.classify_regions(W[i : i + 1], X[i % 2], y, 0.1) for i in range(150)]
    assert np.array_equal(row.wrong, [f.wrong[0] for f in found])
    assert np.array_equal(row.ranks, [f.ranks[0] for f in found])
    assert np.array_equal(row.verdicts, [f.verdicts[0] for f in found])
    assert not np.array_equal(decay(3, 2, [9], Fraction(1, 10), 0, 150, 6, datasets=2).rows[0].wrong, row.wrong)


def made(wrong: list[int], eps: Fraction, datasets: int, samples: int = 10) -> DecayRow:
    count = len(wrong)
    zeros = np.zeros(count, np.int64)
    verdicts = np.full(count, RegionVerdict.UNDECIDED, np.int8)
    return DecayRow(
        samples, 2, 2, Fraction(0), eps, datasets, np.array(wrong), zeros, verdicts, zeros, np.zeros(count, bool)
    )


def test_eps_is_read_strictly_and_exactly() -> None:
    assert made([3, 4, 2], Fraction(3, 10), 1).necessary.tolist() == [False, True, False]
    assert made([1, 0], Fraction(0), 1).necessary.tolist() == [True, False]


def test_error_bars_know_data_sets_and_are_never_zero() -> None:
    apart = made([1, 0] * 50, Fraction(0), 2)
    assert apart.shares.tolist() == [1.0, 0.0] and apart.standard_error == pytest.approx(0.5)
    assert apart.between == pytest.approx(math.sqrt(0.5))
    alike = made([1, 1, 0, 0] * 25, Fraction(0), 2)
    assert alike.standard_error == pytest.approx(0.05, rel=0.02) and alike.between == 0.0
    never = made([0] * 100, Fraction(0), 4)
    assert never.volume == 0.0 and 0.0 < never.standard_error < 0.01 and never.interval[1] < 0.04
    assert made([0, 1], Fraction(0), 2).between is None


def test_minima_are_bracketed_by_what_is_decided() -> None:
    row = made([3, 3, 3, 0], Fraction(1, 10), 1)
    row.verdicts[:2] = RegionVerdict.MINIMUM, RegionVerdict.NONE
    assert row.minima == (0.25, 0.5)
    assert replace(row, eps=Fraction(9, 10)).minima == (0.0, 0.0)


def test_dead_points_have_their_exact_mean_and_only_relu_has_them() -> None:
    row = decay(2, 3, [30], 0, 0, 800, 1).rows[0]
    assert row.dead_points is not None
    mean, expected, z = row.dead_points
    assert expected == 30 / 8 and abs(z) < 5 and mean == row.dead.mean()
    assert decay(2, 3, [30], Fraction(1, 2), 0, 20, 1).rows[0].dead_points is None
    silent = decay(2, 30, [4], 0, 0, 20, 1).rows[0].dead_points
    assert silent is not None and silent[0] == 0.0 and abs(silent[2]) < 1e-3


def test_the_bounds_exponent_is_the_papers() -> None:
    assert bound_exponent(100, 10, 10, Fraction(1, 5), Fraction(0)) == pytest.approx(0.23 * 0.2**0.75 * 100)
    assert bound_exponent(100, 50, 2, Fraction(1, 5), Fraction(1, 2)) == pytest.approx(0.23 * 0.5**0.75 * 100)


def test_the_document_has_all_rows_and_the_arrays_all_draws() -> None:
    found = decay(2, 2, [4, 6], 0, Fraction(1, 4), 12, 3)
    assert isinstance(found, Decay) and [row["samples"] for row in found.document()["rows"]] == [4, 6]
    assert found.arrays()["wrong"].shape == (2, 12) and found.arrays()["samples"].tolist() == [4, 6]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"samples": []}, "number of samples"),
        ({"samples": [1]}, "2 samples"),
        ({"inputs": 0}, "1 input"),
        ({"samples": [10**7]}, "fewer samples"),
        ({"eps": 1}, "eps"),
        ({"eps": -1}, "eps"),
        ({"slope": 1}, "slope"),
        ({"slope": Fraction(10) ** 400}, "slope up to"),
        ({"slope": Fraction(1, 10**9)}, "slope"),
        ({"draws": 0}, "draws"),
        ({"draws": 10**12}, "draws"),
        ({"datasets": 21}, "data sets"),
        ({"threads": 0}, "thread"),
        ({"device": "tpu"}, "device"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(changes: dict, word: str) -> None:
    good = {"inputs": 2, "width": 2, "samples": [4], "draws": 20}
    with pytest.raises(InputError, match=word):
        decay(**(good | changes))
