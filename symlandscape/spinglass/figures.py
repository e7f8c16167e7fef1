"""Figures of the spinglass theme: functions of matplotlib axes, drawing nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from symlandscape.arith.balls import workprec
from symlandscape.arith.conversions import exact_float, mid_float, parse_exact, to_arb
from symlandscape.spinglass.ground_state import one_step_energy
from symlandscape.spinglass.layers import layer
from symlandscape.spinglass.mixtures import annealed_ground_state
from symlandscape.spinglass.models import Mixture, as_mixture
from symlandscape.spinglass.theta import prime_squared, theta
from symlandscape.spinglass.thresholds import algorithmic_threshold, class_function

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["complexity_curves", "ground_states_along_mixtures", "mixture_classes"]

BITS = 80


def complexity_curves(
    ax: Axes,
    model: Mixture | int | str,
    indices: Sequence[int],
    low: str | None = None,
    high: str | None = None,
    points: int = 300,
) -> None:
    """Theta (all indices) and Theta_k against u; the layers -E_k and the threshold -E_inf are marked."""
    made = as_mixture(model)
    zoomed = low is not None
    with workprec(BITS):
        edge = mid_float(to_arb(prime_squared(made)).sqrt())
        begins = mid_float(layer(made, 0, 15)) * 1.03 if low is None else -float(Fraction(low))
        ends = 0.3 if high is None else float(Fraction(high))
        grid = [exact_float(float(x)) for x in np.linspace(-begins, ends, points)]
        grid = sorted({*grid, exact_float(-edge)})
        xs = [float(u) for u in grid]
        ax.plot(xs, [mid_float(theta(made, u)) for u in grid], color="0.35", linewidth=2.4, label="all")
        for number, k in enumerate(indices):
            ax.plot(xs, [mid_float(theta(made, u, k)) for u in grid], color=f"C{number}", label=f"k = {k}")
            place = -mid_float(layer(made, k, 15))
            if place >= -begins:
                ax.plot([place], [0], marker="o", color=f"C{number}", clip_on=False, zorder=5)
    ax.axhline(0, color="0.5", linewidth=1)
    ax.axvline(-edge, color="0.5", linewidth=1, linestyle="--")
    ax.annotate(
        r"$-E_\infty$" if made.degree is not None else r"$-E_\infty'$",
        (-edge, 0.96), xycoords=("data", "axes fraction"), xytext=(4, 0), textcoords="offset points", va="top",
    )  # fmt: skip
    ax.set_xlim(-begins, ends)
    if zoomed:
        top = mid_float(theta(made, parse_exact(high or 0)))
        ax.set_ylim(-0.6 * top, 1.05 * top)
    ax.set_xlabel("energy per spin u")
    ax.set_ylabel("complexity")
    ax.legend(title="index (● level $-E_k$)", loc="lower right")


def mixture_classes(ax: Axes, degrees: Sequence[int], least: int = 3, points: int = 160) -> None:
    """Where 3 + p mixtures are full mixtures (G < 0): the sign of G over the degree p and its weight."""
    shares = [Fraction(i, points) for i in range(1, points)]
    values = np.empty((len(shares), len(degrees)))
    with workprec(BITS):
        for column, p in enumerate(degrees):
            for row, share in enumerate(shares):
                values[row, column] = mid_float(class_function(Mixture(((least, 1 - share), (p, share)))))
    xs, ys = np.array(degrees, dtype=float), np.array([float(s) for s in shares])
    ax.contourf(xs, ys, values, levels=[-1e9, 0, 1e9], colors=["C1", "C0"], alpha=0.35)
    ax.contour(xs, ys, values, levels=[0], colors=["0.3"], linewidths=1.4)
    ax.text(0.97, 0.95, "pure-like (G > 0)", transform=ax.transAxes, ha="right", va="top")
    ax.text(0.97, 0.05, "full mixture (G < 0)", transform=ax.transAxes, ha="right", va="bottom")
    ax.set_ylim(ys[0], ys[-1])
    ax.set_xlabel("second degree p")
    ax.set_ylabel("its weight")


def ground_states_along_mixtures(ax: Axes, degrees: tuple[int, int], points: int = 50) -> None:
    """Annealed and 1RSB ground state, ALG and E'_inf along mixtures of two degrees; full mixtures are shaded.

    Drawn as differences from the 1RSB value, so that the small gap shows.
    """
    first, second = degrees
    shares = [Fraction(i, points) for i in range(1, points)]
    xs = [float(share) for share in shares]
    annealed, algorithmic, prime, full = [], [], [], []
    with workprec(BITS):
        for share in shares:
            model = Mixture(((first, 1 - share), (second, share)))
            base = mid_float(one_step_energy(model, 15))
            annealed.append(mid_float(annealed_ground_state(model, 15)) - base)
            algorithmic.append(mid_float(algorithmic_threshold(model)) - base)
            prime.append(mid_float(to_arb(prime_squared(model)).sqrt()) - base)
            full.append(mid_float(class_function(model)) < 0)
    ax.fill_between(
        xs, 0, 1, where=full, transform=ax.get_xaxis_transform(), color="C1", alpha=0.15, linewidth=0,
        label="full mixture",
    )  # fmt: skip
    ax.axhline(0, color="0.5", linewidth=1.2, label="1RSB")
    ax.plot(xs, annealed, color="C0", label="annealed $E_0$")
    ax.plot(xs, algorithmic, color="C2", label="ALG")
    ax.plot(xs, prime, color="C3", linestyle="--", label=r"$E_\infty'$")
    ax.set_xlabel(f"weight of degree {second} (the rest: degree {first})")
    ax.set_ylabel("energy above the 1RSB value")
    ax.legend()
