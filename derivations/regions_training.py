"""Where training ends: with how many parameters per sample is the error zero, and is the end a differentiable minimum?

The paper's experiments again, d0 = d1 = d, Gaussian points, balanced labels -1 and 1, 30 repeats, and 8 x 8 digits
drawn from a font in place of a downloaded data set. Descent is L-BFGS in rounds with an exact least squares step of the
region; an end point without such a step lies on walls, where some w_i.x_n vanishes: the least subgradient tells how
stationary it is there. At small sizes each end point inside a region is held against the exact classification of that
region. Source: arXiv 1702.05777, section 5.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np

from derivations._sampled import below, none_of, share_above
from derivations._show import show
from symlandscape import backends
from symlandscape.errors import InputError
from symlandscape.evidence import Check, Claim, Level, estimated
from symlandscape.export import Figure
from symlandscape.regions import (
    Ends,
    Visits,
    balanced_labels,
    class_of_weights,
    count_visits,
    gaussian_points,
    gaussian_weights,
    least_subgradient,
    rounded_points,
    supports,
    train_from,
    train_networks,
)

NAME = "regions_training"
THEME = "regions"
SOURCE = "soudry_hoffer_2017, section 5"
OWN = "derived here, from soudry_hoffer_2017, section 5"
RATIOS = (0.5, 0.8, 1.0, 1.1, 1.25, 1.4, 1.6, 2.0)
"""Parameters d^2 of the first layer per sample."""
LEAKY, RELU = Fraction(1, 10), Fraction(0)
RUNS = {
    "quick": {(6, LEAKY): 30, (10, LEAKY): 10, (6, RELU): 30},
    "full": {(d, slope): 30 for slope in (LEAKY, RELU) for d in (6, 10, 14)},
}
"""(d, slope) -> repeats at each ratio."""
GLYPHS = {"quick": (128, (1, 2, 3, 4), 10), "full": (256, (1, 2, 3, 4, 5, 6, 7, 8), 30)}
"""Samples, widths (64 inputs), repeats."""
SMALL = {"quick": 60, "full": 1000}
"""Repeats at each of SIZES, labels 0 and 1."""
SIZES = ((6, 2, 2), (6, 3, 2), (8, 2, 3))
"""N, d0, d1."""
VISITS = {"quick": (4, 8), "full": (4, 8, 16)}
STEPS = 4000
FEW = 12
"""End points on walls whose least subgradient is computed, for each cell of the experiment."""


@cache
def trained(d: int, slope: Fraction, repeats: int, seed: int) -> tuple[Ends, ...]:
    """End points for each ratio."""
    threads = backends.available_threads()
    return tuple(train_networks(d, d, round(d * d / r), float(slope), repeats, seed, threads=threads) for r in RATIOS)


@cache
def glyphs(profile: str, seed: int) -> tuple[Ends, ...]:
    """End points on digits for each width."""
    samples, widths, repeats = GLYPHS[profile]
    threads = backends.available_threads()
    return tuple(
        train_networks(64, width, samples, 0.1, repeats, seed, data="glyphs", rounds=8, threads=threads)
        for width in widths
    )


@cache
def small(samples: int, inputs: int, width: int, slope: Fraction, repeats: int, seed: int) -> Ends:
    """End points at sizes that can be classified exactly: points of three decimals, labels 0 and 1."""
    y = balanced_labels(samples)
    X = np.stack([rounded_points(gaussian_points(samples, inputs, seed, r), y)[1] for r in range(repeats)])
    W = gaussian_weights(0, repeats, width, inputs, seed, samples) / math.sqrt(inputs)
    z = gaussian_weights(0, repeats, 1, width, seed, samples + 1)[:, 0] / math.sqrt(width)
    return train_from(W, z, X, np.tile(y, (repeats, 1)), float(slope), threads=backends.available_threads())


@cache
def path(d: int, seed: int) -> Visits:
    """Gradient descent at N = d^2."""
    X, y = gaussian_points(d * d, d, seed, 0), 2.0 * balanced_labels(d * d) - 1.0
    W = gaussian_weights(0, 1, d, d, seed, d * d)[0] / math.sqrt(d)
    z = gaussian_weights(0, 1, 1, d, seed, d * d + 1)[0, 0] / math.sqrt(d)
    return count_visits(W, z, X, y, 0.1, STEPS, 0.05)


def against_exact(ends: Ends, slope: Fraction) -> tuple[int, int, int]:
    """End points that are differentiable minima in floats: how many, in a region without one, with another |e|^2."""
    chosen = np.flatnonzero(ends.minima)
    without = other = 0
    for q in chosen:
        points, _ = rounded_points(ends.X[q], ends.y[q])
        region = class_of_weights(points, ends.W[q], slope)
        square = float(sum((e * e for e in region.residual), Fraction(0))) / ends.samples
        without += region.kind == "none"
        other += abs(square - ends.errors[q]) > 1e-9
    return int(chosen.size), without, other


def between(ends: Sequence[Ends], low: float, high: float) -> list[Ends]:
    """Those with parameters per sample between two bounds."""
    return [end for end in ends if low <= end.ratio <= high]


def most(name: str, chosen: Sequence[Ends], what: str, share: float) -> Check:
    """Whether more than a share of the runs have a property of `Ends`."""
    count = sum(int(getattr(end, what).sum()) for end in chosen)
    return share_above(name, count, sum(end.errors.size for end in chosen), share)


def drop(ends: Sequence[Ends]) -> Check:
    """The mean squared error at the largest ratio against a tenth of that at ratio 1/2."""
    first, last = ends[0].mean_error, ends[-1].mean_error
    error = math.hypot(0.1 * first.standard_error, last.standard_error)
    label = f"{last.mean:.3g} at ratio {ends[-1].ratio:.2f}, {first.mean:.3g} at {ends[0].ratio:.2f}:"
    return below("mean squared error", [(label, last.mean, 0.1 * first.mean, error)])


def half(ends: Sequence[Ends], what: str = "minima") -> float:
    """The ratio at which half of the runs have a property, linear between the ratios tried; nan if never."""
    shares = [float(getattr(end, what).mean()) for end in ends]
    for left, right, p, q in zip(ends, ends[1:], shares, shares[1:], strict=False):
        if p < 0.5 <= q:
            return left.ratio + (0.5 - p) / (q - p) * (right.ratio - left.ratio)
    return math.nan


def stationarity(ends: Sequence[Ends]) -> Check:
    """Least subgradient over the gradient at end points on walls: the median against 1/5."""
    ratios = []
    for end in ends:
        for q in np.flatnonzero(end.on_walls)[:FEW]:
            least, _ = least_subgradient(end.W[q], end.z[q], end.X[q], end.y[q], end.slope)
            ratios.append(least / end.gradient_norms[q])
    median = float(np.median(ratios)) if ratios else math.nan
    small = int(np.count_nonzero(np.array(ratios) < 0.2))
    return share_above(f"below 1/5 (median {median:.3f})", small, len(ratios), 0.5)


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """What trained networks say."""
    for (d, slope), repeats in RUNS[profile].items():
        yield from gaussian_claims(d, slope, repeats, seed)
    yield from glyph_claims(profile, seed)
    yield from exact_claims(profile, seed)
    yield from support_claims(profile, seed)
    yield from visit_claims(profile, seed)


def gaussian_claims(d: int, slope: Fraction, repeats: int, seed: int) -> Iterator[Claim]:
    """Error and kind of the end points against parameters per sample."""
    ends = trained(d, slope, repeats, seed)
    tag = f"{'relu' if slope == 0 else 'leaky'}.d{d}"
    where = rf"d_0 = d_1 = {d},\ \rho = {slope},\ \text{{Gaussian points, {repeats} repeats: "
    if slope != 0:
        text = (
            where + rf"the mean squared training error at }} d^2/N = {RATIOS[-1]:g} \text{{ is below a tenth of that "
        )
        text += rf"at }} d^2/N = {RATIOS[0]:g}"
        yield Claim(f"regions.training.drop.{tag}", THEME, text, SOURCE, (drop(ends),))
    few, many = between(ends, 0.0, 1.0), between(ends, 1.55, 9.0)
    text = where + r"no run with } d^2/N \le 1 \text{ ends at an exact fit}"
    bad = sum(int(end.fits.sum()) for end in few)
    check = none_of("runs", bad, sum(end.errors.size for end in few), "exact fits")
    yield Claim(f"regions.training.no-fit.{tag}", THEME, text, SOURCE, (check,))
    text = where + r"more than two thirds of the runs with } d^2/N \le 1 \text{ end on a wall, within } 10^{-6}"
    check = most("on walls", few, "on_walls", 2 / 3)
    yield Claim(f"regions.training.walls.{tag}", THEME, text, OWN, (check,))
    text = where + (
        r"more than two thirds of the runs with } d^2/N \ge 1.6 \text{ end at a differentiable minimum inside its "
        r"region}"
    )
    remark = f"half of the runs from d^2/N = {half(ends):.2f} on"
    check = most(f"minima; {remark}", many, "minima", 2 / 3)
    yield Claim(f"regions.training.minima.{tag}", THEME, text, SOURCE, (check,))
    text = where + r"end points on walls with } d^2/N \le 1: \text{ the least subgradient is mostly below a fifth of "
    text += r"the gradient}"
    yield Claim(f"regions.training.subgradient.{tag}", THEME, text, OWN, (stationarity(few),))


def glyph_claims(profile: str, seed: int) -> Iterator[Claim]:
    """Digits."""
    ends = glyphs(profile, seed)
    where = rf"\text{{8x8 digits from a font, even against odd, }} N = {ends[0].samples},\ \rho = 1/10: \text{{ "
    few, many = between(ends, 0.0, 1.0), between(ends, 1.4, 9.0)
    text = where + r"no run with } d_0 d_1/N \le 1 \text{ ends at an exact fit}"
    bad = sum(int(end.fits.sum()) for end in few)
    check = none_of("runs", bad, sum(end.errors.size for end in few), "exact fits")
    yield Claim("regions.training.glyphs.no-fit", THEME, text, SOURCE, (check,))
    text = where + r"more than half of the runs with } d_0 d_1/N \ge 1.5 \text{ end at a differentiable minimum}"
    yield Claim("regions.training.glyphs.minima", THEME, text, SOURCE, (most("minima", many, "minima", 0.5),))
    text = where + r"more than half of the runs with } d_0 d_1/N \le 1 \text{ end on a wall}"
    yield Claim("regions.training.glyphs.walls", THEME, text, OWN, (most("on walls", few, "on_walls", 0.5),))


def exact_claims(profile: str, seed: int) -> Iterator[Claim]:
    """End points against the exact classification."""
    repeats = SMALL[profile]
    for slope in (RELU, LEAKY):
        none, other = [], []
        for sizes in SIZES:
            total, without, different = against_exact(small(*sizes, slope, repeats, seed), slope)
            name = f"(N, d0, d1) = {sizes}"
            none.append(none_of(name, without, total, "end points in a region without minimum"))
            other.append(none_of(name, different, total, "other mean squared error"))
        tag = "relu" if slope == 0 else "leaky"
        where = rf"\rho = {slope},\ (N, d_0, d_1) \in \{{(6,2,2), (6,3,2), (8,2,3)\}}: \text{{ "
        text = where + r"no end point found to be a differentiable minimum lies in a region that exactly holds none}"
        yield Claim(f"regions.training.exact.{tag}", THEME, text, OWN, tuple(none))
        text = where + r"end points found to be differentiable minima have the exact } |e|^2 \text{ of their region}"
        yield Claim(f"regions.training.exact-error.{tag}", THEME, text, OWN, tuple(other))


def support_claims(profile: str, seed: int) -> Iterator[Claim]:
    """The support inequality at minima that are no fits."""
    found = []
    for (d, slope), repeats in RUNS[profile].items():
        found += [part for end in trained(d, slope, repeats, seed) for part in supports(end)]
    for slope in (RELU, LEAKY):
        for sizes in SIZES:
            found += supports(small(*sizes, slope, SMALL[profile], seed))
    bad = sum(part.slack < 0 for part in found)
    tight = sum(part.slack == 0 for part in found)
    check = none_of(
        "minima", bad, len(found), f"violations; equality at {tight}, least |S| {min(p.size for p in found)}"
    )
    text = (
        r"\text{every end point that is a differentiable minimum and no exact fit, Gaussian points: } "
        r"d_0 \operatorname{rank}(A_S) \le |S| - 1,\ S = \operatorname{supp} e"
    )
    yield Claim("regions.training.support", THEME, text, OWN, (check,))


def visit_claims(profile: str, seed: int) -> Iterator[Claim]:
    """Regions on the way."""
    sizes = VISITS[profile]
    counts = [path(d, seed).distinct for d in sizes]
    few = int(any(left >= right for left, right in zip(counts, counts[1:], strict=False)))
    shown = ", ".join(f"d = {d}: {n}" for d, n in zip(sizes, counts, strict=True))
    text = (
        rf"d_0 = d_1 = d,\ N = d^2,\ d = {', '.join(map(str, sizes))}: \text{{ one run of {STEPS} steps of gradient "
        r"descent each visits more different regions at larger } d"
    )
    check = estimated("counts that do not grow", few, 0, 0.0, shown)
    yield Claim("regions.training.visits", THEME, text, OWN, (check,))


def figures(profile: str = "quick") -> Iterator[Figure]:
    """Errors against parameters per sample, distances to walls, regions on the way."""
    yield Figure(
        "regions-training-error",
        "Final training error against parameters per sample",
        "Does the error vanish when there are as many parameters as samples?",
        lambda ax: draw_errors(ax, profile),
        Level.ESTIMATED,
    )
    yield Figure(
        "regions-wall-distance",
        "Distance of end points to the nearest wall",
        "Does training end at differentiable minima?",
        lambda ax: draw_distances(ax, profile),
        Level.ESTIMATED,
    )
    yield Figure(
        "regions-visited",
        "Different regions that gradient descent visits",
        "How many regions does a run pass through?",
        lambda ax: draw_visits(ax, profile),
        Level.ESTIMATED,
    )


def series(profile: str) -> dict[str, Sequence[Ends]]:
    """All experiments by name."""
    named: dict[str, Sequence[Ends]] = {
        f"d = {d}, slope {slope}": trained(d, slope, repeats, 0) for (d, slope), repeats in RUNS[profile].items()
    }
    named["8x8 digits, slope 1/10"] = glyphs(profile, 0)
    return named


def draw_errors(ax: Any, profile: str) -> None:
    """Mean squared error and misclassified share."""
    from symlandscape.regions.sample_figures import training_error

    training_error(ax, series(profile))


def draw_distances(ax: Any, profile: str) -> None:
    """Every end point."""
    from symlandscape.regions.sample_figures import wall_distance

    wall_distance(ax, series(profile))


def draw_visits(ax: Any, profile: str) -> None:
    """Discovered regions along the path."""
    from symlandscape.regions.sample_figures import regions_on_the_way

    regions_on_the_way(ax, {f"d = {d}, N = {d * d}": path(d, 0) for d in VISITS[profile]})


if __name__ == "__main__":
    try:
        show(claims())
    except InputError as error:
        raise SystemExit(str(error)) from error
