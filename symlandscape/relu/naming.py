"""Which named family a critical point belongs to: decided by its loss and its whole spectrum, never by its isotropy
alone.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import numpy as np

from symlandscape.arith.conversions import mid_float
from symlandscape.errors import InputError
from symlandscape.relu.critical_point import CriticalPoint
from symlandscape.relu.families import Family, family
from symlandscape.symmetry.pattern import Pattern

__all__ = ["candidates", "name_of", "same_point"]

_MOST_EXTRA = 2
SPECTRUM_TOLERANCE = 1e-12  # relative; the points compared are enclosed to many more digits


def candidates(pattern: Pattern, slope: Fraction = Fraction(0)) -> tuple[Family, ...]:
    """The families that can lie in this fixed space: C0, A0, and A(p|q), F(q|p) for all p + q = d that the blocks can
    be merged into.
    """
    if not pattern.is_integer or len(pattern.extra) > _MOST_EXTRA or any(m != 1 for m in pattern.extra):
        return ()
    sums = {0}
    for n in pattern.sizes:
        sums |= {x + n for x in sums}
    extra = len(pattern.extra)
    names = ["A0"] if extra else ["C0", "A0"]
    for size in sorted(sums - {0, pattern.d}, key=lambda m: (min(m, pattern.d - m), m)):
        names += [f"A{size}", f"F{size}"]
    return tuple(family(name, extra=extra, slope=slope) for name in names)


@lru_cache(maxsize=512)
def _member(member: Family, d: int, digits: int) -> CriticalPoint | None:
    try:
        return member.at(d, digits=digits)
    except InputError:
        return None


def _eigenvalues(point: CriticalPoint) -> np.ndarray:
    """All eigenvalues with their multiplicities, ascending; integer sizes."""
    repeated = [np.repeat([mid_float(x) for x in b.eigenvalues], int(b.multiplicity)) for b in point.blocks]
    return np.sort(np.concatenate(repeated))


def same_point(first: CriticalPoint, second: CriticalPoint) -> bool:
    """Whether two enclosed critical points of one problem agree in loss and in every eigenvalue with its multiplicity.

    Loss enclosures must meet; the spectra must agree to 12 digits. This is agreement of two computed objects (level
    CHECKED), not a proof.
    """
    if first.pattern.k != second.pattern.k or first.d != second.d or not first.loss.overlaps(second.loss):
        return False
    ours, theirs = _eigenvalues(first), _eigenvalues(second)
    return bool(np.allclose(ours, theirs, rtol=SPECTRUM_TOLERANCE, atol=SPECTRUM_TOLERANCE))


def name_of(point: CriticalPoint) -> str | None:
    """The family's name, or None for a point of no known family."""
    for member in candidates(point.pattern, point.slope):
        known = _member(member, int(point.d), point.digits)
        if known is not None and same_point(point, known):
            return member.name
    return None
