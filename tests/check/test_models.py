"""The checker's function models enclose: every operation is held against balls at points, and what may vanish is
rejected."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest

from symlandscape.arith.balls import arb, arb_poly, atan2, fmpz_poly, workprec
from symlandscape.check.laurent_models import Domain, LaurentModel, ball, power
from symlandscape.check.outcome import Rejected
from symlandscape.check.pi_numbers import PiNumber, Surd, from_lists, number, pi_number
from symlandscape.check.taylor_models import TaylorModel, constant, hull_of

PLACES = [arb(-1), arb(-7) / 8, arb(-1) / 3, arb(0), arb(2) / 5, arb(1)]
UNARY = {
    "inverse": (lambda f: 1 / f, lambda x: 1 / x),
    "root": (lambda f: f.root(), lambda x: x.sqrt()),
    "square": (lambda f: f * f - 3 * f, lambda x: x * x - 3 * x),
    "angle": (lambda f: f.angle(1 - f), lambda x: atan2(x, 1 - x)),
    "obtuse angle": (lambda f: f.angle(-1 - f), lambda x: atan2(x, -1 - x)),
}


@pytest.fixture(autouse=True)
def bits():
    with workprec(128):
        yield


def value(f: LaurentModel, s: arb) -> arb:
    total = f.rest * power(s, f.order)
    for k, c in enumerate(f.coefficients):
        total += ball(c) * power(s, f.start + k)
    return total


@pytest.mark.parametrize(("first", "second"), list(product(UNARY, ["inverse", "root", "square"])))
def test_taylor_models_enclose_their_functions(first, second):
    s = hull_of(arb(1) / 4, arb(5) / 16)
    f, g = UNARY[first][0](s + 1), UNARY[first][1]
    g_at = [g(s.at(u) + 1) for u in PLACES]
    whole = f.range()
    assert all(whole.overlaps(y) and f.at(u).overlaps(y) for u, y in zip(PLACES, g_at, strict=True))
    if whole > 0:
        h = UNARY[second][0](f)
        assert all(h.at(u).overlaps(UNARY[second][1](y)) for u, y in zip(PLACES, g_at, strict=True))
        assert h.rest.abs_upper() < arb((1, -20))


@pytest.mark.parametrize("terms", [[1, 0, 5], [1, 0, -5], [0, 2, 1], [-1, 0, 3, 0, -3], [2, -1, 0, 4, 7]])
def test_the_range_of_a_polynomial_holds_its_values(terms):
    f = TaylorModel(arb_poly(terms), arb(0))
    assert all(f.range().contains(f.at(u)) for u in [*PLACES, arb(1) / 10])


def test_a_tube_of_functions_is_enclosed():
    s = hull_of(arb(1) / 4, arb(5) / 16)
    tube = (s + 1).widened(arb(0, arb((1, -10))))
    for f, exact in UNARY.values():
        model = f(tube)
        for shift, u in product((-1, 0, 1), PLACES):
            assert model.at(u).overlaps(exact(s.at(u) + 1 + arb((shift, -10))))


def test_what_may_vanish_on_a_piece_is_rejected():
    u = TaylorModel(arb_poly([0, 1]), arb(0))
    for operation in (lambda: 1 / u, lambda: u.root(), lambda: u.angle(u), lambda: (u - 2).root()):
        with pytest.raises(Rejected):
            operation()
    with pytest.raises(Rejected):
        1 / constant(arb("nan"))


@pytest.mark.parametrize("name", ["inverse", "root", "square", "flat angle", "straight angle", "quotient"])
@pytest.mark.parametrize("depth", [1, 4, 9])
def test_laurent_models_enclose_their_functions(name, depth):
    domain = Domain(arb(1) / 8, 9, depth)
    s = domain.polynomial(1, [number(1)])
    f = 2 + s * s * pi_number_model(domain) - s * s * s + LaurentModel(5, [], 5, arb(0, 1), domain)
    table = {
        "inverse": (lambda f: 1 / f, lambda x, t: 1 / x),
        "root": (lambda f: f.root(), lambda x, t: x.sqrt()),
        "square": (lambda f: f * f - 4, lambda x, t: x * x - 4),
        "flat angle": (lambda f: (s * f).angle(f), lambda x, t: atan2(t * x, x)),
        "straight angle": (lambda f: (s * f).angle(-1 - f), lambda x, t: atan2(t * x, -1 - x)),
        "quotient": (lambda f: (s + f) / (s * s * f), lambda x, t: (t + x) / (t * t * x)),
    }
    model = table[name][0](f)
    for k, side in product((3, 4, 10, 40), (-1, 0, 1)):
        t = arb((1, -k))
        x = 2 + arb.pi() * t * t - t * t * t + side * power(t, 5)
        assert value(model, t).overlaps(table[name][1](x, t))
        assert model.scaled(model.start).overlaps(table[name][1](x, t) / power(t, model.start))


@pytest.mark.parametrize("length", [1, 2, 3, 4])
def test_terms_beyond_the_length_and_the_rest_of_an_arc_tangent_are_kept(length):
    domain = Domain(arb(1) / 2, length, 1)
    terms = domain.polynomial(-1, [number(k) for k in (3, -2, 5, 7, -11)])
    s, one = domain.polynomial(1, [number(1)]), domain.constant(1)
    for t in (arb(1) / 2, arb(3) / 8, arb(1) / 64):
        assert value(terms, t).contains(3 / t - 2 + 5 * t + 7 * t * t - 11 * t * t * t)
        for angle, exact in ((s.angle(one), atan2(t, arb(1))), (one.angle(s), atan2(arb(1), t))):
            assert len(angle.coefficients) <= length and value(angle, t).overlaps(exact)


def pi_number_model(domain: Domain) -> LaurentModel:
    return domain.constant(pi_number())


def test_exact_leading_terms_cancel_and_balls_never_do():
    domain = Domain(arb(1) / 8, 8, 8)
    s, pi = domain.polynomial(1, [number(1)]), domain.constant(pi_number())
    f = (pi + s) * (pi + s) - pi * pi - 2 * pi * s
    assert f.start == 2 and f.scaled(2).overlaps(arb(1))
    g = (pi + s) * arb.pi() - pi * arb.pi()
    with pytest.raises(Rejected):
        g.scaled(1)
    with pytest.raises(Rejected):
        1 / (g - s * arb.pi())


def test_numbers_of_the_field_know_their_zero_their_roots_and_their_reciprocals():
    pi, two = pi_number(), number(2)
    square = (pi + two) * (pi + two)
    assert (square + -(pi * pi) + -(number(4) * pi) + number(-4)).is_zero
    assert (square.root() + -pi + number(-2)).is_zero and (pi * pi * number(Fraction(1, 9))).root().ball() > 1
    surd = number(8).root()
    assert isinstance(surd, Surd) and surd.radicand == 2 and surd.ball().overlaps(arb(8).sqrt())
    assert ((surd + pi) * (surd + pi).inverse() + number(-1)).is_zero
    assert pi.root() is None and number(-4).root() is None and surd.root() is None
    with pytest.raises(Rejected):
        number(0).inverse()
    with pytest.raises(Rejected):
        surd + number(3).root()


@pytest.mark.parametrize(
    "parts", [[], [[1]], [[1], []], [[1], [0]], [[1.5], [1]], [[True], [1]], [[1], [1], [1], [1], 4],
              [[1], [1], [1], [1], 8],
              [[1], [1], [1], [1], -2], [[1], [1], [1], [1], True], [[1 << 2000], [1]], "12", None, [None, [1]]],
)  # fmt: skip
def test_malformed_numbers_are_rejected(parts):
    with pytest.raises(Rejected):
        from_lists(parts)


def test_a_quotient_is_kept_in_lowest_terms():
    x = PiNumber(fmpz_poly([0, 2]), fmpz_poly([0, 4]))
    assert x.ball().overlaps(arb(1) / 2) and x.top.degree() == 0
