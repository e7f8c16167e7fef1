"""Spherical spin-glass models by their covariance nu(x) = sum_p beta_p^2 x^p, with exact weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symlandscape.arith.conversions import parse_exact
from symlandscape.errors import InputError

__all__ = ["Mixture", "as_mixture", "exact_energy", "pure"]

MAX_DEGREE_DIGITS = 300
"""Decimal digits of a degree: far beyond use, and it keeps hostile input from filling the memory."""
MAX_MIXED_DEGREE = 1_000_000
"""Largest degree where there are several: integrals over nu'' slow down with it."""
MAX_ENERGY_BITS = 12_000
"""Bits of the numerator and of the denominator of an energy."""


@dataclass(frozen=True, slots=True)
class Mixture:
    """nu(x) = sum_p beta_p^2 x^p with nu(1) = 1: the covariance E[H(s) H(t)] = N nu(s.t/N) on the sphere |s|^2 = N.

    weights: pairs (p, beta_p^2), p ascending, p >= 2, beta_p^2 > 0 exact, summing to 1. Made by `as_mixture`, `pure`.
    """

    weights: tuple[tuple[int, Fraction], ...]

    @property
    def degree(self) -> int | None:
        """p of a pure model, else None."""
        return self.weights[0][0] if len(self.weights) == 1 else None

    @property
    def nu1(self) -> Fraction:
        """nu'(1), exact."""
        return self.derivative(1)

    @property
    def nu2(self) -> Fraction:
        """nu''(1), exact."""
        return self.derivative(2)

    @property
    def alpha2(self) -> Fraction:
        """nu'' + nu' - nu'^2 at 1, exact: N times the variance of the radial derivative given the energy; 0 when
        pure.
        """
        return self.nu2 + self.nu1 - self.nu1 * self.nu1

    @property
    def rho(self) -> Fraction:
        """nu''(1)/nu'(1), exact; p - 1 when pure. The mean total number of critical points depends on it alone."""
        return self.nu2 / self.nu1

    def derivative(self, order: int, at: Fraction | int = 1) -> Fraction:
        """The derivative of nu of the given order (0, 1, 2, ..) at an exact number, exactly."""
        at, total = Fraction(at), Fraction(0)
        for p, weight in self.weights:
            falling = 1
            for j in range(order):
                falling *= p - j
            if falling:
                total += weight * falling * (1 if at == 1 else at ** (p - order))
        return total

    def __str__(self) -> str:
        return ",".join(f"{p}:{weight}" for p, weight in self.weights)


def pure(p: int) -> Mixture:
    """The pure model nu(x) = x^p, p >= 2. Raises: `InputError` for other degrees."""
    return as_mixture({p: 1})


def as_mixture(model: Mixture | int | str | Mapping[Any, Any]) -> Mixture:
    """The mixture that `model` names: a degree p, a text `3:1/2,4:1/2`, or a mapping degree -> weight.

    Weights are exact numbers or their texts; a weight 0 is left out. Raises: `InputError` for a degree below 2 or not
    an integer, a negative weight, a degree named twice, or weights that do not sum to 1 (the message offers them
    normalised).
    """
    if isinstance(model, Mixture):
        return model
    pairs: list[tuple[Any, Any]]
    if isinstance(model, str):
        pairs = list(_read(model))
    elif isinstance(model, Mapping):
        pairs = list(model.items())
    else:
        pairs = [(model, 1)]
    weights: dict[int, Fraction] = {}
    for degree, weight in pairs:
        p, w = _degree(degree), parse_exact(weight)
        if p in weights:
            raise InputError(f"expected each degree once, got {p} twice in {_shown(model)}; add its weights up")
        if w < 0:
            raise InputError(f"expected weights beta_p^2 >= 0, got {w} at degree {p}; a variance is not negative")
        weights[p] = w
    kept = tuple((p, weights[p]) for p in sorted(weights) if weights[p])
    total = sum((w for _, w in kept), Fraction(0))
    if total == 0:
        raise InputError(f"expected weights that sum to 1, got none above 0 in {_shown(model)}; write 3:1/2,4:1/2")
    if total != 1:
        offer = ",".join(f"{p}:{w / total}" for p, w in kept)
        raise InputError(f"expected weights that sum to 1, got the sum {total}; normalised they are {offer}")
    if len(kept) > 1 and kept[-1][0] > MAX_MIXED_DEGREE:
        raise InputError(
            f"expected degrees up to {MAX_MIXED_DEGREE} in a mixture, got {kept[-1][0]}; choose a smaller p"
        )
    return Mixture(kept)


def exact_energy(energy: Any) -> Fraction:
    """An energy per spin as an exact rational. Raises: `InputError`, also beyond 12000 bits."""
    u = parse_exact(energy)
    if max(u.numerator.bit_length(), u.denominator.bit_length()) > MAX_ENERGY_BITS:
        raise InputError(
            f"expected an energy of at most {MAX_ENERGY_BITS} bits, got a longer number; u = H/N is of order 1"
        )
    return u


def _read(text: str) -> list[tuple[str, str]]:
    pairs = []
    for part in text.split(","):
        degree, colon, weight = part.partition(":")
        if not colon or ":" in weight or not degree.strip() or not weight.strip():
            raise InputError(
                f"expected degree:weight pairs like 3:1/2,4:1/2, got {part.strip()[:40]!r}; write p:weight"
            )
        pairs.append((degree.strip(), weight.strip()))
    return pairs


def _degree(degree: Any) -> int:
    value = parse_exact(degree)
    if value.denominator != 1 or value < 2:
        raise InputError(f"expected a degree that is an integer >= 2, got p = {_shown(degree)}; write 3, say")
    if value.numerator.bit_length() > MAX_DEGREE_DIGITS * 10 // 3:
        raise InputError(f"expected a degree below 10^{MAX_DEGREE_DIGITS}, got a longer one; choose a smaller p")
    return value.numerator


def _shown(value: Any) -> str:
    return str(value)[:60]
