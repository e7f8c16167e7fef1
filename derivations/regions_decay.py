"""Decay of the volume of sub-optimal regions with the size of the data, by sampling, against exact classifications.

What is sampled is the necessary set: regions whose least-squares residual misclassifies more than eps N points. It
contains L_eps, the regions with a differentiable minimum of that kind, strictly: exact classification of the draws
says by how much. The asymptotic bound of Theorem 6 is read at finite size, d0/N for its limit; that a sampled volume
lies below it proves nothing about the limit. Sources: arXiv 1702.05777, Theorem 6, and derivations/regions_theory.py.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from derivations._sampled import below, none_of
from derivations._show import show
from symlandscape import backends
from symlandscape.errors import InputError
from symlandscape.evidence import Check, Claim, Level, estimated, proved
from symlandscape.export import Figure
from symlandscape.regions import (
    DecayRow,
    balanced_labels,
    class_of_weights,
    decay,
    excluded,
    gaussian_points,
    gaussian_weights,
    generic_rank,
    pattern_of,
    rounded_points,
)
from symlandscape.statistics import Exponent, estimate, fit_exponent

NAME = "regions_decay"
THEME = "regions"
SOURCE = "soudry_hoffer_2017, Theorem 6"
OWN = "derived here, from soudry_hoffer_2017, sections 3 and 4"
EPS = Fraction(1, 10)
SLOPES = (Fraction(0), Fraction(1, 10))
SQUARES = {
    "quick": {3: 2000, 4: 3000, 5: 3000, 6: 5000},
    "full": {3: 20_000, 4: 20_000, 5: 20_000, 6: 60_000, 7: 200_000},
}
"""d = d0 = d1 with N = d^2, and the number of draws."""
WIDTHS = {"quick": ((24, 4), (6, 7, 8, 10, 12), 5000), "full": ((24, 4), (6, 7, 8, 10, 12), 40_000)}
"""(N, d0), widths from N/d0 on, draws."""
SEEN = 3
"""The first widths, at which the necessary set is large enough to be met by this many draws."""
LARGE = {"quick": 300, "full": 4000}
"""Draws at d0 = d1 = 12, N = 115."""
EXACT = {"quick": {3: 500, 4: 300}, "full": {3: 4000, 4: 4000, 5: 1600}}
"""d = d0 = d1, N = d^2: draws that are classified exactly where they lie in the necessary set."""
DEAD = {2: 40, 3: 40, 4: 40}
"""Width and number of points."""
GROUPS = 8


@cache
def squares(slope: Fraction, profile: str, seed: int) -> tuple[DecayRow, ...]:
    """Rows d0 = d1 = d, N = d^2."""
    made = [
        decay(d, d, [d * d], slope, EPS, draws, seed, datasets=32, threads=backends.available_threads())
        for d, draws in SQUARES[profile].items()
    ]
    return tuple(found.rows[0] for found in made)


@cache
def by_width(slope: Fraction, profile: str, seed: int) -> tuple[DecayRow, ...]:
    """Rows of growing width at fixed N and d0."""
    (samples, inputs), widths, draws = WIDTHS[profile]
    threads = backends.available_threads()
    made = [decay(inputs, width, [samples], slope, EPS, draws, seed, datasets=32, threads=threads) for width in widths]
    return tuple(found.rows[0] for found in made)


@dataclass(frozen=True, slots=True, eq=False)
class ExactDraws:
    """Draws of which those in the necessary set are classified exactly, over GROUPS data sets.

    draws, necessary, holding (a minimum with more than eps N wrong), mismatches between floats and exact numbers,
    shares (GROUPS) of `holding` among the draws, and for one region without any minimum whether its obstructions hold.
    """

    d: int
    draws: int
    necessary: int
    holding: int
    mismatches: int
    necessary_shares: npt.NDArray[np.float64]
    holding_shares: npt.NDArray[np.float64]
    empty: bool | None


@cache
def exact_draws(d: int, slope: Fraction, draws: int, seed: int) -> ExactDraws:
    """Float classification of the draws, exact classification of those in the necessary set."""
    each = draws // GROUPS
    counts = np.zeros((GROUPS, 2))
    mismatches, empty = 0, None
    for j in range(GROUPS):
        y = balanced_labels(d * d)
        points, X = rounded_points(gaussian_points(d * d, d, seed, j), y)
        W = gaussian_weights(j * each, each, d, d, seed, d)
        found = backends.classify_regions(W, X, y, float(slope))
        for q in np.flatnonzero(found.wrong > math.floor(EPS * d * d)):
            region = class_of_weights(points, W[q], slope)
            square = float(sum((e * e for e in region.residual), Fraction(0)))
            decided = found.verdicts[q] != backends.RegionVerdict.UNDECIDED
            same = (region.wrong, region.rank) == (found.wrong[q], found.ranks[q])
            same = same and abs(square - found.squares[q]) < 1e-9
            same = same and (not decided or (region.kind != "none") == (found.verdicts[q] == 1))
            mismatches += not same
            counts[j] += (1, region.kind != "none")
            more = region.wrong > math.floor(EPS * d * d)
            if empty is None and more and region.kind == "none":
                told = class_of_weights(points, W[q], slope, explain=True)
                empty = excluded(points, pattern_of(points, W[q]), slope, told.obstructions)
    total = counts.sum(axis=0)
    shares = counts / each
    return ExactDraws(
        d, each * GROUPS, int(total[0]), int(total[1]), mismatches, shares[:, 0].copy(), shares[:, 1].copy(), empty
    )


def falls(rows: Sequence[DecayRow], what: str = "volume") -> Check:
    """Each row's volume (or share of rank-deficient draws) against the one before."""
    parts = []
    for before, after in pairwise(rows):
        left, right = getattr(before, what), getattr(after, what)
        if what == "volume":
            error = math.hypot(before.standard_error, after.standard_error)
        else:
            error = math.sqrt(sum((p * (1 - p) + 1 / r.draws) / r.draws for p, r in ((left, before), (right, after))))
        parts.append((f"(N, d0, d1) = ({after.samples}, {after.inputs}, {after.width}):", right, left, error))
    return below("each after the one before", parts)


def below_bound(rows: Sequence[DecayRow]) -> Check:
    """Each volume against exp(-gamma N^{3/4} (d0 d1)^{1/4})."""
    parts = [(f"N = {row.samples}:", row.volume, math.exp(row.log_bound), row.standard_error) for row in rows]
    return below("each volume", parts)


def growth(rows: Sequence[DecayRow]) -> Exponent:
    """The power a in -log V ~ (N^{3/4} (d0 d1)^{1/4})^a; rows without a draw in the set are left out."""
    seen = [row for row in rows if 0.0 < row.volume < 1.0]
    x = [row.samples**0.75 * (row.inputs * row.width) ** 0.25 for row in seen]
    return fit_exponent(x, [-math.log(r.volume) for r in seen], [r.standard_error / r.volume for r in seen])


def more_than_linear(rows: Sequence[DecayRow]) -> Check:
    """The fitted power against 1, the power of the bound."""
    fit = growth(rows)
    label = f"reduced chi^2 {fit.chi2 or 0.0:.2f}, power {fit.exponent:.3f} +- {fit.error:.3f}:"
    return below("fitted power", [(label, 1.0, fit.exponent, fit.error)])


def ranks(d: int, slope: Fraction, draws: int, seed: int) -> Check:
    """Float rank of A o X for Gaussian points against the generic rank of the pattern."""
    samples = d * d
    X = gaussian_points(samples, d, seed, 0)
    W = gaussian_weights(0, draws, d, d, seed, samples)
    found = backends.classify_regions(W, X, balanced_labels(samples), float(slope))
    p, q = slope.numerator, slope.denominator
    bad = 0
    for at in range(draws):
        A = np.where(W[at] @ X.T > 0.0, q, p).tolist()
        bad += generic_rank(A, d) != int(found.ranks[at])
    return none_of(f"slope {slope}", bad, draws, "other rank than the generic one")


def dead(width: int, samples: int, draws: int, seed: int) -> Check:
    """Mean number of dead points against N 2^-d1."""
    row = decay(3, width, [samples], 0, 0, draws, seed).rows[0]
    found = estimate(row.dead.astype(np.float64))
    expected = samples / 2.0**width
    return estimated(f"d1 = {width}", found.mean, expected, found.standard_error, f"N = {samples}, {draws} draws")


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """What draws say."""
    sizes = list(SQUARES[profile])
    family = rf"d_0 = d_1 = d,\ N = d^2,\ d = {sizes[0]}, \ldots, {sizes[-1]},\ \epsilon = 1/10"
    for slope in SLOPES:
        tag, where = _tag(slope), rf"\rho = {slope}:\ {family}: \text{{ "
        rows = squares(slope, profile, seed)
        text = where + r"the mean volume of the necessary set (least-squares residual with MCE } > \epsilon)"
        yield Claim(f"regions.decay.falls.{tag}", THEME, text + r"\text{ falls}", OWN, (falls(rows),))
        bound = r"e^{-\gamma_\epsilon N^{3/4} (d_0 d_1)^{1/4}},\ \lim d_0/N \to d_0/N"
        text = where + rf"from }} d = {sizes[1]} \text{{ on, the mean volume of the necessary set is below }} {bound}"
        yield Claim(f"regions.decay.bound.{tag}", THEME, text, SOURCE, (below_bound(rows[1:]),))
        text = where + (
            r"fitted over these sizes, minus the logarithm of the mean volume of the necessary set grows by a power "
            r"above 1 of } N^{3/4} (d_0 d_1)^{1/4}"
        )
        yield Claim(f"regions.decay.power.{tag}", THEME, text, SOURCE, (more_than_linear(rows),))
        yield from width_claims(slope, profile, seed)
    yield from large_claims(profile, seed)
    text = (
        r"N = 9,\ d_0 = d_1 = 3: \text{ the rank of } A \circ X \text{ in the draws is the generic one, } "
        r"\min_S (d_0 \operatorname{rank} A_S + N - |S|)"
    )
    checks = tuple(ranks(3, slope, 300, seed) for slope in SLOPES)
    yield Claim("regions.decay.generic-rank", THEME, text, OWN, checks)
    text = r"\rho = 0,\ d_0 = 3,\ N = 40,\ d_1 = 2, 3, 4: \text{ on average } N 2^{-d_1} \text{ points are dead}"
    checks = tuple(dead(width, samples, 2000, seed) for width, samples in DEAD.items())
    yield Claim("regions.decay.dead-points", THEME, text, OWN, checks)
    yield from exact_claims(profile, seed)


def width_claims(slope: Fraction, profile: str, seed: int) -> Iterator[Claim]:
    """Growing width."""
    (samples, inputs), widths, _ = WIDTHS[profile]
    rows = by_width(slope, profile, seed)
    where = rf"\rho = {slope}:\ N = {samples},\ d_0 = {inputs},\ d_1 = "
    shown = ", ".join(map(str, widths[:SEEN]))
    text = where + rf"{shown},\ \epsilon = 1/10: \text{{ the mean volume of the necessary set falls with the width}}"
    yield Claim(f"regions.decay.width.{_tag(slope)}", THEME, text, OWN, (falls(rows[:SEEN]),))
    shown = ", ".join(map(str, widths))
    text = where + rf"{shown}: \text{{ the share of draws with }} \operatorname{{rank}}(A \circ X) < N \text{{ falls}}"
    check = falls(rows, "rank_deficient")
    yield Claim(f"regions.decay.width-rank.{_tag(slope)}", THEME, text, OWN, (check,))


def large_claims(profile: str, seed: int) -> Iterator[Claim]:
    """Beyond any enumeration."""
    for slope in SLOPES:
        threads = backends.available_threads()
        row = decay(12, 12, [115], slope, EPS, LARGE[profile], seed, threads=threads).rows[0]
        text = (
            rf"\rho = {slope}:\ d_0 = d_1 = 12,\ N = 115,\ \epsilon = 1/10: \text{{ the mean volume of the necessary "
            r"set is below } 1/50"
        )
        remark = f"{int(row.necessary.sum())} of {row.draws} draws, rank-deficient {row.rank_deficient:.3g}"
        check = below("volume", [(remark + ":", row.volume, 0.02, row.standard_error)])
        yield Claim(f"regions.decay.large.{_tag(slope)}", THEME, text, OWN, (check,))


def exact_claims(profile: str, seed: int) -> Iterator[Claim]:
    """Floats against the exact classification, and how strict the inclusion is."""
    for slope in SLOPES:
        found = [exact_draws(d, slope, draws, seed) for d, draws in EXACT[profile].items()]
        where = rf"\rho = {slope},\ d_0 = d_1 = d,\ N = d^2,\ d \in \{{{', '.join(str(f.d) for f in found)}\}}"
        text = (
            rf"{where}: \text{{ rank, MCE, }} |e|^2 \text{{ and verdicts in floats are the exact ones, for all draws "
            r"in the necessary set}"
        )
        checks = tuple(none_of(f"d = {f.d}", f.mismatches, f.necessary, "mismatches") for f in found)
        yield Claim(f"regions.decay.floats.{_tag(slope)}", THEME, text, OWN, checks)
        text = rf"{where}: \text{{ for data drawn, some region of the necessary set holds no differentiable minimum}}"
        empty = None if any(f.empty is None for f in found) else all(f.empty for f in found)
        check = proved("one region for each d", empty, "obstructions to every pattern of signs")
        yield Claim(f"regions.decay.strict.{_tag(slope)}", THEME, text, OWN, (check,))
        text = rf"{where},\ \epsilon = 1/10: \text{{ the mean of }} V(L_\epsilon) \text{{ is below half of that "
        text += r"of the necessary set}"
        yield Claim(f"regions.decay.share.{_tag(slope)}", THEME, text, OWN, (half_of(found),))


def half_of(found: Sequence[ExactDraws]) -> Check:
    """The mean over data sets of V(L_eps) minus half of the necessary volume, which must be negative."""
    parts = []
    for f in found:
        excess = estimate(f.holding_shares - f.necessary_shares / 2.0)
        label = f"d = {f.d}: {f.holding} of {f.necessary} necessary draws hold a minimum, {f.draws} draws:"
        parts.append((label, excess.mean, 0.0, excess.standard_error))
    return below("V(L_eps) minus half of the necessary volume", parts)


def _tag(slope: Fraction) -> str:
    return "relu" if slope == 0 else "leaky"


def figures(profile: str = "quick") -> Iterator[Figure]:
    """Decay with N, and with the width."""
    yield Figure(
        "regions-decay",
        "Volume of regions that can hold sub-optimal minima",
        "How fast does it fall with the number of points, and how much of it holds a minimum?",
        lambda ax: draw_decay(ax, profile),
        Level.ESTIMATED,
    )
    yield Figure(
        "regions-decay-width",
        "Rank deficiency and the necessary set against width",
        "What does more width than N/d0 buy?",
        lambda ax: draw_widths(ax, profile),
        Level.ESTIMATED,
    )


def draw_decay(ax: Any, profile: str) -> None:
    """Volumes against N, the bound, and the exact part."""
    from symlandscape.regions.sample_figures import decay_with_samples

    rows = {f"slope {slope}": squares(slope, profile, 0) for slope in SLOPES}
    exact = {}
    for slope in SLOPES:
        found = [exact_draws(d, slope, draws, 0) for d, draws in EXACT[profile].items()]
        exact[f"slope {slope}"] = [(f.d * f.d, estimate(f.holding_shares)) for f in found]
    decay_with_samples(ax, rows, exact)


def draw_widths(ax: Any, profile: str) -> None:
    """Volumes and rank-deficient shares against width."""
    from symlandscape.regions.sample_figures import decay_with_width

    decay_with_width(ax, {f"slope {slope}": by_width(slope, profile, 0) for slope in SLOPES})


if __name__ == "__main__":
    try:
        show(claims())
    except InputError as error:
        raise SystemExit(str(error)) from error
