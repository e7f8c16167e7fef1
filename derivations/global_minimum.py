"""The exact Hessian spectrum of the global minimum W = I for every d, with kappa = 1/(2 pi).

Source: Arjevani & Field 2008.01805 and 2107.10370 (spectrum of the identity); the characteristic polynomials are
derived here from the equivariant blocks at a = 1, b = 0 with the size n = d symbolic, where matched pairs are parallel
and drop out by the limit sin t -> 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import sympy

from derivations._show import show
from symlandscape import backends
from symlandscape.arith.field import sympy_field
from symlandscape.evidence import Claim, checked, proved
from symlandscape.export import Formula
from symlandscape.relu.reduced import reduced_point
from symlandscape.symmetry.isotypic import components
from symlandscape.symmetry.pattern import Pattern

NAME = "global_minimum"
THEME = "relu"
SOURCE = "arjevani_field_2020_spectrum, theorem 1; arjevani_field_2021, section 4"

d = sympy.Symbol("d", positive=True)
l = sympy.Symbol("lambda")  # noqa: E741 - the field's letter
kappa = 1 / (2 * sympy.pi)


@cache
def blocks() -> dict[str, sympy.Matrix]:
    """The isotypic blocks at W = I with symbolic d."""
    point = reduced_point(Pattern((d,)), [sympy.Integer(1), sympy.Integer(0)], sympy_field())
    entries = point.entries()
    return {c.label: sympy.Matrix(point.block(c, entries)) for c in components(point.pattern)}


def characteristic(label: str) -> sympy.Expr:
    """det(lambda - block), expanded."""
    matrix = blocks()[label]
    return sympy.expand((l * sympy.eye(matrix.rows) - matrix).det(method="berkowitz"))


def stated() -> dict[str, sympy.Expr]:
    """The factored characteristic polynomials, monic."""
    s = (16 * l**2 - (8 + 4 * d) * l + d + 1 + 8 * kappa - 16 * kappa**2) / 16
    t = l**2 - (sympy.Rational(1, 2) + d / 4 + kappa * d) * l
    t += (16 * kappa**2 * (d - 1) + 4 * kappa * d**2 - 4 * kappa * d + 8 * kappa + d + 1) / 16
    quarter = sympy.Rational(1, 4)
    return {"t": t, "s0": (l - quarter + kappa) * s, "x0": l - quarter + kappa, "y0": l - quarter - kappa}


def agrees(label: str) -> bool:
    """Whether the derived characteristic polynomial equals the stated one identically in d and lambda."""
    return sympy.cancel(sympy.together(characteristic(label) - stated()[label])) == 0


def positive(label: str) -> bool:
    """Whether every root is positive for all d >= 2: signs of the monic polynomial's coefficients alternate (its roots
    are real).
    """
    x = sympy.Symbol("x", nonnegative=True)
    polynomial = sympy.Poly(stated()[label].subs(d, x + 2), l)
    degree = polynomial.degree()
    for power in range(degree):
        coefficient = sympy.Poly(sympy.expand(polynomial.coeff_monomial(l**power) * (-1) ** (degree - power)), x)
        if not all(c.is_positive for c in coefficient.all_coeffs() if c != 0) or coefficient.is_zero:
            return False
    return True


def two_inputs() -> bool:
    """Whether at d = 2, where the block of s has two copies only, its roots are two of the three of the polynomial."""
    point = reduced_point(Pattern((2,)), [sympy.Integer(1), sympy.Integer(0)], sympy_field())
    found = {c.label: sympy.Matrix(point.block(c)) for c in components(point.pattern)}["s0"]
    small = sympy.expand((l * sympy.eye(found.rows) - found).det(method="berkowitz"))
    rest = sympy.rem(sympy.Poly(stated()["s0"].subs(d, 2), l), sympy.Poly(small, l))
    coefficients = [sympy.expand(sympy.cancel(sympy.together(x))) for x in rest.all_coeffs()]
    return bool(found.rows == 2 and all(x == 0 for x in coefficients))


def dense_spectrum(n: int) -> np.ndarray:
    """Eigenvalues of the dense Hessian at the identity, by LAPACK."""
    return np.asarray(np.linalg.eigvalsh(backends.relu_hessian(np.eye(n))))


def predicted_spectrum(n: int) -> np.ndarray:
    """Roots of the stated polynomials at d = n with the multiplicities of their representations."""
    values: list[float] = []
    for c in components(Pattern((n,))):
        roots = np.roots([float(x) for x in sympy.Poly(stated()[c.label].subs(d, n), l).all_coeffs()])
        values += [float(r) for r in np.real(roots) for _ in range(int(c.dimension))]
    return np.sort(values)


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """Characteristic polynomials for all d, their positivity, and the dense Hessian at integer d."""
    names = {
        "t": "trivial, multiplicity 1",
        "s0": "standard, d - 1, for a size d with three copies (not 2)",
        "x0": "(d-1)(d-2)/2",
        "y0": "d(d-3)/2",
    }
    for label, text in names.items():
        yield Claim(
            f"relu.identity.{label}",
            THEME,
            sympy.Eq(sympy.Symbol(f"\\chi_{{{label[0]}}}(\\lambda)"), stated()[label]),
            SOURCE,
            (
                proved("characteristic polynomial of the derived block", agrees(label), text),
                proved(
                    "positive roots for every d >= 2",
                    positive(label),
                    "coefficients in d - 2 have alternating signs, and the block is symmetric",
                ),
                *((proved("at d = 2 one root less", two_inputs(), "one copy is 0"),) if label == "s0" else ()),
            ),
        )
    sizes = (4, 6, 12) if profile == "quick" else (4, 6, 12, 20, 30)
    checks = []
    for n in sizes:
        gap = float(np.max(np.abs(dense_spectrum(n) - predicted_spectrum(n))))
        checks.append(
            checked(f"dense Hessian at d = {n}", f"{gap:.1e}", 0, 11, f"largest difference among {n * n} eigenvalues")
        )
    yield Claim(
        "relu.identity.dense",
        THEME,
        r"\operatorname{spec} \nabla^2 L(I) = \bigcup_{\tau} \{\chi_\tau = 0\}",
        SOURCE,
        tuple(checks),
    )


def formulas() -> Iterator[Formula]:
    """The four characteristic polynomials."""
    for claim in claims():
        if claim.id != "relu.identity.dense":
            yield Formula(
                claim.id.replace(".", "-"),
                f"Spectrum of the global minimum, {claim.id[-2:].strip('.')}",
                claim.latex,
                SOURCE,
                claim.level,
            )


if __name__ == "__main__":
    show(claims())
