"""Which named family a critical point belongs to: decided by its loss and its whole spectrum, never by its isotropy
alone.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from symlandscape.arith.balls import contains, workprec
from symlandscape.arith.conversions import mid_float, to_arb
from symlandscape.errors import InputError
from symlandscape.evidence import Verdict
from symlandscape.relu.certification import certify
from symlandscape.relu.critical_point import CriticalPoint
from symlandscape.relu.families import Family, family
from symlandscape.symmetry.pattern import Pattern

__all__ = ["candidates", "name_among_orthogonal", "name_of", "same_point"]

_MOST_EXTRA = 2
SPECTRUM_TOLERANCE = 1e-12  # relative; the points compared are enclosed to many more digits


def candidates(pattern: Pattern, slope: Fraction = Fraction(0)) -> tuple[Family, ...]:
    """The families that can lie in this fixed space: C0, A0, and A(p|q), F(q|p) for all p + q = d that the blocks can
    be merged into (the counted block of integer size).
    """
    if not pattern.is_numeric or len(pattern.extra) > _MOST_EXTRA or any(m != 1 for m in pattern.extra):
        return ()
    sums: set[int | Fraction] = {0}
    for n in pattern.sizes:
        sums |= {x + n for x in sums}
    extra = len(pattern.extra)
    names = ["A0"] if extra else ["C0", "A0"]
    for size in sorted(sums - {0, pattern.d}, key=lambda m: (min(m, pattern.d - m), m)):
        if Fraction(size).denominator == 1:  # the block that a name counts
            names += [f"A{size}", f"F{size}"]
    return tuple(family(name, extra=extra, slope=slope) for name in names)


@lru_cache(maxsize=512)
def _member(member: Family, d: int | Fraction, digits: int) -> CriticalPoint | None:
    try:
        return member.at(d, digits=digits)
    except InputError:
        return None


def _spectral_measure(point: CriticalPoint) -> list[tuple[float, Fraction]]:
    """Different eigenvalues ascending with their total multiplicities (values of polynomials at real sizes)."""
    weighted = sorted((mid_float(x), Fraction(b.multiplicity)) for b in point.spectrum for x in b.eigenvalues)
    found: list[tuple[float, Fraction]] = []
    for value, multiplicity in weighted:
        if found and abs(value - found[-1][0]) <= SPECTRUM_TOLERANCE * (1 + abs(value)):
            found[-1] = (found[-1][0], found[-1][1] + multiplicity)
        else:
            found.append((value, multiplicity))
    return [(value, multiplicity) for value, multiplicity in found if multiplicity != 0]


def same_point(first: CriticalPoint, second: CriticalPoint) -> bool:
    """Whether two enclosed critical points of one problem agree in loss and in every eigenvalue with its multiplicity.

    Loss enclosures must meet; the spectra must agree to 12 digits. This is agreement of two computed objects (level
    CHECKED), not a proof.
    """
    if first.pattern.k != second.pattern.k or first.d != second.d or not first.loss.overlaps(second.loss):
        return False
    ours, theirs = _spectral_measure(first), _spectral_measure(second)
    return len(ours) == len(theirs) and all(
        m == n and abs(x - y) <= 2 * SPECTRUM_TOLERANCE * (1 + abs(x))
        for (x, m), (y, n) in zip(ours, theirs, strict=True)
    )


def name_of(point: CriticalPoint) -> str | None:
    """The family's name, or None for a point of no known family."""
    for member in candidates(point.pattern, point.slope):
        known = _member(member, point.d, point.digits)
        if known is not None and same_point(point, known):
            return member.name
    return None


def name_among_orthogonal(point: CriticalPoint) -> str | None:
    """The name of a point for orthogonal targets of lengths c: C0 where W = D, a family's where all c are equal.

    L(c W; c V) = c^2 L(W; V) with the same Hessian, so a point for equal lengths is named after it is divided by c. The
    global minimum W = D is a zero of the gradient, hence *the* critical point of the enclosure if it lies in it.
    """
    lengths = point.lengths
    if lengths is None:
        return name_of(point)
    wanted = [lengths[c.column] if c.diagonal else Fraction(0) for c in point.pattern.coordinates]
    with workprec(2 * point.precision):
        inside = all(contains(x, to_arb(w)) for x, w in zip(point.coordinates, wanted, strict=True))
    if inside and not point.pattern.extra:
        return "C0"
    if len(set(lengths)) != 1:
        return None
    scaled = [mid_float(x) / float(lengths[0]) for x in point.coordinates]
    unit = certify(point.pattern, scaled, slope=point.slope, digits=point.digits)
    return name_of(unit) if unit.existence is Verdict.YES else None
