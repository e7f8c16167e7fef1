"""The compiler from SymPy: exact constants, one source per input, domains, and refusals."""

from __future__ import annotations

import math
import pickle
import warnings
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy

from symlandscape.arith import arb_ends, compile_expressions, mid_float
from symlandscape.arith.balls import arb, rad, symmetric, workprec
from symlandscape.errors import InputError

x, y = sympy.symbols("x y")
entry = sympy.Symbol("b[0,0]")
TARGETS = ("numpy", "mpmath", "arb")


def test_rationals_stay_exact_in_every_target() -> None:
    tenth = sympy.Rational(1, 10)
    assert compile_expressions([], tenth, "numpy")() == 0.1
    with mpmath.workdps(50):
        assert compile_expressions([], tenth, "mpmath")() == mpmath.mpf(1) / 10
    function = compile_expressions([x], x * tenth, "arb")
    for bits in (53, 500):
        with workprec(bits):
            low, high = arb_ends(function(1))
            assert low < Fraction(1, 10) < high and high - low < Fraction(1, 2 ** (bits - 5))


def test_mpmath_target_computes_at_the_precision_of_the_call_not_in_doubles() -> None:
    function = compile_expressions([x], sympy.acos(x / 3) / sympy.pi, "mpmath")
    with mpmath.workdps(60):
        value = function(1)
        assert abs(mpmath.cos(value * mpmath.pi) - mpmath.mpf(1) / 3) < mpmath.mpf(10) ** -58


def test_nesting_and_matrices_are_kept() -> None:
    nested = [[x, [x + 1]], sympy.Matrix([[x, y], [y, x]]), 3]
    assert compile_expressions([x, y], nested, "numpy")(1.0, 2.0) == [[1.0, [2.0]], [[1.0, 2.0], [2.0, 1.0]], 3.0]
    assert compile_expressions([x], x, "numpy")(2.0) == 2.0
    assert compile_expressions([x], [], "numpy")(2.0) == []


def test_symbols_need_not_be_python_names() -> None:
    assert compile_expressions([entry, sympy.Symbol("lambda")], entry * 2, "numpy")(3.0, 0.0) == 6.0


def test_common_parts_are_computed_once() -> None:
    part = sympy.sqrt(x**2 + y)
    source = compile_expressions([x, y], [sympy.sin(part), sympy.cos(part), part**3], "arb").source
    assert source.count("sqrt(") == 1


def test_source_is_the_same_for_equal_expressions_built_anew() -> None:
    def build() -> list[sympy.Expr]:
        a, b, c = sympy.symbols("a b c")
        part = sympy.sqrt(a**2 + b**2) + c / 7
        return [[part * a - b * c / part, sympy.atan2(part, a)], [part**2, a * b * c - 1]]

    symbols = sympy.symbols("a b c")
    for target in TARGETS:
        assert (
            compile_expressions(symbols, build(), target).source == compile_expressions(symbols, build(), target).source
        )


def test_compiled_functions_pickle_by_their_source() -> None:
    for target in TARGETS:
        function = compile_expressions([x], sympy.sqrt(x) / 3, target)
        again = pickle.loads(pickle.dumps(function))
        assert again.source == function.source and str(again(4)) == str(function(4))


def test_numpy_target_broadcasts_and_is_silent_outside_the_domain() -> None:
    function = compile_expressions([x, y], [sympy.sqrt(x) + y, 1 / y, sympy.log(x), x ** sympy.Rational(1, 3)], "numpy")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        values = function(np.array([[-1.0], [4.0]]), np.array([0.0, 1.0, 2.0]))
        scalar = function(-1.0, 0.0)
    assert values[0].shape == (2, 3) and values[0][1, 2] == 4 and np.all(np.isnan(values[0][0]))
    assert math.isnan(scalar[0]) and math.isinf(scalar[1]) and math.isnan(scalar[2]) and math.isnan(scalar[3])


def test_scalars_and_arrays_give_the_same_floats() -> None:
    e = [
        sympy.exp(x) * sympy.tan(y) - sympy.asin(x) / sympy.pi,
        sympy.atan2(y, x) ** 2,
        sympy.Abs(x) ** sympy.Rational(-5, 2),
    ]
    function = compile_expressions([x, y], e, "numpy")
    for one, many in zip(function(0.3, 0.7), function(np.array([0.3]), np.array([0.7])), strict=True):
        assert one == pytest.approx(many[0], rel=1e-14)


def test_integer_inputs_to_the_numpy_target_are_floats() -> None:
    assert compile_expressions([x], x**-2, "numpy")(np.array([2, 4])).tolist() == [0.25, 0.0625]


def test_ball_outside_the_real_domain_is_nan_unless_the_caller_vouches() -> None:
    e = [sympy.sqrt(x), x ** sympy.Rational(3, 2), sympy.acos(1 + x), sympy.asin(1 + x), x ** sympy.Rational(1, 3)]
    straddling = symmetric(arb((1, -10)))
    assert not any(v.is_finite() for v in compile_expressions([x], e, "arb")(straddling))
    cut = compile_expressions([x], e, "arb", assume_domain=True)
    assert all(v.is_finite() for v in cut(straddling))
    assert not any(
        v.is_finite() for v in compile_expressions([x], [sympy.log(x), 1 / x, 1 / sympy.sqrt(x)], "arb")(straddling)
    )


def test_angle_with_a_visible_root_as_sine_avoids_the_branch_cut() -> None:
    sine = sympy.sqrt(x**2)
    function = compile_expressions([x, y], sympy.atan2(sine + sympy.Abs(x), y), "arb", assume_domain=True)
    near_pi = function(symmetric(arb((1, -30))), -1)
    assert near_pi.contains(arb.pi()) and rad(near_pi) < arb((1, -25))


def test_angle_with_any_sign_of_the_sine_keeps_the_branch_cut() -> None:
    function = compile_expressions([x, y], sympy.atan2(x, y), "arb")
    assert function(-1, -1) < 0 and rad(function(symmetric(arb((1, -30))), -1)) > 3
    positive = sympy.Symbol("x", nonnegative=True)
    assert compile_expressions([positive, y], sympy.atan2(positive, y), "arb")(symmetric(arb((1, -30))), -1) > 3


def test_powers_over_balls_around_zero_are_enclosed() -> None:
    square, cube = compile_expressions([x], [x**2, x**3], "arb")(arb(0, 1))
    assert square >= 0 and square.contains(1) and cube.contains(-1) and cube.contains(1)


def test_complex_values_of_the_mpmath_target_stay_complex_and_have_no_angle() -> None:
    assert isinstance(compile_expressions([x], sympy.sqrt(x), "mpmath")(-4), mpmath.mpc)
    with pytest.raises(ValueError, match="not real"):
        compile_expressions([x], sympy.atan2(sympy.sqrt(x), 1 + x), "mpmath")(-4)


def test_deeply_nested_expressions_compile() -> None:
    e = x
    for _ in range(60):
        e = sympy.sin(1 + x * e)
    for target in TARGETS:
        function = compile_expressions([x], e, target)
        value = function(1.0 if target == "numpy" else 1)
        assert (mid_float(value) if target == "arb" else float(value)) == pytest.approx(0.934563210752024)


@pytest.mark.parametrize(
    ("expression", "named"),
    [
        (sympy.Float("0.5") * x, "Float"),
        (x ** sympy.Float("0.5"), "rational exponents"),
        (sympy.gamma(x), "gamma"),
        (sympy.Function("f")(x), "f"),
        (x**y, "rational exponents"),
        (sympy.Symbol("z"), "z"),
        (sympy.I * x, "ImaginaryUnit"),
        (sympy.oo, "Infinity"),
        (sympy.nan, "NaN"),
        (sympy.EulerGamma, "EulerGamma"),
        (sympy.Piecewise((x, x > 0), (1, True)), "Piecewise"),
        (sympy.Lt(x, 1), "scalars"),
        (0.5, "exact"),
        ("x", "exact"),
    ],
)
@pytest.mark.parametrize("target", TARGETS)
def test_what_cannot_be_compiled_is_refused_by_name(expression: Any, named: str, target: Any) -> None:
    with pytest.raises(InputError, match=named):
        compile_expressions([x, y], expression, target)


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(InputError, match="target"):
        compile_expressions([x], x, "torch")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="once"):
        compile_expressions([x, x], x, "arb")
    with pytest.raises(InputError, match="symbols"):
        compile_expressions([x + 1], x, "arb")
    with pytest.raises(InputError, match="real"):
        compile_expressions([sympy.Symbol("w", imaginary=True)], 1, "arb")
    with pytest.raises(InputError, match="2 arguments"):
        compile_expressions([x, y], x, "arb")(1)
    for target in ("mpmath", "arb"):
        with pytest.raises(InputError, match="float"):
            compile_expressions([x], x, target)(0.5)
