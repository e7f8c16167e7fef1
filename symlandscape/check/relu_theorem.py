"""Kind ``relu.theorem``: a branch is a local minimum for every real d above its last threshold, a saddle below.

Statement. ``crossing`` is a certificate of kind relu.threshold, ``cover`` one of kind relu.cover, ``half_line`` one of
kind relu.half-line, of one pattern and slope. They speak of one branch: there is exactly one real d* in the crossing's
interval where it is singular, for every real d > d* it is a local minimum, and from the cover's lower end up to d* a
saddle.

How it is verified. Each part by its own verifier. Cover and crossing: the crossing's interval lies inside the last
piece, and its box in that piece's tube, so the crossing's point is the cover's; the block that crosses is the same,
and the piece shows that it is singular once at most. Cover and half-line: they end at the same s, and the critical
point of one lies in the tube of the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symlandscape.arith.balls import arb, hull, interior, symmetric, workprec
from symlandscape.arith.codec import decode
from symlandscape.check import relu_cover, relu_tail, relu_threshold
from symlandscape.check.outcome import Rejected
from symlandscape.check.relu_critical_point import integer, rational
from symlandscape.check.relu_half_line import Tail
from symlandscape.check.relu_piece import ball

__all__ = ["KIND", "verify"]

KIND = "relu.theorem"
FIELDS = {"kind", "version", "crossing", "cover", "half_line", "sha256"}


def verify(document: Mapping[str, Any]) -> str:
    """Re-verifies the statement; returns one sentence, raises Rejected where it is not confirmed."""
    if set(document) != FIELDS:
        raise Rejected(f"the fields must be exactly {', '.join(sorted(FIELDS))}")
    if not integer(document["version"]) or document["version"] != 1:
        raise Rejected("only version 1 of this kind is known")
    crossing, about = document["crossing"], document["cover"]
    kinds = {"crossing": relu_threshold.KIND, "cover": relu_cover.KIND, "half_line": relu_tail.KIND}
    for name, kind in kinds.items():
        if not isinstance(document[name], Mapping) or document[name].get("kind") != kind:
            raise Rejected(f"{name} must be a certificate of kind {kind}")
    relu_threshold.verify(crossing)
    low, high = rational(crossing["low"], "low"), rational(crossing["high"], "high")
    _same_branch(document)
    if crossing["becomes"] != "minimum" or crossing["direction"] != "increasing":
        raise Rejected("the crossing must make the branch a minimum")
    if crossing["component"] != about["crossing"]:
        raise Rejected("cover and crossing must name the same block")
    cover = relu_cover.verified(about)
    end, setting = cover.pieces[-1], cover.setting
    with workprec(min(crossing["precision"], 1 << 12)):
        if not (1 / end.high**2 < low + setting.fixed and high + setting.fixed < 1 / end.low**2):
            raise Rejected("the crossing does not lie inside the last piece of the cover")
        s = 1 / (hull(ball(low), ball(high)) + setting.fixed).sqrt()
        if not relu_cover.inside(end, s, [decode(x) for x in crossing["box"]]):
            raise Rejected("the crossing's box does not lie in the tube of the cover")
    _, tail, image = relu_tail.verified(document["half_line"])
    with workprec(setting.bits):
        if tail.last != cover.pieces[0].low:
            raise Rejected("the cover must begin where the half-line ends")
        if not _joined(cover, tail, image):
            raise Rejected("cover and half-line are not linked: their tubes may hold different points")
    d = low + setting.fixed
    return (
        f"a local minimum for every real d above the crossing at d = {int(d)}.{int(d % 1 * 10**9):09d}.., where block "
        f"{cover.crossing} is singular; {len(cover.pieces)} linked pieces, then a half-line"
    )


def _same_branch(document: Mapping[str, Any]) -> None:
    sizes = [None if n is None else rational(n, "sizes") for n in document["crossing"]["sizes"]]
    slope = rational(document["crossing"]["slope"], "slope")
    lengths = document["crossing"].get("lengths")
    if document["crossing"]["extra"] or (lengths is not None and any(rational(x, "lengths") != 1 for x in lengths)):
        raise Rejected("the crossing must have no extra rows and unit targets")
    for name in ("cover", "half_line"):
        part = document[name]
        if list(part["sizes"]) != sizes or rational(part["slope"], "slope") != slope:
            raise Rejected("the parts must have the same sizes and the same slope")


def _joined(cover: relu_cover.Cover, tail: Tail, image: list[arb]) -> bool:
    s = ball(tail.last)
    ours = relu_cover.point_at(cover, 0, s)
    if all(interior(symmetric(r), tail.offset(s, i, z)) for i, (z, r) in enumerate(zip(ours, tail.radii, strict=True))):
        return True
    theirs = [tail.point(s, i, y) for i, y in enumerate(image)]
    return relu_cover.inside(cover.pieces[0], s, theirs)
