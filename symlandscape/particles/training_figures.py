"""Figures of trained particles: functions of matplotlib axes, drawing nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from symlandscape.statistics import Estimate, estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from symlandscape.particles.batch_noise import Fluctuations, NoiseFloor
    from symlandscape.particles.finite_width import NestedFlow
    from symlandscape.particles.training import Training
    from symlandscape.particles.width_scaling import Scaling

__all__ = [
    "converged_losses",
    "converged_slopes",
    "excess_of_trainings",
    "finite_width_error",
    "floor_against_batch",
    "fluctuations_against_width",
    "loss_curves",
    "pointwise_variance",
]


def _bars(ax: Axes, x: Sequence[float], rows: Sequence[Estimate], label: str, color: str, scale: float = 1.0) -> None:
    means, errors = [r.mean * scale for r in rows], [r.standard_error * scale for r in rows]
    ax.errorbar(x, means, errors, fmt="o", color=color, markersize=4, capsize=2, linewidth=1, label=label)


def loss_curves(ax: Axes, flow: NestedFlow) -> None:
    """L_n(t) of each width (mean over blocks and replicates) and the extrapolated L_inf(t) with two standard errors."""
    for q, n in enumerate(flow.widths):
        ax.plot(flow.times, flow.losses[:, q].mean(axis=0), color=f"C{q}", marker=".", linewidth=1, label=f"n = {n}")
    rows = [flow.limit(k) for k in range(len(flow.times))]
    means, errors = np.array([r.mean for r in rows]), np.array([r.standard_error for r in rows])
    ax.plot(flow.times, means, color="0.1", linestyle="--", linewidth=1.2, label=r"$L_\infty(t)$, extrapolated")
    ax.fill_between(flow.times, means - 2 * errors, means + 2 * errors, color="0.1", alpha=0.15, linewidth=0)
    ax.set_xlabel("time t of the gradient flow")
    ax.set_ylabel("loss")
    ax.legend()


def finite_width_error(ax: Axes, flow: NestedFlow, places: Sequence[int]) -> None:
    """L_n(t) - L_inf(t) against n at some times, with lines of slope -1 through the widest."""
    _power_rows(ax, [(flow.times[k], flow.widths, flow.excess(k)) for k in places], -1.0)
    ax.set_ylabel(r"$L_n(t) - L_\infty(t)$")


def pointwise_variance(ax: Axes, flow: NestedFlow, places: Sequence[int]) -> None:
    """E_x Var f_n(x) against n at some times, with lines of slope -1."""
    _power_rows(ax, [(flow.times[k], flow.widths[:-1], flow.variance(k)) for k in places], -1.0)
    ax.set_ylabel(r"$E_x \operatorname{Var} f_n(x)$")


def _power_rows(ax: Axes, rows: Sequence[tuple[float, Sequence[int], list[Estimate]]], slope: float) -> None:
    for number, (time, widths, found) in enumerate(rows):
        _bars(ax, widths, found, f"t = {time:g}", f"C{number}")
        line = found[-1].mean * (np.array(widths, dtype=float) / widths[-1]) ** slope
        ax.plot(widths, line, color=f"C{number}", linestyle=":", linewidth=1)
    ax.set_xscale("log", base=2)
    ax.set_yscale("log")
    ax.set_xlabel(f"width n (dotted: slope {slope:g})")
    ax.legend()


def converged_losses(ax: Axes, studies: Mapping[str, Scaling]) -> None:
    """Losses of every network (dots) and their means; dotted: slopes -1 and -2 through the first mean."""
    for number, (name, study) in enumerate(studies.items()):
        color = f"C{number}"
        for n, row in zip(study.widths, study.losses, strict=True):
            ax.plot([n] * len(row), row, ".", markersize=4, color=color, alpha=0.5)
        ax.plot(study.widths, study.means, "-", color=color, linewidth=1.2, label=name)
    first = next(iter(studies.values()))
    x = np.array(first.widths, dtype=float)
    for slope, style in ((-1.0, ":"), (-2.0, "--")):
        line = first.means[0] * (x / x[0]) ** slope
        ax.plot(x, line, color="0.5", linestyle=style, linewidth=1, label=f"slope {slope:g}")
    ax.set_xscale("log", base=2)
    ax.set_yscale("log")
    ax.set_xlabel("width n")
    ax.set_ylabel("converged loss")
    ax.legend(fontsize="small")


def converged_slopes(ax: Axes, studies: Mapping[str, Scaling]) -> None:
    """Local slopes of the converged loss with standard errors, at the geometric mean of the two widths."""
    for number, (name, study) in enumerate(studies.items()):
        rows = study.slopes
        x = [(row.first * row.last) ** 0.5 * 1.03**number for row in rows]
        ax.errorbar(
            x,
            [row.slope for row in rows],
            [row.error for row in rows],
            fmt="o-",
            color=f"C{number}",
            markersize=4,
            capsize=2,
            linewidth=1,
            label=name,
        )
    for slope, style in ((-1.0, ":"), (-2.0, "--")):
        ax.axhline(slope, color="0.5", linestyle=style, linewidth=1)
    ax.set_xscale("log", base=2)
    ax.set_xlabel("width n, between two widths")
    ax.set_ylabel("local slope of the converged loss")
    ax.legend(fontsize="small")


def floor_against_batch(ax: Axes, floor: NoiseFloor) -> None:
    """Mean excess of the loss over a minimum's against 1/P, with the linear floor."""
    x = [1.0 / batch for batch in floor.batches]
    _bars(ax, x, floor.means, "stochastic steps", "C0")
    ax.plot(x, floor.predicted, color="0.2", linewidth=1, label="linear noise, no free number")
    ax.set_xscale("log", base=2)
    ax.set_yscale("log")
    ax.set_xlabel("1/P")
    ax.set_ylabel("loss above the minimum's")
    ax.legend()


def fluctuations_against_width(ax: Axes, found: Sequence[Fluctuations]) -> None:
    """Root of the mean square of f_sgd - f_gd against n for several alpha, with lines of slope -alpha."""
    for number, one in enumerate(found):
        roots = [Estimate(row.mean**0.5, 0.5 * row.standard_error / row.mean**0.5, row.count) for row in one.means]
        color = f"C{number}"
        _bars(ax, one.widths, roots, rf"$\alpha = {one.alpha:g}$", color)
        n = np.array(one.widths, dtype=float)
        centre = np.exp(np.mean([np.log(r.mean) + one.alpha * np.log(m) for r, m in zip(roots, n, strict=True)]))
        ax.plot(n, centre * n**-one.alpha, color=color, linestyle=":", linewidth=1)
    ax.set_xscale("log", base=2)
    ax.set_yscale("log")
    ax.set_xlabel(r"width n (dotted: slope $-\alpha$)")
    ax.set_ylabel(r"$|f_{\mathrm{batches}} - f_{\mathrm{exact}}|$")
    ax.legend()


def excess_of_trainings(ax: Axes, descent: Training, others: Mapping[str, Training]) -> None:
    """Mean loss of trainings above the descent's from the same networks, with standard errors of the differences."""
    for number, (name, one) in enumerate(others.items()):
        rows = [estimate(gap) for gap in (one.losses - descent.losses).T]
        _bars(ax, one.times.tolist(), rows, name, f"C{number}")
        ax.plot(one.times, [row.mean for row in rows], color=f"C{number}", linewidth=1)
    ax.axhline(0.0, color="0.5", linewidth=0.8)
    ax.set_xlabel("time t")
    ax.set_ylabel("loss above that of the descent")
    ax.legend()
