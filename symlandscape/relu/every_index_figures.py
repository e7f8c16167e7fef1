"""Pictures of critical points of every index: loss against the fraction of negative eigenvalues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from symlandscape.relu.every_index import Saddle

__all__ = ["least_loss_by_index", "loss_against_index"]

Points = Sequence[tuple[float, float]]


def loss_against_index(ax: Axes, networks: Mapping[int, Points], glass: Points, curve: Points) -> None:
    """Normalised index across, energy in units of its value at index 1/4 upwards, for networks of d inputs and a spin
    glass; the curve is the glass at infinite size.
    """
    if glass:
        a, e = np.array(glass).T
        ax.plot(a, e, ".", color="0.75", markersize=2.5, label="spin glass, enumerated", zorder=1)
    for number, (d, points) in enumerate(sorted(networks.items())):
        a, e = np.array(points).T
        ax.plot(
            a, e, "o", color=f"C{number}", markersize=4, alpha=0.75, linewidth=0, label=f"network, d = {d}", zorder=2
        )
    a, e = np.array(curve).T
    ax.plot(a, e, color="0.1", linewidth=1.4, label="spin glass, infinite size", zorder=3)
    ax.axhline(0, color="0.5", linewidth=0.8)
    ax.set_xlim(-0.02, 0.62)
    ax.set_ylim(-0.7, max(3.2, 1.05 * max((e for made in networks.values() for a, e in made if a <= 0.62), default=0)))
    ax.set_xlabel("fraction of negative Hessian eigenvalues")
    ax.set_ylabel("energy above the lowest layer\n(1 at fraction 1/4)")
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


def least_loss_by_index(ax: Axes, networks: Mapping[int, Sequence[Saddle]]) -> None:
    """The lowest and the highest loss met for each index, as a band for each d."""
    from matplotlib.ticker import MaxNLocator

    for number, (d, points) in enumerate(sorted(networks.items())):
        indices = sorted({p.index for p in points})
        low = [min(p.loss for p in points if p.index == k) for k in indices]
        high = [max(p.loss for p in points if p.index == k) for k in indices]
        ax.fill_between(indices, low, high, color=f"C{number}", alpha=0.15, linewidth=0)
        ax.plot(indices, low, "o-", color=f"C{number}", markersize=3.5, linewidth=1.2, label=f"d = {d}")
    ax.set_ylim(0, 0.3)
    ax.set_xlim(-0.3, 20.3)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("Morse index (up to 20)")
    ax.set_ylabel("loss (up to 0.3): lowest (line) to highest met")
    ax.legend(title="inputs and neurons", loc="upper left")
