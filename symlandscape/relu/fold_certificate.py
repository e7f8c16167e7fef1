"""The checkable document of one proved fold: kind ``relu.fold``, re-verified by ``symlandscape.check.relu_one_fold``.

The moving block is written first, coordinates in that order; the null vector u is that of the derivatives with respect
to the coordinates, of Euclidean length 1. The box is much wider than the proof's enclosure and narrow enough for
Krawczyk's test.
"""

from __future__ import annotations

import math

from symlandscape.arith.balls import arb, mid, workprec
from symlandscape.arith.codec import encode
from symlandscape.arith.conversions import float_to_arb, mid_float, to_arb
from symlandscape.evidence import Certificate, Level
from symlandscape.relu.branch_path import Line
from symlandscape.relu.fold_proof import Fold
from symlandscape.symmetry.pattern import Pattern

__all__ = ["FOLD_KIND", "certify_fold"]

FOLD_KIND = "relu.fold"
PRECISION = 128
RADIUS = -30  # of the box, as a power of two


def certify_fold(line: Line, fold: Fold) -> Certificate | None:
    """The document of a certified fold on a line of slope 0 without extra rows; None for any other."""
    old = line.generic
    if fold.level is not Level.CERTIFIED or line.slope != 0 or old.extra or old.blocks > 4:
        return None
    order = [line.moving, *(i for i in range(old.blocks) if i != line.moving)]
    sizes = [old.sizes[i] for i in order]
    place = {(c.row, c.column, c.diagonal): i for i, c in enumerate(old.coordinates)}
    moved = [place[order[c.row], order[c.column], c.diagonal] for c in Pattern(tuple(sizes)).coordinates]
    n = mid_float(fold.d) - float(line.fixed)
    row_sizes = [n if i == line.moving else float(m) for i, m in enumerate(old.sizes)]
    counts = [row_sizes[c.row] * (1 if c.diagonal else row_sizes[c.column] - (c.row == c.column))
              for c in old.coordinates]  # fmt: skip
    null = [mid_float(v) / math.sqrt(count) for v, count in zip(fold.direction, counts, strict=True)]
    length = math.sqrt(sum(x * x for x in null))
    with workprec(PRECISION):
        centre = [mid(fold.coordinates[i]) for i in moved] + [float_to_arb(null[i] / length) for i in moved]
        centre.append(mid(fold.d - to_arb(line.fixed)))
        box = [x + arb(0, arb((1, RADIUS))) for x in centre]
        body = {
            "sizes": [None, *(int(m) for m in sizes[1:])],
            "precision": PRECISION,
            "box": [encode(x) for x in box],
        }
    return Certificate(FOLD_KIND, 1, body)
