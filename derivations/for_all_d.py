"""Theorems for all d: A0, F1 (quick), A1, A2, F2 (full) are local minima for every real d above their last thresholds.

Joined from a proved crossing, a linked cover of the finite range by balls, and Laurent models in s = d^(-1/2) for the
rest of the half-line (symlandscape.relu.for_all).
Source: the papers state minimality for families at integer d and asymptotically (Arjevani & Field 2021, section 5); the
statement for every real d is ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache

from derivations._show import show
from symlandscape.arith.decimals import outward
from symlandscape.evidence import Check, Claim, Verdict, certified
from symlandscape.relu import family
from symlandscape.relu.for_all import MinimumForAll, minimum_for_all

NAME = "for_all_d"
THEME = "relu"
SOURCE = "arjevani_field_2021, section 5 (integer d)"
CASES = {
    "quick": (("A0", 5, 100, 5), ("F1", 5, 100, 6)),
    "full": (("A0", 5, 100, 5), ("F1", 5, 100, 6), ("A1", 5, 225, 6), ("A2", 6, 400, 6), ("F2", 7, 400, 6)),
}
PROBES = (Fraction(21, 2), Fraction(333, 10), Fraction(1234, 10), Fraction(10**5) + Fraction(1, 3))


@cache
def theorem(name: str, low: int, first: int, order: int) -> MinimumForAll:
    """The joined proof, made once."""
    return minimum_for_all(family(name), low, first, order)


def probes(name: str) -> Check:
    """Points of the family at real d all over the half-line, each certified on its own by another road: all must be
    minima.
    """
    verdicts = [family(name).at(d).verdict for d in PROBES]
    answer = Verdict.UNDECIDED if "undecided" in verdicts else Verdict.of(all(v == "minimum" for v in verdicts))
    return certified("single points on the half-line", answer, "d = " + ", ".join(str(d) for d in PROBES))


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """One theorem for each family."""
    for name, low, first, order in CASES[profile]:
        found = theorem(name, low, first, order)
        threshold, radius = outward(found.threshold, 20)
        statement = rf"{name[0]}_{{{name[1:]}}} \text{{ is a local minimum for every real }} d > {threshold}\ldots"
        detail = (
            f"threshold to {radius}, {found.pieces} linked pieces up to d = {first + 1}, Laurent models beyond {first}"
        )
        proof = certified("crossing, cover and half-line joined", found.verdict, found.reason or detail)
        yield Claim(f"relu.for-all.{name}", THEME, statement, SOURCE, (proof,))
        sampled = rf"{name[0]}_{{{name[1:]}}} \text{{ is a local minimum at single real }} d"
        yield Claim(f"relu.for-all.{name}.points", THEME, sampled, SOURCE, (probes(name),))


if __name__ == "__main__":
    show(claims())
