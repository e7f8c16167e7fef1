"""Multiplicities of the irreducible representations in R^{k x d} by exact inner products of characters.

Fixed points f1 and 2-cycles f2 of a permutation determine the characters that occur here:

    permutation f1,    s: f1 - 1,    x: (f1-1)(f1-2)/2 - f2,    y: f1 (f1-3)/2 + f2,

and over the uniform distribution on S_n their joint factorial moments are E[(f1)_a (f2)_b] = 2^-b for a + 2b <= n, else
0 (count the ways to place a ordered fixed points and b ordered 2-cycles). A product group's average factorises. This is
a road to the multiplicities that knows neither test tensors nor bases. Source: Diaconis, Group Representations in
Probability and Statistics (1988), ch. 7; Sagan, The Symmetric Group (2001), ch. 1-2.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from symlandscape.symmetry.embeddings import component_of, factors
from symlandscape.symmetry.isotypic import Component
from symlandscape.symmetry.pattern import Pattern

__all__ = ["multiplicity_by_character", "symmetric_average"]

Polynomial = Mapping[tuple[int, int], Fraction]  # (power of f1, power of f2) -> coefficient

_HALF = Fraction(1, 2)
_ONE: Polynomial = {(0, 0): Fraction(1)}
_PERMUTATION: Polynomial = {(1, 0): Fraction(1)}
_CHARACTERS: Mapping[str, Polynomial] = {
    "t": _ONE,
    "s": {(1, 0): Fraction(1), (0, 0): Fraction(-1)},
    "x": {(2, 0): _HALF, (1, 0): -3 * _HALF, (0, 0): Fraction(1), (0, 1): Fraction(-1)},
    "y": {(2, 0): _HALF, (1, 0): -3 * _HALF, (0, 1): Fraction(1)},
}


def _product(left: Polynomial, right: Polynomial) -> Polynomial:
    result: dict[tuple[int, int], Fraction] = {}
    for (a, b), x in left.items():
        for (a2, b2), y in right.items():
            result[a + a2, b + b2] = result.get((a + a2, b + b2), Fraction(0)) + x * y
    return result


def _stirling(n: int) -> list[int]:
    """Stirling numbers of the second kind S(n, 0..n): x^n = sum_i S(n, i) x (x-1) .. (x-i+1)."""
    row = [1]
    for m in range(n):
        row = [(row[i - 1] if i > 0 else 0) + (i * row[i] if i <= m else 0) for i in range(m + 2)]
    return row


def symmetric_average(polynomial: Polynomial, n: Any) -> Fraction:
    """The average over S_n of a polynomial in the numbers of fixed points and of 2-cycles, exactly.

    ``polynomial`` maps (power of f1, power of f2) to its coefficient. ``n`` is an integer >= 1; a real or symbolic size
    stands for every large one. Level PROVED (exact arithmetic on an identity).
    """
    total = Fraction(0)
    for (a, b), weight in polynomial.items():
        for i, x in enumerate(_stirling(a)):
            for j, y in enumerate(_stirling(b)):
                if not isinstance(n, int) or i + 2 * j <= n:
                    total += weight * x * y * _HALF**j
    return total


def multiplicity_by_character(pattern: Pattern, label: Component | str) -> Fraction:
    """How often the representation occurs in R^{k x d}: its character's inner product with that of rows times columns.

    Rows and columns are unions of orbits, so the character is the sum over (row orbit, column block) of products of
    fixed-point counts; each summand's average is a product over the factors of the group. The result is a whole
    number. Real or symbolic sizes count as large. Raises InputError for a label that the pattern has not.
    """
    parts = {factor.space: factor.kind for factor in factors(pattern, component_of(pattern, label).label)}
    total = Fraction(0)
    for row in range(len(pattern.row_sizes)):
        for column in range(pattern.blocks):
            value = Fraction(1)
            for space, n in enumerate(pattern.row_sizes):
                integrand = _CHARACTERS[parts.get(space, "t")]
                for orbit in (row, column):
                    if orbit == space:
                        integrand = _product(integrand, _PERMUTATION)
                value *= symmetric_average(integrand, n)
            total += value
    return total
