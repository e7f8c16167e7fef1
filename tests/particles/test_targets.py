"""Targets: exact moments against the reference digits, harmonic parts, drawn tensors, bad shapes."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from symlandscape.arith.conversions import parse_exact
from symlandscape.errors import InputError
from symlandscape.particles import draw_tensor, moments, polynomial_target, three_spin
from symlandscape.particles.polynomials import harmonic_parts, jet, laplacian, multiply, sphere_mean

REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "particles.json"


@pytest.fixture(scope="module")
def reference():
    if not REFERENCE.is_file():
        pytest.skip("the reference digits (shared/reference/particles.json) are not beside this checkout")
    return json.loads(REFERENCE.read_text(encoding="utf-8"))


def explicit():
    return [[[Fraction((7 * p + 11 * q + 5 * r + 3 * p * q * r) % 13 - 6) for r in range(3)] for q in range(3)]
            for p in range(3)]  # fmt: skip


def test_the_explicit_tensor_has_the_reference_moments(reference):
    known, found = reference["explicit_d3"], moments(explicit())
    names = ("||T||^2", "||t||^2", "E f^2", "linear part of E f^2", "cubic part")
    assert [str(x) for x in (found.norm2_T, found.norm2_t, found.mean_f2, found.linear, found.cubic)] == [
        known[name] for name in names
    ]


@pytest.mark.parametrize("d", [3, 5])
def test_drawn_tensors_have_the_reference_moments(reference, d):
    known, a = reference["target_moments"][f"d={d}"], draw_tensor(d, 100 + d)
    assert [a[0][0][i] for i in range(3)] == [parse_exact(x) for x in known["a[0,0,0:3]"]]
    found = moments(a)
    assert str(found.mean_f2) == known["E f^2"]
    for name, value in (("linear", found.linear), ("cubic", found.cubic)):
        assert abs(value - parse_exact(known[name])) < Fraction(1, 10**28)
    assert abs(found.cubic / 2 - parse_exact(known["bias-free relu irreducible loss"])) < Fraction(1, 10**28)


def test_tensor_formulas_are_the_moments_of_monomials():
    a = draw_tensor(4, 7)
    target, found = three_spin(a), moments(a)
    assert sphere_mean(multiply(target.polynomial, target.polynomial), 4, 4) == found.mean_f2 == target.mean_square
    linear = dict(target.parts)[1]
    assert sphere_mean(multiply(linear, linear), 4, 4) == found.linear


def test_parts_of_a_polynomial_are_harmonic_and_add_up_to_it_on_the_sphere():
    p = {(4, 1, 0): Fraction(3), (0, 2, 2): Fraction(-1, 2), (1, 0, 0): Fraction(5), (0, 0, 0): Fraction(2)}
    parts = harmonic_parts(p, 3, Fraction(9))
    point = (Fraction(1), Fraction(2), Fraction(-2))  # |x|^2 = 9
    assert sum(jet(h, point, 0)[0] for h in parts.values()) == jet(p, point, 0)[0]
    assert not any(laplacian(h) for h in parts.values()) and set(parts) == {0, 1, 2, 3, 4, 5}


def test_a_jet_is_value_gradient_and_hessian():
    p = {(3, 1): Fraction(2), (0, 2): Fraction(-1)}
    value, gradient, hessian = jet(p, (Fraction(2), Fraction(3)))
    assert value == 39 and gradient == [72, 10] and hessian == [[72, 24], [24, -2]]


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: moments([[[1, 2], [3, 4]], [[5, 6], [7, 8]]]), "at least 3 inputs"),
        (lambda: moments([[[1] * 3] * 3, [[1] * 3] * 2, [[1] * 3] * 3]), "another shape"),
        (lambda: three_spin("abc"), "tensor"),
        (lambda: draw_tensor(2, 0), "at least 3 inputs"),
        (lambda: draw_tensor(101, 0), "at most 100"),
        (lambda: draw_tensor(3, -1), "seed"),
        (lambda: polynomial_target({(1, 2): Fraction(1)}, 3), "exponents"),
    ],
)
def test_bad_shapes_are_one_sentence(call, word):
    with pytest.raises(InputError, match=word):
        call()
