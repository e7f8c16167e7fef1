"""Critical points of the two-layer ReLU loss: families over real d, blocks, certificates, discovery, identification."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symlandscape.relu.atlases import Atlas, atlas
    from symlandscape.relu.block_formulas import Blocks, blocks
    from symlandscape.relu.certification import certify
    from symlandscape.relu.critical_point import CriticalPoint, SpectralBlock
    from symlandscape.relu.crossings import Threshold, Thresholds, thresholds
    from symlandscape.relu.discovery import Discovery, discover
    from symlandscape.relu.every_index import Saddle, Saddles, saddles
    from symlandscape.relu.expansions import Expansion, series
    from symlandscape.relu.families import Family, family
    from symlandscape.relu.files import MatrixFile, read_matrices, read_targets
    from symlandscape.relu.fixed_space import SolveResult, solve
    from symlandscape.relu.for_all import MinimumForAll, minimum_for_all
    from symlandscape.relu.half_line import HalfLine
    from symlandscape.relu.identification import Identification, IdentifiedPoint, identify, identify_matrix
    from symlandscape.relu.reduced import ReducedPoint, reduced_point
    from symlandscape.relu.spectra import SpectrumResult, spectrum

__all__ = [
    "Atlas",
    "Blocks",
    "CriticalPoint",
    "Discovery",
    "Expansion",
    "Family",
    "Identification",
    "IdentifiedPoint",
    "HalfLine",
    "MatrixFile",
    "MinimumForAll",
    "ReducedPoint",
    "Saddle",
    "Saddles",
    "SolveResult",
    "SpectralBlock",
    "SpectrumResult",
    "Threshold",
    "Thresholds",
    "atlas",
    "blocks",
    "certify",
    "discover",
    "family",
    "identify",
    "identify_matrix",
    "minimum_for_all",
    "read_matrices",
    "read_targets",
    "reduced_point",
    "saddles",
    "series",
    "solve",
    "spectrum",
    "thresholds",
]

_HOMES = {
    "atlases": ("Atlas", "atlas"),
    "block_formulas": ("Blocks", "blocks"),
    "certification": ("certify",),
    "critical_point": ("CriticalPoint", "SpectralBlock"),
    "crossings": ("Threshold", "Thresholds", "thresholds"),
    "discovery": ("Discovery", "discover"),
    "expansions": ("Expansion", "series"),
    "families": ("Family", "family"),
    "files": ("MatrixFile", "read_matrices", "read_targets"),
    "for_all": ("MinimumForAll", "minimum_for_all"),
    "half_line": ("HalfLine",),
    "fixed_space": ("SolveResult", "solve"),
    "identification": ("Identification", "IdentifiedPoint", "identify", "identify_matrix"),
    "reduced": ("ReducedPoint", "reduced_point"),
    "every_index": ("Saddle", "Saddles", "saddles"),
    "spectra": ("SpectrumResult", "spectrum"),
}


def __getattr__(name: str) -> Any:
    """Import a public name's module on first use: formulas need SymPy, kernels need Numba, few users need both."""
    from importlib import import_module

    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
