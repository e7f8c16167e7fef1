"""Critical points of the two-layer ReLU loss: families over real d, blocks, certificates, discovery, identification."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symlandscape.relu.asymptotic_series import Expansion, series
    from symlandscape.relu.atlases import Atlas, atlas
    from symlandscape.relu.bifurcations import Daughter, bifurcation_graph, daughters
    from symlandscape.relu.block_formulas import Blocks, blocks
    from symlandscape.relu.branch_path import Path
    from symlandscape.relu.branch_start import branch
    from symlandscape.relu.certification import certify
    from symlandscape.relu.critical_point import CriticalPoint, SpectralBlock
    from symlandscape.relu.crossings import Threshold, Thresholds, thresholds
    from symlandscape.relu.discovery import Discovery, discover
    from symlandscape.relu.every_index import Saddle, Saddles, saddles
    from symlandscape.relu.families import Family, family
    from symlandscape.relu.files import MatrixFile, read_matrices, read_targets
    from symlandscape.relu.fixed_space import SolveResult, solve
    from symlandscape.relu.fold_certificate import certify_fold
    from symlandscape.relu.fold_proof import Fold, prove_fold
    from symlandscape.relu.for_all import MinimumForAll, minimum_for_all
    from symlandscape.relu.half_line import HalfLine
    from symlandscape.relu.identification import Identification, IdentifiedPoint, identify, identify_matrix
    from symlandscape.relu.paths import follow_path
    from symlandscape.relu.reduced import ReducedPoint, reduced_point
    from symlandscape.relu.spectra import SpectrumResult, spectrum
    from symlandscape.relu.studies import Dynamics, Splits, dynamics, lengths, slopes, split
    from symlandscape.relu.targets import OrthogonalTargets, orthogonal_targets
    from symlandscape.relu.theorem_certificate import certify_for_all, theorem_document

__all__ = [
    "Atlas",
    "Blocks",
    "CriticalPoint",
    "Daughter",
    "Discovery",
    "Dynamics",
    "Expansion",
    "Family",
    "Fold",
    "Identification",
    "IdentifiedPoint",
    "HalfLine",
    "MatrixFile",
    "MinimumForAll",
    "OrthogonalTargets",
    "Path",
    "ReducedPoint",
    "Saddle",
    "Saddles",
    "SolveResult",
    "SpectralBlock",
    "Splits",
    "SpectrumResult",
    "Threshold",
    "Thresholds",
    "atlas",
    "bifurcation_graph",
    "blocks",
    "branch",
    "certify",
    "certify_fold",
    "certify_for_all",
    "daughters",
    "discover",
    "dynamics",
    "family",
    "follow_path",
    "identify",
    "identify_matrix",
    "lengths",
    "minimum_for_all",
    "orthogonal_targets",
    "prove_fold",
    "read_matrices",
    "read_targets",
    "reduced_point",
    "saddles",
    "series",
    "slopes",
    "solve",
    "spectrum",
    "split",
    "theorem_document",
    "thresholds",
]

_HOMES = {
    "atlases": ("Atlas", "atlas"),
    "bifurcations": ("Daughter", "bifurcation_graph", "daughters"),
    "block_formulas": ("Blocks", "blocks"),
    "branch_path": ("Path",),
    "branch_start": ("branch",),
    "fold_certificate": ("certify_fold",),
    "fold_proof": ("Fold", "prove_fold"),
    "paths": ("follow_path",),
    "certification": ("certify",),
    "critical_point": ("CriticalPoint", "SpectralBlock"),
    "crossings": ("Threshold", "Thresholds", "thresholds"),
    "discovery": ("Discovery", "discover"),
    "asymptotic_series": ("Expansion", "series"),
    "families": ("Family", "family"),
    "files": ("MatrixFile", "read_matrices", "read_targets"),
    "for_all": ("MinimumForAll", "minimum_for_all"),
    "half_line": ("HalfLine",),
    "theorem_certificate": ("certify_for_all", "theorem_document"),
    "fixed_space": ("SolveResult", "solve"),
    "identification": ("Identification", "IdentifiedPoint", "identify", "identify_matrix"),
    "reduced": ("ReducedPoint", "reduced_point"),
    "every_index": ("Saddle", "Saddles", "saddles"),
    "spectra": ("SpectrumResult", "spectrum"),
    "studies": ("Dynamics", "Splits", "dynamics", "lengths", "slopes", "split"),
    "targets": ("OrthogonalTargets", "orthogonal_targets"),
}


def __getattr__(name: str) -> Any:
    """Import a public name's module on first use: formulas need SymPy, kernels need Numba, few users need both."""
    from importlib import import_module

    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
