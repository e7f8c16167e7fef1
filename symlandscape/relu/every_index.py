"""Critical points of every index: Newton on the gradient from random starts, kinds counted up to permutations.

Descent sees minima only. Here the squared length of the gradient G = |g|^2 is lowered by regularised Newton steps
H (H^2 + m |g| I)^{-1} g on the dense Hessian H: far out they descend on G, close to a critical point of any index they
are Newton's. A start may also end where G has a positive minimum, or run into a zero neuron, where the loss has no
gradient; both are counted as such. Nothing says that all critical points are found: `Unseen` estimates how many are
not, from the kinds that were met once and twice.

Neurons that point the same way may share their lengths at will: such critical points come in continua, with a flat
direction for each neuron beyond the first. A continuum is one kind, represented by equal shares.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from symlandscape import backends
from symlandscape.errors import InputError
from symlandscape.evidence import Level, Verdict
from symlandscape.relu.identification import identify_matrix
from symlandscape.runs import Task, generator, run, starts

__all__ = ["Saddle", "Saddles", "certified_index", "newton_on_gradient", "saddles"]

CHUNK = 16
TASK_KIND = "relu.saddles/1"
TOLERANCE = 1e-11  # of the gradient's length
STEPS = 150
SMALLEST_ROW = 1e-7
SCALES = (0.1, 2.0)  # of the starts, in units of 1/sqrt(d); log-uniform
SAME_LOSS = 1e-9
SAME_SPECTRUM = 1e-6
SAME_DIRECTION = 1e-6
FLAT = 1e-7  # eigenvalues below this size in units of the largest are called zero
MAX_STARTS = 10_000_000
FOUND, STUCK, SINGULAR = 0, 1, 2
REASONS = {
    STUCK: "the gradient's length has a positive minimum there, or the steps were used up",
    SINGULAR: "a neuron shrank to zero, where the loss is not differentiable",
}


@dataclass(frozen=True, slots=True)
class Saddle:
    """One kind of critical point: ``weights`` (k, d), loss, ``index`` = negative and ``flat`` = zero Hessian
    eigenvalues (in floats), and how many starts ended at it up to permutations of neurons and inputs. Level ESTIMATED.
    """

    weights: np.ndarray
    loss: float
    index: int
    flat: int
    gradient_norm: float
    count: int
    level: Level = Level.ESTIMATED

    @property
    def normalised_index(self) -> float:
        """The fraction of negative eigenvalues."""
        return self.index / self.weights.size


@dataclass(frozen=True, slots=True)
class Saddles:
    """The kinds that ``starts`` starts reached, lowest loss first; ``reasons`` counts the starts that reached none."""

    neurons: int
    inputs: int
    starts: int
    seed: int
    points: tuple[Saddle, ...]
    reasons: dict[str, int]

    @property
    def unseen(self) -> float:
        """A lower estimate of the number of kinds that these starts could reach and did not: f1 (f1-1) / (2 (f2+1))
        from the numbers f1, f2 of kinds met once and twice (Chao 1984, bias-corrected). ESTIMATED."""
        once, twice = (sum(p.count == n for p in self.points) for n in (1, 2))
        return once * (once - 1) / (2 * (twice + 1))

    def document(self) -> dict[str, Any]:
        """The JSON document of ``relu saddles``."""
        return {
            "neurons": self.neurons,
            "inputs": self.inputs,
            "starts": self.starts,
            "seed": self.seed,
            "reached": sum(p.count for p in self.points),
            "not_reached": self.reasons,
            "unseen_at_least": self.unseen,
            "points": [
                {
                    "loss": p.loss,
                    "index": p.index,
                    "flat": p.flat,
                    "normalised_index": p.normalised_index,
                    "gradient_norm": p.gradient_norm,
                    "count": p.count,
                    "level": p.level.value,
                }
                for p in self.points
            ],
        }

    def arrays(self) -> dict[str, np.ndarray]:
        """Matrices, losses, indices and counts of the kinds, for ``--out``."""
        shape = (0, self.neurons, self.inputs)
        return {
            "W": np.stack([p.weights for p in self.points]) if self.points else np.empty(shape),
            "losses": np.array([p.loss for p in self.points]),
            "indices": np.array([p.index for p in self.points], dtype=np.int64),
            "counts": np.array([p.count for p in self.points], dtype=np.int64),
        }


def newton_on_gradient(start: np.ndarray) -> tuple[np.ndarray, int]:
    """The critical point that regularised Newton on the gradient reaches from ``start`` (k, d), V = I, and FOUND, STUCK
    or SINGULAR.
    """
    W, weight = np.array(start, dtype=float), 1e-2
    gradient = backends.relu_loss_gradient(W)[1]
    size = float(np.linalg.norm(gradient))
    for _ in range(STEPS):
        if size <= TOLERANCE:
            return W, FOUND
        values, vectors = np.linalg.eigh(backends.relu_hessian(W))
        along = vectors.T @ gradient.ravel()
        while True:
            step = vectors @ (values / (values * values + weight * size) * along)
            trial = W - step.reshape(W.shape)
            if float(np.linalg.norm(trial, axis=1).min()) > SMALLEST_ROW:
                new = backends.relu_loss_gradient(trial)[1]
                length = float(np.linalg.norm(new))
                if length < size:
                    break
            weight *= 4.0
            if weight > 1e12:
                thin = float(np.linalg.norm(W, axis=1).min()) < 10 * SMALLEST_ROW
                return W, SINGULAR if thin else STUCK
        W, gradient, size = trial, new, length
        weight = max(weight / 8.0, 1e-12)
    return W, STUCK


def certified_index(point: Saddle) -> int | None:
    """The proved Morse index of the critical point next to ``point``; None where existence or a sign is not proved."""
    if point.flat:
        return None
    found = identify_matrix(point.weights).point
    return found.morse_index if found is not None and found.existence is Verdict.YES else None


def _chunk(task: Task) -> dict[str, np.ndarray]:
    """The end points of one chunk of starts with their status; a pure function of the task."""
    p = task.parameters
    k, d = p["neurons"], p["inputs"]
    points, status = np.empty((p["count"], k, d)), np.empty(p["count"], dtype=np.int8)
    for i in range(p["count"]):
        index = p["first"] + i
        low, high = np.log(SCALES[0]), np.log(SCALES[1])
        scale = float(np.exp(generator(p["seed"], index, stream=1).uniform(low, high)))
        points[i], status[i] = newton_on_gradient(starts(p["seed"], index, k, d) * scale)
    return {"points": points, "status": status}


def saddles(
    neurons: int,
    inputs: int,
    starts: int,
    seed: int = 0,
    threads: int = 1,
    certify: bool = False,
    progress: Callable[[int, int], None] | None = None,
    device: str = "cpu",
    store: str | os.PathLike[str] | None = None,
    executor: str | None = None,
    shard: str | None = None,
) -> Saddles:
    """Critical points of every index of the loss with k = ``neurons``, d = ``inputs``, V = I, slope 0.

    Start i depends on ``seed`` and i alone: normal entries of a log-uniform scale between 0.1 and 2 times 1/sqrt d. The
    result does not depend on ``threads``. Points are ESTIMATED (gradient length at most 1e-11); with ``certify`` each
    representative without flat directions is enclosed, and its level is CERTIFIED where existence and index are proved.
    Newton runs on the processor; ``device`` is checked as everywhere. ``store``, ``executor`` and ``shard`` are those
    of ``runs.run``. Raises InputError for sizes below 1, beyond 10 million starts, and for a device that is not there.
    """
    backends.resolve_device(device, ported=False)
    if neurons < 1 or inputs < 1 or starts < 1:
        raise InputError(f"expected at least one neuron, input and start, got {neurons}, {inputs} and {starts}")
    if starts > MAX_STARTS:
        raise InputError(f"expected at most {MAX_STARTS} starts, got {starts}; take fewer, and other seeds for more")
    common = {"neurons": neurons, "inputs": inputs, "seed": seed, "tolerance": TOLERANCE}
    tasks = [
        Task(TASK_KIND, {**common, "first": first, "count": min(CHUNK, starts - first)})
        for first in range(0, starts, CHUNK)
    ]

    def tell(done: int, total: int, label: str) -> None:
        if progress is not None:
            progress(min(starts, done * CHUNK), starts)

    chunks = run(tasks, _chunk, store=store, threads=threads, executor=executor, shard=shard, progress=tell)
    points = np.concatenate([chunk["points"] for chunk in chunks])
    status = np.concatenate([chunk["status"] for chunk in chunks])
    reasons = Counter(REASONS[int(s)] for s in status if s != FOUND)
    kinds = _kinds(points[status == FOUND])
    if certify:
        kinds = tuple(replace(p, level=Level.CERTIFIED) if certified_index(p) == p.index else p for p in kinds)
    return Saddles(neurons, inputs, starts, seed, kinds, dict(sorted(reasons.items())))


def _kinds(points: np.ndarray) -> tuple[Saddle, ...]:
    """One representative for each kind: points of equal loss and equal Hessian spectrum, lowest loss first.

    Both are invariant under permutations of rows and columns. The first member in the order of the starts represents
    its kind.
    """
    found: list[tuple[np.ndarray, float, np.ndarray, float]] = []
    counts: list[int] = []
    for W in map(_equal_shares, points):
        loss, gradient = backends.relu_loss_gradient(W)
        spectrum = np.linalg.eigvalsh(backends.relu_hessian(W))
        for i, (_, other, eigenvalues, _) in enumerate(found):
            if abs(other - loss) < SAME_LOSS and float(np.max(np.abs(eigenvalues - spectrum))) < SAME_SPECTRUM:
                counts[i] += 1
                break
        else:
            found.append((W, loss, spectrum, float(np.linalg.norm(gradient))))
            counts.append(1)
    kinds = []
    for (W, loss, spectrum, norm), count in zip(found, counts, strict=True):
        flat = FLAT * float(np.max(np.abs(spectrum)))
        kinds.append(Saddle(W, loss, int((spectrum < -flat).sum()), int((np.abs(spectrum) <= flat).sum()), norm, count))
    return tuple(sorted(kinds, key=lambda p: (p.loss, p.index)))


def _equal_shares(W: np.ndarray) -> np.ndarray:
    """The point with every group of neurons of one direction replaced by equal shares of their sum: the loss and its
    being critical depend on the sum alone."""
    shared, directions = W.copy(), W / np.linalg.norm(W, axis=1, keepdims=True)
    left = list(range(W.shape[0]))
    while left:
        group = [i for i in left if float(np.linalg.norm(directions[i] - directions[left[0]])) < SAME_DIRECTION]
        if len(group) > 1:
            shared[group] = W[group].sum(axis=0) / len(group)
        left = [i for i in left if i not in group]
    return shared
