"""The Hessian's blocks as formulas: compiled they are the numbers, printed they can be read, as LaTeX they compile."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from functools import cache
from typing import Any

import jsonschema
import numpy as np
import pytest
import sympy

from derivations.hessian_blocks import formula
from symlandscape import backends, schemas
from symlandscape.arith.compile import compile_expressions
from symlandscape.arith.field import float_field
from symlandscape.errors import InputError
from symlandscape.export import latex_problems
from symlandscape.relu.block_formulas import Blocks, blocks, coordinate_symbols, latex_label
from symlandscape.relu.reduced import reduced_point
from symlandscape.runs import generator
from symlandscape.symmetry.isotypic import components
from symlandscape.symmetry.pattern import Pattern

SIZES: dict[str, list[dict[str, Any]]] = {
    "n": [{"n": 6}, {"n": Fraction(13, 2)}],
    "n-1,1": [{"n": 7}, {"n": Fraction(17, 3)}],
    "m,p": [{"m": 4, "p": 5}, {"m": Fraction(9, 2), "p": Fraction(14, 3)}],
    "2,1": [{}],
    "1,1,1": [{}],
    "3": [{}],
}


@cache
def found(name: str) -> Blocks:
    """The blocks, derived once in a process (those of the derivation are shared with its own tests)."""
    return formula(name) if name in {"n", "n-1,1", "m,p"} else blocks(name)


def size_symbols(pattern: Pattern) -> list[sympy.Symbol]:
    return sorted({s for n in pattern.sizes for s in sympy.sympify(n).free_symbols}, key=str)


def numeric(pattern: Pattern, sizes: dict[str, Any]) -> Pattern:
    exact = {name: sympy.Rational(Fraction(x).numerator, Fraction(x).denominator) for name, x in sizes.items()}
    values = {s: exact[s.name] for s in size_symbols(pattern)}
    return Pattern(tuple(sympy.sympify(n).subs(values) for n in pattern.sizes))


def random_values(pattern: Pattern, seed: int) -> list[float]:
    """A generic point: about 1 on the diagonal, small elsewhere."""
    draws = generator(seed, len(pattern.coordinates)).uniform(-0.4, 0.4, len(pattern.coordinates))
    return [float(c.diagonal + x) for c, x in zip(pattern.coordinates, draws, strict=True)]


def evaluated(matrix: list, arguments: list[sympy.Symbol], numbers: list[float]) -> np.ndarray:
    return np.array(compile_expressions(arguments, matrix, "numpy")(*numbers), dtype=float)


@pytest.mark.parametrize("name", SIZES)
def test_compiled_formulas_are_the_blocks_of_the_reduced_point(name):
    pattern = found(name).pattern
    arguments = [*size_symbols(pattern), *coordinate_symbols(pattern).values()]
    for number, sizes in enumerate(SIZES[name]):
        values = random_values(pattern, number)
        point = reduced_point(numeric(pattern, sizes), values, float_field())
        numbers = [float(sizes[s.name]) for s in size_symbols(pattern)] + values
        for component in components(point.pattern):
            direct = np.array(point.block(component), dtype=float)
            compiled = evaluated(found(name).explicit(component.label).tolist(), arguments, numbers)
            assert np.max(np.abs(compiled - direct)) < 1e-12 * max(1, np.max(np.abs(direct)))
            assert np.array_equal(compiled.shape, (component.multiplicity,) * 2)


@pytest.mark.parametrize("name", ["2,1", "1,1,1", "3"])
def test_compiled_formulas_have_the_spectrum_of_the_dense_hessian(name):
    pattern = found(name).pattern
    values = random_values(pattern, 7)
    ours: list[float] = []
    for component in found(name).decomposition:
        arguments = list(coordinate_symbols(pattern).values())
        block = evaluated(found(name).explicit(component.label).tolist(), arguments, values)
        ours += list(np.repeat(np.linalg.eigvalsh(block), int(component.dimension)))
    dense = np.linalg.eigvalsh(backends.relu_hessian(pattern.matrix(values)))
    assert np.max(np.abs(np.sort(ours) - dense)) < 1e-12


def test_a_slope_is_exact_in_the_formulas():
    result = blocks("2", slope=Fraction(-1, 3))
    values = random_values(result.pattern, 1)
    for component in result.decomposition:
        arguments = list(coordinate_symbols(result.pattern).values())
        compiled = evaluated(result.explicit(component.label).tolist(), arguments, values)
        direct = reduced_point(result.pattern, values, float_field(), Fraction(-1, 3)).block(component)
        assert np.max(np.abs(compiled - np.array(direct))) < 1e-13
    assert result.document()["slope"] == "-1/3"


@pytest.mark.parametrize("name", ["n", "n-1,1", "m,p"])
def test_compact_formulas_hold_names_only_and_the_definitions_resolve_them(name):
    result = found(name)
    names = set(result.definitions)
    plain = set(size_symbols(result.pattern)) | set(coordinate_symbols(result.pattern).values())
    for matrix in result.matrices.values():
        assert matrix.free_symbols <= names | plain
        assert matrix == matrix.T and not matrix.has(sympy.Float, sympy.acos)
    for label in ("x0", "y0"):
        assert result.explicit(label).free_symbols <= plain


@pytest.mark.parametrize("name", ["n", "2,1", "3"])
def test_printed_formulas_are_read_back_with_the_listed_symbols_and_give_the_same_numbers(name):
    result = found(name)
    document = result.document()
    jsonschema.Draft202012Validator(schemas.load("relu.blocks")).validate(document)
    assert json.loads(json.dumps(document)) == document
    sizes = [s for s, kind in document["symbols"].items() if kind == "size"]
    coordinates = [s for s in document["symbols"] if s not in sizes]
    symbols = {s: sympy.Symbol(s, positive=True) for s in sizes} | {s: sympy.Symbol(s, real=True) for s in coordinates}
    numbers = dict.fromkeys(sizes, 5.5) | dict(zip(coordinates, random_values(result.pattern, 3), strict=True))
    arguments = [*size_symbols(result.pattern), *coordinate_symbols(result.pattern).values()]
    for label, rows in document["blocks"].items():
        read = [[sympy.sympify(text, locals=symbols) for text in row] for row in rows]
        theirs = evaluated(read, list(symbols.values()), [numbers[s] for s in symbols])
        ours = evaluated(result.explicit(label).tolist(), arguments, [numbers[s.name] for s in arguments])
        assert np.max(np.abs(theirs - ours)) < 1e-13


def test_the_listed_symbols_say_which_coordinate_they_are():
    assert found("n").document()["symbols"] == {"n": "size", "a0": "a[0]", "b00": "b[0,0]"}
    names = {name: symbol.name for name, symbol in coordinate_symbols(found("n-1,1").pattern).items()}
    assert names == {"a[0]": "a0", "b[0,0]": "b00", "c[0,1]": "c01", "c[1,0]": "c10", "a[1]": "a1"}
    assert coordinate_symbols(Pattern((1,) * 11))["c[1,10]"].name == "c1_10"


def test_decompositions_are_those_of_the_theory():
    parts = {name: {c.label: c.multiplicity for c in found(name).decomposition} for name in ("n", "n-1,1", "m,p")}
    assert parts["n"] == {"t": 2, "s0": 3, "x0": 1, "y0": 1}
    assert parts["n-1,1"] == {"t": 5, "s0": 5, "x0": 1, "y0": 1}
    assert parts["m,p"] == {"t": 6, "s0": 5, "x0": 1, "y0": 1, "s1": 5, "x1": 1, "y1": 1, "s0*s1": 2}


@pytest.mark.parametrize("name", ["n", "n-1,1", "m,p", "1,1,1"])
def test_the_latex_would_compile_alone_with_amsmath(name):
    body = found(name).latex()
    document = "\n".join((r"\documentclass{article}\usepackage{amsmath}\begin{document}", body, r"\end{document}"))
    assert latex_problems(document) == ()
    assert found(name)._repr_latex_() == body
    size = {c.label: c.multiplicity for c in found(name).decomposition}
    for label, n in size.items():
        text = found(name).latex_block(label)
        assert text.count("&=") == n * (n + 1) // 2 and text.count(rf"H^{{{latex_label(label)}}}") == n * (n + 1) // 2
    assert body.count(r"\noindent Component") == len(size)
    assert found(name).latex_definitions().count("&=") == len(found(name).definitions)
    assert not re.search(r"\d\.\d", body)


def test_labels_are_typeset():
    assert [latex_label(x) for x in ("t", "s0", "s0*s1")] == ["t", "s_{0}", r"s_{0} \otimes s_{1}"]


@pytest.mark.parametrize(("pattern", "slope", "what"), [("n", 1, "slope 1"), ("n,,1", 0, "pattern"), ("0", 0, "size")])
def test_misuse_is_refused(pattern, slope, what):
    with pytest.raises(InputError, match=what):
        blocks(pattern, slope)
