"""Volumes of regions by what they hold: reference digits, sums, draws, sizes that are refused."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symlandscape.errors import InputError
from symlandscape.regions import draw_minima, make_points, minima, region_table
from symlandscape.regions.minimum_volumes import summarise
from tests.regions.samples import random_points, reference


@pytest.mark.parametrize("name", ["N4_d2_w2", "N4_d2_w3"])
def test_the_reference_volumes(name):
    case = reference()[name]
    points = make_points(case["X_integer_points_rows_are_samples"], case["y"])
    for key in (key for key in case if key.startswith("rho=")):
        found, digits = minima(points, int(name[-1]), key[4:]).document(), case[key]
        assert found["regions"] == digits["regions_total"]
        pairs = [
            (found["V_G"], digits["V(G) exact-fit regions"]),
            (found["V_L"], digits["V(L) any sub-optimal DLM (e!=0)"]),
            (found["V_none"], digits["V(no DLM)"]),
            *((found["V_L_eps"][k], value) for k, value in digits["V(L_eps) with misclassified > k"].items()),
        ]
        for ours, theirs in pairs:
            assert abs(Fraction(ours) - Fraction(theirs)) < Fraction(1, 10**23)


@pytest.mark.parametrize(("samples", "inputs", "width", "slope"), [(5, 2, 2, "0"), (4, 3, 2, "-1/2"), (6, 3, 1, "2")])
def test_volumes_and_counts_sum_to_all_regions(samples, inputs, width, slope):
    found = minima(random_points(samples, inputs), width, slope).document()
    total = sum(Fraction(found[name]) for name in ("V_G", "V_L", "V_none"))
    radii = sum(Fraction(found["radii"][name]) for name in ("V_G", "V_L", "V_none"))
    assert abs(total - 1) <= radii < Fraction(1, 10**28)
    assert sum(found["counts"].values()) == found["regions"] == found["cells"] ** width
    above = [Fraction(value) for value in found["V_L_eps"].values()]
    assert len(above) == samples
    assert above == sorted(above, reverse=True) and Fraction(found["V_L"]) >= above[0]


def test_digits_are_nested():
    points = random_points(4, 2)
    short, long = (minima(points, 2, "0", digits=digits).document() for digits in (8, 60))
    for name in ("V_G", "V_L", "V_none"):
        assert abs(Fraction(short[name]) - Fraction(long[name])) <= Fraction(short["radii"][name])
        assert Fraction(long["radii"][name]) < Fraction(1, 10**58)


@pytest.mark.parametrize("slope", ["0", "1/10"])
def test_draws_agree_with_the_exact_volumes(slope):
    points = random_points(4, 2, seed=6)
    exact = minima(points, 3, slope).document()
    drawn = draw_minima(points, 3, slope, draws=4000, seed=1).document()
    assert drawn["level"] == "estimated" and sum(drawn["counts"].values()) == 4000
    for name in ("V_G", "V_L", "V_none"):
        z = (float(drawn[name]) - float(exact[name])) / float(drawn["standard_errors"][name])
        assert abs(z) < 5
    assert drawn["V_L_eps"]["3"] == "0" and float(drawn["standard_errors"]["V_L_eps"]["3"]) > 0
    assert drawn == draw_minima(points, 3, slope, draws=4000, seed=1).document()


def test_estimated_cell_volumes_agree_with_drawn_regions_in_rank_four():
    points = random_points(5, 4)
    table = region_table(points, 2, "1/10")
    mixed = summarise(table, draws=40_000, seed=2).document()
    drawn = draw_minima(points, 2, "1/10", draws=6000, seed=3).document()
    assert mixed["level"] == "estimated" and mixed["draws"] == 40_000
    assert Fraction(mixed["total"]) == 1
    for name in ("V_G", "V_L", "V_none"):
        error = float(mixed["standard_errors"][name]) + float(drawn["standard_errors"][name])
        assert abs(float(mixed[name]) - float(drawn[name])) < 5 * error


def test_standard_errors_are_the_scatter_between_seeds():
    points = random_points(4, 4)
    table = region_table(points, 2, "0")
    rows = [summarise(table, draws=2000, seed=seed).document() for seed in range(40)]
    values = [float(row["V_G"]) for row in rows]
    mean = sum(values) / len(values)
    scatter = (sum((v - mean) ** 2 for v in values) / (len(values) - 1)) ** 0.5
    stated = sum(float(row["standard_errors"]["V_G"]) for row in rows) / len(rows)
    assert 0.6 < scatter / stated < 1.5


def test_parallel_samples_stay_in_the_fit():
    twice = make_points([[1, 2], [2, 4], [3, -1]], [0, 1, 1])
    found = minima(twice, 2, "0").document()
    assert found["cells"] == 4 and "parallel" in found["notes"][0]
    assert Fraction(found["V_G"]) == 0  # one ray, two labels: no exact fit


def test_an_endless_enumeration_says_its_count_and_another_road():
    with pytest.raises(InputError, match=r"make 32896 \(256\^2 regions\); sample weights instead"):
        minima(random_points(8, 8), 2, "0", limit=10_000)
    with pytest.raises(InputError, match="width of at least 1"):
        minima(random_points(4, 2), 0, "0")
    with pytest.raises(InputError, match="width of at least 1"):
        draw_minima(random_points(4, 2), 0, "0", draws=10)
    with pytest.raises(InputError, match="at least 2 draws"):
        draw_minima(random_points(4, 2), 1, "0", draws=1)
    with pytest.raises(InputError, match="labels y"):
        minima(make_points([[1, 2]]), 1, "0")
