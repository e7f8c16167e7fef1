"""Series of a family with one extra row (k = d + 1), in the power of d that the branch itself has.

Three steps. The exponents of the coordinates are measured at huge d and give s = d^(-1/m) (branch_powers). The leading
balance comes from there; where its coefficients are rational numbers (A0+1), everything else follows exactly over Q(pi)
by matching powers of s, and that it solves the equations is an identity. Elsewhere (F1+1, say) an angle between neurons
tends to a number that solves a transcendental equation: the same linear solves, order by order, then run over reals in
high precision. Polynomials through points at huge d are the second road to every coefficient; the digits to which both
agree are part of the result.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from symlandscape.arith.balls import arb, workprec
from symlandscape.arith.conversions import mid_float
from symlandscape.arith.pi_field import PiFraction
from symlandscape.arith.power_series import Series, series_field
from symlandscape.arith.real_coefficients import RealCoefficient
from symlandscape.errors import InputError
from symlandscape.relu.branch_powers import Sampled, agreement, branch_powers, sampled
from symlandscape.relu.expansion import Expansion
from symlandscape.relu.expansions import generic_pattern, match_powers, sizes_in_s, spectral_series
from symlandscape.relu.families import Family
from symlandscape.relu.reduced import ReducedPoint, reduced_point
from symlandscape.symmetry.pattern import Pattern

__all__ = ["extra_series"]

BITS = 768
LENGTH = 8  # further terms of working length
ATTEMPTS = ((1, 8), (2, 8), (3, 18))  # leading terms taken from the points at huge d, terms of the Jacobian
LEAST_DIGITS = 20  # to which the two roads must agree
LARGEST_DENOMINATOR = 12  # of a leading coefficient that is taken for a rational number


def extra_series(family: Family, order: int) -> Expansion:
    """The series of A<q> or F<p> with one extra row in s = d^(-1/m) up to s^order, m found.

    Coordinates and loss are exact where the leading balance is recognised (level of the formal solution PROVED);
    otherwise decimals on which matching of powers and points at huge d agree (CHECKED). Raises InputError where the
    family has no branch at large d, its exponents are undecided, or the two roads differ.
    """
    if family.extra != (1,):
        raise InputError(f"series are there for no or one extra row, and {sum(family.extra)} came; take --extra 1")
    powers = branch_powers(family)
    lowest = max(-x.power * powers.denominator for x in powers.exponents)  # the last power at which one begins
    points = sampled(family, powers.denominator, max(order, int(lowest) + 2))
    with workprec(BITS):  # the loss holds products of two sizes, d^2 = s^(-2m): as many more powers are matched
        matched, found, residual = _matched(family, points, max(order + 2 * powers.denominator + 1, int(lowest) + 2))
        names = tuple(c.name for c in matched.pattern.coordinates)
        loss = matched.loss()
        digits = min(points.digits, _agreement([loss, *found], ["loss", *names], points))
        if digits < LEAST_DIGITS:
            raise InputError(f"two roads to the series of {family.name} agree to {digits} digits only: undecided")
        spectrum = _spectrum(matched, points)
        if not Expansion.exact(found):  # the points know more terms, and agree in those that matching knows
            row: list[Any] = [RealCoefficient(x) for x in points.rows["loss"]]
            loss = Series(-points.denominator, row, points.order + 1, len(row))
    exact = Expansion.exact([*found, *(x for values in spectrum.values() for x in values)])
    return Expansion(
        family.name,
        order,
        names,
        tuple(found),
        loss,
        spectrum,
        residual,
        powers.denominator,
        family.extra,
        None if exact else digits,
        powers,
    )


def _matched(family: Family, points: Sampled, target: int) -> tuple[ReducedPoint, list[Series], tuple[int, ...]]:
    """The point with its series by matching powers, over Q(pi) if possible, else over reals."""
    base = generic_pattern(family)
    pattern = Pattern(base.sizes, family.extra)
    length = target + LENGTH
    numbers = sizes_in_s(family, points.denominator, length)
    reason: InputError | None = None
    for terms, reach in _starts(pattern, points):
        try:
            start = [Series(0, row, None, length) for row in terms]
            values, left = match_powers(family, pattern, numbers, start, target, length, reach)
            final = [
                Series(x.start, x.coefficients, min(power, target + 1), length)
                for x, power in zip(values, left, strict=True)
            ]
            whole = reduced_point(pattern, final, series_field(length), family.slope, numbers)
            residual = tuple(g.order if g.is_zero and g.order is not None else g.start for g in whole.gradient())
            return whole, final, residual
        except (InputError, ZeroDivisionError) as error:
            reason = InputError(str(error))
    raise InputError(f"the leading terms of {family.name} with an extra row do not decide the others ({reason})")


def _starts(pattern: Pattern, points: Sampled) -> Iterator[tuple[list[list[Any]], int]]:
    """Leading terms of the coordinates and the Jacobian's working length, exact ones first."""
    m = points.denominator
    rows = [[RealCoefficient(x) for x in points.rows[c.name][m:]] for c in pattern.coordinates]
    exact = [[_recognised(x) for x in _first(row, 1)] for row in rows]
    if all(x is not None for row in exact for x in row):
        yield exact, ATTEMPTS[0][1]
    for terms, reach in ATTEMPTS:
        yield [_first(row, terms) for row in rows], reach


def _first(row: Sequence[RealCoefficient], terms: int) -> list[RealCoefficient]:
    """The constant term and the first further nonzero terms, zeros elsewhere."""
    kept: list[RealCoefficient] = []
    seen = 0
    for k, x in enumerate(row):
        take = bool(x) and (k == 0 or seen < terms)
        seen += int(take and k > 0)
        kept.append(x if take else RealCoefficient.of(0))
    return kept


def _recognised(x: RealCoefficient) -> Any:
    """The rational number with a small denominator that agrees to many digits, or None.

    A guess: the matching that starts from it must solve the equations and agree with the points at huge d.
    """
    for q in range(1, LARGEST_DENOMINATOR + 1):
        p = round(mid_float(x.value * q))
        if not x - RealCoefficient.of(Fraction(p, q)):
            return PiFraction.of(Fraction(p, q))
    return None


def _agreement(series: Sequence[Series], names: Sequence[str], points: Sampled) -> int:
    digits = 10**6
    for x, name in zip(series, names, strict=True):
        last = points.order if x.order is None else min(points.order, x.order - 1)
        for k in range(last + 1):
            digits = min(digits, agreement(_ball(x.coefficient(k)), points.rows[name][k + points.denominator]))
    return digits


def _ball(x: Any) -> arb:
    return x.ball() if x else arb(0)


def _spectrum(matched: ReducedPoint, points: Sampled) -> dict[str, tuple[Series, ...]]:
    """Exact branches of the characteristic polynomials where they can be had, else decimals from the points."""
    if not Expansion.exact(matched.values):
        return _decimals(points)
    found = _decimals(points)
    for label, values in spectral_series(matched, lenient=True).items():
        if all(x.order is None or x.order > points.order for x in values):
            found[label] = values
    return found


def _decimals(points: Sampled) -> dict[str, tuple[Series, ...]]:
    length = points.order + points.denominator + 1
    found = {}
    for label, rows in points.spectrum.items():
        reals: list[list[Any]] = [[RealCoefficient(x) for x in row] for row in rows]
        found[label] = tuple(Series(-points.denominator, row, points.order + 1, length) for row in reals)
    return found
