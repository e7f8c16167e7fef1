"""Spectra in floats at symmetric points: against LAPACK on the dense Hessian and against balls."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from symlandscape import backends
from symlandscape.arith.conversions import mid_float
from symlandscape.errors import InputError
from symlandscape.relu import family
from symlandscape.relu.float_spectra import float_spectrum
from symlandscape.symmetry.pattern import Pattern

CASES = [("5", 0.0), ("6,1", 0.0), ("4,3", -0.5), ("5,1,1", 0.3), ("1", 0.0), ("2,2", 0.0)]


@pytest.mark.parametrize(("text", "slope"), CASES)
def test_all_eigenvalues_are_those_of_the_dense_hessian(text: str, slope: float) -> None:
    pattern = Pattern.parse(text)
    values = np.random.default_rng(2).standard_normal(len(pattern.coordinates))
    parts = float_spectrum(pattern, values, slope)
    every = np.sort(np.concatenate([np.repeat(p.eigenvalues, p.dimension) for p in parts]))
    dense = np.linalg.eigvalsh(backends.relu_hessian(pattern.matrix(values), None, slope))
    assert every.size == dense.size
    assert np.abs(every - dense).max() < 1e-12 * (1 + np.abs(dense).max())


@pytest.mark.parametrize("d", [20, 1000, 10**6])
def test_the_spectrum_of_a_published_minimum_agrees_with_balls(d: int) -> None:
    point = family("F1").at(d)
    parts = float_spectrum(point.pattern, [mid_float(x) for x in point.coordinates])
    for part, exact in zip(parts, point.blocks, strict=True):
        assert part.label == exact.label
        assert part.eigenvalues == pytest.approx([mid_float(x) for x in exact.eigenvalues], abs=2e-15 * d)


def test_a_million_inputs_are_no_more_work_than_ten() -> None:
    parts = float_spectrum("1000000", [1.0, 0.0])
    assert sum(part.dimension * part.eigenvalues.size for part in parts) == 10**12
    assert min(part.eigenvalues[0] for part in parts) == pytest.approx(0.25 - 1 / (2 * np.pi), abs=1e-9)


@pytest.mark.parametrize(
    ("text", "values", "word"),
    [
        ("n", [1.0, 0.0], "numbers as sizes"),
        ("5", [1.0], "coordinates"),
        ("5", [1.0, float("nan")], "finite"),
        ("5", [0.0, 0.0], "zero"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(text: str, values: list[float], word: str) -> None:
    with pytest.raises(InputError, match=word):
        float_spectrum(text, values)
    with pytest.raises(InputError, match="slope"):
        float_spectrum("5", [1.0, 0.0], Fraction(1))


@pytest.mark.parametrize(
    ("values", "slope"),
    [
        (["x", 1.0], 0.0),
        ([1.0, 0.1], float("nan")),
        ([1.0, 0.1], float("inf")),
        ([1.0, 0.1], 1e300),
        ([1e200, 1e180], 0.0),
        ([1e-200, 1e-210], 0.0),
        ([1.0, 0.1], "x"),
    ],
)
def test_what_floats_cannot_hold_is_refused_with_a_sentence(values: list[float], slope: float) -> None:
    with pytest.raises(InputError):
        float_spectrum("5", values, slope)


def test_patterns_with_extra_rows_and_blocks_of_one_agree_with_lapack() -> None:
    rng, worst = np.random.default_rng(4), 0.0
    for sizes, extra in (((1,), (2,)), ((2,), (1, 2)), ((1, 1), (1,)), ((3, 1), (3, 2)), ((2, 1, 1), ())):
        pattern = Pattern(sizes, extra)
        values = rng.standard_normal(len(pattern.coordinates))
        for slope in (0.0, -1.0, 2.0):
            parts = float_spectrum(pattern, values, slope)
            every = np.sort(np.concatenate([np.repeat(p.eigenvalues, p.dimension) for p in parts]))
            dense = np.linalg.eigvalsh(backends.relu_hessian(pattern.matrix(values), None, slope))
            worst = max(worst, float(np.abs(every - dense).max() / (1 + np.abs(dense).max())))
    assert worst < 1e-13
