"""A whole half-line of d at once: existence, uniqueness and positivity of a family for every real d >= 1/s1^2, by
Laurent models in s = d^(-1/2).

Write z_i(s) = P_i(s) + s^(K_i) y_i with the exact polynomials P_i of the series. For every s in (0, s1] the Krawczyk
map of the critical equations in y, with the truncated series inverse A(s) of the Jacobian as preconditioner,

    N_i(Y) = - s^(-K_i) (A g(P))_i + sum_j s^(K_j - K_i) (I - A J(z(Y)))_ij Y_j,      0 in Y,

is enclosed over the whole interval by Laurent models. If N(Y) lies in the interior of Y, there is exactly one critical
point in the tube P + s^K Y at each s. Over that tube every isotypic block, scaled by powers of s, is factored as LDL^T
in Laurent models; pivots bounded away from 0 give its signs for all s at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symlandscape.arith.balls import arb, interior, sign, symmetric, workprec
from symlandscape.arith.conversions import to_arb
from symlandscape.arith.laurent_models import Domain, Model, laurent_field
from symlandscape.arith.pi_field import PiFraction
from symlandscape.arith.power_series import Series, series_field
from symlandscape.errors import InputError
from symlandscape.evidence import Verdict
from symlandscape.relu.expansions import coordinate_series, generic_pattern, solve_series
from symlandscape.relu.families import Family
from symlandscape.relu.reduced import ReducedPoint, reduced_point
from symlandscape.symmetry.isotypic import components
from symlandscape.symmetry.pairing import pair

__all__ = ["HalfLine", "half_line"]

PRECISION = 192
INFLATIONS = (Fraction(5, 4), Fraction(3, 2), Fraction(2), Fraction(4))
TERMS = 8  # exact terms kept beyond the order


@dataclass(frozen=True, slots=True)
class HalfLine:
    """What is proved for every real d >= ``first``: existence and uniqueness in the tube, and the signs of every block
    (negative, positive).

    ``verdict`` is YES when existence and all signs are proved; ``reason`` says what failed otherwise. Level CERTIFIED.
    """

    family: str
    first: Fraction
    verdict: Verdict
    signs: dict[str, tuple[int, int]]
    tube: tuple[arb, ...]
    powers: tuple[int, ...]
    reason: str
    polynomials: tuple[tuple[tuple[int, PiFraction], ...], ...] = ()

    def holds(self, coordinates: Sequence[arb], d: Fraction) -> bool:
        """Whether a point of the fixed space at d >= ``first`` lies in the tube, so that it is the one that is proved
        there.
        """
        if self.verdict is not Verdict.YES or d < self.first:
            return False
        with workprec(PRECISION):
            s = 1 / to_arb(d).sqrt()
            for x, terms, power, y in zip(coordinates, self.polynomials, self.powers, self.tube, strict=True):
                middle = sum((c.ball() * _power(s, k) for k, c in terms), arb(0))
                if not interior(y, (x - middle) / _power(s, power)):
                    return False
        return True

    @property
    def is_minimum(self) -> bool:
        """Whether the family is proved to be a local minimum on the whole half-line."""
        return self.verdict is Verdict.YES and all(negative == 0 for negative, _ in self.signs.values())


def half_line(family: Family, first: Fraction | int = 400, order: int = 5) -> HalfLine:
    """Existence, uniqueness and block signs of A<q> or F<p> for every real d >= ``first``, a rational square such as
    400 or 10000.

    Raises InputError for other families or a ``first`` that is no square.
    """
    first = Fraction(first)
    root = square_root(first)
    with workprec(PRECISION):
        domain = Domain(arb(0).union(1 / to_arb(root)), order + TERMS)
        try:
            return _prove(family, first, domain, order)
        except InputError as reason:
            return HalfLine(family.name, first, Verdict.UNDECIDED, {}, (), (), str(reason))


def square_root(x: Fraction) -> Fraction:
    """The rational root of a rational square; InputError for other numbers."""
    from math import isqrt

    p, q = isqrt(max(x.numerator, 0)), isqrt(x.denominator)
    if x <= 0 or p * p != x.numerator or q * q != x.denominator:
        raise InputError(f"expected a positive square such as 400 or 10000 as the first d, got {x}")
    return Fraction(p, q)


def _prove(family: Family, first: Fraction, domain: Domain, order: int) -> HalfLine:
    polynomials, powers = coordinate_series(family, order, order + 8)
    parts = [_below(p, k) for p, k in zip(polynomials, powers, strict=True)]
    inverse = _inverse_jacobian(family, parts, order + 8, domain)
    size = len(parts)
    centre = _point(family, domain, [_model(p, k, arb(0), domain) for p, k in zip(parts, powers, strict=True)])
    step = _times(inverse, centre.gradient(), domain)
    shift = [-step[i].scaled(powers[i]) for i in range(size)]
    for inflation in INFLATIONS:
        # the boxes hold 0, the centre of the mean value form: J is needed on the segments from 0 to every y in Y
        tube = [symmetric((x.abs_upper() * to_arb(inflation) + arb((1, -30))).upper()) for x in shift]
        point = _point(family, domain, [_model(p, k, y, domain) for p, k, y in zip(parts, powers, tube, strict=True)])
        jacobian = point.jacobian()
        image = list(shift)
        for i in range(size):
            for j in range(size):
                entry = _dot(inverse[i], [jacobian[m][j] for m in range(size)], domain)
                rest = (domain_one(domain) if i == j else zero(domain)) - entry
                image[i] = image[i] + rest.scaled(powers[i] - powers[j]) * tube[j]
        if all(interior(y, x) for y, x in zip(tube, image, strict=True)):
            signs = _signs(point)
            verdict = Verdict.YES if all(s is not None for s in signs.values()) else Verdict.UNDECIDED
            open_blocks = [label for label, s in signs.items() if s is None]
            reason = f"the signs of {', '.join(open_blocks)} are not decided" if open_blocks else ""
            known = {label: s for label, s in signs.items() if s is not None}
            exact = tuple(tuple(terms) for terms in parts)
            return HalfLine(family.name, first, verdict, known, tuple(tube), tuple(powers), reason, exact)
    return HalfLine(
        family.name,
        first,
        Verdict.UNDECIDED,
        {},
        (),
        (),
        "the Krawczyk image does not lie in the tube; take a larger first d",
    )


def _power(s: arb, k: int) -> arb:
    total = arb(1)
    for _ in range(k):
        total = total * s
    return total


def zero(domain: Domain) -> Model:
    """The function 0."""
    return Model(0, [], 0, arb(0), domain)


def domain_one(domain: Domain) -> Model:
    """The function 1."""
    return Model(0, [PiFraction.of(1)], 1, arb(0), domain)


def _below(x: Series, power: int) -> list[tuple[int, PiFraction]]:
    """The terms of a polynomial below a power."""
    return [(x.start + k, c) for k, c in enumerate(x.coefficients) if x.start + k < power]


def _model(terms: list[tuple[int, PiFraction]], power: int, rest: arb, domain: Domain) -> Model:
    """The polynomial plus rest s^power, with as many exact terms as it has."""
    start = min((k for k, _ in terms), default=power)
    table = dict(terms)
    values = [table.get(k, PiFraction.of(0)) for k in range(start, power)]
    return Model(start, values, power, rest, Domain(domain.s, max(domain.length, len(values))))


def _point(family: Family, domain: Domain, values: list[Model]) -> ReducedPoint:
    first = Model(-2, [PiFraction.of(1), PiFraction.of(0), PiFraction.of(-family.count)], 1, arb(0), domain)
    sizes: list[Any] = [first, family.count] if family.count else [first]
    return reduced_point(generic_pattern(family), values, laurent_field(domain), family.slope, sizes)


def _inverse_jacobian(
    family: Family, parts: list[list[tuple[int, PiFraction]]], length: int, domain: Domain
) -> list[list[Model]]:
    """The inverse of the Jacobian along the polynomials, truncated to exact Laurent polynomials."""
    values = []
    for terms in parts:
        start = min((k for k, _ in terms), default=0)
        table = dict(terms)
        end = max((k for k, _ in terms), default=0) + 1
        values.append(Series(start, [table.get(k, PiFraction.of(0)) for k in range(start, end)], None, length))
    first = Series(-2, [PiFraction.of(1), PiFraction.of(0), PiFraction.of(-family.count)], None, length)
    numbers: list[Any] = [first, family.count] if family.count else [first]
    jacobian = reduced_point(generic_pattern(family), values, series_field(length), family.slope, numbers).jacobian()
    size = len(values)
    unit = [[Series(0, [PiFraction.of(int(i == j))], None, length) for i in range(size)] for j in range(size)]
    columns = [solve_series(jacobian, u) for u in unit]
    return [[_polynomial(columns[j][i], domain) for j in range(size)] for i in range(size)]


def _polynomial(x: Series, domain: Domain) -> Model:
    terms = list(x.coefficients[: domain.length])
    return Model(x.start, terms, x.start + len(terms), arb(0), domain)


def _times(matrix: list[list[Model]], vector: list[Model], domain: Domain) -> list[Model]:
    return [_dot(row, vector, domain) for row in matrix]


def _dot(x: list[Model], y: list[Model], domain: Domain) -> Model:
    total = zero(domain)
    for a, b in zip(x, y, strict=True):
        total = total + a * b
    return total


def _signs(point: ReducedPoint) -> dict[str, tuple[int, int] | None]:
    """Numbers of negative and positive eigenvalues of every block for all s, None where a pivot is not decided."""
    exact, found = point.pattern.row_sizes, {}
    entries = point.entries()
    for component in components(point.pattern):
        tensors = [tensor for _, tensor in component.copies]
        gram = [[pair(x, y, component.marked, exact, point.sizes, entries) for y in tensors] for x in tensors]
        found[component.label] = _inertia(gram)
    return found


def _inertia(gram: list[list[Any]]) -> tuple[int, int] | None:
    """Signs of the pivots of LDL^T over models; congruence by the (positive) norms does not change them."""
    work = [list(row) for row in gram]
    negative = positive = 0
    for j in range(len(work)):
        pivot = work[j][j]
        if not isinstance(pivot, Model) or not pivot.coefficients:
            return None
        side = sign(pivot.scaled(pivot.start))
        if side not in (-1, 1):
            return None
        negative, positive = negative + (side < 0), positive + (side > 0)
        for i in range(j + 1, len(work)):
            factor = work[i][j] / pivot
            for m in range(j + 1, i + 1):
                work[i][m] = work[i][m] - factor * work[m][j]
    return negative, positive
