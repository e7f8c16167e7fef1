"""The exact loss: reference digits, two roads, limits and edges of the units' reach."""

from __future__ import annotations

import itertools
import json
import math
from fractions import Fraction
from pathlib import Path

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symlandscape.arith.balls import arb, contains, workprec
from symlandscape.arith.conversions import parse_exact, to_arb
from symlandscape.arith.field import arb_field, float_field, mpmath_field
from symlandscape.backends import particles as backend
from symlandscape.errors import InputError
from symlandscape.particles import (
    Network,
    RbfUnit,
    ReluUnit,
    draw_tensor,
    loss_at,
    population_loss,
    relu_coefficient,
    three_spin,
)
from symlandscape.particles.caps import cap, cap_pair
from symlandscape.particles.plackett import relu_kernel_by_quadrature
from symlandscape.particles.rbf_units import rbf_overlap, rbf_pair
from symlandscape.particles.relu_units import relu_overlap, relu_pair

REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "particles.json"
C = (Fraction(2), Fraction(-1), Fraction(3))
VECTORS = ((1, 2, -2), (1, 1, 1), (1, -1, 1))


def explicit():
    return [[[Fraction((7 * p + 11 * q + 5 * r + 3 * p * q * r) % 13 - 6) for r in range(3)] for q in range(3)]
            for p in range(3)]  # fmt: skip


def exact(values):
    return tuple(Fraction(x) for x in values)


def relu_net():
    return Network(tuple(ReluUnit(exact(v), Fraction(b)) for v, b in zip(VECTORS, (1, "-1/2", 0), strict=True)), C)


def rbf_net():
    return Network(tuple(RbfUnit(exact(v), Fraction(1, 2)) for v in VECTORS), C)


@pytest.mark.parametrize(("net", "kind"), [(relu_net, "relu"), (rbf_net, "rbf")])
def test_the_reference_digits_of_F_and_K(net, kind):
    if not REFERENCE.is_file():
        pytest.skip("the reference digits (shared/reference/particles.json) are not beside this checkout")
    known = json.loads(REFERENCE.read_text(encoding="utf-8"))["explicit_d3"]
    found = population_loss(three_spin(explicit()), net(), 35)
    pairs = list(zip(found.values.F, known[f"F_{kind}"], strict=True))
    pairs += [
        (x, y) for a, b in zip(found.values.K, known[f"K_{kind}"], strict=True) for x, y in zip(a, b, strict=True)
    ]
    with workprec(150):
        assert all(abs(x - to_arb(parse_exact(y))) < arb(10) ** -28 for x, y in pairs)


def test_balls_contain_what_mpmath_finds():
    target = three_spin(draw_tensor(4, 1))
    net = Network(
        tuple(ReluUnit(exact(w), Fraction(b)) for w, b in (((1, 2, -2, 1), 1), ((1, 1, 1, 0), "-1/2"))), C[:2]
    )
    with workprec(100):
        balls = loss_at(arb_field(), target, net, order=2)
        with mpmath.workdps(60):
            points = loss_at(mpmath_field(), target, net, order=2)
            assert contains(balls.loss, to_arb(points.loss))
            for x, y in zip(balls.gradient, points.gradient, strict=True):
                assert contains(x, to_arb(y))
            for row, other in zip(balls.hessian, points.hessian, strict=True):
                assert all(contains(x, to_arb(y)) and x.rad() < 1e-20 for x, y in zip(row, other, strict=True))


units = st.tuples(st.lists(st.integers(-4, 4), min_size=4, max_size=4).filter(any), st.integers(-3, 3))


@given(units, units)
def test_the_closed_form_of_K_is_symmetric_and_is_plackett_s_integral(one, other):
    a, b = (ReluUnit(exact(w), Fraction(x)) for w, x in (one, other))
    with mpmath.workdps(20):
        field = mpmath_field()
        value = relu_pair(field, 4, a, b, order=0).value
        assert abs(value - relu_pair(field, 4, b, a, order=0).value) < mpmath.mpf(10) ** -17
        if all(u.b**2 < 4 * u.length2 for u in (a, b)):
            assert abs(value - relu_kernel_by_quadrature(4, a, b)) < mpmath.mpf(10) ** -12


def test_caps_tile_the_sphere():
    """P(X > t, Y > s) + P(X > t, Y < s) + .. = 1 for crossing, nested and disjoint caps, odd and even dimension."""
    with mpmath.workdps(30):
        field = mpmath_field()
        cases = itertools.product((3, 4, 7, 10), ((1, "1/3"), (2, -1), ("3/2", "3/2"), (5, 1)), (-3, "1/2", 3))
        for d, (b, c), r in cases:
            total = mpmath.mpf(0)
            for x, y in itertools.product((1, -1), repeat=2):
                lengths = (Fraction(4), Fraction(9, 4))
                total += cap_pair(field, d, lengths, Fraction(r) * x * y, Fraction(b) * x, Fraction(c) * y).common(d)
            assert abs(total - 1) < mpmath.mpf(10) ** -27
        assert (
            abs(cap(field, 5, Fraction(1), Fraction(1)).tail(5) + cap(field, 5, Fraction(1), Fraction(-1)).tail(5) - 1)
            < 1e-27
        )


def test_units_beyond_the_sphere_s_reach_are_affine_or_zero():
    field, target = float_field(), three_spin(draw_tensor(5, 2))
    w, other = exact((1, -1, 2, 0, 1)), ReluUnit(exact((0, 1, 1, 1, -1)), Fraction(1, 3))
    full, none = ReluUnit(w, Fraction(9)), ReluUnit(w, Fraction(-9))
    linear = relu_overlap(field, target, full)
    part = dict(target.parts)[1]
    assert linear.value == pytest.approx(float(sum(a * w[e.index(1)] for e, a in part.items())))
    # one unit affine: K = b lambda_0' + c alpha lambda_1'
    lam = [relu_coefficient(field, 5, other.length2, other.b, k).value for k in (0, 1)]
    dot = float(sum(x * y for x, y in zip(w, other.w, strict=True)))
    cosine = dot / math.sqrt(float(full.length2 * other.length2))
    pair = relu_pair(field, 5, full, other)
    affine = [relu_coefficient(field, 5, full.length2, full.b, k).value for k in range(4)]
    assert affine == pytest.approx([9, math.sqrt(5 * float(full.length2)) / 5, 0, 0])
    assert all(relu_coefficient(field, 5, none.length2, none.b, k).value == 0 for k in range(4))
    assert pair.value == pytest.approx(9 * lam[0] + cosine * math.sqrt(5 * float(full.length2)) * lam[1], rel=1e-13)
    assert relu_overlap(field, target, none).value == relu_pair(field, 5, none, other).value == 0
    assert relu_pair(field, 5, full, full).value == pytest.approx(float(full.length2) + 81)
    constant = ReluUnit(exact((0,) * 5), Fraction(2))
    assert relu_pair(field, 5, constant, other).value == pytest.approx(2 * lam[0], rel=1e-13)


def test_parallel_and_antiparallel_units_are_no_exception():
    """K(z, z) is half the second moment's derivative; -z sees the other side; near c = 1 floats stay accurate."""
    field = float_field()
    one = ReluUnit(exact((1, 2, 0, 2)), Fraction(1))
    twice, opposite = ReluUnit(exact((2, 4, 0, 4)), Fraction(2)), ReluUnit(exact((-1, -2, 0, -2)), Fraction(-1))
    assert relu_pair(field, 4, one, twice).value == pytest.approx(2 * relu_pair(field, 4, one, one).value, rel=1e-14)
    assert relu_pair(field, 4, one, opposite).value == pytest.approx(0, abs=1e-14)
    a = np.array(draw_tensor(4, 1), dtype=float)
    target, c = backend.cubic_target(a), np.array([1.0, -1.0])
    for gap in (0.0, 1e-9, 1e-6):
        Z = np.array([[1.0, 2, 0, 2, 1], [1.0 + gap, 2 - gap, 0, 2, 1 + gap]])
        net = Network(tuple(ReluUnit(tuple(Fraction(float(x)) for x in z[:4]), Fraction(float(z[4]))) for z in Z),
                      (Fraction(1), Fraction(-1)))  # fmt: skip
        with mpmath.workdps(40):
            known = loss_at(mpmath_field(), three_spin(draw_tensor(4, 1)), net, order=1)
        loss, by_c, by_z = backend.particle_loss_gradient(target, c, Z)
        flat = np.concatenate([by_c[:, None], by_z], axis=1).ravel()
        assert abs(loss - float(known.loss)) < 1e-14
        assert np.abs(flat - np.array([float(x) for x in known.gradient])).max() < 1e-14


def test_radial_units_at_the_origin_and_at_opposite_points():
    field, target = mpmath_field(), three_spin(draw_tensor(3, 1))
    zero, one = RbfUnit(exact((0, 0, 0)), Fraction(1, 2)), RbfUnit(exact((1, 2, -2)), Fraction(1, 2))
    other = RbfUnit(exact((-1, -2, 2)), Fraction(1, 2))
    with mpmath.workdps(30):
        assert rbf_overlap(field, target, zero).value == 0
        assert abs(rbf_pair(field, 3, zero, zero).value - mpmath.exp(-mpmath.mpf(3) / 2)) < 1e-28
        known = mpmath.exp(-mpmath.mpf(3) / 2 - mpmath.mpf(9) / 2)
        assert abs(rbf_pair(field, 3, one, other).value - known) < 1e-28
        assert rbf_pair(field, 3, zero, one).gradient[0] != 0


def test_relu_without_biases_cannot_go_below_half_the_cubic_part():
    a = draw_tensor(5, 3)
    target = backend.cubic_target(np.array(a, dtype=float))
    from symlandscape.particles import moments

    floor, generator = float(moments(a).cubic) / 2, np.random.default_rng(1)
    n = 40
    Z = np.concatenate([generator.standard_normal((n, 5)), np.zeros((n, 1))], axis=1)
    # the best c: the loss is quadratic in it
    zero = np.zeros(n)
    gradient = backend.particle_loss_gradient(target, zero, Z)[1]
    H = backend.particle_hessian(target, zero, Z)[:: 5 + 2, :: 5 + 2]
    best = -np.linalg.lstsq(H, gradient, rcond=1e-12)[0]
    assert floor - 1e-9 < backend.particle_loss(target, best, Z) < floor + 0.05


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: Network((), ()), "as many c"),
        (lambda: Network((relu_net().units[0], rbf_net().units[0]), C[:2]), "one kind"),
        (lambda: Network((RbfUnit(exact((1, 1, 1)), Fraction(0)),), C[:1]), "alpha > 0"),
        (lambda: population_loss(three_spin(draw_tensor(4, 0)), relu_net()), "4 inputs"),
        (lambda: population_loss(three_spin(explicit()), relu_net(), 0), "digits"),
        (lambda: relu_kernel_by_quadrature(3, ReluUnit(exact((1, 0, 0)), Fraction(9)), relu_net().units[0]), "cut"),
    ],
)
def test_bad_input_is_one_sentence(call, word):
    with pytest.raises(InputError, match=word):
        call()
