"""Spherical spin glasses: how many critical points, of which index, at which energy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symlandscape.spinglass.architecture import NetworkSizes, layered_digraph, network
    from symlandscape.spinglass.assumptions import Assumptions, measure_assumptions, norm_drift
    from symlandscape.spinglass.asymptotics import (
        AsymptoticCount,
        GroundStateLaw,
        asymptotic_count,
        exact_over_asymptotic,
        ground_state_law,
        log_minima_heuristic,
    )
    from symlandscape.spinglass.complexities import Complexity, complexity
    from symlandscape.spinglass.counts import MeanCount, count, counts_by_index
    from symlandscape.spinglass.descent import Descent, Trajectory, descend, hessian_ascent, langevin
    from symlandscape.spinglass.enumeration import Enumeration, enumerate_critical_points
    from symlandscape.spinglass.exact_total import closed_form
    from symlandscape.spinglass.ground_state import OneStep, one_step, one_step_energy
    from symlandscape.spinglass.hamiltonian import (
        Hamiltonian,
        energy_per_spin,
        full_tensor,
        random_hamiltonian,
        random_spins,
        tangent_gradient,
        tangent_spectrum,
    )
    from symlandscape.spinglass.layers import Levels, layer, levels
    from symlandscape.spinglass.mixtures import MixtureSummary, annealed_ground_state, mixture
    from symlandscape.spinglass.models import Mixture, as_mixture, pure
    from symlandscape.spinglass.spiked import spiked_complexity, two_point_complexity
    from symlandscape.spinglass.thresholds import ModelClass, model_class

__all__ = [
    "Assumptions",
    "AsymptoticCount",
    "Complexity",
    "Descent",
    "Enumeration",
    "GroundStateLaw",
    "Hamiltonian",
    "Levels",
    "MeanCount",
    "Mixture",
    "MixtureSummary",
    "ModelClass",
    "NetworkSizes",
    "OneStep",
    "Trajectory",
    "annealed_ground_state",
    "as_mixture",
    "asymptotic_count",
    "closed_form",
    "complexity",
    "count",
    "counts_by_index",
    "descend",
    "energy_per_spin",
    "enumerate_critical_points",
    "exact_over_asymptotic",
    "full_tensor",
    "ground_state_law",
    "hessian_ascent",
    "langevin",
    "layer",
    "layered_digraph",
    "levels",
    "log_minima_heuristic",
    "measure_assumptions",
    "mixture",
    "model_class",
    "network",
    "norm_drift",
    "one_step",
    "one_step_energy",
    "pure",
    "random_hamiltonian",
    "random_spins",
    "spiked_complexity",
    "tangent_gradient",
    "tangent_spectrum",
    "two_point_complexity",
]

_HOMES: dict[str, tuple[str, ...]] = {
    "architecture": ("NetworkSizes", "layered_digraph", "network"),
    "assumptions": ("Assumptions", "measure_assumptions", "norm_drift"),
    "asymptotics": (
        "AsymptoticCount",
        "GroundStateLaw",
        "asymptotic_count",
        "exact_over_asymptotic",
        "ground_state_law",
        "log_minima_heuristic",
    ),
    "complexities": ("Complexity", "complexity"),
    "counts": ("MeanCount", "count", "counts_by_index"),
    "descent": ("Descent", "Trajectory", "descend", "hessian_ascent", "langevin"),
    "enumeration": ("Enumeration", "enumerate_critical_points"),
    "exact_total": ("closed_form",),
    "ground_state": ("OneStep", "one_step", "one_step_energy"),
    "hamiltonian": (
        "Hamiltonian",
        "energy_per_spin",
        "full_tensor",
        "random_hamiltonian",
        "random_spins",
        "tangent_gradient",
        "tangent_spectrum",
    ),
    "layers": ("Levels", "layer", "levels"),
    "mixtures": ("MixtureSummary", "annealed_ground_state", "mixture"),
    "models": ("Mixture", "as_mixture", "pure"),
    "spiked": ("spiked_complexity", "two_point_complexity"),
    "thresholds": ("ModelClass", "model_class"),
}


def __getattr__(name: str) -> Any:
    """Import a public name's module on first use: formulas need SymPy, kernels need Numba, few users need both."""
    from importlib import import_module

    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
