"""Minimisers against formulas: which families random starts reach at d = 5..10, how often, and that each end point is a
certified, named minimum.

Descent knows nothing of symmetry; what it finds is enclosed, certified and compared with the families in loss and whole
spectrum. The shares for gradient descent are held against the published ones (1000 runs each; Safran & Shamir 2018,
table of spurious minima). Source: arXiv 1712.08968.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from derivations._show import show
from derivations.families import curve
from symlandscape import backends
from symlandscape.arith.conversions import arb_to_mpf_mid
from symlandscape.errors import InputError
from symlandscape.evidence import Check, Claim, Level, Verdict, certified, checked, estimated
from symlandscape.export import Figure
from symlandscape.relu import Discovery, discover, family
from symlandscape.relu.discovery import is_certified_minimum

NAME = "random_starts"
THEME = "relu"
SOURCE = "safran_shamir_2018, section 4; arjevani_field_2021, section 5"
SIZES = (5, 6, 7, 8, 9, 10)
PUBLISHED_RUNS = 1000
PUBLISHED = {8: {"F1": 126}, 10: {"F1": 312, "F2": 34}}  # end points of gradient descent per 1000 runs, k = d


@cache
def search(d: int, method: str, starts: int, seed: int) -> Discovery:
    """The end points of random starts with k = d neurons."""
    return discover(d, d, starts, method=method, seed=seed, threads=backends.available_threads())


def counts(found: Discovery) -> dict[str, int]:
    """Family (or isotropy in brackets) -> number of starts."""
    table: dict[str, int] = {}
    for point, count in zip(found.points, found.counts, strict=True):
        name = point.family or f"[{point.isotropy.name}]"
        table[name] = table.get(name, 0) + count
    return table


def certified_ends(found: Discovery) -> Check:
    """Whether every start converged and one end point of each kind lies at a proved local minimum.

    Kinds are told apart in floats (loss, sorted entries and lengths); the ball statement is about the representatives
    alone.
    """
    good = found.converged == found.starts and all(is_certified_minimum(p) for p in found.points)
    shares = ", ".join(f"{name} {n}" for name, n in counts(found).items())
    detail = f"{found.converged} of {found.starts} {found.method} starts converged: {shares}"
    return certified(
        f"one end point of each kind at d = {found.inputs} is a certified minimum",
        Verdict.YES if good else Verdict.UNDECIDED,
        detail,
    )


def same_losses(found: Discovery) -> Iterator[Check]:
    """The minimiser's loss against the family's enclosure, for each named point but the global minimum."""
    for point in found.points:
        if point.family is not None and point.family != "C0":
            loss = arb_to_mpf_mid(family(point.family).at(found.inputs).loss)
            reached = backends.relu_loss(point.weights)
            yield checked(
                f"{point.family} at d = {found.inputs}",
                reached,
                loss,
                12,
                "loss reached by descent, loss of the family",
            )


def saddle_never_reached(seed: int, starts: int) -> Check:
    """No start at d = 5 ends at F1, which is a saddle there; one that did would refute the statement."""
    reached = counts(search(5, "lbfgs", starts, seed)).get("F1", 0)
    return estimated("starts at d = 5 that end at F1", reached, 0, 0.0, f"among {starts}")


def f1_is_saddle_at_five() -> Check:
    """F1 at d = 5, certified."""
    point = family("F1").at(5)
    verdict = Verdict.UNDECIDED if point.verdict == "undecided" else Verdict.of(point.verdict == "saddle")
    return certified("Krawczyk and the sign of every block", verdict, f"Morse index {point.morse_index}")


def shares(found: Discovery) -> Iterator[Check]:
    """Shares of gradient descent against the published counts: z-scores of two binomial samples."""
    ours = counts(found)
    for name, published in PUBLISHED.get(found.inputs, {}).items():
        expected = published / PUBLISHED_RUNS
        error = (expected * (1 - expected) * (1 / found.starts + 1 / PUBLISHED_RUNS)) ** 0.5
        yield estimated(
            f"share of {name} at d = {found.inputs}",
            ours.get(name, 0) / found.starts,
            expected,
            error,
            f"{found.starts} runs against {PUBLISHED_RUNS} published",
        )


def starts_of(profile: str) -> int:
    """Random starts for each d."""
    return 1024 if profile == "quick" else 10_000


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """What each method reaches."""
    starts = starts_of(profile)
    for d in SIZES:
        found = search(d, "lbfgs", starts, seed)
        ends = rf"k = d = {d}:\quad \text{{each kind of end point of {starts} random starts holds a local minimum}}"
        yield Claim(f"relu.ends.{d}", THEME, ends, SOURCE, (certified_ends(found),))
        named = tuple(same_losses(found))
        if named:
            names = r",\ ".join(name.replace("[", r"\text{").replace("]", "}") for name in counts(found))
            yield Claim(
                f"relu.reached.{d}", THEME, rf"k = d = {d}:\quad \text{{random starts reach }} {names}", SOURCE, named
            )
    yield Claim("relu.F1.5", THEME, r"F_1 \text{ at } d = 5 \text{ is a saddle}", SOURCE, (f1_is_saddle_at_five(),))
    avoided = r"\text{random starts at } d = 5 \text{ do not reach } F_1"
    yield Claim("relu.saddle-avoided", THEME, avoided, SOURCE, (saddle_never_reached(seed, starts),))
    plain = {8: 256} if profile == "quick" else {8: 2048, 10: 2048}
    for d, number in plain.items():
        found = search(d, "gd", number, seed)
        statement = rf"\text{{shares of gradient descent at }} d = {d} \text{{ agree with the published ones}}"
        yield Claim(f"relu.shares.{d}", THEME, statement, SOURCE, tuple(shares(found)))


def figures(profile: str = "quick") -> Iterator[Figure]:
    """Losses of the families with the minimisers' end points, and the shares of the end points."""
    yield Figure(
        "loss-of-families",
        "Loss of the families and what random starts reach",
        "Do minimisers end on the predicted branches, and only on their minima?",
        lambda ax: draw_losses(ax, profile),
        Level.CERTIFIED,
    )
    yield Figure(
        "reached-losses",
        "Where random starts end",
        "Which minima does L-BFGS find from random starts, and how often?",
        lambda ax: draw_histogram(ax, profile),
        Level.ESTIMATED,
    )


def draw_losses(ax: Any, profile: str) -> None:
    """Curves of the families, circles for end points."""
    from symlandscape.relu.figures import loss_against_d

    found: dict[str, list[tuple[float, float]]] = {}
    for d in SIZES:
        for point in search(d, "lbfgs", starts_of(profile), 0).points:
            found.setdefault(point.family or "other", []).append((float(d), point.loss))
    names = ("C0", "F1", "F2", "F3", "A0", "A1", "A2", "A3", "A4")
    loss_against_d(ax, {name: curve(name) for name in names}, found)


def draw_histogram(ax: Any, profile: str) -> None:
    """Shares of end points for each d."""
    from symlandscape.relu.figures import loss_histogram

    table: dict[int, dict[str, tuple[float, int]]] = {}
    for d in SIZES:
        found = search(d, "lbfgs", starts_of(profile), 0)
        table[d] = {p.family or p.isotropy.name: (p.loss, n) for p, n in zip(found.points, found.counts, strict=True)}
    loss_histogram(ax, table, {d: starts_of(profile) for d in SIZES})


if __name__ == "__main__":
    try:
        show(claims())
    except InputError as error:
        raise SystemExit(str(error)) from error
