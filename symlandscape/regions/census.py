"""The cells of an arrangement counted by three roads: enumeration, characteristic polynomial, Cover's formula."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from symlandscape.regions.arrangement import cells
from symlandscape.regions.counting import characteristic_polynomial, cover
from symlandscape.regions.points import Points

__all__ = ["Count", "count"]


@dataclass(frozen=True, slots=True)
class Count:
    """The cells of an arrangement, by three roads: enumeration, characteristic polynomial, Cover's formula."""

    samples: int
    inputs: int
    lines: int
    rank: int
    cells: int
    zaslavsky: int
    cover: int
    polynomial: tuple[int, ...]
    notes: tuple[str, ...]

    @property
    def general_position(self) -> bool:
        """Whether every d of the (merged) points are independent: exactly then Cover's count is reached."""
        return self.zaslavsky == self.cover

    def document(self) -> dict[str, Any]:
        """The JSON document of `symlandscape regions count FILE`."""
        return {
            "cells": self.cells,
            "cover": self.cover,
            "zaslavsky": self.zaslavsky,
            "general_position": self.general_position,
            "samples": self.samples,
            "inputs": self.inputs,
            "lines": self.lines,
            "rank": self.rank,
            "characteristic_polynomial": list(self.polynomial),
            "notes": list(self.notes),
            "level": "proved" if self.cells == self.zaslavsky else "refuted",
        }


def count(points: Points) -> Count:
    """The cells of the arrangement of the hyperplanes x_n . w = 0: enumerated, and by both formulas."""
    found = cells(points)
    polynomial = characteristic_polynomial(points.lines, points.inputs)
    return Count(
        points.samples,
        points.inputs,
        len(points.lines),
        found.rank,
        len(found.cells),
        sum(c * (-1) ** (points.inputs + k) for k, c in enumerate(polynomial)),
        cover(len(points.lines), points.inputs),
        polynomial,
        points.notes,
    )
