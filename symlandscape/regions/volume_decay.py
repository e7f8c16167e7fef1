"""Decay of the volume of regions that can hold sub-optimal minima, by sampling. Level ESTIMATED.

The set measured is the *necessary* one: regions whose least-squares residual misclassifies more than eps N points. All
differentiable local minima of a region share that residual, so L_eps is contained in it, strictly: the region need not
hold a minimum at all. Source: soudry_hoffer_2017, sections 3 and 4; sampling and error bars are ours.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from symlandscape import backends
from symlandscape.arith.balls import workprec
from symlandscape.arith.conversions import mid_float
from symlandscape.backends.regions import RegionVerdict, check_slope, classify_regions
from symlandscape.errors import InputError
from symlandscape.regions.bounds import paper_gamma
from symlandscape.regions.sampling import balanced_labels, gaussian_points, gaussian_weights, sizes
from symlandscape.runs import Task, run
from symlandscape.statistics import estimate, wilson_interval, z_score

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Progress = Callable[[int, int, str], None]

TASK_KIND = "regions.decay/1"
BATCH = 64
DATASETS = 16
MOST_DRAWS = 10**8
LARGEST_SLOPE = 10_000
ONE_SIGMA = 0.6826894921370859


@dataclass(frozen=True, slots=True, eq=False)
class DecayRow:
    """Draws at one number of points; arrays over draws, draw i taken with data set i mod `datasets`.

    wrong: misclassified points of the residual; ranks of A o X; verdicts: codes of `RegionVerdict`; dead: points
    without any active row (slope 0); unclear: draws too close to a bound of the float tests.
    """

    samples: int
    inputs: int
    width: int
    slope: Fraction
    eps: Fraction
    datasets: int
    wrong: Integers
    ranks: Integers
    verdicts: npt.NDArray[np.int8]
    dead: Integers
    unclear: npt.NDArray[np.bool_]

    @property
    def draws(self) -> int:
        """Number of pairs (X, W)."""
        return int(self.wrong.size)

    @property
    def necessary(self) -> npt.NDArray[np.bool_]:
        """Which draws lie in the necessary set: more than eps N points misclassified."""
        return np.asarray(self.wrong > math.floor(self.eps * self.samples))

    @property
    def volume(self) -> float:
        """Share of the draws in the necessary set: estimates E_X of its angular volume."""
        return float(self.necessary.mean())

    @property
    def shares(self) -> Array:
        """The same for each data set (datasets)."""
        return np.array([self.necessary[j :: self.datasets].mean() for j in range(self.datasets)])

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95% interval of the volume, draws counted as independent."""
        return wilson_interval(int(self.necessary.sum()), self.draws)

    @property
    def standard_error(self) -> float:
        """The larger of two: half of Wilson's 68% interval, and the scatter between data sets over sqrt(datasets)."""
        low, high = wilson_interval(int(self.necessary.sum()), self.draws, ONE_SIGMA)
        between = estimate(self.shares).standard_error if self.datasets > 1 else 0.0
        return max(0.5 * (high - low), between)

    @property
    def between(self) -> float | None:
        """Standard deviation of the volume between data sets, the scatter of the draws within them taken off."""
        if self.datasets < 2 or self.draws < 2 * self.datasets:
            return None
        groups = [self.necessary[j :: self.datasets] for j in range(self.datasets)]
        noise = float(np.mean([g.var(ddof=1) / g.size for g in groups]))
        return math.sqrt(max(0.0, float(self.shares.var(ddof=1)) - noise))

    @property
    def rank_deficient(self) -> float:
        """Share of the draws with rank(A o X) below the number of points."""
        return float((self.ranks < self.samples).mean())

    @property
    def minima(self) -> tuple[float, float]:
        """Shares of the draws in L_eps: those decided, and those with the undecided ones (dependent columns)."""
        decided = self.necessary & (self.verdicts == RegionVerdict.MINIMUM)
        left = self.necessary & (self.verdicts == RegionVerdict.UNDECIDED)
        return float(decided.mean()), float((decided | left).mean())

    @property
    def dead_points(self) -> tuple[float, float, float] | None:
        """Mean number of dead points, its expectation N 2^-d1, the z-score; None for slopes other than 0."""
        if self.slope != 0 or self.draws < 2:
            return None
        found, expected = estimate(self.dead.astype(np.float64)), self.samples / 2.0**self.width
        if found.standard_error == 0.0:  # no event or too few: the exact mean sets the error
            return found.mean, expected, z_score(found.mean, expected, math.sqrt(expected / self.draws))
        return found.mean, expected, found.z(expected)

    @property
    def log_bound(self) -> float:
        """Minus gamma N^{3/4} (d0 d1)^{1/4}: the logarithm of Theorem 6's bound, read at finite size."""
        return 0.0 - bound_exponent(self.samples, self.inputs, self.width, self.eps, self.slope)

    def document(self) -> dict[str, Any]:
        """The row of the command's JSON document."""
        low, high = self.interval
        least, most = self.minima
        row: dict[str, Any] = {
            "samples": self.samples,
            "volume": self.volume,
            "standard_error": self.standard_error,
            "interval": [low, high],
            "between_datasets": self.between,
            "rank_deficient": self.rank_deficient,
            "mean_rank": float(self.ranks.mean()),
            "minima_at_least": least,
            "minima_at_most": most,
            "unclear": int(self.unclear.sum()),
            "parameters_per_sample": self.inputs * self.width / self.samples,
            "log_bound": self.log_bound,
        }
        dead = self.dead_points
        row["dead_points"] = None if dead is None else {"mean": dead[0], "expected": dead[1], "z": dead[2]}
        return row


@dataclass(frozen=True, slots=True, eq=False)
class Decay:
    """Volumes of the necessary set for several numbers of points; level ESTIMATED."""

    rows: tuple[DecayRow, ...]
    seed: int

    def document(self) -> dict[str, Any]:
        """The command's JSON document."""
        first = self.rows[0]
        return {
            "inputs": first.inputs,
            "width": first.width,
            "slope": str(first.slope),
            "eps": str(first.eps),
            "draws": first.draws,
            "datasets": first.datasets,
            "seed": self.seed,
            "set": "necessary",
            "level": "estimated",
            "rows": [row.document() for row in self.rows],
        }

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Arrays over (rows, draws)."""
        names = ("wrong", "ranks", "verdicts", "dead", "unclear")
        found: dict[str, npt.NDArray[Any]] = {
            name: np.stack([getattr(row, name) for row in self.rows]) for name in names
        }
        return {"samples": np.array([row.samples for row in self.rows]), **found}


def bound_exponent(samples: int, inputs: int, width: int, eps: Fraction, slope: Fraction) -> float:
    """gamma N^{3/4} (d0 d1)^{1/4} of Theorem 6, "lim d0/N" read as d0/N: an asymptotic bound at a finite size."""
    with workprec(64):
        gamma = mid_float(paper_gamma(samples, inputs, eps, slope))
    return gamma * samples**0.75 * (inputs * width) ** 0.25


def decay(
    inputs: int,
    width: int,
    samples: Sequence[int],
    slope: Fraction | int = 0,
    eps: Fraction | int = 0,
    draws: int = 1000,
    seed: int = 0,
    *,
    datasets: int | None = None,
    threads: int = 1,
    device: str = "cpu",
    progress: Progress | None = None,
    store: str | os.PathLike[str] | None = None,
    executor: str | None = None,
    shard: str | None = None,
) -> Decay:
    """Sample the necessary set for each number of points: `draws` pairs (X, W), balanced labels, Gaussian points.

    slope: exact, not 1; eps in [0, 1): strictly more than eps N points are misclassified. datasets: different X among
    the draws (default 16, at most `draws`). Pair i depends on the seed, N, `datasets` and i alone, not on threads.
    One task is up to 64 pairs of one data set: `store`, `executor` and `shard` are those of `runs.run`. What is stored
    does not depend on eps. Level ESTIMATED. Raises InputError.
    """
    slope, eps = Fraction(slope), Fraction(eps)
    place = backends.resolve_device(device)
    groups = min(DATASETS, draws) if datasets is None else datasets
    _check(slope, eps, draws, groups, threads)
    if not samples:
        raise InputError("expected at least one number of samples, got none; give some, like 16,24,32")
    for number in samples:
        sizes(number, inputs, width)
    common: dict[str, Any] = {"inputs": inputs, "width": width, "slope": str(slope), "seed": seed}
    common |= {} if place == "cpu" else {"device": place}
    tasks = [Task(TASK_KIND, {**common, **batch}) for n in samples for batch in _batches(n, draws, groups)]
    found = iter(
        run(
            tasks,
            _classified,
            store=store,
            threads=threads if place == "cpu" else 1,
            executor=executor,
            shard=shard,
            progress=progress,
            label="batches",
        )
    )
    rows = []
    for n in samples:
        row = _blank(n, inputs, width, slope, eps, groups, draws)
        for batch in _batches(n, draws, groups):
            _put(row, batch, next(found))
        rows.append(row)
    return Decay(tuple(rows), seed)


def _check(slope: Fraction, eps: Fraction, draws: int, groups: int, threads: int) -> None:
    if abs(slope) > LARGEST_SLOPE:
        raise InputError(f"expected a slope up to {LARGEST_SLOPE} in size, got {slope}; 1/slope has the same volumes")
    check_slope(float(slope))
    if not 0 <= eps < 1:
        raise InputError(f"expected a share eps of misclassified points with 0 <= eps < 1, got {eps}")
    if not 1 <= draws <= MOST_DRAWS or threads < 1:
        raise InputError(
            f"expected 1 to {MOST_DRAWS} draws and at least one thread, got {draws} draws, {threads} threads"
        )
    if not 1 <= groups <= draws:
        raise InputError(f"expected between 1 and {draws} data sets, one draw for each at least, got {groups}")


def _blank(samples: int, inputs: int, width: int, slope: Fraction, eps: Fraction, groups: int, draws: int) -> DecayRow:
    wrong, ranks, dead = (np.zeros(draws, np.int64) for _ in range(3))
    verdicts, unclear = np.zeros(draws, np.int8), np.zeros(draws, np.bool_)
    return DecayRow(samples, inputs, width, slope, eps, groups, wrong, ranks, verdicts, dead, unclear)


def _batches(samples: int, draws: int, groups: int) -> Iterator[dict[str, int]]:
    """Draws first, first + step, .. (count of them) with data set `dataset`, for all data sets."""
    for dataset in range(groups):
        mine = range(dataset, draws, groups)
        for begin in range(0, len(mine), BATCH):
            part = mine[begin : begin + BATCH]
            yield {"samples": samples, "dataset": dataset, "first": part[0], "step": groups, "count": len(part)}


def _draws(batch: Mapping[str, int]) -> range:
    return range(batch["first"], batch["first"] + batch["count"] * batch["step"], batch["step"])


def _classified(task: Task) -> dict[str, npt.NDArray[Any]]:
    """The classes of one batch of pairs (X, W); a pure function of the task."""
    q = task.parameters
    X = gaussian_points(q["samples"], q["inputs"], q["seed"], q["dataset"])
    drawn = [gaussian_weights(i, 1, q["width"], q["inputs"], q["seed"], q["samples"]) for i in _draws(q)]
    y = balanced_labels(q["samples"])
    f = classify_regions(np.concatenate(drawn), X, y, float(Fraction(q["slope"])), device=q.get("device", "cpu"))
    return {"wrong": f.wrong, "ranks": f.ranks, "verdicts": f.verdicts, "dead": f.dead_points, "unclear": f.unclear}


def _put(row: DecayRow, batch: Mapping[str, int], found: Mapping[str, npt.NDArray[Any]]) -> None:
    chosen = np.array(_draws(batch))
    for name, values in found.items():
        getattr(row, name)[chosen] = values
