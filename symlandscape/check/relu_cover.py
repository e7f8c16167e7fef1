"""Kind ``relu.cover``: one branch of critical points over a whole interval of d, and the signs of all its blocks there.

Statement. Blocks of whole sizes, one moving size n (``null`` in ``sizes``), no extra rows, a slope, targets the unit
vectors, k = d = n + the other sizes, s = d^(-1/2). ``places`` s_0 < .. < s_m bound the pieces; ``pieces`` give
polynomials (whole numbers in units of 2^scale, in u from -1 to 1 over the piece) and the radii 2^e of a tube around
them. For every s in [s_0, s_m] there is exactly one critical point in the tube of its piece, at the inner places the
two tubes hold the same one, and the Hessian there is positive definite on every isotypic component - but for
``crossing`` (a label, or null) on the last piece: there all pivots of that block but one are positive, and that one is
strictly falling in s (rising in d), so the block is singular at most once, positive definite before and with one
negative eigenvalue behind.

How it is verified: relu_piece.py, piece by piece, with Taylor models.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from symlandscape.arith.balls import arb, interior, symmetric, workprec
from symlandscape.check.outcome import Rejected
from symlandscape.check.relu_branch import coordinates
from symlandscape.check.relu_critical_point import integer, rational
from symlandscape.check.relu_piece import Piece, ball, confirmed, monotone_speed, positive
from symlandscape.check.relu_plans import block, labels

__all__ = ["KIND", "Cover", "Setting", "setting", "verified", "verify", "whole_numbers"]

KIND = "relu.cover"
FIELDS = {"kind", "version", "sizes", "slope", "precision", "scale", "places", "pieces", "crossing", "sha256"}
MOST_PIECES = 1000
MOST_TERMS = 16
LONGEST = 600  # bits of a coefficient, and bound of an exponent


@dataclass(frozen=True, slots=True)
class Setting:
    """The pattern (``None`` for the moving size), the slope, and the precision."""

    sizes: tuple[int | None, ...]
    slope: Fraction
    bits: int

    @property
    def fixed(self) -> int:
        """d - n."""
        return sum(m for m in self.sizes if m is not None)


@dataclass(frozen=True, slots=True)
class Cover:
    """A verified cover: the pieces by ascending s, and the boxes around their polynomials that hold the critical
    points."""

    setting: Setting
    pieces: tuple[Piece, ...]
    images: tuple[tuple[arb, ...], ...]
    crossing: str | None


def whole_numbers(values: Any, name: str, limit: int = LONGEST) -> list[int]:
    """A list of integers of bounded length; raises Rejected for anything else."""
    if not isinstance(values, (list, tuple)) or not all(integer(x) and abs(x).bit_length() <= limit for x in values):
        raise Rejected(f"{name} must be a list of whole numbers")
    return list(values)


def setting(document: Mapping[str, Any], fields: set[str]) -> Setting:
    """Sizes, slope and precision of a document with exactly these fields; raises Rejected where they are malformed."""
    if set(document) != fields:
        raise Rejected(f"the fields must be exactly {', '.join(sorted(fields))}")
    if not integer(document["version"]) or document["version"] != 1:
        raise Rejected("only version 1 of this kind is known")
    sizes, bits = document["sizes"], document["precision"]
    if not isinstance(sizes, (list, tuple)) or not 1 <= len(sizes) <= 4 or sum(n is None for n in sizes) != 1:
        raise Rejected("sizes must be a list of one to four, exactly one of them null, the one that moves")
    if any(n is not None and not (integer(n) and 1 <= n <= 10**6) for n in sizes):
        raise Rejected("the fixed sizes must be whole numbers from 1 on")
    slope = rational(document["slope"], "slope")
    if slope == 1 or max(slope.numerator.bit_length(), slope.denominator.bit_length()) > LONGEST:
        raise Rejected("the slope must be a short rational and not 1")
    if not integer(bits) or not 64 <= bits <= 4096:
        raise Rejected("precision must be a whole number of bits between 64 and 4096")
    return Setting(tuple(sizes), slope, bits)


def verify(document: Mapping[str, Any]) -> str:
    """Re-verifies the statement; returns one sentence, raises Rejected where it is not confirmed."""
    cover = verified(document)
    low, high = (float_text(1 / x**2) for x in (cover.pieces[-1].high, cover.pieces[0].low))
    signs = "all blocks positive" if cover.crossing is None else f"all blocks positive but {cover.crossing} at the end"
    return (
        f"{len(cover.pieces)} linked pieces from d = {low} to {high}, {signs}; confirmed at {cover.setting.bits} bits"
    )


def float_text(x: Fraction) -> str:
    """A rational cut off after four decimals."""
    return f"{x.numerator * 10**4 // x.denominator / 10**4:.4f}"


def verified(document: Mapping[str, Any]) -> Cover:
    """The cover, every piece and link confirmed."""
    about = setting(document, FIELDS)
    places, pieces = document["places"], document["pieces"]
    if not isinstance(places, (list, tuple)) or not isinstance(pieces, (list, tuple)):
        raise Rejected("places and pieces must be lists")
    if not 1 <= len(pieces) <= MOST_PIECES or len(places) != len(pieces) + 1:
        raise Rejected(f"there must be 1 to {MOST_PIECES} pieces, and one place more")
    s = [rational(x, "places") for x in places]
    if s[0] <= 0 or any(a >= b for a, b in pairwise(s)) or 1 / s[-1] ** 2 - about.fixed <= 2:
        raise Rejected("the places must ascend from above 0, and the moving size must stay above 2")
    if any(max(x.numerator.bit_length(), x.denominator.bit_length()) > LONGEST for x in s):
        raise Rejected("the places must be short rationals")
    crossing, scale = document["crossing"], document["scale"]
    if not integer(scale) or abs(scale) > LONGEST or not (crossing is None or isinstance(crossing, str)):
        raise Rejected("scale must be a whole number and crossing a label or null")
    with workprec(about.bits):
        read = [_piece(piece, low, high, scale, about) for piece, (low, high) in zip(pieces, pairwise(s), strict=True)]
        images = []
        for k, piece in enumerate(read):
            try:
                images.append(_confirm(piece, about, crossing if k == len(read) - 1 else None))
            except Rejected as reason:
                raise Rejected(f"piece {k + 1}: {reason}") from reason
        cover = Cover(about, tuple(read), tuple(images), crossing)
        for k in range(len(read) - 1):
            if not _linked(cover, k):
                raise Rejected(f"pieces {k + 1} and {k + 2} are not linked: their tubes may hold different points")
    return cover


def _piece(document: Any, low: Fraction, high: Fraction, scale: int, about: Setting) -> Piece:
    if not isinstance(document, Mapping) or set(document) != {"polynomials", "radii"}:
        raise Rejected("a piece must have polynomials and radii")
    number = len(coordinates(about.sizes))
    rows, radii = document["polynomials"], whole_numbers(document["radii"], "radii", 11)
    if not isinstance(rows, (list, tuple)) or len(rows) != number or len(radii) != number:
        raise Rejected(f"a piece must have {number} polynomials and radii")
    polynomials = []
    for row in rows:
        terms = whole_numbers(row, "polynomials")
        if not 1 <= len(terms) <= MOST_TERMS:
            raise Rejected(f"a polynomial must have 1 to {MOST_TERMS} coefficients")
        polynomials.append(tuple(arb((c, scale)) for c in terms))
    return Piece(low, high, tuple(polynomials), tuple(arb((1, e)) for e in radii))


def _confirm(piece: Piece, about: Setting, crossing: str | None) -> tuple[arb, ...]:
    """The image of a piece, all its blocks confirmed."""
    branch, J, image = confirmed(piece, about.sizes, about.slope)
    table = labels(branch)
    if crossing is not None and crossing not in table:
        raise Rejected(f"the crossing must be in one of {', '.join(table)}")
    for label in table:
        if label == crossing:
            if monotone_speed(piece, about.sizes, about.slope, J, label) != -1:
                raise Rejected(f"block {label} does not rise with d where it crosses")
        elif not positive(block(branch, label)):
            raise Rejected(f"block {label} is not shown to be positive definite")
    return tuple(image)


def inside(piece: Piece, s: arb, point: Sequence[arb]) -> bool:
    """Whether a point at s lies in the tube of a piece."""
    return all(interior(symmetric(r), z - c) for z, c, r in zip(point, piece.centre(s), piece.radii, strict=True))


def point_at(cover: Cover, k: int, s: arb) -> list[arb]:
    """A box that holds the critical point of piece k at s."""
    return [c + y for c, y in zip(cover.pieces[k].centre(s), cover.images[k], strict=True)]


def _linked(cover: Cover, k: int) -> bool:
    s = ball(cover.pieces[k].high)
    return inside(cover.pieces[k], s, point_at(cover, k + 1, s)) or inside(
        cover.pieces[k + 1], s, point_at(cover, k, s)
    )
