"""From an approximate critical point to an enclosed one: Krawczyk in the fixed space, then the sign of every isotypic
block over balls.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from symlandscape.arith.balls import arb, arb_mat, is_finite, mid, rad, symmetric, workprec
from symlandscape.arith.codec import encode
from symlandscape.arith.field import arb_field
from symlandscape.arith.linear import inertia, spectrum
from symlandscape.errors import InputError
from symlandscape.evidence import Certificate, Verdict
from symlandscape.relu.critical_point import CriticalPoint, SpectralBlock
from symlandscape.relu.fixed_space_program import fixed_space_program
from symlandscape.relu.reduced import ReducedPoint, reduced_point
from symlandscape.solve.krawczyk import KrawczykResult, verify_root
from symlandscape.symmetry.isotypic import components
from symlandscape.symmetry.pattern import Pattern

__all__ = ["CERTIFICATE_KIND", "certify"]

CERTIFICATE_KIND = "relu.critical-point"
SIGN_ATTEMPTS = 3  # doublings of the precision that an undecided sign is worth


def certify(
    pattern: Pattern,
    approximate: Sequence[Any],
    *,
    slope: Fraction = Fraction(0),
    digits: int = 30,
    family: str | None = None,
    certificate: bool = False,
    max_precision: int | None = None,
    lengths: Sequence[Fraction] | None = None,
) -> CriticalPoint:
    """The critical point of the pattern's fixed space near the approximate coordinates, enclosed to ``digits`` digits.

    ``approximate`` holds floats, rationals, mpmath numbers or exact balls in the order of ``pattern.coordinates``;
    ``lengths`` the targets' exact lengths c_l > 0 by column block (None: all 1, V = I). The result has level CERTIFIED,
    or UNDECIDED with a reason. With ``certificate`` it carries the document that ``check`` verifies. Raises InputError
    when the number of coordinates is wrong, the pattern has symbols, or the slope is 1.
    """
    if not pattern.is_numeric:
        raise InputError(f"a critical point needs numbers as block sizes, and the pattern is {pattern}; name d")
    if slope == 1:
        raise InputError("slope 1 makes the activation linear, which is excluded; take a slope below 1")
    if lengths is not None and not all(c > 0 for c in lengths):
        raise InputError(f"targets have positive lengths, but {', '.join(map(str, lengths))} came; give c > 0")
    field, targets = arb_field(), None if lengths is None else tuple(Fraction(c) for c in lengths)
    if targets is not None and all(c == 1 for c in targets):
        targets = None

    program = fixed_space_program(pattern, slope, targets)

    def residual(z: Sequence[arb]) -> list[arb]:
        return program.gradient(field, z)

    def jacobian(z: Sequence[arb]) -> arb_mat:
        return _matrix(program.jacobian(field, z))

    precision: int | None = None
    for attempt in range(SIGN_ATTEMPTS):
        root = verify_root(residual, jacobian, approximate, digits, start_prec=precision, max_prec=max_precision)
        point = _enclosed(pattern, root, slope, digits, family, targets)
        if (
            point.existence is not Verdict.YES
            or all(b.negative is not None for b in point.blocks)
            or attempt == SIGN_ATTEMPTS - 1
        ):
            break
        if max_precision is not None and root.prec >= max_precision:
            break
        precision, approximate = 2 * root.prec, [mid(x) for x in root.enclosure]
    if certificate and point.existence is Verdict.YES:
        from dataclasses import replace

        point = replace(point, certificate=_certificate(point, root))
    return point


def _matrix(rows: list[list[arb]]) -> arb_mat:
    return arb_mat(len(rows), len(rows), [x for row in rows for x in row])


def _enclosed(
    pattern: Pattern,
    root: KrawczykResult,
    slope: Fraction,
    digits: int,
    family: str | None,
    targets: tuple[Fraction, ...] | None,
) -> CriticalPoint:
    with workprec(root.prec):
        box = root.enclosure if root.proved else root.box
        point = reduced_point(pattern, box, arb_field(), slope, lengths=targets)
        existence = Verdict.YES if root.proved else Verdict.UNDECIDED
        blocks = spectral_blocks(point)
        reason = root.status.value
        unsigned = [b.label for b in blocks if b.negative is None and (b.counts or not pattern.is_integer)]
        if root.proved and unsigned:
            zero = "a zero mode, or too few digits"
            reason = f"{reason}, but signs in {', '.join(unsigned)} are not decided at {root.prec} bits ({zero})"
        return CriticalPoint(
            family, pattern, slope, digits, root.prec, tuple(box), point.loss(), blocks, existence, reason,
            lengths=targets,
        )  # fmt: skip


def spectral_blocks(point: ReducedPoint) -> tuple[SpectralBlock, ...]:
    """The isotypic components of the Hessian over balls: eigenvalues enclosed, signs decided where they can be."""
    entries = point.entries()
    found = []
    for component in components(point.pattern):
        matrix = _matrix(point.block(component, entries))
        signs = inertia(matrix) if is_finite(matrix) else None
        values = spectrum(matrix) if is_finite(matrix) else tuple(arb("nan") for _ in range(component.multiplicity))
        negative, positive = (signs.negative, signs.positive) if signs else (None, None)
        dimension = component.dimension
        if isinstance(dimension, Fraction) and dimension.denominator == 1:
            dimension = int(dimension)
        found.append(SpectralBlock(component.label, dimension, values, negative, positive))
    return tuple(found)


def _certificate(point: CriticalPoint, root: KrawczykResult) -> Certificate | None:
    """The checkable document: a box wide enough that the checker's own rounding does not matter, and every sign."""
    if any(b.negative is None for b in point.spectrum):
        return None
    precision = 2 * root.prec
    with workprec(precision):
        slack = arb((1, -(root.prec * 3 // 4)))
        box = [
            mid(x) + symmetric((1024 * rad(x) + slack * abs(mid(x)) + slack * slack).upper()) for x in root.enclosure
        ]
        loss = point.loss + symmetric((1024 * rad(point.loss) + arb((1, -root.prec + 32))).upper())
    verdict = point.verdict
    body = {
        "sizes": [encode(Fraction(n)) for n in point.pattern.sizes],
        "extra": [encode(Fraction(m)) for m in point.pattern.extra],
        "slope": encode(point.slope),
        "precision": precision,
        "box": [encode(x) for x in box],
        "loss": encode(loss),
        "blocks": [
            {
                "label": b.label,
                "dimension": encode(Fraction(b.multiplicity)),
                "negative": b.negative,
                "positive": b.positive,
            }
            for b in point.spectrum
        ],
        "morse_index": point.morse_index,
        "verdict": verdict,
    }
    if point.lengths is None:
        return Certificate(CERTIFICATE_KIND, 1, body)
    return Certificate(CERTIFICATE_KIND, 2, {**body, "lengths": [encode(c) for c in point.lengths]})
