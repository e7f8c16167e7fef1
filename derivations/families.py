"""The families C0, A<q>, F<p> at integer, real and huge d: existence, loss, spectrum and Morse index, each certified
and re-checked.

Three roads meet at each point: Krawczyk and LDL^T in balls (library), the independent checker with its own formulas,
and the dense Hessian by LAPACK where d is small. The leading orders from which the branches are started are confirmed
by extrapolation from d = 10^8 .. 10^14. Source: Arjevani & Field 2021, sections 3-5; 2008.01805 for types A, I, II (A0,
A1, F1 here).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from typing import Any

import mpmath
import numpy as np

from derivations._show import show
from symlandscape import backends
from symlandscape.arith.conversions import arb_to_mpf_mid, mid_float
from symlandscape.arith.decimals import outward
from symlandscape.arith.field import mpmath_field
from symlandscape.check import check_document
from symlandscape.errors import InputError
from symlandscape.evidence import Certificate, Check, Claim, Level, Verdict, certified, checked
from symlandscape.export import Figure, latex_number
from symlandscape.relu import CriticalPoint, family
from symlandscape.relu.invariants import loss_jet

NAME = "families"
THEME = "relu"
SOURCE = "arjevani_field_2021, sections 3-5"
MEMBERS = ("C0", "A0", "A1", "A2", "F1", "F2")
QUICK_D = ("6", "10", "20", "13/2", "1000000")
FULL_D = (*QUICK_D, "5", "7", "12", "40", "100", "59/10", "1000000000000")
DIGITS = 40
DENSE_LIMIT = 12


@cache
def member(name: str, d: str) -> CriticalPoint | None:
    """The family's point with its certificate, None where the family does not exist."""
    try:
        return family(name).at(d, digits=DIGITS, certify=True)
    except InputError:
        return None


def checker_agrees(point: CriticalPoint) -> Verdict:
    """YES when the independent checker confirms the certificate; a point without certificate is undecided."""
    if point.certificate is None:
        return Verdict.UNDECIDED
    return Verdict.YES if check_document(point.certificate.document()).verdict == "holds" else Verdict.NO


def gradient_by_inner_products(point: CriticalPoint) -> Any:
    """Largest derivative of the loss at the enclosure's midpoint by the chain rule through inner products (a second
    road), 50 digits.
    """
    with mpmath.workdps(DIGITS + 15):
        values = [arb_to_mpf_mid(x) for x in point.coordinates]
        jet = loss_jet(point.pattern, values, mpmath_field())
        return max(abs(g) for g in jet.gradient)


def dense_gap(point: CriticalPoint) -> float:
    """Largest difference between the enclosed eigenvalues, with multiplicities, and LAPACK's on the dense Hessian."""
    ours = np.concatenate([np.repeat([mid_float(x) for x in b.eigenvalues], int(b.multiplicity)) for b in point.blocks])
    dense = np.linalg.eigvalsh(backends.relu_hessian(point.matrix()))
    return float(np.max(np.abs(np.sort(ours) - dense)))


def checks(point: CriticalPoint) -> tuple[Check, ...]:
    """All evidence for one member of a family."""
    decided = Verdict.YES if point.level is Level.CERTIFIED else Verdict.UNDECIDED
    index = "" if point.morse_index is None else f", Morse index {point.morse_index}"
    least = outward(point.least_eigenvalue, 15)[0]
    found = [
        certified(
            "Krawczyk in the fixed space, LDL^T of every block",
            decided,
            f"{point.verdict}{index}, least eigenvalue {least}",
        ),
        certified("independent checker", checker_agrees(point), "re-verified from the certificate alone"),
    ]
    if point.family != "C0" and point.d <= 10**4:
        gradient = gradient_by_inner_products(point)
        found.append(
            checked(
                "gradient by inner products",
                mpmath.nstr(gradient, 3),
                0,
                DIGITS - 8,
                "largest component at the midpoint",
            )
        )
    if point.pattern.is_integer and point.d <= DENSE_LIMIT:
        found.append(checked("dense Hessian", f"{dense_gap(point):.1e}", 0, 10, "largest eigenvalue difference"))
    return tuple(found)


def extrapolated(name: str, quantity: str) -> Any:
    """The limit of a scaled coordinate or loss as d grows, from d = 10^8, 10^10, .. by polynomial extrapolation in s =
    d^(-1/2).
    """
    powers = (8, 10, 12, 14)
    with mpmath.workdps(40):
        nodes, values = [], []
        for power in powers:
            point = family(name).at(10**power, digits=40)
            d = mpmath.mpf(10) ** power
            table = {
                c.name: arb_to_mpf_mid(x) for c, x in zip(point.pattern.coordinates, point.coordinates, strict=True)
            }
            table["L"] = arb_to_mpf_mid(point.loss)
            size = d - (1 if name == "F1" else 0)
            scaled = {
                "(a0+1) d": (table["a[0]"] + 1) * size,
                "b00 d": table.get("b[0,0]", 0) * size,
                "L": table["L"],
                "d L": d * table["L"],
            }
            if "c[0,1]" in table:
                scaled |= {"c01 d": table["c[0,1]"] * d, "c10 d": table["c[1,0]"] * d, "a1": table["a[1]"]}
            nodes.append(1 / mpmath.sqrt(d))
            values.append(scaled[quantity])
        total = mpmath.mpf(0)
        for i, x in enumerate(nodes):
            weight = mpmath.mpf(1)
            for j, y in enumerate(nodes):
                if j != i:
                    weight *= y / (y - x)
            total += weight * values[i]
        return total


LIMITS: tuple[tuple[str, str, str, Any], ...] = (
    ("A0", "(a0+1) d", r"(a+1)\,d \to 2", lambda: mpmath.mpf(2)),
    ("A0", "b00 d", r"b\,d \to 2", lambda: mpmath.mpf(2)),
    ("A0", "L", r"L(A_0) \to \tfrac12 - \tfrac1\pi", lambda: mpmath.mpf(1) / 2 - 1 / mpmath.pi),
    ("F1", "c01 d", r"c_{01}\,d \to 2", lambda: mpmath.mpf(2)),
    ("F1", "a1", r"a_1 \to -1", lambda: mpmath.mpf(-1)),
    ("F1", "c10 d", r"c_{10}\,d \to \tfrac4\pi", lambda: 4 / mpmath.pi),
    ("F1", "d L", r"d\,L(F_1) \to \tfrac12 - \tfrac{2}{\pi^2}", lambda: mpmath.mpf(1) / 2 - 2 / mpmath.pi**2),
)


def statement(point: CriticalPoint, d: str) -> str:
    """The member's loss and what kind of critical point it is, as LaTeX."""
    name = f"{str(point.family)[0]}_{{{str(point.family)[1:]}}}"
    if point.family == "C0":
        return rf"C_0,\ d = {d}:\quad \text{{isolated {point.verdict}}}"
    loss, radius = outward(point.loss, 20)
    return rf"L({name}, d={d}) = {latex_number(loss)} \pm {latex_number(radius)},\quad \text{{{point.verdict}}}"


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """One claim for each family and d, and the leading orders."""
    for name in MEMBERS:
        for d in QUICK_D if profile == "quick" else FULL_D:
            point = member(name, d)
            if point is None:
                continue
            yield Claim(f"relu.{name}.{d.replace('/', '_')}", THEME, statement(point, d), SOURCE, checks(point))
    for name, quantity, text, limit in LIMITS:
        with mpmath.workdps(30):
            check = checked(
                "extrapolation from d = 10^8 .. 10^14", mpmath.nstr(extrapolated(name, quantity), 25), limit(), 12
            )
        yield Claim(f"relu.{name}.limit.{quantity.replace(' ', '-')}", THEME, text, SOURCE, (check,))


def certificates(profile: str = "quick") -> Iterator[tuple[str, Certificate]]:
    """The certificates of all points in the ledger."""
    for name in MEMBERS:
        for d in QUICK_D if profile == "quick" else FULL_D:
            point = member(name, d)
            if point is not None and point.certificate is not None:
                yield f"{name} at {d}", point.certificate


@cache
def curve(name: str) -> tuple[tuple[float, CriticalPoint], ...]:
    """The family along d, where it exists."""
    found = []
    for d in [*range(3, 13), 14, 16, 18, 20, 24, 28, 32, 36, 40]:
        try:
            point = family(name).at(d, digits=12)
        except InputError:
            continue
        if name == "C0" or not point.loss.contains(0):  # a branch that has met the global minimum has ended
            found.append((float(d), point))
    return tuple(found)


def figures(profile: str = "quick") -> Iterator[Figure]:
    """Spectrum of each family against d, and the least eigenvalue that decides between minimum and saddle."""
    for name in ("C0", "A0", "F1", "F2"):
        yield Figure(
            f"spectrum-{name}",
            f"Hessian spectrum of {name}",
            f"How do the eigenvalues of {name} move with d, and which component decides?",
            partial(draw_spectrum, name=name),
            Level.CERTIFIED,
        )
    yield Figure(
        "least-eigenvalue",
        "Least Hessian eigenvalue of each family",
        "From which d on is each family a minimum?",
        draw_least,
        Level.CERTIFIED,
    )


def draw_spectrum(ax: Any, name: str) -> None:
    """Eigenvalues against d, one colour for each isotypic component."""
    from symlandscape.relu.figures import spectrum_against_d

    spectrum_against_d(ax, curve(name))


def draw_least(ax: Any) -> None:
    """Least eigenvalues against d."""
    from symlandscape.relu.figures import least_eigenvalue_against_d

    least_eigenvalue_against_d(ax, {name: curve(name) for name in ("C0", "A0", "A1", "A2", "F1", "F2")})


if __name__ == "__main__":
    show(claims())
