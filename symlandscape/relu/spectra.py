"""The Hessian spectrum at a given weight matrix: by isotypic blocks where it is symmetric, dense otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from symlandscape import backends
from symlandscape.arith.balls import workprec
from symlandscape.arith.conversions import float_to_arb, mid_float
from symlandscape.arith.decimals import outward
from symlandscape.arith.field import arb_field
from symlandscape.evidence import Level
from symlandscape.relu.certification import spectral_blocks
from symlandscape.relu.critical_point import SpectralBlock, largest_radius
from symlandscape.relu.reduced import reduced_point
from symlandscape.relu.targets import orthogonal_targets
from symlandscape.symmetry.isotropy import isotropy

__all__ = ["SpectrumResult", "spectrum"]

DIGITS = 17
PRECISION = 192


@dataclass(frozen=True, slots=True)
class SpectrumResult:
    """The spectrum at W: ``blocks`` with enclosures where W has symmetry and the targets are orthogonal (V = D Q), else
    ``dense`` float eigenvalues.

    ``spread`` is the largest deviation of an entry from the mean of its orbit; enclosures hold for the orbit means, and
    are CERTIFIED for W itself when the spread is 0 and Q is a signed permutation. Otherwise the level is ESTIMATED.
    ``lengths``: the targets' lengths by column block, None where all are 1.
    """

    shape: tuple[int, int]
    isotropy: str
    pattern: str | None
    loss: float
    gradient_norm: float
    blocks: tuple[SpectralBlock, ...]
    dense: np.ndarray
    spread: float
    level: Level
    lengths: tuple[Fraction, ...] | None = None

    def document(self) -> dict[str, Any]:
        """CONTRACT's document of ``relu spectrum``."""
        if self.blocks:
            entries = [b.document(DIGITS) for b in self.blocks]
            radius = largest_radius((x for b in self.blocks for x in b.eigenvalues), DIGITS)
            least = outward(min((b.eigenvalues[0] for b in self.blocks), key=mid_float), DIGITS)[0]
        else:
            entries = [{"label": None, "multiplicity": 1, "eigenvalues": [float(x) for x in self.dense]}]
            radius, least = None, repr(float(self.dense[0]))
        document = {
            "k": self.shape[0],
            "d": self.shape[1],
            "isotropy": self.isotropy,
            "pattern": self.pattern,
            "loss": self.loss,
            "gradient_norm": self.gradient_norm,
            "spectrum": entries,
            "least_eigenvalue": least,
            "spread": self.spread,
            "level": self.level.value,
        }
        if self.lengths is not None:
            document["target_lengths"] = [str(c) for c in self.lengths]
        return document if radius is None else {**document, "radius": radius}


def spectrum(W: np.ndarray, V: np.ndarray | None = None, slope: Fraction | int = 0) -> SpectrumResult:
    """Eigenvalues of the Hessian of the loss at W (k, d) with targets V (h, d), default the unit vectors.

    Orthogonal targets V = D Q are turned into D, whose symmetry permutes inputs of targets of equal length
    (targets.py). Raises InputError for wrong shapes, NaN or a zero neuron.
    """
    W = np.asarray(W, dtype=float)
    V = None if V is None else np.asarray(V, dtype=float)
    rho = float(slope)
    loss, gradient = backends.relu_loss_gradient(W, V, rho)
    frame = orthogonal_targets(V, W.shape[1])
    form = W if frame is None else frame.turned(W)
    group = isotropy(form, column_classes=list(range(W.shape[1])) if frame is None else frame.classes)
    common = (W.shape, group.name)
    norm = float(np.linalg.norm(gradient))
    pattern = group.pattern
    if frame is None or pattern is None or len(pattern.coordinates) == W.size:
        dense = np.linalg.eigvalsh(backends.relu_hessian(W, V, rho))
        return SpectrumResult(*common, None, loss, norm, (), dense, 0.0, Level.ESTIMATED)
    values, spread = pattern.reduce(form[np.ix_(group.row_permutation, group.column_permutation)])
    with workprec(PRECISION):
        lengths = None if frame.is_unit else frame.by_block(group)
        point = reduced_point(
            pattern, [float_to_arb(float(v)) for v in values], arb_field(), Fraction(slope), lengths=lengths
        )
        blocks = tuple(b for b in spectral_blocks(point) if b.counts)
    level = Level.CERTIFIED if spread == 0 and frame.exact else Level.ESTIMATED
    return SpectrumResult(
        *common, str(pattern), loss, norm, blocks, np.empty(0), spread, level, None if frame.is_unit else lengths
    )
