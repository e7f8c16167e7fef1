"""Switching branches at a crossing, by the equivariant branching lemma.

Where a block of an irreducible representation V of the isotropy group G becomes singular, each subgroup H of G whose
fixed space in V is a line (an axial subgroup) has a branch of critical points with that isotropy through the crossing.
For G = S_n0 x S_n1 x .. the Young subgroups that are axial split

    s  block n into (n-j, j), 1 <= j < n;              y  block n into (n-j, j), 2 <= j <= n-2;
    x  block n into (n-i-j, i, j);                     s_a*s_b  both blocks into two,

each fixed space being a line by Kostka numbers. In the finer pattern the trivial block then has a simple zero with null
vector u, and with mu = log(n/n*), e = u.(y - y*) the branch solves (Lyapunov-Schmidt)

    b mu + a e/2 + c e^2/6 + .. = 0,     b the speed of the eigenvalue, a = D3L(u,u,u), c = D4L(u,u,u,u) + 3 D3L(u,u,w):

transcritical for a != 0, a pitchfork for a = 0 (for x always, as A -> -A has no cubic invariant; for s where j = n/2).
Source: golubitsky_stewart_schaeffer_1988, ch. XIII, theorem 3.3 (the lemma); arjevani_field_2021 (the families).
All in floats: level ESTIMATED.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from symlandscape.errors import InputError
from symlandscape.relu.branch_curve import curve_of
from symlandscape.relu.branch_path import Line, Path, PathEnd
from symlandscape.relu.coarser import refine_coordinates
from symlandscape.relu.paths import STEPS, follow_path, line_of
from symlandscape.solve.curve import Steps
from symlandscape.solve.newton import newton_float
from symlandscape.symmetry.pattern import Pattern

__all__ = ["Branching", "axial_splits", "branch_off", "daughter", "factors", "met"]

AWAY = 0.03
"""Frobenius distance from the mother at which a daughter is first met."""
SINGULAR = 1e-5
FLAT = 1e-5
"""A cubic coefficient below this is the zero of a pitchfork (floats; other coefficients are of order 0.1)."""


@dataclass(frozen=True, slots=True)
class Branching:
    """One axial daughter at a crossing of its mother.

    ``fine`` is the finer pattern at the crossing, ``home[i]`` the mother's block that holds its block i, ``moving`` the
    block that moves on; ``direction`` the unit null vector (Frobenius) in the fine coordinates y, ``speed`` b,
    ``quadratic`` a, ``cubic`` c as above; ``kind`` is ``transcritical`` or ``pitchfork``; ``residual_kernel`` the null
    eigenvalue found (near 0).
    """

    mother: Line
    label: str
    d: float
    coordinates: np.ndarray
    fine: Pattern
    home: tuple[int, ...]
    moving: int
    direction: np.ndarray
    bend: np.ndarray
    drift: np.ndarray
    speed: float
    quadratic: float
    cubic: float
    null_eigenvalue: float

    @property
    def kind(self) -> str:
        """``pitchfork`` where the cubic form vanishes on the null vector, else ``transcritical``."""
        return "pitchfork" if abs(self.quadratic) < FLAT else "transcritical"

    @property
    def sides(self) -> tuple[int, ...]:
        """Both sides differ at a transcritical crossing; a pitchfork's are equal up to symmetry for x and equal
        parts.
        """
        return (1,) if self.kind == "pitchfork" else (1, -1)

    def log_size(self, amplitude: float) -> float:
        """mu = log(n/n*) of the daughter at this amplitude, to second order."""
        return -(self.quadratic * amplitude / 2 + self.cubic * amplitude**2 / 6) / self.speed

    def opens(self, side: int) -> str:
        """Whether the daughter begins towards larger or smaller d on this side."""
        return "larger d" if self.log_size(side * 1e-6) > 0 else "smaller d"

    def document(self) -> dict[str, Any]:
        """The head of ``relu daughters``."""
        return {
            "label": self.label,
            "at": self.d,
            "kind": self.kind,
            "sizes": [
                str(n) if i != self.moving else f"d-{_rest(self.fine, i)}" for i, n in enumerate(self.fine.sizes)
            ],
            "home": list(self.home),
            "speed": self.speed,
            "quadratic": self.quadratic,
            "cubic": self.cubic,
        }


def _rest(pattern: Pattern, moving: int) -> Fraction:
    return sum((Fraction(n) for i, n in enumerate(pattern.sizes) if i != moving), Fraction(0))


def factors(label: str) -> list[tuple[str, int]]:
    """The factors (s, x or y, block) of a component. Raises InputError for labels that have no daughters."""
    if label.startswith("e"):
        raise InputError(
            f"no daughters are looked for at {label}: equal extra neurons can be weighted differently at no cost, so "
            "this block has a zero eigenvalue all along and the branching lemma does not apply; take s, x, y or s*s"
        )
    parts = [(part[0], int(part[1:])) for part in label.split("*") if part[1:].isdigit()]
    if not parts or any(kind not in "sxy" for kind, _ in parts):
        raise InputError(
            f"daughters branch off blocks such as s0, x0, y1 or s0*s1, but {label!r} was asked for; t is a fold"
        )
    return parts


def axial_splits(pattern: Pattern, label: str, most: int = 12) -> tuple[tuple[tuple[int, ...], ...], ...]:
    """The axial splits of a component, as the sizes that are cut off from each of its blocks (the rest stays in place).

    s: ((j,),), y: ((j,),), x: ((i, j),), s_a*s_b: ((i,), (j,)); j up to half of an integer block, up to ``most`` in a
    real one. Exact. Raises InputError for a component that the pattern has not.
    """
    parts = factors(label)
    for _, block in parts:
        if block >= pattern.blocks:
            raise InputError(f"the pattern {pattern} has no block {block}, but the component {label} was asked for")
    choices: list[list[tuple[int, ...]]] = []
    for kind, block in parts:
        n = pattern.sizes[block]
        largest = min(int(Fraction(n) / 2), most)
        if kind == "x":
            cuts: list[tuple[int, ...]] = [
                (i, j) for j in range(1, largest + 1) for i in range(j, largest + 1) if Fraction(n) - i - j >= i
            ]
        else:
            cuts = [(j,) for j in range(2 if kind == "y" else 1, largest + 1)]
        choices.append(cuts)
    if len(choices) == 1:
        return tuple((cut,) for cut in choices[0])
    return tuple((first, second) for first in choices[0] for second in choices[1])


def _refined(pattern: Pattern, moving: int, parts: Sequence[tuple[str, int]], cuts: Sequence[Sequence[int]]) -> Any:
    """The finer pattern, the home of its blocks, and the place of the moving block (the rest of the old one)."""
    cut_of = {block: tuple(cut) for (_, block), cut in zip(parts, cuts, strict=True)}
    sizes: list[Any] = []
    home: list[int] = []
    place = 0
    for block, n in enumerate(pattern.sizes):
        cut = cut_of.get(block, ())
        rest = Fraction(n) - sum(cut)
        if any(j < 1 for j in cut):
            raise InputError(f"the sizes cut off must be 1 or more, but {', '.join(map(str, cut))} came")
        if rest < 1:
            raise InputError(f"block {block} of size {float(n):g} cannot be split by cutting off {cut}; cut off less")
        if block == moving:
            place = len(sizes)
        sizes += [rest, *cut]
        home += [block] * (1 + len(cut))
    return Pattern(tuple(sizes), pattern.extra), tuple(home), place


def branch_off(
    pattern: Pattern,
    point: Sequence[float],
    moving: int,
    label: str,
    cuts: Sequence[Sequence[int]],
    slope: Fraction = Fraction(0),
) -> Branching:
    """The daughter of a crossing: ``pattern`` at the crossing (real sizes) with the mother's ``point``, the singular
    component ``label``, and the sizes cut off from each of its blocks (as in `axial_splits`).

    Raises InputError where the split does not fit, or the finer trivial block has no simple zero there.
    """
    parts = factors(label)
    if len(parts) != len(cuts) or any(
        len(cut) != (2 if kind == "x" else 1) for (kind, _), cut in zip(parts, cuts, strict=False)
    ):
        raise InputError(
            f"component {label} needs {'two sizes' if parts[0][0] == 'x' else 'one size'} for each block, got {cuts}"
        )
    mother = line_of(pattern, moving, slope)
    own = curve_of(mother, pattern)
    at = np.append(np.array(point, dtype=float) * own.scale, math.log(float(Fraction(pattern.sizes[moving]))))
    known = own.watch(at, label)
    if label not in known or float(np.min(np.abs(known[label]))) > SINGULAR:
        raise InputError(f"block {label} is not singular at d = {float(pattern.d):.8g}; name one of its crossings")
    fine, home, place = _refined(pattern, moving, parts, cuts)
    line = line_of(fine, place, slope)
    start = refine_coordinates(pattern, point, fine, home)
    curve = curve_of(line, fine)
    mu0 = math.log(float(Fraction(fine.sizes[place])))
    y0 = start * curve.scale

    def R(y: np.ndarray, mu: float = 0.0) -> np.ndarray:
        return curve.residual(np.append(y, mu0 + mu))

    J = curve.jacobian(np.append(y0, mu0))
    values, vectors = np.linalg.eigh((J[:, :-1] + J[:, :-1].T) / 2)
    order = np.argsort(np.abs(values))
    if abs(values[order[0]]) > SINGULAR or (len(order) > 1 and abs(values[order[1]]) < 1e-6):
        raise InputError(
            f"the split {cuts} of {label} has no simple zero at d = {float(fine.d):.10g} (nearest eigenvalues "
            f"{values[order[0]]:.1e}, {values[order[min(1, len(order) - 1)]]:.1e}); "
            f"name a crossing of {label} and an axial split"
        )
    u = vectors[:, order[0]]
    changed = [i for i, c in enumerate(fine.coordinates) if c.row < fine.blocks]
    u = u if u[changed[int(np.argmax(np.abs(u[changed])))]] > 0 else -u
    inverse = vectors[:, order[1:]] @ np.diag(1 / values[order[1:]]) @ vectors[:, order[1:]].T

    def second(v: np.ndarray, h: float = 4e-3) -> np.ndarray:
        far, near = R(y0 + 2 * h * v) + R(y0 - 2 * h * v), R(y0 + h * v) + R(y0 - h * v)
        return np.asarray((16 * near - far - 30 * R(y0)) / (12 * h * h))

    curvature = second(u)
    a, w = float(u @ curvature), -inverse @ curvature
    h = 1.5e-2
    third = sum(
        weight * (R(y0 + k * h * u) - R(y0 - k * h * u)) for k, weight in ((1, -13), (2, 8), (3, -1))
    ) / (8 * h**3)  # fmt: skip
    c = float(u @ third) + 3 * float(u @ (second(u + w) - second(u - w))) / 4
    drift = -inverse @ J[:, -1]
    ahead, behind = (u @ curve.jacobian(np.append(y0 + s * drift, mu0 + s))[:, :-1] @ u for s in (1e-4, -1e-4))
    b = float(ahead - behind) / 2e-4
    return Branching(
        mother, label, float(fine.d), start, fine, home, place, u, w, drift, b, a, c, float(values[order[0]])
    )  # fmt: skip


def met(branching: Branching, amplitude: float) -> tuple[float, np.ndarray]:
    """The daughter's point at this amplitude: its log(n/n*) and fine coordinates z, by Newton on the critical equations
    with u.(y - y*) = amplitude. Raises InputError where Newton finds none.
    """
    line = line_of(branching.fine, branching.moving, branching.mother.slope)
    curve = curve_of(line, branching.fine)
    y0, u = branching.coordinates * curve.scale, branching.direction
    mu0 = math.log(float(Fraction(branching.fine.sizes[branching.moving])))

    def residual(x: np.ndarray) -> np.ndarray:
        return np.append(curve.residual(x), (u @ (x[:-1] - y0) - amplitude))

    def jacobian(x: np.ndarray) -> np.ndarray:
        return np.vstack([curve.jacobian(x), np.append(u, 0.0)])

    mu = branching.log_size(amplitude)
    guess = np.append(y0 + amplitude * u + amplitude**2 / 2 * branching.bend + mu * branching.drift, mu0 + mu)
    found = newton_float(residual, jacobian, guess, 1e-12)
    if not (found.converged or found.residual < 1e-10):
        raise InputError(f"no daughter was met at distance {amplitude:g} from the mother at d = {branching.d:.8g}")
    return float(found.point[-1] - mu0), found.point[:-1] / curve.scale


def daughter(
    branching: Branching, side: int = 1, low: Fraction | int = 2, high: Fraction | int = 40, steps: Steps = STEPS
) -> Path:
    """The daughter from its mother on one side, for d in [low, high] or until it ends; the cut-off sizes stay.

    Raises InputError where Newton finds no daughter next to the mother, or its size is below the least one.
    """
    line = line_of(branching.fine, branching.moving, branching.mother.slope)
    mu, z = met(branching, side * AWAY)
    size = Fraction(float(branching.fine.sizes[branching.moving]) * math.exp(mu)).limit_denominator(10**12)
    away = np.append(z - branching.coordinates, mu)
    path = follow_path(line.pattern(size + line.fixed), list(z), branching.moving, low, high, line.slope, steps, away)
    words = f"the {branching.kind} crossing of {branching.label}, where it branches off its mother"
    return replace(path, begin=PathEnd("mother", branching.d, words))
