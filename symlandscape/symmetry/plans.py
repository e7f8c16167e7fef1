"""The isotypic blocks of an equivariant form in floats, many times over: the orbit sums of pairing.py, written down
once.

`pairing.pair` walks through the coincidences of indices for each block at each point. Which coincidences there are and
which entries of the form they need depends on the exact sizes alone; a plan lists them, and evaluating it is one pass
over arrays. Same numbers as `pairing.block`, level ESTIMATED.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symlandscape.symmetry.isotypic import Component, Index, Tensor
from symlandscape.symmetry.pairing import Entry, pair

__all__ = ["BlockPlan", "Plan", "plan"]

MOST_FACTORS = 4  # two dummies on either side


@dataclass(frozen=True, slots=True)
class BlockPlan:
    """The terms of one component's Gram matrix: entry (i, j) is the sum over terms of weight * prod(n - bound) * form.

    ``place`` (terms, 2) holds (i, j); ``factors`` and ``bounds`` (terms, 4) the spaces and bounds, space -1 standing
    for the factor 1; ``used`` (terms,) the numbers of the form's entries; ``own`` does the same for the squared norms.
    """

    label: str
    size: int
    place: np.ndarray
    weight: np.ndarray
    factors: np.ndarray
    bounds: np.ndarray
    used: np.ndarray

    def coefficients(self, sizes: np.ndarray) -> np.ndarray:
        """The factor of each term at these sizes."""
        extended = np.append(sizes, 1.0)
        product: np.ndarray = self.weight * np.prod(extended[self.factors] - self.bounds, axis=1)
        return product

    def gram(self, sizes: np.ndarray, entries: np.ndarray) -> np.ndarray:
        """The symmetric matrix <R_i, H R_j> of the test tensors."""
        matrix = np.zeros((self.size, self.size))
        np.add.at(matrix, (self.place[:, 0], self.place[:, 1]), self.coefficients(sizes) * entries[self.used])
        return matrix + np.triu(matrix, 1).T


@dataclass(frozen=True, slots=True)
class Plan:
    """Plans of several components over one list ``keys`` of index quadruples, at which the form is evaluated."""

    keys: tuple[tuple[Index, Index, Index, Index], ...]
    blocks: Mapping[str, BlockPlan]
    identity: np.ndarray

    def entries(self, entry: Entry) -> np.ndarray:
        """The form's entries that the components need."""
        return np.array([float(entry(*key)) for key in self.keys])

    def norms(self, label: str, sizes: np.ndarray) -> np.ndarray:
        """Squared lengths of the test tensors."""
        return np.diag(self.blocks[label].gram(sizes, self.identity)).copy()

    def block(self, label: str, sizes: np.ndarray, entries: np.ndarray) -> np.ndarray:
        """The block of `pairing.block`. Raises ValueError where a length is not positive (sizes too small)."""
        squares = self.norms(label, sizes)
        if not np.all(squares > 0):
            raise ValueError("a test tensor has no positive length at these sizes")
        lengths = np.sqrt(squares)
        whole: np.ndarray = self.blocks[label].gram(sizes, entries) / np.outer(lengths, lengths)
        return whole


@dataclass(frozen=True, slots=True)
class _Term:
    """A product of factors (n_space - bound) with a key, or a sum of them: what `pair` computes with, written down."""

    parts: tuple[tuple[int, tuple[tuple[int, int], ...], Any], ...]

    def __add__(self, other: _Term) -> _Term:
        return _Term(self.parts + other.parts)

    def __rmul__(self, count: Any) -> _Term:
        if count == 0:
            return _Term(())
        weight, factors = (count.weight, count.factors) if isinstance(count, _Count) else (count, ())
        return _Term(tuple((weight * w, (*factors, *f), key) for w, f, key in self.parts))


@dataclass(frozen=True, slots=True)
class _Count:
    """An integer times factors (n_space - bound)."""

    weight: int
    factors: tuple[tuple[int, int], ...]

    def __rmul__(self, weight: int) -> Any:
        return _Term(()) if weight == 0 else _Count(weight * self.weight, self.factors)

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, _Count):
            return _Count(self.weight * other.weight, self.factors + other.factors)
        return other.__rmul__(self)


@dataclass(frozen=True, slots=True)
class _Size:
    """The size of a space as a letter."""

    space: int

    def __sub__(self, bound: int) -> _Count:
        return _Count(1, ((self.space, bound),))

    def __rmul__(self, weight: int) -> _Term:
        return _Term(())  # `pair` starts from zero times a size


def _renamed(key: tuple[Index, ...]) -> tuple[Index, ...]:
    """Indices renamed in order of appearance, as `pairing.memoised` does."""
    seen: dict[Index, Index] = {}
    used: dict[int, int] = {}
    for index in key:
        if index not in seen:
            used[index.space] = used.get(index.space, 0) + 1
            seen[index] = Index(index.space, used[index.space])
    return tuple(seen[index] for index in key)


def plan(components: Sequence[Component], exact: Sequence[Any]) -> Plan:
    """The plan of these components; ``exact`` are the row orbits' exact sizes, which decide what coincidences are
    empty.
    """
    numbers: dict[Any, int] = {}
    letters = [_Size(i) for i in range(len(exact))]
    record: Callable[..., Any] = lambda *key: _Term(((1, (), _renamed(key)),))  # noqa: E731
    blocks = {}
    for component in components:
        tensors: list[Tensor] = [tensor for _, tensor in component.copies]
        rows: list[tuple[int, int, int, list[tuple[int, int]], int]] = []
        for i in range(len(tensors)):
            for j in range(i, len(tensors)):
                total = pair(tensors[i], tensors[j], component.marked, exact, letters, record)
                merged: dict[Any, int] = {}
                for weight, factors, key in total.parts:
                    where = (tuple(sorted(factors)), numbers.setdefault(key, len(numbers)))
                    merged[where] = merged.get(where, 0) + weight
                rows += [(i, j, w, [*f, *[(-1, 0)] * (MOST_FACTORS - len(f))], k) for (f, k), w in merged.items() if w]
        factors = np.array([r[3] for r in rows], dtype=np.intp)
        blocks[component.label] = BlockPlan(
            component.label, len(tensors), np.array([r[:2] for r in rows], dtype=np.intp),
            np.array([r[2] for r in rows], dtype=float), factors[:, :, 0], factors[:, :, 1].astype(float),
            np.array([r[4] for r in rows], dtype=np.intp),
        )  # fmt: skip
    keys = tuple(numbers)
    identity = np.array([float(r == r2 and c == c2) for r, c, r2, c2 in keys])
    return Plan(keys, blocks, identity)
