"""Figures of mean counts at finite N: functions of matplotlib axes, drawing nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from symlandscape.arith.balls import arb, workprec
from symlandscape.arith.conversions import mid_float
from symlandscape.spinglass.models import as_mixture
from symlandscape.spinglass.theta import theta

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from symlandscape.spinglass.counts import MeanCount

__all__ = ["counts_against_spins", "counts_below_energy"]


def counts_against_spins(ax: Axes, p: int, counts: Mapping[int, Sequence[MeanCount]], upto: int = 2) -> None:
    """Mean counts of index 0 .. `upto` and of all together against N; dashed: the slope of the complexity.

    counts: N -> the counts of all indices of the pure p-spin model.
    """
    model, sizes = as_mixture(p), sorted(counts)
    lines: list[tuple[str, list[int], list[float], int | None]] = []
    for k in range(upto + 1):
        here = [n for n in sizes if n > k]
        lines.append((f"index {k}", here, [_log(counts[n][k].value) for n in here], 0))
    lines.append(("all", sizes, [_log(_total(counts[n])) for n in sizes], None))
    for number, (label, here, logs, index) in enumerate(lines):
        ax.plot(here, np.exp(logs), marker="o", markersize=4, color=f"C{number}", label=label)
        with workprec(64):
            slope = mid_float(theta(model, Fraction(0), index))
        span = np.array([here[0], here[-1]])
        ax.plot(span, np.exp(logs[-1] + slope * (span - span[1])), linestyle="--", linewidth=1, color=f"C{number}")
    ax.plot([], [], linestyle="--", linewidth=1, color="0.5", label=r"slope $\Theta$")
    ax.set_yscale("log")
    ax.set_xlabel("spins N")
    ax.set_ylabel("mean number of critical points")
    ax.legend()


def counts_below_energy(ax: Axes, p: int, counts: Mapping[int, Sequence[MeanCount]]) -> None:
    """(1/N) log of the mean number of critical points with H <= N u against u, and the complexity Theta_p(u).

    counts: N -> counts below ascending energies, of the pure p-spin model.
    """
    model, energies = as_mixture(p), set()
    for number, (n, row) in enumerate(sorted(counts.items())):
        kept = [c for c in row if c.below is not None and c.value > 0]
        xs = [float(c.below) for c in kept if c.below is not None]
        ax.plot(xs, [_log(c.value) / n for c in kept], color=f"C{number}", linewidth=1.3, label=f"N = {n}")
        energies |= {c.below for c in kept if c.below is not None}
    grid = sorted(energies)
    with workprec(64):
        limit = [mid_float(theta(model, u)) for u in grid]
    ax.plot([float(u) for u in grid], limit, color="0.3", linestyle="--", linewidth=1.5, label=r"$\Theta_p(u)$")
    ax.axhline(0, color="0.5", linewidth=0.8)
    ax.set_xlabel("energy per spin u")
    ax.set_ylabel("(1/N) log mean number below u")
    ax.legend(loc="lower right")


def _log(value: arb) -> float:
    with workprec(64):
        return mid_float(value.log())


def _total(row: Sequence[MeanCount]) -> arb:
    with workprec(64):
        return sum((c.value for c in row), arb(0))
