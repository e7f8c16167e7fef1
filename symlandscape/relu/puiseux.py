"""Roots of a polynomial over Laurent series in Q(pi)((s)): Newton polygon, edge polynomials factored over Q(pi), then
one term after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import sympy

from symlandscape.arith.parameter_field import ParameterFraction
from symlandscape.arith.pi_field import PiFraction, PiSurd
from symlandscape.arith.power_series import Series
from symlandscape.errors import InputError

__all__ = ["TooFewTerms", "ascending", "characteristic_polynomial", "roots"]


class TooFewTerms(InputError):
    """Roots cannot be told apart by the terms that are known."""


def characteristic_polynomial(matrix: Sequence[Sequence[Series]]) -> list[Series]:
    """Coefficients of det(x - M), constant term first, by the Faddeev-LeVerrier recursion (exact over a field of
    characteristic 0).
    """
    size = len(matrix)
    length = matrix[0][0].length
    zero = Series(0, [], None, length)
    one = Series(0, [PiFraction.of(1)], None, length)
    coefficients = [one]
    current: list[list[Series]] = [[one if i == j else zero for j in range(size)] for i in range(size)]
    for k in range(1, size + 1):
        product = [
            [_sum([matrix[i][m] * current[m][j] for m in range(size)], zero) for j in range(size)] for i in range(size)
        ]
        trace = _sum([product[i][i] for i in range(size)], zero)
        c = -(trace * PiFraction.of(Fraction(1, k)))
        coefficients.append(c)
        current = [[product[i][j] + c if i == j else product[i][j] for j in range(size)] for i in range(size)]
    return coefficients[::-1]


def _sum(terms: Sequence[Series], zero: Series) -> Series:
    total = zero
    for term in terms:
        total = total + term
    return total


def roots(polynomial: Sequence[Series], powers: Callable[[int], bool] = lambda power: True) -> list[Series]:
    """The roots of a monic polynomial over Q(pi)((s)) whose leading power passes ``powers``, ascending for small s > 0.

    Each is exact to the order that the coefficients allow. Raises InputError where a root does not lie in Q(pi)((s)),
    or two roots agree in all known terms.
    """
    found: list[Series] = []
    for power, edge in _edges(polynomial, None):
        if powers(power):
            for value, multiplicity in _leading_coefficients(edge):
                term = Series(power, [value], None, polynomial[0].length)
                found += [term + y for y in _small_roots(_shift(polynomial, term), power, multiplicity)]
    return ascending(found)


def ascending(series: Iterable[Series]) -> list[Series]:
    """Series in the order of their values for small s > 0."""
    return sorted(series, key=_Ascending)


class _Ascending:
    """Order of series for small s > 0, for ``sorted``."""

    def __init__(self, x: Series) -> None:
        self.x = x

    def __lt__(self, other: _Ascending) -> bool:
        difference = self.x - other.x
        return not difference.is_zero and difference.coefficients[0].sign() < 0


def _small_roots(polynomial: list[Series], above: int, count: int) -> Iterator[Series]:
    found = list(_branches_above(polynomial, above, count))
    if len(found) != count:
        raise TooFewTerms("two eigenvalues agree in all computed terms; ask for a higher order")
    yield from found


def _branches_above(polynomial: list[Series], above: int, count: int) -> Iterator[Series]:
    length = polynomial[0].length
    if count == 1:
        yield _regular_root(polynomial, above)
        return
    for power, edge in _edges(polynomial, above):
        for value, multiplicity in _leading_coefficients(edge):
            term = Series(power, [value], None, length)
            for y in _small_roots(_shift(polynomial, term), power, multiplicity):
                yield term + y


def _regular_root(polynomial: list[Series], above: int) -> Series:
    """The one root of valuation above ``above``, by Newton's method over series."""
    y = Series(0, [], None, polynomial[0].length)
    step = y
    for _ in range(16):
        value, slope = _evaluate(polynomial, y), _evaluate(_derivative(polynomial), y)
        step = -(value / slope)
        if step.is_zero:
            break
        y = Series((y + step).start, (y + step).coefficients, None, y.length)
    bounds = [o for o in (step.order,) if o is not None]
    return Series(y.start, y.coefficients, min(bounds) if bounds else None, y.length)


def _evaluate(polynomial: Sequence[Series], x: Series) -> Series:
    total = polynomial[-1]
    for c in reversed(polynomial[:-1]):
        total = total * x + c
    return total


def _derivative(polynomial: Sequence[Series]) -> list[Series]:
    return [c * PiFraction.of(k) for k, c in enumerate(polynomial)][1:]


def _shift(polynomial: Sequence[Series], term: Series) -> list[Series]:
    """The polynomial in y with x = term + y (Horner's scheme)."""
    shifted = list(polynomial)
    for i in range(len(shifted) - 1):
        for j in range(len(shifted) - 2, i - 1, -1):
            shifted[j] = shifted[j] + term * shifted[j + 1]
    return shifted


def _edges(polynomial: Sequence[Series], above: int | None) -> Iterator[tuple[int, list[tuple[int, PiFraction]]]]:
    """Edges of the Newton polygon as (power of the roots, points on the edge), powers larger than ``above``; the power
    is an integer or the root leaves the field.
    """
    points = [(k, c.start, c.coefficients[0]) for k, c in enumerate(polynomial) if not c.is_zero]
    at = 0
    while at < len(points) - 1:
        k, height, _ = points[at]
        slopes = [(Fraction(h - height, j - k), j) for j, h, _ in points[at + 1 :]]
        least = min(s for s, _ in slopes)
        end = max(j for s, j in slopes if s == least)
        power = -least
        if above is None or power > above:
            if power.denominator != 1:
                raise InputError("an eigenvalue expands in a fractional power of s, outside Q(pi)((s))")
            line = [(j, c) for j, h, c in points if k <= j <= end and Fraction(h - height) == least * (j - k)]
            yield int(power), line
        at = next(i for i, (j, _, _) in enumerate(points) if j == end)


def _leading_coefficients(edge: Sequence[tuple[int, Any]]) -> list[tuple[PiFraction, int]]:
    """Nonzero roots of an edge polynomial in Q(pi) with multiplicities, by factoring over Q in x and pi."""
    degrees = [k for k, _ in edge]
    if max(degrees) - min(degrees) == 1:
        (_, constant), (_, slope) = sorted(edge, key=lambda term: term[0])
        return [(-(constant / slope), 1)]
    edge = [(k, c.plain() if isinstance(c, ParameterFraction) else c) for k, c in edge]
    if any(isinstance(c, (PiSurd, ParameterFraction)) for _, c in edge):
        return _surd_roots(edge)
    x, p = sympy.symbols("x p")
    low = min(k for k, _ in edge)
    total = sympy.Add(*(c.sympy().xreplace({sympy.pi: p}) * x ** (k - low) for k, c in edge))
    numerator = sympy.fraction(sympy.together(total))[0]
    found = []
    for factor, multiplicity in sympy.factor_list(numerator, x, p)[1]:
        degree = sympy.degree(factor, x)
        if degree == 0:
            continue
        if degree > 1:
            raise InputError("an eigenvalue's leading coefficient does not lie in Q(pi)")
        slope, constant = sympy.Poly(factor, x).all_coeffs()
        found.append((_fraction(-constant, p) / _fraction(slope, p), int(multiplicity)))
    return found


def _surd_roots(edge: Sequence[tuple[int, Any]]) -> list[tuple[Any, int]]:
    """Roots of a quadratic edge with coefficients a + b sqrt(r): a double root, or two by the discriminant's root."""
    degrees = sorted(k for k, _ in edge)
    if degrees[-1] - degrees[0] != 2:
        raise InputError("eigenvalues with square roots in their leading coefficients part in groups of two only")
    table = dict(edge)
    low = degrees[0]
    zero = PiFraction.of(0)
    a, b, c = table[low + 2], table.get(low + 1, zero), table[low]
    discriminant = b * b - PiFraction.of(4) * a * c
    half = PiFraction.of(2) * a
    if not discriminant:
        return [(-(b / half), 2)]
    root = discriminant.sqrt()
    return [((-b + root) / half, 1), ((-b - root) / half, 1)]


def _fraction(polynomial: sympy.Expr, p: sympy.Symbol) -> PiFraction:
    total = PiFraction.of(0)
    for c in sympy.Poly(polynomial, p).all_coeffs():
        total = total * PiFraction.pi() + PiFraction.of(Fraction(int(c.p), int(c.q)))
    return total
