"""Data points with labels, exactly: rational coordinates, the lines they span, what was merged or mapped."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from symlandscape.arith.conversions import parse_exact, shortest_decimal
from symlandscape.arith.rationals import primitive, to_integers
from symlandscape.errors import InputError

__all__ = ["Points", "make_points", "points_from_document"]

Parallel = Literal["merge", "refuse"]


@dataclass(frozen=True, slots=True)
class Points:
    """N points of R^d with exact rational coordinates, none zero, and labels in {0, 1} where given.

    rows: (N, d) integers, the coordinates times `scale` > 0 (regions and fits do not see the scale);
    labels: (N) or None; lines: the different lines through 0 spanned by the points, as primitive integer vectors;
    line_of: (N) pairs (index of its line, +1 or -1 for the direction on it); notes: what was merged or mapped.
    """

    rows: tuple[tuple[int, ...], ...]
    scale: int
    labels: tuple[int, ...] | None
    lines: tuple[tuple[int, ...], ...]
    line_of: tuple[tuple[int, int], ...]
    notes: tuple[str, ...] = ()

    @property
    def samples(self) -> int:
        """The number N of points."""
        return len(self.rows)

    @property
    def inputs(self) -> int:
        """The dimension d of the points."""
        return len(self.rows[0])

    def coordinates(self) -> tuple[tuple[Fraction, ...], ...]:
        """The points as they were given, (N, d)."""
        return tuple(tuple(Fraction(entry, self.scale) for entry in row) for row in self.rows)

    def required_labels(self) -> tuple[int, ...]:
        """The labels. Raises: `InputError` where the points have none."""
        if self.labels is None:
            raise InputError("labels y were expected beside the points X and none came; give one of 0 and 1 for each")
        return self.labels


def make_points(X: Sequence[Sequence[Any]], y: Sequence[Any] | None = None, *, parallel: Parallel = "merge") -> Points:
    """Points from rows of exact numbers (integers, Fractions, texts like 13/2 or 6.5) and labels.

    Floats are read as their shortest decimals, with a warning. Labels -1 and 1 become 0 and 1. Parallel points span
    one line: parallel="merge" counts it once in the arrangement (each stays a sample of the fit), "refuse" raises.
    Warns when all labels are equal. Raises: `InputError` for a zero point, ragged rows, other labels, other numbers.
    """
    if parallel not in ("merge", "refuse"):
        raise InputError(f"merge or refuse was expected for parallel points and {parallel!r} came: choose one")
    exact = _matrix(X)
    rows, scale = to_integers(exact)
    notes: list[str] = []
    lines, line_of = _lines(rows, parallel, notes)
    labels = None if y is None else _labels(y, len(rows), notes)
    return Points(rows, scale, labels, lines, line_of, tuple(notes))


def points_from_document(document: Mapping[str, Any], *, parallel: Parallel = "merge") -> Points:
    """Points from a JSON object {"X": [[..], ..], "y": [..]} whose rows are samples; y may be missing."""
    if "X" not in document:
        raise InputError('the keys "X" (rows are samples) and "y" were expected and "X" is missing; add it')
    return make_points(document["X"], document.get("y"), parallel=parallel)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _matrix(X: Any) -> list[list[Fraction]]:
    X = X.tolist() if hasattr(X, "tolist") else X
    if not _is_list(X) or not X or not all(_is_list(row) and row for row in X):
        raise InputError("X was expected as a list of rows, each a list of at least one number; rows are samples")
    widths = {len(row) for row in X}
    if len(widths) > 1:
        raise InputError(f"rows of X of one length were expected and lengths {sorted(widths)} came; complete them")
    floats: list[float] = []
    exact = [[_number(entry, f"X[{n}][{i}]", floats) for i, entry in enumerate(row)] for n, row in enumerate(X)]
    if floats:
        _warn(f"{len(floats)} floats in X were read as their shortest decimals ({floats[0]!r} first)")
    for n, row in enumerate(exact):
        if not any(row):
            raise InputError(f"points other than 0 were expected and X[{n}] is 0, where no slope is defined; remove it")
    return exact


def _number(entry: Any, where: str, floats: list[float]) -> Fraction:
    try:
        if isinstance(entry, float):
            floats.append(entry)
            return shortest_decimal(entry)
        return parse_exact(entry)
    except InputError as error:
        raise InputError(f"{where}: {error}") from error


def _lines(
    rows: tuple[tuple[int, ...], ...], parallel: str, notes: list[str]
) -> tuple[tuple[tuple[int, ...], ...], tuple[tuple[int, int], ...]]:
    """The different lines, by their first points, and each point's place."""
    found: dict[tuple[int, ...], int] = {}
    line_of = []
    first: list[int] = []
    merged = []
    for n, row in enumerate(rows):
        direction = primitive(row)
        opposite = tuple(-entry for entry in direction)
        sign = -1 if opposite in found else 1
        key = opposite if sign == -1 else direction
        if key in found:
            merged.append(f"X[{n}] to X[{first[found[key]]}]")
            if parallel == "refuse":
                raise InputError(f"points on different lines were expected and {merged[0]} is parallel; remove one")
        else:
            found[key] = len(found)
            first.append(n)
        line_of.append((found[key], sign))
    if merged:
        notes.append(f"parallel points share one hyperplane of the arrangement: {', '.join(merged)}")
    return tuple(found), tuple(line_of)


def _labels(y: Any, count: int, notes: list[str]) -> tuple[int, ...]:
    y = y.tolist() if hasattr(y, "tolist") else y
    if not _is_list(y) or len(y) != count:
        came = f"{len(y)}" if _is_list(y) else f"a {type(y).__name__}"
        raise InputError(f"{count} labels were expected, one for each row of X, and {came} came; give as many")
    labels = []
    for n, entry in enumerate(y):
        value = _number(entry, f"y[{n}]", [])
        if value not in (-1, 0, 1):
            raise InputError(f"labels 0 and 1 (or -1 and 1) were expected and y[{n}] is {value}; map them first")
        labels.append(int(value))
    if -1 in labels:
        if 0 in labels:
            raise InputError("labels 0 and 1, or -1 and 1, were expected and both 0 and -1 came; use one pair")
        labels = [(label + 1) // 2 for label in labels]
        notes.append("labels -1 and 1 were mapped to 0 and 1")
    if len(set(labels)) == 1 and count > 1:
        _warn(f"all {count} labels are {labels[0]}: volumes of minima say little about such data; balance the labels")
    return tuple(labels)


def _warn(text: str) -> None:
    warnings.warn(text, UserWarning, stacklevel=4)
