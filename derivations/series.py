"""Series of the families in s = d^(-1/2), or in the power of d that a family with an extra row has: derived by matching
powers, confirmed against enclosures at huge d.

Two statements are kept apart. That the series solve the critical equations as formal series is an identity over Q(pi)
(PROVED: the residual vanishes below the stated power); with a letter as block size it is one over Q(pi)(q). That the
branch itself has these asymptotics is compared with certified points at two huge d: the error must fall with the power
of s that is left out (CHECKED). Source: Arjevani & Field 2008.01805 (leading orders); higher orders are ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import mpmath

from derivations._show import show
from symlandscape.arith.balls import workprec
from symlandscape.arith.conversions import arb_to_mpf_mid
from symlandscape.arith.power_series import Series
from symlandscape.evidence import Check, Claim, Level, checked, proved, strongest
from symlandscape.export import Figure, Formula
from symlandscape.relu import CriticalPoint, Expansion, family, series
from symlandscape.relu.branch_powers import ascended
from symlandscape.relu.huge_sizes import certified_at

NAME = "series"
THEME = "relu"
SOURCE = "arjevani_field_2020_spectrum, section 3"
NAMES = {"quick": (("A0", 6), ("F1", 4)), "full": (("A0", 10), ("F1", 6), ("A1", 6), ("A2", 4), ("F2", 4))}
TESTED = {2: (8, 10)}  # powers of ten of the two d, for series in d^(-1/2)
DIGITS = 60


@cache
def expansion(name: str, order: int) -> Expansion:
    """The family's series, derived once; ``A1+1`` has an extra row."""
    base, _, extra = name.partition("+")
    return series(base, order, extra=int(extra or 0))


@cache
def enclosed(name: str, power: int) -> CriticalPoint:
    """The family's certified point at d = 10^power."""
    base, _, extra = name.partition("+")
    if extra:
        member = family(base, extra=int(extra))
        return certified_at(member, ascended(member), 10**power, DIGITS)
    return family(base).at(10**power, digits=DIGITS)


def value(x: Series, power: int, last: int, denominator: int = 2) -> Any:
    """The sum of a series up to s^last at s = 10^(-power/denominator), to 60 digits."""
    total = mpmath.mpf(0)
    with workprec(500), mpmath.workprec(500):
        for k in range(min(x.start, last), last + 1):
            total += arb_to_mpf_mid(x.coefficient(k).ball()) * mpmath.mpf(10) ** (-power * k // denominator)
    return total


def observed_power(x: Series, exact: list[Any], last: int, denominator: int = 2) -> Any:
    """The power of s at which the truncated series fails, from its errors at two d."""
    low, high = TESTED[denominator]
    with mpmath.workprec(500):
        errors = [abs(value(x, power, last, denominator) - y) for power, y in zip((low, high), exact, strict=True)]
        return mpmath.log10(errors[0] / errors[1]) * denominator / (high - low)


def expected_power(x: Series, last: int) -> int | None:
    """The power of the first term left out, None where no later term is known."""
    k = last + 1
    while x.order is None or k < x.order:
        if x.coefficient(k):
            return k
        k += 1
        if k > last + 4:
            return None
    return None


def comparisons(name: str, order: int) -> Iterator[Check]:
    """The observed power of the error of loss, coordinates and eigenvalues against the first term that is left out."""
    found = expansion(name, order)
    low, high = TESTED[found.denominator]
    points = [enclosed(name, power) for power in (low, high)]
    rows: list[tuple[str, Series, list[Any]]] = [("loss", found.loss, [arb_to_mpf_mid(p.loss) for p in points])]
    for i, coordinate in enumerate(found.names):
        rows.append((coordinate, found.coordinates[i], [arb_to_mpf_mid(p.coordinates[i]) for p in points]))
    for block in points[0].blocks:
        for i, x in enumerate(found.spectrum[block.label]):
            values = [
                arb_to_mpf_mid(next(b for b in p.blocks if b.label == block.label).eigenvalues[i]) for p in points
            ]
            rows.append((f"{block.label}[{i}]", x, values))
    for label, x, exact in rows:
        last = min(order, (x.order or order + 1) - 2)
        wanted = expected_power(x, last)
        if wanted is not None:
            power = observed_power(x, exact, last, found.denominator)
            yield checked(
                f"{label}: power of the error after s^{last}",
                mpmath.nstr(power, 8),
                wanted,
                2,
                f"from d = 10^{low} and 10^{high}",
            )


def formal(name: str, order: int) -> Check:
    """The critical equations hold identically up to a power of s beyond the order."""
    residual = expansion(name, order).residual
    return proved(
        "residual of the critical equations over Q(pi)", min(residual) > order, f"vanishes below s^{min(residual)}"
    )


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """Formal solution and asymptotics for each family."""
    for name, order in NAMES[profile]:
        head = f"{name[0]}_{{{name[1:]}}}"
        power = min(expansion(name, order).residual)
        yield Claim(
            f"relu.series.{name}.formal",
            THEME,
            rf"{head}:\quad \nabla L\big(W(s)\big) = O(s^{{{power}}}) \text{{ as formal series}}",
            SOURCE,
            (formal(name, order),),
        )
        loss = expansion(name, order).latex().splitlines()[1].split("&=")[1].rstrip("\\ ")
        yield Claim(
            f"relu.series.{name}",
            THEME,
            rf"L({head}) = {loss},\quad s = d^{{-1/2}}",
            SOURCE,
            tuple(comparisons(name, order)),
        )


def formulas() -> Iterator[Formula]:
    """All series of the quick profile; the level is that of the comparison at huge d."""
    for name, order in NAMES["quick"]:
        level = strongest(check.level for check in comparisons(name, order))
        yield Formula(
            f"series-{name}",
            f"Series of ${name[0]}_{{{name[1:]}}}$ in $s = d^{{-1/2}}$",
            expansion(name, order).latex(),
            SOURCE,
            level,
        )


def figures(profile: str = "quick") -> Iterator[Figure]:
    """Convergence of the loss series."""
    yield Figure(
        "series-convergence",
        "Error of the loss series of A0 and F1",
        "From which d on is a few terms' worth of the series enough?",
        draw,
        Level.CHECKED,
    )


def draw(ax: Any) -> None:
    """Relative error of the truncated loss series against d, for increasing orders."""
    from symlandscape.relu.figures import series_error

    curves = {}
    for name, order in NAMES["quick"]:
        found = expansion(name, order)
        sizes = [6, 8, 10, 14, 20, 30, 50, 80, 130, 200, 400, 1000, 3000, 10_000]
        exact = [arb_to_mpf_mid(family(name).at(d, digits=30).loss) for d in sizes]
        for last in range(max(order - 3, found.loss.start), order + 1):
            errors = []
            for d, loss in zip(sizes, exact, strict=True):
                s = mpmath.mpf(d) ** -0.5
                total = sum(
                    arb_to_mpf_mid(found.loss.coefficient(k).ball()) * s**k
                    for k in range(min(found.loss.start, last), last + 1)
                )
                errors.append(float(abs(total / loss - 1)))
            curves[name, last] = (sizes, errors)
    series_error(ax, curves)


if __name__ == "__main__":
    show(claims())
