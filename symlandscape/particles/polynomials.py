"""Polynomials with exact coefficients and their harmonic parts on a sphere.

A polynomial in d variables is a map {exponents (d integers): Fraction}; no entry is zero. A homogeneous p of degree
m is
p = sum_j |x|^{2j} h_{m-2j} with harmonic h_{m-2j} of degree m - 2j; on |x|^2 = d the parts of all the homogeneous
pieces
of one degree k add up to the part H_k, and f = sum_k H_k there. Parts of different degree are orthogonal in L^2.
Source: the classical decomposition, by descent on powers of the Laplacian:
Lap(|x|^{2j} h) = 2j (2j + 2k + d - 2) |x|^{2j-2} h for harmonic h of degree k.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import factorial, prod

__all__ = ["Polynomial", "harmonic_mean_square", "harmonic_parts", "jet", "laplacian", "multiply", "sphere_mean"]

Polynomial = Mapping[tuple[int, ...], Fraction]


def multiply(p: Polynomial, q: Polynomial) -> dict[tuple[int, ...], Fraction]:
    """The product p q."""
    made: dict[tuple[int, ...], Fraction] = {}
    for e, a in p.items():
        for f, b in q.items():
            key = tuple(i + j for i, j in zip(e, f, strict=True))
            made[key] = made.get(key, Fraction(0)) + a * b
    return {key: value for key, value in made.items() if value}


def laplacian(p: Polynomial) -> dict[tuple[int, ...], Fraction]:
    """sum_i d^2 p/dx_i^2."""
    made: dict[tuple[int, ...], Fraction] = {}
    for e, a in p.items():
        for i, power in enumerate(e):
            if power > 1:
                key = (*e[:i], power - 2, *e[i + 1 :])
                made[key] = made.get(key, Fraction(0)) + power * (power - 1) * a
    return {key: value for key, value in made.items() if value}


def harmonic_parts(p: Polynomial, d: int, square: Fraction | int) -> dict[int, dict[tuple[int, ...], Fraction]]:
    """The harmonic homogeneous H_k, by degree k, with p = sum_k H_k on the sphere |x|^2 = `square` of R^d, d >= 2."""
    found: dict[int, dict[tuple[int, ...], Fraction]] = {}
    for degree in sorted({sum(e) for e in p}):
        rest = {e: a for e, a in p.items() if sum(e) == degree}
        for j in range(degree // 2, -1, -1):  # the lowest harmonic degree first
            k = degree - 2 * j
            top = rest
            for _ in range(j):
                top = laplacian(top)
            factor = prod(Fraction(1, 2 * i * (2 * i + 2 * k + d - 2)) for i in range(1, j + 1))
            part = {e: a * factor for e, a in top.items()}
            if not part:
                continue
            lifted: Polynomial = part
            for _ in range(j):
                lifted = _times_square(lifted, d)
            rest = _minus(rest, lifted)
            into = found.setdefault(k, {})
            for e, a in part.items():
                into[e] = into.get(e, Fraction(0)) + a * Fraction(square) ** j
    cleaned = {k: {e: a for e, a in part.items() if a} for k, part in sorted(found.items())}
    return {k: part for k, part in cleaned.items() if part}


def sphere_mean(p: Polynomial, d: int, square: Fraction | int) -> Fraction:
    """E p(x) for x uniform on |x|^2 = `square` in R^d: (square)^{m/2} prod (e_i - 1)!!/(d (d+2) .. (d+m-2))."""
    total = Fraction(0)
    for e, a in p.items():
        if any(i % 2 for i in e):
            continue
        m = sum(e) // 2
        odd = prod(prod(range(1, i, 2)) for i in e)
        total += a * odd * Fraction(square) ** m / prod(d + 2 * i for i in range(m))
    return total


def harmonic_mean_square(h: Polynomial, d: int, square: Fraction | int) -> Fraction:
    """E h(x)^2 on |x|^2 = `square` for a harmonic homogeneous h of degree k, without forming h^2:
    square^k sum_e a_e^2 prod e_i!/(d (d+2) .. (d+2k-2)), the norm h(d/dx) h up to a factor.
    """
    k = sum(next(iter(h), ()))
    norm = sum((a * a * prod(factorial(i) for i in e) for e, a in h.items()), Fraction(0))
    return norm * Fraction(square) ** k / prod(d + 2 * i for i in range(k))


def jet(p: Polynomial, x: Sequence[Fraction], order: int = 2) -> tuple[Fraction, list[Fraction], list[list[Fraction]]]:
    """p, its gradient (d) and Hessian (d, d) at an exact point; parts beyond `order` are left at 0."""
    d = len(x)
    value, gradient = Fraction(0), [Fraction(0)] * d
    hessian = [[Fraction(0)] * d for _ in range(d)]
    for e, a in p.items():
        here = [(i, power) for i, power in enumerate(e) if power]
        value += a * prod(x[i] ** power for i, power in here)
        if order < 1:
            continue
        for i, power in here:
            lower = [(m, q - (m == i)) for m, q in here]
            gradient[i] += a * power * prod(x[m] ** q for m, q in lower)
            if order < 2:
                continue
            for m, q in lower:
                if q:
                    rest = prod(x[e] ** (r - (e == m)) for e, r in lower if r - (e == m))
                    hessian[i][m] += a * power * q * rest
    return value, gradient, hessian


def _times_square(p: Polynomial, d: int) -> dict[tuple[int, ...], Fraction]:
    made: dict[tuple[int, ...], Fraction] = {}
    for e, a in p.items():
        for i in range(d):
            key = (*e[:i], e[i] + 2, *e[i + 1 :])
            made[key] = made.get(key, Fraction(0)) + a
    return made


def _minus(p: Polynomial, q: Polynomial) -> dict[tuple[int, ...], Fraction]:
    made = dict(p)
    for e, a in q.items():
        made[e] = made.get(e, Fraction(0)) - a
    return {e: a for e, a in made.items() if a}
