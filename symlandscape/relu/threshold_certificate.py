"""The checkable document of one crossing: kind ``relu.threshold``, re-verified by
``symlandscape.check.relu_threshold``.

The interval of sizes is a few times wider than the enclosure of the crossing, and narrow enough for the digits that
were asked for; the box is wide enough for Krawczyk's test with the size a ball. Precision is twice that of the proof,
so that the signs at the ends of the interval are decided.
"""

from __future__ import annotations

from fractions import Fraction

from symlandscape.arith.balls import arb, interval, mid, rad, workprec
from symlandscape.arith.codec import encode
from symlandscape.arith.conversions import arb_to_fraction
from symlandscape.arith.field import arb_field
from symlandscape.evidence import Certificate
from symlandscape.relu.branch_scan import Branch
from symlandscape.relu.crossing_proof import Crossing, ball_matrix
from symlandscape.solve.krawczyk import krawczyk

__all__ = ["THRESHOLD_KIND", "threshold_certificate"]

THRESHOLD_KIND = "relu.threshold"
INFLATIONS = (2, 8, 32, 128, 512)
"""Radii of the box that are tried, as multiples of the distance that the critical point moves over the interval."""
MARGIN = 16
"""Half-width of the interval of sizes in radii of the crossing's enclosure."""


def threshold_certificate(branch: Branch, crossing: Crossing) -> Certificate | None:
    """The document for a proved crossing with all signs decided; None where no box passes Krawczyk's test over the
    interval."""
    if crossing.speed is None or any(pair is None for pair in crossing.negatives.values()):
        return None
    precision = 2 * crossing.precision + 64
    with workprec(precision):
        width = (MARGIN * rad(crossing.n) + abs(mid(crossing.n)) * arb((1, -crossing.precision + 32))).upper()
        low, high = (arb_to_fraction(mid(crossing.n)) + side * arb_to_fraction(width) for side in (-1, 1))
        box = _box(branch, crossing, interval(mid(crossing.n) - width, mid(crossing.n) + width), width, precision)
    if box is None:
        return None
    sizes = [None if i == branch.moving else encode(Fraction(n)) for i, n in enumerate(branch.generic.sizes)]
    from symlandscape.relu.crossings import becomes

    negatives = {label: pair for label, pair in crossing.negatives.items() if pair is not None}
    body = {
        "sizes": sizes,
        "low": encode(low),
        "high": encode(high),
        "extra": [encode(Fraction(m)) for m in branch.generic.extra],
        "slope": encode(branch.family.slope),
        "precision": precision,
        "box": [encode(x) for x in box],
        "component": crossing.component.label,
        "blocks": [{"label": label, "negative": list(pair)} for label, pair in negatives.items()],
        "direction": "increasing" if crossing.increasing else "decreasing",
        "becomes": becomes(negatives),
    }
    return Certificate(THRESHOLD_KIND, 1, body)


def _box(branch: Branch, crossing: Crossing, sizes: arb, width: arb, precision: int) -> tuple[arb, ...] | None:
    """A box that holds exactly one critical point for each size in the ball, by Krawczyk's test."""
    field = arb_field()
    centre = [mid(x) for x in crossing.z]
    slack = arb((1, 48 - crossing.precision))
    for factor in INFLATIONS:
        radii = [
            (factor * (abs(v) * width + rad(x) + slack * (abs(mid(x)) + slack))).upper()
            for x, v in zip(crossing.z, crossing.speed or (), strict=True)
        ]
        test = krawczyk(
            lambda z: branch.point(z, sizes, field).gradient(),
            lambda z: ball_matrix(branch.point(z, sizes, field).jacobian()),
            centre,
            radii,
            precision,
        )
        if test.proved:
            return test.box
    return None
