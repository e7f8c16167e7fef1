"""The bridge: critical points of every index of real two-layer ReLU networks beside the layers of the spin glass.

Choromanska et al. argue with the spherical spin glass that critical points of low index are confined to low loss. Here
the network itself is asked: target and student with V = I, k = d, its critical points found by Newton on the gradient.
In the spin glass of infinite size the fraction of negative eigenvalues a is a function of the energy: the Hessian's
semicircle is centred at -p u with radius 2 sqrt(p (p - 1)), so with x = u / E_inf in [-1, 1]

    a(x) = 1/2 + (x sqrt(1 - x^2) + arcsin x) / pi,

the same curve for every p, which leaves its lowest layer like the power 3/2 of the energy above it.
Source: choromanska_2015, section 4; the comparison is ours.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache, partial
from typing import Any

import numpy as np
import sympy
from scipy.stats import spearmanr

from derivations._show import show
from symlandscape import backends
from symlandscape.evidence import Check, Claim, Level, Verdict, certified, estimated, proved
from symlandscape.export import Figure
from symlandscape.relu import Saddle, Saddles, saddles
from symlandscape.relu.every_index import certified_index
from symlandscape.runs import generator
from symlandscape.spinglass import enumerate_critical_points

NAME = "network_layers"
THEME = "spinglass"
SOURCE = "choromanska_2015, section 4"
STARTS = {
    "quick": {3: 200, 4: 300, 5: 200, 6: 150},
    "full": {3: 2000, 4: 8000, 5: 8000, 6: 6000, 8: 3000, 10: 1500},
}
CERTIFIED = {"quick": (3, 4), "full": (3, 4, 5)}
RESAMPLES = 200
GLASS = {"quick": (8, 15), "full": (9, 40)}  # spins and samples, p = 3
QUARTER = (0.2, 0.3)  # indices that set the unit of energy
SMALLEST = 4  # inputs from which there are kinds enough for a correlation


@cache
def found(d: int, starts: int, seed: int) -> Saddles:
    """The kinds of critical points that random starts reach, k = d."""
    return saddles(d, d, starts, seed=seed, threads=backends.available_threads())


def sets(profile: str, seed: int) -> dict[int, Saddles]:
    """The kinds for each d of the profile."""
    return {d: found(d, starts, seed) for d, starts in STARTS[profile].items()}


def semicircle_index() -> bool:
    """a(-1) = 0, a(1) = 1 and a'(x) = 2 sqrt(1 - x^2)/pi: the mass of the semicircle below 0. The centre -p u in units
    of the radius is -u/E_inf for every p, as 2 sqrt(p (p-1)) / p = E_inf.
    """
    x, p = sympy.Symbol("x", real=True), sympy.Symbol("p", positive=True)
    a = sympy.Rational(1, 2) + (x * sympy.sqrt(1 - x**2) + sympy.asin(x)) / sympy.pi
    slope = sympy.cancel(sympy.together((a.diff(x) - 2 * sympy.sqrt(1 - x**2) / sympy.pi) * sympy.sqrt(1 - x**2)))
    units = sympy.cancel((4 * p * (p - 1)) / p**2 - 4 * (p - 1) / p)
    return bool(slope == 0 and units == 0 and a.subs(x, -1) == 0 and a.subs(x, 1) == 1)


def edge_power() -> bool:
    """a(-1 + t) / t^(3/2) -> 4 sqrt 2 / (3 pi): leading term of the integral of 2 sqrt(t (2 - t))/pi."""
    t = sympy.Symbol("t", positive=True)
    density = 2 * sympy.sqrt(2) * sympy.sqrt(t) / sympy.pi  # 2 sqrt(t (2 - t))/pi = this (1 + O(t))
    ratio = sympy.limit(2 * sympy.sqrt(t * (2 - t)) / sympy.pi / density, t, 0)
    return bool(
        ratio == 1 and sympy.integrate(density, t) == 4 * sympy.sqrt(2) * t ** sympy.Rational(3, 2) / (3 * sympy.pi)
    )


def indices_certified(d: int, kinds: Saddles) -> Check:
    """Existence and Morse index of the representative of every kind without flat directions, by balls."""
    sharp = [p for p in kinds.points if not p.flat]
    proved_indices = [certified_index(p) for p in sharp]
    if any(index is not None and index != p.index for index, p in zip(proved_indices, sharp, strict=True)):
        answer = Verdict.NO
    else:
        answer = Verdict.UNDECIDED if None in proved_indices else Verdict.YES
    counted = (
        f"{len(sharp)} of {len(kinds.points)} kinds have no flat direction; indices {sorted({p.index for p in sharp})}"
    )
    return certified(f"critical points at d = {d} and their indices", answer, counted)


def rank_correlation(points: Sequence[Saddle]) -> float:
    """Spearman's correlation between loss and index."""
    return float(spearmanr([p.loss for p in points], [p.index for p in points])[0])


def resampled(points: Sequence[Saddle], function: Any, stream: int) -> np.ndarray:
    """The function on bootstrap samples of the kinds."""
    rng = generator(0, stream, stream=7)
    picks = rng.integers(0, len(points), (RESAMPLES, len(points)))
    return np.array([function([points[i] for i in row]) for row in picks])


def growth_power(points: Sequence[Saddle]) -> float:
    """Least-squares power b of (fraction of negative eigenvalues) ~ loss^b over kinds of positive loss with fraction in
    (0, 1/2)."""
    used = [(p.loss, p.normalised_index) for p in points if p.loss > 1e-9 and 0 < p.normalised_index < 0.5]
    losses, fractions = np.log(np.array(used)).T
    return float(np.polyfit(losses, fractions, 1)[0])


def measured(made: Saddles, again: Saddles, function: Any, name: str, against: float) -> tuple[float, float, Check]:
    """A number over the kinds of one seed, its bootstrap error, and the check against the kinds of another seed."""
    values = [function(kinds.points) for kinds in (made, again)]
    errors = [float(resampled(kinds.points, function, i).std(ddof=1)) for i, kinds in enumerate((made, again))]
    detail = (
        f"{len(made.points)} and {len(again.points)} kinds from {made.starts} starts each, at least {made.unseen:.0f} "
        f"and {again.unseen:.0f} unseen; {(values[0] - against) / errors[0]:+.0f} standard errors from {against:g}"
    )
    return values[0], errors[0], estimated(name, values[0], values[1], math.hypot(*errors), detail)


def unit_of(points: Sequence[Saddle]) -> float:
    """Median loss of the kinds with a fraction near 1/4."""
    return float(np.median([p.loss for p in points if QUARTER[0] <= p.normalised_index <= QUARTER[1]]))


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """What agrees with the layers of the spin glass and what does not."""
    statement = (
        r"a(x) = \tfrac12 + \frac{x\sqrt{1-x^2} + \arcsin x}{\pi},\ x = u/E_\infty:"
        r"\text{ mass of the Hessian's semicircle (centre } -pu \text{, radius } 2\sqrt{p(p-1)}) \text{ below } 0"
    )
    yield Claim("bridge.index-curve", THEME, statement, "auffinger_ben_arous_cerny_2013", (
        proved("primitive of the semicircle, ends, units", semicircle_index()),
    ))  # fmt: skip
    yield Claim(
        "bridge.index-edge", THEME, r"a(-1+t) \sim \frac{4\sqrt2}{3\pi}\, t^{3/2},\ t \to 0^+",
        "auffinger_ben_arous_cerny_2013", (proved("leading term at the edge", edge_power()),),
    )  # fmt: skip
    made = sets(profile, seed)
    for d in CERTIFIED[profile]:
        sharp = [p for p in made[d].points if not p.flat]
        listed = ",".join(str(k) for k in sorted({p.index for p in sharp}))
        statement = (
            rf"\text{{ReLU network, }} k=d={d}:\ \text{{beside each of the {len(sharp)} points without flat direction "
            rf"that Newton reached is a critical point, of index in }} \{{{listed}\}}"
        )
        yield Claim(f"bridge.indices.d{d}", THEME, statement, SOURCE, (indices_certified(d, made[d]),))
    for d, kinds in made.items():
        if d < SMALLEST:
            continue
        again = found(d, STARTS[profile][d], seed + 1)
        value, error, check = measured(kinds, again, rank_correlation, "kinds of another seed", 0.0)
        statement = (
            rf"k=d={d}:\ \text{{over the kinds reached, loss and index have rank correlation }} "
            rf"{value:.2f} \pm {error:.2f}\ \text{{(agreement with the layers)}}"
        )
        yield Claim(f"bridge.layers.d{d}", THEME, statement, SOURCE, (check,))
        value, error, check = measured(kinds, again, growth_power, "kinds of another seed", 1.5)
        word = "not" if abs(value - 1.5) > 5 * error else "compatible with"
        statement = (
            rf"k=d={d}:\ \text{{over the kinds reached, }} a \sim L^b,\ b = {value:.2f} \pm {error:.2f},"
            rf"\ \text{{{word} the spin glass's }} 3/2"
        )
        yield Claim(f"bridge.edge-power.d{d}", THEME, statement, SOURCE, (check,))


def curve() -> list[tuple[float, float]]:
    """The spin glass at infinite size: index and energy above -E_inf in units of its value at index 1/4."""
    xs = -np.cos(np.linspace(0.0, 0.56 * math.pi, 200))
    return [(float(a), float((x + 1) / quarter())) for a, x in zip(fractions(xs), xs, strict=True)]


def fractions(x: np.ndarray) -> np.ndarray:
    """a(x)."""
    return np.asarray(0.5 + (x * np.sqrt(1 - x * x) + np.arcsin(x)) / math.pi)


def quarter() -> float:
    """x + 1 where a(x) = 1/4."""
    xs = np.linspace(-0.5, -0.3, 2001)
    return float(np.interp(0.25, fractions(xs), xs + 1))


def figures(profile: str = "quick") -> Iterator[Figure]:
    """Loss against index beside the spin glass, and the layers of the network."""
    yield Figure(
        "network-layers", "Energy against index: networks and the spin glass",
        "Do real networks confine low indices to low loss, as the spin glass does?",
        partial(draw_energies, profile=profile), Level.ESTIMATED,
    )  # fmt: skip
    yield Figure(
        "network-bands", "Losses met for each index",
        "From which loss on are critical points of index k met, and how wide are the layers?",
        partial(draw_bands, profile=profile), Level.ESTIMATED,
    )  # fmt: skip


def draw_energies(ax: Any, profile: str) -> None:
    """Networks in units of their loss at index 1/4."""
    from symlandscape.relu.every_index_figures import loss_against_index

    networks = {}
    for d, kinds in sets(profile, 0).items():
        unit = unit_of(kinds.points)
        networks[d] = [(p.normalised_index, p.loss / unit) for p in kinds.points]
    loss_against_index(ax, networks, glass_points(profile), curve())


def draw_bands(ax: Any, profile: str) -> None:
    """Lowest and highest loss by index."""
    from symlandscape.relu.every_index_figures import least_loss_by_index

    least_loss_by_index(ax, {d: kinds.points for d, kinds in sets(profile, 0).items()})


def glass_points(profile: str) -> list[tuple[float, float]]:
    """Index fraction and energy of all critical points of a few enumerated spin glasses, p = 3, in the units of
    `curve`."""
    spins, samples = GLASS[profile]
    enumerated = enumerate_critical_points(3, spins, samples, threads=backends.available_threads())
    bottom = math.sqrt(8 / 3)  # E_inf at p = 3
    return [
        (float(k) / (spins - 1), (float(u) / bottom + 1) / quarter())
        for u, k in zip(enumerated.energies, enumerated.indices, strict=True)
    ]


if __name__ == "__main__":
    show(claims())
