"""Samples against formulas: all critical points of small random Hamiltonians, against the exact mean numbers.

Enumerations by homotopy continuation are held against the exact Kac-Rice means, in all, by index and below a level,
with the checks that each sample carries with it: number of complex solutions, Euler characteristic, count mod 4.
Descents from random points are a second road to the minima. Where descents end on large spheres: `spinglass_descents`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

from derivations._show import show
from symlandscape import backends
from symlandscape.errors import InputError
from symlandscape.evidence import Check, Claim, Level, estimated
from symlandscape.export import Figure
from symlandscape.spinglass import (
    Enumeration,
    as_mixture,
    descend,
    energy_per_spin,
    enumerate_critical_points,
    random_hamiltonian,
)
from symlandscape.statistics import estimate

NAME = "spinglass_samples"
THEME = "spinglass"
SOURCE = "auffinger_ben_arous_cerny_2013, Theorem 2.1"
LEVEL = "-1"
"""The energy per spin below which points are counted too."""

ENUMERATIONS = {
    "quick": {(3, 3): 300, (3, 4): 300, (3, 5): 150, (3, 6): 100, (4, 3): 200, (4, 4): 60},
    "full": {
        (3, 3): 4000,
        (3, 4): 4000,
        (3, 5): 2000,
        (3, 6): 1000,
        (3, 8): 100,
        (4, 3): 4000,
        (4, 4): 1000,
        (5, 3): 1000,
    },
}
COVARIANCE_SAMPLES = 2000
REACHED = {"quick": (3, 5, 40, 200), "full": (3, 6, 200, 1000)}
"""p, N, samples and starts of each for the comparison of descents with enumerated minima."""
SAME_POINT = 1e-6


@cache
def enumeration(p: int, spins: int, samples: int, seed: int) -> Enumeration:
    """All critical points of the samples."""
    return enumerate_critical_points(p, spins, samples, seed, threads=backends.available_threads())


def _found(profile: str, seed: int) -> list[Enumeration]:
    return [enumeration(p, n, samples, seed) for (p, n), samples in ENUMERATIONS[profile].items()]


def means(found: Enumeration) -> Iterator[Check]:
    """Sample means against exact means: all points, those of each index, those below a level."""
    chosen: list[tuple[str, int | None, str | None]] = [("all", None, None), (f"below {LEVEL}", None, LEVEL)]
    chosen += [(f"index {k}", k, None) for k in range(found.spins)]
    for name, index, below in chosen:
        mean = found.mean(index, below)
        yield estimated(name, mean.mean, found.exact(index, below), mean.standard_error, f"{found.samples} samples")


def none_of(name: str, count: int, total: int, what: str) -> Check:
    """A check that refutes as soon as one of `total` fails."""
    return estimated(name, count, 0, 0.0, f"{what}: {count} of {total}")


def covariance(model: str, spins: int, samples: int, seed: int) -> Iterator[Check]:
    """E[H(s) H(t)] against N nu(s.t/N), for three angles in one plane."""
    nu = {p: w.numerator / w.denominator for p, w in as_mixture(model).weights}
    angles = np.array([0.0, 0.5, 2.7])
    frame = np.linalg.qr(np.random.default_rng(seed).standard_normal((spins, 2)))[0].T
    points = math.sqrt(spins) * (np.cos(angles)[:, None] * frame[0] + np.sin(angles)[:, None] * frame[1])
    values = np.stack([energy_per_spin(random_hamiltonian(model, spins, seed, i), points) for i in range(samples)])
    for angle, column in zip(angles, values.T, strict=True):
        product = estimate(spins * values[:, 0] * column)
        expected = sum(w * math.cos(angle) ** p for p, w in nu.items())
        yield estimated(
            f"overlap {math.cos(angle):.3f}", product.mean, expected, product.standard_error, f"nu = {model}"
        )


def reached(p: int, spins: int, samples: int, starts: int, seed: int) -> Check:
    """End points of descents that are no enumerated minimum; how many of the minima they find is remarked."""
    found = enumeration(p, spins, samples, seed)
    runs = descend(p, spins, samples, starts, "lbfgs", seed, threads=backends.available_threads())
    strange = missed = minima = 0
    for sample in range(samples):
        mine = found.spins_found[(found.owner == sample) & (found.indices == 0)]
        distances = np.linalg.norm(runs.points[sample][:, None, :] - mine[None, :, :], axis=2)
        strange += int(np.count_nonzero(distances.min(axis=1, initial=math.inf) > SAME_POINT))
        missed += int(np.count_nonzero(distances.min(axis=0, initial=math.inf) > SAME_POINT))
        minima += len(mine)
    what = f"no enumerated minimum ({minima - missed} of {minima} minima are reached)"
    return none_of("end points", strange, samples * starts, what)


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """What small samples say."""
    for model in ("3", "3:1/2,4:1/2"):
        name = "p-spin" if ":" not in model else "mixture"
        law = r"E[H(\sigma) H(\tau)] = N \nu(\sigma \cdot \tau/N)"
        text = rf"{law} \text{{ for the samples drawn, three overlaps, }} \nu: \text{{{model}}}"
        checks = tuple(covariance(model if ":" in model else "3:1", 8, COVARIANCE_SAMPLES, seed))
        yield Claim(f"spinglass.samples.covariance.{name}", THEME, text, SOURCE, checks)
    for found in _found(profile, seed):
        text = (
            rf"p = {found.p},\ N = {found.spins}: \text{{ mean numbers of critical points of {found.samples} samples, "
            rf"in all, of each index and with }} u \le {LEVEL}, \text{{ agree with the exact means}}"
        )
        name = f"spinglass.samples.means.p{found.p}.N{found.spins}"
        yield Claim(name, THEME, text, SOURCE, tuple(means(found)))
    yield from sample_checks(_found(profile, seed))
    p, spins, samples, starts = REACHED[profile]
    text = (
        rf"p = {p},\ N = {spins}, \text{{ {samples} samples: descents from {starts} random points each end at "
        r"enumerated minima}"
    )
    yield Claim("spinglass.samples.minima", THEME, text, SOURCE, (reached(*REACHED[profile], seed),))


def sample_checks(found: list[Enumeration]) -> Iterator[Claim]:
    """What each sample carries with it, whatever the means say."""
    total = sum(f.samples for f in found)
    failed = sum(len(f.failed) for f in found)
    again = sum(int(np.count_nonzero(f.attempts > 1)) for f in found)
    text = (
        r"\text{each sample: } ((p-1)^N - 1)/(p-2) \text{ orbits of solutions of } A x^{p-1} = x \text{ in disjoint "
        r"balls, each real or not, each index decided}"
    )
    check = none_of("incomplete samples", failed, total, f"{again} tracked again")
    yield Claim("spinglass.samples.complete", THEME, text, SOURCE, (check,))
    telling = [f for f in found if f.p % 2 == 0 or f.spins % 2 == 1]
    bad = sum(f.euler_violations for f in telling)
    text = r"\text{each sample with even } p \text{ or odd } N: \sum (-1)^{\text{index}} = 1 + (-1)^{N-1}"
    check = none_of("violations", bad, sum(f.samples for f in telling), "other Euler characteristic")
    yield Claim("spinglass.samples.euler", THEME, text, SOURCE, (check,))
    cubic = [f for f in found if f.p == 3]
    bad = sum(f.mod_four_violations or 0 for f in cubic)
    text = r"p = 3, \text{ each sample: the number of critical points is } 2 \bmod 4"
    check = none_of("violations", bad, sum(f.samples for f in cubic), "other remainder")
    yield Claim("spinglass.samples.mod-four", THEME, text, SOURCE, (check,))


def figures(profile: str = "quick") -> Iterator[Figure]:
    """Counts by index."""
    yield Figure(
        "spinglass-enumerated-by-index",
        "Critical points of small samples, by index",
        "Do enumerations have the exact means?",
        lambda ax: draw_counts(ax, profile),
        Level.ESTIMATED,
    )


def draw_counts(ax: Any, profile: str) -> None:
    """Means by index against exact means."""
    from symlandscape.spinglass.sample_figures import count_by_index

    chosen = [f for f in _found(profile, 0) if (f.p, f.spins) in {(3, 4), (3, 6), (4, 4)}]
    count_by_index(ax, {f"p = {f.p}, N = {f.spins} ({f.samples} samples)": f for f in chosen})


if __name__ == "__main__":
    try:
        show(claims())
    except InputError as error:
        raise SystemExit(str(error)) from error
