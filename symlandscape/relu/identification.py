"""Naming given weight matrices: polish, isotropy, certificate, family, duplicates."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from symlandscape import backends
from symlandscape.arith.conversions import mid_float
from symlandscape.arith.decimals import outward
from symlandscape.errors import InputError
from symlandscape.evidence import Level, Verdict
from symlandscape.relu.certification import certify
from symlandscape.relu.critical_point import CriticalPoint
from symlandscape.relu.files import MatrixFile, read_matrices
from symlandscape.relu.naming import name_among_orthogonal, name_of
from symlandscape.relu.targets import OrthogonalTargets, orthogonal_targets
from symlandscape.relu.zero_loss import zero_loss
from symlandscape.symmetry.canonical import equivalent
from symlandscape.symmetry.isotropy import Isotropy, isotropy

__all__ = ["Identification", "IdentifiedPoint", "identify", "identify_matrix", "polish"]

POLISH_STEPS = 30
GRADIENT_FLOOR = 1e-13
CLUSTER = 1e-7
LARGEST_MOVE = 0.1
NEARLY_CRITICAL = 1e-6  # gradient norm after polishing up to which a critical point is looked for
SAME_LOSS = 1e-9
SAME_ENTRIES = 1e-6


@dataclass(frozen=True, slots=True)
class IdentifiedPoint:
    """What is known of one given matrix.

    ``weights`` is the polished matrix (k, d); ``point`` the enclosed critical point, None where the targets are not
    orthogonal or no critical point was reached nearby; ``verdict`` and ``level`` say what is proved; ``moved`` is
    the Frobenius distance that polishing took.
    """

    position: int
    runs: int | None
    weights: np.ndarray
    moved: float
    isotropy: Isotropy
    point: CriticalPoint | None
    loss: float
    least_eigenvalue: float
    verdict: str
    level: Level
    reason: str
    duplicate_of: int | None = None
    split_global_minimum: bool = False

    @property
    def family(self) -> str | None:
        """The name of the family, None where there is none."""
        if self.split_global_minimum:
            return "C0"
        return self.point.family if self.point is not None else None

    def document(self, digits: int) -> dict[str, Any]:
        """CONTRACT's entry of ``relu identify``."""
        point = self.point
        proved = point is not None and point.existence is Verdict.YES
        loss = outward(point.loss, digits)[0] if point is not None and proved else repr(self.loss)
        least = (
            outward(point.least_eigenvalue, digits)[0] if point is not None and proved else repr(self.least_eigenvalue)
        )
        return {
            "position": self.position,
            "runs": self.runs,
            "loss": loss,
            "isotropy": self.isotropy.name,
            "family": self.family,
            "extra": max(0, self.weights.shape[0] - self.weights.shape[1]),
            "least_eigenvalue": least,
            "morse_index": 0 if self.split_global_minimum else point.morse_index if point is not None else None,
            "verdict": self.verdict,
            "level": self.level.value,
            "duplicate_of": self.duplicate_of,
            "moved": self.moved,
            "reason": self.reason,
        }


def polish(W: np.ndarray, V: np.ndarray | None = None, slope: float = 0.0) -> tuple[np.ndarray, float]:
    """The critical point next to W by Newton on the dense Hessian, and its gradient norm; minima and saddles alike.

    Steps along null directions of the Hessian are left out (least squares). Returns the best iterate, ESTIMATED.
    """
    best = np.array(W, dtype=float)
    gradient = backends.relu_loss_gradient(best, V, slope)[1]
    norm = float(np.linalg.norm(gradient))
    for _ in range(POLISH_STEPS):
        if norm <= GRADIENT_FLOOR:
            break
        hessian = backends.relu_hessian(best, V, slope)
        step = np.linalg.lstsq(hessian, gradient.ravel(), rcond=1e-12)[0].reshape(best.shape)
        try:
            trial_gradient = backends.relu_loss_gradient(best - step, V, slope)[1]
        except InputError:
            break
        trial_norm = float(np.linalg.norm(trial_gradient))
        if not trial_norm < norm:
            break
        best, gradient, norm = best - step, trial_gradient, trial_norm
    return best, norm


def identify_matrix(
    W: np.ndarray,
    V: np.ndarray | None = None,
    slope: Fraction = Fraction(0),
    digits: int = 30,
    position: int = 0,
    runs: int | None = None,
    certificate: bool = False,
) -> IdentifiedPoint:
    """Everything about one weight matrix (k, d): the critical point it approximates, its isotropy, family and certified
    verdict.

    Orthogonal targets V = D Q are turned into D first (targets.py) and the point is certified for the lengths read.
    With other targets the verdict comes from the dense float Hessian (ESTIMATED), and only row permutations are
    symmetries. Raises InputError for a zero neuron, wrong shapes, NaN.
    """
    W = np.asarray(W, dtype=float)
    rho = float(slope)
    polished, norm = polish(W, V, rho)
    moved = float(np.linalg.norm(polished - W))
    reach = LARGEST_MOVE * float(np.linalg.norm(W))
    if moved > reach:
        polished, norm = W.copy(), float(np.linalg.norm(backends.relu_loss_gradient(W, V, rho)[1]))
        moved = 0.0
    frame = orthogonal_targets(V, W.shape[1])
    form, near = (polished, W) if frame is None else (frame.turned(polished), frame.turned(W))
    classes = list(range(W.shape[1])) if frame is None else frame.classes
    group = isotropy(form, CLUSTER, column_classes=classes)
    loss = backends.relu_loss(polished, V, rho)
    eigenvalues = np.linalg.eigvalsh(backends.relu_hessian(polished, V, rho))
    least = float(eigenvalues[0])
    common = (position, runs, polished, moved, group)
    zero = None if frame is None else zero_loss(form, loss, frame)
    if frame is not None and zero is not None:
        reason = "global minimum: each target is shared by parallel neurons, so the loss is exactly 0; not isolated"
        turned = isotropy(zero, CLUSTER, column_classes=classes)
        zero = zero if V is None else frame.turned_back(zero)
        found = (position, runs, zero, float(np.linalg.norm(zero - W)), turned)
        return IdentifiedPoint(*found, None, 0.0, 0.0, "minimum", Level.PROVED, reason, split_global_minimum=True)
    if norm > NEARLY_CRITICAL:
        far = f"gradient norm {norm:.1e}: no critical point within {LARGEST_MOVE:.0%} of the matrix's length"
        return IdentifiedPoint(*common, None, loss, least, "undecided", Level.UNDECIDED, far)
    if frame is not None and group.pattern is not None:
        point = certified_point(form, group, slope, digits, certificate, frame)
        if point.existence is not Verdict.YES:
            return IdentifiedPoint(*common, point, loss, least, "undecided", Level.UNDECIDED, point.reason)
        distance = float(np.linalg.norm(near[np.ix_(group.row_permutation, group.column_permutation)] - point.matrix()))
        if distance > reach:  # the root search left the neighbourhood of the matrix
            far = f"gradient norm {norm:.1e}: the next critical point found is {distance:.1e} away"
            return IdentifiedPoint(*common, None, loss, least, "undecided", Level.UNDECIDED, far)
        point = point.named(name_of(point) if frame.is_unit else name_among_orthogonal(point))
        least = mid_float(point.least_eigenvalue)
        reason = f"{point.reason}; {frame}" if not (frame.is_unit and frame.exact) else point.reason
        return IdentifiedPoint(*common, point, mid_float(point.loss), least, point.verdict, point.level, reason)
    critical = norm <= 1e-10
    resolution = 1e-10 * float(np.max(np.abs(eigenvalues)))
    verdict = (
        "saddle" if critical and least < -resolution else "minimum" if critical and least > resolution else "undecided"
    )
    level = Level.ESTIMATED if verdict != "undecided" else Level.UNDECIDED
    reason = "dense float Hessian: certificates need d orthogonal targets and at least as many neurons as inputs"
    return IdentifiedPoint(
        *common,
        None,
        loss,
        least,
        verdict,
        level,
        reason if critical else f"gradient norm {norm:.1e}: no critical point",
    )


def certified_point(
    W: np.ndarray,
    group: Isotropy,
    slope: Fraction,
    digits: int,
    certificate: bool = False,
    frame: OrthogonalTargets | None = None,
) -> CriticalPoint:
    """The enclosed critical point next to W in the fixed space of its isotropy, where targets are c_j e_j."""
    assert group.pattern is not None
    values = group.pattern.reduce(W[np.ix_(group.row_permutation, group.column_permutation)])[0]
    lengths = None if frame is None or frame.is_unit else frame.by_block(group)
    return certify(group.pattern, list(values), slope=slope, digits=digits, certificate=certificate, lengths=lengths)


@dataclass(frozen=True, slots=True)
class Identification:
    """All points of a file or array, named and certified."""

    points: tuple[IdentifiedPoint, ...]
    digits: int
    source: str

    @property
    def undecided(self) -> bool:
        """Whether the verdict of a point is open."""
        return any(p.verdict == "undecided" for p in self.points)

    def document(self) -> dict[str, Any]:
        """CONTRACT's document of ``relu identify``."""
        return {"file": self.source, "points": [p.document(self.digits) for p in self.points]}

    def arrays(self) -> dict[str, np.ndarray]:
        """The polished matrices, for ``--out``."""
        return {"W": np.stack([p.weights for p in self.points])}

    def _repr_html_(self) -> str:
        names = (
            "position",
            "runs",
            "family",
            "isotropy",
            "loss",
            "least_eigenvalue",
            "verdict",
            "level",
            "duplicate_of",
        )
        head = "".join(f"<th>{name}</th>" for name in names)
        rows = "".join(
            "<tr>" + "".join(f"<td>{p.document(12)[name]}</td>" for name in names) + "</tr>" for p in self.points
        )
        return f"<table><tr>{head}</tr>{rows}</table>"


def identify(
    source: str | os.PathLike[str] | MatrixFile | Sequence[np.ndarray] | np.ndarray,
    V: np.ndarray | None = None,
    slope: Fraction | int = 0,
    digits: int = 30,
    progress: Callable[[int, int], None] | None = None,
) -> Identification:
    """Names and certifies every weight matrix of a file (.npy, .npz, published .mat) or array of shape (k, d) or
    (count, k, d).

    Each point is polished, its isotropy found, enclosed and certified as minimum or saddle, named by loss and spectrum,
    and merged with earlier points that equal it up to a symmetry of the problem. Raises InputError for
    unreadable or invalid input.
    """
    name = "array"
    if isinstance(source, (str, os.PathLike)):
        name, source = str(source), read_matrices(source)
    if isinstance(source, MatrixFile):
        matrices, V, runs = source.points, source.targets if V is None else V, source.magnitude
    else:
        stack = np.asarray(source, dtype=float)
        matrices, runs = tuple(stack if stack.ndim == 3 else [stack]), None
    found: list[IdentifiedPoint] = []
    for position, W in enumerate(matrices):
        point = identify_matrix(W, V, Fraction(slope), digits, position, runs[position] if runs is not None else None)
        found.append(_merged(point, found, V))
        if progress is not None:
            progress(position + 1, len(matrices))
    return Identification(tuple(found), digits, name)


def _merged(point: IdentifiedPoint, earlier: Sequence[IdentifiedPoint], V: np.ndarray | None = None) -> IdentifiedPoint:
    """The point marked as a duplicate of the first earlier one that equals it up to the problem's symmetry."""
    from dataclasses import replace

    frame = orthogonal_targets(V, point.weights.shape[1])

    def marked(W: np.ndarray, size: float) -> np.ndarray:
        """The weights under a row that tells columns of different targets apart by numbers that no weight has."""
        if frame is not None and frame.is_unit:
            return frame.turned(W)
        numbers = np.arange(W.shape[1]) if frame is None else np.array(frame.classes)
        return np.vstack([W if frame is None else frame.turned(W), size * (2.0 + numbers)])

    for other in earlier:
        near = other.duplicate_of is None and abs(other.loss - point.loss) <= SAME_LOSS
        size = 1.0 + float(max(np.max(np.abs(other.weights)), np.max(np.abs(point.weights)))) if near else 0.0
        if near and equivalent(marked(other.weights, size), marked(point.weights, size), SAME_ENTRIES) is not None:
            return replace(point, duplicate_of=other.position)
    return point
