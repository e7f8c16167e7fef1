"""Laws of balls and their printing: every statement is checked on exact rationals, for random balls."""

from __future__ import annotations

import json
import math
from fractions import Fraction

import mpmath
import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from symlandscape.arith import (
    arb_ends,
    arb_to_fraction,
    compile_expressions,
    decode,
    encode,
    float_bounds,
    to_arb,
    to_mpf,
)
from symlandscape.arith.balls import (
    arb,
    arb_mat,
    around,
    atan2,
    contains,
    from_parts,
    hull,
    interior,
    interval,
    power,
    sign,
    sqrt_nonneg,
    symmetric,
    workprec,
)
from symlandscape.arith.conversions import mid_float
from symlandscape.arith.decimals import decimal, format_ball, lower, outward, upper
from symlandscape.arith.linear import inertia, ldlt, spectrum

SMALL = settings(max_examples=60, deadline=None)

fractions = st.fractions(min_value=-1000, max_value=1000, max_denominator=10**6)
precisions = st.sampled_from([2, 10, 30, 53, 128, 300])


@st.composite
def balls(draw: st.DrawFn, exponents: int = 200) -> arb:
    """Any finite ball: mantissas of up to 120 bits, radii of up to 30, exponents on a wide range."""
    mid_man = draw(st.integers(-(2**120), 2**120))
    rad_man = draw(st.one_of(st.just(0), st.integers(0, 2**30 - 1)))
    exponent = st.integers(-exponents, exponents)
    return from_parts(mid_man, draw(exponent), rad_man, draw(exponent))


def point_of(ball: arb, t: Fraction) -> Fraction:
    """The number of the ball at the relative position t in [-1, 1]."""
    low, high = arb_ends(ball)
    return (low + high) / 2 + t * (high - low) / 2


positions = st.fractions(min_value=-1, max_value=1, max_denominator=64)


@SMALL
@given(balls(), precisions)
def test_codec_returns_every_ball_bit_for_bit_at_any_precision(x: arb, bits: int) -> None:
    with workprec(bits):
        back = decode(json.loads(json.dumps(encode(x))))
    assert arb_ends(back) == arb_ends(x)
    assert back.mid().man_exp() == x.mid().man_exp() and back.rad().man_exp() == x.rad().man_exp()


@SMALL
@given(st.lists(st.one_of(balls(), fractions, st.integers(), st.text(), st.none(), st.booleans()), max_size=4))
def test_codec_keeps_kinds_and_values(values: list[object]) -> None:
    back = decode(json.loads(json.dumps(encode({"values": values, "n": [1]}))))["values"]
    assert [type(v) for v in back] == [type(v) for v in values]
    assert encode(back) == encode(values)


@settings(max_examples=200, deadline=None)
@given(balls(), st.integers(1, 40), precisions)
def test_printed_value_and_radius_contain_the_ball(x: arb, digits: int, bits: int) -> None:
    with workprec(bits):
        value, radius = (Fraction(text) for text in outward(x, digits))
    low, high = arb_ends(x)
    assert value - radius <= low and high <= value + radius


@SMALL
@given(balls(), st.integers(1, 40))
def test_printed_bounds_lie_outside_the_ball_and_within_one_unit(x: arb, digits: int) -> None:
    low, high = arb_ends(x)
    below, above = Fraction(lower(x, digits)), Fraction(upper(x, digits))
    assert below <= low and high <= above
    assert low - below <= abs(low) * Fraction(10) ** (1 - digits) and above - high <= abs(high) * Fraction(10) ** (
        1 - digits
    )


@SMALL
@given(balls(), st.integers(1, 30))
def test_printed_numbers_have_at_most_the_asked_digits(x: arb, digits: int) -> None:
    for text in (outward(x, digits)[0], lower(x, digits), upper(x, digits)):
        mantissa = text.lower().split("e")[0].lstrip("-").replace(".", "").strip("0")
        assert len(mantissa) <= digits


@SMALL
@given(fractions, st.integers(1, 40))
def test_decimal_is_the_nearest_one(q: Fraction, digits: int) -> None:
    assert abs(Fraction(decimal(q, digits)) - q) <= abs(q) * Fraction(10) ** (1 - digits) / 2
    assert Fraction(decimal(Fraction(decimal(q, digits)), digits)) == Fraction(decimal(q, digits))


@SMALL
@given(balls(1500), precisions)
def test_float_bounds_are_the_nearest_floats_outside(x: arb, bits: int) -> None:
    with workprec(bits):
        low, high = float_bounds(x)
    exact_low, exact_high = arb_ends(x)
    assert low == -math.inf or Fraction(low) <= exact_low
    assert high == math.inf or Fraction(high) >= exact_high
    inner = math.nextafter(low, math.inf)
    assert math.isinf(inner) or Fraction(inner) > exact_low
    assert low <= mid_float(x) <= high


@SMALL
@given(fractions, precisions)
def test_rationals_become_balls_that_contain_them(q: Fraction, bits: int) -> None:
    with workprec(bits):
        low, high = arb_ends(to_arb(q))
    assert low <= q <= high
    if q.denominator & (q.denominator - 1) == 0:
        assert low == high


@SMALL
@given(st.integers(-(2**200), 2**200), st.integers(-300, 300))
def test_mpmath_numbers_become_exact_balls_and_back(man: int, exp: int) -> None:
    with mpmath.workprec(400), workprec(2):
        x = mpmath.ldexp(mpmath.mpf(man), exp)
        ball = to_arb(x)
        assert ball.is_exact() and to_mpf(ball) == x


@SMALL
@given(balls(), positions)
def test_sign_never_guesses(x: arb, t: Fraction) -> None:
    value, found = point_of(x, t), sign(x)
    if found is not None:
        assert (value > 0) - (value < 0) == found
    low, high = arb_ends(x)
    assert (found is None) == (low <= 0 <= high and low != high)


@SMALL
@given(balls(), balls(), precisions)
def test_hull_and_interval_contain_both(x: arb, y: arb, bits: int) -> None:
    with workprec(bits):
        for joined in (hull(x, y), interval(x, y)):
            assert contains(joined, x) and contains(joined, y)


@SMALL
@given(balls(40), balls(40))
def test_interior_and_contains_agree_with_the_ends(x: arb, y: arb) -> None:
    (a, b), (c, d) = arb_ends(x), arb_ends(y)
    assert contains(x, y) == (a <= c and d <= b)
    assert interior(x, y) == (a < c and d < b)


@SMALL
@given(balls(), precisions)
def test_symmetric_ball_reaches_the_upper_end(r: arb, bits: int) -> None:
    with workprec(bits):
        low, high = arb_ends(symmetric(r))
    assert low == -high and high >= max(map(abs, arb_ends(r)))


@SMALL
@given(balls(60), positions, st.integers(-4, 6), precisions)
def test_power_contains_the_powers_of_every_point(x: arb, t: Fraction, n: int, bits: int) -> None:
    value = point_of(x, t)
    assume(n >= 0 or value != 0)
    with workprec(bits):
        ball = power(x, n)
    if ball.is_finite():
        low, high = arb_ends(ball)
        assert low <= value**n <= high
        assert n % 2 or low >= 0
    else:
        assert n < 0


def mp(q: Fraction) -> mpmath.mpf:
    return mpmath.mpf(q.numerator) / q.denominator


def encloses(ball: arb, value: mpmath.mpf, slack: int = -380) -> bool:
    """Whether the ball contains the value, known at 400 bits, up to the value's own rounding."""
    low, high = arb_ends(ball)
    exact = arb_to_fraction(to_arb(value))
    error = abs(exact) * Fraction(1, 2**-slack) + Fraction(1, 2**-slack)
    return low - error <= exact <= high + error


@SMALL
@given(balls(40), positions, precisions)
def test_sqrt_nonneg_encloses_the_roots_of_the_nonnegative_part(x: arb, t: Fraction, bits: int) -> None:
    value = point_of(x, t)
    with workprec(bits):
        root = sqrt_nonneg(x)
    if value >= 0:
        assert root >= 0
        with mpmath.workprec(400):
            assert encloses(root, mpmath.sqrt(mp(value)))
    elif arb_ends(x)[1] < 0:
        assert not root.is_finite()


@settings(max_examples=200, deadline=None)
@given(balls(8), balls(8), positions, positions, precisions)
def test_atan2_encloses_the_angle_in_the_upper_half_plane(y: arb, x: arb, s: Fraction, t: Fraction, bits: int) -> None:
    v, u = point_of(y, s), point_of(x, t)
    assume(v >= 0 and (u, v) != (0, 0))
    with workprec(bits):
        angle = atan2(y, x)
    assert angle >= 0
    with mpmath.workprec(400):
        assert encloses(angle, mpmath.atan2(mp(v), mp(u)))


entries = st.fractions(min_value=-4, max_value=4, max_denominator=8)


@st.composite
def symmetric_matrices(draw: st.DrawFn) -> list[list[Fraction]]:
    """Rational symmetric matrices with many repeated eigenvalues: integer combinations of few rank-one terms."""
    n = draw(st.integers(1, 5))
    diagonal = draw(entries)
    rows = [[diagonal if i == j else Fraction(0) for j in range(n)] for i in range(n)]
    for _ in range(draw(st.integers(0, 2))):
        v = draw(st.lists(entries, min_size=n, max_size=n))
        weight = draw(st.sampled_from([-1, 1]))
        rows = [[rows[i][j] + weight * v[i] * v[j] for j in range(n)] for i in range(n)]
    return rows


def ball_matrix(rows: list[list[Fraction]], radius: arb | None = None) -> arb_mat:
    pad = radius if radius is not None else arb(0)
    return arb_mat([[to_arb(q) + pad for q in row] for row in rows])


@SMALL
@given(symmetric_matrices(), st.sampled_from([0, -40, -10, -2]))
def test_spectrum_encloses_all_eigenvalues_with_their_multiplicities(rows: list[list[Fraction]], exponent: int) -> None:
    with workprec(100):
        radius = symmetric(arb((1, exponent))) if exponent else arb(0)
        found = spectrum(ball_matrix(rows, radius))
    exact = sympy.Matrix([[sympy.Rational(q.numerator, q.denominator) for q in row] for row in rows])
    polynomial = sympy.Poly(exact.charpoly().as_expr())
    assert len(found) == len(rows)
    ends = [arb_ends(ball) for ball in found]
    assert ends == sorted(ends)
    for i, (low, high) in enumerate(ends):
        # Sturm counts on the exact characteristic polynomial: at least i+1 eigenvalues <= high, n-i of them >= low
        assert count_roots(polynomial, None, high) >= i + 1
        assert count_roots(polynomial, low, None) >= len(rows) - i


def count_roots(polynomial: sympy.Poly, low: Fraction | None, high: Fraction | None) -> int:
    """The number of real roots in [low, high] with multiplicity."""
    bounds = [None if q is None else sympy.Rational(q.numerator, q.denominator) for q in (low, high)]
    return sum(multiplicity * int(factor.count_roots(*bounds)) for factor, multiplicity in polynomial.factor_list()[1])


@SMALL
@given(symmetric_matrices(), st.sampled_from([0, -40, -6]))
def test_inertia_is_the_true_one_when_decided(rows: list[list[Fraction]], exponent: int) -> None:
    exact = sympy.Matrix([[sympy.Rational(q.numerator, q.denominator) for q in row] for row in rows])
    polynomial = sympy.Poly(exact.charpoly().as_expr())
    zeros = sum(m for factor, m in polynomial.factor_list()[1] if factor.eval(0) == 0)
    with workprec(100):
        found = inertia(ball_matrix(rows, symmetric(arb((1, exponent))) if exponent else None))
        factors = ldlt(ball_matrix(rows))
    if zeros:
        assert found is None and not factors.decided
    elif found is not None:
        negative = count_roots(polynomial, None, Fraction(0))
        assert (found.negative, found.positive) == (negative, len(rows) - negative)
    else:
        assert exponent != 0, "a regular rational matrix of this size is decided at 100 bits"


X, Y, Z = sympy.symbols("x y[0] z")


def expressions() -> st.SearchStrategy[sympy.Expr]:
    """Random expressions in three symbols, real on large parts of space."""
    leaves = st.one_of(
        st.sampled_from([X, Y, Z, sympy.pi, sympy.E]),
        st.fractions(min_value=-5, max_value=5, max_denominator=12).map(
            lambda q: sympy.Rational(q.numerator, q.denominator)
        ),
    )

    def extend(children: st.SearchStrategy[sympy.Expr]) -> st.SearchStrategy[sympy.Expr]:
        pairs = st.tuples(children, children)
        return st.one_of(
            pairs.map(lambda p: p[0] + p[1]),
            pairs.map(lambda p: p[0] - p[1]),
            pairs.map(lambda p: p[0] * p[1]),
            pairs.map(lambda p: p[0] / (1 + p[1] ** 2)),
            pairs.map(lambda p: sympy.sqrt(p[0] ** 2 + p[1] ** 2)),
            pairs.map(lambda p: sympy.atan2(sympy.sqrt(1 + p[0] ** 2), p[1])),
            pairs.map(lambda p: sympy.atan2(p[0], p[1])),
            pairs.map(lambda p: sympy.acos(p[0] / sympy.sqrt(1 + p[0] ** 2 + p[1] ** 2))),
            children.map(lambda e: sympy.Abs(e) ** sympy.Rational(3, 2)),
            children.map(lambda e: (1 + e**2) ** sympy.Rational(-2, 3)),
            children.map(lambda e: sympy.asin(e / sympy.sqrt(1 + e**2))),
            children.map(sympy.sin),
            children.map(sympy.cos),
            children.map(sympy.atan),
            children.map(lambda e: sympy.log(2 + sympy.cos(e))),
            children.map(lambda e: sympy.exp(sympy.sin(e))),
        )

    return st.recursive(leaves, extend, max_leaves=6)


def usable(e: sympy.Expr) -> bool:
    return not e.has(sympy.nan, sympy.zoo, sympy.oo, sympy.I, sympy.AccumBounds) and e.is_extended_real is not False


@settings(max_examples=80, deadline=None)
@given(
    expressions(),
    expressions(),
    st.lists(st.fractions(-3, 3, max_denominator=16), min_size=3, max_size=3),
    st.booleans(),
)
def test_compiled_balls_contain_the_compiled_mpmath_value_at_higher_precision(
    first: sympy.Expr, second: sympy.Expr, at: list[Fraction], wide: bool
) -> None:
    assume(usable(first) and usable(second))
    symbols, both = [X, Y, Z], [[first, second], [first + second]]
    try:
        exact = compile_expressions(symbols, both, "mpmath")
        enclosing = compile_expressions(symbols, both, "arb")
    except ValueError as error:  # an expression that SymPy turned into something unsupported
        assume("expected" not in str(error))
        raise
    with mpmath.workprec(500):
        try:
            expected = exact(*at)
        except (ZeroDivisionError, ValueError):
            assume(False)
    with workprec(90):
        boxes = [to_arb(q) + (symmetric(arb((1, -20))) if wide else 0) for q in at]
        found = enclosing(*boxes)
    for value, ball in zip(sum(expected, []), sum(found, []), strict=True):
        if ball.is_finite():
            assert not isinstance(value, mpmath.mpc) or value.imag == 0
            assert encloses(ball, mpmath.re(value))


@settings(max_examples=40, deadline=None)
@given(expressions(), st.lists(st.fractions(-3, 3, max_denominator=16), min_size=3, max_size=3))
def test_three_targets_agree_to_float_accuracy_where_the_ball_is_narrow(e: sympy.Expr, at: list[Fraction]) -> None:
    assume(usable(e))
    try:
        targets = {t: compile_expressions([X, Y, Z], e, t) for t in ("numpy", "mpmath", "arb")}
    except ValueError:
        assume(False)
    with workprec(200):
        ball = targets["arb"](*at)
    assume(ball.is_finite() and abs(ball) < 1e6)
    middle = mid_float(ball)
    assert float(mpmath.re(targets["mpmath"](*at))) == pytest.approx(middle, rel=1e-9, abs=1e-9)
    assert float(targets["numpy"](*map(float, at))) == pytest.approx(middle, rel=1e-6, abs=1e-6)


@SMALL
@given(balls(), st.integers(1, 20))
def test_ball_for_people_names_its_radius(x: arb, digits: int) -> None:
    text = format_ball(x, digits)
    assert ("±" in text) == (outward(x, digits)[1] != "0")


@SMALL
@given(balls(), balls(), precisions)
def test_ball_around_a_centre_is_exact_up_to_rounding_its_radius_up(c: arb, r: arb, bits: int) -> None:
    with workprec(bits):
        ball = around(c, r)
    wanted = max(map(abs, arb_ends(r)))
    low, high = arb_ends(ball)
    assert (low + high) / 2 == sum(arb_ends(c)) / 2 and (high - low) / 2 >= wanted
    if r.is_exact() and bits == 300 and r.mid().man_exp()[0].bit_length() <= 30:
        assert (high - low) / 2 == wanted
