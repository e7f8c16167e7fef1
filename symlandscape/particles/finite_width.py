"""What a finite width costs at a fixed time of the gradient flow: networks nested in each other.

A replicate draws one network of the largest width; the networks of width n are its disjoint blocks of n particles. The
loss is a smooth functional of the empirical measure, so what is linear in the measure cancels from the difference of
the mean over the blocks and the whole: differences between widths have errors of their own order 1/n, not n^{-1/2}.

* L_n(t) = L_inf(t) + A(t)/n + B(t)/n^2: L_inf by elimination of A and B from the three largest widths.
* Differences of neighbouring widths need no L_inf: their ratio tells the exponent of L_n - L_inf.
* E_x Var f_n(x) = E |f_n - g_n|^2/2 over pairs of independent blocks, exact in x.

Level ESTIMATED. Source: rotskoff_vanden_eijnden_2022, sections 2 and 3; the nesting is ours.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from symlandscape.backends.particles_training import (
    Network,
    StudentUnits,
    descend_particles,
    function_distance,
    student_loss,
)
from symlandscape.errors import InputError
from symlandscape.particles.students import drawn_target, random_network
from symlandscape.particles.width_scaling import check_widths
from symlandscape.runs import Progress, Task, run
from symlandscape.statistics import Estimate, Exponent, estimate, even_exponent, jackknife

__all__ = ["NestedFlow", "nested_flow"]

Array = npt.NDArray[np.float64]

TASK_KIND = "particles.nested-flow/1"


@dataclass(frozen=True, slots=True, eq=False)
class NestedFlow:
    """Losses of R replicates, W doubling widths, K times; level ESTIMATED.

    losses (R, W, K): means over the blocks of a replicate; variances (R, W, K): means of |f - g|^2/2 over its disjoint
    pairs of blocks, nan for the largest width.
    """

    widths: tuple[int, ...]
    times: Array
    losses: Array
    variances: Array

    @property
    def limits(self) -> Array:
        """(R, K): L_inf(t) of each replicate, from its three largest widths."""
        one, two, three = (self.losses[:, q] for q in (-3, -2, -1))
        return np.asarray((one - 6.0 * two + 8.0 * three) / 3.0)

    def limit(self, k: int) -> Estimate:
        """L_inf at time k."""
        return estimate(self.limits[:, k])

    def excess(self, k: int) -> list[Estimate]:
        """L_n - L_inf at time k, for each width: differences within replicates."""
        return [estimate(self.losses[:, q, k] - self.limits[:, k]) for q in range(len(self.widths))]

    def exponents(self, k: int) -> list[Estimate]:
        """Local exponents of L_n - L_inf at time k from ratios of neighbouring differences, W - 2 of them."""
        gaps = self.losses[:, :-1, k] - self.losses[:, 1:, k]
        return [jackknife(gaps[:, q : q + 2], _exponent) for q in range(gaps.shape[1] - 1)]

    def variance(self, k: int) -> list[Estimate]:
        """E_x Var f_n(x) at time k, for each width but the largest."""
        return [estimate(self.variances[:, q, k]) for q in range(len(self.widths) - 1)]

    def variance_exponent(self, k: int) -> Exponent:
        """One power law through these variances."""
        rows = self.variance(k)
        widths = np.array(self.widths[:-1], dtype=float)
        return even_exponent(widths, [r.mean for r in rows], [r.standard_error for r in rows])


def nested_flow(
    inputs: int,
    widths: Sequence[int],
    units: StudentUnits,
    replicates: int,
    times: Sequence[float],
    step: float,
    *,
    seed: int = 0,
    threads: int = 1,
    store: str | os.PathLike[str] | None = None,
    executor: str | None = None,
    shard: str | None = None,
    progress: Progress | None = None,
) -> NestedFlow:
    """Flow of `replicates` nested families of networks, logged at increasing multiples of `step` (0 allowed first).

    widths double, at least three. Results depend on the seed and the replicate's number, not on threads. One
    task is one replicate: `store`, `executor` and `shard` are those of `runs.run`. Raises InputError.
    """
    widths = check_widths(widths)
    if len(widths) < 3 or any(b != 2 * a for a, b in zip(widths, widths[1:], strict=False)):
        raise InputError(f"expected at least three widths that double, like 16,32,64, got {widths}")
    if replicates < 2:
        raise InputError(f"expected at least two replicates for a standard error, got {replicates}")
    marks = [round(t / step) for t in times] if step > 0.0 else []
    if not marks or marks[0] < 0 or any(a >= b for a, b in zip(marks, marks[1:], strict=False)):
        raise InputError(f"expected a step > 0 and increasing times, got step {step} and times {list(times)}")
    kind = [units.alpha, units.scale, units.on_sphere]
    told = {"inputs": inputs, "widths": widths, "units": kind, "marks": marks, "step": step, "seed": seed}
    tasks = [Task(TASK_KIND, {**told, "number": q}) for q in range(replicates)]
    found = run(
        tasks,
        flow_one,
        store=store,
        threads=threads,
        executor=executor,
        shard=shard,
        progress=progress,
        label="replicates",
    )
    losses, variances = (np.array([f[name] for f in found]) for name in ("losses", "variances"))
    if not np.isfinite(losses).all():
        raise InputError(f"expected a stable flow, but a loss is not finite; take a step below {step:g}")
    return NestedFlow(widths, step * np.array(marks, dtype=float), losses, variances)


def flow_one(task: Task) -> dict[str, Any]:
    """One replicate: losses and variances (W, K)."""
    told = task.parameters
    widths, marks = told["widths"], told["marks"]
    target, units = drawn_target(told["inputs"], told["seed"]), StudentUnits(*told["units"])
    c, Z = random_network(units, told["inputs"], widths[-1], told["seed"], told["number"])
    losses, variances = np.full((len(widths), len(marks)), np.nan), np.full((len(widths), len(marks)), np.nan)
    for q, n in enumerate(widths):
        blocks: list[Network] = [(c[i : i + n], Z[i : i + n]) for i in range(0, widths[-1], n)]
        before = 0
        for k, mark in enumerate(marks):
            blocks = [descend_particles(target, units, net, told["step"], mark - before, "flow")[0] for net in blocks]
            before = mark
            if not all(np.isfinite(net[0]).all() and np.isfinite(net[1]).all() for net in blocks):
                return {"losses": losses, "variances": variances}
            losses[q, k] = np.mean([student_loss(target, units, net) for net in blocks])
            pairs = zip(blocks[::2], blocks[1::2], strict=False)
            distances = [0.5 * function_distance(target, units, one, other) for one, other in pairs]
            if distances:
                variances[q, k] = np.mean(distances)
    return {"losses": losses, "variances": variances}


def _exponent(gaps: Array) -> float:
    """p of D_n/D_2n = 2^p; nan where a difference is not positive."""
    return math.log2(gaps[0] / gaps[1]) if gaps.min() > 0.0 else math.nan
