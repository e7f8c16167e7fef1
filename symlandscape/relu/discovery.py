"""What random starts reach: many minimisations, grouped up to permutations of neurons and inputs, each group named and
certified.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from symlandscape import backends
from symlandscape.errors import InputError
from symlandscape.evidence import Verdict
from symlandscape.relu.identification import IdentifiedPoint, identify_matrix
from symlandscape.relu.targets import orthogonal_targets
from symlandscape.relu.zero_loss import zero_loss
from symlandscape.runs import Task, run, start_batch

__all__ = ["Discovery", "discover"]

CHUNK = 64  # starts in one task
DEVICE_CHUNK = 16384  # on a device, which runs some 500 of them at a time
TASK_KIND = "relu.minimise/2"
TOLERANCE = 1e-12
DESCENT_TOLERANCE = 1e-7  # where the fixed-step methods hand over to the polish, which stays in their basin
SAME_LOSS = 1e-9
SAME_ENTRIES = 1e-5


@dataclass(frozen=True, slots=True)
class Discovery:
    """End points of random starts: ``points`` with ``counts``, most frequent first; ``reasons`` counts the starts that
    did not converge.
    """

    neurons: int
    inputs: int
    starts: int
    converged: int
    seed: int
    method: str
    points: tuple[IdentifiedPoint, ...]
    counts: tuple[int, ...]
    reasons: dict[str, int]
    losses: np.ndarray
    slope: Fraction = Fraction(0)

    def document(self) -> dict[str, Any]:
        """CONTRACT's document of ``relu discover``."""
        rows = []
        for point, count in zip(self.points, self.counts, strict=True):
            row = point.document(15)
            keys = (
                "family",
                "isotropy",
                "loss",
                "extra",
                "least_eigenvalue",
                "morse_index",
                "verdict",
                "level",
                "reason",
            )
            rows.append({**{key: row[key] for key in keys}, "count": count})
        return {
            "neurons": self.neurons,
            "inputs": self.inputs,
            "starts": self.starts,
            "converged": self.converged,
            "not_converged": self.reasons,
            "method": self.method,
            "seed": self.seed,
            "slope": str(self.slope),
            "points": rows,
        }

    def arrays(self) -> dict[str, np.ndarray]:
        """One polished matrix for each point, the counts, and the losses of all starts in order, for ``--out``."""
        shape = (0, self.neurons, self.inputs)
        matrices = np.stack([p.weights for p in self.points]) if self.points else np.empty(shape)
        return {"W": matrices, "counts": np.array(self.counts, dtype=np.int64), "losses": self.losses}

    def _repr_html_(self) -> str:
        names = ("count", "family", "isotropy", "loss", "least_eigenvalue", "verdict", "level")
        head = "".join(f"<th>{name}</th>" for name in names)
        rows = "".join(
            "<tr>" + "".join(f"<td>{row[name]}</td>" for name in names) + "</tr>" for row in self.document()["points"]
        )
        return f"<table><tr>{head}</tr>{rows}</table>"


def _minimise(task: Task) -> dict[str, np.ndarray]:
    """The classes of the end points of one chunk of starts, with their sizes, and all losses and reasons; a pure
    function of the task. Grouping here keeps a matrix for each class, not for each start.
    """
    p = task.parameters
    starts = start_batch(p["seed"], p["first"], p["count"], p["neurons"], p["inputs"])
    device = p.get("device", "cpu")
    V, slope = (np.array(p["targets"]) if "targets" in p else None), float(p.get("slope", 0.0))
    if p["method"] == "lbfgs":
        batch = backends.minimise_relu(starts, V, slope, method="lbfgs", tol=p["tolerance"], device=device)
    else:
        rough = backends.minimise_relu(starts, V, slope, method=p["method"], tol=p["descent_tolerance"], device=device)
        batch = backends.minimise_relu(rough.points, V, slope, method="lbfgs", tol=p["tolerance"])
        unfinished = ~rough.converged
        batch.status[unfinished] = rough.status[unfinished]
    good = batch.converged
    classes = _groups(batch.points[good], batch.losses[good], np.ones(int(good.sum()), np.int64), V)
    return {**classes, "losses": batch.losses, "status": batch.status}


def discover(
    neurons: int,
    inputs: int,
    starts: int,
    method: str = "lbfgs",
    seed: int = 0,
    threads: int = 1,
    device: str = "cpu",
    progress: Callable[[int, int], None] | None = None,
    store: str | os.PathLike[str] | None = None,
    targets: np.ndarray | None = None,
    slope: Fraction | int = 0,
    executor: str | None = None,
    shard: str | None = None,
) -> Discovery:
    """The critical points that ``starts`` random starts reach for k = ``neurons`` and d = ``inputs``, with targets V
    (h, d), default the unit vectors.

    Start i has independent normal entries of variance 1/d and depends on ``seed`` and i alone; the result does not
    depend on ``threads``. ``method`` is ``lbfgs`` (then Newton-CG), or ``gd``, ``heavy-ball``, ``nesterov`` with a
    fixed step, polished at the end. One task is a chunk of starts: ``store``, ``executor`` and ``shard`` are those of
    ``runs.run``. Counts are ESTIMATED; each point carries its own level. Raises InputError for sizes
    below 1, unknown methods or devices.
    """
    if neurons < 1 or inputs < 1 or starts < 1:
        raise InputError(f"expected at least one neuron, input and start, got {neurons}, {inputs} and {starts}")
    if method not in backends.METHODS:
        raise InputError(f"expected a method among {', '.join(backends.METHODS)}, got {method!r}")
    on_device = backends.resolve_device(device) == "cuda"
    if slope == 1:
        raise InputError("slope 1 makes the activation linear, which is excluded; take a slope below 1")
    if targets is not None:
        targets = np.asarray(targets, dtype=float)
        if targets.ndim != 2 or targets.shape[1] != inputs:
            raise InputError(
                f"targets of shape (h, {inputs}) were expected, but {targets.shape} came; rows are targets"
            )
    common: dict[str, Any] = {
        "neurons": neurons,
        "inputs": inputs,
        "seed": seed,
        "method": method,
        "tolerance": TOLERANCE,
    }
    if method != "lbfgs":
        common["descent_tolerance"] = DESCENT_TOLERANCE
    if targets is not None:
        common["targets"] = targets.tolist()
    if slope:
        common["slope"] = float(slope)
    if on_device:
        common["device"] = "cuda"
    chunk = DEVICE_CHUNK if on_device else CHUNK
    tasks = [
        Task(TASK_KIND, {**common, "first": first, "count": min(chunk, starts - first)})
        for first in range(0, starts, chunk)
    ]

    def tell(done: int, total: int, label: str) -> None:
        if progress is not None:
            progress(min(starts, done * chunk), starts)

    threads = 1 if on_device else threads
    chunks = run(tasks, _minimise, store=store, threads=threads, executor=executor, shard=shard, progress=tell)
    losses = np.concatenate([chunk["losses"] for chunk in chunks])
    status = np.concatenate([chunk["status"] for chunk in chunks])
    good = status == backends.MinimiseStatus.CONVERGED
    reasons = Counter(backends.MinimiseStatus(int(s)).message for s in status[~good])
    points, levels, sizes = (
        np.concatenate([chunk[name] for chunk in chunks]) for name in ("points", "levels", "counts")
    )
    classes = _groups(points, levels, sizes, targets)
    counts = classes["counts"].tolist()
    found = [identify_matrix(W, targets, Fraction(slope), position=i) for i, W in enumerate(classes["points"])]
    order = sorted(range(len(found)), key=lambda i: (-counts[i], found[i].loss))
    return Discovery(
        neurons, inputs, starts, int(good.sum()), seed, method,
        tuple(found[i] for i in order), tuple(counts[i] for i in order), dict(sorted(reasons.items())), losses,
        Fraction(slope),
    )  # fmt: skip


def _groups(
    points: np.ndarray, losses: np.ndarray, sizes: np.ndarray, V: np.ndarray | None = None
) -> dict[str, np.ndarray]:
    """The classes of points with equal loss, sorted entries and sorted row and column lengths: ``points``, their losses
    ``levels``, and ``counts``, to which each point contributes its size.

    With targets V the entries and columns are those of W Q' for V = D Q, else of W V'. All global minima with split
    neurons (a continuum for k > d) form one class, the first. The invariants do not change under permutations of rows
    and columns; the first member in the order of the starts represents its class.
    """
    places: list[int] = []
    keys: list[tuple[float, np.ndarray]] = []
    counts: list[int] = []
    frame = orthogonal_targets(V, points.shape[2])
    turned = [frame.turned(W) if frame is not None else W @ V.T for W in points]  # type: ignore[union-attr]
    zeros = [frame is not None and zero_loss(W, x, frame) is not None for W, x in zip(turned, losses, strict=True)]
    if any(zeros):
        places.append(zeros.index(True))
        keys.append((float("nan"), np.empty(0)))  # equal to no other
        counts.append(int(sizes[zeros].sum()))
    for place, (W, loss, zero, size) in enumerate(zip(turned, losses, zeros, sizes.tolist(), strict=True)):
        if zero:
            continue
        invariant = np.concatenate(
            [np.sort(W.ravel()), np.sort(np.linalg.norm(W, axis=0)), np.sort(np.linalg.norm(W, axis=1))]
        )
        for i, (other, entries) in enumerate(keys):
            if abs(other - loss) < SAME_LOSS and float(np.max(np.abs(entries - invariant))) < SAME_ENTRIES:
                counts[i] += size
                break
        else:
            places.append(place)
            keys.append((float(loss), invariant))
            counts.append(size)
    return {"points": points[places], "levels": losses[places], "counts": np.array(counts, dtype=np.int64)}


def is_certified_minimum(point: IdentifiedPoint) -> bool:
    """Whether the point is enclosed, proved to exist and to be a local minimum."""
    return point.point is not None and point.point.existence is Verdict.YES and point.verdict == "minimum"
