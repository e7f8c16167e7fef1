"""Series of the families in s = d^(-1/2): coordinates, loss and all eigenvalues with exact coefficients. (With an
extra row: extra_expansions, with a letter as size: symbolic_expansions.)

They lie in Q(pi) for A<q> and F1; for F<p> the square root of p joins, because the sine between a kept neuron and its
own target is sqrt(p) (2 s^2 + ..): F2 has sqrt(2) in its coordinates from s^4 on, in its eigenvalues from s^2 on.

The critical equations are solved over Laurent series: Newton's method in the s-adic sense, started from the leading
orders, doubles the number of correct powers at each step, and the step that is left tells which powers are final.
Eigenvalues are the Puiseux branches of each block's characteristic polynomial, split by the Newton polygon where
leading coefficients coincide. Sizes are n = s^(-2) - count for the moving block; any q or p, any rational slope.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from symlandscape.arith.pi_field import PiFraction
from symlandscape.arith.power_series import Series, series_field
from symlandscape.errors import InputError
from symlandscape.relu.expansion import Expansion
from symlandscape.relu.families import Family
from symlandscape.relu.puiseux import TooFewTerms, ascending, characteristic_polynomial, roots
from symlandscape.relu.reduced import ReducedPoint, reduced_point
from symlandscape.symmetry.isotypic import components
from symlandscape.symmetry.pairing import norms, pair
from symlandscape.symmetry.pattern import Pattern

__all__ = ["coordinate_series", "generic_pattern", "plain_series", "solve_series"]

GUARD = 5  # further powers of the coordinates, used up by quotients and by cancellations in characteristic polynomials
MOST_GUARD = 24
LEAST = 9  # least order plus guard: below it eigenvalues that part late are not told apart
LENGTH = 6  # further terms of working length
NEWTON_STEPS = 80
REFRESHED = 6  # steps for which the Jacobian is formed anew
JACOBIAN_LENGTH = 8
KEPT_TERMS = 2  # terms of a step that are taken: its first ones are right, later ones only make fractions long


def plain_series(family: Family, order: int) -> Expansion:
    """The series of ``A<q>`` or ``F<p>`` at k = d up to s^order. Raises InputError for other parametrisations."""
    if (family.kind, family.role) not in {("A", "kept"), ("F", "flipped")}:
        hint = "C0 is known in closed form for all d, see derivations.global_minimum"
        raise InputError(f"series are there for A<q> and F<p>, and {family.name} came; {hint}")
    guard = max(GUARD, LEAST - order)
    while True:
        try:
            return _series(family, order, guard)
        except TooFewTerms:
            if guard >= MOST_GUARD:
                raise
            guard += 3


def generic_pattern(family: Family) -> Pattern:
    """The pattern of A<q> or F<p> with the size of the moving block as a symbol."""
    import sympy

    n = sympy.Symbol("n", positive=True)
    return Pattern((n, family.count) if family.count else (n,))


def coordinate_series(family: Family, target: int, length: int) -> tuple[list[Series], list[int]]:
    """Exact polynomials in s for the coordinates, and for each the power of s at which it may be wrong (above
    ``target``).

    Newton's method over Laurent series; only the first terms of a step are taken, so that no wrong coefficient enters.
    Raises InputError where it does not settle.
    """
    pattern = generic_pattern(family)
    return match_powers(
        family,
        pattern,
        sizes_in_s(family, 2, length),
        coordinate_start(family, pattern, length),
        target,
        length,
    )


def coordinate_start(family: Family, pattern: Pattern, length: int) -> list[Series]:
    """The leading terms of the coordinates of A<q> or F<p>, from which matching of powers goes on."""
    return [_polynomial(x, length) for x in _leading(family, pattern)]


def sizes_in_s(family: Family, denominator: int, length: int, fixed: Any = None) -> list[Any]:
    """The row orbits' sizes with d = s^(-denominator): the moving block first, then the fixed one, then extra rows.

    ``fixed`` replaces the fixed block's size by an element of the coefficients' field.
    """
    count = PiFraction.of(family.count if fixed is None else fixed)
    moving = [PiFraction.of(1), *[PiFraction.of(0)] * (denominator - 1), -count]
    first = Series(-denominator, moving, None, length)
    return [first, *([count] if count else []), *family.extra]


def match_powers(
    family: Family,
    pattern: Pattern,
    numbers: Sequence[Any],
    start: Sequence[Series],
    target: int,
    length: int,
    reach: int = JACOBIAN_LENGTH,
) -> tuple[list[Series], list[int]]:
    """Coordinates that solve the critical equations in powers of s up to s^target, from the leading terms ``start``.

    The coefficients' field is that of ``start``; ``reach`` terms of the Jacobian are kept. Returns polynomials and, for
    each, the power at which it may be wrong. Raises InputError where Newton's method over series does not settle.
    """

    def at(values: Sequence[Series], working: int) -> ReducedPoint:
        cut = [Series(x.start, x.coefficients, None, working) for x in values]
        return reduced_point(
            pattern, [_polynomial_part(x, working) for x in cut], series_field(working), family.slope, numbers
        )

    values = list(start)
    left = [0] * len(values)
    for turn in range(NEWTON_STEPS):
        gradient = at(values, length).gradient()
        if turn < REFRESHED:
            jacobian = at(values, reach).jacobian()
        step = solve_series(jacobian, [-_shortened(g, reach) for g in gradient])
        left = [target + 1 if x.is_zero and (x.order is None or x.order > target) else x.start for x in step]
        if all(power > target for power in left):
            break
        values = [x + _shortened(y, KEPT_TERMS) for x, y in zip(values, step, strict=True)]
        values = [_polynomial_part(x, length) for x in values]
    else:
        raise InputError(f"the series of {family.name} did not settle in {NEWTON_STEPS} steps; ask for a lower order")
    return values, left


def _series(family: Family, order: int, guard: int) -> Expansion:
    """The expansion with this many further powers of the coordinates; raises TooFewTerms where they do not suffice."""
    target, length = order + guard, order + guard + LENGTH
    values, left = coordinate_series(family, target, length)
    pattern = generic_pattern(family)
    numbers = sizes_in_s(family, 2, length)
    final = [
        Series(x.start, x.coefficients, min(power, target + 1), length) for x, power in zip(values, left, strict=True)
    ]
    point = reduced_point(pattern, final, series_field(length), family.slope, numbers)
    spectrum = spectral_series(point)
    residual = tuple(g.order if g.is_zero and g.order is not None else g.start for g in point.gradient())
    for label, branches in spectrum.items():
        if any(x.order is not None and x.order <= order for x in branches):
            raise TooFewTerms(f"the eigenvalues of {label} are known to a lower order than {order} only")
    names = tuple(c.name for c in pattern.coordinates)
    return Expansion(family.name, order, names, tuple(final), point.loss(), spectrum, residual)


def spectral_series(point: ReducedPoint, lenient: bool = False) -> dict[str, tuple[Series, ...]]:
    """The eigenvalues of every isotypic block of a point over series, ascending for small s > 0.

    With ``lenient`` blocks whose eigenvalues leave the coefficients' field are left out, otherwise InputError is
    raised.
    """
    pattern = point.pattern
    exact, entries = pattern.row_sizes, point.entries()
    spectrum = {}
    for component in components(pattern):
        squares = norms(component, exact, point.sizes)
        tensors = [tensor for _, tensor in component.copies]
        gram = [[pair(x, y, component.marked, exact, point.sizes, entries) for y in tensors] for x in tensors]
        try:
            spectrum[component.label] = tuple(_eigenvalues(_balanced(gram, squares)))
        except (InputError, ZeroDivisionError):
            if not lenient:
                raise
    return spectrum


def _eigenvalues(matrix: list[list[Series]]) -> list[Series]:
    """Eigenvalues ascending for small s: the growing ones from the matrix, the others as reciprocals from its inverse,
    whose entries are bounded.

    A product of entries keeps its orders only where none of them grows.
    """
    size, length = len(matrix), matrix[0][0].length
    if size == 1:
        return [matrix[0][0]]
    unit = [[Series(0, [PiFraction.of(int(i == j))], None, length) for i in range(size)] for j in range(size)]
    columns = [solve_series(matrix, u) for u in unit]
    inverse = [[columns[j][i] for j in range(size)] for i in range(size)]
    bounded = [x.inverse() for x in roots(characteristic_polynomial(inverse), lambda power: power <= 0)]
    return ascending([*bounded, *roots(characteristic_polynomial(matrix), lambda power: power < 0)])


def _balanced(gram: list[list[Series]], squares: Sequence[Any]) -> list[list[Series]]:
    """A matrix similar to N^-1 G, N the squared norms: entries scaled by powers of s so that it is symmetric to leading
    order.
    """
    length = gram[0][0].length
    half = [(x.start if isinstance(x, Series) else 0) // 2 for x in squares]
    return [
        [g / q * Series(half[i] - half[j], [PiFraction.of(1)], None, length) for j, g in enumerate(row)]
        for i, (row, q) in enumerate(zip(gram, squares, strict=True))
    ]


def _polynomial(terms: dict[int, Fraction], length: int) -> Series:
    low, high = min(terms), max(terms)
    return Series(low, [PiFraction.of(terms.get(k, Fraction(0))) for k in range(low, high + 1)], None, length)


def _shortened(x: Series, terms: int) -> Series:
    """The first terms of a series, exact as a polynomial; what is cut off comes back in the next step."""
    return Series(x.start, x.coefficients[:terms], None, x.length)


def _polynomial_part(x: Series, length: int) -> Series:
    """The known terms as an exact polynomial: Newton's next step corrects what they lack."""
    return Series(x.start, x.coefficients, None, length)


def _leading(family: Family, pattern: Pattern) -> list[dict[int, Fraction]]:
    """Leading orders in s; entries whose leading coefficient is not known start at s^2 so that no angle degenerates."""
    one, two = Fraction(1), Fraction(2)
    table: dict[str, dict[int, Fraction]] = {
        c.name: {0: one if c.diagonal else Fraction(0)} for c in pattern.coordinates
    }
    if family.kind == "A":
        table["a[0]"], table["b[0,0]"] = {0: -one, 2: two}, {2: two}
    else:
        table["c[0,1]"], table["a[1]"] = {2: two}, {0: -one}
    if "c[1,0]" in table:
        table["c[1,0]"] = {2: one}
    return list(table.values())


def solve_series(matrix: list[list[Series]], right: list[Series]) -> list[Series]:
    """The solution of a linear system over Laurent series, pivots of least power first."""
    size = len(right)
    rows = [[*row, b] for row, b in zip(matrix, right, strict=True)]
    order_of_rows: list[int] = []
    free = list(range(size))
    for column in range(size):
        candidates = [r for r in free if not rows[r][column].is_zero]
        if not candidates:
            raise InputError("the linearised equations are singular over series; more leading terms are needed")
        pivot = min(candidates, key=lambda r: rows[r][column].start)
        free.remove(pivot)
        order_of_rows.append(pivot)
        inverse = rows[pivot][column].inverse()
        for r in free:
            if not rows[r][column].is_zero:
                factor = rows[r][column] * inverse
                rows[r] = [
                    x - factor * y if j > column else x
                    for j, (x, y) in enumerate(zip(rows[r], rows[pivot], strict=True))
                ]
    solution: list[Any] = [None] * size
    for column in reversed(range(size)):
        row = rows[order_of_rows[column]]
        total = row[size]
        for j in range(column + 1, size):
            total = total - row[j] * solution[j]
        solution[column] = total * row[column].inverse()
    return solution
