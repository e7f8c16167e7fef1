"""Kind ``relu.threshold``: an isotypic block becomes singular exactly once while one block of the pattern grows.

Statement. Blocks of fixed sizes, one moving size n (``null`` in ``sizes``), orbits of extra rows, a slope; targets are
the unit vectors. For every real n in [low, high] there is exactly one critical point z(n) in the box. The number of
inputs is d = n + the fixed sizes. On the whole interval every block but ``component`` keeps its numbers of negative
eigenvalues; those of ``component`` are the two stated ones at low and at high and differ by one, and there is exactly
one n in between at which it is singular: there one simple eigenvalue passes zero with nonzero speed, in ``direction``.
``becomes`` is what the branch turns into: a minimum (no negative eigenvalue left), a saddle (none before), or neither.

How it is verified. With N the ball of all n in question, Z the box and m its centre:
1. Krawczyk's image of Z with the gradient at (m, N) and the Hessian on (Z, N) lies inside Z: existence and uniqueness
for each n; K is that image.
2. LDL^T over (K, N) gives the inertia of every other block; LDL^T in Krawczyk's images at the two exact ends gives that
of ``component``.
3. The branch's speed z' solves J z' = -(d gradient/dn) over (K, N). Running LDL^T of ``component`` on jets along
(z', 1), the largest diagonal entry first, all pivots but the last have certain signs and the last one has a derivative
of certain sign. By Sylvester's law the last pivot alone decides the inertia, it is strictly monotone in n, and it
changes sign between the ends; so it has exactly one zero, where the kernel is one-dimensional. The determinant is the
product of this pivot and nonzero factors, so it has a simple zero, hence the eigenvalue passes zero with nonzero speed.
No null vector is needed and no eigenvalue is followed. The forms used are congruent to the Hessian's blocks by matrices
that are regular for n > 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from symlandscape.arith.balls import arb, fmpq, hull, is_finite, mid, sign, workprec
from symlandscape.arith.codec import decode
from symlandscape.check.algebra import inertia, krawczyk_image, last_pivot, solved
from symlandscape.check.jets import Jet, rate
from symlandscape.check.outcome import Rejected
from symlandscape.check.relu_critical_point import hessian_form, integer, rational, representations
from symlandscape.check.relu_student import Student, gradient

__all__ = ["KIND", "verify"]

KIND = "relu.threshold"
FIELDS = {
    "kind", "version", "sizes", "low", "high", "extra", "slope", "precision", "box",
    "component", "blocks", "direction", "becomes", "sha256",
}  # fmt: skip


class Family:
    """The statement's data: everything that does not move, the interval, and the box. Raises Rejected where they are
    malformed."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        for name in ("sizes", "extra", "box", "blocks"):
            if not isinstance(document[name], (list, tuple)):
                raise Rejected(f"{name} must be a list")
        moving = [i for i, n in enumerate(document["sizes"]) if n is None]
        if len(moving) != 1:
            raise Rejected("exactly one of the sizes must be null, the one that moves")
        self.moving = moving[0]
        self.low, self.high = rational(document["low"], "low and high"), rational(document["high"], "low and high")
        if not 2 < self.low < self.high < self.low + 1:
            raise Rejected("low and high must bound a short interval of sizes above 2")
        generic = (
            self.low if self.low.denominator != 1 else self.high
        )  # no integer: no component is missing and no class of columns empty
        if generic.denominator == 1:
            raise Rejected("low and high must not both be integers")
        self.sizes = [generic if n is None else rational(n, "sizes") for n in document["sizes"]]
        self.extra = [rational(m, "extra") for m in document["extra"]]
        self.slope = rational(document["slope"], "slope")
        if any(n != 1 and n < 2 for n in self.sizes) or any(m < 1 for m in self.extra) or self.slope == 1:
            raise Rejected("fixed sizes must be 1 or at least 2, extra rows at least 1, and the slope must not be 1")
        self.box = [decode(x) for x in document["box"]]
        if not all(isinstance(x, arb) and is_finite(x) for x in self.box):
            raise Rejected("the box must be made of finite balls")

    def student(self, n: Any, values: list[Any]) -> Student:
        return Student(self.sizes, self.extra, self.slope, values, {self.moving: n})


def verify(document: Mapping[str, Any]) -> str:
    """Re-verifies every statement of the document; returns one sentence, raises Rejected where a statement is not
    confirmed."""
    if set(document) != FIELDS:
        raise Rejected(f"the fields must be exactly {', '.join(sorted(FIELDS))}")
    if not integer(document["version"]) or document["version"] != 1:
        raise Rejected("only version 1 of this kind is known")
    bits = document["precision"]
    if not integer(bits) or not 32 <= bits <= 100_000:
        raise Rejected("precision must be an integer number of bits between 32 and 100000")
    family = Family(document)
    with workprec(bits):
        return _verified(document, family, bits)


def _verified(document: Mapping[str, Any], family: Family, bits: int) -> str:
    ends = [arb(fmpq(n.numerator, n.denominator)) for n in (family.low, family.high)]
    everywhere, centre = hull(*ends), [mid(x) for x in family.box]
    whole = family.student(everywhere, family.box)
    table = representations(whole)
    hessian = hessian_form(whole, table["t"][1], {})
    image = krawczyk_image(gradient(family.student(everywhere, centre)), hessian, family.box)
    at_ends = [(n, krawczyk_image(gradient(family.student(n, centre)), hessian, family.box)) for n in ends]

    label, stated = document["component"], document["blocks"]
    if [block["label"] for block in stated] != list(table) or not isinstance(label, str) or label not in table:
        raise Rejected(f"the blocks must be {', '.join(table)} in this order, and the component one of them")
    totals = [0, 0]
    for block in stated:
        if (
            set(block) != {"label", "negative"}
            or not isinstance(block["negative"], (list, tuple))
            or len(block["negative"]) != 2
        ):
            raise Rejected("a block must have a label and its numbers of negative eigenvalues at low and at high")
        tensors, marked = table[block["label"]][1:]
        places = at_ends if block["label"] == label else [(everywhere, image)]
        try:
            found = [inertia(hessian_form(family.student(n, list(z)), tensors, marked))[0] for n, z in places]
        except Rejected as reason:
            raise Rejected(f"block {block['label']}: {reason}") from reason
        found = [found[0], found[-1]]
        if not all(integer(x) for x in block["negative"]) or list(block["negative"]) != found:
            raise Rejected(
                f"block {block['label']} has {found[0]} negative eigenvalues at low, {found[1]} at high, not as stated"
            )
        totals = [total + x for total, x in zip(totals, found, strict=True)]
    if abs(totals[0] - totals[1]) != 1:
        raise Rejected(f"the number of negative eigenvalues of block {label} does not change by one")

    speed = solved(hessian, [-rate(g) for g in gradient(family.student(Jet(everywhere, arb(1)), list(image)))])
    along = family.student(Jet(everywhere, arb(1)), [Jet(x, v) for x, v in zip(image, speed, strict=True)])
    pivot_speed = sign(rate(last_pivot(hessian_form(along, table[label][1], table[label][2]))))
    if pivot_speed not in (-1, 1):
        raise Rejected(
            f"block {label} is not shown to be monotone on the interval, so its crossing may not be the only one"
        )
    direction = "increasing" if pivot_speed == 1 else "decreasing"
    becomes = "minimum" if totals[1] == 0 else "saddle" if totals[0] == 0 else "neither"
    if (document["direction"], document["becomes"]) != (direction, becomes):
        raise Rejected(f"direction and becomes follow from the blocks as {direction} and {becomes}")
    return f"block {label} becomes singular exactly once, {direction}, {_place(family)}; confirmed at {bits} bits"


def _place(family: Family) -> str:
    d = family.low + sum((n for i, n in enumerate(family.sizes) if i != family.moving), Fraction(0))
    zeros = len(str(int(1 / (family.high - family.low)))) - 1
    return f"in an interval shorter than 1e-{zeros} at d = {int(d)}.{int(d % 1 * 10**9):09d}.."
