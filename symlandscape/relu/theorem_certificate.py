"""The checkable document of a theorem for all d (kind ``relu.theorem``): crossing, cover in s = d^(-1/2), half-line.

Nothing here is trusted: polynomials are fitted to Newton's points at Chebyshev places, and a piece, a tube or a
half-line is taken when the independent checker confirms it; otherwise a shorter piece or a wider tube is proposed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from symlandscape.arith.balls import arb, arb_mat, interior, interval, mid, symmetric, workprec
from symlandscape.arith.codec import decode, encode
from symlandscape.arith.conversions import arb_to_fraction, float_to_arb, to_arb
from symlandscape.arith.decimals import outward
from symlandscape.arith.field import arb_field
from symlandscape.arith.pi_field import PiFraction
from symlandscape.check import check_document
from symlandscape.errors import InputError, UndecidedError
from symlandscape.evidence import Certificate, Level, Verdict
from symlandscape.relu.branch_scan import Branch, branch_of, changes, row, samples
from symlandscape.relu.crossing_proof import ball_matrix, prove
from symlandscape.relu.expansions import coordinate_series
from symlandscape.relu.families import Family
from symlandscape.relu.for_all import STATEMENT
from symlandscape.relu.threshold_certificate import threshold_certificate

__all__ = [
    "COVER_KIND",
    "HALF_LINE_KIND",
    "THEOREM_KIND",
    "certify_for_all",
    "crossing_of",
    "in_tube",
    "theorem_document",
]

COVER_KIND, HALF_LINE_KIND, THEOREM_KIND = "relu.cover", "relu.half-line", "relu.theorem"
PRECISION = 128
SCALE = -80
"""Unit of the polynomials' coefficients, a power of two."""
DEGREE = 13
RADII = (-36, -30, -25)
"""Powers of two tried as radii of a piece's tube."""
WORKING = 192
STEPS = 12
GRID = 2**16
"""Places are whole multiples of its reciprocal."""
FIRST_RATIO, LEAST_RATIO, MOST_RATIO = Fraction(5, 4), Fraction(1001, 1000), Fraction(27, 20)
MARGIN = Fraction(1, 50)
"""How far below the crossing the cover reaches, in d."""
TAILS = ((4, 10, (6, 8, 10, 12)), (5, 12, (8, 10, 13, 16)), (6, 14, (10, 13, 16, 20)))
"""Order of the series, exact depth and radii that are tried on the half-line."""


def certify_for_all(
    family: Family, low: Fraction | int, last: Fraction = Fraction(1, 32), digits: int = 30
) -> Certificate:
    """The certificate that the family is a local minimum for every real d above its last threshold.

    ``low`` lies below that threshold and above the one before; ``last`` is the s = d^(-1/2) at which the half-line
    ends, a multiple of 1/65536. Raises InputError where theorems of this kind are not there for the family or no single
    crossing lies above ``low``, and UndecidedError, with what the checker missed, where a part is not confirmed.
    """
    branch = branch_of(family)
    if family.extra or branch.moving != 0 or branch.fixed.denominator != 1:
        raise InputError(f"theorems for all d are there for A<q> and F<p> without extra rows, and {family.name} came")
    followed = samples(branch, Fraction(low), Fraction(low) + 3)
    found = [prove(branch, change, digits) for change in changes(branch, [row(branch, x) for x in followed])]
    if len(found) != 1 or not found[0].proved:
        raise InputError(
            f"expected one crossing of {family.name} above d = {low}, found {len(found)}; move the lower end"
        )
    crossing = threshold_certificate(branch, found[0])
    if crossing is None:
        raise UndecidedError(f"the crossing of {family.name} has no certificate; ask for other digits")
    part = crossing.document()
    below = (decode(part["low"]) + decode(part["high"])) / 2 + branch.fixed - MARGIN
    start = next(x for x in reversed(followed) if x.size + branch.fixed > below)
    body = {
        "crossing": part,
        "cover": _cover(branch, below, last, part["component"], start.point).document(),
        "half_line": _half_line(family, last).document(),
    }
    made = Certificate(THEOREM_KIND, 1, body)
    outcome = check_document(made.document())
    if outcome.verdict != "holds":
        raise UndecidedError(f"the theorem for {family.name} was not confirmed: {outcome.reason}")
    return made


def _common(branch: Branch) -> dict[str, Any]:
    sizes = [None if i == branch.moving else int(n) for i, n in enumerate(branch.generic.sizes)]
    return {"sizes": sizes, "slope": encode(branch.family.slope), "precision": PRECISION}


def _cover(branch: Branch, below: Fraction, last: Fraction, label: str, start: Any) -> Certificate:
    """Pieces from the crossing towards s = ``last``, each confirmed by the checker."""
    with workprec(WORKING):
        top = Fraction(int((GRID / to_arb(below).sqrt()).floor().unique_fmpz()), GRID)
        point = [float_to_arb(float(x)) for x in start]
    places, ratio = [top], FIRST_RATIO
    pieces: list[dict[str, Any]] = []
    while places[-1] > last:
        high = places[-1]
        low = max(last, Fraction(round(high / ratio * GRID), GRID))
        if low >= high or ratio < LEAST_RATIO:
            raise UndecidedError(f"the branch could not be enclosed near d = {float(1 / high**2):.6g}")
        made = _piece(branch, low, high, label if not pieces else None, point)
        if made is None:
            ratio = 1 + (ratio - 1) * Fraction(7, 10)
            continue
        piece, point = made
        pieces.append(piece)
        places.append(low)
        ratio = min(MOST_RATIO, 1 + (ratio - 1) * Fraction(11, 10))
    body = {
        **_common(branch), "scale": SCALE, "crossing": label,
        "places": [encode(x) for x in reversed(places)], "pieces": pieces[::-1],
    }  # fmt: skip
    return Certificate(COVER_KIND, 1, body)


def _piece(
    branch: Branch, low: Fraction, high: Fraction, label: str | None, start: list[arb]
) -> tuple[dict[str, Any], list[arb]] | None:
    """The first tube that the checker confirms on one piece, and the point at its lower end."""
    fitted = _fit(branch, low, high, start)
    if fitted is None:
        return None
    polynomials, end = fitted
    for radius in RADII:
        piece = {"polynomials": polynomials, "radii": [radius] * len(polynomials)}
        body = {
            **_common(branch), "scale": SCALE, "crossing": label,
            "places": [encode(low), encode(high)], "pieces": [piece],
        }  # fmt: skip
        if check_document(Certificate(COVER_KIND, 1, body).document()).verdict == "holds":
            return piece, end
    return None


def _fit(branch: Branch, low: Fraction, high: Fraction, start: list[arb]) -> tuple[list[list[int]], list[arb]] | None:
    """Coefficients (in units of 2^SCALE) of the polynomials through the branch at Chebyshev places."""
    count = DEGREE + 1
    with workprec(WORKING):
        places = [(arb.pi() * (2 * k + 1) / (2 * count)).cos().mid() for k in range(count)]
        points, point = [], start
        for u in places:
            s = mid((to_arb(low + high) + u * to_arb(high - low)) / 2)
            found = _newton(branch, point, mid(1 / (s * s) - to_arb(branch.fixed)))
            if found is None:
                return None
            points.append(found)
            point = found
        powers = [[arb(1)] for _ in places]
        for line, u in zip(powers, places, strict=True):
            for _ in range(DEGREE):
                line.append(line[-1] * u)
        matrix = arb_mat(count, count, [x for line in powers for x in line])
        unit = to_arb(Fraction(2) ** -SCALE)
        rows = []
        for i in range(len(start)):
            fitted = matrix.solve(arb_mat(count, 1, [p[i] for p in points]))
            rows.append([round(arb_to_fraction(mid(fitted[k, 0] * unit))) for k in range(count)])
        return rows, points[-1]


def _newton(branch: Branch, start: list[arb], n: arb) -> list[arb] | None:
    point, field = start, arb_field()
    for _ in range(STEPS):
        try:
            there = branch.point(point, n, field)
            step = ball_matrix(there.jacobian()).mid().solve(arb_mat(len(point), 1, [mid(g) for g in there.gradient()]))
        except (ValueError, ZeroDivisionError):
            return None
        point = [mid(x - step[i, 0]) for i, x in enumerate(point)]
        if all(step[i, 0].abs_upper() < arb((1, SCALE)) for i in range(len(point))):
            return point
    return None


def _half_line(family: Family, last: Fraction) -> Certificate:
    branch, reason = branch_of(family), ""
    for order, depth, radii in TAILS:
        series, powers = coordinate_series(family, order, order + 8)
        rows = []
        for x, power in zip(series, powers, strict=True):
            table = {x.start + k: c for k, c in enumerate(x.coefficients)}
            rows.append([_pair(table.get(k, PiFraction.of(0))) for k in range(power)])
        for radius in radii:
            body = {
                **_common(branch), "last": encode(last), "depth": depth,
                "polynomials": rows, "powers": list(powers), "radii": [radius] * len(rows),
            }  # fmt: skip
            made = Certificate(HALF_LINE_KIND, 1, body)
            outcome = check_document(made.document())
            if outcome.verdict == "holds":
                return made
            reason = outcome.reason
    raise UndecidedError(f"the half-line of {family.name} was not confirmed: {reason}")


def _pair(x: Any) -> list[Any]:
    """Numerator and denominator as lists of coefficients of powers of pi; for a surd those of its second part and the
    radicand behind."""
    if isinstance(x, PiFraction):
        return [[int(c) for c in part.coeffs()] for part in (x.numerator, x.denominator)]
    return [*_pair(x.a), *_pair(x.b), x.radicand]


def theorem_document(name: str, certificate: Certificate, digits: int = 30) -> dict[str, Any]:
    """The JSON document of ``relu theorem`` for a certificate that the checker confirms, the certificate with it."""
    document = certificate.document()
    value, radius = outward(crossing_of(document), digits)
    return {
        "family": name,
        "statement": STATEMENT,
        "threshold": value,
        "radius": radius,
        "label": document["crossing"]["component"],
        "pieces": len(document["cover"]["pieces"]),
        "half_line_from": str(1 / decode(document["half_line"]["last"]) ** 2),
        "verdict": Verdict.YES.value,
        "level": Level.CERTIFIED.value,
        "reason": "",
        "certificate": document,
    }


def crossing_of(document: Mapping[str, Any]) -> arb:
    """The d at which the branch of a theorem's document becomes a minimum, as a ball."""
    part = document["crossing"]
    fixed = sum((decode(n) for n in part["sizes"] if n is not None), Fraction(0))
    with workprec(part["precision"]):
        return interval(*(to_arb(decode(part[end]) + fixed) for end in ("low", "high")))


def in_tube(document: Mapping[str, Any], d: Fraction, coordinates: Sequence[arb]) -> bool:
    """Whether a point at d lies in the tube of a theorem's cover, so that it is the one proved there."""
    cover = document["cover"]
    with workprec(WORKING):
        s = 1 / to_arb(d).sqrt()
        places = [to_arb(decode(x)) for x in cover["places"]]
        for low, high, piece in zip(places, places[1:], cover["pieces"], strict=False):
            if s >= low and s <= high:
                u = (2 * s - low - high) / (high - low)
                rows = zip(coordinates, piece["polynomials"], piece["radii"], strict=True)
                return all(interior(symmetric(arb((1, e))), z - _value(row, cover["scale"], u)) for z, row, e in rows)
    return False


def _value(terms: Sequence[int], scale: int, u: arb) -> arb:
    total = arb(0)
    for c in reversed(terms):
        total = total * u + arb((c, scale))
    return total
