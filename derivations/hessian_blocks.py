"""The Hessian's isotypic blocks for the patterns n; n-1,1; m,p with symbolic sizes, by two roads.

First road: orbit sums. The Hessian's entries depend only on the coincidences of their four indices; Gram matrices of
test tensors are sums of orbit values with coefficients polynomial in the sizes (SymPy). Second road: singletons are
split off a block, the loss is restricted to the finer fixed space, and its second derivatives come from the chain rule
through the inner products of the neurons. Both are compared at random points, integer and real sizes alike, and against
LAPACK on the dense Hessian. Source: Arjevani & Field 2021, sections 3 and 4 (cases); here for any pattern.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from typing import Any

import mpmath
import numpy as np
import sympy

from derivations._show import show
from symlandscape import backends
from symlandscape.arith.compile import compile_expressions
from symlandscape.arith.field import float_field, mpmath_field
from symlandscape.evidence import Check, Claim, checked, proved, strongest
from symlandscape.export import Formula
from symlandscape.relu.block_formulas import Blocks, coordinate_symbols, latex_label
from symlandscape.relu.block_formulas import blocks as symbolic_blocks
from symlandscape.relu.invariants import hessian_on_fixed_space
from symlandscape.relu.reduced import reduced_point
from symlandscape.runs import generator
from symlandscape.symmetry.isotypic import components
from symlandscape.symmetry.pattern import Pattern
from symlandscape.symmetry.splitting import block_by_splitting

NAME = "hessian_blocks"
THEME = "relu"
SOURCE = "arjevani_field_2021, sections 3-4"
PATTERNS = ("n", "n-1,1", "m,p")
DIGITS = 40

SIZES: dict[str, tuple[dict[str, Fraction], ...]] = {
    "n": ({"n": Fraction(7)}, {"n": Fraction(13, 2)}),
    "n-1,1": ({"n": Fraction(8)}, {"n": Fraction(15, 2)}),
    "m,p": ({"m": Fraction(5), "p": Fraction(4)}, {"m": Fraction(17, 3), "p": Fraction(9, 2)}),
}


@cache
def formula(pattern: str) -> Blocks:
    """The symbolic blocks, derived once."""
    return symbolic_blocks(pattern)


def dimensions_add(pattern: str) -> bool:
    """Whether copies times dimensions add to k d identically in the sizes."""
    found = formula(pattern)
    total = sum(c.multiplicity * sympy.sympify(c.dimension) for c in found.decomposition)
    return sympy.expand(total - found.pattern.k * found.pattern.d) == 0


def characters_agree(pattern: str) -> bool:
    """Whether the characters of both sides are the same polynomial in the numbers of fixed points and of 2-cycles.

    A permutation with a fixed points and b cycles of length 2 (in each block) has on M(k, d) the trace (sum a)^2, and
    on t, s, x, y the characters 1, a - 1, (a-1)(a-2)/2 - b, a(a-3)/2 + b: x is the exterior square of s, y its
    symmetric square less s and t.
    """
    found = formula(pattern)
    fixed = [1 if n == 1 else sympy.Symbol(f"a{i}") for i, n in enumerate(found.pattern.sizes)]
    total = sympy.Integer(0)
    for c in found.decomposition:
        character = sympy.Integer(c.multiplicity)
        for part in c.label.split("*") if c.label != "t" else ():
            a, b = fixed[int(part[1:])], sympy.Symbol(f"b{part[1:]}")
            character *= {"s": a - 1, "x": (a - 1) * (a - 2) / 2 - b, "y": a * (a - 3) / 2 + b}[part[0]]
        total += character
    return bool(sympy.expand(total - sum(fixed) ** 2) == 0)


def numeric(pattern: Pattern, sizes: dict[str, Fraction]) -> Pattern:
    """The pattern with numbers in place of its symbols."""
    values = {name: sympy.Rational(x.numerator, x.denominator) for name, x in sizes.items()}
    return Pattern(
        tuple(sympy.sympify(n).subs({s: values[s.name] for s in sympy.sympify(n).free_symbols}) for n in pattern.sizes)
    )


def random_point(pattern: Pattern, seed: int) -> list[Fraction]:
    """Rational coordinates of a generic point: near +-1 on diagonals, small elsewhere."""
    rng = generator(seed, len(pattern.coordinates), stream=12)
    draws = rng.integers(-400, 400, size=len(pattern.coordinates))
    return [
        Fraction(int(x), 1000) + (Fraction(1) if c.diagonal else 0)
        for x, c in zip(draws, pattern.coordinates, strict=True)
    ]


def compiled_block(name: str, label: str, sizes: dict[str, Fraction], values: list[Fraction]) -> Any:
    """The symbolic block compiled to mpmath and evaluated at the current precision."""
    found = formula(name)
    symbols = sorted({s for n in found.pattern.sizes for s in sympy.sympify(n).free_symbols}, key=str)
    arguments = [*symbols, *coordinate_symbols(found.pattern).values()]
    function = compile_expressions(arguments, found.explicit(label).tolist(), "mpmath")
    exact = mpmath_field().exact
    return function(*(exact(sizes[s.name]) for s in symbols), *(exact(x) for x in values))


@cache
def two_roads(name: str, seed: int) -> tuple[Check, ...]:
    """The largest difference between the compiled formula and the splitting road, for each size and component."""
    checks = []
    for sizes in SIZES[name]:
        pattern = numeric(formula(name).pattern, sizes)
        values = random_point(pattern, seed)
        shown = ", ".join(f"{k} = {v}" for k, v in sizes.items())
        for c in formula(name).decomposition:
            with mpmath.workdps(DIGITS + 15):
                field = mpmath_field()
                first = compiled_block(name, c.label, sizes, values)
                second = block_by_splitting(
                    pattern, [field.exact(x) for x in values], c.label, hessian_on_fixed_space(field), field
                )
                size = max(abs(x) for row in second for x in row)
                gap = (
                    max(abs(x - y) for r, s in zip(first, second, strict=True) for x, y in zip(r, s, strict=True))
                    / size
                )
            checks.append(
                checked(
                    f"{c.label} at {shown}",
                    mpmath.nstr(gap, 3),
                    0,
                    DIGITS,
                    "relative difference of formula and splitting road",
                )
            )
    return tuple(checks)


def dense_gap(pattern: Pattern, values: list[Fraction]) -> float:
    """Largest difference between the eigenvalues of the blocks, with multiplicities, and those of the dense Hessian
    (floats).
    """
    floats = [float(x) for x in values]
    point = reduced_point(pattern, floats, float_field())
    entries = point.entries()
    ours: list[float] = []
    for c in components(pattern):
        for value in np.linalg.eigvalsh(np.array(point.block(c, entries))):
            ours += [float(value)] * int(c.dimension)
    dense = np.linalg.eigvalsh(backends.relu_hessian(pattern.matrix(floats)))
    return float(np.max(np.abs(np.sort(ours) - dense)))


def dense_checks(name: str, seed: int) -> list[Check]:
    """Blocks against the dense Hessian at integer sizes."""
    checks = []
    for sizes in SIZES[name]:
        pattern = numeric(formula(name).pattern, sizes)
        if pattern.is_integer:
            gap = dense_gap(pattern, random_point(pattern, seed))
            checks.append(
                checked(
                    f"dense Hessian, sizes {pattern}", f"{gap:.2e}", 0, 11, f"all {pattern.k * pattern.d} eigenvalues"
                )
            )
    return checks


def _decomposition(name: str) -> str:
    parts = [
        ("" if c.multiplicity == 1 else f"{c.multiplicity}\\,") + latex_label(c.label)
        for c in formula(name).decomposition
    ]
    sizes = ",".join(sympy.latex(sympy.sympify(n)) for n in formula(name).pattern.sizes)
    return rf"M(k,d)\big|_{{({sizes})}} = " + " + ".join(parts)


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """Decompositions, and every block of every pattern by two roads and against the dense Hessian."""
    for name in PATTERNS:
        yield Claim(
            f"relu.decomposition.{name}",
            THEME,
            _decomposition(name),
            SOURCE,
            (
                proved("characters", characters_agree(name), "polynomials in the numbers of fixed points and 2-cycles"),
                proved("copies times dimensions add to k d", dimensions_add(name), "identically in the sizes"),
            ),
        )
        labels = ",".join(latex_label(c.label) for c in formula(name).decomposition)
        sizes = ",".join(sympy.latex(sympy.sympify(n)) for n in formula(name).pattern.sizes)
        yield Claim(
            f"relu.blocks.{name}",
            THEME,
            rf"\nabla^2 L\big|_{{({sizes})}} \cong \bigoplus_\tau I_{{\dim \tau}} \otimes H^\tau,"
            rf"\quad \tau \in \{{{labels}\}}",
            SOURCE,
            (*two_roads(name, seed), *dense_checks(name, seed)),
        )


def formulas() -> Iterator[Formula]:
    """Definitions and blocks of the three patterns; the level is that of the claim which compares the two roads."""
    for name in PATTERNS:
        level = strongest(check.level for check in two_roads(name, 0))
        found = formula(name)
        slug = name.replace(",", "-")
        yield Formula(
            f"definitions-{slug}", f"Pattern ({name}): lengths and angles", found.latex_definitions(), SOURCE, level
        )
        for c in found.decomposition:
            title = f"Pattern ({name}): Hessian block ${latex_label(c.label)}$"
            yield Formula(f"block-{slug}-{c.label.replace('*', '-')}", title, found.latex_block(c.label), SOURCE, level)


if __name__ == "__main__":
    show(claims())
