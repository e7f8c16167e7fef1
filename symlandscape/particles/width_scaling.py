"""How the loss of a trained network falls with its width: converged, or after a schedule of steps.

Rows are means over independent random networks with standard errors; local slopes are log-log differences of
neighbouring widths. The loss is (1/2) E (f - f_n)^2: the error in f falls with half its exponent. Level ESTIMATED.
Source: rotskoff_vanden_eijnden_2022, section 5.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from symlandscape.backends import MinimiseStatus
from symlandscape.backends.particles_training import StudentUnits, minimise_particles, student_loss
from symlandscape.errors import InputError
from symlandscape.particles.schedules import Phase
from symlandscape.particles.students import check_width, drawn_target, expected_first_loss, random_network
from symlandscape.particles.training import DONE, train_one, train_task, units_document
from symlandscape.runs import Progress, Store, Task, run
from symlandscape.statistics import Exponent, even_exponent

__all__ = ["LocalSlope", "Scaling", "local_slopes", "scaling"]

Array = npt.NDArray[np.float64]
Schedule = Callable[[int], Sequence[Phase]]

TASK_KIND = "particles.converge/1"
TOLERANCE = 1e-9
ROUND = 1000
SETTLED = 1e-6
"""A gradient norm up to this counts as converged."""

STEADY = 1e-3
"""So does a loss that the last thousand evaluations lowered by less than this share."""

LEAST_ERROR = 1e-3

MOST_SEEDS = 1_000_000

QUANTITIES = ("converged", "trained")


@dataclass(frozen=True, slots=True)
class LocalSlope:
    """The slope of log loss against log n between two widths, with its standard error."""

    first: int
    last: int
    slope: float
    error: float


@dataclass(frozen=True, slots=True, eq=False)
class Scaling:
    """Losses (W, M) of M networks of each of W widths; level ESTIMATED.

    settled (W, M): which converged (or went through their schedule); norms, gains: gradient norms at the end, and by
    which share the last thousand evaluations lowered the loss; nan for trained ones.
    """

    inputs: int
    seed: int
    unit: str
    units: StudentUnits
    quantity: str
    widths: tuple[int, ...]
    losses: Array
    norms: Array
    gains: Array
    settled: npt.NDArray[np.bool_]
    first: tuple[float, ...]

    @property
    def means(self) -> Array:
        """Mean losses (W)."""
        return np.asarray(self.losses.mean(axis=1))

    @property
    def errors(self) -> Array:
        """Their standard errors (W)."""
        return np.asarray(self.losses.std(axis=1, ddof=1) / math.sqrt(self.losses.shape[1]))

    @property
    def fit(self) -> Exponent:
        """One power law through all widths, by least squares with equal weights.

        Relative errors count as LEAST_ERROR at least: few units may find one minimum from everywhere.
        """
        errors = np.maximum(self.errors, LEAST_ERROR * self.means)
        return even_exponent(np.array(self.widths, dtype=float), self.means, errors)

    @property
    def slopes(self) -> tuple[LocalSlope, ...]:
        """Local slopes."""
        return local_slopes(self.widths, self.means, self.errors)

    def document(self) -> dict[str, Any]:
        """The document of `symlandscape particles scaling`."""
        fit = self.fit
        chi2 = 1.0 if fit.chi2 is None else fit.chi2
        return {
            "inputs": self.inputs,
            "seed": self.seed,
            **units_document(self.unit, self.units),
            "quantity": self.quantity,
            "plotted": "loss (1/2) E (f - f_n)^2; the error in f falls with half its slope",
            "seeds": int(self.losses.shape[1]),
            "rows": [
                {
                    "n": n, "loss": float(mean), "standard_error": float(error), "least": float(row.min()),
                    "settled": int(ok.sum()), "expected_first_loss": first,
                }
                for n, mean, error, row, ok, first in zip(
                    self.widths, self.means, self.errors, self.losses, self.settled, self.first, strict=True
                )
            ],
            "slope": fit.exponent,
            "slope_error": fit.error * math.sqrt(max(1.0, chi2)),
            "chi2": fit.chi2,
            "local_slopes": [
                {"from": s.first, "to": s.last, "slope": s.slope, "standard_error": s.error} for s in self.slopes
            ],
            "level": "estimated",
        }  # fmt: skip

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Widths, losses and gradient norms, for ``--out``."""
        return {
            "widths": np.array(self.widths), "losses": self.losses, "gradient_norms": self.norms,
            "gains": self.gains, "settled": self.settled,
        }  # fmt: skip


def scaling(
    inputs: int,
    widths: Sequence[int],
    units: StudentUnits,
    seeds: int,
    *,
    schedule: Schedule | None = None,
    method: str = "descent",
    most: int = 4000,
    seed: int = 0,
    force: bool = False,
    threads: int = 1,
    store: Store | str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
    executor: str | None = None,
    shard: str | None = None,
) -> Scaling:
    """Losses of `seeds` random networks of each width on the target `draw_tensor(inputs, seed)`.

    Without a schedule: converged, by L-BFGS on the exact loss with at most `most` evaluations. With one (a function of
    the width): at the end of its training. One task is one network:
    `store`, `threads`, `executor` and `shard` are those of `runs.run`, and results do not depend on them.
    Raises InputError, among others for widths that do not increase.
    """
    widths = check_widths(widths)
    if not 2 <= seeds <= MOST_SEEDS:
        raise InputError(f"expected 2 to {MOST_SEEDS} seeds (a standard error needs two), got {seeds}; take 4, say")
    if most < 1:
        raise InputError(f"expected at least one evaluation, got {most}; take some thousands")
    target = drawn_target(inputs, seed)
    tasks, work = [], converge_one if schedule is None else train_one
    for n in widths:
        for q in range(seeds):
            if schedule is None:
                tasks.append(converge_task(inputs, n, units, most, seed, q))
            else:
                options: Any = {"method": method, "seed": seed, "number": q, "force": force}
                tasks.append(train_task(inputs, n, units, schedule(n), logs=4, **options))
    where: Any = {"store": store, "threads": threads, "executor": executor, "shard": shard}
    found = run(tasks, work, progress=progress, label="networks", **where)
    shape = (len(widths), seeds)
    if schedule is None:
        losses, norms, gains = (np.array([f[name] for f in found]) for name in ("loss", "norm", "gain"))
        settled = (norms <= SETTLED) | (gains <= STEADY)
    else:
        losses = np.array([f["losses"][-1] for f in found])
        norms, gains = np.full(len(found), np.nan), np.full(len(found), np.nan)
        settled = np.array([f["ended"] == DONE for f in found])
    if not (losses > 0.0).all():
        if np.isfinite(losses).all():
            raise InputError("expected losses above the rounding of floats, got one below; take fewer units")
        bad = next(f["ended"] for f in found if f["ended"] != DONE)
        raise InputError(f"expected trainings that reach their end, but one stopped ({bad}); take a smaller --step")
    first = tuple(expected_first_loss(target, units, n) for n in widths)
    return Scaling(
        inputs, seed, "relu" if units.alpha is None else "rbf", units, QUANTITIES[schedule is not None], widths,
        losses.reshape(shape), norms.reshape(shape), gains.reshape(shape), settled.reshape(shape), first,
    )  # fmt: skip


def converge_task(inputs: int, width: int, units: StudentUnits, most: int, seed: int, number: int) -> Task:
    """One minimisation as a task."""
    told = {"inputs": inputs, "width": width, "units": [units.alpha, units.scale, units.on_sphere], "most": most}
    return Task(TASK_KIND, {**told, "tolerance": TOLERANCE, "seed": seed, "number": number})


def converge_one(task: Task) -> dict[str, Any]:
    """The minimisation of a task, in rounds of at most ROUND evaluations."""
    told = task.parameters
    target, units = drawn_target(told["inputs"], told["seed"]), StudentUnits(*told["units"])
    network = random_network(units, told["inputs"], told["width"], told["seed"], told["number"])
    left, last = told["most"], student_loss(target, units, network)
    while True:
        network, loss, norm, status, used = minimise_particles(
            target, units, network, told["tolerance"], min(left, ROUND)
        )
        left, gain, last = left - used, 1.0 - loss / last, loss
        if left <= 0 or status is MinimiseStatus.CONVERGED or (status is MinimiseStatus.STALLED and gain < 1e-9):
            break
    return {"loss": loss, "norm": norm, "gain": gain, "status": int(status), "evaluations": told["most"] - left}


def local_slopes(widths: Sequence[int], means: Array, errors: Array) -> tuple[LocalSlope, ...]:
    """Slopes between neighbours, errors of independent means taken over to first order."""
    made = []
    for q in range(len(widths) - 1):
        gap = math.log(widths[q + 1] / widths[q])
        slope = math.log(means[q + 1] / means[q]) / gap
        error = math.hypot(errors[q] / means[q], errors[q + 1] / means[q + 1]) / gap
        made.append(LocalSlope(widths[q], widths[q + 1], slope, error))
    return tuple(made)


def check_widths(widths: Sequence[int]) -> tuple[int, ...]:
    """At least two increasing widths. Raises InputError."""
    for n in widths:
        check_width(n)
    if len(widths) < 2 or any(a >= b for a, b in zip(widths, widths[1:], strict=False)):
        shown = ", ".join(map(str, widths))
        raise InputError(f"expected at least two increasing widths, like 16,32,64, got {shown or 'none'}")
    return tuple(widths)
