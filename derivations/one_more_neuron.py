"""Which minima survive one more neuron: X, X+1 and X+2 at integer d, and growing a neuron from zero.

X+e is the family X with e free rows, grown one by one (growth.py). Each point is enclosed and every block's sign
decided. A small new neuron w changes the loss by |w| g(w/|w|), g(u) = sum_i f(w_i, u) - sum_j f(v_j, u): one direction
with g < 0 over balls shows that growth descends; a difference quotient of the dense loss is the second road. Setting:
Safran, Yehudai & Shamir 2021 and Arjevani & Field 2022 (k = d+1, d+2); the table comes out of the method.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

from derivations._show import show
from symlandscape import backends
from symlandscape.arith.conversions import mid_float
from symlandscape.arith.decimals import outward
from symlandscape.errors import InputError
from symlandscape.evidence import Claim, Level, Verdict, certified, checked
from symlandscape.export import Figure
from symlandscape.relu import CriticalPoint, family
from symlandscape.relu.from_zero import GrowthFromZero, from_zero

NAME = "one_more_neuron"
THEME = "relu"
SOURCE = "arjevani_field_2022; safran_yehudai_shamir_2021"
MEMBERS = {"quick": ("F1", "F2", "A0", "A1"), "full": ("F1", "F2", "F3", "A0", "A1", "A2")}
SIZES = {
    "quick": {0: (5, 6, 8, 10, 14), 1: (6, 8, 10, 14), 2: (10,)},
    "full": {0: tuple(range(4, 25)), 1: tuple(range(4, 25)), 2: tuple(range(4, 25))},
}
GROWN = (("F1", 6), ("F1", 20), ("F2", 9), ("A0", 8), ("A1", 8))
STEP = 1e-6  # length of the small neuron of the difference quotient
QUOTIENT_DIGITS = 4


@cache
def member(name: str, d: int, extra: int) -> CriticalPoint | None:
    """The certified point of a family with extra rows, None where it does not exist."""
    try:
        return family(name, extra=extra).at(d, digits=15)
    except InputError:
        return None


def kinds(name: str, extra: int, profile: str) -> list[tuple[int, str]]:
    """(d, what X+e is there) at the profile's integers."""
    found = []
    for d in SIZES[profile][extra]:
        point = member(name, d, extra)
        found.append((d, "absent" if point is None else point.verdict))
    return found


def latex_name(name: str, extra: int) -> str:
    """F1, 1 -> F_{1}+1."""
    return f"{name[0]}_{{{name[1:]}}}" + (f"+{extra}" if extra else "")


def table_claim(name: str, extra: int, profile: str) -> Claim:
    """What X+e is at each integer of the profile."""
    found = kinds(name, extra, profile)
    parts, verdict = [], Verdict.YES
    for word in ("minimum", "saddle"):
        sizes = [d for d, kind in found if kind == word]
        if sizes:
            parts.append(rf"\text{{a {word} at }} d = {', '.join(map(str, sizes))}")
    if any(kind == "undecided" for _, kind in found):
        verdict = Verdict.UNDECIDED
    absent = ", ".join(str(d) for d, kind in found if kind == "absent")
    indices = ", ".join(f"{d}: {p.morse_index}" for d, _ in found if (p := member(name, d, extra)) is not None)
    detail = f"d: Morse index; {indices or 'none'}" + (f"; not found at d = {absent}" if absent else "")
    together = r"\text{ and }".join(parts)
    statement = rf"{latex_name(name, extra)} \text{{ is }} {together}"
    check = certified("existence and the signs of every block", verdict, detail)
    return Claim(f"relu.neurons.{name}+{extra}", THEME, statement, SOURCE, (check,))


@cache
def grown(name: str, d: int) -> GrowthFromZero:
    """The direction in which a small neuron lowers the loss most, as far as found."""
    point = member(name, d, 0)
    if point is None:
        raise InputError(f"family {name} does not exist at d = {d}; take another d")
    return from_zero(point)


def quotient(name: str, d: int) -> float:
    """(L(W with a small neuron) - L(W))/length by the dense kernels, with the term |w|^2/4 removed."""
    point, growth = member(name, d, 0), grown(name, d)
    if point is None or growth.pattern.blocks < 1:
        raise InputError(f"family {name} does not exist at d = {d}; take another d")
    W = point.matrix()
    if growth.pattern != point.pattern:  # the lone column is the last of its block before, here brought to the end
        finer = growth.pattern
        before = point.pattern
        block = next(i for i, (m, n) in enumerate(zip(before.sizes, finer.sizes, strict=False)) if m != n)
        end = int(sum(before.sizes[: block + 1])) - 1
        order = [*(i for i in range(W.shape[1]) if i != end), end]
        W = W[:, order]
    u = np.repeat([float(x) for x in growth.direction], [int(n) for n in growth.pattern.sizes])
    u /= np.linalg.norm(u)
    change = backends.relu_loss(np.vstack([W, STEP * u])) - backends.relu_loss(W)
    return float(change / STEP - STEP / 4)


def grown_claim(name: str, d: int) -> Claim:
    """A small neuron lowers the loss."""
    growth = grown(name, d)
    value = outward(growth.value, 10)[0]
    statement = rf"{latex_name(name, 0)},\ d = {d}:\quad \text{{a neuron can be grown from zero with descent}}"
    direction = ", ".join(f"{float(x):.4f}" for x in growth.direction)
    checks = (
        certified("g is negative in one direction", growth.descends, f"g = {value} at ({direction}) by column block"),
        checked("difference quotient of the dense loss", quotient(name, d), mid_float(growth.value), QUOTIENT_DIGITS),
    )
    return Claim(f"relu.grow.{name}.{d}", THEME, statement, SOURCE, checks)


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """The table, row by row, and growth from zero."""
    for name in MEMBERS[profile]:
        for extra in SIZES[profile]:
            if any(kind != "absent" for _, kind in kinds(name, extra, profile)):
                yield table_claim(name, extra, profile)
    for name, d in GROWN:
        yield grown_claim(name, d)


def figures(profile: str = "quick") -> Iterator[Figure]:
    """The table as a map."""
    yield Figure(
        "one-more-neuron",
        "Which minima survive one more neuron?",
        "Which families with no, one or two extra neurons are minima, and at which d?",
        lambda ax: draw(ax, profile),
        Level.CERTIFIED,
    )


def draw(ax: Any, profile: str) -> None:
    """One line for each family and number of extra rows."""
    from symlandscape.relu.threshold_figures import extra_neuron_windows

    rows = {
        f"{name}+{extra}" if extra else name: kinds(name, extra, profile)
        for name in MEMBERS[profile]
        for extra in SIZES[profile]
    }
    extra_neuron_windows(ax, rows)


if __name__ == "__main__":
    show(claims())
