"""A value with its derivatives in the parameters of one unit or of two: what the loss is assembled from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["OverlapJet", "PairJet", "outer_product"]


@dataclass(frozen=True, slots=True)
class OverlapJet:
    """F(z) = E[f phi(., z)], its gradient (m) and Hessian (m, m)."""

    value: Any
    gradient: list[Any]
    hessian: list[list[Any]]


@dataclass(frozen=True, slots=True)
class PairJet:
    """K(z, z') = E[phi(., z) phi(., z')], its gradient in z (m), the second derivatives in (z, z) and in (z, z')."""

    value: Any
    gradient: list[Any]
    own: list[list[Any]]
    cross: list[list[Any]]


def outer_product(x: list[Any], y: list[Any]) -> list[list[Any]]:
    """x y'."""
    return [[a * b for b in y] for a in x]
