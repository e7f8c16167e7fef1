"""Figures of activation regions; every one a function of the matplotlib axes that it is given."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from symlandscape.arith.balls import workprec
from symlandscape.arith.conversions import mid_float, parse_exact
from symlandscape.regions.bounds import bound, needed_ratio, paper_gamma
from symlandscape.regions.minimum_volumes import Minima

__all__ = ["draw_bounds", "draw_needed_parameters", "draw_volumes"]

_CURVES = (("G", "global minimum", "o"), ("L", "sub-optimal minimum", "s"), ("none", "no minimum", "^"))


def draw_volumes(ax: Any, rows: Sequence[Minima]) -> None:
    """Angular volumes against the width: regions with a global minimum, a sub-optimal one, misclassification, none."""
    widths = [row.width for row in rows]
    for name, label, marker in _CURVES:
        ax.plot(widths, [float(parse_exact(row.volumes[name][0])) for row in rows], marker=marker, label=label)
    wrong = [float(parse_exact(row.above["0"][0])) for row in rows]
    ax.plot(widths, wrong, marker="v", linestyle="--", label="minimum with a point misclassified")
    ax.set_xlabel("width $d_1$")
    ax.set_ylabel("angular volume")
    ax.set_xticks(widths)
    ax.set_ylim(-0.02, 1.02)
    ax.legend()


def draw_bounds(ax: Any, inputs: int, samples: Sequence[int]) -> None:
    """-log of the lower bounds on V(G) against N at fixed d: the theorem's 2 N log N and the derived bounds (p = 1)."""
    names = (
        ("log_V_G_paper", "theorem 9: $2N\\,\\log\\,N$", "-"),
        ("log_V_G_derived", "derived: $2m\\,\\log\\,C(N,d)$", "--"),
        ("log_V_G_sharper", "derived: $m\\,\\log\\,C(N,d)-\\log\\,(2m-1)!!$", ":"),
    )
    found = [bound(n, inputs, 2 * -(-n // inputs), Fraction(1, 10), 0, digits=10).values for n in samples]
    for name, label, style in names:
        values = [row[name] for row in found]
        ax.plot(samples, [-mid_float(value) for value in values if value is not None], style, label=label)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlabel(f"samples $N$ ($d = {inputs}$, $m = \\lceil N/d \\rceil$)")
    ax.set_ylabel("bound on $-\\log\\,V(G)$")
    ax.legend()


def draw_needed_parameters(ax: Any, samples: Sequence[int], shares: Sequence[Fraction]) -> None:
    """Parameters per sample from which the ratio bound says anything, against N, for shares max(d/N, eps)."""
    for share in shares:
        with workprec(64):
            rows = [mid_float(needed_ratio(n, paper_gamma(n, 1, share, Fraction(0)))) for n in samples]
        ax.plot(samples, rows, label=f"$\\max(d_0/N, \\epsilon) = {share}$")
    ax.axhline(1, color="0.5", linewidth=1)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlabel("samples $N$")
    ax.set_ylabel("$d_0 d_1/N$ needed")
    ax.legend()
