"""Figures of the particles' kernels: functions of matplotlib axes, drawing nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from symlandscape.arith.field import float_field
from symlandscape.particles.funk_hecke import relu_coefficient
from symlandscape.particles.relu_units import ReluUnit, relu_pair

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["coefficients_against_level", "initial_losses", "kernels_against_angle"]


def coefficients_against_level(ax: Axes, d: int, degrees: Sequence[int] = (1, 2, 3)) -> None:
    """lambda_k/alpha of a biased ReLU against its level t = -b/alpha; dotted: t = +-1/sqrt(d + 2), the best for k =
    3.
    """
    field = float_field()
    levels = [Fraction(k, 100) for k in range(-120, 121)]
    for number, k in enumerate(degrees):
        # |w|^2 = 1/d makes alpha = 1
        values = [relu_coefficient(field, d, Fraction(1, d), -t, k).value for t in levels]
        ax.plot([float(t) for t in levels], values, color=f"C{number}", label=rf"$\lambda_{k}$")
    best = 1 / np.sqrt(d + 2)
    for side in (-best, best):
        ax.axvline(side, color="0.5", linestyle=":", linewidth=1)
    ax.axhline(0, color="0.5", linewidth=0.8)
    ax.set_xlabel(r"level $t_0 = -b/(\sqrt{d}\,|a|)$")
    ax.set_ylabel(rf"coefficient, $d = {d}$")
    ax.legend()


def kernels_against_angle(ax: Axes, d: int, levels: Sequence[Fraction]) -> None:
    """K of two biased ReLUs of equal level, |w|^2 = 1/d, against the angle between them."""
    field = float_field()
    angles = [Fraction(k, 48) * Fraction(355, 113) for k in range(49)]
    for number, t in enumerate(levels):
        one = ReluUnit((Fraction(1), *[Fraction(0)] * (d - 1)), -t)
        values = []
        for angle in angles:
            half = Fraction(float(np.tan(float(angle) / 2))).limit_denominator(10**6)
            cosine, sine = (1 - half**2) / (1 + half**2), 2 * half / (1 + half**2)
            other = ReluUnit((cosine, sine, *[Fraction(0)] * (d - 2)), -t)
            values.append(relu_pair(field, d, one, other, order=0).value)
        ax.plot([float(a) for a in angles], values, color=f"C{number}", label=rf"$b = {float(-t):g}$")
    ax.set_xlabel(r"angle between $a$ and $a'$")
    ax.set_ylabel(rf"$K$, $|a| = |a'| = 1$, $d = {d}$")
    ax.legend()


def initial_losses(
    ax: Axes, widths: Sequence[int], losses: Sequence[Sequence[float]], exact: Sequence[float], floor: float
) -> None:
    """Losses of random networks against their width (dots: networks), the exact mean (line), (1/2) E f^2 (dashed)."""
    for n, row in zip(widths, losses, strict=True):
        ax.plot([n] * len(row), [x - floor for x in row], "o", markersize=2.5, color="C0", alpha=0.5)
    means = [float(np.mean(row)) - floor for row in losses]
    ax.plot(widths, means, "s", color="C1", markersize=5, label="mean of the networks")
    ax.plot(widths, [x - floor for x in exact], color="0.2", linewidth=1.2, label=r"exact: $E c^2\,E K(z,z)/(2n)$")
    ax.set_xscale("log", base=2)
    ax.set_xlabel("width n")
    ax.set_ylabel(r"$L(0) - \frac{1}{2} E f^2$")
    ax.legend()
