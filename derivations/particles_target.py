"""The target as a function on the sphere: harmonic parts of a polynomial, and the mean squares of the 3-spin target.

f = (1/d) sum a_pqr x_p x_q x_r with the symmetric part T of a and its trace t; |x|^2 = d. Source:
rotskoff_vanden_eijnden_2022, section 5, for the target; the moments are derived here.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations_with_replacement

import sympy

from derivations._show import show
from symlandscape.evidence import Claim, proved
from symlandscape.particles.polynomials import harmonic_parts, laplacian, multiply, sphere_mean
from symlandscape.particles.targets import moments, three_spin

NAME = "particles_target"
THEME = "particles"
SOURCE = "rotskoff_vanden_eijnden_2022, section 5"

d = sympy.Symbol("d", real=True)


def basis_tensor(size: int, index: tuple[int, ...]) -> list[list[list[Fraction]]]:
    """The tensor with one entry 1."""
    a = [[[Fraction(0)] * size for _ in range(size)] for _ in range(size)]
    a[index[0]][index[1]][index[2]] = Fraction(1)
    return a


def plus(a: list, b: list) -> list[list[list[Fraction]]]:
    """The sum of two tensors."""
    return [
        [[x + y for x, y in zip(r, q, strict=True)] for r, q in zip(p, o, strict=True)]
        for p, o in zip(a, b, strict=True)
    ]


def moments_by_monomials(size: int) -> bool:
    """E f^2 and its two parts, by moments of monomials, on a basis of the quadratic forms in T: e_i and e_i + e_j."""
    basis = [basis_tensor(size, index) for index in combinations_with_replacement(range(size), 3)]
    tensors = basis + [plus(a, b) for i, a in enumerate(basis) for b in basis[:i]]
    for a in tensors:
        found, target = moments(a), three_spin(a)
        parts = {k: sphere_mean(multiply(p, p), size, size) for k, p in target.parts}
        whole = sphere_mean(multiply(target.polynomial, target.polynomial), size, size)
        if (whole, parts.get(1, 0), parts.get(3, 0)) != (found.mean_f2, found.linear, found.cubic):
            return False
    return True


def moments_for_every_d() -> bool:
    """The two invariant quadratic forms of T fix E f^2: x_1^3 has |T|^2 = |t|^2 = 1, x_1 x_2 x_3 has 1/6 and 0."""
    sixth = d**3 / (d * (d + 2) * (d + 4))  # E of a product of three squares of different coordinates
    cube = sympy.cancel(15 * sixth / d**2 - sympy.Integer(6 + 9) / ((d + 2) * (d + 4)))
    mixed = sympy.cancel(sixth / d**2 - 1 / ((d + 2) * (d + 4)))
    return bool(cube == 0 and mixed == 0)


def mean_over_tensors() -> bool:
    """a iid N(0, 1): E |T|^2 and E |t|^2 by the number of orders of each index, then E f^2 = d and its parts."""
    square = d + 3 * d * (d - 1) / sympy.Integer(3) + d * (d - 1) * (d - 2) / sympy.Integer(6)
    trace = d * (1 + (d - 1) / sympy.Integer(3))
    linear = 9 * trace / (d + 2) ** 2
    mean = (6 * square + 9 * trace) / ((d + 2) * (d + 4))
    cubic = d * (d - 1) / (d + 2)
    return all(sympy.cancel(x) == 0 for x in (mean - d, linear - 3 * d / (d + 2), mean - linear - cubic))


def decomposition(degree: int, size: int) -> bool:
    """Parts of a dense polynomial: harmonic, homogeneous, and their sum differs from it by 0 in mean square there."""
    monomials = list(combinations_with_replacement(range(size), degree))
    p = {}
    for number, index in enumerate(monomials):
        key = tuple(index.count(i) for i in range(size))
        p[key] = Fraction((7 * number * number + 3 * number) % 23 - 11)
    p = {k: v for k, v in p.items() if v}
    parts = harmonic_parts(p, size, size)
    if any(laplacian(h) or {sum(e) for e in h} != {k} for k, h in parts.items()):
        return False
    total: dict[tuple[int, ...], Fraction] = dict(p)
    for h in parts.values():
        for e, a in h.items():
            total[e] = total.get(e, Fraction(0)) - a
    # the difference vanishes on the sphere iff its mean square there does
    return sphere_mean(multiply(total, total), size, size) == 0


def laplacian_of_powers() -> bool:
    """Lap(|x|^{2j} h) = 2j (2j + 2k + d - 2) |x|^{2j-2} h, by Lap(u h) = h Lap u + 2 grad u . grad h + u Lap h."""
    j, k, r2, h = sympy.symbols("j k r2 h", positive=True)
    radial = 2 * j * (2 * j - 2 + d) * r2 ** (j - 1)  # Lap of |x|^{2j}
    mixed = (
        2 * 2 * j * r2 ** (j - 1) * k
    )  # 2 grad|x|^{2j} . grad h = 4 j |x|^{2j-2} x . grad h, Euler: x . grad h = k h
    return bool(sympy.cancel(sympy.expand((radial + mixed) / r2 ** (j - 1) - 2 * j * (2 * j + 2 * k + d - 2))) == 0)


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """Harmonic parts, then moments."""
    yield Claim(
        "particles.harmonic.laplacian", THEME, r"\Delta(|x|^{2j} h) = 2j (2j + 2k + d - 2)\, |x|^{2j-2} h "
        r"\quad (\Delta h = 0,\ \deg h = k)",
        SOURCE, (proved("product rule and Euler's identity", laplacian_of_powers(), "symbolic d, j, k"),),
    )  # fmt: skip
    cases = ((3, 3), (4, 3), (5, 3), (3, 4), (4, 4), (3, 5))
    checks = tuple(proved(f"degree {m}, d = {n}", decomposition(m, n), "a dense polynomial") for m, n in cases)
    words = ",\\ ".join(f"({m}, {n})" for m, n in cases)
    yield Claim(
        "particles.harmonic.parts", THEME,
        rf"\text{{a dense polynomial of degree }} m \text{{ is the sum of its harmonic parts on }} |x|^2 = "
        rf"d,\ (m, d) = {words}",
        SOURCE, checks,
    )  # fmt: skip
    sizes = (3, 4) if profile == "quick" else (3, 4, 5)
    yield Claim(
        "particles.moments", THEME,
        r"E f^2 = \frac{6 |T|^2 + 9 |t|^2}{(d+2)(d+4)},\quad E (\tfrac{3}{d+2} t \cdot x)^2 = \frac{9 |t|^2}{(d+2)^2}"
        rf",\quad d \in \{{{', '.join(map(str, sizes))}\}}",
        SOURCE,
        tuple(proved(f"all tensors, d = {n}", moments_by_monomials(n),
        "a basis of the quadratic forms") for n in sizes),
    )  # fmt: skip
    yield Claim(
        "particles.moments.invariants", THEME,
        r"\{x_1^3/d,\ x_1 x_2 x_3/d\}:\quad E f^2 = \frac{6 |T|^2 + 9 |t|^2}{(d+2)(d+4)} \text{ for every } d",
        SOURCE,
        (proved("two tensors", moments_for_every_d(), "they fix both invariant quadratic forms of a symmetric T"),),
    )  # fmt: skip
    yield Claim(
        "particles.moments.mean", THEME,
        r"a_{pqr} \text{ iid } N(0, 1):\quad E f^2 = d = \frac{3d}{d+2} + \frac{d(d-1)}{d+2}",
        SOURCE, (proved("orders of indices", mean_over_tensors(), "symbolic d"),),
    )  # fmt: skip


if __name__ == "__main__":
    show(claims())
