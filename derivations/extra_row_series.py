"""Series of families with one extra row, k = d + 1, in the power of d that each has.

The exponent is not assumed: it is read from ratios along the branch at huge d, then powers are matched in it. That no
logarithm of d enters is tested by computing the coefficients from two scales of d. Source: ours.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import mpmath

from derivations._show import show
from derivations.series import comparisons, expansion
from symlandscape.arith.conversions import arb_to_mpf_mid
from symlandscape.evidence import Check, Claim, Level, checked
from symlandscape.export import Figure
from symlandscape.relu import Expansion, family
from symlandscape.relu.branch_powers import ascended, sampled

NAME = "extra_row_series"
THEME = "relu"
SOURCE = "arjevani_field_2021, section 5 (the families)"
EXTRA = {"quick": (("F1", 3),), "full": (("A0", 4), ("F1", 3), ("F2", 2), ("A1", 4), ("A2", 8))}
AGREE = 30  # digits


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """k = d + 1: the power of d, no logarithm in the computed terms, the loss and the asymptotics of everything."""
    for base, order in EXTRA[profile]:
        name = f"{base}+1"
        found = expansion(name, order)
        head, m = rf"{base[0]}_{{{base[1:]}}}{{+}}1", found.denominator
        assert found.powers is not None
        yield Claim(
            f"relu.series.{name}.power",
            THEME,
            rf"{head}:\ \text{{local exponents of }} d \text{{ at }} 10^{{27}} \ldots 10^{{30}} "
            rf"\text{{ are multiples of }} 1/{m} \text{{ to 6 digits}}",
            SOURCE,
            tuple(
                checked(f"exponent of {x.name} - ({x.limit})", mpmath.mpf(x.measured[1]), x.power, 6)
                for x in found.powers.exponents
            ),
        )
        points = sampled(family(base, extra=1), m, order)
        yield Claim(
            f"relu.series.{name}.no-logarithm",
            THEME,
            rf"{head}:\ \text{{coefficients up to }} d^{{-{order}/{m}}} "
            r"\text{ from two scales of } d \text{ agree: no } \log d \text{ among these terms}",
            SOURCE,
            (checked("digits of agreement, at least 30", min(points.digits, AGREE), AGREE, AGREE),),
        )
        terms = found.latex().splitlines()[1].split("&=")[1].rstrip("\\ ")
        yield Claim(
            f"relu.series.{name}",
            THEME,
            rf"L({head}) = {terms},\quad s = d^{{-1/{m}}}",
            SOURCE,
            tuple(comparisons(name, order)) if m == 2 else (two_roads(found),),
        )


def two_roads(found: Expansion) -> Check:
    """Matching of powers over reals against points at huge d; near those of A<q>+1 lie others, which are enclosed
    instead.
    """
    agreed = AGREE if found.digits is None else min(found.digits, AGREE)
    return checked("digits to which two roads to the coefficients agree, at least 30", agreed, AGREE, AGREE)


def figures(profile: str = "quick") -> Iterator[Figure]:
    """The exponents against d."""
    yield Figure(
        "series-exponents",
        "Local exponents of d along families with one extra row",
        "In which power of d does a family at k = d + 1 expand?",
        draw_exponents,
        Level.ESTIMATED,
    )


def draw_exponents(ax: Any) -> None:
    """Local exponents of the column entry r[0,0] of the extra row against d."""
    for base in ("A0", "F1", "A1", "A2"):
        points = ascended(family(base, extra=1))
        place = [c.name for c in points[-1].pattern.coordinates].index("r[0,0]")
        sizes = [float(p.d) for p in points]
        rows = [float(arb_to_mpf_mid(abs(p.coordinates[place]))) for p in points]
        exponents = [math.log(rows[i + 1] / rows[i]) / math.log(sizes[i + 1] / sizes[i]) for i in range(len(rows) - 1)]
        ax.semilogx(sizes[1:], exponents, label=f"{base}+1")
    for level in (-1, -0.75, -1.75):
        ax.axhline(level, color="0.8", linewidth=0.8, zorder=0)
    ax.set_xlabel("d")
    ax.set_ylabel("local exponent of the extra row's entries")
    ax.legend()


if __name__ == "__main__":
    show(claims())
