"""Gradient and Hessian entries at a point of a fixed space in floats, many times over: the orbit sums of reduced.py,
written down once as lists of indices and evaluated as arrays.

Which pairs of rows and targets meet, in which entries, with which weights (size of an orbit minus the marked members)
depends on the pattern alone. With |w|, |v|, cos t, sin t, pi - t of each pair, a = v^ - cos t w^, b = w^ - cos t v^ and
kappa = 1/(2 pi) the terms are those of kernel.py,

    gradient   kappa (|v|/|w| sin t w_c + (pi - t) v_c),
    own        kappa |v|/|w| (sin t ([c = c'] - w^_c w^_c') + a_c a_c' / sin t),
    cross      kappa ((pi - t) [c = c'] + sin t w^_c v^_c' + a_c b_c' / sin t).

Targets are the unit vectors. Same numbers as `ReducedPoint` over floats; level ESTIMATED.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from symlandscape.symmetry.isotypic import Index
from symlandscape.symmetry.pattern import Pattern

__all__ = ["Tabulated", "tabulated"]

KAPPA = 1 / (2 * math.pi)
Key = tuple[Index, Index, Index, Index]


@dataclass(frozen=True, slots=True)
class _Terms:
    """Terms of sums: the entry that each belongs to, its pair, sign, (orbit, bound) of its weight, the places of its
    matrix entries (``at``, shape (entries, terms)), and whether the two columns are the same.
    """

    entry: np.ndarray
    pair: np.ndarray
    sign: np.ndarray
    space: np.ndarray
    bound: np.ndarray
    at: np.ndarray
    same: np.ndarray

    def sums(self, values: np.ndarray, sizes: np.ndarray, length: int) -> np.ndarray:
        """The sums over the terms of each entry, of values times weights."""
        weights = self.sign * (sizes[self.space] - self.bound) * values
        return np.bincount(self.entry, weights, minlength=length)


@dataclass(frozen=True, slots=True)
class _Scalars:
    """Lengths, cosine, sine and pi minus the angle of every pair."""

    w: np.ndarray
    v: np.ndarray
    cosine: np.ndarray
    sine: np.ndarray
    supplement: np.ndarray

    def over_sine(self, x: np.ndarray, pair: np.ndarray) -> np.ndarray:
        """x / sin t, with the value 0 at parallel and opposite vectors, where x = 0."""
        sine = self.sine[pair]
        return np.divide(x, sine, out=np.zeros_like(x), where=sine > 0)


@dataclass(frozen=True, slots=True)
class Tabulated:
    """The index lists of a pattern: pairs (classes of columns with weights and entries), terms of the gradient, of the
    Hessian's entries asked for, and of the column sums (which count where the slope is not 0).

    Methods take ``values`` (coordinates) and ``sizes`` (row orbits, floats).
    """

    pattern: Pattern
    slope: float
    keys: tuple[Key, ...]
    rows: tuple[tuple[int, int], ...]
    """The pairs of row orbits whose neurons meet, in the order of `angles`."""
    _classes: np.ndarray
    _gradient: _Terms
    _own: _Terms
    _cross: _Terms
    _gaps: _Terms
    _diagonal: np.ndarray
    _same: np.ndarray

    def gradient(self, values: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        """The derivative of the loss with respect to one matrix entry of each coordinate."""
        z, n = _extended(values), np.append(sizes, 1.0)
        pairs, t = self._pairs(z, n), self._gradient
        w, v = z[t.at]
        term = pairs.v[t.pair] / pairs.w[t.pair] * pairs.sine[t.pair] * w + pairs.supplement[t.pair] * v
        total = values / 2 + KAPPA * t.sums(term, n, len(values))
        gap = self._gaps.sums(z[self._gaps.at[0]], n, len(values)) - 1
        return np.asarray((1 - self.slope) ** 2 * total + self.slope * gap)

    def hessian_entries(self, values: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        """The second derivatives of the loss at the quadruples of indices ``keys``."""
        z, n = _extended(values), np.append(sizes, 1.0)
        pairs, size = self._pairs(z, n), len(self.keys)
        total = self._diagonal / 2
        t, (w0, w1, v0, v1) = self._own, self._units(pairs, self._own, z)
        cosine, sine = pairs.cosine[t.pair], pairs.sine[t.pair]
        normal = pairs.over_sine((v0 - cosine * w0) * (v1 - cosine * w1), t.pair)
        total = total + KAPPA * t.sums(
            pairs.v[t.pair] / pairs.w[t.pair] * (sine * (t.same - w0 * w1) + normal), n, size
        )
        t, (w0, w1, v0, v1) = self._cross, self._units(pairs, self._cross, z)
        cosine, sine = pairs.cosine[t.pair], pairs.sine[t.pair]
        normal = pairs.over_sine((v0 - cosine * w0) * (w1 - cosine * v1), t.pair)
        total = total + KAPPA * t.sums(t.same * pairs.supplement[t.pair] + sine * w0 * v1 + normal, n, size)
        return np.asarray((1 - self.slope) ** 2 * total + self.slope * self._same)

    def sines(self, values: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Cosines and sines of the angles between neurons of the pairs ``rows``."""
        pairs = self._pairs(_extended(values), np.append(sizes, 1.0))
        return pairs.cosine[: len(self.rows)], pairs.sine[: len(self.rows)]

    def _units(self, pairs: _Scalars, terms: _Terms, z: np.ndarray) -> tuple[np.ndarray, ...]:
        """w^ and v^ at the two columns of each term."""
        w0, w1, v0, v1 = z[terms.at]
        wl, vl = pairs.w[terms.pair], pairs.v[terms.pair]
        return w0 / wl, w1 / wl, v0 / vl, v1 / vl

    def _pairs(self, z: np.ndarray, n: np.ndarray) -> _Scalars:
        space, bound, w, v = self._classes
        weight, w, v = n[space] - bound, z[w], z[v]
        p, q, r = (weight * w * w).sum(axis=1), (weight * v * v).sum(axis=1), (weight * w * v).sum(axis=1)
        minors = w[:, :, None] * v[:, None, :] - w[:, None, :] * v[:, :, None]
        area = (weight[:, :, None] * weight[:, None, :] * minors**2).sum(axis=(1, 2)) / 2
        if not (np.all(p > 0) and np.all(q > 0)):
            raise ZeroDivisionError("a neuron has no positive length at these coordinates and sizes")
        height, lengths = np.sqrt(np.maximum(area, 0.0)), np.sqrt(p * q)
        supplement = np.arctan2(height, -r)
        return _Scalars(np.sqrt(p), np.sqrt(q), r / lengths, height / lengths, supplement)


def _extended(values: np.ndarray) -> np.ndarray:
    """The coordinates, then the entries 0 and 1 of targets."""
    return np.append(values, (0.0, 1.0))


class _Writer:
    """Walks through the sums of reduced.py and writes down what they add up."""

    def __init__(self, pattern: Pattern) -> None:
        self.pattern = pattern
        self.place = {(c.row, c.column, c.diagonal): i for i, c in enumerate(pattern.coordinates)}
        self.zero, self.one = len(self.place), len(self.place) + 1
        self.pairs: dict[tuple[object, ...], int] = {}
        self.classes: list[list[tuple[int, int, int, int]]] = []

    def entry(self, row: Index, column: Index) -> int:
        return self.place[row.space, column.space, row == column]

    def split(self, space: int, *marked: Index) -> Iterator[tuple[Index, tuple[int, int]]]:
        """Representatives of an orbit with (orbit, bound) of their numbers; orbit -1 stands for the number 1."""
        inside = [x for x in dict.fromkeys(marked) if x.space == space]
        for x in inside:
            yield x, (-1, 0)
        size = self.pattern.row_sizes[space]
        if not (isinstance(size, int) and size == len(inside)):
            yield Index(space, 99), (space, len(inside))

    def columns(self, *marked: Index) -> list[tuple[Index, tuple[int, int]]]:
        return [x for space in range(self.pattern.blocks) for x in self.split(space, *marked)]

    def neurons(self, *marked: Index) -> list[tuple[Index, tuple[int, int]]]:
        return [x for space in range(len(self.pattern.row_sizes)) for x in self.split(space, *marked)]

    def pair(self, row: Index, other: Index, target: bool) -> int:
        """The number of the pair of a neuron and another one, or a target."""
        equal = target and row == other
        key = (target, row.space, other.space, equal)
        if key not in self.pairs:
            row, other = Index(row.space, 1), Index(other.space, 1 if equal else 2)
            self.pairs[key] = len(self.pairs)
            self.classes.append(
                [
                    (
                        *n,
                        self.entry(row, c),
                        (self.one if c == other else self.zero) if target else self.entry(other, c),
                    )
                    for c, n in self.columns(row, other)
                ]
            )
        return self.pairs[key]

    def met(self, row: Index, *columns: Index) -> Iterator[tuple[int, int, tuple[int, int], list[int]]]:
        """Pair, sign, weight, and the entries of the second vector at the columns, for all that a neuron meets."""
        for other, n in self.neurons(row, *columns):
            if other != row:
                yield self.pair(row, other, False), 1, n, [self.entry(other, c) for c in columns]
        for other, n in self.columns(row, *columns):
            yield self.pair(row, other, True), -1, n, [self.one if other == c else self.zero for c in columns]

    def array(self) -> np.ndarray:
        """The classes of all pairs, padded with classes of weight 0; shape (4, pairs, classes)."""
        most = max(map(len, self.classes))
        empty = (-1, 1, self.zero, self.zero)
        return np.array([[*c, *[empty] * (most - len(c))] for c in self.classes], dtype=np.intp).transpose(2, 0, 1)


def _terms(rows: Sequence[tuple[int, int, int, tuple[int, int], Sequence[int], bool]], entries: int) -> _Terms:
    column = lambda i: np.array([r[i] for r in rows], dtype=np.intp)  # noqa: E731
    weight = np.array([r[3] for r in rows], dtype=np.intp).reshape(-1, 2).T
    at = np.array([r[4] for r in rows], dtype=np.intp).reshape(-1, entries).T
    return _Terms(column(0), column(1), column(2), weight[0], weight[1], at, column(5))


def tabulated(pattern: Pattern, keys: Sequence[Key] = (), slope: float = 0.0) -> Tabulated:
    """The index lists of a pattern (sizes decide what is empty only), with the Hessian's entries at these quadruples of
    row, column, row, column.
    """
    writer = _Writer(pattern)
    spaces = range(len(pattern.row_sizes))
    rows = [(i, j) for i in spaces for j in spaces if i < j or (i == j and pattern.row_sizes[i] != 1)]
    for i, j in rows:
        writer.pair(Index(i, 1), Index(j, 2), False)
    slopes, gaps = [], []
    for number, c in enumerate(pattern.coordinates):
        row, column = Index(c.row, 1), Index(c.column, 1 if c.diagonal or c.row != c.column else 2)
        own = writer.entry(row, column)
        slopes += [(number, pair, sign, n, (own, v), True) for pair, sign, n, (v,) in writer.met(row, column)]
        gaps += [(number, 0, 1, n, (writer.entry(x, column),), True) for x, n in writer.neurons(column)]
    own_terms, cross_terms = [], []
    for number, (row, column, row2, column2) in enumerate(keys):
        w, same = (writer.entry(row, column), writer.entry(row, column2)), column == column2
        if row == row2:
            own_terms += [
                (number, pair, sign, n, (*w, *v), same) for pair, sign, n, v in writer.met(row, column, column2)
            ]
        else:
            v = [writer.entry(row2, column), writer.entry(row2, column2)]
            cross_terms.append((number, writer.pair(row, row2, False), 1, (-1, 0), (*w, *v), same))
    columns = np.array([c == c2 for _, c, _, c2 in keys], dtype=float)
    diagonal = np.array([(r, c) == (r2, c2) for r, c, r2, c2 in keys], dtype=float)
    return Tabulated(
        pattern, float(slope), tuple(keys), tuple(rows), writer.array(), _terms(slopes, 2), _terms(own_terms, 4),
        _terms(cross_terms, 4), _terms(gaps, 1), diagonal, columns,
    )  # fmt: skip
