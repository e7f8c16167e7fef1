"""The spectrum at a given matrix: by blocks with enclosures where there is symmetry, dense otherwise."""

from __future__ import annotations

import jsonschema
import numpy as np
import pytest

from symlandscape import backends, schemas
from symlandscape.arith.conversions import mid_float
from symlandscape.errors import InputError
from symlandscape.evidence import Level
from symlandscape.relu.families import family
from symlandscape.relu.spectra import SpectrumResult, spectrum
from symlandscape.runs import generator
from symlandscape.symmetry.pattern import Pattern


def eigenvalues(result: SpectrumResult) -> np.ndarray:
    repeated = [np.repeat([mid_float(x) for x in b.eigenvalues], int(b.multiplicity)) for b in result.blocks]
    return np.sort(np.concatenate(repeated))


@pytest.mark.parametrize(
    ("sizes", "extra"), [((5,), ()), ((4, 1), ()), ((3, 2), ()), ((4, 2, 1), ()), ((4,), (1,)), ((2, 1), (1, 1))]
)
def test_blocks_with_multiplicities_are_the_dense_spectrum_at_points_that_are_not_critical(sizes, extra):
    pattern = Pattern(sizes, extra)
    W = pattern.matrix([float(x) for x in generator(1, len(sizes)).standard_normal(len(pattern.coordinates))])
    rng = generator(2, 0)
    permuted = W[rng.permutation(pattern.k)][:, rng.permutation(pattern.d)]
    result = spectrum(permuted)
    assert result.level is Level.CERTIFIED and result.spread == 0 and result.pattern == str(pattern)
    dense = np.linalg.eigvalsh(backends.relu_hessian(permuted))
    assert np.max(np.abs(eigenvalues(result) - dense)) < 1e-12
    assert result.loss == backends.relu_loss(permuted) and result.gradient_norm > 0.1


def test_a_slope_enters_the_blocks():
    W = family("F1").at(5).matrix()
    dense = np.linalg.eigvalsh(backends.relu_hessian(W, None, -0.5))
    assert np.max(np.abs(eigenvalues(spectrum(W, slope=-1 / 2)) - dense)) < 1e-12


def test_noise_below_the_clusters_leaves_the_blocks_but_not_the_certificate():
    W = family("F1").at(6).matrix() + 1e-10 * generator(3, 0).standard_normal((6, 6))
    result = spectrum(W)
    assert result.pattern == "5,1" and 0 < result.spread < 1e-9 and result.level is Level.ESTIMATED
    assert np.max(np.abs(eigenvalues(result) - np.linalg.eigvalsh(backends.relu_hessian(W)))) < 1e-8


@pytest.mark.parametrize(
    ("W", "V"),
    [
        (generator(4, 0).standard_normal((4, 4)), None),  # no symmetry
        (np.eye(4), generator(5, 0).standard_normal((3, 4))),  # other targets
        (np.eye(4)[:3] + 0.1, None),  # fewer neurons than inputs
    ],
    ids=["no symmetry", "other targets", "fewer neurons"],
)
def test_without_symmetry_the_spectrum_is_dense_and_estimated(W, V):
    result = spectrum(W, V)
    assert (result.blocks, result.pattern, result.level) == ((), None, Level.ESTIMATED)
    assert np.array_equal(result.dense, np.linalg.eigvalsh(backends.relu_hessian(W, V)))
    document = result.document()
    assert document["spectrum"][0]["label"] is None and len(document["spectrum"][0]["eigenvalues"]) == W.size
    assert document["least_eigenvalue"] == repr(float(result.dense[0])) and "radius" not in document


@pytest.mark.parametrize("W", [family("F1").at(6).matrix(), generator(4, 0).standard_normal((3, 3))])
def test_both_documents_keep_their_schema(W):
    document = spectrum(W).document()
    validator = jsonschema.Draft202012Validator(schemas.load("relu.spectrum"))
    validator.validate({"file": "w.npy", "position": 0, **document})
    assert (document["k"], document["d"]) == W.shape


def test_components_that_are_absent_at_small_sizes_are_left_out():
    labels = [b.label for b in spectrum(np.array([[2.0, 0.5, 0.5], [0.5, 2.0, 0.5], [0.5, 0.5, 2.0]])).blocks]
    assert labels == ["t", "s0", "x0"]


@pytest.mark.parametrize(
    "W", [np.zeros((2, 2)), np.array([[np.inf, 1], [0, 1]]), np.ones(3)], ids=["zero", "inf", "vector"]
)
def test_bad_matrices_are_refused(W):
    with pytest.raises(InputError):
        spectrum(W)
