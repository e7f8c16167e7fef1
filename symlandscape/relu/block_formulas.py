"""The Hessian's isotypic blocks as formulas in symbolic sizes and coordinates.

The lengths nu_i of the neurons and the angles between them and to the targets stand in the formulas under their own
names, defined beside them: theta_i_j between two neurons of orbits i and j, alpha_i between a neuron of block i and its
own target, beta_i_l between a neuron of orbit i and another target of block l. Everything is exact; the derivation is
``derivations.hessian_blocks``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import sympy

from symlandscape.arith.field import sympy_field
from symlandscape.relu.kernel import Pair
from symlandscape.relu.reduced import ReducedPoint, reduced_point
from symlandscape.symmetry.isotypic import Component, Index, components
from symlandscape.symmetry.pattern import Pattern, extra_orbits

__all__ = ["Blocks", "blocks", "coordinate_symbols", "named_point"]


def coordinate_symbols(pattern: Pattern) -> dict[str, sympy.Symbol]:
    """Coordinate name -> real symbol: a[0] is a0, b[0,0] is b00, c[0,1] is c01, r[0,1] is r01 (with underscores from
    ten blocks on).
    """
    joint = "_" if len(pattern.row_sizes) > 10 else ""
    table = {}
    for c in pattern.coordinates:
        letter, indices = c.name[0], c.name[2:-1].split(",")
        table[c.name] = sympy.Symbol(letter + joint.join(indices), real=True)
    return table


@dataclass(frozen=True, slots=True)
class _NamedPairs:
    """Pair scalars under names, with their definitions in the coordinates."""

    lengths: dict[int, sympy.Symbol]
    definitions: dict[sympy.Symbol, sympy.Expr]

    def neuron(self, point: ReducedPoint, orbit: int) -> sympy.Symbol:
        if orbit not in self.lengths:
            symbol = sympy.Symbol(f"nu_{orbit}", positive=True)
            self.lengths[orbit] = symbol
            self.definitions[symbol] = sympy.sqrt(_inner(point, Index(orbit, 1), Index(orbit, 1)))
        return self.lengths[orbit]

    def pair(self, name: str, w_length: Any, v_length: Any, inner: Any) -> Pair:
        angle = sympy.Symbol(name, positive=True)
        self.definitions[angle] = sympy.acos(inner / (w_length * v_length))
        return Pair(w_length, v_length, sympy.cos(angle), sympy.sin(angle), sympy.pi - angle)


def _inner(point: ReducedPoint, first: Index, second: Index) -> Any:
    """w.w' for two neurons, as a polynomial in sizes and coordinates."""
    total: Any = sympy.S.Zero
    for column, n in point.columns(first, second):
        total += n * point.weight(first, column) * point.weight(second, column)
    return sympy.expand(total)


def named_point(pattern: Pattern, slope: Any = Fraction(0)) -> tuple[ReducedPoint, dict[sympy.Symbol, sympy.Expr]]:
    """The generic point of a fixed space over SymPy with named lengths and angles, and their definitions in terms of
    the coordinates.
    """
    values = list(coordinate_symbols(pattern).values())
    point = reduced_point(pattern, values, sympy_field(), slope)
    names = _NamedPairs({}, {})
    known: dict[tuple[Any, ...], Pair] = {}
    for i in range(len(pattern.row_sizes)):
        for j in range(len(pattern.row_sizes)):
            if i == j and pattern.row_sizes[i] == 1:
                continue
            low, high = sorted((i, j))
            first, second = Index(i, 1), Index(j, 2)
            known["rows", i, j] = names.pair(
                f"theta_{low}_{high}", names.neuron(point, i), names.neuron(point, j), _inner(point, first, second)
            )
        for m in range(pattern.blocks):
            if i == m:
                diagonal = point.weight(Index(i, 1), Index(i, 1))
                known["target", i, m, True] = names.pair(f"alpha_{i}", names.neuron(point, i), sympy.S.One, diagonal)
            if i != m or pattern.sizes[m] != 1:
                other = point.weight(Index(i, 1), Index(m, 2))
                known["target", i, m, False] = names.pair(f"beta_{i}_{m}", names.neuron(point, i), sympy.S.One, other)
    return point.with_pairs(known), names.definitions


@dataclass(frozen=True, slots=True)
class Blocks:
    """All isotypic blocks of the Hessian for a pattern, over SymPy; ``definitions`` resolves the named lengths and
    angles.

    Evidence: exact formulas; their equality with the dense Hessian is a claim of ``derivations.hessian_blocks``.
    """

    pattern: Pattern
    slope: Fraction
    decomposition: tuple[Component, ...]
    matrices: Mapping[str, sympy.Matrix]
    definitions: Mapping[sympy.Symbol, sympy.Expr]

    def explicit(self, label: str) -> sympy.Matrix:
        """The block with all names resolved: a matrix in sizes and coordinates alone."""
        lengths = {s: e for s, e in self.definitions.items() if s.name.startswith("nu_")}
        angles = {s: e.xreplace(lengths) for s, e in self.definitions.items() if s not in lengths}
        return self.matrices[label].xreplace({**lengths, **angles})

    def document(self) -> dict[str, Any]:
        """CONTRACT's document of ``relu blocks``: entries as SymPy strings in the listed symbols."""
        symbols = {str(s): name for name, s in coordinate_symbols(self.pattern).items()}
        sizes = {str(s): "size" for n in self.pattern.row_sizes if isinstance(n, sympy.Expr) for s in n.free_symbols}
        return {
            "pattern": str(self.pattern),
            "slope": str(self.slope),
            "symbols": {**sizes, **symbols},
            "decomposition": [
                {"label": c.label, "multiplicity": c.multiplicity, "dimension": _size(c.dimension)}
                for c in self.decomposition
            ],
            "blocks": {label: _strings(self.explicit(label)) for label in self.matrices},
            "compact": {label: _strings(matrix) for label, matrix in self.matrices.items()},
            "definitions": {str(s): str(e) for s, e in self.definitions.items()},
        }

    def latex(self) -> str:
        """The definitions and all blocks as LaTeX (amsmath), with a line of prose before each block."""
        parts = [self.latex_definitions()]
        for c in self.decomposition:
            dimension = sympy.latex(sympy.sympify(_size(c.dimension)))
            parts += [
                rf"\noindent Component ${latex_label(c.label)}$ of dimension ${dimension}$:",
                self.latex_block(c.label),
            ]
        return "\n".join(parts)

    def latex_definitions(self) -> str:
        """The named lengths and angles as one align* display."""
        names = latex_names(self.pattern)
        rows = [
            rf"{sympy.latex(s, symbol_names=names)} &= {sympy.latex(e, symbol_names=names)}"
            for s, e in self.definitions.items()
        ]
        return _align(rows)

    def latex_block(self, label: str) -> str:
        """The upper triangle of one block as one align* display."""
        names, matrix = latex_names(self.pattern), self.matrices[label]
        rows = []
        for i in range(matrix.rows):
            for j in range(i, matrix.cols):
                entry = sympy.latex(matrix[i, j], symbol_names=names)
                rows.append(rf"H^{{{latex_label(label)}}}_{{{i + 1},{j + 1}}} &= {entry}")
        return _align(rows)

    def _repr_latex_(self) -> str:
        return self.latex()


def _align(rows: list[str]) -> str:
    return "\\begin{align*}\n" + " \\\\\n".join(rows) + "\n\\end{align*}"


def latex_label(label: str) -> str:
    """s0*s1 -> s_{0} \\otimes s_{1}."""
    return r" \otimes ".join(f"{part[0]}_{{{part[1:]}}}" if len(part) > 1 else part for part in label.split("*"))


def latex_names(pattern: Pattern) -> dict[sympy.Symbol, str]:
    """LaTeX names of the coordinates with separated indices."""
    table = {}
    for name, symbol in coordinate_symbols(pattern).items():
        table[symbol] = f"{name[0]}_{{{name[2:-1]}}}"
    return table


def _size(n: Any) -> int | str:
    return n if isinstance(n, int) else str(n)


def _strings(matrix: sympy.Matrix) -> list[list[str]]:
    return [[str(matrix[i, j]) for j in range(matrix.cols)] for i in range(matrix.rows)]


def collected(entry: sympy.Expr) -> sympy.Expr:
    """The same entry as a sum over angles: coefficients of sin, 1/sin and the angle, each a factored fraction."""
    angles = sorted((s for s in entry.free_symbols if s.name.split("_")[0] in {"theta", "alpha", "beta"}), key=str)
    plain: dict[sympy.Expr, sympy.Expr] = {}
    for angle in angles:
        plain |= {sympy.sin(angle): sympy.Dummy("S"), sympy.cos(angle): sympy.Dummy("C")}
    generators = [x for f, x in plain.items() if isinstance(f, sympy.sin)] + angles
    outer, inner = entry.xreplace(plain).as_independent(
        *generators, as_Add=False
    )  # the sizes' denominators stay outside
    parts: dict[sympy.Expr, list[sympy.Expr]] = {}
    for term in sympy.Add.make_args(sympy.expand(inner)):
        coefficient, factors = term.as_independent(*generators)
        parts.setdefault(factors, []).append(coefficient)
    sums = (sympy.factor(sympy.together(outer * sympy.Add(*terms))) * factors for factors, terms in parts.items())
    return sympy.Add(*sums).xreplace({x: f for f, x in plain.items()})


def blocks(pattern: str | Pattern, slope: Fraction | int = 0, extra: int = 0, extra_rows: str = "free") -> Blocks:
    """The Hessian's isotypic blocks for a pattern such as ``n``, ``n-1,1``, ``m,p`` or ``9,1``, at a generic point of
    its fixed space, with ``extra`` rows without matching column (each for itself, or ``equal``: one orbit).

    Raises InputError for a text that is no pattern or a slope of 1.
    """
    orbits = extra_orbits(extra, extra_rows)
    pattern = Pattern.parse(pattern, orbits) if isinstance(pattern, str) else pattern
    point, definitions = named_point(pattern, Fraction(slope))
    entries = point.entries()
    found = components(pattern)
    once = cache(collected)  # both triangles, and entries that blocks share
    matrices = {c.label: sympy.Matrix(point.block(c, entries)).applyfunc(once) for c in found}
    return Blocks(pattern, Fraction(slope), found, matrices, definitions)
