"""A critical point of the two-layer ReLU loss in a pattern's fixed space, as a value: enclosures, spectrum, verdict,
certificate.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from symlandscape.arith.balls import arb
from symlandscape.arith.conversions import mid_float
from symlandscape.arith.decimals import outward
from symlandscape.evidence import Certificate, Level, Verdict
from symlandscape.symmetry.pattern import Pattern

__all__ = ["CriticalPoint", "SpectralBlock", "largest_radius"]


@dataclass(frozen=True, slots=True)
class SpectralBlock:
    """One isotypic component of the Hessian: its label, the exact multiplicity of each of its eigenvalues, their
    enclosures and signs.

    ``multiplicity`` is the dimension of the representation (int or Fraction; at a real size only a polynomial's value).
    ``negative`` and ``positive`` count eigenvalues of the block; they are None where a sign is not decided.
    """

    label: str
    multiplicity: int | Fraction
    eigenvalues: tuple[arb, ...]
    negative: int | None
    positive: int | None

    @property
    def counts(self) -> bool:
        """Whether the multiplicity is positive; components without one are left out at integer sizes."""
        return self.multiplicity > 0

    def document(self, digits: int) -> dict[str, Any]:
        """CONTRACT's entry of ``spectrum``."""
        multiplicity = self.multiplicity if isinstance(self.multiplicity, int) else str(self.multiplicity)
        return {
            "label": self.label,
            "multiplicity": multiplicity,
            "eigenvalues": [outward(x, digits)[0] for x in self.eigenvalues],
        }


def largest_radius(balls: Iterable[arb], digits: int) -> str:
    """The largest radius, as a decimal string rounded up, that the printed values of these balls need."""
    return max((outward(x, digits)[1] for x in balls), key=Fraction, default="0")


@dataclass(frozen=True, slots=True)
class CriticalPoint:
    """One critical point of the loss with slope ``slope`` in the fixed space of ``pattern``.

    ``coordinates`` (in the order of ``pattern.coordinates``) and ``loss`` are enclosures; ``spectrum`` lists the
    isotypic components; ``lengths`` the targets' lengths by column block (None: unit vectors). ``existence`` tells
    whether existence and uniqueness in the enclosures are proved. The evidence level of the verdict is CERTIFIED or
    UNDECIDED.
    """

    family: str | None
    pattern: Pattern
    slope: Fraction
    digits: int
    precision: int
    coordinates: tuple[arb, ...]
    loss: arb
    spectrum: tuple[SpectralBlock, ...]
    existence: Verdict
    reason: str
    certificate: Certificate | None = None
    lengths: tuple[Fraction, ...] | None = None

    @property
    def d(self) -> int | Fraction:
        """Number of inputs; real where the family is continued."""
        return self.pattern.d  # type: ignore[no-any-return]

    @property
    def blocks(self) -> tuple[SpectralBlock, ...]:
        """The components that count: all at real sizes, those of positive multiplicity at integer ones."""
        return tuple(b for b in self.spectrum if b.counts or not self.pattern.is_integer)

    @property
    def verdict(self) -> str:
        """``minimum`` (all blocks positive), ``saddle`` (an enclosed eigenvalue is negative), or ``undecided``."""
        if self.existence is not Verdict.YES:
            return "undecided"
        if any(b.negative or any(x < 0 for x in b.eigenvalues) for b in self.blocks):
            return "saddle"
        return "minimum" if all(b.negative == 0 for b in self.blocks) else "undecided"

    @property
    def morse_index(self) -> int | None:
        """Number of negative eigenvalues at integer sizes with all signs decided, else None."""
        if not self.pattern.is_integer or self.existence is not Verdict.YES:
            return None
        total = 0
        for b in self.blocks:
            if b.negative is None or not isinstance(b.multiplicity, int):
                return None
            total += b.negative * b.multiplicity
        return total

    @property
    def level(self) -> Level:
        """The evidence for the verdict: CERTIFIED, or UNDECIDED. One proved negative eigenvalue certifies a saddle."""
        return Level.CERTIFIED if self.verdict != "undecided" else Level.UNDECIDED

    @property
    def least_eigenvalue(self) -> arb:
        """The enclosure of the least Hessian eigenvalue among the components that count."""
        return min((b.eigenvalues[0] for b in self.blocks), key=mid_float)

    @property
    def radius(self) -> str:
        """A bound for the distance of every printed number from the exact one."""
        return largest_radius(
            [*self.coordinates, self.loss, *(x for b in self.blocks for x in b.eigenvalues)], self.digits
        )

    def matrix(self) -> np.ndarray:
        """The weight matrix in floats (midpoints rounded), shape (k, d); needs integer sizes."""
        return self.pattern.matrix([mid_float(x) for x in self.coordinates])

    def named(self, family: str | None) -> CriticalPoint:
        """The same point under a family's name."""
        from dataclasses import replace

        return replace(self, family=family)

    def document(self) -> dict[str, Any]:
        """CONTRACT's document of ``relu family``."""
        pattern = self.pattern
        document: dict[str, Any] = {
            "family": self.family,
            "k": _number(pattern.k),
            "d": _number(pattern.d),
            "pattern": ",".join(str(n) for n in pattern.sizes),
            "extra": _number(sum(pattern.extra)),
            "slope": str(self.slope),
            "coordinates": {
                c.name: outward(x, self.digits)[0] for c, x in zip(pattern.coordinates, self.coordinates, strict=True)
            },
            "loss": outward(self.loss, self.digits)[0],
            "spectrum": [b.document(self.digits) for b in self.blocks],
            "morse_index": self.morse_index,
            "verdict": self.verdict,
            "level": self.level.value,
            "radius": self.radius,
            "loss_radius": outward(self.loss, self.digits)[1],
            "coordinate_radius": largest_radius(self.coordinates, self.digits),
            "reason": self.reason,
        }
        if self.lengths is not None:
            document["target_lengths"] = [str(c) for c in self.lengths]
        if self.certificate is not None:
            document["certificate"] = self.certificate.document()
        return document

    def __str__(self) -> str:
        name = self.family or f"pattern {self.pattern}"
        if self.lengths is not None:
            name += f", targets of lengths {', '.join(map(str, self.lengths))}"
        return f"{name} at d = {self.d}: {self.verdict} ({self.level.value}), loss {outward(self.loss, 12)[0]}"

    def _repr_latex_(self) -> str:
        rows = [
            rf"\mathtt{{{c.name}}} &= {outward(x, min(self.digits, 16))[0]} \\"
            for c, x in zip(self.pattern.coordinates, self.coordinates, strict=True)
        ]
        body = "\n".join(rows) + "\n" + rf"L &= {outward(self.loss, min(self.digits, 16))[0]}"
        return "$\\begin{aligned}\n" + body + "\n\\end{aligned}$"

    def _repr_html_(self) -> str:
        cells = "".join(
            f"<tr><td>{b.label}</td><td style='text-align:right'>{b.multiplicity}</td><td>"
            + ", ".join(outward(x, 10)[0] for x in b.eigenvalues)
            + "</td></tr>"
            for b in self.blocks
        )
        head = "<tr><th>component</th><th>multiplicity</th><th>eigenvalues</th></tr>"
        return f"<p><b>{self}</b></p><table>{head}{cells}</table>"


def _number(n: int | Fraction) -> int | str:
    return n if isinstance(n, int) else str(n)
