"""Targets: polynomials on the sphere |x|^2 = d, first of all the 3-spin energy, with exact harmonic parts and moments.

f(x) = (1/d) sum a_pqr x_p x_q x_r. With T = sym(a) and t_p = sum_q T_pqq,

    f = (1/d) H_3(x) + 3/(d+2) t.x,     H_3 = T(x,x,x) - 3/(d+2) |x|^2 t.x,
    E f^2 = (6 |T|^2 + 9 |t|^2)/((d+2)(d+4)),     E (linear part)^2 = 9 |t|^2/(d+2)^2.

Derived in `derivations.particles_target`; the target: rotskoff_vanden_eijnden_2022, section 5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations, product
from typing import Any

from symlandscape.errors import InputError
from symlandscape.particles.polynomials import Polynomial, harmonic_mean_square, harmonic_parts

__all__ = ["Moments", "Target", "draw_tensor", "moments", "polynomial_target", "three_spin"]

Tensor = Sequence[Sequence[Sequence[Fraction]]]

LEAST_INPUTS = 3


@dataclass(frozen=True, slots=True)
class Target:
    """A polynomial on |x|^2 = d as its harmonic parts: f = sum_k H_k there, exactly.

    inputs: d; parts: (k, H_k) with H_k homogeneous and harmonic of degree k, ascending k; mean_square: E f^2;
    polynomial: f as it was given.
    """

    inputs: int
    parts: tuple[tuple[int, Polynomial], ...]
    mean_square: Fraction
    polynomial: Polynomial


@dataclass(frozen=True, slots=True)
class Moments:
    """Exact moments of a 3-spin target: |T|^2, |t|^2, E f^2 and its linear and cubic parts."""

    inputs: int
    norm2_T: Fraction
    norm2_t: Fraction
    mean_f2: Fraction
    linear: Fraction
    cubic: Fraction

    def document(self) -> dict[str, Any]:
        """The JSON document of `symlandscape particles moments`."""
        names = ("norm2_T", "norm2_t", "mean_f2", "linear", "cubic")
        return {
            "inputs": self.inputs,
            **{name: str(getattr(self, name)) for name in names},
            "biasfree_relu_loss": str(self.cubic / 2),
            "level": "proved",
        }


def draw_tensor(inputs: int, seed: int = 0) -> list[list[list[Fraction]]]:
    """A tensor a (d, d, d) of standard normals, rounded to three decimals and read as those decimals.

    round(default_rng(seed).standard_normal((d, d, d)), 3). Raises: `InputError` for d < 3 or d > 100.
    """
    import numpy as np

    check_inputs(inputs)
    if inputs > 100:
        raise InputError(f"expected at most 100 inputs for a drawn tensor, got {inputs}; it has d^3 entries")
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise InputError(f"expected a seed >= 0, got {seed!r}; pass an integer such as 0")
    values = np.round(np.random.default_rng(seed).standard_normal((inputs,) * 3), 3)
    return [[[Fraction(repr(float(entry))) for entry in row] for row in plane] for plane in values]


def moments(a: Tensor) -> Moments:
    """Moments of f = (1/d) sum a_pqr x_p x_q x_r on |x|^2 = d, exact, by the tensor formulas; level PROVED.

    a: (d, d, d) exact numbers, d >= 3. Raises: `InputError` for other shapes.
    """
    d = check_tensor(a)
    T, t = symmetric_part(a)
    square = sum((x * x for plane in T for row in plane for x in row), Fraction(0))
    trace = sum((x * x for x in t), Fraction(0))
    mean = (6 * square + 9 * trace) / ((d + 2) * (d + 4))
    linear = 9 * trace / Fraction((d + 2) ** 2)
    return Moments(d, square, trace, mean, linear, mean - linear)


def symmetric_part(a: Tensor) -> tuple[list[list[list[Fraction]]], list[Fraction]]:
    """T = sym(a) (d, d, d), the mean over the six orders of the indices, and its trace t (d)."""
    d = len(a)
    T = [[[Fraction(0)] * d for _ in range(d)] for _ in range(d)]
    for p, q, r in product(range(d), repeat=3):
        if p <= q <= r:
            orders = set(permutations((p, q, r)))
            value = sum((Fraction(a[i][j][k]) for i, j, k in orders), Fraction(0)) / len(orders)
            for i, j, k in orders:
                T[i][j][k] = value
    return T, [sum((T[p][q][q] for q in range(d)), Fraction(0)) for p in range(d)]


def three_spin(a: Tensor) -> Target:
    """The 3-spin target (1/d) sum a_pqr x_p x_q x_r of an exact tensor (d, d, d), d >= 3. Raises: `InputError`."""
    d = check_tensor(a)
    made: dict[tuple[int, ...], Fraction] = {}
    for p, q, r in product(range(d), repeat=3):
        powers = [0] * d
        for i in (p, q, r):
            powers[i] += 1
        key = tuple(powers)
        made[key] = made.get(key, Fraction(0)) + Fraction(a[p][q][r]) / d
    return polynomial_target(made, d)


def polynomial_target(polynomial: Polynomial, inputs: int) -> Target:
    """Any polynomial {exponents (d): coefficient} on |x|^2 = d as a target; d >= 3. Raises: `InputError`."""
    check_inputs(inputs)
    for exponents in polynomial:
        if len(exponents) != inputs or any(not isinstance(e, int) or e < 0 for e in exponents):
            raise InputError(f"expected {inputs} exponents >= 0 for each monomial, got {exponents!r:.60}")
    kept = {e: Fraction(c) for e, c in polynomial.items() if c}
    parts = harmonic_parts(kept, inputs, inputs)
    square = sum((harmonic_mean_square(part, inputs, inputs) for part in parts.values()), Fraction(0))
    return Target(inputs, tuple(parts.items()), square, kept)


def check_inputs(inputs: Any) -> None:
    """Raises: `InputError` unless d is an integer >= 3."""
    if isinstance(inputs, bool) or not isinstance(inputs, int) or inputs < LEAST_INPUTS:
        raise InputError(f"expected at least 3 inputs (the densities on the sphere need d >= 3), got {inputs!r}")


def check_tensor(a: Any) -> int:
    """The d of a tensor (d, d, d). Raises: `InputError` for ragged arrays, other shapes, d < 3."""
    if not isinstance(a, Sequence) or isinstance(a, str | bytes | Mapping):
        raise InputError(f"expected a tensor of shape (d, d, d), got {type(a).__name__}; nest three lists")
    d = len(a)
    for plane in a:
        for row in plane if isinstance(plane, Sequence) and not isinstance(plane, str) and len(plane) == d else (0,):
            if not isinstance(row, Sequence) or isinstance(row, str) or len(row) != d:
                raise InputError(f"expected a tensor of shape ({d}, {d}, {d}) from its {d} planes, got another shape")
    check_inputs(d)
    return d
