"""Kind ``relu.fold``: one simple quadratic fold of a branch of critical points, the size of a block an unknown.

Statement. Blocks of the sizes ``sizes``, the first ``null``: it moves; targets are the unit vectors, k = d, slope 0.
With g the gradient in the fixed space and J its Jacobian there is exactly one zero (z, u, n) of (g, J u, (u.u - 1)/2)
in the box, and it is a simple quadratic fold: near it the branch has two critical points on one side of n and none on
the other. Below n = 2 this is about the polynomial continuation in the size.

How it is verified: relu_fold.py, Krawczyk's test of the extended system with derivatives by jets.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symlandscape.arith.balls import arb, is_finite, mid, workprec
from symlandscape.arith.codec import decode
from symlandscape.check.outcome import Rejected
from symlandscape.check.relu_branch import coordinates
from symlandscape.check.relu_critical_point import integer
from symlandscape.check.relu_fold import confirmed_fold

__all__ = ["KIND", "verify"]

KIND = "relu.fold"
FIELDS = {"kind", "version", "sizes", "precision", "box", "sha256"}
MOST = 10**6


def verify(document: Mapping[str, Any]) -> str:
    """Re-verifies the fold; returns one sentence, raises Rejected where it is not confirmed."""
    if set(document) != FIELDS:
        raise Rejected(f"the fields must be exactly {', '.join(sorted(FIELDS))}")
    if not integer(document["version"]) or document["version"] != 1:
        raise Rejected("only version 1 of this kind is known")
    bits, sizes = document["precision"], document["sizes"]
    if not integer(bits) or not 32 <= bits <= 100_000:
        raise Rejected("precision must be an integer number of bits between 32 and 100000")
    if not isinstance(sizes, (list, tuple)) or not isinstance(document["box"], (list, tuple)):
        raise Rejected("sizes and box must be lists")
    if not sizes or sizes[0] is not None or not all(integer(n) and 1 <= n <= MOST for n in sizes[1:]):
        raise Rejected(f"the first size must be null, the one that moves, and the others integers from 1 to {MOST}")
    if len(sizes) > 4:
        raise Rejected("at most four blocks are supported")
    box = [decode(x) for x in document["box"]]
    if not all(isinstance(x, arb) and is_finite(x) for x in box):
        raise Rejected("the box must be made of finite balls")
    expected = 2 * len(coordinates(sizes)) + 1
    if len(box) != expected:
        raise Rejected(f"these sizes need a box of {expected} balls: coordinates, null vector and size")
    with workprec(bits):
        if not box[-1] > 1:
            raise Rejected("the moving size must be certainly above 1")
        n = confirmed_fold(list(sizes[1:]), box)
        d = mid(n) + sum(sizes[1:])
        return f"one simple fold in the box, at d = {d.str(12, radius=False)}; confirmed at {bits} bits"
