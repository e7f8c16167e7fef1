"""Series of A_q and F_p with the letter kept, and the square root of p that the series of F_p need.

With a letter as block size the critical equations are solved over Q(pi)(q), or Q(pi)(sqrt p); sizes put in afterwards
give the series derived at these sizes. Source: ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import mpmath

from derivations._show import show
from symlandscape.arith.balls import workprec
from symlandscape.arith.conversions import arb_to_mpf_mid
from symlandscape.arith.parameter_field import ParameterFraction
from symlandscape.arith.pi_field import PiFraction
from symlandscape.arith.power_series import Series
from symlandscape.evidence import Check, Claim, checked, proved
from symlandscape.relu import family, series
from symlandscape.relu.branch_powers import sampled
from symlandscape.relu.expansions import coordinate_series

NAME = "symbolic_series"
THEME = "relu"
SOURCE = "arjevani_field_2020_spectrum, section 3 (leading orders)"
SYMBOLIC = {"quick": (), "full": ("A[kept=q]", "F[flipped=p]")}
ROOTS = {"quick": (2,), "full": (2, 3)}  # F<p> with its square root
SIZES = {"quick": (), "full": (1, 2, 3, 4)}  # p of F<p> held against points at huge d; 4 is a square
AGREE = 30  # digits


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """The root, the sizes, the letters."""
    for p in ROOTS[profile]:
        yield Claim(
            f"relu.series.F{p}.root",
            THEME,
            rf"F_{{{p}}}:\quad a_{{1}} = \ldots + \Big(u - \tfrac{{8}}{{\pi - 2}}\sqrt{{{p}}}\Big) s^4 + O(s^5),"
            r"\ u \in \mathbb{Q}(\pi)",
            SOURCE,
            (root_part(p),),
        )
    for p in SIZES[profile]:
        yield Claim(
            f"relu.series.F{p}.sampled",
            THEME,
            rf"F_{{{p}}}:\ \text{{coordinates up to }} s^4 \text{{, exact and from points at huge }} d",
            SOURCE,
            tuple(second_road(p)),
        )
    for name in SYMBOLIC[profile]:
        yield from with_a_letter(name)


@cache
def flipped(p: int) -> list[Series]:
    """The coordinates of F<p> to order 4 and a little beyond, exact."""
    return coordinate_series(family(f"F{p}"), 4, 10)[0]


def root_part(p: int) -> Check:
    """The part of the coefficient of s^4 of a_1 that comes with sqrt p is -8/(pi - 2)."""
    found: Any = flipped(p)[4].coefficient(4)
    wanted = PiFraction.of(-8) / (PiFraction.pi() - PiFraction.of(2))
    return proved("sqrt part of the coefficient", found.radicand == p and found.b == wanted, str(found))


def second_road(p: int) -> Iterator[Check]:
    """The exact coefficients of F<p> against those of polynomials through points at d = 10^24 and more."""
    member = family(f"F{p}")
    points = sampled(member, 2, 4)
    names = [c.name for c in member.pattern(10).coordinates]
    with workprec(400):
        for name, x in zip(names, flipped(p), strict=True):
            for k in range(5):
                left = arb_to_mpf_mid(points.rows[name][k + 2])
                yield near(f"{name}, s^{k}", left, x.coefficient(k))


def near(name: str, found: Any, coefficient: Any) -> Check:
    """Agreement with a coefficient to 30 digits, absolute where it vanishes."""
    right = arb_to_mpf_mid(coefficient.ball()) if coefficient else 0
    return checked(name, mpmath.nstr(found, 50), mpmath.nstr(right, 50) if right else 0, AGREE)


def with_a_letter(name: str) -> Iterator[Claim]:
    """A formal solution for all sizes of the fixed block, and the same series at sizes 1 to 3 derived anew."""
    found = series(name, 2)
    kind, letter = name[0], name[-2]
    power = min(found.residual)
    head = rf"{kind}_{{{letter}}}"
    yield Claim(
        f"relu.series.{kind}.symbolic.formal",
        THEME,
        rf"{head}:\quad \nabla L\big(W(s)\big) = O(s^{{{power}}}) \text{{ identically in }} {letter}",
        SOURCE,
        (proved("residual with a symbol", power > found.order, f"vanishes below s^{power}"),),
    )
    terms = found.latex().splitlines()[1].split("&=")[1].rstrip("\\ ")
    checks = []
    for size in (2, 3):
        member = family(f"{kind}{size}")
        names = [c.name for c in member.pattern(10).coordinates]
        exact = flipped(size) if kind == "F" else coordinate_series(member, 4, 10)[0]
        for label, x, y in zip(names, exact, found.coordinates, strict=True):
            agree = all(y_at(y, k, size) == x.coefficient(k) for k in range(4))
            checks.append(proved(f"{label} at {letter} = {size} up to s^3", agree, "derived at this size"))
    yield Claim(
        f"relu.series.{kind}.symbolic.sizes",
        THEME,
        rf"{head}:\ \text{{coordinates with {letter} give those at {letter} = 2, 3 up to }} s^3;\ L = {terms}",
        SOURCE,
        tuple(checks),
    )


def y_at(x: Series, power: int, size: int) -> Any:
    """A coefficient of a series with a letter at a size."""
    found: Any = x.coefficient(power)
    return found.at(size) if isinstance(found, ParameterFraction) else found


if __name__ == "__main__":
    show(claims())
