"""How many cells: Cover's count for general position, Zaslavsky's by the characteristic polynomial for any position."""

from __future__ import annotations

import math
from collections.abc import Sequence

from symlandscape.arith.rationals import primitive
from symlandscape.errors import InputError

__all__ = ["characteristic_polynomial", "cover", "zaslavsky"]

Line = tuple[int, ...]
LARGEST_COVER_BITS = 13_000  # the interpreter refuses to print longer integers


def cover(samples: int, inputs: int) -> int:
    """C(N, d) = 2 sum_{i<d} binom(N-1, i): cells of N hyperplanes through 0 in general position in R^d.

    Domain: N >= 1, d >= 1. For N <= d it is 2^N. Source: cover_1965, Theorem 1.

    >>> [cover(4, 2), cover(6, 3), cover(10, 4)]
    [8, 32, 260]
    """
    for name, value in (("samples", samples), ("inputs", inputs)):
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise InputError(f"at least 1 was expected for {name} and {value!r} came; give a positive integer")
    bits = min(samples, inputs * math.log2(2 * math.e * samples / min(inputs, samples)))
    if bits > LARGEST_COVER_BITS:
        raise InputError(
            f"a count of at most {LARGEST_COVER_BITS} bits was expected and C({samples}, {inputs}) has about {bits:.3g}"
            "; its logarithm is in `regions bound`"
        )
    total, term = 0, 1
    for i in range(min(inputs, samples)):
        total += term
        term = term * (samples - 1 - i) // (i + 1)
    return 2 * total


def characteristic_polynomial(lines: Sequence[Line], inputs: int) -> tuple[int, ...]:
    """Coefficients (of t^0 .. t^d) of chi(t) of the central arrangement of the hyperplanes l . w = 0 in R^d.

    lines: different lines as primitive integer vectors. Deletion and restriction: chi(A) = chi(A') - chi(A''); exact.
    """
    memory: dict[tuple[frozenset[Line], int], tuple[int, ...]] = {}

    def chi(arrangement: tuple[Line, ...], d: int) -> tuple[int, ...]:
        if not arrangement:
            return (*(0,) * d, 1)
        if d == 2:  # n lines through 0 in the plane
            return len(arrangement) - 1, -len(arrangement), 1
        key = (frozenset(arrangement), d)
        if key not in memory:
            removed, rest = arrangement[-1], arrangement[:-1]
            without, within = chi(rest, d), chi(_restrict(rest, removed), d - 1)
            memory[key] = tuple(a - b for a, b in zip(without, (*within, 0), strict=True))
        return memory[key]

    return chi(tuple(lines), inputs)


def zaslavsky(lines: Sequence[Line], inputs: int) -> int:
    """(-1)^d chi(-1): the cells of the arrangement, in any position. Source: zaslavsky_1975, Theorem A."""
    return sum(c * (-1) ** (inputs + k) for k, c in enumerate(characteristic_polynomial(lines, inputs)))


def _restrict(lines: Sequence[Line], to: Line) -> tuple[Line, ...]:
    """The different lines of the functionals restricted to the hyperplane `to` . w = 0, one coordinate eliminated."""
    j = next(i for i, entry in enumerate(to) if entry)
    found: dict[Line, None] = {}
    for line in lines:
        image = [to[j] * line[i] - line[j] * to[i] for i in range(len(to)) if i != j]
        direction = primitive(image)
        lead = next(entry for entry in direction if entry)
        found[direction if lead > 0 else tuple(-entry for entry in direction)] = None
    return tuple(sorted(found))
