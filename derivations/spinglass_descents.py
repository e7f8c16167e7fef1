"""Where descents end on large spheres: the paper's figure, its drift with N, and two other ways down.

Gradient descent from random points approaches -E_inf from above as N grows; the gap and the scatter are fitted by
powers of N. Hessian ascent approaches the same level from the origin. Langevin dynamics far above the glass transition
has the energy of the paramagnet.
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
    Descent,
    Trajectory,
    descend,
    hessian_ascent,
    langevin,
    levels,
    random_hamiltonian,
)
from symlandscape.statistics import Estimate, Exponent, estimate, fit_exponent

NAME = "spinglass_descents"
THEME = "spinglass"
SOURCE = "choromanska_2015, section 5"
DESCENTS = {
    "quick": {25: 400, 50: 200, 100: 64},
    "full": {25: 1000, 50: 1000, 100: 600, 250: 80, 500: 10},
}
ASCENTS = {"quick": {50: 16, 200: 4}, "full": {50: 100, 100: 60, 200: 40, 400: 10}}
ASCENT_STEPS = 100
HOT = 2.0
"""A temperature far above the glass transition, for N = `HOT_SPINS`."""
HOT_SPINS = 50


@cache
def descent(spins: int, samples: int, method: str, seed: int) -> Descent:
    """One run on each of the samples, p = 3."""
    return descend(3, spins, samples, 1, method, seed, threads=backends.available_threads())


@cache
def ascents(spins: int, samples: int, seed: int) -> tuple[Trajectory, ...]:
    """One path for each sample, p = 3."""
    return tuple(hessian_ascent(random_hamiltonian(3, spins, seed, i), ASCENT_STEPS) for i in range(samples))


@cache
def limits(p: int = 3) -> tuple[float, float]:
    """E_inf and E_0 as doubles."""
    document = levels(p, digits=17).document()
    return float(document["E_inf"]), float(document["levels"]["0"])


def _runs(profile: str, seed: int) -> list[Descent]:
    return [descent(n, samples, "gd", seed) for n, samples in DESCENTS[profile].items()]


def gaps(runs: list[Descent]) -> tuple[list[float], list[Estimate]]:
    """Numbers of spins, and the mean energies above -E_inf."""
    e_inf = limits()[0]
    rows = [run.mean for run in runs]
    return [float(run.spins) for run in runs], [
        Estimate(e_inf + row.mean, row.standard_error, row.count) for row in rows if row is not None
    ]


def gap_exponent(runs: list[Descent]) -> Exponent:
    """The power of N with which the mean energy approaches -E_inf."""
    spins, rows = gaps(runs)
    return fit_exponent(spins, [row.mean for row in rows], [row.standard_error for row in rows])


def spread_exponent(runs: list[Descent]) -> Exponent:
    """The power of N with which the standard deviation of the final energies falls."""
    spins = [float(run.spins) for run in runs]
    deviations = [run.deviation or math.nan for run in runs]
    errors = [run.deviation_error or math.nan for run in runs]
    return fit_exponent(spins, deviations, errors)


def extrapolated(name: str, spins: list[float], values: list[float], errors: list[float]) -> Check:
    """The last value against the power law through the others: a wrong limit would bend the line."""
    fit = fit_exponent(spins[:-1], values[:-1], errors[:-1])
    weights = [(v / e) ** 2 for v, e in zip(values[:-1], errors[:-1], strict=True)]
    logs = [math.log(n) for n in spins]
    centre = sum(w * x for w, x in zip(weights, logs, strict=False)) / sum(weights)
    predicted = math.exp(fit.intercept) * spins[-1] ** fit.exponent
    relative = math.hypot(1.0 / math.sqrt(sum(weights)), fit.error * (logs[-1] - centre))
    whole = fit_exponent(spins, values, errors)
    remark = f"N = {spins[-1]:.0f}; all together give the power {whole.exponent:.3f} +- {whole.error:.3f}"
    return estimated(name, values[-1], predicted, math.hypot(errors[-1], relative * predicted), remark)


def drift(runs: list[Descent]) -> Iterator[Check]:
    """The gap to -E_inf and the scatter at the largest N, predicted from smaller N by powers of N."""
    spins, rows = gaps(runs)
    yield extrapolated("mean", spins, [row.mean for row in rows], [row.standard_error for row in rows])


def scatter(runs: list[Descent]) -> Iterator[Check]:
    """The standard deviation at the largest N, predicted from smaller N by a power of N."""
    deviations = [run.deviation or math.nan for run in runs]
    errors = [run.deviation_error or math.nan for run in runs]
    yield extrapolated("standard deviation", [float(run.spins) for run in runs], deviations, errors)


def ends(runs: list[Descent]) -> Check:
    """Runs that did not converge to a point where all eigenvalues are positive."""
    bad = sum(int(np.count_nonzero((r.status != 0) | (r.negative > 0) | (r.flat > 0))) for r in runs)
    total = sum(r.energies.size for r in runs)
    return estimated("end points", bad, 0, 0.0, f"not converged, saddle or flat: {bad} of {total}")


def closer(profile: str, seed: int) -> Check:
    """Whether the mean gap of Hessian ascent to -E_inf grows from the smallest to the largest N (it must not)."""
    e_inf = limits()[0]
    sizes = ASCENTS[profile]
    rows = [estimate([path.energies[-1] + e_inf for path in ascents(n, m, seed)]) for n, m in sizes.items()]
    growth = rows[-1].mean - rows[0].mean
    error = math.hypot(rows[0].standard_error, rows[-1].standard_error)
    remark = ", ".join(
        f"N = {n}: {row.mean:.4f} +- {row.standard_error:.4f}" for n, row in zip(sizes, rows, strict=True)
    )
    return estimated("growth of the gap", max(0.0, growth), 0.0, error, remark)


def hot(profile: str, seed: int) -> Check:
    """The mean energy of Langevin dynamics at a high temperature against -1/T."""
    samples = 8 if profile == "quick" else 64
    averages = []
    for i in range(samples):
        path = langevin(random_hamiltonian(3, HOT_SPINS, seed, i), HOT, 12_000, 0.0025)
        averages.append(float(path.energies[2000:].mean()))
    found = estimate(averages)
    return estimated("mean energy", found.mean, -1.0 / HOT, found.standard_error, f"{samples} samples")


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """What descents say."""
    runs = _runs(profile, seed)
    where = rf"p = 3,\ N \in \{{{', '.join(str(run.spins) for run in runs)}\}}"
    counted = ", ".join(f"{run.energies.size} at N = {run.spins}" for run in runs)
    text = rf"p = 3: \text{{ each of the runs of gradient descent ({counted}) ended at a minimum}}"
    yield Claim("spinglass.descent.ends", THEME, text, SOURCE, (ends(runs),))
    text = rf"{where}: \text{{ mean final energy of gradient descent compatible with }} -E_\infty + c N^{{-a}}"
    yield Claim("spinglass.descent.gap", THEME, text, SOURCE, tuple(drift(runs)))
    text = rf"{where}: \text{{ standard deviation of the final energies compatible with }} c N^{{-b}}"
    yield Claim("spinglass.descent.scatter", THEME, text, SOURCE, tuple(scatter(runs)))
    below = int(np.count_nonzero(runs[0].energies < -limits()[1]))
    text = rf"p = 3,\ N = {runs[0].spins}: \text{{ single runs end below }} -E_0, \text{{ the level of large }} N"
    seen = estimated("runs below", min(below, 1), 1, 0.0, f"{below} of {runs[0].energies.size} runs")
    yield Claim("spinglass.descent.below-ground-state", THEME, text, SOURCE, (seen,))
    sizes = list(ASCENTS[profile])
    text = (
        rf"\text{{Hessian ascent, }} p = 3: \text{{ mean final energy at }} N = {sizes[-1]} "
        rf"\text{{ no farther from }} -E_\infty \text{{ than at }} N = {sizes[0]}"
    )
    yield Claim("spinglass.ascent.gap", THEME, text, "subag_2021", (closer(profile, seed),))
    where = rf"p = 3,\ N = {HOT_SPINS},\ T = {HOT:g}"
    text = rf"\text{{Langevin dynamics, }} {where}: \text{{ mean energy per spin near }} -1/T"
    yield Claim("spinglass.langevin.hot", THEME, text, SOURCE, (hot(profile, seed),))


def figures(profile: str = "quick") -> Iterator[Figure]:
    """Final energies, their drift, paths of Hessian ascent."""
    yield Figure(
        "spinglass-final-energies",
        "Where gradient descent ends on the sphere",
        "Do final energies concentrate above -E_inf as N grows?",
        lambda ax: draw_energies(ax, profile),
        Level.ESTIMATED,
    )
    yield Figure(
        "spinglass-drift",
        "Drift of the final energies with N",
        "How fast does the mean approach -E_inf, and how fast does the scatter fall?",
        lambda ax: draw_drift(ax, profile),
        Level.ESTIMATED,
    )
    yield Figure(
        "spinglass-hessian-ascent",
        "Hessian ascent from the origin to the sphere",
        "Does the energy follow the limit of large N?",
        lambda ax: draw_ascent(ax, profile),
        Level.ESTIMATED,
    )


def draw_energies(ax: Any, profile: str) -> None:
    """Histograms of the final energies."""
    from symlandscape.spinglass.sample_figures import final_energy_histogram

    final_energy_histogram(ax, _runs(profile, 0), *limits())


def draw_drift(ax: Any, profile: str) -> None:
    """Gap and standard deviation against N."""
    from symlandscape.spinglass.sample_figures import drift_with_spins

    runs = _runs(profile, 0)
    drift_with_spins(ax, runs, limits()[0], gap_exponent(runs), spread_exponent(runs))


def draw_ascent(ax: Any, profile: str) -> None:
    """Energies along the paths."""
    from symlandscape.spinglass.sample_figures import ascent_path

    ascent_path(ax, {n: ascents(n, m, 0)[:4] for n, m in ASCENTS[profile].items()}, 3)


if __name__ == "__main__":
    try:
        show(claims())
    except InputError as error:
        raise SystemExit(str(error)) from error
