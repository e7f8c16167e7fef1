"""All critical points that random starts find in the fixed space of a pattern, of any Morse index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from symlandscape import backends
from symlandscape.errors import InputError
from symlandscape.evidence import Verdict
from symlandscape.relu.certification import certify
from symlandscape.relu.critical_point import CriticalPoint
from symlandscape.relu.naming import name_among_orthogonal
from symlandscape.relu.system import fixed_space_system
from symlandscape.runs import Task, generator, run
from symlandscape.solve.newton import FloatNewtonResult
from symlandscape.symmetry.pattern import Pattern, extra_orbits

__all__ = ["SolveResult", "solve"]

NEWTON_STEPS = 60
SAME = 1e-8
SMALLEST_NEURON = 1e-4
LARGEST = 10**15


@dataclass(frozen=True, slots=True)
class SolveResult:
    """Critical points of a pattern's fixed space, ascending in loss; ``unresolved`` starts ended nowhere."""

    pattern: Pattern
    starts: int
    seed: int
    points: tuple[CriticalPoint, ...]
    counts: tuple[int, ...]
    unresolved: int

    def document(self) -> dict[str, Any]:
        """CONTRACT's document of ``relu solve``."""
        points = [{**p.document(), "count": count} for p, count in zip(self.points, self.counts, strict=True)]
        return {
            "pattern": str(self.pattern),
            "starts": self.starts,
            "unresolved": self.unresolved,
            "seed": self.seed,
            "points": points,
        }


def resolve(pattern: str | Pattern, d: Fraction | int | None, extra: tuple[int, ...] = ()) -> Pattern:
    """The numeric pattern: ``9,1`` as it is, ``n-1,1`` with n such that the sizes add to d."""
    parsed = Pattern.parse(pattern, extra) if isinstance(pattern, str) else pattern
    if parsed.is_numeric:
        if d is not None and parsed.d != d:
            raise InputError(f"the pattern {parsed} has d = {parsed.d}, but --at {d} came; leave one of them out")
        return parsed
    import sympy

    symbols = sorted(sympy.sympify(parsed.d).free_symbols, key=str)
    if d is None or len(symbols) != 1:
        raise InputError(
            f"the pattern {parsed} has the symbols {', '.join(map(str, symbols))}; "
            "write sizes as numbers, or one symbol and --at d"
        )
    solutions = sympy.solve(sympy.sympify(parsed.d) - sympy.Rational(d.numerator, d.denominator), symbols[0])
    if len(solutions) != 1 or not solutions[0].is_Rational:
        raise InputError(f"the sizes of the pattern {parsed} cannot add to {d}; write sizes as numbers")
    return Pattern(tuple(sympy.sympify(n).subs(symbols[0], solutions[0]) for n in parsed.sizes), parsed.extra)


def solve(
    pattern: str | Pattern,
    d: Fraction | int | None = None,
    starts: int = 100,
    seed: int = 0,
    digits: int = 30,
    certify: bool = False,
    extra: int = 0,
    extra_rows: str = "free",
    slope: Fraction | int = 0,
    threads: int = 1,
    device: str = "cpu",
    progress: Callable[[int, int], None] | None = None,
    lengths: Sequence[Fraction | int] | None = None,
) -> SolveResult:
    """Critical points of the loss restricted to a pattern's fixed space, found by damped Newton from random
    coordinates.

    Each different one (by loss and spectrum) is enclosed, its blocks' signs decided, and named where it belongs to a
    family. ``seed`` and the number of a start determine it. Points whose enclosure cannot be proved are listed as
    undecided; the list need not be complete. The result does not depend on ``threads``. ``lengths`` are those of
    orthogonal targets, one for each block (None: unit vectors). Raises InputError for a bad pattern, length or device.
    """
    backends.resolve_device(device, ported=False)
    if starts < 1:
        raise InputError(f"expected at least one start, got {starts}")
    space = resolve(pattern, d, extra_orbits(extra, extra_rows))
    if space.k > LARGEST:
        raise InputError(f"up to {LARGEST} neurons are supported, but the pattern {str(space)[:40]} came; take fewer")
    targets = _checked_lengths(space, lengths)
    slope = Fraction(slope)
    if slope == 1:
        raise InputError("slope 1 makes the activation linear, which is excluded; take a slope below 1")
    system = fixed_space_system(space, slope, targets)
    tolerance = 1e-11 * float(np.max(system.scale))
    classes: list[tuple[float, np.ndarray, np.ndarray]] = []
    counts: list[int] = []
    unresolved = 0

    def ends(task: Task) -> FloatNewtonResult:
        return system.solve(_start(space, seed, task.parameters["start"]), tolerance, NEWTON_STEPS)

    def tell(done: int, total: int, label: str) -> None:
        if progress is not None:
            progress(done, total)

    tasks = [Task("relu.solve/1", {"start": i}) for i in range(starts)]
    for result in run(tasks, ends, threads=threads, progress=tell):
        z = result.point / system.scale
        if not result.converged or not np.isfinite(result.condition) or _smallest_row(space, z) < SMALLEST_NEURON:
            unresolved += 1
        else:
            _add(classes, counts, system.loss(result.point), np.linalg.eigvals(system.jacobian(result.point)), z)
    points = [_certified(space, z, slope, digits, certify, targets) for _, _, z in classes]
    order = sorted(range(len(points)), key=lambda i: classes[i][0])
    return SolveResult(
        space, starts, seed, tuple(points[i] for i in order), tuple(counts[i] for i in order), unresolved
    )


def _start(pattern: Pattern, seed: int, index: int) -> np.ndarray:
    """Random coordinates: entries alone on their column of size about 1, an orbit of n entries in a row smaller by
    sqrt(n).
    """
    normal = generator(seed, index).standard_normal(len(pattern.coordinates))
    widths = [1.0 if c.diagonal else float(pattern.sizes[c.column]) for c in pattern.coordinates]
    return np.asarray(normal / np.sqrt(widths))


def _smallest_row(pattern: Pattern, z: np.ndarray) -> float:
    """The length of the shortest neuron."""
    squares = np.zeros(len(pattern.row_sizes))
    for c, value in zip(pattern.coordinates, z, strict=True):
        squares[c.row] += float(pattern.count(c)) / float(pattern.row_sizes[c.row]) * value**2
    return float(np.sqrt(np.min(squares)))


def _add(
    classes: list[tuple[float, np.ndarray, np.ndarray]],
    counts: list[int],
    loss: float,
    eigenvalues: np.ndarray,
    z: np.ndarray,
) -> None:
    spectrum = np.sort(eigenvalues.real)
    for i, (other, known, _) in enumerate(classes):
        if abs(loss - other) < SAME and float(np.max(np.abs(known - spectrum))) < 1e3 * SAME:
            counts[i] += 1
            return
    classes.append((loss, spectrum, z))
    counts.append(1)


def _checked_lengths(pattern: Pattern, lengths: Sequence[Fraction | int] | None) -> tuple[Fraction, ...] | None:
    if lengths is None:
        return None
    if len(lengths) != pattern.blocks or not all(c > 0 for c in lengths):
        came = ", ".join(map(str, lengths))
        raise InputError(f"{pattern.blocks} positive lengths of targets were expected, one a block, but {came} came")
    return tuple(Fraction(c) for c in lengths)


def _certified(
    pattern: Pattern,
    z: np.ndarray,
    slope: Fraction,
    digits: int,
    certificate: bool,
    lengths: tuple[Fraction, ...] | None,
) -> CriticalPoint:
    point = certify(
        pattern,
        [float(x) for x in z],
        slope=slope,
        digits=digits,
        certificate=certificate,
        max_precision=1024,
        lengths=lengths,
    )
    return replace(point, family=name_among_orthogonal(point)) if point.existence is Verdict.YES else point
