"""Figures of samples: where descents end, how that moves with N, what enumerations count. Functions of axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from symlandscape.spinglass.descent import Descent, Trajectory
from symlandscape.spinglass.enumeration import Enumeration
from symlandscape.statistics import Exponent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["ascent_path", "count_by_index", "drift_with_spins", "final_energy_histogram"]


def final_energy_histogram(ax: Axes, runs: Sequence[Descent], e_inf: float, e_0: float) -> None:
    """Densities of the final energies for growing N, with -E_0 and -E_inf marked."""
    low = min(float(run.energies.min()) for run in runs)
    high = max(float(run.energies.max()) for run in runs)
    for number, run in enumerate(runs):
        values = run.energies.ravel()
        width = 0.45 * float(values.std(ddof=1)) if values.size > 1 else 0.02
        bins = np.arange(values.min() - width, values.max() + 2 * width, width).tolist()
        color = f"C{number}"
        ax.hist(values, bins=bins, density=True, histtype="stepfilled", color=color, alpha=0.18, linewidth=0)
        label = f"N = {run.spins} ({values.size} runs)"
        ax.hist(values, bins=bins, density=True, histtype="step", color=color, linewidth=1.5, label=label)
    ax.axvline(-e_0, color="0.5", linewidth=1.2, linestyle="--", label=f"$-E_0$ = {-e_0:.4f}")
    ax.axvline(-e_inf, color="0.5", linewidth=1.2, linestyle=":", label=f"$-E_\\infty$ = {-e_inf:.4f}")
    ax.set_xlim(min(low, -e_0) - 0.02, min(high, -e_inf + 0.6) + 0.02)
    ax.set_xlabel("final energy per spin H/N")
    ax.set_ylabel("density")
    ax.legend(loc="upper right")


def drift_with_spins(ax: Axes, runs: Sequence[Descent], e_inf: float, gap: Exponent, spread: Exponent) -> None:
    """Mean gap to -E_inf and standard deviation of the final energies against N, with fitted powers."""
    spins = np.array([run.spins for run in runs], dtype=float)
    means = [run.mean for run in runs]
    gaps = np.array([e_inf + float(run.energies.mean()) for run in runs])
    errors = np.array([0.0 if mean is None else mean.standard_error for mean in means])
    deviations = np.array([run.deviation or np.nan for run in runs])
    deviation_errors = np.array([run.deviation_error or 0.0 for run in runs])
    line = np.geomspace(spins.min() / 1.1, spins.max() * 1.1, 50)
    for number, (name, values, bars, fit) in enumerate(
        (
            ("mean energy above $-E_\\infty$", gaps, errors, gap),
            ("standard deviation", deviations, deviation_errors, spread),
        )
    ):
        color = f"C{number}"
        power = f"{name}, fit $N^a$ with a = {fit.exponent:.2f} ± {fit.error:.2f}"
        ax.errorbar(spins, values, yerr=bars, fmt="o", color=color, capsize=2, label=power)
        ax.plot(line, np.exp(fit.intercept) * line**fit.exponent, color=color, linewidth=1.2)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xticks(spins, [f"{int(n)}" for n in spins])
    low, high = ax.get_ylim()
    ticks = [t for t in (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if low <= t <= 1.5 * high]
    ax.set_yticks(ticks, [f"{t:g}" for t in ticks])
    ax.set_ylim(low, 1.5 * high)
    ax.minorticks_off()
    ax.set_xlabel("spins N")
    ax.set_ylabel("energy per spin")
    ax.legend()


def count_by_index(ax: Axes, found: Mapping[str, Enumeration]) -> None:
    """Mean number of critical points of each index over the samples (bars with errors) and exact means (rings)."""
    width = 0.8 / len(found)
    largest = max(result.spins for result in found.values())
    for number, (name, result) in enumerate(found.items()):
        at = np.arange(result.spins) + (number - (len(found) - 1) / 2) * width
        means = [result.mean(k) for k in range(result.spins)]
        bars = [m.standard_error for m in means]
        ax.bar(at, [m.mean for m in means], width * 0.9, yerr=bars, color=f"C{number}", alpha=0.55, label=name)
        exact = [result.exact(k) for k in range(result.spins)]
        rings = {"linestyle": "none", "marker": "o", "markerfacecolor": "none", "color": "0.35"}
        ax.plot(at, exact, **rings, label="exact mean" if number == 0 else None)  # type: ignore[arg-type]
    ax.set_ylim(0.0, 1.4 * ax.get_ylim()[1])
    ax.set_xticks(range(largest))
    ax.set_xlabel("index k")
    ax.set_ylabel("critical points per sample")
    ax.legend()


def ascent_path(ax: Axes, paths: Mapping[int, Sequence[Trajectory]], p: int) -> None:
    """Energy of Hessian ascent against q = |sigma|^2/N for each N, with the limit -E_inf q^(p/2) of large N."""
    for number, (spins, runs) in enumerate(paths.items()):
        for i, path in enumerate(runs):
            label = f"N = {spins}" if i == 0 else None
            ax.plot(path.positions, path.energies, color=f"C{number}", linewidth=0.9, alpha=0.7, label=label)
    q = np.linspace(0.0, 1.0, 101)
    limit = 2.0 * np.sqrt((p - 1) / p) * q ** (p / 2)
    ax.plot(q, -limit, color="0.35", linewidth=1.4, linestyle="--", label="limit of large N")
    ax.set_xlabel(r"$|\sigma|^2/N$")
    ax.set_ylabel("energy per spin H/N")
    ax.legend()
