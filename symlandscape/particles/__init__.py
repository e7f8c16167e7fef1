"""Neurons as particles: the exact population loss on polynomial targets, and the error of a finite network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symlandscape.particles.batch_noise import Fluctuations, NoiseFloor, batch_fluctuations, noise_floor
    from symlandscape.particles.documents import (
        network_from_document,
        samples_from_document,
        tensor_from_document,
    )
    from symlandscape.particles.finite_width import NestedFlow, nested_flow
    from symlandscape.particles.fixed_features import (
        AbsoluteTarget,
        best_linear_loss,
        best_linear_losses,
        features_needed,
        fixed_feature_bound,
    )
    from symlandscape.particles.funk_hecke import relu_coefficient
    from symlandscape.particles.gaussian_twin import gaussian_pair, gaussian_rbf_overlap, gaussian_relu_overlap
    from symlandscape.particles.limits import (
        batch_rule,
        initial_loss,
        initial_variance,
        noise_covariance,
    )
    from symlandscape.particles.losses import Network, PopulationLoss, loss_at, population_loss
    from symlandscape.particles.monte_carlo import SampledLoss, sampled_loss
    from symlandscape.particles.ntk import TangentSpectrum, finite_gram, gram_deviation, mean_gram, tangent_spectrum
    from symlandscape.particles.rbf_units import RbfUnit
    from symlandscape.particles.relu_units import ReluUnit
    from symlandscape.particles.schedules import Phase, constant_schedule, paper_schedule
    from symlandscape.particles.smooth_units import Activation, SmoothLoss, smooth_loss
    from symlandscape.particles.students import drawn_target, expected_first_loss, random_network, student_units
    from symlandscape.particles.targets import Moments, Target, draw_tensor, moments, polynomial_target, three_spin
    from symlandscape.particles.training import Training, stability_limit, train
    from symlandscape.particles.wide_training import WideRun, linearised_run, tail_rate, train_wide
    from symlandscape.particles.width_scaling import LocalSlope, Scaling, local_slopes, scaling

_HOMES: dict[str, tuple[str, ...]] = {
    "batch_noise": ("Fluctuations", "NoiseFloor", "batch_fluctuations", "noise_floor"),
    "finite_width": ("NestedFlow", "nested_flow"),
    "documents": ("network_from_document", "samples_from_document", "tensor_from_document"),
    "fixed_features": (
        "AbsoluteTarget",
        "best_linear_loss",
        "best_linear_losses",
        "features_needed",
        "fixed_feature_bound",
    ),
    "funk_hecke": ("relu_coefficient",),
    "gaussian_twin": ("gaussian_pair", "gaussian_rbf_overlap", "gaussian_relu_overlap"),
    "limits": ("batch_rule", "initial_loss", "initial_variance", "noise_covariance"),
    "monte_carlo": ("SampledLoss", "sampled_loss"),
    "losses": ("Network", "PopulationLoss", "loss_at", "population_loss"),
    "ntk": ("TangentSpectrum", "finite_gram", "gram_deviation", "mean_gram", "tangent_spectrum"),
    "rbf_units": ("RbfUnit",),
    "relu_units": ("ReluUnit",),
    "smooth_units": ("Activation", "SmoothLoss", "smooth_loss"),
    "schedules": ("Phase", "constant_schedule", "paper_schedule"),
    "students": ("drawn_target", "expected_first_loss", "random_network", "student_units"),
    "targets": ("Moments", "Target", "draw_tensor", "moments", "polynomial_target", "three_spin"),
    "training": ("Training", "stability_limit", "train"),
    "width_scaling": ("LocalSlope", "Scaling", "local_slopes", "scaling"),
    "wide_training": ("WideRun", "linearised_run", "tail_rate", "train_wide"),
}

__all__ = [
    "AbsoluteTarget",
    "Activation",
    "Fluctuations",
    "LocalSlope",
    "Moments",
    "NestedFlow",
    "Network",
    "NoiseFloor",
    "Phase",
    "PopulationLoss",
    "RbfUnit",
    "ReluUnit",
    "SampledLoss",
    "Scaling",
    "SmoothLoss",
    "TangentSpectrum",
    "Target",
    "Training",
    "WideRun",
    "batch_fluctuations",
    "batch_rule",
    "best_linear_loss",
    "best_linear_losses",
    "constant_schedule",
    "draw_tensor",
    "drawn_target",
    "expected_first_loss",
    "features_needed",
    "finite_gram",
    "fixed_feature_bound",
    "gaussian_pair",
    "gaussian_rbf_overlap",
    "gaussian_relu_overlap",
    "gram_deviation",
    "initial_loss",
    "initial_variance",
    "linearised_run",
    "local_slopes",
    "loss_at",
    "mean_gram",
    "moments",
    "nested_flow",
    "network_from_document",
    "noise_covariance",
    "noise_floor",
    "paper_schedule",
    "polynomial_target",
    "population_loss",
    "random_network",
    "relu_coefficient",
    "sampled_loss",
    "samples_from_document",
    "scaling",
    "smooth_loss",
    "stability_limit",
    "student_units",
    "tail_rate",
    "tangent_spectrum",
    "tensor_from_document",
    "three_spin",
    "train",
    "train_wide",
]


def __getattr__(name: str) -> Any:
    """Import a public name's module on first use: formulas need SymPy, kernels need Numba, few users need both."""
    from importlib import import_module

    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
