"""Training of particles: gradient descent and flow on the exact loss, online stochastic gradients, at logged times.

The loss is the exact population loss throughout; the stability limit of the step is 2/lambda with the largest
eigenvalue lambda of n times its Hessian (2.785/lambda for the flow's Runge-Kutta steps), at each logged time.
Level ESTIMATED. Source: rotskoff_vanden_eijnden_2022, sections 4 and 5.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from symlandscape.backends.common import resolve_device
from symlandscape.backends.particles_training import (
    Network,
    StudentUnits,
    descend_particles,
    particle_curvature,
    sgd_particles,
    student_loss,
)
from symlandscape.errors import InputError
from symlandscape.particles.schedules import Phase
from symlandscape.particles.students import check_width, drawn_target, expected_first_loss, random_network
from symlandscape.runs import Progress, Task, run
from symlandscape.statistics import estimate

__all__ = ["Training", "stability_limit", "train", "train_task", "units_document"]

Array = npt.NDArray[np.float64]

TASK_KIND = "particles.train/1"
LIMITS = {"descent": 2.0, "flow": 2.785293563405282}
"""Ends of the real stability intervals of the explicit and of the classical Runge-Kutta step."""

RUNAWAY = 1e3
"""A loss beyond this multiple of the larger of the first loss and (1/2) E f^2 ends a training."""

MOST_LOGS = 1_000_000

ROUGH = 0.02
"""Relative growth at which the largest eigenvalue counts as found at the later logged times."""

STREAM_OF_INPUTS = 1
DONE, BEYOND, RAN_AWAY = "done", "step beyond the stability limit", "the loss ran away"


@dataclass(frozen=True, slots=True, eq=False)
class Training:
    """`starts` trainings of one width, logged at `times` (K); level ESTIMATED.

    losses, limits (starts, K): exact losses and stability limits, nan once a training has stopped; endings (starts);
    c (starts, n), Z (starts, n, m): the networks at the end.
    """

    inputs: int
    seed: int
    unit: str
    units: StudentUnits
    method: str
    phases: tuple[Phase, ...]
    times: Array
    losses: Array
    limits: Array
    endings: tuple[str, ...]
    expected_first: float
    c: Array
    Z: Array

    @property
    def stability_limit(self) -> float:
        """The least limit of the starts."""
        return float(self.limits[:, 0].min())

    @property
    def logged(self) -> int:
        """How many of the logged times all trainings have reached."""
        return int(np.isfinite(self.losses).all(axis=0).sum())

    def document(self) -> dict[str, Any]:
        """The document of `symlandscape particles train`."""
        kept = self.logged
        losses, limits = self.losses[:, :kept], self.limits[:, :kept]
        many = losses.shape[0] > 1
        errors = [estimate(row).standard_error for row in losses.T] if many else None
        return {
            "inputs": self.inputs,
            "width": int(self.c.shape[1]),
            "seed": self.seed,
            **units_document(self.unit, self.units),
            "method": self.method,
            "phases": [{"steps": p.steps, "step": p.step, "batch": p.batch if p.batch else None} for p in self.phases],
            "starts": int(losses.shape[0]),
            "times": self.times[:kept].tolist(),
            "loss": losses.mean(axis=0).tolist(),
            "standard_error": errors,
            "first_loss": float(losses[:, 0].mean()),
            "expected_first_loss": self.expected_first,
            "final_loss": float(losses[:, -1].mean()),
            "stability_limit": self.stability_limit,
            "stability_limits": limits.min(axis=0).tolist(),
            "ended": {name: self.endings.count(name) for name in dict.fromkeys(self.endings)},
            "stopped": any(name != DONE for name in self.endings),
            "level": "estimated",
        }

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Times, losses, limits and the networks at the end, for ``--out``."""
        effective = self.units.scale * self.c
        return {
            "times": self.times, "losses": self.losses, "limits": self.limits, "c": self.c, "c_times_scale": effective,
            "Z": self.Z,
        }  # fmt: skip


def train(
    inputs: int,
    width: int,
    units: StudentUnits,
    phases: Sequence[Phase],
    *,
    method: str = "descent",
    seed: int = 0,
    starts: int = 1,
    logs: int = 20,
    force: bool = False,
    threads: int = 1,
    device: str = "cpu",
    store: str | os.PathLike[str] | None = None,
    executor: str | None = None,
    shard: str | None = None,
    progress: Progress | None = None,
) -> Training:
    """Train `starts` random networks on the target `draw_tensor(inputs, seed)` through the phases of a schedule.

    Phases of batch 0 follow the exact loss by `method`, "descent" or "flow"; others take fresh inputs. The loss is
    evaluated at `logs` equally spaced steps after the first. A step beyond the stability limit is refused at the start
    and ends a training at the first logged time where it is, unless forced. Results depend on the seed and the
    network's number, not on threads; on a CUDA device, which takes the steps on fresh inputs, up to rounding. One task
    is one network: `store`, `executor` and `shard` are those of `runs.run`.
    Raises InputError.
    """
    if not 1 <= starts <= MOST_LOGS or not 1 <= logs <= MOST_LOGS:
        raise InputError(f"expected 1 to {MOST_LOGS} starts and as many logged times, got {starts} and {logs}")
    check_width(width)
    on_device = resolve_device(device, ported=any(phase.batch for phase in phases)) == "cuda"
    target = drawn_target(inputs, seed)
    if sum(phase.steps for phase in phases) < 1:
        raise InputError("expected at least one step, got a schedule without any; ask for more --steps")
    tasks = [
        train_task(inputs, width, units, phases, method=method, seed=seed, number=q, logs=logs, force=force)
        for q in range(starts)
    ]
    if on_device:
        threads = 1
        tasks = [Task(task.kind, {**task.parameters, "device": "cuda"}) for task in tasks]
    if not force:
        refuse_beyond(tasks[0])
    found = run(
        tasks,
        train_one,
        store=store,
        threads=threads,
        executor=executor,
        shard=shard,
        progress=progress,
        label="trainings",
    )
    for task, one in zip(tasks, found, strict=True):
        if one["ended"] == BEYOND and np.isfinite(one["losses"]).sum() == 1:
            raise InputError(refusal(task, float(one["limits"][0])))
    return Training(
        inputs, seed, "relu" if units.alpha is None else "rbf", units, method, tuple(phases),
        np.asarray(found[0]["times"]), np.array([f["losses"] for f in found]), np.array([f["limits"] for f in found]),
        tuple(f["ended"] for f in found), expected_first_loss(target, units, width),
        np.array([f["c"] for f in found]), np.array([f["Z"] for f in found]),
    )  # fmt: skip


def train_task(
    inputs: int, width: int, units: StudentUnits, phases: Sequence[Phase], *, method: str = "descent", seed: int = 0,
    number: int = 0, logs: int = 20, force: bool = False, watch: bool = True,
) -> Task:  # fmt: skip
    """One training as a task; `watch`: whether the stability limit is computed at each logged time."""
    if method not in LIMITS:
        raise InputError(f"expected the method descent or flow, got {method!r}")
    return Task(
        TASK_KIND,
        {
            "inputs": inputs, "width": width, "units": [units.alpha, units.scale, units.on_sphere],
            "phases": [[p.steps, p.step, p.batch] for p in phases], "method": method, "seed": seed, "number": number,
            "logs": logs, "force": force, "watch": watch,
        },
    )  # fmt: skip


def train_one(task: Task) -> dict[str, Any]:
    """The training of a task: times, losses, limits (K), how it ended, the last network."""
    told = task.parameters
    target, units = drawn_target(told["inputs"], told["seed"]), StudentUnits(*told["units"])
    phases = [Phase(*row) for row in told["phases"]]
    network = random_network(units, told["inputs"], told["width"], told["seed"], told["number"])
    total = sum(phase.steps for phase in phases)
    logs = min(told["logs"], total)  # no more marks than steps
    marks = sorted({round(q * total / logs) for q in range(logs + 1)})
    losses, limits = np.full(len(marks), np.nan), np.full(len(marks), np.nan)
    bound = RUNAWAY * max(target.constant, student_loss(target, units, network))
    times, ended, vector = [_time(phases, mark) for mark in marks], DONE, None
    for place, mark in enumerate(marks):
        if place:
            network, done = advance(target, units, network, phases, marks[place - 1], mark, told)
            if done < mark - marks[place - 1]:
                ended = RAN_AWAY
                break
        value = student_loss(target, units, network)
        if not value <= bound:
            ended = RAN_AWAY
            break
        losses[place] = value
        if told["watch"]:
            most, tol = (40, 1e-3) if place == 0 else (8, ROUGH)
            lam, vector = particle_curvature(target, units, network, start=vector, most=most, tol=tol)
            limits[place] = _limit(lam, phases, told["method"])
            if not told["force"] and _longest(phases) > limits[place]:
                ended = BEYOND
                break
    return {
        "times": np.array(times), "losses": losses, "limits": limits, "ended": ended, "c": network[0], "Z": network[1]
    }  # fmt: skip


def advance(
    target: Any, units: StudentUnits, network: Network, phases: Sequence[Phase], begin: int, end: int, told: Any
) -> tuple[Network, int]:
    """The network after steps begin .. end - 1 of the schedule, and how many of them were done."""
    first, made = 0, 0
    stream = (told["width"] << 32) + (told["number"] << 8) + STREAM_OF_INPUTS
    for phase in phases:
        low, high = max(begin, first), min(end, first + phase.steps)
        if low < high:
            if phase.batch:
                network, done = sgd_particles(
                    target, units, network, phase.step, phase.batch, high - low, first=low, seed=told["seed"],
                    stream=stream, device=told.get("device", "cpu"),
                )  # fmt: skip
            else:
                network, done = descend_particles(target, units, network, phase.step, high - low, told["method"])
            made += done
            if done < high - low or not (np.isfinite(network[0]).all() and np.isfinite(network[1]).all()):
                return network, min(made, end - begin - 1)
        first += phase.steps
    return network, made


def stability_limit(target: Any, units: StudentUnits, network: Network, method: str = "descent") -> float:
    """The largest stable step of theta' = -n grad L at a network; infinite where no direction curves upward."""
    lam, _ = particle_curvature(target, units, network)
    return LIMITS[method] / lam if lam > 0.0 else math.inf


def refuse_beyond(task: Task) -> None:
    """Raises InputError where the step of a training is beyond the stability limit at its start."""
    told = task.parameters
    units, phases = StudentUnits(*told["units"]), [Phase(*row) for row in told["phases"]]
    network = random_network(units, told["inputs"], told["width"], told["seed"], told["number"])
    lam, _ = particle_curvature(drawn_target(told["inputs"], told["seed"]), units, network)
    limit = _limit(lam, phases, told["method"])
    if _longest(phases) > limit:
        raise InputError(refusal(task, limit))


def refusal(task: Task, limit: float) -> str:
    """The sentence about a step beyond the stability limit."""
    step = _longest([Phase(*row) for row in task.parameters["phases"]])
    return (
        f"expected a step up to the stability limit {limit:.4g} of network {task.parameters['number']}, got {step:g}; "
        "take a smaller --step, or --force it"
    )


def units_document(unit: str, units: StudentUnits) -> dict[str, Any]:
    """What a document says about the units."""
    return {"unit": unit, "alpha": units.alpha, "scale": units.scale, "on_sphere": units.on_sphere}


def _limit(lam: float, phases: Sequence[Phase], method: str) -> float:
    """The limit of the step at largest eigenvalue lam: that of the explicit step as soon as a phase takes batches."""
    factor = LIMITS["descent"] if any(p.batch for p in phases) else LIMITS[method]
    return factor / lam if lam > 0.0 else math.inf


def _longest(phases: Sequence[Phase]) -> float:
    return max(p.step for p in phases if p.steps)


def _time(phases: Sequence[Phase], mark: int) -> float:
    """The time after the first `mark` steps."""
    time, left = 0.0, mark
    for phase in phases:
        now = min(left, phase.steps)
        time, left = time + now * phase.step, left - now
    return time
