"""The exact population loss of a finite network on a polynomial target, with gradient and Hessian in particle space.

f_n = (1/n) sum c_i phi(., z_i), L = (1/2) E (f - f_n)^2 over |x|^2 = d, x uniform:

    L = (1/2) E f^2 - (1/n) sum c_i F(z_i) + 1/(2 n^2) sum c_i c_j K(z_i, z_j).

Any precision: `loss_at` takes a field (mpmath numbers, balls); `population_loss` asks for balls until the digits are
there. Floats in compiled code: `symlandscape.backends.particles`. Source:
rotskoff_vanden_eijnden_2022, section 2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symlandscape.arith.balls import arb, workprec
from symlandscape.arith.decimals import outward
from symlandscape.arith.field import Field, arb_field
from symlandscape.errors import InputError, UndecidedError
from symlandscape.evidence import Level, Verdict, certified
from symlandscape.particles.jets import OverlapJet, PairJet
from symlandscape.particles.rbf_units import RbfUnit, rbf_overlap, rbf_pair
from symlandscape.particles.relu_units import ReluUnit, relu_overlap, relu_pair
from symlandscape.particles.targets import Target

__all__ = ["LossValues", "Network", "PopulationLoss", "loss_at", "population_loss"]

MAX_DIGITS = 4000
ATTEMPTS = 5
GUARD = 40

Unit = ReluUnit | RbfUnit


@dataclass(frozen=True, slots=True)
class Network:
    """f_n = (1/n) sum c_i phi(., z_i): units of one kind, exact weights c (n)."""

    units: tuple[Unit, ...]
    c: tuple[Fraction, ...]

    def __post_init__(self) -> None:
        if not self.units or len(self.units) != len(self.c):
            raise InputError(f"expected as many c as units, at least one, got {len(self.c)} and {len(self.units)}")
        if len({type(unit) for unit in self.units}) > 1 or len({len(u.parameters) for u in self.units}) > 1:
            raise InputError("expected units of one kind and one dimension, got a mixture")
        if any(isinstance(u, RbfUnit) and (u.alpha <= 0 or u.alpha != _alpha(self.units)) for u in self.units):
            raise InputError("expected one alpha > 0 for all radial units, got another; scale the units")

    @property
    def inputs(self) -> int:
        """d."""
        unit = self.units[0]
        return len(unit.w) if isinstance(unit, ReluUnit) else len(unit.z)


def _alpha(units: Sequence[Unit]) -> Fraction:
    return units[0].alpha if isinstance(units[0], RbfUnit) else Fraction(0)


@dataclass(frozen=True, slots=True)
class LossValues:
    """Loss, F (n), K (n, n), and where asked for the gradient and the Hessian in theta = (c_1, z_1, c_2, z_2, ..)."""

    loss: Any
    F: list[Any]
    K: list[list[Any]]
    gradient: list[Any] | None = None
    hessian: list[list[Any]] | None = None


def loss_at(field: Field, target: Target, network: Network, *, order: int = 0) -> LossValues:
    """The loss in a field (`mpmath_field()`, `arb_field()`); order 1 adds the gradient, 2 the Hessian too.

    Evidence: exact up to the rounding of the field (balls enclose). Raises: `InputError` for other dimensions.
    """
    if network.inputs != target.inputs:
        raise InputError(f"expected units with {target.inputs} inputs as the target has, got {network.inputs}")
    overlap, pair = _kernels(network)
    exact, n = field.exact, len(network.c)
    d, c = target.inputs, network.c
    F = [overlap(field, target, unit, order=order) for unit in network.units]
    rows = range(n)
    jets = {
        (i, j): pair(field, d, network.units[i], network.units[j], order=order)
        for i in rows
        for j in (rows if order else range(i + 1))
    }
    K = [[jets[max(i, j), min(i, j)].value for j in rows] for i in rows]
    loss = exact(target.mean_square / 2)
    for i in rows:
        loss = loss - exact(c[i] / n) * F[i].value
        for j in range(i + 1):
            loss = loss + exact(c[i] * c[j] * (1 if i == j else 2) / (2 * n * n)) * K[i][j]
    values = LossValues(loss, [f.value for f in F], K)
    if not order:
        return values
    gradient = _gradient(field, c, F, jets)
    return LossValues(loss, values.F, K, gradient, _hessian(field, c, F, jets) if order > 1 else None)


def _kernels(network: Network) -> tuple[Callable[..., OverlapJet], Callable[..., PairJet]]:
    return (relu_overlap, relu_pair) if isinstance(network.units[0], ReluUnit) else (rbf_overlap, rbf_pair)


Jets = dict[tuple[int, int], PairJet]


def _gradient(field: Field, c: Sequence[Fraction], F: Sequence[OverlapJet], jets: Jets) -> list[Any]:
    exact, n, made = field.exact, len(c), []
    for i in range(n):
        by_c = -F[i].value / n
        by_z = [exact(-c[i] / n) * g for g in F[i].gradient]
        for j in range(n):
            by_c = by_c + exact(c[j] / (n * n)) * jets[i, j].value
            by_z = [a + exact(c[i] * c[j] / (n * n)) * g for a, g in zip(by_z, jets[i, j].gradient, strict=True)]
        made += [by_c, *by_z]
    return made


def _hessian(field: Field, c: Sequence[Fraction], F: Sequence[OverlapJet], jets: Jets) -> list[list[Any]]:
    exact, n, m = field.exact, len(c), len(F[0].gradient)
    size = m + 1
    H = [[exact(0)] * (n * size) for _ in range(n * size)]
    for i in range(n):
        first = [-g / n for g in F[i].gradient]
        own = [[exact(-c[i] / n) * h for h in row] for row in F[i].hessian]
        for j in range(n):
            here = jets[i, j]
            first = [a + exact(c[j] / (n * n)) * g for a, g in zip(first, here.gradient, strict=True)]
            weight = exact(c[i] * c[j] / (n * n))
            own = [[a + weight * h for a, h in zip(x, y, strict=True)] for x, y in zip(own, here.own, strict=True)]
            at, to = i * size, j * size
            H[at][to] = H[at][to] + here.value / (n * n)
            for k in range(m):
                H[at][to + 1 + k] = H[at][to + 1 + k] + exact(c[j] / (n * n)) * jets[j, i].gradient[k]
                H[at + 1 + k][to] = H[at + 1 + k][to] + exact(c[i] / (n * n)) * here.gradient[k]
                for q in range(m):
                    H[at + 1 + k][to + 1 + q] = H[at + 1 + k][to + 1 + q] + weight * here.cross[k][q]
        at = i * size
        for k in range(m):
            H[at][at + 1 + k] = H[at][at + 1 + k] + first[k]
            H[at + 1 + k][at] = H[at + 1 + k][at] + first[k]
            for q in range(m):
                H[at + 1 + k][at + 1 + q] = H[at + 1 + k][at + 1 + q] + own[k][q]
    return H


@dataclass(frozen=True, slots=True)
class PopulationLoss:
    """Loss, F (n) and K (n, n) as balls; level CERTIFIED."""

    target: Target
    network: Network
    values: LossValues
    digits: int

    @property
    def level(self) -> Level:
        """The evidence for the digits: enclosures."""
        known = all(x.is_finite() for x in (self.values.loss, *self.values.F, *sum(self.values.K, [])))
        return certified("enclosure", Verdict.of(known or None)).level

    def document(self) -> dict[str, Any]:
        """The JSON document of `symlandscape particles loss`."""
        loss, radius = outward(self.values.loss, self.digits)
        F = [outward(x, self.digits) for x in self.values.F]
        K = [[outward(x, self.digits) for x in row] for row in self.values.K]
        return {
            "inputs": self.target.inputs,
            "unit": "relu" if isinstance(self.network.units[0], ReluUnit) else "rbf",
            "width": len(self.network.c),
            "mean_f2": str(self.target.mean_square),
            "loss": loss,
            "radius": radius,
            "F": [value for value, _ in F],
            "F_radii": [r for _, r in F],
            "K": [[value for value, _ in row] for row in K],
            "K_radii": [[r for _, r in row] for row in K],
            "level": self.level.value,
        }


def population_loss(target: Target, network: Network, digits: int = 30) -> PopulationLoss:
    """The loss, its F and its K as balls of relative radius below 10^-digits (absolute for what may be 0).

    digits: 1 to 4000. Level CERTIFIED. Raises: `InputError`; `UndecidedError` where no precision gave finite balls.
    """
    if isinstance(digits, bool) or not isinstance(digits, int) or not 1 <= digits <= MAX_DIGITS:
        raise InputError(f"expected 1 to {MAX_DIGITS} digits, got {digits!r}; pass an integer such as 30")
    bits = digits * 10 // 3 + GUARD
    found = None
    for _ in range(ATTEMPTS):
        with workprec(bits):
            found = loss_at(arb_field(), target, network)
            if all(_sharp(x, digits) for x in (found.loss, *found.F, *sum(found.K, []))):
                return PopulationLoss(target, network, found, digits)
        bits *= 2
    if found is None or not all(x.is_finite() for x in (found.loss, *found.F, *sum(found.K, []))):
        raise UndecidedError("the enclosures did not become finite; the units are too large for this precision")
    return PopulationLoss(target, network, found, digits)


def _sharp(x: arb, digits: int) -> bool:
    """A digit more than asked for, or exact, or below 10^-(2 digits + 20) with no relative digit (a zero)."""
    if not x.is_finite():
        return False
    if x.is_exact() or x.rad() * arb(10) ** (digits + 1) <= abs(x.mid()):
        return True
    return bool(x.abs_upper() <= arb(10) ** (-2 * digits - 20))
