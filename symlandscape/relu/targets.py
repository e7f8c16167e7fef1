"""Orthogonal targets V = D Q: the normal form in which the loss has targets c_j e_j, and column permutations as
symmetry.

Inputs are isotropic, so L(W; V R) = L(W R'; V) for every rotation R, and with V = D Q (Q orthogonal, D diagonal and
positive)

    L(W; D Q) = L(W Q'; D),     gradient and Hessian turned by Q' in every row.

The loss with targets D is invariant under row permutations and under those column permutations that keep the lengths
c_j: blocks of a pattern have one length each. Derived and checked in ``derivations.weighted_targets``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from symlandscape.symmetry.isotropy import Isotropy

__all__ = ["OrthogonalTargets", "orthogonal_targets"]

ORTHOGONAL = 1e-9  # largest cosine of two targets that count as orthogonal, and relative distance of equal lengths
SIMPLE = 1000  # denominators up to here are recognised
SIMPLE_WITHIN = 1e-12


@dataclass(frozen=True, slots=True)
class OrthogonalTargets:
    """V = D Q up to ``deviation`` in any entry: exact lengths c_j (rows of D) and Q in floats, shape (d, d).

    ``exact`` tells that Q is a signed permutation, so that the normal form is free of rounding.
    """

    lengths: tuple[Fraction, ...]
    rotation: np.ndarray
    deviation: float
    exact: bool

    @property
    def is_unit(self) -> bool:
        """Whether all targets have length 1."""
        return all(c == 1 for c in self.lengths)

    @property
    def classes(self) -> list[int]:
        """The number of each target's length among the different lengths, ascending."""
        levels = sorted(set(self.lengths))
        return [levels.index(c) for c in self.lengths]

    def turned(self, W: np.ndarray) -> np.ndarray:
        """W Q', the weights in the frame in which target j is c_j e_j; shape (k, d)."""
        if not self.exact:
            return np.asarray(W @ self.rotation.T)
        columns = np.argmax(np.abs(self.rotation), axis=1)
        return np.asarray(W[:, columns] * self.rotation[np.arange(len(columns)), columns])

    def turned_back(self, W: np.ndarray) -> np.ndarray:
        """W Q, the weights in the frame of V."""
        return np.asarray(W @ self.rotation)

    def by_block(self, group: Isotropy) -> tuple[Fraction, ...]:
        """The lengths by column block of a pattern found with :attr:`classes` as column classes."""
        assert group.pattern is not None
        starts = np.cumsum([0, *group.pattern.sizes[:-1]])
        return tuple(self.lengths[group.column_permutation[i]] for i in starts)

    def __str__(self) -> str:
        lengths = ", ".join(str(c) for c in self.lengths)
        return f"orthogonal targets of lengths {lengths} (within {self.deviation:.1e} of V)"


def orthogonal_targets(V: np.ndarray | None, d: int) -> OrthogonalTargets | None:
    """The normal form D Q of V (h, d), or None where the rows are not d orthogonal vectors (to 1e-9).

    ``None`` as V is the unit matrix. Lengths are read as rationals with small denominators where they are within 1e-12
    of one, else as shortest decimals; equal lengths (to 1e-9) become one. Which problem is meant is thereby fixed, and
    ``deviation`` says how far V is from it.
    """
    if V is None:
        return OrthogonalTargets((Fraction(1),) * d, np.eye(d), 0.0, True)
    if V.shape != (d, d):
        return None
    norms = np.linalg.norm(V, axis=1)
    if not (np.isfinite(norms).all() and np.all(norms > 0)):
        return None
    unit = V / norms[:, None]
    if np.max(np.abs(unit @ unit.T - np.eye(d))) > ORTHOGONAL:
        return None
    lengths = _lengths(norms)
    exact = bool(np.all(np.count_nonzero(V, axis=1) == 1))
    if exact:
        rotation = np.sign(V)
    else:
        left, _, right = np.linalg.svd(unit)
        rotation = left @ right
    deviation = float(np.max(np.abs(V - np.array([float(c) for c in lengths])[:, None] * rotation)))
    return OrthogonalTargets(lengths, rotation, deviation, exact)


def _lengths(norms: np.ndarray) -> tuple[Fraction, ...]:
    order = np.argsort(norms)
    groups: list[list[int]] = []
    for j in order.tolist():
        if groups and norms[j] - norms[groups[-1][-1]] <= ORTHOGONAL * norms[j]:
            groups[-1].append(j)
        else:
            groups.append([j])
    found = [Fraction(0)] * len(norms)
    for group in groups:
        length = _rational(float(np.mean(norms[group])))
        for j in group:
            found[j] = length
    return tuple(found)


def _rational(x: float) -> Fraction:
    simple = Fraction(x).limit_denominator(SIMPLE)
    return simple if simple and abs(float(simple) - x) <= SIMPLE_WITHIN * x else Fraction(repr(x))


def common_length(lengths: Sequence[Fraction]) -> Fraction | None:
    """The one length of all targets, None where they differ."""
    return lengths[0] if len(set(lengths)) == 1 else None
